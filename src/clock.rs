//! The server's clock, on which every session's life is reckoned.

/// The moments of one HTTP request on the local clock, in milliseconds since 1970 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// When the request was sent.
    pub sent_ms: i64,
    /// When the head of the answer was there.
    pub received_ms: i64,
}

/// How far the server's clock is ahead of the local one, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerClock {
    /// Server's time minus local time, if the answer was half a round trip under way.
    pub offset_ms: i64,
    /// By how much more the server may be ahead: it may have told its time, and been slow to
    /// answer then.
    pub error_ms: i64,
}

/// The headers that tell the server's time, as they came.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimeHeaders<'a> {
    /// `Date`, in unix seconds.
    pub date_s: Option<i64>,
    /// Whether there was an `Age`: then a cache answered, whose `Date` is an old one.
    pub has_age: bool,
    /// `X-Kaltura-Session`: `<request id>, <unix time>`, on answers that were computed.
    pub kaltura_session: Option<&'a str>,
}

impl ServerClock {
    /// The clock that an answer's headers show, if they show one.
    ///
    /// `X-Kaltura-Session` comes from the very process that reckoned the expiry, so it is
    /// asked before `Date`, which a proxy may have set.
    pub fn read(headers: TimeHeaders<'_>, timing: Timing) -> Option<Self> {
        let server_ms = kaltura_time_ms(headers.kaltura_session)
            .or_else(|| date_ms(headers.date_s, headers.has_age))?;
        // Longer than a minute, or negative, and the local clock was set on the way.
        let trip_ms = timing.received_ms.saturating_sub(timing.sent_ms);
        let half_trip_ms = trip_ms.clamp(0, 60_000) / 2;
        let at_receipt_ms = server_ms.saturating_add(half_trip_ms);
        Some(Self {
            offset_ms: at_receipt_ms.saturating_sub(timing.received_ms),
            error_ms: half_trip_ms,
        })
    }

    /// The local clock, where the server's is not known.
    pub const UNKNOWN: Self = Self {
        offset_ms: 0,
        error_ms: 0,
    };

    /// The server's time in milliseconds at a local time.
    pub fn server_ms(self, local_ms: i64) -> i64 {
        local_ms.saturating_add(self.offset_ms)
    }

    /// The earliest local time in milliseconds at which it may be a server's time in seconds,
    /// but for the second that the server rounds its own time by.
    pub fn earliest_local_ms(self, server_s: i64) -> i64 {
        let latest_offset_ms = self.offset_ms.saturating_add(self.error_ms);
        server_s
            .saturating_mul(1000)
            .saturating_sub(latest_offset_ms)
    }
}

/// From 2001 to 2286: a clock outside is none.
fn plausible(seconds: i64) -> Option<i64> {
    (1_000_000_000..10_000_000_000)
        .contains(&seconds)
        .then_some(seconds)
}

fn kaltura_time_ms(header: Option<&str>) -> Option<i64> {
    let (_, time) = header?.rsplit_once(',')?;
    Some(plausible(time.trim().parse().ok()?)?.saturating_mul(1000))
}

fn date_ms(date_s: Option<i64>, has_age: bool) -> Option<i64> {
    if has_age {
        return None;
    }
    Some(plausible(date_s?)?.saturating_mul(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMING: Timing = Timing {
        sent_ms: 1_000_000,
        received_ms: 1_000_400,
    };

    const NOON_S: i64 = 1_795_521_600;

    fn offset(date_s: Option<i64>, has_age: bool, kaltura_session: Option<&str>) -> Option<i64> {
        let headers = TimeHeaders {
            date_s,
            has_age,
            kaltura_session,
        };
        ServerClock::read(headers, TIMING).map(|clock| clock.offset_ms)
    }

    #[test]
    fn the_date_is_taken_to_be_half_a_round_trip_old() {
        assert_eq!(
            offset(Some(NOON_S), false, None),
            Some(NOON_S * 1000 + 200 - 1_000_400)
        );
    }

    #[test]
    fn an_answer_that_was_slow_after_it_told_the_time_makes_nothing_end_too_late() {
        let headers = TimeHeaders {
            date_s: Some(NOON_S),
            ..TimeHeaders::default()
        };
        // The server's clock read noon when the request arrived, and the answer took all of
        // the round trip from there.
        let clock = ServerClock::read(headers, TIMING).unwrap();
        let truly_ms = TIMING.sent_ms + 60_000;
        assert_eq!(clock.earliest_local_ms(NOON_S + 60), truly_ms);
    }

    #[test]
    fn a_date_with_an_age_is_a_cache_s_and_not_believed() {
        assert_eq!(offset(Some(NOON_S), true, None), None);
    }

    #[test]
    fn kaltura_s_own_time_goes_before_the_date() {
        let own = Some("2064312548, 1795493658");
        assert_eq!(
            offset(Some(NOON_S), false, own),
            Some(1_795_493_658_000 + 200 - 1_000_400)
        );
    }

    #[test]
    fn nonsense_tells_no_time() {
        for date_s in [0, -1, i64::MAX, i64::MIN] {
            assert_eq!(offset(Some(date_s), false, None), None, "{date_s}");
        }
        for own in ["", "1", "a, b", "1, -5", "1, 99999999999999999999"] {
            assert_eq!(offset(None, false, Some(own)), None, "{own}");
        }
    }
}
