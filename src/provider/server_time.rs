//! The last known server clock, with which stored sessions are read.

use super::Moment;
use crate::clock::ServerClock;

/// The knowledge of the server's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ServerTime {
    /// No response has come yet.
    #[default]
    Unseen,
    /// Responses came, but none had the time.
    Untold,
    /// The last response with the time, and when it was read.
    Seen(ServerClock, Moment),
}

impl ServerTime {
    /// Takes the clock that a response showed, if any.
    pub fn see(&mut self, clock: Option<ServerClock>, now: Moment) {
        match clock {
            Some(clock) => *self = Self::Seen(clock, now),
            None if *self == Self::Unseen => *self = Self::Untold,
            None => {}
        }
    }

    /// The server's clock against the local one; `None` before the first response.
    ///
    /// For a server that doesn't report the time, the local clock is used, as for new sessions. If the local clock was set back
    /// since the reading, the steady clock corrects it; if it ran ahead, it isn't corrected, because the steady clock may
    /// have stopped while the machine slept.
    pub fn clock(self, now: Moment) -> Option<ServerClock> {
        match self {
            Self::Unseen => None,
            Self::Untold => Some(ServerClock::UNKNOWN),
            Self::Seen(clock, at) => {
                let steady_ms = now.steady_ms.saturating_sub(at.steady_ms);
                let wall_ms = now.wall_ms.saturating_sub(at.wall_ms);
                let set_back_ms = steady_ms.saturating_sub(wall_ms).max(0);
                Some(ServerClock {
                    offset_ms: clock.offset_ms.saturating_add(set_back_ms),
                    ..clock
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment {
        wall_ms: 1_795_500_000_000,
        steady_ms: 5_000,
    };

    fn hour_ahead() -> ServerClock {
        ServerClock {
            offset_ms: 3_600_000,
            error_ms: 20,
        }
    }

    #[test]
    fn no_clock_is_known_before_the_first_response() {
        assert_eq!(ServerTime::default().clock(NOW), None);
    }

    #[test]
    fn a_response_without_the_time_does_not_undo_one_with_it() {
        let mut time = ServerTime::default();
        time.see(None, NOW);
        assert_eq!(time.clock(NOW), Some(ServerClock::UNKNOWN));
        time.see(Some(hour_ahead()), NOW);
        time.see(None, NOW);
        assert_eq!(time.clock(NOW.plus(60_000)), Some(hour_ahead()));
    }

    #[test]
    fn a_local_clock_that_was_set_back_shows_the_same_server_time() {
        let mut time = ServerTime::default();
        time.see(Some(hour_ahead()), NOW);
        let set_back = Moment {
            wall_ms: NOW.wall_ms - 7_200_000,
            steady_ms: NOW.steady_ms + 1000,
        };
        let clock = time.clock(set_back).unwrap();
        assert_eq!(
            clock.server_ms(set_back.wall_ms),
            NOW.wall_ms + 3_600_000 + 1000
        );
    }
}
