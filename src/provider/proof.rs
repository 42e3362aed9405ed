//! Proof that sessions which are handed to strangers are alive.
//!
//! Whoever holds a session may end it, and mostly the whole application token with it; Kaltura then
//! goes on starting sessions, each of which it refuses. So what is about to be handed out is proved
//! now and then, once for all that ends together.

use super::probe::{Liveness, can_be_probed};
use super::{Moment, Provider};
use crate::ending::{ends_alone, is_exposed};
use crate::secret::Secret;

/// What ends together is proved once in so many milliseconds.
const PROVED_FOR_MS: i64 = 60_000;

/// When something was last proved, or was about to be.
#[derive(Clone, Copy, Debug, Default)]
pub struct Proved(Option<Moment>);

impl Proved {
    /// Of a session that has just been started.
    pub fn at(now: Moment) -> Self {
        Self(Some(now))
    }

    /// Whether it is time for the next proof, which counts as made.
    fn is_due(&mut self, now: Moment) -> bool {
        let is_due = !(self.0).is_some_and(|it| now.is_before(it.plus(PROVED_FOR_MS)));
        if is_due {
            self.0 = Some(now);
        }
        is_due
    }
}

impl Provider {
    /// Whether the session with this KS and these privileges is to be proved before it is handed
    /// out. Who is told so makes the proof: nobody else is told within a minute.
    pub fn proof_is_due(&mut self, ks: &Secret, privileges: &str, now: Moment) -> bool {
        if !can_be_probed(privileges) {
            return false;
        }
        let credential = self.credential_of(privileges);
        if !ends_alone(privileges, &self.standings.id(credential)) {
            let proved = self.standings.proved(credential);
            return proved.is_some_and(|it| it.is_due(now));
        }
        let Some(key) = self.entries.find(ks) else {
            return false;
        };
        let kept = self.entries.get(&key).and_then(|it| it.kept.as_mut());
        kept.is_some_and(|it| it.proved.is_due(now))
    }

    /// Takes the proof; says whether the session may be handed out. One that is dead is forgotten.
    /// If that was the token's end, the next session of the token is tried out too, which tells.
    pub fn take_proof(
        &mut self,
        ks: &Secret,
        privileges: &str,
        verdict: Liveness,
        now: Moment,
    ) -> bool {
        if matches!(verdict, Liveness::Alive | Liveness::Unknown) {
            return true;
        }
        let credential = self.credential_of(privileges);
        let key = self.invalidate_ks(ks, now);
        if let Some(key) = key.filter(|_| verdict == Liveness::LoggedOut) {
            self.end_suspect(&key, now);
        }
        if verdict == Liveness::LoggedOut && !ends_alone(privileges, &self.standings.id(credential))
        {
            self.standings.doubt(credential, now);
        }
        if verdict == Liveness::Dead {
            // Nobody has ended it: the partner's secret is another, or the clock. So it is with all.
            self.drop_those_of(credential);
        }
        false
    }

    /// Whether whoever holds a session of these privileges can end all others of its token.
    pub fn is_exposed(&self, privileges: &str) -> bool {
        let credential = self.credential_of(privileges);
        is_exposed(privileges, &self.standings.id(credential))
    }

    fn credential_of(&self, privileges: &str) -> usize {
        let credential = self.standings.of_privileges(privileges);
        credential.unwrap_or_else(|| self.standings.active())
    }
}

#[cfg(test)]
mod tests;
