//! Options of sessions that several exports read.

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::causes::causes;
use super::convert::{self, Options};
use super::host::{Host, whole_ms};
use crate::error::{Cause, Error, InvalidOption};
use crate::exchange::Terms;
use crate::kaltura::HashType;
use crate::options::{self, Input, LONGEST_TEXT, Named};
use crate::secret::Secret;
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

/// Fetches the application token with the number `credential` from the caller's function.
pub async fn ask_for_token(host: &Host, credential: usize) -> Result<Secret, Box<Error>> {
    const FAILED: &str = "the appToken function failed; `cause` has what it said";
    let token = given(host.ask_for_app_token(credential), FAILED).await?;
    options::app_token(Named {
        path: "appToken".to_owned(),
        input: host.bytes(&token).map_or_else(
            || convert::input(&token),
            |bytes| Input::Text(taken(&bytes)),
        ),
    })
    .map_err(|wrong| Box::new(Error::InvalidOptions(wrong)))
}

/// Decodes and wipes bytes; `None` if they are not text, or too many.
fn taken(bytes: &Uint8Array) -> Option<String> {
    let is_short = bytes.length() <= LONGEST_TEXT;
    let text = is_short.then(|| String::from_utf8(bytes.to_vec()).ok());
    bytes.fill(0, 0, bytes.length());
    text.flatten()
}

/// Gets the hash of `ks` from the signer of this credential.
pub async fn ask_for_hash(
    host: &Host,
    credential: usize,
    ks: &Secret,
    hash_type: HashType,
) -> Result<Secret, Box<Error>> {
    const FAILED: &str = "the signer failed; `cause` has what it said";
    let asked = host.ask_for_hash(credential, ks.expose(), hash_type.name());
    let hash = given(asked, FAILED).await?;
    // Anything other than text is not a hash.
    Ok(Secret::new(match convert::input(&hash) {
        Input::Text(Some(text)) => text,
        _ => String::new(),
    }))
}

/// The result of the caller's function. The message of its error may contain secrets, so only its class and code are kept.
async fn given(promise: Promise, problem: &'static str) -> Result<JsValue, Box<Error>> {
    JsFuture::from(promise).await.map_err(|thrown: JsValue| {
        let causes = causes(&thrown).into_iter().map(|cause| Cause {
            message: String::new(),
            ..cause
        });
        let causes = causes.collect();
        Box::new(Error::TokenSource { problem, causes })
    })
}
