//! Any order of events around the minting of sessions: takeovers, late and lost answers, refusals,
//! clocks that are set, invalidations, revocations. Nobody is failed for nothing or waits for ever,
//! and nobody gets a session that is dead or somebody else's.
//!
//! Two bytes make an event: what, and with which numbers.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../src/provider/mint/model.rs"]
mod model;

fuzz_target!(|data: &[u8]| {
    let events = data.chunks_exact(2).take(1000);
    model::World::play(events.map(|event| (event[0], event[1])));
});
