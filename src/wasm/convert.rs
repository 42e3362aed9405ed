//! Options from JavaScript, results and errors to it.

use js_sys::{Array, JsString, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::error::{Cause, Error, Failure, InvalidOption};
use crate::grants::{Difference, Field};
use crate::options::{Input, LONGEST_TEXT, Named};
use crate::privileges::Privilege;
use crate::session::Session;

/// An options object; the shell has copied its own properties into one without a prototype,
/// so that nothing inherited is taken for an option.
pub struct Options<'a> {
    object: &'a Object,
    prefix: &'a str,
}

impl<'a> Options<'a> {
    /// The options in `object`, whose paths begin with `prefix`. Names that aren't `known`
    /// are refused: a misspelt restriction would be no restriction.
    pub fn new(object: &'a Object, prefix: &'a str, known: &[&str]) -> Result<Self, InvalidOption> {
        for name in Object::keys(object)
            .iter()
            .filter_map(|key| key.as_string())
        {
            if !known.contains(&name.as_str()) {
                let path = format!("{prefix}{name}");
                return Err(InvalidOption::new(
                    path,
                    "left out: there is no such option",
                ));
            }
        }
        Ok(Self { object, prefix })
    }

    /// The option `name`, for its rule to read.
    pub fn get(&self, name: &str) -> Named {
        let value = Reflect::get(self.object, &name.into()).unwrap_or(JsValue::NULL);
        Named {
            path: format!("{}{name}", self.prefix),
            input: input(&value),
        }
    }
}

/// A value as an option's rule sees it.
pub fn input(value: &JsValue) -> Input {
    if value.is_undefined() {
        Input::Missing
    } else if value.is_null() {
        Input::Null
    } else if let Some(text) = value.dyn_ref::<JsString>() {
        let is_text = text.length() <= LONGEST_TEXT && text.is_valid_utf16();
        Input::Text(if is_text { text.as_string() } else { None })
    } else if let Some(number) = value.as_f64() {
        Input::Number(number)
    } else if let Some(on) = value.as_bool() {
        Input::Bool(on)
    } else if let Some(privileges) = privileges(value) {
        Input::Privileges(privileges)
    } else {
        Input::Other
    }
}

/// An array of `{ name, values }`.
fn privileges(value: &JsValue) -> Option<Vec<Privilege>> {
    const MOST: u32 = 10_000;
    let text = |value: &JsValue| match input(value) {
        Input::Text(text) => text,
        _ => None,
    };
    let items = |value: &JsValue| {
        Array::is_array(value)
            .then(|| Array::from(value))
            .filter(|array| array.length() <= MOST)
    };
    items(value)?
        .iter()
        .map(|item| {
            let name = text(&Reflect::get(&item, &"name".into()).ok()?)?;
            let values = Reflect::get(&item, &"values".into()).ok()?;
            let values = items(&values)?
                .iter()
                .map(|value| text(&value))
                .collect::<Option<_>>()?;
            Some(Privilege { name, values })
        })
        .collect()
}

/// A plain object of those of the properties that are there.
pub fn object<const N: usize>(properties: [(&str, Option<JsValue>); N]) -> Object {
    let object = Object::new();
    for (name, value) in properties {
        if let Some(value) = value {
            // Setting a property of a fresh plain object can't fail.
            let _ = Reflect::set(&object, &name.into(), &value);
        }
    }
    object
}

/// An array of what `convert` makes of each.
pub fn array<T>(items: &[T], convert: impl Fn(&T) -> Object) -> JsValue {
    items.iter().map(convert).collect::<Array>().into()
}

/// A session as JavaScript gets it.
#[expect(
    clippy::cast_precision_loss,
    reason = "times are checked to be safe integers"
)]
pub fn session(session: &Session) -> JsValue {
    object([
        ("ks", Some(session.ks.expose().into())),
        ("partnerId", Some(session.partner_id.into())),
        ("userId", Some(session.user_id.as_str().into())),
        ("sessionType", Some(session.session_type.number().into())),
        ("privileges", Some(session.privileges.as_str().into())),
        ("expiry", Some((session.expiry_s as f64).into())),
        ("expiresAt", Some((session.expires_at_ms as f64).into())),
        (
            "differences",
            Some(array(&session.differences, |it| difference(it, true))),
        ),
    ])
    .into()
}

/// Without its values where it gets into logs: no user's name belongs there.
fn difference(difference: &Difference, with_user: bool) -> Object {
    let text = |text: &Option<String>| text.as_deref().map(JsValue::from);
    let shown = with_user || difference.field != Field::UserId;
    object([
        ("field", Some(difference.field.option().into())),
        ("privilege", difference.field.privilege().map(JsValue::from)),
        ("asked", text(&difference.asked).filter(|_| shown)),
        ("granted", text(&difference.granted).filter(|_| shown)),
        ("effect", Some(difference.effect.name().into())),
    ])
}

/// A failure, from which the shell makes an `AppTokenError`.
pub fn failure(failure: &Failure) -> JsValue {
    let Failure { error, attempts } = failure;
    let refusal = match error {
        Error::Kaltura(refusal) => Some(refusal),
        _ => None,
    };
    object([
        ("code", Some(error.code().into())),
        ("message", Some(error.to_string().into())),
        ("retryable", Some(error.retryable().into())),
        ("attempts", Some((*attempts).into())),
        ("path", error.path().map(JsValue::from)),
        (
            "service",
            error
                .operation()
                .map(|operation| operation.service.as_str().into()),
        ),
        (
            "action",
            error
                .operation()
                .map(|operation| operation.action.as_str().into()),
        ),
        ("status", error.status().map(JsValue::from)),
        ("kalturaCode", refusal.map(|it| it.code.as_str().into())),
        (
            "ksRefusal",
            refusal
                .and_then(|it| it.ks_refusal)
                .map(|it| it.name().into()),
        ),
        (
            "differences",
            error
                .differences()
                .map(|it| array(it, |it| difference(it, false))),
        ),
        ("causes", Some(array(error.causes(), cause))),
    ])
    .into()
}

fn cause(cause: &Cause) -> Object {
    object([
        ("name", Some(cause.name.as_str().into())),
        ("code", cause.code.as_deref().map(JsValue::from)),
        ("message", Some(cause.message.as_str().into())),
    ])
}

/// A wrong option, for the shell to throw.
pub fn invalid(option: InvalidOption) -> JsValue {
    failure(&Failure {
        error: option.into(),
        attempts: 0,
    })
}

/// The event of a retry that is to come.
#[expect(clippy::cast_precision_loss, reason = "a minute at most")]
pub fn retried_event(reason: &Error, delay_ms: u64) -> JsValue {
    let kaltura_code = match reason {
        Error::Kaltura(refusal) => Some(refusal.code.as_str().into()),
        _ => None,
    };
    object([
        ("type", Some("retried".into())),
        ("code", Some(reason.code().into())),
        ("kalturaCode", kaltura_code),
        ("delayMs", Some((delay_ms as f64).into())),
    ])
    .into()
}
