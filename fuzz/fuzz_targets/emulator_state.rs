//! Any text as an emulator's state: what is taken can be used, written down and read again, all of it
//! in a number of steps that grows with the text alone.

#![no_main]

use kaltura_app_token::emulator::{Emulator, Incoming, NewAppToken, State};
use kaltura_app_token::work;
use libfuzzer_sys::fuzz_target;

const NOW_MS: i64 = 1_795_493_657_000;
const CALLS: [&str; 4] = [
    r#"{"service":"session","action":"startWidgetSession","widgetId":"_102","format":1}"#,
    r#"{"service":"session","action":"start","partnerId":102,"secret":"admin","type":2,"format":1}"#,
    r#"{"service":"appToken","action":"startSession","id":"0_a","tokenHash":"x","partnerId":102}"#,
    r#"{"service":"multirequest","1:service":"system","1:action":"ping","2:service":"user","2:action":"get","format":3}"#,
];

/// Steps for each byte of the state, over all calls.
const MOST_STEPS: u64 = 200;

fuzz_target!(|text: &str| {
    let steps = work::count(|| hold(text));
    let bound = MOST_STEPS * (text.len() as u64 + 1000);
    assert!(steps <= bound, "{steps} steps for {} bytes", text.len());
});

fn hold(text: &str) {
    if let Ok(wanted) = serde_json::from_str::<NewAppToken>(text) {
        let seed = r#"{"partners":[{"id":102,"adminSecret":"admin"}]}"#;
        let mut emulator = Emulator::new(State::from_json(seed).expect("ours")).expect("ours");
        let _ = emulator.add_app_token(wanted, NOW_MS, &mut |bytes| bytes.fill(7));
        serve(emulator);
    }
    let Ok(state) = State::from_json(text) else {
        return;
    };
    serve(Emulator::new(state).expect("it was checked"));
}

fn serve(mut emulator: Emulator) {
    for _ in 0..2 {
        for body in CALLS {
            let incoming = Incoming {
                method: "POST".to_owned(),
                url: "/api_v3/".to_owned(),
                headers: vec![("content-type".to_owned(), "application/json".to_owned())],
                body: body.as_bytes().to_vec(),
                ip: "127.0.0.1".to_owned(),
                https: true,
            };
            emulator.handle(&incoming, NOW_MS, &mut |bytes| bytes.fill(7));
        }
    }
    let written = serde_json::to_string(emulator.state()).expect("a state is JSON");
    let read = State::from_json(&written).expect("it was written so");
    assert_eq!(serde_json::to_string(&read).expect("as before"), written);
}
