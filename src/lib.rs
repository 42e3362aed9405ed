//! Kaltura sessions from application tokens.
//!
//! A back end that holds an application token (an id and a secret token) exchanges it for Kaltura sessions (KS)
//! without sending the token: it requests an unprivileged widget session, hashes `KS + token`, and sends the hash to
//! `appToken.startSession`.
//!
//! The modules here decide. None of them does I/O, reads a clock or draws random numbers.
//! The `wasm` module, compiled for WebAssembly only, converts between them and JavaScript.

// Files that the fuzzer includes name the crate.
#[cfg(test)]
extern crate self as kaltura_app_token;

pub mod audit;
mod base64;
pub mod call;
pub mod clock;
mod decimal;
mod derive;
pub mod ending;
pub mod error;
pub mod exchange;
pub mod intake;
pub mod kaltura;
pub mod ks;
pub mod manager;
pub mod options;
pub mod provider;
pub mod redact;
pub mod retry;
pub mod secret;
pub mod session;
pub mod work;

#[cfg(feature = "emulator")]
pub mod emulator;

#[cfg(target_arch = "wasm32")]
pub mod wasm;
