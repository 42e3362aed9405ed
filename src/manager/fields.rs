//! The fields of an application token that is added or changed, and the traps in them.

use super::AppToken;
use crate::api::Params;
use crate::error::InvalidOption;
use crate::grants::SessionType;
use crate::hash::HashType;
use crate::options::{self, Input, Named, Read};
use crate::privileges;

/// The fields that a caller sets.
pub const NAMES: [&str; 7] = [
    "hashType",
    "sessionType",
    "sessionUserId",
    "sessionDuration",
    "sessionPrivileges",
    "expiry",
    "description",
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

/// The status of a token that starts sessions.
const ACTIVE: i64 = 2;
/// Up to here Kaltura takes a time for a number of seconds from now.
pub(super) const TEN_YEARS_S: i64 = 315_360_000;
/// The column is so wide; what goes beyond is cut off without a word.
const LONGEST_USER_ID: usize = 100;
/// A longer session is more likely one in milliseconds.
const LONG_SESSION_S: u32 = 30 * 86_400;

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

/// The parameters of a call, and what there is to say of them.
#[derive(Default)]
pub struct Prepared {
    /// The parameters, but for those that every call has.
    pub params: Params,
    /// In the order of the fields.
    pub warnings: Vec<Warning>,
}

/// How a field is looked up.
pub type Get<'a> = &'a dyn Fn(&str) -> Named;

/// Refuses what only Kaltura sets, in words of its own.
pub fn check_name(name: &str) -> Read<()> {
    if name == "status" {
        return Err(InvalidOption::new(
            name,
            "left out: Kaltura lets nobody set it; delete the application token to end it",
        ));
    }
    if READ_ONLY.contains(&name) {
        return Err(InvalidOption::new(name, "left out: only Kaltura sets it"));
    }
    Ok(())
}

/// The parameters of an action on the application token `id`.
pub fn id(id: Named) -> Read<Prepared> {
    let mut prepared = Prepared::default();
    let path = id.path;
    let input = id.input;
    // As for a session, but under the name that it has here.
    let id = options::app_token_id(Named { path, input })?;
    prepared.params.text("id", &id);
    Ok(prepared)
}

/// The parameters of `appToken.add`, at `now_s` by the server's clock.
pub fn add(get: Get<'_>, known_user: bool, now_s: i64) -> Read<Prepared> {
    let given = Given::read(get, known_user, now_s)?;
    if given.user_id == Change::Keep {
        return Err(InvalidOption::new(
            "sessionUserId",
            "the user of its sessions; '' for anonymous sessions; or null to let the token's holder choose, which Kaltura allows some partners only",
        ));
    }
    // To leave a field out is to leave it open.
    let open = |change: Change<u32>| {
        if change == Change::Clear {
            Change::Keep
        } else {
            change
        }
    };
    let given = Given {
        hash_type: match given.hash_type {
            Change::Keep => Change::Set(HashType::Sha256),
            other => other,
        },
        ..given
    };
    let mut warnings = given.warnings();
    if !matches!(given.session_type, Change::Set(_)) {
        warnings.push(ANY_SESSION_TYPE);
    }
    let given = Given {
        expiry: open(given.expiry),
        session_type: open(given.session_type),
        session_duration: open(given.session_duration),
        user_id: given.user_id.or_keep(),
        privileges: given.privileges.or_keep(),
        description: given.description.or_keep(),
        ..given
    };
    let mut prepared = Prepared {
        warnings,
        ..Prepared::default()
    };
    prepared.params.params("appToken", given.into_params());
    Ok(prepared)
}

/// The parameters of `appToken.update` for the token `id`. Fields that are `null` are cleared.
pub fn update(id: Named, get: Get<'_>, known_user: bool, now_s: i64) -> Read<Prepared> {
    let mut prepared = self::id(id)?;
    let given = Given::read(get, known_user, now_s)?;
    if given.is_empty() {
        return Err(InvalidOption::new(
            "fields",
            "an object with at least one field to change",
        ));
    }
    if given.session_duration == Change::Clear {
        return Err(InvalidOption::new(
            "sessionDuration",
            "a number of seconds: without one, sessions would have ended when they begin",
        ));
    }
    prepared.warnings = given.warnings();
    if given.session_type == Change::Clear {
        prepared.warnings.push(ANY_SESSION_TYPE);
    }
    if given.hash_type != Change::Keep {
        prepared.warnings.push(HASH_TYPE_CHANGED);
    }
    prepared.params.params("appToken", given.into_params());
    Ok(prepared)
}

/// The parameters of `appToken.add` for a token that is to take the place of `old`, with the
/// same properties.
pub fn successor(old: &AppToken, now_s: i64) -> Read<Prepared> {
    if old.status != ACTIVE {
        return Err(InvalidOption::new(
            "id",
            "the id of an active application token: its successor would be active; add a new one",
        ));
    }
    if old.expiry.is_some_and(|expiry| expiry <= now_s) {
        return Err(InvalidOption::new(
            "id",
            "the id of an application token that hasn't expired: its successor would have too; add a new one",
        ));
    }
    if old.session_duration.is_some_and(|seconds| seconds < 1) {
        return Err(InvalidOption::new(
            "id",
            "the id of an application token with a sessionDuration: without one, its sessions have ended when they begin; update it first",
        ));
    }
    // To leave one out would make the successor another token.
    let unknown = || {
        InvalidOption::new(
            "id",
            "the id of an application token with no properties but those that are known here; add a new one",
        )
    };
    let number = |number: Option<i64>| match number.map(u32::try_from) {
        Some(Ok(number)) => Ok(Change::Set(number)),
        Some(Err(_)) => Err(unknown()),
        None => Ok(Change::Keep),
    };
    let text = |text: &Option<String>| match text {
        Some(text) => Change::Set(text.clone()),
        None => Change::Keep,
    };
    let given = Given {
        hash_type: Change::Set(HashType::from_name(&old.hash_type).ok_or_else(unknown)?),
        session_type: number(old.session_type)?,
        user_id: text(&old.session_user_id),
        session_duration: number(old.session_duration)?,
        privileges: text(&old.session_privileges),
        expiry: number(old.expiry)?,
        description: text(&old.description),
    };
    let mut warnings = given.warnings();
    if given.session_type == Change::Keep {
        warnings.push(ANY_SESSION_TYPE);
    }
    if given.user_id == Change::Keep {
        warnings.push(ANY_USER);
    }
    let mut prepared = Prepared {
        warnings,
        ..Prepared::default()
    };
    prepared.params.params("appToken", given.into_params());
    Ok(prepared)
}

/// What a field is to become.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Change<T> {
    /// What it was.
    #[default]
    Keep,
    /// Nothing.
    Clear,
    /// This.
    Set(T),
}

impl<T> Change<T> {
    /// Nothing to clear in a token that is new.
    fn or_keep(self) -> Self {
        match self {
            Self::Clear => Self::Keep,
            other => other,
        }
    }

    /// `null` clears, what is missing stays, and the rest is for `read`.
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

#[derive(Debug, PartialEq, Eq)]
struct Given {
    hash_type: Change<HashType>,
    session_type: Change<u32>,
    user_id: Change<String>,
    session_duration: Change<u32>,
    privileges: Change<String>,
    expiry: Change<u32>,
    description: Change<String>,
}

impl Given {
    fn read(get: Get<'_>, known_user: bool, now_s: i64) -> Read<Self> {
        Ok(Self {
            hash_type: Change::read(get("hashType"), hash_type)?,
            session_type: Change::read(get("sessionType"), |it| {
                let number = |it: SessionType| u32::from(it.number());
                Ok(options::session_type(it)?.map(number))
            })?,
            user_id: Change::read(get("sessionUserId"), |it| user_id(it, known_user))?,
            session_duration: Change::read(get("sessionDuration"), session_duration)?,
            privileges: Change::read(get("sessionPrivileges"), |it| {
                Ok(options::session_privileges(it)?.map(|text| tidied(&text)))
            })?,
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

    fn is_empty(&self) -> bool {
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

    /// What there is to say of the values that are given.
    fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if matches!(self.hash_type, Change::Set(HashType::Sha1 | HashType::Md5)) {
            warnings.push(WEAK_HASH_TYPE);
        }
        if self.session_type == Change::Set(2) {
            warnings.push(ADMIN_SESSIONS);
        }
        match &self.user_id {
            Change::Set(id) if id.is_empty() => warnings.push(ANONYMOUS_SESSIONS),
            Change::Clear => warnings.push(ANY_USER),
            _ => {}
        }
        if matches!(self.session_duration, Change::Set(seconds) if seconds > LONG_SESSION_S) {
            warnings.push(LONG_SESSIONS);
        }
        warnings
    }

    fn into_params(self) -> Params {
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

/// A JSON `null` would be 0 to Kaltura, or no text.
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

/// Kaltura makes a user that it doesn't know, if its id has no other characters than these.
fn user_id(Named { path, input }: Named, known: bool) -> Read<Option<String>> {
    let id = match input {
        Input::Missing => return Ok(None),
        Input::Text(Some(id)) => id,
        _ => return Err(InvalidOption::new(path, "a string, or null")),
    };
    if id.chars().count() > LONGEST_USER_ID {
        return Err(InvalidOption::new(
            path,
            "at most 100 characters long: Kaltura cuts off the rest without a word, which makes it another user",
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
            "made of the letters A to Z, digits and ,!#$%&'*+?^_`{|}~.@- alone; a user whom Kaltura already knows may have others: then say knownUser: true",
        ));
    }
    Ok(Some(id))
}

/// 0 would be sessions that have ended when they begin.
fn session_duration(named: Named) -> Read<Option<u32>> {
    const EXPECTED: &str = "a positive whole number of seconds (not milliseconds), at most ten years; leave it out for the partner's longest";
    options::optional_integer(named, 1, 315_360_000, EXPECTED)
}

/// A moment to come. Kaltura would take a small number for seconds from now, and 0 for now.
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
        0 => "a time to come: 0 makes a token that has expired; leave it out for never",
        _ if (1..=TEN_YEARS_S).contains(&time) => {
            "a time in unix seconds: Kaltura takes a number up to ten years for seconds from now; write Math.floor(Date.now() / 1000) + seconds"
        }
        _ if time <= now_s => "a time to come, in unix seconds: this one is past",
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

/// As the server writes privileges, without the white space that it would take for a part of
/// their names.
fn tidied(text: &str) -> String {
    let items = text
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty());
    privileges::format(&privileges::parse(&items.collect::<Vec<_>>().join(",")))
}

const WEAK_HASH_TYPE: Warning = Warning {
    code: "WEAK_HASH_TYPE",
    path: "hashType",
    message: "SHA256 is stronger, and asks no more of the token's holder than to say hashType: 'SHA256'",
};
const HASH_TYPE_CHANGED: Warning = Warning {
    code: "HASH_TYPE_CHANGED",
    path: "hashType",
    message: "whoever holds the token has to say the new hashType from now on, or is refused",
};
const ANY_SESSION_TYPE: Warning = Warning {
    code: "ANY_SESSION_TYPE",
    path: "sessionType",
    message: "left open: whoever holds the token can ask for an ADMIN session, which may do everything; 'user' is safer",
};
const ADMIN_SESSIONS: Warning = Warning {
    code: "ADMIN_SESSIONS",
    path: "sessionType",
    message: "every session of this token may do everything in the account",
};
const ANONYMOUS_SESSIONS: Warning = Warning {
    code: "ANONYMOUS_SESSIONS",
    path: "sessionUserId",
    message: "'' makes every session of this token anonymous, whatever user is asked for",
};
const ANY_USER: Warning = Warning {
    code: "ANY_USER",
    path: "sessionUserId",
    message: "left open: whoever holds the token can ask for a session of any user, an administrator's too",
};
const LONG_SESSIONS: Warning = Warning {
    code: "LONG_SESSIONS",
    path: "sessionDuration",
    message: "more than 30 days; it is in seconds, not milliseconds, and a leaked session works to its end",
};
