//! Minting: sessions for flights, and the widget session that they are made from.

use std::rc::Rc;

use js_sys::{Array, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{Handle, Now, ProviderCore};
use crate::api::{Operation, Params, Request};
use crate::error::Failure;
use crate::exchange::{Credentials, Exchange, Outcome, Terms};
use crate::provider::{FlightId, Key, Moment, Provider, is_logged_out, revoked};
use crate::secret::Secret;
use crate::session::Session;
use crate::wasm::convert::Plain;
use crate::wasm::fetch::{self, promise};
use crate::wasm::host::Host;
use crate::wasm::terms::ask_for_token;

#[wasm_bindgen(js_class = ProviderCore)]
impl Handle {
    /// Fetches the widget session for all.
    #[wasm_bindgen(js_name = fetchWidget)]
    pub fn fetch_widget(&self, flight: FlightId, host: Host, deadline_ms: f64) -> Promise {
        let core = Rc::clone(&self.0);
        promise(async move {
            core.fetch_widget(flight, &host, deadline_ms).await;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Ends the flights if the flight `waited_for` has brought no widget session; `undefined` if
    /// there is one, or if it has to be asked for again.
    #[wasm_bindgen(js_name = failForWidget)]
    pub fn fail_for_widget(
        &self,
        flights: Vec<FlightId>,
        waited_for: FlightId,
        now: &Now,
    ) -> Option<Array> {
        let failure = {
            let provider = self.provider.borrow();
            provider.widget_failure(waited_for, now.moment()).cloned()
        }?;
        let end = |flight| self.settle(flight, Err(failure.clone()), now.moment());
        Some(flights.into_iter().map(end).collect())
    }

    /// Mints what the flights are for, and tells what came of each, in order. When the host
    /// ends the call, that is left to the shell.
    pub fn mint(&self, flights: Vec<FlightId>, host: Host, deadline_ms: f64) -> Promise {
        let core = Rc::clone(&self.0);
        promise(async move { Ok(core.mint(&flights, &host, deadline_ms).await.into()) })
    }
}

impl ProviderCore {
    async fn fetch_widget(&self, flight: FlightId, host: &Host, deadline_ms: f64) {
        let credentials = Credentials {
            partner_id: self.partner_id,
            app_token_id: String::new(),
            app_token: Secret::new(String::new()),
            hash_types: Vec::new(),
        };
        let terms = self.terms_until(host, deadline_ms);
        let requested_ms = moment(host).steady_ms;
        let exchange = Exchange::new(terms, credentials, Vec::new(), None);
        let outcome = fetch::drive(exchange, host, self.max_response_bytes).await;
        let mut provider = self.provider.borrow_mut();
        if host.ended() {
            provider.abandon(&Key::widget(), flight);
            return;
        }
        count(&mut provider, &outcome, moment(host));
        let attempts = outcome.attempts;
        let result = outcome.widget.map_err(|error| Failure { error, attempts });
        provider.settle_widget(flight, result, requested_ms, moment(host));
    }

    async fn mint(&self, flights: &[FlightId], host: &Host, deadline_ms: f64) -> Array {
        let mut open: Vec<usize> = (0..flights.len()).collect();
        let mut ends: Vec<Option<JsValue>> = flights.iter().map(|_| None).collect();
        let id_of = |index: &usize| flights.get(*index).copied().unwrap_or_default();
        let mut credential = self.provider.borrow().standings.usable(moment(host));
        let mut is_second = false;
        while let Some(token) = credential.take()
            && !open.is_empty()
        {
            let ids: Vec<_> = open.iter().map(id_of).collect();
            let results = self.mint_with(token, &ids, host, deadline_ms).await;
            if host.ended() {
                break;
            }
            let now = moment(host);
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
            end.unwrap_or_else(|| self.settle(*id, Err(revoked()), moment(host)))
        };
        if host.ended() {
            return Array::new();
        }
        flights.iter().zip(ends).map(end).collect()
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
        let began = moment(host);
        let widget = self.provider.borrow().widget(began).cloned();
        let exchange = {
            let terms = self.terms_until(host, deadline_ms);
            let provider = self.provider.borrow();
            let under_way = self.flights.borrow();
            let wish = |flight| under_way.get(flight).map(|wanted| wanted.wish.clone());
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
            Exchange::new(terms, credentials, wishes, widget.clone())
        };
        let outcome = fetch::drive(exchange, host, self.max_response_bytes).await;
        let doubtful = {
            let mut provider = self.provider.borrow_mut();
            if host.ended() {
                return Vec::new();
            }
            count(&mut provider, &outcome, moment(host));
            let used = widget.map(|it| it.ks);
            let left = outcome.widget.ok();
            if let Some(used) = &used
                && left.as_ref().is_none_or(|it| it.ks != *used)
            {
                provider.forget_widget(used);
            }
            if let Some(left) = left
                && used.is_none_or(|it| it != left.ks)
            {
                let flight = flights.first().copied().unwrap_or_default();
                provider.keep_widget(flight, left, began.steady_ms, moment(host));
            }
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
            keys.filter_map(|it| Some((it.key.clone(), provider.suspect(&it.key)?)))
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
        reply.result.is_err_and(|error| is_logged_out(&error))
    }

    fn revoke(&self, credential: usize, host: &Host) -> bool {
        let event = Plain::new();
        event.set("type", "revoked");
        host.emit(&event.into());
        let mut provider = self.provider.borrow_mut();
        provider.revoke(credential, moment(host))
    }
}

fn moment(host: &Host) -> Moment {
    Moment {
        wall_ms: fetch::whole_ms(host.now()),
        steady_ms: fetch::whole_ms(host.steady()),
    }
}

fn count(provider: &mut Provider, outcome: &Outcome, now: Moment) {
    if outcome.clock.is_some() || outcome.widget.is_ok() {
        provider.shared.server_time.see(outcome.clock, now);
    }
    let succeeded = outcome.widget.is_ok() && outcome.sessions.iter().all(Result::is_ok);
    // The widget session is at hand, so one request is what it takes.
    let retries = outcome.attempts.saturating_sub(1);
    provider.budget.count(retries, succeeded);
}
