//! Ending sessions that end alone, and telling the store.

use super::{Errand, MOST_UNPUBLISHED, Mark, Record};
use crate::provider::{FlightId, Key, Moment, Provider};
use crate::session::{SessionRequest, carries_session_id};

impl Provider {
    /// Begins a flight that gets a session with which a request's sessions are ended. It requests nothing else, because a
    /// restriction could keep it from ending itself.
    pub fn begin_ending(&mut self, key: &Key, wish: &SessionRequest) -> Option<FlightId> {
        let scope = self.scope(key, wish)?;
        let wish = SessionRequest {
            user_id: wish.user_id.clone(),
            session_type: wish.session_type,
            ..SessionRequest::default()
        };
        let end = Key::from_text(["end ", scope.as_str()].concat());
        let flight = self.begin(&end, &wish);
        self.flights.set_errand(flight, Errand::End, scope);
        Some(flight)
    }

    /// Notes that the sessions of a mark were ended, so that the next ones need another id. `None`: those of an unknown
    /// session.
    pub fn end_generation(&mut self, mark: Option<&Mark>, now: Moment) {
        let (seed, since) = (self.seed_of_keys(), self.flights.upcoming());
        let has_store = self.shared.has_store();
        let (Some(isolation), Some(mark)) = (&mut self.isolation, mark) else {
            return;
        };
        let mut known = isolation.known(&mark.scope, seed);
        if known.generation != mark.generation {
            return;
        }
        // By the minute, so that a generation that was forgotten meanwhile isn't used again, and two processes that find out
        // at the same time agree.
        let minute = now.wall_ms.div_euclid(60_000);
        known.generation = known.generation.saturating_add(1).max(minute);
        known.since = since;
        known.told_ms = now.steady_ms;
        isolation.learn(&mark.scope, known, seed);
        if has_store {
            note(&mut isolation.unpublished, &mark.scope);
        }
    }

    /// Notes that the sessions of a request were ended with this session, from a flight of
    /// [`begin_ending`](Self::begin_ending).
    pub fn ended(&mut self, key: &Key, wish: &SessionRequest, ender: &str, now: Moment) {
        let Some(scope) = self.scope(key, wish) else {
            return;
        };
        let Some(isolation) = &self.isolation else {
            return;
        };
        let generation = isolation.known(&scope, self.seed_of_keys()).generation;
        let own = isolation
            .key
            .as_ref()
            .map(|it| it.session_id(&scope, generation));
        if own.is_some_and(|own| carries_session_id(ender, &own)) {
            self.end_generation(Some(&Mark { scope, generation }), now);
        }
        if let Some(ks) = self.entries.forget(key) {
            self.shared.bury(&ks);
        }
        self.shared.note_obsolete(key.clone());
    }

    /// Returns what is not stored yet, once.
    pub fn take_unpublished(&mut self) -> Vec<Record> {
        let seed = self.seed_of_keys();
        let Some(isolation) = &mut self.isolation else {
            return Vec::new();
        };
        let scopes = core::mem::take(&mut isolation.unpublished);
        let Some(key) = &isolation.key else {
            return Vec::new();
        };
        let record = |scope: &Key| {
            let generation = isolation.known(scope, seed).generation;
            (key.name(scope), key.write(scope, generation))
        };
        scopes.iter().map(record).collect()
    }

    /// Whether [`take_unpublished`](Self::take_unpublished) would return anything.
    pub fn has_unpublished(&self) -> bool {
        let isolation = self.isolation.as_ref();
        isolation.is_some_and(|it| !it.unpublished.is_empty())
    }
}

pub(super) fn note(unpublished: &mut Vec<Key>, scope: &Key) {
    if unpublished.len() < MOST_UNPUBLISHED && unpublished.last() != Some(scope) {
        unpublished.push(scope.clone());
    }
}
