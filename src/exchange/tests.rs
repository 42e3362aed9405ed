mod identity;
mod items;
mod signer;
mod slow;

use std::cell::RefCell;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::error::Cause;
use crate::kaltura::{ResponseHead, ServiceUrl};
use crate::retry::RetryPolicy;
use crate::session::hash::token_hash;
use crate::session::{Effect, GrantPolicy, ONE_CALL_WIDGET_S, SHARED_WIDGET_S, Session, SessionType};

const NOW_MS: i64 = 1_795_493_657_000;
const TOKEN: &str = "599d54237bca94c1db5746efd0416795";

/// A server that gives prepared answers, and remembers what it was sent.
struct Script {
    answers: RefCell<Vec<Reaction>>,
    seen: RefCell<Vec<(String, Value)>>,
    waits: RefCell<Vec<u64>>,
    /// The KSs that a signer was asked to hash.
    signed: RefCell<Vec<(String, HashType)>>,
}

enum Reaction {
    Json(Value),
    Status(u16),
    Lost,
}

use Reaction::{Json, Lost, Status};

impl Script {
    fn new(answers: impl IntoIterator<Item = Reaction>) -> Self {
        Self {
            answers: RefCell::new(answers.into_iter().collect()),
            seen: RefCell::default(),
            waits: RefCell::default(),
            signed: RefCell::default(),
        }
    }

    fn sign(&self, ks: &Secret, hash_type: HashType) -> Secret {
        let asked = (ks.expose().to_owned(), hash_type);
        self.signed.borrow_mut().push(asked);
        let token = Secret::new(TOKEN.into());
        token_hash(hash_type, ks.expose(), &token)
    }

    fn hold(&self, mut exchange: Exchange) -> Outcome {
        let mut now_ms = NOW_MS;
        for _ in 0..100 {
            match exchange.next(now_ms) {
                Step::Done => return exchange.finish(),
                Step::Hash { ks, hash_type } => {
                    exchange.take_hash(Ok(self.sign(&ks, hash_type)));
                }
                Step::Wait { ms, .. } => {
                    self.waits.borrow_mut().push(ms);
                    now_ms += i64::try_from(ms).unwrap();
                }
                Step::Send(request) => {
                    let body = serde_json::from_str(request.body.expose()).unwrap();
                    self.seen.borrow_mut().push((request.url.clone(), body));
                    assert!(!request.body.expose().contains(TOKEN) && !request.url.contains(TOKEN));
                    let timing = Timing::at(now_ms);
                    let head = |status| ResponseHead {
                        status,
                        date_s: Some(NOW_MS / 1000),
                        ..ResponseHead::default()
                    };
                    match self.answers.borrow_mut().remove(0) {
                        Json(value) => {
                            let body = value.to_string();
                            exchange.take(Reply::Response(&head(200), body.as_bytes()), timing, 7);
                        }
                        Status(status) => {
                            exchange.take(Reply::Response(&head(status), b"<html>"), timing, 7);
                        }
                        Lost => exchange.take(Reply::Lost(vec![Cause::default()]), timing, 7),
                    }
                }
            }
        }
        panic!("no end");
    }

    fn sent(&self, index: usize) -> Value {
        self.seen.borrow()[index].1.clone()
    }

    fn urls(&self) -> Vec<String> {
        let path = |url: &str| {
            url.trim_start_matches("https://www.kaltura.com/api_v3/")
                .to_owned()
        };
        self.seen
            .borrow()
            .iter()
            .map(|(url, _)| path(url))
            .collect()
    }
}

fn terms() -> Terms {
    Terms {
        service_url: ServiceUrl::default(),
        client_tag: "test".into(),
        grants: GrantPolicy::Guard,
        retry: RetryPolicy::default(),
        widget_expiry_s: ONE_CALL_WIDGET_S,
        deadline_ms: NOW_MS + 30_000,
    }
}

fn credentials(hash_types: &[HashType]) -> Credentials {
    Credentials {
        partner_id: 102,
        app_token_id: "0_c6eputqa".into(),
        app_token: Some(Secret::new(TOKEN.into())),
        hash_types: hash_types.to_vec(),
    }
}

fn exchange(wishes: Vec<SessionRequest>) -> Exchange {
    Exchange::new(terms(), credentials(&[HashType::Sha1]), wishes, None)
}

fn widget(ks: &str) -> Reaction {
    Json(json!({
        "partnerId": 102, "ks": ks, "userId": 0,
        "objectType": "KalturaStartWidgetSessionResponse",
    }))
}

fn info(ks: &str) -> Value {
    json!({
        "ks": ks, "partnerId": "102", "userId": "ada", "sessionType": 0,
        "expiry": NOW_MS / 1000 + 3600, "privileges": "sessionid:0_c6eputqa,apptoken:0_c6eputqa",
        "objectType": "KalturaSessionInfo",
    })
}

fn session(ks: &str) -> Reaction {
    Json(info(ks))
}

fn refusal(code: &str, args: &Value) -> Value {
    json!({ "objectType": "KalturaAPIException", "code": code, "message": "no", "args": args })
}

fn refused(code: &str) -> Reaction {
    Json(refusal(code, &json!([])))
}

fn dead_ks(reason: &str) -> Reaction {
    Json(refusal(
        "INVALID_KS",
        &json!({ "KSID": reason, "ERR_CODE": "-1" }),
    ))
}

fn only(mut outcome: Outcome) -> Result<Session, Error> {
    assert_eq!(outcome.sessions.len(), 1);
    outcome.sessions.remove(0).map_err(|error| *error)
}

fn codes(outcome: Outcome) -> Vec<String> {
    let results = outcome.sessions.into_iter();
    results.map(|it| code(it.map_err(|error| *error))).collect()
}

fn code(result: Result<Session, Error>) -> String {
    match result {
        Ok(session) => session.ks.expose().to_owned(),
        Err(Error::Kaltura(refusal)) => refusal.code,
        Err(error) => error.code().to_owned(),
    }
}

#[test]
fn a_widget_session_and_a_hash_become_a_session() {
    let server = Script::new([widget("widget-ks"), session("a-ks")]);
    let started = only(server.hold(exchange(vec![SessionRequest::default()]))).unwrap();
    assert_eq!(started.ks.expose(), "a-ks");
    assert_eq!(started.expires_at_ms, NOW_MS + 3_600_000);
    assert_eq!(
        server.urls(),
        [
            "service/session/action/startWidgetSession",
            "service/appToken/action/startSession"
        ]
    );
    assert_eq!(
        server.sent(0),
        json!({ "format": 1, "clientTag": "test", "widgetId": "_102", "expiry": 900 })
    );
    let hash = token_hash(HashType::Sha1, "widget-ks", &Secret::new(TOKEN.into()));
    assert_eq!(
        server.sent(1),
        json!({
            "format": 1, "clientTag": "test", "ks": "widget-ks", "id": "0_c6eputqa",
            "tokenHash": hash.expose(), "nocache": 1,
        })
    );
}

#[test]
fn a_wish_goes_out_under_kaltura_s_names() {
    let wish = SessionRequest {
        user_id: Some("ada".into()),
        session_type: Some(SessionType::User),
        expiry_s: Some(3600),
        privileges: Some("foo:1".into()),
        no_other_privileges: true,
        session_id: None,
    };
    let mut granted = info("a-ks");
    granted["privileges"] = json!("sessionid:0_c6eputqa,apptoken:0_c6eputqa,foo:1");
    let server = Script::new([widget("w"), Json(granted)]);
    assert_eq!(
        only(server.hold(exchange(vec![wish]))).unwrap().differences,
        []
    );
    let sent = server.sent(1);
    assert_eq!(sent["userId"], "ada");
    assert_eq!(sent["type"], 0);
    assert_eq!(sent["expiry"], 3600);
    assert_eq!(sent["sessionPrivileges"], "foo:1");
}

#[test]
fn several_wishes_make_one_batch_with_an_outcome_each() {
    let wish = |user: &str| SessionRequest {
        user_id: Some(user.into()),
        ..SessionRequest::default()
    };
    let server = Script::new([
        widget("w"),
        Json(json!([
            info("a"),
            refusal("APP_TOKEN_EXPIRED", &json!({ "ID": "x" }))
        ])),
    ]);
    let outcome = server.hold(exchange(vec![wish("ada"), wish("bob")]));
    let codes = codes(outcome);
    assert_eq!(codes, ["a", "APP_TOKEN_EXPIRED"]);
    let sent = server.sent(1);
    assert_eq!(server.urls()[1], "index.php");
    assert_eq!(
        (&sent["service"], &sent["ks"]),
        (&json!("multirequest"), &json!("w"))
    );
    assert_eq!(
        (&sent["1"]["userId"], &sent["2"]["userId"]),
        (&json!("ada"), &json!("bob"))
    );
    // The server's caches are switched off inside each item, or not at all.
    assert_eq!(
        (&sent["1"]["nocache"], &sent["2"]["nocache"]),
        (&json!(1), &json!(1))
    );
}

#[test]
fn a_batch_is_tried_again_only_for_what_failed() {
    let wish = |user: &str| SessionRequest {
        user_id: Some(user.into()),
        ..SessionRequest::default()
    };
    let mut bob = info("b");
    bob["userId"] = json!("bob");
    let server = Script::new([
        widget("w"),
        Json(json!([
            info("a"),
            refusal("INTERNAL_DATABASE_ERROR", &json!([]))
        ])),
        Json(bob),
    ]);
    let outcome = server.hold(exchange(vec![wish("ada"), wish("bob")]));
    let codes = codes(outcome);
    assert_eq!(codes, ["a", "b"]);
    assert_eq!(server.sent(2)["userId"], "bob");
}

#[test]
fn no_wish_fetches_a_widget_session_alone() {
    let server = Script::new([widget("w")]);
    let outcome = server.hold(exchange(vec![]));
    assert_eq!(outcome.widget.unwrap().ks.expose(), "w");
    assert_eq!(outcome.attempts, 1);
}

#[test]
fn a_widget_session_at_hand_saves_a_request_until_it_is_old() {
    let at_hand = |usable_until_ms| {
        let widget = Widget {
            ks: Secret::new("mine".into()),
            usable_until_ms,
        };
        Exchange::new(
            terms(),
            credentials(&[HashType::Sha1]),
            vec![SessionRequest::default()],
            Some(widget),
        )
    };
    let server = Script::new([session("a")]);
    assert_eq!(code(only(server.hold(at_hand(NOW_MS + 1)))), "a");
    assert_eq!(server.sent(0)["ks"], "mine");
    let server = Script::new([widget("w"), session("a")]);
    assert_eq!(code(only(server.hold(at_hand(NOW_MS)))), "a");
    let server = Script::new([refused("ACTION_BLOCKED"), widget("w"), session("a")]);
    assert_eq!(code(only(server.hold(at_hand(NOW_MS + 5000)))), "a");
    assert_eq!(server.sent(2)["ks"], "w");
}

#[test]
fn a_widget_session_counts_for_what_is_left_after_the_server_s_cache() {
    for (widget_expiry_s, usable_s) in [(ONE_CALL_WIDGET_S, 300), (SHARED_WIDGET_S, 3000)] {
        let server = Script::new([widget("w")]);
        let terms = Terms {
            widget_expiry_s,
            ..terms()
        };
        let exchange = Exchange::new(terms, credentials(&[HashType::Sha1]), vec![], None);
        let widget = server.hold(exchange).widget.unwrap();
        assert_eq!(server.sent(0)["expiry"], widget_expiry_s);
        assert_eq!(widget.usable_until_ms, NOW_MS + usable_s * 1000);
    }
}

#[test]
fn a_widget_session_that_was_long_in_coming_is_tried_all_the_same() {
    let mut exchange = exchange(vec![SessionRequest::default()]);
    assert!(matches!(exchange.next(NOW_MS), Step::Send(_)));
    let Json(answer) = widget("slow") else {
        panic!()
    };
    let body = answer.to_string();
    let head = ResponseHead {
        status: 200,
        ..ResponseHead::default()
    };
    exchange.take(
        Reply::Response(&head, body.as_bytes()),
        Timing::at(NOW_MS),
        7,
    );
    let Step::Send(request) = exchange.next(NOW_MS + 600_000) else {
        panic!()
    };
    assert!(request.body.expose().contains("slow"));
}

#[test]
fn the_failure_of_the_last_request_can_be_taken_once() {
    let mut exchange = exchange(vec![SessionRequest::default()]);
    assert!(exchange.take_failure().is_none());
    assert!(matches!(exchange.next(NOW_MS), Step::Send(_)));
    let lost = Reply::Lost(vec![Cause::default()]);
    exchange.take(lost, Timing::at(NOW_MS), 7);
    assert_eq!(exchange.take_failure().unwrap().code(), "ERR_NETWORK");
    assert!(exchange.take_failure().is_none());
}

#[test]
fn the_widget_session_in_use_is_the_one_that_came_last() {
    let mut exchange = exchange(vec![SessionRequest::default()]);
    let ks = |exchange: &Exchange| exchange.widget().map(|it| it.ks.expose().to_owned());
    assert_eq!(ks(&exchange), None);
    let head = ResponseHead {
        status: 200,
        date_s: Some(NOW_MS / 1000),
        ..ResponseHead::default()
    };
    for (answer, expected) in [
        (widget("first"), "first"),
        (refused("INVALID_APP_TOKEN_HASH"), ""),
        (widget("second"), "second"),
    ] {
        assert!(matches!(exchange.next(NOW_MS), Step::Send(_)));
        let Json(answer) = answer else { continue };
        let body = answer.to_string();
        let answer = Reply::Response(&head, body.as_bytes());
        exchange.take(answer, Timing::at(NOW_MS), 7);
        if !expected.is_empty() {
            assert_eq!(ks(&exchange).as_deref(), Some(expected));
        }
    }
}

#[test]
fn a_refused_hash_is_tried_once_more_with_a_fresh_widget_session() {
    let server = Script::new([
        widget("w1"),
        refused("INVALID_APP_TOKEN_HASH"),
        widget("w2"),
        refused("INVALID_APP_TOKEN_HASH"),
    ]);
    let error = only(server.hold(exchange(vec![SessionRequest::default()]))).unwrap_err();
    assert_eq!(server.sent(2)["nocache"], 1);
    assert_eq!(server.sent(3)["ks"], "w2");
    assert!(error.to_string().contains("SHA1"), "{error}");
}

#[test]
fn auto_tries_every_hash_type_and_tells_the_right_one() {
    let server = Script::new([
        widget("w"),
        refused("INVALID_APP_TOKEN_HASH"),
        refused("INVALID_APP_TOKEN_HASH"),
        session("a"),
    ]);
    let exchange = Exchange::new(
        terms(),
        credentials(&HashType::AUTO),
        vec![SessionRequest::default()],
        None,
    );
    let outcome = server.hold(exchange);
    assert_eq!(outcome.found_hash_type, Some(HashType::Sha512));
    assert_eq!(code(only(outcome)), "a");
}

#[test]
fn a_dead_widget_session_is_replaced_once() {
    for reason in ["EXPIRED", "LOGOUT", "EXCEEDED_ACTIONS_LIMIT", "djJ8MTAyfA"] {
        let server = Script::new([widget("w1"), dead_ks(reason), widget("w2"), session("a")]);
        assert_eq!(
            code(only(server.hold(exchange(vec![SessionRequest::default()])))),
            "a",
            "{reason}"
        );
        let server = Script::new([widget("w1"), dead_ks(reason), widget("w2"), dead_ks(reason)]);
        let outcome = server.hold(exchange(vec![SessionRequest::default()]));
        assert_eq!(code(only(outcome)), "INVALID_KS", "{reason}");
    }
}

#[test]
fn definite_refusals_end_it_at_once() {
    for refusal in [
        "APP_TOKEN_ID_NOT_FOUND",
        "APP_TOKEN_NOT_ACTIVE",
        "APP_TOKEN_EXPIRED",
        "SERVICE_FORBIDDEN",
        "SERVICE_ACCESS_CONTROL_RESTRICTED",
        "MISSING_MANDATORY_PARAMETER",
    ] {
        let server = Script::new([widget("w"), refused(refusal)]);
        let outcome = server.hold(exchange(vec![SessionRequest::default()]));
        assert_eq!(outcome.attempts, 2);
        assert_eq!(code(only(outcome)), refusal);
    }
    for reason in ["EXCEEDED_RESTRICTED_IP", "EXCEEDED_RESTRICTED_URI"] {
        let server = Script::new([widget("w"), dead_ks(reason)]);
        assert_eq!(
            code(only(server.hold(exchange(vec![SessionRequest::default()])))),
            "INVALID_KS"
        );
    }
    let server = Script::new([refused("INVALID_WIDGET_ID")]);
    assert_eq!(
        code(only(server.hold(exchange(vec![SessionRequest::default()])))),
        "INVALID_WIDGET_ID"
    );
}

#[test]
fn what_passes_is_tried_again_past_the_server_s_cache() {
    for passing in [
        Lost,
        Status(503),
        Json(json!([])),
        refused("INTERNAL_DATABASE_ERROR"),
    ] {
        let server = Script::new([passing, widget("w"), Lost, session("a")]);
        let outcome = server.hold(exchange(vec![SessionRequest::default()]));
        assert_eq!(outcome.attempts, 4);
        assert_eq!(code(only(outcome)), "a");
        assert_eq!(server.sent(1)["nocache"], 1);
        assert_eq!(server.waits.borrow().len(), 2);
    }
}

#[test]
fn retries_run_out() {
    let server = Script::new([widget("w"), Lost, Lost, Lost]);
    let outcome = server.hold(exchange(vec![SessionRequest::default()]));
    assert_eq!(outcome.attempts, 4);
    assert_eq!(code(only(outcome)), "ERR_NETWORK");
}

#[test]
fn a_wait_that_would_pass_the_deadline_is_not_begun() {
    let patient = Script::new([widget("w"), refused("ACTION_BLOCKED"), session("a")]);
    assert_eq!(
        code(only(
            patient.hold(exchange(vec![SessionRequest::default()]))
        )),
        "a"
    );
    assert!(patient.waits.borrow()[0] >= 10_000);

    let server = Script::new([widget("w"), refused("ACTION_BLOCKED")]);
    let hurried = Terms {
        deadline_ms: NOW_MS + 9_000,
        ..terms()
    };
    let credentials = credentials(&[HashType::Sha1]);
    let outcome = server.hold(Exchange::new(
        hurried,
        credentials,
        vec![SessionRequest::default()],
        None,
    ));
    assert_eq!(server.waits.borrow().len(), 0);
    assert_eq!(code(only(outcome)), "ACTION_BLOCKED");
}

#[test]
fn answers_that_are_not_this_session_are_refused() {
    let wrong = |field: &str, value: Value| {
        let mut answer = info("a");
        answer[field] = value;
        answer
    };
    for answer in [
        json!({}),
        json!(null),
        json!("a"),
        wrong("ks", json!(null)),
        wrong("ks", json!("")),
        wrong("ks", json!("two words")),
        wrong("ks", json!("line\nbreak")),
        wrong("ks", json!(5)),
        wrong("partnerId", json!(103)),
        wrong("partnerId", json!(null)),
        wrong("sessionType", json!(1)),
        wrong("sessionType", json!(null)),
        wrong("expiry", json!("soon")),
        wrong("expiry", json!(-1)),
        wrong("expiry", json!(1e300)),
        wrong("userId", json!(["ada"])),
        wrong("privileges", json!({})),
        wrong("privileges", json!("apptoken:0_another")),
        wrong("objectType", json!("KalturaStartWidgetSessionResponse")),
    ] {
        let terms = Terms {
            retry: RetryPolicy { retries: 0 },
            ..terms()
        };
        let exchange = Exchange::new(
            terms,
            credentials(&[HashType::Sha1]),
            vec![SessionRequest::default()],
            None,
        );
        let outcome = Script::new([widget("w"), Json(answer.clone())]).hold(exchange);
        assert_eq!(code(only(outcome)), "ERR_BAD_RESPONSE", "{answer}");
    }
}

#[test]
fn a_broader_session_is_not_handed_out() {
    let wish = SessionRequest {
        privileges: Some("iprestrict:10.0.0.1".into()),
        ..SessionRequest::default()
    };
    let server = Script::new([widget("w"), session("a")]);
    match only(server.hold(exchange(vec![wish]))) {
        Err(Error::NotGranted(differences)) => assert_eq!(differences[0].effect, Effect::Broader),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_session_that_is_over_is_not_handed_out() {
    let mut over = info("a");
    over["expiry"] = json!(NOW_MS / 1000);
    let server = Script::new([widget("w"), Json(over)]);
    assert_eq!(
        code(only(server.hold(exchange(vec![SessionRequest::default()])))),
        "ERR_NOT_GRANTED"
    );
}

#[test]
fn no_error_shows_what_was_sent() {
    let hash = token_hash(HashType::Sha1, "w-secret", &Secret::new(TOKEN.into()));
    let message = format!("no: {} {TOKEN} w-secret", hash.expose());
    let mut refused = refusal("SOMETHING_NEW", &json!([]));
    refused["message"] = json!(message);
    let server = Script::new([widget("w-secret"), Json(refused)]);
    let error = only(server.hold(exchange(vec![SessionRequest::default()]))).unwrap_err();
    for shown in [error.to_string(), format!("{error:?}")] {
        for secret in [TOKEN, "w-secret", hash.expose()] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

proptest! {
    /// Whatever comes back, the exchange ends, and only a whole answer gives a session.
    #[test]
    fn any_answers_lead_to_an_end(
        bodies in prop::collection::vec((prop::num::u16::ANY, any::<Vec<u8>>()), 20),
        random: u32,
        users in 0..4_usize,
    ) {
        let wishes = (0..users).map(|_| SessionRequest::default()).collect();
        let mut exchange = exchange(wishes);
        let mut bodies = bodies.into_iter();
        let mut now_ms = NOW_MS;
        let ended = loop {
            match exchange.next(now_ms) {
                Step::Hash { .. } => panic!("the token is here"),
                Step::Done => break true,
                Step::Wait { ms, .. } => now_ms = now_ms.saturating_add_unsigned(ms),
                Step::Send(_) => {
                    let Some((status, body)) = bodies.next() else { break false };
                    let status = if status % 2 == 0 { 200 } else { status };
                    let head = ResponseHead { status, ..ResponseHead::default() };
                    let timing = Timing::at(now_ms);
                    exchange.take(Reply::Response(&head, &body), timing, random);
                }
            }
        };
        prop_assert!(ended);
        let outcome = exchange.finish();
        prop_assert_eq!(outcome.sessions.len(), users);
        prop_assert!(outcome.sessions.iter().all(Result::is_err));
    }
}
