//! Single calls of Kaltura's API, whose responses the callers read.

use js_sys::Object;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{self, Options, Plain, random, whole_ms};
use super::results;
use super::task::{Received, Steps, Task, TaskStep};
use crate::call::{Call, CallStep, CallTerms};
use crate::clock::{LocalTime, ServerClock};
use crate::error::{Error, Failure, InvalidOption};
use crate::kaltura::{Operation, ServiceUrl};
use crate::options;
use crate::provider;
use crate::retry::RetryPolicy;
use crate::secret::Secret;

const OPTIONS: [&str; 4] = [
    "serviceUrl",
    "dangerouslyAllowHttp",
    "retry",
    "maxResponseBytes",
];

/// Kaltura's URL and the retry policy.
#[wasm_bindgen(js_name = Caller, skip_typescript)]
#[derive(Debug)]
pub struct Caller {
    service_url: ServiceUrl,
    retry: RetryPolicy,
    max_response_bytes: u32,
}

#[wasm_bindgen(js_class = Caller)]
impl Caller {
    /// Reads the options.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &Object) -> Result<Self, JsValue> {
        Self::read(options).map_err(convert::invalid)
    }

    fn read(options: &Object) -> Result<Self, InvalidOption> {
        let from = Options::new(options, "", &[&OPTIONS])?;
        let allow_http = options::switch(from.get("dangerouslyAllowHttp"))?;
        Ok(Self {
            service_url: options::service_url(from.get("serviceUrl"), allow_http)?,
            retry: options::retry(from.get("retry"))?,
            max_response_bytes: options::max_response_bytes(from.get("maxResponseBytes"))?,
        })
    }

    /// Calls `name`, such as `appToken.list`, with a body that contains `ks`; see [`make`]. A call that is not `repeatable` is
    /// retried only if the rate limiter rejected it. The shell ends the call at `deadline_ms`.
    pub fn call(
        &self,
        name: &str,
        body: String,
        ks: String,
        repeatable: bool,
        deadline_ms: f64,
    ) -> Task {
        let (service, action) = name.split_once('.').unwrap_or_default();
        let terms = CallTerms {
            service_url: self.service_url.clone(),
            retry: self.retry,
            repeatable,
            deadline_ms: whole_ms(deadline_ms),
            attempts: 0,
        };
        make(
            terms,
            (service, action),
            body,
            ks,
            self.max_response_bytes,
            None,
        )
    }
}

/// Receives the server's clock that a call has seen, and when.
pub type SeeClock = Box<dyn FnOnce(ServerClock, LocalTime)>;

/// The task of a call with a body that contains `ks`.
///
/// Its result is `{ text, attempts, clockOffsetMs }`, or `{ failure, dead, loggedOut, clockOffsetMs }` if it fails, with
/// `isUnsure` if a request before the last may have had an effect.
pub fn make(
    terms: CallTerms,
    (service, action): (&str, &str),
    body: String,
    ks: String,
    max_response_bytes: u32,
    see: Option<SeeClock>,
) -> Task {
    let (body, ks) = (Secret::new(body), Secret::new(ks));
    let call = Operation::new(service, action).map(|it| Call::new(terms, it, body, ks));
    let body = Vec::new();
    Task::new(max_response_bytes, Calling { call, body, see })
}

struct Calling {
    /// `None` when it has ended.
    call: Option<Call>,
    /// The body of the last answer.
    body: Vec<u8>,
    see: Option<SeeClock>,
}

impl Steps for Calling {
    fn next(&mut self, now: LocalTime) -> TaskStep {
        let step = match &mut self.call {
            Some(call) => call.next(now.wall_ms),
            None => CallStep::Done,
        };
        match (step, &self.call) {
            (CallStep::Send, Some(call)) => TaskStep::send(call.request()),
            (CallStep::Wait { ms, reason }, _) => TaskStep::wait(ms, &reason, true),
            _ => TaskStep::done(&self.end(now)),
        }
    }

    fn take(&mut self, mut received: Received) -> Option<Box<Error>> {
        if let Some(call) = &mut self.call {
            let timing = received.timing;
            call.take(received.answer(), timing, random());
        }
        self.body = received.body;
        None
    }
}

impl Calling {
    fn end(&mut self, now: LocalTime) -> JsValue {
        let told = Plain::new();
        let Some(call) = self.call.take() else {
            // The shell has checked them.
            let error = Box::new(Error::Internal("no names of a service and an action"));
            told.set("failure", results::failure(&Failure { error, attempts: 0 }));
            return told.into();
        };
        let outcome = call.finish();
        if let Some(clock) = outcome.clock {
            if let Some(see) = self.see.take() {
                see(clock, now);
            }
            #[expect(clippy::cast_precision_loss, reason = "a difference of times")]
            told.set("clockOffsetMs", clock.offset_ms as f64);
        }
        if outcome.is_unsure {
            told.set("isUnsure", true);
        }
        match outcome.result {
            Ok(()) => {
                let body = core::mem::take(&mut self.body);
                // The response was checked to be UTF-8.
                told.set("text", String::from_utf8(body).unwrap_or_default());
                told.set("attempts", outcome.attempts);
            }
            Err(failure) => {
                told.set("dead", provider::is_dead(&failure.error));
                told.set("loggedOut", provider::is_logged_out(&failure.error));
                told.set("failure", results::failure(&failure));
            }
        }
        told.into()
    }
}
