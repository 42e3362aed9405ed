//! The widget session with which a provider starts all its sessions.

use super::{Decision, FlightId, Following, Moment, Provider};
use crate::error::Failure;
use crate::secret::Secret;
use crate::session::Widget;

/// How long a failure is kept for the followers of its flight, in milliseconds.
const FAILURE_KEPT_MS: i64 = 1000;

/// The state of the widget session.
///
/// A failure never replaces a usable session, and is only for those who waited for it.
#[derive(Debug, Default)]
pub enum WidgetState {
    /// It must be fetched.
    #[default]
    None,
    /// It is usable.
    Usable {
        /// The session.
        widget: Widget,
        /// When it ends, on both clocks.
        until: Moment,
        /// When it was requested, on the steady clock.
        requested_ms: i64,
    },
    /// The last attempt to fetch it failed.
    Failed {
        /// Why.
        failure: Failure,
        /// The flight that failed.
        flight: FlightId,
        /// When the failure is discarded, on the steady clock.
        until_ms: i64,
    },
}

impl WidgetState {
    /// The session, while it is usable.
    pub fn usable(&self, now: Moment) -> Option<&Widget> {
        match self {
            Self::Usable { widget, until, .. } if now.is_before(*until) => Some(widget),
            _ => None,
        }
    }

    /// Stores a session that was requested at `requested_ms`, unless a usable one was requested later.
    pub fn keep(&mut self, widget: Widget, requested_ms: i64, now: Moment) {
        if let Self::Usable {
            until,
            requested_ms: known_ms,
            ..
        } = self
            && now.is_before(*until)
            && *known_ms > requested_ms
        {
            return;
        }
        let left_ms = widget.usable_until_ms.saturating_sub(now.wall_ms).max(0);
        *self = Self::Usable {
            widget,
            until: now.plus(left_ms),
            requested_ms,
        };
    }

    /// Discards the session if it has this KS, which was found dead.
    pub fn forget(&mut self, ks: &Secret) {
        if matches!(self, Self::Usable { widget, .. } if widget.ks == *ks) {
            *self = Self::None;
        }
    }

    /// Stores the failure of a flight for its followers, unless there is a usable session.
    pub fn fail(&mut self, flight: FlightId, failure: Failure, now: Moment) {
        if self.usable(now).is_none() {
            *self = Self::Failed {
                failure,
                flight,
                until_ms: now.steady_ms.saturating_add(FAILURE_KEPT_MS),
            };
        }
    }

    /// The error for a caller that has waited for the flight `waited_for`; none for callers that began to wait after the
    /// failure.
    pub fn failure_for(&self, waited_for: FlightId, now: Moment) -> Option<&Failure> {
        match self {
            Self::Failed {
                failure,
                flight,
                until_ms,
            } if waited_for <= *flight && now.steady_ms < *until_ms => Some(failure),
            _ => None,
        }
    }
}

impl Provider {
    /// Decides on a request for the widget session; `None` if it is cached, or the flight that the caller has waited for has
    /// failed.
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

    /// The widget session, while it is usable.
    pub fn widget(&self, now: Moment) -> Option<&Widget> {
        self.widget.usable(now)
    }

    /// The error for a caller that has waited for the flight `waited_for`; `None` if there is a widget session, or it must be
    /// requested again.
    pub fn widget_failure(&self, waited_for: Option<FlightId>, now: Moment) -> Option<&Failure> {
        self.widget.failure_for(waited_for?, now)
    }

    /// Ends the flight of the widget session, with its failure, if any. The failure of a replaced flight is discarded.
    pub fn end_widget_flight(&mut self, flight: FlightId, failure: Option<Failure>, now: Moment) {
        if self.widget_flight != Some(flight) {
            return;
        }
        self.widget_flight = None;
        if let Some(failure) = failure {
            self.widget.fail(flight, failure, now);
        }
    }

    /// Stores a widget session that came during one of these flights, requested at `requested_ms` on the steady clock.
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

    /// Discards the widget session with this KS, which was found dead.
    pub fn forget_widget(&mut self, ks: &Secret) {
        self.widget.forget(ks);
    }
}
