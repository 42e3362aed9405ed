//! Faults between a caller and the API, set by a test.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::message::{Cut, Outgoing};
use crate::work::steps;

/// A fault that affects the next matching calls.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// The call to affect, such as `appToken.startSession`, in any case; by default every call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// How many matching calls pass before it begins.
    pub skip: u32,
    /// How many calls to affect; by default all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// The delay of the response in milliseconds.
    pub delay_ms: u32,
    /// An HTTP status in place of the API's response. The call is not executed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// A body in place of the API's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Headers that are added, or replace those of the same name.
    pub headers: Vec<(String, String)>,
    /// Where the connection is cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drop: Option<Drop>,
    /// The number of bytes after which the body ends as if it were complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncate: Option<usize>,
    /// The speed of the body, in bytes a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_per_second: Option<u32>,
}

/// When a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Drop {
    /// The call is not executed.
    Before,
    /// The call is executed, but its response is lost.
    After,
    /// The response ends in its body.
    Body,
}

impl Fault {
    /// Whether it affects this call of `service` and `action`; counts the use.
    fn meets(&mut self, service: &str, action: &str) -> bool {
        steps(1);
        if let Some(on) = &self.on {
            let (want_service, want_action) = on.split_once('.').unwrap_or((on, ""));
            let same = want_service.eq_ignore_ascii_case(service)
                && (want_action.is_empty() || want_action.eq_ignore_ascii_case(action));
            if !same {
                return false;
            }
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        if let Some(times) = &mut self.times {
            *times -= 1;
        }
        true
    }

    /// Whether the call is answered without being executed.
    pub(super) fn replaces_the_call(&self) -> bool {
        self.status.is_some() || self.drop == Some(Drop::Before)
    }

    /// Applies the fault to `answer`.
    pub(super) fn strike(&self, answer: &mut Outgoing) {
        if let Some(status) = self.status {
            *answer = Outgoing {
                status,
                ..Outgoing::default()
            };
            answer
                .headers
                .push(("Content-Type".to_owned(), "text/html".to_owned()));
        }
        if let Some(body) = &self.body {
            answer.body = body.clone().into_bytes();
        }
        // The last of equal names counts, and replaces the response's own.
        let lower = |name: &str| name.to_ascii_lowercase();
        let names = self.headers.iter().map(|(name, _)| lower(name));
        let last: BTreeMap<String, usize> = names.zip(0..).collect();
        answer
            .headers
            .retain(|(name, _)| !last.contains_key(&lower(name)));
        for (index, (name, value)) in self.headers.iter().enumerate() {
            steps(1);
            if last.get(&lower(name)) == Some(&index) {
                answer.headers.push((name.clone(), value.clone()));
            }
        }
        if let Some(length) = self.truncate {
            answer.body.truncate(length);
        }
        answer.transport.delay_ms = answer.transport.delay_ms.saturating_add(self.delay_ms);
        answer.transport.bytes_per_second = self.bytes_per_second;
        answer.transport.cut = self.drop.map(|when| match when {
            Drop::Before | Drop::After => Cut::BeforeHeaders,
            Drop::Body => Cut::InBody,
        });
    }
}

/// Returns the fault that affects this call, if any; removes used-up ones.
pub(super) fn meet(faults: &mut Vec<Fault>, service: &str, action: &str) -> Option<Fault> {
    faults.retain(|fault| fault.times != Some(0));
    let met = faults
        .iter_mut()
        .find_map(|fault| fault.meets(service, action).then(|| fault.clone()));
    faults.retain(|fault| fault.times != Some(0));
    met
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_meets_its_own_calls_its_number_of_times() {
        let mut faults = vec![Fault {
            on: Some("AppToken.startsession".to_owned()),
            skip: 1,
            times: Some(2),
            ..Fault::default()
        }];
        let mut met = |action| meet(&mut faults, "apptoken", action).is_some();
        assert!(!met("list"));
        assert!(!met("startSession"), "the first one passes");
        assert!(met("startSession"));
        assert!(met("startSession"));
        assert!(!met("startSession"));
    }

    #[test]
    fn a_status_takes_the_place_of_the_answer() {
        let mut answer = Outgoing {
            status: 200,
            body: b"true".to_vec(),
            ..Outgoing::default()
        };
        let fault = Fault {
            status: Some(503),
            body: Some("<html>".to_owned()),
            headers: vec![("Retry-After".to_owned(), "2".to_owned())],
            ..Fault::default()
        };
        fault.strike(&mut answer);
        assert_eq!(
            (answer.status, answer.body.as_slice()),
            (503, b"<html>".as_slice())
        );
        assert_eq!(answer.header("retry-after"), Some("2"));
    }
}
