//! The keys of the caches: which calls share a response.

use md5::{Digest, Md5};
use serde_json::Value;

use super::php::{self, PhpParams};
use super::session::{Identity, KsReading};
use crate::work::steps;

/// How a call uses the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CachePlace {
    /// Not at all.
    None,
    /// With this key.
    Key(String),
}

/// A whole request or an item of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// A request.
    Request,
    /// An item of a multirequest.
    Item,
}

/// How the call with `params` uses the cache. The key contains the KS's properties but not the KS, so one caller gets
/// another's response.
pub(super) fn place(
    params: &PhpParams,
    verdict: &KsReading,
    https: bool,
    level: Level,
    now: i64,
) -> CachePlace {
    if params.contains_key("nocache") {
        return CachePlace::None;
    }
    let identity = match verdict {
        KsReading::None => String::new(),
        KsReading::Unreadable(_) => "unreadable".to_owned(),
        KsReading::UnknownPartner(_) => return CachePlace::None,
        KsReading::Read(session) => match session.identity(now) {
            Identity::Shared(identity) => identity,
            Identity::Own => return CachePlace::None,
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
    CachePlace::Key(hex::encode(key.finalize()))
}

/// The name of a key in the headers.
pub(super) fn key_of(text: &str) -> String {
    hex::encode(Md5::digest(text.as_bytes()))
}

/// Adds a value; a number and its text are equal.
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

/// Adds a text unambiguously.
fn add_text(key: &mut Md5, text: &str) {
    steps(text.len() + 1);
    key.update(b"=");
    key.update((text.len() as u64).to_be_bytes());
    key.update(text);
}

fn sorted(params: &PhpParams) -> Vec<(&str, &Value)> {
    let mut sorted: Vec<_> = params
        .iter()
        .map(|(name, value)| (&**name, value))
        .collect();
    sorted.sort_unstable_by_key(|(name, _)| *name);
    sorted
}

/// `cache_st:<time>` in a client tag selects a separate cache until that time.
fn cache_buster(params: &PhpParams, now: i64) -> Option<String> {
    let tag = php::to_text(params.get("clientTag")?);
    let (_, time) = tag.split_once("cache_st:")?;
    let time = php::text_to_int(time);
    (time > now).then(|| time.to_string())
}
