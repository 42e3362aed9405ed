//! What Kaltura answers, as far as it is of interest here.

use nojson::{JsonValueKind, RawJson, RawJsonValue};

use super::{ApiError, Operation};
use crate::error::Error;
use crate::secret::Secret;

/// A whole answer, or one item of a multirequest's.
#[derive(Debug)]
pub enum Reply {
    /// An object: a session, a refusal.
    Object(Box<Fields>),
    /// The answers to a multirequest.
    List(Vec<Self>),
    /// Anything else: text, a number, `null`.
    Other,
}

impl Reply {
    /// The answer in a response's body; `None` if that is no JSON, or no answer of Kaltura's.
    pub fn from_json(body: &[u8]) -> Option<Self> {
        let body = str::from_utf8(body).ok()?;
        Self::read(RawJson::parse(body).ok()?.value())
    }

    fn read(value: RawJsonValue<'_, '_>) -> Option<Self> {
        Some(match value.kind() {
            JsonValueKind::Object => Self::Object(Box::new(Fields::read(value)?)),
            JsonValueKind::Array => Self::List(read_list(value)?),
            _ => Self::Other,
        })
    }
}

/// The fields of an answer that have a meaning here.
#[derive(Debug)]
pub struct Fields {
    fields: [(&'static str, Field); 9],
    args: Vec<(String, Field)>,
}

/// A field. Kaltura sends the same one as text or as a number, depending on the action, and
/// leaves null fields out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Field {
    /// Left out, or null.
    #[default]
    Missing,
    /// Text.
    Text(String),
    /// An integer.
    Integer(i64),
    /// Something that has no place there.
    Other,
}

impl Field {
    /// The text of text or of a number; none of anything else.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Integer(number) => Some(number.to_string()),
            Self::Missing | Self::Other => None,
        }
    }

    /// The number, also of text that is one.
    pub fn integer(&self) -> Option<i64> {
        match self {
            Self::Text(text) => text.parse().ok(),
            Self::Integer(number) => Some(*number),
            Self::Missing | Self::Other => None,
        }
    }

    /// The text, if it is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Default for Fields {
    fn default() -> Self {
        let names = [
            "objectType",
            "code",
            "message",
            "ks",
            "partnerId",
            "userId",
            "sessionType",
            "expiry",
            "privileges",
        ];
        Self {
            fields: names.map(|name| (name, Field::Missing)),
            args: Vec::new(),
        }
    }
}

impl Fields {
    /// The field `name`, one of those that are kept.
    pub fn get(&self, name: &str) -> &Field {
        let found = self.fields.iter().find(|(known, _)| *known == name);
        found.map_or(&Field::Missing, |(_, field)| field)
    }

    /// The argument `name` of a refusal.
    pub fn arg(&self, name: &str) -> &Field {
        let found = self.args.iter().find(|(known, _)| known == name);
        found.map_or(&Field::Missing, |(_, field)| field)
    }

    /// The arguments of a refusal.
    pub fn args(&self) -> &[(String, Field)] {
        &self.args
    }

    /// Fails if it is a refusal. `known` are secrets that an error must not show.
    pub fn check(&self, operation: &Operation, known: &[&Secret]) -> Result<(), Error> {
        match ApiError::from_fields(operation, self, known) {
            Some(refusal) => Err(Error::Kaltura(refusal)),
            None => Ok(()),
        }
    }
}

fn read_list(value: RawJsonValue<'_, '_>) -> Option<Vec<Reply>> {
    value.to_array().ok()?.map(Reply::read).collect()
}

impl Fields {
    fn read(object: RawJsonValue<'_, '_>) -> Option<Self> {
        let mut read = Self::default();
        for (name, value) in object.to_object().ok()? {
            let name = name.to_unquoted_string_str().ok()?;
            if name == "args" {
                read.args = read_args(value)?;
                continue;
            }
            match read.fields.iter_mut().find(|(known, _)| *known == name) {
                // Whoever sends a field twice means to be read in two ways.
                Some((_, field)) if *field != Field::Missing => return None,
                Some((_, field)) => *field = Field::read(value),
                None => {}
            }
        }
        Some(read)
    }
}

/// The arguments of a refusal: an object, but an empty array where there are none.
fn read_args(value: RawJsonValue<'_, '_>) -> Option<Vec<(String, Field)>> {
    if value.kind() == JsonValueKind::Array {
        return Some(Vec::new());
    }
    let members = value.to_object().ok()?;
    members
        .map(|(name, value)| {
            let name = name.to_unquoted_string_str().ok()?;
            Some((name.into_owned(), Field::read(value)))
        })
        .collect()
}

impl Field {
    fn read(value: RawJsonValue<'_, '_>) -> Self {
        match value.kind() {
            JsonValueKind::Null => Self::Missing,
            JsonValueKind::String => match value.to_unquoted_string_str() {
                Ok(text) => Self::Text(text.into_owned()),
                Err(_) => Self::Other,
            },
            JsonValueKind::Integer => value
                .as_raw_str()
                .parse()
                .map_or(Self::Other, Self::Integer),
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(json: &str) -> Box<Fields> {
        match Reply::from_json(json.as_bytes()) {
            Some(Reply::Object(fields)) => fields,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn fields_are_read_whether_they_come_as_text_or_as_numbers() {
        let reply = fields(r#"{"partnerId":"102","expiry":1795579658,"userId":null,"new":[{}]}"#);
        assert_eq!(reply.get("partnerId").integer(), Some(102));
        assert_eq!(reply.get("expiry").text().as_deref(), Some("1795579658"));
        assert_eq!(reply.get("userId"), &Field::Missing);
        assert_eq!(reply.get("ks"), &Field::Missing);
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
            assert_eq!(reply.get("expiry"), &Field::Other, "{value}");
        }
    }

    #[test]
    fn arguments_are_an_object_or_an_empty_array() {
        assert_eq!(
            fields(r#"{"args":{"ID":"0_a","N":5}}"#).arg("N").integer(),
            Some(5)
        );
        assert!(fields(r#"{"args":[]}"#).args().is_empty());
    }

    #[test]
    fn a_field_that_comes_twice_spoils_the_answer() {
        assert!(Reply::from_json(br#"{"ks":"a","ks":"b"}"#).is_none());
    }

    #[test]
    fn lone_surrogates_spoil_the_answer() {
        assert!(Reply::from_json(br#"{"ks":"\ud800"}"#).is_none());
    }

    #[test]
    fn other_values_are_no_objects() {
        for json in ["null", "true", "5", "-5", "0.5", "\"text\""] {
            assert!(
                matches!(Reply::from_json(json.as_bytes()), Some(Reply::Other)),
                "{json}"
            );
        }
        assert!(
            matches!(Reply::from_json(b"[null,{}]"), Some(Reply::List(items)) if items.len() == 2)
        );
    }

    #[test]
    fn deep_nesting_spoils_the_answer_even_where_it_is_of_no_interest() {
        let nested = |depth: usize| {
            let (open, close) = ("[".repeat(depth), "]".repeat(depth));
            format!(r#"{{"ks":"a]\"","new":{open}"[[["{close}}}"#)
        };
        assert!(Reply::from_json(nested(100).as_bytes()).is_some());
        assert!(Reply::from_json(nested(200).as_bytes()).is_none());
        assert!(Reply::from_json(nested(200_000).as_bytes()).is_none());
    }
}
