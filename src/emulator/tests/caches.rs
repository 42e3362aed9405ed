//! The server's caches, and how they bite.

use serde_json::{Value, json};

use super::{Kaltura, NOW, code, seed, text};

fn header(kaltura: &mut Kaltura, params: &Value, name: &str) -> Option<String> {
    kaltura.answer(params).header(name).map(str::to_owned)
}

fn is_cached(kaltura: &mut Kaltura, params: &Value) -> bool {
    header(kaltura, params, "X-Kaltura")
        .is_some_and(|value| value.starts_with("cached-dispatcher,"))
}

#[test]
fn equal_calls_share_a_widget_session_for_ten_minutes() {
    let mut kaltura = Kaltura::new(&seed());
    let first = kaltura.widget_ks();
    kaltura.now += 599;
    assert_eq!(kaltura.widget_ks(), first);
    let fresh = kaltura.call(
        "session.startWidgetSession",
        &json!({ "widgetId": "_102", "nocache": 1 }),
    );
    assert_ne!(text(&fresh["ks"]), first);
    kaltura.now += 1;
    assert_ne!(kaltura.widget_ks(), first);
}

#[test]
fn what_makes_calls_equal() {
    let mut kaltura = Kaltura::new(&seed());
    let call = json!({ "service": "session", "action": "startWidgetSession", "format": 1,
                       "widgetId": "_102" });
    let with = |name: &str, value: Value| {
        let mut call = call.clone();
        call[name] = value;
        call
    };
    assert!(!is_cached(&mut kaltura, &call));
    assert!(is_cached(&mut kaltura, &with("ks", json!(""))));
    assert!(is_cached(&mut kaltura, &with("format", json!("1"))));
    assert!(is_cached(&mut kaltura, &with("clientTag", json!("js"))));
    assert!(is_cached(&mut kaltura, &with("kalsig", json!("x"))));
    assert!(!is_cached(&mut kaltura, &with("partnerId", json!(102))));
    let buster = format!("js,cache_st:{}", NOW + 60);
    assert!(!is_cached(&mut kaltura, &with("clientTag", json!(buster))));
    kaltura.https = true;
    assert!(!is_cached(&mut kaltura, &call));
}

#[test]
fn a_short_widget_session_may_be_dead_on_arrival() {
    let mut kaltura = Kaltura::new(&seed());
    let params = json!({ "widgetId": "_102", "expiry": 3 });
    kaltura.call("session.startWidgetSession", &params);
    kaltura.now += 10;
    let dead = kaltura.call("session.startWidgetSession", &params);
    let answer = kaltura.call("user.get", &json!({ "ks": dead["ks"] }));
    assert_eq!(answer["args"]["KSID"], "EXPIRED");
}

#[test]
fn a_hash_sent_with_the_wrong_session_poisons_the_right_request() {
    let mut kaltura = Kaltura::new(&seed());
    let token = kaltura.add_app_token(&json!({ "sessionUserId": "viewer" }));
    let mut fresh = || {
        let params = json!({ "widgetId": "_102", "nocache": 1 });
        text(&kaltura.call("session.startWidgetSession", &params)["ks"])
    };
    let (right, wrong) = (fresh(), fresh());
    let hash = Kaltura::hash_for(&right, &token);
    let mut start = |ks: &str, extra: Value| {
        let mut params = json!({ "ks": ks, "id": token["id"], "tokenHash": hash });
        params
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().cloned().unwrap());
        code(&kaltura.call("appToken.startSession", &params)).to_owned()
    };
    assert_eq!(start(&wrong, json!({})), "INVALID_APP_TOKEN_HASH");
    assert_eq!(start(&right, json!({})), "INVALID_APP_TOKEN_HASH");
    assert_eq!(start(&right, json!({ "nocache": 1 })), "no error");
}

#[test]
fn an_error_lasts_for_two_minutes_after_its_cause() {
    let mut kaltura = Kaltura::new(&seed());
    let token = kaltura.add_app_token(&json!({ "sessionUserId": "viewer" }));
    let ks = kaltura.widget_ks();
    kaltura.edit(|state| state["switches"]["database"] = json!(false));
    let start = |kaltura: &mut Kaltura| {
        code(&kaltura.start_session_over(&ks, &token, &json!({}))).to_owned()
    };
    assert_eq!(start(&mut kaltura), "INTERNAL_DATABASE_ERROR");
    kaltura.edit(|state| state["switches"]["database"] = json!(true));
    kaltura.now += 119;
    assert_eq!(start(&mut kaltura), "INTERNAL_DATABASE_ERROR");
    kaltura.now += 1;
    assert_eq!(start(&mut kaltura), "no error");
}

#[test]
fn one_caller_is_told_of_anothers_ks() {
    let mut kaltura = Kaltura::new(&seed());
    let mut refused = |ks: &str| {
        let params = json!({ "ks": ks, "id": "x", "tokenHash": "y" });
        text(&kaltura.call("appToken.startSession", &params)["args"]["KSID"])
    };
    assert_eq!(refused("the first"), "the first");
    assert_eq!(refused("the second"), "the first");
}

#[test]
fn sessions_are_never_given_twice() {
    let mut kaltura = Kaltura::new(&seed());
    let token = kaltura.add_app_token(&json!({ "sessionUserId": "viewer" }));
    let ks = kaltura.widget_ks();
    let first = kaltura.start_session_over(&ks, &token, &json!({}));
    let second = kaltura.start_session_over(&ks, &token, &json!({}));
    assert_ne!(first["ks"], second["ks"]);
}

#[test]
fn what_a_user_is_answered_is_not_kept() {
    let mut kaltura = Kaltura::new(&seed());
    let ks = kaltura.admin_ks();
    let call = json!({ "format": 1, "service": "appToken", "action": "get", "id": "x", "ks": ks });
    for _ in 0..2 {
        assert_eq!(header(&mut kaltura, &call, "X-Kaltura"), None);
    }
}

#[test]
fn headers_tell_what_was_computed_and_what_was_kept() {
    let mut kaltura = Kaltura::new(&seed());
    let call = json!({ "format": 1, "service": "system", "action": "ping" });
    let computed = kaltura.answer(&call);
    let session = computed.header("X-Kaltura-Session").unwrap();
    assert!(session.ends_with(&format!(", {NOW}")), "{session}");
    assert!(
        computed
            .header("X-Kaltura")
            .unwrap()
            .starts_with("cache-key,cache_v3-")
    );
    let kept = kaltura.answer(&call);
    assert_eq!(kept.header("X-Kaltura-Session"), None);
    assert!(
        kept.header("X-Kaltura")
            .unwrap()
            .starts_with("cached-dispatcher,cache_v3-")
    );
    assert_eq!(kept.body, computed.body);
}

#[test]
fn a_browser_may_keep_what_it_gets_with_a_signature() {
    let mut kaltura = Kaltura::new(&seed());
    let url = "/api_v3/?service=system&action=ping&format=1&kalsig=x";
    kaltura.get(url);
    kaltura.now += 7;
    let kept = kaltura.get(url);
    assert_eq!(
        kept.header("Cache-Control"),
        Some("private, max-age=60, max-stale=0")
    );
    assert_eq!(
        kept.header("Last-Modified"),
        Some(&*super::super::http::date(NOW))
    );
    assert_eq!(
        kept.header("Expires"),
        Some(&*super::super::http::date(NOW + 67))
    );
}

#[test]
fn the_fast_path_of_session_start_looks_at_nothing_but_the_secret() {
    let mut kaltura = Kaltura::new(&json!({
        "partners": [{ "id": 102, "adminSecret": "admin", "ksMaxExpiry": 60, "status": 2 }],
    }));
    let call = json!({ "format": 1, "service": "session", "action": "start", "secret": "admin",
                       "type": 2, "partnerId": 102, "expiry": 600 });
    let slow: Value = serde_json::from_slice(&kaltura.answer(&call).body).unwrap();
    assert_eq!(code(&slow), "SERVICE_FORBIDDEN_CONTENT_BLOCKED");
    // A widget session brings the partner's secrets to hand.
    kaltura.widget_ks();
    let fast = kaltura.answer(&call);
    let key = fast.header("X-Kaltura").unwrap();
    assert!(
        key.starts_with("cached-dispatcher,") && !key.contains("cache_v3"),
        "{key}"
    );
    let ks: String = serde_json::from_slice(&fast.body).unwrap();
    let secret = crate::secret::Secret::new("admin".to_owned());
    let inside = crate::ks::inspect(&ks, &[secret]).unwrap().session.unwrap();
    assert_eq!(inside.expiry.to_int(), NOW + 600);
}

#[test]
fn with_the_caches_off_every_answer_is_computed() {
    let mut kaltura = Kaltura::new(&json!({
        "partners": [{ "id": 102, "adminSecret": "admin" }],
        "switches": { "cache": false },
    }));
    assert_ne!(kaltura.widget_ks(), kaltura.widget_ks());
    let call = json!({ "format": 1, "service": "system", "action": "ping" });
    for _ in 0..2 {
        assert_eq!(header(&mut kaltura, &call, "X-Kaltura"), None);
    }
}
