//! The application tokens, the first and the fallback, and which one to use.

use super::{Moment, Proved, revoked};
use crate::error::{Error, Failure};
use crate::kaltura::HashType;
use crate::session::names_token;

/// How long a revoked token is left alone, in milliseconds.
const REVOKED_FOR_MS: i64 = 60_000;

/// How long a definite refusal is cached, in milliseconds; doubled each time it is confirmed.
const REFUSED_FOR_MS: i64 = 5_000;
const LONGEST_REFUSED_FOR_MS: i64 = 30_000;

/// The public parts of an application token.
#[derive(Clone, Debug)]
pub struct TokenConfig {
    /// Its id.
    pub id: String,
    /// The possible hash types, the preferred one first.
    pub hash_types: Vec<HashType>,
    /// Whether a signer makes its hashes, so that the token is never here.
    pub has_signer: bool,
}

/// The status of each token with Kaltura.
#[derive(Debug)]
pub struct Standings {
    all: Vec<Standing>,
    /// The token of the last granted session.
    active: usize,
}

#[derive(Debug)]
struct Standing {
    /// As it was configured.
    config: TokenConfig,
    /// The hash types to try, the most likely first.
    hash_types: Vec<HashType>,
    /// The right hash type, known after a granted session.
    found: Option<HashType>,
    revoked: Revocation,
    /// How often it was revoked.
    revocations: u32,
    refused: Option<Refused>,
    /// When its sessions were last proved to live.
    proved: Proved,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Revocation {
    No,
    /// The time on the steady clock before which it isn't tried; then its first session is tested.
    Until(i64),
}

/// A refusal that every request with the token would get.
#[derive(Debug)]
struct Refused {
    failure: Failure,
    until_ms: i64,
    /// How often in a row.
    times: u32,
}

impl Standing {
    fn new(config: TokenConfig) -> Self {
        Self {
            hash_types: config.hash_types.clone(),
            config,
            found: None,
            revoked: Revocation::No,
            revocations: 0,
            refused: None,
            proved: Proved::default(),
        }
    }

    /// Why it must not be tried now.
    fn obstacle(&self, now: Moment) -> Option<Failure> {
        if matches!(self.revoked, Revocation::Until(until_ms) if now.steady_ms < until_ms) {
            return Some(revoked());
        }
        let refused = self.refused.as_ref();
        let refused = refused.filter(|it| now.steady_ms < it.until_ms)?;
        Some(refused.failure.clone())
    }
}

impl Standings {
    /// Makes tokens without any known status.
    pub fn new(tokens: Vec<TokenConfig>) -> Self {
        Self {
            all: tokens.into_iter().map(Standing::new).collect(),
            active: 0,
        }
    }

    /// Returns the number of the token to use now, or why none may be used.
    pub fn usable(&self, now: Moment) -> Result<usize, Failure> {
        let others = (0..self.all.len()).filter(|index| *index != self.active);
        let mut reason = None;
        for index in core::iter::once(self.active).chain(others) {
            let Some(standing) = self.all.get(index) else {
                continue;
            };
            match standing.obstacle(now) {
                None => return Ok(index),
                obstacle => reason = reason.or(obstacle),
            }
        }
        Err(reason.unwrap_or_else(revoked))
    }

    /// Returns the token to try after `tried` was refused with this error, if another may succeed.
    pub fn after_refusal(&self, tried: usize, error: &Error, now: Moment) -> Option<usize> {
        if !matches!(error, Error::SessionRevoked) && refused_whom(error) != Some(Refusal::Token) {
            return None;
        }
        let fits = |index: &usize| {
            let standing = self.all.get(*index);
            *index != tried && standing.is_some_and(|it| it.obstacle(now).is_none())
        };
        (0..self.all.len()).find(fits)
    }

    /// Caches for a short time that Kaltura has definitely refused a token, or all of them. Other errors are not cached.
    pub fn refuse(&mut self, credential: usize, failure: &Failure, now: Moment) {
        let Some(refusal) = refused_whom(&failure.error) else {
            return;
        };
        for (index, standing) in self.all.iter_mut().enumerate() {
            if index != credential && refusal == Refusal::Token {
                continue;
            }
            // Refusals of simultaneous requests count once.
            if standing.obstacle(now).is_some() {
                continue;
            }
            let before = standing.refused.as_ref().map_or(0, |it| it.times);
            let wait_ms = REFUSED_FOR_MS.saturating_mul(1 << before.min(10));
            standing.refused = Some(Refused {
                failure: Failure {
                    attempts: 0,
                    ..failure.clone()
                },
                until_ms: now
                    .steady_ms
                    .saturating_add(wait_ms.min(LONGEST_REFUSED_FOR_MS)),
                times: before.saturating_add(1),
            });
        }
    }

    /// Clears all cached refusals, so that the next caller asks Kaltura again.
    pub fn forget_refusals(&mut self) {
        for standing in &mut self.all {
            standing.refused = None;
        }
    }

    /// The id of a token.
    pub fn id(&self, credential: usize) -> String {
        let standing = self.all.get(credential);
        standing.map_or_else(String::new, |it| it.config.id.clone())
    }

    /// Returns the token that a session with these privileges was started from.
    pub fn of_privileges(&self, privileges: &str) -> Option<usize> {
        let named = |it: &Standing| names_token(privileges, &it.config.id) == Some(true);
        self.all.iter().position(named)
    }

    /// The hash type that a token was last granted a session for.
    pub fn found(&self, credential: usize) -> Option<HashType> {
        self.all.get(credential)?.found
    }

    /// Whether a signer makes the hashes of a token.
    pub fn has_signer(&self, credential: usize) -> bool {
        let standing = self.all.get(credential);
        standing.is_some_and(|it| it.config.has_signer)
    }

    /// The hash types to try with a token, the likeliest first.
    pub fn hash_types(&self, credential: usize) -> Vec<HashType> {
        let standing = self.all.get(credential);
        standing.map_or_else(Vec::new, |it| it.hash_types.clone())
    }

    /// Notes that a token was granted a session with this hash type; returns whether the hash type is news.
    pub fn granted(&mut self, credential: usize, hash_type: HashType) -> bool {
        self.active = credential;
        let mut is_news = false;
        if let Some(standing) = self.all.get_mut(credential) {
            is_news = standing.found.replace(hash_type) != Some(hash_type);
            standing.refused = None;
            standing.hash_types.retain(|known| *known != hash_type);
            standing.hash_types.insert(0, hash_type);
        }
        is_news
    }

    /// Whether a token was revoked when last seen, so that its next session must be tested.
    pub fn is_doubtful(&self, credential: usize) -> bool {
        let standing = self.all.get(credential);
        standing.is_some_and(|it| it.revoked != Revocation::No)
    }

    /// How often a token was revoked.
    pub fn revocations(&self, credential: usize) -> u32 {
        self.all.get(credential).map_or(0, |it| it.revocations)
    }

    /// Notes that one of its sessions was ended: the next one must be tested, at once.
    pub fn doubt(&mut self, credential: usize, now: Moment) {
        let standing = self.all.get_mut(credential);
        if let Some(standing) = standing.filter(|it| it.revoked == Revocation::No) {
            standing.revoked = Revocation::Until(now.steady_ms);
        }
    }

    /// When a token's sessions were last proved to live.
    pub fn proved(&mut self, credential: usize) -> Option<&mut Proved> {
        self.all.get_mut(credential).map(|it| &mut it.proved)
    }

    /// Notes that its sessions live.
    pub fn clear_doubt(&mut self, credential: usize) {
        if let Some(standing) = self.all.get_mut(credential) {
            standing.revoked = Revocation::No;
        }
    }

    /// Notes that all of a token's sessions are refused.
    pub fn revoke(&mut self, credential: usize, now: Moment) {
        if let Some(standing) = self.all.get_mut(credential) {
            standing.revoked = Revocation::Until(now.steady_ms.saturating_add(REVOKED_FOR_MS));
            standing.revocations = standing.revocations.saturating_add(1);
        }
    }

    /// The token of the last granted session.
    pub fn active(&self) -> usize {
        self.active
    }

    /// Clears everything that was learnt.
    pub fn forget(&mut self) {
        self.active = 0;
        for standing in &mut self.all {
            standing.hash_types.clone_from(&standing.config.hash_types);
            standing.found = None;
            standing.revoked = Revocation::No;
            standing.refused = None;
            standing.proved = Proved::default();
        }
    }
}

/// What a definite refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    /// The application token.
    Token,
    /// The partner or the connection: no other token helps.
    Partner,
}

/// What an error refuses for every request; `None` if another request may succeed, or the same one a little later.
fn refused_whom(error: &Error) -> Option<Refusal> {
    let Error::Kaltura(refusal) = error else {
        return None;
    };
    match refusal.code.as_str() {
        "APP_TOKEN_ID_NOT_FOUND"
        | "APP_TOKEN_NOT_ACTIVE"
        | "APP_TOKEN_EXPIRED"
        | "INVALID_APP_TOKEN_HASH" => Some(Refusal::Token),
        "INVALID_WIDGET_ID"
        | "SERVICE_FORBIDDEN"
        | "SERVICE_FORBIDDEN_CONTENT_BLOCKED"
        | "SERVICE_ACCESS_CONTROL_RESTRICTED" => Some(Refusal::Partner),
        _ => None,
    }
}
