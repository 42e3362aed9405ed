//! Is a session alive? A call that changes nothing, and what its answer tells.

use super::{is_dead, is_logged_out};
use crate::error::Error;
use crate::exchange::Reply;
use crate::kaltura::{Operation, Params, Request, ServiceUrl, Value};
use crate::secret::Secret;

const OPERATION: (&str, &str) = ("session", "get");

/// What a probe tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Liveness {
    /// It lives.
    Alive,
    /// It, or its whole token, was ended.
    LoggedOut,
    /// It is refused for another reason of its own, such as its age.
    Dead,
    /// Nothing.
    Unknown,
}

/// The probe of this session.
pub fn request(ks: &Secret, service_url: &ServiceUrl) -> Request {
    let mut params = Params::default();
    params.number("format", 1);
    params.number("nocache", 1);
    params.text("ks", ks.expose());
    let (service, action) = OPERATION;
    Request::new(service_url, Operation::known(service, action), params)
}

/// What the answer tells. A session that lives may have no right to the call, and is refused for
/// that alone.
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

/// Whether a call with a session of these privileges tells if it lives, and takes nothing from its
/// owner. To Kaltura a probe is one of the actions that `actionslimit` counts, and where a session
/// is restricted to other calls or addresses it is refused dead or alive.
pub fn can_be_probed(privileges: &str) -> bool {
    let closed = ["actionslimit", "urirestrict", "iprestrict"];
    // A search for a text of any length, as `str` has it, is large.
    let has = |name: &str| {
        let mut windows = privileges.as_bytes().windows(name.len());
        windows.any(|it| it == name.as_bytes())
    };
    !closed.into_iter().any(has)
}
