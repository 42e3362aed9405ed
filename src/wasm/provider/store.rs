//! Sessions for and from a shared store.

use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::decision::outcome;
use super::{Handle, Now, ProviderCore};
use crate::decimal::decimal;
use crate::error::InvalidOption;
use crate::options::{self, Named};
use crate::provider::{
    FlightId, Key, Keys, NONCE, Provider, Stored, StoredEpoch, StoredVerdict, is_of_another_version,
};
use crate::secret::{Secret, Wiped};
use crate::wasm::convert::whole_ms;
use crate::wasm::convert::{self, Plain};

/// Some seven weeks.
const LONGEST_TTL_MS: i64 = u32::MAX as i64;

#[wasm_bindgen(js_class = ProviderCore)]
impl Handle {
    /// Whether values are sealed with the caller's keys. Otherwise these functions need the application token.
    #[wasm_bindgen(getter, js_name = hasOwnKeys)]
    pub fn has_own_keys(&self) -> bool {
        self.keys.is_some()
    }

    /// Derives secret bytes for a purpose outside the core.
    #[wasm_bindgen(js_name = deriveKey)]
    pub fn derive_key(&self, token: Option<String>) -> Option<Vec<u8>> {
        let issuer = self.decide(|provider| provider.issuer_key());
        let key = self.keys(token)?.derive::<32>("handler", &issuer)?;
        Some(key.to_vec())
    }

    /// The names of the epoch in a store.
    #[wasm_bindgen(js_name = epochNames)]
    pub fn epoch_names(&self, token: Option<String>) -> Vec<String> {
        let issuer = self.decide(|provider| provider.issuer_key());
        self.keys(token)
            .map_or_else(Vec::new, |keys| keys.epoch_names(&issuer))
    }

    /// Takes the store's values of these names. Returns `{ rejected }` for an invalid epoch; `{ text, ttlMs }` to store under
    /// the first name, if the store must be updated.
    #[wasm_bindgen(js_name = learnEpoch)]
    pub fn learn_epoch(&self, token: Option<String>, texts: Vec<String>, now: &Now) -> JsValue {
        let now = now.moment();
        let Some((keys, nonce)) = self.keys(token).zip(nonce()) else {
            return JsValue::UNDEFINED;
        };
        let text = self.decide(|provider| {
            let issuer = provider.issuer_key();
            let stored = keys.open_epochs(&issuer, texts);
            let epoch = &mut provider.shared.epoch;
            let text = epoch.compare(stored, now).then(|| epoch.number());
            let text = text.and_then(|number| keys.seal_epoch(&issuer, number, nonce));
            (stored == StoredEpoch::Rubbish, text)
        });
        let result = Plain::new();
        result.set("rejected", text.0);
        result.set_some("text", text.1);
        result.set("ttlMs", u32::MAX);
        result.into()
    }

    /// The current epoch, for a session that is requested now.
    #[wasm_bindgen(getter)]
    #[expect(clippy::cast_precision_loss, reason = "times are safe integers")]
    pub fn epoch(&self) -> f64 {
        self.decide(|provider| provider.shared.epoch.number()) as f64
    }

    /// The place of a flight's session in a store: `{ names, key }`.
    pub fn place(&self, flight: f64, token: Option<String>) -> JsValue {
        let key = FlightId::from_number(flight).and_then(|flight| {
            self.decide(|provider| provider.wanted(flight).map(|(key, _)| key.clone()))
        });
        let keys = self.keys(token).zip(key);
        keys.map_or(JsValue::UNDEFINED, |(keys, key)| place(&keys, &key).into())
    }

    /// Notes that there is a store, from which dead sessions must be deleted.
    #[wasm_bindgen(js_name = useStore)]
    pub fn use_store(&self) {
        self.decide(|provider| provider.shared.use_store());
    }

    /// Ends a flight with the store's value, if that is a usable session. Otherwise returns `{ rejected }` if it was sealed with
    /// another key, `{ obsolete }` if it must be deleted, and `{ needsTime }` if the server's clock must be known first.
    pub fn adopt(&self, flight: f64, token: Option<String>, sealed: &str, now: &Now) -> JsValue {
        let now = now.moment();
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
        let keys = self.keys(token);
        let stored = keys.and_then(|keys| keys.open_session(&key, sealed));
        let rejected = stored.is_none() && !is_of_another_version(sealed);
        let verdict = stored.map_or(StoredVerdict::Ignore, |stored| {
            self.decide(|provider| {
                let doubtful = is_doubtful(provider, &stored);
                provider.judge(&key, &wish, self.terms.grants, stored, doubtful, now)
            })
        });
        if let StoredVerdict::Adopt(session) = verdict {
            self.report_uses();
            let landed = self.decide(|provider| provider.adopt(&key, flight, *session, now));
            let result = outcome(&landed);
            let _ = js_sys::Reflect::set(&result, &"adopted".into(), &true.into());
            return result;
        }
        let result = Plain::new();
        result.set("rejected", rejected);
        result.set("needsTime", verdict == StoredVerdict::AwaitServerTime);
        result.set("obsolete", verdict == StoredVerdict::Delete);
        result.into()
    }

    /// Whether the store must be updated: with a new epoch, or for [`take_obsolete`](Self::take_obsolete).
    #[wasm_bindgen(getter, js_name = hasNews)]
    pub fn has_news(&self) -> bool {
        self.decide(|provider| provider.shared.has_news())
    }

    /// Takes the places of sessions that may be dead: `[{ names, key }]`.
    #[wasm_bindgen(js_name = takeObsolete)]
    pub fn take_obsolete(&self, token: Option<String>) -> Array {
        let Some(keys) = self.keys(token) else {
            return Array::new();
        };
        let obsolete = self.decide(|provider| provider.shared.take_obsolete());
        let places = obsolete.iter().map(|key| place(&keys, key));
        places.map(JsValue::from).collect()
    }

    /// Whether a store's value for this key is a dead session.
    #[wasm_bindgen(js_name = isDead)]
    pub fn is_dead(&self, key: String, token: Option<String>, text: &str) -> bool {
        let keys = self.keys(token);
        let stored = keys.and_then(|keys| keys.open_session(&Key::from_text(key), text));
        stored.is_some_and(|stored| {
            self.decide(|provider| provider.is_dead(&stored) || is_doubtful(provider, &stored))
        })
    }

    /// Seals the session of a key, which was started in this epoch, for a store: `{ text, ttlMs }`, or `{ tooLong }`.
    pub fn seal(&self, key: String, token: Option<String>, epoch: f64, now: &Now) -> JsValue {
        let key = Key::from_text(key);
        let now = now.moment();
        let Some((keys, nonce)) = self.keys(token).zip(nonce()) else {
            return JsValue::UNDEFINED;
        };
        let session = self.decide(|provider| provider.fresh(&key, now).cloned());
        let sealed = session.map(|session| {
            // If a store drops a session of years after weeks, it is stored again.
            let left_ms = session.expires_at_ms.saturating_sub(now.wall_ms);
            let ttl_ms = u32::try_from(left_ms.clamp(0, LONGEST_TTL_MS)).unwrap_or_default();
            let epoch = whole_ms(epoch);
            (keys.seal_session(&key, &session, epoch, nonce), ttl_ms)
        });
        let Some((text, ttl_ms)) = sealed else {
            return JsValue::UNDEFINED;
        };
        let result = Plain::new();
        result.set("tooLong", text.is_none());
        result.set_some("text", text);
        result.set("ttlMs", ttl_ms);
        result.into()
    }
}

/// Whether the token of a stored session was revoked when it was last seen.
fn is_doubtful(provider: &Provider, stored: &Stored) -> bool {
    let standings = &provider.standings;
    let credential = standings.of_privileges(stored.privileges());
    credential.is_some_and(|it| standings.is_doubtful(it))
}

fn place(keys: &Keys, key: &Key) -> Plain {
    let place = Plain::new();
    place.set("names", keys.session_names(key));
    place.set("key", key.as_str());
    place
}

fn nonce() -> Option<[u8; NONCE]> {
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce).ok().map(|()| nonce)
}

impl ProviderCore {
    /// The keys for sealing: those of the options, or one derived from the token.
    fn keys(&self, token: Option<String>) -> Option<Rc<Keys>> {
        let of_token =
            |token: String| Rc::new(Keys::of_secret(Secret::new(token).expose().as_bytes()));
        self.keys.clone().or_else(|| token.map(of_token))
    }
}

/// Reads the caller's keys: `[id, key, id, key, …]`, each key text or bytes.
pub fn own_keys(list: &Array) -> Result<Option<Rc<Keys>>, InvalidOption> {
    let mut keys = Vec::<(String, Wiped<Vec<u8>>)>::new();
    for index in (0..list.length()).step_by(2) {
        let path = |name| ["seal.keys[", &decimal(index / 2), "].", name].concat();
        let id = options::seal_id(Named {
            path: path("id"),
            input: convert::input(&list.get(index)),
        })?;
        if keys.iter().any(|(known, _)| *known == id) {
            return Err(options::wrong_id(path("id")));
        }
        let key = list.get(index + 1);
        let bytes = key.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec);
        let text = key.as_string().map(Secret::new);
        let text = text.as_ref().map(Secret::expose);
        keys.push((
            id,
            options::seal_key(path("key"), text, bytes.unwrap_or_default())?,
        ));
    }
    let own = keys.iter().map(|(id, key)| (id.as_str(), key.as_slice()));
    Ok((!keys.is_empty()).then(|| Rc::new(Keys::new(own))))
}
