//! What an exchange says, and what it is told.

use crate::clock::ServerClock;
use crate::error::{Cause, Error};
use crate::kaltura::{HashType, Operation, Request, ResponseHead, Value, read_response};
use crate::secret::Secret;
use crate::session::{Session, Widget};

/// What to do next.
#[derive(Debug)]
#[must_use = "the exchange waits for it to be done"]
#[non_exhaustive]
pub enum Step {
    /// Send this request and [`take`](super::Exchange::take) the response.
    Send(Request),
    /// Let the signer hash this KS followed by the token, and [`take_hash`](super::Exchange::take_hash).
    Hash {
        /// The KS of the widget session.
        ks: Secret,
        /// The digest.
        hash_type: HashType,
    },
    /// Wait this many milliseconds.
    Wait {
        /// Milliseconds.
        ms: u64,
        /// The failure that causes it.
        reason: Box<Error>,
    },
    /// The exchange is settled; [`finish`](super::Exchange::finish) it.
    Done,
}

/// The result of a request.
#[derive(Debug)]
pub enum Reply<'a> {
    /// A response with its complete body.
    Response(&'a ResponseHead, &'a [u8]),
    /// An unusable response, and why.
    Unusable(&'static str),
    /// No response: the request or its response was lost. The runtime's errors, outermost first.
    Lost(Vec<Cause>),
}

impl<'a> Reply<'a> {
    /// Reads it as the response to `operation`. `known` are the secrets that were sent.
    pub fn read(self, operation: &Operation, known: &[&Secret]) -> Result<Value<'a>, Box<Error>> {
        match self {
            Self::Response(head, body) => read_response(operation, head, body, known)
                .map_err(|error| Error::of_response(operation, error)),
            Self::Unusable(problem) => Err(Error::bad_response(operation, problem)),
            Self::Lost(causes) => Err(Error::network(operation, causes, known)),
        }
    }
}

/// The outcome of an exchange.
#[derive(Debug)]
#[must_use]
pub struct Outcome {
    /// For each wish, in order.
    pub sessions: Vec<Result<Session, Box<Error>>>,
    /// The failure of the widget session, if any.
    pub widget: Result<Widget, Box<Error>>,
    /// The last hash type used; the right one, if a session was started.
    pub hash_type: HashType,
    /// The same, if several were possible and this one was accepted.
    pub found_hash_type: Option<HashType>,
    /// The server's clock, if a response showed it.
    pub clock: Option<ServerClock>,
    /// The number of HTTP requests that were made.
    pub attempts: u32,
}
