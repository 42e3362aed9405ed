//! The server's caches of responses, which outlive their data.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::expiring::{Expiring, Remembered};

/// How long a response is cached, in seconds.
const ANSWERS: i64 = 600;
/// How long an error is cached.
const ERRORS: i64 = 120;

/// Responses by key.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct AnswerCache {
    entries: Expiring<Cached>,
    /// Partners whose secrets are cached, so that `session.start` needs no database.
    pub secrets: BTreeSet<i64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Cached {
    made: i64,
    answer: CachedAnswer,
}

impl Remembered for Cached {
    fn bytes(&self) -> usize {
        match &self.answer {
            CachedAnswer::Answer(answer) => answer.written(),
            CachedAnswer::Body { content_type, body } => content_type.len() + body.len(),
        }
    }
}

/// A cached response; a whole response is cached as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum CachedAnswer {
    /// Of an item of a multirequest.
    Answer(Answer),
    /// Of a request.
    Body { content_type: String, body: String },
}

/// Whether and how long a response may be cached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// Not at all.
    Never,
    /// As a response.
    Answer,
    /// As an error.
    Error,
}

impl AnswerCache {
    /// Returns the cached response of `key`, and when it was made.
    pub fn get(&self, key: &str, now: i64) -> Option<(&CachedAnswer, i64)> {
        let Cached { made, answer } = self.entries.get(key, now)?;
        // A slow response is cached from the moment when it is complete.
        (*made <= now).then_some((answer, *made))
    }

    pub fn put(&mut self, key: String, answer: CachedAnswer, keep: Keep, now: i64) {
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
