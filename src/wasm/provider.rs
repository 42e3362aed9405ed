//! The provider, for the shell: what it is told to do, and what came of it.

use core::cell::RefCell;
use std::collections::BTreeMap;

use js_sys::{Array, Object};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::call::Call;
use super::convert::{self, Options, Plain};
use super::fetch;
use super::host::Host;
use super::results;
use super::terms::{self, ask_for_token};
use crate::api::{KsRefusal, Operation, Params, Request};
use crate::error::{Error, Failure, InvalidOption};
use crate::exchange::{Credentials, Exchange, Outcome, Terms};
use crate::grants::Wish;
use crate::options;
use crate::provider::{
    self, Answer, CHECK_EVERY_MS, FlightId, Following, Issuer, Key, Landed, Moment, Provider,
    Sealer, Standings, revoked,
};
use crate::retry::RetryPolicy;
use crate::secret::Secret;
use crate::session::Session;

/// The options of a provider that stand beside those of a session.
const OPTIONS: [&str; 3] = ["maxEntries", "batchSize", "batchesInFlight"];
const FALLBACK_OPTIONS: [&str; 3] = ["appTokenId", "appToken", "hashType"];
const REQUEST_OPTIONS: [&str; 4] = ["userId", "sessionType", "expiry", "sessionPrivileges"];

/// The core of a `SessionProvider`. No borrow of it is held while JavaScript runs.
#[wasm_bindgen(js_name = ProviderCore, skip_typescript)]
#[derive(Debug)]
pub struct ProviderCore {
    provider: RefCell<Provider>,
    /// What the flights under way are to fetch.
    flights: RefCell<BTreeMap<FlightId, (Key, Wish)>>,
    /// Why there is no widget session.
    no_widget: RefCell<Option<Failure>>,
    terms: Terms,
    partner_id: u32,
    /// By the number of the credential.
    app_token_ids: Vec<String>,
    defaults: Wish,
    max_response_bytes: u32,
    batch_size: u32,
    batches_in_flight: u32,
}

#[wasm_bindgen(js_class = ProviderCore)]
impl ProviderCore {
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
        Self::read(options, fallback, token_function, fallback_function).map_err(convert::invalid)
    }

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
            no_widget: RefCell::default(),
            terms,
            partner_id,
            app_token_ids,
            defaults: terms::wish(&from)?,
            max_response_bytes: options::max_response_bytes(from.get("maxResponseBytes"))?,
            batch_size: count("batchSize", 100, "a whole number from 1 to 100", 25)?,
            batches_in_flight: count("batchesInFlight", 64, "a whole number from 1 to 64", 4)?,
        })
    }

    /// How often a leader gives a sign, and its followers look for it.
    #[wasm_bindgen(js_name = checkEveryMs)]
    pub fn check_every_ms() -> u32 {
        CHECK_EVERY_MS
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
            let mut flights = self.flights.borrow_mut();
            flights.remove(&followed);
            flights.insert(flight, (key, wish));
        }
        Ok(told(answer))
    }

    /// What somebody who needs the widget session is to do; nothing if it is there.
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

    /// Fetches the widget session for all.
    #[wasm_bindgen(js_name = fetchWidget)]
    pub async fn fetch_widget(&self, flight: FlightId, host: Host, deadline_ms: f64) {
        let credentials = Credentials {
            partner_id: self.partner_id,
            app_token_id: String::new(),
            app_token: Secret::new(String::new()),
            hash_types: Vec::new(),
        };
        let terms = self.terms_until(&host, deadline_ms);
        let exchange = Exchange::new(terms, credentials, Vec::new(), None);
        let outcome = fetch::drive(exchange, &host, self.max_response_bytes).await;
        let mut provider = self.provider.borrow_mut();
        provider.abandon(&Key::widget(), flight);
        if host.ended() {
            return;
        }
        count(&mut provider, &outcome);
        let attempts = outcome.attempts;
        let failure = match outcome.widget {
            Ok(widget) => {
                provider.keep_widget(Some(widget));
                None
            }
            Err(error) => Some(Failure { error, attempts }),
        };
        *self.no_widget.borrow_mut() = failure;
    }

    /// The end of the flights for want of a widget session; `undefined` if there is one.
    #[wasm_bindgen(js_name = failForWidget)]
    pub fn fail_for_widget(&self, flights: Vec<FlightId>, now: &Now) -> Option<Array> {
        let failure = self.no_widget.borrow().clone()?;
        let end = |flight| self.settle(flight, Err(failure.clone()), now.moment());
        Some(flights.into_iter().map(end).collect())
    }

    /// Mints what the flights are for, and tells what came of each, in order. When the host
    /// ends the call, that is left to the shell.
    pub async fn mint(&self, flights: Vec<FlightId>, host: Host, deadline_ms: f64) -> Array {
        let mut open: Vec<usize> = (0..flights.len()).collect();
        let mut ends: Vec<Option<JsValue>> = flights.iter().map(|_| None).collect();
        let id_of = |index: &usize| flights.get(*index).copied().unwrap_or_default();
        let mut credential = self.provider.borrow().standings.usable(moment(&host));
        let mut is_second = false;
        while let Some(token) = credential.take()
            && !open.is_empty()
        {
            let ids: Vec<_> = open.iter().map(id_of).collect();
            let results = self.mint_with(token, &ids, &host, deadline_ms).await;
            if host.ended() {
                break;
            }
            let now = moment(&host);
            let mut refused = Vec::new();
            for (index, result) in open.iter().zip(results) {
                let other = match &result {
                    Err(failure) if !is_second => {
                        let standings = &self.provider.borrow().standings;
                        standings.after_refusal(token, &failure.error, now)
                    }
                    _ => None,
                };
                if other.is_some() {
                    credential = other;
                    refused.push(*index);
                } else if let Some(end) = ends.get_mut(*index) {
                    *end = Some(self.settle(id_of(index), result, now));
                }
            }
            open = refused;
            is_second = true;
        }
        let end = |(id, end): (&FlightId, Option<JsValue>)| {
            end.unwrap_or_else(|| self.settle(*id, Err(revoked()), moment(&host)))
        };
        if host.ended() {
            return Array::new();
        }
        flights.iter().zip(ends).map(end).collect()
    }

    /// The end of a flight whose time was over, or that nobody wants any more.
    pub fn abandon(&self, flight: FlightId, timed_out: bool, now: &Now) {
        if timed_out {
            let failure = Failure {
                error: Error::Timeout,
                attempts: 0,
            };
            self.settle(flight, Err(failure), now.moment());
        } else if let Some((key, _)) = self.flights.borrow_mut().remove(&flight) {
            self.provider.borrow_mut().abandon(&key, flight);
        }
    }

    /// The same for the flight that was to fetch the widget session.
    #[wasm_bindgen(js_name = abandonWidget)]
    pub fn abandon_widget(&self, flight: FlightId) {
        self.provider.borrow_mut().abandon(&Key::widget(), flight);
    }

    /// Where a flight's session is kept in a store: `{ name, key }`.
    pub fn place(&self, flight: FlightId, token: String) -> JsValue {
        let flights = self.flights.borrow();
        let place = flights.get(&flight).and_then(|(key, _)| {
            let name = Sealer::new(&Secret::new(token)).name(key)?;
            let place = Plain::new();
            place.set("name", name);
            place.set("key", key.as_str());
            Some(place.into())
        });
        place.unwrap_or(JsValue::UNDEFINED)
    }

    /// Ends a flight with a session from a store, if it is one and would be served;
    /// `{ rejected }` if it is none of ours.
    pub fn adopt(&self, flight: FlightId, token: String, sealed: &str, now: &Now) -> JsValue {
        let told = Plain::new();
        let found = {
            let flights = self.flights.borrow();
            let Some((key, wish)) = flights.get(&flight) else {
                return JsValue::UNDEFINED;
            };
            let opened = Sealer::new(&Secret::new(token)).open(key, sealed);
            told.set("rejected", opened.is_none());
            opened
                .map(|session| session.compared_with(wish, fetch::whole_ms(now.wall())))
                .filter(|session| !self.terms.grants.refuses(&session.differences))
                .filter(|session| {
                    let provider = self.provider.borrow();
                    provider.would_serve(key, session, now.moment())
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
        let sealed = provider.kept(&key).and_then(|session| {
            getrandom::fill(&mut nonce).ok()?;
            let left_ms = session
                .expires_at_ms
                .saturating_sub(fetch::whole_ms(now.wall()));
            let ttl_ms = u32::try_from(left_ms).ok()?;
            let text = Sealer::new(&Secret::new(token)).seal(&key, session, nonce)?;
            let sealed = Plain::new();
            sealed.set("text", text);
            sealed.set("ttlMs", ttl_ms);
            Some(sealed.into())
        });
        sealed.unwrap_or(JsValue::UNDEFINED)
    }

    /// Calls the API with parameters that have `ks` among them, once; see [`Call::make`].
    pub async fn call(
        &self,
        service: String,
        action: String,
        body: String,
        ks: String,
        attempts: u32,
        host: Host,
    ) -> JsValue {
        let call = Call {
            operation: Operation::new(&service, &action),
            service_url: &self.terms.service_url,
            max_response_bytes: self.max_response_bytes,
            // The call may have had effect.
            retry: RetryPolicy { retries: 0 },
            repeatable: false,
            deadline_ms: 0,
            attempts: attempts.saturating_sub(1),
        };
        call.make(body, ks, &host).await
    }

    /// A new session was refused as logged out: its token is revoked. `privileges`, the
    /// session's own, name the token.
    #[wasm_bindgen(js_name = revoke)]
    pub fn revoke_token(&self, privileges: &str, now: &Now) {
        let named = |id: &String| privileges.contains(id.as_str());
        let mut provider = self.provider.borrow_mut();
        let credential = self.app_token_ids.iter().position(named);
        let credential = credential.unwrap_or_else(|| provider.standings.active());
        provider.revoke(credential, now.moment());
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

    fn terms_until(&self, host: &Host, deadline_ms: f64) -> Terms {
        let mut provider = self.provider.borrow_mut();
        Terms {
            retry: provider
                .budget
                .allow(self.terms.retry, moment(host).steady_ms),
            deadline_ms: fetch::whole_ms(deadline_ms),
            ..self.terms.clone()
        }
    }

    /// One session for each flight, from one of the tokens.
    async fn mint_with(
        &self,
        credential: usize,
        flights: &[FlightId],
        host: &Host,
        deadline_ms: f64,
    ) -> Vec<Result<Session, Failure>> {
        let all = |failure: Failure| flights.iter().map(|_| Err(failure.clone())).collect();
        if let Some(failure) = self.check_suspects(credential, flights, host).await {
            return all(failure);
        }
        let app_token = match ask_for_token(host, credential).await {
            Ok(token) => token,
            Err(error) => return all(Failure { error, attempts: 0 }),
        };
        let exchange = {
            let terms = self.terms_until(host, deadline_ms);
            let provider = self.provider.borrow();
            let under_way = self.flights.borrow();
            let wish = |flight| {
                under_way
                    .get(flight)
                    .map(|(_, wish): &(Key, Wish)| wish.clone())
            };
            let credentials = Credentials {
                partner_id: self.partner_id,
                app_token_id: self
                    .app_token_ids
                    .get(credential)
                    .cloned()
                    .unwrap_or_default(),
                app_token,
                hash_types: provider.standings.hash_types(credential),
            };
            let wishes = flights
                .iter()
                .map(|flight| wish(flight).unwrap_or_default())
                .collect();
            Exchange::new(terms, credentials, wishes, provider.widget().cloned())
        };
        let outcome = fetch::drive(exchange, host, self.max_response_bytes).await;
        let doubtful = {
            let mut provider = self.provider.borrow_mut();
            if host.ended() {
                return Vec::new();
            }
            count(&mut provider, &outcome);
            provider.keep_widget(outcome.widget.ok());
            if outcome.sessions.iter().any(Result::is_ok) {
                provider.standings.granted(credential, outcome.hash_type);
            }
            provider.standings.is_doubtful(credential)
        };
        let first = outcome.sessions.iter().find_map(|it| it.as_ref().ok());
        if doubtful && let Some(first) = first {
            if self.is_revoked(&first.ks, host).await {
                self.revoke(credential, host);
                return all(revoked());
            }
            self.provider.borrow_mut().standings.clear_doubt(credential);
        }
        let attempts = outcome.attempts;
        let results = outcome.sessions.into_iter();
        results
            .map(|result| result.map_err(|error| Failure { error, attempts }))
            .collect()
    }

    /// A session that died right after it had replaced a dead one: was it the token?
    async fn check_suspects(
        &self,
        credential: usize,
        flights: &[FlightId],
        host: &Host,
    ) -> Option<Failure> {
        let suspects: Vec<_> = {
            let provider = self.provider.borrow();
            let under_way = self.flights.borrow();
            let keys = flights.iter().filter_map(|it| under_way.get(it));
            keys.filter_map(|(key, _)| Some((key.clone(), provider.suspect(key)?)))
                .collect()
        };
        for (key, ks) in suspects {
            if self.is_revoked(&ks, host).await {
                self.revoke(credential, host);
                return Some(revoked());
            }
            self.provider.borrow_mut().clear_suspicion(&key);
        }
        None
    }

    /// Whether a KS that should be alive is refused as logged out.
    async fn is_revoked(&self, ks: &Secret, host: &Host) -> bool {
        let mut params = Params::default();
        params.number("format", 1);
        params.number("nocache", 1);
        params.text("ks", ks.expose());
        let operation = Operation::known("session", "get");
        let request = Request::new(&self.terms.service_url, operation, params);
        let reply = fetch::call(&request, host, self.max_response_bytes, &[ks]).await;
        matches!(reply.result, Err(Error::Kaltura(refusal)) if refusal.ks_refusal == Some(KsRefusal::Logout))
    }

    fn revoke(&self, credential: usize, host: &Host) -> bool {
        let event = Plain::new();
        event.set("type", "revoked");
        host.emit(&event.into());
        let mut provider = self.provider.borrow_mut();
        provider.revoke(credential, moment(host))
    }

    fn settle(&self, flight: FlightId, result: Result<Session, Failure>, now: Moment) -> JsValue {
        let Some((key, _)) = self.flights.borrow_mut().remove(&flight) else {
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
        match provider.settle(&key, flight, result, fetch::random(), now) {
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

fn moment(host: &Host) -> Moment {
    Moment {
        wall_ms: fetch::whole_ms(host.now()),
        steady_ms: fetch::whole_ms(host.steady()),
    }
}

fn count(provider: &mut Provider, outcome: &Outcome) {
    let succeeded = outcome.widget.is_ok() && outcome.sessions.iter().all(Result::is_ok);
    // The widget session is at hand, so one request is what it takes.
    let retries = outcome.attempts.saturating_sub(1);
    provider.budget.count(retries, succeeded);
}

fn told(answer: Answer) -> JsValue {
    let (session, lease, stale, flight, lead) = match answer {
        Answer::Serve {
            session,
            lease,
            stale,
            renewal,
        } => (Some(session), lease, stale, renewal, false),
        Answer::Renew { session, flight } => (Some(session), None, false, Some(flight), true),
        Answer::Lead(flight) => (None, None, false, Some(flight), true),
        Answer::Follow(flight) => (None, None, false, Some(flight), false),
    };
    let told = Plain::new();
    told.set_some("session", session.as_ref().map(results::session));
    told.set_some("lease", lease.map(until));
    told.set_some("flight", flight);
    told.set("stale", stale);
    told.set("lead", lead);
    told.into()
}

fn end(landed: &Landed) -> JsValue {
    let end = Plain::new();
    end.set("session", results::session(&landed.session));
    end.set_some("lease", landed.lease.map(until));
    end.set("stale", landed.stale);
    end.set("renewed", landed.renewed);
    end.into()
}

fn failed(failure: &Failure) -> JsValue {
    let end = Plain::new();
    end.set("failure", results::failure(failure));
    end.into()
}

#[expect(clippy::cast_precision_loss, reason = "times are safe integers")]
fn until(moment: Moment) -> JsValue {
    let until = Plain::new();
    until.set("wall", moment.wall_ms as f64);
    until.set("steady", moment.steady_ms as f64);
    until.into()
}
