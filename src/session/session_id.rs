//! The `sessionid` of a session. Kaltura ends all sessions with the same id together.

use crate::work;

/// The privilege's name.
pub const SESSION_ID: &str = "sessionid";

/// Whether these privileges have the `sessionid` `own` only, so that the session ends with no others.
pub fn carries_session_id(privileges: &str, own: &str) -> bool {
    work::steps(privileges.len());
    let mut all = privileges
        .split(',')
        .filter_map(|item| item.strip_prefix(SESSION_ID))
        .filter(|rest| rest.is_empty() || rest.starts_with(':'));
    all.next().and_then(|it| it.strip_prefix(':')) == Some(own) && all.next().is_none()
}

/// Whether a caller's privileges contain a `sessionid`. It could be another application token's, whose sessions the session
/// could end.
pub fn names_session_id(privileges: &str) -> bool {
    work::steps(privileges.len());
    privileges.split(',').any(|item| {
        let name = item.split(':').next().unwrap_or_default().trim();
        name.eq_ignore_ascii_case(SESSION_ID)
    })
}

/// Puts a `sessionid` before all other privileges, because the first value counts.
pub fn with_session_id(privileges: Option<&str>, own: &str) -> String {
    let rest = privileges.unwrap_or_default();
    let comma = if rest.is_empty() { "" } else { "," };
    [SESSION_ID, ":", own, comma, rest].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_its_own_id_only_if_it_has_no_other() {
        let has = |privileges| carries_session_id(privileges, "kat-1");
        assert!(has("sessionid:kat-1"));
        assert!(has("edit:*,sessionid:kat-1,apptoken:0_a"));
        for shared in [
            "",
            "sessionid",
            "sessionid:",
            "sessionid:0_a",
            "sessionid:kat-1/0_a",
            "sessionid:0_a/kat-1",
            "sessionid:kat-12",
            "sessionid:0_a,sessionid:kat-1",
            "sessionid:kat-1,sessionid:0_a",
            "sessionid,sessionid:kat-1",
            "xsessionid:kat-1",
            " sessionid:kat-1",
            "sessionids:kat-1",
        ] {
            assert!(!has(shared), "{shared}");
        }
    }

    #[test]
    fn a_caller_names_no_session_id_in_whatever_spelling() {
        for named in [
            "sessionid",
            "sessionid:0_other",
            "sview:*, sessionid :0_other",
            "SessionId:0_other",
            "edit:0_a,sessionid:",
        ] {
            assert!(names_session_id(named), "{named}");
        }
        for other in ["", "sview:sessionid", "xsessionid:1", "sessionidx:1"] {
            assert!(!names_session_id(other), "{other}");
        }
    }

    #[test]
    fn what_is_asked_comes_behind_the_id() {
        assert_eq!(with_session_id(None, "k"), "sessionid:k");
        assert_eq!(with_session_id(Some(""), "k"), "sessionid:k");
        assert_eq!(with_session_id(Some("a:1,b"), "k"), "sessionid:k,a:1,b");
    }
}
