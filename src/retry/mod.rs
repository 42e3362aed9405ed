//! Whether and when to retry.

mod budget;

pub use budget::RetryBudget;

use crate::clock::{http_date, ms_of};
use crate::decimal;
use crate::kaltura::{ResponseHead, RetryAfter};

/// The base of the exponential backoff.
const FIRST_DELAY_MS: u64 = 100;
/// The longest pause. If the server asks for a longer one, the call is not retried.
const LONGEST_DELAY_MS: u64 = 60_000;

/// How often a call is retried after transient failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The number of retries; 0 turns them off.
    pub retries: u32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { retries: 2 }
    }
}

/// Returns the delay before retry number `retry` (from 1), in milliseconds; `None` if there are no more retries, or the
/// server asks for a longer pause than the longest.
///
/// Full jitter: `random`, any number, spreads callers that failed at the same time.
pub fn delay_ms(
    policy: RetryPolicy,
    retry: u32,
    retry_after_ms: Option<u64>,
    random: u32,
) -> Option<u64> {
    if retry > policy.retries {
        return None;
    }
    let window = FIRST_DELAY_MS << retry.min(10);
    let floor = retry_after_ms.unwrap_or(0);
    if floor > LONGEST_DELAY_MS {
        return None;
    }
    let jitter = (window * u64::from(random)) >> 32;
    Some(floor.saturating_add(jitter).min(LONGEST_DELAY_MS))
}

/// Reads a `Retry-After` header: whole seconds or an HTTP date. Rounds up fractions of seconds, which the standard
/// doesn't allow.
///
/// ```
/// use kaltura_app_token::{RetryAfter, read_retry_after};
///
/// assert_eq!(read_retry_after("120"), Some(RetryAfter::Seconds(120)));
/// assert_eq!(read_retry_after("soon"), None);
/// ```
pub fn read_retry_after(text: &str) -> Option<RetryAfter> {
    let text = text.trim_matches([' ', '\t']);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return http_date(text).map(RetryAfter::Moment);
    }
    // Too many digits mean a very long time.
    let seconds = decimal::unsigned(whole).and_then(|it| u32::try_from(it).ok());
    let seconds = seconds.unwrap_or(u32::MAX);
    let part = u32::from(fraction.bytes().any(|b| b != b'0'));
    Some(RetryAfter::Seconds(seconds.saturating_add(part)))
}

/// The delay that a response asks for, in milliseconds; `now_s` is the local unix time.
pub fn retry_after_ms(head: &ResponseHead, now_s: i64) -> Option<u64> {
    match head.retry_after? {
        RetryAfter::Seconds(seconds) => Some(u64::from(seconds) * 1000),
        RetryAfter::Moment(moment_s) => {
            // The time is on the server's clock, like its `Date`.
            let wait_s = moment_s.saturating_sub(head.date_s.unwrap_or(now_s)).max(0);
            u64::try_from(ms_of(wait_s)).ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy = RetryPolicy { retries: 2 };

    #[test]
    fn there_are_as_many_retries_as_the_policy_says() {
        assert!(delay_ms(POLICY, 1, None, 0).is_some());
        assert!(delay_ms(POLICY, 2, None, 0).is_some());
        assert_eq!(delay_ms(POLICY, 3, None, 0), None);
        assert_eq!(delay_ms(RetryPolicy { retries: 0 }, 1, None, 0), None);
    }

    #[test]
    fn waits_are_spread_over_a_growing_window() {
        assert_eq!(delay_ms(POLICY, 1, None, 0), Some(0));
        assert_eq!(delay_ms(POLICY, 1, None, u32::MAX), Some(199));
        assert_eq!(delay_ms(POLICY, 2, None, u32::MAX), Some(399));
        let patient = RetryPolicy { retries: 100 };
        assert_eq!(delay_ms(patient, 100, None, u32::MAX), Some(60_000));
    }

    #[test]
    fn nobody_is_called_again_earlier_than_they_ask() {
        let delay_ms = |asked_ms| delay_ms(POLICY, 1, Some(asked_ms), 0);
        assert_eq!(delay_ms(3000), Some(3000));
        assert_eq!(delay_ms(60_000), Some(60_000));
        for too_long in [60_001, 3_600_000, u64::MAX] {
            assert_eq!(delay_ms(too_long), None);
        }
    }

    #[test]
    fn retry_after_is_read_strictly() {
        let read = read_retry_after;
        let seconds = |seconds| Some(RetryAfter::Seconds(seconds));
        for (text, expected) in [
            ("0", seconds(0)),
            (" 120\t", seconds(120)),
            ("2.5", seconds(3)),
            ("2.0", seconds(2)),
            ("99999999999999999999", seconds(u32::MAX)),
            (
                "Sun, 06 Nov 1994 08:49:37 GMT",
                Some(RetryAfter::Moment(784_111_777)),
            ),
            (
                "Sunday, 06-Nov-94 08:49:37 GMT",
                Some(RetryAfter::Moment(784_111_777)),
            ),
            (
                "Sun Nov  6 08:49:37 1994",
                Some(RetryAfter::Moment(784_111_777)),
            ),
            ("", None),
            ("-5", None),
            ("+5", None),
            ("5s", None),
            (".5", None),
            ("5.", None),
            ("1e3", None),
            ("2.5.1", None),
            ("2026-11-27", None),
            ("11/27/2026", None),
            ("tomorrow", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_moment_on_the_server_s_clock() {
        let wait = |retry_after, date_s, now_s| {
            let head = ResponseHead {
                retry_after: Some(retry_after),
                date_s,
                ..ResponseHead::default()
            };
            retry_after_ms(&head, now_s)
        };
        assert_eq!(wait(RetryAfter::Seconds(7), None, 0), Some(7000));
        assert_eq!(wait(RetryAfter::Moment(107), None, 100), Some(7000));
        assert_eq!(wait(RetryAfter::Moment(107), Some(105), 0), Some(2000));
        assert_eq!(wait(RetryAfter::Moment(107), None, 200), Some(0));
    }
}
