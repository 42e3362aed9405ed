//! What callers say of the sessions they want: options that more than one export reads.

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::convert::{self, Options};
use super::fetch;
use super::host::Host;
use crate::error::{Cause, Error, InvalidOption};
use crate::exchange::Terms;
use crate::grants::Wish;
use crate::options::{self, Named};
use crate::secret::Secret;
use crate::session::ONE_CALL_WIDGET_S;

/// All that a session is started with, but for what is the shell's.
pub const OPTIONS: [&str; 14] = [
    "partnerId",
    "appTokenId",
    "appToken",
    "hashType",
    "serviceUrl",
    "userId",
    "sessionType",
    "expiry",
    "sessionPrivileges",
    "grants",
    "retry",
    "clientTag",
    "maxResponseBytes",
    "dangerouslyAllowHttp",
];

/// How an exchange is to be held.
pub fn terms(from: &Options, deadline_ms: f64) -> Result<Terms, InvalidOption> {
    let allow_http = options::switch(from.get("dangerouslyAllowHttp"))?;
    Ok(Terms {
        service_url: options::service_url(from.get("serviceUrl"), allow_http)?,
        client_tag: options::client_tag(from.get("clientTag"))?,
        grants: options::grants(from.get("grants"))?,
        retry: options::retry(from.get("retry"))?,
        widget_expiry_s: ONE_CALL_WIDGET_S,
        deadline_ms: fetch::whole_ms(deadline_ms),
    })
}

/// What is asked of a session.
pub fn wish(from: &Options) -> Result<Wish, InvalidOption> {
    Ok(Wish {
        user_id: options::user_id(from.get("userId"))?,
        session_type: options::session_type(from.get("sessionType"))?,
        expiry_s: options::expiry_s(from.get("expiry"))?,
        privileges: options::session_privileges(from.get("sessionPrivileges"))?,
    })
}

/// The application token from the caller's function; `credential` tells which.
pub async fn ask_for_token(host: &Host, credential: usize) -> Result<Secret, Box<Error>> {
    let token = JsFuture::from(host.ask_for_app_token(credential)).await;
    // What a vault's client says when it fails is not ours to judge, so only its class and
    // code are passed on.
    let token = token.map_err(|thrown: JsValue| {
        let causes = fetch::causes(&thrown).into_iter().map(|cause| Cause {
            message: String::new(),
            ..cause
        });
        let causes = causes.collect();
        Box::new(Error::TokenSource { causes })
    })?;
    options::app_token(Named {
        path: "appToken".to_owned(),
        input: convert::input(&token),
    })
    .map_err(|wrong| Box::new(Error::InvalidOptions(wrong)))
}
