//! The fields of an application token that callers set, and their pitfalls.

use super::privileges;
use super::warning::{
    ADMIN_SESSIONS, ANONYMOUS_SESSIONS, ANY_USER, LONG_SESSIONS, NOT_THE_ONLY_USER, WEAK_HASH_TYPE,
    Warning,
};
use crate::error::InvalidOption;
use crate::kaltura::{HashType, Params};
use crate::ks::privileges::{format, parse};
use crate::options::{self, Input, Named, Read};
use crate::session::SessionType;
use crate::work;

/// The fields that a caller sets.
pub const NAMES: [&str; 8] = [
    "hashType",
    "sessionType",
    "sessionUserId",
    "sessionDuration",
    "sessionPrivileges",
    "expiry",
    "description",
    "isolatedSessions",
];

/// The fields that only Kaltura sets.
const READ_ONLY: [&str; 6] = [
    "id",
    "token",
    "partnerId",
    "createdAt",
    "updatedAt",
    "status",
];

/// Up to this value Kaltura reads a time as seconds from now.
pub(super) const TEN_YEARS_S: i64 = 315_360_000;
/// The width of the column; Kaltura silently cuts off the rest.
const LONGEST_USER_ID: usize = 100;
/// A longer lifetime is probably in milliseconds.
const LONG_SESSION_S: u32 = 30 * 86_400;

/// How a field is looked up.
pub type FieldLookup<'a> = &'a dyn Fn(&str) -> Named;

/// Refuses fields that only Kaltura sets, with a specific message.
pub fn check_name(name: &str) -> Read<()> {
    if name == "status" {
        return Err(InvalidOption::new(
            name,
            "left out, because nobody can set it in Kaltura; delete the application token to end it",
        ));
    }
    if READ_ONLY.contains(&name) {
        return Err(InvalidOption::new(
            name,
            "left out, because only Kaltura sets it",
        ));
    }
    Ok(())
}

/// A change of a field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// Unchanged.
    #[default]
    Keep,
    /// Cleared.
    Clear,
    /// This.
    Set(T),
}

impl<T> Change<T> {
    /// A new token has nothing to clear.
    pub fn or_keep(self) -> Self {
        match self {
            Self::Clear => Self::Keep,
            other => other,
        }
    }

    /// `null` clears, a missing value stays, and `read` reads the rest.
    fn read(
        Named { path, input }: Named,
        read: impl FnOnce(Named) -> Read<Option<T>>,
    ) -> Read<Self> {
        Ok(match input {
            Input::Null => Self::Clear,
            input => match read(Named { path, input })? {
                Some(value) => Self::Set(value),
                None => Self::Keep,
            },
        })
    }
}

/// The given fields.
#[derive(Debug, PartialEq, Eq)]
pub struct FieldsGiven {
    pub hash_type: Change<HashType>,
    pub session_type: Change<u32>,
    pub user_id: Change<String>,
    pub session_duration: Change<u32>,
    pub privileges: Change<String>,
    pub expiry: Change<u32>,
    pub description: Change<String>,
}

impl FieldsGiven {
    pub fn read(get: FieldLookup<'_>, known_user: bool, now_s: i64) -> Read<Self> {
        Ok(Self {
            hash_type: Change::read(get("hashType"), hash_type)?,
            session_type: Change::read(get("sessionType"), |it| {
                let number = |it: SessionType| u32::from(it.number());
                Ok(options::session_type(it)?.map(number))
            })?,
            user_id: Change::read(get("sessionUserId"), |it| user_id(it, known_user))?,
            session_duration: Change::read(get("sessionDuration"), session_duration)?,
            privileges: Change::read(get("sessionPrivileges"), session_privileges)?,
            expiry: Change::read(get("expiry"), |it| expiry(it, now_s))?,
            description: Change::read(get("description"), description)?,
        })
        .and_then(|given: Self| {
            if given.hash_type == Change::Clear {
                return Err(InvalidOption::new("hashType", HASH_TYPES));
            }
            Ok(given)
        })
    }

    pub fn is_empty(&self) -> bool {
        *self
            == Self {
                hash_type: Change::Keep,
                session_type: Change::Keep,
                user_id: Change::Keep,
                session_duration: Change::Keep,
                privileges: Change::Keep,
                expiry: Change::Keep,
                description: Change::Keep,
            }
    }

    /// The warnings about the given values.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if matches!(self.hash_type, Change::Set(HashType::Sha1 | HashType::Md5)) {
            warnings.push(WEAK_HASH_TYPE);
        }
        if self.session_type == Change::Set(2) {
            warnings.push(ADMIN_SESSIONS);
        }
        match &self.user_id {
            Change::Set(id) if id.is_empty() => warnings.push(ANONYMOUS_SESSIONS),
            Change::Set(id) if id.chars().any(|it| it.is_uppercase() || it.len_utf8() > 3) => {
                warnings.push(NOT_THE_ONLY_USER);
            }
            Change::Clear => warnings.push(ANY_USER),
            _ => {}
        }
        if matches!(self.session_duration, Change::Set(seconds) if seconds > LONG_SESSION_S) {
            warnings.push(LONG_SESSIONS);
        }
        if let Change::Set(text) = &self.privileges {
            warnings.extend(privileges::warnings(text));
        }
        warnings
    }

    pub fn into_params(self) -> Params {
        let mut params = Params::default();
        params.text("objectType", "KalturaAppToken");
        let hash_type = match self.hash_type {
            Change::Set(hash_type) => Change::Set(hash_type.name().to_owned()),
            _ => Change::Keep,
        };
        write(&mut params, "hashType", hash_type);
        write_number(&mut params, "sessionType", &self.session_type);
        write(&mut params, "sessionUserId", self.user_id);
        write_number(&mut params, "sessionDuration", &self.session_duration);
        write(&mut params, "sessionPrivileges", self.privileges);
        write_number(&mut params, "expiry", &self.expiry);
        write(&mut params, "description", self.description);
        params
    }
}

fn write(params: &mut Params, name: &str, change: Change<String>) {
    match change {
        Change::Keep => {}
        Change::Clear => clear(params, name),
        Change::Set(text) => params.text(name, &text),
    }
}

fn write_number(params: &mut Params, name: &str, change: &Change<u32>) {
    match change {
        Change::Keep => {}
        Change::Clear => clear(params, name),
        Change::Set(number) => params.number(name, *number),
    }
}

/// Kaltura would read a JSON `null` as 0, or as an empty text.
fn clear(params: &mut Params, name: &str) {
    params.text(&[name, "__null"].concat(), "");
}

const HASH_TYPES: &str = "'SHA256', 'SHA512', 'SHA1' or 'MD5'";

fn hash_type(Named { path, input }: Named) -> Read<Option<HashType>> {
    let found = match input {
        Input::Missing => return Ok(None),
        Input::Text(Some(name)) => HashType::from_name(&name),
        _ => None,
    };
    found
        .map(Some)
        .ok_or_else(|| InvalidOption::new(path, HASH_TYPES))
}

/// Kaltura creates unknown users only with these characters in their ids.
fn user_id(Named { path, input }: Named, known: bool) -> Read<Option<String>> {
    let id = match input {
        Input::Missing => return Ok(None),
        Input::Text(Some(id)) => id,
        _ => return Err(InvalidOption::new(path, "a string, or null")),
    };
    if id.chars().count() > LONGEST_USER_ID {
        return Err(InvalidOption::new(
            path,
            "at most 100 characters long: Kaltura silently cuts off the rest, which names another user",
        ));
    }
    if id.chars().any(char::is_control) {
        return Err(InvalidOption::new(path, "without control characters"));
    }
    let allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || b",!#$%&'*+?^_`{|}~.@-".contains(&byte);
    if !known && !id.bytes().all(allowed) {
        return Err(InvalidOption::new(
            path,
            "made of the letters A to Z, digits and ,!#$%&'*+?^_`{|}~.@- only; for an existing user whose id has other characters, set knownUser: true",
        ));
    }
    Ok(Some(id))
}

/// With 0, sessions have expired when they start.
fn session_duration(named: Named) -> Read<Option<u32>> {
    const EXPECTED: &str = "a positive whole number of seconds (not milliseconds), at most ten years; leave it out for the partner's maximum";
    options::optional_integer(named, 1, 315_360_000, EXPECTED)
}

/// A future time. Kaltura reads a small number as seconds from now, and 0 as now.
fn expiry(Named { path, input }: Named, now_s: i64) -> Read<Option<u32>> {
    let number = match input {
        Input::Missing => return Ok(None),
        Input::Number(number) if number.fract() == 0.0 => number,
        _ => return Err(InvalidOption::new(path, EXPIRY)),
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "stops at the limits, as is wanted"
    )]
    let time = number as i64;
    let expected = match time {
        0 => "a future time: 0 makes a token that has expired; leave it out for never",
        _ if (1..=TEN_YEARS_S).contains(&time) => {
            "a time in unix seconds: Kaltura reads a number of up to ten years as seconds from now; use Math.floor(Date.now() / 1000) + seconds"
        }
        _ if time <= now_s => "a future time in unix seconds: this one is past",
        _ => match u32::try_from(time) {
            Ok(time) => return Ok(Some(time)),
            Err(_) => "a time in unix seconds (not milliseconds)",
        },
    };
    Err(InvalidOption::new(path, expected))
}

const EXPIRY: &str = "a time in unix seconds, a whole number; leave it out for never";

fn description(Named { path, input }: Named) -> Read<Option<String>> {
    match input {
        Input::Missing => Ok(None),
        Input::Text(Some(text)) if !text.chars().any(char::is_control) => Ok(Some(text)),
        _ => Err(InvalidOption::new(
            path,
            "a string without control characters",
        )),
    }
}

/// The privileges of its sessions.
fn session_privileges(named: Named) -> Read<Option<String>> {
    let path = named.path.clone();
    let text = options::privileges::text(named)?.map(|text| tidied(&text));
    if let Some(text) = &text {
        options::privileges::check_spelling(&path, text)?;
    }
    Ok(text)
}

/// Normalizes privileges as the server writes them, without the white space that it would treat as part of names.
fn tidied(text: &str) -> String {
    work::steps(text.len());
    let items = text
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty());
    format(&parse(&items.collect::<Vec<_>>().join(",")))
}
