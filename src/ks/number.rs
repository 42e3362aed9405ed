//! Numbers as a KS carries them: text, which may be missing or no number at all.

/// A number in a KS, kept as the text that stands there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Number(Option<String>);

impl Number {
    /// A field that is left out.
    pub const ABSENT: Self = Self(None);

    /// A field that reads `text`.
    pub fn from_text(text: String) -> Self {
        Self(Some(text))
    }

    /// What stands in the KS; `None` if the field is left out.
    pub fn text(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// The whole number that the text begins with, and 0 without one, as the server reads it.
    pub fn to_int(&self) -> i64 {
        self.text().and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// Whether the server's `<` puts it before `now`.
    pub(super) fn is_before(&self, now: i64) -> bool {
        self.to_int() < now
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self(Some(number.to_string()))
    }
}
