//! Writes the parameters of a request as JSON.

use crate::decimal::decimal;
use crate::work;

/// The parameters of a call, a growing JSON object.
#[derive(Default)]
pub struct Params(String);

impl Params {
    /// Adds a text.
    pub fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        push_text(&mut self.0, value);
    }

    /// Adds a number.
    pub fn number(&mut self, name: &str, value: u32) {
        self.name(name);
        self.0.push_str(&decimal(value));
    }

    /// Adds the parameters of an item.
    pub fn params(&mut self, name: &str, value: Self) {
        self.name(name);
        self.0.push_str(&value.into_json());
    }

    /// Adds the fields of another object, given as JSON.
    #[must_use]
    pub fn with(mut self, json: &str) -> Self {
        let fields = json.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
        if let Some(fields) = fields.filter(|it| !it.is_empty()) {
            self.0.push(if self.0.is_empty() { '{' } else { ',' });
            self.0.push_str(fields);
        }
        self
    }

    /// The whole object.
    pub fn into_json(mut self) -> String {
        if self.0.is_empty() {
            self.0.push('{');
        }
        self.0.push('}');
        self.0
    }

    fn name(&mut self, name: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        push_text(&mut self.0, name);
        self.0.push(':');
    }
}

/// Appends `text` as a JSON string.
pub fn push_text(json: &mut String, text: &str) {
    work::steps(text.len());
    json.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            '\0'..='\x1f' => {
                json.push_str(r"\u00");
                json.push(if c < '\x10' { '0' } else { '1' });
                json.extend(char::from_digit(u32::from(c) % 16, 16));
            }
            _ => json.push(c),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn value(params: Params) -> Value {
        serde_json::from_str(&params.into_json()).unwrap()
    }

    #[test]
    fn parameters_are_texts_numbers_and_items() {
        let mut item = Params::default();
        item.text("action", "get");
        let mut params = Params::default();
        params.text("ks", "s3");
        params.number("format", u32::MAX);
        params.params("1", item);
        assert_eq!(
            value(params),
            json!({ "ks": "s3", "format": u32::MAX, "1": { "action": "get" } })
        );
        assert_eq!(value(Params::default()), json!({}));
    }

    proptest! {
        #[test]
        fn any_text_comes_through(name: String, text in "(?s)[\\x00-\\x7f]{0,20}.{0,20}") {
            let mut params = Params::default();
            params.text(&name, &text);
            prop_assert_eq!(value(params), json!({ name: text }));
        }
    }
}
