//! Executes many calls in one request, in order, each with its own result.

use std::collections::BTreeMap;

use serde_json::Value;

use super::answer::Answer;
use super::arguments;
use super::cache::{CachedAnswer, Keep};
use super::cache_key::{self, CachePlace, Level};
use super::dispatch::{self, CallTime};
use super::php::{self, PhpParams};
use super::reference::Earlier;
use super::session::KsReader;
use super::state::State;
use crate::work::steps;

/// What items inherit from the whole request.
const INHERITED: [&str; 3] = ["clientTag", "ks", "partnerId"];

/// The response to a request, and its use of the cache.
pub(super) struct Multianswer {
    pub answer: Answer,
    pub keep: Keep,
    /// The keys under which items were found in the cache.
    pub hits: Vec<String>,
    /// The key under which an item was last cached.
    pub kept: Option<String>,
}

impl From<dispatch::Dispatched> for Multianswer {
    fn from(one: dispatch::Dispatched) -> Self {
        Self {
            answer: one.answer,
            keep: one.keep,
            hits: Vec::new(),
            kept: None,
        }
    }
}

/// Answers the items of `params`, from 0 or 1 up to the first number that is missing.
pub(super) fn call(
    state: &mut State,
    params: &PhpParams,
    moment: &mut CallTime<'_>,
) -> Multianswer {
    let mut hits = Vec::new();
    let mut kept_last = None;
    // If one item may not be cached, the whole request may not.
    let mut uncached = false;
    let first = usize::from(!params.contains_key("0"));
    let mut earlier = Earlier::new(first);
    let mut reader = KsReader::default();
    let mut said = parts(params);
    for number in first.. {
        let number = number.to_string();
        let nested = params.get(&number);
        let item = arguments::object(nested, said.remove(&*number), &number);
        let Ok(Some(mut item)) = item else { break };
        for name in INHERITED {
            if let Some(value) = params.get(name)
                && !item.contains_key(name)
            {
                if !moment.budget.spend(size(value)) {
                    break;
                }
                item.insert(name.to_owned(), value.clone());
            }
        }
        for (_, value) in &mut item {
            earlier.resolve(value);
        }
        let bytes = item
            .iter()
            .map(|(name, value)| name.len() + size(value))
            .sum();
        if !moment.budget.spend_item(bytes) {
            break;
        }
        let ks = php::text_of(&item, "ks");
        if !ks.is_empty() && !reader.knows(&ks) {
            moment.budget.spend_write();
        }
        let read = reader.read(state, &ks);
        let now = moment.now();
        let place = match read {
            Ok(verdict) if state.switches.cache => {
                cache_key::place(&item, verdict, moment.https, Level::Item, now)
            }
            _ => CachePlace::None,
        };
        uncached |= place == CachePlace::None;
        let kept = match &place {
            CachePlace::Key(key) => match state.cache.get(key, now) {
                Some((CachedAnswer::Answer(answer), _)) => Some((key.clone(), answer.clone())),
                _ => None,
            },
            CachePlace::None => None,
        };
        if let Some((key, answer)) = kept {
            hits.push(key);
            moment.budget.spend(answer.written());
            earlier.answers.push(answer);
            continue;
        }
        let done = dispatch::call(state, &item, read, moment);
        uncached |= done.keep == Keep::Never;
        if let (CachePlace::Key(key), true) = (place, done.keep != Keep::Never) {
            let kept = CachedAnswer::Answer(done.answer.clone());
            state.cache.put(key.clone(), kept, done.keep, moment.now());
            kept_last = Some(key);
        }
        earlier.answers.push(done.answer);
    }
    let answers = earlier.answers;
    let failed = answers
        .iter()
        .any(|answer| matches!(answer, Answer::Error(_)));
    let keep = match (uncached, failed) {
        (true, _) => Keep::Never,
        (false, true) => Keep::Error,
        (false, false) => Keep::Answer,
    };
    Multianswer {
        answer: Answer::List(answers),
        keep,
        hits,
        kept: kept_last,
    }
}

/// Parameters such as `1:service`, by the number of their item.
fn parts(params: &PhpParams) -> BTreeMap<&str, Vec<(&str, &Value)>> {
    let mut parts: BTreeMap<&str, Vec<(&str, &Value)>> = BTreeMap::new();
    for (key, value) in params {
        steps(key.len());
        if let Some((number, name)) = key.split_once(':')
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            parts.entry(number).or_default().push((name, value));
        }
    }
    parts
}

/// The approximate size of a value.
fn size(value: &Value) -> usize {
    steps(1);
    match value {
        Value::String(text) => text.len() + 32,
        Value::Array(items) => items.iter().map(size).sum::<usize>() + 32,
        Value::Object(items) => {
            let sizes = items.iter().map(|(name, value)| name.len() + size(value));
            sizes.sum::<usize>() + 32
        }
        _ => 32,
    }
}
