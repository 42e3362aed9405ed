//! Exchanges whose hashes are made by a signer, who alone has the application token.

use super::*;

fn signed(wishes: Vec<SessionRequest>, hash_types: &[HashType]) -> Exchange {
    let credentials = Credentials {
        app_token: None,
        ..credentials(hash_types)
    };
    Exchange::new(terms(), credentials, wishes, None)
}

fn one() -> Exchange {
    signed(vec![SessionRequest::default()], &[HashType::Sha1])
}

/// An exchange that waits for a signer's hash.
fn waiting(mut exchange: Exchange) -> Exchange {
    assert!(matches!(exchange.next(NOW_MS), Step::Send(_)));
    take(&mut exchange, widget("w"));
    assert!(matches!(exchange.next(NOW_MS), Step::Hash { .. }));
    exchange
}

fn take(exchange: &mut Exchange, reaction: Reaction) {
    let Json(answer) = reaction else { panic!() };
    let body = answer.to_string();
    let head = ResponseHead {
        status: 200,
        ..ResponseHead::default()
    };
    let answer = Reply::Response(&head, body.as_bytes());
    exchange.take(answer, Timing::at(NOW_MS), 7);
}

#[test]
fn a_signer_s_hash_is_sent_as_one_that_is_made_here() {
    let requests = |exchange| {
        let server = Script::new([widget("w"), session("a")]);
        assert_eq!(code(only(server.hold(exchange))), "a");
        [server.sent(0), server.sent(1)]
    };
    assert_eq!(
        requests(one()),
        requests(exchange(vec![SessionRequest::default()]))
    );
}

#[test]
fn a_signer_is_asked_once_for_a_batch_and_its_retries() {
    let server = Script::new([
        widget("w"),
        Status(503),
        Json(json!([info("a"), refusal("ACTION_BLOCKED", &json!([]))])),
        session("b"),
    ]);
    let outcome = server.hold(signed(
        vec![SessionRequest::default(); 2],
        &[HashType::Sha256],
    ));
    assert_eq!(codes(outcome), ["a", "b"]);
    assert_eq!(*server.signed.borrow(), [("w".into(), HashType::Sha256)]);
}

#[test]
fn a_signer_is_asked_for_each_hash_type_that_is_tried_and_for_each_widget_session() {
    let server = Script::new([
        widget("w1"),
        refused("INVALID_APP_TOKEN_HASH"),
        refused("INVALID_APP_TOKEN_HASH"),
        widget("w2"),
        session("a"),
    ]);
    let outcome = server.hold(signed(
        vec![SessionRequest::default()],
        &[HashType::Sha1, HashType::Sha256],
    ));
    assert_eq!(code(only(outcome)), "a");
    let asked = [
        ("w1", HashType::Sha1),
        ("w1", HashType::Sha256),
        ("w2", HashType::Sha1),
    ];
    assert_eq!(
        *server.signed.borrow(),
        asked.map(|(ks, it)| (ks.to_owned(), it))
    );
}

#[test]
fn what_is_no_hash_is_sent_nowhere_and_shown_nowhere() {
    for rubbish in [
        "",
        "rubbish",
        TOKEN,
        &"A".repeat(40),
        &"a".repeat(64),
        &"é".repeat(20),
    ] {
        let mut exchange = waiting(one());
        exchange.take_hash(Ok(Secret::new(rubbish.to_owned())));
        assert!(matches!(exchange.next(NOW_MS), Step::Done));
        let outcome = exchange.finish();
        assert_eq!(outcome.attempts, 1);
        let error = only(outcome).unwrap_err();
        assert_eq!(
            (error.code(), error.retryable()),
            ("ERR_TOKEN_SOURCE", false)
        );
        assert!(rubbish.is_empty() || !error.message().contains(rubbish));
    }
}

#[test]
fn a_signer_that_fails_ends_all_that_need_it() {
    let failure = || {
        Box::new(Error::TokenSource {
            problem: "no",
            causes: vec![Cause::default()],
        })
    };
    let mut exchange = waiting(signed(
        vec![SessionRequest::default(); 3],
        &[HashType::Sha1],
    ));
    exchange.take_hash(Err(failure()));
    assert!(matches!(exchange.next(NOW_MS), Step::Done));
    let outcome = exchange.finish();
    assert_eq!(codes(outcome), ["ERR_TOKEN_SOURCE"; 3]);
    assert!(failure().retryable());
}

#[test]
fn a_signer_s_hash_is_in_no_error() {
    let mut exchange = waiting(one());
    let hash = token_hash(HashType::Sha1, "w", &Secret::new(TOKEN.into()));
    exchange.take_hash(Ok(hash.clone()));
    assert!(matches!(exchange.next(NOW_MS), Step::Send(_)));
    let message = ["could not send ", hash.expose()].concat();
    let lost = Reply::Lost(vec![Cause {
        message,
        ..Cause::default()
    }]);
    exchange.take(lost, Timing::at(NOW_MS), 7);
    let error = exchange.take_failure().unwrap();
    assert!(!format!("{error:?}").contains(hash.expose()));
}

#[test]
fn a_hash_that_nobody_has_asked_for_is_nothing() {
    let mut exchange = one();
    exchange.take_hash(Ok(Secret::new("a".repeat(40))));
    assert!(matches!(exchange.next(NOW_MS), Step::Send(_)));
    take(&mut exchange, widget("w"));
    assert!(matches!(exchange.next(NOW_MS), Step::Hash { .. }));
}
