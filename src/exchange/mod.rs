//! The exchange: the conversation with Kaltura that exchanges an application token for sessions.
//!
//! It says what to send next and takes the response, without a clock or network of its own:
//!
//! ```text
//! loop {
//!     match exchange.next(now) {
//!         Step::Send(request) => exchange.take(answer_to(request), timing, random),
//!         Step::Hash { ks, hash_type } => exchange.take_hash(signer.hash(ks, hash_type)),
//!         Step::Wait { ms, .. } => sleep(ms),
//!         Step::Done => break exchange.finish(),
//!     }
//! }
//! ```
//!
//! With no wish it only fetches a widget session, with one it starts a session, with several
//! it starts all of them in one `multirequest`.

mod item;
mod replies;
mod requests;
mod step;
mod terms;

pub use step::{Outcome, Reply, Step};
pub use terms::{Credentials, Terms};


use self::item::{Item, RetryTerms, Settled, Tries};
use crate::clock::{ServerClock, Timing};
use crate::error::{Error, InvalidOption};
use crate::kaltura::{
    ApiError, HashType, KsRefusal, Operation,
};
use crate::ks;
use crate::retry::{self};
use crate::secret::Secret;
use crate::session::hash::is_hash;
use crate::session::{SessionRequest, Widget};

/// The state of the conversation.
///
/// ```
/// # use kaltura_app_token::{Credentials, Exchange, GrantPolicy, HashType, Reply, ResponseHead};
/// # use kaltura_app_token::{RetryPolicy, Secret, ServiceUrl, SessionRequest, Step, Terms, Timing};
/// let terms = Terms {
///     service_url: ServiceUrl::default(),
///     client_tag: "my-back-end".to_owned(),
///     grants: GrantPolicy::Guard,
///     retry: RetryPolicy { retries: 0 },
///     widget_expiry_s: kaltura_app_token::ONE_CALL_WIDGET_S,
///     deadline_ms: 10_000,
/// };
/// let credentials = Credentials {
///     partner_id: 102,
///     app_token_id: "0_ab12cd34".to_owned(),
///     app_token: Some(Secret::new("599d54237bca94c1db5746efd0416795".to_owned())),
///     hash_types: vec![HashType::Sha1],
/// };
/// let mut exchange = Exchange::new(terms, credentials, vec![SessionRequest::default()], None);
///
/// let Step::Send(request) = exchange.next(0) else { unreachable!() };
/// assert!(request.url.ends_with("/service/session/action/startWidgetSession"));
///
/// // A proxy is in the way, and there are no retries.
/// let head = ResponseHead { status: 502, ..ResponseHead::default() };
/// exchange.take(Reply::Response(&head, b"Bad Gateway"), Timing::at(0), 0);
/// assert!(matches!(exchange.next(0), Step::Done));
/// let error = exchange.finish().sessions.remove(0).unwrap_err();
/// assert_eq!(error.code(), "ERR_HTTP_STATUS");
/// ```
#[derive(Debug)]
pub struct Exchange {
    terms: Terms,
    credentials: Credentials,
    /// The session requests. All open ones are sent together, each with its own hash.
    items: Vec<Item>,
    widget: Option<Widget>,
    /// Whether the widget session is newer than the last request for sessions.
    is_widget_new: bool,
    /// The KS of a widget session that Kaltura has refused.
    dead_widget: Option<Secret>,
    /// The error of an exchange without items.
    widget_error: Option<Box<Error>>,
    /// The failures of an exchange without items.
    widget_tries: Tries,
    /// The index of the hash type that Kaltura has accepted.
    proven_hash: Option<usize>,
    /// The token hashes for the current widget session, by hash type, as far as they are made.
    hashes: Vec<Option<Secret>>,
    in_flight: Option<InFlight>,
    /// The failure of the last request.
    last_error: Option<Box<Error>>,
    clock: Option<ServerClock>,
    attempts: u32,
}

#[derive(Debug)]
struct InFlight {
    operation: Operation,
    /// The indexes of its items; empty for a widget session.
    items: Vec<usize>,
}

impl Exchange {
    /// An exchange that starts one session for each wish, from a widget session at hand if
    /// there is one.
    pub fn new(
        terms: Terms,
        credentials: Credentials,
        wishes: Vec<SessionRequest>,
        widget: Option<Widget>,
    ) -> Self {
        Self {
            terms,
            credentials,
            items: wishes.into_iter().map(Item::new).collect(),
            widget,
            is_widget_new: false,
            dead_widget: None,
            widget_error: None,
            widget_tries: Tries::default(),
            proven_hash: None,
            hashes: Vec::new(),
            in_flight: None,
            last_error: None,
            clock: None,
            attempts: 0,
        }
    }

    /// Returns what to do at `now_ms` by the local clock.
    pub fn next(&mut self, now_ms: i64) -> Step {
        if let Some((ms, reason)) = self.pause(now_ms) {
            return Step::Wait { ms, reason };
        }
        self.refuse_semicolons();
        let open = self.open();
        let is_widget_wanted = self.items.is_empty() && self.widget.is_none();
        if self.widget_error.is_some() || (open.is_empty() && !is_widget_wanted) {
            return Step::Done;
        }
        // A widget session that had expired on arrival is tried anyway, because the next may be as slow.
        let is_over = |it: &Widget| it.usable_until_ms <= now_ms;
        if !self.is_widget_new && self.widget.as_ref().is_some_and(is_over) {
            self.widget = None;
        }
        let ks = self.widget.as_ref().map(|widget| widget.ks.clone());
        if let (Some(ks), Some(index)) = (&ks, self.missing_hash()) {
            return Step::Hash {
                ks: ks.clone(),
                hash_type: self.hash_type(index),
            };
        }
        self.attempts = self.attempts.saturating_add(1);
        Step::Send(match &ks {
            None => self.widget_request(),
            Some(ks) => self.session_request(ks, open),
        })
    }

    /// The index of the hash type for which a signer must make a hash before the next request.
    fn missing_hash(&self) -> Option<usize> {
        if self.credentials.app_token.is_some() {
            return None;
        }
        let open = self.items.iter().filter(|item| item.is_open());
        let mut wanted = open.map(|item| self.proven_hash.unwrap_or(item.hash_index));
        wanted.find(|index| matches!(self.hashes.get(*index), None | Some(None)))
    }

    /// Takes the requested hash, or an error, which ends all items that need the hash.
    pub fn take_hash(&mut self, hash: Result<Secret, Box<Error>>) {
        let Some(index) = self.missing_hash() else {
            return;
        };
        let hash_type = self.hash_type(index);
        let hash = hash.and_then(|hash| {
            if is_hash(hash_type, hash.expose()) {
                return Ok(hash);
            }
            Err(Box::new(Error::TokenSource {
                problem: "the signer returned no hash: hash(ks, hashType) must return the digest of the KS followed by the application token, as lower-case hex",
                causes: Vec::new(),
            }))
        });
        match hash {
            Ok(hash) => {
                if let Some(slot) = slot(&mut self.hashes, index) {
                    *slot = Some(hash);
                }
            }
            Err(error) => {
                for place in self.open() {
                    let item = self.items.get(place);
                    let uses = item.map(|it| self.proven_hash.unwrap_or(it.hash_index));
                    if uses == Some(index) {
                        self.settle(place, Err(error.clone()));
                    }
                }
            }
        }
    }

    /// The current widget session.
    pub fn widget(&self) -> Option<&Widget> {
        self.widget.as_ref()
    }

    /// Takes the KS of the widget session that Kaltura has refused as dead, if it has.
    pub fn take_dead_widget(&mut self) -> Option<Secret> {
        self.dead_widget.take()
    }

    /// Takes the result of the last request. `random`, any number, randomizes delays.
    pub fn take(&mut self, answer: Reply<'_>, timing: Timing, random: u32) {
        let Some(sent) = self.in_flight.take() else {
            return;
        };
        let mut retry_after_ms = None;
        if let Reply::Response(head, _) = answer {
            retry_after_ms = retry::retry_after_ms(head, timing.ended_ms.div_euclid(1000));
            if let Some(clock) = ServerClock::read(head.time(), timing) {
                self.clock = Some(clock);
            }
        }
        let retry_terms = RetryTerms {
            policy: self.terms.retry,
            retry_after_ms,
            random,
        };
        let mut reply = self.read(&sent, answer);
        if let (Err(error), Some(ms)) = (&mut reply, retry_after_ms) {
            error.ask_for_pause(ms);
        }
        if sent.items.is_empty() {
            self.take_widget(&sent, reply, timing, retry_terms);
        } else {
            self.take_sessions(&sent, reply, timing, retry_terms);
        }
    }

    /// Takes the failure of the last request, if it failed, to report it if the call ends before the next
    /// response. Refusals of single items of a batch are left out.
    pub fn take_failure(&mut self) -> Option<Box<Error>> {
        self.last_error.take()
    }

    /// Returns the results. Open items were aborted.
    pub fn finish(self) -> Outcome {
        let hash_type = self.hash_type(self.last_hash());
        let is_found = self.proven_hash.is_some() && self.credentials.hash_types.len() > 1;
        let is_done = self.open().is_empty();
        let widget = match (self.widget, self.widget_error) {
            (Some(widget), _) => Ok(widget),
            (None, Some(error)) => Err(error),
            // If the last item failed without a widget session, that was the cause.
            (None, None) => match self.items.last().map(|item| &item.settled) {
                Some(Some(Err(error))) if is_done => Err(error.clone()),
                _ => Err(Box::new(Error::Aborted)),
            },
        };
        let items = self.items.into_iter();
        Outcome {
            sessions: items
                .map(|item| {
                    let aborted = || Err(Box::new(Error::Aborted));
                    item.settled.unwrap_or_else(aborted)
                })
                .collect(),
            widget,
            hash_type,
            found_hash_type: is_found.then_some(hash_type),
            clock: self.clock,
            attempts: self.attempts,
        }
    }

    /// Takes the longest pause of the open items, which are retried together. Items whose pause would end after
    /// the deadline get their errors instead.
    fn pause(&mut self, now_ms: i64) -> Option<(u64, Box<Error>)> {
        let deadline_ms = self.terms.deadline_ms;
        if let Some(error) = self.widget_tries.give_up(now_ms, deadline_ms) {
            self.widget_error = Some(error);
        }
        for index in self.open() {
            let tries = self.items.get_mut(index).map(|item| &mut item.tries);
            if let Some(error) = tries.and_then(|it| it.give_up(now_ms, deadline_ms)) {
                self.settle(index, Err(error));
            }
        }
        let mut longest = self.widget_tries.pause.take();
        for item in &mut self.items {
            if let Some(pause) = item.tries.pause.take()
                && longest.as_ref().is_none_or(|(ms, _)| *ms <= pause.0)
            {
                longest = Some(pause);
            }
        }
        longest
    }

    /// Ends the requests that a KS of version 1 can't carry unchanged, because Kaltura's response wouldn't describe
    /// the real session. The widget session shows the partner's version, so nothing else has been sent.
    fn refuse_semicolons(&mut self) {
        let widget = self.widget.as_ref();
        if widget.is_none_or(|widget| ks::is_encrypted(widget.ks.expose())) {
            return;
        }
        for index in self.open() {
            let item = self.items.get(index);
            if let Some(path) = item.and_then(|item| item.wish.with_semicolon()) {
                let expected = "without ';', which begins another field in KSs of version 1; this partner's are not known to have version 2";
                let wrong = InvalidOption::new(path, expected);
                self.settle(index, Err(Box::new(wrong.into())));
            }
        }
    }

    fn settle(&mut self, index: usize, result: Settled) {
        if let Some(item) = self.items.get_mut(index) {
            item.settled = Some(result);
        }
    }

    fn hash_type(&self, index: usize) -> HashType {
        let hash_types = &self.credentials.hash_types;
        hash_types.get(index).copied().unwrap_or_default()
    }

    /// The index of the right hash type, or of the last one tried.
    fn last_hash(&self) -> usize {
        let last = self.items.last().map_or(0, |item| item.hash_index);
        self.proven_hash.unwrap_or(last)
    }

    fn open(&self) -> Vec<usize> {
        let indexed = self.items.iter().enumerate();
        indexed
            .filter(|(_, item)| item.is_open())
            .map(|(index, _)| index)
            .collect()
    }
}

/// The position in `hashes` of the hash type with this index.
fn slot(hashes: &mut Vec<Option<Secret>>, index: usize) -> Option<&mut Option<Secret>> {
    if hashes.len() <= index {
        hashes.resize(index.saturating_add(1), None);
    }
    hashes.get_mut(index)
}

fn is_refused_hash(refusal: &ApiError) -> bool {
    refusal.code == "INVALID_APP_TOKEN_HASH"
}

/// Whether another widget session may be accepted.
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

#[cfg(test)]
mod tests;
