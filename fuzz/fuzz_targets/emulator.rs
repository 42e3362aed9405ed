//! Any bytes as requests to the emulator: each is answered in a number of steps that grows with
//! the request alone, and what it knows afterwards can be written down and read again.
//!
//! Requests are parted by the byte 0x1e. Each is a letter for its kind, a path and query up to a
//! line break, and a body. `$ADMIN`, `$LAST` and `$HASH` stand for an administrator's KS, for the
//! last KS that was answered, and for the token hash of that one.

#![no_main]

use kaltura_app_token::emulator::{Emulator, Incoming, Outgoing, State};
use kaltura_app_token::kaltura::HashType;
use kaltura_app_token::ks::{KsFields, Random, generate};
use kaltura_app_token::secret::Secret;
use kaltura_app_token::session::hash::token_hash;
use kaltura_app_token::work;
use libfuzzer_sys::fuzz_target;

/// Steps for each byte of a request, and for each byte that its items may have handled.
const MOST_STEPS: u64 = 60;
/// What a request may cost besides its bytes: see the emulator's budget.
const BUDGET: u64 = 8_000_000;
/// The longest answer: what a request may cost, and what a single call may quote of it.
const LONGEST_ANSWER: usize = 30_000_000;

const SEED: &str = r#"{
    "partners": [
        { "id": 102, "adminSecret": "admin", "userSecret": "user", "userlessAppTokens": true },
        { "id": 103, "adminSecret": "other", "ksVersion": 1, "httpsOnly": true }
    ],
    "appTokens": [
        { "id": "0_abcd1234", "token": "t", "partnerId": 102, "sessionDuration": 600,
          "sessionPrivileges": "edit:0_a/0_b,sview:*" }
    ]
}"#;

fuzz_target!(|data: &[u8]| {
    let Some((&clock, requests)) = data.split_first() else {
        return;
    };
    let mut now_ms: i64 = match clock {
        0 => i64::MIN,
        1 => i64::MAX - 5000,
        _ => 1_795_493_657_000,
    };
    let mut emulator = Emulator::new(State::from_json(SEED).expect("ours")).expect("ours");
    let admin = admin(now_ms);
    let mut last = String::new();
    let mut drawn = 0_u8;
    let mut random = |bytes: &mut [u8]| {
        for byte in bytes {
            drawn = drawn.wrapping_mul(5).wrapping_add(7);
            *byte = drawn;
        }
    };
    for request in requests.split(|&byte| byte == 0x1e).take(8) {
        let incoming = incoming(request, &admin, &last);
        let length = (incoming.url.len() + incoming.body.len()) as u64;
        let mut answer = Outgoing::default();
        let steps = work::count(|| answer = emulator.handle(&incoming, now_ms, &mut random));
        let bound = MOST_STEPS * (length + 1000) + BUDGET;
        assert!(steps <= bound, "{steps} steps for {length} bytes");
        judge(&answer);
        if let Some(ks) = ks_in(&answer.body) {
            last = ks;
        }
        now_ms = now_ms.saturating_add(1000);
    }
    let written = serde_json::to_string(emulator.state()).expect("a state is JSON");
    let read = State::from_json(&written).expect("it was written so");
    assert_eq!(serde_json::to_string(&read).expect("as before"), written);
});

fn admin(now_ms: i64) -> String {
    let fields = KsFields {
        partner_id: 102,
        user_id: Some("ada".to_owned()),
        session_type: 2.into(),
        expiry: now_ms.div_euclid(1000).saturating_add(86_400).into(),
        ..KsFields::default()
    };
    let secret = Secret::new("admin".to_owned());
    let ks = generate(&fields, &Random::Bytes([7; 16]), &secret);
    ks.map_or_else(|_| String::new(), |ks| ks.expose().to_owned())
}

fn incoming(request: &[u8], admin: &str, last: &str) -> Incoming {
    let (kind, rest) = request.split_first().unwrap_or((&b'j', &[]));
    let line = rest.iter().position(|&byte| byte == b'\n');
    let (url, body) = rest.split_at(line.unwrap_or(rest.len()));
    let filled = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        let text = text.replace("$ADMIN", admin).replace("$LAST", last);
        if !text.contains("$HASH") {
            return text;
        }
        let token = Secret::new("t".to_owned());
        let hash = token_hash(HashType::Sha1, last, &token);
        text.replace("$HASH", hash.expose())
    };
    let body = body.get(1..).unwrap_or_default();
    let body = if body.contains(&b'$') {
        filled(body).into_bytes()
    } else {
        body.to_vec()
    };
    let (method, content_type) = match kind {
        b'f' => ("POST", "application/x-www-form-urlencoded"),
        b'm' => ("POST", "multipart/form-data; boundary=b"),
        b'g' => ("GET", ""),
        b'o' => ("OPTIONS", ""),
        b'h' => ("HEAD", "text/plain"),
        _ => ("POST", "application/json"),
    };
    Incoming {
        method: method.to_owned(),
        url: ["/api_v3", &filled(url)].concat(),
        headers: vec![("Content-Type".to_owned(), content_type.to_owned())],
        body,
        ip: "127.0.0.1".to_owned(),
        https: kind.is_ascii_lowercase(),
    }
}

fn judge(answer: &Outgoing) {
    assert!(
        [200, 404, 414, 500].contains(&answer.status),
        "{}",
        answer.status
    );
    assert!(answer.body.len() <= LONGEST_ANSWER, "{}", answer.body.len());
    assert_eq!(
        answer.transport,
        kaltura_app_token::emulator::Transport::default()
    );
    for (name, value) in &answer.headers {
        let is_clean = |text: &str| !text.contains(['\r', '\n', '\0']);
        assert!(is_clean(name) && is_clean(value), "{name}: {value:?}");
    }
    if answer.header("Content-Type") == Some("application/json") {
        let read = serde_json::from_slice::<serde::de::IgnoredAny>(&answer.body);
        assert!(read.is_ok(), "no JSON");
    }
}

/// The last KS in an answer: the longest run of its letters.
fn ks_in(body: &[u8]) -> Option<String> {
    let is_ks = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_=+/".contains(byte);
    let runs = body.split(|byte| !is_ks(byte));
    let ks = runs.filter(|run| run.len() > 60).last()?;
    String::from_utf8(ks.to_vec()).ok()
}
