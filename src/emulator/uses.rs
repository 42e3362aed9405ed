//! What the server remembers of a KS: that it was ended, and how often it was used.

use serde::{Deserialize, Serialize};

use super::expiring::Remembered;

/// That a KS or a session id was ended.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct EndedKs {}

impl Remembered for EndedKs {
    const MOST: usize = 100_000;
}

/// How often a KS with an `actionslimit` was used.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Uses(pub i64);

impl Remembered for Uses {}
