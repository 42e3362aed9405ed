//! The JavaScript that a call is made from: its shell, and the web's objects that the caller
//! hands in. Whatever belongs to the caller may throw, so each use of it is caught: an
//! exception that flew through wasm would leave the call pending for ever.

use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    /// What `src/js` lends for the length of one call. None of it throws.
    pub type Host;

    /// Ends all waiting of the call, and its fetches.
    #[wasm_bindgen(method, getter)]
    pub fn signal(this: &Host) -> web_sys::AbortSignal;
    /// Whether the deadline has passed or the caller has aborted.
    #[wasm_bindgen(method)]
    pub fn ended(this: &Host) -> bool;
    /// Calls the caller's fetch or the global one; the promise rejects when the call ends.
    #[wasm_bindgen(method)]
    pub fn fetch(this: &Host, url: &str, init: &web_sys::RequestInit) -> Promise;
    /// The value or promise, but rejecting when the call ends.
    #[wasm_bindgen(method)]
    pub fn within(this: &Host, value: &JsValue) -> Promise;
    /// A plain view of a piece of a body; none of what is no bytes.
    #[wasm_bindgen(method)]
    pub fn bytes(this: &Host, value: &JsValue) -> Option<Uint8Array>;
    /// Lets a promise be, whatever becomes of it.
    #[wasm_bindgen(method)]
    pub fn forget(this: &Host, promise: &JsValue);
    /// Resolves after a time; rejects when the call ends.
    #[wasm_bindgen(method)]
    pub fn sleep(this: &Host, ms: f64) -> Promise;
    /// Something to wait for until another call lets it come.
    #[wasm_bindgen(method)]
    pub fn turn(this: &Host) -> Turn;
    /// Notes a failure that may be followed by another try, for the error that ends the call.
    #[wasm_bindgen(method)]
    pub fn failed(this: &Host, failure: &JsValue);
    /// The key of the fingerprints in events; none if there is no `onEvent`.
    #[wasm_bindgen(method, getter, js_name = auditKey)]
    pub fn audit_key(this: &Host) -> Option<Vec<u8>>;
    /// Tells the caller's `onEvent`.
    #[wasm_bindgen(method)]
    pub fn emit(this: &Host, event: &JsValue);
    /// Local time in milliseconds since 1970 UTC.
    #[wasm_bindgen(method)]
    pub fn now(this: &Host) -> f64;
    /// The kind of the caller's `appToken`: see [`TokenKind`](super::terms::TokenKind).
    #[wasm_bindgen(method, getter, js_name = tokenKind)]
    pub fn token_kind(this: &Host) -> u32;
    /// Asks for the application token of this credential; the promise rejects when what gives it
    /// fails, or when the call ends.
    #[wasm_bindgen(method, js_name = askForAppToken)]
    pub fn ask_for_app_token(this: &Host, credential: usize) -> Promise;
    /// Has the signer of this credential hash a KS; the promise rejects as that for a token does.
    #[wasm_bindgen(method, js_name = askForHash)]
    pub fn ask_for_hash(this: &Host, credential: usize, ks: &str, hash_type: &str) -> Promise;
    /// Milliseconds since some beginning, by a clock that is never set.
    #[wasm_bindgen(method)]
    pub fn steady(this: &Host) -> f64;
}

#[wasm_bindgen]
extern "C" {
    /// The shell's.
    pub type Turn;

    /// Resolves when it has come, or has been long enough in coming; rejects when the call ends.
    #[wasm_bindgen(method, getter)]
    pub fn wait(this: &Turn) -> Promise;
    /// Lets it come.
    #[wasm_bindgen(method, getter)]
    pub fn come(this: &Turn) -> Function;
}

#[wasm_bindgen]
extern "C" {
    /// A `Response`, or what a caller's fetch gives for one.
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

    /// What a reader gives.
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
