//! API calls with a provider's session.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{Handle, Now};
use crate::call::CallTerms;
use crate::error::InvalidOption;
use crate::kaltura::Operation;
use crate::provider::Moment;
use crate::retry::RetryPolicy;
use crate::wasm::call;
use crate::wasm::convert;
use crate::wasm::task::Task;

#[wasm_bindgen(js_class = ProviderCore)]
impl Handle {
    /// Fails for an invalid name of a service or an action.
    #[wasm_bindgen(js_name = checkCall)]
    #[expect(
        clippy::unused_self,
        reason = "the shell has no class at hand, but an instance"
    )]
    pub fn check_call(&self, service: &str, action: &str) -> Result<(), JsValue> {
        let wrong = if Operation::new(service, action).is_some() {
            return Ok(());
        } else if Operation::new(service, "get").is_some() {
            InvalidOption::new("action", "the name of an action of Kaltura's, such as get")
        } else {
            InvalidOption::new(
                "service",
                "the name of a service of Kaltura's, such as user",
            )
        };
        Err(convert::invalid(wrong))
    }

    /// Calls the API once with parameters that include `ks`; see [`call::make`].
    pub fn call(
        &self,
        service: &str,
        action: &str,
        body: String,
        ks: String,
        attempts: u32,
    ) -> Task {
        let core = Rc::clone(&self.0);
        let terms = CallTerms {
            service_url: self.terms.service_url.clone(),
            // The call may have had an effect.
            retry: RetryPolicy { retries: 0 },
            repeatable: false,
            deadline_ms: 0,
            attempts: attempts.saturating_sub(1),
        };
        call::make(
            terms,
            (service, action),
            body,
            ks,
            self.max_response_bytes,
            Some(Box::new(move |clock, at| {
                let now = Moment {
                    wall_ms: at.wall_ms,
                    steady_ms: at.steady_ms,
                };
                core.decide(|provider| provider.shared.server_time.see(Some(clock), now));
            })),
        )
    }

    /// A new session was refused as logged out: its token is revoked. `privileges`, the
    /// session's own, name the token; gives its id.
    #[wasm_bindgen(js_name = revoke)]
    pub fn revoke_token(&self, privileges: &str, now: &Now) -> String {
        let now = now.moment();
        self.decide(|provider| {
            let credential = provider.standings.of_privileges(privileges);
            let credential = credential.unwrap_or_else(|| provider.standings.active());
            provider.revoke(credential, now);
            provider.standings.id(credential)
        })
    }
}
