//! How sessions end.

use serde_json::{Value, json};

use super::{Kaltura, code, seed, text};

fn viewer(kaltura: &mut Kaltura) -> Value {
    kaltura.add_app_token(&json!({ "sessionUserId": "viewer" }))
}

fn use_of(kaltura: &mut Kaltura, session: &Value) -> String {
    let answer = kaltura.call("user.get", &json!({ "ks": session["ks"] }));
    match answer["args"]["KSID"].as_str() {
        Some(reason) => reason.to_owned(),
        None => code(&answer).to_owned(),
    }
}

#[test]
fn ending_one_session_of_an_app_token_ends_all_now_and_to_come() {
    let mut kaltura = Kaltura::new(&seed());
    let token = viewer(&mut kaltura);
    let sibling = kaltura.start_session(&token, &json!({}));
    let ended = kaltura.start_session(&token, &json!({}));
    let answer = kaltura.call("session.end", &json!({ "ks": ended["ks"] }));
    assert_eq!(answer, Value::Null);
    assert_eq!(use_of(&mut kaltura, &ended), "LOGOUT");
    assert_eq!(use_of(&mut kaltura, &sibling), "LOGOUT");

    let later = kaltura.start_session(&token, &json!({}));
    assert_eq!(
        later["objectType"], "KalturaSessionInfo",
        "it still seems to work"
    );
    assert_eq!(use_of(&mut kaltura, &later), "LOGOUT");

    kaltura.now += 86_401;
    let next_day = kaltura.start_session(&token, &json!({}));
    assert_eq!(use_of(&mut kaltura, &next_day), "no error");
}

#[test]
fn a_widget_session_can_not_be_ended() {
    let mut kaltura = Kaltura::new(&seed());
    let widget = json!({ "ks": kaltura.widget_ks() });
    kaltura.call("session.end", &widget);
    assert_eq!(use_of(&mut kaltura, &widget), "no error");
    assert_eq!(kaltura.call("session.end", &json!({})), Value::Null);
}

#[test]
fn a_session_without_a_session_id_ends_alone() {
    let mut kaltura = Kaltura::new(&seed());
    let first = json!({ "ks": kaltura.admin_ks() });
    let second = json!({ "ks": kaltura.admin_ks() });
    kaltura.call("session.end", &first);
    assert_eq!(use_of(&mut kaltura, &first), "LOGOUT");
    assert_eq!(use_of(&mut kaltura, &second), "no error");
}

#[test]
fn deleting_an_app_token_ends_its_sessions() {
    let mut kaltura = Kaltura::new(&seed());
    let token = viewer(&mut kaltura);
    let session = kaltura.start_session(&token, &json!({}));
    let ks = kaltura.admin_ks();
    let deleted = kaltura.call("appToken.delete", &json!({ "ks": ks, "id": token["id"] }));
    assert_eq!(deleted, Value::Null);
    assert_eq!(use_of(&mut kaltura, &session), "LOGOUT");
    assert_eq!(
        code(&kaltura.start_session(&token, &json!({}))),
        "APP_TOKEN_ID_NOT_FOUND"
    );
}

#[test]
fn deleting_a_user_deletes_its_app_tokens_but_not_their_sessions() {
    let mut kaltura = Kaltura::new(&seed());
    let token = viewer(&mut kaltura);
    let session = kaltura.start_session(&token, &json!({}));
    let ks = kaltura.admin_ks();
    let deleted = kaltura.call("user.delete", &json!({ "ks": ks, "userId": "viewer" }));
    assert_eq!(deleted["status"], 2);
    assert_eq!(
        code(&kaltura.start_session(&token, &json!({}))),
        "APP_TOKEN_ID_NOT_FOUND"
    );
    let again = kaltura.call("user.get", &json!({ "ks": session["ks"] }));
    assert_eq!(again["status"], 1, "the session brings its user back");
}

#[test]
fn disabling_an_app_token_leaves_its_sessions_alive() {
    let mut kaltura = Kaltura::new(&seed());
    let token = viewer(&mut kaltura);
    let session = kaltura.start_session(&token, &json!({}));
    kaltura.edit(|state| state["appTokens"][0]["status"] = json!(1));
    assert_eq!(
        code(&kaltura.start_session(&token, &json!({}))),
        "APP_TOKEN_NOT_ACTIVE"
    );
    assert_eq!(use_of(&mut kaltura, &session), "no error");
}

#[test]
fn a_session_expires_by_the_servers_clock() {
    let mut kaltura = Kaltura::new(&seed());
    let token = viewer(&mut kaltura);
    let session = kaltura.start_session(&token, &json!({ "expiry": 60 }));
    kaltura.now += 59;
    assert_eq!(use_of(&mut kaltura, &session), "no error");
    kaltura.now += 2;
    assert_eq!(use_of(&mut kaltura, &session), "EXPIRED");
}

#[test]
fn another_admin_secret_ends_sessions_but_not_app_tokens() {
    let mut kaltura = Kaltura::new(&seed());
    let token = viewer(&mut kaltura);
    let session = kaltura.start_session(&token, &json!({}));
    kaltura.edit(|state| state["partners"][0]["adminSecret"] = json!("another"));
    assert_eq!(use_of(&mut kaltura, &session), text(&session["ks"]));
    kaltura.emulator.flush_caches();
    let session = kaltura.start_session(&token, &json!({}));
    assert_eq!(use_of(&mut kaltura, &session), "no error");
}

#[test]
fn a_limited_number_of_actions_is_counted() {
    let mut kaltura = Kaltura::new(&seed());
    let fields = json!({ "sessionUserId": "viewer", "sessionPrivileges": "actionslimit:2" });
    let token = kaltura.add_app_token(&fields);
    let session = kaltura.start_session(&token, &json!({}));
    assert_eq!(use_of(&mut kaltura, &session), "no error");
    assert_eq!(use_of(&mut kaltura, &session), "no error");
    assert_eq!(use_of(&mut kaltura, &session), "EXCEEDED_ACTIONS_LIMIT");
    let other = kaltura.start_session(&token, &json!({}));
    assert_eq!(
        use_of(&mut kaltura, &other),
        "no error",
        "each session has its own count"
    );
}

#[test]
fn a_session_may_be_tied_to_addresses_and_to_uris() {
    let mut kaltura = Kaltura::new(&seed());
    let mut reason = |privileges: &str, ip| {
        let fields = json!({ "sessionUserId": "viewer", "sessionPrivileges": privileges });
        let token = kaltura.add_app_token(&fields);
        let session = kaltura.start_session(&token, &json!({}));
        kaltura.ip = ip;
        let reason = use_of(&mut kaltura, &session);
        kaltura.ip = "127.0.0.1";
        reason
    };
    assert_eq!(reason("iprestrict:10.9.8.7", "10.9.8.7"), "no error");
    assert_eq!(
        reason("iprestrict:10.9.8.7", "10.9.8.8"),
        "EXCEEDED_RESTRICTED_IP"
    );
    assert_eq!(reason("urirestrict:/api_v3/index.php", ""), "no error");
    assert_eq!(reason("urirestrict:/x|/api_v3/*", ""), "no error");
    assert_eq!(reason("urirestrict:/api_v3", ""), "EXCEEDED_RESTRICTED_URI");
}

#[test]
fn sessions_with_an_id_of_their_own_end_alone_and_outlive_their_token() {
    for version in [1, 2] {
        let mut kaltura = Kaltura::new(&json!({
            "partners": [{ "id": 102, "adminSecret": "admin", "ksVersion": version }],
        }));
        let fields = json!({ "sessionUserId": "viewer", "sessionPrivileges": "sessionid:*" });
        let token = kaltura.add_app_token(&fields);
        // Of several values the first counts.
        let asked = [
            "sessionid:kat-1,own:1",
            "sessionid:kat-1/b",
            "sessionid:b",
            "",
        ];
        let sessions =
            asked.map(|it| kaltura.start_session(&token, &json!({ "sessionPrivileges": it })));
        kaltura.call("session.end", &json!({ "ks": sessions[0]["ks"] }));
        let fates = sessions.clone().map(|it| use_of(&mut kaltura, &it));
        assert_eq!(fates, ["LOGOUT", "LOGOUT", "no error", "no error"]);
        let admin = kaltura.admin_ks();
        kaltura.call(
            "appToken.delete",
            &json!({ "ks": admin, "id": token["id"] }),
        );
        let fates = sessions.map(|it| use_of(&mut kaltura, &it));
        assert_eq!(fates, ["LOGOUT", "LOGOUT", "no error", "LOGOUT"]);
    }
}

#[test]
fn a_session_with_the_id_of_another_token_ends_that_token() {
    let mut kaltura = Kaltura::new(&seed());
    let victim = viewer(&mut kaltura);
    let fields = json!({ "sessionUserId": "viewer", "sessionPrivileges": "sessionid:*" });
    let open = kaltura.add_app_token(&fields);
    let id = victim["id"].as_str().unwrap();
    let asked = json!({ "sessionPrivileges": format!("sessionid:{id}") });
    let evil = kaltura.start_session(&open, &asked);
    kaltura.call("session.end", &json!({ "ks": evil["ks"] }));
    let born_dead = kaltura.start_session(&victim, &json!({}));
    assert_eq!(use_of(&mut kaltura, &born_dead), "LOGOUT");
}
