//! The meaning of a failed call of the service, and what to do.

use crate::kaltura::Value;

/// An action of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Makes an application token.
    Add,
    /// Reads one.
    Get,
    /// Reads many.
    List,
    /// Changes one.
    Update,
    /// Ends one, and all its sessions.
    Delete,
}

impl Action {
    /// Returns the action with Kaltura's name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "add" => Self::Add,
            "get" => Self::Get,
            "list" => Self::List,
            "update" => Self::Update,
            "delete" => Self::Delete,
            _ => return None,
        })
    }

    /// Whether doing it twice has the same effect as once. A token that was made twice would be one that nobody knows.
    pub fn is_repeatable(self) -> bool {
        self != Self::Add
    }
}

/// Whether it is the response to `delete`, which is empty.
pub fn is_nothing(json: &[u8]) -> bool {
    matches!(Value::from_json(json), Some(Value::Missing))
}

/// A failure, as its error shows it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown<'a> {
    /// The error's code.
    pub code: &'a str,
    /// With `ERR_KALTURA`: Kaltura's code.
    pub kaltura_code: &'a str,
    /// With `INVALID_KS`: the reason.
    pub ks_refusal: &'a str,
    /// The HTTP status, or 0.
    pub status: u16,
    /// The number of HTTP requests that may have had an effect, including the failed one.
    pub open: u32,
    /// Whether the KS was made here, with the admin secret.
    pub made_ks: bool,
}

/// The meaning of a failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteVerdict {
    /// The session was refused; another one may be accepted.
    pub dead_ks: bool,
    /// An earlier try has done it.
    pub is_done: bool,
    /// It may have been done, so it must not be repeated.
    pub is_open: bool,
    /// Advice to add to the error's message.
    pub advice: Option<&'static str>,
}

/// Returns the meaning of the failure of `action`.
pub fn judge(action: Action, shown: Shown<'_>) -> WriteVerdict {
    let kaltura = shown.code == "ERR_KALTURA";
    let dead_ks = kaltura
        && shown.kaltura_code == "INVALID_KS"
        && matches!(
            shown.ks_refusal,
            "EXPIRED" | "LOGOUT" | "EXCEEDED_ACTIONS_LIMIT" | "INVALID_STR"
        );
    // An earlier try, whose response was lost, has deleted it.
    let is_done = action == Action::Delete
        && shown.open > 1
        && shown.kaltura_code == "APP_TOKEN_ID_NOT_FOUND";
    let is_open = action == Action::Add && may_be_done(shown);
    let advice = match (action, shown.kaltura_code) {
        _ if is_open => Some(
            "the application token may have been made, so the call was not retried: look for it with list(), and delete it or add another",
        ),
        (_, "INVALID_KS") if !shown.made_ks => {
            Some("this is the given ks: pass a live one, a function, or adminSecret")
        }
        (_, "INVALID_KS") if shown.ks_refusal == "INVALID_STR" => {
            Some("the KS is made with adminSecret: check adminSecret and partnerId")
        }
        (_, "INVALID_KS") if shown.ks_refusal == "EXPIRED" => Some(
            "the KS is made with adminSecret and lives for five minutes: check this machine's clock",
        ),
        (_, "SERVICE_FORBIDDEN") => Some(
            "managing application tokens needs an ADMIN session: check that ks is one, or that userId is an administrator",
        ),
        (Action::Add | Action::Update, "INVALID_FIELD_VALUE") => Some(
            "if this is about sessionUserId: most partners require one for every application token, and Kaltura creates no user with characters other than A to Z, digits and ,!#$%&'*+?^_`{|}~.@-",
        ),
        _ => None,
    };
    WriteVerdict {
        dead_ks,
        is_done,
        is_open,
        advice,
    }
}

/// Whether Kaltura may have executed the call.
fn may_be_done(shown: Shown<'_>) -> bool {
    match shown.code {
        "ERR_NETWORK" | "ERR_TIMEOUT" | "ERR_ABORTED" | "ERR_BAD_RESPONSE" | "ERR_INTERNAL" => {
            shown.open > 0
        }
        "ERR_HTTP_STATUS" => matches!(shown.status, 200..=299 | 408 | 500..),
        "ERR_KALTURA" => matches!(
            shown.kaltura_code,
            "INTERNAL_DATABASE_ERROR" | "INTERNAL_SERVERL_ERROR"
        ),
        _ => false,
    }
}
