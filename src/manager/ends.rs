//! How the sessions of an application token end: together, or each alone.
//!
//! The holder of a session may call `session.end` with it. This ends all sessions with its `sessionid`, which is the
//! token's id unless the token has `sessionid:*` and the session asked for another.

use super::fields::{Change, FieldsGiven};
use super::warning::{ISOLATED_SESSIONS, LONG_ISOLATED_SESSIONS, SESSIONS_END_TOGETHER, Warning};
use crate::ending;
use crate::error::InvalidOption;
use crate::ks::privileges::{self, ANY};
use crate::options::Read;
use crate::work;

const SESSION_ID: &str = "sessionid";
/// The default lifetime of isolated sessions in seconds. Short, because nothing else ends them all.
const ISOLATED_SESSION_S: u32 = 3600;

/// Whether sessions may have a `sessionid` of their own.
pub fn is_isolated(privileges: &str) -> bool {
    let mut parsed = privileges::parse(privileges).into_iter();
    parsed.any(|it| it.name == SESSION_ID && it.values.iter().any(|value| value == ANY))
}

/// Adds the privilege that isolates the sessions of a new token.
pub(super) fn isolate(given: FieldsGiven) -> Read<FieldsGiven> {
    let mut text = match given.privileges {
        Change::Set(text) => text,
        Change::Keep | Change::Clear => String::new(),
    };
    if !is_isolated(&text) {
        if privileges::parse(&text)
            .iter()
            .any(|it| it.name == SESSION_ID)
        {
            const EXPECTED: &str = "without a sessionid: isolatedSessions adds sessionid:*";
            return Err(InvalidOption::new("sessionPrivileges", EXPECTED));
        }
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str("sessionid:*");
    }
    let duration = match given.session_duration {
        Change::Set(seconds) => seconds,
        Change::Keep | Change::Clear => ISOLATED_SESSION_S,
    };
    Ok(FieldsGiven {
        privileges: Change::Set(text),
        session_duration: Change::Set(duration),
        ..given
    })
}

/// The warnings about how a token's sessions end. `is_whole`: missing fields are open.
pub(super) fn warnings(given: &FieldsGiven, is_whole: bool) -> Vec<Warning> {
    let privileges = match &given.privileges {
        Change::Set(text) => text,
        Change::Keep if !is_whole => return Vec::new(),
        Change::Keep | Change::Clear => "",
    };
    if is_isolated(privileges) {
        let is_long = match given.session_duration {
            Change::Set(seconds) => seconds > ISOLATED_SESSION_S,
            Change::Keep | Change::Clear => is_whole,
        };
        let mut warnings = vec![ISOLATED_SESSIONS];
        warnings.extend(is_long.then_some(LONG_ISOLATED_SESSIONS));
        return warnings;
    }
    // Web pages don't get administrators' sessions.
    let is_for_pages = given.session_type == Change::Set(0);
    let ends_together = is_for_pages && !is_closed(privileges);
    ends_together
        .then_some(SESSIONS_END_TOGETHER)
        .into_iter()
        .collect()
}

/// Whether `urirestrict` keeps sessions from calling `session.end`, even in a `multirequest`, of which the server checks
/// only the outer URI.
pub fn is_closed(privileges: &str) -> bool {
    let parsed = privileges::parse(privileges).into_iter();
    let Some(limit) = parsed.rev().find(|it| it.name == "urirestrict") else {
        return false;
    };
    // With one of these, a session may ask for other paths.
    if limit.values.iter().any(|value| value == ANY) {
        return false;
    }
    let paths = limit.values.join("/");
    work::steps(paths.len());
    !paths.split('|').any(ending::may_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_isolated_if_its_sessions_may_choose_their_id() {
        for text in ["sessionid:*", "sview:*,sessionid:*", "sessionid:0_a/*"] {
            assert!(is_isolated(text), "{text}");
        }
        for text in ["", "sessionid", "sessionid:0_a", "xsessionid:*", "sview:*"] {
            assert!(!is_isolated(text), "{text}");
        }
    }

    #[test]
    fn a_token_is_closed_if_no_call_that_ends_sessions_is_allowed() {
        for path in [
            "/api_v3/service/media/action/list",
            "/api_v3/service/session/action/get",
            "/api_v3/service/media/action/l*",
            "/api_v3/service/media/action/list|/api_v3/service/user/action/get",
        ] {
            assert!(is_closed(&format!("sview:*,urirestrict:{path}")), "{path}");
        }
        for path in [
            "*",
            "/*",
            "/api_v3/*",
            "/api_v3/service/media/*",
            "/api_v3/s*",
            "/api_v3/service/session/action/e*",
            "/api_v3/service/session/action/end",
            "/api_v3/service/multirequest",
            "/api_v3/service/Multirequest/action/null",
            "/api_v3/index.php",
            "/api_v3/",
            "/api_v3/?service=session&action=end",
            "/api_v3/service/media/action/list|/api_v3/service/multirequest",
        ] {
            assert!(!is_closed(&format!("urirestrict:{path}")), "{path}");
        }
        assert!(!is_closed("sview:*"));
        assert!(!is_closed("uriRestrict:/api_v3/service/media/action/list"));
    }

    #[test]
    fn work_grows_with_privileges_and_no_faster() {
        for part in ["urirestrict:/a|", "*", "|/api_v3/", "sessionid:*,", "/"] {
            work::assert_linear(part, |factor| {
                let text = part.repeat(1000 * factor);
                move || {
                    let _ = (is_isolated(&text), is_closed(&text));
                }
            });
        }
    }
}
