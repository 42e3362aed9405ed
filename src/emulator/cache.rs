//! The server's caches of answers, which outlive what they were made from.

use std::collections::BTreeMap;

use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::answer::Answer;
use super::php::{self, Params};
use super::session::{Identity, Verdict};

/// How long an answer is kept, in seconds.
const ANSWERS: i64 = 600;
/// How long an error is kept.
const ERRORS: i64 = 120;
/// How many answers are kept; the oldest go first.
const CAPACITY: usize = 10_000;

/// Answers by the key that equal calls share.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Cache {
    entries: BTreeMap<String, Entry>,
    /// Partners whose secrets are at hand, so that `session.start` needs no database.
    pub secrets: std::collections::BTreeSet<i64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    made: i64,
    ends: i64,
    answer: Kept,
}

/// An answer as it is kept: a whole response is kept as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kept {
    /// Of an item of a multirequest.
    Answer(Answer),
    /// Of a request.
    Body { content_type: String, body: String },
}

/// Where a call stands to the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It has nothing to do with it.
    None,
    /// Under this key.
    Key(String),
}

/// How long an answer may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// It may not.
    Never,
    /// As an answer.
    Answer,
    /// As an error.
    Error,
}

/// What is asked: a whole request or an item of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// A request.
    Request,
    /// An item of a multirequest.
    Item,
}

impl Cache {
    /// What was kept under `key`, and when it was made.
    pub fn get(&self, key: &str, now: i64) -> Option<(&Kept, i64)> {
        let entry = self.entries.get(key)?;
        // A slow answer is kept from the moment when it is found.
        (entry.made <= now && entry.ends > now).then_some((&entry.answer, entry.made))
    }

    pub fn put(&mut self, key: String, answer: Kept, keep: Keep, now: i64) {
        let life = match keep {
            Keep::Never => return,
            Keep::Answer => ANSWERS,
            Keep::Error => ERRORS,
        };
        self.entries.retain(|_, entry| entry.ends > now);
        while self.entries.len() >= CAPACITY {
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.made);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else {
                break;
            };
            self.entries.remove(&oldest);
        }
        self.entries.insert(
            key,
            Entry {
                made: now,
                ends: now.saturating_add(life),
                answer,
            },
        );
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

/// Where the call that `params` make stands to the cache. The KS itself is not part of the
/// key, only what it is: so one caller gets what another one was answered.
pub(super) fn place(
    params: &Params,
    verdict: &Verdict,
    https: bool,
    level: Level,
    now: i64,
) -> Place {
    if params.contains_key("nocache") {
        return Place::None;
    }
    let identity = match verdict {
        Verdict::None => String::new(),
        Verdict::Unreadable(_) => "unreadable".to_owned(),
        Verdict::UnknownPartner(_) => return Place::None,
        Verdict::Read(session) => match session.identity(now) {
            Identity::Shared(identity) => identity,
            Identity::Own => return Place::None,
        },
    };
    let mut said: BTreeMap<String, Value> = params
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "ks" | "kalsig" | "clientTag"))
        .map(|(name, value)| match name.as_str() {
            "service" | "action" => (name.clone(), php::to_text(value).to_lowercase().into()),
            _ => (name.clone(), plain(value)),
        })
        .collect();
    if let Some(buster) = cache_buster(params, now) {
        said.insert("clientTag".to_owned(), buster.into());
    }
    let said = serde_json::to_string(&said).unwrap_or_default();
    let level = match level {
        Level::Request => "request",
        Level::Item => "item",
    };
    Place::Key(key_of(&format!("{level}|{https}|{identity}|{said}")))
}

/// The name of a key, as it stands in the headers.
pub(super) fn key_of(text: &str) -> String {
    hex::encode(Md5::digest(text.as_bytes()))
}

/// A value without the difference between a number and its text.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(inner) => {
            let sorted: BTreeMap<_, _> = inner
                .iter()
                .map(|(name, value)| (name.clone(), plain(value)))
                .collect();
            Value::Object(sorted.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(plain).collect()),
        other => Value::String(php::to_text(other)),
    }
}

/// `cache_st:<time>` in a client tag has a cache of its own until that time.
fn cache_buster(params: &Params, now: i64) -> Option<String> {
    let tag = php::to_text(params.get("clientTag")?);
    let (_, time) = tag.split_once("cache_st:")?;
    let time = php::text_to_int(time);
    (time > now).then(|| time.to_string())
}
