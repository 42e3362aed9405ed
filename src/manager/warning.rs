//! What works, but may not be what was meant.

/// Something that works, but may not be what was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Its stable code.
    pub code: &'static str,
    /// The field it is about.
    pub path: &'static str,
    /// What it means, and what would be better.
    pub message: &'static str,
}

pub(super) const WEAK_HASH_TYPE: Warning = Warning {
    code: "WEAK_HASH_TYPE",
    path: "hashType",
    message: "SHA256 is stronger, and asks no more of the token's holder than to say hashType: 'SHA256'",
};
pub(super) const HASH_TYPE_CHANGED: Warning = Warning {
    code: "HASH_TYPE_CHANGED",
    path: "hashType",
    message: "whoever holds the token has to say the new hashType from now on, or is refused",
};
pub(super) const ANY_SESSION_TYPE: Warning = Warning {
    code: "ANY_SESSION_TYPE",
    path: "sessionType",
    message: "left open: whoever holds the token can ask for an ADMIN session, which may do everything; 'user' is safer",
};
pub(super) const ADMIN_SESSIONS: Warning = Warning {
    code: "ADMIN_SESSIONS",
    path: "sessionType",
    message: "every session of this token may do everything in the account",
};
pub(super) const ANONYMOUS_SESSIONS: Warning = Warning {
    code: "ANONYMOUS_SESSIONS",
    path: "sessionUserId",
    message: "'' makes every session of this token anonymous, whatever user is asked for",
};
pub(super) const ANY_USER: Warning = Warning {
    code: "ANY_USER",
    path: "sessionUserId",
    message: "left open: whoever holds the token can ask for a session of any user, an administrator's too",
};
pub(super) const LONG_SESSIONS: Warning = Warning {
    code: "LONG_SESSIONS",
    path: "sessionDuration",
    message: "more than 30 days; it is in seconds, not milliseconds, and a leaked session works to its end",
};
