//! What the shell is told, as plain objects.

use wasm_bindgen::JsValue;

use crate::error::Failure;
use crate::provider::{Answer, FlightId, Landed, Lease};
use crate::wasm::convert::Plain;
use crate::wasm::results;

/// What somebody who asks is to do.
pub fn told(answer: Answer) -> JsValue {
    let (session, lease, stale, flight, lead) = match answer {
        Answer::Serve {
            session,
            lease,
            stale,
            renewal,
        } => (Some(session), lease, stale, renewal, false),
        Answer::Renew { session, flight } => (Some(session), None, false, Some(flight), true),
        Answer::Lead(flight) => (None, None, false, Some(flight), true),
        Answer::Follow(flight) => (None, None, false, Some(flight), false),
    };
    let told = Plain::new();
    told.set_some("session", session.as_ref().map(results::session));
    told.set_some("lease", lease.map(terms_of));
    told.set_some("flight", flight.map(FlightId::number));
    told.set("stale", stale);
    told.set("lead", lead);
    told.into()
}

/// What a flight has brought, or why it brought nothing.
pub fn end(landed: &Result<Landed, Failure>) -> JsValue {
    let end = Plain::new();
    match landed {
        Ok(landed) => {
            end.set("session", results::session(&landed.session));
            end.set_some("lease", landed.lease.map(terms_of));
            end.set("stale", landed.stale.is_some());
            end.set_some("failure", landed.stale.as_ref().map(results::failure));
            end.set("renewed", landed.renewed);
        }
        Err(failure) => end.set("failure", results::failure(failure)),
    }
    end.into()
}

#[expect(clippy::cast_precision_loss, reason = "times are safe integers")]
fn terms_of(lease: Lease) -> JsValue {
    let terms = Plain::new();
    terms.set("wall", lease.until.wall_ms as f64);
    terms.set("steady", lease.until.steady_ms as f64);
    terms.set("ticket", lease.ticket.number());
    terms.into()
}
