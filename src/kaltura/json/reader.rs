//! A strict JSON reader for responses, without a tree.
//!
//! A response is validated in one pass, and its values are slices of it. Only a few known fields of a possibly long
//! list are needed, so a tree would be many times as large as the response, and be dropped at once. Libraries also
//! contain tables for floats and texts of errors, which would be much of the WebAssembly.

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

/// A string as written, without its quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'a>(&'a [u8]);

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

impl Text<'_> {
    /// Decodes the string.
    fn decoded(self) -> String {
        let mut text = Vec::with_capacity(self.0.len());
        let mut reader = Cursor { rest: self.0 };
        while let Some(byte) = reader.next() {
            let c = match byte {
                b'\\' => reader.escaped(),
                _ => None,
            };
            match c {
                Some(c) => text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                None => text.push(byte),
            }
        }
        String::from_utf8(text).unwrap_or_default()
    }

    /// Whether it decodes to `expected`.
    fn is(self, expected: &str) -> bool {
        work::steps(self.0.len().min(expected.len()));
        let mut rest = expected.as_bytes();
        // Every escape is longer than what it stands for.
        let is_plain = self.0.len() <= rest.len() || !self.0.contains(&b'\\');
        if is_plain {
            return self.0 == rest && !rest.contains(&b'\\');
        }
        let mut reader = Cursor { rest: self.0 };
        while let Some(byte) = reader.next() {
            let mut utf8 = [byte, 0, 0, 0];
            let length = match byte {
                b'\\' => reader.escaped().map(|c| c.encode_utf8(&mut utf8).len()),
                _ => None,
            };
            let after = utf8
                .get(..length.unwrap_or(1))
                .and_then(|it| rest.strip_prefix(it));
            match after {
                Some(after) => rest = after,
                None => return false,
            }
        }
        rest.is_empty()
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

/// The maximum nesting: the bits of a `u64`.
const DEEPEST: u32 = u64::BITS;

/// Counts the bytes before a quote, a backslash or a control character. Most of a response is in strings, so eight
/// bytes are checked at a time.
fn plain(bytes: &[u8]) -> usize {
    const LOW: u64 = u64::MAX / 0xff;
    const HIGH: u64 = 0x80 * LOW;
    let (eights, _) = bytes.as_chunks::<8>();
    let is_plain = |eight: &[u8; 8]| {
        let eight = u64::from_le_bytes(*eight);
        // Has the high bit of each smaller byte, and maybe of bytes after one.
        let smaller = |eight: u64, than: u64| eight.wrapping_sub(than * LOW) & !eight & HIGH;
        let found = smaller(eight ^ (LOW * 0x22), 1) // "
            | smaller(eight ^ (LOW * 0x5c), 1) // \
            | smaller(eight, 0x20);
        found == 0
    };
    let skipped = 8 * eights.iter().take_while(|eight| is_plain(eight)).count();
    let rest = bytes.get(skipped..).unwrap_or_default();
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..b' ');
    skipped + rest.iter().position(special).unwrap_or(rest.len())
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// The next `count` bytes.
    fn advance(&mut self, count: usize) -> Option<&'a [u8]> {
        work::steps(count);
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn next(&mut self) -> Option<u8> {
        self.advance(1)?.first().copied()
    }

    fn take(&mut self, wanted: &[u8]) -> Option<()> {
        work::steps(wanted.len());
        self.rest = self.rest.strip_prefix(wanted)?;
        Some(())
    }

    /// Counts the next bytes that match.
    fn count(&self, is_such: impl Fn(u8) -> bool) -> usize {
        let end = self.rest.iter().position(|&byte| !is_such(byte));
        end.unwrap_or(self.rest.len())
    }

    /// Returns what comes after white space.
    fn peek(&mut self) -> Option<u8> {
        // `trim_ascii_start` would skip a form feed too.
        let spaces = self.count(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
        self.advance(spaces)?;
        self.rest.first().copied()
    }

    /// Returns the next item of a list, unless the list has ended.
    fn item(&mut self, end: u8) -> Option<&'a [u8]> {
        (self.peek()? != end).then_some(())?;
        self.value()
    }

    /// Reads past a comma, if there is one.
    fn comma(&mut self) {
        let _ = self.peek();
        let _ = self.take(b",");
    }

    /// Reads one value and returns it.
    fn value(&mut self) -> Option<&'a [u8]> {
        self.value_and(&mut |_, _| {})
    }

    /// Reads one value and returns it; calls `field` for each field of an object. Uses no stack, however deep the value
    /// is.
    fn value_and(&mut self, field: &mut dyn FnMut(Text<'a>, &'a [u8])) -> Option<&'a [u8]> {
        self.peek()?;
        let start = self.rest;
        // The open objects (1) and lists (0), the innermost in the lowest bit.
        let (mut objects, mut depth) = (0_u64, 0_u32);
        // The current field of the outermost object, and where its value begins.
        let mut outermost = None;
        loop {
            if objects & 1 == 1 {
                let name = self.name()?;
                self.peek()?;
                if depth == 1 {
                    outermost = Some((name, self.rest));
                }
            }
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                opening @ (b'[' | b'{') => {
                    self.next()?;
                    (depth < DEEPEST).then_some(())?;
                    depth += 1;
                    objects = objects << 1 | u64::from(opening == b'{');
                    // In ASCII each closing bracket is two after its opening one.
                    if self.peek()? != opening + 2 {
                        continue;
                    }
                }
                b'n' => self.take(b"null")?,
                b't' => self.take(b"true")?,
                b'f' => self.take(b"false")?,
                _ => self.number()?,
            }
            // A value has ended, and maybe the objects and lists around it.
            loop {
                if depth == 0 {
                    return start.get(..start.len() - self.rest.len());
                }
                if depth == 1
                    && let Some((name, value)) = outermost.take()
                {
                    field(name, value.get(..value.len() - self.rest.len())?);
                }
                self.peek()?;
                match (self.next()?, objects & 1) {
                    (b',', _) => break,
                    (b'}', 1) | (b']', 0) => {
                        depth -= 1;
                        objects >>= 1;
                    }
                    _ => return None,
                }
            }
        }
    }

    /// Reads the name of a field, and the colon after it.
    fn name(&mut self) -> Option<Text<'a>> {
        self.peek()?;
        let name = self.string()?;
        self.peek()?;
        self.take(b":")?;
        Some(name)
    }

    fn string(&mut self) -> Option<Text<'a>> {
        self.take(b"\"")?;
        let start = self.rest;
        loop {
            self.advance(plain(self.rest))?;
            let length = start.len() - self.rest.len();
            match self.next()? {
                b'"' => return start.get(..length).map(Text),
                b'\\' => {
                    self.escaped()?;
                }
                _ => return None,
            }
        }
    }

    /// Reads what follows a backslash.
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

    /// Reads four hex digits.
    fn unit(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |unit, _| {
            let digit = char::from(self.next()?).to_digit(16)?;
            Some(unit << 4 | digit)
        })
    }

    fn number(&mut self) -> Option<()> {
        let _ = self.take(b"-");
        let begins_with_zero = self.rest.starts_with(b"0");
        if self.digits()? > 1 && begins_with_zero {
            return None;
        }
        if self.take(b".").is_some() {
            self.digits()?;
        }
        if self.take(b"e").or_else(|| self.take(b"E")).is_some() {
            let _ = self.take(b"+").or_else(|| self.take(b"-"));
            self.digits()?;
        }
        Some(())
    }

    /// Counts the digits; at least one is required.
    fn digits(&mut self) -> Option<usize> {
        let count = self.count(|byte| byte.is_ascii_digit());
        self.advance(count)?;
        (count > 0).then_some(count)
    }
}

#[cfg(test)]
mod tests;
