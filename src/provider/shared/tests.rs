use proptest::prelude::*;

use super::*;
use crate::clock::{ServerClock, TimeHeaders, Timing};
use crate::ks::{self, KsFields, Number, Random, Version};
use crate::provider::Keys;
use crate::provider::tests::{key, provider, session};
use crate::provider::{Decision, Following};

const DAY_MS: i64 = 86_400_000;
const START: Moment = Moment {
    wall_ms: 1_795_500_000_000,
    steady_ms: 1_000_000,
};

/// What another process, whose clock is the server's, has stored: `lived_s` ago, to live `life_s`.
fn stored(ks: &str, lived_s: i64, life_s: i64) -> Stored {
    stored_in(0, ks, lived_s, life_s)
}

fn stored_in(epoch: i64, ks: &str, lived_s: i64, life_s: i64) -> Stored {
    let came_at_ms = START.wall_ms - lived_s * 1000;
    let session = Session {
        came_at_ms,
        ..session(ks, came_at_ms + life_s * 1000)
    };
    sealed_in(epoch, &session)
}

fn sealed_and_opened(session: &Session) -> Stored {
    sealed_in(0, session)
}

fn sealed_in(epoch: i64, session: &Session) -> Stored {
    let keys = Keys::of_secret(b"t");
    let key = Key::from_text("a".to_owned());
    let text = keys.seal_session(&key, session, epoch, [7; 12]).unwrap();
    keys.open_session(&key, &text).unwrap()
}

/// A process that looks into the store.
struct Reader {
    provider: Provider,
    key: Key,
    now: Moment,
}

impl Reader {
    /// Its clock is off by so much, and it has not spoken to the server.
    fn new(off_ms: i64) -> Self {
        let provider = provider(10, 1);
        let key = key(&provider, 1);
        let now = Moment {
            wall_ms: START.wall_ms + off_ms,
            ..START
        };
        Self { provider, key, now }
    }

    /// The same after a response told the server's time.
    fn informed(off_ms: i64) -> Self {
        let mut reader = Self::new(off_ms);
        reader.see(-off_ms);
        reader
    }

    fn see(&mut self, offset_ms: i64) {
        let clock = ServerClock {
            offset_ms,
            error_ms: 0,
        };
        self.provider.shared.server_time.see(Some(clock), self.now);
    }

    fn judge(&mut self, stored: Stored) -> StoredVerdict {
        let grants = GrantPolicy::Guard;
        self.provider.judge(
            &self.key,
            &SessionRequest::default(),
            grants,
            stored,
            false,
            self.now,
        )
    }

    fn lead(&mut self) -> FlightId {
        let (wish, following) = (SessionRequest::default(), Following::default());
        match self.provider.ask(&self.key, &wish, following, self.now) {
            Ok(Decision::Lead(flight) | Decision::Renew { flight, .. }) => flight,
            other => panic!("{other:?}"),
        }
    }

    fn adopt(&mut self, stored: Stored) -> Landed {
        let flight = self.lead();
        let StoredVerdict::Adopt(session) = self.judge(stored) else {
            panic!("it is not taken");
        };
        self.provider
            .adopt(&self.key, flight, *session, self.now)
            .unwrap()
    }
}

fn is_adopted(verdict: &StoredVerdict) -> bool {
    matches!(verdict, StoredVerdict::Adopt(_))
}

#[test]
fn a_stored_session_lives_the_life_that_it_began_elsewhere() {
    let mut reader = Reader::informed(0);
    let late = stored("a", 3569, 3600);
    assert_eq!(reader.adopt(late.clone()).lease, None);
    assert_eq!(reader.provider.fresh(&reader.key, reader.now), None);
    let flight = reader.lead();
    let verdict = reader.judge(late.clone());
    assert_eq!(
        verdict,
        StoredVerdict::Ignore,
        "it is what is to be renewed"
    );
    let new = session("b", reader.now.wall_ms + 3_600_000);
    let landed = reader.provider.settle(flight, Ok(new), 0, reader.now);
    assert!(landed.unwrap().lease.is_some());
    assert_eq!(reader.judge(late), StoredVerdict::Ignore, "it ends sooner");
    let mut other = Reader::informed(0);
    let verdict = other.judge(stored("a", 3570, 3600));
    assert_eq!(
        verdict,
        StoredVerdict::Ignore,
        "callers would wait for the next"
    );
}

#[test]
fn a_stored_ks_that_contradicts_what_is_said_of_it_is_not_taken_whatever_is_granted() {
    let mut reader = Reader::informed(0);
    let carrying = |user_id: &str| {
        let expires_at_ms = START.wall_ms + 3_600_000;
        let ks = ks::generate(
            &KsFields {
                version: Version::V1,
                partner_id: 102,
                user_id: Some(user_id.to_owned()),
                session_type: Number::from(0),
                expiry: Number::from(expires_at_ms / 1000),
                ..KsFields::default()
            },
            &Random::Text("1".to_owned()),
            &Secret::new("s".to_owned()),
        );
        let session = Session {
            ks: ks.unwrap(),
            user_id: "ada;edit:*".to_owned(),
            came_at_ms: START.wall_ms,
            ..session("", expires_at_ms)
        };
        sealed_and_opened(&session)
    };
    let mut judge = |stored: Stored, grants| {
        let wish = SessionRequest::default();
        reader
            .provider
            .judge(&reader.key, &wish, grants, stored, false, reader.now)
    };
    for grants in [GrantPolicy::Guard, GrantPolicy::Exact, GrantPolicy::Report] {
        assert_eq!(judge(carrying("ada;edit:*"), grants), StoredVerdict::Ignore);
    }
    assert!(is_adopted(&judge(stored("a", 0, 3600), GrantPolicy::Exact)));
}

#[test]
fn a_dead_session_is_deleted_and_never_taken() {
    let mut reader = Reader::informed(0);
    reader.provider.shared.use_store();
    let dead = stored("a", 0, 3600);
    reader.adopt(dead.clone());
    reader.provider.invalidate(&reader.key, reader.now);
    assert_eq!(reader.judge(dead.clone()), StoredVerdict::Delete);
    assert_eq!(reader.provider.shared.take_obsolete(), [reader.key.clone()]);
    // Neither another death, nor a fresh start, nor a revocation makes it alive.
    reader.adopt(stored("b", 0, 3600));
    reader.provider.invalidate(&reader.key, reader.now);
    assert_eq!(reader.judge(dead.clone()), StoredVerdict::Delete);
    reader.provider.clear(reader.now);
    assert_eq!(reader.judge(dead), StoredVerdict::Delete);
    let epoch = reader.provider.shared.epoch.number();
    assert!(is_adopted(&reader.judge(stored_in(epoch, "c", 0, 3600))));
}

#[test]
fn a_session_that_is_reported_dead_is_not_taken_though_it_was_not_kept() {
    let mut reader = Reader::informed(0);
    let ks = Secret::new("a".to_owned());
    reader.provider.invalidate_ks(&ks, reader.now);
    assert_eq!(reader.judge(stored("a", 0, 3600)), StoredVerdict::Delete);
}

#[test]
fn the_last_dead_sessions_are_remembered_and_no_more() {
    let mut shared = Shared::default();
    let ks = |number: usize| Secret::new(format!("ks {number}"));
    for number in 0..1000 {
        shared.bury(&ks(number));
        shared.bury(&ks(number));
    }
    assert!((1000 - MOST_DEAD..1000).all(|number| shared.is_dead(&ks(number))));
    assert!(!shared.is_dead(&ks(999 - MOST_DEAD)));
    assert_eq!(shared.dead.len(), MOST_DEAD);
}

#[test]
fn a_revocation_makes_all_that_was_kept_obsolete() {
    let mut reader = Reader::informed(0);
    reader.provider.shared.use_store();
    reader.adopt(stored("a", 0, 3600));
    reader.provider.revoke(0, reader.now);
    assert!(reader.provider.shared.has_news());
    assert_eq!(reader.provider.shared.take_obsolete(), [reader.key.clone()]);
    // The new epoch is still to be written.
    assert!(reader.provider.shared.has_news());
}

#[test]
fn what_was_sealed_before_a_new_epoch_is_dead_to_whoever_knows_of_it() {
    let mut reader = Reader::informed(0);
    let old = || stored("a", 0, 3600);
    let new_from = |epoch| stored_in(epoch, "b", 0, 3600);
    assert!(is_adopted(&reader.judge(old())));
    reader.provider.clear(reader.now);
    let epoch = reader.provider.shared.epoch.number();
    assert_eq!(reader.judge(old()), StoredVerdict::Delete);
    assert!(reader.provider.is_dead(&old()));
    assert_eq!(reader.judge(new_from(epoch - 1)), StoredVerdict::Delete);
    assert!(is_adopted(&reader.judge(new_from(epoch))));
    // A session of a later one tells of it.
    assert!(is_adopted(&reader.judge(new_from(epoch + 1))));
    assert_eq!(reader.judge(new_from(epoch)), StoredVerdict::Delete);
}

#[test]
fn a_revocation_begins_one_epoch_however_often_it_is_seen() {
    let mut reader = Reader::informed(0);
    reader.provider.revoke(0, reader.now);
    let epoch = reader.provider.shared.epoch.number();
    assert!(epoch > 0);
    for _ in 0..3 {
        reader.now = reader.now.plus(60_000);
        reader.provider.revoke(0, reader.now);
        assert_eq!(reader.provider.shared.epoch.number(), epoch);
    }
    reader.provider.standings.clear_doubt(0);
    reader.provider.revoke(0, reader.now);
    assert!(reader.provider.shared.epoch.number() > epoch);
}

#[test]
fn nothing_is_noted_where_there_is_no_store_and_the_list_is_bounded() {
    let mut shared = Shared::default();
    shared.note_obsolete(Key::from_text(String::new()));
    assert!(!shared.has_news());
    shared.use_store();
    for _ in 0..2 * MOST_OBSOLETE {
        shared.note_obsolete(Key::from_text(String::new()));
    }
    assert_eq!(shared.take_obsolete().len(), MOST_OBSOLETE);
}

#[test]
fn a_session_of_a_token_that_was_revoked_is_deleted() {
    let mut reader = Reader::informed(0);
    let grants = GrantPolicy::Guard;
    let stored = stored("a", 0, 3600);
    let verdict = reader.provider.judge(
        &reader.key,
        &SessionRequest::default(),
        grants,
        stored,
        true,
        reader.now,
    );
    assert_eq!(verdict, StoredVerdict::Delete);
}

#[test]
fn what_has_ended_is_deleted_by_who_knows_the_server_s_clock() {
    let ended = || stored("a", 61, 60);
    assert_eq!(Reader::informed(0).judge(ended()), StoredVerdict::Delete);
    assert_eq!(
        Reader::informed(DAY_MS).judge(ended()),
        StoredVerdict::Delete
    );
    assert_eq!(Reader::new(0).judge(ended()), StoredVerdict::Ignore);
}

#[test]
fn a_machine_that_is_an_hour_ahead_prolongs_no_session() {
    let ahead_ms = 3_600_000;
    let minted = Session {
        expiry_s: START.wall_ms / 1000 + 59,
        came_at_ms: START.wall_ms + ahead_ms,
        expires_at_ms: START.wall_ms + ahead_ms + 59_000,
        ..session("a", 0)
    };
    for mut reader in [Reader::new(0), Reader::informed(0)] {
        let StoredVerdict::Adopt(read) = reader.judge(sealed_and_opened(&minted)) else {
            panic!("it is not taken");
        };
        assert_eq!(read.expires_at_ms, START.wall_ms + 59_000);
    }
}

#[test]
fn a_reader_who_is_seen_to_be_behind_asks_for_the_time_first() {
    let mut reader = Reader::new(-3_600_000);
    assert_eq!(
        reader.judge(stored("a", 0, 60)),
        StoredVerdict::AwaitServerTime
    );
    reader.see(3_600_000);
    let StoredVerdict::Adopt(read) = reader.judge(stored("a", 0, 60)) else {
        panic!("it is not taken");
    };
    assert_eq!(read.expires_at_ms, reader.now.wall_ms + 60_000);
}

#[test]
fn a_server_that_tells_no_time_does_not_keep_sessions_from_being_shared() {
    let mut reader = Reader::new(-3_600_000);
    reader.provider.shared.server_time.see(None, reader.now);
    assert!(is_adopted(&reader.judge(stored("a", 0, 60))));
}

#[test]
fn a_session_taken_by_the_local_clock_is_confirmed_within_a_minute() {
    let mut reader = Reader::new(-1000);
    let landed = reader.adopt(stored("a", 0, 86_400));
    let until = reader.now.plus(UNCONFIRMED_MS);
    assert_eq!(landed.lease.map(|it| it.until), Some(until));
    reader.now = until;
    let flight = reader.lead();
    let same = stored("a", 0, 86_400);
    assert_eq!(reader.judge(same.clone()), StoredVerdict::AwaitServerTime);
    reader.see(1000);
    let StoredVerdict::Adopt(session) = reader.judge(same) else {
        panic!("it is not taken");
    };
    let landed = reader
        .provider
        .adopt(&reader.key, flight, *session, reader.now)
        .unwrap();
    let lease = landed.lease.unwrap();
    assert_eq!(
        lease.until.wall_ms,
        START.wall_ms + 86_400_000 - 600_000 - 1000
    );
}

/// A machine's clock: so far ahead of the server's, in milliseconds.
fn off() -> impl Strategy<Value = i64> {
    prop_oneof![Just(0), -DAY_MS..DAY_MS, -5000_i64..5000]
}

/// A response at `server_ms`, seen by a machine that is `off_ms` ahead.
fn clock_of_response(server_ms: i64, off_ms: i64, there_ms: i64, back_ms: i64) -> ServerClock {
    let headers = TimeHeaders {
        date_s: Some(server_ms.div_euclid(1000)),
        ..TimeHeaders::default()
    };
    let timing = Timing {
        sent_ms: server_ms + off_ms - there_ms,
        received_ms: server_ms + off_ms + back_ms,
        ended_ms: server_ms + off_ms + back_ms,
    };
    ServerClock::read(headers, timing).unwrap()
}

proptest! {
    /// Whatever the clocks of the machine that started it and of the one that serves it.
    #[test]
    fn no_session_is_served_after_its_end(
        minter_off_ms in off(),
        reader_off_ms in off(),
        trips in [0_i64..20_000, 0_i64..20_000, 0_i64..20_000, 0_i64..20_000],
        fraction_ms in 0_i64..1000,
        life_s in 1_i64..100_000,
        age_ms in 0_i64..100_000_000,
        seen_ago_ms in 0_i64..80_000_000,
        is_informed: bool,
    ) {
        let [there, back, reader_there, reader_back] = trips;
        let started_ms = START.wall_ms + fraction_ms;
        let expiry_s = started_ms.div_euclid(1000) + life_s;
        let minters = clock_of_response(started_ms, minter_off_ms, there, back);
        let stored = sealed_and_opened(&Session {
            expiry_s,
            came_at_ms: started_ms + back + minter_off_ms,
            expires_at_ms: minters.earliest_local_ms(expiry_s),
            ..session("a", 0)
        });
        let server_ms = started_ms + back + age_ms;
        let mut reader = Reader::new(0);
        reader.now = Moment {
            wall_ms: server_ms + reader_off_ms,
            steady_ms: 100_000_000,
        };
        if is_informed {
            let response_ms = server_ms - reader_back - seen_ago_ms;
            let clock = clock_of_response(response_ms, reader_off_ms, reader_there, reader_back);
            reader.provider.shared.server_time.see(Some(clock), reader.now.plus(-seen_ago_ms));
        }
        if let StoredVerdict::Adopt(session) = reader.judge(stored) {
            let flight = reader.lead();
            reader.provider.adopt(&reader.key, flight, *session, reader.now).unwrap();
            // The last millisecond at which it is served; without the server's clock it is held
            // against the local one alone.
            let (mut served, mut refused) = (0, 2 * DAY_MS);
            while served + 1 < refused {
                let middle = served.midpoint(refused);
                let at = reader.now.plus(middle);
                match reader.provider.last_resort(&reader.key, at) {
                    Some(_) => served = middle,
                    None => refused = middle,
                }
            }
            if is_informed || reader_off_ms >= 0 {
                prop_assert!(server_ms + served < expiry_s * 1000);
            } else {
                // A clock that is behind by more than the session's age is noticed.
                prop_assert!(-reader_off_ms <= age_ms + back + TOLERANCE_MS);
            }
        }
    }
}
