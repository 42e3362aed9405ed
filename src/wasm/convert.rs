//! Options from JavaScript, results and errors to it.

use js_sys::{Array, JsString, Object, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::{JsCast, JsValue};

use crate::error::{Cause, Error, Failure, InvalidOption};
use crate::grants::{Difference, Field};
use crate::options::{Input, LONGEST_TEXT};
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

    /// The option `name`, read by its rule.
    pub fn read<T>(
        &self,
        name: &str,
        rule: impl FnOnce(&str, Input) -> Result<T, InvalidOption>,
    ) -> Result<T, InvalidOption> {
        let value = Reflect::get(self.object, &name.into()).unwrap_or(JsValue::NULL);
        rule(&format!("{}{name}", self.prefix), input(&value))
    }
}

/// A value as an option's rule sees it.
pub fn input(value: &JsValue) -> Input {
    if value.is_undefined() {
        Input::Missing
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

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionOut<'a> {
    ks: &'a str,
    partner_id: u32,
    user_id: &'a str,
    session_type: u8,
    privileges: &'a str,
    expiry: i64,
    expires_at: i64,
    differences: Vec<DifferenceOut<'a>>,
}

#[derive(Serialize)]
struct DifferenceOut<'a> {
    field: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    privilege: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    granted: Option<&'a str>,
    effect: &'static str,
}

impl<'a> From<&'a Difference> for DifferenceOut<'a> {
    fn from(difference: &'a Difference) -> Self {
        let privilege = match &difference.field {
            Field::Privilege(name) => Some(name.as_str()),
            _ => None,
        };
        Self {
            field: difference.field.option(),
            privilege,
            asked: difference.asked.as_deref(),
            granted: difference.granted.as_deref(),
            effect: difference.effect.name(),
        }
    }
}

/// A session as JavaScript gets it.
pub fn session(session: &Session) -> Result<JsValue, JsValue> {
    to_js(&SessionOut {
        ks: session.ks.expose(),
        partner_id: session.partner_id,
        user_id: &session.user_id,
        session_type: session.session_type.number(),
        privileges: &session.privileges,
        expiry: session.expiry_s,
        expires_at: session.expires_at_ms,
        differences: session
            .differences
            .iter()
            .map(DifferenceOut::from)
            .collect(),
    })
}

/// What the shell makes an `AppTokenError` from.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorOut<'a> {
    code: &'static str,
    message: String,
    retryable: bool,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kaltura_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ks_refusal: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    differences: Option<Vec<DifferenceOut<'a>>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    causes: Vec<CauseOut<'a>>,
}

#[derive(Serialize)]
struct CauseOut<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    message: &'a str,
}

impl<'a> From<&'a Cause> for CauseOut<'a> {
    fn from(cause: &'a Cause) -> Self {
        Self {
            name: &cause.name,
            code: cause.code.as_deref(),
            message: &cause.message,
        }
    }
}

impl<'a> ErrorOut<'a> {
    fn new(error: &'a Error, attempts: u32) -> Self {
        let mut out = ErrorOut {
            code: error.code(),
            message: error.to_string(),
            retryable: error.retryable(),
            attempts,
            service: error
                .operation()
                .map(|operation| operation.service.as_str()),
            action: error.operation().map(|operation| operation.action.as_str()),
            causes: error.causes().iter().map(CauseOut::from).collect(),
            ..ErrorOut::default()
        };
        match error {
            Error::InvalidOptions(option) => out.path = Some(&option.path),
            Error::HttpStatus { status, .. } => out.status = Some(*status),
            Error::Kaltura(refusal) => {
                out.kaltura_code = Some(&refusal.code);
                out.ks_refusal = refusal.ks_refusal.map(crate::api::KsRefusal::name);
            }
            Error::NotGranted(differences) => {
                out.differences = Some(differences.iter().map(for_an_error).collect());
            }
            _ => {}
        }
        out
    }
}

/// Errors get into logs, where no user's name belongs.
fn for_an_error(difference: &Difference) -> DifferenceOut<'_> {
    let out = DifferenceOut::from(difference);
    match difference.field {
        Field::UserId => DifferenceOut {
            asked: None,
            granted: None,
            ..out
        },
        _ => out,
    }
}

/// A failure, for the shell to throw.
pub fn failure(failure: &Failure) -> JsValue {
    to_js(&ErrorOut::new(&failure.error, failure.attempts)).unwrap_or_else(|thrown| thrown)
}

/// A wrong option, for the shell to throw.
pub fn invalid(option: InvalidOption) -> JsValue {
    failure(&Failure {
        error: option.into(),
        attempts: 0,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RetriedEvent<'a> {
    r#type: &'static str,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kaltura_code: Option<&'a str>,
    delay_ms: u64,
}

/// The event of a retry that is to come.
pub fn retried_event(reason: &Error, delay_ms: u64) -> JsValue {
    let kaltura_code = match reason {
        Error::Kaltura(refusal) => Some(refusal.code.as_str()),
        _ => None,
    };
    let event = RetriedEvent {
        r#type: "retried",
        code: reason.code(),
        kaltura_code,
        delay_ms,
    };
    to_js(&event).unwrap_or(JsValue::UNDEFINED)
}

fn to_js(value: &impl Serialize) -> Result<JsValue, JsValue> {
    value.serialize(&Serializer::new()).map_err(JsValue::from)
}
