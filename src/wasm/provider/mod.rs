//! The provider, for the shell: what it is told to do, and what came of it.

mod call;
mod mint;
mod store;
mod told;

use core::cell::RefCell;
use core::ops::Deref;
use std::rc::Rc;

use js_sys::Object;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use self::told::{end, failed, told};
use super::convert::{self, Options};
use super::fetch;
use super::results;
use super::terms;
use crate::error::{Error, Failure, InvalidOption};
use crate::exchange::Terms;
use crate::grants::Wish;
use crate::options;
use crate::provider::{
    Answer, CHECK_EVERY_MS, FlightId, Following, Issuer, Key, Moment, Provider, SortedMap,
    Standings, is_over,
};
use crate::secret::Secret;
use crate::session::{Session, names_token};

/// The options of a provider that stand beside those of a session.
const OPTIONS: [&str; 3] = ["maxEntries", "batchSize", "batchesInFlight"];
const FALLBACK_OPTIONS: [&str; 3] = ["appTokenId", "appToken", "hashType"];
const REQUEST_OPTIONS: [&str; 4] = ["userId", "sessionType", "expiry", "sessionPrivileges"];

/// The shell's hold on a [`ProviderCore`], which tasks under way share.
#[wasm_bindgen(js_name = ProviderCore, skip_typescript)]
#[derive(Debug)]
pub struct Handle(Rc<ProviderCore>);

impl Deref for Handle {
    type Target = ProviderCore;

    fn deref(&self) -> &ProviderCore {
        &self.0
    }
}

/// The core of a `SessionProvider`. No borrow of it is held while JavaScript runs.
#[derive(Debug)]
pub struct ProviderCore {
    provider: RefCell<Provider>,
    /// What the flights under way are to fetch.
    flights: RefCell<SortedMap<FlightId, Box<Wanted>>>,
    terms: Terms,
    partner_id: u32,
    /// By the number of the credential.
    app_token_ids: Vec<String>,
    defaults: Wish,
    max_response_bytes: u32,
    batch_size: u32,
    batches_in_flight: u32,
}

/// What a flight is to fetch.
#[derive(Debug)]
struct Wanted {
    key: Key,
    wish: Wish,
}

#[wasm_bindgen(js_class = ProviderCore)]
impl Handle {
    /// Reads the options. Tokens that come from functions are left out of them, and
    /// `functions` is true in their places.
    #[wasm_bindgen(constructor)]
    pub fn new(
        options: &Object,
        fallback: &JsValue,
        token_function: bool,
        fallback_function: bool,
    ) -> Result<Self, JsValue> {
        let fallback = fallback.is_object().then(|| fallback.unchecked_ref());
        ProviderCore::read(options, fallback, token_function, fallback_function)
            .map(|core| Self(Rc::new(core)))
            .map_err(convert::invalid)
    }

    /// How often a leader gives a sign, and its followers look for it.
    #[wasm_bindgen(js_name = checkEveryMs)]
    pub fn check_every_ms() -> u32 {
        CHECK_EVERY_MS
    }

    /// Whether a session that has been waiting for its caller has ended meanwhile.
    #[wasm_bindgen(js_name = isOver)]
    pub fn is_over(expires_at_ms: f64, now: &Now) -> bool {
        is_over(fetch::whole_ms(expires_at_ms), now.moment().wall_ms)
    }

    /// How many sessions to start in one request.
    #[wasm_bindgen(getter, js_name = batchSize)]
    pub fn batch_size(&self) -> u32 {
        self.batch_size
    }

    /// How many such requests to have under way at a time.
    #[wasm_bindgen(getter, js_name = batchesInFlight)]
    pub fn batches_in_flight(&self) -> u32 {
        self.batches_in_flight
    }

    /// What the caller of `request` is to do. `followed` is the flight that it followed in
    /// vain, after `silent_checks` checks without a sign.
    pub fn ask(
        &self,
        request: &Object,
        followed: FlightId,
        silent_checks: u32,
        now: &Now,
    ) -> Result<JsValue, JsValue> {
        let wish = self.wish(request).map_err(convert::invalid)?;
        let mut provider = self.provider.borrow_mut();
        let key = provider.key(&wish);
        let following = Following {
            flight: followed,
            silent_checks,
        };
        let answer = provider
            .ask(&key, following, now.moment())
            .map_err(|failure| results::failure(&failure))?;
        if let Answer::Lead(flight) | Answer::Renew { flight, .. } = answer {
            self.flights
                .borrow_mut()
                .insert(flight, Box::new(Wanted { key, wish }));
        }
        Ok(told(answer))
    }

    /// What there is for the caller of `request` when the time is over; nothing if there is none.
    #[wasm_bindgen(js_name = lastResort)]
    pub fn last_resort(&self, request: &Object, now: &Now) -> JsValue {
        let provider = self.provider.borrow();
        let key = self.wish(request).ok().map(|wish| provider.key(&wish));
        let answer = key.and_then(|key| provider.last_resort(&key, now.moment()));
        answer.map_or(JsValue::UNDEFINED, told)
    }

    /// What a caller that needs the widget session is to do; nothing if there is no need to wait.
    #[wasm_bindgen(js_name = askForWidget)]
    pub fn ask_for_widget(&self, followed: FlightId, silent_checks: u32, now: &Now) -> JsValue {
        let following = Following {
            flight: followed,
            silent_checks,
        };
        let mut provider = self.provider.borrow_mut();
        let answer = provider.ask_for_widget(following, now.moment());
        answer.map_or(JsValue::UNDEFINED, told)
    }

    /// The end of a flight whose time was over, or that nobody wants any more, or that was
    /// taken over by another that has landed.
    pub fn abandon(&self, flight: FlightId, timed_out: bool, now: &Now) {
        if timed_out {
            let failure = Failure {
                error: Box::new(Error::Timeout),
                attempts: 0,
            };
            self.settle(flight, Err(failure), now.moment());
        } else if let Some(wanted) = self.flights.borrow_mut().remove(&flight) {
            self.provider.borrow_mut().abandon(&wanted.key, flight);
        }
    }

    /// The same for the flight that was to fetch the widget session.
    #[wasm_bindgen(js_name = abandonWidget)]
    pub fn abandon_widget(&self, flight: FlightId) {
        self.provider.borrow_mut().abandon(&Key::widget(), flight);
    }

    /// Forgets the session of a request.
    pub fn invalidate(&self, request: &Object, now: &Now) -> Result<(), JsValue> {
        let wish = self.wish(request).map_err(convert::invalid)?;
        let mut provider = self.provider.borrow_mut();
        let key = provider.key(&wish);
        provider.invalidate(&key, now.moment());
        Ok(())
    }

    /// Forgets a session.
    #[wasm_bindgen(js_name = invalidateKs)]
    pub fn invalidate_ks(&self, ks: String, now: &Now) {
        let mut provider = self.provider.borrow_mut();
        provider.invalidate_ks(&Secret::new(ks), now.moment());
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.provider.borrow_mut().clear();
    }
}

impl ProviderCore {
    fn read(
        object: &Object,
        fallback: Option<&Object>,
        token_function: bool,
        fallback_function: bool,
    ) -> Result<Self, InvalidOption> {
        let known: Vec<_> = terms::OPTIONS.into_iter().chain(OPTIONS).collect();
        let from = Options::new(object, "", &known)?;
        let terms = terms::terms(&from, 0.0)?;
        let mut app_token_ids = vec![options::app_token_id(from.get("appTokenId"))?];
        let mut hash_types = vec![options::hash_types(from.get("hashType"))?];
        if !token_function {
            options::app_token(from.get("appToken"))?;
        }
        if let Some(fallback) = fallback {
            let from = Options::new(fallback, "fallback.", &FALLBACK_OPTIONS)?;
            app_token_ids.push(options::app_token_id(from.get("appTokenId"))?);
            hash_types.push(options::hash_types(from.get("hashType"))?);
            if !fallback_function {
                options::app_token(from.get("appToken"))?;
            }
        }
        let count = |name, most, expected, default| -> Result<u32, InvalidOption> {
            let count = options::optional_integer(from.get(name), 1, most, expected)?;
            Ok(count.unwrap_or(default))
        };
        let max_entries = count(
            "maxEntries",
            1_000_000,
            "a whole number from 1 to 1000000",
            10_000,
        )?;
        let partner_id = options::partner_id(from.get("partnerId"))?;
        let issuer = Issuer {
            service_url: terms.service_url.clone(),
            partner_id,
            app_token_id: app_token_ids.first().cloned().unwrap_or_default(),
        };
        Ok(Self {
            provider: RefCell::new(Provider::new(
                issuer,
                max_entries as usize,
                Standings::new(hash_types),
            )),
            flights: RefCell::default(),
            terms,
            partner_id,
            app_token_ids,
            defaults: terms::wish(&from)?,
            max_response_bytes: options::max_response_bytes(from.get("maxResponseBytes"))?,
            batch_size: count("batchSize", 100, "a whole number from 1 to 100", 25)?,
            batches_in_flight: count("batchesInFlight", 64, "a whole number from 1 to 64", 4)?,
        })
    }

    fn wish(&self, request: &Object) -> Result<Wish, InvalidOption> {
        let asked = terms::wish(&Options::new(request, "request.", &REQUEST_OPTIONS)?)?;
        let defaults = self.defaults.clone();
        Ok(Wish {
            user_id: asked.user_id.or(defaults.user_id),
            session_type: asked.session_type.or(defaults.session_type),
            expiry_s: asked.expiry_s.or(defaults.expiry_s),
            privileges: asked.privileges.or(defaults.privileges),
        })
    }

    /// The token that a session with these privileges was started from.
    fn credential_of(&self, privileges: &str) -> Option<usize> {
        let named = |id: &String| names_token(privileges, id) == Some(true);
        self.app_token_ids.iter().position(named)
    }

    fn settle(&self, flight: FlightId, result: Result<Session, Failure>, now: Moment) -> JsValue {
        let Some(wanted) = self.flights.borrow_mut().remove(&flight) else {
            // Somebody else has taken it over; who still waits for this one may have it.
            return match result {
                Ok(session) => told(Answer::Serve {
                    session,
                    lease: None,
                    stale: false,
                    renewal: None,
                }),
                Err(failure) => failed(&failure),
            };
        };
        let mut provider = self.provider.borrow_mut();
        match provider.settle(&wanted.key, flight, result, fetch::random(), now) {
            Ok(landed) => end(&landed),
            Err(failure) => failed(&failure),
        }
    }
}

/// Both of the shell's clocks.
#[wasm_bindgen]
extern "C" {
    /// `{ wall, steady }`
    pub type Now;

    #[wasm_bindgen(method, getter)]
    fn wall(this: &Now) -> f64;
    #[wasm_bindgen(method, getter)]
    fn steady(this: &Now) -> f64;
}

impl Now {
    fn moment(&self) -> Moment {
        Moment {
            wall_ms: fetch::whole_ms(self.wall()),
            steady_ms: fetch::whole_ms(self.steady()),
        }
    }
}
