//! A strict JSON reader for responses, without a tree.
//!
//! A response is validated in one pass, and its values are slices of it. Only a few known fields of a possibly long
//! list are needed, so a tree would be many times as large as the response, and be dropped at once. Libraries also
//! contain tables for floats and texts of errors, which would be much of the WebAssembly.

use super::cursor::{Cursor, Text};
use crate::decimal::{self, decimal};
use crate::work;

/// A value in a response. Kaltura sends the same field as text or as a number, depending on the action, and omits
/// null fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Value<'a> {
    /// Left out, or null.
    #[default]
    Missing,
    /// A string.
    Text(Text<'a>),
    /// An integer.
    Integer(i64),
    /// A list, such as the results of a multirequest.
    List(List<'a>),
    /// An object, such as a session or a refusal.
    Object(Fields<'a>),
    /// Anything else: `true`, `false`, other numbers.
    Other,
}

/// The items of a list: the text after its opening bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List<'a>(&'a [u8]);

/// The fields of an object: the text after its opening brace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fields<'a>(&'a [u8]);

impl<'a> Value<'a> {
    /// Validates `json` and returns its value. `None` if it is not JSON, or nested more deeply than any response of
    /// Kaltura's.
    pub fn from_json(json: &'a [u8]) -> Option<Self> {
        work::steps(json.len());
        Self::with_fields(str::from_utf8(json).ok()?, [""]).map(|(value, _)| value)
    }

    /// Like [`from_json`](Self::from_json), and returns the fields `names` of an object, as [`Fields::get_all`] does,
    /// in the same pass.
    pub fn with_fields<const N: usize>(
        json: &'a str,
        names: [&str; N],
    ) -> Option<(Self, [Self; N])> {
        let mut found = [None; N];
        let mut reader = Cursor {
            rest: json.as_bytes(),
        };
        let value = reader.value_and(&mut |name, json| keep(name, json, &names, &mut found))?;
        let is_whole = reader.peek().is_none();
        is_whole.then(|| (Self::of(value), found.map(Option::unwrap_or_default)))
    }

    /// Returns the value of `json`, which must be valid and without white space around it.
    fn of(json: &'a [u8]) -> Self {
        match json {
            [b'"', text @ .., b'"'] => Self::Text(Text(text)),
            [b'[', items @ ..] => Self::List(List(items)),
            [b'{', fields @ ..] => Self::Object(Fields(fields)),
            b"null" => Self::Missing,
            number => {
                work::steps(number.len());
                let number = str::from_utf8(number).unwrap_or_default();
                decimal::parse(number).map_or(Self::Other, Self::Integer)
            }
        }
    }

    /// The text of a string or of an integer.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.decoded()),
            Self::Integer(number) => Some(decimal(*number)),
            _ => None,
        }
    }

    /// The number, also of a string with a number.
    pub fn integer(&self) -> Option<i64> {
        match self {
            Self::Text(text) => decimal::parse(&text.decoded()),
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// The text of a string.
    pub fn string(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.decoded()),
            _ => None,
        }
    }

    /// Whether it is this string.
    pub fn is(&self, expected: &str) -> bool {
        matches!(self, Self::Text(text) if text.is(expected))
    }

    /// The fields of an object.
    pub fn fields(&self) -> Option<Fields<'a>> {
        match self {
            Self::Object(fields) => Some(*fields),
            _ => None,
        }
    }
}

impl<'a> List<'a> {
    /// The items, in order.
    pub fn iter(self) -> impl Iterator<Item = Value<'a>> {
        let mut reader = Cursor { rest: self.0 };
        core::iter::from_fn(move || {
            let value = Value::of(reader.item(b']')?);
            reader.comma();
            Some(value)
        })
    }
}

impl<'a> Fields<'a> {
    /// No fields.
    pub const NONE: Self = Self(b"}");

    /// Returns the field `name`; see [`get_all`](Self::get_all). Each look-up reads the object once.
    pub fn get(self, name: &str) -> Value<'a> {
        let [value] = self.get_all([name]);
        value
    }

    /// Returns the fields `names`, reading the object once. A field that occurs twice is neither value, because it is
    /// meant to be read in two ways.
    pub fn get_all<const N: usize>(self, names: [&str; N]) -> [Value<'a>; N] {
        let mut found = [None; N];
        self.find(&names, &mut found);
        found.map(Option::unwrap_or_default)
    }

    // Not generic, so it is compiled once.
    #[inline(never)]
    fn find(self, names: &[&str], found: &mut [Option<Value<'a>>]) {
        for (name, json) in self.raw() {
            keep(name, json, names, found);
        }
    }

    /// All fields, in order.
    pub fn iter(self) -> impl Iterator<Item = (String, Value<'a>)> {
        self.raw()
            .map(|(name, json)| (name.decoded(), Value::of(json)))
    }

    fn raw(self) -> impl Iterator<Item = (Text<'a>, &'a [u8])> {
        let mut reader = Cursor { rest: self.0 };
        core::iter::from_fn(move || {
            (reader.peek()? != b'}').then_some(())?;
            let name = reader.name()?;
            let value = reader.value()?;
            reader.comma();
            Some((name, value))
        })
    }
}

/// Keeps a field if it is one of `names`.
fn keep<'a>(name: Text<'a>, json: &'a [u8], names: &[&str], found: &mut [Option<Value<'a>>]) {
    for (known, found) in names.iter().zip(found) {
        if name.is(known) {
            *found = Some(match found {
                None => Value::of(json),
                Some(_) => Value::Other,
            });
        }
    }
}

#[cfg(test)]
mod tests;
