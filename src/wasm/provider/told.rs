//! What the shell is told, as plain objects.

use wasm_bindgen::JsValue;

use crate::error::Failure;
use crate::provider::{Answer, Landed, Moment};
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
    told.set_some("lease", lease.map(until));
    told.set_some("flight", flight);
    told.set("stale", stale);
    told.set("lead", lead);
    told.into()
}

/// What a flight that has landed brought.
pub fn end(landed: &Landed) -> JsValue {
    let end = Plain::new();
    end.set("session", results::session(&landed.session));
    end.set_some("lease", landed.lease.map(until));
    end.set("stale", landed.stale.is_some());
    end.set_some("failure", landed.stale.as_ref().map(results::failure));
    end.set("renewed", landed.renewed);
    end.into()
}

/// Why a flight brought nothing.
pub fn failed(failure: &Failure) -> JsValue {
    let end = Plain::new();
    end.set("failure", results::failure(failure));
    end.into()
}

#[expect(clippy::cast_precision_loss, reason = "times are safe integers")]
fn until(moment: Moment) -> JsValue {
    let until = Plain::new();
    until.set("wall", moment.wall_ms as f64);
    until.set("steady", moment.steady_ms as f64);
    until.into()
}
