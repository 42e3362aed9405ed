//! What `session.end` ends, by the privileges of the session that it is called with.

use crate::work;

/// Whether it ends that session and leaves the others of its application token alive: of the ids that
/// it ends by, the first counts, and mostly that is the token's.
pub fn ends_alone(privileges: &str, app_token_id: &str) -> bool {
    work::steps(privileges.len());
    let mut ids = privileges
        .split(',')
        .filter_map(|item| item.strip_prefix("sessionid:"));
    let first = ids.next();
    first.is_some_and(|ids| ids.split('/').next() != Some(app_token_id))
}

/// Whether whoever holds such a session can end all others of its application token.
pub fn is_exposed(privileges: &str, app_token_id: &str) -> bool {
    !ends_alone(privileges, app_token_id) && !is_closed(privileges)
}

/// Whether the session is restricted to URIs among which `session.end` is not. Of a multirequest the
/// outer URI alone is checked, so that one that is allowed allows every call.
fn is_closed(privileges: &str) -> bool {
    work::steps(privileges.len());
    let mut restrictions = privileges
        .split(',')
        .filter_map(|item| item.strip_prefix("urirestrict:"))
        .peekable();
    restrictions.peek().is_some()
        && restrictions.all(|paths| paths.split('|').all(is_of_one_service))
}

/// Whether a URI, which may end in `*`, is of one service's, and of none that ends sessions.
fn is_of_one_service(path: &str) -> bool {
    let service = path.strip_prefix("/api_v3/service/");
    let service = service.and_then(|it| it.split_once('/'));
    service.is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !["multirequest", "session"]
                .iter()
                .any(|it| it.eq_ignore_ascii_case(name))
    })
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
