//! What a caller is told, and what the caller tells.

use super::{FlightId, Moment, Ticket};
use crate::error::Failure;
use crate::session::Session;

/// A follower's state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Following {
    /// The flight; `None` for a new caller.
    pub flight: Option<FlightId>,
    /// How many checks in a row have shown no sign of life from its leader.
    pub silent_checks: u32,
}

impl Following {
    pub(super) fn is_in_vain(self, flight: FlightId) -> bool {
        self.flight == Some(flight) && self.silent_checks >= SILENT_CHECKS
    }
}

/// A lease: permission to return a session without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// When it ends.
    pub until: Moment,
    /// The ticket for reporting such uses; see [`Provider::report_uses`].
    pub ticket: Ticket,
}

/// The decision on a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Serve this session.
    Serve {
        /// The session.
        session: Session,
        /// Its lease.
        lease: Option<Lease>,
        /// Whether it is due for renewal, which has failed.
        stale: bool,
        /// The flight that renews it, if any.
        renewal: Option<FlightId>,
    },
    /// Serve this session, and lead the flight that renews it.
    Renew {
        /// The session.
        session: Session,
        /// The flight to lead.
        flight: FlightId,
    },
    /// Lead this flight.
    Lead(FlightId),
    /// Follow this flight, and ask again if it has no result.
    Follow(FlightId),
}

/// The result of a flight, for its followers.
#[derive(Clone, Debug, PartialEq)]
pub struct Landed {
    /// The session.
    pub session: Session,
    /// Its lease.
    pub lease: Option<Lease>,
    /// Whether it replaces another one.
    pub renewed: bool,
    /// The error of a failed renewal, if it is the old session.
    pub stale: Option<Failure>,
}

impl Landed {
    pub(super) fn once(session: Session) -> Self {
        Self {
            session,
            lease: None,
            renewed: false,
            stale: None,
        }
    }
}

/// After so many missed checks a leader counts as gone.
pub(super) const SILENT_CHECKS: u32 = 3;
