//! Which sessions `session.end` ends, by the privileges of the session that it is called with.

use crate::work;

/// Whether it ends only that session, not the others of its application token. The first `sessionid` counts, and
/// usually that is the token's.
pub fn ends_alone(privileges: &str, app_token_id: &str) -> bool {
    work::steps(privileges.len());
    let mut ids = privileges
        .split(',')
        .filter_map(|item| item.strip_prefix("sessionid:"));
    let first = ids.next();
    first.is_some_and(|ids| ids.split('/').next() != Some(app_token_id))
}

/// Whether the holder of such a session can end all others of its application token.
pub fn is_exposed(privileges: &str, app_token_id: &str) -> bool {
    !ends_alone(privileges, app_token_id) && !is_closed(privileges)
}

/// Whether the session is restricted to URIs that can't end sessions.
fn is_closed(privileges: &str) -> bool {
    work::steps(privileges.len());
    let mut restrictions = privileges
        .split(',')
        .filter_map(|item| item.strip_prefix("urirestrict:"))
        .peekable();
    restrictions.peek().is_some() && !restrictions.any(|paths| paths.split('|').any(may_end))
}

/// Whether a path of `urirestrict` may allow a call that ends sessions: any path except those of a single service
/// that can't. The server checks only the outer URI of a multirequest, and under `index.php` and the API's root the
/// body names the action.
pub fn may_end(path: &str) -> bool {
    let service = path.strip_prefix("/api_v3/service/");
    let Some((name, action)) = service.and_then(|it| it.split_once('/')) else {
        return true;
    };
    let is_word = |text: &str| {
        let mut bytes = text.bytes();
        !text.is_empty() && bytes.all(|it| it.is_ascii_alphanumeric() || it == b'_')
    };
    let is = |other: &str| name.eq_ignore_ascii_case(other);
    let is_other_action = || {
        let action = action.strip_prefix("action/");
        action.is_some_and(|it| is_word(it) && !it.eq_ignore_ascii_case("end"))
    };
    !is_word(name) || is("multirequest") || (is("session") && !is_other_action())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_with_an_id_of_its_own_ends_alone() {
        assert!(!ends_alone("sessionid:0_abc,apptoken:0_abc", "0_abc"));
        assert!(!ends_alone("sview:*,sessionid:0_abc/x", "0_abc"));
        assert!(!ends_alone("sview:*,apptoken:0_abc", "0_abc"));
        assert!(!ends_alone("xsessionid:x,apptoken:0_abc", "0_abc"));
        assert!(!ends_alone("sessionid:0_abc,sessionid:x", "0_abc"));
        assert!(ends_alone("sessionid:x/0_abc,apptoken:0_abc", "0_abc"));
        assert!(ends_alone("sview:*,sessionid:x", "0_abc"));
    }

    #[test]
    fn a_session_is_exposed_unless_it_ends_alone_or_may_not_call_session_end() {
        let exposed =
            |more: &str| is_exposed(&["sessionid:0_a,apptoken:0_a,", more].concat(), "0_a");
        for closed in [
            "urirestrict:/api_v3/service/media/*",
            "urirestrict:/api_v3/service/media/action/list|/api_v3/service/baseEntry/*",
            "urirestrict:/api_v3/service/session/action/get",
        ] {
            assert!(!exposed(closed), "{closed}");
            assert!(exposed(&["x", closed].concat()), "another privilege");
            assert!(exposed(&[closed, "|/api_v3/service/multirequest"].concat()));
            assert!(exposed(&[closed, ",urirestrict:/api_v3/*"].concat()));
        }
        for open in [
            "sview:*",
            "actionslimit:2,iprestrict:10.0.0.1",
            "urirestrict",
            "urirestrict:",
            "urirestrict:/*",
            "urirestrict:/api_v3/*",
            "urirestrict:/api_v3/service/*",
            "urirestrict:/api_v3/service/m*",
            "urirestrict:/api_v3/service/media*",
            "urirestrict:/api_v3/service/session/*",
            "urirestrict:/api_v3/service/session/action/e*",
            "urirestrict:/api_v3/service/session/action/end/ks/x",
            "urirestrict:/api_v3/service/Session/action/end",
            "urirestrict:/api_v3/service/multiRequest/action/null",
            "urirestrict:/api_v3/service/multirequest",
            "urirestrict:/api_v3/index.php?service=media",
        ] {
            assert!(exposed(open), "{open}");
        }
        assert!(!is_exposed("sessionid:own,apptoken:0_a,sview:*", "0_a"));
    }
}
