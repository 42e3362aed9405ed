//! Whatever comes, an answer goes out.

use proptest::prelude::*;
use serde_json::json;

use super::{Kaltura, code, text};
use crate::emulator::Incoming;

fn kaltura() -> Kaltura {
    Kaltura::new(&json!({
        "partners": [{ "id": 102, "adminSecret": "admin", "userlessAppTokens": true }],
        "appTokens": [{ "id": "0_abcd1234", "token": "t", "partnerId": 102,
                        "sessionDuration": 600 }],
    }))
}

/// Names and values that lead deep into the emulator, among others that lead nowhere.
fn parameter() -> impl Strategy<Value = (String, String)> {
    let name = prop_oneof![
        prop::sample::select(vec![
            "format",
            "service",
            "action",
            "ks",
            "id",
            "tokenHash",
            "type",
            "expiry",
            "userId",
            "sessionPrivileges",
            "widgetId",
            "secret",
            "partnerId",
            "1:service",
            "1:action",
            "2:ks",
            "appToken:expiry",
            "filter:orderBy",
            "pager:pageIndex",
            "nocache",
            "language",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    let value = prop_oneof![
        prop::sample::select(vec![
            "1",
            "2",
            "9",
            "session",
            "appToken",
            "user",
            "system",
            "multirequest",
            "start",
            "startWidgetSession",
            "startSession",
            "get",
            "list",
            "ping",
            "0_abcd1234",
            "_102",
            "{1:result:ks}",
            "admin",
            "102",
            "-1",
            "99999999999999999999",
            "setrole:",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    (name, value)
}

proptest! {
    #[test]
    fn any_bytes_are_answered(
        method in prop::sample::select(vec!["GET", "POST", "PUT", "HEAD", "OPTIONS", "X"]),
        path in "/api_v3/?[ -~é]{0,60}",
        content_type in prop::sample::select(vec![
            "application/json", "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=b", "multipart/form-data; boundary=", "",
        ]),
        body in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let answer = kaltura().send(&Incoming {
            method: method.to_owned(),
            url: path,
            headers: vec![("Content-Type".to_owned(), content_type.to_owned())],
            body,
            ..Incoming::default()
        });
        prop_assert!([200, 404, 414].contains(&answer.status));
    }

    #[test]
    fn any_parameters_are_answered(parameters in prop::collection::vec(parameter(), 0..12)) {
        let params: serde_json::Map<_, _> =
            parameters.into_iter().map(|(name, value)| (name, value.into())).collect();
        let answer = kaltura().answer(&params.into());
        prop_assert_eq!(answer.status, 200);
        if answer.header("Content-Type") == Some("application/json") {
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&answer.body).is_ok());
        }
    }

    #[test]
    fn any_user_and_privileges_come_back_in_a_session_that_is_one(
        user in "\\PC{0,40}",
        privileges in "[a-z:,/*. é]{0,40}",
    ) {
        let mut kaltura = kaltura();
        let token = json!({ "id": "0_abcd1234", "token": "t", "hashType": "SHA1" });
        let asked = json!({ "userId": user, "sessionPrivileges": privileges, "type": 2 });
        let session = kaltura.start_session(&token, &asked);
        prop_assert_eq!(code(&session), "no error");
        prop_assert_eq!(text(&session["userId"]), user.clone());
        let info = kaltura.call("session.get", &json!({ "ks": kaltura_admin(), "session": session["ks"] }));
        prop_assert_eq!(info["userId"].clone(), json!(user));
    }
}

/// An administrator's KS, made by hand.
fn kaltura_admin() -> String {
    let fields = crate::ks::KsFields {
        partner_id: 102,
        user_id: Some("ada".to_owned()),
        session_type: 2.into(),
        expiry: (super::NOW + 60).into(),
        ..crate::ks::KsFields::default()
    };
    let secret = crate::secret::Secret::new("admin".to_owned());
    let random = crate::ks::Random::Bytes([7; 16]);
    crate::ks::generate(&fields, &random, &secret)
        .unwrap()
        .expose()
        .to_owned()
}
