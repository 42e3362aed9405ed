//! Warnings about settings that work but may not be intended.

/// A warning about a setting that works but may not be intended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Its stable code.
    pub code: &'static str,
    /// The field.
    pub path: &'static str,
    /// What the warning means, and what to do instead.
    pub message: &'static str,
}

pub(super) const WEAK_HASH_TYPE: Warning = Warning {
    code: "WEAK_HASH_TYPE",
    path: "hashType",
    message: "SHA256 is stronger; the token's holder only has to set hashType: 'SHA256'",
};
pub(super) const HASH_TYPE_CHANGED: Warning = Warning {
    code: "HASH_TYPE_CHANGED",
    path: "hashType",
    message: "the token's holder must use the new hashType from now on, or is refused",
};
pub(super) const ANY_SESSION_TYPE: Warning = Warning {
    code: "ANY_SESSION_TYPE",
    path: "sessionType",
    message: "left open: the token's holder can ask for an ADMIN session, which may do everything; 'user' is safer",
};
pub(super) const ADMIN_SESSIONS: Warning = Warning {
    code: "ADMIN_SESSIONS",
    path: "sessionType",
    message: "every session of this token may do everything in the account",
};
pub(super) const ANONYMOUS_SESSIONS: Warning = Warning {
    code: "ANONYMOUS_SESSIONS",
    path: "sessionUserId",
    message: "'' makes every session of this token anonymous, whatever user is requested",
};
pub(super) const ANY_USER: Warning = Warning {
    code: "ANY_USER",
    path: "sessionUserId",
    message: "left open: the token's holder can ask for a session of any user, including an administrator",
};
pub(super) const NOT_THE_ONLY_USER: Warning = Warning {
    code: "NOT_THE_ONLY_USER",
    path: "sessionUserId",
    message: "Kaltura ignores the case of user ids and loses characters such as emoji, so other ids name this user too: use lower case, and compare ids in the same way in your own program",
};
pub(super) const LONG_SESSIONS: Warning = Warning {
    code: "LONG_SESSIONS",
    path: "sessionDuration",
    message: "more than 30 days: the value is in seconds, not milliseconds, and a leaked session works until it expires",
};
pub(super) const ISOLATED_SESSIONS: Warning = Warning {
    code: "ISOLATED_SESSIONS",
    path: "sessionPrivileges",
    message: "with sessionid:* sessions can end alone, at a price: sessions with an id of their own outlive the deletion of the token until they expire, and the token's holder can end the sessions of every other token of the account",
};
pub(super) const LONG_ISOLATED_SESSIONS: Warning = Warning {
    code: "LONG_ISOLATED_SESSIONS",
    path: "sessionDuration",
    message: "more than an hour, or left open: deleting the token does not end its isolated sessions, so a leaked one works until it expires",
};
pub(super) const SESSIONS_END_TOGETHER: Warning = Warning {
    code: "SESSIONS_END_TOGETHER",
    path: "sessionPrivileges",
    message: "if its sessions go to web pages, any visitor can end them all for a day or more with session.end; isolatedSessions prevents this, and so does a urirestrict without session.end and multirequest",
};
pub(super) const SESSIONS_OUTLIVE_TOKEN: Warning = Warning {
    code: "SESSIONS_OUTLIVE_TOKEN",
    path: "sessionPrivileges",
    message: "the token has sessionid:*, so its sessions with an id of their own live on until they expire",
};
