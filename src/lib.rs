//! Kaltura sessions from application tokens.
//!
//! A back end that holds an application token (an id and a secret token) exchanges it for Kaltura sessions (KS)
//! without sending the token: it requests an unprivileged widget session, hashes `KS + token`, and sends the hash to
//! `appToken.startSession`.
//!
//! Nothing here does I/O, reads a clock or draws a random number. An [`Exchange`] says what to
//! send and takes what came back; `examples/start_session.rs` drives one over a TCP connection.
//!
//! | feature | brings |
//! | --- | --- |
//! | `client` (default) | [`Exchange`] and [`Call`] |
//! | `ks` (default) | for JavaScript: the KS codec, and managing application tokens |
//! | `emulator` | [`emulator`], a server that answers as Kaltura does |
//!
//! KSs and privileges are read and made in [`ks`], whatever the features.
//!
//! For WebAssembly the crate is compiled to the modules of the npm package `kaltura-app-token`: the
//! module `wasm` converts between the others and JavaScript, and decides nothing.

#![cfg_attr(
    not(fuzzing),
    expect(
        dead_code,
        unused_imports,
        reason = "each build uses a part of the modules; the fuzzer's has them all public"
    )
)]

// Files that the fuzzer includes name the crate.
#[cfg(test)]
extern crate self as kaltura_app_token;

/// Modules of the crate's own, which only the fuzzer sees too.
macro_rules! internal {
    ($($(#[$attribute:meta])* $name:ident;)*) => {$(
        $(#[$attribute])*
        #[cfg(fuzzing)]
        pub mod $name;
        $(#[$attribute])*
        #[cfg(not(fuzzing))]
        mod $name;
    )*};
}

internal! {
    #[cfg(feature = "client")] audit;
    base64;
    #[cfg(feature = "client")] call;
    clock;
    decimal;
    #[cfg(feature = "client")] derive;
    ending;
    error;
    #[cfg(feature = "client")] exchange;
    #[cfg(feature = "client")] intake;
    kaltura;
    #[cfg(feature = "ks")] manager;
    options;
    #[cfg(feature = "client")] provider;
    redact;
    retry;
    secret;
    session;
    text;
    work;
}

#[cfg(feature = "emulator")]
pub mod emulator;
pub mod ks;

#[cfg(target_arch = "wasm32")]
mod wasm;

#[cfg(feature = "client")]
pub use call::{Call, CallOutcome, CallStep, CallTerms};
pub use clock::{LocalTime, ServerClock, Timing, http_date};
pub use error::{Cause, Error, Failure, InvalidOption};
#[cfg(feature = "client")]
pub use exchange::{Credentials, Exchange, Outcome, Reply, Step, Terms};
pub use kaltura::{
    ApiError, HashType, KsRefusal, Operation, Request, ResponseHead, RetryAfter, ServiceUrl,
};
pub use retry::{RetryPolicy, read_retry_after};
pub use secret::Secret;
pub use session::hash::token_hash;
pub use session::{
    Difference, Effect, Field, GrantPolicy, ONE_CALL_WIDGET_S, Session, SessionRequest,
    SessionType, Widget,
};
