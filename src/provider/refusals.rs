//! What failures say of a session: whether it is dead, and whether its token is.

use crate::error::{Error, Failure};
use crate::kaltura::{KsRefusal, Operation};

/// The problem of a session that has expired on arrival.
pub(super) fn too_late() -> Failure {
    Failure {
        error: Error::bad_response(
            &Operation::known("appToken", "startSession"),
            "a session that was over when it arrived",
        ),
        attempts: 1,
    }
}

/// The error while every token is known to be revoked.
pub fn revoked() -> Failure {
    Failure {
        error: Box::new(Error::SessionRevoked),
        attempts: 0,
    }
}

/// Whether a call was refused because of its session, and another session may be accepted.
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
