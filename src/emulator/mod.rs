//! The emulator: a server that answers like Kaltura, for tests and for development without an account.
//!
//! Nothing here does I/O. A shell passes a request with the time and a source of random bytes, and sends the response. The
//! sessions are real: the partner's secret decrypts them, and the real server would accept them.

mod answer;
mod app_token;
mod app_tokens;
mod arguments;
mod budget;
mod cache;
mod cache_key;
mod dispatch;
mod exception;
mod expiring;
mod fault;
mod format;
mod http;
mod message;
mod multirequest;
mod new_app_token;
mod partner;
mod permission;
mod php;
mod plain;
mod rate_limit;
mod reference;
mod request;
mod respond;
mod service;
mod session;
mod state;
mod uses;

pub use app_token::{Status, TokenRecord};
pub use app_tokens::AppTokens;
pub use fault::{Drop, Fault};
pub use message::{Cut, Incoming, Outgoing, Transport};
pub use new_app_token::NewAppToken;
pub use partner::{Partner, User, UserStatus};
pub use rate_limit::RateLimit;
pub use state::{State, StateError, Switches};

/// A Kaltura server in memory.
///
/// ```
/// use kaltura_app_token::emulator::{Emulator, Incoming, State};
///
/// let seed = r#"{ "partners": [{ "id": 102, "adminSecret": "made up" }] }"#;
/// let mut kaltura = Emulator::new(State::from_json(seed).unwrap()).unwrap();
/// let ping = Incoming {
///     method: "POST".to_owned(),
///     url: "https://kaltura.test/api_v3/service/system/action/ping".to_owned(),
///     headers: vec![("content-type".to_owned(), "application/json".to_owned())],
///     body: br#"{"format":1}"#.to_vec(),
///     ip: "127.0.0.1".to_owned(),
///     https: true,
/// };
/// let answer = kaltura.handle(&ping, 0, &mut |bytes| bytes.fill(7));
/// assert_eq!((answer.status, &*answer.body), (200, &b"true"[..]));
/// ```
#[derive(Debug, Default)]
pub struct Emulator {
    state: State,
}

impl Emulator {
    /// Makes an emulator with `state`, or with the parts of it that a seed has.
    pub fn new(state: State) -> Result<Self, StateError> {
        state.check()?;
        Ok(Self { state })
    }

    /// The whole state, for serialisation.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The whole state, mutable.
    pub fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    /// Adds an app token without a call to the API.
    pub fn add_app_token(
        &mut self,
        wanted: NewAppToken,
        now_ms: i64,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Result<TokenRecord, StateError> {
        wanted.add(&mut self.state, now_ms.div_euclid(1000), random)
    }

    /// Clears all caches, as a restart would.
    pub fn flush_caches(&mut self) {
        self.state.cache.clear();
    }

    /// Answers `incoming` at the unix time `now_ms`, in milliseconds. `random` fills a slice with random bytes.
    pub fn handle(
        &mut self,
        incoming: &Incoming,
        now_ms: i64,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Outgoing {
        respond::respond(&mut self.state, incoming, now_ms, random)
    }
}

#[cfg(test)]
mod tests;
