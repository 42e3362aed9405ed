//! One session request of an exchange, with its own error, remedy and retries.

use super::{is_dead_widget, is_refused_hash};
use crate::error::Error;
use crate::retry::RetryPolicy;
use crate::session::{Session, SessionRequest};

/// The result of one session request.
pub(super) type Settled = Result<Session, Box<Error>>;

/// A session request and how far it has got.
#[derive(Debug)]
pub(super) struct Item {
    /// What to ask for.
    pub wish: SessionRequest,
    /// The result; `None` while the item is open.
    pub settled: Option<Settled>,
    /// The hash type that it is tried with, as an index into the credentials' list.
    pub hash_index: usize,
    /// Whether a fresh widget session was asked for on its account. That is done once.
    remedy_used: bool,
    /// Its transient failures.
    pub tries: Tries,
}

/// What to do about a refusal right away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Ask again with the hash type that the item names now.
    OtherHash,
    /// Ask again with a fresh widget session.
    FreshWidget,
}

/// The hash types of an exchange, as the items see them.
#[derive(Clone, Copy, Debug)]
pub(super) struct HashTypes {
    /// How many there are.
    pub count: usize,
    /// The index of the right one, once Kaltura has accepted a hash.
    pub proven: Option<usize>,
}

impl Item {
    pub fn new(wish: SessionRequest) -> Self {
        Self {
            wish,
            settled: None,
            hash_index: 0,
            remedy_used: false,
            tries: Tries::default(),
        }
    }

    pub fn is_open(&self) -> bool {
        self.settled.is_none()
    }

    /// Returns what can be done at once about a refusal of this item, and prepares the item for it.
    pub fn remedy(&mut self, error: &Error, hash_types: HashTypes) -> Option<Remedy> {
        let Error::Kaltura(refusal) = error else {
            return None;
        };
        if is_refused_hash(refusal) {
            if let Some(other) = self.untried_hash(hash_types) {
                self.hash_index = other;
                return Some(Remedy::OtherHash);
            }
        } else if !is_dead_widget(refusal) {
            return None;
        }
        if self.remedy_used {
            return None;
        }
        self.remedy_used = true;
        if is_refused_hash(refusal) {
            // Kaltura caches refusals without the KS in the key, so a right hash may have been
            // refused for a wrong one.
            self.hash_index = hash_types.proven.unwrap_or(0);
        }
        Some(Remedy::FreshWidget)
    }

    /// The index of the hash type to try after the one that was refused. Once another item has
    /// been accepted, only its hash type is worth trying.
    fn untried_hash(&self, HashTypes { count, proven }: HashTypes) -> Option<usize> {
        if let Some(proven) = proven {
            return (proven != self.hash_index).then_some(proven);
        }
        let next = self.hash_index.saturating_add(1);
        (next < count).then_some(next)
    }
}

/// Transient failures of one item, or of an exchange that only fetches a widget session.
#[derive(Debug, Default)]
pub(super) struct Tries {
    retries: u32,
    /// The pause before the next try in milliseconds, and the failure that it follows.
    pub pause: Option<(u64, Box<Error>)>,
}

/// What decides about a retry, beside the error.
#[derive(Clone, Copy, Debug)]
pub(super) struct RetryTerms {
    pub policy: RetryPolicy,
    /// The wait that the response asked for, in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// Spreads retries.
    pub random: u32,
}

impl Tries {
    /// Plans the next try after a failure; returns the error if there is none.
    pub fn fail(&mut self, error: Box<Error>, terms: RetryTerms) -> Result<(), Box<Error>> {
        let RetryTerms {
            policy,
            retry_after_ms,
            random,
        } = terms;
        let retry = self.retries.saturating_add(1);
        match error.retry_delay_ms(policy, retry, retry_after_ms, random) {
            Some(ms) => {
                self.retries = retry;
                self.pause = Some((ms, error));
                Ok(())
            }
            None => Err(error),
        }
    }

    /// Takes the error of a pause that would end at the deadline or later.
    pub fn give_up(&mut self, now_ms: i64, deadline_ms: i64) -> Option<Box<Error>> {
        let (ms, error) = self.pause.take()?;
        if now_ms.saturating_add_unsigned(ms) < deadline_ms {
            self.pause = Some((ms, error));
            return None;
        }
        Some(error)
    }
}
