//! Converts options from JavaScript, and results to plain objects.

use js_sys::{Array, JsString, Object, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::error::InvalidOption;
use crate::options::{Input, LONGEST_TEXT, Listed, Named};

/// An options object. The shell has copied its own properties into an object without a prototype, so that nothing inherited
/// is read.
pub struct Options<'a> {
    object: &'a Object,
    prefix: &'a str,
}

impl<'a> Options<'a> {
    /// Reads the options in `object`, whose paths begin with `prefix`. Refuses names that are in none of the `known` lists,
    /// because a misspelt restriction would not restrict.
    pub fn new(
        object: &'a Object,
        prefix: &'a str,
        known: &[&[&str]],
    ) -> Result<Self, InvalidOption> {
        for name in Object::keys(object)
            .iter()
            .filter_map(|key| key.as_string())
        {
            if !known.iter().any(|some| some.contains(&name.as_str())) {
                return Err(InvalidOption::unknown(prefix, &name));
            }
        }
        Ok(Self { object, prefix })
    }

    /// Returns the option `name`.
    pub fn get(&self, name: &str) -> Named {
        let value = Reflect::get(self.object, &name.into()).unwrap_or(JsValue::NULL);
        Named {
            path: [self.prefix, name].concat(),
            input: input(&value),
        }
    }
}

/// Converts a value to an [`Input`].
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

/// Converts an array of `{ name, values, any }`, limited to the length of other options.
fn privileges(value: &JsValue) -> Option<Vec<Listed>> {
    let mut room = LONGEST_TEXT as usize;
    let mut text = |value: &JsValue| {
        let text = match input(value) {
            Input::Text(text) => text?,
            _ => return None,
        };
        room = room.checked_sub(text.len())?;
        Some(text)
    };
    let mut privileges = Vec::new();
    for item in items(value)? {
        let name = text(&Reflect::get(&item, &"name".into()).ok()?)?;
        let values = match Reflect::get(&item, &"values".into()).ok()? {
            none if none.is_undefined() => Vec::new(),
            values => items(&values)?,
        };
        let values = values.iter().map(&mut text).collect::<Option<_>>()?;
        let any = match input(&Reflect::get(&item, &"any".into()).ok()?) {
            Input::Missing => false,
            Input::Bool(any) => any,
            _ => return None,
        };
        privileges.push(Listed { name, values, any });
    }
    Some(privileges)
}

/// The entries of an array; `None` if it is too long, throws, or is not an array.
fn items(value: &JsValue) -> Option<Vec<JsValue>> {
    const MOST: f64 = 10_000.0;
    if !is_array(value).ok()? {
        return None;
    }
    let length = Reflect::get(value, &"length".into()).ok()?.as_f64()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 to 10000, as is seen first"
    )]
    let length = (0.0..=MOST).contains(&length).then_some(length as u32)?;
    (0..length)
        .map(|index| Reflect::get(value, &index.into()).ok())
        .collect()
}

#[wasm_bindgen]
extern "C" {
    // Even this throws for a revoked proxy.
    #[wasm_bindgen(catch, js_namespace = Array, js_name = isArray)]
    fn is_array(value: &JsValue) -> Result<bool, JsValue>;
}

/// A plain object that is being filled.
pub struct Plain(Object);

impl Plain {
    /// Makes an empty object for the shell, without a prototype, because the shell reads properties that may be missing.
    pub fn new() -> Self {
        Self(Object::create(JsValue::NULL.unchecked_ref()))
    }

    /// An ordinary object, for the caller.
    pub fn ordinary() -> Self {
        Self(Object::new())
    }

    /// Sets a property.
    pub fn set(&self, name: &str, value: impl Into<JsValue>) {
        self.put(name, &value.into());
    }

    // Not generic, so it is compiled once.
    #[inline(never)]
    fn put(&self, name: &str, value: &JsValue) {
        // Setting a property of a new plain object can't fail.
        let _ = Reflect::set(&self.0, &name.into(), value);
    }

    /// Sets a property, if there is a value.
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

/// Makes an array of the converted values.
pub fn array<T>(items: &[T], convert: impl Fn(&T) -> Plain) -> JsValue {
    let array = Array::new();
    for item in items {
        array.push(&convert(item).into());
    }
    array.into()
}

/// Converts an option's error, for the shell to throw.
pub fn invalid(option: InvalidOption) -> JsValue {
    let plain = Plain::new();
    plain.set("code", InvalidOption::CODE);
    plain.set("message", option.message());
    plain.set("path", option.path);
    plain.into()
}

/// A time in milliseconds, as JavaScript has it.
#[cfg(feature = "client")]
#[expect(
    clippy::cast_possible_truncation,
    reason = "a time in milliseconds is a safe integer"
)]
pub fn whole_ms(ms: f64) -> i64 {
    ms as i64
}

/// To spread retries; nothing depends on it that should be secret.
#[cfg(feature = "client")]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "within u32's range"
)]
pub fn random() -> u32 {
    (js_sys::Math::random() * 4_294_967_295.0) as u32
}
