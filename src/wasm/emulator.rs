//! The emulator's binding: takes requests, returns responses, and everything else as JSON.

use js_sys::{Array, Function, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use crate::emulator::{Cut, Emulator, Incoming, NewAppToken, Outgoing, State};

/// An [`Emulator`] for JavaScript.
#[wasm_bindgen(js_name = Emulator, skip_typescript)]
#[derive(Debug)]
pub struct JsEmulator(Emulator);

#[wasm_bindgen(js_class = Emulator)]
impl JsEmulator {
    /// Makes an emulator with the state in `json`.
    #[wasm_bindgen(constructor)]
    pub fn new(json: &str) -> Result<Self, JsValue> {
        let state = State::from_json(json).map_err(thrown)?;
        Emulator::new(state).map(Self).map_err(thrown)
    }

    /// Returns the whole state as JSON.
    pub fn state(&self) -> Result<String, JsValue> {
        serde_json::to_string(self.0.state()).map_err(thrown)
    }

    /// Replaces the state by that in `json`.
    pub fn restore(&mut self, json: &str) -> Result<(), JsValue> {
        *self = Self::new(json)?;
        Ok(())
    }

    /// Returns the part `name` of the state as JSON.
    pub fn part(&self, name: &str) -> Result<String, JsValue> {
        let part = self.0.state().part(name);
        part.ok_or_else(|| thrown("no such part of the state"))
    }

    /// Replaces the parts of the state that are in `json`.
    pub fn replace(&mut self, json: &str) -> Result<(), JsValue> {
        self.0.state_mut().replace(json).map_err(thrown)
    }

    /// Adds the app tokens in `json`; returns them as JSON.
    #[wasm_bindgen(js_name = addAppTokens)]
    pub fn add_app_tokens(
        &mut self,
        json: &str,
        now: f64,
        random: &Function,
    ) -> Result<String, JsValue> {
        let wanted: Vec<NewAppToken> = serde_json::from_str(json).map_err(thrown)?;
        let mut random = RandomSource::new(random);
        let mut added = Vec::with_capacity(wanted.len());
        for wanted in wanted {
            let token = self
                .0
                .add_app_token(wanted, milliseconds(now), &mut |bytes| random.fill(bytes));
            added.push(token.map_err(thrown)?);
        }
        random.outcome()?;
        serde_json::to_string(&added).map_err(thrown)
    }

    /// Clears the caches.
    #[wasm_bindgen(js_name = flushCaches)]
    pub fn flush_caches(&mut self) {
        self.0.flush_caches();
    }

    /// Answers a request. `headers` are names and values in turn.
    #[expect(
        clippy::too_many_arguments,
        reason = "objects cost more at this crossing"
    )]
    pub fn handle(
        &mut self,
        method: String,
        url: String,
        headers: Vec<String>,
        body: Vec<u8>,
        ip: String,
        https: bool,
        now: f64,
        random: &Function,
    ) -> Result<Object, JsValue> {
        let mut flat = headers.into_iter();
        let mut headers = Vec::new();
        while let (Some(name), Some(value)) = (flat.next(), flat.next()) {
            headers.push((name, value));
        }
        let incoming = Incoming {
            method,
            url,
            headers,
            body,
            ip,
            https,
        };
        let mut random = RandomSource::new(random);
        let answer = self.0.handle(&incoming, milliseconds(now), &mut |bytes| {
            random.fill(bytes);
        });
        random.outcome()?;
        object(&answer)
    }
}

fn object(answer: &Outgoing) -> Result<Object, JsValue> {
    let headers: Array = answer
        .headers
        .iter()
        .map(|(name, value)| Array::of2(&name.into(), &value.into()))
        .collect();
    let cut = match answer.transport.cut {
        None => JsValue::NULL,
        Some(Cut::BeforeHeaders) => "before".into(),
        Some(Cut::InBody) => "body".into(),
    };
    let object = Object::new();
    let set = |name: &str, value: JsValue| Reflect::set(&object, &name.into(), &value);
    set("status", answer.status.into())?;
    set("headers", headers.into())?;
    set("body", Uint8Array::from(answer.body.as_slice()).into())?;
    set("delayMs", answer.transport.delay_ms.into())?;
    set("cut", cut)?;
    set("bytesPerSecond", answer.transport.bytes_per_second.into())?;
    Ok(object)
}

/// The caller's source of random bytes, and the error that it may have thrown.
struct RandomSource<'a> {
    fill: &'a Function,
    failure: Option<JsValue>,
}

impl<'a> RandomSource<'a> {
    fn new(fill: &'a Function) -> Self {
        Self {
            fill,
            failure: None,
        }
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        let view = Uint8Array::from(&*bytes);
        match self.fill.call1(&JsValue::UNDEFINED, &view) {
            // Its buffer may have been transferred.
            Ok(_) if view.length() as usize == bytes.len() => view.copy_to(bytes),
            Ok(_) => self.failure = Some(thrown("random must leave its bytes where they are")),
            Err(error) => self.failure = Some(error),
        }
    }

    fn outcome(self) -> Result<(), JsValue> {
        self.failure.map_or(Ok(()), Err)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "times fit, and the cast saturates"
)]
fn milliseconds(now: f64) -> i64 {
    now as i64
}

/// The longest message, because an error may quote its whole input.
const LONGEST_ERROR: usize = 500;

fn thrown(error: impl core::fmt::Display) -> JsValue {
    let text: String = error.to_string().chars().take(LONGEST_ERROR).collect();
    js_sys::TypeError::new(&text).into()
}
