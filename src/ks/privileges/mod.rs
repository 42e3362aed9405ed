//! Privileges: what a session may do, as text in a KS.
//!
//! `name`, or `name:value/value`, separated by commas. Nothing is escaped or trimmed, and any text is valid.

use crate::ks::php;
use crate::work;

pub mod search;
pub mod table;

/// Every value; as a name, every privilege.
pub(crate) const ANY: &str = "*";

/// A privilege and the values that it is limited to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Privilege {
    /// Its name, such as `edit`.
    pub name: String,
    /// Its values, in order; empty for a flag.
    pub values: Vec<String>,
}

impl Privilege {
    /// Whether one of its values is `value`.
    pub(crate) fn has_value(&self, value: &str) -> bool {
        work::steps(self.values.len() + value.len());
        self.values.iter().any(|known| known == value)
    }
}

/// Reads privileges as the server does. The values of equal names are merged at the position of the first; an empty
/// item is a flag without a name.
///
/// ```
/// use kaltura_app_token::ks::privileges::{format, parse};
///
/// let privileges = parse("edit:0_a/0_b,sview:*");
/// assert_eq!(privileges[0].values, ["0_a", "0_b"]);
/// assert_eq!(format(&privileges), "edit:0_a/0_b,sview:*");
/// ```
pub fn parse(text: &str) -> Vec<Privilege> {
    work::steps(text.len());
    let items: Vec<(&str, &str)> = text
        .split(',')
        .map(|item| item.split_once(':').unwrap_or((item, "")))
        .collect();
    let names: Vec<&str> = items.iter().map(|(name, _)| *name).collect();
    let mut privileges: Vec<Privilege> = Vec::new();
    for ((name, values), place) in items.into_iter().zip(php::places(&names)) {
        if place == privileges.len() {
            privileges.push(Privilege {
                name: name.to_owned(),
                values: Vec::new(),
            });
        }
        if let Some(privilege) = privileges.get_mut(place).filter(|_| !values.is_empty()) {
            privilege
                .values
                .extend(values.split('/').map(str::to_owned));
        }
    }
    privileges
}

/// Writes privileges as the server does.
pub fn format(privileges: &[Privilege]) -> String {
    let mut text = String::new();
    for (index, Privilege { name, values }) in privileges.iter().enumerate() {
        work::steps(name.len() + values.len() + 1);
        if index > 0 {
            text.push(',');
        }
        text.push_str(name);
        for (index, value) in values.iter().enumerate() {
            text.push(if index == 0 { ':' } else { '/' });
            text.push_str(value);
        }
    }
    text
}

/// Predicts the privileges of a session of the app token `app_token_id`, whose own are `token_privileges`, when
/// `requested` are requested, by the server's own rule.
///
/// The token's privileges stay, except that requested values replace those that contain `*`. Other names are added,
/// except [reserved](table::reserved) ones. What is not granted is silently dropped.
///
/// ```
/// use kaltura_app_token::ks::privileges::predict;
///
/// let granted = predict("0_ab12cd34", Some("edit:*"), Some("edit:0_cd56ef78"));
/// assert!(granted.ends_with("edit:0_cd56ef78"));
/// ```
pub fn predict(
    app_token_id: &str,
    token_privileges: Option<&str>,
    requested: Option<&str>,
) -> String {
    let given = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(parse);

    let own = ["sessionid", "apptoken"].map(|name| Privilege {
        name: name.to_owned(),
        values: vec![app_token_id.to_owned()],
    });
    let mut tokens = given(token_privileges).unwrap_or_default();
    // PHP treats names that look like integers as integers, and renumbers them when it merges arrays.
    let integers = tokens
        .iter_mut()
        .filter(|known| php::is_integer_key(&known.name));
    for (count, privilege) in integers.enumerate() {
        privilege.name = count.to_string();
    }
    let mut granted = merged(own.into_iter().chain(tokens).collect());
    let requested = given(requested).unwrap_or_default();

    let names = granted
        .iter()
        .chain(&requested)
        .map(|privilege| &*privilege.name);
    let places = php::places(&names.collect::<Vec<_>>()).split_off(granted.len());
    let known = granted.len();
    for (privilege, place) in requested.into_iter().zip(places) {
        match granted.get_mut(place).filter(|_| place < known) {
            Some(known) if known.has_value(ANY) => *known = privilege,
            Some(_) => {}
            None if table::is_reserved(php::trim(&privilege.name)) => {}
            None => granted.push(privilege),
        }
    }
    format(&granted)
}

/// Whether `privileges` allow `value` for `name` by the server's search; without a value, whether they contain
/// `name`.
///
/// The server searches the text: `edit:0_ab` also allows `0_a`, and so does `xedit:0_a`.
///
/// ```
/// use kaltura_app_token::ks::privileges::allows;
///
/// assert!(allows("edit:0_ab", "edit", Some("0_ab")));
/// assert!(!allows("edit:0_ab", "edit", Some("0_cd")));
/// ```
pub fn allows(privileges: &str, name: &str, value: Option<&str>) -> bool {
    work::steps(privileges.len());
    let Some(value) = value else {
        return privileges.contains(name);
    };
    privileges == ANY
        || privileges.contains(&format!("{name}:{ANY}"))
        || privileges.contains(&format!("{name}:{value}"))
        || parse(privileges)
            .iter()
            .any(|known| known.name == name && known.has_value(value))
}

/// Merges equal names, with the values of all.
fn merged(privileges: Vec<Privilege>) -> Vec<Privilege> {
    php::array(
        privileges,
        |privilege| &privilege.name,
        |earlier, later| earlier.values.extend(later.values),
    )
}

#[cfg(test)]
mod tests;
