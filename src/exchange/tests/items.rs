//! Batches: each item has its own error, remedies and retries.

use super::*;

const HASH: &str = "INVALID_APP_TOKEN_HASH";
const DATABASE: &str = "INTERNAL_DATABASE_ERROR";

fn batch(users: usize, hash_types: &[HashType]) -> Exchange {
    batch_until(users, hash_types, NOW_MS + 30_000)
}

fn batch_until(users: usize, hash_types: &[HashType], deadline_ms: i64) -> Exchange {
    let wish = |user: usize| SessionRequest {
        user_id: Some(format!("u{user}")),
        ..SessionRequest::default()
    };
    let terms = Terms {
        deadline_ms,
        ..terms()
    };
    let wishes = (0..users).map(wish).collect();
    Exchange::new(terms, credentials(hash_types), wishes, None)
}

fn session_of(user: usize) -> Value {
    let mut granted = info(&format!("ks{user}"));
    granted["userId"] = json!(format!("u{user}"));
    granted
}

fn no(code: &str) -> Value {
    refusal(code, &json!([]))
}

fn hash(hash_type: HashType, ks: &str) -> Value {
    let hash = token_hash(hash_type, ks, &Secret::new(TOKEN.into()));
    json!(hash.expose())
}

#[test]
fn a_refused_hash_is_tried_with_the_next_type_whatever_becomes_of_others() {
    let server = Script::new([
        widget("w"),
        Json(json!([no(HASH), no(DATABASE)])),
        Json(json!([session_of(0), no("APP_TOKEN_EXPIRED")])),
    ]);
    let hash_types = [HashType::Sha1, HashType::Sha256];
    let outcome = server.hold(batch(2, &hash_types));
    assert_eq!(codes(outcome), ["ks0", "APP_TOKEN_EXPIRED"]);
    let sent = server.sent(2);
    assert_eq!(sent["1"]["tokenHash"], hash(HashType::Sha256, "w"));
    // The database's failure says nothing of the hash.
    assert_eq!(sent["2"]["tokenHash"], hash(HashType::Sha1, "w"));
}

#[test]
fn each_item_ends_with_its_own_error() {
    let both = || Json(json!([no(HASH), no(DATABASE)]));
    let server = Script::new([
        widget("w1"),
        both(),
        both(),
        widget("w2"),
        both(),
        Json(no(HASH)),
    ]);
    let hash_types = [HashType::Sha1, HashType::Sha256];
    let outcome = server.hold(batch(2, &hash_types));
    assert_eq!(codes(outcome), [HASH, DATABASE]);
}

#[test]
fn an_accepted_item_tells_the_hash_type_for_all() {
    let server = Script::new([
        widget("w1"),
        Json(json!([no(HASH), session_of(1)])),
        widget("w2"),
        Json(no(HASH)),
    ]);
    let outcome = server.hold(batch(2, &HashType::ALL));
    assert_eq!(outcome.hash_type, HashType::ALL[0]);
    // The hash was right, so its refusal was another's, out of Kaltura's cache.
    assert_eq!(server.sent(3)["tokenHash"], hash(HashType::ALL[0], "w2"));
    let Err(error) = &outcome.sessions[0] else {
        panic!("{outcome:?}");
    };
    assert!(error.to_string().contains("SHA1 "), "{error}");
}

#[test]
fn a_dead_widget_session_is_replaced_once_for_each_item() {
    let dead = || refusal("INVALID_KS", &json!({ "KSID": "EXPIRED" }));
    let server = Script::new([
        widget("w1"),
        Json(json!([dead(), no(DATABASE)])),
        widget("w2"),
        Json(json!([dead(), dead()])),
        widget("w3"),
        Json(session_of(1)),
    ]);
    let outcome = server.hold(batch(2, &[HashType::Sha1]));
    assert_eq!(codes(outcome), ["INVALID_KS", "ks1"]);
}

#[test]
fn each_item_has_its_own_retries() {
    let server = Script::new([
        widget("w"),
        Json(json!([no(DATABASE), no(HASH)])),
        Json(json!([no(DATABASE), no(DATABASE)])),
        Json(json!([no(DATABASE), no(DATABASE)])),
        Json(session_of(1)),
    ]);
    let outcome = server.hold(batch(2, &[HashType::Sha1, HashType::Sha256]));
    assert_eq!(codes(outcome), [DATABASE, "ks1"]);
}

#[test]
fn who_has_to_wait_too_long_keeps_nobody_else_waiting() {
    let server = Script::new([
        widget("w"),
        Json(json!([no("ACTION_BLOCKED"), no(DATABASE)])),
        Json(session_of(1)),
    ]);
    let outcome = server.hold(batch_until(2, &[HashType::Sha1], NOW_MS + 9000));
    assert_eq!(codes(outcome), ["ACTION_BLOCKED", "ks1"]);
    assert!(server.waits.borrow().iter().all(|ms| *ms < 1000));
}

#[test]
fn a_lost_batch_is_a_failure_of_every_item() {
    let server = Script::new([widget("w"), Lost, Json(json!([])), Status(503)]);
    let outcome = server.hold(batch(2, &[HashType::Sha1]));
    assert_eq!(outcome.attempts, 4);
    assert_eq!(codes(outcome), ["ERR_HTTP_STATUS"; 2]);
}

#[test]
fn work_grows_with_the_batch_and_no_faster() {
    crate::work::assert_linear("a batch", |factor| {
        let users = 20 * factor;
        let answers: Vec<_> = (0..users)
            .map(|user| match user % 3 {
                0 => no(HASH),
                1 => no(DATABASE),
                _ => session_of(user),
            })
            .collect();
        let failing: Vec<_> = (0..users)
            .filter(|user| user % 3 < 2)
            .map(|_| no(DATABASE))
            .collect();
        let again = || Json(json!(failing));
        let first = Json(json!(answers));
        let server = Script::new([widget("w"), first, widget("w2"), again(), again(), again()]);
        let exchange = batch(users, &[HashType::Sha1]);
        move || drop(server.hold(exchange))
    });
}

/// What the server makes of one item, or of a whole request.
const REACTIONS: [&str; 10] = [
    "ok",
    "ok",
    HASH,
    HASH,
    DATABASE,
    "ACTION_BLOCKED",
    "INVALID_KS",
    "APP_TOKEN_EXPIRED",
    "other user",
    "no session",
];

proptest! {
    /// Whatever becomes of the items, each ends once, with the last error of its own, after a
    /// number of requests that does not grow with the number of items.
    #[test]
    fn errors_remedies_and_retries_are_each_item_s_own(
        reactions in prop::collection::vec(0..REACTIONS.len(), 1..200),
        whole in prop::collection::vec(0..8_u8, 1..40),
        users in 1..6_usize,
        hash_count in 1..=4_usize,
        retries in 0..4_u32,
        time_s in 1..60_i64,
        random: u32,
    ) {
        let mut exchange = batch_until(users, &HashType::ALL[..hash_count], NOW_MS + time_s * 1000);
        exchange.terms.retry = RetryPolicy { retries };
        let mut reactions = reactions.into_iter().cycle();
        let mut whole = whole.into_iter().cycle();
        let mut now_ms = NOW_MS;
        let mut sent = vec![0; users];
        // The last result of each item as the server knows it; none before the first.
        let mut last: Vec<Option<(String, String)>> = vec![None; users];
        let mut requests = 0;
        let mut number = 0;
        loop {
            let request = match exchange.next(now_ms) {
                Step::Done => break,
                Step::Hash { .. } => panic!("the token is here"),
                Step::Wait { ms, .. } => {
                    now_ms = now_ms.saturating_add_unsigned(ms);
                    prop_assert!(now_ms < NOW_MS + time_s * 1000);
                    continue;
                }
                Step::Send(request) => request,
            };
            requests += 1;
            prop_assert!(requests < 100);
            let timing = Timing::at(now_ms);
            let head = |status| ResponseHead {
                status,
                date_s: Some(now_ms / 1000),
                ..ResponseHead::default()
            };
            let body: Value = serde_json::from_str(request.body.expose()).unwrap();
            let asked: Vec<usize> = match (body.get("userId"), body.get("1")) {
                (Some(user), _) => vec![user.clone()],
                (None, Some(_)) => (1..).map_while(|it| body.get(it.to_string()))
                    .map(|item| item["userId"].clone()).collect(),
                (None, None) => Vec::new(),
            }.iter().map(|user| user.as_str().unwrap().trim_start_matches('u').parse().unwrap()).collect();
            for user in &asked {
                let over = |(code, _): &(String, String)| {
                    matches!(code.as_str(), "ok" | "APP_TOKEN_EXPIRED" | "other user")
                };
                prop_assert!(!last[*user].as_ref().is_some_and(over), "asked again");
                sent[*user] += 1;
            }
            let everybody: Vec<usize> = if asked.is_empty() {
                (0..users).filter(|user| exchange.items[*user].is_open()).collect()
            } else {
                asked.clone()
            };
            number += 1;
            if whole.next() == Some(0) {
                let status = 500 + number;
                for user in everybody {
                    last[user] = Some(("ERR_HTTP_STATUS".into(), format!("status {status}")));
                }
                exchange.take(Reply::Response(&head(status), b""), timing, random);
                continue;
            }
            let mut answers = Vec::new();
            for user in &asked {
                let reaction = REACTIONS[reactions.next().unwrap()];
                let tag = format!("u{user}n{number}");
                let mut session = session_of(*user);
                let (told, answer) = match reaction {
                    "ok" => (reaction, session),
                    "other user" => {
                        session["userId"] = json!(tag);
                        (reaction, session)
                    }
                    "no session" => ("ERR_BAD_RESPONSE", json!({})),
                    "INVALID_KS" => (reaction, json!({
                        "objectType": "KalturaAPIException", "code": reaction, "message": tag,
                        "args": { "KSID": "EXPIRED" },
                    })),
                    code => (reaction, json!({
                        "objectType": "KalturaAPIException", "code": code, "message": tag,
                        "args": [],
                    })),
                };
                last[*user] = Some((told.to_owned(), tag));
                answers.push(answer);
            }
            let answer = match answers.as_slice() {
                [] => json!({ "partnerId": 102, "ks": format!("w{number}") }),
                [only] => only.clone(),
                _ => json!(answers),
            };
            exchange.take(Reply::Response(&head(200), answer.to_string().as_bytes()), timing, random);
        }
        let outcome = exchange.finish();
        prop_assert_eq!(outcome.attempts, requests);
        let most = 2 * hash_count + retries as usize + 1;
        prop_assert!(sent.iter().all(|sent| *sent <= most), "{:?} of {}", sent, most);
        // Each round sends everything that is open, over one widget session or a fresh one.
        prop_assert!(requests as usize <= 2 * most + retries as usize + 1);
        for (user, result) in outcome.sessions.into_iter().enumerate() {
            let (told, tag) = last[user].clone().unwrap();
            match result.map_err(|error| *error) {
                Ok(session) => {
                    prop_assert_eq!(told, "ok");
                    prop_assert_eq!(session.user_id, format!("u{user}"));
                }
                Err(Error::Kaltura(refusal)) => {
                    prop_assert_eq!(&refusal.code, &told);
                    prop_assert_eq!(refusal.message, tag);
                }
                Err(Error::NotGranted(differences)) => {
                    prop_assert_eq!(told, "other user");
                    prop_assert_eq!(differences[0].granted.as_ref(), Some(&tag));
                }
                Err(error) => {
                    prop_assert_eq!(&error.code(), &told);
                    prop_assert!(told == "ERR_BAD_RESPONSE" || error.to_string().contains(&tag));
                }
            }
        }
    }
}
