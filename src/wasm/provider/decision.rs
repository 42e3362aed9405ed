//! Decisions and results for the shell, as plain objects.

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use crate::error::Failure;
use crate::provider::{Decision, FlightId, Landed, Lease};
use crate::wasm::results;

#[wasm_bindgen]
extern "C" {
    // See src/js/runtime/plain.js.
    #[wasm_bindgen(js_namespace = ["instance", "plain"], js_name = decision)]
    fn plain_decision(
        session: &JsValue,
        lease: &JsValue,
        flight: Option<f64>,
        stale: bool,
        lead: bool,
    ) -> JsValue;
    #[wasm_bindgen(js_namespace = ["instance", "plain"], js_name = landed)]
    fn plain_landed(
        session: &JsValue,
        lease: &JsValue,
        failure: &JsValue,
        stale: bool,
        renewed: bool,
    ) -> JsValue;
    #[wasm_bindgen(js_namespace = ["instance", "plain"], js_name = lease)]
    fn plain_lease(wall: f64, steady: f64, ticket: f64) -> JsValue;
}

/// The decision on a request.
pub fn decision(decided: Decision) -> JsValue {
    let (session, lease, stale, flight, lead) = match decided {
        Decision::Serve {
            session,
            lease,
            stale,
            renewal,
        } => (Some(session), lease, stale, renewal, false),
        Decision::Renew { session, flight } => (Some(session), None, false, Some(flight), true),
        Decision::Lead(flight) => (None, None, false, Some(flight), true),
        Decision::Follow(flight) => (None, None, false, Some(flight), false),
    };
    plain_decision(
        &session.as_ref().map(results::session).into(),
        &lease.map(terms_of).into(),
        flight.map(FlightId::number),
        stale,
        lead,
    )
}

/// The result of a flight.
pub fn outcome(landed: &Result<Landed, Failure>) -> JsValue {
    let (session, lease, failure, stale, renewed) = match landed {
        Ok(landed) => (
            Some(results::session(&landed.session)),
            landed.lease.map(terms_of),
            landed.stale.as_ref(),
            landed.stale.is_some(),
            landed.renewed,
        ),
        Err(failure) => (None, None, Some(failure), false, false),
    };
    plain_landed(
        &session.into(),
        &lease.into(),
        &failure.map(results::failure).into(),
        stale,
        renewed,
    )
}

#[expect(clippy::cast_precision_loss, reason = "times are safe integers")]
fn terms_of(lease: Lease) -> JsValue {
    plain_lease(
        lease.until.wall_ms as f64,
        lease.until.steady_ms as f64,
        lease.ticket.number(),
    )
}
