//! Proof that sessions for strangers are alive.
//!
//! The holder of a session can end it, and usually the whole application token with it. Kaltura then goes on starting
//! sessions that it refuses. So sessions to hand out are proved now and then, once for all that end together.

use super::probe::{Liveness, can_be_probed};
use super::{Moment, Provider};
use crate::ending::{ends_alone, is_exposed};
use crate::secret::Secret;

/// The interval of proofs for all that end together, in milliseconds.
const PROVED_FOR_MS: i64 = 60_000;

/// When the last proof was made or begun.
#[derive(Clone, Copy, Debug, Default)]
pub struct Proved(Option<Moment>);

impl Proved {
    /// For a session that was just started.
    pub fn at(now: Moment) -> Self {
        Self(Some(now))
    }

    /// Whether the next proof is due; if so, it counts as begun.
    fn is_due(&mut self, now: Moment) -> bool {
        let is_due = !(self.0).is_some_and(|it| now.is_before(it.plus(PROVED_FOR_MS)));
        if is_due {
            self.0 = Some(now);
        }
        is_due
    }
}

impl Provider {
    /// Whether the session with this KS and these privileges must be proved before it is handed out. The caller then makes the
    /// proof; no other caller is told so within a minute.
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

    /// Takes the proof; returns whether the session may be handed out. A dead session is discarded, and the token's next
    /// session is tested, which shows whether the token was revoked.
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
            // Not ended: the partner's secret or the clock has changed, which affects all sessions.
            self.drop_those_of(credential);
        }
        false
    }

    /// Whether the holder of a session with these privileges can end all others of its token.
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
