//! Managing app tokens.

use serde_json::{Value, json};

use super::{Kaltura, NOW, code, seed};

fn manage(kaltura: &mut Kaltura, action: &str, params: &Value) -> Value {
    let mut all = json!({ "ks": kaltura.admin_ks() });
    all.as_object_mut()
        .unwrap()
        .extend(params.as_object().cloned().unwrap());
    kaltura.call(&format!("appToken.{action}"), &all)
}

#[test]
fn an_added_app_token_has_the_servers_defaults() {
    let mut kaltura = Kaltura::new(&seed());
    let token = kaltura.add_app_token(&json!({ "sessionUserId": "viewer" }));
    let (id, secret) = (
        token["id"].as_str().unwrap(),
        token["token"].as_str().unwrap(),
    );
    assert!(id.starts_with("0_") && id.len() == 10, "{id}");
    assert_eq!(secret.len(), 32);
    assert_eq!(
        token,
        json!({
            "id": id,
            "token": secret,
            "partnerId": 102,
            "createdAt": NOW,
            "updatedAt": NOW,
            "status": 2,
            "sessionUserId": "viewer",
            "sessionDuration": 86_400,
            "hashType": "SHA1",
            "objectType": "KalturaAppToken",
        }),
    );
    let got = manage(&mut kaltura, "get", &json!({ "id": id }));
    assert_eq!(got, token, "its secret stays readable");
}

#[test]
fn an_expiry_up_to_ten_years_is_relative() {
    let mut kaltura = Kaltura::new(&seed());
    let mut expiry = |given: Value| {
        let token = kaltura.add_app_token(&json!({ "sessionUserId": "viewer", "expiry": given }));
        token["expiry"].clone()
    };
    assert_eq!(expiry(json!(3600)), NOW + 3600);
    assert_eq!(expiry(json!(0)), NOW);
    assert_eq!(expiry(json!("tomorrow")), NOW);
    assert_eq!(expiry(json!(-60)), NOW - 60);
    assert_eq!(expiry(json!(NOW + 5)), NOW + 5);
    assert_eq!(expiry(json!(null)), 0, "but null is a plain 0");
}

#[test]
fn nulls_are_values_and_the_suffix_leaves_out() {
    let mut kaltura = Kaltura::new(&seed());
    let nulls = json!({ "sessionUserId": "v", "sessionType": null, "description": null,
                        "sessionPrivileges": null });
    let token = kaltura.add_app_token(&nulls);
    assert_eq!(token["sessionType"], 0);
    assert_eq!(token["description"], "");
    assert_eq!(token["sessionPrivileges"], "");
    let cleared = json!({ "sessionUserId": "v", "sessionType__null": "", "expiry__null": "" });
    let token = kaltura.add_app_token(&cleared);
    assert_eq!(
        (token.get("sessionType"), token.get("expiry")),
        (None, None)
    );
}

#[test]
fn a_user_must_be_named_and_be_nameable() {
    let mut kaltura = Kaltura::new(&seed());
    let mut refusal = |user: Value| {
        let fields = if user.is_null() {
            json!({})
        } else {
            json!({ "sessionUserId": user })
        };
        code(&kaltura.add_app_token(&fields)).to_owned()
    };
    assert_eq!(refusal(json!(null)), "INVALID_FIELD_VALUE");
    for user in ["new user", "zoë@example.org", "dom\\user:1/2"] {
        assert_eq!(refusal(json!(user)), "INVALID_FIELD_VALUE", "{user}");
    }
    assert_eq!(refusal(json!("w".repeat(321))), "INVALID_FIELD_VALUE");
    assert_eq!(refusal(json!("v".repeat(320))), "no error");
    assert_eq!(refusal(json!("a.u+1!#$%&'*?^_`{|}~@x-y")), "no error");
    assert_eq!(refusal(json!("")), "no error", "nobody is somebody");
}

#[test]
fn a_long_user_id_is_echoed_but_cut_in_the_database() {
    let mut kaltura = Kaltura::new(&seed());
    let token = kaltura.add_app_token(&json!({ "sessionUserId": "v".repeat(320) }));
    assert_eq!(token["sessionUserId"], "v".repeat(320));
    let got = manage(&mut kaltura, "get", &json!({ "id": token["id"] }));
    assert_eq!(got["sessionUserId"], "v".repeat(100));
}

#[test]
fn a_user_that_is_there_may_have_any_name() {
    let mut kaltura = Kaltura::new(&seed());
    kaltura.edit(|state| state["partners"][0]["users"]["new user"] = json!({}));
    assert_eq!(
        code(&kaltura.add_app_token(&json!({ "sessionUserId": "new user" }))),
        "no error"
    );
}

#[test]
fn a_session_without_a_user_lets_app_tokens_go_without() {
    let mut kaltura = Kaltura::new(&seed());
    let fields = crate::ks::KsFields {
        partner_id: 102,
        session_type: 2.into(),
        expiry: (NOW + 60).into(),
        ..crate::ks::KsFields::default()
    };
    let secret = crate::secret::Secret::new("admin".to_owned());
    let ks = crate::ks::generate(&fields, &crate::ks::Random::Bytes([7; 16]), &secret).unwrap();
    let params = json!({ "ks": ks.expose() });
    let info = kaltura.call("session.get", &params);
    assert_eq!(info.get("userId"), None);
    assert_eq!(code(&kaltura.add_app_token(&json!({}))), "no error");
}

#[test]
fn what_the_server_sets_can_not_be_set() {
    let mut kaltura = Kaltura::new(&seed());
    let token = kaltura.add_app_token(&json!({ "sessionUserId": "viewer" }));
    for name in ["id", "token", "partnerId", "createdAt", "status"] {
        let fields = json!({ "sessionUserId": "viewer", name: 1 });
        let expected = json!({ "PROP_NAME": format!("KalturaAppToken::{name}") });
        let added = kaltura.add_app_token(&fields);
        assert_eq!(code(&added), "PROPERTY_VALIDATION_NOT_UPDATABLE");
        assert_eq!(added["args"], expected);
        let params = json!({ "id": token["id"], "appToken": { name: 1 } });
        let updated = manage(&mut kaltura, "update", &params);
        assert_eq!(updated["args"], expected);
    }
}

#[test]
fn fields_of_the_wrong_kind_are_refused_and_unknown_ones_ignored() {
    let mut kaltura = Kaltura::new(&seed());
    for hash_type in ["SHA384", "sha256", ""] {
        let fields = json!({ "sessionUserId": "viewer", "hashType": hash_type });
        let answer = kaltura.add_app_token(&fields);
        assert_eq!(answer["args"]["ENUM_TYPE"], "KalturaAppTokenHashType");
        assert_eq!(answer["args"]["ENUM_VAL"], hash_type);
    }
    let fields = json!({ "sessionUserId": "viewer", "sessionType": "ADMIN" });
    assert_eq!(code(&kaltura.add_app_token(&fields)), "INVALID_ENUM_VALUE");
    let fields = json!({ "objectType": "KalturaMediaEntry", "sessionUserId": "v", "nope": 1 });
    assert_eq!(
        kaltura.add_app_token(&fields)["objectType"],
        "KalturaAppToken"
    );

    let missing = manage(&mut kaltura, "add", &json!({}));
    assert_eq!(missing["args"], json!({ "PARAM_NAME": "appToken" }));
    let text = manage(&mut kaltura, "add", &json!({ "appToken": "x" }));
    assert_eq!(
        text["args"],
        json!({ "PROP_NAME": "appToken", "FORMAT": "array" })
    );
}

#[test]
fn an_update_changes_what_it_names() {
    let mut kaltura = Kaltura::new(&seed());
    let fields = json!({ "sessionUserId": "viewer", "expiry": 60, "description": "old" });
    let token = kaltura.add_app_token(&fields);
    kaltura.now += 5;
    let changes = json!({ "description": "new", "expiry__null": "", "hashType": "SHA512" });
    let params = json!({ "id": token["id"], "appToken": changes });
    let updated = manage(&mut kaltura, "update", &params);
    assert_eq!(updated["description"], "new");
    assert_eq!(updated.get("expiry"), None);
    assert_eq!(updated["hashType"], "SHA512");
    assert_eq!(updated["sessionUserId"], "viewer");
    assert_eq!(updated["updatedAt"], NOW + 5);
    assert_eq!(
        code(&kaltura.start_session(&updated, &json!({}))),
        "no error"
    );

    let params = json!({ "id": token["id"], "appToken": { "sessionUserId__null": "" } });
    assert_eq!(
        code(&manage(&mut kaltura, "update", &params)),
        "INVALID_FIELD_VALUE"
    );
    let params = json!({ "id": "0_nope", "appToken": {} });
    assert_eq!(
        code(&manage(&mut kaltura, "update", &params)),
        "APP_TOKEN_ID_NOT_FOUND"
    );
}

#[test]
fn lists_are_filtered_ordered_and_paged() {
    let tokens: Vec<Value> = [
        ("0_c", 2, 10),
        ("0_a", 2, 30),
        ("0_d", 1, 20),
        ("0_b", 3, 40),
    ]
    .map(|(id, status, created)| {
        json!({ "id": id, "token": "t", "partnerId": 102, "status": status,
                    "createdAt": NOW + created, "sessionUserId": "viewer" })
    })
    .into();
    let mut kaltura = Kaltura::new(&json!({
        "partners": [{ "id": 102, "adminSecret": "admin", "users": { "viewer": {} } }],
        "appTokens": tokens,
    }));
    let mut list = |params: Value| {
        let answer = manage(&mut kaltura, "list", &params);
        let ids: Option<Vec<String>> = answer["objects"].as_array().map(|objects| {
            objects
                .iter()
                .map(|object| object["id"].as_str().unwrap().to_owned())
                .collect()
        });
        (answer["totalCount"].clone(), ids.map(|ids| ids.join(" ")))
    };
    let found = |total: i64, ids: &str| (json!(total), Some(ids.to_owned()));
    assert_eq!(
        list(json!({})),
        found(3, "0_d 0_a 0_c"),
        "deleted ones are gone"
    );
    assert_eq!(
        list(json!({ "filter": { "orderBy": "+createdAt" } })),
        found(3, "0_c 0_d 0_a")
    );
    assert_eq!(
        list(json!({ "filter": { "orderBy": "-createdAt" } })),
        found(3, "0_a 0_d 0_c")
    );
    assert_eq!(
        list(json!({ "filter": { "orderBy": "+bogus" } })),
        found(3, "0_d 0_a 0_c")
    );
    assert_eq!(
        list(json!({ "filter": { "statusEqual": 2 } })),
        found(2, "0_a 0_c")
    );
    assert_eq!(
        list(json!({ "filter": { "idIn": "0_c,0_b,0_x" } })),
        found(1, "0_c")
    );
    assert_eq!(list(json!({ "filter:idEqual": "0_d" })), found(1, "0_d"));
    let since = json!({ "filter": { "createdAtGreaterThanOrEqual": NOW + 20 } });
    assert_eq!(list(since), found(2, "0_d 0_a"));
    assert_eq!(
        list(json!({ "pager": { "pageSize": 2, "pageIndex": 2 } })),
        found(3, "0_c")
    );
    assert_eq!(
        list(json!({ "pager": { "pageIndex": 1000 } })),
        found(3, "")
    );
    assert_eq!(
        list(json!({ "filter": { "statusIn": "1,2" } })),
        found(3, "0_d 0_a 0_c")
    );
    assert_eq!(
        list(json!({ "filter": { "statusEqual": 9 } })),
        (json!(null), None)
    );
    let of = |user| json!({ "filter": { "sessionUserIdEqual": user } });
    assert_eq!(list(of("viewer")).0, 3);
    assert_eq!(
        list(of("nobody")),
        (json!(0), None),
        "not even an empty list"
    );
}
