use proptest::prelude::*;
use serde_json::Value as Json;

use super::*;

fn fields(json: &str) -> Fields<'_> {
    match Value::from_json(json.as_bytes()) {
        Some(Value::Object(fields)) => fields,
        other => panic!("{other:?}"),
    }
}

#[test]
fn fields_are_read_whether_they_come_as_text_or_as_numbers() {
    let reply = fields(r#"{"partnerId":"102","expiry":1795579658,"userId":null,"new":[{}]}"#);
    assert_eq!(reply.get("partnerId").integer(), Some(102));
    assert_eq!(reply.get("expiry").text().as_deref(), Some("1795579658"));
    assert_eq!(reply.get("userId"), Value::Missing);
    assert_eq!(reply.get("ks"), Value::Missing);
}

#[test]
fn what_has_no_place_in_a_field_is_neither_text_nor_number() {
    for value in [
        "1.5",
        "1e300",
        "true",
        "[1]",
        "{\"a\":1}",
        "9223372036854775808",
    ] {
        let reply = format!(r#"{{"expiry":{value}}}"#);
        let expiry = fields(&reply).get("expiry");
        assert_eq!((expiry.text(), expiry.integer()), (None, None), "{value}");
    }
}

#[test]
fn a_field_that_comes_twice_is_neither() {
    let reply = fields(r#"{"ks":"a","userId":"b","k\u0073":"c"}"#);
    let [ks, user_id, none] = reply.get_all(["ks", "userId", "k"]);
    assert_eq!((ks, none), (Value::Other, Value::Missing));
    assert_eq!(user_id.string().as_deref(), Some("b"));
    assert!(user_id.is("b") && !user_id.is("bb") && !user_id.is(""));
}

#[test]
fn the_fields_of_the_outermost_object_are_found_on_the_way() {
    let reply =
        r#" {"a": {"a":1,"b":[{"a":2}]} , "b":[{"b":3}], "b" : {}, "c":{}, "d":"\u0064" } "#;
    let (value, found) = Value::with_fields(reply, ["a", "b", "c", "d", "e"]).unwrap();
    let fields = value.fields().unwrap();
    assert_eq!(found, fields.get_all(["a", "b", "c", "d", "e"]));
    let [inner, twice, empty, text, missing] = found;
    assert_eq!(inner.fields().unwrap().get("a").integer(), Some(1));
    assert_eq!((twice, missing), (Value::Other, Value::Missing));
    assert!(empty.fields().is_some() && text.is("d"));
    for none in ["[{\"a\":1}]", "{}", "1", "[]"] {
        let (_, found) = Value::with_fields(none, ["a"]).unwrap();
        assert_eq!(found, [Value::Missing], "{none}");
    }
}

#[test]
fn strings_end_where_they_end_wherever_that_is() {
    for length in 0..40 {
        for special in ["\\\"", "\\n", "é", "\u{7f}", "\u{80}", "!", "#", "[", "]"] {
            let text = format!("\"{}{special}{}\"", "a".repeat(length), "b".repeat(9));
            let expected: String = serde_json::from_str(&text).unwrap();
            let value = Value::from_json(text.as_bytes()).unwrap();
            assert_eq!(value.string(), Some(expected));
        }
        for special in ["\0", "\u{1f}", "\n", "\"", "\\x"] {
            let text = format!("\"{}{special}{}\"", "a".repeat(length), "b".repeat(9));
            assert_eq!(Value::from_json(text.as_bytes()), None, "{special:?}");
        }
    }
}

#[test]
fn a_name_may_be_written_with_escapes() {
    let reply = fields(r#"{"\u006bs":"\ud83d\ude00\n"}"#);
    assert!(reply.get("ks").is("😀\n"));
}

#[test]
fn four_characters_are_white_space_and_no_others() {
    assert!(Value::from_json(b" \t\r\n{ \n}\r").is_some());
    for byte in [b'\x0c', b'\x0b', b'\0', 0xa0] {
        assert_eq!(Value::from_json(&[b'0', byte]), None, "{byte}");
        assert_eq!(Value::from_json(&[byte, b'0']), None, "{byte}");
    }
}

#[test]
fn lone_surrogates_are_refused() {
    for text in [r"\ud800", r"\udc00", r"\ud800\ud800", r"\ud800x"] {
        assert_eq!(Value::from_json(format!("\"{text}\"").as_bytes()), None);
    }
}

#[test]
fn deep_nesting_is_refused_without_exhausting_the_stack() {
    let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Value::from_json(nested(64).as_bytes()).is_some());
    assert!(Value::from_json(nested(65).as_bytes()).is_none());
    assert!(Value::from_json(nested(1_000_000).as_bytes()).is_none());
    assert!(Value::from_json("{\"a\":".repeat(1_000_000).as_bytes()).is_none());
}

#[test]
fn brackets_close_what_they_have_opened() {
    let open = "{\"a\":[".repeat(32);
    let close = "]}".repeat(32);
    assert!(Value::from_json([&*open, &close].concat().as_bytes()).is_some());
    for wrong in ["[}", "{]", "[[}]", "{\"a\":{]}", "[1}", "{\"a\":1]"] {
        assert_eq!(Value::from_json(wrong.as_bytes()), None, "{wrong}");
    }
}

/// A text of `length` bytes or a few more, made of `part`s.
fn repeated(start: &str, part: &str, end: &str, length: usize) -> String {
    [start, &part.repeat(length / part.len()), end].concat()
}

#[test]
fn work_grows_with_the_answer_and_no_faster() {
    let shapes: &[(&str, &str, &str)] = &[
        ("[", "1,", "1]"),
        ("[", "-1.5e+5,", "1]"),
        ("[", "{\"id\":\"0_a\",\"n\":1},", "1]"),
        ("[", "[],", "1]"),
        ("[", " ", "1]"),
        ("[\"", "a", "\"]"),
        ("[\"", "\\\"", "\"]"),
        ("[\"", "\\ud83d\\ude00", "\"]"),
        ("[", "9", "]"),
        ("{", "\"a\":1,", "\"ks\":1}"),
        ("{", "\"ks\":1,", "\"ks\":1}"),
        ("{", "\"\\u006bs\":\"\",", "\"ks\":1}"),
        ("{\"", "k", "\":1}"),
        ("{\"", "\\u006b", "\":1}"),
        ("", "{\"a\":[", ""),
        ("", "[", ""),
        ("{\"a\":\"", "a", ""),
        ("{\"objects\":[", "{\"a\":[[[[{}]]]]},", "{}]}"),
    ];
    for (start, part, end) in shapes {
        work::assert_linear(part, |factor| {
            let json = repeated(start, part, end, 1000 * factor);
            move || match Value::from_json(json.as_bytes()) {
                Some(Value::Object(fields)) => {
                    let [ks, k] = fields.get_all(["ks", "k"]);
                    let _ = (ks.text(), k.integer(), fields.iter().count());
                }
                Some(Value::List(list)) => {
                    let texts = list.iter().filter_map(|item| item.text());
                    let _ = texts.count();
                    for fields in list.iter().filter_map(|item| item.fields()) {
                        let _ = fields.get("id");
                    }
                }
                _ => {}
            }
        });
    }
}

/// A value as a tree, to be compared; the fields of objects in the order of their names.
#[derive(Debug, PartialEq)]
enum Tree {
    Missing,
    Text(String),
    Integer(i64),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
    Other,
}

fn object(fields: impl Iterator<Item = (String, Tree)>) -> Tree {
    let mut fields: Vec<_> = fields.collect();
    fields.sort_by(|(one, _), (other, _)| one.cmp(other));
    Tree::Object(fields)
}

fn read(value: Value<'_>) -> Tree {
    match value {
        Value::Missing => Tree::Missing,
        Value::Text(text) => Tree::Text(text.decoded()),
        Value::Integer(number) => Tree::Integer(number),
        Value::List(list) => Tree::List(list.iter().map(read).collect()),
        Value::Object(fields) => object(fields.iter().map(|(name, value)| (name, read(value)))),
        Value::Other => Tree::Other,
    }
}

/// The same as another reader of JSON has it.
fn converted(value: Json) -> Tree {
    match value {
        Json::Null => Tree::Missing,
        Json::Bool(_) => Tree::Other,
        Json::Number(number) => number.as_i64().map_or(Tree::Other, Tree::Integer),
        Json::String(text) => Tree::Text(text),
        Json::Array(list) => Tree::List(list.into_iter().map(converted).collect()),
        Json::Object(fields) => object(
            fields
                .into_iter()
                .map(|(name, value)| (name, converted(value))),
        ),
    }
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        (-1e9..1e9).prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::hash_map(any::<String>(), inner, 0..6)
                .prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_written_is_read(json in any_json()) {
        for text in [json.to_string(), serde_json::to_string_pretty(&json).unwrap()] {
            let value = Value::from_json(text.as_bytes()).unwrap();
            prop_assert_eq!(read(value), converted(json.clone()));

            let first = value.fields().and_then(|it| it.iter().next());
            let first = first.map_or_else(String::new, |(name, _)| name);
            let names = ["", &first, "a"];
            let (_, found) = Value::with_fields(&text, names).unwrap();
            let fields = value.fields().unwrap_or(Fields::NONE);
            prop_assert_eq!(found, fields.get_all(names));
        }
    }

    #[test]
    fn what_is_no_json_to_others_is_none_here(
        text in r#"([\[\]{}:, \n]|"(\\["\\/bfnrtu]|[a-f0-9]|\\u[d0][89c0]00|\\|.)*"|-?[0-9]{1,3}|[.+eE-]|null|true|fals?e){0,12}"#,
    ) {
        match serde_json::from_str::<Json>(&text) {
            Ok(json) => {
                let value = Value::from_json(text.as_bytes());
                prop_assert!(value.is_some());
                // Of fields that come twice, others keep one.
                if let Some(value @ (Value::Text(_) | Value::Integer(_) | Value::Missing)) = value {
                    // To others a float, since an integer has no such sign.
                    let is_minus_zero = text.trim() == "-0";
                    let expected = if is_minus_zero { Tree::Integer(0) } else { converted(json) };
                    prop_assert_eq!(read(value), expected);
                }
            }
            // To others that is a fault of the number's, not of the text.
            Err(error) if error.to_string().contains("out of range") => {}
            Err(_) => prop_assert_eq!(Value::from_json(text.as_bytes()), None),
        }
    }

    #[test]
    fn a_string_is_the_text_that_it_stands_for_however_it_is_escaped(
        characters in prop::collection::vec((any::<char>(), any::<bool>()), 0..8),
        changed in 0_usize..8,
    ) {
        let escaped = |c: char| -> String {
            let units = c.encode_utf16(&mut [0; 2]).to_vec();
            let escapes: Vec<_> = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
            escapes.concat()
        };
        let json: String = characters
            .iter()
            .map(|&(c, is_escaped)| match c {
                _ if is_escaped => escaped(c),
                '"' | '\\' | ..=' ' => escaped(c),
                _ => c.to_string(),
            })
            .collect();
        let json = format!("\"{json}\"");
        let value = Value::from_json(json.as_bytes()).unwrap();
        let mut text: String = characters.iter().map(|(c, _)| c).collect();
        prop_assert!(value.is(&text));
        let (place, _) = text.char_indices().nth(changed).unwrap_or((text.len(), ' '));
        text.insert(place, 'x');
        prop_assert!(!value.is(&text));
        text.remove(place);
        if text.pop().is_some() {
            prop_assert!(!value.is(&text));
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        if let Some(value) = Value::from_json(&bytes) {
            let _ = read(value);
        }
    }
}
