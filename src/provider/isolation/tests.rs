use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::provider::tests::{START, key, provider, session, wish};
use crate::provider::{Decision, Landed};
use crate::work;

fn isolated(mode: Isolate) -> Provider {
    let mut provider = provider(10, 1);
    provider.isolate(Isolation::new(mode, 10));
    provider.isolate_with(b"secret");
    provider
}

fn ask(provider: &mut Provider, wish: &SessionRequest, now: Moment) -> Decision {
    let key = provider.key(wish);
    let answer = provider.ask(&key, wish, Following::default(), now);
    answer.unwrap()
}

fn lead(provider: &mut Provider, wish: &SessionRequest, now: Moment) -> FlightId {
    match ask(provider, wish, now) {
        Decision::Lead(flight) => flight,
        other => panic!("{other:?}"),
    }
}

fn id_of(provider: &Provider, flight: FlightId) -> String {
    provider.asked(flight).unwrap().session_id.unwrap()
}

/// Brings the session that the flight asks for, by this name.
fn land(provider: &mut Provider, flight: FlightId, ks: &str, now: Moment) -> Landed {
    let mut session = session(ks, now.wall_ms + 3_600_000);
    session.privileges = ["edit:*,sessionid:", &id_of(provider, flight)].concat();
    provider.settle(flight, Ok(session), 0, now).unwrap()
}

/// Mints a session for the wish, and gives its id.
fn mint(provider: &mut Provider, wish: &SessionRequest, ks: &str, now: Moment) -> String {
    let flight = lead(provider, wish, now);
    let id = id_of(provider, flight);
    land(provider, flight, ks, now);
    id
}

fn served(provider: &mut Provider, wish: &SessionRequest, now: Moment) -> String {
    match ask(provider, wish, now) {
        Decision::Serve { session, .. } => session.ks.expose().to_owned(),
        other => panic!("{other:?}"),
    }
}

fn restricted(user: u8) -> SessionRequest {
    SessionRequest {
        privileges: Some("custom:1".to_owned()),
        ..wish(user)
    }
}

#[test]
fn an_id_belongs_to_one_key_one_scope_and_one_generation() {
    let scope = |text: &str| Key::from_text(text.to_owned());
    let mut seen = BTreeSet::new();
    for secret in [b"a", b"b"] {
        let ids = IdKey::new(secret);
        // The second of these pairs must not be read as the first.
        for (name, generation) in [("u", 11), ("1 u", 1), ("u", 1), ("v", 1), ("u", -1)] {
            let id = ids.session_id(&scope(name), generation);
            assert!(id.starts_with("kat-") && id.len() == 36, "{id}");
            assert!(!id.contains([',', ':', '/', ';', '*']), "{id}");
            assert!(seen.insert(id));
        }
        let texts = [ids.name(&scope("u")), ids.write(&scope("u"), 1)];
        for text in texts {
            assert!(
                seen.iter()
                    .all(|id| !text.contains(id.trim_start_matches("kat-"))),
                "{text}"
            );
        }
    }
    assert!(!format!("{:?}", isolated(Isolate::User)).contains("secret"));
}

#[test]
fn only_what_the_key_wrote_for_this_scope_is_read() {
    let (ids, scope) = (IdKey::new(b"a"), Key::from_text("u".to_owned()));
    let text = ids.write(&scope, 29_925_000);
    assert_eq!(ids.read(&scope, &text), Some(29_925_000));
    assert_eq!(IdKey::new(b"b").read(&scope, &text), None);
    assert_eq!(ids.read(&Key::from_text("v".to_owned()), &text), None);
    for place in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[place] = if bytes[place] == b'1' { b'2' } else { b'1' };
        let changed = String::from_utf8(bytes).unwrap();
        assert_eq!(ids.read(&scope, &changed), None, "{place}");
    }
}

#[test]
fn the_sessions_of_a_user_have_one_id_and_those_of_a_request_have_one() {
    for (mode, is_one) in [(Isolate::User, true), (Isolate::Session, false)] {
        let provider = &mut isolated(mode);
        let plain = mint(provider, &wish(1), "a", START);
        assert_eq!(mint(provider, &restricted(1), "b", START) == plain, is_one);
        assert_ne!(mint(provider, &wish(2), "c", START), plain);
        assert_ne!(
            mint(provider, &SessionRequest::default(), "d", START),
            plain
        );
    }
    let plain = provider(10, 1);
    let providers = [plain, isolated(Isolate::User), isolated(Isolate::Session)];
    let keys = providers.map(|it| key(&it, 1).as_str().to_owned());
    assert_eq!(BTreeSet::from(keys).len(), 3, "a store keeps them apart");
}

#[test]
fn without_a_key_nothing_is_asked_for() {
    let mut provider = provider(10, 1);
    provider.isolate(Isolation::new(Isolate::User, 10));
    let flight = lead(&mut provider, &wish(1), START);
    assert!(provider.asked(flight).is_err());
}

#[test]
fn when_one_session_was_ended_all_of_that_user_s_are_gone_and_no_other_s() {
    let provider = &mut isolated(Isolate::User);
    let first = mint(provider, &wish(1), "a", START);
    mint(provider, &restricted(1), "b", START);
    mint(provider, &wish(2), "c", START);
    let key = key(provider, 1);
    provider.invalidate(&key, START);
    // It is to be probed, and only that tells.
    assert!(provider.suspect(&key).is_some());
    assert_eq!(served(provider, &restricted(1), START), "b");
    provider.end_suspect(&key, START);
    provider.end_suspect(&key, START);
    let second = mint(provider, &restricted(1), "d", START);
    assert_ne!(second, first);
    assert_eq!(mint(provider, &wish(1), "e", START), second);
    assert_eq!(served(provider, &wish(2), START), "c");
    // The token itself is beyond suspicion.
    assert!(provider.standings.usable(START).is_ok());
}

#[test]
fn one_that_cannot_be_probed_counts_as_ended_when_it_is_reported() {
    let provider = &mut isolated(Isolate::User);
    let flight = lead(provider, &wish(1), START);
    let first = id_of(provider, flight);
    let mut closed = session("a", START.wall_ms + 3_600_000);
    closed.privileges = ["urirestrict:/x,sessionid:", &first].concat();
    provider.settle(flight, Ok(closed), 0, START).unwrap();
    assert!(
        provider
            .invalidate_ks(&crate::secret::Secret::new("a".to_owned()), START)
            .is_some()
    );
    assert_ne!(mint(provider, &wish(1), "b", START), first);
}

#[test]
fn what_comes_after_its_end_is_not_kept_and_nobody_follows_it() {
    let provider = &mut isolated(Isolate::User);
    let early = lead(provider, &wish(1), START);
    let old = id_of(provider, early);
    let key = key(provider, 1);
    let last = provider.begin_ending(&key, &wish(1)).unwrap();
    assert_eq!(id_of(provider, last), old);
    assert!(provider.wanted(last).is_none(), "it is in no store");
    let gone = land(provider, last, "ender", START).session;
    provider.ended(&key, &wish(1), &gone.privileges, START);
    // A second one that was ended at the same time changes nothing more.
    let late = lead(provider, &wish(1), START);
    let new = id_of(provider, late);
    provider.ended(&key, &wish(1), &gone.privileges, START);
    assert_eq!(id_of(provider, late), new);
    assert_ne!(new, old);
    let mut dead = session("dead", START.wall_ms + 3_600_000);
    dead.privileges = ["sessionid:", &old].concat();
    assert!(provider.settle(early, Ok(dead), 0, START).is_ok());
    assert_eq!(
        ask(provider, &wish(1), START),
        Decision::Follow(late),
        "the dead one is not served"
    );
    land(provider, late, "b", START);
    assert_eq!(served(provider, &wish(1), START), "b");
}

#[test]
fn no_generation_is_given_twice() {
    let provider = &mut isolated(Isolate::Session);
    let key = key(provider, 1);
    let mut seen = BTreeSet::new();
    let mut now = START;
    for round in 0..50 {
        assert!(seen.insert(mint(provider, &wish(1), &round.to_string(), now)));
        provider.invalidate(&key, now);
        provider.end_suspect(&key, now);
        if round % 10 == 9 {
            // What was known is forgotten.
            provider.isolation.as_mut().unwrap().known.clear();
            now = now.plus(3_600_000);
            let first = mint(provider, &wish(1), "again", now);
            assert!(seen.contains(&first), "dead, as is soon found out");
            provider.invalidate(&key, now);
            provider.end_suspect(&key, now);
        }
    }
}

#[test]
fn a_fleet_has_the_same_ids_and_learns_of_an_end_within_two_seconds() {
    let fleet = || {
        let mut provider = isolated(Isolate::User);
        provider.shared.use_store();
        provider
    };
    let (one, two) = (&mut fleet(), &mut fleet());
    let old = mint(one, &wish(1), "a", START);
    let flight = lead(two, &wish(1), START);
    assert!(two.generation_name(flight, START).is_some());
    two.learn_generation(flight, None, START);
    assert_eq!(two.generation_name(flight, START), None, "just looked up");
    assert_eq!(id_of(two, flight), old);
    let landed = land(two, flight, "b", START);
    assert_eq!(landed.lease, None, "it is asked for each time");
    assert_eq!(served(two, &wish(1), START.plus(1999)), "b");

    let key = key(one, 1);
    let last = one.begin_ending(&key, &wish(1)).unwrap();
    assert!(one.generation_name(last, START).is_some());
    let gone = land(one, last, "ender", START).session;
    one.ended(&key, &wish(1), &gone.privileges, START);
    assert!(one.has_unpublished());
    let records = one.take_unpublished();
    let [(name, text)] = records.as_slice() else {
        panic!("{records:?}")
    };
    assert!(!one.has_unpublished());

    let later = START.plus(2000);
    let check = lead(two, &wish(1), later);
    assert!(two.is_check(check) && two.wanted(check).is_none());
    // Whoever comes meanwhile waits for it, with another request of that user's too.
    assert_eq!(ask(two, &wish(1), later), Decision::Follow(check));
    assert_eq!(two.generation_name(check, later).as_ref(), Some(name));
    two.learn_generation(check, Some(text), later);
    two.abandon(check);
    let next = lead(two, &wish(1), later);
    assert!(!two.is_check(next));
    assert_ne!(id_of(two, next), old);
    land(two, next, "c", later);
    assert_eq!(served(two, &wish(1), later), "c");
    // A store that has lost it is told again, and one that is silent changes nothing.
    let later = later.plus(2000);
    let check = lead(two, &wish(1), later);
    two.learn_generation(check, None, later);
    two.abandon(check);
    assert_eq!(served(two, &wish(1), later), "c");
    assert_eq!(two.take_unpublished(), records);
    // It may take its time, and is not told each time that it is asked.
    let check = lead(two, &wish(1), later.plus(2000));
    two.learn_generation(check, None, later.plus(2000));
    assert!(!two.has_unpublished());
}

#[test]
fn a_request_is_no_dearer_for_many_ended_users() {
    work::assert_linear("ended users", |factor| {
        let mut provider = provider(10_000, 1);
        provider.isolate(Isolation::new(Isolate::User, 10_000));
        provider.isolate_with(b"secret");
        let wishes: Vec<_> = (0..50 * factor)
            .map(|user| SessionRequest {
                user_id: Some(format!("user {user:05}")),
                ..SessionRequest::default()
            })
            .collect();
        move || {
            for wish in &wishes {
                let id = mint(&mut provider, wish, "a", START);
                let key = provider.key(wish);
                let last = ["sessionid:", &id].concat();
                provider.ended(&key, wish, &last, START);
            }
        }
    });
}

proptest! {
    #[test]
    fn rubbish_is_no_record(text: String) {
        let (ids, scope) = (IdKey::new(b"a"), Key::from_text("u".to_owned()));
        prop_assert_eq!(ids.read(&scope, &text), None);
    }
}
