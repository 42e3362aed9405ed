//! The session provider: what is cached, who fetches what is missing, and when to give up.
//!
//! The provider decides; the shell waits and sends. The decision on a request is to serve a session, to serve it and renew
//! it in the background, to lead a flight (to fetch the session for all who want it), to follow another's flight, or an
//! error. The leader settles the flight with its result.

mod credentials;
mod decision;
mod entry;
mod epoch;
mod flights;
mod isolation;
mod key;
mod keys;
mod lifetime;
mod lru;
pub mod mint;
pub mod probe;
mod proof;
mod refusals;
mod sealed;
mod server_time;
mod shared;
mod table;
mod widget;

pub use credentials::{Standings, TokenConfig};
pub use decision::{Decision, Following, Landed, Lease};
pub use epoch::{Epoch, StoredEpoch};
pub use flights::FlightId;
pub use isolation::{Isolation, Record};
pub use key::{Issuer, Key};
pub use keys::{KeyPurpose, Keys, NONCE, is_of_another_version};
pub use lifetime::{Life, Moment, is_over};
pub use lru::Ticket;
pub use proof::Proved;
pub use refusals::{is_dead, is_logged_out, revoked};
pub use sealed::Stored;
pub use server_time::ServerTime;
pub use shared::{Shared, StoredVerdict};
pub use table::Seed;
pub use widget::WidgetState;

use self::entry::Entries;
use self::flights::Flights;
use self::refusals::too_late;
use self::isolation::{Errand, Mark};
use crate::error::Failure;
use crate::retry::RetryBudget;
use crate::secret::Secret;
use crate::session::{Session, SessionRequest};

/// The interval of signs of life and of checks, in milliseconds.
pub const CHECK_EVERY_MS: u32 = 100;

/// Decides about cached sessions.
#[derive(Debug)]
pub struct Provider {
    issuer: Issuer,
    entries: Entries,
    flights: Flights,
    seed: Option<Seed>,
    /// Results of flights older than this are discarded.
    first_flight: FlightId,
    widget: WidgetState,
    /// The flight that fetches the widget session.
    widget_flight: Option<FlightId>,
    /// The application tokens and their status.
    pub standings: Standings,
    /// The retry budget.
    pub budget: RetryBudget,
    /// The state of the shared store.
    pub shared: Shared,
    /// The state of isolated sessions.
    isolation: Option<Isolation>,
}

impl Provider {
    /// Makes a provider that caches at most `max_entries` sessions.
    pub fn new(issuer: Issuer, max_entries: usize, standings: Standings) -> Self {
        Self {
            issuer,
            entries: Entries::new(max_entries),
            flights: Flights::new(),
            seed: None,
            first_flight: FlightId::FIRST,
            widget: WidgetState::None,
            widget_flight: None,
            standings,
            budget: RetryBudget::new(0),
            shared: Shared::default(),
            isolation: None,
        }
    }

    /// Whether it still needs a [`seed`](Self::seed). Workers have no random bytes before the first request.
    pub fn wants_seed(&self) -> bool {
        self.seed.is_none()
    }

    /// Takes random bytes, so that nobody can choose users whose keys collide. Only the first call counts, and none after a
    /// session was requested.
    pub fn seed(&mut self, seed: Seed) {
        if self.seed.is_none() {
            self.seed = Some(seed);
            self.entries.seed(seed);
        }
    }

    /// The key of a request.
    pub fn key(&self, wish: &SessionRequest) -> Key {
        self.isolated_key(Key::new(&self.issuer, wish))
    }

    /// Counts uses of leased sessions, in order of use.
    pub fn report_uses(&mut self, tickets: impl IntoIterator<Item = Ticket>) {
        for ticket in tickets {
            self.entries.touch(ticket);
        }
    }

    /// Decides on a request. `key` is that of `wish`.
    pub fn ask(
        &mut self,
        key: &Key,
        wish: &SessionRequest,
        following: Following,
        now: Moment,
    ) -> Result<Decision, Failure> {
        self.seed(Seed::default());
        if let Some(check) = self.ask_for_check(key, wish, following, now) {
            return Ok(check);
        }
        let leader = self.leader(key);
        let leader =
            leader.filter(|it| !following.is_in_vain(*it) && !self.is_outdated(key, wish, *it));
        let ticket = self.ticket(key);
        let mut stale = None;
        if let Some(entry) = self.entries.get(key) {
            let backing_off = entry.is_backing_off(now);
            if let Some(kept) = &entry.kept {
                let session = &kept.session;
                let served = |lease, stale| Decision::Serve {
                    session: session.clone(),
                    lease,
                    stale,
                    renewal: leader,
                };
                let until = kept.life.soft;
                if now.is_before(until) {
                    let lease = ticket.map(|ticket| Lease { until, ticket });
                    return Ok(served(lease, false));
                }
                if now.is_before(kept.life.hard) {
                    let session = session.clone();
                    if backing_off || leader.is_some() {
                        return Ok(served(None, backing_off));
                    }
                    let flight = self.begin(key, wish);
                    return Ok(Decision::Renew { session, flight });
                }
                if backing_off && now.is_before(kept.life.end) {
                    stale = Some(served(None, true));
                }
            }
            if stale.is_none()
                && let Some(failure) = entry.refusal(now)
            {
                return Err(failure.clone());
            }
        }
        if let Some(stale) = stale {
            return Ok(stale);
        }
        self.standings.usable(now)?;
        let lead = || Decision::Lead(self.begin(key, wish));
        Ok(leader.map_or_else(lead, Decision::Follow))
    }

    fn leader(&self, key: &Key) -> Option<FlightId> {
        self.flights.leader(key, self.seed.unwrap_or_default())
    }

    fn begin(&mut self, key: &Key, wish: &SessionRequest) -> FlightId {
        let seed = self.seed.unwrap_or_default();
        self.flights.begin(key, wish, seed)
    }

    /// The ticket for reporting uses of a leased session.
    fn ticket(&self, key: &Key) -> Option<Ticket> {
        let ticket = self.entries.ticket(key);
        ticket.filter(|_| !self.must_ask())
    }

    /// The key of what all of the provider's sessions have in common.
    pub fn issuer_key(&self) -> Key {
        self.key(&SessionRequest::default())
    }

    /// Returns a flight under way.
    pub fn wanted(&self, flight: FlightId) -> Option<(&Key, &SessionRequest)> {
        let flight = self.flights.get(flight);
        let flight = flight.filter(|it| it.errand == Errand::Session)?;
        Some((&flight.key, &flight.wish))
    }

    /// Ends a flight without a result, so that the next caller leads another.
    pub fn abandon(&mut self, flight: FlightId) {
        self.flights.end(flight);
    }

    /// The dead session of a key whose token is suspected to be revoked, and that token.
    pub fn suspect(&self, key: &Key) -> Option<(Secret, Option<usize>)> {
        let dead = self.entries.peek(key)?.dead.as_ref()?;
        dead.is_suspect.then(|| (dead.ks.clone(), dead.credential))
    }

    /// Clears the suspicion, because it was unfounded or can't be settled.
    pub fn clear_suspicion(&mut self, key: &Key) {
        if self.suspect(key).is_some() {
            self.entries.change(key, |entry| {
                if let Some(dead) = &mut entry.dead {
                    dead.is_suspect = false;
                }
            });
        }
    }

    /// The cached session while it lives, for a caller whose time for a new one is over.
    pub fn last_resort(&self, key: &Key, now: Moment) -> Option<Decision> {
        let kept = self.entries.peek(key)?.kept.as_ref()?;
        let is_good = now.is_before(kept.life.end) && self.is_current(kept.mark.as_ref());
        is_good.then(|| Decision::Serve {
            session: kept.session.clone(),
            lease: None,
            stale: true,
            renewal: None,
        })
    }

    /// The cached session of a key, while it is valid.
    pub fn fresh(&self, key: &Key, now: Moment) -> Option<&Session> {
        let kept = self.entries.peek(key)?.kept.as_ref()?;
        now.is_before(kept.life.soft).then_some(&kept.session)
    }

    /// The cached session of a key, dead or alive.
    pub fn held(&self, key: &Key) -> Option<&Session> {
        let kept = self.entries.peek(key)?.kept.as_ref()?;
        Some(&kept.session)
    }

    /// The same by KS.
    pub fn held_by_ks(&self, ks: &Secret) -> Option<&Session> {
        self.held(&self.entries.find(ks)?)
    }

    /// Takes the result of a flight. `random`, any number, randomizes delays.
    pub fn settle(
        &mut self,
        flight: FlightId,
        result: Result<Session, Failure>,
        random: u32,
        now: Moment,
    ) -> Result<Landed, Failure> {
        let result = result.and_then(|session| {
            if is_over(session.expires_at_ms, now.wall_ms) {
                Err(too_late())
            } else {
                Ok(session)
            }
        });
        let Some((ended, was_leading)) = self.flights.end(flight) else {
            // A successor has landed; remaining followers may use this result.
            return result.map(Landed::once);
        };
        let is_kept = flight >= self.first_flight && ended.errand == Errand::Session;
        match result {
            Ok(session) if is_kept => match self.mark(&ended.key, &ended.wish, &session) {
                Ok(mark) => Ok(self.keep(&ended.key, flight, session, mark, now)),
                // It was ended before it came.
                Err(()) => Ok(Landed::once(session)),
            },
            Ok(session) => Ok(Landed::once(session)),
            Err(failure) if is_kept && was_leading => {
                let fail = |entry: &mut entry::Entry| entry.fail(failure, random, now);
                self.entries.change(&ended.key, fail)
            }
            // A successor leads and will have the result.
            Err(failure) => Err(failure),
        }
    }

    fn keep(
        &mut self,
        key: &Key,
        flight: FlightId,
        session: Session,
        mark: Option<Mark>,
        now: Moment,
    ) -> Landed {
        let kept = self.entries.peek(key).and_then(|it| it.kept.as_ref());
        let renewed = kept.is_some();
        let is_better = |it: &entry::CachedSession| {
            // It came after this flight had begun.
            it.before > flight
                && self.is_current(it.mark.as_ref())
                && now.is_before(it.life.soft)
                && it.session.expires_at_ms >= session.expires_at_ms
        };
        let mut landed = Landed::once(session.clone());
        if kept.is_some_and(is_better) {
            return landed;
        }
        let credential = self.standings.of_privileges(&session.privileges);
        let until = Life::of(&session, now).soft;
        let before = self.flights.upcoming();
        self.entries.change(key, |entry| {
            entry.keep(session, credential, mark, before, now);
        });
        let ticket = self.ticket(key).filter(|_| now.is_before(until));
        landed.lease = ticket.map(|ticket| Lease { until, ticket });
        landed.renewed = renewed;
        landed
    }

    /// Discards the session of a request, which its caller found dead or wrong, and recent refusals.
    pub fn invalidate(&mut self, key: &Key, now: Moment) {
        self.standings.forget_refusals();
        if let Some(ks) = self.entries.bury(key, now) {
            self.shared.bury(&ks);
            self.shared.note_obsolete(key.clone());
            self.suspect_end(key, now);
        }
    }

    /// Discards this session under any key; returns the key.
    pub fn invalidate_ks(&mut self, ks: &Secret, now: Moment) -> Option<Key> {
        self.standings.forget_refusals();
        // It may come from a store although it isn't cached here.
        self.shared.bury(ks);
        let key = self.entries.find(ks)?;
        self.invalidate(&key, now);
        Some(key)
    }

    /// Notes that a token is revoked and discards all its sessions; returns their keys.
    pub fn revoke(&mut self, credential: usize, now: Moment) -> Vec<Key> {
        // A repeated finding needs no new epoch, because nothing of the token was stored since.
        if !self.standings.is_doubtful(credential) {
            self.shared.epoch.begin(now);
        }
        self.standings.revoke(credential, now);
        self.drop_those_of(credential)
    }

    fn drop_those_of(&mut self, credential: usize) -> Vec<Key> {
        let dropped = self.entries.drop_those_of(credential);
        for key in &dropped {
            self.shared.note_obsolete(key.clone());
        }
        dropped
    }

    /// Clears everything. Results of flights under way are discarded, and all stored sessions are dead.
    pub fn clear(&mut self, now: Moment) {
        self.shared.epoch.begin(now);
        self.entries.clear();
        self.flights.forget_leaders();
        self.first_flight = self.flights.upcoming();
        self.widget = WidgetState::None;
        self.widget_flight = None;
        self.standings.forget();
    }
}

#[cfg(test)]
mod tests;
