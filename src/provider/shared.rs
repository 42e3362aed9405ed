//! Sessions in a shared store: which may be taken, and which must be deleted because they are dead.

use sha2::{Digest, Sha256};

use super::sealed::Stored;
use super::{Epoch, FlightId, Key, Landed, Life, Moment, Provider, ServerTime, is_over};
use crate::error::Failure;
use crate::secret::Secret;
use crate::session::{GrantPolicy, Session, SessionRequest};

/// How long a session from a store is used with the local clock, before the server's is known. With zero, every new process
/// would ask Kaltura first.
const UNCONFIRMED_MS: i64 = 60_000;
/// The server reports whole seconds, so a right local clock may seem to be this much behind.
const TOLERANCE_MS: i64 = 2000;
/// How many dead sessions are remembered, so that they aren't taken from the store again.
const MOST_DEAD: usize = 256;
/// The most keys that wait for their stored sessions to be deleted.
const MOST_OBSOLETE: usize = 10_000;

/// What to do with a session from a store.
#[derive(Clone, Debug, PartialEq)]
pub enum StoredVerdict {
    /// Serve it.
    Adopt(Box<Session>),
    /// Decide again when the server's clock is known.
    AwaitServerTime,
    /// Delete it from the store: it is dead or has ended.
    Delete,
    /// Leave it: this caller needs another.
    Ignore,
}

/// The provider's knowledge of the store.
#[derive(Debug, Default)]
pub struct Shared {
    /// The server's clock.
    pub server_time: ServerTime,
    /// The epoch; sessions of older ones are dead.
    pub epoch: Epoch,
    /// Whether there is a store, in which `obsolete` sessions are deleted.
    has_store: bool,
    /// SHA-256 of the last dead sessions.
    dead: Vec<[u8; 32]>,
    next_dead: usize,
    /// Keys whose stored sessions may be dead.
    obsolete: Vec<Key>,
}

impl Shared {
    /// Notes that there is a store.
    pub fn use_store(&mut self) {
        self.has_store = true;
    }

    /// Whether there is a store.
    pub fn has_store(&self) -> bool {
        self.has_store
    }

    /// Remembers that this session is dead.
    pub fn bury(&mut self, ks: &Secret) {
        let digest = digest(ks);
        if self.dead.contains(&digest) {
            return;
        }
        match self.dead.get_mut(self.next_dead) {
            Some(oldest) => *oldest = digest,
            None => self.dead.push(digest),
        }
        self.next_dead = self.next_dead.saturating_add(1) % MOST_DEAD;
    }

    /// Whether this session was recently found dead.
    pub fn is_dead(&self, ks: &Secret) -> bool {
        self.dead.contains(&digest(ks))
    }

    /// Notes that the session stored under `key` may be dead.
    pub fn note_obsolete(&mut self, key: Key) {
        if self.has_store && self.obsolete.len() < MOST_OBSOLETE {
            self.obsolete.push(key);
        }
    }

    /// Whether the store must be updated: with a new epoch, or for the keys of [`take_obsolete`](Self::take_obsolete).
    pub fn has_news(&self) -> bool {
        self.has_store && (self.epoch.is_new() || !self.obsolete.is_empty())
    }

    /// Takes the keys whose stored sessions may be dead.
    pub fn take_obsolete(&mut self) -> Vec<Key> {
        core::mem::take(&mut self.obsolete)
    }
}

fn digest(ks: &Secret) -> [u8; 32] {
    Sha256::digest(ks.expose().as_bytes()).into()
}

impl Provider {
    /// Decides on a session from a store for `key`. `doubtful`: its application token was revoked when last seen.
    ///
    /// Its lifetime is measured on the server's clock. Until that is known, the local clock is used, unless it is behind the
    /// time when the session was started.
    pub fn judge(
        &mut self,
        key: &Key,
        wish: &SessionRequest,
        grants: GrantPolicy,
        stored: Stored,
        doubtful: bool,
        now: Moment,
    ) -> StoredVerdict {
        self.shared.epoch.see(stored.epoch());
        let is_ended = self.mark(key, wish, stored.session()).is_err();
        if doubtful || is_ended || self.is_dead(&stored) {
            return StoredVerdict::Delete;
        }
        let known = self.shared.server_time.clock(now);
        let is_behind = now.wall_ms.saturating_add(TOLERANCE_MS) < stored.received_at_server_ms();
        let entry = self.entries.peek(key);
        let kept = entry.and_then(|it| it.kept.as_ref());
        let is_unconfirmed = kept.is_some_and(|it| it.unconfirmed);
        if known.is_none() && (is_behind || is_unconfirmed) {
            return StoredVerdict::AwaitServerTime;
        }
        let clock = known.unwrap_or_else(|| stored.agreeing_clock());
        let session = stored.at(clock).compared_with(wish, now.wall_ms);
        if is_over(session.expires_at_ms, now.wall_ms) {
            // Only the server's clock is certain.
            return match known {
                Some(_) => StoredVerdict::Delete,
                None => StoredVerdict::Ignore,
            };
        }
        // A renewal also finds the session that it renews.
        let is_later = kept
            .is_none_or(|it| it.unconfirmed || session.expires_at_ms > it.session.expires_at_ms);
        if is_later
            && now.is_before(Life::of(&session, now).hard)
            && !grants.refuses(&session.differences)
        {
            StoredVerdict::Adopt(Box::new(session))
        } else {
            StoredVerdict::Ignore
        }
    }

    /// Whether a stored session is known to be dead, itself or by its epoch.
    pub fn is_dead(&self, stored: &Stored) -> bool {
        stored.epoch() < self.shared.epoch.number() || self.shared.is_dead(stored.ks())
    }

    /// Ends a flight with a session from a store. Until the server's clock is known, the session is renewed after a minute,
    /// which confirms its lifetime.
    pub fn adopt(
        &mut self,
        key: &Key,
        flight: FlightId,
        session: Session,
        now: Moment,
    ) -> Result<Landed, Failure> {
        let unconfirmed = self.shared.server_time.clock(now).is_none();
        let mut landed = self.settle(flight, Ok(session), 0, now)?;
        if unconfirmed {
            let until = now.plus(UNCONFIRMED_MS);
            if let Some(lease) = &mut landed.lease {
                lease.until = lease.until.min(until);
            }
            let kept = self.entries.get(key).and_then(|it| it.kept.as_mut());
            // After a revocation it was not kept.
            if let Some(kept) = kept.filter(|it| it.session.ks == landed.session.ks) {
                kept.unconfirmed = true;
                kept.life.soft = kept.life.soft.min(until);
            }
        }
        Ok(landed)
    }
}

#[cfg(test)]
mod tests;
