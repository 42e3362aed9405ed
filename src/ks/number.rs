//! Numbers in a KS: text, which may be missing or not a number.

use crate::ks::php;
use crate::work;

/// A number in a KS, kept as its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Number(Option<String>);

impl Number {
    /// A missing field.
    pub const ABSENT: Self = Self(None);

    /// A field with `text`.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(Some(text.into()))
    }

    /// The text; `None` if the field is missing.
    pub fn text(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// The digits, if the whole text is a number.
    pub fn digits(&self) -> Option<&str> {
        php::numeric(self.text()?)
    }

    /// Its value, if it has [`digits`](Self::digits).
    pub fn value(&self) -> Option<f64> {
        work::steps(self.text().map_or(0, str::len));
        self.digits()?.parse().ok()
    }

    /// Its value as a whole number, as the server converts it: 0 for a text that is not a number.
    pub fn to_int(&self) -> i64 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "drops the fraction and stops at the limits, as is wanted"
        )]
        let rounded = self.value().map_or(0, |value| value as i64);
        self.text()
            .and_then(|text| text.parse().ok())
            .unwrap_or(rounded)
    }

    /// Whether the server's `<` puts it before `now`: a missing number is before every time, and a text that is not a
    /// number is compared as text.
    pub(super) fn is_before(&self, now: i64) -> bool {
        match (self.text(), self.value()) {
            (None, _) => true,
            #[expect(clippy::cast_precision_loss, reason = "so does the server")]
            (_, Some(value)) => value < now as f64,
            (Some(text), None) => *text < *now.to_string(),
        }
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self(Some(number.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_numbers_have_a_value() {
        for (text, value) in [
            ("0", Some(0.0)),
            ("-2", Some(-2.0)),
            (" 12 ", Some(12.0)),
            ("4102444800.5", Some(4_102_444_800.5)),
            ("1e3", Some(1000.0)),
            ("", None),
            ("abc", None),
            ("12abc", None),
            ("nan", None),
            ("inf", None),
            ("0x10", None),
        ] {
            assert_eq!(Number::from_text(text).value(), value, "{text:?}");
        }
        assert_eq!(Number::ABSENT.value(), None);
    }

    #[test]
    fn whole_numbers_keep_every_digit_and_stop_at_the_limits() {
        for (text, int) in [
            ("9007199254740993", 9_007_199_254_740_993),
            ("99999999999999999999", i64::MAX),
            ("4102444800.5", 4_102_444_800),
            ("abc", 0),
            ("", 0),
        ] {
            assert_eq!(Number::from_text(text).to_int(), int, "{text:?}");
        }
    }

    #[test]
    fn a_time_that_is_no_number_is_compared_as_text() {
        let now = 1_795_493_902;
        for (text, is_before) in [
            ("1795493901", true),
            ("1795493902", false),
            ("1795493902.5", false),
            (" 12", true),
            ("abc", false),
            ("", true),
        ] {
            assert_eq!(
                Number::from_text(text).is_before(now),
                is_before,
                "{text:?}"
            );
        }
        assert!(Number::ABSENT.is_before(now));
    }
}
