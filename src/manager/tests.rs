//! What is refused, what is warned of, and what is sent.

use serde_json::{Value, json};

use super::*;
use crate::clock::ServerClock;
use crate::ks;
use crate::options::{Input, Named, Read};
use crate::secret::Secret;
use crate::work;

const NOW_S: i64 = 1_800_000_000;

/// The fields of `object`, as JavaScript would hand them over.
fn fields(object: Value) -> impl Fn(&str) -> Named {
    move |name| Named {
        path: name.to_owned(),
        input: match object.get(name) {
            None => Input::Missing,
            Some(Value::Null) => Input::Null,
            Some(Value::String(text)) => Input::Text(Some(text.clone())),
            Some(Value::Number(number)) => Input::Number(number.as_f64().unwrap()),
            Some(Value::Bool(on)) => Input::Bool(*on),
            Some(_) => Input::Other,
        },
    }
}

fn adding(object: Value) -> Read<Prepared> {
    add(&fields(object), false, NOW_S)
}

fn updating(object: Value) -> Read<Prepared> {
    update(named("id", "0_a"), &fields(object), false, NOW_S)
}

fn named(path: &str, text: &str) -> Named {
    Named {
        path: path.to_owned(),
        input: Input::Text(Some(text.to_owned())),
    }
}

fn sent(prepared: Prepared) -> Value {
    serde_json::from_str(&prepared.params.into_json()).unwrap()
}

fn warned(prepared: &Prepared) -> Vec<&str> {
    prepared.warnings.iter().map(|it| it.code).collect()
}

/// The path and the reason of what is refused.
fn refused(read: Read<Prepared>) -> (String, &'static str) {
    let Err(error) = read else {
        panic!("was not refused")
    };
    (error.path, error.expected)
}

/// Why `value` is refused for `name` beside a user.
fn wrong(name: &str, value: &Value) -> &'static str {
    let (path, reason) = refused(adding(json!({ "sessionUserId": "ada", name: value })));
    assert_eq!(path, name);
    reason
}

#[test]
fn a_token_that_is_added_says_all_that_matters_and_leaves_the_rest_out() {
    let prepared = adding(json!({
        "sessionUserId": "ada",
        "sessionType": "user",
        "sessionDuration": 3600,
        "sessionPrivileges": null,
        "expiry": null,
    }))
    .unwrap();
    assert_eq!(warned(&prepared), ["SESSIONS_END_TOGETHER"]);
    assert_eq!(
        sent(prepared),
        json!({ "appToken": {
            "objectType": "KalturaAppToken",
            "hashType": "SHA256",
            "sessionType": 0,
            "sessionUserId": "ada",
            "sessionDuration": 3600,
        } })
    );
}

#[test]
fn the_user_of_a_new_token_is_said_one_way_or_the_other() {
    let (path, reason) = refused(adding(json!({ "sessionType": "user" })));
    assert_eq!(path, "sessionUserId");
    assert!(reason.contains("null"), "{reason}");

    let open = adding(json!({ "sessionUserId": null, "sessionType": 0 })).unwrap();
    assert_eq!(warned(&open), ["ANY_USER", "SESSIONS_END_TOGETHER"]);
    assert_eq!(sent(open)["appToken"].get("sessionUserId"), None);

    let nobody = adding(json!({ "sessionUserId": "", "sessionType": 0 })).unwrap();
    assert_eq!(
        warned(&nobody),
        ["ANONYMOUS_SESSIONS", "SESSIONS_END_TOGETHER"]
    );
    assert_eq!(sent(nobody)["appToken"]["sessionUserId"], "");
}

#[test]
fn an_expiry_that_kaltura_would_take_for_another_time_is_refused() {
    assert!(wrong("expiry", &json!(0)).contains("has expired"));
    assert!(wrong("expiry", &json!(3600)).contains("from now"));
    assert!(wrong("expiry", &json!(315_360_000)).contains("from now"));
    assert!(wrong("expiry", &json!(NOW_S)).contains("past"));
    assert!(wrong("expiry", &json!(-60)).contains("past"));
    assert!(wrong("expiry", &json!(NOW_S * 1000)).contains("milliseconds"));
    assert!(wrong("expiry", &json!(1.8e300)).contains("milliseconds"));
    for kind in [json!("2030-01-01"), json!(1.5), json!(true), json!([1])] {
        assert!(wrong("expiry", &kind).contains("unix seconds"));
    }
    let tomorrow = json!({ "sessionUserId": "a", "expiry": NOW_S + 86_400 });
    let prepared = adding(tomorrow).unwrap();
    assert_eq!(sent(prepared)["appToken"]["expiry"], NOW_S + 86_400);
}

#[test]
fn sessions_that_would_end_when_they_begin_are_refused() {
    assert!(wrong("sessionDuration", &json!(0)).contains("positive"));
    assert!(wrong("sessionDuration", &json!(-1)).contains("positive"));
    assert!(wrong("sessionDuration", &json!(1.5)).contains("whole"));
    let (path, reason) = refused(updating(json!({ "sessionDuration": null })));
    assert_eq!(path, "sessionDuration");
    assert!(reason.contains("expired when they start"), "{reason}");
}

#[test]
fn a_user_that_kaltura_would_refuse_or_cut_is_refused() {
    for id in ["new user", "zoë@example.org", "dom\\user:1/2"] {
        assert!(wrong("sessionUserId", &json!(id)).contains("knownUser"));
        let known = json!({ "sessionUserId": id });
        assert!(add(&fields(known), true, NOW_S).is_ok(), "{id}");
    }
    let long = "v".repeat(101);
    assert!(wrong("sessionUserId", &json!(long)).contains("another user"));
    let known = json!({ "sessionUserId": long });
    assert!(add(&fields(known), true, NOW_S).is_err());
    assert!(wrong("sessionUserId", &json!("a\nb")).contains("control"));
    assert!(wrong("sessionUserId", &json!(7)).contains("string"));
    for id in [&"v".repeat(100), "a.u+1!#$%&'*?^_`{|}~@x-y"] {
        assert!(adding(json!({ "sessionUserId": id })).is_ok(), "{id}");
    }
}

#[test]
fn what_is_unwise_is_said() {
    let said = |object| {
        let prepared = adding(object).unwrap();
        let mut codes = warned(&prepared);
        // That of each token for a page that is neither isolated nor closed.
        codes.retain(|code| *code != "SESSIONS_END_TOGETHER");
        codes.join(" ")
    };
    let with = |name: &str, value: Value| {
        said(json!({ "sessionUserId": "a", "sessionType": 0, name: value }))
    };
    assert_eq!(said(json!({ "sessionUserId": "a" })), "ANY_SESSION_TYPE");
    assert_eq!(with("sessionType", json!(null)), "ANY_SESSION_TYPE");
    assert_eq!(with("sessionType", json!("admin")), "ADMIN_SESSIONS");
    assert_eq!(with("hashType", json!("SHA1")), "WEAK_HASH_TYPE");
    assert_eq!(with("hashType", json!("MD5")), "WEAK_HASH_TYPE");
    assert_eq!(with("hashType", json!("SHA512")), "");
    assert_eq!(with("sessionDuration", json!(3_600_000)), "LONG_SESSIONS");
    assert_eq!(with("sessionDuration", json!(86_400)), "");
}

#[test]
fn privileges_are_tidied() {
    let tidied = |text: &str| {
        let given = json!({ "sessionUserId": "a", "sessionPrivileges": text });
        sent(adding(given).unwrap())["appToken"]["sessionPrivileges"].clone()
    };
    assert_eq!(tidied("sview:*, edit:0_a"), "sview:*,edit:0_a");
    assert_eq!(tidied("edit:0_a,,edit:0_b,"), "edit:0_a/0_b");
    assert_eq!(tidied(""), "");
    assert!(wrong("sessionPrivileges", &json!("a\u{0}")).contains("text"));
}

#[test]
fn an_update_sends_what_it_names_and_clears_what_is_null() {
    let prepared = updating(json!({
        "description": null, "expiry": null, "sessionType": null, "hashType": "SHA256",
    }))
    .unwrap();
    assert_eq!(warned(&prepared), ["ANY_SESSION_TYPE", "HASH_TYPE_CHANGED"]);
    assert_eq!(
        sent(prepared),
        json!({ "id": "0_a", "appToken": {
            "objectType": "KalturaAppToken",
            "hashType": "SHA256",
            "sessionType__null": "",
            "expiry__null": "",
            "description__null": "",
        } })
    );
    assert_eq!(refused(updating(json!({}))).0, "fields");
    assert_eq!(refused(updating(json!({ "hashType": null }))).0, "hashType");
    assert_eq!(
        refused(updating(json!({ "hashType": "SHA384" }))).0,
        "hashType"
    );
    let nobody = update(named("id", ""), &fields(json!({})), false, NOW_S);
    assert_eq!(refused(nobody).0, "id");
}

#[test]
fn what_only_kaltura_sets_is_refused() {
    for name in [
        "id",
        "token",
        "partnerId",
        "createdAt",
        "updatedAt",
        "status",
    ] {
        assert_eq!(check_name(name).unwrap_err().path, name);
    }
    assert!(NAMES.iter().all(|name| check_name(name).is_ok()));
}

fn token(object: &Value) -> AppToken {
    AppToken::from_json(object.to_string().as_bytes()).unwrap()
}

fn recorded() -> Value {
    json!({
        "id": "0_1jxg14n3", "token": "715f811fbd8999af06497f4f77631d35", "partnerId": 102,
        "createdAt": 1_795_493_665, "updatedAt": 1_795_493_665, "status": 2,
        "expiry": NOW_S + 1, "sessionType": 0, "sessionUserId": "viewer.7@example.org",
        "sessionDuration": 3600, "sessionPrivileges": "sview:*, edit:0_a", "hashType": "SHA512",
        "description": "the portal", "objectType": "KalturaAppToken",
    })
}

#[test]
fn a_successor_has_the_same_properties_and_nothing_else_of_its_predecessor() {
    let prepared = successor(&token(&recorded()), NOW_S).unwrap();
    assert_eq!(warned(&prepared), ["SESSIONS_END_TOGETHER"]);
    assert_eq!(
        sent(prepared),
        json!({ "appToken": {
            "objectType": "KalturaAppToken",
            "hashType": "SHA512",
            "sessionType": 0,
            "sessionUserId": "viewer.7@example.org",
            "sessionDuration": 3600,
            "sessionPrivileges": "sview:*, edit:0_a",
            "expiry": NOW_S + 1,
            "description": "the portal",
        } })
    );
    let bare = json!({ "id": "0_a", "partnerId": 102, "status": 2 });
    let prepared = successor(&token(&bare), NOW_S).unwrap();
    assert_eq!(
        warned(&prepared),
        ["WEAK_HASH_TYPE", "ANY_SESSION_TYPE", "ANY_USER"]
    );
    let only = json!({ "objectType": "KalturaAppToken", "hashType": "SHA1" });
    assert_eq!(sent(prepared), json!({ "appToken": only }));
}

#[test]
fn a_token_whose_successor_would_be_of_no_use_has_none() {
    let mut expired = recorded();
    expired["expiry"] = json!(NOW_S);
    assert!(
        refused(successor(&token(&expired), NOW_S))
            .1
            .contains("expired")
    );
    let mut disabled = recorded();
    disabled["status"] = json!(1);
    let reason = refused(successor(&token(&disabled), NOW_S)).1;
    assert!(reason.contains("active"), "{reason}");
    let mut dead = recorded();
    dead["sessionDuration"] = json!(0);
    let reason = refused(successor(&token(&dead), NOW_S)).1;
    assert!(reason.contains("sessionDuration"), "{reason}");
    for (name, value) in [
        ("hashType", json!("SHA3")),
        ("sessionType", json!(-1)),
        ("sessionDuration", json!(1_i64 << 32)),
        ("expiry", json!(1_i64 << 32)),
    ] {
        let mut odd = recorded();
        odd[name] = value;
        let (path, reason) = refused(successor(&token(&odd), NOW_S));
        assert_eq!(path, "id");
        assert!(
            reason.contains("unknown to this package"),
            "{name}: {reason}"
        );
    }
}

#[test]
fn answers_are_read_whatever_they_leave_out() {
    let full = token(&recorded());
    assert_eq!(
        full.session_user_id.as_deref(),
        Some("viewer.7@example.org")
    );
    assert!(!format!("{full:?}").contains("715f811f"));
    let bare = token(&json!({ "id": "0_a", "partnerId": "102", "status": "2" }));
    assert_eq!(
        (bare.partner_id, bare.status, &*bare.hash_type),
        (102, 2, "SHA1")
    );
    assert_eq!((bare.expiry, bare.session_user_id.as_ref()), (None, None));
    for none in [
        "null",
        "{}",
        "[]",
        r#"{"id":"","partnerId":1,"status":2}"#,
        "{",
    ] {
        assert_eq!(AppToken::from_json(none.as_bytes()), None, "{none}");
    }
    assert!(full.has_value() && !bare.has_value());
    let page = read_page(br#"{"totalCount":0}"#).unwrap();
    assert_eq!((page.app_tokens.len(), page.total_count), (0, 0));
    let page = json!({ "totalCount": "1", "objects": [recorded()] }).to_string();
    assert_eq!(read_page(page.as_bytes()).unwrap().app_tokens, [full]);
    for none in [
        r#"{"totalCount":1,"objects":[{}]}"#,
        r#"{"objects":[]}"#,
        "null",
    ] {
        assert_eq!(read_page(none.as_bytes()), None, "{none}");
    }
}

#[test]
fn a_limit_that_cannot_be_read_is_not_taken_for_none() {
    for name in [
        "expiry",
        "sessionType",
        "sessionUserId",
        "sessionDuration",
        "sessionPrivileges",
        "hashType",
    ] {
        for value in [json!(true), json!(1.5), json!(["a"]), json!({ "a": 1 })] {
            let mut odd = recorded();
            odd[name] = value;
            let json = odd.to_string();
            assert_eq!(AppToken::from_json(json.as_bytes()), None, "{json}");
        }
        let open = json!({ "id": "0_a", "partnerId": 102, "status": 2, name: null });
        assert!(AppToken::from_json(open.to_string().as_bytes()).is_some());
    }
    let twice = r#"{"id":"0_a","partnerId":1,"status":2,"expiry":5,"expiry":9}"#;
    assert_eq!(AppToken::from_json(twice.as_bytes()), None);
}

fn listing(filter: Value, pager: Value, all: bool, further: u32) -> Value {
    let (prepared, paging) = list(&fields(filter), &fields(pager), all, further).unwrap();
    let mut sent = sent(prepared);
    assert_eq!(sent["pager"]["pageSize"], paging.size);
    sent["filter"].as_object_mut().unwrap().remove("objectType");
    sent["pager"].as_object_mut().unwrap().remove("objectType");
    sent
}

#[test]
fn a_list_says_which_tokens_and_which_page() {
    let filter = json!({ "idIn": "0_a,0_b", "statusEqual": 2, "orderBy": "-createdAt",
                         "createdAtGreaterThanOrEqual": NOW_S, "sessionUserIdEqual": "" });
    let pager = json!({ "pageIndex": 3 });
    let page = json!({ "pageSize": 30, "pageIndex": 3 });
    let expected = json!({ "filter": filter, "pager": page });
    assert_eq!(listing(filter.clone(), pager.clone(), false, 0), expected);
    assert_eq!(
        listing(json!({}), pager, true, 2)["pager"],
        json!({ "pageSize": 500, "pageIndex": 5 })
    );

    let refused =
        |filter: Value, pager: Value| match list(&fields(filter), &fields(pager), false, 0) {
            Err(error) => error.path,
            Ok(_) => panic!("was not refused"),
        };
    for (name, value) in [
        ("createdAtLessThanOrEqual", json!(-86_400)),
        ("createdAtLessThanOrEqual", json!(NOW_S * 1000)),
        ("updatedAtLessThanOrEqual", json!(null)),
        ("statusEqual", json!(4)),
        ("orderBy", json!("createdAt")),
        ("idEqual", json!(7)),
        ("idIn", json!("")),
        ("statusIn", json!("2,active")),
        ("statusIn", json!("2,")),
    ] {
        assert_eq!(refused(json!({ name: value }), json!({})), name);
    }
    for (name, value) in [("pageSize", 501), ("pageSize", 0), ("pageIndex", 0)] {
        assert_eq!(refused(json!({}), json!({ name: value })), name);
    }
}

#[test]
fn pages_end_with_the_one_that_has_the_last_token() {
    let page = |index| Paging { size: 2, index };
    assert!(page(1).goes_on(2, 3));
    assert!(!page(2).goes_on(1, 3));
    assert!(!page(2).goes_on(2, 4), "a full page may be the last");
    assert!(
        !page(1).goes_on(0, 100),
        "an empty page is, whatever was promised"
    );
}

#[test]
fn the_administrators_ks_is_short_and_names_its_user_even_if_nobody() {
    let secret = Secret::new("admin".to_owned());
    let mut admin = AdminKs::new(102, String::new());
    let now_ms = NOW_S * 1000;
    assert_eq!(admin.kept(now_ms), None);
    let ks = admin.make(&secret, [7; 16], now_ms).unwrap();
    let info = ks::inspect(ks.expose(), &[secret]).unwrap();
    let session = info.session.unwrap();
    assert_eq!(session.user_id.as_deref(), Some(""));
    assert!(session.is_admin() && session.privileges.is_empty());
    assert_eq!(session.expiry.to_int(), NOW_S + 300);

    assert_eq!(admin.kept(now_ms + 200_000), Some(&ks));
    assert_eq!(
        admin.kept(now_ms + 250_000),
        None,
        "it has to last for a call"
    );

    let other = admin
        .make(&Secret::new("admin".to_owned()), [8; 16], now_ms)
        .unwrap();
    admin.forget(&ks);
    assert_eq!(admin.kept(now_ms), Some(&other), "it was not refused");
    admin.forget(&other);
    assert_eq!(admin.kept(now_ms), None);
}

#[test]
fn its_life_is_reckoned_on_the_servers_clock() {
    let secret = Secret::new("admin".to_owned());
    let mut admin = AdminKs::new(102, "ada".to_owned());
    let now_ms = NOW_S * 1000;
    admin.make(&secret, [7; 16], now_ms).unwrap();
    // The server is a day behind: what was made lives a day longer than it should.
    admin.set_clock(ServerClock {
        offset_ms: -86_400_000,
        ..ServerClock::UNKNOWN
    });
    assert_eq!(admin.kept(now_ms), None);
    let ks = admin.make(&secret, [8; 16], now_ms).unwrap();
    let info = ks::inspect(ks.expose(), &[secret]).unwrap();
    let expiry = info.session.unwrap().expiry.to_int();
    assert_eq!(expiry, NOW_S - 86_400 + 300);
    assert_eq!(admin.kept(now_ms), Some(&ks));
}

#[test]
fn a_clock_that_is_a_little_fast_makes_no_difference() {
    let secret = Secret::new("admin".to_owned());
    let mut admin = AdminKs::new(102, "ada".to_owned());
    let now_ms = NOW_S * 1000;
    let ks = admin.make(&secret, [7; 16], now_ms).unwrap();
    for offset_ms in [-1, -20_000, 20_000] {
        admin.set_clock(ServerClock {
            offset_ms,
            ..ServerClock::UNKNOWN
        });
        assert_eq!(admin.kept(now_ms), Some(&ks), "{offset_ms}");
    }
}

#[test]
fn a_ks_of_another_partner_is_refused_and_one_that_nobody_can_read_is_not() {
    let secret = Secret::new("admin".to_owned());
    let admin = AdminKs::new(102, String::new());
    let ks = |partner| {
        let mut other = AdminKs::new(partner, String::new());
        other.make(&secret, [7; 16], 0).unwrap()
    };
    assert_eq!(admin.check(ks(102).expose()), Ok(()));
    assert_eq!(admin.check(ks(103).expose()), Err(Unusable::OtherPartner));
    assert_eq!(admin.check("djN8"), Ok(()));
    for none in ["", " ", "djJ8\n"] {
        assert_eq!(admin.check(none), Err(Unusable::NoKs));
    }
}

fn kaltura(code: &str) -> Shown<'_> {
    Shown {
        code: "ERR_KALTURA",
        kaltura_code: code,
        open: 1,
        ..Shown::default()
    }
}

#[test]
fn an_add_whose_answer_was_lost_is_left_open() {
    let open = |action, shown| judge(action, shown).is_open;
    let lost = |code| Shown {
        code,
        open: 1,
        ..Shown::default()
    };
    for code in [
        "ERR_NETWORK",
        "ERR_TIMEOUT",
        "ERR_ABORTED",
        "ERR_BAD_RESPONSE",
        "ERR_INTERNAL",
    ] {
        assert!(open(Action::Add, lost(code)), "{code}");
        assert!(!open(Action::Delete, lost(code)), "{code}");
        let unsent = Shown {
            open: 0,
            ..lost(code)
        };
        assert!(!open(Action::Add, unsent), "{code}");
    }
    let status = |status| Shown {
        status,
        ..lost("ERR_HTTP_STATUS")
    };
    for done in [202, 204, 408, 502] {
        assert!(open(Action::Add, status(done)), "{done}");
    }
    for refused in [302, 404, 429] {
        assert!(!open(Action::Add, status(refused)), "{refused}");
    }
    assert!(open(Action::Add, kaltura("INTERNAL_DATABASE_ERROR")));
    assert!(!open(Action::Add, kaltura("ACTION_BLOCKED")));
    assert!(!open(Action::Add, kaltura("INVALID_FIELD_VALUE")));
    assert!(
        judge(Action::Add, lost("ERR_NETWORK"))
            .advice
            .unwrap()
            .contains("list()")
    );
}

#[test]
fn a_token_that_is_gone_after_a_second_try_was_deleted_by_the_first() {
    let gone = |action, open| {
        let shown = Shown {
            open,
            ..kaltura("APP_TOKEN_ID_NOT_FOUND")
        };
        judge(action, shown).is_done
    };
    assert!(gone(Action::Delete, 2));
    assert!(!gone(Action::Delete, 1));
    assert!(!gone(Action::Get, 2));
}

#[test]
fn only_an_answer_that_says_nothing_says_that_a_token_was_deleted() {
    assert!(is_nothing(b" null\n"));
    for other in ["", "{}", "[]", "true", r#""""#, r#"{"error":"forbidden"}"#] {
        assert!(!is_nothing(other.as_bytes()), "{other}");
    }
}

#[test]
fn a_refused_ks_is_dead_unless_it_is_restricted() {
    let dead = |ks_refusal| {
        let shown = Shown {
            ks_refusal,
            ..kaltura("INVALID_KS")
        };
        judge(Action::List, shown).dead_ks
    };
    for reason in ["EXPIRED", "LOGOUT", "EXCEEDED_ACTIONS_LIMIT", "INVALID_STR"] {
        assert!(dead(reason), "{reason}");
    }
    assert!(!dead("EXCEEDED_RESTRICTED_IP"));
    let expired = Shown {
        ks_refusal: "EXPIRED",
        ..kaltura("INVALID_KS")
    };
    let advice = |made_ks| {
        let shown = Shown { made_ks, ..expired };
        judge(Action::List, shown).advice.unwrap()
    };
    assert!(advice(true).contains("clock") && advice(false).contains("the given ks"));
    assert!(!judge(Action::List, kaltura("SERVICE_FORBIDDEN")).dead_ks);
}

#[test]
fn work_grows_with_the_fields_and_no_faster() {
    for part in [
        "a",
        "1,",
        ",",
        " ,",
        "edit:1/2,",
        "a:*,",
        "/",
        "é",
        "\\",
        "\"",
    ] {
        work::assert_linear(part, |factor| {
            let text = part.repeat(2000 * factor / part.len());
            let given = json!({
                "sessionUserId": text, "sessionPrivileges": text, "description": text,
            });
            let privileges = json!({ "sessionUserId": "a", "sessionPrivileges": text });
            let filter = json!({ "idEqual": text, "idIn": text, "sessionUserIdEqual": text });
            let statuses = json!({ "statusIn": text, "orderBy": text });
            move || {
                let _ = (adding(given), adding(privileges));
                let _ = list(&fields(filter), &fields(json!({})), false, 0);
                let _ = list(&fields(statuses), &fields(json!({})), false, 0);
            }
        });
    }
}

#[test]
fn work_grows_with_a_list_of_tokens_and_no_faster() {
    let token = r#"{"id":"0_a","partnerId":1,"status":2,"token":"x","description":"\u0061"}"#;
    for part in [token, "{}", "1", "null", r#"{"id":1,"id":2}"#] {
        work::assert_linear(part, |factor| {
            let parts = vec![part; 500 * factor].join(",");
            let page = format!(r#"{{"objects":[{parts}],"totalCount":1}}"#);
            move || {
                let _ = read_page(page.as_bytes());
                let _ = AppToken::from_json(page.as_bytes());
                let _ = is_nothing(page.as_bytes());
            }
        });
    }
}

#[test]
fn isolated_sessions_are_made_with_their_price_and_for_an_hour() {
    let isolated = |more: Value| {
        let mut fields =
            json!({ "sessionUserId": "ada", "sessionType": "user", "isolatedSessions": true });
        for (name, value) in more.as_object().unwrap() {
            fields[name] = value.clone();
        }
        adding(fields)
    };
    for (given, privileges) in [
        (json!(null), "sessionid:*"),
        (json!(""), "sessionid:*"),
        (json!("sview:*"), "sview:*,sessionid:*"),
        (json!("sessionid:*,sview:*"), "sessionid:*,sview:*"),
    ] {
        let prepared = isolated(json!({ "sessionPrivileges": given })).unwrap();
        assert_eq!(warned(&prepared), ["ISOLATED_SESSIONS"]);
        let sent = sent(prepared);
        assert_eq!(sent["appToken"]["sessionPrivileges"], privileges);
        assert_eq!(sent["appToken"]["sessionDuration"], 3600);
        assert_eq!(sent["appToken"]["isolatedSessions"], Value::Null);
    }
    let long = isolated(json!({ "sessionDuration": 7200 })).unwrap();
    assert_eq!(
        warned(&long),
        ["ISOLATED_SESSIONS", "LONG_ISOLATED_SESSIONS"]
    );
    assert_eq!(sent(long)["appToken"]["sessionDuration"], 7200);
    let short = isolated(json!({ "sessionDuration": 600 })).unwrap();
    assert_eq!(sent(short)["appToken"]["sessionDuration"], 600);
    // Another's id among them would let its holder end that one's sessions.
    let (path, _) = refused(isolated(json!({ "sessionPrivileges": "sessionid:0_b" })));
    assert_eq!(path, "sessionPrivileges");
    assert_eq!(wrong("isolatedSessions", &json!("yes")), "true or false");
    let (path, _) = refused(updating(json!({ "isolatedSessions": true })));
    assert_eq!(path, "isolatedSessions");
}

#[test]
fn how_sessions_end_is_told_again_when_a_token_is_changed_followed_or_deleted() {
    let changed = |fields: Value| warned(&updating(fields).unwrap()).join(" ");
    assert_eq!(
        changed(json!({ "sessionPrivileges": "sessionid:*" })),
        "ISOLATED_SESSIONS"
    );
    assert_eq!(
        changed(json!({ "sessionPrivileges": null, "sessionType": "user" })),
        "SESSIONS_END_TOGETHER"
    );
    assert_eq!(changed(json!({ "description": "x" })), "");
    assert_eq!(changed(json!({ "sessionType": "user" })), "");
    let mut old = recorded();
    assert_eq!(warnings_of_deletion(&token(&old)), []);
    old["sessionPrivileges"] = json!("sview:*,sessionid:*");
    let codes = |warnings: Vec<Warning>| warnings.iter().map(|it| it.code).collect::<Vec<_>>();
    assert_eq!(
        codes(warnings_of_deletion(&token(&old))),
        ["SESSIONS_OUTLIVE_TOKEN"]
    );
    assert_eq!(
        codes(successor(&token(&old), NOW_S).unwrap().warnings),
        ["ISOLATED_SESSIONS"]
    );
}
