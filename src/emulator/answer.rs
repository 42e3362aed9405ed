//! The results of actions, and their JSON.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::exception::Exception;
use crate::work::steps;

/// The result of an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Answer {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Answer>),
    Object(Object),
    Error(Exception),
}

/// A `Kaltura…` object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Object {
    /// Its `objectType`.
    pub class: Cow<'static, str>,
    /// Its properties in order; `None` where the server holds null.
    pub fields: Vec<(Cow<'static, str>, Option<Answer>)>,
}

impl Object {
    pub fn new(class: &'static str) -> Self {
        Self {
            class: Cow::Borrowed(class),
            fields: Vec::new(),
        }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<AnswerProperty>) -> Self {
        self.fields.push((Cow::Borrowed(name), value.into().0));
        self
    }

    pub fn get(&self, name: &str) -> Option<&Answer> {
        self.fields
            .iter()
            .find(|(given, _)| given == name)
            .and_then(|(_, value)| value.as_ref())
    }
}

/// The value of a property.
pub(super) struct AnswerProperty(Option<Answer>);

impl From<Answer> for AnswerProperty {
    fn from(value: Answer) -> Self {
        Self(Some(value))
    }
}

impl From<i64> for AnswerProperty {
    fn from(value: i64) -> Self {
        Self(Some(Answer::Int(value)))
    }
}

impl From<bool> for AnswerProperty {
    fn from(value: bool) -> Self {
        Self(Some(Answer::Bool(value)))
    }
}

impl From<&str> for AnswerProperty {
    fn from(value: &str) -> Self {
        Self(Some(Answer::Text(value.to_owned())))
    }
}

impl From<String> for AnswerProperty {
    fn from(value: String) -> Self {
        Self(Some(Answer::Text(value)))
    }
}

impl<T: Into<AnswerProperty>> From<Option<T>> for AnswerProperty {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self(None), Into::into)
    }
}

impl Answer {
    /// The value at the `path` of a dependent request, such as `["objects", "0", "id"]`, if any.
    pub fn at<'a>(&self, path: impl IntoIterator<Item = &'a str>) -> Option<&Self> {
        path.into_iter()
            .try_fold(self, |answer, step| match answer {
                Self::Object(object) => object.get(step),
                Self::List(items) => step
                    .parse::<usize>()
                    .ok()
                    .and_then(|index| items.get(index)),
                _ => None,
            })
    }

    /// An upper bound of its bytes in any format.
    pub fn written(&self) -> usize {
        match self {
            Self::Null | Self::Bool(_) | Self::Int(_) => 40,
            Self::Text(text) => escaped(text),
            Self::List(items) => items.iter().map(Self::written).sum::<usize>() + 40,
            Self::Object(object) => {
                let fields = object.fields.iter().map(|(name, value)| {
                    let value = value.as_ref().map_or(0, Self::written);
                    value + 2 * name.len() + 16
                });
                fields.sum::<usize>() + 2 * object.class.len() + 100
            }
            Self::Error(exception) => {
                let texts = [&exception.code, &exception.message];
                let args = exception
                    .args
                    .iter()
                    .flat_map(|(name, value)| [name, value]);
                let texts = texts.into_iter().chain(args);
                texts.map(|text| escaped(text) + 60).sum::<usize>() + 200
            }
        }
    }

    /// Its JSON, escaped as the server does.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write_json(&mut out);
        out
    }

    fn write_json(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Int(value) => out.push_str(&value.to_string()),
            Self::Text(value) => json_text(value, out),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write_json(out);
                }
                out.push(']');
            }
            Self::Object(object) => {
                out.push('{');
                for (name, value) in &object.fields {
                    if let Some(value) = value {
                        json_text(name, out);
                        out.push(':');
                        value.write_json(out);
                        out.push(',');
                    }
                }
                out.push_str("\"objectType\":");
                json_text(&object.class, out);
                out.push('}');
            }
            Self::Error(exception) => {
                out.push_str("{\"code\":");
                json_text(&exception.code, out);
                out.push_str(",\"message\":");
                json_text(&exception.message, out);
                out.push_str(",\"objectType\":\"KalturaAPIException\",\"args\":");
                // PHP doesn't distinguish an empty map from an empty list.
                if exception.args.is_empty() {
                    out.push_str("[]");
                } else {
                    let mut opening = '{';
                    for (name, value) in &exception.args {
                        out.push(opening);
                        json_text(name, out);
                        out.push(':');
                        json_text(value, out);
                        opening = ',';
                    }
                    out.push('}');
                }
                out.push('}');
            }
        }
    }
}

/// An upper bound of a text's bytes in any format.
fn escaped(text: &str) -> usize {
    steps(text.len());
    let long = |byte: &u8| !byte.is_ascii_alphanumeric() && !b"-_=.,: ".contains(byte);
    text.len() + 5 * text.bytes().filter(long).count() + 20
}

/// A JSON string with `/` and everything outside ASCII escaped.
fn json_text(text: &str, out: &mut String) {
    steps(text.len());
    out.push('"');
    for unit in text.chars() {
        match unit {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' => out.push_str("\\/"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' '..='\u{7f}' => out.push(unit),
            _ => {
                for half in unit.encode_utf16(&mut [0; 2]) {
                    out.push_str("\\u");
                    let digits = [12, 8, 4, 0].map(|shift| u32::from(*half) >> shift & 0xf);
                    out.extend(
                        digits
                            .iter()
                            .filter_map(|digit| char::from_digit(*digit, 16)),
                    );
                }
            }
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_escaped_as_the_server_does() {
        let text = Answer::Text("a/b \"ü\" 👩 <b>\n\u{1}".to_owned());
        assert_eq!(
            text.to_json(),
            r#""a\/b \"\u00fc\" \ud83d\udc69 <b>\n\u0001""#
        );
    }

    #[test]
    fn nulls_are_left_out_and_the_type_comes_last() {
        let object = Object::new("KalturaAppToken")
            .with("id", "0_a")
            .with("expiry", None::<i64>)
            .with("status", 2);
        assert_eq!(
            Answer::Object(object).to_json(),
            r#"{"id":"0_a","status":2,"objectType":"KalturaAppToken"}"#,
        );
    }

    #[test]
    fn an_errors_arguments_are_an_object_but_for_none() {
        assert_eq!(
            Answer::Error(Exception::invalid_app_token_hash()).to_json(),
            concat!(
                r#"{"code":"INVALID_APP_TOKEN_HASH","message":"Invalid application token hash","#,
                r#""objectType":"KalturaAPIException","args":[]}"#
            ),
        );
        assert_eq!(
            Answer::Error(Exception::invalid_ks("EXPIRED")).to_json(),
            concat!(
                r#"{"code":"INVALID_KS","message":"Invalid KS \"EXPIRED\", Error \"-1,INVALID_STR\"","#,
                r#""objectType":"KalturaAPIException","#,
                r#""args":{"KSID":"EXPIRED","ERR_CODE":"-1","ERR_DESC":"INVALID_STR"}}"#
            ),
        );
    }

    #[test]
    fn a_path_leads_through_objects_and_lists() {
        let answer = Answer::Object(Object::new("List").with(
            "objects",
            Answer::List(vec![Answer::Object(Object::new("Item").with("id", "x"))]),
        ));
        assert_eq!(
            answer.at(["objects", "0", "id"]),
            Some(&Answer::Text("x".to_owned()))
        );
        assert_eq!(answer.at(["objects", "1", "id"]), None);
    }
}
