//! The table of known privileges, which every rule about a privilege's name reads.

use crate::work;

/// The effect of a privilege on a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Lets the session do more. The server finds it anywhere in the text.
    Grants,
    /// Limits the session, which may do more without it.
    Restricts,
    /// Identifies what the session belongs to.
    Identifies,
}

/// The kinds of values of a privilege.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// None: it is a flag.
    Flag,
    /// Any number of ids, in any order.
    Ids,
    /// Any number of IP addresses, in any order. The server knows no ranges and no masks.
    Addresses,
    /// Prefixes of URIs or whole paths, separated by bars; slashes are part of them.
    Paths,
    /// A number of calls.
    Calls,
    /// Anything else; the order of values may matter.
    Text,
}

/// A privilege that the server or one of Kaltura's applications knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its name. The server tells upper and lower case apart.
    pub name: &'static str,
    /// What it does.
    pub purpose: Purpose,
    /// What its values are.
    pub shape: Shape,
}

const fn known(name: &'static str, purpose: Purpose, shape: Shape) -> Known {
    Known {
        name,
        purpose,
        shape,
    }
}

/// The number of reserved privileges, which come first in [`TABLE`]: only a token can carry them, and
/// `appToken.startSession` can't add them.
const RESERVED: usize = 33;

/// The length of the shortest name.
const SHORTEST: usize = 4;

/// The number of those that the server uses.
const SERVERS: usize = RESERVED + 1;

/// Every privilege that is known.
static TABLE: [Known; 42] = {
    use Purpose::{Grants, Identifies, Restricts};
    use Shape::{Addresses, Calls, Flag, Ids, Paths, Text};
    [
        known("edit", Grants, Ids),
        known("sview", Grants, Ids),
        known("list", Grants, Ids),
        known("download", Grants, Ids),
        known("downloadasset", Grants, Ids),
        known("editplaylist", Grants, Ids),
        known("sviewplaylist", Grants, Ids),
        known("actionslimit", Restricts, Calls),
        known("setrole", Restricts, Text),
        known("restrictingrole", Restricts, Text),
        known("limitentry", Restricts, Ids),
        known("iprestrict", Restricts, Addresses),
        known("urirestrict", Restricts, Paths),
        known("enableentitlement", Restricts, Flag),
        known("disableentitlement", Grants, Flag),
        known("disableentitlementforentry", Grants, Ids),
        known("disableentitlementforplaylist", Grants, Ids),
        known("privacycontext", Restricts, Text),
        known("enablecategorymoderation", Restricts, Flag),
        known("reftime", Restricts, Text),
        known("sessionkey", Identifies, Text),
        known("preview", Restricts, Text),
        known("sessionid", Identifies, Text),
        known("jobtype", Restricts, Text),
        known("apptoken", Identifies, Text),
        known("enablechangeaccount", Grants, Flag),
        known("edituser", Grants, Ids),
        known("enablecaptionmoderation", Restricts, Flag),
        known("editadmintags", Grants, Ids),
        known("restrictexplicitliveview", Restricts, Ids),
        known("virtualeventid", Identifies, Text),
        known("searchcontext", Identifies, Text),
        known("disablesessiontypecheck", Grants, Flag),
        // With `widget:1`, a session without a user can't be revoked.
        known("widget", Grants, Ids),
        // For Kaltura's rooms, events and portals; the server itself ignores them.
        known("appId", Identifies, Text),
        known("email", Identifies, Text),
        known("eventId", Identifies, Text),
        known("firstName", Identifies, Text),
        known("lastName", Identifies, Text),
        known("resourceId", Identifies, Text),
        known("role", Identifies, Text),
        known("userContextualRole", Identifies, Text),
    ]
};

/// The reserved privileges.
pub fn reserved() -> &'static [Known] {
    TABLE.get(..RESERVED).unwrap_or_default()
}

/// Whether `name` is reserved.
pub fn is_reserved(name: &str) -> bool {
    reserved().iter().any(|it| it.name == name)
}

/// The privileges that the server uses.
pub fn servers() -> &'static [Known] {
    TABLE.get(..SERVERS).unwrap_or_default()
}

/// Whether a name could begin with this byte. Most texts that are looked up in long lists aren't names.
fn beginning(name: &str) -> Option<u8> {
    let first = name.bytes().next()?;
    (name.len() >= SHORTEST).then_some(first)
}

/// The privilege with this name.
pub fn find(name: &str) -> Option<&'static Known> {
    work::steps(name.len() + 1);
    let first = beginning(name)?;
    let mut table = TABLE.iter();
    table.find(|it| it.name.bytes().next() == Some(first) && it.name == name)
}

/// The server's privilege from which `name` differs only in case or by surrounding characters. The server ignores such
/// a name, so a restriction would not restrict.
pub fn misspelt(name: &str) -> Option<&'static Known> {
    work::steps(name.len() + 1);
    // White space has many forms, some of them invisible. With `-` or `_` it is another word.
    let sticks = |c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_';
    let word = name.trim_matches(sticks).split('=').next()?;
    let word = word.trim_end_matches(sticks);
    let first = beginning(word)?.to_ascii_lowercase();
    let is_meant =
        |it: &&Known| it.name.bytes().next() == Some(first) && it.name.eq_ignore_ascii_case(word);
    let known = servers().iter().find(is_meant)?;
    (known.name != name).then_some(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_known_once() {
        for (index, known) in TABLE.iter().enumerate() {
            assert_eq!(find(known.name), Some(known));
            assert!(known.name.len() >= SHORTEST);
            assert!(known.name.starts_with(|c: char| c.is_ascii_lowercase()));
            assert!(TABLE[..index].iter().all(|it| it.name != known.name));
            assert_eq!(misspelt(known.name), None, "{}", known.name);
        }
        assert_eq!(find("Edit"), None);
        assert_eq!(find(""), None);
    }

    #[test]
    fn a_name_with_other_letters_or_with_something_stuck_to_it_is_misspelt() {
        for (name, right) in [
            ("ipRestrict", "iprestrict"),
            ("IPRESTRICT", "iprestrict"),
            ("setRole", "setrole"),
            ("privacyContext", "privacycontext"),
            ("iprestrict=10.0.0.1", "iprestrict"),
            ("iprestrict = 10.0.0.1", "iprestrict"),
            ("*privacycontext", "privacycontext"),
            ("edit*", "edit"),
            (" edit", "edit"),
            ("edit\u{a0}", "edit"),
            ("\u{feff}urirestrict\u{200b}", "urirestrict"),
            ("\"setrole\"", "setrole"),
        ] {
            assert_eq!(misspelt(name).map(|it| it.name), Some(right), "{name}");
        }
        for name in [
            "",
            "*",
            "=",
            " ",
            "mine",
            "edits",
            "edit-mode",
            "my_list",
            "xedit",
            "a=edit",
            "role",
            "eventId",
            "EventID",
            "userrole",
            "iprestricted",
            "ip restrict",
            "all",
        ] {
            assert_eq!(misspelt(name), None, "{name}");
        }
    }
}
