//! Privileges: what a session may do, as the text that a KS carries.
//!
//! `name`, or `name:value/value`, with commas between. Nothing is escaped, nothing trimmed,
//! and no text is wrong.

use indexmap::IndexMap;

/// The names that the server keeps to itself: a caller of `appToken.startSession` can't add
/// them, only the token can carry them.
pub const SERVER_PRIVILEGES: [&str; 33] = [
    "edit",
    "sview",
    "list",
    "download",
    "downloadasset",
    "editplaylist",
    "sviewplaylist",
    "actionslimit",
    "setrole",
    "restrictingrole",
    "limitentry",
    "iprestrict",
    "urirestrict",
    "enableentitlement",
    "disableentitlement",
    "disableentitlementforentry",
    "disableentitlementforplaylist",
    "privacycontext",
    "enablecategorymoderation",
    "reftime",
    "sessionkey",
    "preview",
    "sessionid",
    "jobtype",
    "apptoken",
    "enablechangeaccount",
    "edituser",
    "enablecaptionmoderation",
    "editadmintags",
    "restrictexplicitliveview",
    "virtualeventid",
    "searchcontext",
    "disablesessiontypecheck",
];

/// Every value; as a name, every privilege.
pub(crate) const ANY: &str = "*";

/// A privilege and the values it is limited to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Privilege {
    /// Its name, such as `edit`.
    pub name: String,
    /// Its values, in order; empty for a flag.
    pub values: Vec<String>,
}

/// Reads privileges as the server does. The values of equal names are put together at the
/// place of the first; an empty item is a flag without a name.
pub fn parse(text: &str) -> Vec<Privilege> {
    list(parse_map(text))
}

fn parse_map(text: &str) -> IndexMap<String, Vec<String>> {
    let mut privileges = IndexMap::new();
    for item in text.split(',') {
        let (name, values) = item.split_once(':').unwrap_or((item, ""));
        let known: &mut Vec<String> = privileges.entry(name.to_owned()).or_default();
        if !values.is_empty() {
            known.extend(values.split('/').map(str::to_owned));
        }
    }
    privileges
}

/// Writes privileges as the server does.
pub fn format(privileges: &[Privilege]) -> String {
    let items = privileges.iter().map(|Privilege { name, values }| {
        if values.is_empty() {
            name.clone()
        } else {
            format!("{name}:{}", values.join("/"))
        }
    });
    items.collect::<Vec<_>>().join(",")
}

/// What a session of the app token `app_token_id` will carry when its caller asks for
/// `requested` and the token itself has `token_privileges`, by the server's own rule.
///
/// A name that the token has stays as it is there, unless its values contain `*`: then the
/// requested ones take their place. Other names are added, but for [`SERVER_PRIVILEGES`].
/// Nothing of that is an error: what is not granted is left out silently.
pub fn predict(
    app_token_id: &str,
    token_privileges: Option<&str>,
    requested: Option<&str>,
) -> String {
    let given = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(parse_map);

    let mut granted = IndexMap::from(
        ["sessionid", "apptoken"].map(|name| (name.to_owned(), vec![app_token_id.to_owned()])),
    );
    let mut next_integer = 0_u64;
    for (mut name, values) in given(token_privileges).unwrap_or_default() {
        // What looks like an integer is one to PHP, and merging arrays counts those anew.
        if is_integer(&name) {
            name = next_integer.to_string();
            next_integer += 1;
        }
        granted.entry(name).or_default().extend(values);
    }
    for (name, values) in given(requested).unwrap_or_default() {
        match granted.get_mut(&name) {
            Some(known) if known.iter().any(|value| value == ANY) => *known = values,
            Some(_) => {}
            None if SERVER_PRIVILEGES.contains(&php_trim(&name)) => {}
            None => drop(granted.insert(name, values)),
        }
    }
    format(&list(granted))
}

/// Whether `privileges` allow `value` for `name`, as the server judges it; without a value,
/// whether they have `name` at all.
///
/// The server searches the text: `edit:0_ab` allows to edit `0_a`, and `xedit:0_a` does too.
pub fn allows(privileges: &str, name: &str, value: Option<&str>) -> bool {
    let Some(value) = value else {
        return privileges.contains(name);
    };
    privileges == ANY
        || privileges.contains(&format!("{name}:{ANY}"))
        || privileges.contains(&format!("{name}:{value}"))
        || parse_map(privileges)
            .get(name)
            .is_some_and(|values| values.iter().any(|known| known == value))
}

fn list(privileges: IndexMap<String, Vec<String>>) -> Vec<Privilege> {
    privileges
        .into_iter()
        .map(|(name, values)| Privilege { name, values })
        .collect()
}

/// Whether PHP makes an integer of the array key `name`.
fn is_integer(name: &str) -> bool {
    name.parse()
        .is_ok_and(|integer: i64| integer.to_string() == name)
}

/// PHP's `trim`.
pub(crate) fn php_trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r', '\0', '\x0b'])
}

#[cfg(test)]
mod tests;
