//! The emulator's state, which can be serialised and restored.

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

/// The whole state. In a seed, everything except the partners is optional.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct State {
    /// The partners.
    #[serde(with = "by_id")]
    pub partners: BTreeMap<i64, Partner>,
    /// The application tokens, in the order in which they were added.
    pub app_tokens: AppTokens,
    /// Settings that may be changed between calls.
    pub switches: Switches,
    /// Pending faults.
    pub faults: Vec<Fault>,
    /// Revocations, and when they expire.
    pub(super) revoked: Expiring<EndedKs>,
    /// The uses of each KS with an `actionslimit`.
    pub(super) uses: Expiring<Uses>,
    /// The counted calls of rate limits.
    pub(super) windows: Windows,
    /// The server's caches.
    pub(super) cache: AnswerCache,
}

/// Settings that may be changed between calls.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Switches {
    /// Whether responses are cached, as on the real server.
    pub cache: bool,
    /// Whether the database works.
    pub database: bool,
    /// The rate limits.
    pub rate_limits: Vec<RateLimit>,
    /// The delay of each response in milliseconds.
    pub latency_ms: u32,
    /// How long each call, and each item of a multirequest, takes on the server's clock, in milliseconds. The response is delayed
    /// by that time.
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

/// The parts of a state that can be replaced; all are optional.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct Parts {
    #[serde(deserialize_with = "by_id::deserialize_some")]
    partners: Option<BTreeMap<i64, Partner>>,
    app_tokens: Option<AppTokens>,
    switches: Option<Switches>,
    faults: Option<Vec<Fault>>,
}

/// A fault of a state, and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateError {
    /// Such as `appTokens[2].partnerId`.
    pub path: String,
    /// What is expected there.
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
    /// Reads a state, or parts of one.
    pub fn from_json(json: &str) -> Result<Self, StateError> {
        let state: Self = read(json)?;
        state.check()?;
        Ok(state)
    }

    /// The JSON of the part `name`, if it exists. `account` is the first partner's id and secret.
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

    /// Replaces the parts in `json`, unless the state would become invalid.
    pub fn replace(&mut self, json: &str) -> Result<(), StateError> {
        let before = self.exchange(read(json)?);
        let checked = self.check();
        if checked.is_err() {
            self.exchange(before);
        }
        checked
    }

    /// Replaces `parts`. Returns the old ones.
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

    /// Returns the fault of the state, if any.
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
