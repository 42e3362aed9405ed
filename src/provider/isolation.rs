//! Isolated sessions: those of each user, or of each request, have a `sessionid` of their own.
//!
//! Kaltura remembers for a day that an id was ended, and refuses new sessions with it. So each id belongs to a
//! generation, and after an end the next generation's id is used. A fleet shares generations through the store.

mod ending;
mod ids;

use self::ending::note;
use self::ids::IdKey;
use super::lru::{Bounds, Cost, Lru};
use super::table::Seed;
use super::{Decision, FlightId, Following, Key, Moment, Provider};
use crate::error::{Error, Failure};
use crate::session::{Isolate, Session, SessionRequest, carries_session_id};

/// How long a generation from the store is valid, in milliseconds.
const CHECK_EVERY_MS: i64 = 2000;
/// How long a store may take to return a new value, in milliseconds.
const SETTLES_IN_MS: i64 = 60_000;
/// The most generations that wait to be stored.
const MOST_UNPUBLISHED: usize = 10_000;

/// A session's mark: the scope that it ends with, and its generation.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    scope: Key,
    generation: i64,
}

#[derive(Clone, Copy, Debug)]
struct StoreView {
    generation: i64,
    /// When the store was last read, on the steady clock.
    checked_ms: i64,
    /// When the store was last written, on the same clock.
    told_ms: i64,
    /// Flights before this id began with an earlier generation.
    since: FlightId,
}

impl StoreView {
    const NOTHING: Self = Self {
        generation: 0,
        checked_ms: i64::MIN,
        told_ms: i64::MIN,
        since: FlightId::FIRST,
    };
}

/// The known generations.
#[derive(Debug)]
pub struct Isolation {
    mode: Isolate,
    key: Option<IdKey>,
    /// By scope. Evicted ones are in the store, or their sessions are found dead again.
    known: Lru<StoreView>,
    unpublished: Vec<Key>,
}

impl Isolation {
    /// Makes an empty one without a key.
    pub fn new(mode: Isolate, most: usize) -> Self {
        Self {
            mode,
            key: None,
            known: Lru::new(Bounds {
                entries: most,
                bytes: usize::MAX,
            }),
            unpublished: Vec::new(),
        }
    }

    fn known(&self, scope: &Key, seed: Seed) -> StoreView {
        let known = self.known.peek(scope, seed).copied();
        known.unwrap_or(StoreView::NOTHING)
    }

    fn learn(&mut self, scope: &Key, known: StoreView, seed: Seed) {
        self.known.insert(scope, known, Cost::default(), seed);
    }

    fn is_current(&self, mark: &Mark, seed: Seed) -> bool {
        self.known(&mark.scope, seed).generation == mark.generation
    }
}

/// A name and a text to store.
pub type Record = (String, String);

impl Provider {
    /// Turns isolation on.
    pub fn isolate(&mut self, isolation: Isolation) {
        self.isolation = Some(isolation);
    }

    /// Sets the secret for session ids: the one that a store is sealed with, or random bytes without a store.
    pub fn isolate_with(&mut self, secret: &[u8]) {
        if let Some(isolation) = &mut self.isolation {
            isolation.key = Some(IdKey::new(secret));
        }
    }

    /// Whether sessions end alone.
    pub fn is_isolated(&self) -> bool {
        self.isolation.is_some()
    }

    /// Whether leases are forbidden, because another process may end sessions.
    pub(super) fn must_ask(&self) -> bool {
        self.is_isolated() && self.shared.has_store()
    }

    fn seed_of_keys(&self) -> Seed {
        self.seed.unwrap_or_default()
    }

    /// The scope that the sessions of a request end with.
    fn scope(&self, key: &Key, wish: &SessionRequest) -> Option<Key> {
        Some(match self.isolation.as_ref()?.mode {
            Isolate::Session => key.clone(),
            Isolate::User => self.user_scope(wish),
        })
    }

    fn user_scope(&self, wish: &SessionRequest) -> Key {
        let user = SessionRequest {
            user_id: wish.user_id.clone(),
            ..SessionRequest::default()
        };
        let key = Key::new(&self.issuer, &user);
        Key::from_text(["user ", key.as_str()].concat())
    }

    /// Marks a key as isolated, so that a store keeps its sessions apart from others.
    pub(super) fn isolated_key(&self, key: Key) -> Key {
        match self.isolation.as_ref().map(|it| it.mode) {
            None => key,
            Some(Isolate::User) => Key::from_text([key.as_str(), "user"].concat()),
            Some(Isolate::Session) => Key::from_text([key.as_str(), "session"].concat()),
        }
    }

    /// Returns the mark of a session for this request; an error if it has an earlier generation, and `None` if sessions
    /// don't end alone.
    pub(super) fn mark(
        &self,
        key: &Key,
        wish: &SessionRequest,
        session: &Session,
    ) -> Result<Option<Mark>, ()> {
        let Some(isolation) = &self.isolation else {
            return Ok(None);
        };
        let scope = self.scope(key, wish).ok_or(())?;
        let generation = isolation.known(&scope, self.seed_of_keys()).generation;
        let own = isolation.key.as_ref().ok_or(())?;
        let own = own.session_id(&scope, generation);
        if carries_session_id(&session.privileges, &own) {
            Ok(Some(Mark { scope, generation }))
        } else {
            Err(())
        }
    }

    /// Whether a session with this mark has not been ended since.
    pub(super) fn is_current(&self, mark: Option<&Mark>) -> bool {
        match (&self.isolation, mark) {
            (Some(isolation), Some(mark)) => isolation.is_current(mark, self.seed_of_keys()),
            (isolation, _) => isolation.is_none(),
        }
    }

    /// Whether a flight began before its sessions were ended.
    pub(super) fn is_outdated(&self, key: &Key, wish: &SessionRequest, flight: FlightId) -> bool {
        self.isolation.as_ref().is_some_and(|isolation| {
            let scope = self.scope(key, wish);
            let seed = self.seed_of_keys();
            scope.is_some_and(|scope| flight < isolation.known(&scope, seed).since)
        })
    }

    /// Returns what must be done before the cached session of `key` may be returned: read from the store whether it was
    /// ended.
    pub(super) fn ask_for_check(
        &mut self,
        key: &Key,
        wish: &SessionRequest,
        following: Following,
        now: Moment,
    ) -> Option<Decision> {
        let kept = self.entries.peek(key)?.kept.as_ref()?;
        if !self.is_current(kept.mark.as_ref()) {
            self.entries.forget(key);
            return None;
        }
        if !self.must_ask() {
            return None;
        }
        let scope = self.scope(key, wish)?;
        if self.is_checked(&scope, now) {
            return None;
        }
        let check = Key::from_text(["check ", scope.as_str()].concat());
        let leader = self.leader(&check).filter(|it| !following.is_in_vain(*it));
        Some(leader.map_or_else(
            || {
                let flight = self.begin(&check, wish);
                self.flights.set_errand(flight, Errand::Check, scope);
                Decision::Lead(flight)
            },
            Decision::Follow,
        ))
    }

    fn is_checked(&self, scope: &Key, now: Moment) -> bool {
        self.isolation.as_ref().is_some_and(|isolation| {
            let checked_ms = isolation.known(scope, self.seed_of_keys()).checked_ms;
            now.steady_ms.saturating_sub(checked_ms) < CHECK_EVERY_MS
        })
    }

    /// The name in the store of the generation that a flight needs, if it must be read.
    pub fn generation_name(&self, flight: FlightId, now: Moment) -> Option<String> {
        let scope = self.scope_of(flight)?;
        let is_end = self.errand(flight) == Errand::End;
        if !is_end && self.is_checked(&scope, now) {
            return None;
        }
        let key = self.isolation.as_ref()?.key.as_ref()?;
        Some(key.name(&scope))
    }

    /// Takes the store's value for a flight.
    pub fn learn_generation(&mut self, flight: FlightId, text: Option<&str>, now: Moment) {
        let is_check = self.is_check(flight);
        let scope = self.scope_of(flight);
        let (seed, upcoming) = (self.seed_of_keys(), self.flights.upcoming());
        if let (Some(isolation), Some(scope)) = (&mut self.isolation, scope) {
            let key = isolation.key.as_ref();
            let told = key.and_then(|key| key.read(&scope, text?)).unwrap_or(0);
            let mut known = isolation.known(&scope, seed);
            known.checked_ms = now.steady_ms;
            if told > known.generation {
                known.generation = told;
                known.since = if is_check { upcoming } else { flight };
            } else if told < known.generation
                && now.steady_ms.saturating_sub(known.told_ms) >= SETTLES_IN_MS
            {
                // The store has lost it.
                known.told_ms = now.steady_ms;
                note(&mut isolation.unpublished, &scope);
            }
            isolation.learn(&scope, known, seed);
        }
    }

    fn errand(&self, flight: FlightId) -> Errand {
        self.flights
            .get(flight)
            .map_or(Errand::Session, |it| it.errand)
    }

    /// Whether a flight only reads the store.
    pub fn is_check(&self, flight: FlightId) -> bool {
        self.errand(flight) == Errand::Check
    }

    fn scope_of(&self, flight: FlightId) -> Option<Key> {
        let flight = self.flights.get(flight)?;
        let scope = flight.scope.clone();
        scope.or_else(|| self.scope(&flight.key, &flight.wish))
    }

    /// The request that a flight makes to Kaltura.
    pub(super) fn asked(&self, flight: FlightId) -> Result<SessionRequest, Failure> {
        let wish = self.flights.get(flight).map(|it| it.wish.clone());
        let mut wish = wish.unwrap_or_default();
        if let Some(isolation) = &self.isolation {
            let own = self.scope_of(flight).and_then(|scope| {
                let generation = isolation.known(&scope, self.seed_of_keys()).generation;
                Some(isolation.key.as_ref()?.session_id(&scope, generation))
            });
            // Without an id of its own it would end with all others.
            wish.session_id = Some(own.ok_or_else(no_key)?);
        }
        Ok(wish)
    }

    /// Notes that a session was found dead or wrong. If a probe can't tell whether it was ended, it counts as ended;
    /// otherwise it is probed before the next one is started.
    pub(super) fn suspect_end(&mut self, key: &Key, now: Moment) {
        if !self.is_isolated() {
            return;
        }
        let dead = self.entries.peek(key).and_then(|it| it.dead.as_ref());
        let (mark, is_suspect) = dead
            .map(|it| (it.mark.clone(), it.is_suspect))
            .unwrap_or_default();
        if !self.is_current(mark.as_ref()) {
            self.clear_suspicion(key);
        } else if !is_suspect {
            self.end_generation(mark.as_ref(), now);
        }
    }

    /// Notes that a probe has shown that the dead session of `key` was ended.
    pub(super) fn end_suspect(&mut self, key: &Key, now: Moment) {
        if !self.is_isolated() {
            return;
        }
        self.clear_suspicion(key);
        let dead = self.entries.peek(key).and_then(|it| it.dead.as_ref());
        let mark = dead.and_then(|it| it.mark.clone());
        self.end_generation(mark.as_ref(), now);
    }

}

/// The purpose of a flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// To get a session.
    Session,
    /// To read from the store whether sessions were ended.
    Check,
    /// To get the session with which others are ended.
    End,
}

const NO_KEY: &str = "there is nothing to derive session ids from, which `isolate` needs: neither the application token, or its signer's sealKey, nor random bytes were to be had";

fn no_key() -> Failure {
    Failure {
        error: Box::new(Error::TokenSource {
            problem: NO_KEY,
            causes: Vec::new(),
        }),
        attempts: 0,
    }
}

#[cfg(test)]
mod tests;
