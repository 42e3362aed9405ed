//! The entry of each key: its session, and the state of attempts to get another.

use super::isolation::Mark;
use super::lru::{Bounds, Cost, Lru, Ticket};
use super::probe::can_be_probed;
use super::table::Seed;
use super::{FlightId, Key, Landed, Life, Moment, Proved};
use crate::error::Failure;
use crate::secret::Secret;
use crate::session::Session;

/// A replacement that dies so soon makes its token suspect.
const SUSPECT_WITHIN_MS: i64 = 60_000;

/// Failed renewals are retried after this time, doubled with each failure.
const RENEWAL_BACKOFF_MS: i64 = 1000;
const LONGEST_RENEWAL_BACKOFF_MS: i64 = 60_000;
/// After this many failures in a row, callers are refused for a while without a request.
const PATIENCE: u32 = 3;
const FIRST_REFUSAL_MS: i64 = 100;
const LONGEST_REFUSAL_MS: i64 = 5000;

/// The entry of a key.
#[derive(Debug, Default)]
pub struct Entry {
    /// Its session.
    pub kept: Option<CachedSession>,
    /// The last session that was reported dead.
    pub dead: Option<Dead>,
    failures: u32,
    /// When a renewal may be retried, on the steady clock.
    renew_from_ms: i64,
    /// Until when callers are refused, and with which error.
    refusal: Option<(i64, Failure)>,
}

/// A session that can be served.
#[derive(Debug)]
pub struct CachedSession {
    /// The session.
    pub session: Session,
    /// Its lifetime.
    pub life: Life,
    /// The token that it was started from.
    pub credential: Option<usize>,
    /// What it ends with, if sessions end alone.
    pub mark: Option<Mark>,
    /// The id of the next flight when it arrived.
    pub before: FlightId,
    /// Whether its lifetime was computed before the server's clock was known.
    pub unconfirmed: bool,
    /// When it was last proved to live, if it ends alone.
    pub proved: Proved,
    /// When it replaced a session that had died early.
    replaced_dead_ms: Option<i64>,
}

/// A session that must not be returned again.
#[derive(Debug)]
pub struct Dead {
    /// Its KS.
    pub ks: Secret,
    /// The token that it was started from.
    pub credential: Option<usize>,
    /// What it ends with, if sessions end alone.
    pub mark: Option<Mark>,
    /// Whether it had replaced a dead one, so that the token may be revoked and a probe would tell. If sessions end
    /// alone, it may itself have been ended.
    pub is_suspect: bool,
}

impl Entry {
    /// Whether it is too early for another renewal.
    pub fn is_backing_off(&self, now: Moment) -> bool {
        self.failures > 0 && now.steady_ms < self.renew_from_ms
    }

    /// The error for callers, for now without a request.
    pub fn refusal(&self, now: Moment) -> Option<&Failure> {
        let (until_ms, failure) = self.refusal.as_ref()?;
        (now.steady_ms < *until_ms).then_some(failure)
    }

    /// Stores a new session.
    pub fn keep(
        &mut self,
        session: Session,
        credential: Option<usize>,
        mark: Option<Mark>,
        before: FlightId,
        now: Moment,
    ) {
        let died = self.dead.as_ref().filter(|_| self.kept.is_none());
        self.kept = Some(CachedSession {
            life: Life::of(&session, now),
            session,
            credential,
            mark,
            before,
            unconfirmed: false,
            // The replacement of a dead session may be dead too.
            proved: died.map_or_else(|| Proved::at(now), |_| Proved::default()),
            replaced_dead_ms: died.map(|_| now.steady_ms),
        });
        self.failures = 0;
        self.refusal = None;
    }

    /// Returns the old session while it lives, or the error for the caller.
    pub fn fail(&mut self, failure: Failure, random: u32, now: Moment) -> Result<Landed, Failure> {
        self.failures = self.failures.saturating_add(1);
        let backoff_ms = doubled(RENEWAL_BACKOFF_MS, self.failures.saturating_sub(1))
            .min(LONGEST_RENEWAL_BACKOFF_MS);
        // Half of it is fixed, so that a small random number doesn't make it zero.
        let jitter_ms = ((backoff_ms / 2).saturating_mul(i64::from(random))) >> 32;
        let wait_ms = (backoff_ms / 2).saturating_add(jitter_ms);
        self.renew_from_ms = now.steady_ms.saturating_add(wait_ms);
        if let Some(kept) = &self.kept
            && now.is_before(kept.life.end)
        {
            return Ok(Landed {
                session: kept.session.clone(),
                lease: None,
                renewed: false,
                stale: Some(failure),
            });
        }
        if self.failures >= PATIENCE && failure.error.retryable() {
            let refused_ms = doubled(FIRST_REFUSAL_MS, self.failures.saturating_sub(PATIENCE))
                .min(LONGEST_REFUSAL_MS);
            let told_later = Failure {
                attempts: 0,
                ..failure.clone()
            };
            self.refusal = Some((now.steady_ms.saturating_add(refused_ms), told_later));
        }
        Err(failure)
    }

    /// Discards the session, which was found dead or wrong.
    fn bury(&mut self, now: Moment) -> Option<Secret> {
        self.refusal = None;
        let kept = self.kept.take()?;
        let died_soon = kept
            .replaced_dead_ms
            .is_some_and(|since_ms| now.steady_ms.saturating_sub(since_ms) < SUSPECT_WITHIN_MS);
        let ks = kept.session.ks.clone();
        self.dead = Some(Dead {
            is_suspect: (died_soon || kept.mark.is_some())
                && can_be_probed(&kept.session.privileges),
            credential: kept.credential,
            mark: kept.mark,
            ks: kept.session.ks,
        });
        Some(ks)
    }

    fn cost(&self, seed: Seed) -> Cost {
        let session = self.kept.as_ref().map(|it| &it.session);
        let texts = session.map_or(0, |it| {
            let differences = it.differences.iter().map(|it| {
                let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
                length(&it.asked).saturating_add(length(&it.granted))
            });
            [it.ks.expose(), &it.privileges, &it.user_id]
                .map(str::len)
                .into_iter()
                .chain(differences)
                .fold(0, usize::saturating_add)
        });
        let dead = self.dead.as_ref().map_or(0, |it| it.ks.expose().len());
        Cost {
            bytes: texts.saturating_add(dead),
            tag: session.map(|it| seed.hash(it.ks.expose())),
        }
    }
}

/// The entries of all keys. Entries without a session have a cache of their own, so that failing keys evict no live
/// session.
#[derive(Debug)]
pub struct Entries {
    live: Lru<Entry>,
    bare: Lru<Entry>,
    seed: Seed,
}

/// The average bytes that a session may take.
const BYTES_EACH: usize = 4096;
/// The most entries without a session.
const MOST_BARE: usize = 1000;

impl Entries {
    /// Makes room for at most so many sessions.
    pub fn new(most: usize) -> Self {
        let cache = |most: usize| {
            let entries = most.max(1);
            Lru::new(Bounds {
                entries,
                bytes: entries.saturating_mul(BYTES_EACH),
            })
        };
        Self {
            live: cache(most),
            bare: cache(most.min(MOST_BARE)),
            seed: Seed::default(),
        }
    }

    /// Sets the seed of hashes. Only while there are no entries.
    pub fn seed(&mut self, seed: Seed) {
        self.seed = seed;
    }

    /// Returns the entry of a key, and counts a use.
    pub fn get(&mut self, key: &Key) -> Option<&mut Entry> {
        let found = self.live.get(key, self.seed);
        found.or_else(|| self.bare.get(key, self.seed))
    }

    /// Returns the entry of a key, without counting a use.
    pub fn peek(&self, key: &Key) -> Option<&Entry> {
        let found = self.live.peek(key, self.seed);
        found.or_else(|| self.bare.peek(key, self.seed))
    }

    /// Changes the entry of a key.
    pub fn change<T>(&mut self, key: &Key, change: impl FnOnce(&mut Entry) -> T) -> T {
        let mut entry = self
            .live
            .remove(key, self.seed)
            .or_else(|| self.bare.remove(key, self.seed))
            .unwrap_or_default();
        let changed = change(&mut entry);
        let cost = entry.cost(self.seed);
        let cache = if entry.kept.is_some() {
            &mut self.live
        } else {
            &mut self.bare
        };
        cache.insert(key, entry, cost, self.seed);
        changed
    }

    /// Discards the session of a key, which was found dead or wrong; returns its KS.
    pub fn bury(&mut self, key: &Key, now: Moment) -> Option<Secret> {
        self.peek(key)?;
        self.change(key, |entry| entry.bury(now))
    }

    /// Discards the session of a key, which was ended; returns its KS.
    pub fn forget(&mut self, key: &Key) -> Option<Secret> {
        self.peek(key)?;
        let kept = self.change(key, |entry| entry.kept.take())?;
        Some(kept.session.ks)
    }

    /// Returns the key whose session has this KS.
    pub fn find(&self, ks: &Secret) -> Option<Key> {
        let is_it = |entry: &Entry| entry.kept.as_ref().is_some_and(|it| it.session.ks == *ks);
        self.live.find(self.seed.hash(ks.expose()), is_it)
    }

    /// The ticket for reporting uses of a key's session.
    pub fn ticket(&self, key: &Key) -> Option<Ticket> {
        self.live.ticket(key, self.seed)
    }

    /// Counts a reported use.
    pub fn touch(&mut self, ticket: Ticket) {
        self.live.touch(ticket);
    }

    /// Discards the sessions that may have been started from a token; returns their keys.
    pub fn drop_those_of(&mut self, credential: usize) -> Vec<Key> {
        let is_it = |of: Option<usize>| of.is_none_or(|it| it == credential);
        self.bare
            .remove_all(|entry| entry.dead.as_ref().is_some_and(|it| is_it(it.credential)));
        self.live
            .remove_all(|entry| entry.kept.as_ref().is_some_and(|it| is_it(it.credential)))
    }

    /// Clears everything.
    pub fn clear(&mut self) {
        self.live.clear();
        self.bare.clear();
    }
}

fn doubled(ms: i64, times: u32) -> i64 {
    ms.saturating_mul(1 << times.min(20))
}
