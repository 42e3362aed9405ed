//! Callers, mints and a Kaltura, played against the provider in any order; for a property test and
//! for the fuzzer, which includes this file. True time is the steady clock.

use std::collections::{BTreeMap, BTreeSet};

use kaltura_app_token::clock::{LocalTime, Timing};
use kaltura_app_token::error::{Error, Failure};
use kaltura_app_token::exchange::{self, Terms};
use kaltura_app_token::kaltura::{HashType, Request, ResponseHead, ServiceUrl};
use kaltura_app_token::provider::mint::{Mint, MintStep, News, ReceivedAt};
use kaltura_app_token::provider::{
    Decision, FlightId, Following, Issuer, Key, Moment, Provider, Standings, TokenConfig,
};
use kaltura_app_token::retry::RetryPolicy;
use kaltura_app_token::secret::Secret;
use kaltura_app_token::session::{GrantPolicy, SessionRequest};
use kaltura_app_token::work;
use serde_json::{Value, json};

const SERVER_EPOCH_MS: i64 = 1_795_500_000_000;
const DAY_MS: i64 = 86_400_000;
const STEPS_MS: [i64; 8] = [1, 300, 1100, 6000, 31_000, 61_000, 61_000, 3_000_000];
const LIVES_S: [i64; 4] = [20, 600, 3600, 86_400];
/// No single decision looks at more than this.
const MOST_STEPS: u64 = 100_000;
/// The user whose sessions may be used once.
const LIMITED: u8 = 1;
const USERS: u8 = 4;

/// How Kaltura is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Well,
    Down,
    Silent,
    /// The token with this number, or the partner, is refused with a code.
    Refusing(Option<usize>, &'static str),
}

#[derive(Debug)]
struct Started {
    key: Key,
    credential: usize,
    /// On the steady clock.
    ends_ms: i64,
    is_limited: bool,
}

/// Somebody who fetches the session of a flight, as the shell does.
#[derive(Debug)]
struct Runner {
    flight: FlightId,
    key: Key,
    state: State,
}

#[derive(Debug)]
enum State {
    /// A widget session is wanted. The flight that was waited for last.
    WantsWidget(Option<FlightId>),
    FollowsWidget(FlightId),
    /// A mint with the answer that is on its way, and whether it is for the widget session.
    Runs(Box<Mint>, Option<FlightId>, Option<Pending>),
}

#[derive(Debug)]
struct Pending {
    sent: Moment,
    /// The body; `None` for an answer that is lost.
    body: Option<(u16, String)>,
    /// When Kaltura made it.
    date_s: i64,
}

/// The world.
#[derive(Debug)]
pub struct World {
    provider: Provider,
    now: Moment,
    mood: Mood,
    life_s: i64,
    count: u32,
    /// When each widget session was requested.
    widgets: BTreeMap<String, i64>,
    dead_widgets: BTreeSet<String>,
    sessions: BTreeMap<String, Started>,
    /// Sessions that are not to be served any more.
    forgotten: BTreeSet<String>,
    /// Sessions of a token that was revoked; not even those who wait for them may get them.
    dead: BTreeSet<String>,
    revoked: [bool; 2],
    runners: Vec<Runner>,
    /// Who follows which flight.
    followers: Vec<(u8, FlightId)>,
    /// When the last bad answer came, on the steady clock.
    last_bad_ms: i64,
}

fn wish(user: u8) -> SessionRequest {
    SessionRequest {
        user_id: Some(format!("user {user}")),
        ..SessionRequest::default()
    }
}

/// A provider with two tokens, the second to fall back on.
pub fn provider(max_entries: usize) -> Provider {
    let token = |id: &str| TokenConfig {
        id: id.to_owned(),
        hash_types: vec![HashType::Sha1],
        has_signer: false,
    };
    let issuer = Issuer {
        service_url: ServiceUrl::default(),
        partner_id: 102,
        app_token_id: "0_a".to_owned(),
    };
    let standings = Standings::new(vec![token("0_a"), token("0_b")]);
    Provider::new(issuer, max_entries, standings)
}

impl Default for World {
    fn default() -> Self {
        Self {
            provider: provider(2),
            now: Moment {
                wall_ms: SERVER_EPOCH_MS,
                steady_ms: 0,
            },
            mood: Mood::Well,
            life_s: 3600,
            count: 0,
            widgets: BTreeMap::new(),
            dead_widgets: BTreeSet::new(),
            sessions: BTreeMap::new(),
            forgotten: BTreeSet::new(),
            dead: BTreeSet::new(),
            revoked: [false; 2],
            runners: Vec::new(),
            followers: Vec::new(),
            last_bad_ms: i64::MIN / 2,
        }
    }
}

impl World {
    /// Plays all calls, and lets everybody finish.
    pub fn play(calls: impl Iterator<Item = (u8, u8)>) {
        let mut world = Self::default();
        for (what, number) in calls {
            let steps = work::count(|| world.call(what, number));
            assert!(steps < MOST_STEPS, "{steps} steps");
        }
        world.drain();
    }

    fn call(&mut self, what: u8, number: u8) {
        let user = number % USERS;
        match what % 16 {
            0..=3 => self.ask(user, Following::default()),
            4..=8 => self.advance(usize::from(number)),
            9 => self.check(number),
            10 => {
                let ms = STEPS_MS[usize::from(number) % STEPS_MS.len()];
                self.now = self.now.plus(ms);
            }
            11 => self.now.wall_ms += [DAY_MS, -DAY_MS, 5000, -5000][usize::from(number % 4)],
            12 => {
                self.mood = match number % 12 {
                    0..=4 => Mood::Well,
                    5 => Mood::Down,
                    6 => Mood::Silent,
                    7 => Mood::Refusing(Some(0), "APP_TOKEN_ID_NOT_FOUND"),
                    8 => Mood::Refusing(Some(1), "APP_TOKEN_EXPIRED"),
                    9 => Mood::Refusing(None, "INVALID_WIDGET_ID"),
                    10 => Mood::Refusing(Some(0), "INVALID_APP_TOKEN_HASH"),
                    _ => Mood::Refusing(None, "ACTION_BLOCKED"),
                }
            }
            13 => self.dead_widgets.extend(self.widgets.keys().cloned()),
            14 => self.forget(number),
            _ => match number % 4 {
                0 => self.revoke(usize::from(number / 4 % 2)),
                1 => self.revoked = [false; 2],
                _ => self.life_s = LIVES_S[usize::from(number / 4) % LIVES_S.len()],
            },
        }
    }

    /// Somebody ends the token, and a caller who has found out tells the provider.
    fn revoke(&mut self, credential: usize) {
        self.revoked[credential] = true;
        self.provider.revoke(credential, self.now);
        self.last_bad_ms = self.now.steady_ms;
        let all = self.sessions.iter();
        let its = all.filter(|(_, it)| it.credential == credential);
        let its: Vec<_> = its.map(|(ks, _)| ks.clone()).collect();
        self.forgotten.extend(its.clone());
        self.dead.extend(its);
    }

    fn forget(&mut self, number: u8) {
        let user = number % USERS;
        let key = self.provider.key(&wish(user));
        let kept = self.kept(&key);
        match number / USERS % 4 {
            0 | 1 => self.provider.invalidate(&key, self.now),
            2 => {
                if let Some((ks, _)) = &kept {
                    let found = self
                        .provider
                        .invalidate_ks(&Secret::new(ks.clone()), self.now);
                    assert_eq!(found.as_ref(), Some(&key));
                }
            }
            _ => {
                self.provider.clear(self.now);
                self.forgotten.extend(self.sessions.keys().cloned());
                assert!(self.provider.widget(self.now).is_none());
            }
        }
        self.forgotten.extend(kept.map(|(ks, _)| ks));
        assert_eq!(self.kept(&key), None);
    }

    /// The KS that is kept for a key, and when it ends by the wall clock.
    fn kept(&self, key: &Key) -> Option<(String, i64)> {
        match self.provider.last_resort(key, self.now) {
            Some(Decision::Serve { session, .. }) => {
                Some((session.ks.expose().to_owned(), session.expires_at_ms))
            }
            _ => None,
        }
    }

    fn judge(&self, key: &Key, ks: &str) {
        let started = &self.sessions[ks];
        assert_eq!(&started.key, key, "somebody else's session");
        assert!(self.now.steady_ms < started.ends_ms, "an expired session");
        assert!(!self.forgotten.contains(ks), "a forgotten session");
    }

    fn ask(&mut self, user: u8, following: Following) {
        let wish = wish(user);
        let key = self.provider.key(&wish);
        match self.provider.ask(&key, &wish, following, self.now) {
            Ok(Decision::Serve { session, .. }) => self.judge(&key, session.ks.expose()),
            Ok(Decision::Renew { session, flight }) => {
                self.judge(&key, session.ks.expose());
                self.run(flight, key);
            }
            Ok(Decision::Lead(flight)) => {
                self.run(flight, key);
                self.followers.push((user, flight));
            }
            Ok(Decision::Follow(flight)) => {
                assert!(self.runners.iter().any(|it| it.flight == flight));
                self.followers.push((user, flight));
            }
            Err(failure) => self.judge_refusal(&failure),
        }
    }

    /// What is refused without a request was refused a short while ago.
    fn judge_refusal(&self, failure: &Failure) {
        assert_eq!(failure.attempts, 0);
        let since_ms = self.now.steady_ms - self.last_bad_ms;
        let most_ms = match &*failure.error {
            Error::SessionRevoked => 60_000,
            Error::Kaltura(refusal) if !refusal.retryable() => 30_000,
            _ => 5000,
        };
        assert!(since_ms < most_ms, "{failure:?} after {since_ms} ms");
    }

    fn run(&mut self, flight: FlightId, key: Key) {
        let state = State::WantsWidget(None);
        let runner = Runner { flight, key, state };
        self.runners.push(runner);
    }

    /// A follower looks at its flight.
    fn check(&mut self, number: u8) {
        let Some(nth) = usize::from(number / 4).checked_rem(self.followers.len()) else {
            return;
        };
        let (user, flight) = self.followers.remove(nth);
        let following = Following {
            flight: Some(flight),
            silent_checks: u32::from(number % 4),
        };
        self.ask(user, following);
    }

    fn advance(&mut self, number: usize) {
        let Some(nth) = number.checked_rem(self.runners.len()) else {
            return;
        };
        let mut runner = self.runners.remove(nth);
        let silent_checks = u32::try_from(number / 7 % 4).unwrap();
        let state = match runner.state {
            State::WantsWidget(waited_for) => self.want_widget(runner.flight, waited_for, 0),
            State::FollowsWidget(flight) => {
                self.want_widget(runner.flight, Some(flight), silent_checks)
            }
            State::Runs(mint, widget, pending) => {
                self.go_on(runner.flight, &runner.key, *mint, widget, pending)
            }
        };
        if let Some(state) = state {
            runner.state = state;
            self.runners.push(runner);
        } else {
            self.followers
                .retain(|(_, flight)| *flight != runner.flight);
        }
    }

    /// `None` if the flight has ended.
    fn want_widget(
        &mut self,
        flight: FlightId,
        waited_for: Option<FlightId>,
        silent_checks: u32,
    ) -> Option<State> {
        let following = Following {
            flight: waited_for,
            silent_checks,
        };
        let terms = Self::terms(self.now);
        Some(match self.provider.ask_for_widget(following, self.now) {
            Some(Decision::Lead(led)) => {
                let mint = Mint::widget(&mut self.provider, led, terms, self.now);
                State::Runs(Box::new(mint), Some(led), None)
            }
            Some(Decision::Follow(led)) => State::FollowsWidget(led),
            Some(other) => panic!("{other:?}"),
            None => {
                let failure = self.provider.widget_failure(waited_for, self.now);
                if let Some(failure) = failure.cloned() {
                    assert!(
                        self.provider.widget(self.now).is_none(),
                        "a needless failure"
                    );
                    assert!(
                        self.now.steady_ms - self.last_bad_ms < 1000,
                        "an old failure"
                    );
                    let _ = self.provider.settle(flight, Err(failure), 0, self.now);
                    return None;
                }
                assert!(self.provider.widget(self.now).is_some());
                let mint = Mint::sessions(&self.provider, vec![flight], terms);
                State::Runs(Box::new(mint), None, None)
            }
        })
    }

    fn terms(now: Moment) -> Terms {
        Terms {
            service_url: ServiceUrl::default(),
            client_tag: String::new(),
            grants: GrantPolicy::default(),
            retry: RetryPolicy { retries: 1 },
            widget_expiry_s: 3600,
            deadline_ms: now.wall_ms + 10_000,
        }
    }

    /// Delivers the answer that is on its way, and goes on to the next request.
    fn go_on(
        &mut self,
        flight: FlightId,
        key: &Key,
        mut mint: Mint,
        widget: Option<FlightId>,
        pending: Option<Pending>,
    ) -> Option<State> {
        if let Some(pending) = pending {
            self.deliver(&mut mint, &pending);
        }
        loop {
            match mint.next(&mut self.provider, self.now) {
                MintStep::Send(request) => {
                    let pending = Pending {
                        sent: self.now,
                        body: self.respond(&request),
                        date_s: self.server_s(),
                    };
                    return Some(State::Runs(Box::new(mint), widget, Some(pending)));
                }
                MintStep::AskForToken(_) => {
                    let token = Secret::new("token".to_owned());
                    mint.take_token(&mut self.provider, Ok(token), self.now);
                }
                MintStep::AskForHash { .. } => panic!("the token is here"),
                MintStep::Tell(News::Revoked, _) => self.last_bad_ms = self.now.steady_ms,
                MintStep::Wait { .. } | MintStep::Tell(..) => {}
                MintStep::Done => break,
            }
        }
        if widget.is_some() {
            let landed = mint.finish(&mut self.provider, 0, self.now);
            assert!(landed.is_empty());
            return Some(State::WantsWidget(widget));
        }
        let before = self.kept(key);
        let landed = mint.finish(&mut self.provider, 0, self.now);
        if let [Ok(landed)] = &landed[..] {
            let ks = landed.session.ks.expose();
            let started = &self.sessions[ks];
            assert_eq!(&started.key, key, "somebody else's session");
            assert!(self.now.steady_ms < started.ends_ms, "an expired session");
            assert!(!self.dead.contains(ks), "a session of a revoked token");
            let after = self.kept(key);
            if landed.lease.is_some() {
                assert_eq!(after.as_ref().map(|it| &*it.0), Some(ks));
            } else if after.as_ref().map(|it| &*it.0) != Some(ks) {
                // It was late.
                assert_eq!(after, before);
            }
        }
        let _ = flight;
        None
    }

    fn deliver(&mut self, mint: &mut Mint, pending: &Pending) {
        let local = |it: Moment| LocalTime {
            wall_ms: it.wall_ms,
            steady_ms: it.steady_ms,
        };
        let (sent, now) = (local(pending.sent), local(self.now));
        let received = ReceivedAt {
            timing: Timing::measured(sent, now, now),
            now: self.now,
            random: self.count.wrapping_mul(0x9E37_79B1),
        };
        let before = self.widget();
        if let Some((status, body)) = &pending.body {
            let head = ResponseHead {
                status: *status,
                date_s: Some(pending.date_s),
                ..ResponseHead::default()
            };
            if *status != 200 || body.contains("KalturaAPIException") {
                self.last_bad_ms = self.now.steady_ms;
            }
            let answer = exchange::Reply::Response(&head, body.as_bytes());
            mint.take(&mut self.provider, answer, received);
        } else {
            self.last_bad_ms = self.now.steady_ms;
            let answer = exchange::Reply::Lost(Vec::new());
            mint.take(&mut self.provider, answer, received);
        }
        match (before, self.widget()) {
            (Some(before), Some(after)) => assert!(
                self.widgets[&before] <= self.widgets[&after],
                "an older widget session took the place of a newer one"
            ),
            (Some(before), None) => {
                assert!(
                    self.dead_widgets.contains(&before),
                    "a good one was forgotten"
                );
            }
            _ => {}
        }
    }

    fn widget(&self) -> Option<String> {
        let widget = self.provider.widget(self.now)?;
        Some(widget.ks.expose().to_owned())
    }

    fn server_s(&self) -> i64 {
        (SERVER_EPOCH_MS + self.now.steady_ms).div_euclid(1000)
    }

    /// What Kaltura says, when it gets the request.
    fn respond(&mut self, request: &Request) -> Option<(u16, String)> {
        let params: Value = serde_json::from_str(request.body.expose()).unwrap();
        let answer = match (&*request.operation.service, self.mood) {
            (_, Mood::Silent) => return None,
            (_, Mood::Down) => return Some((503, String::new())),
            ("session", _) if &*request.operation.action == "get" => self.get_session(&params),
            ("session", Mood::Refusing(None, code)) => refusal(code, None),
            ("session", _) => {
                self.count += 1;
                let ks = format!("widget-{}", self.count);
                self.widgets.insert(ks.clone(), self.now.steady_ms);
                json!({ "partnerId": 102, "ks": ks, "userId": 0 })
            }
            _ => self.start_session(&params),
        };
        Some((200, answer.to_string()))
    }

    fn get_session(&mut self, params: &Value) -> Value {
        let started = &self.sessions[params["ks"].as_str().unwrap()];
        assert!(!started.is_limited, "a probe has used up a session");
        if self.revoked[started.credential] {
            refusal("INVALID_KS", Some("LOGOUT"))
        } else {
            refusal("SERVICE_FORBIDDEN", None)
        }
    }

    fn start_session(&mut self, params: &Value) -> Value {
        let widget = params["ks"].as_str().unwrap();
        if self.dead_widgets.contains(widget) {
            return refusal("INVALID_KS", Some("EXPIRED"));
        }
        let credential = usize::from(params["id"] == "0_b");
        if let Mood::Refusing(whom, code) = self.mood
            && whom.is_none_or(|it| it == credential)
        {
            return refusal(code, None);
        }
        self.count += 1;
        let ks = format!("session-{}", self.count);
        let user_id = params["userId"].as_str().unwrap().to_owned();
        let key = self.provider.key(&SessionRequest {
            user_id: Some(user_id.clone()),
            ..SessionRequest::default()
        });
        let is_limited = user_id == format!("user {LIMITED}");
        let limit = if is_limited { ",actionslimit:1" } else { "" };
        let id = ["0_a", "0_b"][credential];
        let expiry_s = self.server_s() + self.life_s;
        let started = Started {
            key,
            credential,
            ends_ms: expiry_s * 1000 - SERVER_EPOCH_MS,
            is_limited,
        };
        self.sessions.insert(ks.clone(), started);
        json!({
            "objectType": "KalturaSessionInfo",
            "ks": ks,
            "partnerId": 102,
            "userId": user_id,
            "sessionType": 0,
            "expiry": expiry_s,
            "privileges": format!("sessionid:{id},apptoken:{id}{limit}"),
        })
    }

    /// Whoever waits ends, and then all is well.
    fn drain(&mut self) {
        self.mood = Mood::Well;
        self.revoked = [false; 2];
        for round in 0.. {
            assert!(round < 10_000, "somebody waits for ever");
            if self.runners.is_empty() {
                break;
            }
            self.advance(round);
        }
        assert!(self.followers.is_empty(), "somebody follows nobody");
        // Longer than any refusal is remembered.
        self.now = self.now.plus(61_000);
        for user in 0..USERS {
            let key = self.provider.key(&wish(user));
            let wish = wish(user);
            let following = Following::default();
            let answer = self.provider.ask(&key, &wish, following, self.now);
            assert!(
                answer.is_ok(),
                "a failure that nobody asks about: {answer:?}"
            );
        }
    }
}

fn refusal(code: &str, reason: Option<&str>) -> Value {
    json!({
        "objectType": "KalturaAPIException",
        "code": code,
        "message": "",
        "args": { "KSID": reason.unwrap_or_default() },
    })
}
