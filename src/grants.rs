//! Asked and granted: Kaltura drops silently what an application token doesn't allow, so the
//! session has to be compared with the wish.

use core::iter;

use crate::decimal::decimal;
use crate::work;

mod privileges;
mod session_id;

pub use session_id::{carries_session_id, names_session_id, with_session_id};

/// The longest life of a session with a `sessionid` of its own, in seconds. Kaltura remembers for a
/// day that an id was ended: a session that lived longer would come back to life.
pub const LONGEST_ISOLATED_S: u32 = 86_400;

/// What the caller asks of a session; what is `None` is left to the application token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Wish {
    /// The session's user.
    pub user_id: Option<String>,
    /// USER or ADMIN.
    pub session_type: Option<SessionType>,
    /// How long the session shall live, in seconds.
    pub expiry_s: Option<u32>,
    /// Privileges to add, as Kaltura writes them.
    pub privileges: Option<String>,
    /// Whether rights that the application token adds by itself make the session broader.
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

impl Wish {
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

/// What a session really is, by Kaltura's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant<'a> {
    /// The session's user; empty for an anonymous one.
    pub user_id: &'a str,
    /// USER or ADMIN.
    pub session_type: SessionType,
    /// How long it was made to live.
    pub lifetime: Lifetime,
    /// All its privileges.
    pub privileges: &'a str,
}

/// The lifetime of a session, from its start to its end.
///
/// Kaltura tells the end alone, and reckons it when it starts the session, which may be at any
/// moment between the sending of the request and the end of the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// The least that it may be, in seconds.
    pub shortest_s: i64,
    /// The most that it may be, in seconds.
    pub longest_s: i64,
    /// Whether the session may be over by now.
    pub may_be_over: bool,
}

/// What to do about differences between wish and grant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum GrantPolicy {
    /// A session that may do more than asked, or has expired, is an error; one that may do
    /// less is reported.
    #[default]
    Guard,
    /// Every difference is an error.
    Exact,
    /// None is, but that a session ends with others that was to end alone.
    Report,
}

impl GrantPolicy {
    /// Whether a session with these differences must not be handed out. One that contradicts what
    /// was said of it never is.
    pub fn refuses(self, differences: &[Difference]) -> bool {
        let never = |it: &Difference| matches!(it.field, Field::Carried(_) | Field::SessionId);
        differences.iter().any(never)
            || match self {
                Self::Guard => differences.iter().any(|it| it.effect != Effect::Narrower),
                Self::Exact => !differences.is_empty(),
                Self::Report => false,
            }
    }
}

/// One point in which a session is not what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which part of the session.
    pub field: Field,
    /// What was asked; `None` if that was no value.
    pub asked: Option<String>,
    /// What was granted; `None` if it was dropped.
    pub granted: Option<String>,
    /// What it means.
    pub effect: Effect,
}

/// A part of a session that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// The user.
    UserId,
    /// USER or ADMIN.
    SessionType,
    /// The life, in seconds.
    Expiry,
    /// The privilege of this name.
    Privilege(String),
    /// So many privileges more than are listed.
    MorePrivileges(u32),
    /// The `sessionid` that it was to have alone.
    SessionId,
    /// What this option asks for: the KS itself carries another than the answer says.
    Carried(&'static str),
}

/// What a difference means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The session may do more, or for longer, than was asked, or it is somebody else's.
    Broader,
    /// It may do less, or for less long.
    Narrower,
    /// It is over before it began.
    Expired,
}

impl Field {
    /// The name of the option that asks for it.
    pub fn option(&self) -> &'static str {
        match self {
            Self::UserId => "userId",
            Self::SessionType => "sessionType",
            Self::Expiry => "expiry",
            Self::Privilege(_) | Self::MorePrivileges(_) | Self::SessionId => "sessionPrivileges",
            Self::Carried(option) => option,
        }
    }

    /// The privilege's name, where it is one.
    pub fn privilege(&self) -> Option<&str> {
        match self {
            Self::Privilege(name) => Some(name),
            Self::SessionId => Some(session_id::SESSION_ID),
            _ => None,
        }
    }

    /// How many privileges differ that are not listed.
    pub fn more(&self) -> Option<u32> {
        match self {
            Self::MorePrivileges(count) => Some(*count),
            _ => None,
        }
    }
}

impl Effect {
    /// Its name in the JavaScript API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Broader => "broader",
            Self::Narrower => "narrower",
            Self::Expired => "expired",
        }
    }
}

impl Difference {
    /// The difference in words. A user is somebody's name, so it is told that it differs, not
    /// what it is.
    pub fn message(&self) -> String {
        if self.effect == Effect::Expired {
            return "it has already expired (is the token's sessionDuration 0, or did the answer take longer than the session lives?)".to_owned();
        }
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        match &self.field {
            Field::UserId => "userId is another one".to_owned(),
            Field::SessionType | Field::Expiry => [
                self.field.option(),
                " ",
                &shown(&self.granted),
                " instead of ",
                &shown(&self.asked),
            ]
            .concat(),
            Field::Privilege(name) => {
                let cut = name.floor_char_boundary(LONGEST_NAME);
                let dots = if cut < name.len() { "…" } else { "" };
                let what = match (&self.asked, &self.granted) {
                    (None, _) => " was not asked for",
                    (_, None) => " was dropped",
                    _ => " has another value",
                };
                let name = name.get(..cut).unwrap_or_default();
                ["privilege ", name, dots, what].concat()
            }
            Field::SessionId => "its sessionid is not its own: `isolate` needs an application token with the privilege sessionid:* (make one with isolatedSessions: true)".to_owned(),
            Field::MorePrivileges(count) => [&*decimal(*count), " more privileges differ"].concat(),
            Field::Carried(option) => [
                "the KS itself, of version 1, carries another ",
                option,
                " than Kaltura's answer says (a `;` in a user or a privilege ends it there)",
            ]
            .concat(),
        }
    }
}

/// The longest text of what was asked or granted that a difference carries, in bytes.
const LONGEST_SHOWN: usize = 2000;

/// The longest name in a message, in bytes.
const LONGEST_NAME: usize = 100;

/// The clocks of Kaltura's machines, and of a proxy that tells the time in their place, may differ
/// by this much.
const CLOCK_SLACK_S: i64 = 3;

/// In what `grant` is not what `wish` asked for.
pub fn differences(wish: &Wish, grant: &Grant<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    if let Some(asked) = wish
        .user_id
        .as_deref()
        .filter(|asked| *asked != grant.user_id)
    {
        found.push(Difference {
            field: Field::UserId,
            asked: Some(shown(&mut iter::once(asked), "")),
            granted: Some(shown(&mut iter::once(grant.user_id), "")),
            effect: Effect::Broader,
        });
    }
    if let Some(asked) = wish
        .session_type
        .filter(|asked| *asked != grant.session_type)
    {
        found.push(Difference {
            field: Field::SessionType,
            asked: Some(asked.name().to_owned()),
            granted: Some(grant.session_type.name().to_owned()),
            effect: match grant.session_type {
                SessionType::Admin => Effect::Broader,
                SessionType::User => Effect::Narrower,
            },
        });
    }
    found.extend(expiry_difference(
        wish.expiry_s.map(i64::from),
        grant.lifetime,
    ));
    let only = wish.no_other_privileges;
    if wish.privileges.is_some() || only {
        let asked = wish.privileges.as_deref().unwrap_or_default();
        found.extend(privileges::differences(asked, grant.privileges, only));
    }
    if let Some(own) = &wish.session_id
        && !carries_session_id(grant.privileges, own)
    {
        found.push(Difference {
            field: Field::SessionId,
            asked: None,
            granted: None,
            effect: Effect::Broader,
        });
    }
    found
}

fn expiry_difference(asked_s: Option<i64>, granted: Lifetime) -> Option<Difference> {
    let (effect, granted_s) = if granted.may_be_over {
        (Effect::Expired, granted.longest_s)
    } else if granted.shortest_s > asked_s?.saturating_add(CLOCK_SLACK_S) {
        (Effect::Broader, granted.shortest_s)
    } else if granted.longest_s < asked_s?.saturating_sub(CLOCK_SLACK_S) {
        (Effect::Narrower, granted.longest_s)
    } else {
        return None;
    };
    Some(Difference {
        field: Field::Expiry,
        asked: asked_s.map(decimal),
        granted: Some(decimal(granted_s)),
        effect,
    })
}

/// `texts` with `separator` between them, up to [`LONGEST_SHOWN`].
fn shown(texts: &mut dyn Iterator<Item = &str>, separator: &str) -> String {
    let mut shown = String::new();
    for (index, text) in texts.enumerate() {
        if index > 0 {
            shown.push_str(separator);
        }
        let room = LONGEST_SHOWN.saturating_sub(shown.len());
        let fits = text.floor_char_boundary(room);
        shown.push_str(text.get(..fits).unwrap_or_default());
        if fits < text.len() || shown.len() > LONGEST_SHOWN {
            shown.push('…');
            break;
        }
    }
    work::steps(shown.len());
    shown
}

#[cfg(test)]
mod tests;
