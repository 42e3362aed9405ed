//! Reads what was thrown, without secrets.

use js_sys::{JsString, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::error::Cause;

/// The chain of thrown errors; only the parts that are safe to read.
pub fn causes(thrown: &JsValue) -> Vec<Cause> {
    const DEEPEST: usize = 4;
    let mut causes = Vec::new();
    let mut link = thrown.clone();
    while causes.len() < DEEPEST && (link.is_object() || causes.is_empty()) {
        let text = |name: &str| -> Option<String> {
            short_text(&Reflect::get(&link, &name.into()).ok()?, 10_000)
        };
        causes.push(Cause {
            name: text("name")
                .filter(|it| is_name(it))
                .unwrap_or_else(|| "Error".to_owned()),
            code: text("code").filter(|it| is_name(it)),
            message: if link.is_object() {
                text("message").unwrap_or_default()
            } else {
                String::new()
            },
        });
        let behind = Reflect::get(&link, &"cause".into()).unwrap_or(JsValue::UNDEFINED);
        // Node wraps one error for each address that it tried.
        link = if behind.is_object() {
            behind
        } else {
            first_of(&link, "errors").unwrap_or(JsValue::UNDEFINED)
        };
    }
    causes
}

/// Without an array's own methods, because reading what was thrown may throw.
fn first_of(thrown: &JsValue, list: &str) -> Option<JsValue> {
    let list = Reflect::get(thrown, &list.into()).ok()?;
    Reflect::get(&list, &0.into()).ok()
}

/// A class name or error code; `None` for anything that could be a secret.
fn is_name(text: &str) -> bool {
    text.len() <= 48
        && !text.bytes().any(|b| b.is_ascii_digit() && text.len() > 24)
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// A text of at most so many UTF-16 units; longer ones aren't copied.
pub fn short_text(value: &JsValue, most: usize) -> Option<String> {
    let text = value.dyn_ref::<JsString>()?;
    let is_short = usize::try_from(text.length()).is_ok_and(|length| length <= most);
    is_short.then(|| text.as_string()).flatten()
}
