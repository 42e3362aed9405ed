//! One session request of an exchange, with its own error, remedy and retries.

use super::{is_dead_widget, is_refused_hash};
use crate::error::Error;
use crate::retry::RetryPolicy;
use crate::session::{Session, SessionRequest};

/// The result of one session request.
pub(super) type Settled = Result<Session, Box<Error>>;

/// A session request and its progress.
#[derive(Debug)]
pub(super) struct Item {
    /// The request.
    pub wish: SessionRequest,
    /// The result; `None` while the item is open.
    pub settled: Option<Settled>,
    /// The hash type in use, as an index into the credentials' list.
    pub hash_index: usize,
    /// Whether a new widget session was requested for it. This is done once.
    remedy_used: bool,
    /// Its transient failures.
    pub tries: Tries,
}

/// The immediate reaction to a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Ask again with the item's new hash type.
    OtherHash,
    /// Ask again with a new widget session.
    FreshWidget,
}

/// The hash types of an exchange, from the items' view.
#[derive(Clone, Copy, Debug)]
pub(super) struct HashTypes {
    /// Their number.
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

    /// Returns the immediate reaction to a refusal of this item, if any, and prepares the item for it.
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

    /// Returns the index of the hash type to try after the refused one. After another item was accepted, only its
    /// hash type is worth trying.
    fn untried_hash(&self, HashTypes { count, proven }: HashTypes) -> Option<usize> {
        if let Some(proven) = proven {
            return (proven != self.hash_index).then_some(proven);
        }
        let next = self.hash_index.saturating_add(1);
        (next < count).then_some(next)
    }
}

/// The transient failures of one item, or of an exchange that only fetches a widget session.
#[derive(Debug, Default)]
pub(super) struct Tries {
    retries: u32,
    /// The pause before the next try in milliseconds, and its failure.
    pub pause: Option<(u64, Box<Error>)>,
}

/// What a retry depends on besides the error.
#[derive(Clone, Copy, Debug)]
pub(super) struct RetryTerms {
    pub policy: RetryPolicy,
    /// The wait that the response asked for, in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// Any number; randomizes delays.
    pub random: u32,
}

impl Tries {
    /// Plans a retry after a failure; returns the error if none may follow.
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

    /// Takes the error of a pause that would end at or after the deadline.
    pub fn give_up(&mut self, now_ms: i64, deadline_ms: i64) -> Option<Box<Error>> {
        let (ms, error) = self.pause.take()?;
        if now_ms.saturating_add_unsigned(ms) < deadline_ms {
            self.pause = Some((ms, error));
            return None;
        }
        Some(error)
    }
}
