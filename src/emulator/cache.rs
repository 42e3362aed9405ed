//! The server's caches of answers, which outlive what they were made from.

use std::collections::BTreeSet;

use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::Answer;
use super::expiring::{Expiring, Remembered};
use super::php::{self, Params};
use super::session::{Identity, Verdict};
use crate::work::steps;

/// How long an answer is kept, in seconds.
const ANSWERS: i64 = 600;
/// How long an error is kept.
const ERRORS: i64 = 120;

/// Answers by the key that equal calls share.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Cache {
    entries: Expiring<Cached>,
    /// Partners whose secrets are at hand, so that `session.start` needs no database.
    pub secrets: BTreeSet<i64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Cached {
    made: i64,
    answer: Kept,
}

impl Remembered for Cached {
    fn bytes(&self) -> usize {
        match &self.answer {
            Kept::Answer(answer) => answer.written(),
            Kept::Body { content_type, body } => content_type.len() + body.len(),
        }
    }
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
        let Cached { made, answer } = self.entries.get(key, now)?;
        // A slow answer is kept from the moment when it is found.
        (*made <= now).then_some((answer, *made))
    }

    pub fn put(&mut self, key: String, answer: Kept, keep: Keep, now: i64) {
        let life = match keep {
            Keep::Never => return,
            Keep::Answer => ANSWERS,
            Keep::Error => ERRORS,
        };
        let cached = Cached { made: now, answer };
        self.entries.put(key, cached, now.saturating_add(life), now);
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
    let mut key = Md5::new();
    key.update(match level {
        Level::Request => b"request|",
        Level::Item => b"item|   ",
    });
    key.update([u8::from(https)]);
    add_text(&mut key, &identity);
    if let Some(buster) = cache_buster(params, now) {
        add_text(&mut key, &buster);
    }
    let is_said = |name: &str| !matches!(name, "ks" | "kalsig" | "clientTag");
    for (name, value) in sorted(params).into_iter().filter(|(name, _)| is_said(name)) {
        add_text(&mut key, name);
        match name {
            "service" | "action" => add_text(&mut key, &php::to_text(value).to_lowercase()),
            _ => add_value(&mut key, value),
        }
    }
    Place::Key(hex::encode(key.finalize()))
}

/// The name of a key, as it stands in the headers.
pub(super) fn key_of(text: &str) -> String {
    hex::encode(Md5::digest(text.as_bytes()))
}

/// Adds a value, without the difference between a number and its text.
fn add_value(key: &mut Md5, value: &Value) {
    match value {
        Value::Object(inner) => {
            key.update(b"{");
            for (name, value) in sorted(inner) {
                add_text(key, name);
                add_value(key, value);
            }
            key.update(b"}");
        }
        Value::Array(items) => {
            key.update(b"[");
            for item in items {
                add_value(key, item);
            }
            key.update(b"]");
        }
        Value::String(text) => add_text(key, text),
        other => add_text(key, &php::to_text(other)),
    }
}

/// Adds a text so that no other texts add up to the same.
fn add_text(key: &mut Md5, text: &str) {
    steps(text.len() + 1);
    key.update(b"=");
    key.update((text.len() as u64).to_be_bytes());
    key.update(text);
}

fn sorted(params: &Params) -> Vec<(&str, &Value)> {
    let mut sorted: Vec<_> = params
        .iter()
        .map(|(name, value)| (&**name, value))
        .collect();
    sorted.sort_unstable_by_key(|(name, _)| *name);
    sorted
}

/// `cache_st:<time>` in a client tag has a cache of its own until that time.
fn cache_buster(params: &Params, now: i64) -> Option<String> {
    let tag = php::to_text(params.get("clientTag")?);
    let (_, time) = tag.split_once("cache_st:")?;
    let time = php::text_to_int(time);
    (time > now).then(|| time.to_string())
}
