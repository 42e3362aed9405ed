//! How long a session may be returned, computed so that setting a clock can't prolong it.

use crate::session::Session;

/// A time on two clocks of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since 1970 UTC; may be set forward and back.
    pub wall_ms: i64,
    /// Milliseconds since an unknown time; only runs forward.
    pub steady_ms: i64,
}

impl Moment {
    /// Returns the moment `ms` later.
    #[must_use]
    pub fn plus(self, ms: i64) -> Self {
        Self {
            wall_ms: self.wall_ms.saturating_add(ms),
            steady_ms: self.steady_ms.saturating_add(ms),
        }
    }

    /// Whether neither clock has reached `end`.
    pub fn is_before(self, end: Self) -> bool {
        self.wall_ms < end.wall_ms && self.steady_ms < end.steady_ms
    }

    /// Returns the earlier of two moments on each clock.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        Self {
            wall_ms: self.wall_ms.min(other.wall_ms),
            steady_ms: self.steady_ms.min(other.steady_ms),
        }
    }
}

/// The phases of a session's lifetime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// From here it is renewed while callers still get it.
    pub soft: Moment,
    /// From here callers wait for the new one.
    pub hard: Moment,
    /// From here it must not be returned.
    pub end: Moment,
}

/// The server reports whole seconds, so a time read from it may be this much behind.
const RESOLUTION_MS: i64 = 1000;

/// Whether a session that expires at `expires_at_ms` on the local clock must not be returned any more at `wall_ms`.
pub fn is_over(expires_at_ms: i64, wall_ms: i64) -> bool {
    wall_ms >= expires_at_ms.saturating_sub(RESOLUTION_MS)
}

impl Life {
    /// Makes the lifetime of a session that has just arrived. A session from a store may be older.
    pub fn of(session: &Session, now: Moment) -> Self {
        let left_ms = session.expires_at_ms.saturating_sub(now.wall_ms).max(0);
        let before_end = |ms: i64| now.plus(left_ms.saturating_sub(ms));
        let came_at_ms = session.came_at_ms.min(now.wall_ms);
        let whole_ms = session.expires_at_ms.saturating_sub(came_at_ms).max(0);
        let end_ms = RESOLUTION_MS.min(left_ms);
        let hard_ms = (whole_ms / 20)
            .clamp(1500, 30_000)
            .min(whole_ms / 2)
            .max(end_ms);
        let soft_ms = (whole_ms / 5)
            .clamp(3000, 600_000)
            .min(whole_ms / 4 * 3)
            .max(end_ms);
        Self {
            soft: before_end(soft_ms),
            hard: before_end(hard_ms),
            end: before_end(end_ms),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::tests::session;

    const NOW: Moment = Moment {
        wall_ms: 1_795_500_000_000,
        steady_ms: 5_000,
    };

    fn before_end(life_s: i64) -> [i64; 3] {
        let life = Life::of(&session("ks", NOW.wall_ms + life_s * 1000), NOW);
        [life.soft, life.hard, life.end].map(|it| {
            assert_eq!(it.wall_ms - NOW.wall_ms, it.steady_ms - NOW.steady_ms);
            NOW.wall_ms + life_s * 1000 - it.wall_ms
        })
    }

    #[test]
    fn the_windows_grow_with_the_life_up_to_ten_minutes_and_half_a_minute() {
        assert_eq!(before_end(86_400), [600_000, 30_000, 1000]);
        assert_eq!(before_end(1000), [200_000, 30_000, 1000]);
        assert_eq!(before_end(60), [12_000, 3000, 1000]);
        assert_eq!(before_end(5), [3000, 1500, 1000]);
        assert_eq!(before_end(1), [1000, 1000, 1000]);
        assert_eq!(before_end(0), [0, 0, 0]);
        assert_eq!(before_end(-5), [-5000; 3]);
    }

    #[test]
    fn a_session_is_over_a_second_before_its_reckoned_end() {
        let end_ms = NOW.wall_ms;
        assert!(!is_over(end_ms, end_ms - 1001));
        assert!(is_over(end_ms, end_ms - 1000));
    }

    #[test]
    fn setting_the_clock_back_prolongs_nothing() {
        let end = NOW.plus(10_000);
        let set_back = Moment {
            wall_ms: NOW.wall_ms - 86_400_000,
            steady_ms: NOW.steady_ms + 10_000,
        };
        assert!(NOW.is_before(end) && !set_back.is_before(end));
    }
}
