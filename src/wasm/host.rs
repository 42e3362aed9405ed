//! The JavaScript around a call: its shell, and the caller's web objects. The caller's objects may throw, so each use is
//! caught: an exception through WebAssembly would leave the call pending forever.

use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    /// The host that `src/js` lends for one call. None of its functions throws.
    pub type Host;

    /// Ends all waits and fetches of the call.
    #[wasm_bindgen(method, getter)]
    pub fn signal(this: &Host) -> web_sys::AbortSignal;
    /// Whether the deadline has passed or the caller has aborted.
    #[wasm_bindgen(method)]
    pub fn ended(this: &Host) -> bool;
    /// Calls the caller's fetch or the global one; the promise rejects when the call ends.
    #[wasm_bindgen(method)]
    pub fn fetch(this: &Host, url: &str, init: &web_sys::RequestInit) -> Promise;
    /// Awaits the promise, or rejects when the call ends.
    #[wasm_bindgen(method)]
    pub fn within(this: &Host, value: &JsValue) -> Promise;
    /// A plain view of a piece of a body; undefined for anything other than bytes.
    #[wasm_bindgen(method)]
    pub fn bytes(this: &Host, value: &JsValue) -> Option<Uint8Array>;
    /// Ignores the result of a promise.
    #[wasm_bindgen(method)]
    pub fn forget(this: &Host, promise: &JsValue);
    /// Resolves after a time; rejects when the call ends.
    #[wasm_bindgen(method)]
    pub fn sleep(this: &Host, ms: f64) -> Promise;
    /// An event that another call triggers.
    #[wasm_bindgen(method)]
    pub fn turn(this: &Host) -> Turn;
    /// Notes a failure that may be retried, for the error that may end the call.
    #[wasm_bindgen(method)]
    pub fn failed(this: &Host, failure: &JsValue);
    /// The key of the fingerprints in events; undefined without `onEvent`.
    #[wasm_bindgen(method, getter, js_name = auditKey)]
    pub fn audit_key(this: &Host) -> Option<Vec<u8>>;
    /// Calls the caller's `onEvent`.
    #[wasm_bindgen(method)]
    pub fn emit(this: &Host, event: &JsValue);
    /// Local time in milliseconds since 1970 UTC.
    #[wasm_bindgen(method)]
    pub fn now(this: &Host) -> f64;
    /// The kind of the caller's `appToken`: see [`TokenKind`](super::terms::TokenKind).
    #[wasm_bindgen(method, getter, js_name = tokenKind)]
    pub fn token_kind(this: &Host) -> u32;
    /// Fetches the application token of this credential; the promise rejects if its source fails, or when the call ends.
    #[wasm_bindgen(method, js_name = askForAppToken)]
    pub fn ask_for_app_token(this: &Host, credential: usize) -> Promise;
    /// Lets the signer of this credential hash a KS; the promise rejects in the same cases.
    #[wasm_bindgen(method, js_name = askForHash)]
    pub fn ask_for_hash(this: &Host, credential: usize, ks: &str, hash_type: &str) -> Promise;
    /// Milliseconds on a steady clock.
    #[wasm_bindgen(method)]
    pub fn steady(this: &Host) -> f64;
}

#[wasm_bindgen]
extern "C" {
    /// The shell's.
    pub type Turn;

    /// Resolves when it is triggered, or after a while; rejects when the call ends.
    #[wasm_bindgen(method, getter)]
    pub fn wait(this: &Turn) -> Promise;
    /// Triggers it.
    #[wasm_bindgen(method, getter)]
    pub fn come(this: &Turn) -> Function;
}

#[wasm_bindgen]
extern "C" {
    /// A `Response`, or what the caller's fetch returns instead.
    #[derive(Clone)]
    pub type Response;

    #[wasm_bindgen(method, getter, structural, catch)]
    pub fn status(this: &Response) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    pub fn headers(this: &Response) -> Result<Headers, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    pub fn body(this: &Response) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    pub fn text(this: &Response) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// The `Headers` of a response.
    pub type Headers;

    #[wasm_bindgen(method, structural, catch)]
    pub fn get(this: &Headers, name: &str) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// A body's `ReadableStream`.
    pub type Stream;

    #[wasm_bindgen(method, structural, catch, js_name = getReader)]
    pub fn get_reader(this: &Stream) -> Result<Reader, JsValue>;

    /// A `ReadableStreamDefaultReader`.
    pub type Reader;

    #[wasm_bindgen(method, structural, catch)]
    pub fn read(this: &Reader) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    pub fn cancel(this: &Reader) -> Result<JsValue, JsValue>;

    /// The result of a read.
    pub type Chunk;

    #[wasm_bindgen(method, getter, structural, catch)]
    pub fn done(this: &Chunk) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    pub fn value(this: &Chunk) -> Result<JsValue, JsValue>;
}

/// A time in milliseconds, as JavaScript has it.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a time in milliseconds is a safe integer"
)]
pub fn whole_ms(ms: f64) -> i64 {
    ms as i64
}
