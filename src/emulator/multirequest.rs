//! Many calls in one request, in order, each with its own outcome.

use serde_json::Value;

use super::answer::Answer;
use super::arguments::Arguments;
use super::cache::{self, Keep, Kept, Level, Place};
use super::dispatch::{self, Moment};
use super::php::{self, Params};
use super::state::State;

/// What items take over from the request as a whole.
const INHERITED: [&str; 3] = ["clientTag", "ks", "partnerId"];

/// How many bytes of earlier answers items may take over: each could double what the one before
/// it did, and the server's memory has an end too.
const MOST_REFERRED: usize = 1_000_000;

/// What a request was answered, and what the cache had to do with it.
pub(super) struct Done {
    pub answer: Answer,
    pub keep: Keep,
    /// The keys under which items were found in the cache.
    pub hits: Vec<String>,
    /// The key under which an item was kept last.
    pub kept: Option<String>,
}

impl From<dispatch::Done> for Done {
    fn from(one: dispatch::Done) -> Self {
        Self {
            answer: one.answer,
            keep: one.keep,
            hits: Vec::new(),
            kept: None,
        }
    }
}

/// Answers the items of `params`, from 0 or 1 up to the first number that is missing.
pub(super) fn call(state: &mut State, params: &Params, moment: &mut Moment<'_>) -> Done {
    let mut answers: Vec<Answer> = Vec::new();
    let mut hits = Vec::new();
    let mut kept_last = None;
    // What keeps one item out of the cache keeps the whole out of it.
    let mut uncached = false;
    let mut room = MOST_REFERRED;
    let first = usize::from(!params.contains_key("0"));
    let items =
        (first..).map_while(|number| Arguments(params).object(&number.to_string()).ok().flatten());
    for mut item in items {
        for name in INHERITED {
            if let Some(value) = params.get(name) {
                item.entry(name).or_insert_with(|| value.clone());
            }
        }
        for (_, value) in &mut item {
            resolve(value, &answers, first, &mut room);
        }
        let read = dispatch::read_ks(state, &item);
        let now = moment.now();
        let place = match &read {
            Ok(verdict) if state.switches.cache => {
                cache::place(&item, verdict, moment.https, Level::Item, now)
            }
            _ => Place::None,
        };
        uncached |= place == Place::None;
        let kept = match &place {
            Place::Key(key) => match state.cache.get(key, now) {
                Some((Kept::Answer(answer), _)) => Some((key.clone(), answer.clone())),
                _ => None,
            },
            Place::None => None,
        };
        if let Some((key, answer)) = kept {
            hits.push(key);
            answers.push(answer);
            continue;
        }
        let done = dispatch::call(state, &item, &read, moment);
        uncached |= done.keep == Keep::Never;
        if let (Place::Key(key), true) = (place, done.keep != Keep::Never) {
            let kept = Kept::Answer(done.answer.clone());
            state.cache.put(key.clone(), kept, done.keep, moment.now());
            kept_last = Some(key);
        }
        answers.push(done.answer);
    }
    let failed = answers
        .iter()
        .any(|answer| matches!(answer, Answer::Error(_)));
    let keep = match (uncached, failed) {
        (true, _) => Keep::Never,
        (false, true) => Keep::Error,
        (false, false) => Keep::Answer,
    };
    Done {
        answer: Answer::List(answers),
        keep,
        hits,
        kept: kept_last,
    }
}

/// Puts what earlier items answered in place of `{1:result:ks}`; nothing where they failed, or
/// where there is no `room` for it.
fn resolve(value: &mut Value, answers: &[Answer], first: usize, room: &mut usize) {
    match value {
        Value::String(text) if text.contains(":result") => {
            *text = resolved(text, answers, first, room);
        }
        Value::Object(inner) => inner
            .values_mut()
            .for_each(|value| resolve(value, answers, first, room)),
        Value::Array(items) => items
            .iter_mut()
            .for_each(|value| resolve(value, answers, first, room)),
        _ => {}
    }
}

fn resolved(text: &str, answers: &[Answer], first: usize, room: &mut usize) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let reference = after.split_once('}').and_then(|(inner, rest)| {
            let mut steps = inner.split(':');
            let number: usize = steps.next()?.parse().ok()?;
            (steps.next()? == "result").then(|| (number, steps.collect::<Vec<_>>(), rest))
        });
        if let Some((number, path, after)) = reference {
            let earlier = number
                .checked_sub(first)
                .and_then(|index| answers.get(index));
            let referred = earlier.and_then(|answer| answer.at(&path)).map(text_of);
            let referred = referred.unwrap_or_default();
            if let Some(left) = room.checked_sub(referred.len()) {
                *room = left;
                out.push_str(&referred);
            }
            rest = after;
        } else {
            out.push('{');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

fn text_of(answer: &Answer) -> String {
    match answer {
        Answer::Text(text) => text.clone(),
        Answer::Int(number) => number.to_string(),
        Answer::Bool(value) => php::to_text(&Value::Bool(*value)),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::answer::Object;

    #[test]
    fn references_are_replaced_by_what_earlier_items_answered() {
        let answers = [
            Answer::Object(Object::new("X").with("ks", "K").with("n", 7)),
            Answer::Text("T".to_owned()),
        ];
        let cases = [
            ("{1:result:ks}", "K"),
            ("_{1:result:n}/{2:result}", "_7/T"),
            ("{1:result:none}", ""),
            ("{3:result:ks}", ""),
            ("{a:result}", "{a:result}"),
            ("{1:result:ks", "{1:result:ks"),
        ];
        for (text, expected) in cases {
            let mut room = MOST_REFERRED;
            assert_eq!(resolved(text, &answers, 1, &mut room), expected, "{text}");
        }
    }

    #[test]
    fn references_take_over_so_much_and_no_more() {
        let answers = [Answer::Text("x".repeat(MOST_REFERRED / 2))];
        let mut room = MOST_REFERRED;
        let text = resolved(&"{1:result}".repeat(100), &answers, 1, &mut room);
        assert_eq!((text.len(), room), (MOST_REFERRED, 0));
    }
}
