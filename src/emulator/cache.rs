//! The server's caches of answers, which outlive what they were made from.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::expiring::{Expiring, Remembered};

/// How long an answer is kept, in seconds.
const ANSWERS: i64 = 600;
/// How long an error is kept.
const ERRORS: i64 = 120;

/// Answers by the key that equal calls share.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct AnswerCache {
    entries: Expiring<Cached>,
    /// Partners whose secrets are at hand, so that `session.start` needs no database.
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

/// An answer as it is kept: a whole response is kept as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum CachedAnswer {
    /// Of an item of a multirequest.
    Answer(Answer),
    /// Of a request.
    Body { content_type: String, body: String },
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

impl AnswerCache {
    /// What was kept under `key`, and when it was made.
    pub fn get(&self, key: &str, now: i64) -> Option<(&CachedAnswer, i64)> {
        let Cached { made, answer } = self.entries.get(key, now)?;
        // A slow answer is kept from the moment when it is found.
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
