//! Compares a session with the request for it, because Kaltura silently drops what an application token doesn't allow.

use core::iter;

use super::session_id::{SESSION_ID, carries_session_id};
use super::{SessionRequest, SessionType};
use crate::decimal::decimal;
use crate::text::beginning;
use crate::work;

mod privileges;

/// A session by Kaltura's response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant<'a> {
    /// The session's user; empty for an anonymous one.
    pub user_id: &'a str,
    /// USER or ADMIN.
    pub session_type: SessionType,
    /// Its lifetime.
    pub lifetime: Lifetime,
    /// All its privileges.
    pub privileges: &'a str,
}

/// The lifetime of a session, from its start to its end.
///
/// Kaltura reports only the end, and computes it when it starts the session, at some moment between the sending of the
/// request and the end of the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// Its minimum, in seconds.
    pub shortest_s: i64,
    /// Its maximum, in seconds.
    pub longest_s: i64,
    /// Whether the session may have expired.
    pub may_be_over: bool,
}

/// One difference between a session and its request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The part of the session.
    pub field: Field,
    /// The requested value, if any.
    pub asked: Option<String>,
    /// The granted value; `None` if it was dropped.
    pub granted: Option<String>,
    /// Its effect.
    pub effect: Effect,
}

/// A part of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// The user.
    UserId,
    /// USER or ADMIN.
    SessionType,
    /// The lifetime, in seconds.
    Expiry,
    /// The privilege with this name.
    Privilege(String),
    /// The number of further privileges, which are not listed.
    MorePrivileges(u32),
    /// Its own `sessionid`.
    SessionId,
    /// The part of this option, which differs between the KS and the response.
    Carried(&'static str),
}

/// The effect of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The session may do more, or for longer, than requested, or is another user's.
    Broader,
    /// It may do less, or for a shorter time.
    Narrower,
    /// It has already expired.
    Expired,
}

impl Field {
    /// The name of its option.
    pub fn option(&self) -> &'static str {
        match self {
            Self::UserId => "userId",
            Self::SessionType => "sessionType",
            Self::Expiry => "expiry",
            Self::Privilege(_) | Self::MorePrivileges(_) | Self::SessionId => "sessionPrivileges",
            Self::Carried(option) => option,
        }
    }

    /// The privilege's name, if it is one.
    pub fn privilege(&self) -> Option<&str> {
        match self {
            Self::Privilege(name) => Some(name),
            Self::SessionId => Some(SESSION_ID),
            _ => None,
        }
    }

    /// The number of privileges that differ but are not listed.
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
    /// The difference in words. A user's name isn't shown, only that it differs.
    pub fn message(&self) -> String {
        if self.effect == Effect::Expired {
            return "it has already expired (check whether the token's sessionDuration is 0, or whether the response took longer than the session lives)".to_owned();
        }
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        match &self.field {
            Field::UserId => "userId is another user".to_owned(),
            Field::SessionType | Field::Expiry => [
                self.field.option(),
                " ",
                &shown(&self.granted),
                " instead of ",
                &shown(&self.asked),
            ]
            .concat(),
            Field::Privilege(name) => {
                let shown = beginning(name, LONGEST_NAME);
                let dots = if shown.len() < name.len() { "…" } else { "" };
                let what = match (&self.asked, &self.granted) {
                    (None, _) => " was not requested",
                    (_, None) => " was dropped",
                    _ => " has another value",
                };
                ["privilege ", shown, dots, what].concat()
            }
            Field::SessionId => "its sessionid is not its own: `isolate` needs an application token with the privilege sessionid:* (make one with isolatedSessions: true)".to_owned(),
            Field::MorePrivileges(count) => [&*decimal(*count), " more privileges differ"].concat(),
            Field::Carried(option) => [
                "the KS itself, of version 1, has another ",
                option,
                " than Kaltura's response (a `;` in a user or a privilege ends the field there)",
            ]
            .concat(),
        }
    }
}

/// The longest requested or granted value in a difference, in bytes.
const LONGEST_SHOWN: usize = 2000;

/// The longest name in a message, in bytes.
const LONGEST_NAME: usize = 100;

/// The clocks of Kaltura's machines, and of proxies, may differ by this much.
const CLOCK_SLACK_S: i64 = 3;

/// Returns the differences between `grant` and the request `wish`.
pub fn differences(wish: &SessionRequest, grant: &Grant<'_>) -> Vec<Difference> {
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

/// Joins `texts` with `separator`, up to [`LONGEST_SHOWN`].
fn shown(texts: &mut dyn Iterator<Item = &str>, separator: &str) -> String {
    let mut shown = String::new();
    for (index, text) in texts.enumerate() {
        if index > 0 {
            shown.push_str(separator);
        }
        let room = LONGEST_SHOWN.saturating_sub(shown.len());
        let fits = beginning(text, room);
        shown.push_str(fits);
        if fits.len() < text.len() || shown.len() > LONGEST_SHOWN {
            shown.push('…');
            break;
        }
    }
    work::steps(shown.len());
    shown
}

#[cfg(test)]
mod tests;
