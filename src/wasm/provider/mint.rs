//! Carries out what the provider's mint decides.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::decision::outcome;
use super::{Handle, Now, ProviderCore};
use crate::clock::LocalTime;
use crate::error::Error;
use crate::exchange::Terms;
use crate::provider::mint::{Mint, MintStep, News, ReceivedAt};
use crate::provider::{FlightId, Moment};
use crate::wasm::convert::{random, whole_ms};
use crate::wasm::results;
use crate::wasm::task::{Given, Received, Steps, Task, TaskStep};

#[wasm_bindgen(js_class = ProviderCore)]
impl Handle {
    /// The task that fetches the widget session.
    #[wasm_bindgen(js_name = fetchWidget)]
    pub fn fetch_widget(&self, flight: f64, deadline_ms: f64, now: &Now) -> Task {
        let (terms, now) = (self.terms_until(deadline_ms), now.moment());
        let flight = FlightId::from_number(flight);
        self.task(flight.map(|it| self.decide(|provider| Mint::widget(provider, it, terms, now))))
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

    /// The task that mints the sessions of the flights; its result is the result of each, in order. If the call ends before,
    /// the shell ends the flights.
    pub fn mint(&self, flights: Vec<f64>, deadline_ms: f64) -> Task {
        let terms = self.terms_until(deadline_ms);
        let flights = ids(flights).collect();
        self.task(Some(
            self.decide(|provider| Mint::sessions(provider, flights, terms)),
        ))
    }

    fn task(&self, mint: Option<Mint>) -> Task {
        let core = Rc::clone(&self.0);
        Task::new(self.max_response_bytes, Minting { core, mint })
    }
}

impl ProviderCore {
    fn terms_until(&self, deadline_ms: f64) -> Terms {
        Terms {
            deadline_ms: whole_ms(deadline_ms),
            ..self.terms.clone()
        }
    }
}

struct Minting {
    core: Rc<ProviderCore>,
    /// `None` when it has ended.
    mint: Option<Mint>,
}

impl Steps for Minting {
    fn next(&mut self, now: LocalTime) -> TaskStep {
        let now = moment(now);
        let step = match &mut self.mint {
            Some(mint) => self.core.decide(|provider| mint.next(provider, now)),
            None => MintStep::Done,
        };
        match step {
            MintStep::Done => TaskStep::done(&self.end(now)),
            MintStep::AskForToken(credential) => TaskStep::ask_for_token(credential),
            MintStep::AskForHash {
                credential,
                ks,
                hash_type,
            } => TaskStep::ask_for_hash(credential, &ks, hash_type),
            MintStep::Send(request) => TaskStep::send(&request),
            MintStep::Wait { ms, reason } => TaskStep::wait(ms, &reason, false),
            MintStep::Tell(news, credential) => {
                let id = self
                    .core
                    .decide(|provider| provider.standings.id(credential));
                TaskStep::tell(&match news {
                    News::Revoked => results::revoked(&id),
                    News::HashType(found) => results::hash_type_found(&id, found),
                })
            }
        }
    }

    fn take(&mut self, mut received: Received) -> Option<Box<Error>> {
        let mint = self.mint.as_mut()?;
        let at = ReceivedAt {
            timing: received.timing,
            now: moment(received.now),
            random: random(),
        };
        let core = &self.core;
        core.decide(|provider| mint.take(provider, received.answer(), at));
        mint.take_failure()
    }

    fn take_given(&mut self, given: Given, now: LocalTime) {
        let Some(mint) = &mut self.mint else {
            return;
        };
        if mint.wants_token() {
            let token = given.token();
            let core = &self.core;
            core.decide(|provider| mint.take_token(provider, token, moment(now)));
        } else {
            mint.take_hash(given.hash());
        }
    }
}

impl Minting {
    fn end(&mut self, now: Moment) -> JsValue {
        let Some(mint) = self.mint.take() else {
            return JsValue::UNDEFINED;
        };
        self.core.report_uses();
        let random = random();
        let landed = self
            .core
            .decide(|provider| mint.finish(provider, random, now));
        landed.iter().map(outcome).collect::<Array>().into()
    }
}

fn ids(numbers: Vec<f64>) -> impl Iterator<Item = FlightId> {
    numbers.into_iter().filter_map(FlightId::from_number)
}

pub(super) fn moment(at: LocalTime) -> Moment {
    Moment {
        wall_ms: at.wall_ms,
        steady_ms: at.steady_ms,
    }
}
