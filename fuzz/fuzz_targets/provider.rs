//! Any sequence of calls to the provider's decisions: no dead or forgotten session is served,
//! and nobody follows a leader that isn't there.
//!
//! Two bytes make a call: what, and with which numbers.

#![no_main]

use std::collections::BTreeMap;

use kaltura_app_token::error::{Error, Failure};
use kaltura_app_token::kaltura::{HashType, Operation, ServiceUrl};
use kaltura_app_token::provider::{
    Decision, FlightId, Following, Issuer, Key, Moment, Provider, Standings, TokenConfig, is_over,
};
use kaltura_app_token::secret::Secret;
use kaltura_app_token::session::{Session, SessionRequest, SessionType, Widget};
use libfuzzer_sys::fuzz_target;

const STEPS_MS: [i64; 8] = [0, 1, 150, 1000, 5000, 60_000, 3_600_000, -7_200_000];
const LIVES_S: [i64; 8] = [-5, 0, 1, 5, 60, 3600, 86_400, i64::MAX / 2000];

fuzz_target!(|data: &[u8]| {
    let issuer = Issuer {
        service_url: ServiceUrl::default(),
        partner_id: 102,
        app_token_id: "0_abc".to_owned(),
    };
    let token = |id: &str, hash_types: &[HashType]| TokenConfig {
        id: id.to_owned(),
        hash_types: hash_types.to_vec(),
        has_signer: false,
    };
    let standings = Standings::new(vec![
        token("0_abc", &[HashType::Sha1]),
        token("0_def", &HashType::ALL),
    ]);
    let mut world = World {
        provider: Provider::new(issuer, 3, standings),
        now: Moment {
            wall_ms: 1_795_500_000_000,
            steady_ms: 0,
        },
        minted: BTreeMap::new(),
        forgotten: BTreeMap::new(),
        flying: BTreeMap::new(),
        calls: 0,
    };
    for call in data.chunks_exact(2).take(500) {
        world.call(call[0], call[1]);
    }
});

struct World {
    provider: Provider,
    now: Moment,
    /// Every session that was made, by its KS, with its key and when it ends on the steady clock.
    minted: BTreeMap<String, (Key, i64)>,
    /// Those that were declared dead, or forgotten; not to be served again.
    forgotten: BTreeMap<String, ()>,
    /// Flights that have not landed.
    flying: BTreeMap<FlightId, Key>,
    calls: u32,
}

impl World {
    fn wish(number: u8) -> SessionRequest {
        SessionRequest {
            user_id: Some(format!("user {}", number % 5)),
            ..SessionRequest::default()
        }
    }

    /// The KS of the session that is kept, while it lives.
    fn kept(&self, key: &Key) -> Option<Secret> {
        match self.provider.last_resort(key, self.now) {
            Some(Decision::Serve { session, .. }) => Some(session.ks),
            _ => None,
        }
    }

    fn call(&mut self, what: u8, number: u8) {
        self.calls += 1;
        let key = self.provider.key(&Self::wish(number));
        match what % 11 {
            0..=2 => self.ask(&key, number),
            3 | 4 => self.land(number, true),
            5 => self.land(number, false),
            6 => self.pass(number),
            7 => {
                let kept = self.kept(&key);
                match (number / 5) % 2 {
                    0 => self.provider.invalidate(&key, self.now),
                    _ => {
                        if let Some(ks) = &kept {
                            assert_eq!(
                                self.provider.invalidate_ks(ks, self.now),
                                Some(key.clone())
                            );
                        }
                    }
                }
                assert!(self.kept(&key).is_none());
                self.forgotten
                    .extend(kept.map(|ks| (ks.expose().to_owned(), ())));
                if number % 3 == 0 {
                    let _ = self.provider.suspect(&key);
                    self.provider.clear_suspicion(&key);
                }
            }
            8 if number % 8 == 0 => {
                self.provider.clear(self.now);
                self.forget_all();
            }
            8 if number % 8 == 1 => {
                self.provider.revoke(usize::from(number / 8 % 3), self.now);
                self.forget_all();
            }
            8 => self.provider.standings.clear_doubt(usize::from(number % 3)),
            9 => {
                let following = Following {
                    flight: FlightId::from_number(f64::from(number)),
                    silent_checks: u32::from(number % 4),
                };
                let now = self.now;
                match self.provider.ask_for_widget(following, now) {
                    None => {
                        let failure = self.provider.widget_failure(following.flight, now);
                        assert!(failure.is_some() != self.provider.widget(now).is_some());
                    }
                    Some(Decision::Lead(flight)) if number % 4 < 2 => {
                        let widget = Widget {
                            ks: Secret::new("widget".to_owned()),
                            usable_until_ms: now.wall_ms + STEPS_MS[usize::from(number % 7)],
                        };
                        self.provider
                            .keep_widget(flight, widget, now.steady_ms, now);
                        self.provider.end_widget_flight(flight, None, now);
                    }
                    Some(Decision::Lead(flight)) if number % 4 == 2 => {
                        let failure = Some(failure(number));
                        self.provider.end_widget_flight(flight, failure, now);
                    }
                    Some(Decision::Lead(_) | Decision::Follow(_)) => {}
                    Some(other) => panic!("{other:?}"),
                }
            }
            _ => {
                let hash_type = HashType::ALL[usize::from(number) % HashType::ALL.len()];
                let _ = self
                    .provider
                    .standings
                    .granted(usize::from(number % 3), hash_type);
            }
        }
    }

    fn forget_all(&mut self) {
        let all = self.minted.keys().map(|ks| (ks.clone(), ()));
        self.forgotten.extend(all);
    }

    fn ask(&mut self, key: &Key, number: u8) {
        let leader = self.flying.iter().rev().find(|(_, led)| *led == key);
        let following = Following {
            flight: leader.map(|(flight, _)| *flight),
            silent_checks: u32::from(number / 64),
        };
        let wish = Self::wish(number);
        match self.provider.ask(key, &wish, following, self.now) {
            Ok(Decision::Serve {
                session,
                lease,
                renewal,
                ..
            }) => {
                self.judge(key, &session);
                assert!(lease.is_none_or(|lease| self.now.is_before(lease.until)));
                assert!(renewal.is_none_or(|flight| self.flying.contains_key(&flight)));
            }
            Ok(Decision::Renew { session, flight }) => {
                self.judge(key, &session);
                self.take_off(key, flight);
            }
            Ok(Decision::Lead(flight)) => self.take_off(key, flight),
            Ok(Decision::Follow(flight)) => {
                assert_eq!(self.flying.get(&flight), Some(key), "nobody leads it");
                assert!(
                    following.flight != Some(flight) || following.silent_checks < 3,
                    "it is silent"
                );
            }
            Err(failure) => assert!(matches!(
                *failure.error,
                Error::SessionRevoked
                    | Error::Network { .. }
                    | Error::Aborted
                    | Error::BadResponse { .. }
            )),
        }
    }

    fn take_off(&mut self, key: &Key, flight: FlightId) {
        assert!(
            self.flying.insert(flight, key.clone()).is_none(),
            "a flight twice"
        );
    }

    fn judge(&self, key: &Key, session: &Session) {
        let ks = session.ks.expose();
        let (minted_for, ends_ms) = &self.minted[ks];
        assert_eq!(minted_for, key, "somebody else's session");
        assert!(!self.forgotten.contains_key(ks), "a dead session");
        assert!(
            self.now.wall_ms < session.expires_at_ms,
            "an expired session"
        );
        assert!(self.now.steady_ms < *ends_ms, "the clock was set back");
    }

    fn land(&mut self, number: u8, well: bool) {
        let nth = usize::from(number) % self.flying.len().max(1);
        let Some((&flight, key)) = self.flying.iter().nth(nth) else {
            return;
        };
        let key = key.clone();
        self.flying.remove(&flight);
        if !well && number % 4 == 0 {
            return self.provider.abandon(flight);
        }
        let result = if well {
            Ok(self.mint(&key, number))
        } else {
            Err(failure(number))
        };
        let kept = self.kept(&key);
        let random = u32::from(number) << 24;
        let landed = self
            .provider
            .settle(flight, result.clone(), random, self.now);
        // What is over on arrival is no session.
        let usable = result
            .ok()
            .filter(|it| !is_over(it.expires_at_ms, self.now.wall_ms));
        match (landed, usable) {
            (Ok(landed), Some(session)) => {
                assert_eq!(landed.session, session);
                let now_kept = self.kept(&key);
                if now_kept != kept {
                    assert_eq!(now_kept, Some(session.ks));
                } else {
                    // A flight from before everything was forgotten: its own caller's alone.
                    assert!(landed.lease.is_none());
                }
            }
            (Ok(landed), None) => {
                assert!(landed.stale.is_some());
                self.judge(&key, &landed.session);
            }
            (Err(_), None) => {}
            (Err(failure), Some(_)) => panic!("{failure:?}"),
        }
    }

    fn mint(&mut self, key: &Key, number: u8) -> Session {
        let life_ms = LIVES_S[usize::from(number) % LIVES_S.len()].saturating_mul(1000);
        let ks = format!("ks {}", self.calls);
        let ends_ms = self.now.steady_ms.saturating_add(life_ms);
        self.minted.insert(ks.clone(), (key.clone(), ends_ms));
        Session {
            ks: Secret::new(ks),
            partner_id: 102,
            user_id: String::new(),
            session_type: SessionType::User,
            privileges: String::new(),
            expiry_s: 0,
            // Out of a store it has lived for some time already.
            came_at_ms: self
                .now
                .wall_ms
                .saturating_sub(life_ms.saturating_mul(i64::from(number % 4))),
            expires_at_ms: self.now.wall_ms.saturating_add(life_ms),
            differences: Vec::new(),
        }
    }

    fn pass(&mut self, number: u8) {
        let step_ms = STEPS_MS[usize::from(number) % STEPS_MS.len()];
        self.now.wall_ms = self.now.wall_ms.saturating_add(step_ms);
        self.now.steady_ms += step_ms.max(0);
    }
}

fn failure(number: u8) -> Failure {
    let error = if number % 2 == 0 {
        Error::Aborted
    } else {
        Error::Network {
            operation: Operation::new("session", "get").expect("two names"),
            causes: Vec::new(),
        }
    };
    Failure {
        error: Box::new(error),
        attempts: 1,
    }
}
