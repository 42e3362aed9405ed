//! Is it the session that was asked for, of the token that it was asked of?

use super::*;
use crate::ks::{KsFields, Number, Random, Version, generate};

const EXPIRY_S: i64 = NOW_MS / 1000 + 3600;
const PRIVILEGES: &str = "sessionid:0_c6eputqa,apptoken:0_c6eputqa";

fn ks(version: Version, user_id: &str, privileges: &str) -> String {
    made(version, 0, EXPIRY_S, user_id, privileges)
}

fn made(version: Version, kind: i64, expiry_s: i64, user_id: &str, privileges: &str) -> String {
    let fields = KsFields {
        version,
        partner_id: 102,
        user_id: Some(user_id.to_owned()),
        session_type: Number::from(kind),
        expiry: Number::from(expiry_s),
        privileges: privileges.to_owned(),
        ..KsFields::default()
    };
    let random = match version {
        Version::V1 => Random::Text("1795493657.1".to_owned()),
        Version::V2 => Random::Bytes([7; 16]),
    };
    let ks = generate(&fields, &random, &Secret::new("secret".to_owned()));
    ks.unwrap().expose().to_owned()
}

fn widget_of(version: Version) -> Reaction {
    widget(&ks(version, "0", "view:*,widget:1"))
}

/// What becomes of a session whose KS carries `carried`, when the answer says `said` of it.
fn told(
    grants: GrantPolicy,
    wish: SessionRequest,
    carried: &str,
    said: (&str, &str),
) -> Result<Session, Error> {
    let mut answer = info(carried);
    answer["userId"] = json!(said.0);
    answer["privileges"] = json!(said.1);
    let mut exchange = exchange(vec![wish]);
    exchange.terms.grants = grants;
    only(Script::new([widget_of(Version::V2), Json(answer)]).hold(exchange))
}

const POLICIES: [GrantPolicy; 3] = [GrantPolicy::Guard, GrantPolicy::Exact, GrantPolicy::Report];

#[test]
fn an_answer_is_refused_unless_it_says_that_it_is_a_session_of_the_token() {
    let without = |name: &str| {
        let mut answer = info("a");
        answer.as_object_mut().unwrap().remove(name);
        answer
    };
    let with = |name: &str, value: &str| {
        let mut answer = info("a");
        answer[name] = json!(value);
        answer
    };
    for (what, answer) in [
        ("no type", without("objectType")),
        ("another type", with("objectType", "KalturaUser")),
        ("no privileges", without("privileges")),
        ("empty privileges", with("privileges", "")),
        ("a session of no token", with("privileges", "sview:*")),
        (
            "another token",
            with("privileges", "sessionid:0_b,apptoken:0_b"),
        ),
        (
            "its id elsewhere",
            with("privileges", "sessionid:0_c6eputqa"),
        ),
        ("a longer id", with("privileges", "apptoken:0_c6eputqab")),
        ("another name", with("privileges", "xapptoken:0_c6eputqa")),
        ("the widget session", with("ks", "w")),
    ] {
        let mut exchange = exchange(vec![SessionRequest::default()]);
        exchange.terms.retry = RetryPolicy { retries: 0 };
        exchange.terms.grants = GrantPolicy::Report;
        let server = Script::new([widget("w"), Json(answer)]);
        assert_eq!(
            code(only(server.hold(exchange))),
            "ERR_BAD_RESPONSE",
            "{what}"
        );
    }
}

#[test]
fn a_session_may_have_an_id_of_its_own() {
    let mut answer = info("a");
    answer["privileges"] = json!("sessionid:own,apptoken:0_c6eputqa");
    let server = Script::new([widget("w"), Json(answer)]);
    assert_eq!(
        code(only(server.hold(exchange(vec![SessionRequest::default()])))),
        "a"
    );
}

#[test]
fn a_readable_ks_must_carry_what_the_answer_says() {
    let good = ks(Version::V1, "ada", PRIVILEGES);
    for policy in POLICIES {
        let session = told(
            policy,
            SessionRequest::default(),
            &good,
            ("ada", PRIVILEGES),
        )
        .unwrap();
        assert_eq!(session.differences, []);
        let limited = [PRIVILEGES, ",iprestrict:10.0.0.1"].concat();
        for (field, carried, said) in [
            ("userId", good.clone(), ("bob", PRIVILEGES)),
            ("userId", ks(Version::V1, "", PRIVILEGES), ("0", PRIVILEGES)),
            (
                "sessionType",
                made(Version::V1, 2, EXPIRY_S, "ada", PRIVILEGES),
                ("ada", PRIVILEGES),
            ),
            (
                "expiry",
                made(Version::V1, 0, EXPIRY_S + 1, "ada", PRIVILEGES),
                ("ada", PRIVILEGES),
            ),
            ("sessionPrivileges", good.clone(), ("ada", &limited)),
            (
                "sessionPrivileges",
                ks(Version::V1, "ada", &limited),
                ("ada", PRIVILEGES),
            ),
        ] {
            let error = told(policy, SessionRequest::default(), &carried, said).unwrap_err();
            assert_eq!(error.code(), "ERR_NOT_GRANTED", "{policy:?} {field}");
            assert!(!error.retryable());
            let fields: Vec<_> = error
                .differences()
                .unwrap()
                .iter()
                .map(|it| it.field.option())
                .collect();
            assert_eq!(fields, [field]);
        }
    }
}

#[test]
fn a_semicolon_in_the_token_s_own_privileges_cuts_off_what_follows_so_its_sessions_are_refused() {
    // As it was recorded.
    let said = [PRIVILEGES, ",a:1;b"].concat();
    let carried = ks(Version::V1, "u@example.org", &said);
    for policy in POLICIES {
        let result = told(
            policy,
            SessionRequest::default(),
            &carried,
            ("u@example.org", &said),
        );
        assert_eq!(code(result), "ERR_NOT_GRANTED");
    }
    let encrypted = ks(Version::V2, "u@example.org", &said);
    assert!(
        told(
            GrantPolicy::Exact,
            SessionRequest::default(),
            &encrypted,
            ("u@example.org", &said)
        )
        .is_ok()
    );
}

#[test]
fn a_smuggled_privilege_is_no_session_even_of_a_partner_that_showed_version_2() {
    let user = "ada;edit:*,disableentitlement";
    let wish = || SessionRequest {
        user_id: Some(user.to_owned()),
        ..SessionRequest::default()
    };
    for policy in POLICIES {
        let carried = ks(Version::V1, user, PRIVILEGES);
        assert_eq!(
            code(told(policy, wish(), &carried, (user, PRIVILEGES))),
            "ERR_NOT_GRANTED"
        );
        let carried = ks(Version::V2, user, PRIVILEGES);
        assert!(told(policy, wish(), &carried, (user, PRIVILEGES)).is_ok());
    }
}

#[test]
fn semicolons_are_sent_only_where_version_2_is_known() {
    let wish = |user: &str, privileges: &str| SessionRequest {
        user_id: Some(user.to_owned()),
        privileges: Some(privileges.to_owned()),
        ..SessionRequest::default()
    };
    for (path, wish) in [
        ("userId", wish("ada;edit:*", "")),
        ("sessionPrivileges", wish("ada", "foo:1;2")),
    ] {
        for first in [widget_of(Version::V1), widget("who-knows")] {
            let server = Script::new([first]);
            let error = only(server.hold(exchange(vec![wish.clone()]))).unwrap_err();
            assert_eq!(
                (error.code(), error.path()),
                ("ERR_INVALID_OPTIONS", Some(path))
            );
            assert!(!error.message().contains("ada"));
            assert_eq!(server.urls().len(), 1);
        }
        let server = Script::new([widget_of(Version::V2), session("a")]);
        let _ = server.hold(exchange(vec![wish]));
        assert_eq!(server.urls().len(), 2);
    }
}

#[test]
fn a_batch_goes_without_what_has_a_semicolon() {
    let wish = |user: &str| SessionRequest {
        user_id: Some(user.to_owned()),
        ..SessionRequest::default()
    };
    let server = Script::new([widget_of(Version::V1), Json(json!([info("a"), info("c")]))]);
    let outcome = server.hold(exchange(vec![wish("ada"), wish("b;b"), wish("ada")]));
    assert_eq!(codes(outcome), ["a", "ERR_INVALID_OPTIONS", "c"]);
    assert_eq!(server.sent(1)["3"], Value::Null);
}

proptest! {
    #[test]
    fn no_readable_ks_is_handed_out_that_carries_anything_else(
        user in "[a;:|,*]{0,6}|.{0,6}",
        asked in "[a;:,*]{0,6}|.{0,6}",
        report in any::<bool>(),
    ) {
        let said = [PRIVILEGES, ",", &asked].concat();
        let carried = ks(Version::V1, &user, &said);
        let policy = if report { GrantPolicy::Report } else { GrantPolicy::Guard };
        let result = told(policy, SessionRequest::default(), &carried, (&user, &said));
        prop_assert_eq!(result.is_ok(), !user.contains(';') && !said.contains(';'));
    }
}
