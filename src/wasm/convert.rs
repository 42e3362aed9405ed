//! Options from JavaScript, results and errors to it.

use js_sys::{Array, JsString, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::api::KsRefusal;
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
                let path = [prefix, &name].concat();
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
            path: [self.prefix, name].concat(),
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

/// A plain object that is being filled.
pub struct Plain(Object);

impl Plain {
    /// An object without properties.
    pub fn new() -> Self {
        Self(Object::new())
    }

    /// Sets a property.
    pub fn set(&self, name: &str, value: impl Into<JsValue>) {
        self.put(name, &value.into());
    }

    // Not once for each type of value.
    #[inline(never)]
    fn put(&self, name: &str, value: &JsValue) {
        // Setting a property of a fresh plain object can't fail.
        let _ = Reflect::set(&self.0, &name.into(), value);
    }

    /// Sets a property that may be none.
    pub fn set_some(&self, name: &str, value: Option<impl Into<JsValue>>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }
}

impl From<Plain> for JsValue {
    fn from(plain: Plain) -> Self {
        plain.0.into()
    }
}

/// An array of what `convert` makes of each.
pub fn array<T>(items: &[T], convert: impl Fn(&T) -> Plain) -> JsValue {
    let array = Array::new();
    for item in items {
        array.push(&convert(item).into());
    }
    array.into()
}

/// A session as JavaScript gets it.
#[expect(
    clippy::cast_precision_loss,
    reason = "times are checked to be safe integers"
)]
pub fn session(session: &Session) -> JsValue {
    let plain = Plain::new();
    plain.set("ks", session.ks.expose());
    plain.set("partnerId", session.partner_id);
    plain.set("userId", &*session.user_id);
    plain.set("sessionType", session.session_type.number());
    plain.set("privileges", &*session.privileges);
    plain.set("expiry", session.expiry_s as f64);
    plain.set("expiresAt", session.expires_at_ms as f64);
    plain.set(
        "differences",
        array(&session.differences, |it| difference(it, true)),
    );
    plain.into()
}

/// Without its values where it gets into logs: no user's name belongs there.
fn difference(difference: &Difference, with_user: bool) -> Plain {
    let plain = Plain::new();
    plain.set("field", difference.field.option());
    plain.set_some("privilege", difference.field.privilege());
    if with_user || difference.field != Field::UserId {
        plain.set_some("asked", difference.asked.as_deref());
        plain.set_some("granted", difference.granted.as_deref());
    }
    plain.set("effect", difference.effect.name());
    plain
}

/// A failure, from which the shell makes an `AppTokenError`.
pub fn failure(failure: &Failure) -> JsValue {
    let Failure { error, attempts } = failure;
    let plain = Plain::new();
    plain.set("code", error.code());
    plain.set("message", error.message());
    plain.set("retryable", error.retryable());
    plain.set("attempts", *attempts);
    plain.set_some("path", error.path());
    if let Some(operation) = error.operation() {
        plain.set("service", &*operation.service);
        plain.set("action", &*operation.action);
    }
    plain.set_some("status", error.status());
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
    plain.into()
}

fn cause(cause: &Cause) -> Plain {
    let plain = Plain::new();
    plain.set("name", &*cause.name);
    plain.set_some("code", cause.code.as_deref());
    plain.set("message", &*cause.message);
    plain
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
    let plain = Plain::new();
    plain.set("type", "retried");
    plain.set("code", reason.code());
    if let Error::Kaltura(refusal) = reason {
        plain.set("kalturaCode", &*refusal.code);
    }
    plain.set("delayMs", delay_ms as f64);
    plain.into()
}
