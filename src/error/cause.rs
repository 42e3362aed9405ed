//! What the runtime said of a failure.

use core::fmt;

/// One error in the chain of causes that the runtime reported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    /// The error's class, such as `TypeError`.
    pub name: String,
    /// Its code, such as `ECONNREFUSED`, if any.
    pub code: Option<String>,
    /// Its message, redacted.
    pub message: String,
}

impl Cause {
    /// A cause of this class that says `message`; it has no code.
    pub fn new(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            code: None,
            message: message.into(),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.message)
    }
}

impl core::error::Error for Cause {}
