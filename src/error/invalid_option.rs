//! An option that is missing or wrong.

use core::fmt;

/// An option that is missing or wrong, and what is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidOption {
    /// The option's path, such as `partnerId` or `sessionPrivileges[2].name`.
    pub path: String,
    /// The expectation, to be read after "must be".
    pub expected: &'static str,
    /// A name to append to `expected`; usually empty.
    pub name: &'static str,
}

impl InvalidOption {
    /// The error that `path` must be `expected`.
    pub fn new(path: impl Into<String>, expected: &'static str) -> Self {
        Self {
            path: path.into(),
            expected,
            name: "",
        }
    }

    /// The error that `path` must be `expected` followed by `name`.
    pub fn naming(path: impl Into<String>, expected: &'static str, name: &'static str) -> Self {
        Self {
            name,
            ..Self::new(path, expected)
        }
    }

    /// The error for the unknown option `name` after `prefix`. The name isn't shown if it could be a misplaced
    /// secret.
    pub fn unknown(prefix: &str, name: &str) -> Self {
        let bytes = name.as_bytes();
        let is_name = match bytes.len() {
            0..=15 => bytes
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || *b == b'_'),
            16..=31 => bytes.iter().all(u8::is_ascii_alphabetic),
            _ => false,
        };
        if is_name {
            let path = [prefix, name].concat();
            return Self::new(path, Self::UNKNOWN);
        }
        let path = prefix.strip_suffix('.').unwrap_or("options");
        Self::new(path, Self::UNKNOWN_SECRET)
    }

    /// For `expected`: there is no such option.
    const UNKNOWN: &str = "";

    /// For `expected`: there is no such option, and its name may be a secret.
    const UNKNOWN_SECRET: &str = "; its name is not shown, because it may be a secret";

    /// The stable code of the error.
    pub const CODE: &'static str = "ERR_INVALID_OPTIONS";

    /// The message.
    pub fn message(&self) -> String {
        let words = match self.expected {
            Self::UNKNOWN => ["unknown option ", &*self.path, "", ""],
            Self::UNKNOWN_SECRET => ["unknown option in ", &*self.path, self.expected, ""],
            expected => [&*self.path, " must be ", expected, self.name],
        };
        words.concat()
    }
}

impl fmt::Display for InvalidOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl core::error::Error for InvalidOption {}
