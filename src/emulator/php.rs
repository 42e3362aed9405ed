//! PHP's conversions, which are visible in what the server accepts.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::work::steps;

/// Parameters as received: text from forms, any JSON from JSON.
pub(super) type PhpParams = Map<String, Value>;

/// `(string) value`.
pub(super) fn to_text(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(false) => String::new(),
        Value::Bool(true) => "1".to_owned(),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => integer.to_string(),
            None => float_text(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => "Array".to_owned(),
    }
}

/// Fourteen digits, the server's `precision`.
fn float_text(number: f64) -> String {
    let text = format!("{number:.13e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    if matches!(exponent.parse(), Ok(-4..=13)) {
        let rounded: f64 = text.parse().unwrap_or(number);
        return rounded.to_string();
    }
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    format!("{mantissa}{point}E{sign}{exponent}")
}

/// `(string)` of the parameter `name`; empty if it is missing.
pub(super) fn text_of<'a>(params: &'a PhpParams, name: &str) -> Cow<'a, str> {
    match params.get(name) {
        None => Cow::Borrowed(""),
        Some(Value::String(text)) => Cow::Borrowed(text),
        Some(value) => Cow::Owned(to_text(value)),
    }
}

/// `(int) value`.
pub(super) fn to_int(value: &Value) -> i64 {
    match value {
        Value::Null => 0,
        Value::Bool(given) => i64::from(*given),
        Value::Number(number) => number
            .as_i64()
            .unwrap_or_else(|| float_to_int(number.as_f64().unwrap_or_default())),
        Value::String(text) => text_to_int(text),
        Value::Array(items) => i64::from(!items.is_empty()),
        Value::Object(items) => i64::from(!items.is_empty()),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the cast saturates, which is near enough"
)]
fn float_to_int(number: f64) -> i64 {
    number as i64
}

/// The number at the beginning of a text, if any. Fractions are cut, and numbers that are too large become the largest.
pub(super) fn text_to_int(text: &str) -> i64 {
    let text = text.trim_start_matches([' ', '\t', '\n', '\r', '\u{b}', '\u{c}']);
    let sign = usize::from(text.starts_with(['-', '+']));
    let digits = text
        .bytes()
        .skip(sign)
        .take_while(u8::is_ascii_digit)
        .count();
    let integer = text.get(..sign + digits).unwrap_or_default();
    let rest = text.get(sign + digits..).unwrap_or_default();
    if rest.starts_with(['.', 'e', 'E']) {
        return float_to_int(float_prefix(text));
    }
    if digits == 0 {
        return 0;
    }
    integer.parse().unwrap_or(if text.starts_with('-') {
        i64::MIN
    } else {
        i64::MAX
    })
}

/// The number at the beginning of `text`: digits with an optional point, and an exponent.
fn float_prefix(text: &str) -> f64 {
    let bytes = text.as_bytes();
    let at = |index: usize| bytes.get(index).copied().unwrap_or_default();
    let after_sign = |index: usize| index + usize::from(matches!(at(index), b'-' | b'+'));
    let after_digits = |index: usize| {
        let rest = bytes.get(index..).unwrap_or_default();
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        steps(digits);
        index + digits
    };
    let begin = after_sign(0);
    let mut end = after_digits(begin);
    let mut has_digits = end > begin;
    if at(end) == b'.' {
        let after = after_digits(end + 1);
        has_digits |= after > end + 1;
        end = after;
    }
    if !has_digits {
        return 0.0;
    }
    if matches!(at(end), b'e' | b'E') {
        let begin = after_sign(end + 1);
        let after = after_digits(begin);
        if after > begin {
            end = after;
        }
    }
    let number = text.get(..end).and_then(|number| number.parse().ok());
    number.unwrap_or_default()
}

/// `parse_str`: a query string or a form, with `a[b]` and `a[]` as nested parameters.
pub(super) fn parse_form(form: &str) -> PhpParams {
    let mut params = PhpParams::new();
    let mut room = MOST_FIELDS;
    for pair in form.split('&').filter(|pair| !pair.is_empty()) {
        steps(pair.len());
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name);
        if !take_room(&mut room, &name) {
            break;
        }
        set_field(&mut params, &name, decode(value));
    }
    params
}

/// `max_input_vars`: further fields are dropped. Here each level of a nested field counts.
pub(super) const MOST_FIELDS: usize = 10_000;

/// Whether the field `name` is still read.
pub(super) fn take_room(room: &mut usize, name: &str) -> bool {
    let levels = name
        .bytes()
        .filter(|byte| *byte == b'[')
        .take(DEEPEST)
        .count();
    let left = room.checked_sub(levels + 1);
    *room = left.unwrap_or_default();
    left.is_some()
}

/// Decodes percent and plus in a form.
pub(super) fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}

/// `max_input_nesting_level`: deeper fields are dropped, with their whole name.
const DEEPEST: usize = 64;

/// Sets the form field `name`.
pub(super) fn set_field(params: &mut PhpParams, name: &str, value: String) {
    let name = name.trim_start_matches(' ');
    let (base, path) = match name.find('[') {
        Some(start) if start > 0 => name.split_at(start),
        _ => (name, ""),
    };
    let base: String = base
        .chars()
        .map(|unit| {
            if matches!(unit, '.' | ' ' | '[') {
                '_'
            } else {
                unit
            }
        })
        .collect();
    if base.is_empty() {
        return;
    }
    let path = bracketed(path);
    if path.len() > DEEPEST {
        params.remove(&base);
        return;
    }
    let mut slot = params.entry(base).or_insert(Value::Null);
    for step in &path {
        if !slot.is_object() {
            *slot = Value::Object(Map::new());
        }
        let Value::Object(items) = slot else { return };
        let key = if step.is_empty() {
            items.len().to_string()
        } else {
            (*step).to_owned()
        };
        slot = items.entry(key).or_insert(Value::Null);
    }
    *slot = Value::String(value);
}

/// `[a][b]` as its steps.
fn bracketed(path: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = path;
    while let Some(inner) = rest.strip_prefix('[') {
        let Some((step, after)) = inner.split_once(']') else {
            break;
        };
        found.push(step);
        rest = after;
    }
    found
}

/// Whether a text has only characters that XML allows.
pub(super) fn is_xml_text(text: &str) -> bool {
    text.chars().all(|unit| {
        matches!(unit, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_become_text_as_the_server_makes_it() {
        let cases = [
            (json!(null), ""),
            (json!(true), "1"),
            (json!(false), ""),
            (json!(7), "7"),
            (json!(1.5), "1.5"),
            (json!(2.0), "2"),
            (json!(99_999_999_999_999_999_999.0), "1.0E+20"),
            (json!(123_456_789_012_345.5), "1.2345678901235E+14"),
            (json!(99_999_999_999_999.9), "1.0E+14"),
            (json!(99_999_999_999_999.0), "99999999999999"),
            (json!(1_234_567_890.123_456), "1234567890.1235"),
            (json!(0.1 + 0.2), "0.3"),
            (json!(-0.0), "-0"),
            (json!(0.0), "0"),
            (json!(0.0001), "0.0001"),
            (json!(0.000_012_345_678_901_234_56), "1.2345678901235E-5"),
            (json!(["a"]), "Array"),
            (json!({ "a": 1 }), "Array"),
        ];
        for (value, text) in cases {
            assert_eq!(to_text(&value), text, "{value}");
        }
    }

    #[test]
    fn text_becomes_the_number_it_begins_with() {
        let cases = [
            ("60", 60),
            (" 60abc", 60),
            ("-50", -50),
            ("abc", 0),
            ("", 0),
            ("1.9", 1),
            ("1e3", 1000),
            ("1e", 1),
            ("1e+", 1),
            ("-1.5e+1x", -15),
            ("12.e1", 120),
            (".5e1", 5),
            ("+.", 0),
            (".e5", 0),
            ("1.5.5", 1),
            ("1e3e3", 1000),
            ("1e999", i64::MAX),
            ("99999999999999999999", i64::MAX),
        ];
        for (text, number) in cases {
            assert_eq!(text_to_int(text), number, "{text}");
        }
    }

    #[test]
    fn a_field_that_is_nested_too_deeply_is_dropped() {
        let nested = |depth| format!("a{}=1&b=2", "[x]".repeat(depth));
        assert_eq!(parse_form(&nested(64)).len(), 2);
        for depth in [65, 200_000] {
            assert_eq!(
                Value::Object(parse_form(&nested(depth))),
                json!({ "b": "2" })
            );
        }
    }

    #[test]
    fn a_form_has_so_many_fields_and_no_more() {
        let form = (0..=MOST_FIELDS).map(|index| format!("a{index}=1&"));
        let params = parse_form(&form.collect::<String>());
        assert_eq!(params.len(), MOST_FIELDS);
        let nested = (0..MOST_FIELDS).map(|index| format!("a{index}[x]=1&"));
        let params = parse_form(&nested.collect::<String>());
        assert_eq!(params.len(), MOST_FIELDS / 2);
    }

    #[test]
    fn forms_keep_colons_and_nest_brackets() {
        assert_eq!(
            Value::Object(parse_form("a%3Ab=1&c[d]=2&c[e][]=3&c[e][]=4&f.g=+x&h")),
            json!({ "a:b": "1", "c": { "d": "2", "e": { "0": "3", "1": "4" } }, "f_g": " x", "h": "" }),
        );
    }
}
