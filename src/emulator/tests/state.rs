//! The state, written down and restored.

use serde_json::json;

use super::{Kaltura, code, seed};
use crate::emulator::{Emulator, NewAppToken, State};

#[test]
fn an_emulator_goes_on_where_its_state_was_written_down() {
    let mut kaltura = Kaltura::new(&seed());
    let token = kaltura.add_app_token(&json!({ "sessionUserId": "viewer" }));
    let ended = kaltura.start_session(&token, &json!({}));
    let admin = kaltura.admin_ks();
    let widget = kaltura.widget_ks();
    kaltura.call("session.end", &json!({ "ks": ended["ks"] }));

    let written = serde_json::to_value(kaltura.emulator.state()).unwrap();
    let mut restored = Kaltura::new(&written);
    let answer = restored.call("user.get", &json!({ "ks": ended["ks"] }));
    assert_eq!(
        answer["args"]["KSID"], "LOGOUT",
        "what was ended stays ended"
    );
    let got = restored.call("appToken.get", &json!({ "ks": admin, "id": token["id"] }));
    assert_eq!(got, token);
    assert_eq!(
        restored.widget_ks(),
        widget,
        "and what was cached stays cached"
    );
    let again = serde_json::to_value(restored.emulator.state()).unwrap();
    assert_eq!(again["partners"], written["partners"]);
}

#[test]
fn a_state_that_makes_no_sense_is_refused_with_the_place() {
    let refused = |state: serde_json::Value| State::from_json(&state.to_string()).unwrap_err().path;
    let partner = json!({ "id": 102, "adminSecret": "admin" });
    assert_eq!(
        refused(json!({ "partners": [{ "id": 0, "adminSecret": "x" }] })),
        "partners[0].id"
    );
    assert_eq!(
        refused(json!({ "partners": [{ "id": 1, "adminSecret": "" }] })),
        "partners[0].adminSecret",
    );
    let token = |id: &str, partner: i64| json!({ "id": id, "token": "t", "partnerId": partner });
    let stray = json!({ "partners": [partner], "appTokens": [token("a", 102), token("b", 103)] });
    assert_eq!(refused(stray), "appTokens[1].partnerId");
    let twice = json!({ "partners": [partner], "appTokens": [token("a", 102), token("a", 102)] });
    assert_eq!(refused(twice), "appTokens[1].id");
    let twins = State::from_json(&json!({ "partners": [partner, partner] }).to_string());
    let told = twins.unwrap_err().expected;
    assert!(told.contains("two partners have the id 102"), "{told}");
    let error = State::from_json("{\"partner\":[]}").unwrap_err();
    assert!(
        error.expected.contains("unknown field `partner`"),
        "{error}"
    );
}

#[test]
fn an_app_token_laid_down_by_hand_is_made_whole() {
    let mut kaltura = Kaltura::new(&seed());
    let wanted: NewAppToken = serde_json::from_value(json!({ "sessionUserId": "viewer" })).unwrap();
    let added = kaltura
        .emulator
        .add_app_token(wanted, kaltura.now * 1000, &mut |bytes| bytes.fill(7));
    let token = serde_json::to_value(added.unwrap()).unwrap();
    assert_eq!(token["id"], "0_hhhhhhhh");
    assert_eq!(token["sessionDuration"], 86_400);
    assert_eq!(code(&kaltura.start_session(&token, &json!({}))), "no error");

    let foreign: NewAppToken = serde_json::from_value(json!({ "partnerId": 999 })).unwrap();
    let refused = kaltura
        .emulator
        .add_app_token(foreign, 0, &mut |_| {})
        .unwrap_err();
    assert_eq!(refused.path, "appToken.partnerId");
}

#[test]
fn debug_output_of_an_emulator_shows_no_secret() {
    let mut kaltura =
        Kaltura::new(&json!({ "partners": [{ "id": 102, "adminSecret": "admin-s" }] }));
    let wanted = NewAppToken {
        token: Some(crate::secret::Secret::new("token-s".into())),
        ..NewAppToken::default()
    };
    kaltura
        .emulator
        .add_app_token(wanted, 0, &mut |_| {})
        .unwrap();
    let shown = format!("{:?}", kaltura.emulator);
    assert!(!shown.contains("admin-s") && !shown.contains("token-s"));
    let _: Emulator = Emulator::default();
}
