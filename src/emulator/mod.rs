//! The Kaltura side: a server that answers as the real one does, made for tests and for
//! development without an account.
//!
//! Nothing in here does I/O. A shell hands in a request with the time and a source of random
//! bytes, and sends out what comes back. The sessions are real: whoever knows the partner's
//! secret can read them, and the real server would take them.

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
#[derive(Debug, Default)]
pub struct Emulator {
    state: State,
}

impl Emulator {
    /// One that begins with `state`, or with as much of one as a seed has.
    pub fn new(state: State) -> Result<Self, StateError> {
        state.check()?;
        Ok(Self { state })
    }

    /// All that it knows, to be written down.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// All that it knows, to be changed by hand.
    pub fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    /// Adds an app token without asking the API.
    pub fn add_app_token(
        &mut self,
        wanted: NewAppToken,
        now_ms: i64,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Result<TokenRecord, StateError> {
        wanted.add(&mut self.state, now_ms.div_euclid(1000), random)
    }

    /// Forgets everything that the server keeps for speed, as a restart would.
    pub fn flush_caches(&mut self) {
        self.state.cache.clear();
    }

    /// Answers `incoming` at the unix time `now_ms`, in milliseconds; `random` fills what it is
    /// given with random bytes.
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
