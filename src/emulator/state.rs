//! What the emulator knows, as it can be written down and restored.

use core::fmt;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::app_tokens::AppTokens;
use super::cache::AnswerCache;
use super::expiring::Expiring;
use super::fault::Fault;
use super::partner::Partner;
use super::rate_limit::{MOST_LIMITS, RateLimit, Windows};
use super::uses::{EndedKs, Uses};
use crate::work::steps;

/// All that the emulator knows. As a seed, everything but its partners may be left out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct State {
    /// The partners.
    #[serde(with = "by_id")]
    pub partners: BTreeMap<i64, Partner>,
    /// The application tokens, in the order in which they were added.
    pub app_tokens: AppTokens,
    /// What may be changed between two calls.
    pub switches: Switches,
    /// Faults still to come.
    pub faults: Vec<Fault>,
    /// What was revoked, and until when.
    pub(super) revoked: Expiring<EndedKs>,
    /// How often each KS with an `actionslimit` was used.
    pub(super) uses: Expiring<Uses>,
    /// Calls that count for a rate limit.
    pub(super) windows: Windows,
    /// The server's caches.
    pub(super) cache: AnswerCache,
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

/// The parts of a state that are changed by hand, as many of them as there are.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct Parts {
    #[serde(deserialize_with = "by_id::deserialize_some")]
    partners: Option<BTreeMap<i64, Partner>>,
    app_tokens: Option<AppTokens>,
    switches: Option<Switches>,
    faults: Option<Vec<Fault>>,
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

/// A KS is tried with each secret of its partner.
const MOST_SECRETS: usize = 10;

impl State {
    /// Reads a state, or as much of one as there is.
    pub fn from_json(json: &str) -> Result<Self, StateError> {
        let state: Self = read(json)?;
        state.check()?;
        Ok(state)
    }

    /// The JSON of the part called `name`, if there is such a part. `account` is the first partner's
    /// id and secret.
    pub fn part(&self, name: &str) -> Option<String> {
        let mut json = Vec::new();
        let to = &mut serde_json::Serializer::new(&mut json);
        let written = match name {
            "account" => {
                let first = self.partners.values().next();
                let account = first.map(|partner| (partner.id, partner.admin_secret.expose()));
                account.serialize(to)
            }
            "partners" => by_id::serialize(&self.partners, to),
            "appTokens" => self.app_tokens.serialize(to),
            "switches" => self.switches.serialize(to),
            "faults" => self.faults.serialize(to),
            _ => return None,
        };
        written.ok()?;
        String::from_utf8(json).ok()
    }

    /// Puts the parts that `json` holds in place of what they were, unless the state would no
    /// longer make sense.
    pub fn replace(&mut self, json: &str) -> Result<(), StateError> {
        let before = self.exchange(read(json)?);
        let checked = self.check();
        if checked.is_err() {
            self.exchange(before);
        }
        checked
    }

    /// Puts `parts` in place. Returns what they were.
    fn exchange(&mut self, parts: Parts) -> Parts {
        fn put<T>(place: &mut T, part: Option<T>) -> Option<T> {
            part.map(|part| core::mem::replace(place, part))
        }
        Parts {
            partners: put(&mut self.partners, parts.partners),
            app_tokens: put(&mut self.app_tokens, parts.app_tokens),
            switches: put(&mut self.switches, parts.switches),
            faults: put(&mut self.faults, parts.faults),
        }
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
            steps(1);
            if partner.additional_admin_secrets.len() > MOST_SECRETS {
                return wrong(
                    format!("partners[{index}].additionalAdminSecrets"),
                    "at most 10 of them",
                );
            }
            if partner.admin_secret.expose().is_empty() {
                return wrong(
                    format!("partners[{index}].adminSecret"),
                    "a text that isn't empty",
                );
            }
        }
        for (index, token) in self.app_tokens.iter().enumerate() {
            steps(1);
            if !self.partners.contains_key(&token.partner_id) {
                return wrong(
                    format!("appTokens[{index}].partnerId"),
                    "the id of a partner given",
                );
            }
            if crate::kaltura::HashType::from_name(&token.hash_type).is_none() {
                return wrong(
                    format!("appTokens[{index}].hashType"),
                    "SHA1, MD5, SHA256 or SHA512",
                );
            }
        }
        if let Some(index) = self.app_tokens.duplicate() {
            return wrong(format!("appTokens[{index}].id"), "an id of its own");
        }
        if self.switches.rate_limits.len() > MOST_LIMITS {
            return wrong("switches.rateLimits".to_owned(), "at most 100 of them");
        }
        Ok(())
    }
}

/// Reads a state or parts of one.
fn read<'de, T: Deserialize<'de>>(json: &'de str) -> Result<T, StateError> {
    steps(json.len());
    serde_json::from_str(json).map_err(|error| StateError {
        path: "state".to_owned(),
        expected: format!("what the emulator writes down ({error})"),
    })
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

    pub fn deserialize_some<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<BTreeMap<i64, Partner>>, D::Error> {
        deserialize(from).map(Some)
    }
}
