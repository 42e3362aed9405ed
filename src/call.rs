//! One call of Kaltura's API with its retries. The caller reads the response.
//!
//! The call says what to do next and takes the result:
//!
//! ```text
//! loop {
//!     match call.next(now_ms) {
//!         Step::Send => call.take(&answer_to(call.request()), timing, random),
//!         Step::Wait { ms, .. } => sleep(ms),
//!         Step::Done => break call.finish(),
//!     }
//! }
//! ```

use crate::clock::{ServerClock, Timing};
use crate::error::{Error, Failure};
use crate::exchange::Reply;
use crate::kaltura::{Operation, Params, Request, ServiceUrl};
use crate::retry::{self, RetryPolicy};
use crate::secret::Secret;

/// How to make a call.
#[derive(Clone, Debug)]
pub struct CallTerms {
    /// Where Kaltura is.
    pub service_url: ServiceUrl,
    /// The retry policy.
    pub retry: RetryPolicy,
    /// Whether making the call twice has the same effect as making it once. If not, it is retried only
    /// after the rate limiter rejected it.
    pub repeatable: bool,
    /// The caller's deadline in local milliseconds; no wait goes beyond it.
    pub deadline_ms: i64,
    /// The number of requests made for it before.
    pub attempts: u32,
}

/// What to do next.
#[derive(Debug)]
#[must_use = "the call waits for it to be done"]
#[non_exhaustive]
pub enum CallStep {
    /// Send the [`request`](Call::request) and [`take`](Call::take) the answer.
    Send,
    /// Wait this many milliseconds.
    Wait {
        /// Milliseconds.
        ms: u64,
        /// The failure that causes it.
        reason: Box<Error>,
    },
    /// The call is settled; [`finish`](Call::finish) it.
    Done,
}

/// The outcome of a call.
#[derive(Debug)]
#[must_use]
pub struct CallOutcome {
    /// `Ok` if the last response is good, otherwise the failure.
    pub result: Result<(), Failure>,
    /// The number of requests that were made.
    pub attempts: u32,
    /// The server's clock, if a response showed it.
    pub clock: Option<ServerClock>,
    /// Whether a request before the last may have had an effect although its response was lost.
    pub is_unsure: bool,
}

/// A call under way.
///
/// ```
/// use kaltura_app_token::{Call, CallStep, CallTerms, Operation, Reply, ResponseHead};
/// use kaltura_app_token::{RetryPolicy, Secret, ServiceUrl, Timing};
///
/// let terms = CallTerms {
///     service_url: ServiceUrl::default(),
///     retry: RetryPolicy::default(),
///     repeatable: true,
///     deadline_ms: 10_000,
///     attempts: 0,
/// };
/// let operation = Operation::new("media", "list").unwrap();
/// let ks = Secret::new("a KS".to_owned());
/// let body = Secret::new(r#"{"format":1,"ks":"a KS"}"#.to_owned());
/// let mut call = Call::new(terms, operation, body, ks);
///
/// assert!(matches!(call.next(0), CallStep::Send));
/// assert!(call.request().url.ends_with("/service/media/action/list"));
/// let head = ResponseHead { status: 200, ..ResponseHead::default() };
/// call.take(Reply::Response(&head, br#"{"totalCount":0}"#), Timing::at(0), 0);
/// assert!(matches!(call.next(0), CallStep::Done));
/// assert!(call.finish().result.is_ok());
/// ```
#[derive(Debug)]
pub struct Call {
    terms: CallTerms,
    request: Request,
    ks: Secret,
    state: CallState,
    retries: u32,
    attempts: u32,
    clock: Option<ServerClock>,
    is_unsure: bool,
}

#[derive(Debug)]
enum CallState {
    /// To be sent; with the failure of the last try, if any.
    Ready(Option<Box<Error>>),
    Sent,
    /// To be retried after so many milliseconds.
    Failed(u64, Box<Error>),
    Done(Result<(), Box<Error>>),
}

impl Call {
    /// Makes a call of `operation`, whose body contains `ks`.
    pub fn new(terms: CallTerms, operation: Operation, body: Secret, ks: Secret) -> Self {
        let mut request = Request::new(&terms.service_url, operation, Params::default());
        request.body = body;
        Self {
            attempts: terms.attempts,
            terms,
            request,
            ks,
            state: CallState::Ready(None),
            retries: 0,
            clock: None,
            is_unsure: false,
        }
    }

    /// The request, the same for each try.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Returns what to do at `now_ms` by the local clock.
    pub fn next(&mut self, now_ms: i64) -> CallStep {
        match core::mem::replace(&mut self.state, CallState::Sent) {
            CallState::Ready(_) => {
                self.attempts = self.attempts.saturating_add(1);
                CallStep::Send
            }
            CallState::Sent => CallStep::Send,
            CallState::Failed(ms, reason) => {
                if now_ms.saturating_add_unsigned(ms) < self.terms.deadline_ms {
                    self.is_unsure |= !reason.was_turned_away();
                    self.state = CallState::Ready(Some(reason.clone()));
                    return CallStep::Wait { ms, reason };
                }
                self.state = CallState::Done(Err(reason));
                CallStep::Done
            }
            done @ CallState::Done(_) => {
                self.state = done;
                CallStep::Done
            }
        }
    }

    /// Takes the outcome of the request. `random`, any number, spreads retries.
    pub fn take(&mut self, answer: Reply<'_>, timing: Timing, random: u32) {
        if !matches!(self.state, CallState::Sent) {
            return;
        }
        let mut retry_after_ms = None;
        if let Reply::Response(head, _) = answer {
            retry_after_ms = retry::retry_after_ms(head, timing.ended_ms.div_euclid(1000));
            self.clock = ServerClock::read(head.time(), timing).or(self.clock);
        }
        let operation = &self.request.operation;
        let result = answer.read(operation, &[&self.ks]).map(drop);
        self.state = match result {
            Ok(()) => CallState::Done(Ok(())),
            Err(mut error) => {
                if let Some(ms) = retry_after_ms {
                    error.ask_for_pause(ms);
                }
                self.after_failure(error, retry_after_ms, random)
            }
        };
    }

    fn after_failure(
        &mut self,
        error: Box<Error>,
        retry_after: Option<u64>,
        random: u32,
    ) -> CallState {
        let may_repeat = self.terms.repeatable || error.was_turned_away();
        self.retries = self.retries.saturating_add(1);
        let policy = self.terms.retry;
        let delay = error.retry_delay_ms(policy, self.retries, retry_after, random);
        match delay.filter(|_| may_repeat) {
            Some(ms) => CallState::Failed(ms, error),
            None => CallState::Done(Err(error)),
        }
    }

    /// Returns the outcome. A call that is not settled was aborted; its outcome is the last failure, if any.
    pub fn finish(self) -> CallOutcome {
        let attempts = self.attempts;
        let result = match self.state {
            CallState::Done(result) => result,
            CallState::Failed(_, error) | CallState::Ready(Some(error)) => Err(error),
            CallState::Ready(None) | CallState::Sent => Err(Box::new(Error::Aborted)),
        };
        CallOutcome {
            result: result.map_err(|error| Failure { error, attempts }),
            attempts,
            clock: self.clock,
            is_unsure: self.is_unsure,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kaltura::ResponseHead;

    const TIMING: Timing = Timing {
        sent_ms: 0,
        received_ms: 100,
        ended_ms: 100,
    };

    fn call(retries: u32, repeatable: bool) -> Call {
        let terms = CallTerms {
            service_url: ServiceUrl::default(),
            retry: RetryPolicy { retries },
            repeatable,
            deadline_ms: 60_000,
            attempts: 0,
        };
        let secret = |text: &str| Secret::new(text.to_owned());
        let operation = Operation::known("appToken", "add");
        Call::new(terms, operation, secret(r#"{"ks":"s"}"#), secret("s"))
    }

    fn answer(call: &mut Call, status: u16, body: &str) {
        let head = ResponseHead {
            status,
            ..ResponseHead::default()
        };
        call.take(Reply::Response(&head, body.as_bytes()), TIMING, 0);
    }

    const RATE_LIMIT: &str =
        r#"{"objectType":"KalturaAPIException","code":"ACTION_BLOCKED","message":""}"#;

    #[test]
    fn a_good_answer_ends_it() {
        let mut call = call(2, true);
        assert!(matches!(call.next(0), CallStep::Send));
        answer(&mut call, 200, "[1]");
        assert!(matches!(call.next(0), CallStep::Done));
        let outcome = call.finish();
        assert!(outcome.result.is_ok() && !outcome.is_unsure);
        assert_eq!(outcome.attempts, 1);
    }

    #[test]
    fn a_lost_answer_is_unsure_and_asked_for_again_only_if_that_does_no_harm() {
        for repeatable in [true, false] {
            let mut call = call(2, repeatable);
            assert!(matches!(call.next(0), CallStep::Send));
            call.take(Reply::Lost(Vec::new()), TIMING, 0);
            let is_repeated = matches!(call.next(0), CallStep::Wait { .. });
            assert_eq!(is_repeated, repeatable);
            if is_repeated {
                assert!(matches!(call.next(0), CallStep::Send));
                answer(&mut call, 200, "null");
                assert!(matches!(call.next(0), CallStep::Done));
            }
            let outcome = call.finish();
            assert_eq!(outcome.is_unsure, repeatable);
            assert_eq!(outcome.attempts, 1 + u32::from(repeatable));
            assert_eq!(outcome.result.is_ok(), repeatable);
        }
    }

    #[test]
    fn what_the_rate_limit_refused_is_tried_again_and_had_no_effect() {
        let mut call = call(2, false);
        assert!(matches!(call.next(0), CallStep::Send));
        answer(&mut call, 200, RATE_LIMIT);
        assert!(matches!(call.next(0), CallStep::Wait { ms: 10_000.., .. }));
        assert!(matches!(call.next(10_000), CallStep::Send));
        answer(&mut call, 200, "{}");
        assert!(matches!(call.next(10_000), CallStep::Done));
        assert!(!call.finish().is_unsure);
    }

    #[test]
    fn no_wait_goes_beyond_the_deadline() {
        let mut call = call(2, true);
        assert!(matches!(call.next(55_000), CallStep::Send));
        answer(&mut call, 200, RATE_LIMIT);
        assert!(matches!(call.next(55_000), CallStep::Done));
        assert!(call.finish().result.is_err());
    }

    proptest! {
        #[test]
        fn it_ends_after_as_many_requests_as_the_policy_allows(
            retries in 0_u32..5,
            repeatable: bool,
            statuses in prop::collection::vec(prop_oneof![Just(200_u16), Just(429), Just(503), Just(404)], 6),
            before in 0_u32..3,
        ) {
            let mut call = call(retries, repeatable);
            call.attempts = before;
            let mut now_ms = 0;
            let mut statuses = statuses.into_iter();
            let mut sent = 0;
            loop {
                match call.next(now_ms) {
                    CallStep::Send => {
                        sent += 1;
                        answer(&mut call, statuses.next().unwrap(), "{}");
                    }
                    CallStep::Wait { ms, .. } => now_ms = now_ms.saturating_add_unsigned(ms),
                    CallStep::Done => break,
                }
            }
            prop_assert!(sent <= retries + 1);
            prop_assert_eq!(call.finish().attempts, before + sent);
        }
    }
}
