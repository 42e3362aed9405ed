//! What is shown of foreign text, and what is read of an answer's headers.

#![no_main]

use kaltura_app_token::clock::{LocalTime, ServerClock, Timing, http_date};
use kaltura_app_token::error::Error;
use kaltura_app_token::kaltura::{ApiError, Operation, ResponseHead, RetryAfter, Value};
use kaltura_app_token::redact::redact;
use kaltura_app_token::retry::{RetryPolicy, read_retry_after, retry_after_ms};
use kaltura_app_token::secret::Secret;
use kaltura_app_token_fuzz::bounded;
use libfuzzer_sys::fuzz_target;

const KS: &str =
    "djJ8MTAyfIOer4PKo_qwzIFP3E15TU4pWMgGOfGnKTPylK7tlAAkPxGo-Mfbiu0Ql_5dfBIIrLh4vu4DOp7A2Z";
const TOKEN: &str = "squeamish!";

// Two numbers of eight bytes, and text in which `$` is a KS that nobody knows, and `@` is the
// token.
fuzz_target!(|data: &[u8]| {
    let (numbers, text) = data.split_at(data.len().min(16));
    let mut bytes = [0; 16];
    bytes[..numbers.len()].copy_from_slice(numbers);
    let first = i64::from_le_bytes(bytes[..8].try_into().expect("eight"));
    let second = i64::from_le_bytes(bytes[8..].try_into().expect("eight"));
    let text = String::from_utf8_lossy(text);
    shown(&text);
    bounded(text.len(), || headers(first, second, &text));
});

fn shown(text: &str) {
    let message = text.replace('$', KS).replace('@', TOKEN);
    let token = Secret::new(TOKEN.to_owned());
    let clean = |shown: &str| {
        assert!(!shown.contains(TOKEN), "{shown:?}");
        // Nor a good part of it, when letters around it hid its ends.
        for part in KS.as_bytes().windows(20) {
            let part = std::str::from_utf8(part).expect("ASCII");
            assert!(!shown.contains(part), "{shown:?}");
        }
        assert!(!shown.chars().any(char::is_control), "{shown:?}");
    };
    clean(&bounded(message.len(), || redact(&message, &[&token])));

    let quoted = serde_json::to_string(&message).expect("text is JSON");
    let refusal = format!(
        r#"{{"objectType":"KalturaAPIException","code":{quoted},"message":{quoted},"args":{{"KS":{quoted}}}}}"#
    );
    let operation = Operation::new("session", "get").expect("two names");
    let read = Value::from_json(refusal.as_bytes()).expect("it is JSON");
    let fields = read.fields().expect("an object");
    if let Some(refusal) = bounded(refusal.len(), || {
        ApiError::from_fields(&operation, fields, &[&token])
    }) {
        clean(&Error::Kaltura(refusal).message());
    }
}

fn headers(first: i64, second: i64, text: &str) {
    let retry_after = match first % 3 {
        0 => None,
        1 => Some(RetryAfter::Seconds(second as u32)),
        _ => Some(RetryAfter::Moment(second)),
    };
    let head = ResponseHead {
        status: 503,
        date_s: (second % 2 == 0).then_some(first),
        has_age: second % 5 == 0,
        retry_after,
        kaltura_session: Some(text.to_owned()),
    };
    let error = Error::HttpStatus {
        operation: Operation::new("session", "get").expect("two names"),
        status: 503,
        retry_after_ms: None,
    };
    let _ = (read_retry_after(text), http_date(text));
    for now_s in [i64::MIN, 0, first, i64::MAX] {
        let wait = retry_after_ms(&head, now_s);
        for (retries, retry) in [(10, 1), (10, 10), (u32::MAX, u32::MAX)] {
            let policy = RetryPolicy { retries };
            let delay = error.retry_delay_ms(policy, retry, wait, first as u32);
            assert!(delay.is_none_or(|ms| ms <= 60_000));
            // Nobody is called again earlier than they ask.
            assert_eq!(delay.is_none(), wait.is_some_and(|ms| ms > 60_000));
            assert!(delay.is_none_or(|ms| wait.is_none_or(|asked_ms| ms >= asked_ms)));
        }
    }
    for (sent_ms, received_ms) in [(first, second), (second, first), (0, 0)] {
        let [sent, received] = [(sent_ms, received_ms), (received_ms, sent_ms)]
            .map(|(wall_ms, steady_ms)| LocalTime { wall_ms, steady_ms });
        let timing = Timing::measured(sent, received, received);
        assert!(timing.sent_ms <= timing.ended_ms && timing.received_ms == timing.ended_ms);
        let timing = Timing {
            sent_ms,
            received_ms,
            ended_ms: received_ms,
        };
        if let Some(clock) = ServerClock::read(head.time(), timing) {
            let _ = (clock.server_ms(first), clock.earliest_local_ms(second));
            let _ = clock.seconds_of(timing);
        }
    }
}
