//! Starts sessions from an application token.

use js_sys::Object;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{self, Options, random};
use super::results;
use super::task::{Given, Received, Steps, Task, TaskStep};
use super::terms::{OPTIONS, TokenKind, terms, wish};
use crate::clock::LocalTime;
use crate::error::{Error, Failure, InvalidOption};
use crate::exchange::{self, Credentials, Exchange, Outcome, Terms};
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

/// The task of `startAppTokenSession(options)`. `kind` tells what the application token is, and
/// `audit_key` is the key of the fingerprints in events, if anybody listens to them. The shell ends
/// the call at `deadline_ms`, which is passed so that no longer wait is begun.
#[wasm_bindgen(js_name = startAppTokenSession, skip_typescript)]
pub fn start_app_token_session(
    options: &Object,
    kind: u32,
    audit_key: Option<Vec<u8>>,
    deadline_ms: f64,
) -> Result<Task, JsValue> {
    let call = SessionCall::read(options, kind, deadline_ms).map_err(convert::invalid)?;
    let app_token_id = call.credentials.app_token_id.clone();
    let most = call.max_response_bytes;
    let state = if call.wants_token {
        StartState::WantingToken(Box::new(call))
    } else {
        StartState::Talking(Box::new(call.exchange()))
    };
    Ok(Task::new(
        most,
        SessionStart {
            app_token_id,
            audit_key,
            state,
        },
    ))
}

struct SessionStart {
    app_token_id: String,
    audit_key: Option<Vec<u8>>,
    state: StartState,
}

enum StartState {
    WantingToken(Box<SessionCall>),
    Talking(Box<Exchange>),
    /// The pending events, the last one first, and the result.
    Done(Vec<JsValue>, Result<JsValue, JsValue>),
}

impl Steps for SessionStart {
    fn next(&mut self, now: LocalTime) -> TaskStep {
        loop {
            match &mut self.state {
                StartState::WantingToken(_) => return TaskStep::ask_for_token(0),
                StartState::Talking(exchange) => match exchange.next(now.wall_ms) {
                    exchange::Step::Send(request) => return TaskStep::send(&request),
                    exchange::Step::Hash { ks, hash_type } => {
                        return TaskStep::ask_for_hash(0, &ks, hash_type);
                    }
                    exchange::Step::Wait { ms, reason } => {
                        return TaskStep::wait(ms, &reason, false);
                    }
                    exchange::Step::Done => {
                        let nothing = StartState::Done(Vec::new(), Ok(JsValue::UNDEFINED));
                        if let StartState::Talking(exchange) =
                            core::mem::replace(&mut self.state, nothing)
                        {
                            self.state = self.end(exchange.finish());
                        }
                    }
                },
                StartState::Done(events, result) => {
                    if let Some(event) = events.pop() {
                        return TaskStep::tell(&event);
                    }
                    return match result {
                        Ok(session) => TaskStep::done(session),
                        Err(failure) => TaskStep::failed(failure),
                    };
                }
            }
        }
    }

    fn take(&mut self, mut received: Received) -> Option<Box<Error>> {
        let StartState::Talking(exchange) = &mut self.state else {
            return None;
        };
        let timing = received.timing;
        exchange.take(received.answer(), timing, random());
        exchange.take_failure()
    }

    fn take_given(&mut self, given: Given, _now: LocalTime) {
        let nothing = StartState::Done(Vec::new(), Ok(JsValue::UNDEFINED));
        self.state = match core::mem::replace(&mut self.state, nothing) {
            StartState::WantingToken(mut call) => match given.token() {
                Ok(token) => {
                    call.credentials.app_token = Some(token);
                    StartState::Talking(Box::new(call.exchange()))
                }
                Err(error) => StartState::Done(Vec::new(), Err(refuse(error, 0))),
            },
            StartState::Talking(mut exchange) => {
                exchange.take_hash(given.hash());
                StartState::Talking(exchange)
            }
            done @ StartState::Done(..) => done,
        };
    }
}

impl SessionStart {
    fn end(&self, mut outcome: Outcome) -> StartState {
        let mut events = Vec::new();
        let result = match outcome.sessions.pop() {
            Some(Ok(session)) => {
                if let Some(key) = &self.audit_key {
                    let token = (&*self.app_token_id, Some(outcome.hash_type), false);
                    events.push(results::minted(key, token, &session));
                }
                Ok(results::session(&session))
            }
            Some(Err(error)) => Err(refuse(error, outcome.attempts)),
            None => Err(refuse(
                Box::new(Error::Internal("no outcome")),
                outcome.attempts,
            )),
        };
        if let Some(hash_type) = outcome.found_hash_type {
            events.push(results::hash_type_found(&self.app_token_id, hash_type));
        }
        StartState::Done(events, result)
    }
}

struct SessionCall {
    credentials: Credentials,
    /// Whether the application token must be fetched.
    wants_token: bool,
    terms: Terms,
    wish: SessionRequest,
    max_response_bytes: u32,
}

impl SessionCall {
    fn read(options: &Object, kind: u32, deadline_ms: f64) -> Result<Self, InvalidOption> {
        let from = Options::new(options, "", &[&OPTIONS])?;
        let kind = TokenKind::from_number(kind);
        Ok(Self {
            credentials: Credentials {
                partner_id: options::partner_id(from.get("partnerId"))?,
                app_token_id: options::app_token_id(from.get("appTokenId"))?,
                app_token: match kind {
                    TokenKind::Text => Some(options::app_token(from.get("appToken"))?),
                    _ => None,
                },
                hash_types: options::hash_types(from.get("hashType"))?,
            },
            wants_token: kind == TokenKind::Asked,
            terms: terms(&from, deadline_ms)?,
            wish: wish(&from)?,
            max_response_bytes: options::max_response_bytes(from.get("maxResponseBytes"))?,
        })
    }

    fn exchange(self) -> Exchange {
        Exchange::new(self.terms, self.credentials, vec![self.wish], None)
    }
}
