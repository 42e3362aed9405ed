//! The exchange: a conversation with Kaltura that turns an application token into sessions.
//!
//! It says what to send next and takes what comes back, and needs nobody's clock or network:
//!
//! ```text
//! loop {
//!     match exchange.next(now) {
//!         Step::Send(request) => exchange.take(answer_to(request), timing, random),
//!         Step::Wait { ms, .. } => sleep(ms),
//!         Step::Done => break exchange.finish(),
//!     }
//! }
//! ```
//!
//! With no wish it only fetches a widget session, with one it starts a session, with several
//! it starts all of them in one `multirequest`.

mod replies;
mod requests;

use crate::api::{ApiError, KsRefusal, Operation, Request, ResponseHead, ServiceUrl};
use crate::clock::{ServerClock, Timing};
use crate::error::{Cause, Error};
use crate::grants::{GrantPolicy, Wish};
use crate::hash::HashType;
use crate::retry::{self, RetryPolicy};
use crate::secret::Secret;
use crate::session::{Session, Widget};

/// An application token, as its holder knows it.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The partner that the token belongs to.
    pub partner_id: u32,
    /// The token's id.
    pub app_token_id: String,
    /// The token itself; it is hashed and never sent.
    pub app_token: Secret,
    /// The hash types to try, the likeliest first.
    pub hash_types: Vec<HashType>,
}

/// How an exchange is to be held.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Where Kaltura is.
    pub service_url: ServiceUrl,
    /// Who calls, for Kaltura's logs.
    pub client_tag: String,
    /// What to do about sessions that are not what was asked for.
    pub grants: GrantPolicy,
    /// How often to try again.
    pub retry: RetryPolicy,
    /// When the caller gives up, in local milliseconds: no wait goes beyond.
    pub deadline_ms: i64,
}

/// What to do next.
#[derive(Debug)]
pub enum Step {
    /// Send this and [`take`](Exchange::take) the answer.
    Send(Request),
    /// Let this many milliseconds pass.
    Wait {
        /// Milliseconds.
        ms: u64,
        /// What made it necessary.
        reason: Box<Error>,
    },
    /// Everything is settled; [`finish`](Exchange::finish).
    Done,
}

/// What came of a request.
#[derive(Debug)]
pub enum Answer<'a> {
    /// A response with its whole body.
    Response(&'a ResponseHead, &'a [u8]),
    /// A response that could not be used, and why.
    Unusable(&'static str),
    /// None: the request or its answer was lost. What the runtime said, outermost first.
    Lost(Vec<Cause>),
}

/// What an exchange came to.
#[derive(Debug)]
pub struct Outcome {
    /// For each wish, in order.
    pub sessions: Vec<Result<Session, Box<Error>>>,
    /// If not even a widget session was to be had: why.
    pub widget: Result<Widget, Box<Error>>,
    /// The hash type that was used last; the right one, if a session was started.
    pub hash_type: HashType,
    /// The server's clock, if it was seen.
    pub clock: Option<ServerClock>,
    /// The HTTP requests that were made.
    pub attempts: u32,
}

/// The state of the conversation.
#[derive(Debug)]
pub struct Exchange {
    terms: Terms,
    credentials: Credentials,
    wishes: Vec<Wish>,
    settled: Vec<Option<Result<Session, Box<Error>>>>,
    widget: Option<Widget>,
    /// Why there can be no widget session.
    refused: Option<Box<Error>>,
    /// The remedy for a refused widget session or hash, used once.
    renewed: bool,
    /// Which of the hash types is being tried.
    hash_index: usize,
    in_flight: Option<InFlight>,
    retries: u32,
    wait: Option<(u64, Box<Error>)>,
    clock: Option<ServerClock>,
    attempts: u32,
}

#[derive(Debug)]
struct InFlight {
    operation: Operation,
    /// The wishes that it is to fulfil; none for a widget session.
    wishes: Vec<usize>,
    hash: Option<Secret>,
}

impl Exchange {
    /// An exchange that starts one session for each wish, from a widget session at hand if
    /// there is one.
    pub fn new(
        terms: Terms,
        credentials: Credentials,
        wishes: Vec<Wish>,
        widget: Option<Widget>,
    ) -> Self {
        Self {
            terms,
            credentials,
            settled: wishes.iter().map(|_| None).collect(),
            wishes,
            widget,
            refused: None,
            renewed: false,
            hash_index: 0,
            in_flight: None,
            retries: 0,
            wait: None,
            clock: None,
            attempts: 0,
        }
    }

    /// What to do now, at `now_ms` by the local clock.
    pub fn next(&mut self, now_ms: i64) -> Step {
        if let Some((ms, reason)) = self.wait.take() {
            let until_ms = now_ms.saturating_add_unsigned(ms);
            if until_ms < self.terms.deadline_ms {
                return Step::Wait { ms, reason };
            }
            self.settle_open(&reason);
        }
        let open = self.open();
        if self.refused.is_some() || (open.is_empty() && self.widget.is_some()) {
            return Step::Done;
        }
        let at_hand = if self.attempts == 0 {
            self.widget.as_ref()
        } else {
            None
        };
        if at_hand.is_some_and(|widget| widget.usable_until_ms <= now_ms) {
            self.widget = None;
        }
        self.attempts = self.attempts.saturating_add(1);
        Step::Send(match &self.widget {
            None => self.widget_request(),
            Some(widget) => self.session_request(&widget.ks.clone(), open),
        })
    }

    /// Takes what came of the last request. `random`, any number, spreads retries.
    pub fn take(&mut self, answer: Answer<'_>, timing: Timing, random: u32) {
        let Some(sent) = self.in_flight.take() else {
            return;
        };
        let mut retry_after = None;
        if let Answer::Response(head, _) = answer {
            retry_after = retry::retry_after_ms(head, timing.received_ms.div_euclid(1000));
            if let Some(clock) = ServerClock::read(head.time(), timing) {
                self.clock = Some(clock);
            }
        }
        let reply = self.read(&sent, answer);
        let failed = if sent.wishes.is_empty() {
            self.take_widget(&sent, reply, timing).err()
        } else {
            self.take_sessions(&sent, reply, timing)
        };
        if let Some(error) = failed {
            self.try_again(error, retry_after, random);
        }
    }

    /// What it came to; whatever is open by then was aborted.
    pub fn finish(self) -> Outcome {
        let hash_type = self.hash_type();
        let widget = match (self.widget, self.refused) {
            (Some(widget), _) => Ok(widget),
            (None, refused) => Err(refused.unwrap_or_else(|| Box::new(Error::Aborted))),
        };
        Outcome {
            sessions: self
                .settled
                .into_iter()
                .map(|it| it.unwrap_or_else(|| Err(Box::new(Error::Aborted))))
                .collect(),
            widget,
            hash_type,
            clock: self.clock,
            attempts: self.attempts,
        }
    }

    fn hash_type(&self) -> HashType {
        self.credentials
            .hash_types
            .get(self.hash_index)
            .copied()
            .unwrap_or_default()
    }

    fn open(&self) -> Vec<usize> {
        let indexed = self.settled.iter().enumerate();
        indexed
            .filter(|(_, settled)| settled.is_none())
            .map(|(index, _)| index)
            .collect()
    }

    /// What can be done at once about a refusal, and whether anything could.
    fn remedy(&mut self, error: &Error) -> bool {
        let Error::Kaltura(refusal) = error else {
            return false;
        };
        if is_refused_hash(refusal) {
            if self.hash_index.saturating_add(1) < self.credentials.hash_types.len() {
                self.hash_index = self.hash_index.saturating_add(1);
                return true;
            }
        } else if !is_dead_widget(refusal) {
            return false;
        }
        if self.renewed {
            return false;
        }
        self.renewed = true;
        self.widget = None;
        if is_refused_hash(refusal) {
            self.hash_index = 0;
        }
        true
    }

    fn add_hash_type(&self, error: &mut Error) {
        if let Error::Kaltura(refusal) = error
            && is_refused_hash(refusal)
        {
            refusal.hash_type = Some(self.hash_type());
        }
    }

    fn try_again(&mut self, error: Box<Error>, retry_after: Option<u64>, random: u32) {
        let retry = self.retries.saturating_add(1);
        match retry::delay_ms(self.terms.retry, &error, retry, retry_after, random) {
            Some(ms) => {
                self.retries = retry;
                self.wait = Some((ms, error));
            }
            None => self.settle_open(&error),
        }
    }

    fn settle(&mut self, index: usize, result: Result<Session, Box<Error>>) {
        if let Some(settled) = self.settled.get_mut(index) {
            *settled = Some(result);
        }
    }

    fn settle_open(&mut self, error: &Error) {
        for index in self.open() {
            self.settle(index, Err(Box::new(error.clone())));
        }
        if self.widget.is_none() {
            self.refused = Some(Box::new(error.clone()));
        }
    }
}

fn is_refused_hash(refusal: &ApiError) -> bool {
    refusal.code == "INVALID_APP_TOKEN_HASH"
}

/// Whether another widget session may be better received.
fn is_dead_widget(refusal: &ApiError) -> bool {
    matches!(
        refusal.ks_refusal,
        Some(
            KsRefusal::Expired
                | KsRefusal::Logout
                | KsRefusal::ActionsLimit
                | KsRefusal::Undecodable
        )
    )
}

fn is_remediable(error: &Error) -> bool {
    matches!(error, Error::Kaltura(refusal) if is_refused_hash(refusal) || is_dead_widget(refusal))
}

#[cfg(test)]
mod tests;
