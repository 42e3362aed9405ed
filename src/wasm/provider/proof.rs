//! Proof that a session to hand out is alive.

use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::mint::moment;
use super::{Handle, Now};
use crate::provider::{probe, revoked};
use crate::secret::Secret;
use crate::wasm::fetch::{self, promise};
use crate::wasm::host::Host;
use crate::wasm::results;

#[wasm_bindgen(js_class = ProviderCore)]
impl Handle {
    /// Whether the caller must [`prove`](Self::prove) this session before it is handed out.
    #[wasm_bindgen(js_name = proofIsDue)]
    pub fn proof_is_due(&self, ks: String, privileges: &str, now: &Now) -> bool {
        let (ks, now) = (Secret::new(ks), now.moment());
        self.decide(|provider| provider.proof_is_due(&ks, privileges, now))
    }

    /// Whether the holder of a session with these privileges can end all others of its token.
    #[wasm_bindgen(js_name = isExposed)]
    pub fn is_exposed(&self, privileges: &str) -> bool {
        self.decide(|provider| provider.is_exposed(privileges))
    }

    /// Asks Kaltura whether the session is alive; returns the failure if it isn't.
    pub fn prove(&self, ks: String, privileges: String, host: Host) -> Promise {
        let core = Rc::clone(&self.0);
        promise(async move {
            let ks = Secret::new(ks);
            let request = probe::request(&ks, &core.terms.service_url);
            let answer = fetch::send(&request, &host, core.max_response_bytes).await;
            if host.ended() {
                return Ok(JsValue::UNDEFINED);
            }
            let (liveness, now) = (probe::liveness(&ks, answer.answer()), moment(&host));
            let is_alive =
                core.decide(|provider| provider.take_proof(&ks, &privileges, liveness, now));
            Ok(if is_alive {
                JsValue::UNDEFINED
            } else {
                results::failure(&revoked())
            })
        })
    }
}
