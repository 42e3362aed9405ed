//! Sessions to and from a store that a fleet shares.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::told::{end, failed};
use super::{Handle, Now, ProviderCore, Wanted};
use crate::provider::{
    FlightId, Key, Moment, Provider, Sealer, Stored, Verdict, is_of_another_version,
};
use crate::secret::Secret;
use crate::session::Session;
use crate::wasm::convert::Plain;
use crate::wasm::fetch;

/// Some seven weeks.
const LONGEST_TTL_MS: i64 = u32::MAX as i64;

#[wasm_bindgen(js_class = ProviderCore)]
impl Handle {
    /// Where a flight's session is kept in a store: `{ name, key }`.
    pub fn place(&self, flight: FlightId, token: String) -> JsValue {
        let flights = self.flights.borrow();
        let key = flights.get(&flight).map(|wanted| wanted.key.clone());
        drop(flights);
        let place = key.and_then(|key| place(&Sealer::new(&Secret::new(token)), &key));
        place.map_or(JsValue::UNDEFINED, JsValue::from)
    }

    /// There is a store: dead sessions are to be deleted from it.
    #[wasm_bindgen(js_name = useStore)]
    pub fn use_store(&self) {
        self.provider.borrow_mut().shared.use_store();
    }

    /// Ends a flight with what a store gave, if that is a session and of use. Otherwise
    /// `{ rejected }` if it is no session of this token, `{ obsolete }` if it is to be deleted,
    /// and `{ needsTime }` if the server's clock must be seen first.
    pub fn adopt(&self, flight: FlightId, token: String, sealed: &str, now: &Now) -> JsValue {
        let moment = now.moment();
        let mut rejected = false;
        let verdict = {
            let flights = self.flights.borrow();
            let Some(wanted) = flights.get(&flight) else {
                return JsValue::UNDEFINED;
            };
            let Wanted { key, wish } = &**wanted;
            let provider = self.provider.borrow();
            match Sealer::new(&Secret::new(token)).open(key, sealed) {
                Some(stored) => {
                    let doubtful = self.is_doubtful(&provider, &stored);
                    provider.judge(key, wish, self.terms.grants, stored, doubtful, moment)
                }
                None => {
                    rejected = !is_of_another_version(sealed);
                    Verdict::Ignore
                }
            }
        };
        if let Verdict::Adopt(session) = verdict {
            return self.land(flight, *session, moment);
        }
        let told = Plain::new();
        told.set("rejected", rejected);
        told.set("needsTime", verdict == Verdict::AwaitServerTime);
        told.set("obsolete", verdict == Verdict::Delete);
        told.into()
    }

    /// Whether [`take_obsolete`](Self::take_obsolete) would give anything.
    #[wasm_bindgen(getter, js_name = hasObsolete)]
    pub fn has_obsolete(&self) -> bool {
        self.provider.borrow().shared.has_obsolete()
    }

    /// Where sessions are kept that may be dead, once: `[{ name, key }]`.
    #[wasm_bindgen(js_name = takeObsolete)]
    pub fn take_obsolete(&self, token: String) -> Array {
        let sealer = Sealer::new(&Secret::new(token));
        let keys = self.provider.borrow_mut().shared.take_obsolete();
        let places = keys.iter().filter_map(|key| place(&sealer, key));
        places.map(JsValue::from).collect()
    }

    /// Whether a store holds a dead session under this key.
    #[wasm_bindgen(js_name = isDead)]
    pub fn is_dead(&self, key: String, token: String, sealed: &str) -> bool {
        let sealer = Sealer::new(&Secret::new(token));
        let provider = self.provider.borrow();
        let stored = sealer.open(&Key::from_text(key), sealed);
        stored.is_some_and(|stored| {
            provider.shared.is_dead(stored.ks()) || self.is_doubtful(&provider, &stored)
        })
    }

    /// The session of a key, sealed for a store: `{ text, ttlMs }`, if there is one, or
    /// `{ tooLong }`.
    pub fn seal(&self, key: String, token: String, now: &Now) -> JsValue {
        let key = Key::from_text(key);
        let mut nonce = [0; 12];
        let (moment, wall_ms) = (now.moment(), fetch::whole_ms(now.wall()));
        if getrandom::fill(&mut nonce).is_err() {
            return JsValue::UNDEFINED;
        }
        let sealed = self.provider.borrow().fresh(&key, moment).map(|session| {
            // A store that forgets a session of years after weeks is given it again.
            let left_ms = session.expires_at_ms.saturating_sub(wall_ms);
            let ttl_ms = u32::try_from(left_ms.clamp(0, LONGEST_TTL_MS)).unwrap_or_default();
            let sealer = Sealer::new(&Secret::new(token));
            (sealer.seal(&key, session, nonce), ttl_ms)
        });
        let Some((text, ttl_ms)) = sealed else {
            return JsValue::UNDEFINED;
        };
        let told = Plain::new();
        told.set("tooLong", text.is_none());
        told.set_some("text", text);
        told.set("ttlMs", ttl_ms);
        told.into()
    }
}

impl ProviderCore {
    /// Whether the token of a stored session was revoked when it was last seen.
    fn is_doubtful(&self, provider: &Provider, stored: &Stored) -> bool {
        let credential = self.credential_of(stored.privileges());
        credential.is_some_and(|it| provider.standings.is_doubtful(it))
    }

    fn land(&self, flight: FlightId, session: Session, now: Moment) -> JsValue {
        let Some(wanted) = self.flights.borrow_mut().remove(&flight) else {
            return JsValue::UNDEFINED;
        };
        let mut provider = self.provider.borrow_mut();
        let told = match provider.adopt(&wanted.key, flight, session, now) {
            Ok(landed) => end(&landed),
            Err(failure) => failed(&failure),
        };
        let _ = js_sys::Reflect::set(&told, &"adopted".into(), &true.into());
        told
    }
}

fn place(sealer: &Sealer, key: &Key) -> Option<Plain> {
    let place = Plain::new();
    place.set("name", sealer.name(key)?);
    place.set("key", key.as_str());
    Some(place)
}
