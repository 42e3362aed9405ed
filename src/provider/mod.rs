//! A live session at hand: what is cached, who fetches what is missing, and when to give up.
//!
//! The provider decides; the shell around it waits and sends. A caller asks and is told to
//! serve a session, to serve and renew it in the background, to lead a flight (to fetch the
//! session for everybody who wants it), to follow a flight that somebody else leads, or why
//! there is nothing to be had. Whoever leads settles the flight with what came of it.

mod budget;
mod cache;
mod credentials;
mod key;
mod life;
mod seal;
mod server_time;
mod shared;
mod sorted;
mod widget;

pub use budget::RetryBudget;
pub use credentials::Standings;
pub use key::{Issuer, Key};
pub use life::{Life, Moment, is_over};
pub use seal::{Sealer, Stored, is_of_another_version};
pub use server_time::ServerTime;
pub use shared::{Shared, Verdict};
pub use sorted::SortedMap;
pub use widget::WidgetState;

use self::cache::Cache;
use crate::api::{KsRefusal, Operation};
use crate::error::{Error, Failure};
use crate::grants::Wish;
use crate::secret::Secret;
use crate::session::{Session, Widget};

/// Names a flight; never used twice.
pub type FlightId = u32;

/// What a caller who follows a flight knows of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Following {
    /// The flight.
    pub flight: FlightId,
    /// How often in a row the caller has looked, and seen no sign of life from its leader.
    pub silent_checks: u32,
}

impl Following {
    fn is_in_vain(self, flight: FlightId) -> bool {
        self.flight == flight && self.silent_checks >= SILENT_CHECKS
    }
}

/// What a caller is to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Take this session.
    Serve {
        /// The session.
        session: Session,
        /// Until when it may be served again without asking.
        lease: Option<Moment>,
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
    /// Until when it may be served again without asking.
    pub lease: Option<Moment>,
    /// Whether it took the place of another one.
    pub renewed: bool,
    /// Why it is the old one, if no new one was to be had.
    pub stale: Option<Failure>,
}

/// A leader that gave no sign for so many checks of a follower is gone.
const SILENT_CHECKS: u32 = 3;
/// How often a leader must give a sign, and a follower look for it, in milliseconds.
pub const CHECK_EVERY_MS: u32 = 100;

/// A session that dies so soon after it took a dead one's place makes its token suspect.
const SUSPECT_WITHIN_MS: i64 = 60_000;

/// Failed renewals are tried again after this time, doubled with each failure.
const RENEWAL_BACKOFF_MS: i64 = 1000;
const LONGEST_RENEWAL_BACKOFF_MS: i64 = 60_000;
/// From this many failures in a row, callers are refused for a while without a request.
const PATIENCE: u32 = 3;
const FIRST_REFUSAL_MS: i64 = 100;
const LONGEST_REFUSAL_MS: i64 = 5000;

/// The decisions about cached sessions.
#[derive(Debug)]
pub struct Provider {
    issuer: Issuer,
    entries: Cache<Key, Entry>,
    leading: SortedMap<Key, FlightId>,
    next_flight: FlightId,
    /// What comes of flights before this one is not kept.
    first_flight: FlightId,
    widget: WidgetState,
    /// The application tokens, and how Kaltura has received them.
    pub standings: Standings,
    /// What is left for retries.
    pub budget: RetryBudget,
    /// What is known of the store that a fleet shares.
    pub shared: Shared,
}

#[derive(Debug, Default)]
struct Entry {
    kept: Option<Kept>,
    /// The session that was reported dead last.
    dead: Option<Dead>,
    failures: u32,
    /// When a renewal may be tried again, on the steady clock.
    renew_from_ms: i64,
    /// Until when callers are refused, and with what.
    refusal: Option<(i64, Failure)>,
}

#[derive(Debug)]
struct Kept {
    session: Session,
    life: Life,
    /// When it took the place of one that had died before its time.
    replaced_dead_ms: Option<i64>,
    /// Whether its life was reckoned before the server's clock was seen.
    unconfirmed: bool,
}

#[derive(Debug)]
struct Dead {
    ks: Secret,
    /// Whether it had itself replaced a dead one: then the token may be revoked.
    suspect: bool,
}

impl Provider {
    /// A provider that keeps at most `max_entries` sessions.
    pub fn new(issuer: Issuer, max_entries: usize, standings: Standings) -> Self {
        Self {
            issuer,
            entries: Cache::new(max_entries),
            leading: SortedMap::default(),
            next_flight: 1,
            first_flight: 1,
            widget: WidgetState::None,
            standings,
            budget: RetryBudget::new(0),
            shared: Shared::default(),
        }
    }

    /// The key of a wish.
    pub fn key(&self, wish: &Wish) -> Key {
        Key::new(&self.issuer, wish)
    }

    /// What a caller who wants a session is to do now.
    pub fn ask(&mut self, key: &Key, following: Following, now: Moment) -> Result<Answer, Failure> {
        let mut stale = None;
        if let Some(entry) = self.entries.get(key) {
            let backing_off = entry.failures > 0 && now.steady_ms < entry.renew_from_ms;
            if let Some(kept) = &entry.kept {
                let session = &kept.session;
                let is_gone = |flight: &FlightId| following.is_in_vain(*flight);
                let renewal = self.leading.get(key).copied().filter(|it| !is_gone(it));
                let served = |lease, stale| Answer::Serve {
                    session: session.clone(),
                    lease,
                    stale,
                    renewal,
                };
                if now.is_before(kept.life.soft) {
                    return Ok(served(Some(kept.life.soft), false));
                }
                if now.is_before(kept.life.hard) {
                    let session = session.clone();
                    if backing_off || renewal.is_some() {
                        return Ok(served(None, backing_off));
                    }
                    let flight = self.take_off(key);
                    return Ok(Answer::Renew { session, flight });
                }
                if backing_off && now.is_before(kept.life.end) {
                    stale = Some(served(None, true));
                }
            }
            if stale.is_none()
                && let Some((until_ms, failure)) = &entry.refusal
                && now.steady_ms < *until_ms
            {
                return Err(failure.clone());
            }
        }
        if let Some(stale) = stale {
            return Ok(stale);
        }
        if self.standings.usable(now).is_none() {
            return Err(revoked());
        }
        Ok(self.lead_or_follow(key, following))
    }

    /// What a caller that needs the widget session is to do; `None` if it is cached, or if the
    /// flight that the caller has waited for has failed.
    pub fn ask_for_widget(&mut self, following: Following, now: Moment) -> Option<Answer> {
        let failure = self.widget_failure(following.flight, now);
        if failure.is_some() || self.widget.usable(now).is_some() {
            return None;
        }
        Some(self.lead_or_follow(&Key::widget(), following))
    }

    /// The widget session, while it can be used.
    pub fn widget(&self, now: Moment) -> Option<&Widget> {
        self.widget.usable(now)
    }

    /// Why a caller that has waited for the flight `waited_for` gets no widget session; `None` if
    /// there is one, or if it has to be asked for again.
    pub fn widget_failure(&self, waited_for: FlightId, now: Moment) -> Option<&Failure> {
        self.widget.failure_for(waited_for, now)
    }

    /// Takes the result of the flight that was to fetch the widget session, which it requested at
    /// `requested_ms` by the steady clock. The failure of a flight that was replaced is nobody's.
    pub fn settle_widget(
        &mut self,
        flight: FlightId,
        result: Result<Widget, Failure>,
        requested_ms: i64,
        now: Moment,
    ) {
        let key = Key::widget();
        let was_leading = self.leading.get(&key) == Some(&flight);
        self.abandon(&key, flight);
        match result {
            Ok(widget) => self.keep_widget(flight, widget, requested_ms, now),
            Err(failure) if was_leading => self.widget.fail(flight, failure, now),
            Err(_) => {}
        }
    }

    /// Keeps a widget session that came to an exchange for this flight.
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

    fn lead_or_follow(&mut self, key: &Key, following: Following) -> Answer {
        match self.leading.get(key) {
            Some(flight) if !following.is_in_vain(*flight) => Answer::Follow(*flight),
            _ => Answer::Lead(self.take_off(key)),
        }
    }

    fn take_off(&mut self, key: &Key) -> FlightId {
        let flight = self.next_flight;
        self.next_flight = flight.wrapping_add(1);
        self.leading.insert(key.clone(), flight);
        flight
    }

    /// The end of a flight that nothing came of, so that the next who asks leads another.
    pub fn abandon(&mut self, key: &Key, flight: FlightId) {
        if self.leading.get(key) == Some(&flight) {
            self.leading.remove(key);
        }
    }

    /// A session that is suspected to be dead because its whole token is.
    pub fn suspect(&self, key: &Key) -> Option<Secret> {
        let dead = self.entries.peek(key)?.dead.as_ref()?;
        dead.suspect.then(|| dead.ks.clone())
    }

    /// The suspicion was unfounded.
    pub fn clear_suspicion(&mut self, key: &Key) {
        let entry = self.entries.get(key);
        if let Some(dead) = entry.and_then(|entry| entry.dead.as_mut()) {
            dead.suspect = false;
        }
    }

    /// The session at hand while it lives, for a caller whose time for a new one is over.
    pub fn last_resort(&self, key: &Key, now: Moment) -> Option<Answer> {
        let kept = self.entries.peek(key)?.kept.as_ref()?;
        now.is_before(kept.life.end).then(|| Answer::Serve {
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

    /// Takes what came of a flight. `random`, any number, spreads what is tried again.
    pub fn settle(
        &mut self,
        key: &Key,
        flight: FlightId,
        result: Result<Session, Failure>,
        random: u32,
        now: Moment,
    ) -> Result<Landed, Failure> {
        let was_leading = self.leading.get(key) == Some(&flight);
        self.abandon(key, flight);
        let forgotten = flight < self.first_flight;
        let result = result.and_then(|session| {
            if is_over(session.expires_at_ms, now.wall_ms) {
                Err(too_late())
            } else {
                Ok(session)
            }
        });
        match result {
            Ok(session) => Ok(self.keep(key, session, forgotten, now)),
            // Another leads in its place, and will tell.
            Err(failure) if forgotten || !was_leading => Err(failure),
            Err(failure) => self.fail(key, failure, random, now),
        }
    }

    fn keep(&mut self, key: &Key, session: Session, forgotten: bool, now: Moment) -> Landed {
        let life = Life::of(&session, now);
        let mut landed = Landed {
            session: session.clone(),
            lease: None,
            renewed: false,
            stale: None,
        };
        if forgotten {
            return landed;
        }
        landed.lease = now.is_before(life.soft).then_some(life.soft);
        self.entries.change(key, |entry| {
            landed.renewed = entry.kept.is_some();
            let died = entry.dead.as_ref().filter(|_| entry.kept.is_none());
            entry.kept = Some(Kept {
                session,
                life,
                replaced_dead_ms: died.map(|_| now.steady_ms),
                unconfirmed: false,
            });
            entry.failures = 0;
            entry.refusal = None;
        });
        landed
    }

    fn fail(
        &mut self,
        key: &Key,
        failure: Failure,
        random: u32,
        now: Moment,
    ) -> Result<Landed, Failure> {
        self.entries
            .change(key, |entry| entry.fail(failure, random, now))
    }

    /// Forgets the session of a wish, which its caller found to be dead or wrong.
    pub fn invalidate(&mut self, key: &Key, now: Moment) {
        let Some(entry) = self.entries.get(key) else {
            return;
        };
        entry.refusal = None;
        if let Some(kept) = entry.kept.take() {
            let suspect = kept
                .replaced_dead_ms
                .is_some_and(|since_ms| now.steady_ms.saturating_sub(since_ms) < SUSPECT_WITHIN_MS);
            self.shared.bury(&kept.session.ks);
            self.shared.note_obsolete(key.clone());
            entry.dead = Some(Dead {
                ks: kept.session.ks,
                suspect,
            });
        }
    }

    /// Forgets this session, wherever it is kept; says whose it was.
    pub fn invalidate_ks(&mut self, ks: &Secret, now: Moment) -> Option<Key> {
        // It may come back from a store though it isn't kept here.
        self.shared.bury(ks);
        let is_it = |entry: &Entry| entry.kept.as_ref().is_some_and(|it| it.session.ks == *ks);
        let key = self.entries.find(is_it)?;
        self.invalidate(&key, now);
        Some(key)
    }

    /// The token in use is revoked, and with it all its sessions. Says whether there is
    /// another token left.
    pub fn revoke(&mut self, credential: usize, now: Moment) -> bool {
        for key in self.entries.keys() {
            self.shared.note_obsolete(key.clone());
        }
        self.entries.clear();
        self.first_flight = self.next_flight;
        self.standings.revoke(credential, now);
        self.standings.usable(now).is_some()
    }

    /// Forgets everything; what is under way is not kept when it comes.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.leading.clear();
        self.first_flight = self.next_flight;
        self.widget = WidgetState::None;
        self.standings.forget();
    }
}

impl Entry {
    /// The old session while it lives, or what the caller is told.
    fn fail(&mut self, failure: Failure, random: u32, now: Moment) -> Result<Landed, Failure> {
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

fn doubled(ms: i64, times: u32) -> i64 {
    ms.saturating_mul(1 << times.min(20))
}

#[cfg(test)]
mod tests;
