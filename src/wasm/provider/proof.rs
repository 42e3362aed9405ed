//! Proof that a session to hand out is alive.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::mint::moment;
use super::{Handle, Now, ProviderCore};
use crate::clock::LocalTime;
use crate::error::Error;
use crate::provider::{probe, revoked};
use crate::secret::Secret;
use crate::wasm::results;
use crate::wasm::task::{Received, Steps, Task, TaskStep};

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

    /// The task that asks Kaltura whether the session is alive; its result is the failure if it isn't.
    pub fn prove(&self, ks: String, privileges: String) -> Task {
        let proof = Proof {
            core: Rc::clone(&self.0),
            ks: Secret::new(ks),
            privileges,
            is_alive: None,
        };
        Task::new(self.max_response_bytes, proof)
    }
}

struct Proof {
    core: Rc<ProviderCore>,
    ks: Secret,
    privileges: String,
    /// `None` while it isn't known.
    is_alive: Option<bool>,
}

impl Steps for Proof {
    fn next(&mut self, _now: LocalTime) -> TaskStep {
        match self.is_alive {
            None => TaskStep::send(&probe::request(&self.ks, &self.core.terms.service_url)),
            Some(true) => TaskStep::done(&JsValue::UNDEFINED),
            Some(false) => TaskStep::done(&results::failure(&revoked())),
        }
    }

    fn take(&mut self, mut received: Received) -> Option<Box<Error>> {
        let now = moment(received.now);
        let liveness = probe::liveness(&self.ks, received.answer());
        let core = &self.core;
        let is_alive =
            core.decide(|provider| provider.take_proof(&self.ks, &self.privileges, liveness, now));
        self.is_alive = Some(is_alive);
        None
    }
}
