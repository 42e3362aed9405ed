//! Widget sessions: anonymous sessions with which token hashes are made.

use super::{expect_type, read_ks};
use crate::clock::Timing;
use crate::kaltura::{Fields, Value};
use crate::secret::Secret;

/// An anonymous session with which a token hash is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Widget {
    /// The session itself.
    pub ks: Secret,
    /// Until when it is certainly usable, in milliseconds on the local clock.
    pub usable_until_ms: i64,
}

/// The lifetime to request for the widget session of one call, in seconds. Anybody with a token hash can start sessions
/// while its widget session lives.
pub const ONE_CALL_WIDGET_S: u32 = 900;
/// The same for a widget session with which many sessions are started.
pub const SHARED_WIDGET_S: u32 = 3600;

/// Kaltura answers `startWidgetSession` out of a cache for this long, so that a widget
/// session may be that old when it arrives.
const WIDGET_CACHE_S: u32 = 600;

impl Widget {
    /// Reads the response to `session.startWidgetSession`, or returns what is wrong with it. The requested lifetime was
    /// `expiry_s`.
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
        // The response doesn't contain its end, so it is computed from the time of sending.
        let life_ms = i64::from(expiry_s.saturating_sub(WIDGET_CACHE_S)) * 1000;
        Ok(Self {
            ks,
            usable_until_ms: timing.sent_ms.saturating_add(life_ms),
        })
    }
}
