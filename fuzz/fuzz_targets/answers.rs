//! Any bytes as Kaltura's answers: the exchange ends, makes a session only of a whole one, and
//! takes a number of steps that grows with the answers alone.

#![no_main]

use kaltura_app_token::clock::Timing;
use kaltura_app_token::exchange::{Credentials, Exchange, Reply, Step, Terms};
use kaltura_app_token::kaltura::{HashType, ResponseHead, ServiceUrl};
use kaltura_app_token::retry::RetryPolicy;
use kaltura_app_token::secret::Secret;
use kaltura_app_token::session::{GrantPolicy, SessionRequest, names_token};
use kaltura_app_token_fuzz::bounded;
use libfuzzer_sys::fuzz_target;

const NOW_MS: i64 = 1_795_493_657_000;

// Answers are lines: how many sessions are asked for, then one body for each request. A line that
// starts with a number is answered with that status.
fuzz_target!(|text: &[u8]| bounded(text.len(), || hold(text)));

fn hold(text: &[u8]) {
    let mut lines = text.split(|&byte| byte == b'\n');
    let users = lines.next().map_or(0, |line| line.len() % 101);
    let terms = Terms {
        service_url: ServiceUrl::default(),
        client_tag: String::new(),
        grants: GrantPolicy::Report,
        retry: RetryPolicy::default(),
        widget_expiry_s: 900,
        deadline_ms: NOW_MS + 600_000,
    };
    let credentials = Credentials {
        partner_id: 102,
        app_token_id: "0_c6eputqa".to_owned(),
        app_token: Some(Secret::new("599d54237bca94c1db5746efd0416795".to_owned())),
        hash_types: HashType::ALL.to_vec(),
    };
    let wishes = (0..users).map(|_| SessionRequest::default()).collect();
    let mut exchange = Exchange::new(terms, credentials, wishes, None);
    let mut now_ms = NOW_MS;
    let mut whole = 0;
    for step in 0.. {
        assert!(step < 100, "no end");
        match exchange.next(now_ms) {
            Step::Done => break,
            Step::Wait { ms, .. } => now_ms = now_ms.saturating_add_unsigned(ms),
            Step::Send(_) => {
                let body = lines.next().unwrap_or_default();
                whole += body.windows(4).filter(|part| *part == b"\"ks\"").count();
                let digits = body.get(..3).and_then(|it| str::from_utf8(it).ok());
                let head = ResponseHead {
                    status: digits.and_then(|it| it.parse().ok()).unwrap_or(200),
                    ..ResponseHead::default()
                };
                let timing = Timing::at(now_ms);
                exchange.take(Reply::Response(&head, body), timing, 7);
            }
            _ => unreachable!("the token is here, so nothing else is to be done"),
        }
    }
    let outcome = exchange.finish();
    assert_eq!(outcome.sessions.len(), users);
    let started = outcome.sessions.iter().flatten();
    for session in started.clone() {
        assert!(!session.ks.expose().is_empty());
        assert_eq!(session.partner_id, 102);
        assert_eq!(names_token(&session.privileges, "0_c6eputqa"), Some(true));
    }
    // An escaped name is one too, so only the plain case can be counted.
    if !text.contains(&b'\\') {
        assert!(started.count() <= whole);
    }
}
