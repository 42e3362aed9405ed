//! Checks and converts a call's parameters like the server.

use serde_json::Value;

use super::exception::Exception;
use super::php::{self, PhpParams};
use crate::work::steps;

/// A change of an object's property.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum ArgumentChange<T> {
    /// Unchanged.
    #[default]
    Keep,
    /// `<name>__null`.
    Clear,
    /// Set to this.
    Set(T),
}

impl<T> ArgumentChange<T> {
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> ArgumentChange<U> {
        match self {
            Self::Keep => ArgumentChange::Keep,
            Self::Clear => ArgumentChange::Clear,
            Self::Set(value) => ArgumentChange::Set(convert(value)),
        }
    }

    /// Applies the change.
    pub fn apply(self, property: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *property = None,
            Self::Set(value) => *property = Some(value),
        }
    }
}

/// Looks arguments up by name.
#[derive(Clone, Copy)]
pub(super) struct Arguments<'a>(pub &'a PhpParams);

impl Arguments<'_> {
    pub fn has(self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub fn text(self, name: &str) -> Result<Option<String>, Exception> {
        let Some(value) = self.0.get(name) else {
            return Ok(None);
        };
        let text = php::to_text(value);
        if php::is_xml_text(&text) {
            Ok(Some(text))
        } else {
            Err(Exception::invalid_parameter_char(name))
        }
    }

    pub fn required_text(self, name: &str) -> Result<String, Exception> {
        self.text(name)?
            .ok_or_else(|| Exception::missing_mandatory_parameter(name))
    }

    pub fn int(self, name: &str) -> Option<i64> {
        self.0.get(name).map(php::to_int)
    }

    pub fn session_type(self, name: &str) -> Result<Option<i64>, Exception> {
        self.enumeration(name, "KalturaSessionType", &[0, 2])
    }

    pub fn app_token_status(self, name: &str) -> Result<Option<i64>, Exception> {
        self.enumeration(name, "KalturaAppTokenStatus", &[1, 2, 3])
    }

    /// One of the `numbers` of the enumeration `kind`; null is 0.
    fn enumeration(
        self,
        name: &str,
        kind: &str,
        numbers: &[i64],
    ) -> Result<Option<i64>, Exception> {
        let Some(value) = self.0.get(name) else {
            return Ok(None);
        };
        if value.is_null() {
            return Ok(Some(0));
        }
        let text = php::to_text(value);
        match numbers
            .iter()
            .find(|number| number.to_string() == text.trim())
        {
            Some(number) => Ok(Some(*number)),
            None => Err(Exception::invalid_enum_value(&text, name, kind)),
        }
    }

    /// An object, nested or in the form `name:property`.
    pub fn object(self, name: &str) -> Result<Option<PhpParams>, Exception> {
        let parts = self.0.iter().filter_map(|(key, value)| {
            steps(1);
            let property = key.strip_prefix(name)?.strip_prefix(':')?;
            Some((property, value))
        });
        object(self.0.get(name), Some(parts), name)
    }

    /// The change of the property `name`, read with `read`.
    pub fn change<T>(
        self,
        name: &str,
        read: impl FnOnce(&str) -> Result<Option<T>, Exception>,
    ) -> Result<ArgumentChange<T>, Exception> {
        Ok(match read(name)? {
            Some(value) => ArgumentChange::Set(value),
            None if self.has(&format!("{name}__null")) => ArgumentChange::Clear,
            None => ArgumentChange::Keep,
        })
    }
}

/// The object called `name`: what is `nested` there, and the `parts` that are spelt
/// `name:property`.
pub(super) fn object<'a>(
    nested: Option<&Value>,
    parts: Option<impl IntoIterator<Item = (&'a str, &'a Value)>>,
    name: &str,
) -> Result<Option<PhpParams>, Exception> {
    let mut object = match nested {
        None => None,
        Some(Value::Object(given)) => Some(given.clone()),
        Some(Value::Array(items)) => {
            let numbered = items.iter().enumerate();
            Some(
                numbered
                    .map(|(index, item)| (index.to_string(), item.clone()))
                    .collect(),
            )
        }
        Some(_) => return Err(Exception::not_an_object(name)),
    };
    for (property, value) in parts.into_iter().flatten() {
        object
            .get_or_insert_with(PhpParams::new)
            .insert(property.to_owned(), value.clone());
    }
    Ok(object)
}

/// Times up to ten years are relative to now.
pub(super) fn absolute_time(time: i64, now: i64) -> i64 {
    const TEN_YEARS: u64 = 315_360_000;
    if time.unsigned_abs() <= TEN_YEARS {
        now.saturating_add(time)
    } else {
        time
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn params(value: &Value) -> PhpParams {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn an_object_is_read_nested_and_with_colons() {
        let given = params(&json!({ "a": { "x": 1 }, "a:y": 2, "ab:z": 3, "t": "text" }));
        let object = Arguments(&given).object("a").unwrap();
        assert_eq!(object.map(Value::Object), Some(json!({ "x": 1, "y": 2 })));
        assert_eq!(
            Arguments(&given).object("t"),
            Err(Exception::not_an_object("t"))
        );
        assert_eq!(Arguments(&given).object("none"), Ok(None));
    }

    #[test]
    fn session_types_are_zero_and_two() {
        let read = |value: Value| {
            let given = params(&json!({ "type": value }));
            Arguments(&given)
                .session_type("type")
                .map_err(|error| error.code)
        };
        assert_eq!(read(json!(2)), Ok(Some(2)));
        assert_eq!(read(json!("0")), Ok(Some(0)));
        assert_eq!(read(json!(null)), Ok(Some(0)));
        for wrong in [json!(1), json!(""), json!("USER"), json!(7)] {
            assert_eq!(read(wrong), Err("INVALID_ENUM_VALUE".to_owned()));
        }
    }

    #[test]
    fn null_is_a_value_and_the_suffix_clears() {
        let given = params(&json!({ "a": null, "b__null": "" }));
        let arguments = Arguments(&given);
        let change = |name| arguments.change(name, |name| arguments.text(name));
        assert_eq!(change("a"), Ok(ArgumentChange::Set(String::new())));
        assert_eq!(change("b"), Ok(ArgumentChange::Clear));
        assert_eq!(change("c"), Ok(ArgumentChange::Keep));
    }

    #[test]
    fn short_times_are_relative() {
        assert_eq!(absolute_time(60, 1_000_000_000), 1_000_000_060);
        assert_eq!(absolute_time(-60, 1_000_000_000), 999_999_940);
        assert_eq!(absolute_time(1_500_000_000, 1_000_000_000), 1_500_000_000);
    }
}
