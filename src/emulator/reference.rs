//! References of a multirequest's items to earlier results: `{1:result:ks}`.

use serde_json::Value;

use super::answer::Answer;
use super::php;
use crate::work::steps;

/// The most bytes of earlier results that a request's items may take over. Each could double the one before, and the server's
/// memory is limited too.
const MOST_REFERRED: usize = 1_000_000;

/// A number with more digits than this refers to no item.
const MOST_DIGITS: usize = 9;

/// The results that references point to.
pub(super) struct Earlier {
    pub answers: Vec<Answer>,
    /// The number of the first item, 0 or 1.
    first: usize,
    /// How many more bytes may be taken over.
    room: usize,
}

impl Earlier {
    pub fn new(first: usize) -> Self {
        Self {
            answers: Vec::new(),
            first,
            room: MOST_REFERRED,
        }
    }

    /// Replaces the references in `value` by earlier results; by nothing if those failed, or there is no room.
    pub fn resolve(&mut self, value: &mut Value) {
        match value {
            Value::String(text) if text.contains(":result") => *text = self.resolved(text),
            Value::Object(inner) => inner.values_mut().for_each(|value| self.resolve(value)),
            Value::Array(items) => items.iter_mut().for_each(|value| self.resolve(value)),
            _ => {}
        }
    }

    fn resolved(&mut self, text: &str) -> String {
        steps(text.len());
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            match reference(after) {
                Braced::Reference {
                    number,
                    path,
                    rest: after,
                } => {
                    self.take_over(number, path, &mut out);
                    rest = after;
                }
                Braced::Nothing => {
                    out.push('{');
                    rest = after;
                }
                // Without a closing brace there is no further reference.
                Braced::Open => {
                    out.push('{');
                    rest = after;
                    break;
                }
            }
        }
        out.push_str(rest);
        out
    }

    /// Appends the value at `path` in the result of item `number`.
    fn take_over(&mut self, number: usize, path: &str, out: &mut String) {
        let index = number.checked_sub(self.first);
        let earlier = index.and_then(|index| self.answers.get(index));
        let path = path.split(':').skip(1);
        let Some(found) = earlier.and_then(|answer| answer.at(path)) else {
            return;
        };
        let made;
        let referred = match found {
            Answer::Text(text) => text,
            Answer::Int(number) => {
                made = number.to_string();
                &made
            }
            Answer::Bool(value) => {
                made = php::to_text(&Value::Bool(*value));
                &made
            }
            _ => return,
        };
        if let Some(left) = self.room.checked_sub(referred.len()) {
            self.room = left;
            out.push_str(referred);
            steps(referred.len());
        }
    }
}

/// What follows an opening brace.
enum Braced<'a> {
    /// A reference, and the text after it.
    Reference {
        number: usize,
        /// The text between `result` and the closing brace.
        path: &'a str,
        rest: &'a str,
    },
    /// No reference.
    Nothing,
    /// The beginning of an unclosed reference.
    Open,
}

/// Reads no further than necessary, because a text may be full of braces.
fn reference(text: &str) -> Braced<'_> {
    let digits = text
        .bytes()
        .take(MOST_DIGITS)
        .take_while(u8::is_ascii_digit)
        .count();
    let Some((number, rest)) = text.split_at_checked(digits) else {
        return Braced::Nothing;
    };
    let (Ok(number), Some(rest)) = (number.parse(), rest.strip_prefix(":result")) else {
        return Braced::Nothing;
    };
    if !rest.starts_with([':', '}']) {
        return if rest.is_empty() {
            Braced::Open
        } else {
            Braced::Nothing
        };
    }
    steps(rest.find('}').unwrap_or(rest.len()));
    match rest.split_once('}') {
        Some((path, rest)) => Braced::Reference { number, path, rest },
        None => Braced::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::answer::Object;
    use crate::work::assert_linear;

    fn earlier(answers: Vec<Answer>) -> Earlier {
        Earlier {
            answers,
            ..Earlier::new(1)
        }
    }

    #[test]
    fn references_are_replaced_by_what_earlier_items_answered() {
        let answers = vec![
            Answer::Object(Object::new("X").with("ks", "K").with("n", 7)),
            Answer::Text("T".to_owned()),
            Answer::Bool(true),
        ];
        let cases = [
            ("{1:result:ks}", "K"),
            ("_{1:result:n}/{2:result}", "_7/T"),
            ("{3:result}", "1"),
            ("{1:result}", ""),
            ("{1:result:none}", ""),
            ("{4:result:ks}", ""),
            ("{a:result}", "{a:result}"),
            ("{:result}", "{:result}"),
            ("{1:results}", "{1:results}"),
            ("{1:result:ks", "{1:result:ks"),
            ("{1:result", "{1:result"),
            ("{{1:result:ks}}", "{K}"),
            ("{1:result:{2:result}", ""),
            (
                "{99999999999999999999:result}",
                "{99999999999999999999:result}",
            ),
        ];
        let mut earlier = earlier(answers);
        for (text, expected) in cases {
            assert_eq!(earlier.resolved(text), expected, "{text}");
        }
    }

    #[test]
    fn references_take_over_so_much_and_no_more() {
        let mut earlier = earlier(vec![Answer::Text("x".repeat(MOST_REFERRED / 2))]);
        let text = earlier.resolved(&"{1:result}".repeat(100));
        assert_eq!((text.len(), earlier.room), (MOST_REFERRED, 0));
    }

    #[test]
    fn braces_are_read_in_linear_time() {
        let texts = [
            "{",
            "{1:result",
            "{1:result:",
            "{1:result:a}",
            "{9:result}",
            "{1",
            "{1:result:{",
        ];
        for text in texts {
            assert_linear(text, |factor| {
                let text = [&text.repeat(200 * factor), ":result"].concat();
                let mut earlier = earlier(vec![Answer::Text("x".repeat(1000))]);
                move || drop(earlier.resolved(&text))
            });
        }
    }
}
