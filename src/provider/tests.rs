use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::decision::SILENT_CHECKS;
use super::*;
use crate::error::Error;
use crate::kaltura::{ApiError, HashType, KsRefusal, Operation, ServiceUrl};
use crate::session::{SessionType, Widget};

pub(super) const START: Moment = Moment {
    wall_ms: 1_795_500_000_000,
    steady_ms: 1_000_000,
};

pub(super) fn session(ks: &str, expires_at_ms: i64) -> Session {
    Session {
        ks: Secret::new(ks.to_owned()),
        partner_id: 102,
        user_id: String::new(),
        session_type: SessionType::User,
        privileges: String::new(),
        expiry_s: expires_at_ms / 1000,
        // When it is looked at first, in these tests.
        came_at_ms: i64::MAX,
        expires_at_ms,
        differences: Vec::new(),
    }
}

pub(super) fn provider(max_entries: usize, tokens: usize) -> Provider {
    Provider::new(
        Issuer {
            service_url: ServiceUrl::default(),
            partner_id: 102,
            app_token_id: "0_abc".to_owned(),
        },
        max_entries,
        standings(&vec![vec![HashType::Sha1]; tokens]),
    )
}

/// Tokens with the ids `0_a`, `0_b` and so on.
pub(super) fn standings(hash_types: &[Vec<HashType>]) -> Standings {
    let token = |(index, hash_types): (usize, &Vec<HashType>)| TokenConfig {
        id: format!("0_{}", char::from(b'a' + u8::try_from(index).unwrap())),
        hash_types: hash_types.clone(),
        has_signer: false,
    };
    Standings::new(hash_types.iter().enumerate().map(token).collect())
}

pub(super) fn wish(user: u8) -> SessionRequest {
    SessionRequest {
        user_id: Some(user.to_string()),
        ..SessionRequest::default()
    }
}

pub(super) fn key(provider: &Provider, user: u8) -> Key {
    provider.key(&wish(user))
}

pub(super) fn ask(
    provider: &mut Provider,
    user: u8,
    following: Following,
    now: Moment,
) -> Result<Decision, Failure> {
    let key = key(provider, user);
    provider.ask(&key, &wish(user), following, now)
}

pub(super) fn refusal(code: &str) -> Failure {
    Failure {
        error: Box::new(Error::Kaltura(ApiError {
            operation: Operation::new("appToken", "startSession").unwrap(),
            code: code.to_owned(),
            message: String::new(),
            ks_refusal: None,
            hash_type: None,
            retry_after_ms: None,
        })),
        attempts: 1,
    }
}

pub(super) fn down() -> Failure {
    refusal("INTERNAL_DATABASE_ERROR")
}

/// One key and one clock: what most tests are about.
struct Scene {
    provider: Provider,
    key: Key,
    now: Moment,
}

impl Scene {
    fn new() -> Self {
        let provider = provider(10, 1);
        let key = key(&provider, 1);
        Self {
            provider,
            key,
            now: START,
        }
    }

    fn after(&mut self, ms: i64) -> &mut Self {
        self.now = self.now.plus(ms);
        self
    }

    fn ask(&mut self) -> Result<Decision, Failure> {
        self.ask_after(Following::default())
    }

    fn ask_after(&mut self, following: Following) -> Result<Decision, Failure> {
        ask(&mut self.provider, 1, following, self.now)
    }

    fn lead(&mut self) -> FlightId {
        match self.ask() {
            Ok(Decision::Lead(flight)) => flight,
            other => panic!("{other:?}"),
        }
    }

    fn land(&mut self, flight: FlightId, ks: &str, life_s: i64) -> Landed {
        let session = session(ks, self.now.wall_ms + life_s * 1000);
        self.provider
            .settle(flight, Ok(session), 0, self.now)
            .unwrap()
    }

    fn crash(&mut self, flight: FlightId, failure: Failure) -> Result<Landed, Failure> {
        self.provider.settle(flight, Err(failure), 0, self.now)
    }

    fn served(&mut self) -> String {
        match self.ask() {
            Ok(Decision::Serve { session, .. }) => session.ks.expose().to_owned(),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn one_caller_leads_and_the_others_follow() {
    let mut scene = Scene::new();
    let flight = scene.lead();
    assert_eq!(scene.ask(), Ok(Decision::Follow(flight)));
    scene.land(flight, "a", 3600);
    assert_eq!(scene.served(), "a");
}

#[test]
fn a_lease_lasts_until_the_renewal_is_due() {
    let mut scene = Scene::new();
    let flight = scene.lead();
    let landed = scene.land(flight, "a", 3600);
    assert_eq!(landed.lease.map(|it| it.until), Some(START.plus(3_000_000)));
    scene.after(2_999_999);
    assert!(
        matches!(scene.ask(), Ok(Decision::Serve { lease: Some(lease), .. }) if lease.until == START.plus(3_000_000))
    );
    scene.after(1);
    assert!(matches!(scene.ask(), Ok(Decision::Renew { .. })));
}

#[test]
fn while_one_renews_the_others_are_served() {
    let mut scene = Scene::new();
    let flight = scene.lead();
    scene.land(flight, "a", 3600);
    let Ok(Decision::Renew { flight, .. }) = scene.after(3_100_000).ask() else {
        panic!()
    };
    assert_eq!(scene.served(), "a");
    assert!(scene.land(flight, "b", 3600).renewed);
    assert_eq!(scene.served(), "b");
}

#[test]
fn close_to_the_end_callers_wait_for_the_new_session() {
    let mut scene = Scene::new();
    let flight = scene.lead();
    scene.land(flight, "a", 3600);
    let flight = scene.after(3_570_000).lead();
    assert_eq!(scene.ask(), Ok(Decision::Follow(flight)));
}

#[test]
fn a_failed_renewal_is_tried_again_within_a_second_whatever_chance_says() {
    for random in [0, u32::MAX] {
        let mut scene = Scene::new();
        let flight = scene.lead();
        scene.land(flight, "a", 3600);
        let Ok(Decision::Renew { flight, .. }) = scene.after(3_100_000).ask() else {
            panic!()
        };
        let settled = scene
            .provider
            .settle(flight, Err(down()), random, scene.now);
        assert!(settled.is_ok());
        scene.after(499);
        assert_eq!(scene.served(), "a");
        let again = scene.after(501).ask();
        assert!(matches!(again, Ok(Decision::Renew { .. })), "{again:?}");
    }
}

#[test]
fn a_failed_renewal_is_tried_again_ever_more_seldom_and_the_session_served_to_its_end() {
    let mut scene = Scene::new();
    let flight = scene.lead();
    scene.land(flight, "a", 3600);
    scene.after(3_100_000);
    let mut tries = 0;
    while scene.now.is_before(START.plus(3_599_000)) {
        match scene.ask() {
            Ok(Decision::Renew { flight, .. } | Decision::Lead(flight)) => {
                tries += 1;
                assert_eq!(scene.crash(flight, down()).unwrap().stale, Some(down()));
            }
            Ok(Decision::Serve { session, stale, .. }) => {
                assert!(stale && session.ks.expose() == "a");
            }
            other => panic!("{other:?}"),
        }
        scene.after(100);
    }
    assert!((10..30).contains(&tries), "{tries}");
    scene.after(60_000);
    let flight = scene.lead();
    assert_eq!(scene.crash(flight, down()), Err(down()));
}

#[test]
fn after_failures_in_a_row_callers_are_refused_for_a_while() {
    let mut scene = Scene::new();
    for _ in 0..3 {
        let flight = scene.lead();
        scene.crash(flight, down()).unwrap_err();
    }
    assert_eq!(scene.ask().unwrap_err().error, down().error);
    scene.after(100).lead();
}

#[test]
fn a_refusal_of_what_was_asked_is_asked_for_each_time() {
    let mut scene = Scene::new();
    for _ in 0..5 {
        let flight = scene.lead();
        scene
            .crash(flight, refusal("INVALID_PARAMETER_CHAR"))
            .unwrap_err();
    }
    scene.lead();
}

#[test]
fn a_refused_token_is_not_asked_with_for_a_while_that_grows() {
    let mut scene = Scene::new();
    let unknown = refusal("APP_TOKEN_ID_NOT_FOUND");
    for seconds in [5, 10, 20, 30, 30] {
        let flight = scene.lead();
        scene.provider.abandon(flight);
        let (standings, now) = (&mut scene.provider.standings, scene.now);
        for _ in 0..3 {
            standings.refuse(0, &unknown, now);
        }
        scene.after(seconds * 1000 - 1);
        let told = scene.ask().unwrap_err();
        assert_eq!((told.error, told.attempts), (unknown.error.clone(), 0));
        scene.after(1);
    }
    scene.lead();
}

#[test]
fn a_refusal_is_forgotten_with_the_session_that_the_caller_invalidates() {
    for forget in [
        |scene: &mut Scene| scene.provider.invalidate(&scene.key, scene.now),
        |scene: &mut Scene| scene.provider.clear(scene.now),
        |scene: &mut Scene| _ = scene.provider.standings.granted(0, HashType::Sha1),
    ] {
        let mut scene = Scene::new();
        let refused = refusal("APP_TOKEN_EXPIRED");
        scene.provider.standings.refuse(0, &refused, scene.now);
        scene.ask().unwrap_err();
        forget(&mut scene);
        scene.lead();
    }
}

#[test]
fn a_refused_partner_is_refused_with_every_token_and_a_refused_token_alone() {
    for (code, is_usable) in [("INVALID_WIDGET_ID", false), ("APP_TOKEN_NOT_ACTIVE", true)] {
        let mut provider = provider(10, 2);
        provider.standings.refuse(0, &refusal(code), START);
        assert_eq!(
            provider.standings.usable(START).is_ok(),
            is_usable,
            "{code}"
        );
    }
    let mut provider = provider(10, 2);
    provider.standings.refuse(0, &down(), START);
    assert_eq!(provider.standings.usable(START), Ok(0));
}

#[test]
fn a_silent_leader_is_replaced_by_one_follower() {
    let mut scene = Scene::new();
    let gone = scene.lead();
    let follow = |scene: &mut Scene, silent_checks| {
        let following = Following {
            flight: Some(gone),
            silent_checks,
        };
        scene.ask_after(following)
    };
    assert_eq!(follow(&mut scene, 2), Ok(Decision::Follow(gone)));
    let Ok(Decision::Lead(next)) = follow(&mut scene, 3) else {
        panic!()
    };
    assert_eq!(follow(&mut scene, 3), Ok(Decision::Follow(next)));
    scene.provider.abandon(gone);
    assert_eq!(scene.ask(), Ok(Decision::Follow(next)));
}

#[test]
fn a_silent_renewal_is_taken_over_too() {
    let mut scene = Scene::new();
    let flight = scene.lead();
    scene.land(flight, "a", 3600);
    let Ok(Decision::Renew { flight: gone, .. }) = scene.after(3_100_000).ask() else {
        panic!()
    };
    scene.after(480_000);
    let following = Following {
        flight: Some(gone),
        silent_checks: 3,
    };
    let answer = scene.ask_after(following);
    assert!(matches!(answer, Ok(Decision::Lead(next)) if next != gone));
}

#[test]
fn a_renewal_that_is_found_silent_is_started_anew_while_the_session_is_served() {
    let mut scene = Scene::new();
    let flight = scene.lead();
    scene.land(flight, "a", 3600);
    let Ok(Decision::Renew { flight: gone, .. }) = scene.after(3_100_000).ask() else {
        panic!()
    };
    let following = Following {
        flight: Some(gone),
        silent_checks: 3,
    };
    let answer = scene.ask_after(following);
    assert!(matches!(answer, Ok(Decision::Renew { flight: next, .. }) if next != gone));
}

#[test]
fn what_a_replaced_leader_brings_after_all_is_kept_and_its_failure_is_not_counted() {
    let mut scene = Scene::new();
    let slow = scene.lead();
    let following = Following {
        flight: Some(slow),
        silent_checks: 3,
    };
    let answer = scene.ask_after(following);
    let Ok(Decision::Lead(next)) = answer else {
        panic!()
    };
    for _ in 0..3 {
        scene.crash(slow, down()).unwrap_err();
    }
    assert_eq!(scene.ask(), Ok(Decision::Follow(next)));
    scene.land(next, "a", 3600);
    assert_eq!(scene.served(), "a");
}

#[test]
fn a_late_session_of_a_replaced_flight_takes_the_place_of_none_that_lives_longer() {
    for (late_life_s, kept) in [(1800, "next"), (7200, "late")] {
        let mut scene = Scene::new();
        let slow = scene.lead();
        let Ok(Decision::Lead(next)) = scene.ask_after(took_over(slow)) else {
            panic!()
        };
        scene.land(next, "next", 3600);
        assert_eq!(
            scene.land(slow, "late", late_life_s).session.ks.expose(),
            "late"
        );
        assert_eq!(scene.served(), kept);
    }
}

#[test]
fn a_renewal_takes_the_place_of_the_old_session_even_if_it_lives_shorter() {
    let mut scene = Scene::new();
    let flight = scene.lead();
    scene.land(flight, "a", 86_400);
    let Ok(Decision::Renew { flight, .. }) = scene.after(85_900_000).ask() else {
        panic!()
    };
    scene.land(flight, "b", 120);
    assert_eq!(scene.served(), "b");
}

#[test]
fn a_revoked_token_takes_its_own_sessions_along() {
    let mut provider = provider(10, 2);
    for (user, token) in [(1, "0_a"), (2, "0_b")] {
        let Ok(Decision::Lead(flight)) = ask(&mut provider, user, Following::default(), START)
        else {
            panic!()
        };
        let session = Session {
            privileges: format!("sessionid:{token},apptoken:{token}"),
            ..session(token, START.wall_ms + 3_600_000)
        };
        provider.settle(flight, Ok(session), 0, START).unwrap();
    }
    let dropped = provider.revoke(0, START);
    assert_eq!(dropped, [key(&provider, 1)]);
    assert!(!serves(&mut provider, 1) && serves(&mut provider, 2));
}

#[test]
fn a_session_that_may_be_over_when_it_arrives_is_not_handed_out() {
    let mut scene = Scene::new();
    for left_ms in [-5000, 0, 1000] {
        let flight = scene.lead();
        let session = session("a", scene.now.wall_ms + left_ms);
        let landed = scene.provider.settle(flight, Ok(session), 0, scene.now);
        assert!(landed.is_err_and(|failure| failure.error.retryable()));
        scene.after(60_000);
    }
    let flight = scene.lead();
    scene.land(flight, "b", 2);
    assert_eq!(scene.served(), "b");
}

#[test]
fn an_invalidated_session_is_never_served_again() {
    let mut scene = Scene::new();
    let flight = scene.lead();
    scene.land(flight, "a", 3600);
    let found = scene
        .provider
        .invalidate_ks(&Secret::new("a".to_owned()), scene.now);
    assert_eq!(found.as_ref(), Some(&scene.key));
    scene.lead();
}

#[test]
fn a_replacement_that_dies_at_once_makes_the_token_suspect() {
    let mut scene = Scene::new();
    let flight = scene.lead();
    scene.land(flight, "a", 3600);
    scene.provider.invalidate(&scene.key, scene.now);
    assert_eq!(scene.provider.suspect(&scene.key), None);
    let flight = scene.lead();
    scene.land(flight, "b", 3600);
    scene.provider.invalidate(&scene.key, scene.now);
    let suspect = scene.provider.suspect(&scene.key).unwrap();
    assert_eq!(suspect.0.expose(), "b");
    scene.provider.clear_suspicion(&scene.key);
    assert_eq!(scene.provider.suspect(&scene.key), None);
}

#[test]
fn a_replacement_that_has_lived_for_a_while_is_not_suspect() {
    let mut scene = Scene::new();
    for ks in ["a", "b"] {
        let flight = scene.lead();
        scene.land(flight, ks, 3600);
        scene.after(60_000);
        scene.provider.invalidate(&scene.key, scene.now);
    }
    assert_eq!(scene.provider.suspect(&scene.key), None);
}

#[test]
fn a_revoked_token_is_not_asked_for_a_while_and_then_with_doubt() {
    let mut scene = Scene::new();
    scene.provider.revoke(0, scene.now);
    assert_eq!(scene.ask(), Err(revoked()));
    scene.after(60_000).lead();
    assert!(scene.provider.standings.is_doubtful(0));
    scene.provider.clear(scene.now);
    assert!(!scene.provider.standings.is_doubtful(0));
}

#[test]
fn a_second_token_takes_over_when_the_first_is_refused_and_stays() {
    let mut provider = provider(10, 2);
    let standings = &mut provider.standings;
    assert_eq!(standings.usable(START), Ok(0));
    for code in [
        "APP_TOKEN_ID_NOT_FOUND",
        "APP_TOKEN_NOT_ACTIVE",
        "APP_TOKEN_EXPIRED",
        "INVALID_APP_TOKEN_HASH",
    ] {
        let error = refusal(code).error;
        assert_eq!(standings.after_refusal(0, &error, START), Some(1), "{code}");
    }
    assert_eq!(standings.after_refusal(0, &down().error, START), None);
    standings.granted(1, HashType::Sha1);
    assert_eq!(standings.usable(START), Ok(1));
    provider.revoke(1, START);
    assert_eq!(provider.standings.usable(START), Ok(0));
}

#[test]
fn the_hash_type_that_worked_is_tried_first_from_then_on() {
    let mut standings = standings(&[HashType::ALL.to_vec()]);
    assert!(standings.granted(0, HashType::Sha512));
    assert!(!standings.granted(0, HashType::Sha512));
    assert_eq!(
        standings.hash_types(0),
        [
            HashType::Sha512,
            HashType::Sha1,
            HashType::Sha256,
            HashType::Md5
        ]
    );
    standings.forget();
    assert_eq!(standings.hash_types(0), HashType::ALL);
}

#[test]
fn what_was_under_way_when_all_was_forgotten_is_not_kept() {
    let mut scene = Scene::new();
    let old = scene.lead();
    scene.provider.clear(scene.now);
    let new = scene.lead();
    assert_eq!(scene.land(old, "old", 3600).lease, None);
    assert_eq!(scene.ask(), Ok(Decision::Follow(new)));
}

#[test]
fn the_cache_keeps_what_was_used_last() {
    let mut provider = provider(2, 1);
    for user in 0..3 {
        mint(&mut provider, user, 3600);
    }
    assert_eq!(
        [2, 1, 0].map(|user| serves(&mut provider, user)),
        [true, true, false]
    );
}

fn mint(provider: &mut Provider, user: u8, life_s: i64) -> Landed {
    let Ok(Decision::Lead(flight)) = ask(provider, user, Following::default(), START) else {
        panic!()
    };
    let session = session(&format!("of {user}"), START.wall_ms + life_s * 1000);
    provider.settle(flight, Ok(session), 0, START).unwrap()
}

fn serves(provider: &mut Provider, user: u8) -> bool {
    let answer = ask(provider, user, Following::default(), START);
    matches!(answer, Ok(Decision::Serve { .. }))
}

#[test]
fn a_session_that_is_served_by_its_lease_stays_in_the_cache() {
    let mut provider = provider(2, 1);
    let lease = mint(&mut provider, 0, 3600).lease.unwrap();
    for user in 1..10 {
        provider.report_uses([lease.ticket]);
        mint(&mut provider, user, 3600);
    }
    assert!(serves(&mut provider, 0) && serves(&mut provider, 9));
}

#[test]
fn keys_that_fail_push_no_live_session_out() {
    let mut provider = provider(2, 1);
    mint(&mut provider, 0, 3600);
    for user in 1..200 {
        let Ok(Decision::Lead(flight)) = ask(&mut provider, user, Following::default(), START)
        else {
            panic!()
        };
        provider.settle(flight, Err(down()), 0, START).unwrap_err();
    }
    assert!(serves(&mut provider, 0));
}

#[test]
fn a_widget_session_is_fetched_by_one_and_kept_for_all() {
    let mut provider = provider(2, 1);
    let ask = |provider: &mut Provider, now| provider.ask_for_widget(Following::default(), now);
    let Some(Decision::Lead(flight)) = ask(&mut provider, START) else {
        panic!()
    };
    assert_eq!(ask(&mut provider, START), Some(Decision::Follow(flight)));
    got_widget(&mut provider, flight, widget("w", 1000), START);
    assert_eq!(ask(&mut provider, START), None);
    assert!(ask(&mut provider, START.plus(1000)).is_some());
}

fn widget(ks: &str, left_ms: i64) -> Widget {
    Widget {
        ks: Secret::new(ks.to_owned()),
        usable_until_ms: START.wall_ms + left_ms,
    }
}

fn got_widget(provider: &mut Provider, flight: FlightId, widget: Widget, now: Moment) {
    provider.keep_widget(flight, widget, START.steady_ms, now);
    provider.end_widget_flight(flight, None, now);
}

fn lead_widget(provider: &mut Provider, following: Following, now: Moment) -> FlightId {
    match provider.ask_for_widget(following, now) {
        Some(Decision::Lead(flight)) => flight,
        other => panic!("{other:?}"),
    }
}

fn took_over(flight: FlightId) -> Following {
    Following {
        flight: Some(flight),
        silent_checks: SILENT_CHECKS,
    }
}

#[test]
fn the_late_failure_of_a_replaced_flight_does_not_hide_a_widget_session() {
    let mut provider = provider(2, 1);
    let slow = lead_widget(&mut provider, Following::default(), START);
    let next = lead_widget(&mut provider, took_over(slow), START);
    let later = START.plus(1000);
    got_widget(&mut provider, next, widget("w", 86_000_000), later);
    provider.end_widget_flight(slow, Some(down()), later);
    assert_eq!(provider.widget_failure(Some(slow), later), None);
    assert!(provider.widget(later).is_some());
    assert_eq!(provider.ask_for_widget(Following::default(), later), None);
}

#[test]
fn the_early_failure_of_a_replaced_flight_fails_nobody() {
    let mut provider = provider(2, 1);
    let slow = lead_widget(&mut provider, Following::default(), START);
    let next = lead_widget(&mut provider, took_over(slow), START);
    provider.end_widget_flight(slow, Some(down()), START);
    assert_eq!(provider.widget_failure(Some(slow), START), None);
    let of_slow = Following {
        flight: Some(slow),
        silent_checks: 0,
    };
    let answer = provider.ask_for_widget(of_slow, START);
    assert_eq!(answer, Some(Decision::Follow(next)));
}

#[test]
fn a_failed_widget_session_fails_those_who_waited_and_nobody_else() {
    let mut provider = provider(2, 1);
    let slow = lead_widget(&mut provider, Following::default(), START);
    let next = lead_widget(&mut provider, took_over(slow), START);
    provider.end_widget_flight(next, Some(down()), START);
    for waited_for in [slow, next] {
        assert_eq!(
            provider.widget_failure(Some(waited_for), START),
            Some(&down())
        );
    }
    assert_eq!(provider.widget_failure(None, START), None);
    let later = lead_widget(&mut provider, Following::default(), START);
    assert_eq!(provider.widget_failure(Some(later), START), None);
    assert_eq!(provider.widget_failure(Some(next), START.plus(1000)), None);
}

#[test]
fn an_older_widget_session_does_not_replace_a_newer_one() {
    let mut provider = provider(2, 1);
    let set_back = Moment {
        wall_ms: START.wall_ms - 86_400_000,
        ..START.plus(500)
    };
    let mut newer = widget("newer", 86_000_000);
    newer.usable_until_ms -= 86_400_000;
    provider.keep_widget(FlightId::FIRST, newer, set_back.steady_ms, set_back);
    provider.keep_widget(
        FlightId::FIRST,
        widget("older", 86_000_000),
        START.steady_ms,
        set_back,
    );
    let kept = |provider: &Provider| provider.widget(set_back).map(|it| it.ks.clone());
    let newer = Secret::new("newer".to_owned());
    assert_eq!(kept(&provider).as_ref(), Some(&newer));
    provider.forget_widget(&Secret::new("older".to_owned()));
    assert_eq!(kept(&provider).as_ref(), Some(&newer));
    provider.forget_widget(&newer);
    assert_eq!(kept(&provider), None);
}

#[test]
fn a_clock_that_is_set_back_does_not_prolong_a_widget_session() {
    let mut provider = provider(2, 1);
    provider.keep_widget(FlightId::FIRST, widget("w", 1000), START.steady_ms, START);
    let set_back = Moment {
        wall_ms: START.wall_ms - 86_400_000,
        ..START.plus(1000)
    };
    assert_eq!(provider.widget(set_back), None);
}

#[test]
fn a_widget_session_from_before_all_was_forgotten_is_not_kept() {
    let mut provider = provider(2, 1);
    let flight = lead_widget(&mut provider, Following::default(), START);
    provider.clear(START);
    got_widget(&mut provider, flight, widget("w", 1000), START);
    assert_eq!(provider.widget(START), None);
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Ask(u8),
    Answer {
        nth: usize,
        life_s: i64,
    },
    Fail {
        nth: usize,
        passing: bool,
    },
    /// The leader is never heard of again, and its followers look for it.
    Vanish {
        nth: usize,
    },
    Pass(i64),
    Set(i64),
    Invalidate(u8),
    Revoke,
    Clear,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => (0_u8..4).prop_map(Event::Ask),
        4 => (any::<usize>(), prop_oneof![0..8_i64, 5..4000_i64])
            .prop_map(|(nth, life_s)| Event::Answer { nth, life_s }),
        2 => (any::<usize>(), any::<bool>())
            .prop_map(|(nth, passing)| Event::Fail { nth, passing }),
        1 => any::<usize>().prop_map(|nth| Event::Vanish { nth }),
        4 => prop_oneof![0..3000_i64, 0..4_000_000_i64].prop_map(Event::Pass),
        1 => (-90_000_000..90_000_000_i64).prop_map(Event::Set),
        1 => (0_u8..4).prop_map(Event::Invalidate),
        1 => Just(Event::Revoke),
        1 => Just(Event::Clear),
    ]
}

/// Callers, leaders and a server, played against the provider. True time is the steady clock;
/// the server's time is known to within its resolution.
struct Play {
    provider: Provider,
    now: Moment,
    minted: u32,
    /// Flights that somebody leads, and whom they are for.
    flights: BTreeMap<FlightId, u8>,
    /// Flights whose leader has vanished.
    vanished: BTreeSet<FlightId>,
    /// Who waits for which flight.
    waiting: Vec<(u8, FlightId)>,
    /// When each session truly ends.
    ends: BTreeMap<String, i64>,
    dead: BTreeSet<String>,
    settled: usize,
}

impl Play {
    fn new() -> Self {
        Self {
            provider: provider(3, 1),
            now: START,
            minted: 0,
            flights: BTreeMap::new(),
            vanished: BTreeSet::new(),
            waiting: Vec::new(),
            ends: BTreeMap::new(),
            dead: BTreeSet::new(),
            settled: 0,
        }
    }

    fn ask(&mut self, user: u8, following: Following) {
        match ask(&mut self.provider, user, following, self.now) {
            Ok(Decision::Serve { session, lease, .. }) => {
                self.check_served(&session);
                if let Some(lease) = lease {
                    let end = self.ends[session.ks.expose()];
                    assert!(lease.until.steady_ms <= end, "a lease beyond the end");
                }
                self.settled += 1;
            }
            Ok(Decision::Renew { session, flight }) => {
                self.check_served(&session);
                self.take_off(user, flight);
                self.settled += 1;
            }
            Ok(Decision::Lead(flight)) => {
                self.take_off(user, flight);
                self.waiting.push((user, flight));
            }
            Ok(Decision::Follow(flight)) => {
                let known = self.flights.contains_key(&flight) || self.vanished.contains(&flight);
                assert!(known, "follows a flight that nobody leads");
                self.waiting.push((user, flight));
            }
            Err(_) => self.settled += 1,
        }
    }

    fn check_served(&self, session: &Session) {
        let ks = session.ks.expose();
        assert!(self.now.steady_ms < self.ends[ks], "an expired session");
        assert!(!self.dead.contains(ks), "a dead session");
    }

    fn take_off(&mut self, user: u8, flight: FlightId) {
        let others = self.flights.values().filter(|it| **it == user).count();
        assert_eq!(others, 0, "two mints in flight for one key");
        self.flights.insert(flight, user);
    }

    fn nth(&self, nth: usize) -> Option<(FlightId, u8)> {
        let count = self.flights.len();
        let (flight, user) = self.flights.iter().nth(nth.checked_rem(count)?)?;
        Some((*flight, *user))
    }

    fn land(&mut self, flight: FlightId, result: Result<i64, Failure>) {
        self.flights.remove(&flight);
        let result = result.map(|life_s| {
            self.minted += 1;
            let ks = self.minted.to_string();
            let life_ms = life_s * 1000;
            self.ends.insert(ks.clone(), self.now.steady_ms + life_ms);
            // Read off a server's clock that tells whole seconds.
            let error_ms = i64::from(self.minted * 7919 % 1000);
            session(&ks, self.now.wall_ms + life_ms + error_ms)
        });
        let is_fresh = result.is_ok();
        let landed = self.provider.settle(flight, result, self.minted, self.now);
        if let Ok(landed) = &landed
            && !is_fresh
        {
            assert!(landed.stale.is_some());
            self.check_served(&landed.session);
        }
        let before = self.waiting.len();
        self.waiting.retain(|(_, waited)| *waited != flight);
        self.settled += before - self.waiting.len();
    }

    fn vanish(&mut self, flight: FlightId) {
        self.flights.remove(&flight);
        self.vanished.insert(flight);
        let (left, others) = self.waiting.iter().partition(|(_, it)| *it == flight);
        self.waiting = others;
        let left: Vec<(u8, FlightId)> = left;
        for (user, _) in left {
            let following = Following {
                flight: Some(flight),
                silent_checks: SILENT_CHECKS,
            };
            self.ask(user, following);
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Ask(user) => self.ask(user, Following::default()),
            Event::Answer { nth, life_s } => {
                if let Some((flight, _)) = self.nth(nth) {
                    self.land(flight, Ok(life_s));
                }
            }
            Event::Fail { nth, passing } => {
                if let Some((flight, _)) = self.nth(nth) {
                    let failure = if passing {
                        down()
                    } else {
                        refusal("APP_TOKEN_ID_NOT_FOUND")
                    };
                    self.land(flight, Err(failure));
                }
            }
            Event::Vanish { nth } => {
                if let Some((flight, _)) = self.nth(nth) {
                    self.vanish(flight);
                }
            }
            Event::Pass(ms) => self.now = self.now.plus(ms),
            Event::Set(ms) => self.now.wall_ms = START.wall_ms + ms,
            Event::Invalidate(user) => {
                let key = key(&self.provider, user);
                let entry = self.provider.entries.peek(&key);
                if let Some(kept) = entry.and_then(|entry| entry.kept.as_ref()) {
                    let ks = kept.session.ks.clone();
                    self.dead.insert(ks.expose().to_owned());
                    self.provider.invalidate_ks(&ks, self.now);
                }
            }
            Event::Revoke => {
                self.provider.revoke(0, self.now);
            }
            Event::Clear => {
                self.provider.clear(self.now);
                // What is under way goes on, for those who wait for it.
                for flight in core::mem::take(&mut self.flights).into_keys() {
                    self.land(flight, Ok(100));
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn whatever_happens_sessions_are_alive_mints_single_and_callers_settled(
        events in prop::collection::vec(event(), 1..120),
    ) {
        let mut play = Play::new();
        let mut asked = 0;
        for event in events {
            asked += usize::from(matches!(event, Event::Ask(_)));
            play.happen(event);
        }
        // Each flight lands or its leader is found to be gone; then nobody waits any more.
        for _ in 0..8 {
            while let Some((flight, _)) = play.nth(0) {
                play.land(flight, Ok(3600));
            }
            for flight in play.vanished.clone() {
                play.vanish(flight);
            }
        }
        prop_assert_eq!(play.waiting.len(), 0);
        prop_assert_eq!(play.settled, asked);
    }
}

#[test]
fn only_a_session_that_was_ended_is_logged_out() {
    let of = |reason: Option<KsRefusal>| {
        let Failure { mut error, .. } = refusal("INVALID_KS");
        if let Error::Kaltura(refusal) = error.as_mut() {
            refusal.ks_refusal = reason;
        }
        (is_dead(&error), is_logged_out(&error))
    };
    assert_eq!(of(Some(KsRefusal::Logout)), (true, true));
    for dead in [
        KsRefusal::Expired,
        KsRefusal::ActionsLimit,
        KsRefusal::Undecodable,
    ] {
        assert_eq!(of(Some(dead)), (true, false));
    }
    assert_eq!(of(None), (false, false));
}
