//! Work grows with what comes in and no faster, and nothing that is kept or answered grows without
//! a bound.

use serde_json::{Map, Value, json};

use super::{Kaltura, NOW, code, seed};
use crate::emulator::{Emulator, Fault, Incoming, State};
use crate::work::assert_linear;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const MULTIPART: &str = "multipart/form-data; boundary=b";

/// An emulator in which every call comes as far as it can.
fn kaltura() -> Kaltura {
    let mut seed = seed();
    seed["partners"][0]["userlessAppTokens"] = json!(true);
    Kaltura::new(&seed)
}

/// The bodies that are read in linear time, each of some 200 bytes times a factor.
fn bodies(ks: &str, factor: usize) -> Vec<(&'static str, &'static str, String)> {
    let n = 20 * factor;
    let repeated = |text: &str| text.repeat(n);
    let numbered = |part: &dyn Fn(usize) -> String| (1..=n).map(part).collect::<String>();
    let items = |item: &dyn Fn(usize) -> Value| {
        let mut all = Map::new();
        for (name, value) in [("service", "multirequest"), ("ks", ks)] {
            all.insert(name.to_owned(), json!(value));
        }
        all.extend((1..=n).map(|index| (index.to_string(), item(index))));
        Value::Object(all).to_string()
    };
    vec![
        ("a digit after the other", FORM, format!("service=system&action=ping&partnerId=1{}", repeated("1111111111"))),
        ("e after e", FORM, format!("service=system&action=ping&partnerId=1{}", repeated("eeeeeeeeee"))),
        ("point after point", FORM, format!("service=system&action=ping&partnerId=1{}", repeated(".1.1.1.1.1"))),
        ("an exponent of many digits", FORM, format!("service=system&action=ping&partnerId=1e{}", repeated("1111111111"))),
        ("spaces before a number", FORM, format!("service=system&action=ping&partnerId={}1", repeated("++++++++++"))),
        ("fields", FORM, numbered(&|index| format!("a{index}=1&"))),
        ("the same field", FORM, repeated("a=1&")),
        ("a field without names", FORM, repeated("a[]=1&")),
        ("fields within fields", FORM, numbered(&|index| format!("a[{index}][b][c]=1&"))),
        ("brackets that open", FORM, format!("a{}=1", repeated("[[[[[[[[[["))),
        ("brackets that close", FORM, format!("a[{}=1", repeated("]]]]]]]]]]"))),
        ("percents", FORM, format!("a={}", repeated("%%%2%25%zz"))),
        ("parts of items", FORM, format!("service=multirequest&{}", numbered(&|index| format!("{index}:service=system&{index}:action=ping&")))),
        ("items in a form", FORM, format!("service=multirequest&{}", numbered(&|index| format!("{index}[service]=system&")))),
        ("an item of many parts", FORM, format!("service=multirequest&1:service=system&{}", numbered(&|index| format!("1:a{index}=1&")))),
        ("parts of a multipart form", MULTIPART, numbered(&|index| {
            format!("--b\r\nContent-Disposition: form-data; name=\"a{index}\"\r\n\r\n1\r\n")
        })),
        ("a part with many lines", MULTIPART, format!("--b\r\n{}\r\n\r\n1", repeated("x: y\r\n"))),
        ("names", JSON, items(&|index| json!({ "service": "system", "action": "ping", "n": index }))),
        ("items that fail", JSON, items(&|index| json!({ "service": index }))),
        ("items that are kept", JSON, items(&|index| json!({ "service": "user", "action": "get", "userId": index, "ks": "" }))),
        ("references", JSON, items(&|index| json!({ "service": "{1:result:code}", "n": format!("{{{}:result:message}}", index - 1) }))),
        ("references that nothing closes", JSON, json!({
            "service": "multirequest",
            "1": { "service": "system", "action": "ping" },
            "2": { "service": "system", "action": repeated("{1:result:") },
        }).to_string()),
        ("braces", JSON, json!({
            "service": "multirequest",
            "1": { "service": "system", "action": (repeated("{{{{{{{{{{") + ":result") },
        }).to_string()),
        ("each item twice the one before", JSON, items(&|index| json!({
            "service": "appToken", "action": "add",
            "appToken": { "description": format!("{{{0}:result:description}}{{{0}:result:description}}xx", index - 1) },
        }))),
        ("each item quoting the first", JSON, items(&|index| json!({
            "service": "appToken", "action": "add",
            "appToken": { "description": if index == 1 { "x".repeat(100) } else { "{1:result:description}".to_owned() } },
        }))),
        ("app tokens that are added", JSON, items(&|_| json!({
            "service": "appToken", "action": "add", "appToken": { "sessionUserId": "ada" },
        }))),
        ("ids in a filter", JSON, json!({
            "service": "appToken", "action": "list", "ks": ks,
            "filter": { "idIn": numbered(&|index| format!("0_{index},")), "statusIn": numbered(&|index| format!("{index},")) },
        }).to_string()),
        ("a KS that is none", JSON, json!({ "service": "user", "action": "get", "ks": repeated("djJ8MTAyfA") }).to_string()),
        ("a text of what is escaped", JSON, json!({ "service": repeated("\"/é<&") }).to_string()),
        ("names in disorder", JSON, {
            let names: Map<String, Value> = (1..=n).map(|index| ((index * 7919 % 10_007).to_string(), json!(index))).collect();
            Value::Object(names).to_string()
        }),
    ]
}

#[test]
fn bodies_are_answered_in_linear_time_in_every_format() {
    let count = bodies("", 1).len();
    for format in ["1", "2", "3", "9"] {
        for index in 0..count {
            let name = bodies("", 1)[index].0;
            assert_linear(name, |factor| {
                let mut kaltura = kaltura();
                let ks = kaltura.admin_ks();
                let (_, content_type, body) = bodies(&ks, factor).swap_remove(index);
                let incoming = Incoming {
                    method: "POST".to_owned(),
                    url: format!("/api_v3/?format={format}&callback=f"),
                    headers: vec![("Content-Type".to_owned(), content_type.to_owned())],
                    body: body.into_bytes(),
                    ..Incoming::default()
                };
                move || drop(kaltura.send(&incoming))
            });
        }
    }
}

#[test]
fn query_strings_and_headers_are_read_in_linear_time() {
    let queries = ["a=1&", "a[]=1&", "a[b]=1&", "%", "[", "&", "/", "?"];
    for query in queries {
        assert_linear(query, |factor| {
            let mut kaltura = kaltura();
            let url = [
                "/api_v3/service/system/action/ping?",
                &query.repeat(100 * factor),
            ]
            .concat();
            move || drop(kaltura.get(&url))
        });
    }
    assert_linear("headers that a fault adds", |factor| {
        let mut kaltura = kaltura();
        let headers = (0..100 * factor).map(|index| (format!("x-{index}"), "y".to_owned()));
        kaltura.emulator.state_mut().faults.push(Fault {
            headers: headers.collect(),
            ..Fault::default()
        });
        move || drop(kaltura.get("/api_v3/"))
    });
    assert_linear("faults for other calls", |factor| {
        let mut kaltura = kaltura();
        let other = Fault {
            on: Some("user.get".to_owned()),
            body: Some("x".repeat(100)),
            ..Fault::default()
        };
        kaltura.emulator.state_mut().faults = vec![other; 100 * factor];
        move || drop(kaltura.get("/api_v3/"))
    });
}

/// App tokens, partners, users, revocations and answers, `n` of each.
fn large_state(n: usize) -> String {
    let numbered = |part: &dyn Fn(usize) -> Value| (0..n).map(part).collect::<Vec<_>>();
    let mut state = json!({
        "partners": numbered(&|index| json!({ "id": index + 102, "adminSecret": "admin" })),
        "appTokens": numbered(&|index| json!({
            "id": format!("0_{index}"), "token": "t", "partnerId": 102, "sessionDuration": 60,
        })),
        "faults": numbered(&|_| json!({ "on": "user.get" })),
    });
    let users: Map<String, Value> = (0..n).map(|index| (index.to_string(), json!({}))).collect();
    state["partners"][0]["users"] = Value::Object(users);
    for name in ["revoked", "windows", "uses"] {
        let value = if name == "revoked" {
            json!({})
        } else {
            json!(1)
        };
        let entry = |index: usize| {
            (
                index.to_string(),
                json!({ "ends": NOW + 60, "value": value }),
            )
        };
        state[name] = Value::Object((0..n).map(entry).collect());
    }
    let answer = json!({ "made": NOW, "answer": { "Answer": "Null" } });
    let entry = |index: usize| {
        (
            index.to_string(),
            json!({ "ends": NOW + 60, "value": answer }),
        )
    };
    state["cache"] = json!({ "entries": (0..n).map(entry).collect::<Map<_, _>>() });
    state.to_string()
}

#[test]
fn a_state_is_restored_in_linear_time() {
    assert_linear("a state", |factor| {
        let json = large_state(100 * factor);
        move || drop(Emulator::new(State::from_json(&json).unwrap()))
    });
}

/// What a call does is independent of how much the emulator knows, or linear in it where it looks
/// at whole tables.
#[test]
fn calls_to_an_emulator_that_knows_much_are_no_slower_than_it_is_large() {
    let calls: [(&str, &str, Value); 7] = [
        (
            "session",
            "startWidgetSession",
            json!({ "widgetId": "_102" }),
        ),
        (
            "appToken",
            "startSession",
            json!({ "id": "0_7", "tokenHash": "x" }),
        ),
        (
            "appToken",
            "add",
            json!({ "appToken": { "sessionUserId": "new" } }),
        ),
        ("appToken", "list", json!({ "pager": { "pageSize": 500 } })),
        ("appToken", "delete", json!({ "id": "0_7" })),
        ("user", "get", json!({ "userId": "7" })),
        ("user", "delete", json!({ "userId": "7" })),
    ];
    for (service, action, params) in calls {
        assert_linear(action, |factor| {
            let mut kaltura =
                Kaltura::new(&serde_json::from_str(&large_state(100 * factor)).unwrap());
            let ks = kaltura.admin_ks();
            let mut all = params.clone();
            all["ks"] = json!(ks);
            let name = [service, ".", action].concat();
            move || drop(kaltura.call(&name, &all))
        });
    }
}

#[test]
fn ids_in_a_filter_are_found_among_as_many_app_tokens() {
    assert_linear("ten thousand ids", |factor| {
        let n = 625 * factor;
        let mut kaltura = Kaltura::new(&serde_json::from_str(&large_state(n)).unwrap());
        let ks = kaltura.admin_ks();
        let ids: Vec<_> = (0..n).map(|index| format!("0_{index}")).collect();
        let params = json!({ "ks": ks, "filter": { "idIn": ids.join(",") } });
        move || {
            let found = kaltura.call("appToken.list", &params);
            assert_eq!(found["totalCount"], n);
        }
    });
}

#[test]
fn every_item_of_a_request_inherits_a_long_ks_only_as_long_as_there_is_room() {
    let mut kaltura = kaltura();
    let ks = kaltura.admin_ks();
    let mut request = json!({ "service": "multirequest", "format": 1, "ks": "x".repeat(200_000) });
    for index in 1..=10_000 {
        request[index.to_string()] = json!({ "service": "user", "action": "get" });
    }
    let answer = kaltura.answer(&request);
    assert_eq!((answer.status, answer.body.len()), (500, 0));
    assert_eq!(
        code(&kaltura.call("user.get", &json!({ "ks": ks }))),
        "no error"
    );
}

#[test]
fn items_that_quote_a_long_answer_add_up_to_so_much_and_no_more() {
    let mut kaltura = kaltura();
    let mut request = json!({ "service": "multirequest", "format": 1, "ks": kaltura.admin_ks() });
    for index in 1..=1000 {
        let description = if index == 1 {
            "x".repeat(100_000)
        } else {
            "{1:result:description}".to_owned()
        };
        let token = json!({ "sessionUserId": "ada", "description": description });
        request[index.to_string()] =
            json!({ "service": "appToken", "action": "add", "appToken": token });
    }
    assert_eq!(kaltura.answer(&request).status, 200);
    assert!(size(&kaltura) < 2_000_000, "{}", size(&kaltura));
}

#[test]
fn a_request_that_asks_for_too_much_gets_the_servers_empty_500() {
    let mut kaltura = Kaltura::new(&serde_json::from_str(&large_state(2000)).unwrap());
    let ks = kaltura.admin_ks();
    let list = json!({ "service": "appToken", "action": "list", "pager": { "pageSize": 500 } });
    let lists = |count: usize| {
        let mut request = json!({ "service": "multirequest", "format": 1, "ks": ks });
        for index in 1..=count {
            request[index.to_string()] = list.clone();
        }
        request
    };
    assert_eq!(kaltura.answer(&lists(10)).status, 200);
    let answer = kaltura.answer(&lists(1000));
    assert_eq!((answer.status, answer.body.len()), (500, 0));
    assert!(answer.header("X-Kaltura-Session").is_some());
}

/// The emulator's state as JSON, in bytes.
fn size(kaltura: &Kaltura) -> usize {
    serde_json::to_string(kaltura.emulator.state())
        .unwrap()
        .len()
}

#[test]
fn an_emulator_that_serves_for_days_does_not_grow() {
    let mut seed = seed();
    seed["switches"] = json!({ "rateLimits": [
        { "service": "user", "action": "get", "max": 1_000_000, "window": 1_000_000, "per": "userId" },
    ] });
    let mut kaltura = Kaltura::new(&seed);
    let token = kaltura.add_app_token(&json!({
        "sessionUserId": "ada", "sessionPrivileges": "actionslimit:1,sessionid:*",
    }));
    let serve = |kaltura: &mut Kaltura, rounds: usize| {
        for _ in 0..rounds {
            kaltura.now += 600;
            let ks = kaltura.widget_ks();
            let long = "x".repeat(200);
            let asked =
                json!({ "sessionPrivileges": format!("sessionid:{}", kaltura.now), "expiry": 600 });
            let session = kaltura.start_session_over(&ks, &token, &asked);
            let own = session["ks"].as_str().unwrap_or(&long).to_owned();
            kaltura.call("session.end", &json!({ "ks": own }));
            // Distinct questions, each of which is kept, and counted for the limit.
            let user = format!("{long}{}", kaltura.now);
            kaltura.call("user.get", &json!({ "userId": user }));
        }
        size(kaltura)
    };
    let after_a_day = serve(&mut kaltura, 200);
    let later = serve(&mut kaltura, 600);
    assert!(
        later < after_a_day * 5 / 4,
        "{after_a_day} and then {later} bytes"
    );
}
