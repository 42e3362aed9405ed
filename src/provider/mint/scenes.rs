//! Single mints, answer by answer.

use serde_json::{Value as Json, json};

use super::*;
use crate::clock::{LocalTime, Timing};
use crate::kaltura::{ResponseHead, ServiceUrl};
use crate::provider::{Decision, Following, Standings, TokenConfig};
use crate::retry::RetryPolicy;
use crate::session::hash::token_hash;
use crate::session::{GrantPolicy, SessionRequest};

const EPOCH_MS: i64 = 1_795_500_000_000;

/// A provider with two tokens, and what its mints come to.
struct Scene {
    provider: Provider,
    now: Moment,
    mints: usize,
}

/// The steps of a mint, its news, and its result.
type Minted = (Vec<String>, Result<String, String>);

fn refusal(code: &str, reason: &str) -> Json {
    json!({ "objectType": "KalturaAPIException", "code": code, "message": "no", "args": { "KSID": reason } })
}

fn widget() -> Json {
    json!({ "partnerId": 102, "ks": "widget", "userId": 0 })
}

impl Scene {
    fn new() -> Self {
        Self {
            provider: model::provider(100),
            now: Moment {
                wall_ms: EPOCH_MS,
                steady_ms: 0,
            },
            mints: 0,
        }
    }

    fn wish(user: usize) -> SessionRequest {
        SessionRequest {
            user_id: Some(format!("user {user}")),
            ..SessionRequest::default()
        }
    }

    fn session(&self, ks: &str) -> Json {
        let expiry = self.now.wall_ms / 1000 + 3600;
        json!({
            "ks": ks, "partnerId": "102", "userId": "user 1", "sessionType": 0,
            "expiry": expiry, "privileges": "apptoken:0_a/0_b/0_token", "objectType": "KalturaSessionInfo",
        })
    }

    fn begin(&mut self) -> Mint {
        let wish = Self::wish(1);
        let key = self.provider.key(&wish);
        let asked = self
            .provider
            .ask(&key, &wish, Following::default(), self.now);
        let Ok(Decision::Lead(flight)) = asked else {
            panic!("{asked:?}")
        };
        let terms = Terms {
            service_url: ServiceUrl::default(),
            client_tag: String::new(),
            grants: GrantPolicy::default(),
            retry: RetryPolicy { retries: 1 },
            widget_expiry_s: 3600,
            deadline_ms: self.now.wall_ms + 10_000,
        };
        self.mints += 1;
        Mint::sessions(&self.provider, vec![flight], terms)
    }

    /// An answer, or `null` for one that is lost.
    fn take(&mut self, mint: &mut Mint, answer: &Json) {
        let now = LocalTime {
            wall_ms: self.now.wall_ms,
            steady_ms: self.now.steady_ms,
        };
        let received = ReceivedAt {
            timing: Timing::measured(now, now, now),
            now: self.now,
            random: 7,
        };
        let head = ResponseHead {
            status: 200,
            date_s: Some(self.now.wall_ms / 1000),
            ..ResponseHead::default()
        };
        let body = answer.to_string();
        let answer = match answer {
            Json::Null => Reply::Lost(Vec::new()),
            _ => Reply::Response(&head, body.as_bytes()),
        };
        mint.take(&mut self.provider, answer, received);
    }

    /// Mints a session for user 1, with these answers.
    fn mint(&mut self, answers: Vec<Json>) -> Minted {
        let mut mint = self.begin();
        let mut answers = answers.into_iter();
        let mut seen = Vec::new();
        for _ in 0..50 {
            match mint.next(&mut self.provider, self.now) {
                MintStep::Send(request) => {
                    seen.push(request.url.rsplit('/').next().unwrap().to_owned());
                    self.take(&mut mint, &answers.next().unwrap());
                }
                MintStep::AskForToken(_) => {
                    let token = Secret::new("token".to_owned());
                    mint.take_token(&mut self.provider, Ok(token), self.now);
                }
                MintStep::AskForHash { ks, hash_type, .. } => {
                    seen.push(format!("hash of {}", ks.expose()));
                    let token = Secret::new("token".to_owned());
                    mint.take_hash(Ok(token_hash(hash_type, ks.expose(), &token)));
                }
                MintStep::Wait { .. } => {}
                MintStep::Tell(news, credential) => seen.push(format!("{news:?} {credential}")),
                MintStep::Done => {
                    let mut landed = mint.finish(&mut self.provider, 0, self.now);
                    let result = landed.remove(0);
                    return (
                        seen,
                        result.map_or_else(
                            |failure| Err(failure.error.code().to_owned()),
                            |landed| Ok(landed.session.ks.expose().to_owned()),
                        ),
                    );
                }
            }
        }
        panic!("no end: {seen:?}")
    }

    /// A session that took a dead one's place and has died at once.
    fn with_a_suspect() -> Self {
        let mut scene = Self::new();
        let first = vec![widget(), scene.session("first")];
        assert_eq!(scene.mint(first).1.unwrap(), "first");
        scene.forget();
        let second = vec![scene.session("second")];
        assert_eq!(scene.mint(second).1.unwrap(), "second");
        scene.forget();
        scene
    }

    fn forget(&mut self) {
        let key = self.provider.key(&Self::wish(1));
        self.provider.invalidate(&key, self.now);
    }
}

#[test]
fn a_probe_that_is_logged_out_revokes_its_token_and_the_next_one_is_used() {
    let mut scene = Scene::with_a_suspect();
    let answers = vec![refusal("INVALID_KS", "LOGOUT"), scene.session("third")];
    let (seen, result) = scene.mint(answers);
    assert_eq!(seen, ["get", "Revoked 0", "startSession"]);
    assert_eq!(result.unwrap(), "third");
}

#[test]
fn a_hash_type_that_was_found_by_trying_is_told_once() {
    let mut scene = Scene::new();
    let tokens = [HashType::AUTO.to_vec(), vec![HashType::Sha1]].map(|hash_types| TokenConfig {
        id: "0_token".to_owned(),
        hash_types,
        has_signer: false,
    });
    scene.provider.standings = Standings::new(tokens.into());
    let refused = refusal("INVALID_APP_TOKEN_HASH", "");
    let (seen, result) = scene.mint(vec![widget(), refused, scene.session("first")]);
    assert_eq!(seen.last().unwrap(), "HashType(Sha256) 0");
    assert_eq!(result.unwrap(), "first");
    scene.forget();
    let (seen, _) = scene.mint(vec![scene.session("second")]);
    assert_eq!(seen, ["startSession"]);
}

#[test]
fn a_signer_is_asked_for_hashes_and_nobody_for_its_token() {
    let mut scene = Scene::new();
    let tokens = [true, false].map(|has_signer| TokenConfig {
        id: "0_token".to_owned(),
        hash_types: vec![HashType::Sha1],
        has_signer,
    });
    scene.provider.standings = Standings::new(tokens.into());
    let unknown = refusal("APP_TOKEN_ID_NOT_FOUND", "");
    let (seen, result) = scene.mint(vec![widget(), unknown, scene.session("other")]);
    let asked = [
        "startWidgetSession",
        "hash of widget",
        "startSession",
        "startSession",
    ];
    assert_eq!(seen, asked);
    assert_eq!(result.unwrap(), "other");
}

#[test]
fn a_probe_that_is_refused_for_anything_else_revokes_nothing() {
    for (code, reason) in [
        ("INVALID_KS", "EXPIRED"),
        ("SERVICE_FORBIDDEN", ""),
        ("INTERNAL_DATABASE_ERROR", ""),
    ] {
        let mut scene = Scene::with_a_suspect();
        let answers = vec![refusal(code, reason), scene.session("third")];
        let (seen, result) = scene.mint(answers);
        assert_eq!(seen, ["get", "startSession"], "{code}");
        assert_eq!(result.unwrap(), "third");
    }
}

#[test]
fn a_token_that_is_refused_is_followed_by_the_other_and_by_no_third() {
    let mut scene = Scene::new();
    let answers = vec![
        widget(),
        refusal("APP_TOKEN_ID_NOT_FOUND", ""),
        scene.session("other"),
    ];
    let (seen, result) = scene.mint(answers);
    assert_eq!(seen, ["startWidgetSession", "startSession", "startSession"]);
    assert_eq!(result.unwrap(), "other");

    let mut scene = Scene::new();
    let refused = refusal("APP_TOKEN_ID_NOT_FOUND", "");
    let (seen, result) = scene.mint(vec![widget(), refused.clone(), refused]);
    assert_eq!(seen.len(), 3);
    assert_eq!(result.unwrap_err(), "ERR_KALTURA");
}

#[test]
fn a_session_of_a_token_that_was_revoked_is_tried_before_it_is_handed_out() {
    for (answer, seen, ks) in [
        (
            refusal("SERVICE_FORBIDDEN", ""),
            vec!["startSession", "get"],
            Ok("new"),
        ),
        (
            refusal("INVALID_KS", "LOGOUT"),
            vec!["startSession", "get", "Revoked 0"],
            Err("ERR_SESSION_REVOKED"),
        ),
    ] {
        let mut scene = Scene::new();
        let first = vec![widget(), scene.session("first")];
        scene.mint(first).1.unwrap();
        for credential in [0, 1] {
            scene.provider.revoke(credential, scene.now);
        }
        scene.forget();
        scene.now = scene.now.plus(61_000);
        let mut answers = vec![scene.session("new"), answer];
        answers.push(refusal("APP_TOKEN_ID_NOT_FOUND", ""));
        let minted = scene.mint(answers);
        assert_eq!(minted.0[..seen.len()], seen);
        if ks.is_ok() {
            assert_eq!(minted.1.as_deref().map_err(|code| &**code), ks);
        } else {
            assert!(minted.1.is_err());
        }
    }
}

#[test]
fn the_failure_of_the_last_request_of_a_mint_can_be_taken() {
    let mut scene = Scene::new();
    let mut mint = scene.begin();
    assert!(matches!(
        mint.next(&mut scene.provider, scene.now),
        MintStep::AskForToken(0)
    ));
    mint.take_token(
        &mut scene.provider,
        Ok(Secret::new("token".to_owned())),
        scene.now,
    );
    assert!(mint.take_failure().is_none());
    assert!(matches!(
        mint.next(&mut scene.provider, scene.now),
        MintStep::Send(_)
    ));
    scene.take(&mut mint, &Json::Null);
    assert_eq!(mint.take_failure().unwrap().code(), "ERR_NETWORK");
    assert!(mint.take_failure().is_none());
}

#[test]
fn sessions_that_fail_use_up_the_retries_though_there_is_a_widget_session() {
    let mut scene = Scene::new();
    let mut tries = Vec::new();
    for number in 0..16 {
        let mut answers = vec![Json::Null; 2];
        if number == 0 {
            answers.insert(0, widget());
        }
        let (seen, result) = scene.mint(answers);
        result.unwrap_err();
        tries.push(seen.len());
        scene.now = scene.now.plus(1000);
        scene.forget();
    }
    assert!(tries.starts_with(&[3, 2, 2]), "{tries:?}");
    assert!(tries.contains(&1), "{tries:?}");
}
