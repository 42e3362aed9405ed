//! Single calls of Kaltura's API, whose answers are for their callers to read.

use js_sys::{Object, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

use super::convert::{self, Options, Plain};
use super::fetch::{self, promise};
use super::host::Host;
use super::results;
use crate::api::{Operation, Params, Request, ServiceUrl};
use crate::error::{Error, Failure, InvalidOption};
use crate::options;
use crate::provider;
use crate::retry::{self, RetryPolicy};
use crate::secret::Secret;

const OPTIONS: [&str; 4] = [
    "serviceUrl",
    "dangerouslyAllowHttp",
    "retry",
    "maxResponseBytes",
];

/// Where to call, and how often to try again.
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
        let from = Options::new(options, "", &OPTIONS)?;
        let allow_http = options::switch(from.get("dangerouslyAllowHttp"))?;
        Ok(Self {
            service_url: options::service_url(from.get("serviceUrl"), allow_http)?,
            retry: options::retry(from.get("retry"))?,
            max_response_bytes: options::max_response_bytes(from.get("maxResponseBytes"))?,
        })
    }

    /// Calls `name`, such as `appToken.list`, with a body that has `ks` in it; see [`call`]. What
    /// is not `repeatable` is tried again only if it was turned away at the door. The host ends
    /// the call at `deadline_ms`.
    pub fn call(
        &self,
        name: &str,
        body: String,
        ks: String,
        repeatable: bool,
        host: Host,
        deadline_ms: f64,
    ) -> Promise {
        let (service, action) = name.split_once('.').unwrap_or_default();
        let call = Call {
            operation: Operation::new(service, action),
            service_url: self.service_url.clone(),
            max_response_bytes: self.max_response_bytes,
            retry: self.retry,
            repeatable,
            deadline_ms: fetch::whole_ms(deadline_ms),
            attempts: 0,
        };
        call.make(body, ks, host)
    }
}

/// What is called, and how.
pub struct Call {
    /// None if its names are none.
    pub operation: Option<Operation>,
    pub service_url: ServiceUrl,
    pub max_response_bytes: u32,
    pub retry: RetryPolicy,
    /// Whether it comes to the same when it is done twice.
    pub repeatable: bool,
    /// No wait goes beyond.
    pub deadline_ms: i64,
    /// The requests that were made for it before.
    pub attempts: u32,
}

impl Call {
    /// Gives `{ text, attempts, clockOffsetMs }`, or `{ failure, dead, loggedOut, clockOffsetMs }`
    /// if it fails, with `isUnsure` if a request before the last may have had effect. `ks` is
    /// among the parameters in `body`.
    pub fn make(self, body: String, ks: String, host: Host) -> Promise {
        let (body, ks) = (Secret::new(body), Secret::new(ks));
        promise(async move { Ok(self.hold(body, ks, &host).await) })
    }

    async fn hold(mut self, body: Secret, ks: Secret, host: &Host) -> JsValue {
        let told = Plain::new();
        let result = match self.operation.take() {
            Some(operation) => self.try_until(operation, &body, &ks, host, &told).await,
            // The shell has checked them.
            None => Err(Box::new(Error::Internal(
                "no names of a service and an action",
            ))),
        };
        let attempts = self.attempts;
        match result {
            Ok(text) => {
                told.set("text", text);
                told.set("attempts", attempts);
            }
            Err(error) => {
                told.set("dead", provider::is_dead(&error));
                told.set("loggedOut", provider::is_logged_out(&error));
                told.set("failure", results::failure(&Failure { error, attempts }));
            }
        }
        told.into()
    }

    async fn try_until(
        &mut self,
        operation: Operation,
        body: &Secret,
        ks: &Secret,
        host: &Host,
        told: &Plain,
    ) -> Result<String, Box<Error>> {
        let mut request = Request::new(&self.service_url, operation, Params::default());
        request.body = body.clone();
        for retry in 1_u32.. {
            self.attempts = self.attempts.saturating_add(1);
            let reply = fetch::call(&request, host, self.max_response_bytes, &[ks]).await;
            if let Some(clock) = reply.clock {
                #[expect(clippy::cast_precision_loss, reason = "a difference of times")]
                told.set("clockOffsetMs", clock.offset_ms as f64);
            }
            let Err(error) = reply.result else {
                return reply.result;
            };
            let again = self.repeatable || retry::was_turned_away(&error);
            let (retry_after, random) = (reply.retry_after_ms, fetch::random());
            let delay = retry::delay_ms(self.retry, &error, retry, retry_after, random);
            let Some(ms) = delay.filter(|_| again && !host.ended()) else {
                return Err(error);
            };
            let until_ms = fetch::whole_ms(host.now()).saturating_add_unsigned(ms);
            if until_ms >= self.deadline_ms {
                return Err(error);
            }
            if !retry::was_turned_away(&error) {
                told.set("isUnsure", true);
            }
            host.emit(&results::retried_event(&error, ms));
            #[expect(clippy::cast_precision_loss, reason = "a minute at most")]
            let pause = host.sleep(ms as f64);
            if JsFuture::from(pause).await.is_err() {
                return Err(error);
            }
        }
        Err(Box::new(Error::Timeout))
    }
}
