//! Sends requests with the caller's fetch, and reads the responses.

use core::pin::Pin;

use js_sys::{Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{RequestInit, RequestRedirect};

use super::causes::{causes, short_text};
use super::host::{Chunk, Host, Reader, Response, Stream, whole_ms};
use super::intake::Room;
use super::terms::ask_for_hash;
use crate::clock::{LocalTime, Timing, http_date};
use crate::error::Error;
use crate::exchange::{Exchange, Outcome, Reply, Step};
use crate::kaltura::{Request, ResponseHead};
use crate::retry;

/// Runs the exchange to its end, or until the host ends the call. Boxed, so that it is compiled once and not into each
/// caller.
pub fn drive(exchange: Exchange, host: &Host, max_response_bytes: u32) -> Boxed<'_, Outcome> {
    Box::pin(hold(exchange, host, max_response_bytes))
}

/// A future on the heap.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Returns the promise of a task's result. Boxed, so that its runner is compiled once.
pub fn promise(task: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    let task: Boxed<'static, _> = Box::pin(task);
    future_to_promise(task)
}

async fn hold(mut exchange: Exchange, host: &Host, max_response_bytes: u32) -> Outcome {
    while !host.ended() {
        match exchange.next(now_ms(host)) {
            Step::Done => break,
            Step::Send(request) => {
                let received = send(&request, host, max_response_bytes).await;
                if !host.ended() {
                    exchange.take(received.answer(), received.timing, random());
                    if let Some(error) = exchange.take_failure() {
                        host.failed(&super::results::error(&error));
                    }
                }
            }
            Step::Hash { ks, hash_type } => {
                let hash = ask_for_hash(host, 0, &ks, hash_type).await;
                if !host.ended() {
                    exchange.take_hash(hash);
                }
            }
            Step::Wait { ms, reason } => pause(host, ms, &reason).await,
        }
    }
    exchange.finish()
}

/// Waits before a retry, after an event to the caller.
pub async fn pause(host: &Host, ms: u64, reason: &Error) {
    host.emit(&super::results::retried_event(reason, ms));
    #[expect(clippy::cast_precision_loss, reason = "a minute at most")]
    let pause = host.sleep(ms as f64);
    // It rejects only when the call ends, which the driver checks next.
    let _ = JsFuture::from(pause).await;
}

/// The result of a request.
pub struct Received {
    /// When it was sent and answered.
    pub timing: Timing,
    result: Result<(ResponseHead, Vec<u8>), Loss>,
}

impl Received {
    /// The response, for an exchange to take.
    pub fn answer(&self) -> Reply<'_> {
        match &self.result {
            Ok((head, body)) => Reply::Response(head, body),
            Err(Loss::Unusable(problem)) => Reply::Unusable(problem),
            Err(Loss::Lost(thrown)) => Reply::Lost(causes(thrown)),
        }
    }

    /// The body of a response.
    pub fn into_body(self) -> Vec<u8> {
        self.result.map(|(_, body)| body).unwrap_or_default()
    }
}

/// Why there is no response.
enum Loss {
    /// What was thrown. It is read in one place.
    Lost(JsValue),
    Unusable(&'static str),
}

impl From<JsValue> for Loss {
    fn from(thrown: JsValue) -> Self {
        Self::Lost(thrown)
    }
}

/// Sends a request. Boxed, so that it is compiled once.
pub fn send<'a>(
    request: &'a Request,
    host: &'a Host,
    max_response_bytes: u32,
) -> Boxed<'a, Received> {
    Box::pin(exchange_one(request, host, max_response_bytes))
}

async fn exchange_one(request: &Request, host: &Host, max_response_bytes: u32) -> Received {
    let sent = local_time(host);
    let response = JsFuture::from(host.fetch(&request.url, &init(request, host))).await;
    let head_arrived = local_time(host);
    let result = match response {
        Ok(response) => receive(response, host, max_response_bytes).await,
        Err(thrown) => Err(thrown.into()),
    };
    Received {
        timing: Timing::measured(sent, head_arrived, local_time(host)),
        result,
    }
}

fn init(request: &Request, host: &Host) -> RequestInit {
    let headers = Object::new();
    for (name, value) in Request::HEADERS {
        // Setting a property of a new plain object can't fail.
        let _ = Reflect::set(&headers, &name.into(), &value.into());
    }
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&JsValue::from_str(request.body.expose()));
    // Not "error", which workerd doesn't know and which elsewhere looks like a network failure. With "manual" the status of
    // a redirect is known.
    init.set_redirect(RequestRedirect::Manual);
    init.set_signal(Some(&host.signal()));
    init
}

async fn receive(
    response: JsValue,
    host: &Host,
    max_response_bytes: u32,
) -> Result<(ResponseHead, Vec<u8>), Loss> {
    if !response.is_object() {
        return Err(Loss::Unusable("fetch gave no Response"));
    }
    let response: Response = response.unchecked_into();
    let head = head(&response)?;
    if head.status != 200 {
        // The status is enough, and the body may never end, so it isn't awaited.
        cancel(&response, host);
        return Ok((head, Vec::new()));
    }
    let body = body(&response, host, max_response_bytes).await?;
    Ok((head, body))
}

fn head(response: &Response) -> Result<ResponseHead, Loss> {
    let status = response
        .status()?
        .as_f64()
        .filter(|status| (0.0..=999.0).contains(status));
    let Some(status) = status else {
        return Err(Loss::Unusable("fetch gave no Response"));
    };
    let headers = response.headers()?;
    let header = |name: &str| -> Result<Option<String>, JsValue> {
        let is_there = headers.is_object();
        Ok(if is_there {
            short_text(&headers.get(name)?, 1000)
        } else {
            None
        })
    };
    Ok(ResponseHead {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to 999"
        )]
        status: status as u16,
        date_s: header("date")?.as_deref().and_then(http_date),
        has_age: header("age")?.is_some(),
        retry_after: header("retry-after")?
            .as_deref()
            .and_then(retry::read_retry_after),
        kaltura_session: header("x-kaltura-session")?,
    })
}

/// Cancels a body that nobody reads.
fn cancel(response: &Response, host: &Host) {
    let stream = response.body().ok().filter(JsValue::is_object);
    let reader = stream.and_then(|it| it.unchecked_into::<Stream>().get_reader().ok());
    if let Some(cancelled) = reader.and_then(|it| it.cancel().ok()) {
        host.forget(&cancelled);
    }
}

async fn body(response: &Response, host: &Host, limit: u32) -> Result<Vec<u8>, Loss> {
    const MOST_EMPTY: u32 = 1000;
    const TOO_LONG: Loss = Loss::Unusable("longer than maxResponseBytes");
    let limit = limit as usize;
    let stream = response.body()?;
    if !stream.is_object() {
        // The caller's fetch may not support streams.
        let text = JsFuture::from(host.within(&response.text()?)).await?;
        if !text.is_string() {
            return Err(Loss::Unusable("its body is no text"));
        }
        let text = short_text(&text, limit).map(String::into_bytes);
        return text.filter(|it| it.len() <= limit).ok_or(TOO_LONG);
    }
    let reader = stream.unchecked_into::<Stream>().get_reader()?;
    let mut room = Room::new(limit, host);
    let mut bytes = Vec::new();
    let mut empty = 0;
    let read = loop {
        let chunk = match read_chunk(&reader, host).await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => return Ok(bytes),
            Err(loss) => break loss,
        };
        let length = bytes.len();
        let chunk_length = chunk.length() as usize;
        if length.saturating_add(chunk_length) > limit {
            break TOO_LONG;
        }
        // Empty pieces could follow one another forever, and no timer would fire.
        empty = if chunk_length == 0 { empty + 1 } else { 0 };
        if empty > MOST_EMPTY {
            break Loss::Unusable("its body doesn't get on");
        }
        // The network holds back what is not read.
        if let Err(ended) = room.hold(length.saturating_add(chunk_length)).await {
            break ended.into();
        }
        // Its buffer may have been transferred meanwhile.
        if chunk.length() as usize != chunk_length {
            break Loss::Unusable("its body is no stream of bytes");
        }
        bytes.resize(length.saturating_add(chunk_length), 0);
        if let Some(end) = bytes.get_mut(length..) {
            chunk.copy_to(end);
        }
    };
    // Nobody waits for the rest, or for the result of the cancellation.
    if let Ok(cancelled) = reader.cancel() {
        host.forget(&cancelled);
    }
    Err(read)
}

async fn read_chunk(reader: &Reader, host: &Host) -> Result<Option<Uint8Array>, Loss> {
    let chunk = JsFuture::from(host.within(&reader.read()?)).await?;
    if !chunk.is_object() {
        return Err(Loss::Unusable("its body is no stream of bytes"));
    }
    let chunk: Chunk = chunk.unchecked_into();
    if chunk.done()?.is_truthy() {
        return Ok(None);
    }
    match host.bytes(&chunk.value()?) {
        Some(bytes) => Ok(Some(bytes)),
        None => Err(Loss::Unusable("its body is no stream of bytes")),
    }
}

/// The moment by both clocks of the host.
pub fn local_time(host: &Host) -> LocalTime {
    LocalTime {
        wall_ms: now_ms(host),
        steady_ms: whole_ms(host.steady()),
    }
}

fn now_ms(host: &Host) -> i64 {
    whole_ms(host.now())
}

/// Randomizes delays; nothing secret depends on it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "within u32's range"
)]
pub fn random() -> u32 {
    (js_sys::Math::random() * 4_294_967_295.0) as u32
}
