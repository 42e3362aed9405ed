//! Warnings about an application token's privileges.

use super::warning::Warning;
use crate::ks::privileges::table::{self, Known, Purpose, Shape};
use crate::ks::privileges::{ANY, Privilege, parse, search};
use crate::work;

const fn warning(code: &'static str, message: &'static str) -> Warning {
    Warning {
        code,
        path: "sessionPrivileges",
        message,
    }
}

const MISSPELT: Warning = warning(
    "MISSPELT_PRIVILEGE",
    "a name differs from one of Kaltura's privileges only in case, or by white space, '*' or '=' beside it: it restricts nothing",
);
const HIDDEN: Warning = warning(
    "HIDDEN_PRIVILEGE",
    "a name ends in another privilege's name, or a value contains one, such as xedit:* or theme:edit:*: Kaltura searches the text, so it allows what the other privilege would",
);
const COMMA: Warning = warning(
    "PRIVILEGE_COMMA",
    "a comma begins another privilege, and what follows one is a privilege that Kaltura doesn't know; separate values with '/'",
);
const REPLACEABLE: Warning = warning(
    "REPLACEABLE_RESTRICTION",
    "a restriction has the value '*', so the token's holder may ask for any other value, including '*'",
);
const REPLACEABLE_PATHS: Warning = warning(
    "REPLACEABLE_RESTRICTION",
    "a path of urirestrict has '*' between slashes or at its end after one, so the token's holder may ask for any other path, including '/*'; name each action, or put a path last that ends otherwise",
);
const NO_VALUE: Warning = warning(
    "PRIVILEGE_VALUE",
    "a privilege such as sview, edit, list or iprestrict has no values, so it allows nothing; values follow a ':', and '*' means all",
);
const NO_ADDRESS: Warning = warning(
    "PRIVILEGE_VALUE",
    "iprestrict takes whole IP addresses, separated by '/': Kaltura supports no ranges, masks or wildcards here, so these match nobody",
);
const NO_COUNT: Warning = warning(
    "PRIVILEGE_VALUE",
    "actionslimit takes the number of calls that a session may make, 1 or more: sessions with another value can't be used",
);
const NO_PATH: Warning = warning(
    "PRIVILEGE_VALUE",
    "a path of urirestrict must begin with '/', such as /api_v3/service/media/action/list: these match no call",
);

/// Returns the warnings about the privileges `text`, each once.
pub fn warnings(text: &str) -> Vec<Warning> {
    let mut all: Vec<Warning> = Vec::new();
    let mut say = |warning: Warning, applies: bool| {
        if applies && !all.contains(&warning) {
            all.push(warning);
        }
    };
    let privileges = parse(text);
    for privilege in &privileges {
        let name = privilege.name.trim();
        let is_misspelt = match table::misspelt(&privilege.name) {
            // The search finds it anyway.
            Some(known) => known.name != name || known.purpose != Purpose::Grants,
            None => false,
        };
        say(MISSPELT, is_misspelt);
    }
    say(HIDDEN, search::found(text).iter().any(|it| it.is_hidden));
    say(COMMA, has_comma(text));
    for privilege in &privileges {
        let Some(known) = table::find(privilege.name.trim()) else {
            continue;
        };
        if let Some(warning) = of_values(known, privilege) {
            say(warning, true);
        }
        let paths = known.shape == Shape::Paths;
        let warning = if paths {
            REPLACEABLE_PATHS
        } else {
            REPLACEABLE
        };
        say(
            warning,
            known.purpose == Purpose::Restricts && privilege.has_value(ANY),
        );
    }
    all
}

/// Whether an unknown item follows a privilege with values: probably the rest of its last value.
fn has_comma(text: &str) -> bool {
    work::steps(text.len());
    let mut after_value = false;
    text.split(',').map(str::trim).any(|item| {
        let (name, values) = item.split_once(':').unwrap_or((item, ""));
        let is_stray = after_value && !item.contains(':') && !name.is_empty();
        after_value = !values.is_empty() && values != ANY;
        is_stray && name != ANY && table::find(name).is_none()
    })
}

/// Returns what is wrong with the values of a privilege, if Kaltura can't use them.
fn of_values(known: &Known, Privilege { values, .. }: &Privilege) -> Option<Warning> {
    work::steps(values.iter().map(String::len).sum());
    let is_empty = values.iter().all(String::is_empty);
    match known.shape {
        Shape::Ids | Shape::Addresses | Shape::Paths if is_empty => Some(NO_VALUE),
        Shape::Addresses if !values.iter().all(|it| is_address(it)) => Some(NO_ADDRESS),
        // Kaltura's guides for rooms use -1 for no limit.
        Shape::Calls => {
            let count = values.first().map(|it| it.parse::<i32>());
            let is_count = matches!(count, Some(Ok(-1 | 1..))) && values.len() == 1;
            (!is_count).then_some(NO_COUNT)
        }
        Shape::Paths => {
            let text = values.join("/");
            let mut paths = text.split('|');
            (!paths.all(|it| it.starts_with(['/', '*']))).then_some(NO_PATH)
        }
        _ => None,
    }
}

/// Whether this is an address, not a pattern.
fn is_address(text: &str) -> bool {
    if text.contains(':') {
        let is_of_v6 = |byte: u8| byte.is_ascii_hexdigit() || b":.".contains(&byte);
        return text.bytes().all(is_of_v6);
    }
    text.split('.').count() == 4 && text.split('.').all(|it| it.parse::<u8>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ks::privileges::predict;

    fn said(text: &str) -> String {
        let codes: Vec<_> = warnings(text).iter().map(|it| it.code).collect();
        codes.join(" ")
    }

    #[test]
    fn what_works_is_not_warned_of() {
        for text in [
            "",
            "*",
            "sview:*,list:*",
            "sview:0_a/0_b, edit:0_c",
            "enableentitlement,privacycontext:MediaSpace,sview:*",
            "disableentitlement,enablechangeaccount",
            "disableentitlementforentry:0_a,setrole:PLAYBACK_BASE_ROLE,sview:0_a",
            "iprestrict:10.0.0.1/10.0.0.2,sview:*",
            "iprestrict:::1",
            "actionslimit:5",
            "urirestrict:/api_v3/service/media/action/list",
            "urirestrict:/api_v3/service/media/*|/api_v3/service/baseentry/action/get",
            "urirestrict:/api_v3/service/m*",
            "role:viewerRole,userContextualRole:3,actionslimit:-1,eventId:7,firstName:Ada,lastName:L",
            "mine,yours:1",
            "sessionid:*",
            "sviewplaylist:*,list:*",
        ] {
            assert_eq!(said(text), "", "{text}");
        }
    }

    #[test]
    fn what_is_broken_is() {
        for (text, codes) in [
            ("firstName:Ada, Lovelace", "PRIVILEGE_COMMA"),
            ("iprestrict:10.0.0.1,10.0.0.2", "PRIVILEGE_COMMA"),
            ("edit:0_a,0_b,0_c", "PRIVILEGE_COMMA"),
            ("iprestrict:10.0.0.1/24", "PRIVILEGE_VALUE"),
            ("iprestrict:10.0.0.*", "PRIVILEGE_VALUE"),
            ("iprestrict:10.0.0.1-10.0.0.9", "PRIVILEGE_VALUE"),
            ("iprestrict:10.0.0.256", "PRIVILEGE_VALUE"),
            ("iprestrict:!10.0.0.1", "PRIVILEGE_VALUE"),
            ("iprestrict", "PRIVILEGE_VALUE"),
            ("actionslimit:ten", "PRIVILEGE_VALUE"),
            ("actionslimit:0", "PRIVILEGE_VALUE"),
            ("actionslimit", "PRIVILEGE_VALUE"),
            ("sview:,list:", "PRIVILEGE_VALUE"),
            ("urirestrict:user", "PRIVILEGE_VALUE"),
            (
                "urirestrict:/api_v3/service/media/*",
                "REPLACEABLE_RESTRICTION",
            ),
            ("urirestrict:/api_v3/*/media", "REPLACEABLE_RESTRICTION"),
            ("urirestrict:*", "REPLACEABLE_RESTRICTION"),
            ("privacycontext:*", "REPLACEABLE_RESTRICTION"),
            ("iprestrict:*", "PRIVILEGE_VALUE REPLACEABLE_RESTRICTION"),
            ("xedit:0_a", "HIDDEN_PRIVILEGE"),
            ("theme:edit:*", "HIDDEN_PRIVILEGE"),
            ("sview:*,ipRestrict:10.0.0.1", "MISSPELT_PRIVILEGE"),
            ("sview:*, iprestrict:10.0.0.1", "MISSPELT_PRIVILEGE"),
        ] {
            assert_eq!(said(text), codes, "{text}");
        }
    }

    #[test]
    fn a_restriction_that_is_said_to_be_replaceable_is_and_no_other() {
        for text in [
            "urirestrict:/api_v3/service/media/*",
            "urirestrict:/api_v3/*/media",
            "urirestrict:/api_v3/service/media/*|/api_v3/service/baseentry/action/get",
            "urirestrict:/api_v3/service/m*",
            "urirestrict:/a/*|/b/*",
            "urirestrict:/*|/*|",
            "urirestrict:*",
        ] {
            let asked = Some("urirestrict:/*");
            let granted = predict("0_token", Some(text), asked);
            let is_replaced = granted.ends_with("urirestrict:/*");
            let is_told = said(text).contains("REPLACEABLE_RESTRICTION");
            assert_eq!(is_replaced, is_told, "{text}: {granted}");
        }
    }

    #[test]
    fn work_grows_with_the_privileges_and_no_faster() {
        for part in [
            "edit:1,",
            ",",
            "/",
            ":",
            "iprestrict:1.2.3.4/",
            "urirestrict:/a|",
            "a",
            "xedit:,",
        ] {
            work::assert_linear(part, |factor| {
                let text = part.repeat(1000 * factor);
                move || {
                    let _ = warnings(&text);
                }
            });
        }
    }
}
