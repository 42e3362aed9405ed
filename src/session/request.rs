//! Session requests.

use crate::work;

/// The maximum lifetime of a session with a `sessionid` of its own, in seconds. Kaltura remembers for a day that an id was
/// ended; a longer session would come back to life.
pub const LONGEST_ISOLATED_S: u32 = 86_400;

/// A session request. For `None`, the application token's values apply.
///
/// ```
/// use kaltura_app_token::{SessionRequest, SessionType};
///
/// let request = SessionRequest {
///     user_id: Some("ada".to_owned()),
///     session_type: Some(SessionType::User),
///     expiry_s: Some(3600),
///     privileges: Some("sview:0_ab12cd34".to_owned()),
///     ..SessionRequest::default()
/// };
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SessionRequest {
    /// The session's user.
    pub user_id: Option<String>,
    /// USER or ADMIN.
    pub session_type: Option<SessionType>,
    /// The session's lifetime, in seconds.
    pub expiry_s: Option<u32>,
    /// Privileges to add, as Kaltura's text.
    pub privileges: Option<String>,
    /// Whether rights that the application token adds make the session broader.
    pub no_other_privileges: bool,
    /// The `sessionid` that it shall have, so that it ends with no others. No caller chooses it.
    pub session_id: Option<String>,
}

/// Which sessions end together, and with no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolate {
    /// All of one user.
    User,
    /// Those that one request is answered with.
    Session,
}

impl SessionRequest {
    /// The option with a `;` in it, which in a KS of version 1 would begin another field.
    pub fn with_semicolon(&self) -> Option<&'static str> {
        let has_one = |text: &Option<String>| {
            let text = text.as_deref().unwrap_or_default();
            work::steps(text.len());
            text.contains(';')
        };
        if has_one(&self.user_id) {
            Some("userId")
        } else {
            has_one(&self.privileges).then_some("sessionPrivileges")
        }
    }
}

/// The two types of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionType {
    /// 0: may do what its user may.
    User,
    /// 2: may do everything.
    Admin,
}

impl SessionType {
    /// Kaltura's number for it.
    pub fn number(self) -> u8 {
        match self {
            Self::User => 0,
            Self::Admin => 2,
        }
    }

    /// Its name in the JavaScript API.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
        }
    }

    /// The type that Kaltura gives this number.
    pub fn from_number(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::User),
            2 => Some(Self::Admin),
            _ => None,
        }
    }
}
