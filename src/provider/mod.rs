//! A live session at hand: what is cached, who fetches what is missing, and when to give up.
//!
//! The provider decides; the shell around it waits and sends. A caller asks and is told to
//! serve a session, to serve and renew it in the background, to lead a flight (to fetch the
//! session for everybody who wants it), to follow a flight that somebody else leads, or why
//! there is nothing to be had. Whoever leads settles the flight with what came of it.

mod credentials;
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
mod sealed;
mod server_time;
mod shared;
mod table;
mod widget;

pub use credentials::{Standings, TokenConfig};
pub use epoch::{Epoch, StoredEpoch};
pub use flights::FlightId;
pub use isolation::{Isolation, Record};
pub use key::{Issuer, Key};
pub use keys::{KeyPurpose, Keys, NONCE, is_of_another_version};
pub use lifetime::{Life, Moment, is_over};
pub use lru::Ticket;
pub use proof::Proved;
pub use sealed::Stored;
pub use server_time::ServerTime;
pub use shared::{Shared, StoredVerdict};
pub use table::Seed;
pub use widget::WidgetState;

use self::entry::Entries;
use self::flights::Flights;
use self::isolation::{Errand, Mark};
use crate::error::{Error, Failure};
use crate::kaltura::{KsRefusal, Operation};
use crate::retry::RetryBudget;
use crate::secret::Secret;
use crate::session::{Session, SessionRequest, Widget};

/// What a caller who follows a flight knows of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Following {
    /// The flight; `None` if the caller has just come.
    pub flight: Option<FlightId>,
    /// How often in a row the caller has looked, and seen no sign of life from its leader.
    pub silent_checks: u32,
}

impl Following {
    fn is_in_vain(self, flight: FlightId) -> bool {
        self.flight == Some(flight) && self.silent_checks >= SILENT_CHECKS
    }
}

/// Leave to serve a session again without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// When it ends.
    pub until: Moment,
    /// By which such uses are reported; see [`Provider::report_uses`].
    pub ticket: Ticket,
}

/// What a caller is to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Take this session.
    Serve {
        /// The session.
        session: Session,
        /// Leave to serve it again.
        lease: Option<Lease>,
        /// Whether it should have been renewed by now, and could not be.
        stale: bool,
        /// The flight that renews it, if one does.
        renewal: Option<FlightId>,
    },
    /// Take this session, and lead the flight that renews it.
    Renew {
        /// The session.
        session: Session,
        /// The flight to lead.
        flight: FlightId,
    },
    /// Lead this flight.
    Lead(FlightId),
    /// Wait for this flight, and ask again if nothing comes of it.
    Follow(FlightId),
}

/// What came of a flight, for those who waited for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Landed {
    /// The session.
    pub session: Session,
    /// Leave to serve it again.
    pub lease: Option<Lease>,
    /// Whether it took the place of another one.
    pub renewed: bool,
    /// Why it is the old one, if no new one was to be had.
    pub stale: Option<Failure>,
}

impl Landed {
    fn once(session: Session) -> Self {
        Self {
            session,
            lease: None,
            renewed: false,
            stale: None,
        }
    }
}

/// A leader that gave no sign for so many checks of a follower is gone.
const SILENT_CHECKS: u32 = 3;
/// How often a leader must give a sign, and a follower look for it, in milliseconds.
pub const CHECK_EVERY_MS: u32 = 100;

/// The decisions about cached sessions.
#[derive(Debug)]
pub struct Provider {
    issuer: Issuer,
    entries: Entries,
    flights: Flights,
    seed: Option<Seed>,
    /// Results of flights older than this are not kept.
    first_flight: FlightId,
    widget: WidgetState,
    /// The flight that fetches the widget session.
    widget_flight: Option<FlightId>,
    /// The application tokens, and how Kaltura has received them.
    pub standings: Standings,
    /// What is left for retries.
    pub budget: RetryBudget,
    /// What is known of the store that a fleet shares.
    pub shared: Shared,
    /// Where sessions are to end alone.
    isolation: Option<Isolation>,
}

impl Provider {
    /// A provider that keeps at most `max_entries` sessions.
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

    /// Whether it still wants a [`seed`](Self::seed). Runtimes give no random bytes before the first
    /// request.
    pub fn wants_seed(&self) -> bool {
        self.seed.is_none()
    }

    /// Takes random bytes, so that nobody can choose users whose keys collide. Only the first ones
    /// count, and none once a session was asked for.
    pub fn seed(&mut self, seed: Seed) {
        if self.seed.is_none() {
            self.seed = Some(seed);
            self.entries.seed(seed);
        }
    }

    /// The key of a wish.
    pub fn key(&self, wish: &SessionRequest) -> Key {
        self.isolated_key(Key::new(&self.issuer, wish))
    }

    /// Counts sessions as used that were served by their leases, in the order of use.
    pub fn report_uses(&mut self, tickets: impl IntoIterator<Item = Ticket>) {
        for ticket in tickets {
            self.entries.touch(ticket);
        }
    }

    /// What a caller who wants a session is to do now. `key` is that of `wish`.
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

    /// What a caller that needs the widget session is to do; `None` if it is cached, or if the
    /// flight that the caller has waited for has failed.
    pub fn ask_for_widget(&mut self, following: Following, now: Moment) -> Option<Decision> {
        let failure = self.widget_failure(following.flight, now);
        if failure.is_some() || self.widget.usable(now).is_some() {
            return None;
        }
        let leader = self.widget_flight.filter(|it| !following.is_in_vain(*it));
        Some(leader.map_or_else(
            || {
                let flight = self.flights.issue();
                self.widget_flight = Some(flight);
                Decision::Lead(flight)
            },
            Decision::Follow,
        ))
    }

    /// The widget session, while it can be used.
    pub fn widget(&self, now: Moment) -> Option<&Widget> {
        self.widget.usable(now)
    }

    /// Why a caller that has waited for the flight `waited_for` gets no widget session; `None` if
    /// there is one, or if it has to be asked for again.
    pub fn widget_failure(&self, waited_for: Option<FlightId>, now: Moment) -> Option<&Failure> {
        self.widget.failure_for(waited_for?, now)
    }

    /// Ends the flight that was to fetch the widget session, with its failure if it has one. The
    /// failure of a flight that was replaced is nobody's.
    pub fn end_widget_flight(&mut self, flight: FlightId, failure: Option<Failure>, now: Moment) {
        if self.widget_flight != Some(flight) {
            return;
        }
        self.widget_flight = None;
        if let Some(failure) = failure {
            self.widget.fail(flight, failure, now);
        }
    }

    /// Keeps a widget session that came while one of these flights was under way; it was requested
    /// at `requested_ms` by the steady clock.
    pub fn keep_widget(
        &mut self,
        flight: FlightId,
        widget: Widget,
        requested_ms: i64,
        now: Moment,
    ) {
        if flight >= self.first_flight {
            self.widget.keep(widget, requested_ms, now);
        }
    }

    /// Forgets the widget session with this KS, which was found dead.
    pub fn forget_widget(&mut self, ks: &Secret) {
        self.widget.forget(ks);
    }

    fn leader(&self, key: &Key) -> Option<FlightId> {
        self.flights.leader(key, self.seed.unwrap_or_default())
    }

    fn begin(&mut self, key: &Key, wish: &SessionRequest) -> FlightId {
        let seed = self.seed.unwrap_or_default();
        self.flights.begin(key, wish, seed)
    }

    /// By which uses of a session are reported that may be served without asking.
    fn ticket(&self, key: &Key) -> Option<Ticket> {
        let ticket = self.entries.ticket(key);
        ticket.filter(|_| !self.must_ask())
    }

    /// The key of what all of a provider's sessions have in common.
    pub fn issuer_key(&self) -> Key {
        self.key(&SessionRequest::default())
    }

    /// The session that a flight which is under way is for.
    pub fn wanted(&self, flight: FlightId) -> Option<(&Key, &SessionRequest)> {
        let flight = self.flights.get(flight);
        let flight = flight.filter(|it| it.errand == Errand::Session)?;
        Some((&flight.key, &flight.wish))
    }

    /// Ends a flight that nothing came of, so that the next who asks leads another.
    pub fn abandon(&mut self, flight: FlightId) {
        self.flights.end(flight);
    }

    /// The session of a key that is suspected to be dead because its whole token is, and that token.
    pub fn suspect(&self, key: &Key) -> Option<(Secret, Option<usize>)> {
        let dead = self.entries.peek(key)?.dead.as_ref()?;
        dead.is_suspect.then(|| (dead.ks.clone(), dead.credential))
    }

    /// The suspicion was unfounded, or can't be settled.
    pub fn clear_suspicion(&mut self, key: &Key) {
        if self.suspect(key).is_some() {
            self.entries.change(key, |entry| {
                if let Some(dead) = &mut entry.dead {
                    dead.is_suspect = false;
                }
            });
        }
    }

    /// The session at hand while it lives, for a caller whose time for a new one is over.
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

    /// The session that is kept for a key, while others may count on it.
    pub fn fresh(&self, key: &Key, now: Moment) -> Option<&Session> {
        let kept = self.entries.peek(key)?.kept.as_ref()?;
        now.is_before(kept.life.soft).then_some(&kept.session)
    }

    /// The session that is kept for a key, dead or alive.
    pub fn held(&self, key: &Key) -> Option<&Session> {
        let kept = self.entries.peek(key)?.kept.as_ref()?;
        Some(&kept.session)
    }

    /// The same of this KS.
    pub fn held_by_ks(&self, ks: &Secret) -> Option<&Session> {
        self.held(&self.entries.find(ks)?)
    }

    /// Takes the result of a flight. `random`, any number, spreads what is tried again.
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
            // Another has taken it over and landed; who still waits for this one may have it.
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
            // Another leads in its place, and will tell.
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
            // It came after this flight had begun, in place of what the flight is for.
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

    /// Forgets the session of a wish, which its caller found to be dead or wrong, and what Kaltura
    /// has refused lately.
    pub fn invalidate(&mut self, key: &Key, now: Moment) {
        self.standings.forget_refusals();
        if let Some(ks) = self.entries.bury(key, now) {
            self.shared.bury(&ks);
            self.shared.note_obsolete(key.clone());
            self.suspect_end(key, now);
        }
    }

    /// Forgets this session, wherever it is kept; says whose it was.
    pub fn invalidate_ks(&mut self, ks: &Secret, now: Moment) -> Option<Key> {
        self.standings.forget_refusals();
        // It may come back from a store though it isn't kept here.
        self.shared.bury(ks);
        let key = self.entries.find(ks)?;
        self.invalidate(&key, now);
        Some(key)
    }

    /// A token is revoked, and with it all its sessions, which are forgotten; gives their keys.
    pub fn revoke(&mut self, credential: usize, now: Moment) -> Vec<Key> {
        // Who finds it revoked again has begun one, and nothing of it was kept since.
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

    /// Forgets everything; what is under way is not kept when it comes, and what a store holds is
    /// dead.
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

/// What is said of a session that may be over when it arrives.
fn too_late() -> Failure {
    Failure {
        error: Error::bad_response(
            &Operation::known("appToken", "startSession"),
            "a session that was over when it arrived",
        ),
        attempts: 1,
    }
}

/// What is said while every token is known to be revoked.
pub fn revoked() -> Failure {
    Failure {
        error: Box::new(Error::SessionRevoked),
        attempts: 0,
    }
}

/// Whether a call was refused for its session, and another session may be better received.
pub fn is_dead(error: &Error) -> bool {
    matches!(
        refusal(error),
        Some(
            KsRefusal::Expired
                | KsRefusal::Logout
                | KsRefusal::ActionsLimit
                | KsRefusal::Undecodable
        )
    )
}

/// Whether a call was refused because its session, or the whole token, was ended.
pub fn is_logged_out(error: &Error) -> bool {
    refusal(error) == Some(KsRefusal::Logout)
}

fn refusal(error: &Error) -> Option<KsRefusal> {
    match error {
        Error::Kaltura(refusal) => refusal.ks_refusal,
        _ => None,
    }
}

#[cfg(test)]
mod tests;
