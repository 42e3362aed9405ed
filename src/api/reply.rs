//! What Kaltura answers, as far as it is of interest here.

use core::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

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

impl<'de> Deserialize<'de> for Reply {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReplyVisitor)
    }
}

struct ReplyVisitor;

impl<'de> Visitor<'de> for ReplyVisitor {
    type Value = Reply;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Reply, A::Error> {
        let mut reply = Box::new(Fields::default());
        while let Some(name) = map.next_key::<String>()? {
            if name == "args" {
                reply.args = map.next_value::<Args>()?.0;
                continue;
            }
            match reply.fields.iter_mut().find(|(known, _)| *known == name) {
                // Whoever sends a field twice means to be read in two ways.
                Some((_, field)) if *field != Field::Missing => return Err(A::Error::custom("")),
                Some((_, field)) => *field = map.next_value()?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Reply::Object(reply))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Reply, A::Error> {
        let mut replies = Vec::new();
        while let Some(reply) = items.next_element()? {
            replies.push(reply);
        }
        Ok(Reply::List(replies))
    }

    fn visit_str<E>(self, _: &str) -> Result<Reply, E> {
        Ok(Reply::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Reply, E> {
        Ok(Reply::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Reply, E> {
        Ok(Reply::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Reply, E> {
        Ok(Reply::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Reply, E> {
        Ok(Reply::Other)
    }

    fn visit_unit<E>(self) -> Result<Reply, E> {
        Ok(Reply::Other)
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor)
    }
}

struct FieldVisitor;

impl<'de> Visitor<'de> for FieldVisitor {
    type Value = Field;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field")
    }

    fn visit_str<E>(self, text: &str) -> Result<Field, E> {
        Ok(Field::Text(text.to_owned()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Field, E> {
        Ok(Field::Integer(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Field, E> {
        Ok(i64::try_from(number).map_or(Field::Other, Field::Integer))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Field, E> {
        Ok(Field::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Field, E> {
        Ok(Field::Other)
    }

    fn visit_unit<E>(self) -> Result<Field, E> {
        Ok(Field::Missing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Field, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Field::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Field, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Field::Other)
    }
}

/// The arguments of a refusal: an object, but an empty array where there are none.
struct Args(Vec<(String, Field)>);

impl<'de> Deserialize<'de> for Args {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ArgsVisitor)
    }
}

struct ArgsVisitor;

impl<'de> Visitor<'de> for ArgsVisitor {
    type Value = Args;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("arguments")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Args, A::Error> {
        let mut args = Vec::new();
        while let Some(arg) = map.next_entry()? {
            args.push(arg);
        }
        Ok(Args(args))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Args, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Args(Vec::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(json: &str) -> Box<Fields> {
        match serde_json::from_str(json) {
            Ok(Reply::Object(fields)) => fields,
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
        assert!(serde_json::from_str::<Reply>(r#"{"ks":"a","ks":"b"}"#).is_err());
    }

    #[test]
    fn lone_surrogates_spoil_the_answer() {
        assert!(serde_json::from_str::<Reply>(r#"{"ks":"\ud800"}"#).is_err());
    }

    #[test]
    fn other_values_are_no_objects() {
        for json in ["null", "true", "5", "-5", "0.5", "\"text\""] {
            assert!(
                matches!(serde_json::from_str(json), Ok(Reply::Other)),
                "{json}"
            );
        }
        assert!(
            matches!(serde_json::from_str("[null,{}]"), Ok(Reply::List(items)) if items.len() == 2)
        );
    }
}
