//! What the emulator knows, as it can be written down and restored.

use core::fmt;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::app_token::AppToken;
use super::cache::Cache;
use super::fault::Fault;
use super::partner::Partner;
use super::rate_limit::{RateLimit, Windows};

/// All that the emulator knows. As a seed, everything but its partners may be left out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct State {
    /// The partners.
    #[serde(with = "by_id")]
    pub partners: BTreeMap<i64, Partner>,
    /// The application tokens, in the order in which they were added.
    pub app_tokens: Vec<AppToken>,
    /// What may be changed between two calls.
    pub switches: Switches,
    /// Faults still to come.
    pub faults: Vec<Fault>,
    /// What was revoked, and until when.
    pub(super) revoked: BTreeMap<String, i64>,
    /// How often each KS with an `actionslimit` was used.
    pub(super) uses: BTreeMap<String, i64>,
    /// Calls that count for a rate limit.
    pub(super) windows: Windows,
    /// The server's caches.
    pub(super) cache: Cache,
}

/// What may be changed between two calls.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Switches {
    /// Whether answers are cached, as on the real server.
    pub cache: bool,
    /// Whether the database answers.
    pub database: bool,
    /// The rate limits.
    pub rate_limits: Vec<RateLimit>,
    /// Milliseconds before each answer.
    pub latency_ms: u32,
    /// Milliseconds that each call takes by the server's clock; so does each item of a
    /// multirequest, and the answer comes that much later.
    pub item_ms: u32,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            cache: true,
            database: true,
            rate_limits: Vec::new(),
            latency_ms: 0,
            item_ms: 0,
        }
    }
}

/// What is wrong with a state, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateError {
    /// Such as `appTokens[2].partnerId`.
    pub path: String,
    /// What should have stood there.
    pub expected: String,
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}", self.path, self.expected)
    }
}

impl core::error::Error for StateError {}

impl State {
    /// Reads a state, or as much of one as there is.
    pub fn from_json(json: &str) -> Result<Self, StateError> {
        let state: Self = serde_json::from_str(json).map_err(|error| StateError {
            path: "state".to_owned(),
            expected: format!("what the emulator writes down ({error})"),
        })?;
        state.check()?;
        Ok(state)
    }

    /// Says what keeps the state from making sense, if anything does.
    pub fn check(&self) -> Result<(), StateError> {
        let wrong = |path: String, expected: &str| {
            Err(StateError {
                path,
                expected: expected.to_owned(),
            })
        };
        for (index, partner) in self.partners.values().enumerate() {
            if partner.id <= 0 {
                return wrong(format!("partners[{index}].id"), "a number above 0");
            }
            if partner.admin_secret.expose().is_empty() {
                return wrong(
                    format!("partners[{index}].adminSecret"),
                    "a text that isn't empty",
                );
            }
        }
        for (index, token) in self.app_tokens.iter().enumerate() {
            if !self.partners.contains_key(&token.partner_id) {
                return wrong(
                    format!("appTokens[{index}].partnerId"),
                    "the id of a partner given",
                );
            }
            if crate::hash::HashType::from_name(&token.hash_type).is_none() {
                return wrong(
                    format!("appTokens[{index}].hashType"),
                    "SHA1, MD5, SHA256 or SHA512",
                );
            }
            if self
                .app_tokens
                .iter()
                .take(index)
                .any(|other| other.id == token.id)
            {
                return wrong(format!("appTokens[{index}].id"), "an id of its own");
            }
        }
        Ok(())
    }

    /// The app token that the database finds for `id`, whatever its status.
    pub(super) fn app_token(&mut self, id: &str) -> Option<&mut AppToken> {
        self.app_tokens.iter_mut().find(|token| token.is_called(id))
    }
}

mod by_id {
    use std::collections::BTreeMap;

    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Partner;

    pub fn serialize<S: Serializer>(
        partners: &BTreeMap<i64, Partner>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(partners.values())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeMap<i64, Partner>, D::Error> {
        let mut partners = BTreeMap::new();
        for partner in Vec::<Partner>::deserialize(from)? {
            let id = partner.id;
            if partners.insert(id, partner).is_some() {
                return Err(D::Error::custom(format_args!(
                    "two partners have the id {id}"
                )));
            }
        }
        Ok(partners)
    }
}
