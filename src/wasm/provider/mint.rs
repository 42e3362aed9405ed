//! Carries out what the provider's mint decides.

use std::rc::Rc;

use js_sys::{Array, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::told::end;
use super::{Handle, Now, ProviderCore};
use crate::exchange::Terms;
use crate::provider::mint::{Mint, MintStep, News, ReceivedAt};
use crate::provider::{FlightId, Moment};
use crate::wasm::fetch::{self, promise};
use crate::wasm::host::{Host, whole_ms};
use crate::wasm::results;
use crate::wasm::terms::{ask_for_hash, ask_for_token};

#[wasm_bindgen(js_class = ProviderCore)]
impl Handle {
    /// Fetches the widget session.
    #[wasm_bindgen(js_name = fetchWidget)]
    pub fn fetch_widget(&self, flight: f64, host: Host, deadline_ms: f64) -> Promise {
        let core = Rc::clone(&self.0);
        let flight = FlightId::from_number(flight);
        promise(async move {
            if let Some(flight) = flight {
                let (terms, now) = (core.terms_until(deadline_ms), moment(&host));
                let mint = core.decide(|provider| Mint::widget(provider, flight, terms, now));
                core.drive(mint, &host).await;
            }
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Ends the flights if the flight `waited_for` has failed to bring a widget session; `undefined` if there is one, or it must
    /// be requested again.
    #[wasm_bindgen(js_name = failForWidget)]
    pub fn fail_for_widget(&self, flights: Vec<f64>, waited_for: f64, now: &Now) -> Option<Array> {
        let waited_for = FlightId::from_number(waited_for);
        let now = now.moment();
        let failure = self.decide(|provider| provider.widget_failure(waited_for, now).cloned())?;
        let end = |flight| self.settle(flight, Err(failure.clone()), now);
        Some(ids(flights).map(end).collect())
    }

    /// Mints the sessions of the flights, and returns the result of each, in order. If the host ends the call, the shell does
    /// that.
    pub fn mint(&self, flights: Vec<f64>, host: Host, deadline_ms: f64) -> Promise {
        let core = Rc::clone(&self.0);
        promise(async move {
            let terms = core.terms_until(deadline_ms);
            let flights = ids(flights).collect();
            let mint = core.decide(|provider| Mint::sessions(provider, flights, terms));
            let Some(mint) = core.drive(mint, &host).await else {
                return Ok(Array::new().into());
            };
            core.report_uses();
            let now = moment(&host);
            let random = fetch::random();
            let landed = core.decide(|provider| mint.finish(provider, random, now));
            Ok(landed.iter().map(end).collect::<Array>().into())
        })
    }
}

impl ProviderCore {
    fn terms_until(&self, deadline_ms: f64) -> Terms {
        Terms {
            deadline_ms: whole_ms(deadline_ms),
            ..self.terms.clone()
        }
    }

    /// Does what the mint says until it is done; returns `None` if the host has ended the call.
    async fn drive(&self, mut mint: Mint, host: &Host) -> Option<Mint> {
        while !host.ended() {
            let now = moment(host);
            match self.decide(|provider| mint.next(provider, now)) {
                MintStep::Done => return Some(mint),
                MintStep::AskForToken(credential) => {
                    let token = ask_for_token(host, credential).await;
                    let now = moment(host);
                    if !host.ended() {
                        self.decide(|provider| mint.take_token(provider, token, now));
                    }
                }
                MintStep::AskForHash {
                    credential,
                    ks,
                    hash_type,
                } => {
                    let hash = ask_for_hash(host, credential, &ks, hash_type).await;
                    if !host.ended() {
                        mint.take_hash(hash);
                    }
                }
                MintStep::Send(request) => {
                    let answer = fetch::send(&request, host, self.max_response_bytes).await;
                    let received = ReceivedAt {
                        timing: answer.timing,
                        now: moment(host),
                        random: fetch::random(),
                    };
                    if !host.ended() {
                        self.decide(|provider| mint.take(provider, answer.answer(), received));
                        if let Some(error) = mint.take_failure() {
                            host.failed(&results::error(&error));
                        }
                    }
                }
                MintStep::Wait { ms, reason } => fetch::pause(host, ms, &reason).await,
                MintStep::Tell(news, credential) => {
                    let id = self.decide(|provider| provider.standings.id(credential));
                    host.emit(&match news {
                        News::Revoked => results::revoked(&id),
                        News::HashType(found) => results::hash_type_found(&id, found),
                    });
                }
            }
        }
        None
    }
}

fn ids(numbers: Vec<f64>) -> impl Iterator<Item = FlightId> {
    numbers.into_iter().filter_map(FlightId::from_number)
}

pub(super) fn moment(host: &Host) -> Moment {
    Moment {
        wall_ms: whole_ms(host.now()),
        steady_ms: whole_ms(host.steady()),
    }
}
