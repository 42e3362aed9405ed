//! The rate limit, which the server answers with HTTP 200 like everything else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::php::{self, Params};

/// How many calls are let through in a time.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RateLimit {
    /// The service, in any case.
    pub service: String,
    /// The action, in any case.
    pub action: String,
    /// How many calls are let through.
    pub max: u32,
    /// In how many seconds, from the first call on.
    #[serde(default = "ten")]
    pub window: i64,
    /// The parameter whose values are counted apart, such as `id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<String>,
    /// Whether failed calls alone are counted.
    #[serde(default)]
    pub errors_only: bool,
}

fn ten() -> i64 {
    10
}

/// The calls of a window that has begun.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Window {
    ends: i64,
    calls: u32,
}

pub(super) type Windows = BTreeMap<String, Window>;

impl RateLimit {
    fn covers(&self, service: &str, action: &str) -> bool {
        self.service.eq_ignore_ascii_case(service) && self.action.eq_ignore_ascii_case(action)
    }

    fn key(&self, index: usize, params: &Params) -> String {
        let value = self
            .per
            .as_ref()
            .and_then(|name| params.get(name))
            .map(php::to_text);
        format!("{index}|{}", value.unwrap_or_default())
    }
}

/// Whether a call is let through. It counts as one, unless its limit counts failures alone.
pub(super) fn admits(
    limits: &[RateLimit],
    windows: &mut Windows,
    (service, action): (&str, &str),
    params: &Params,
    now: i64,
) -> bool {
    windows.retain(|_, window| window.ends > now);
    let mut admitted = true;
    for (index, limit) in limits.iter().enumerate() {
        if limit.covers(service, action) {
            let key = limit.key(index, params);
            if limit.errors_only {
                admitted &= windows
                    .get(&key)
                    .is_none_or(|window| window.calls < limit.max);
            } else {
                let window = open(windows, key, now.saturating_add(limit.window));
                window.calls = window.calls.saturating_add(1);
                admitted &= window.calls <= limit.max;
            }
        }
    }
    admitted
}

/// Counts a call that failed, where failures are counted.
pub(super) fn note_failure(
    limits: &[RateLimit],
    windows: &mut Windows,
    (service, action): (&str, &str),
    params: &Params,
    now: i64,
) {
    for (index, limit) in limits.iter().enumerate() {
        if limit.errors_only && limit.covers(service, action) {
            let ends = now.saturating_add(limit.window);
            let window = open(windows, limit.key(index, params), ends);
            window.calls = window.calls.saturating_add(1);
        }
    }
}

fn open(windows: &mut Windows, key: String, ends: i64) -> &mut Window {
    windows.entry(key).or_insert(Window { ends, calls: 0 })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CALL: (&str, &str) = ("apptoken", "startsession");

    fn params(id: &str) -> Params {
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
        let (limits, mut windows) = (limit(false), Windows::new());
        let mut admits = |id, now| admits(&limits, &mut windows, CALL, &params(id), now);
        assert!(admits("a", 0));
        assert!(admits("a", 1));
        assert!(!admits("a", 5));
        assert!(admits("b", 5), "each id is counted apart");
        assert!(admits("a", 6), "the window has ended");
    }

    #[test]
    fn a_limit_on_failures_lets_any_number_of_good_calls_through() {
        let (limits, mut windows) = (limit(true), Windows::new());
        for _ in 0..5 {
            assert!(admits(&limits, &mut windows, CALL, &params("a"), 0));
        }
        note_failure(&limits, &mut windows, CALL, &params("a"), 0);
        assert!(admits(&limits, &mut windows, CALL, &params("a"), 0));
        note_failure(&limits, &mut windows, CALL, &params("a"), 0);
        assert!(!admits(&limits, &mut windows, CALL, &params("a"), 0));
    }
}
