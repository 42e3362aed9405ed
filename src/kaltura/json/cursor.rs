//! A place in a JSON text that is read.

use crate::work;

/// The maximum nesting: the bits of a `u64`.
const DEEPEST: u32 = u64::BITS;

/// Counts the bytes before a quote, a backslash or a control character. Most of a response is in strings, so eight
/// bytes are checked at a time.
pub(super) fn plain(bytes: &[u8]) -> usize {
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

pub(super) struct Cursor<'a> {
    pub(super) rest: &'a [u8],
}

#[expect(
    clippy::inline_always,
    reason = "optimised for size, the compiler calls them for each byte: a megabyte took twice as long"
)]
impl<'a> Cursor<'a> {
    /// The next `count` bytes.
    #[inline(always)]
    pub(super) fn advance(&mut self, count: usize) -> Option<&'a [u8]> {
        work::steps(count);
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    #[inline(always)]
    pub(super) fn next(&mut self) -> Option<u8> {
        self.advance(1)?.first().copied()
    }

    pub(super) fn take(&mut self, wanted: &[u8]) -> Option<()> {
        work::steps(wanted.len());
        self.rest = self.rest.strip_prefix(wanted)?;
        Some(())
    }

    /// Returns what comes after white space.
    pub(super) fn peek(&mut self) -> Option<u8> {
        // `trim_ascii_start` would skip a form feed too.
        while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = self.rest {
            work::steps(1);
            self.rest = rest;
        }
        self.rest.first().copied()
    }

    /// Returns the next item of a list, unless the list has ended.
    pub(super) fn item(&mut self, end: u8) -> Option<&'a [u8]> {
        (self.peek()? != end).then_some(())?;
        self.value()
    }

    /// Reads past a comma, if there is one.
    pub(super) fn comma(&mut self) {
        let _ = self.peek();
        let _ = self.take(b",");
    }

    /// Reads one value and returns it.
    pub(super) fn value(&mut self) -> Option<&'a [u8]> {
        self.value_and(&mut |_, _| {})
    }

    /// Reads one value and returns it; calls `field` for each field of an object. Uses no stack, however deep the value
    /// is.
    pub(super) fn value_and(&mut self, field: &mut dyn FnMut(Text<'a>, &'a [u8])) -> Option<&'a [u8]> {
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
    pub(super) fn name(&mut self) -> Option<Text<'a>> {
        self.peek()?;
        let name = self.string()?;
        self.peek()?;
        self.take(b":")?;
        Some(name)
    }

    pub(super) fn string(&mut self) -> Option<Text<'a>> {
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
    pub(super) fn escaped(&mut self) -> Option<char> {
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
    pub(super) fn unit(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |unit, _| {
            let digit = char::from(self.next()?).to_digit(16)?;
            Some(unit << 4 | digit)
        })
    }

    pub(super) fn number(&mut self) -> Option<()> {
        if self.rest.first() == Some(&b'-') {
            self.next()?;
        }
        let begins_with_zero = self.rest.first() == Some(&b'0');
        if self.digits()? > 1 && begins_with_zero {
            return None;
        }
        // Most are integers, so what may follow is looked at once.
        if !matches!(self.rest.first(), Some(b'.' | b'e' | b'E')) {
            return Some(());
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
    pub(super) fn digits(&mut self) -> Option<usize> {
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit());
        let count = digits.count();
        self.advance(count)?;
        (count > 0).then_some(count)
    }
}

/// A string as written, without its quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'a>(pub(super) &'a [u8]);

impl Text<'_> {
    /// Decodes the string.
    pub(super) fn decoded(self) -> String {
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
    pub(super) fn is(self, expected: &str) -> bool {
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
