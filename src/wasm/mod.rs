//! The only code that knows JavaScript: exports, conversion, transport. A binding converts, calls and converts back; the
//! rules are in the pure modules.

mod alloc;
#[cfg(feature = "client")]
mod call;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "ks")]
mod codec;
#[cfg(any(feature = "client", feature = "ks"))]
mod convert;
#[cfg(feature = "emulator")]
mod emulator;
#[cfg(feature = "ks")]
mod manager;
#[cfg(feature = "client")]
mod provider;
#[cfg(feature = "client")]
mod results;
#[cfg(feature = "client")]
mod task;
#[cfg(feature = "client")]
mod terms;
