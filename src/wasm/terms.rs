//! Options of sessions that several exports read.

use super::convert::{Options, whole_ms};
use crate::error::InvalidOption;
use crate::exchange::Terms;
use crate::options;
use crate::session::{ONE_CALL_WIDGET_S, SessionRequest};

/// Everything that a session is started with, except the shell's options.
pub const OPTIONS: [&str; 15] = [
    "partnerId",
    "appTokenId",
    "appToken",
    "hashType",
    "serviceUrl",
    "userId",
    "sessionType",
    "expiry",
    "sessionPrivileges",
    "noOtherPrivileges",
    "grants",
    "retry",
    "clientTag",
    "maxResponseBytes",
    "dangerouslyAllowHttp",
];

/// The kinds of application tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Text among the options.
    Text,
    /// It must be fetched.
    Asked,
    /// A signer makes the hashes, and there is no token.
    Signer,
}

impl TokenKind {
    /// Reads the kind from the shell.
    pub fn from_number(number: u32) -> Self {
        match number {
            0 => Self::Text,
            1 => Self::Asked,
            _ => Self::Signer,
        }
    }
}

/// The settings of an exchange.
pub fn terms(from: &Options, deadline_ms: f64) -> Result<Terms, InvalidOption> {
    let allow_http = options::switch(from.get("dangerouslyAllowHttp"))?;
    Ok(Terms {
        service_url: options::service_url(from.get("serviceUrl"), allow_http)?,
        client_tag: options::client_tag(from.get("clientTag"))?,
        grants: options::grants(from.get("grants"))?,
        retry: options::retry(from.get("retry"))?,
        widget_expiry_s: ONE_CALL_WIDGET_S,
        deadline_ms: whole_ms(deadline_ms),
    })
}

/// A session request.
pub fn wish(from: &Options) -> Result<SessionRequest, InvalidOption> {
    Ok(SessionRequest {
        user_id: options::user_id(from.get("userId"))?,
        session_type: options::session_type(from.get("sessionType"))?,
        expiry_s: options::expiry_s(from.get("expiry"))?,
        privileges: options::session_privileges(from.get("sessionPrivileges"))?,
        no_other_privileges: options::switch(from.get("noOtherPrivileges"))?,
        session_id: None,
    })
}
