//! Isolated sessions.

use js_sys::{Array, Object};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{Handle, Now};
use crate::call::CallTerms;
use crate::error::InvalidOption;
use crate::provider::FlightId;
use crate::secret::Secret;
use crate::wasm::call;
use crate::wasm::convert;
use crate::wasm::task::Task;

#[wasm_bindgen(js_class = ProviderCore)]
impl Handle {
    /// Derives session ids from the token or what stands for it, and from a key of one's own where
    /// this process has neither.
    #[wasm_bindgen(js_name = isolateWith)]
    pub fn isolate_with(&self, secret: Option<String>) {
        if let Some(secret) = secret {
            let secret = Secret::new(secret);
            self.decide(|provider| provider.isolate_with(secret.expose().as_bytes()));
        } else if let Some(keys) = &self.keys {
            let issuer = self.decide(|provider| provider.issuer_key());
            if let Some(secret) = keys.derive::<32>("isolate", &issuer) {
                self.decide(|provider| provider.isolate_with(&*secret));
            }
        }
    }

    /// Whether a flight only reads the store.
    #[wasm_bindgen(js_name = isCheck)]
    pub fn is_check(&self, flight: f64) -> bool {
        let flight = FlightId::from_number(flight);
        flight.is_some_and(|it| self.decide(|provider| provider.is_check(it)))
    }

    /// Under which name the store may tell that the sessions a flight is for were ended; `undefined`
    /// if there is no need to look.
    #[wasm_bindgen(js_name = generationName)]
    pub fn generation_name(&self, flight: f64, now: &Now) -> Option<String> {
        let (flight, now) = (FlightId::from_number(flight)?, now.moment());
        self.decide(|provider| provider.generation_name(flight, now))
    }

    /// Takes the store's value; an empty text means none.
    #[wasm_bindgen(js_name = learnGeneration)]
    pub fn learn_generation(&self, flight: f64, text: &str, now: &Now) {
        let now = now.moment();
        if let Some(flight) = FlightId::from_number(flight) {
            self.decide(|provider| provider.learn_generation(flight, Some(text), now));
        }
    }

    /// Begins the flight that gets a session with which those of `request` are ended.
    #[wasm_bindgen(js_name = beginEnding)]
    pub fn begin_ending(&self, request: &Object) -> Result<f64, JsValue> {
        const EXPECTED: &str = "'user' or 'session' for endSessions: other sessions end with everybody's of their application token";
        let wish = self.wish(request).map_err(convert::invalid)?;
        self.seed();
        let flight = self.decide(|provider| {
            let key = provider.key(&wish);
            provider.begin_ending(&key, &wish)
        });
        let refused = || convert::invalid(InvalidOption::new("isolate", EXPECTED));
        flight.map(FlightId::number).ok_or_else(refused)
    }

    /// Calls `session.end` with this KS; see [`call::make`].
    #[wasm_bindgen(js_name = endSession)]
    pub fn end_session(&self, body: String, ks: String, deadline_ms: f64) -> Task {
        let terms = CallTerms {
            service_url: self.terms.service_url.clone(),
            retry: self.terms.retry,
            repeatable: true,
            deadline_ms: convert::whole_ms(deadline_ms),
            attempts: 0,
        };
        let operation = ("session", "end");
        let most = self.max_response_bytes;
        call::make(terms, operation, body, ks, most, None)
    }

    /// The sessions of `request` were ended with one that has these privileges.
    pub fn ended(&self, request: &Object, privileges: &str, now: &Now) {
        let (wish, now) = (self.wish(request), now.moment());
        if let Ok(wish) = wish {
            self.decide(|provider| {
                let key = provider.key(&wish);
                provider.ended(&key, &wish, privileges, now);
            });
        }
    }

    /// Whether [`take_unpublished`](Self::take_unpublished) would return anything.
    #[wasm_bindgen(getter, js_name = hasUnpublished)]
    pub fn has_unpublished(&self) -> bool {
        self.decide(|provider| provider.has_unpublished())
    }

    /// What must be stored: names and texts in turn.
    #[wasm_bindgen(js_name = takeUnpublished)]
    pub fn take_unpublished(&self) -> Array {
        let records = self.decide(crate::provider::Provider::take_unpublished);
        let texts = records.into_iter().flat_map(|(name, text)| [name, text]);
        texts.map(JsValue::from).collect()
    }
}
