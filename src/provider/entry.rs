//! What is kept for each key: its session, and how the attempts to get another have gone.

use super::isolation::Mark;
use super::lru::{Bounds, Cost, Lru, Ticket};
use super::probe::can_be_probed;
use super::table::Seed;
use super::{FlightId, Key, Landed, Life, Moment, Proved};
use crate::error::Failure;
use crate::secret::Secret;
use crate::session::Session;

/// A session that dies so soon after it took a dead one's place makes its token suspect.
const SUSPECT_WITHIN_MS: i64 = 60_000;

/// Failed renewals are tried again after this time, doubled with each failure.
const RENEWAL_BACKOFF_MS: i64 = 1000;
const LONGEST_RENEWAL_BACKOFF_MS: i64 = 60_000;
/// From this many failures in a row, callers are refused for a while without a request.
const PATIENCE: u32 = 3;
const FIRST_REFUSAL_MS: i64 = 100;
const LONGEST_REFUSAL_MS: i64 = 5000;

/// What is known of a key.
#[derive(Debug, Default)]
pub struct Entry {
    /// Its session.
    pub kept: Option<CachedSession>,
    /// The session that was reported dead last.
    pub dead: Option<Dead>,
    failures: u32,
    /// When a renewal may be tried again, on the steady clock.
    renew_from_ms: i64,
    /// Until when callers are refused, and with what.
    refusal: Option<(i64, Failure)>,
}

/// A session that can be served.
#[derive(Debug)]
pub struct CachedSession {
    /// The session.
    pub session: Session,
    /// Its turning points.
    pub life: Life,
    /// The token that it was started from.
    pub credential: Option<usize>,
    /// What it ends with, where sessions end alone.
    pub mark: Option<Mark>,
    /// The flight that was to begin next when it came.
    pub before: FlightId,
    /// Whether its life was reckoned before the server's clock was seen.
    pub unconfirmed: bool,
    /// When it was last proved that it lives, where it ends alone.
    pub proved: Proved,
    /// When it took the place of one that had died before its time.
    replaced_dead_ms: Option<i64>,
}

/// A session that is not to be served again.
#[derive(Debug)]
pub struct Dead {
    /// Its KS.
    pub ks: Secret,
    /// The token that it was started from.
    pub credential: Option<usize>,
    /// What it ends with, where sessions end alone.
    pub mark: Option<Mark>,
    /// Whether it had itself replaced a dead one, and a probe would tell why it died: then the
    /// token may be revoked. Where sessions end alone, it may itself have been ended.
    pub is_suspect: bool,
}

impl Entry {
    /// Whether it is too soon for another attempt to renew the session.
    pub fn is_backing_off(&self, now: Moment) -> bool {
        self.failures > 0 && now.steady_ms < self.renew_from_ms
    }

    /// What callers are told for the time being, in place of a request.
    pub fn refusal(&self, now: Moment) -> Option<&Failure> {
        let (until_ms, failure) = self.refusal.as_ref()?;
        (now.steady_ms < *until_ms).then_some(failure)
    }

    /// Takes a new session.
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
            // What a dead one was replaced with may be as dead.
            proved: died.map_or_else(|| Proved::at(now), |_| Proved::default()),
            replaced_dead_ms: died.map(|_| now.steady_ms),
        });
        self.failures = 0;
        self.refusal = None;
    }

    /// The old session while it lives, or what the caller is told.
    pub fn fail(&mut self, failure: Failure, random: u32, now: Moment) -> Result<Landed, Failure> {
        self.failures = self.failures.saturating_add(1);
        let backoff_ms = doubled(RENEWAL_BACKOFF_MS, self.failures.saturating_sub(1))
            .min(LONGEST_RENEWAL_BACKOFF_MS);
        // Half of it is fixed, so that a small random number doesn't make it none.
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

    /// The session was found dead or wrong.
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

/// The entries of all keys. Those without a session have a place of their own, so that keys that fail
/// push no live session out.
#[derive(Debug)]
pub struct Entries {
    live: Lru<Entry>,
    bare: Lru<Entry>,
    seed: Seed,
}

/// So many bytes a session may take, on average.
const BYTES_EACH: usize = 4096;
/// So many keys without a session are remembered at most.
const MOST_BARE: usize = 1000;

impl Entries {
    /// Room for at most so many sessions.
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

    /// Hashes with this seed from now on. Only for when there are no entries.
    pub fn seed(&mut self, seed: Seed) {
        self.seed = seed;
    }

    /// What is known of a key, which counts as a use.
    pub fn get(&mut self, key: &Key) -> Option<&mut Entry> {
        let found = self.live.get(key, self.seed);
        found.or_else(|| self.bare.get(key, self.seed))
    }

    /// What is known of a key, which counts as no use.
    pub fn peek(&self, key: &Key) -> Option<&Entry> {
        let found = self.live.peek(key, self.seed);
        found.or_else(|| self.bare.peek(key, self.seed))
    }

    /// Changes what is known of a key.
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

    /// Forgets the session of a key, which was found dead or wrong; gives its KS.
    pub fn bury(&mut self, key: &Key, now: Moment) -> Option<Secret> {
        self.peek(key)?;
        self.change(key, |entry| entry.bury(now))
    }

    /// Forgets the session of a key, which was ended; gives its KS.
    pub fn forget(&mut self, key: &Key) -> Option<Secret> {
        self.peek(key)?;
        let kept = self.change(key, |entry| entry.kept.take())?;
        Some(kept.session.ks)
    }

    /// The key whose session has this KS.
    pub fn find(&self, ks: &Secret) -> Option<Key> {
        let is_it = |entry: &Entry| entry.kept.as_ref().is_some_and(|it| it.session.ks == *ks);
        self.live.find(self.seed.hash(ks.expose()), is_it)
    }

    /// By which uses of a key's session are reported.
    pub fn ticket(&self, key: &Key) -> Option<Ticket> {
        self.live.ticket(key, self.seed)
    }

    /// Counts a use that was reported.
    pub fn touch(&mut self, ticket: Ticket) {
        self.live.touch(ticket);
    }

    /// Forgets the sessions that may have been started from a token; gives their keys.
    pub fn drop_those_of(&mut self, credential: usize) -> Vec<Key> {
        let is_it = |of: Option<usize>| of.is_none_or(|it| it == credential);
        self.bare
            .remove_all(|entry| entry.dead.as_ref().is_some_and(|it| is_it(it.credential)));
        self.live
            .remove_all(|entry| entry.kept.as_ref().is_some_and(|it| is_it(it.credential)))
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.live.clear();
        self.bare.clear();
    }
}

fn doubled(ms: i64, times: u32) -> i64 {
    ms.saturating_mul(1 << times.min(20))
}
