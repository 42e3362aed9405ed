use super::*;
use crate::provider::tests::{START, key, provider, session, wish};
use crate::provider::{Decision, Following};
use crate::session::Session;

const OF_TOKEN: &str = "sview:*,sessionid:0_a,apptoken:0_a";
const OF_OTHER: &str = "sessionid:0_b,apptoken:0_b";

fn alone(id: &str) -> String {
    format!("sview:*,sessionid:{id},apptoken:0_a")
}

fn ks(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

/// Keeps a session for a user.
fn keep(provider: &mut Provider, user: u8, text: &str, privileges: &str, now: Moment) {
    let key = key(provider, user);
    let asked = provider.ask(&key, &wish(user), Following::default(), now);
    let Ok(Decision::Lead(flight)) = asked else {
        panic!("{asked:?}")
    };
    let session = Session {
        privileges: privileges.to_owned(),
        ..session(text, now.wall_ms + 3_600_000)
    };
    assert!(provider.settle(flight, Ok(session), 0, now).is_ok());
}

#[test]
fn the_sessions_of_a_token_are_proved_once_a_minute_all_together() {
    let mut provider = provider(10, 2);
    let is_due = |provider: &mut Provider, text: &str, privileges: &str, ms: i64| {
        provider.proof_is_due(&ks(text), privileges, START.plus(ms))
    };
    assert!(is_due(&mut provider, "x", OF_TOKEN, 0));
    assert!(!is_due(&mut provider, "y", OF_TOKEN, 59_999));
    assert!(
        is_due(&mut provider, "z", OF_OTHER, 59_999),
        "another token"
    );
    assert!(is_due(&mut provider, "y", OF_TOKEN, 60_000));
    assert!(!is_due(&mut provider, "x", OF_TOKEN, 119_999));
    provider.clear(START);
    assert!(is_due(&mut provider, "x", OF_TOKEN, 119_999));
}

#[test]
fn no_clock_that_is_set_puts_a_proof_off() {
    let mut provider = provider(10, 1);
    assert!(provider.proof_is_due(&ks("x"), OF_TOKEN, START));
    let set_back = Moment {
        wall_ms: START.wall_ms - 86_400_000,
        steady_ms: START.steady_ms + 60_000,
    };
    assert!(provider.proof_is_due(&ks("x"), OF_TOKEN, set_back));
    let asleep = Moment {
        wall_ms: set_back.wall_ms + 60_000,
        steady_ms: set_back.steady_ms,
    };
    assert!(provider.proof_is_due(&ks("x"), OF_TOKEN, asleep));
}

#[test]
fn what_a_probe_would_use_up_or_not_reach_is_not_proved_and_puts_no_proof_off() {
    let mut provider = provider(10, 1);
    for closed in ["actionslimit:5", "urirestrict:/a/*", "iprestrict:10.0.0.1"] {
        let privileges = [OF_TOKEN, ",", closed].concat();
        assert!(
            !provider.proof_is_due(&ks("x"), &privileges, START),
            "{closed}"
        );
    }
    assert!(provider.proof_is_due(&ks("x"), OF_TOKEN, START));
}

#[test]
fn a_session_that_ends_alone_is_proved_alone() {
    let mut provider = provider(10, 1);
    keep(&mut provider, 1, "ada", &alone("1"), START);
    keep(&mut provider, 2, "bob", &alone("2"), START.plus(10_000));
    let due = |provider: &mut Provider, user: &str, id: &str, ms: i64| {
        provider.proof_is_due(&ks(user), &alone(id), START.plus(ms))
    };
    // They came just now.
    assert!(!due(&mut provider, "ada", "1", 59_999));
    assert!(due(&mut provider, "ada", "1", 60_000));
    assert!(!due(&mut provider, "ada", "1", 60_000));
    assert!(!due(&mut provider, "bob", "2", 69_999));
    assert!(due(&mut provider, "bob", "2", 70_000));
    assert!(
        !due(&mut provider, "gone", "3", 1_000_000),
        "nothing is known of it"
    );

    // Bob has ended his own.
    let now = START.plus(70_000);
    assert!(!provider.take_proof(&ks("bob"), &alone("2"), Liveness::LoggedOut, now));
    assert!(provider.fresh(&key(&provider, 2), now).is_none());
    assert!(provider.fresh(&key(&provider, 1), now).is_some());
    assert!(!provider.standings.is_doubtful(0));
    // What takes its place may be as dead.
    keep(&mut provider, 2, "bob again", &alone("2"), now);
    assert!(due(&mut provider, "bob again", "2", 70_000));
    assert!(!due(&mut provider, "bob again", "2", 70_000));
}

#[test]
fn a_dead_session_of_the_token_is_forgotten_and_the_next_one_is_tried_out() {
    let mut provider = provider(10, 1);
    keep(&mut provider, 1, "ada", OF_TOKEN, START);
    keep(&mut provider, 2, "bob", OF_TOKEN, START);
    for verdict in [Liveness::Alive, Liveness::Unknown] {
        assert!(provider.take_proof(&ks("ada"), OF_TOKEN, verdict, START));
    }
    assert!(provider.fresh(&key(&provider, 1), START).is_some());
    assert!(!provider.take_proof(&ks("ada"), OF_TOKEN, Liveness::Dead, START));
    for user in [1, 2] {
        assert!(
            provider.fresh(&key(&provider, user), START).is_none(),
            "{user}"
        );
    }
    keep(&mut provider, 2, "bob", OF_TOKEN, START);
    assert!(
        !provider.standings.is_doubtful(0),
        "its age tells nothing of the token"
    );
    assert!(!provider.take_proof(&ks("bob"), OF_TOKEN, Liveness::LoggedOut, START));
    assert!(provider.fresh(&key(&provider, 2), START).is_none());
    assert!(provider.standings.is_doubtful(0));
    assert_eq!(provider.standings.usable(START).ok(), Some(0), "at once");

    // A token that is known to be revoked stays so.
    provider.revoke(0, START);
    assert!(!provider.take_proof(&ks("ada"), OF_TOKEN, Liveness::LoggedOut, START));
    assert!(provider.standings.usable(START.plus(59_999)).is_err());
}
