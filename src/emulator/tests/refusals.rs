//! Refusals: which one, in which order, and what callers see of it.

use serde_json::{Value, json};

use super::{Kaltura, code, seed, text};

fn partners() -> Value {
    json!({ "partners": [
        { "id": 102, "adminSecret": "admin", "userSecret": "user" },
        { "id": 103, "adminSecret": "admin" },
        { "id": 105, "adminSecret": "admin", "httpsOnly": true },
        { "id": 106, "adminSecret": "admin", "status": 2 },
    ] })
}

fn widget_of(kaltura: &mut Kaltura, partner: i64) -> String {
    let params = json!({ "widgetId": format!("_{partner}") });
    text(&kaltura.call("session.startWidgetSession", &params)["ks"])
}

#[test]
fn a_wrong_hash_is_refused_however_little_it_is_wrong() {
    let mut kaltura = Kaltura::new(&seed());
    let token = kaltura.add_app_token(&json!({ "sessionUserId": "viewer" }));
    let ks = kaltura.widget_ks();
    let right = Kaltura::hash_for(&ks, &token);
    let mut refusal = |hash: String| {
        let params = json!({ "ks": ks, "id": token["id"], "tokenHash": hash, "nocache": 1 });
        let answer = kaltura.call("appToken.startSession", &params);
        code(&answer).to_owned()
    };
    assert_eq!(refusal(right.clone()), "no error");
    for wrong in [
        right.to_uppercase(),
        format!(" {right}\n"),
        String::new(),
        "0".repeat(40),
    ] {
        assert_eq!(refusal(wrong), "INVALID_APP_TOKEN_HASH");
    }
}

#[test]
fn an_app_token_is_looked_at_in_the_servers_order() {
    let mut kaltura = Kaltura::new(&partners());
    let fields = json!({ "sessionUserId": "viewer", "expiry": -60 });
    let token = kaltura.add_app_token(&fields);
    let wrong = json!({ "tokenHash": "0000", "nocache": 1 });
    let mut refusal = |token: &Value, params: &Value| {
        let answer = kaltura.start_session(token, params);
        (code(&answer).to_owned(), answer["args"].clone())
    };
    let id = token["id"].clone();
    assert_eq!(
        refusal(&token, &json!({})),
        ("APP_TOKEN_EXPIRED".to_owned(), json!({ "ID": id }))
    );
    assert_eq!(
        refusal(&token, &wrong).0,
        "INVALID_APP_TOKEN_HASH",
        "the hash comes before"
    );

    kaltura.edit(|state| state["appTokens"][0]["status"] = json!(1));
    let answer = kaltura.start_session(&token, &json!({ "tokenHash": "1111" }));
    assert_eq!(
        code(&answer),
        "APP_TOKEN_NOT_ACTIVE",
        "and the status before the hash"
    );

    let foreign = widget_of(&mut kaltura, 103);
    let answer = kaltura.start_session_over(&foreign, &token, &json!({}));
    assert_eq!(
        code(&answer),
        "APP_TOKEN_ID_NOT_FOUND",
        "another partner's isn't there at all"
    );
}

#[test]
fn parameters_are_looked_at_after_the_ks_is_read_and_before_it_is_judged() {
    let mut kaltura = Kaltura::new(&seed());
    let expired = {
        let params = json!({ "widgetId": "_102", "expiry": 1, "nocache": 1 });
        text(&kaltura.call("session.startWidgetSession", &params)["ks"])
    };
    kaltura.now += 10;
    let mut first = |ks: &str, id: Value| {
        let params = json!({ "ks": ks, "id": id, "tokenHash": "x", "nocache": 1 });
        let mut params = params.as_object().cloned().unwrap();
        params.retain(|_, value| !value.is_null());
        let answer = kaltura.call("appToken.startSession", &Value::Object(params));
        code(&answer).to_owned()
    };
    assert_eq!(first("garbage", json!(null)), "INVALID_KS");
    assert_eq!(first(&expired, json!(null)), "MISSING_MANDATORY_PARAMETER");
    assert_eq!(first(&expired, json!("x")), "INVALID_KS");
    assert_eq!(first("", json!(null)), "MISSING_MANDATORY_PARAMETER");
    assert_eq!(first("", json!("x")), "SERVICE_FORBIDDEN");
}

#[test]
fn a_ks_that_can_not_be_read_is_given_back_in_the_error() {
    let mut kaltura = Kaltura::new(&seed());
    let mut tampered = kaltura.widget_ks();
    let swapped = if tampered.as_bytes()[40] == b'A' {
        "B"
    } else {
        "A"
    };
    tampered.replace_range(40..41, swapped);
    for ks in ["garbage".to_owned(), "!!!".to_owned(), tampered] {
        let answer = kaltura.call("user.get", &json!({ "ks": ks, "nocache": 1 }));
        assert_eq!(
            answer["args"],
            json!({ "KSID": ks, "ERR_CODE": "-1", "ERR_DESC": "INVALID_STR" })
        );
    }
    // Even where no KS is needed.
    let params = json!({ "widgetId": "_102", "ks": "garbage" });
    assert_eq!(
        code(&kaltura.call("session.startWidgetSession", &params)),
        "INVALID_KS"
    );
}

#[test]
fn a_ks_is_good_for_its_own_partner_alone() {
    let mut kaltura = Kaltura::new(&partners());
    let ks = kaltura.admin_ks();
    let mut list = |extra: Value| {
        let mut params = json!({ "ks": ks });
        params
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().cloned().unwrap());
        code(&kaltura.call("appToken.list", &params)).to_owned()
    };
    assert_eq!(list(json!({ "partnerId": 102 })), "no error");
    assert_eq!(list(json!({ "partnerId": "0" })), "no error", "0 is none");
    assert_eq!(list(json!({ "partnerId": 103 })), "SERVICE_FORBIDDEN");
    assert_eq!(list(json!({ "p": 103 })), "SERVICE_FORBIDDEN");
}

#[test]
fn app_tokens_are_for_administrators_to_manage() {
    let mut kaltura = Kaltura::new(&seed());
    let token = kaltura.add_app_token(&json!({ "sessionUserId": "viewer" }));
    let plain = text(&kaltura.start_session(&token, &json!({}))["ks"]);
    let widget = kaltura.widget_ks();
    for ks in ["", &widget, &plain] {
        for action in ["list", "get", "delete"] {
            let params = json!({ "ks": ks, "id": token["id"], "nocache": 1 });
            let answer = kaltura.call(&format!("appToken.{action}"), &params);
            assert_eq!(code(&answer), "SERVICE_FORBIDDEN");
            assert_eq!(
                answer["message"],
                format!("The access to service [appToken->{action}] is forbidden"),
            );
        }
    }
    // A user who is an administrator is one in a user's session too.
    kaltura.edit(|state| state["partners"][0]["users"]["viewer"]["isAdmin"] = json!(true));
    let answer = kaltura.call("appToken.list", &json!({ "ks": plain }));
    assert_eq!(answer["totalCount"], 1);
}

#[test]
fn a_role_that_the_session_names_takes_the_place_of_the_users() {
    let mut kaltura = Kaltura::new(&seed());
    let mut refusal = |role: &str| {
        let privileges = format!("setrole:{role}");
        let fields = json!({ "sessionUserId": "viewer", "sessionPrivileges": privileges,
                             "sessionType": 2 });
        let token = kaltura.add_app_token(&fields);
        let session = kaltura.start_session(&token, &json!({}));
        let answer = kaltura.call("session.get", &json!({ "ks": session["ks"] }));
        code(&answer).to_owned()
    };
    assert_eq!(refusal("PLAYBACK_BASE_ROLE"), "SERVICE_FORBIDDEN");
    assert_eq!(refusal("PARTNER_ADMIN_ROLE"), "no error");
    assert_eq!(refusal("NO_SUCH_ROLE"), "INVALID_OBJECT_ID");
    assert_eq!(refusal("4711"), "UNKNOWN_ROLE_ID");
}

#[test]
fn a_blocked_partner_gets_a_widget_session_and_nothing_else() {
    let mut kaltura = Kaltura::new(&partners());
    let ks = widget_of(&mut kaltura, 106);
    let answer = kaltura.call("user.get", &json!({ "ks": ks }));
    assert_eq!(code(&answer), "SERVICE_FORBIDDEN_CONTENT_BLOCKED");
    assert_eq!(answer["args"], json!([]));
    let params = json!({ "secret": "admin", "type": 2, "partnerId": 999, "nocache": 1 });
    let answer = kaltura.call("session.start", &params);
    assert_eq!(
        code(&answer),
        "SERVICE_FORBIDDEN_CONTENT_BLOCKED",
        "an unknown one is as good"
    );
}

#[test]
fn a_partner_of_https_only_is_refused_over_http() {
    let mut kaltura = Kaltura::new(&partners());
    let ks = widget_of(&mut kaltura, 105);
    let params = json!({ "ks": ks, "id": "0_x", "tokenHash": "x", "nocache": 1 });
    let answer = kaltura.call("appToken.startSession", &params);
    assert_eq!(code(&answer), "SERVICE_ACCESS_CONTROL_RESTRICTED");
    kaltura.https = true;
    let answer = kaltura.call("appToken.startSession", &params);
    assert_eq!(code(&answer), "APP_TOKEN_ID_NOT_FOUND");
}

#[test]
fn a_blocked_user_is_refused_at_the_use_of_its_session() {
    let mut kaltura = Kaltura::new(&seed());
    let token = kaltura.add_app_token(&json!({ "sessionUserId": "viewer" }));
    kaltura.edit(|state| state["partners"][0]["users"]["viewer"]["status"] = json!(0));
    let session = kaltura.start_session(&token, &json!({}));
    let answer = kaltura.call("user.get", &json!({ "ks": session["ks"] }));
    assert_eq!(code(&answer), "USER_BLOCKED");
}

#[test]
fn an_actions_limit_that_is_no_number_is_refused_at_use() {
    let mut kaltura = Kaltura::new(&seed());
    for limit in ["0", "x"] {
        let privileges = format!("actionslimit:{limit}");
        let fields = json!({ "sessionUserId": "viewer", "sessionPrivileges": privileges });
        let token = kaltura.add_app_token(&fields);
        let session = kaltura.start_session(&token, &json!({}));
        let answer = kaltura.call("user.get", &json!({ "ks": session["ks"] }));
        assert_eq!(code(&answer), "INVALID_ACTIONS_LIMIT");
    }
}

#[test]
fn too_many_calls_are_blocked_for_a_while() {
    let mut kaltura = Kaltura::new(&seed());
    let token = kaltura.add_app_token(&json!({ "sessionUserId": "viewer" }));
    kaltura.edit(|state| {
        state["switches"]["rateLimits"] =
            json!([{ "service": "appToken", "action": "startSession", "max": 2, "per": "id" }]);
    });
    for _ in 0..2 {
        assert_eq!(code(&kaltura.start_session(&token, &json!({}))), "no error");
    }
    let blocked = kaltura.start_session(&token, &json!({ "nocache": 1 }));
    assert_eq!(
        blocked["message"],
        "Action \"startsession\" in service \"apptoken\" is blocked"
    );
    kaltura.now += 10;
    let later = kaltura.start_session(&token, &json!({ "nocache": 1 }));
    assert_eq!(code(&later), "no error");
}

#[test]
fn without_a_database_only_the_fast_path_of_session_start_is_left() {
    let mut kaltura = Kaltura::new(&seed());
    let ks = kaltura.admin_ks();
    kaltura.edit(|state| state["switches"]["database"] = json!(false));
    let answer = kaltura.call("appToken.list", &json!({ "ks": ks }));
    assert_eq!(code(&answer), "INTERNAL_DATABASE_ERROR");
    let start = json!({ "secret": "admin", "type": 2, "partnerId": 102 });
    assert!(kaltura.call("session.start", &start).is_string());
}

#[test]
fn names_that_do_not_exist_are_told() {
    let mut kaltura = Kaltura::new(&seed());
    let mut refusal = |service: &str, action: &str| {
        let answer = kaltura.answer(&json!({ "format": 1, "service": service, "action": action }));
        let answer: Value = serde_json::from_slice(&answer.body).unwrap();
        code(&answer).to_owned()
    };
    assert_eq!(refusal("", ""), "SERVICE_NOT_SPECIFIED");
    assert_eq!(refusal("nope", "ping"), "SERVICE_DOES_NOT_EXISTS");
    assert_eq!(refusal("system", "nope"), "ACTION_DOES_NOT_EXISTS");
    assert_eq!(
        refusal("SYSTEM", "Ping"),
        "no error",
        "case does not matter"
    );
}

#[test]
fn arguments_of_the_wrong_kind_are_refused() {
    let mut kaltura = Kaltura::new(&seed());
    let ks = kaltura.widget_ks();
    let mut refusal = |name: &str, value: Value| {
        let mut params = json!({ "ks": ks, "id": "x", "tokenHash": "x", "nocache": 1 });
        params[name] = value;
        let answer = kaltura.call("appToken.startSession", &params);
        (code(&answer).to_owned(), answer["args"].clone())
    };
    let enumeration = |value: &str| {
        let args =
            json!({ "ENUM_VAL": value, "PARAM_NAME": "type", "ENUM_TYPE": "KalturaSessionType" });
        ("INVALID_ENUM_VALUE".to_owned(), args)
    };
    assert_eq!(refusal("type", json!(1)), enumeration("1"));
    assert_eq!(refusal("type", json!("")), enumeration(""));
    assert_eq!(
        refusal("type", json!(null)).0,
        "APP_TOKEN_ID_NOT_FOUND",
        "null is 0"
    );
    let args = json!({ "XML_FIELD": "userId" });
    let expected = ("INVALID_PARAMETER_CHAR".to_owned(), args);
    assert_eq!(refusal("userId", json!("a\u{1}b")), expected);
    assert_eq!(
        refusal("userId", json!("a\n\tb")).0,
        "APP_TOKEN_ID_NOT_FOUND"
    );
}
