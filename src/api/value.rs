//! The JSON of answers, read strictly: no more of it than Kaltura sends.
//!
//! A library that reads any JSON brings tables for floats and texts for errors, and both
//! would be a good part of the WebAssembly.

/// A value in an answer. Kaltura sends the same one as text or as a number, depending on the
/// action, and leaves null fields out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value {
    /// Left out, or null.
    #[default]
    Missing,
    /// Text.
    Text(String),
    /// An integer.
    Integer(i64),
    /// The answers to a multirequest.
    List(Vec<Self>),
    /// A session, a refusal.
    Object(Fields),
    /// What no answer of interest has: `true`, `false`, other numbers.
    Other,
}

/// The fields of an object, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, Value)>);

impl Value {
    /// The value that `json` is; `None` if it is none, or nested deeper than any answer.
    pub fn from_json(json: &[u8]) -> Option<Self> {
        let mut reader = Reader { rest: json };
        let value = reader.value(DEEPEST)?;
        reader.peek().is_none().then_some(value)
    }

    /// The text of text or of a number; none of anything else.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Integer(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// The number, also of text that is one.
    pub fn integer(&self) -> Option<i64> {
        match self {
            Self::Text(text) => text.parse().ok(),
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// The text, if it is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The fields, if it is an object.
    pub fn as_fields(&self) -> Option<&Fields> {
        match self {
            Self::Object(fields) => Some(fields),
            _ => None,
        }
    }
}

impl Fields {
    /// No fields.
    pub const NONE: Self = Self(Vec::new());

    /// The field `name`. One that comes twice is neither: whoever sends that means to be read
    /// in two ways.
    pub fn get(&self, name: &str) -> &Value {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        match (found.next(), found.next()) {
            (None, _) => &Value::Missing,
            (Some((_, value)), None) => value,
            (Some(_), Some(_)) => &Value::Other,
        }
    }

    /// All fields.
    pub fn iter(&self) -> impl Iterator<Item = &(String, Value)> {
        self.0.iter()
    }
}

const DEEPEST: usize = 64;

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn next(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    fn take(&mut self, wanted: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(wanted)?;
        Some(())
    }

    /// What comes after white space.
    fn peek(&mut self) -> Option<u8> {
        // `trim_ascii_start` would take a form feed too.
        let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        let spaces = self.rest.iter().take_while(|it| is_space(it)).count();
        self.rest = self.rest.get(spaces..)?;
        self.rest.first().copied()
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        Some(match self.peek()? {
            b'"' => Value::Text(self.text()?),
            b'[' => {
                let mut list = Vec::new();
                self.items(b']', &mut |reader| {
                    list.push(reader.value(depth)?);
                    Some(())
                })?;
                Value::List(list)
            }
            b'{' => {
                let mut fields = Vec::new();
                self.items(b'}', &mut |reader| {
                    let name = reader.text()?;
                    reader.peek()?;
                    reader.take(b":")?;
                    fields.push((name, reader.value(depth)?));
                    Some(())
                })?;
                Value::Object(Fields(fields))
            }
            b'n' => {
                self.take(b"null")?;
                Value::Missing
            }
            b't' => {
                self.take(b"true")?;
                Value::Other
            }
            b'f' => {
                self.take(b"false")?;
                Value::Other
            }
            _ => self.number()?,
        })
    }

    /// What stands between two brackets, with commas between.
    fn items(&mut self, end: u8, item: &mut dyn FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.next()?;
        if self.peek()? == end {
            self.next()?;
            return Some(());
        }
        loop {
            self.peek()?;
            item(self)?;
            self.peek()?;
            match self.next()? {
                b',' => {}
                other => return (other == end).then_some(()),
            }
        }
    }

    fn text(&mut self) -> Option<String> {
        self.take(b"\"")?;
        let mut text = Vec::new();
        loop {
            match self.next()? {
                b'"' => return String::from_utf8(text).ok(),
                b'\\' => {
                    let c = self.escaped()?;
                    text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                ..b' ' => return None,
                byte => text.push(byte),
            }
        }
    }

    /// What follows a backslash.
    fn escaped(&mut self) -> Option<char> {
        Some(match self.next()? {
            escaped @ (b'"' | b'\\' | b'/') => escaped.into(),
            b'b' => '\x08',
            b'f' => '\x0c',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.unit()?;
                if !(0xd800..0xdc00).contains(&first) {
                    return char::from_u32(first);
                }
                self.take(b"\\u")?;
                let second = self.unit()?;
                if !(0xdc00..0xe000).contains(&second) {
                    return None;
                }
                return char::from_u32(0x10000 + ((first & 0x3ff) << 10) + (second & 0x3ff));
            }
            _ => return None,
        })
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |unit, _| {
            let digit = char::from(self.next()?).to_digit(16)?;
            Some(unit << 4 | digit)
        })
    }

    fn number(&mut self) -> Option<Value> {
        let number = self.rest;
        let _ = self.take(b"-");
        let begins_with_zero = self.rest.starts_with(b"0");
        if self.digits()? > 1 && begins_with_zero {
            return None;
        }
        let integer = number.strip_suffix(self.rest)?;
        if self.take(b".").is_some() {
            self.digits()?;
        }
        if self.take(b"e").or_else(|| self.take(b"E")).is_some() {
            let _ = self.take(b"+").or_else(|| self.take(b"-"));
            self.digits()?;
        }
        if number.len() - self.rest.len() > integer.len() {
            return Some(Value::Other);
        }
        let integer = str::from_utf8(integer).ok()?.parse();
        Some(integer.map_or(Value::Other, Value::Integer))
    }

    /// How many digits there are; at least one.
    fn digits(&mut self) -> Option<usize> {
        let count = self
            .rest
            .iter()
            .take_while(|it| it.is_ascii_digit())
            .count();
        self.rest = self.rest.get(count..)?;
        (count > 0).then_some(count)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fields(json: &str) -> Fields {
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
        assert_eq!(reply.get("userId"), &Value::Missing);
        assert_eq!(reply.get("ks"), &Value::Missing);
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
            let reply = fields(&format!(r#"{{"expiry":{value}}}"#));
            let expiry = reply.get("expiry");
            assert_eq!((expiry.text(), expiry.integer()), (None, None), "{value}");
        }
    }

    #[test]
    fn a_field_that_comes_twice_is_neither() {
        let reply = fields(r#"{"ks":"a","userId":"b","ks":"c"}"#);
        assert_eq!(reply.get("ks"), &Value::Other);
        assert_eq!(reply.get("userId").as_text(), Some("b"));
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
        assert!(Value::from_json(nested(60).as_bytes()).is_some());
        assert!(Value::from_json(nested(70).as_bytes()).is_none());
        assert!(Value::from_json(nested(1_000_000).as_bytes()).is_none());
        assert!(Value::from_json("{\"a\":".repeat(1_000_000).as_bytes()).is_none());
    }

    /// The same as another reader of JSON has it.
    fn converted(value: serde_json::Value) -> Value {
        use serde_json::Value as Json;
        match value {
            Json::Null => Value::Missing,
            Json::Bool(_) => Value::Other,
            Json::Number(number) => number.as_i64().map_or(Value::Other, Value::Integer),
            Json::String(text) => Value::Text(text),
            Json::Array(list) => Value::List(list.into_iter().map(converted).collect()),
            Json::Object(fields) => Value::Object(Fields(
                fields
                    .into_iter()
                    .map(|(name, value)| (name, converted(value)))
                    .collect(),
            )),
        }
    }

    fn sorted(value: Value) -> Value {
        match value {
            Value::List(list) => Value::List(list.into_iter().map(sorted).collect()),
            Value::Object(Fields(fields)) => {
                let mut fields: Vec<_> = fields
                    .into_iter()
                    .map(|(name, value)| (name, sorted(value)))
                    .collect();
                fields.sort_by(|(one, _), (other, _)| one.cmp(other));
                Value::Object(Fields(fields))
            }
            other => other,
        }
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
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
                let read = Value::from_json(text.as_bytes()).unwrap();
                prop_assert_eq!(sorted(read), sorted(converted(json.clone())));
            }
        }

        #[test]
        fn what_is_no_json_to_others_is_none_here(
            text in r#"([\[\]{}:, \n]|"(\\["\\/bfnrtu]|[a-f0-9]|\\u[d0][89c0]00|\\|.)*"|-?[0-9]{1,3}|[.+eE-]|null|true|fals?e){0,12}"#,
        ) {
            match serde_json::from_str::<serde_json::Value>(&text) {
                Ok(_) => prop_assert!(Value::from_json(text.as_bytes()).is_some()),
                // To others that is a fault of the number's, not of the text.
                Err(error) if error.to_string().contains("out of range") => {}
                Err(_) => prop_assert_eq!(Value::from_json(text.as_bytes()), None),
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = Value::from_json(&bytes);
        }
    }
}
