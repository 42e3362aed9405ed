//! Minting: gets the sessions of flights from Kaltura, or the widget session.
//!
//! Like the exchange, it says what to do next and takes the result:
//!
//! ```text
//! loop {
//!     match mint.next(provider, now) {
//!         Step::AskForToken(credential) => mint.take_token(provider, token, now),
//!         Step::AskForHash { .. } => mint.take_hash(hash),
//!         Step::Send(request) => mint.take(provider, answer, received),
//!         Step::Wait { ms, .. } => sleep(ms),
//!         Step::Tell(news, credential) => tell(),
//!         Step::Done => break mint.finish(provider, random, now),
//!     }
//! }
//! ```
//!
//! The provider learns at once of a widget session that came or was refused, and of a revoked token.

mod conclude;

use super::probe::{self};
use super::{FlightId, Key, Landed, Moment, Provider};
use crate::clock::Timing;
use crate::error::{Error, Failure};
use crate::exchange::{self, Credentials, Exchange, Reply, Terms};
use crate::kaltura::{HashType, Request};
use crate::secret::Secret;
use crate::session::Session;

/// What to do next.
#[derive(Debug)]
#[must_use]
pub enum MintStep {
    /// Fetch the application token with this number, and [`take_token`](Mint::take_token).
    AskForToken(usize),
    /// Let the signer of the application token with this number hash a KS, and
    /// [`take_hash`](Mint::take_hash).
    AskForHash {
        /// The application token's number.
        credential: usize,
        /// The text to hash, followed by the token.
        ks: Secret,
        /// The digest.
        hash_type: HashType,
    },
    /// Send this request and [`take`](Mint::take) the response.
    Send(Request),
    /// Wait this many milliseconds.
    Wait {
        /// Milliseconds.
        ms: u64,
        /// The failure that causes it.
        reason: Box<Error>,
    },
    /// Send an event about the application token with this number.
    Tell(News, usize),
    /// The mint is settled; [`finish`](Mint::finish) it.
    Done,
}

/// News about an application token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// All its sessions are dead.
    Revoked,
    /// Its hash type was found.
    HashType(HashType),
}

/// The times of a response, and a random number.
#[derive(Clone, Copy, Debug)]
pub struct ReceivedAt {
    /// When the request was sent and the response came.
    pub timing: Timing,
    /// When the response was complete.
    pub now: Moment,
    /// Any number; randomizes delays.
    pub random: u32,
}

/// A mint: gets the sessions of some flights, or the widget session.
#[derive(Debug)]
pub struct Mint {
    terms: Terms,
    flights: Vec<FlightId>,
    /// Whether its flight fetches the widget session.
    is_for_widget: bool,
    /// The results, one for each flight.
    results: Vec<Option<Result<Session, Failure>>>,
    /// The indexes of flights without a result.
    open: Vec<usize>,
    /// The keys whose last session must be probed first.
    suspects: Vec<Key>,
    /// Whether the fallback token is in use.
    is_second: bool,
    attempts: u32,
    news: Vec<(News, usize)>,
    state: MintState,
}

#[derive(Debug)]
enum MintState {
    /// A token must be chosen, unless this one was.
    Choosing(Option<usize>),
    WantingToken(usize),
    Talking(Box<Talk>),
    Probing(Probe),
    Done,
}

/// The exchange with Kaltura.
#[derive(Debug)]
struct Talk {
    exchange: Exchange,
    credential: usize,
    /// How often the token had been revoked when the mint began.
    revocations: u32,
    /// When the last request was sent, on the steady clock.
    sent_ms: i64,
}

/// Tests a session, to find out whether its token is revoked.
#[derive(Debug)]
struct Probe {
    ks: Secret,
    credential: usize,
    /// How often the token had been revoked when the session was started.
    revocations: u32,
    /// When it began.
    began: Moment,
    of: Probed,
}

#[derive(Debug)]
enum Probed {
    /// The dead session of a key.
    Suspect(Key),
    /// The first of these new sessions, whose token was revoked when last seen.
    New(Vec<Result<Session, Failure>>),
}

impl Mint {
    /// Starts to mint the sessions of these flights.
    pub fn sessions(provider: &Provider, flights: Vec<FlightId>, terms: Terms) -> Self {
        let keys = flights.iter().filter_map(|it| provider.wanted(*it));
        let suspects = keys
            .filter(|(key, _)| provider.suspect(key).is_some())
            .map(|(key, _)| key.clone())
            .collect();
        Self {
            terms,
            is_for_widget: false,
            results: flights.iter().map(|_| None).collect(),
            open: (0..flights.len()).collect(),
            flights,
            suspects,
            is_second: false,
            attempts: 0,
            news: Vec::new(),
            state: MintState::Choosing(None),
        }
    }

    /// Starts to fetch the widget session for this flight.
    pub fn widget(provider: &mut Provider, flight: FlightId, terms: Terms, now: Moment) -> Self {
        let mut mint = Self::sessions(provider, vec![flight], terms);
        mint.is_for_widget = true;
        mint.talk(provider, 0, None, now);
        mint
    }

    /// Returns what to do next.
    pub fn next(&mut self, provider: &mut Provider, now: Moment) -> MintStep {
        loop {
            if let Some((news, credential)) = self.news.pop() {
                return MintStep::Tell(news, credential);
            }
            match &mut self.state {
                MintState::Choosing(chosen) => {
                    let chosen = *chosen;
                    self.state = self.choose(provider, chosen, now);
                }
                MintState::WantingToken(credential) => {
                    let credential = *credential;
                    if !provider.standings.has_signer(credential) {
                        return MintStep::AskForToken(credential);
                    }
                    self.talk(provider, credential, None, now);
                }
                MintState::Probing(probe) => {
                    return MintStep::Send(probe::request(&probe.ks, &self.terms.service_url));
                }
                MintState::Talking(talk) => match talk.exchange.next(now.wall_ms) {
                    exchange::Step::Send(request) => {
                        talk.sent_ms = now.steady_ms;
                        return MintStep::Send(request);
                    }
                    exchange::Step::Wait { ms, reason } => {
                        return MintStep::Wait { ms, reason };
                    }
                    exchange::Step::Hash { ks, hash_type } => {
                        return MintStep::AskForHash {
                            credential: talk.credential,
                            ks,
                            hash_type,
                        };
                    }
                    exchange::Step::Done => {
                        if let MintState::Talking(talk) =
                            core::mem::replace(&mut self.state, MintState::Done)
                        {
                            self.conclude(provider, *talk, now);
                        }
                    }
                },
                MintState::Done => return MintStep::Done,
            }
        }
    }

    fn choose(&mut self, provider: &Provider, chosen: Option<usize>, now: Moment) -> MintState {
        while let Some(key) = self.suspects.pop() {
            if let Some((ks, credential)) = provider.suspect(&key) {
                let credential = credential.unwrap_or_else(|| provider.standings.active());
                return MintState::Probing(Probe {
                    ks,
                    credential,
                    revocations: provider.standings.revocations(credential),
                    began: now,
                    of: Probed::Suspect(key),
                });
            }
        }
        match chosen.map_or_else(|| provider.standings.usable(now), Ok) {
            Ok(credential) => MintState::WantingToken(credential),
            Err(failure) => {
                self.fail_open(&failure);
                MintState::Done
            }
        }
    }

    /// Whether it requests the application token, and not a hash.
    pub fn wants_token(&self) -> bool {
        matches!(self.state, MintState::WantingToken(_))
    }

    /// Takes the requested application token, or the error.
    pub fn take_token(
        &mut self,
        provider: &mut Provider,
        token: Result<Secret, Box<Error>>,
        now: Moment,
    ) {
        let MintState::WantingToken(credential) = self.state else {
            return;
        };
        match token {
            Ok(token) => self.talk(provider, credential, Some(token), now),
            Err(error) => {
                let attempts = self.attempts;
                self.fail_open(&Failure { error, attempts });
                self.state = MintState::Done;
            }
        }
    }

    /// Takes the hash from a signer, or the error.
    pub fn take_hash(&mut self, hash: Result<Secret, Box<Error>>) {
        if let MintState::Talking(talk) = &mut self.state {
            talk.exchange.take_hash(hash);
        }
    }

    fn talk(
        &mut self,
        provider: &mut Provider,
        credential: usize,
        token: Option<Secret>,
        now: Moment,
    ) {
        let terms = Terms {
            retry: provider.budget.allow(self.terms.retry, now.steady_ms),
            ..self.terms.clone()
        };
        let flights = self.open.iter().filter_map(|it| self.flights.get(*it));
        let wishes = flights
            .filter(|_| !self.is_for_widget)
            .map(|it| provider.asked(*it))
            .collect::<Result<_, _>>();
        let wishes = match wishes {
            Ok(wishes) => wishes,
            Err(failure) => {
                self.fail_open(&failure);
                self.state = MintState::Done;
                return;
            }
        };
        let credentials = Credentials {
            partner_id: provider.issuer.partner_id,
            app_token_id: provider.standings.id(credential),
            app_token: token,
            hash_types: provider.standings.hash_types(credential),
        };
        let widget = provider.widget(now).filter(|_| !self.is_for_widget);
        self.state = MintState::Talking(Box::new(Talk {
            exchange: Exchange::new(terms, credentials, wishes, widget.cloned()),
            credential,
            revocations: provider.standings.revocations(credential),
            sent_ms: now.steady_ms,
        }));
    }

    /// Takes the result of the last request.
    pub fn take(&mut self, provider: &mut Provider, answer: Reply<'_>, received: ReceivedAt) {
        let ReceivedAt {
            timing,
            now,
            random,
        } = received;
        match core::mem::replace(&mut self.state, MintState::Done) {
            MintState::Talking(mut talk) => {
                let ks = |it: &Exchange| it.widget().map(|widget| widget.ks.clone());
                let before = ks(&talk.exchange);
                talk.exchange.take(answer, timing, random);
                if let Some(dead) = talk.exchange.take_dead_widget() {
                    provider.forget_widget(&dead);
                }
                if let Some(widget) = talk.exchange.widget()
                    && before.as_ref() != Some(&widget.ks)
                    && let Some(flight) = self.flights.first()
                {
                    provider.keep_widget(*flight, widget.clone(), talk.sent_ms, now);
                }
                self.state = MintState::Talking(talk);
            }
            MintState::Probing(probe) => {
                self.attempts = self.attempts.saturating_add(1);
                let verdict = probe::liveness(&probe.ks, answer);
                self.judge_probe(provider, probe, verdict, now);
            }
            other => self.state = other,
        }
    }

    /// Takes the failure of the last request; see [`Exchange::take_failure`].
    pub fn take_failure(&mut self) -> Option<Box<Error>> {
        match &mut self.state {
            MintState::Talking(talk) => talk.exchange.take_failure(),
            _ => None,
        }
    }

    /// Settles all flights. Open ones were aborted. `random`, any number, randomizes delays.
    #[must_use = "each flight has somebody who waits for it"]
    pub fn finish(
        self,
        provider: &mut Provider,
        mut random: u32,
        now: Moment,
    ) -> Vec<Result<Landed, Failure>> {
        if self.is_for_widget {
            return Vec::new();
        }
        let attempts = self.attempts;
        let results = self.flights.into_iter().zip(self.results);
        results
            .map(|(flight, result)| {
                let error = || Box::new(Error::Aborted);
                let aborted = || {
                    Err(Failure {
                        error: error(),
                        attempts,
                    })
                };
                let result = result.unwrap_or_else(aborted);
                // The same number for all would make them retry at the same time.
                random = random
                    .rotate_left(7)
                    .wrapping_mul(0x9E37_79B1)
                    .wrapping_add(1);
                provider.settle(flight, result, random, now)
            })
            .collect()
    }

}

#[cfg(test)]
mod model;
#[cfg(test)]
mod scenes;
#[cfg(test)]
mod tests;
