//! Query strings as PHP writes and reads them, for the fields in a KS of version 2.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};

use crate::ks::php;
use crate::secret::Wiped;
use crate::work;

const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// Appends `name=value`, after `&` unless it is the first.
pub(super) fn push(query: &mut String, name: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    escape(query, name);
    query.push('=');
    escape(query, value);
}

fn escape(query: &mut String, text: &str) {
    work::steps(text.len());
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            query.push('+');
        }
        query.extend(percent_encode(word.as_bytes(), ESCAPED));
    }
}

/// A field's value in PHP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum QueryValue {
    Text(String),
    /// An array, from a name with an index such as `a[b]`.
    Array,
}

/// Reads `query` as PHP's `parse_str` does: mangles names, and keeps the last of equal ones at the position of the first.
pub(super) fn parse(query: &[u8]) -> Vec<(String, QueryValue)> {
    let mut variables = Vec::new();
    // For PHP the text ends at a zero byte.
    let query = query.split(|&byte| byte == 0).next().unwrap_or_default();
    for field in query.split(|&byte| byte == b'&') {
        let mut halves = field.splitn(2, |&byte| byte == b'=');
        let name = unescape(halves.next().unwrap_or_default());
        let value = unescape(halves.next().unwrap_or_default());
        let Some((name, is_array)) = variable_name(&name) else {
            continue;
        };
        let value = if is_array {
            QueryValue::Array
        } else {
            QueryValue::Text(value)
        };
        variables.push((name, value));
    }
    php::array(
        variables,
        |(name, _)| name,
        |earlier, later| *earlier = later,
    )
}

/// Bytes that are not UTF-8 become U+FFFD.
fn unescape(text: &[u8]) -> String {
    work::steps(text.len());
    let mut spaced = Wiped::new(text.to_vec());
    for byte in spaced.iter_mut().filter(|byte| **byte == b'+') {
        *byte = b' ';
    }
    let mut bytes = Wiped::new(Vec::with_capacity(text.len()));
    bytes.extend(percent_decode(&spaced));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The variable in which PHP stores a field of this name, and whether it is an array; `None` if PHP drops the field.
fn variable_name(name: &str) -> Option<(String, bool)> {
    work::steps(name.len());
    let name = name
        .split('\0')
        .next()
        .unwrap_or_default()
        .trim_start_matches(' ');
    let (name, is_array) = match name.split_once('[') {
        Some((array, index)) if index.contains(']') => (array, true),
        Some(("", _)) => return None,
        _ => (name, false),
    };
    (!name.is_empty()).then(|| (name.replace([' ', '.', '['], "_"), is_array))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> QueryValue {
        QueryValue::Text(value.to_owned())
    }

    #[test]
    fn names_are_mangled_as_php_mangles_them() {
        let cases: &[(&str, Option<(&str, bool)>)] = &[
            ("a.b c", Some(("a_b_c", false))),
            ("  a ", Some(("a_", false))),
            ("a[b.c d[e", Some(("a_b_c_d_e", false))),
            ("a[b]c", Some(("a", true))),
            ("a.b[]", Some(("a_b", true))),
            ("a]", Some(("a]", false))),
            ("a\0b", Some(("a", false))),
            (".", Some(("_", false))),
            ("07", Some(("07", false))),
            ("[a]", None),
            ("[", None),
            ("   ", None),
            ("", None),
        ];
        for (name, expected) in cases {
            let expected = expected.map(|(name, is_array)| (name.to_owned(), is_array));
            assert_eq!(variable_name(name), expected, "{name:?}");
        }
    }

    #[test]
    fn the_last_of_equal_names_wins_at_the_place_of_the_first() {
        let parsed = parse(b"a=1&b=2&a=3&&c&a%3D=4&%zz=%2&b[x]=5");
        let expected = [
            ("a", text("3")),
            ("b", QueryValue::Array),
            ("c", text("")),
            ("a=", text("4")),
            ("%zz", text("%2")),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value));
        assert_eq!(parsed.into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_zero_byte_ends_the_text() {
        assert_eq!(parse(b"a=1\0&b=2"), [("a".to_owned(), text("1"))]);
    }

    #[test]
    fn escapes_what_php_escapes() {
        let mut query = String::new();
        push(&mut query, "a b", "c~*é-_.");
        push(&mut query, "", "+%&=");
        assert_eq!(query, "a+b=c%7E%2A%C3%A9-_.&=%2B%25%26%3D");
    }
}
