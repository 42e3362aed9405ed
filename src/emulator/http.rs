//! The web server in front of the API: its own responses, and the headers that it adds.

use core::time::Duration;
use std::time::UNIX_EPOCH;

use super::message::{Incoming, Outgoing};

/// The longest request line, including method and protocol.
const REQUEST_LINE: usize = 8190;

/// `unix` as a header has it, whose years have four digits.
pub(super) fn date(unix: i64) -> String {
    const LAST: i64 = 253_402_300_799;
    let seconds = u64::try_from(unix.min(LAST)).unwrap_or_default();
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds))
}

/// A response of the API with the common headers.
pub(super) fn api_answer(body: String, content_type: &str, now: i64) -> Outgoing {
    let mut answer = Outgoing {
        status: 200,
        body: body.into_bytes(),
        ..Outgoing::default()
    };
    set(&mut answer, "Date", date(now));
    set(
        &mut answer,
        "Access-Control-Expose-Headers",
        "Server, Content-Length, Content-Range, Date, X-Kaltura, X-Kaltura-Session, X-Me",
    );
    set(&mut answer, "Access-Control-Allow-Origin", "*");
    set(&mut answer, "Content-Type", content_type);
    answer
}

/// Forbids caching.
pub(super) fn forbid_caching(answer: &mut Outgoing) {
    set(answer, "Expires", "Sun, 19 Nov 2000 08:52:00 GMT");
    set(
        answer,
        "Cache-Control",
        "no-store, no-cache, must-revalidate, post-check=0, pre-check=0",
    );
    set(answer, "Pragma", "no-cache");
}

/// Allows browsers to cache the response for a minute.
pub(super) fn allow_caching(answer: &mut Outgoing, made: i64, now: i64) {
    set(answer, "Cache-Control", "private, max-age=60, max-stale=0");
    set(answer, "Expires", date(now.saturating_add(60)));
    set(answer, "Last-Modified", date(made));
}

/// Sets the header `name`, in place of an earlier one.
pub(super) fn set(answer: &mut Outgoing, name: &str, value: impl Into<String>) {
    answer.headers.retain(|(given, _)| given != name);
    add(answer, name, value);
}

/// Adds a header.
pub(super) fn add(answer: &mut Outgoing, name: &str, value: impl Into<String>) {
    answer.headers.push((name.to_owned(), value.into()));
}

/// The response to a preflight.
pub(super) fn preflight(now: i64) -> Outgoing {
    let mut answer = api_answer(String::new(), "text/html; charset=UTF-8", now);
    set(
        &mut answer,
        "Access-Control-Allow-Headers",
        "Origin, X-Requested-With, Content-Type, Accept, Range, Cache-Control",
    );
    set(
        &mut answer,
        "Access-Control-Allow-Methods",
        "POST, GET, HEAD, OPTIONS",
    );
    set(&mut answer, "Access-Control-Max-Age", "86400");
    answer
}

/// Whether the web server refuses `incoming` because of its length.
pub(super) fn is_too_long(incoming: &Incoming) -> bool {
    incoming.method.len() + incoming.url.len() + " HTTP/1.1 ".len() > REQUEST_LINE
}

pub(super) fn too_long(now: i64) -> Outgoing {
    let mut answer = error_page(
        414,
        "Request-URI Too Long",
        "The requested URL's length exceeds the capacity\nlimit for this server.<br />\n",
        now,
    );
    set(&mut answer, "Connection", "close");
    answer
}

pub(super) fn not_found(now: i64) -> Outgoing {
    error_page(
        404,
        "Not Found",
        "The requested URL was not found on this server.",
        now,
    )
}

fn error_page(status: u16, title: &str, text: &str, now: i64) -> Outgoing {
    let body = format!(
        "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\" \"http://www.w3.org/TR/html4/strict.dtd\">\n\
         <html><head>\n<title>{status} {title}</title>\n</head><body>\n<h1>{title}</h1>\n\
         <p>{text}</p>\n</body></html>\n"
    );
    let mut answer = Outgoing {
        status,
        body: body.into_bytes(),
        ..Outgoing::default()
    };
    set(&mut answer, "Date", date(now));
    set(&mut answer, "Content-Type", "text/html; charset=iso-8859-1");
    answer
}
