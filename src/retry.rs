//! When and whether to try again.

use crate::api::ResponseHead;
use crate::clock::http_date_s;
use crate::error::Error;

/// Kaltura's rate limit looks back this long by default, and says nothing of when to return.
const RATE_LIMIT_WINDOW_MS: u64 = 10_000;
/// The base of the exponential backoff.
const FIRST_DELAY_MS: u64 = 100;
/// No wait is longer than this, whatever a server asks.
const LONGEST_DELAY_MS: u64 = 60_000;

/// How often a call may be tried again after failures that pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries after the first one; 0 turns retries off.
    pub retries: u32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { retries: 2 }
    }
}

/// The wait before retry number `retry` (from 1) of what failed with `error`, in
/// milliseconds; `None` if trying again is no use.
///
/// Full jitter: `random`, any number, spreads callers that failed together.
pub fn delay_ms(
    policy: RetryPolicy,
    error: &Error,
    retry: u32,
    retry_after: Option<u64>,
    random: u32,
) -> Option<u64> {
    if retry > policy.retries || !error.retryable() {
        return None;
    }
    let rate_limited = matches!(error, Error::Kaltura(api) if api.is_rate_limit());
    let window = FIRST_DELAY_MS.saturating_mul(1 << retry.min(10));
    let floor = if rate_limited {
        RATE_LIMIT_WINDOW_MS
    } else {
        retry_after.unwrap_or(0)
    };
    let jitter = window.saturating_mul(u64::from(random)) >> 32;
    Some(floor.saturating_add(jitter).min(LONGEST_DELAY_MS))
}

/// What a `Retry-After` header asks for, in milliseconds; `now_s` is the local unix time.
pub fn retry_after_ms(head: &ResponseHead, now_s: i64) -> Option<u64> {
    let text = head.retry_after.as_deref()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(seconds.saturating_mul(1000));
    }
    // The server's own `Date` is the clock that the moment was named on.
    let now_s = head.date.as_deref().and_then(http_date_s).unwrap_or(now_s);
    let wait_s = http_date_s(text)?.saturating_sub(now_s).max(0);
    u64::try_from(wait_s).ok()?.checked_mul(1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Operation;

    const POLICY: RetryPolicy = RetryPolicy { retries: 2 };

    fn status(status: u16) -> Error {
        Error::HttpStatus {
            operation: Operation::known("session", "start"),
            status,
        }
    }

    #[test]
    fn what_passes_is_tried_again_as_often_as_the_policy_says() {
        assert!(delay_ms(POLICY, &status(503), 1, None, 0).is_some());
        assert!(delay_ms(POLICY, &status(503), 2, None, 0).is_some());
        assert_eq!(delay_ms(POLICY, &status(503), 3, None, 0), None);
        assert_eq!(
            delay_ms(RetryPolicy { retries: 0 }, &status(503), 1, None, 0),
            None
        );
    }

    #[test]
    fn a_definite_refusal_is_not_tried_again() {
        for code in [301, 400, 401, 403, 404] {
            assert_eq!(delay_ms(POLICY, &status(code), 1, None, 0), None);
        }
    }

    #[test]
    fn waits_are_spread_over_a_growing_window() {
        assert_eq!(delay_ms(POLICY, &status(503), 1, None, 0), Some(0));
        assert_eq!(delay_ms(POLICY, &status(503), 1, None, u32::MAX), Some(199));
        assert_eq!(delay_ms(POLICY, &status(503), 2, None, u32::MAX), Some(399));
    }

    #[test]
    fn a_server_s_wish_is_the_least_wait_within_reason() {
        assert_eq!(delay_ms(POLICY, &status(503), 1, Some(3000), 0), Some(3000));
        assert_eq!(
            delay_ms(POLICY, &status(503), 1, Some(u64::MAX), 0),
            Some(60_000)
        );
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let head = |retry_after: &str, date: Option<&str>| ResponseHead {
            retry_after: Some(retry_after.to_owned()),
            date: date.map(str::to_owned),
            ..ResponseHead::default()
        };
        let at = "Tue, 24 Nov 2026 04:14:17 GMT";
        assert_eq!(retry_after_ms(&head(" 7 ", None), 0), Some(7000));
        assert_eq!(retry_after_ms(&head(at, None), 1_795_493_650), Some(7000));
        assert_eq!(
            retry_after_ms(&head(at, Some("Tue, 24 Nov 2026 04:14:15 GMT")), 0),
            Some(2000)
        );
        assert_eq!(retry_after_ms(&head(at, None), 1_795_493_999), Some(0));
        assert_eq!(retry_after_ms(&head("soon", None), 0), None);
        assert_eq!(retry_after_ms(&head("-1", None), 0), None);
    }
}
