//! The rate limit, which the server answers with HTTP 200.

use serde::{Deserialize, Serialize};

use super::expiring::{Expiring, Remembered};
use super::php::{self, PhpParams};
use crate::text::beginning;
use crate::work::steps;

/// A limit on the number of calls in a period.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RateLimit {
    /// The service, in any case.
    pub service: String,
    /// The action, in any case.
    pub action: String,
    /// How many calls are allowed.
    pub max: u32,
    /// The period in seconds, from the first call on.
    #[serde(default = "ten")]
    pub window: i64,
    /// The parameter whose values are counted separately, such as `id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<String>,
    /// Whether only failed calls are counted.
    #[serde(default)]
    pub errors_only: bool,
}

fn ten() -> i64 {
    10
}

/// The most rate limits.
pub(super) const MOST_LIMITS: usize = 100;
/// How much of a parameter is read to distinguish its values.
const LONGEST_VALUE: usize = 200;

/// The calls of an open window.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Calls(u32);

impl Remembered for Calls {}

pub(super) type Windows = Expiring<Calls>;

impl RateLimit {
    fn covers(&self, service: &str, action: &str) -> bool {
        self.service.eq_ignore_ascii_case(service) && self.action.eq_ignore_ascii_case(action)
    }

    fn key(&self, index: usize, params: &PhpParams) -> String {
        let value = self.per.as_ref().map(|name| php::text_of(params, name));
        let value = value.unwrap_or_default();
        format!("{index}|{}", beginning(&value, LONGEST_VALUE))
    }
}

/// Whether a call is allowed. It is counted, unless its limit counts only failures.
pub(super) fn admits(
    limits: &[RateLimit],
    windows: &mut Windows,
    (service, action): (&str, &str),
    params: &PhpParams,
    now: i64,
) -> bool {
    let mut admitted = true;
    for (index, limit) in limits.iter().enumerate() {
        steps(1);
        if limit.covers(service, action) {
            let key = limit.key(index, params);
            if limit.errors_only {
                admitted &= windows
                    .get(&key, now)
                    .is_none_or(|Calls(calls)| *calls < limit.max);
            } else {
                admitted &= count(windows, key, limit.window, now) <= limit.max;
            }
        }
    }
    admitted
}

/// Counts a failed call, if failures are counted.
pub(super) fn note_failure(
    limits: &[RateLimit],
    windows: &mut Windows,
    (service, action): (&str, &str),
    params: &PhpParams,
    now: i64,
) {
    for (index, limit) in limits.iter().enumerate() {
        if limit.errors_only && limit.covers(service, action) {
            count(windows, limit.key(index, params), limit.window, now);
        }
    }
}

/// Counts a call. Returns the number of calls in the open window of `seconds`.
fn count(windows: &mut Windows, key: String, seconds: i64, now: i64) -> u32 {
    if let Some(Calls(calls)) = windows.get_mut(&key, now) {
        *calls = calls.saturating_add(1);
        return *calls;
    }
    windows.put(key, Calls(1), now.saturating_add(seconds), now);
    1
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CALL: (&str, &str) = ("apptoken", "startsession");

    fn params(id: &str) -> PhpParams {
        json!({ "id": id }).as_object().cloned().unwrap_or_default()
    }

    fn limit(errors_only: bool) -> Vec<RateLimit> {
        vec![RateLimit {
            service: "appToken".to_owned(),
            action: "startSession".to_owned(),
            max: 2,
            window: 6,
            per: Some("id".to_owned()),
            errors_only,
        }]
    }

    #[test]
    fn calls_over_the_limit_are_blocked_until_the_window_ends() {
        let (limits, mut windows) = (limit(false), Windows::default());
        let mut admits = |id, now| admits(&limits, &mut windows, CALL, &params(id), now);
        assert!(admits("a", 0));
        assert!(admits("a", 1));
        assert!(!admits("a", 5));
        assert!(admits("b", 5), "each id is counted apart");
        assert!(admits("a", 6), "the window has ended");
    }

    #[test]
    fn a_limit_on_failures_lets_any_number_of_good_calls_through() {
        let (limits, mut windows) = (limit(true), Windows::default());
        for _ in 0..5 {
            assert!(admits(&limits, &mut windows, CALL, &params("a"), 0));
        }
        note_failure(&limits, &mut windows, CALL, &params("a"), 0);
        assert!(admits(&limits, &mut windows, CALL, &params("a"), 0));
        note_failure(&limits, &mut windows, CALL, &params("a"), 0);
        assert!(!admits(&limits, &mut windows, CALL, &params("a"), 0));
    }
}
