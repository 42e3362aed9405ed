//! The application tokens at hand, the first and one to fall back on, and which to use.

use super::Moment;
use crate::error::Error;
use crate::hash::HashType;

/// For so long a revoked token is not tried again.
const REVOKED_FOR_MS: i64 = 60_000;

/// How Kaltura has received each token so far.
#[derive(Debug)]
pub struct Standings {
    all: Vec<Standing>,
    /// The one that was granted a session last.
    active: usize,
}

#[derive(Debug)]
struct Standing {
    /// As it was configured.
    configured: Vec<HashType>,
    /// Those to try, the likeliest first.
    hash_types: Vec<HashType>,
    revoked: Revoked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Revoked {
    No,
    /// Not to be tried before this moment of the steady clock; then its first session is to
    /// be tried out.
    Until(i64),
}

impl Standings {
    /// Tokens by the hash types that they may be made with, the first choice first.
    pub fn new(tokens: Vec<Vec<HashType>>) -> Self {
        let standing = |hash_types: Vec<HashType>| Standing {
            configured: hash_types.clone(),
            hash_types,
            revoked: Revoked::No,
        };
        Self {
            all: tokens.into_iter().map(standing).collect(),
            active: 0,
        }
    }

    /// The token to use now, by its number; `None` if all are revoked.
    pub fn usable(&self, now: Moment) -> Option<usize> {
        let fit = |index: &usize| {
            let standing = self.all.get(*index);
            standing.is_some_and(|it| match it.revoked {
                Revoked::No => true,
                Revoked::Until(until_ms) => now.steady_ms >= until_ms,
            })
        };
        let others = (0..self.all.len()).filter(|index| *index != self.active);
        core::iter::once(self.active).chain(others).find(fit)
    }

    /// The token to try after `tried` was refused with this error, if another may do better.
    pub fn after_refusal(&self, tried: usize, error: &Error, now: Moment) -> Option<usize> {
        let refused = match error {
            Error::SessionRevoked => true,
            Error::Kaltura(refusal) => matches!(
                refusal.code.as_str(),
                "APP_TOKEN_ID_NOT_FOUND"
                    | "APP_TOKEN_NOT_ACTIVE"
                    | "APP_TOKEN_EXPIRED"
                    | "INVALID_APP_TOKEN_HASH"
            ),
            _ => false,
        };
        let other = (0..self.all.len()).find(|index| *index != tried)?;
        let standing = self.all.get(other)?;
        let fit = match standing.revoked {
            Revoked::No => true,
            Revoked::Until(until_ms) => now.steady_ms >= until_ms,
        };
        (refused && fit).then_some(other)
    }

    /// The hash types to try with a token, the likeliest first.
    pub fn hash_types(&self, credential: usize) -> Vec<HashType> {
        let standing = self.all.get(credential);
        standing.map_or_else(Vec::new, |it| it.hash_types.clone())
    }

    /// Remembers a token that was granted a session, and the hash type that did it.
    pub fn granted(&mut self, credential: usize, hash_type: HashType) {
        self.active = credential;
        if let Some(standing) = self.all.get_mut(credential) {
            standing.hash_types.retain(|known| *known != hash_type);
            standing.hash_types.insert(0, hash_type);
        }
    }

    /// Whether a token was revoked when last seen, so that its next session has to be tried.
    pub fn is_doubtful(&self, credential: usize) -> bool {
        let standing = self.all.get(credential);
        standing.is_some_and(|it| it.revoked != Revoked::No)
    }

    /// The doubt was unfounded.
    pub fn clear_doubt(&mut self, credential: usize) {
        if let Some(standing) = self.all.get_mut(credential) {
            standing.revoked = Revoked::No;
        }
    }

    /// Remembers that a token's sessions are refused from birth.
    pub fn revoke(&mut self, credential: usize, now: Moment) {
        if let Some(standing) = self.all.get_mut(credential) {
            standing.revoked = Revoked::Until(now.steady_ms.saturating_add(REVOKED_FOR_MS));
        }
    }

    /// The token whose session was granted last.
    pub fn active(&self) -> usize {
        self.active
    }

    /// Forgets everything that was learnt.
    pub fn forget(&mut self) {
        self.active = 0;
        for standing in &mut self.all {
            standing.hash_types.clone_from(&standing.configured);
            standing.revoked = Revoked::No;
        }
    }
}
