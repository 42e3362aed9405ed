use serde_json::json;

use super::{Kaltura, NOW, code, seed};

#[test]
fn an_app_token_becomes_a_session_that_works() {
    let mut kaltura = Kaltura::new(&seed());
    let token = kaltura.add_app_token(&json!({ "sessionUserId": "viewer", "hashType": "SHA256" }));
    let session = kaltura.start_session(&token, &json!({ "expiry": 600 }));
    assert_eq!(session["objectType"], "KalturaSessionInfo");
    assert_eq!(session["partnerId"], "102");
    assert_eq!(session["expiry"], NOW + 600);
    let user = kaltura.call("user.get", &json!({ "ks": session["ks"] }));
    assert_eq!(user["id"], "viewer");
}

#[test]
fn a_wrong_hash_is_refused() {
    let mut kaltura = Kaltura::new(&seed());
    let token = kaltura.add_app_token(&json!({ "sessionUserId": "viewer" }));
    let refused = kaltura.start_session(&token, &json!({ "tokenHash": "0000" }));
    assert_eq!(code(&refused), "INVALID_APP_TOKEN_HASH");
}
