//! Sessions to and from a store that a fleet shares.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{Handle, Now, Wanted};
use crate::provider::{FlightId, Key, Sealer};
use crate::secret::Secret;
use crate::wasm::convert::Plain;
use crate::wasm::fetch;

/// Some seven weeks.
const LONGEST_TTL_MS: i64 = u32::MAX as i64;

#[wasm_bindgen(js_class = ProviderCore)]
impl Handle {
    /// Where a flight's session is kept in a store: `{ name, key }`.
    pub fn place(&self, flight: FlightId, token: String) -> JsValue {
        let flights = self.flights.borrow();
        let place = flights.get(&flight).and_then(|wanted| {
            let key = &wanted.key;
            let name = Sealer::new(&Secret::new(token)).name(key)?;
            let place = Plain::new();
            place.set("name", name);
            place.set("key", key.as_str());
            Some(place.into())
        });
        place.unwrap_or(JsValue::UNDEFINED)
    }

    /// Ends a flight with a session from a store, if it is one and of use, and its token was not
    /// revoked when last seen;
    /// `{ rejected }` if it is none of ours.
    pub fn adopt(&self, flight: FlightId, token: String, sealed: &str, now: &Now) -> JsValue {
        let told = Plain::new();
        let found = {
            let flights = self.flights.borrow();
            let Some(wanted) = flights.get(&flight) else {
                return JsValue::UNDEFINED;
            };
            let Wanted { key, wish } = &**wanted;
            let opened = Sealer::new(&Secret::new(token)).open(key, sealed);
            told.set("rejected", opened.is_none());
            opened
                .map(|session| session.compared_with(wish, fetch::whole_ms(now.wall())))
                .filter(|session| !self.terms.grants.refuses(&session.differences))
                .filter(|session| {
                    let provider = self.provider.borrow();
                    let credential = self.credential_of(&session.privileges);
                    provider.is_of_use(key, session, now.moment())
                        && !credential.is_some_and(|it| provider.standings.is_doubtful(it))
                })
        };
        match found {
            Some(session) => {
                let end = self.settle(flight, Ok(session), now.moment());
                let _ = js_sys::Reflect::set(&end, &"adopted".into(), &true.into());
                end
            }
            None => told.into(),
        }
    }

    /// The session of a key, sealed for a store: `{ text, ttlMs }`, if there is one.
    pub fn seal(&self, key: String, token: String, now: &Now) -> JsValue {
        let key = Key::from_text(key);
        let provider = self.provider.borrow();
        let mut nonce = [0; 12];
        let sealed = provider.fresh(&key, now.moment()).and_then(|session| {
            getrandom::fill(&mut nonce).ok()?;
            let left_ms = session
                .expires_at_ms
                .saturating_sub(fetch::whole_ms(now.wall()));
            // A store that forgets a session of years after weeks is given it again.
            let ttl_ms = u32::try_from(left_ms.min(LONGEST_TTL_MS)).ok()?;
            let text = Sealer::new(&Secret::new(token)).seal(&key, session, nonce)?;
            let sealed = Plain::new();
            sealed.set("text", text);
            sealed.set("ttlMs", ttl_ms);
            Some(sealed.into())
        });
        sealed.unwrap_or(JsValue::UNDEFINED)
    }
}
