//! A slow Kaltura: it tells the second in which a request began, and reckons each expiry when the
//! item's turn has come.

use super::*;
use crate::clock::ROUNDING_MS;

/// The headers that tell the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Headers {
    /// Kaltura's own, of the moment when the request began, and `Date`.
    Both,
    /// Kaltura's own alone.
    Own,
    /// `Date` alone, of the moment when the request began.
    DateFirst,
    /// `Date` alone, of the moment when the head was written.
    DateLast,
    /// None. Then the local clock has to be right.
    Nothing,
}

const HEADERS: [Headers; 5] = [
    Headers::Both,
    Headers::Own,
    Headers::DateFirst,
    Headers::DateLast,
    Headers::Nothing,
];

/// All times in milliseconds.
#[derive(Clone, Copy, Debug)]
struct Slow {
    headers: Headers,
    /// The server's clock minus the local one.
    offset: i64,
    /// The local time when the first request is sent.
    sent: i64,
    /// How long a request is on its way to the server, and the response on its way back.
    way: i64,
    /// How long each item takes.
    item: i64,
    /// Whether the head is sent before the items are carried out.
    head_first: bool,
    asked_s: u32,
    /// By how much longer the sessions live than was asked, in seconds.
    extra_s: i64,
}

/// The results and the true end of each session, and when they arrived; by the local clock.
struct Played {
    results: Vec<Result<Session, Box<Error>>>,
    ends: Vec<i64>,
    span_s: i64,
    arrived: i64,
}

impl Slow {
    fn play(self, users: usize) -> Played {
        let wishes = (0..users).map(|_| SessionRequest {
            expiry_s: Some(self.asked_s),
            ..SessionRequest::default()
        });
        let terms = Terms {
            deadline_ms: i64::MAX,
            ..terms()
        };
        let credentials = credentials(&[HashType::Sha1]);
        let mut exchange = Exchange::new(terms, credentials, wishes.collect(), None);
        let mut now = self.sent;
        let mut ends = Vec::new();
        let mut span_s = 0;
        loop {
            let request = match exchange.next(now) {
                Step::Done => break,
                Step::Wait { .. } | Step::Hash { .. } => panic!("nothing failed"),
                Step::Send(request) => request,
            };
            let began = now + self.way;
            let is_widget = request.body.expose().contains("widgetId");
            let items = if is_widget { 1 } else { users };
            let run = |index: usize| began + i64::try_from(index + 1).unwrap() * self.item;
            let done = run(items - 1);
            let head_at = if self.head_first { began } else { done };
            let second = |local: i64| (local + self.offset).div_euclid(1000);
            let answers: Vec<_> = (0..items)
                .map(|index| {
                    let expiry_s = second(run(index)) + i64::from(self.asked_s) + self.extra_s;
                    if !is_widget {
                        ends.push(expiry_s * 1000 - self.offset);
                    }
                    let mut answer = info("ks");
                    answer["expiry"] = json!(expiry_s);
                    answer
                })
                .collect();
            let answer = match answers.as_slice() {
                _ if is_widget => json!({ "partnerId": 102, "ks": "w" }),
                [only] => only.clone(),
                _ => json!(answers),
            };
            let date = match self.headers {
                Headers::Both | Headers::DateLast => Some(head_at),
                Headers::DateFirst => Some(began),
                Headers::Own | Headers::Nothing => None,
            };
            let is_own = matches!(self.headers, Headers::Both | Headers::Own);
            let head = ResponseHead {
                status: 200,
                date_s: date.map(second),
                kaltura_session: is_own.then(|| format!("77, {}", second(began))),
                ..ResponseHead::default()
            };
            let timing = Timing {
                sent_ms: now,
                received_ms: head_at + self.way,
                ended_ms: done + self.way,
            };
            now = timing.ended_ms;
            span_s = (timing.ended_ms - timing.sent_ms).div_euclid(1000) + 1;
            let body = answer.to_string();
            exchange.take(Reply::Response(&head, body.as_bytes()), timing, 7);
        }
        Played {
            results: exchange.finish().sessions,
            ends,
            span_s,
            arrived: now,
        }
    }
}

const DAY: i64 = 86_400_000;

#[test]
fn good_sessions_of_a_slow_server_are_not_refused() {
    for headers in HEADERS {
        for offset in [-DAY - 250, -700, 0, 650, DAY + 333] {
            if headers == Headers::Nothing && offset.abs() > 1000 {
                continue;
            }
            for (users, item) in [(1, 0), (1, 7100), (1, 30_000), (2, 3500), (100, 221)] {
                for head_first in [false, true] {
                    let slow = Slow {
                        offset,
                        item,
                        head_first,
                        headers,
                        sent: NOW_MS + 480,
                        way: 20,
                        asked_s: 3600,
                        extra_s: 0,
                    };
                    for result in slow.play(users).results {
                        assert_eq!(result.unwrap().differences, [], "{slow:?} for {users}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_quick_answer_is_judged_to_the_second_or_so() {
    for (extra_s, effect) in [(-6, Effect::Narrower), (6, Effect::Broader)] {
        let quick = Slow {
            headers: Headers::Both,
            offset: 123,
            sent: NOW_MS,
            way: 20,
            item: 5,
            head_first: false,
            asked_s: 3600,
            extra_s,
        };
        let mut played = quick.play(1);
        let differences = match played.results.remove(0) {
            Ok(session) => session.differences,
            Err(error) => match *error {
                Error::NotGranted(differences) => differences,
                other => panic!("{other:?}"),
            },
        };
        assert_eq!(differences[0].effect, effect);
    }
}

#[test]
fn a_session_that_may_have_ended_on_its_way_is_not_handed_out() {
    let slow = Slow {
        headers: Headers::Own,
        offset: 0,
        sent: NOW_MS,
        way: 8000,
        item: 0,
        head_first: false,
        asked_s: 8,
        extra_s: 0,
    };
    let error = slow.play(1).results.remove(0).unwrap_err();
    assert!(error.to_string().contains("already expired"), "{error}");
}

proptest! {
    /// A good session is never refused, one that lives much longer than asked always is, and none
    /// is taken to live longer than it does.
    #[test]
    fn lives_are_judged_against_the_whole_request(
        headers in prop::sample::select(HEADERS.to_vec()),
        offset in -DAY..DAY,
        sent in NOW_MS..NOW_MS + 1000,
        way in 0..1500_i64,
        service in 0..30_000_i64,
        users in prop::sample::select(vec![1, 1, 2, 7, 100_usize]),
        head_first: bool,
        asked_s in 120..100_000_u32,
        extra_s in prop_oneof![Just(0), 1..200_i64],
    ) {
        let slow = Slow {
            offset: if headers == Headers::Nothing { offset % 1000 } else { offset },
            item: service / i64::try_from(users).unwrap(),
            headers, sent, way, head_first, asked_s, extra_s,
        };
        let played = slow.play(users);
        for (result, end) in played.results.into_iter().zip(played.ends) {
            match result {
                Ok(session) => {
                    prop_assert!(extra_s > 0 || session.differences.is_empty());
                    // A time that may have been told at either end leaves the whole span open, and
                    // the clocks of several machines three seconds.
                    let is_own = matches!(headers, Headers::Both | Headers::Own);
                    let known_s = if is_own { played.span_s } else { 2 * played.span_s + 1 };
                    prop_assert!(extra_s <= known_s + 1 + 3, "{} s longer", extra_s);
                    if headers != Headers::Nothing {
                        prop_assert!(session.expires_at_ms <= end + ROUNDING_MS);
                        prop_assert!(session.expires_at_ms - ROUNDING_MS > played.arrived);
                    }
                    if is_own {
                        prop_assert!(session.expires_at_ms >= end - way);
                    }
                }
                Err(error) => {
                    prop_assert!(extra_s > 0, "{}", error);
                    prop_assert!(matches!(*error, Error::NotGranted(_)));
                }
            }
        }
    }
}
