//! Tasks: operations with requests or waits. They are decided here step by step, and carried out by the shell
//! (src/js/runtime/drive.js).

use core::cell::RefCell;

use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{self, whole_ms};
use super::results;
use crate::clock::{LocalTime, Timing, http_date};
use crate::error::{Cause, Error};
use crate::exchange::Reply;
use crate::intake::{Body, Intake};
use crate::kaltura::{HashType, Request, ResponseHead};
use crate::options::{self, Input, LONGEST_TEXT, Named};
use crate::retry;
use crate::secret::Secret;

#[wasm_bindgen]
extern "C" {
    // See src/js/runtime/plain.js.
    #[wasm_bindgen(js_namespace = ["instance", "plain"], js_name = send)]
    fn plain_send(url: &str, body: &str) -> JsValue;
    #[wasm_bindgen(js_namespace = ["instance", "plain"], js_name = token)]
    fn plain_token(credential: usize) -> JsValue;
    #[wasm_bindgen(js_namespace = ["instance", "plain"], js_name = hash)]
    fn plain_hash(credential: usize, ks: &str, hash_type: &str) -> JsValue;
    #[wasm_bindgen(js_namespace = ["instance", "plain"], js_name = wait)]
    fn plain_wait(ms: f64, event: &JsValue, failure: &JsValue) -> JsValue;
    #[wasm_bindgen(js_namespace = ["instance", "plain"], js_name = tell)]
    fn plain_tell(event: &JsValue) -> JsValue;
    #[wasm_bindgen(js_namespace = ["instance", "plain"], js_name = done)]
    fn plain_done(result: &JsValue, failure: &JsValue) -> JsValue;
}

/// The next step for the shell.
pub struct TaskStep(JsValue);

impl TaskStep {
    /// Send a request, and pass on its response.
    pub fn send(request: &Request) -> Self {
        Self(plain_send(&request.url, request.body.expose()))
    }

    /// Fetch the application token of this credential.
    pub fn ask_for_token(credential: usize) -> Self {
        Self(plain_token(credential))
    }

    /// Let the signer of this credential hash a KS.
    pub fn ask_for_hash(credential: usize, ks: &Secret, hash_type: HashType) -> Self {
        Self(plain_hash(credential, ks.expose(), hash_type.name()))
    }

    /// Wait before a retry, after an event to the caller. `is_news`: the shell doesn't know the failure yet.
    #[expect(clippy::cast_precision_loss, reason = "a minute at most")]
    pub fn wait(ms: u64, reason: &Error, is_news: bool) -> Self {
        let event = results::retried_event(reason, ms);
        let failure = is_news.then(|| results::error(reason));
        Self(plain_wait(ms as f64, &event, &failure.into()))
    }

    /// Send an event to the caller.
    pub fn tell(event: &JsValue) -> Self {
        Self(plain_tell(event))
    }

    /// Done, with this result.
    pub fn done(result: &JsValue) -> Self {
        Self(plain_done(result, &JsValue::UNDEFINED))
    }

    /// Failed.
    pub fn failed(failure: &JsValue) -> Self {
        Self(plain_done(&JsValue::UNDEFINED, failure))
    }
}

/// Decides step by step.
pub trait Steps {
    /// Returns the next step.
    fn next(&mut self, now: LocalTime) -> TaskStep;

    /// Takes the result of a request. Returns its failure, to report it if the call ends before the next response.
    fn take(&mut self, received: Received) -> Option<Box<Error>>;

    /// Takes a requested token or hash, or the error.
    fn take_given(&mut self, given: Given, now: LocalTime) {
        let _ = (given, now);
    }
}

/// The result of a request.
pub struct Received {
    /// When it was sent and answered.
    pub timing: Timing,
    /// The current time.
    pub now: LocalTime,
    result: Result<ResponseHead, Loss>,
    /// The body so far.
    pub body: Vec<u8>,
}

enum Loss {
    Unusable(&'static str),
    Lost(Vec<Cause>),
}

impl Received {
    /// The response, for an exchange to take.
    pub fn answer(&mut self) -> Reply<'_> {
        match &mut self.result {
            Ok(head) => Reply::Response(head, &self.body),
            Err(Loss::Unusable(problem)) => Reply::Unusable(problem),
            Err(Loss::Lost(causes)) => Reply::Lost(core::mem::take(causes)),
        }
    }
}

/// The result of a caller's function, or its error.
pub struct Given(Result<Input, Vec<Cause>>);

impl Given {
    /// Read as an application token.
    pub fn token(self) -> Result<Secret, Box<Error>> {
        let input = self.input("the appToken function failed; `cause` has what it said")?;
        let path = "appToken".to_owned();
        options::app_token(Named { path, input })
            .map_err(|wrong| Box::new(Error::InvalidOptions(wrong)))
    }

    /// Read as a hash. Anything other than text is not a hash.
    pub fn hash(self) -> Result<Secret, Box<Error>> {
        let input = self.input("the signer failed; `cause` has what it said")?;
        Ok(Secret::new(match input {
            Input::Text(Some(text)) => text,
            _ => String::new(),
        }))
    }

    fn input(self, problem: &'static str) -> Result<Input, Box<Error>> {
        self.0.map_err(|mut causes| {
            // The message of its error may contain secrets, so only its class and code are kept.
            for cause in &mut causes {
                cause.message.clear();
            }
            Box::new(Error::TokenSource { problem, causes })
        })
    }
}

/// The reasons why a response is unusable, by the numbers of src/js/runtime/drive.js.
const PROBLEMS: [&str; 5] = [
    "fetch gave no Response",
    "its body is no text",
    "longer than maxResponseBytes",
    "its body doesn't get on",
    "its body is no stream of bytes",
];

/// The results of a claim, by the numbers of src/js/runtime/drive.js.
const WAIT: u32 = 0;
const GO_ON: u32 = 1;
const TOO_LONG: u32 = 2;

std::thread_local! {
    static INTAKE: RefCell<Intake<Function>> = const { RefCell::new(Intake::new()) };
}

/// A task, with the body of the response that is being read.
#[wasm_bindgen(skip_typescript)]
pub struct Task {
    steps: Box<dyn Steps>,
    limit: usize,
    sent: LocalTime,
    room: Body,
    body: Vec<u8>,
    seen_ms: i64,
}

impl Task {
    /// Makes a task of `steps`, with the longest response.
    pub fn new(max_response_bytes: u32, steps: impl Steps + 'static) -> Self {
        let limit = max_response_bytes as usize;
        Self {
            steps: Box::new(steps),
            limit,
            sent: LocalTime::default(),
            room: Body::new(limit),
            body: Vec::new(),
            seen_ms: 0,
        }
    }

    fn take(
        &mut self,
        result: Result<ResponseHead, Loss>,
        head: LocalTime,
        now: LocalTime,
    ) -> JsValue {
        self.seen_ms = now.steady_ms;
        self.close_room();
        let received = Received {
            timing: Timing::measured(self.sent, head, now),
            now,
            result,
            body: core::mem::take(&mut self.body),
        };
        let failure = self.steps.take(received);
        failure.map(|error| results::error(&error)).into()
    }

    fn close_room(&mut self) {
        let room = core::mem::replace(&mut self.room, Body::new(self.limit));
        for come in INTAKE.with_borrow_mut(|intake| intake.close(&room, self.seen_ms)) {
            // Waking only settles a promise.
            let _ = come.call0(&JsValue::UNDEFINED);
        }
    }
}

#[wasm_bindgen]
impl Task {
    /// Returns the next step.
    pub fn next(&mut self, wall: f64, steady: f64) -> JsValue {
        self.sent = local_time(wall, steady);
        self.steps.next(self.sent).0
    }

    /// Whether the body may hold `total` bytes.
    pub fn claim(&mut self, total: u32, steady: f64) -> u32 {
        let total = total as usize;
        if total > self.limit {
            return TOO_LONG;
        }
        self.seen_ms = whole_ms(steady);
        let room = &mut self.room;
        let has_room = INTAKE.with_borrow_mut(|intake| intake.claim(room, total, self.seen_ms));
        if has_room { GO_ON } else { WAIT }
    }

    /// Registers `come`, which is called when another claim may succeed.
    pub fn park(&self, come: Function) {
        INTAKE.with_borrow_mut(|intake| intake.park(&self.room, come));
    }

    /// Takes the next bytes of the body.
    pub fn push(&mut self, bytes: Vec<u8>) {
        if self.body.is_empty() {
            self.body = bytes;
        } else {
            self.body.extend_from_slice(&bytes);
        }
    }

    /// Takes the response whose body was pushed. Returns the failure to note, if any.
    #[wasm_bindgen(js_name = takeResponse)]
    #[expect(
        clippy::too_many_arguments,
        reason = "an object is read property by property"
    )]
    pub fn take_response(
        &mut self,
        status: u16,
        date: Option<String>,
        has_age: bool,
        retry_after: Option<String>,
        kaltura_session: Option<String>,
        head_wall: f64,
        head_steady: f64,
        wall: f64,
        steady: f64,
    ) -> JsValue {
        let head = ResponseHead {
            status,
            date_s: date.and_then(|it| http_date(&it)),
            has_age,
            retry_after: retry_after.and_then(|it| retry::read_retry_after(&it)),
            kaltura_session,
        };
        let head_at = local_time(head_wall, head_steady);
        self.take(Ok(head), head_at, local_time(wall, steady))
    }

    /// Takes the reason of a missing response: the number of its problem, or the causes. Returns the failure to note, if any.
    #[wasm_bindgen(js_name = takeLoss)]
    pub fn take_loss(&mut self, problem: usize, causes: &str, wall: f64, steady: f64) -> JsValue {
        let loss = match PROBLEMS.get(problem) {
            Some(problem) => Loss::Unusable(problem),
            None => Loss::Lost(read_causes(causes)),
        };
        let now = local_time(wall, steady);
        self.take(Err(loss), now, now)
    }

    /// Takes the result of a caller's function: a value, or bytes that are wiped afterwards, or the causes of its failure.
    #[wasm_bindgen(js_name = takeGiven)]
    pub fn take_given(
        &mut self,
        value: &JsValue,
        bytes: Option<Vec<u8>>,
        causes: Option<String>,
        wall: f64,
        steady: f64,
    ) {
        let given = match (causes, bytes) {
            (Some(causes), _) => Err(read_causes(&causes)),
            (None, Some(bytes)) => Ok(Input::Text(
                String::from_utf8(bytes)
                    .ok()
                    .filter(|it| it.len() <= LONGEST_TEXT as usize),
            )),
            (None, None) => Ok(convert::input(value)),
        };
        self.steps
            .take_given(Given(given), local_time(wall, steady));
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.close_room();
    }
}

/// Reads names, codes and messages in turn, separated by zeros.
fn read_causes(text: &str) -> Vec<Cause> {
    let mut parts = text.split('\0').map(str::to_owned);
    let mut causes = Vec::new();
    while let (Some(name), Some(code), Some(message)) = (parts.next(), parts.next(), parts.next()) {
        causes.push(Cause {
            name,
            code: Some(code).filter(|it| !it.is_empty()),
            message,
        });
    }
    causes
}

fn local_time(wall: f64, steady: f64) -> LocalTime {
    LocalTime {
        wall_ms: whole_ms(wall),
        steady_ms: whole_ms(steady),
    }
}
