//! A server that takes its time.

use serde_json::{Value, json};

use super::{Kaltura, NOW, seed};

fn slow(item_ms: u32) -> Kaltura {
    let mut seed = seed();
    seed["switches"] = json!({ "itemMs": item_ms });
    Kaltura::new(&seed)
}

/// When `answer` says that its request began, and when it was written, after [`NOW`].
fn times(answer: &crate::emulator::Outgoing) -> (i64, i64) {
    let began = answer.header("X-Kaltura-Session").unwrap();
    let (_, began) = began.split_once(", ").unwrap();
    let written = httpdate::parse_http_date(answer.header("Date").unwrap()).unwrap();
    let written = written.duration_since(std::time::UNIX_EPOCH).unwrap();
    (
        began.parse::<i64>().unwrap() - NOW,
        i64::try_from(written.as_secs()).unwrap() - NOW,
    )
}

#[test]
fn each_item_reckons_its_expiry_when_its_turn_has_come() {
    let mut kaltura = slow(1500);
    let token = kaltura.add_app_token(&json!({ "sessionUserId": "viewer" }));
    let ks = kaltura.widget_ks();
    let item = json!({
        "service": "appToken", "action": "startSession", "ks": ks, "id": token["id"],
        "tokenHash": Kaltura::hash_for(&ks, &token), "expiry": 3600,
    });
    let answer = kaltura.answer(&json!({
        "service": "multirequest", "format": 1, "1": item, "2": item, "3": item, "4": item,
    }));
    let sessions: Value = serde_json::from_slice(&answer.body).unwrap();
    let late: Vec<_> = (0..4)
        .map(|index| sessions[index]["expiry"].as_i64().unwrap() - NOW - 3600)
        .collect();
    assert_eq!(late, [1, 3, 4, 6]);
    assert_eq!(times(&answer), (0, 6));
    assert_eq!(answer.transport.delay_ms, 6000);
}

#[test]
fn a_call_that_is_refused_takes_its_time_too() {
    let mut kaltura = slow(2000);
    let answer = kaltura.answer(&json!({ "service": "user", "action": "get", "format": 1 }));
    assert_eq!(times(&answer), (0, 2));
    assert_eq!(answer.transport.delay_ms, 2000);
}

#[test]
fn what_the_cache_holds_takes_no_time_but_is_there_only_once_it_was_found() {
    let mut kaltura = slow(5000);
    let start = json!({
        "service": "session", "action": "startWidgetSession", "widgetId": "_102", "format": 1,
    });
    let first = kaltura.answer(&start);
    assert_eq!(first.transport.delay_ms, 5000);
    kaltura.now += 4;
    let meanwhile = kaltura.answer(&start);
    assert_eq!(meanwhile.transport.delay_ms, 5000, "nothing was found yet");
    assert_ne!(meanwhile.body, first.body);
    kaltura.now += 5;
    let cached = kaltura.answer(&start);
    assert_eq!(cached.transport.delay_ms, 0);
    assert_eq!(cached.body, meanwhile.body);
}

#[test]
fn a_server_that_takes_no_time_answers_with_one_moment() {
    let mut kaltura = Kaltura::new(&seed());
    let answer = kaltura.answer(&json!({ "service": "system", "action": "ping", "format": 1 }));
    assert_eq!(times(&answer), (0, 0));
    assert_eq!(answer.transport.delay_ms, 0);
}
