//! Converts sessions, failures and events to JavaScript.

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::convert::{Plain, array};
use crate::audit::{Subject, fingerprint};
use crate::error::{Cause, Error, Failure};
use crate::kaltura::{HashType, KsRefusal};
use crate::session::{Difference, Field, Session};

#[wasm_bindgen]
extern "C" {
    // See src/js/runtime/plain.js.
    #[wasm_bindgen(js_namespace = ["instance", "plain"], js_name = session)]
    fn plain_session(
        ks: &str,
        partner_id: u32,
        user_id: &str,
        session_type: u8,
        privileges: &str,
        expiry: f64,
        expires_at: f64,
        differences: &JsValue,
    ) -> JsValue;
}

/// A session for JavaScript.
#[expect(
    clippy::cast_precision_loss,
    reason = "times are checked to be safe integers"
)]
pub fn session(session: &Session) -> JsValue {
    plain_session(
        session.ks.expose(),
        session.partner_id,
        &session.user_id,
        session.session_type.number(),
        &session.privileges,
        session.expiry_s as f64,
        session.expires_at_ms as f64,
        &array(&session.differences, |it| difference(it, true)),
    )
}

/// Without values for errors, which are logged, because they may contain a user's name.
fn difference(difference: &Difference, with_user: bool) -> Plain {
    let plain = Plain::ordinary();
    plain.set("field", difference.field.option());
    plain.set_some("privilege", difference.field.privilege());
    plain.set_some("more", difference.field.more());
    if with_user || difference.field != Field::UserId {
        plain.set_some("asked", difference.asked.as_deref());
        plain.set_some("granted", difference.granted.as_deref());
    }
    plain.set("effect", difference.effect.name());
    plain
}

/// A failure, of which the shell makes an `AppTokenError`.
pub fn failure(failure: &Failure) -> JsValue {
    let plain = details(&failure.error);
    plain.set("attempts", failure.attempts);
    plain.into()
}

/// An error of a call that may continue. The shell knows how many requests were made.
pub fn error(error: &Error) -> JsValue {
    details(error).into()
}

fn details(error: &Error) -> Plain {
    let plain = Plain::new();
    plain.set("code", error.code());
    plain.set("message", error.message());
    plain.set("retryable", error.retryable());
    plain.set_some("path", error.path());
    if let Some(operation) = error.operation() {
        plain.set("service", &*operation.service);
        plain.set("action", &*operation.action);
    }
    plain.set_some("status", error.status());
    #[expect(
        clippy::cast_precision_loss,
        reason = "a safe integer: it was whole seconds of 32 bits"
    )]
    plain.set_some("retryAfterMs", error.retry_after_ms().map(|ms| ms as f64));
    if let Error::Kaltura(refusal) = error {
        plain.set("kalturaCode", &*refusal.code);
        plain.set_some("ksRefusal", refusal.ks_refusal.map(KsRefusal::name));
    }
    plain.set_some(
        "differences",
        error
            .differences()
            .map(|it| array(it, |it| difference(it, false))),
    );
    plain.set("causes", array(error.causes(), cause));
    plain
}

fn cause(cause: &Cause) -> Plain {
    let plain = Plain::new();
    plain.set("name", &*cause.name);
    plain.set_some("code", cause.code.as_deref());
    plain.set("message", &*cause.message);
    plain
}

/// The fields of an event about a session: the application token, and fingerprints with this key.
pub fn audit(
    key: &[u8],
    token: (&str, Option<HashType>, bool),
    (ks, user_id): (&str, &str),
) -> Plain {
    let (app_token_id, hash_type, by_fallback) = token;
    let plain = Plain::new();
    plain.set("appTokenId", app_token_id);
    plain.set_some("hashType", hash_type.map(HashType::name));
    plain.set("byFallback", by_fallback);
    plain.set("userFingerprint", fingerprint(key, Subject::User, user_id));
    plain.set("ksFingerprint", fingerprint(key, Subject::Ks, ks));
    plain
}

/// The event of a session that a call has started.
#[expect(clippy::cast_precision_loss, reason = "a safe integer")]
pub fn minted(key: &[u8], token: (&str, Option<HashType>, bool), session: &Session) -> JsValue {
    let plain = audit(key, token, (session.ks.expose(), &session.user_id));
    plain.set("type", "minted");
    plain.set("expiresAt", session.expires_at_ms as f64);
    plain.into()
}

/// The event of a token whose sessions are all dead.
pub fn revoked(app_token_id: &str) -> JsValue {
    let plain = Plain::ordinary();
    plain.set("type", "revoked");
    plain.set("appTokenId", app_token_id);
    plain.into()
}

/// The event of a hash type that was found.
pub fn hash_type_found(app_token_id: &str, hash_type: HashType) -> JsValue {
    let plain = Plain::ordinary();
    plain.set("type", "hashTypeFound");
    plain.set("appTokenId", app_token_id);
    plain.set("hashType", hash_type.name());
    plain.into()
}

/// The event of a planned retry.
#[expect(clippy::cast_precision_loss, reason = "a minute at most")]
pub fn retried_event(reason: &Error, delay_ms: u64) -> JsValue {
    let plain = Plain::ordinary();
    plain.set("type", "retried");
    plain.set("code", reason.code());
    if let Error::Kaltura(refusal) = reason {
        plain.set("kalturaCode", &*refusal.code);
    }
    plain.set("delayMs", delay_ms as f64);
    plain.into()
}
