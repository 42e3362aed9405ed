//! Errors, with messages that say what to do next and never contain a secret.

use core::fmt;

mod cause;
mod invalid_option;

pub use cause::Cause;
pub use invalid_option::InvalidOption;

use crate::decimal::decimal;
use crate::kaltura::{ApiError, Operation, ResponseError};
use crate::redact::redact;
use crate::retry::{self, RetryPolicy};
use crate::secret::Secret;
use crate::session::Difference;

/// A failed call: the error, and the number of HTTP requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The error. Boxed, because it is large and rare.
    pub error: Box<Error>,
    /// The number of HTTP requests that were made for the call.
    pub attempts: u32,
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// An option or argument is missing or wrong; nothing was sent.
    InvalidOptions(InvalidOption),
    /// No response: the connection could not be made, or broke.
    Network {
        /// The call that got no response.
        operation: Operation,
        /// The runtime's errors, outermost first, redacted.
        causes: Vec<Cause>,
    },
    /// The deadline passed, or the next try would be after it.
    Timeout,
    /// The caller's signal ended the call.
    Aborted,
    /// The source of the application token, or of its hashes, failed.
    TokenSource {
        /// The source, and what is wrong with it.
        problem: &'static str,
        /// Its errors, outermost first, redacted; empty if it returned something unusable.
        causes: Vec<Cause>,
    },
    /// An HTTP status other than 200. Kaltura answers even errors with 200, so it comes from a server in
    /// front of Kaltura.
    HttpStatus {
        /// The call that was answered so.
        operation: Operation,
        /// The status.
        status: u16,
        /// How long to wait before the next try, in milliseconds, if the response asks for it.
        retry_after_ms: Option<u64>,
    },
    /// A response that is not Kaltura's.
    BadResponse {
        /// The call that was answered so.
        operation: Operation,
        /// What is wrong with the response.
        problem: &'static str,
    },
    /// Kaltura refused the call.
    Kaltura(ApiError),
    /// The session differs from the request in a way that `grants` doesn't allow.
    NotGranted(Vec<Difference>),
    /// All sessions of this application token are refused, including new ones, because `session.end` was called
    /// with one of them.
    SessionRevoked,
    /// A fault of this package.
    Internal(&'static str),
}

impl Error {
    /// The error for an unusable response to `operation`.
    pub fn bad_response(operation: &Operation, problem: &'static str) -> Box<Self> {
        Box::new(Self::BadResponse {
            operation: operation.clone(),
            problem,
        })
    }

    /// Converts the error of a response to `operation`.
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

    /// The error for a missing response to `operation`, with the runtime's errors, without the `known` secrets.
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

    /// Whether the same call may succeed a little later.
    pub fn retryable(&self) -> bool {
        match self {
            // An invalid response is usually a proxy's, and transient.
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

    /// Returns the delay before retry number `retry` (from 1), in milliseconds; `None` if it must not be retried.
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

    /// The call that failed, if one was made.
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

    /// How long to wait before the next try, in milliseconds, if Kaltura or a proxy asks for it.
    pub fn retry_after_ms(&self) -> Option<u64> {
        match self {
            Self::HttpStatus { retry_after_ms, .. } => *retry_after_ms,
            Self::Kaltura(refusal) => refusal.retry_after_ms,
            _ => None,
        }
    }

    /// Asks for a wait of `ms` before the next try, if the error is retryable.
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

    /// The differences between the session and the request.
    pub fn differences(&self) -> Option<&[Difference]> {
        match self {
            Self::NotGranted(differences) => Some(differences),
            _ => None,
        }
    }

    /// The chain of causes, as the runtime reported it.
    pub fn causes(&self) -> &[Cause] {
        match self {
            Self::Network { causes, .. } | Self::TokenSource { causes, .. } => causes,
            _ => &[],
        }
    }

    /// The message: what happened, and what to do next.
    pub fn message(&self) -> String {
        // One `concat` for all messages, because each `concat` is much code.
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

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        let outermost = self.causes().first()?;
        Some(outermost)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl core::error::Error for Failure {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.error.source()
    }
}

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
