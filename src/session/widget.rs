//! Widget sessions: sessions of nobody's, that token hashes are made with.

use super::{expect_type, read_ks};
use crate::clock::Timing;
use crate::kaltura::{Fields, Value};
use crate::secret::Secret;

/// A session of nobody's, with which a token hash is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Widget {
    /// The session itself.
    pub ks: Secret,
    /// Until when it can be counted on, in milliseconds by the local clock.
    pub usable_until_ms: i64,
}

/// What the widget session of one call is asked to live, in seconds. Who gets hold of a token hash
/// can start sessions with it for as long as its widget session lives.
pub const ONE_CALL_WIDGET_S: u32 = 900;
/// The same of a widget session that many sessions are started from.
pub const SHARED_WIDGET_S: u32 = 3600;

/// Kaltura answers `startWidgetSession` out of a cache for this long, so that a widget
/// session may be that old when it arrives.
const WIDGET_CACHE_S: u32 = 600;

impl Widget {
    /// Reads the answer to `session.startWidgetSession`, or says what is wrong with it.
    /// It was asked to live for `expiry_s`.
    pub fn read(
        answer: Fields<'_>,
        partner_id: u32,
        expiry_s: u32,
        timing: Timing,
    ) -> Result<Self, &'static str> {
        let [object_type, ks, partner] = answer.get_all(["objectType", "ks", "partnerId"]);
        if object_type != Value::Missing {
            expect_type(object_type, "KalturaStartWidgetSessionResponse")?;
        }
        let ks = read_ks(ks, partner, partner_id)?;
        // Nothing in the answer tells its end, so it is reckoned from the sending.
        let life_ms = i64::from(expiry_s.saturating_sub(WIDGET_CACHE_S)) * 1000;
        Ok(Self {
            ks,
            usable_until_ms: timing.sent_ms.saturating_add(life_ms),
        })
    }
}
