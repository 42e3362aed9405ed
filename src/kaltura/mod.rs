//! Kaltura's API as text: a call to a request, a response to a value or a refusal.

mod hash_type;
mod json;
mod refusal;
mod service_url;

use std::borrow::Cow;

pub use hash_type::HashType;
pub use json::{Fields, Params, Value, push_text};
pub use refusal::{ApiError, KsRefusal};
pub use service_url::ServiceUrl;

use crate::clock::TimeHeaders;
use crate::secret::{Secret, looks_secret};

/// A service and an action of Kaltura's API, such as `appToken.startSession`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The service, such as `appToken`.
    pub service: Cow<'static, str>,
    /// The action, such as `startSession`.
    pub action: Cow<'static, str>,
}

impl Operation {
    /// Makes an operation of names that need no escaping in a URL path; `None` for others.
    ///
    /// ```
    /// use kaltura_app_token::Operation;
    ///
    /// assert_eq!(Operation::new("user", "get").unwrap().name(), "user.get");
    /// assert_eq!(Operation::new("user", "get?ks=s"), None);
    /// ```
    pub fn new(service: &str, action: &str) -> Option<Self> {
        let is_name = |text: &str| {
            (1..=64).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
                // Names are part of the URL, and URLs are logged.
                && !looks_secret(text)
        };
        (is_name(service) && is_name(action)).then(|| Self {
            service: service.to_owned().into(),
            action: action.to_owned().into(),
        })
    }

    pub(crate) fn known(service: &'static str, action: &'static str) -> Self {
        Self {
            service: service.into(),
            action: action.into(),
        }
    }

    /// Kaltura's name for it, such as `appToken.startSession`.
    pub fn name(&self) -> String {
        [&*self.service, ".", &self.action].concat()
    }
}

/// One HTTP request. Always a POST, with [`Request::HEADERS`].
#[derive(Clone, Debug)]
pub struct Request {
    /// The call.
    pub operation: Operation,
    /// The URL, which contains no secret.
    pub url: String,
    /// JSON that contains the credentials.
    pub body: Secret,
}

impl Request {
    /// Kaltura reads a JSON body only if the type is exactly this; with a charset it ignores the body.
    pub const HEADERS: [(&'static str, &'static str); 2] = [
        ("content-type", "application/json"),
        ("accept", "application/json"),
    ];

    /// Makes the request that calls `operation` with `params`.
    ///
    /// Parameters are omitted rather than `null`, because Kaltura reads a `null` number as 0.
    pub fn new(service_url: &ServiceUrl, operation: Operation, params: Params) -> Self {
        let base = service_url.as_str();
        let Operation { service, action } = &operation;
        // A multirequest has no action, and names its service among the parameters.
        let url = if action.is_empty() {
            [base, "/api_v3/index.php"].concat()
        } else {
            [base, "/api_v3/service/", service, "/action/", action].concat()
        };
        Self {
            operation,
            url,
            body: Secret::new(params.into_json()),
        }
    }
}

/// The relevant parts of the head of an HTTP response.
#[derive(Clone, Debug, Default)]
pub struct ResponseHead {
    /// The HTTP status.
    pub status: u16,
    /// `Date`, in unix seconds; `None` if it is missing or invalid.
    pub date_s: Option<i64>,
    /// Whether there was an `Age`. If so, a cache answered, and its `Date` is old.
    pub has_age: bool,
    /// `Retry-After`.
    pub retry_after: Option<RetryAfter>,
    /// `X-Kaltura-Session`.
    pub kaltura_session: Option<String>,
}

/// The value of a `Retry-After` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// A delay in seconds.
    Seconds(u32),
    /// A time in unix seconds.
    Moment(i64),
}

impl ResponseHead {
    /// The headers with the server's time.
    pub fn time(&self) -> TimeHeaders<'_> {
        TimeHeaders {
            date_s: self.date_s,
            has_age: self.has_age,
            kaltura_session: self.kaltura_session.as_deref(),
        }
    }
}

/// Why a response is not the result of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseError {
    /// It has this HTTP status instead of 200.
    Status(u16),
    /// Its body is not Kaltura's; says what is wrong with it.
    Unusable(&'static str),
    /// Kaltura refused the call.
    Refused(Box<ApiError>),
}

/// Reads a response as the result of a call.
///
/// `known` are the secrets that were sent, which errors never contain.
pub fn read_response<'a>(
    operation: &Operation,
    head: &ResponseHead,
    body: &'a [u8],
    known: &[&Secret],
) -> Result<Value<'a>, ResponseError> {
    // Kaltura answers everything with 200, including errors.
    if head.status != 200 {
        return Err(ResponseError::Status(head.status));
    }
    let (reply, fields) = (str::from_utf8(body).ok())
        .and_then(|text| Value::with_fields(text, ApiError::FIELDS))
        .ok_or_else(|| ResponseError::Unusable(unreadable(body)))?;
    match ApiError::read(operation, fields, known) {
        Some(refusal) => Err(ResponseError::Refused(Box::new(refusal))),
        None => Ok(reply),
    }
}

/// Fails if the answer with these fields is a refusal. `known` are secrets that an error must
/// not show.
pub fn check(
    fields: Fields<'_>,
    operation: &Operation,
    known: &[&Secret],
) -> Result<(), ResponseError> {
    match ApiError::from_fields(operation, fields, known) {
        Some(refusal) => Err(ResponseError::Refused(Box::new(refusal))),
        None => Ok(()),
    }
}

/// What is wrong with a body that is not JSON.
fn unreadable(body: &[u8]) -> &'static str {
    let start = body.trim_ascii_start();
    if start.is_empty() {
        "an empty body"
    } else if start.starts_with(b"<?xml") {
        "XML instead of JSON; is something changing the request's Content-Type? Kaltura reads JSON only when it is exactly application/json"
    } else if start.starts_with(b"<") {
        "a web page instead of JSON; is serviceUrl right, and is there a proxy before it?"
    } else {
        "not JSON"
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(status: u16, body: &[u8]) -> Result<Value<'_>, ResponseError> {
        let head = ResponseHead {
            status,
            ..ResponseHead::default()
        };
        read_response(&Operation::known("session", "get"), &head, body, &[])
    }

    fn problem(body: &[u8]) -> &'static str {
        match read(200, body) {
            Err(ResponseError::Unusable(problem)) => problem,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_request_carries_its_parameters_in_the_body_alone() {
        let mut params = Params::default();
        params.text("ks", "s3\"");
        let url = ServiceUrl::parse("https://www.kaltura.com", false).unwrap();
        let request = Request::new(&url, Operation::known("user", "get"), params);
        assert_eq!(
            request.url,
            "https://www.kaltura.com/api_v3/service/user/action/get"
        );
        assert_eq!(request.body.expose(), r#"{"ks":"s3\""}"#);
    }

    #[test]
    fn names_that_would_change_the_url_are_no_operation() {
        for name in ["", "a/b", "a?b", "a.b", "ä", "a b", &"a".repeat(65)] {
            assert_eq!(Operation::new(name, "get"), None);
            assert_eq!(Operation::new("user", name), None);
        }
    }

    #[test]
    fn an_answer_that_is_no_json_says_what_it_looks_like() {
        assert!(problem(b"").contains("empty"));
        assert!(problem(b"<?xml version=\"1.0\"?><xml/>").contains("Content-Type"));
        assert!(problem(b"<html>").contains("web page"));
        assert!(problem(b"{\"ks\":").contains("not JSON"));
        assert!(problem(b"null null").contains("not JSON"));
    }

    #[test]
    fn deep_nesting_is_refused_without_exhausting_the_stack() {
        assert_eq!(problem("[".repeat(1_000_000).as_bytes()), "not JSON");
        assert_eq!(problem("{\"a\":".repeat(1_000_000).as_bytes()), "not JSON");
    }

    #[test]
    fn another_status_than_200_is_never_read() {
        assert!(matches!(read(502, b"{}"), Err(ResponseError::Status(502))));
        assert!(matches!(read(200, b"{}"), Ok(Value::Object(_))));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(body: Vec<u8>) {
            let _ = read(200, &body);
        }
    }
}
