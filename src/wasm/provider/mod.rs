//! The provider for the shell: decisions and results.

mod call;
mod decision;
mod isolation;
mod mint;
mod proof;
mod store;

use core::cell::RefCell;
use core::ops::Deref;
use std::rc::Rc;

use js_sys::{Array, Float64Array, Function, Object};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use self::decision::{decision, outcome};
use super::convert::{self, Options};
use super::results;
use super::terms::{self, TokenKind};
use crate::error::{Error, Failure, InvalidOption};
use crate::exchange::Terms;
use crate::options::{self, Input, Named};
use crate::provider::{
    CHECK_EVERY_MS, FlightId, Following, Isolation, Issuer, Keys, Moment, Provider, Seed,
    Standings, Ticket, TokenConfig, is_over,
};
use crate::secret::Secret;
use crate::session::{LONGEST_ISOLATED_S, SHARED_WIDGET_S, Session, SessionRequest};

/// The options of a provider besides those of sessions.
const OPTIONS: [&str; 4] = ["maxEntries", "batchSize", "batchesInFlight", "isolate"];
const FALLBACK_OPTIONS: [&str; 3] = ["appTokenId", "appToken", "hashType"];
const REQUEST_OPTIONS: [&str; 5] = [
    "userId",
    "sessionType",
    "expiry",
    "sessionPrivileges",
    "noOtherPrivileges",
];

/// The state of a [`ProviderCore`], shared with tasks under way.
#[wasm_bindgen(js_name = ProviderCore, skip_typescript)]
#[derive(Debug)]
pub struct Handle(Rc<ProviderCore>);

impl Deref for Handle {
    type Target = ProviderCore;

    fn deref(&self) -> &ProviderCore {
        &self.0
    }
}

/// The core of a `SessionProvider`.
#[derive(Debug)]
pub struct ProviderCore {
    provider: RefCell<Provider>,
    terms: Terms,
    defaults: SessionRequest,
    max_response_bytes: u32,
    batch_size: u32,
    batches_in_flight: u32,
    /// The caller's keys for sealing.
    keys: Option<Rc<Keys>>,
    /// Returns the tickets of the leases that were used since its last call.
    uses: Function,
}

#[wasm_bindgen(js_class = ProviderCore)]
impl Handle {
    /// Reads the options. Tokens that are no text are left out of them; `kind` and `fallback_kind`
    /// tell what they are. `uses` gives the tickets of the leases that were used
    /// since it was called last, in the order of use. `keys` are those of one's own for what a store
    /// holds: `[id, key, …]`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        options: &Object,
        fallback: &JsValue,
        kind: u32,
        fallback_kind: u32,
        uses: Function,
        keys: &Array,
    ) -> Result<Self, JsValue> {
        let fallback = fallback.is_object().then(|| fallback.unchecked_ref());
        let kinds = [kind, fallback_kind].map(TokenKind::from_number);
        store::own_keys(keys)
            .and_then(|keys| ProviderCore::read(options, fallback, kinds, uses, keys))
            .map(|core| Self(Rc::new(core)))
            .map_err(convert::invalid)
    }

    /// Fails if these bytes can't be an application token.
    #[wasm_bindgen(js_name = checkToken)]
    pub fn check_token(path: String, bytes: Vec<u8>) -> Result<(), JsValue> {
        let input = Input::Text(String::from_utf8(bytes).ok());
        let token = options::app_token(Named { path, input });
        token.map(drop).map_err(convert::invalid)
    }

    /// The interval of signs of life and checks.
    #[wasm_bindgen(js_name = checkEveryMs)]
    pub fn check_every_ms() -> u32 {
        CHECK_EVERY_MS
    }

    /// Whether a session has expired while it waited for its caller.
    #[wasm_bindgen(js_name = isOver)]
    pub fn is_over(expires_at_ms: f64, now: &Now) -> bool {
        is_over(convert::whole_ms(expires_at_ms), now.moment().wall_ms)
    }

    /// The number of sessions to start in one request.
    #[wasm_bindgen(getter, js_name = batchSize)]
    pub fn batch_size(&self) -> u32 {
        self.batch_size
    }

    /// The number of such requests under way at a time.
    #[wasm_bindgen(getter, js_name = batchesInFlight)]
    pub fn batches_in_flight(&self) -> u32 {
        self.batches_in_flight
    }

    /// Decides on `request`. `followed` is the flight that the caller followed without result, after `silent_checks` missed
    /// checks; 0 for none.
    pub fn ask(
        &self,
        request: &Object,
        followed: f64,
        silent_checks: u32,
        now: &Now,
    ) -> Result<JsValue, JsValue> {
        let wish = self.wish(request).map_err(convert::invalid)?;
        self.seed();
        self.report_uses();
        let (following, now) = (following(followed, silent_checks), now.moment());
        let answer = self.decide(|provider| {
            let key = provider.key(&wish);
            provider.ask(&key, &wish, following, now)
        });
        answer
            .map(decision)
            .map_err(|failure| results::failure(&failure))
    }

    /// The session for the caller of `request` whose time is over, if any.
    #[wasm_bindgen(js_name = lastResort)]
    pub fn last_resort(&self, request: &Object, now: &Now) -> JsValue {
        let (wish, now) = (self.wish(request), now.moment());
        let answer = wish.ok().and_then(|wish| {
            self.decide(|provider| {
                let key = provider.key(&wish);
                provider.last_resort(&key, now)
            })
        });
        answer.map_or(JsValue::UNDEFINED, decision)
    }

    /// Decides on a request for the widget session; `undefined` if there is no need to wait.
    #[wasm_bindgen(js_name = askForWidget)]
    pub fn ask_for_widget(&self, followed: f64, silent_checks: u32, now: &Now) -> JsValue {
        let (following, now) = (following(followed, silent_checks), now.moment());
        let answer = self.decide(|provider| provider.ask_for_widget(following, now));
        answer.map_or(JsValue::UNDEFINED, decision)
    }

    /// Ends a flight whose time is over, that nobody needs any more, or whose successor has landed.
    pub fn abandon(&self, flight: f64, timed_out: bool, now: &Now) {
        let Some(flight) = FlightId::from_number(flight) else {
            return;
        };
        if timed_out {
            let failure = Failure {
                error: Box::new(Error::Timeout),
                attempts: 0,
            };
            self.settle(flight, Err(failure), now.moment());
        } else {
            self.decide(|provider| provider.abandon(flight));
        }
    }

    /// The same for the flight of the widget session.
    #[wasm_bindgen(js_name = abandonWidget)]
    pub fn abandon_widget(&self, flight: f64, now: &Now) {
        let now = now.moment();
        if let Some(flight) = FlightId::from_number(flight) {
            self.decide(|provider| provider.end_widget_flight(flight, None, now));
        }
    }

    /// Discards the session of a request; returns it, if it was cached.
    pub fn invalidate(&self, request: &Object, now: &Now) -> Result<JsValue, JsValue> {
        let wish = self.wish(request).map_err(convert::invalid)?;
        let now = now.moment();
        let held = self.decide(|provider| {
            let key = provider.key(&wish);
            let held = provider.held(&key).cloned();
            provider.invalidate(&key, now);
            held
        });
        Ok(session_or_nothing(held.as_ref()))
    }

    /// Discards a session; returns it, if it was cached.
    #[wasm_bindgen(js_name = invalidateKs)]
    pub fn invalidate_ks(&self, ks: String, now: &Now) -> JsValue {
        let (ks, now) = (Secret::new(ks), now.moment());
        let held = self.decide(|provider| {
            let held = provider.held_by_ks(&ks).cloned();
            provider.invalidate_ks(&ks, now);
            held
        });
        session_or_nothing(held.as_ref())
    }

    /// The fields of events about a session; see [`results::audit`].
    pub fn audit(&self, key: &[u8], ks: String, user_id: &str, privileges: &str) -> JsValue {
        let ks = Secret::new(ks);
        let (id, hash_type, by_fallback) = self.decide(|provider| {
            let standings = &provider.standings;
            let credential = standings.of_privileges(privileges);
            let credential = credential.unwrap_or_else(|| standings.active());
            let id = standings.id(credential);
            (id, standings.found(credential), credential > 0)
        });
        results::audit(key, (&id, hash_type, by_fallback), (ks.expose(), user_id)).into()
    }

    /// Clears everything, and makes all stored sessions dead.
    pub fn clear(&self, now: &Now) {
        let now = now.moment();
        self.decide(|provider| provider.clear(now));
    }
}

fn session_or_nothing(session: Option<&Session>) -> JsValue {
    session.map_or(JsValue::UNDEFINED, results::session)
}

fn following(flight: f64, silent_checks: u32) -> Following {
    Following {
        flight: FlightId::from_number(flight),
        silent_checks,
    }
}

impl ProviderCore {
    fn read(
        object: &Object,
        fallback: Option<&Object>,
        [kind, fallback_kind]: [TokenKind; 2],
        uses: Function,
        keys: Option<Rc<Keys>>,
    ) -> Result<Self, InvalidOption> {
        let from = Options::new(object, "", &[&terms::OPTIONS, &OPTIONS])?;
        let terms = Terms {
            widget_expiry_s: SHARED_WIDGET_S,
            ..terms::terms(&from, 0.0)?
        };
        let token = |from: &Options, kind| -> Result<TokenConfig, InvalidOption> {
            let config = TokenConfig {
                id: options::app_token_id(from.get("appTokenId"))?,
                hash_types: options::hash_types(from.get("hashType"))?,
                has_signer: kind == TokenKind::Signer,
            };
            if kind == TokenKind::Text {
                options::app_token(from.get("appToken"))?;
            }
            Ok(config)
        };
        let mut tokens = vec![token(&from, kind)?];
        if let Some(fallback) = fallback {
            let from = Options::new(fallback, "fallback.", &[&FALLBACK_OPTIONS])?;
            tokens.push(token(&from, fallback_kind)?);
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
            app_token_id: tokens.first().map(|it| it.id.clone()).unwrap_or_default(),
        };
        let max_entries = max_entries as usize;
        let mut provider = Provider::new(issuer, max_entries, Standings::new(tokens));
        if let Some(mode) = options::isolate(from.get("isolate"))? {
            provider.isolate(Isolation::new(mode, max_entries));
        }
        Ok(Self {
            provider: RefCell::new(provider),
            terms,
            uses,
            keys,
            defaults: terms::wish(&from)?,
            max_response_bytes: options::max_response_bytes(from.get("maxResponseBytes"))?,
            batch_size: count("batchSize", 100, "a whole number from 1 to 100", 25)?,
            batches_in_flight: count("batchesInFlight", 64, "a whole number from 1 to 64", 4)?,
        })
    }

    fn wish(&self, request: &Object) -> Result<SessionRequest, InvalidOption> {
        let asked = terms::wish(&Options::new(request, "request.", &[&REQUEST_OPTIONS])?)?;
        let defaults = self.defaults.clone();
        let expiry_s = asked.expiry_s.or(defaults.expiry_s);
        let is_too_long = expiry_s.is_some_and(|it| it > LONGEST_ISOLATED_S);
        if is_too_long && self.decide(|provider| provider.is_isolated()) {
            const EXPECTED: &str = "at most 86400 with `isolate`: Kaltura remembers for a day which sessions were ended";
            return Err(InvalidOption::new("expiry", EXPECTED));
        }
        Ok(SessionRequest {
            session_id: None,
            expiry_s,
            user_id: asked.user_id.or(defaults.user_id),
            session_type: asked.session_type.or(defaults.session_type),
            privileges: asked.privileges.or(defaults.privileges),
            no_other_privileges: asked.no_other_privileges || defaults.no_other_privileges,
        })
    }

    /// Calls the provider. No JavaScript may run in `ask`, because it could call the borrowed provider again. So clocks are read
    /// and options converted before, and results after.
    fn decide<T>(&self, ask: impl FnOnce(&mut Provider) -> T) -> T {
        ask(&mut self.provider.borrow_mut())
    }

    /// Not done when the provider is made, because Workers have no random bytes before a request.
    fn seed(&self) {
        let mut bytes = [0; 48];
        if self.decide(|provider| provider.wants_seed())
            && getrandom::fill(&mut bytes).is_ok()
            && let Some((seed, secret)) = bytes.split_first_chunk()
        {
            self.decide(|provider| {
                provider.seed(Seed(*seed));
                // Session ids that no other process must find are derived from random bytes.
                if !provider.shared.has_store() {
                    provider.isolate_with(secret);
                }
            });
        }
    }

    /// Reports the uses of leases to the provider.
    fn report_uses(&self) {
        let uses = self.uses.call0(&JsValue::UNDEFINED);
        let Some(uses) = uses.ok().and_then(|it| it.dyn_into::<Float64Array>().ok()) else {
            return;
        };
        let tickets = uses.to_vec().into_iter().map(Ticket::from_number);
        self.decide(|provider| provider.report_uses(tickets));
    }

    fn settle(&self, flight: FlightId, result: Result<Session, Failure>, now: Moment) -> JsValue {
        self.report_uses();
        let random = convert::random();
        let landed = self.decide(|provider| provider.settle(flight, result, random, now));
        outcome(&landed)
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
            wall_ms: convert::whole_ms(self.wall()),
            steady_ms: convert::whole_ms(self.steady()),
        }
    }
}
