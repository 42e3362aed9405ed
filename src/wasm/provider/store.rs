//! Sessions to and from a store that a fleet shares.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::told::end;
use super::{Handle, Now};
use crate::provider::{FlightId, Key, Provider, Sealer, Stored, Verdict, is_of_another_version};
use crate::secret::Secret;
use crate::wasm::convert::Plain;

/// Some seven weeks.
const LONGEST_TTL_MS: i64 = u32::MAX as i64;

#[wasm_bindgen(js_class = ProviderCore)]
impl Handle {
    /// Where a flight's session is kept in a store: `{ name, key }`.
    pub fn place(&self, flight: f64, token: String) -> JsValue {
        let token = Secret::new(token);
        let key = FlightId::from_number(flight).and_then(|flight| {
            self.decide(|provider| provider.wanted(flight).map(|(key, _)| key.clone()))
        });
        let place = key.and_then(|key| place(&Sealer::new(&token), &key));
        place.map_or(JsValue::UNDEFINED, JsValue::from)
    }

    /// There is a store: dead sessions are to be deleted from it.
    #[wasm_bindgen(js_name = useStore)]
    pub fn use_store(&self) {
        self.decide(|provider| provider.shared.use_store());
    }

    /// Ends a flight with what a store gave, if that is a session and of use. Otherwise
    /// `{ rejected }` if it is no session of this token, `{ obsolete }` if it is to be deleted,
    /// and `{ needsTime }` if the server's clock must be seen first.
    pub fn adopt(&self, flight: f64, token: String, sealed: &str, now: &Now) -> JsValue {
        let (token, now) = (Secret::new(token), now.moment());
        let Some(flight) = FlightId::from_number(flight) else {
            return JsValue::UNDEFINED;
        };
        let wanted = self.decide(|provider| {
            let wanted = provider.wanted(flight);
            wanted.map(|(key, wish)| (key.clone(), wish.clone()))
        });
        let Some((key, wish)) = wanted else {
            return JsValue::UNDEFINED;
        };
        let stored = Sealer::new(&token).open(&key, sealed);
        let rejected = stored.is_none() && !is_of_another_version(sealed);
        let verdict = stored.map_or(Verdict::Ignore, |stored| {
            self.decide(|provider| {
                let doubtful = is_doubtful(provider, &stored);
                provider.judge(&key, &wish, self.terms.grants, stored, doubtful, now)
            })
        });
        if let Verdict::Adopt(session) = verdict {
            self.report_uses();
            let landed = self.decide(|provider| provider.adopt(&key, flight, *session, now));
            let told = end(&landed);
            let _ = js_sys::Reflect::set(&told, &"adopted".into(), &true.into());
            return told;
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
        self.decide(|provider| provider.shared.has_obsolete())
    }

    /// Where sessions are kept that may be dead, once: `[{ name, key }]`.
    #[wasm_bindgen(js_name = takeObsolete)]
    pub fn take_obsolete(&self, token: String) -> Array {
        let sealer = Sealer::new(&Secret::new(token));
        let keys = self.decide(|provider| provider.shared.take_obsolete());
        let places = keys.iter().filter_map(|key| place(&sealer, key));
        places.map(JsValue::from).collect()
    }

    /// Whether a store holds a dead session under this key.
    #[wasm_bindgen(js_name = isDead)]
    pub fn is_dead(&self, key: String, token: String, text: &str) -> bool {
        let sealer = Sealer::new(&Secret::new(token));
        let stored = sealer.open(&Key::from_text(key), text);
        stored.is_some_and(|stored| {
            self.decide(|provider| {
                provider.shared.is_dead(stored.ks()) || is_doubtful(provider, &stored)
            })
        })
    }

    /// The session of a key, sealed for a store: `{ text, ttlMs }`, if there is one, or
    /// `{ tooLong }`.
    pub fn seal(&self, key: String, token: String, now: &Now) -> JsValue {
        let key = Key::from_text(key);
        let mut nonce = [0; 12];
        let now = now.moment();
        if getrandom::fill(&mut nonce).is_err() {
            return JsValue::UNDEFINED;
        }
        let session = self.decide(|provider| provider.fresh(&key, now).cloned());
        let sealed = session.map(|session| {
            // A store that forgets a session of years after weeks is given it again.
            let left_ms = session.expires_at_ms.saturating_sub(now.wall_ms);
            let ttl_ms = u32::try_from(left_ms.clamp(0, LONGEST_TTL_MS)).unwrap_or_default();
            let sealer = Sealer::new(&Secret::new(token));
            (sealer.seal(&key, &session, nonce), ttl_ms)
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

/// Whether the token of a stored session was revoked when it was last seen.
fn is_doubtful(provider: &Provider, stored: &Stored) -> bool {
    let standings = &provider.standings;
    let credential = standings.of_privileges(stored.privileges());
    credential.is_some_and(|it| standings.is_doubtful(it))
}

fn place(sealer: &Sealer, key: &Key) -> Option<Plain> {
    let place = Plain::new();
    place.set("name", sealer.name(key)?);
    place.set("key", key.as_str());
    Some(place)
}
