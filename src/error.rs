//! What can go wrong, in words that say what to do next and never show a secret.

use core::fmt;

use crate::decimal::decimal;
use crate::kaltura::{ApiError, Operation, ResponseError};
use crate::redact::redact;
use crate::retry::{self, RetryPolicy};
use crate::secret::Secret;
use crate::session::Difference;

/// A failed call: why, and after how many HTTP requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Why it failed. Boxed wherever it is handed on: it is large, and rare.
    pub error: Box<Error>,
    /// The HTTP requests that were made for the call.
    pub attempts: u32,
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// An option or argument is missing or wrong; nothing was sent.
    InvalidOptions(InvalidOption),
    /// No answer: the connection could not be made, or broke.
    Network {
        /// The call that got no answer.
        operation: Operation,
        /// What the runtime said, outermost first, redacted.
        causes: Vec<Cause>,
    },
    /// The deadline passed, or the next try would have come after it.
    Timeout,
    /// The caller's signal ended the call.
    Aborted,
    /// What gives the application token, or its hashes, failed.
    TokenSource {
        /// What it is, and what is wrong with it.
        problem: &'static str,
        /// What it said, outermost first, redacted; nothing if it gave something that is no use.
        causes: Vec<Cause>,
    },
    /// An HTTP status other than 200: Kaltura answers even errors with 200, so this one
    /// comes from something before it.
    HttpStatus {
        /// The call that was answered so.
        operation: Operation,
        /// The status.
        status: u16,
        /// How long to wait before the next try, in milliseconds, where the response asks for it.
        retry_after_ms: Option<u64>,
    },
    /// An answer that is not what Kaltura sends.
    BadResponse {
        /// The call that was answered so.
        operation: Operation,
        /// What is wrong with the answer.
        problem: &'static str,
    },
    /// Kaltura refused.
    Kaltura(ApiError),
    /// The session differs from what was asked for, in a way that `grants` doesn't allow.
    NotGranted(Vec<Difference>),
    /// Sessions of this application token are refused from birth: `session.end` was called
    /// with one of them.
    SessionRevoked,
    /// A fault of this package.
    Internal(&'static str),
}

/// The option that is missing or wrong, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidOption {
    /// The option's path, such as `partnerId` or `sessionPrivileges[2].name`.
    pub path: String,
    /// What is expected there, to be read after "must be".
    pub expected: &'static str,
    /// A name that the reader needs, to be read after that; mostly none.
    pub name: &'static str,
}

impl InvalidOption {
    /// `path` must be `expected`.
    pub fn new(path: impl Into<String>, expected: &'static str) -> Self {
        Self {
            path: path.into(),
            expected,
            name: "",
        }
    }

    /// `path` must be `expected`, which ends before `name`.
    pub fn naming(path: impl Into<String>, expected: &'static str, name: &'static str) -> Self {
        Self {
            name,
            ..Self::new(path, expected)
        }
    }

    /// The option `name` behind `prefix`, which doesn't exist. Its name is not repeated where it could
    /// be a secret in the wrong place.
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

    /// The stable code of the error that it becomes.
    pub const CODE: &'static str = "ERR_INVALID_OPTIONS";

    /// What is wrong, in words.
    pub fn message(&self) -> String {
        let words = match self.expected {
            Self::UNKNOWN => ["unknown option ", &*self.path, "", ""],
            Self::UNKNOWN_SECRET => ["unknown option in ", &*self.path, self.expected, ""],
            expected => [&*self.path, " must be ", expected, self.name],
        };
        words.concat()
    }
}

/// One link of the chain behind a failure that the runtime reported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    /// The error's class, such as `TypeError`.
    pub name: String,
    /// Its code, such as `ECONNREFUSED`, where it has one.
    pub code: Option<String>,
    /// Its message, redacted.
    pub message: String,
}

impl Error {
    /// An answer to `operation` that is no use.
    pub fn bad_response(operation: &Operation, problem: &'static str) -> Box<Self> {
        Box::new(Self::BadResponse {
            operation: operation.clone(),
            problem,
        })
    }

    /// A response to `operation` that is not its answer.
    pub fn of_response(operation: &Operation, error: ResponseError) -> Box<Self> {
        Box::new(match error {
            ResponseError::Status(status) => Self::HttpStatus {
                operation: operation.clone(),
                status,
                retry_after_ms: None,
            },
            ResponseError::Unusable(problem) => return Self::bad_response(operation, problem),
            ResponseError::Refused(refusal) => Self::Kaltura(*refusal),
        })
    }

    /// No answer to `operation`: what the runtime said, without the secrets that are `known`.
    pub fn network(operation: &Operation, causes: Vec<Cause>, known: &[&Secret]) -> Box<Self> {
        let redacted = causes.into_iter().map(|cause| Cause {
            message: redact(&cause.message, known),
            ..cause
        });
        Box::new(Self::Network {
            operation: operation.clone(),
            causes: redacted.collect(),
        })
    }

    /// The stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidOptions(_) => InvalidOption::CODE,
            Self::Network { .. } => "ERR_NETWORK",
            Self::Timeout => "ERR_TIMEOUT",
            Self::Aborted => "ERR_ABORTED",
            Self::TokenSource { .. } => "ERR_TOKEN_SOURCE",
            Self::HttpStatus { .. } => "ERR_HTTP_STATUS",
            Self::BadResponse { .. } => "ERR_BAD_RESPONSE",
            Self::Kaltura(_) => "ERR_KALTURA",
            Self::NotGranted(_) => "ERR_NOT_GRANTED",
            Self::SessionRevoked => "ERR_SESSION_REVOKED",
            Self::Internal(_) => "ERR_INTERNAL",
        }
    }

    /// Whether the same call may well succeed a little later.
    pub fn retryable(&self) -> bool {
        match self {
            // A garbled answer is mostly a proxy's, and passes with it.
            Self::Network { .. } | Self::Timeout | Self::BadResponse { .. } => true,
            Self::TokenSource { causes, .. } => !causes.is_empty(),
            Self::HttpStatus { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
            Self::Kaltura(error) => error.retryable(),
            Self::InvalidOptions(_)
            | Self::Aborted
            | Self::NotGranted(_)
            | Self::SessionRevoked
            | Self::Internal(_) => false,
        }
    }

    /// Whether the server certainly did not execute the call, because its rate limiter rejected it.
    pub fn was_turned_away(&self) -> bool {
        match self {
            Self::Kaltura(refusal) => refusal.is_rate_limit(),
            Self::HttpStatus { status, .. } => *status == 429,
            _ => false,
        }
    }

    /// The wait before retry number `retry` (from 1), in milliseconds; `None` if there is to be none.
    /// See [`retry::delay_ms`].
    pub fn retry_delay_ms(
        &self,
        policy: RetryPolicy,
        retry: u32,
        retry_after_ms: Option<u64>,
        random: u32,
    ) -> Option<u64> {
        if !self.retryable() {
            return None;
        }
        retry::delay_ms(
            policy,
            retry,
            self.retry_after_ms().max(retry_after_ms),
            random,
        )
    }

    /// The call that failed, where one was made.
    pub fn operation(&self) -> Option<&Operation> {
        match self {
            Self::Network { operation, .. }
            | Self::HttpStatus { operation, .. }
            | Self::BadResponse { operation, .. } => Some(operation),
            Self::Kaltura(error) => Some(&error.operation),
            _ => None,
        }
    }

    /// The path of the option that is wrong.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::InvalidOptions(option) => Some(&option.path),
            _ => None,
        }
    }

    /// The HTTP status that was not 200.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::HttpStatus { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// How long to wait before the next try, in milliseconds, where Kaltura or what stands before
    /// it asks for that.
    pub fn retry_after_ms(&self) -> Option<u64> {
        match self {
            Self::HttpStatus { retry_after_ms, .. } => *retry_after_ms,
            Self::Kaltura(refusal) => refusal.retry_after_ms,
            _ => None,
        }
    }

    /// Notes that a wait of `ms` is asked for before the next try, if one makes sense.
    pub fn ask_for_pause(&mut self, ms: u64) {
        if !self.retryable() {
            return;
        }
        if let Self::HttpStatus { retry_after_ms, .. }
        | Self::Kaltura(ApiError { retry_after_ms, .. }) = self
        {
            *retry_after_ms = Some(retry_after_ms.unwrap_or(0).max(ms));
        }
    }

    /// In what the session is not what was asked for.
    pub fn differences(&self) -> Option<&[Difference]> {
        match self {
            Self::NotGranted(differences) => Some(differences),
            _ => None,
        }
    }

    /// The chain behind the failure, as the runtime reported it.
    pub fn causes(&self) -> &[Cause] {
        match self {
            Self::Network { causes, .. } | Self::TokenSource { causes, .. } => causes,
            _ => &[],
        }
    }

    /// What happened, and what to do next.
    pub fn message(&self) -> String {
        // One `concat` for all: each is a good part of the text that it makes.
        let name = self.operation().map(Operation::name).unwrap_or_default();
        let (mut detail, mut pause) = (String::new(), String::new());
        let parts = match self {
            Self::InvalidOptions(option) => return option.message(),
            Self::Kaltura(refusal) => return refusal.message(),
            Self::Network { causes, .. } => {
                let code = causes.iter().rev().find_map(|cause| cause.code.as_deref());
                let (before, code, after) = code.map_or(("", "", ""), |code| (" (", code, ")"));
                [
                    "no response to ",
                    &name,
                    before,
                    code,
                    after,
                    ": check serviceUrl and the network; `cause` has the details",
                ]
            }
            Self::Timeout => only(
                "timed out: no session within timeoutMs; raise it, or check the network and the service",
            ),
            Self::Aborted => only("aborted by the caller's signal"),
            Self::TokenSource { problem, .. } => only(problem),
            Self::HttpStatus {
                status,
                retry_after_ms,
                ..
            } => {
                let advice = match status {
                    200..=299 => {
                        "Kaltura's API always answers with 200; check serviceUrl and proxies"
                    }
                    300..=399 => {
                        "redirects are not followed; if the redirect is right, set serviceUrl to its target"
                    }
                    404 => "no Kaltura API was found; check serviceUrl",
                    408 | 425 | 429 => "too many requests, or too slow; try again later",
                    500..=599 => {
                        "the service, or a proxy in front of it, is unavailable; try again later"
                    }
                    _ => {
                        "a server in front of Kaltura's API refused the request; check serviceUrl and proxies"
                    }
                };
                detail = decimal(*status);
                if let Some(ms) = retry_after_ms {
                    pause = [", in ", &decimal(ms.div_ceil(1000)), " s"].concat();
                }
                ["HTTP status ", &detail, " to ", &name, ": ", advice]
            }
            Self::BadResponse { problem, .. } => {
                ["unusable response to ", &name, ": ", problem, "", ""]
            }
            Self::NotGranted(differences) => {
                for difference in differences {
                    if !detail.is_empty() {
                        detail.push_str("; ");
                    }
                    detail.push_str(&difference.message());
                }
                [
                    "the session differs from the request: ",
                    &detail,
                    ". Kaltura silently drops what the application token doesn't allow: change the token or the request, or set `grants`",
                    "",
                    "",
                    "",
                ]
            }
            Self::SessionRevoked => only(
                "every session of this application token is refused as logged out, including new ones: session.end was called with one of them, which ends the whole token for a day or more. Make a new token, and log out by discarding the KS",
            ),
            Self::Internal(what) => ["internal error: ", what, "; please report it", "", "", ""],
        };
        let mut message = parts.concat();
        message.push_str(&pause);
        message
    }
}

/// A message of one part.
fn only(text: &str) -> [&str; 6] {
    [text, "", "", "", "", ""]
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl core::error::Error for Error {}

impl From<InvalidOption> for Error {
    fn from(option: InvalidOption) -> Self {
        Self::InvalidOptions(option)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy = RetryPolicy { retries: 2 };

    fn status(status: u16) -> Error {
        Error::HttpStatus {
            operation: Operation::known("session", "start"),
            status,
            retry_after_ms: None,
        }
    }

    #[test]
    fn what_passes_is_tried_again_as_often_as_the_policy_says() {
        assert!(status(503).retry_delay_ms(POLICY, 1, None, 0).is_some());
        assert!(status(503).retry_delay_ms(POLICY, 2, None, 0).is_some());
        assert_eq!(status(503).retry_delay_ms(POLICY, 3, None, 0), None);
        let none = RetryPolicy { retries: 0 };
        assert_eq!(status(503).retry_delay_ms(none, 1, None, 0), None);
    }

    #[test]
    fn a_definite_refusal_is_not_tried_again() {
        for code in [301, 400, 401, 403, 404] {
            assert_eq!(status(code).retry_delay_ms(POLICY, 1, None, 0), None);
        }
    }
}
