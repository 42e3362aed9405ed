//! Starts sessions from an application token.

use js_sys::{Object, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{self, Options};
use super::fetch::{self, promise};
use super::host::Host;
use super::results;
use super::terms::{OPTIONS, TokenKind, ask_for_token, terms, wish};
use crate::error::{Error, Failure, InvalidOption};
use crate::exchange::{Credentials, Exchange, Terms};
use crate::kaltura::HashType;
use crate::options;
use crate::secret::Secret;
use crate::session::SessionRequest;
use crate::session::hash::hash_joined;

/// The number of a hash type, for `hashAppToken`.
#[wasm_bindgen(js_name = hashTypeNumber, skip_typescript)]
pub fn hash_type_number(name: &str) -> Result<u32, JsValue> {
    let hash_type = options::hash_type("hashType", name).map_err(convert::invalid)?;
    Ok(hash_type as u32)
}

/// The hash of a KS followed by the application token. One text and a number are passed faster than three texts.
#[wasm_bindgen(js_name = hashAppToken, skip_typescript)]
pub fn hash_app_token(joined: String, hash_type: u32) -> Result<String, JsValue> {
    let joined = Secret::new(joined);
    let mut known = HashType::ALL.into_iter();
    match known.find(|it| *it as u32 == hash_type) {
        Some(hash_type) => Ok(hash_joined(hash_type, &joined).expose().to_owned()),
        None => Err(refuse(Box::new(Error::Internal("no such hash type")), 0)),
    }
}

fn refuse(error: Box<Error>, attempts: u32) -> JsValue {
    results::failure(&Failure { error, attempts })
}

/// `startAppTokenSession(options)`. The host ends the call at `deadline_ms`, which is passed so that no longer wait is begun.
#[wasm_bindgen(js_name = startAppTokenSession, skip_typescript)]
pub fn start_app_token_session(options: Object, host: Host, deadline_ms: f64) -> Promise {
    promise(async move { start(&options, &host, deadline_ms).await })
}

async fn start(options: &Object, host: &Host, deadline_ms: f64) -> Result<JsValue, JsValue> {
    let call = SessionCall::read(options, host, deadline_ms).map_err(convert::invalid)?;
    let app_token_id = call.app_token_id.clone();
    let credentials = Credentials {
        partner_id: call.partner_id,
        app_token_id: call.app_token_id,
        app_token: match call.app_token {
            None if !call.has_signer => Some(
                ask_for_token(host, 0)
                    .await
                    .map_err(|error| refuse(error, 0))?,
            ),
            token => token,
        },
        hash_types: call.hash_types,
    };
    let exchange = Exchange::new(call.terms, credentials, vec![call.wish], None);
    let mut outcome = fetch::drive(exchange, host, call.max_response_bytes).await;
    if let Some(hash_type) = outcome.found_hash_type {
        host.emit(&results::hash_type_found(&app_token_id, hash_type));
    }
    match outcome.sessions.pop() {
        Some(Ok(session)) => {
            if let Some(key) = host.audit_key() {
                let token = (&*app_token_id, Some(outcome.hash_type), false);
                host.emit(&results::minted(&key, token, &session));
            }
            Ok(results::session(&session))
        }
        Some(Err(error)) => Err(refuse(error, outcome.attempts)),
        None => Err(refuse(
            Box::new(Error::Internal("no outcome")),
            outcome.attempts,
        )),
    }
}

struct SessionCall {
    partner_id: u32,
    app_token_id: String,
    /// `None` unless it is among the options.
    app_token: Option<Secret>,
    has_signer: bool,
    hash_types: Vec<HashType>,
    terms: Terms,
    wish: SessionRequest,
    max_response_bytes: u32,
}

impl SessionCall {
    fn read(options: &Object, host: &Host, deadline_ms: f64) -> Result<Self, InvalidOption> {
        let from = Options::new(options, "", &[&OPTIONS])?;
        let kind = TokenKind::from_number(host.token_kind());
        Ok(Self {
            partner_id: options::partner_id(from.get("partnerId"))?,
            app_token_id: options::app_token_id(from.get("appTokenId"))?,
            app_token: match kind {
                TokenKind::Text => Some(options::app_token(from.get("appToken"))?),
                _ => None,
            },
            has_signer: kind == TokenKind::Signer,
            hash_types: options::hash_types(from.get("hashType"))?,
            terms: terms(&from, deadline_ms)?,
            wish: wish(&from)?,
            max_response_bytes: options::max_response_bytes(from.get("maxResponseBytes"))?,
        })
    }
}
