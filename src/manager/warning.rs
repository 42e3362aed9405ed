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
pub(super) const NOT_THE_ONLY_USER: Warning = Warning {
    code: "NOT_THE_ONLY_USER",
    path: "sessionUserId",
    message: "Kaltura ignores the case of user ids, and loses characters such as emoji, so that other ids name this user too: write it in small letters, and compare ids so in your own program",
};
pub(super) const LONG_SESSIONS: Warning = Warning {
    code: "LONG_SESSIONS",
    path: "sessionDuration",
    message: "more than 30 days; it is in seconds, not milliseconds, and a leaked session works to its end",
};
pub(super) const ISOLATED_SESSIONS: Warning = Warning {
    code: "ISOLATED_SESSIONS",
    path: "sessionPrivileges",
    message: "with sessionid:* a session may end alone, at a price: those with an id of their own outlive the deletion of the token until they expire, and whoever holds the token can end the sessions of every other token of the account",
};
pub(super) const LONG_ISOLATED_SESSIONS: Warning = Warning {
    code: "LONG_ISOLATED_SESSIONS",
    path: "sessionDuration",
    message: "more than an hour, or left open: deleting the token does not end its isolated sessions, so a leaked one works to its end",
};
pub(super) const SESSIONS_END_TOGETHER: Warning = Warning {
    code: "SESSIONS_END_TOGETHER",
    path: "sessionPrivileges",
    message: "where its sessions go to pages, any visitor can call session.end and end them all for a day or more; isolatedSessions prevents that, as does a urirestrict without session.end and multirequest",
};
pub(super) const SESSIONS_OUTLIVE_TOKEN: Warning = Warning {
    code: "SESSIONS_OUTLIVE_TOKEN",
    path: "sessionPrivileges",
    message: "the token has sessionid:*, so those of its sessions that have an id of their own live on until they expire",
};
