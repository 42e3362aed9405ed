//! The server's records of KSs: revocations and uses.

use serde::{Deserialize, Serialize};

use super::expiring::Remembered;

/// A revoked KS or session id.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct EndedKs {}

impl Remembered for EndedKs {
    const MOST: usize = 100_000;
}

/// The uses of a KS with an `actionslimit`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Uses(pub i64);

impl Remembered for Uses {}
