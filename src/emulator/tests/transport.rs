//! What the transport makes of requests and answers.

use serde_json::{Value, json};

use super::{Kaltura, NOW, seed};
use crate::emulator::{Cut, Drop, Fault};

#[test]
fn a_body_that_is_not_read_gets_an_error_in_xml() {
    let mut kaltura = Kaltura::new(&seed());
    let body = json!({ "format": 1, "service": "system", "action": "ping" }).to_string();
    let answer = kaltura.post("application/json; charset=utf-8", &body);
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("Content-Type"),
        Some("text/xml;charset=UTF-8")
    );
    let text = String::from_utf8(answer.body).unwrap();
    assert!(
        text.contains("<code>SERVICE_NOT_SPECIFIED</code>"),
        "{text}"
    );
    assert!(text.ends_with("</executionTime></xml>"), "{text}");
    assert_eq!(kaltura.post("application/json", &body).body, b"true");
}

#[test]
fn the_format_asked_for_is_the_one_that_is_written() {
    let mut kaltura = Kaltura::new(&seed());
    let mut written = |format: &str| {
        let url = format!("/api_v3/service/system/action/ping?callback=cb{format}");
        let answer = kaltura.get(&url);
        let content_type = answer.header("Content-Type").unwrap().to_owned();
        (content_type, String::from_utf8(answer.body).unwrap())
    };
    assert_eq!(
        written("&format=1"),
        ("application/json".to_owned(), "true".to_owned())
    );
    assert_eq!(
        written("&format=9"),
        ("application/javascript".to_owned(), "cb(true);".to_owned())
    );
    assert_eq!(written("&format=3").1, "b:1;");
    assert!(
        written("")
            .1
            .starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?><xml><result>1<")
    );
    assert_eq!(
        written("&format=77").1,
        "",
        "and of one that isn't known, nothing"
    );
}

#[test]
fn every_answer_of_the_api_is_dated_and_open_to_browsers() {
    let mut kaltura = Kaltura::new(&seed());
    let answer = kaltura.get("/api_v3/?format=1&service=nope&action=x");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("Date"), Some(&*super::super::http::date(NOW)));
    assert_eq!(answer.header("Access-Control-Allow-Origin"), Some("*"));
    assert_eq!(answer.header("Pragma"), Some("no-cache"));
}

#[test]
fn the_web_server_answers_some_things_by_itself() {
    let mut kaltura = Kaltura::new(&seed());
    assert_eq!(kaltura.get("/").status, 404);
    assert_eq!(
        kaltura
            .get(&format!("/api_v3/?x={}", "y".repeat(8200)))
            .status,
        414
    );
    let preflight = kaltura.send_plain("OPTIONS", "/api_v3/index.php");
    assert_eq!(
        preflight.header("Access-Control-Allow-Methods"),
        Some("POST, GET, HEAD, OPTIONS")
    );
}

#[test]
fn whatever_leads_to_the_api_is_passed_over() {
    let mut kaltura = Kaltura::new(&seed());
    let answer = kaltura.get("/some/proxy/api_v3/service/system/action/ping/format/1");
    assert_eq!(answer.body, b"true");
}

#[test]
fn a_fault_takes_the_place_of_the_call_or_of_its_answer() {
    let mut kaltura = Kaltura::new(&seed());
    let add = json!({ "sessionUserId": "viewer" });
    let params = json!({ "format": 1, "service": "appToken", "action": "add",
                         "ks": kaltura.admin_ks(), "appToken": add });
    let on = Some("appToken.add".to_owned());
    let faults = &mut kaltura.emulator.state_mut().faults;
    faults.push(Fault {
        on: on.clone(),
        times: Some(1),
        status: Some(503),
        ..Fault::default()
    });
    faults.push(Fault {
        on: on.clone(),
        times: Some(1),
        drop: Some(Drop::Before),
        ..Fault::default()
    });
    faults.push(Fault {
        on: on.clone(),
        times: Some(1),
        drop: Some(Drop::After),
        ..Fault::default()
    });
    faults.push(Fault {
        on,
        times: Some(1),
        truncate: Some(5),
        ..Fault::default()
    });

    assert_eq!(kaltura.answer(&params).status, 503);
    assert_eq!(
        kaltura.answer(&params).transport.cut,
        Some(Cut::BeforeHeaders)
    );
    assert_eq!(
        kaltura.emulator.state().app_tokens.len(),
        0,
        "neither was carried out"
    );
    assert_eq!(
        kaltura.answer(&params).transport.cut,
        Some(Cut::BeforeHeaders)
    );
    assert_eq!(
        kaltura.emulator.state().app_tokens.len(),
        1,
        "this one was, the answer is lost"
    );
    assert_eq!(kaltura.answer(&params).body, b"{\"id\"");
    let whole: Value = serde_json::from_slice(&kaltura.answer(&params).body).unwrap();
    assert_eq!(whole["status"], 2, "all are used up");
}

#[test]
fn latency_and_a_faults_delay_add_up() {
    let mut kaltura = Kaltura::new(&seed());
    kaltura.edit(|state| state["switches"]["latencyMs"] = json!(20));
    let ping = json!({ "format": 1, "service": "system", "action": "ping" });
    assert_eq!(kaltura.answer(&ping).transport.delay_ms, 20);
    let fault = Fault {
        delay_ms: 5,
        bytes_per_second: Some(1),
        ..Fault::default()
    };
    kaltura.emulator.state_mut().faults.push(fault);
    let transport = kaltura.answer(&ping).transport;
    assert_eq!(
        (transport.delay_ms, transport.bytes_per_second),
        (25, Some(1))
    );
}

#[test]
fn a_clock_beyond_every_calendar_is_answered_all_the_same() {
    for now in [i64::MIN / 1000, 0, 253_402_300_799, i64::MAX / 1000] {
        let mut kaltura = Kaltura::new(&seed());
        kaltura.now = now;
        let params = json!({ "secret": "admin", "type": 2, "partnerId": 102, "expiry": i64::MAX });
        assert!(kaltura.call("session.start", &params).is_string(), "{now}");
        let date = kaltura
            .get("/api_v3/?format=1")
            .header("Date")
            .unwrap()
            .to_owned();
        assert!(date.ends_with(" GMT") && date.len() == 29, "{date}");
    }
}
