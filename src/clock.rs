//! The server's clock, on which each session's lifetime is measured.

use crate::decimal;

/// The times of one HTTP request in milliseconds since 1970 UTC, all on the local clock as it is set at
/// the last of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// When the request was sent.
    pub sent_ms: i64,
    /// When the head of the response had arrived.
    pub received_ms: i64,
    /// When its body had arrived.
    pub ended_ms: i64,
}

/// A time on both local clocks, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LocalTime {
    /// Since 1970 UTC. This clock may be set at any time.
    pub wall_ms: i64,
    /// Since an unknown time. This clock is never set, but may stand still while the machine sleeps.
    pub steady_ms: i64,
}

impl LocalTime {
    /// Returns the time from this moment to `later`. If the clocks disagree, the longer time counts, unless
    /// the wall clock has certainly been set.
    fn until_ms(self, later: Self) -> i64 {
        let steady_ms = later.steady_ms.saturating_sub(self.steady_ms).max(0);
        let wall_ms = later.wall_ms.saturating_sub(self.wall_ms);
        wall_ms.clamp(steady_ms, steady_ms.saturating_add(LONGEST_SLEEP_MS))
    }
}

/// The wall clock may advance by this much more than the steady one during a request; beyond that it was
/// set.
const LONGEST_SLEEP_MS: i64 = 60_000;

impl Timing {
    /// Makes the timing of a request that was sent, answered and completely received at these moments.
    pub fn measured(sent: LocalTime, received: LocalTime, ended: LocalTime) -> Self {
        let back_to = |earlier: LocalTime| ended.wall_ms.saturating_sub(earlier.until_ms(ended));
        Self {
            sent_ms: back_to(sent),
            received_ms: back_to(received),
            ended_ms: ended.wall_ms,
        }
    }

    /// Makes the timing of a request that took no time.
    pub fn at(now_ms: i64) -> Self {
        Self {
            sent_ms: now_ms,
            received_ms: now_ms,
            ended_ms: now_ms,
        }
    }
}

/// The known difference between the server's clock and the local one, without the fraction of a second that
/// the server rounds off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerClock {
    /// The most likely difference: the server's time minus the local time, in milliseconds.
    pub offset_ms: i64,
    /// By how much the true value may be higher or lower.
    pub error_ms: i64,
}

/// The server reports its time in whole seconds, rounded down: it may be this much later.
pub const ROUNDING_MS: i64 = 999;

/// The headers with the server's time.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimeHeaders<'a> {
    /// `Date`, in unix seconds.
    pub date_s: Option<i64>,
    /// Whether there was an `Age`. If so, a cache answered, and its `Date` is old.
    pub has_age: bool,
    /// `X-Kaltura-Session`: `<request id>, <unix time>`, on responses that were computed.
    pub kaltura_session: Option<&'a str>,
}

impl ServerClock {
    /// Returns the clock that a response's headers show, if any.
    ///
    /// `X-Kaltura-Session` comes from the process that computed the expiry, so it is preferred to `Date`,
    /// which a proxy may have set. It is the time when the request began, and `Date` usually that of the
    /// response, so either may be from any moment of the round trip.
    pub fn read(headers: TimeHeaders<'_>, timing: Timing) -> Option<Self> {
        let server_ms = kaltura_time_ms(headers.kaltura_session)
            .or_else(|| date_ms(headers.date_s, headers.has_age))?;
        let lowest_ms = server_ms.saturating_sub(timing.received_ms);
        let highest_ms = server_ms.saturating_sub(timing.sent_ms);
        // Rounded up, so that the highest value is exact.
        let error_ms = highest_ms
            .saturating_sub(lowest_ms)
            .saturating_add(1)
            .div_euclid(2)
            .max(0);
        Some(Self {
            offset_ms: highest_ms.saturating_sub(error_ms),
            error_ms,
        })
    }

    /// The local clock, for use if the server's is not known.
    pub const UNKNOWN: Self = Self {
        offset_ms: 0,
        error_ms: 0,
    };

    /// Returns the most likely server time, in milliseconds, at a local time.
    pub fn server_ms(self, local_ms: i64) -> i64 {
        local_ms.saturating_add(self.offset_ms)
    }

    /// The earliest local time in milliseconds at which the server's clock may reach `server_s`,
    /// in unix seconds. Ignores the server's rounding to seconds.
    pub fn earliest_local_ms(self, server_s: i64) -> i64 {
        let highest_ms = self.offset_ms.saturating_add(self.error_ms);
        ms_of(server_s).saturating_sub(highest_ms)
    }

    /// Returns the first and the last unix second that the server's clock may have shown during a request.
    pub fn seconds_of(self, timing: Timing) -> (i64, i64) {
        let second = |ms: i64| ms.div_euclid(1000);
        (
            second(self.server_ms(timing.sent_ms).saturating_sub(self.error_ms)),
            second(
                self.server_ms(timing.ended_ms)
                    .saturating_add(self.error_ms),
            ),
        )
    }
}

/// Converts seconds to milliseconds. Not inlined, because a checked product takes a 128-bit multiplication.
#[inline(never)]
pub fn ms_of(seconds: i64) -> i64 {
    seconds.saturating_mul(1000)
}

/// From 2001 to 2286; other times are not believed.
fn plausible(seconds: i64) -> Option<i64> {
    (1_000_000_000..10_000_000_000)
        .contains(&seconds)
        .then_some(seconds)
}

fn kaltura_time_ms(header: Option<&str>) -> Option<i64> {
    let (_, time) = header?.rsplit_once(',')?;
    Some(plausible(decimal::parse(time.trim_ascii())?)? * 1000)
}

fn date_ms(date_s: Option<i64>, has_age: bool) -> Option<i64> {
    if has_age {
        return None;
    }
    Some(plausible(date_s?)? * 1000)
}

/// Reads an HTTP date, in any of its three forms, as unix seconds.
pub fn http_date(text: &str) -> Option<i64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let parts = text
        .split([' ', ',', '-', ':'])
        .filter(|part| !part.is_empty());
    // The name of the day comes first and is ignored. The form of C's asctime has the month
    // before the day, and the year last.
    let parts: Vec<_> = parts.take(9).collect();
    let ([name, day, month, year, h, m, s, "GMT"] | [name, month, day, h, m, s, year]) = *parts
    else {
        return None;
    };
    if !name.starts_with(|first: char| first.is_ascii_uppercase()) {
        return None;
    }
    let mut months = MONTHS.as_bytes().chunks(3);
    let month = months.position(|name| name == month.as_bytes())?;
    let year = match (year.len(), number(year, 0..=9999)?) {
        // Kaltura is younger than 1970.
        (2, year) => year + if year < 70 { 2000 } else { 1900 },
        (4, year) => year,
        _ => return None,
    };
    let days = days_since_1970(year, i64::try_from(month).ok()?, number(day, 1..=31)?);
    let [hours, minutes, seconds] = [h, m, s].map(|part| number(part, 0..=60));
    Some(((days * 24 + hours?) * 60 + minutes?) * 60 + seconds?)
}

fn number(digits: &str, range: core::ops::RangeInclusive<i64>) -> Option<i64> {
    decimal::unsigned(digits).filter(|number| range.contains(number))
}

/// `month` counts from 0, `day` from 1; the year has four digits.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    // Years begin with March here, so that a leap day is the last day.
    let (year, month) = if month < 2 {
        (year - 1, month + 10)
    } else {
        (year, month - 2)
    };
    let leap_days = year / 4 - year / 100 + year / 400;
    let before_month = (month * 153 + 2) / 5;
    year * 365 + leap_days + before_month + day - 719_469
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMING: Timing = Timing {
        sent_ms: 1_000_000,
        received_ms: 1_000_401,
        ended_ms: 1_005_000,
    };

    const NOON_S: i64 = 1_795_521_600;

    fn read(
        date_s: Option<i64>,
        has_age: bool,
        kaltura_session: Option<&str>,
    ) -> Option<ServerClock> {
        let headers = TimeHeaders {
            date_s,
            has_age,
            kaltura_session,
        };
        ServerClock::read(headers, TIMING)
    }

    #[test]
    fn a_time_may_have_been_told_at_any_moment_of_the_trip() {
        let clock = read(Some(NOON_S), false, None).unwrap();
        // As the request was sent.
        let highest = NOON_S * 1000 - TIMING.sent_ms;
        // As the head arrived.
        let lowest = NOON_S * 1000 - TIMING.received_ms;
        assert_eq!(clock.offset_ms + clock.error_ms, highest);
        // Half a millisecond is rounded up.
        assert_eq!(clock.offset_ms - clock.error_ms, lowest - 1);
    }

    #[test]
    fn an_answer_that_was_slow_after_it_told_the_time_makes_nothing_end_too_late() {
        let clock = read(Some(NOON_S), false, None).unwrap();
        // The server's clock read noon when the request arrived, and the answer took all of the trip
        // from there.
        let truly_ms = TIMING.sent_ms + 60_000;
        assert_eq!(clock.earliest_local_ms(NOON_S + 60), truly_ms);
    }

    #[test]
    fn the_seconds_of_a_request_go_from_its_sending_to_the_end_of_its_body() {
        let clock = read(Some(NOON_S), false, None).unwrap();
        assert_eq!(clock.seconds_of(TIMING), (NOON_S - 1, NOON_S + 5));
    }

    #[test]
    fn a_date_with_an_age_is_a_cache_s_and_not_believed() {
        assert_eq!(read(Some(NOON_S), true, None), None);
    }

    #[test]
    fn kaltura_s_own_time_goes_before_the_date() {
        let own = Some("2064312548, 1795493658");
        assert_eq!(
            read(Some(NOON_S), false, own),
            read(Some(1_795_493_658), false, None)
        );
    }

    fn local(wall_ms: i64, steady_ms: i64) -> LocalTime {
        LocalTime { wall_ms, steady_ms }
    }

    #[test]
    fn a_clock_that_is_set_on_the_way_moves_the_moments_before() {
        const DAY_MS: i64 = 86_400_000;
        for set_ms in [-DAY_MS, -5000, 0] {
            let wall_ms = 10_000 + set_ms;
            let timing = Timing::measured(local(0, 0), local(9000, 9000), local(wall_ms, 10_000));
            assert_eq!(timing.sent_ms, wall_ms - 10_000);
            assert_eq!(
                (timing.received_ms, timing.ended_ms),
                (wall_ms - 1000, wall_ms)
            );
        }
        let timing = Timing::measured(local(0, 0), local(0, 0), local(DAY_MS, 10_000));
        assert_eq!(timing.sent_ms, DAY_MS - 10_000 - LONGEST_SLEEP_MS);
    }

    #[test]
    fn a_machine_that_slept_was_waiting_all_the_while() {
        let timing = Timing::measured(local(0, 0), local(30_000, 10), local(30_000, 20));
        assert_eq!(timing.sent_ms, 0);
        assert_eq!(timing.received_ms, 30_000 - 10);
    }

    #[test]
    fn dates_are_read_as_another_reader_does() {
        for day in -20_000..40_000_i64 {
            let moment = day * 86_400 + day.rem_euclid(86_400);
            let Ok(moment_s) = u64::try_from(moment) else {
                continue;
            };
            let at = std::time::UNIX_EPOCH + std::time::Duration::from_secs(moment_s);
            let text = httpdate::fmt_http_date(at);
            assert_eq!(http_date(&text), Some(moment), "{text}");
        }
    }

    #[test]
    fn what_is_no_http_date_is_not_read() {
        for text in [
            "",
            "2.5",
            "1795521600",
            "2026-11-27T12:00:00Z",
            "Fri, 27 Nov 2026",
            "27 Nov 2026 12:00:00 GMT",
            "Fri, 27 nov 2026 12:00:00 GMT",
            "Fri, 27 anF 2026 12:00:00 GMT",
            "Fri, 27 Nov 2026 12:00:00 CET",
            "Fri, 27 Nov 2026 12:00:00 GMT+1",
            "Fri, 27 Nov 26000 12:00:00 GMT",
            "Fri, 32 Nov 2026 12:00:00 GMT",
            "Fri, +1 Nov 2026 12:00:00 GMT",
            "Fri, 27 Nov 2026 12:00:61 GMT",
            "Fri, 27 Nov 2026 12:00:00 GMT again",
        ] {
            assert_eq!(http_date(text), None, "{text}");
        }
    }

    #[test]
    fn nonsense_tells_no_time() {
        for date_s in [0, -1, i64::MAX, i64::MIN] {
            assert_eq!(read(Some(date_s), false, None), None, "{date_s}");
        }
        for own in ["", "1", "a, b", "1, -5", "1, 99999999999999999999"] {
            assert_eq!(read(None, false, Some(own)), None, "{own}");
        }
    }
}
