//! Many calls in one request.

use serde_json::{Value, json};

use super::{Kaltura, code, seed, text};

fn multi(kaltura: &mut Kaltura, params: &Value) -> Vec<Value> {
    let mut all = json!({ "service": "multirequest", "format": 1 });
    all.as_object_mut()
        .unwrap()
        .extend(params.as_object().cloned().unwrap());
    serde_json::from_slice(&kaltura.answer(&all).body).unwrap()
}

fn ping() -> Value {
    json!({ "service": "system", "action": "ping" })
}

#[test]
fn many_users_sessions_come_over_one_widget_session() {
    let mut kaltura = Kaltura::new(&json!({
        "partners": [{ "id": 102, "adminSecret": "admin", "userlessAppTokens": true }],
    }));
    let token = kaltura.add_app_token(&json!({}));
    let ks = kaltura.widget_ks();
    let hash = Kaltura::hash_for(&ks, &token);
    let start = |user: &str, id: &Value| {
        json!({ "service": "appToken", "action": "startSession", "id": id, "tokenHash": hash,
                "userId": user })
    };
    let answers = multi(
        &mut kaltura,
        &json!({
            "ks": ks,
            "1": start("a", &token["id"]),
            "2": start("b", &json!("0_nope")),
            "3": start("c", &token["id"]),
        }),
    );
    assert_eq!(answers.len(), 3);
    assert_eq!(answers[0]["userId"], "a");
    assert_eq!(code(&answers[1]), "APP_TOKEN_ID_NOT_FOUND", "in its place");
    assert_eq!(answers[2]["userId"], "c", "and those after it run");
}

#[test]
fn items_refer_to_earlier_ones() {
    let mut kaltura = Kaltura::new(&seed());
    let answers = multi(
        &mut kaltura,
        &json!({
            "1": { "service": "session", "action": "startWidgetSession", "widgetId": "_102" },
            "2": { "service": "user", "action": "get", "ks": "{1:result:ks}" },
        }),
    );
    assert_eq!(answers[1]["id"], "0");
    let answers = multi(
        &mut kaltura,
        &json!({
            "1": { "service": "session", "action": "startWidgetSession", "widgetId": "_nope" },
            "2": { "service": "user", "action": "get", "ks": "{1:result:ks}" },
        }),
    );
    assert_eq!(
        code(&answers[1]),
        "SERVICE_FORBIDDEN",
        "nothing is what a failed one gives"
    );
}

#[test]
fn a_form_says_the_same_with_colons() {
    let mut kaltura = Kaltura::new(&seed());
    let form = "service=multirequest&format=1&1:service=system&1:action=ping\
                &2:service=session&2:action=startWidgetSession&2:widgetId=_102";
    let answers: Vec<Value> = serde_json::from_slice(&kaltura.post_form(form).body).unwrap();
    assert_eq!(answers[0], true);
    assert_eq!(answers[1]["partnerId"], 102);
}

#[test]
fn items_are_counted_without_a_gap() {
    let mut kaltura = Kaltura::new(&seed());
    assert_eq!(
        multi(&mut kaltura, &json!({ "1": ping(), "3": ping() })),
        [json!(true)]
    );
    assert_eq!(
        multi(&mut kaltura, &json!({ "0": ping(), "1": ping() })),
        [json!(true), json!(true)]
    );
    assert_eq!(
        multi(&mut kaltura, &json!({ "2": ping() })),
        [] as [Value; 0]
    );
    assert_eq!(
        multi(&mut kaltura, &json!({ "1": "ping" })),
        [] as [Value; 0]
    );
}

#[test]
fn nocache_counts_inside_each_item_alone() {
    let mut kaltura = Kaltura::new(&seed());
    let mut ks = |whole: &Value, item: &Value| {
        let mut widget = json!({ "service": "session", "action": "startWidgetSession",
                                 "widgetId": "_102" });
        widget
            .as_object_mut()
            .unwrap()
            .extend(item.as_object().cloned().unwrap());
        let mut params = json!({ "1": widget });
        params
            .as_object_mut()
            .unwrap()
            .extend(whole.as_object().cloned().unwrap());
        text(&multi(&mut kaltura, &params)[0]["ks"])
    };
    let (none, nocache) = (json!({}), json!({ "nocache": 1 }));
    let first = ks(&none, &none);
    assert_eq!(ks(&nocache, &none), first);
    assert_ne!(ks(&none, &nocache), first);
    assert_ne!(ks(&nocache, &nocache), first);
}

#[test]
fn items_take_over_the_ks_and_the_partner_alone() {
    let mut kaltura = Kaltura::new(&seed());
    let ks = kaltura.admin_ks();
    let answers = multi(
        &mut kaltura,
        &json!({
            "ks": ks,
            "id": "0_nope",
            "1": { "service": "appToken", "action": "get" },
            "2": { "service": "appToken", "action": "get", "id": "0_nope", "ks": "" },
        }),
    );
    assert_eq!(code(&answers[0]), "MISSING_MANDATORY_PARAMETER");
    assert_eq!(
        code(&answers[1]),
        "SERVICE_FORBIDDEN",
        "its own ks wins, even an empty one"
    );
}
