//! Prepares the calls that add or change an application token.

use super::AppToken;
use super::ends;
use super::fields::{Change, FieldLookup, FieldsGiven};
use super::warning::{
    ANY_SESSION_TYPE, ANY_USER, HASH_TYPE_CHANGED, SESSIONS_OUTLIVE_TOKEN, Warning,
};
use crate::error::InvalidOption;
use crate::kaltura::{HashType, Params};
use crate::options::{self, Input, Named, Read};

/// The option of a new token that isolates its sessions. Kaltura has no such field.
const ISOLATED: &str = "isolatedSessions";

/// The status of a token that can start sessions.
const ACTIVE: i64 = 2;

/// The parameters of a call, and warnings about them.
#[derive(Default)]
pub struct Prepared {
    /// The parameters, except those of every call.
    pub params: Params,
    /// In the order of the fields.
    pub warnings: Vec<Warning>,
}

/// The warnings when `old` is deleted.
pub fn warnings_of_deletion(old: &AppToken) -> Vec<Warning> {
    let privileges = old.session_privileges.as_deref().unwrap_or_default();
    let outlive = ends::is_isolated(privileges).then_some(SESSIONS_OUTLIVE_TOKEN);
    outlive.into_iter().collect()
}

/// The parameters of an action on the application token `id`.
pub fn id(id: Named) -> Read<Prepared> {
    let mut prepared = Prepared::default();
    let path = id.path;
    let input = id.input;
    // The same check as for a session, with this option's name.
    let id = options::app_token_id(Named { path, input })?;
    prepared.params.text("id", &id);
    Ok(prepared)
}

/// The parameters of `appToken.add`, at `now_s` on the server's clock.
pub fn add(get: FieldLookup<'_>, known_user: bool, now_s: i64) -> Read<Prepared> {
    let given = FieldsGiven::read(get, known_user, now_s)?;
    if given.user_id == Change::Keep {
        return Err(InvalidOption::new(
            "sessionUserId",
            "the user of its sessions, '' for anonymous sessions, or null to let the token's holder choose, which Kaltura allows only some partners",
        ));
    }
    // A missing field is open.
    let open = |change: Change<u32>| {
        if change == Change::Clear {
            Change::Keep
        } else {
            change
        }
    };
    let given = FieldsGiven {
        hash_type: match given.hash_type {
            Change::Keep => Change::Set(HashType::Sha256),
            other => other,
        },
        ..given
    };
    let given = if options::switch(get(ISOLATED))? {
        ends::isolate(given)?
    } else {
        given
    };
    let mut warnings = given.warnings();
    if !matches!(given.session_type, Change::Set(_)) {
        warnings.push(ANY_SESSION_TYPE);
    }
    warnings.extend(ends::warnings(&given, true));
    let given = FieldsGiven {
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

/// The parameters of `appToken.update` for the token `id`. `null` clears a field.
pub fn update(id: Named, get: FieldLookup<'_>, known_user: bool, now_s: i64) -> Read<Prepared> {
    let mut prepared = self::id(id)?;
    if get(ISOLATED).input != Input::Missing {
        return Err(InvalidOption::new(
            ISOLATED,
            "left out, because it is for new application tokens; add sessionid:* to sessionPrivileges",
        ));
    }
    let given = FieldsGiven::read(get, known_user, now_s)?;
    if given.is_empty() {
        return Err(InvalidOption::new(
            "fields",
            "an object with at least one field to change",
        ));
    }
    if given.session_duration == Change::Clear {
        return Err(InvalidOption::new(
            "sessionDuration",
            "a number of seconds: without it, sessions would have expired when they start",
        ));
    }
    prepared.warnings = given.warnings();
    if given.session_type == Change::Clear {
        prepared.warnings.push(ANY_SESSION_TYPE);
    }
    if given.hash_type != Change::Keep {
        prepared.warnings.push(HASH_TYPE_CHANGED);
    }
    prepared.warnings.extend(ends::warnings(&given, false));
    prepared.params.params("appToken", given.into_params());
    Ok(prepared)
}

/// The parameters of `appToken.add` for the successor of `old`, with the same properties.
pub fn successor(old: &AppToken, now_s: i64) -> Read<Prepared> {
    if old.status != ACTIVE {
        return Err(InvalidOption::new(
            "id",
            "the id of an active application token, because its successor would be active; add a new one",
        ));
    }
    if old.expiry.is_some_and(|expiry| expiry <= now_s) {
        return Err(InvalidOption::new(
            "id",
            "the id of an application token that hasn't expired, because its successor would have expired too; add a new one",
        ));
    }
    if old.session_duration.is_some_and(|seconds| seconds < 1) {
        return Err(InvalidOption::new(
            "id",
            "the id of an application token with a sessionDuration, because without it sessions have expired when they start; update it first",
        ));
    }
    // Without one of them, the successor would differ.
    let unknown = || {
        InvalidOption::new(
            "id",
            "the id of an application token without properties that are unknown to this package; add a new one",
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
    let given = FieldsGiven {
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
    warnings.extend(ends::warnings(&given, true));
    let mut prepared = Prepared {
        warnings,
        ..Prepared::default()
    };
    prepared.params.params("appToken", given.into_params());
    Ok(prepared)
}
