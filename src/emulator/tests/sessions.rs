//! From an app token to a session that works, and what is granted on the way.

use serde_json::{Value, json};

use super::{Kaltura, NOW, code, seed, text};
use crate::ks;
use crate::secret::Secret;

#[test]
fn an_app_token_becomes_a_session_that_works() {
    let mut kaltura = Kaltura::new(&seed());
    let token = kaltura.add_app_token(&json!({ "sessionUserId": "viewer", "hashType": "SHA256" }));
    let session = kaltura.start_session(&token, &json!({ "expiry": 600 }));
    assert_eq!(session["objectType"], "KalturaSessionInfo");
    assert_eq!(session["partnerId"], "102", "text, here");
    assert_eq!(session["expiry"], NOW + 600, "a number, here");
    let user = kaltura.call("user.get", &json!({ "ks": session["ks"] }));
    assert_eq!(user["id"], "viewer");
}

#[test]
fn a_session_is_one_that_the_partners_secret_made() {
    let mut kaltura = Kaltura::new(&seed());
    let token = kaltura.add_app_token(&json!({ "sessionUserId": "viewer" }));
    let session = kaltura.start_session(&token, &json!({}));
    let info = ks::inspect(&text(&session["ks"]), &[Secret::new("admin".to_owned())]).unwrap();
    let inside = info.session.unwrap();
    assert_eq!(inside.user_id.as_deref(), Some("viewer"));
    assert_eq!(inside.expiry.to_int(), NOW + 86_400);
    let id = text(&token["id"]);
    assert_eq!(inside.privileges, format!("sessionid:{id},apptoken:{id}"));
}

#[test]
fn a_partner_of_version_1_gets_sessions_of_version_1() {
    let mut kaltura = Kaltura::new(&json!({
        "partners": [{ "id": 102, "adminSecret": "admin", "ksVersion": 1 }],
    }));
    let info = ks::inspect(&kaltura.widget_ks(), &[Secret::new("admin".to_owned())]).unwrap();
    assert_eq!((info.version, info.verified), (ks::Version::V1, Some(true)));
}

#[test]
fn the_shortest_of_three_lives_is_granted() {
    let mut kaltura = Kaltura::new(&seed());
    let mut granted = |fields: Value, asked: Value| {
        let mut all = json!({ "sessionUserId": "viewer" });
        all.as_object_mut()
            .unwrap()
            .extend(fields.as_object().cloned().unwrap());
        let token = kaltura.add_app_token(&all);
        let session = kaltura.start_session(&token, &json!({ "expiry": asked }));
        session["expiry"].as_i64().map(|expiry| expiry - NOW)
    };
    assert_eq!(granted(json!({}), json!(60)), Some(60));
    assert_eq!(
        granted(json!({}), json!(0)),
        Some(86_400),
        "0 is the longest"
    );
    assert_eq!(granted(json!({}), json!("")), Some(86_400));
    assert_eq!(
        granted(json!({ "sessionDuration": 300 }), json!(600)),
        Some(300)
    );
    assert_eq!(
        granted(json!({ "sessionDuration": 864_000 }), json!(0)),
        Some(864_000)
    );
    assert_eq!(
        granted(json!({ "sessionDuration": 0 }), json!(600)),
        Some(0),
        "dead at birth"
    );
    assert_eq!(granted(json!({}), json!(-50)), Some(-50), "and long dead");
    assert_eq!(granted(json!({ "expiry": 120 }), json!(600)), Some(120));
}

#[test]
fn the_tokens_own_user_and_type_win() {
    let mut kaltura = Kaltura::new(&seed());
    let fixed = kaltura.add_app_token(&json!({ "sessionUserId": "viewer", "sessionType": 0 }));
    let session = kaltura.start_session(&fixed, &json!({ "userId": "mallory", "type": 2 }));
    assert_eq!(
        (&session["userId"], &session["sessionType"]),
        (&json!("viewer"), &json!(0))
    );

    let open = kaltura.add_app_token(&json!({ "sessionUserId": "viewer" }));
    let session = kaltura.start_session(&open, &json!({ "type": 2 }));
    assert_eq!(
        session["sessionType"], 2,
        "whoever may choose may choose an administrator's"
    );

    let nobody = kaltura.add_app_token(&json!({ "sessionUserId": "" }));
    let session = kaltura.start_session(&nobody, &json!({ "userId": "mallory" }));
    assert_eq!(session["userId"], "");
}

#[test]
fn a_token_without_a_user_takes_the_callers() {
    let mut kaltura = Kaltura::new(&json!({
        "partners": [{ "id": 102, "adminSecret": "admin", "userlessAppTokens": true }],
    }));
    let token = kaltura.add_app_token(&json!({}));
    let mut user_of = |user: Value| {
        let session = kaltura.start_session(&token, &json!({ "userId": user }));
        session["userId"].clone()
    };
    assert_eq!(user_of(json!("zoë, 例え")), "zoë, 例え", "whoever it is");
    assert_eq!(user_of(json!(12345)), "12345");
    assert_eq!(user_of(json!(true)), "1");
    assert_eq!(user_of(json!(["a"])), "Array");
    assert_eq!(user_of(json!(null)), "");
}

#[test]
fn privileges_that_the_token_does_not_allow_are_dropped_in_silence() {
    let mut kaltura = Kaltura::new(&seed());
    let fields = json!({ "sessionUserId": "viewer", "sessionPrivileges": "edit:0_a,wild:*" });
    let token = kaltura.add_app_token(&fields);
    let asked = "iprestrict:1.2.3.4,edit:0_b,wild:x,own:1";
    let session = kaltura.start_session(&token, &json!({ "sessionPrivileges": asked }));
    let id = text(&token["id"]);
    let granted = format!("sessionid:{id},apptoken:{id},edit:0_a,wild:x,own:1");
    assert_eq!(session["privileges"], granted);
}

#[test]
fn any_session_of_the_partner_does_in_place_of_a_widgets() {
    let mut kaltura = Kaltura::new(&seed());
    let token = kaltura.add_app_token(&json!({ "sessionUserId": "viewer" }));
    let admin = kaltura.admin_ks();
    let first = kaltura.start_session_over(&admin, &token, &json!({}));
    let second = kaltura.start_session_over(&text(&first["ks"]), &token, &json!({}));
    assert_eq!(second["userId"], "viewer");
    assert_ne!(first["ks"], second["ks"], "each use gives another one");
}

#[test]
fn spaces_after_an_id_and_its_case_do_not_matter_to_the_database() {
    let mut kaltura = Kaltura::new(&json!({
        "partners": [{ "id": 102, "adminSecret": "admin" }],
        "appTokens": [{ "id": "0_abcd1234", "token": "t", "partnerId": 102,
                        "sessionUserId": "viewer", "sessionDuration": 60 }],
    }));
    let token = json!({ "id": "0_ABCD1234  ", "token": "t", "hashType": "SHA1" });
    let session = kaltura.start_session(&token, &json!({}));
    assert_eq!(
        session["privileges"],
        "sessionid:0_ABCD1234  ,apptoken:0_ABCD1234  "
    );
}

#[test]
fn session_get_shows_everything_as_text() {
    let mut kaltura = Kaltura::new(&seed());
    let (admin, widget) = (kaltura.admin_ks(), kaltura.widget_ks());
    let info = kaltura.call("session.get", &json!({ "ks": admin, "session": widget }));
    assert_eq!(
        info,
        json!({
            "sessionType": "0",
            "partnerId": "102",
            "userId": "0",
            "expiry": (NOW + 86_400).to_string(),
            "privileges": "view:*,widget:1",
            "objectType": "KalturaSessionInfo",
        }),
    );
    let own = kaltura.call("session.get", &json!({ "ks": admin }));
    assert_eq!(
        (&own["sessionType"], &own["userId"]),
        (&json!("2"), &json!("ada"))
    );
}

#[test]
fn a_widget_session_lives_no_longer_than_the_partner_allows() {
    let mut kaltura = Kaltura::new(&json!({
        "partners": [
            { "id": 102, "adminSecret": "admin", "ksMaxExpiry": 3600 },
            { "id": 103, "adminSecret": "admin", "ksMaxExpiry": null },
        ],
    }));
    let mut life = |partner: i64, expiry: Value| {
        let params = json!({ "widgetId": format!("_{partner}"), "expiry": expiry });
        let session = kaltura.call("session.startWidgetSession", &params);
        let info = ks::inspect(&text(&session["ks"]), &[Secret::new("admin".to_owned())]).unwrap();
        info.session.unwrap().expiry.to_int() - NOW
    };
    assert_eq!(life(102, json!(86_400)), 3600);
    assert_eq!(life(102, json!("abc")), 0);
    assert_eq!(life(103, json!(9_999_999_999_i64)), 9_999_999_999);
}

#[test]
fn who_knows_a_secret_starts_sessions_of_its_kind() {
    let mut kaltura = Kaltura::new(&json!({
        "partners": [{ "id": 102, "adminSecret": "admin", "userSecret": "user",
                       "additionalAdminSecrets": ["second"] }],
    }));
    let mut start = |secret: &str, kind: i64| {
        let params = json!({ "secret": secret, "type": kind, "partnerId": 102, "nocache": 1 });
        let answer = kaltura.call("session.start", &params);
        if answer.is_string() {
            "a session".to_owned()
        } else {
            code(&answer).to_owned()
        }
    };
    assert_eq!(start("admin", 2), "a session");
    assert_eq!(start("second", 2), "a session");
    assert_eq!(start("admin", 0), "a session");
    assert_eq!(start("user", 0), "a session");
    assert_eq!(start("user", 2), "START_SESSION_ERROR");
    assert_eq!(start("wrong", 0), "START_SESSION_ERROR");
    assert_eq!(start("admin", 1), "INVALID_ENUM_VALUE");
}

#[test]
fn a_user_comes_to_be_at_the_first_use_of_its_session() {
    let mut kaltura = Kaltura::new(&json!({
        "partners": [{ "id": 102, "adminSecret": "admin", "userlessAppTokens": true }],
    }));
    let token = kaltura.add_app_token(&json!({}));
    let session = kaltura.start_session(&token, &json!({ "userId": "a new one" }));
    assert!(!kaltura.knows_user("a new one"));
    let user = kaltura.call("user.get", &json!({ "ks": session["ks"] }));
    assert!(kaltura.knows_user("a new one"));
    assert_eq!(
        user.get("storageSize"),
        None,
        "what the database fills in comes later"
    );
    let user = kaltura.call("user.get", &json!({ "ks": session["ks"] }));
    assert_eq!(user["storageSize"], 0);
}
