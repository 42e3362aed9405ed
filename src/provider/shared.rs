//! What a provider does with the sessions in a store that a fleet shares: which of them it may
//! take, and which it has to delete because it knows that they are dead.

use sha2::{Digest, Sha256};

use super::sealed::Stored;
use super::{Epoch, FlightId, Key, Landed, Life, Moment, Provider, ServerTime, is_over};
use crate::error::Failure;
use crate::secret::Secret;
use crate::session::{GrantPolicy, Session, SessionRequest};

/// How long a session from a store is served by the local clock, before the server's has been
/// seen. Zero would make every new process ask Kaltura before it may take anything.
const UNCONFIRMED_MS: i64 = 60_000;
/// The server tells whole seconds, so a local clock that is right may seem to be this much behind.
const TOLERANCE_MS: i64 = 2000;
/// How many dead sessions are remembered, so that none of them is taken from the store again.
const MOST_DEAD: usize = 256;
/// How many keys wait for their stored sessions to be deleted.
const MOST_OBSOLETE: usize = 10_000;

/// What to do with a session that a store gave.
#[derive(Clone, Debug, PartialEq)]
pub enum StoredVerdict {
    /// Serve it.
    Adopt(Box<Session>),
    /// Judge it again when the server's clock has been seen.
    AwaitServerTime,
    /// Delete it from the store: it is dead or has ended.
    Delete,
    /// Leave it there: it isn't what this caller needs.
    Ignore,
}

/// What the provider knows of the store's contents.
#[derive(Debug, Default)]
pub struct Shared {
    /// The server's clock.
    pub server_time: ServerTime,
    /// What was sealed in an older one is dead.
    pub epoch: Epoch,
    /// Whether there is a store, so that somebody deletes what is noted in `obsolete`.
    has_store: bool,
    /// SHA-256 of the last sessions that were found dead.
    dead: Vec<[u8; 32]>,
    next_dead: usize,
    /// Keys whose stored sessions may be dead.
    obsolete: Vec<Key>,
}

impl Shared {
    /// There is a store from now on.
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

    /// Whether this session was found dead lately.
    pub fn is_dead(&self, ks: &Secret) -> bool {
        self.dead.contains(&digest(ks))
    }

    /// The session that is stored under `key` may be dead.
    pub fn note_obsolete(&mut self, key: Key) {
        if self.has_store && self.obsolete.len() < MOST_OBSOLETE {
            self.obsolete.push(key);
        }
    }

    /// Whether the store is to be told of something: of a new epoch, or of the keys that
    /// [`take_obsolete`](Self::take_obsolete) gives.
    pub fn has_news(&self) -> bool {
        self.has_store && (self.epoch.is_new() || !self.obsolete.is_empty())
    }

    /// The keys whose stored sessions may be dead, to be looked at once.
    pub fn take_obsolete(&mut self) -> Vec<Key> {
        core::mem::take(&mut self.obsolete)
    }
}

fn digest(ks: &Secret) -> [u8; 32] {
    Sha256::digest(ks.expose().as_bytes()).into()
}

impl Provider {
    /// Judges a session that a store gave for `key`. `doubtful`: its application token was
    /// revoked when it was last seen.
    ///
    /// Its life is reckoned by the server's clock. Before that has been seen, the local clock
    /// stands for it, unless that is behind the moment at which the session was started.
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
            // Only the server's clock tells for certain.
            return match known {
                Some(_) => StoredVerdict::Delete,
                None => StoredVerdict::Ignore,
            };
        }
        // A renewal finds what it is to renew as well.
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

    /// Whether a stored session is known to be dead: itself, or with its whole epoch.
    pub fn is_dead(&self, stored: &Stored) -> bool {
        stored.epoch() < self.shared.epoch.number() || self.shared.is_dead(stored.ks())
    }

    /// Ends a flight with a session from a store. Before the server's clock has been seen, that
    /// session is renewed after a minute, which confirms how long it lives.
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
