//! The probe: a call without effects that shows whether a session is alive.

use super::{is_dead, is_logged_out};
use crate::error::Error;
use crate::exchange::Reply;
use crate::kaltura::{Operation, Params, Request, ServiceUrl, Value};
use crate::secret::Secret;

const OPERATION: (&str, &str) = ("session", "get");

/// The result of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Liveness {
    /// It lives.
    Alive,
    /// It, or its whole token, was ended.
    LoggedOut,
    /// It is refused for another reason, such as its age.
    Dead,
    /// Unknown.
    Unknown,
}

/// Makes the probe of this session.
pub fn request(ks: &Secret, service_url: &ServiceUrl) -> Request {
    let mut params = Params::default();
    params.number("format", 1);
    params.number("nocache", 1);
    params.text("ks", ks.expose());
    let (service, action) = OPERATION;
    Request::new(service_url, Operation::known(service, action), params)
}

/// Reads the response. A live session may be refused because it has no right to make the call.
pub fn liveness(ks: &Secret, answer: Reply<'_>) -> Liveness {
    let (service, action) = OPERATION;
    match answer.read(&Operation::known(service, action), &[ks]) {
        Ok(Value::Object(_)) => Liveness::Alive,
        Ok(_) => Liveness::Unknown,
        Err(error) if is_logged_out(&error) => Liveness::LoggedOut,
        Err(error) if is_dead(&error) => Liveness::Dead,
        Err(error) => match *error {
            Error::Kaltura(refusal) if refusal.code == "SERVICE_FORBIDDEN" => Liveness::Alive,
            _ => Liveness::Unknown,
        },
    }
}

/// Whether a session with these privileges can be probed without harm. `actionslimit` counts the probe, and a session that
/// is restricted to other calls or addresses is refused dead or alive.
pub fn can_be_probed(privileges: &str) -> bool {
    let closed = ["actionslimit", "urirestrict", "iprestrict"];
    // `str`'s search for a text of any length is much code.
    let has = |name: &str| {
        let mut windows = privileges.as_bytes().windows(name.len());
        windows.any(|it| it == name.as_bytes())
    };
    !closed.into_iter().any(has)
}
