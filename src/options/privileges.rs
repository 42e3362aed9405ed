//! Requested privileges, as Kaltura's text or as a list.

use super::{Input, Named, Read, has_control};
use crate::decimal::decimal;
use crate::error::InvalidOption;
use crate::ks::privileges::table::{self, Shape};
use crate::ks::privileges::{ANY, search};
use crate::session::names_session_id;
use crate::work;

/// A privilege in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Its values; none for a flag.
    pub values: Vec<String>,
    /// Whether it is for every value.
    pub any: bool,
}

/// The privileges to request. A misspelt name is refused, because it may be meant as a restriction. So is a
/// `sessionid`, because it may be another application token's, whose sessions the session could end.
pub fn session_privileges(named: Named) -> Read<Option<String>> {
    const EXPECTED: &str = "without sessionid, with which a session could end another token's; a provider's option isolate gives each user one";
    let path = named.path.clone();
    let text = text(named)?;
    if let Some(text) = &text {
        if names_session_id(text) {
            return Err(InvalidOption::new(path, EXPECTED));
        }
        check_spelling(&path, text)?;
    }
    Ok(text)
}

/// Privileges as Kaltura's text with any names, or as a strict list.
pub fn text(Named { path, input }: Named) -> Read<Option<String>> {
    const EXPECTED: &str = "text such as 'edit:0_a,sview:*', or an array of { name, values }, or of { name, any: true } for every value";
    match input {
        Input::Missing => Ok(None),
        Input::Text(Some(text)) if !has_control(&text) => Ok(Some(text)),
        Input::Privileges(list) => written(&path, &list).map(Some),
        _ => Err(InvalidOption::new(path, EXPECTED)),
    }
}

/// Refuses a name that differs from one of the server's only in case or by surrounding characters.
pub fn check_spelling(path: &str, text: &str) -> Read<()> {
    let misspelt = text.split(',').find_map(|item| {
        let name = item.split_once(':').map_or(item, |(name, _)| name);
        table::misspelt(name)
    });
    match misspelt {
        Some(known) => Err(InvalidOption::naming(path, MISSPELT, known.name)),
        None => Ok(()),
    }
}

const MISSPELT: &str = "exact in the names of Kaltura's privileges, which mean nothing in other letters, or with white space, '*' or '=' beside them; one is meant to be ";

/// Writes `list` as text.
pub fn written(path: &str, list: &[Listed]) -> Read<String> {
    let mut text = String::new();
    for (index, listed) in list.iter().enumerate() {
        let at = |part: &str| [path, "[", &decimal(index), "].", part].concat();
        check_name(&listed.name, &|| at("name"))?;
        if index > 0 {
            text.push(',');
        }
        text.push_str(&listed.name);
        if listed.any {
            if !listed.values.is_empty() {
                const EXPECTED: &str = "left out where there are values";
                return Err(InvalidOption::new(at("any"), EXPECTED));
            }
            text.push(':');
            text.push_str(ANY);
        }
        let has_paths = table::find(&listed.name).is_some_and(|it| it.shape == Shape::Paths);
        let separator = if has_paths { '|' } else { '/' };
        for (nth, value) in listed.values.iter().enumerate() {
            check_value(value, separator, &|| {
                at(&["values[", &decimal(nth), "]"].concat())
            })?;
            text.push(if nth == 0 { ':' } else { separator });
            text.push_str(value);
        }
    }
    Ok(text)
}

fn check_name(name: &str, path: &dyn Fn() -> String) -> Read<()> {
    const EXPECTED: &str = "a privilege's name, without ',', ':', ';' and '/'";
    const HIDES: &str = "no name in which Kaltura's search finds another privilege, as it finds ";
    work::steps(name.len());
    if name.trim().is_empty() || name.contains([',', ':', ';', '/']) || has_control(name) {
        return Err(InvalidOption::new(path(), EXPECTED));
    }
    let (expected, known) = match table::misspelt(name) {
        Some(known) => (MISSPELT, known),
        None => match search::hidden_in(name, true) {
            Some(known) => (HIDES, known),
            None => return Ok(()),
        },
    };
    Err(InvalidOption::naming(path(), expected, known.name))
}

/// A comma would begin another privilege, a colon one that the server's search finds, and a semicolon ends all
/// privileges in a KS of version 1.
fn check_value(value: &str, separator: char, path: &dyn Fn() -> String) -> Read<()> {
    work::steps(value.len() + 1);
    let expected =
        if value.is_empty() || value.contains([',', ':', ';', separator]) || has_control(value) {
            if separator == '|' {
                "a path, without ',', ':', ';' and '|'"
            } else {
                "a privilege's value, without ',', ':', ';' and '/'"
            }
        } else if value.starts_with(ANY) {
            "a value that doesn't begin with '*'; any: true, without values, stands for all"
        } else if let Some(known) = search::hidden_in(value, false) {
            const HIDES: &str =
                "no value in which Kaltura's search finds another privilege, as it finds ";
            return Err(InvalidOption::naming(path(), HIDES, known.name));
        } else {
            return Ok(());
        };
    Err(InvalidOption::new(path(), expected))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ks::privileges::parse;

    fn listed(name: &str, values: &[&str]) -> Listed {
        Listed {
            name: name.into(),
            values: values.iter().map(|it| (*it).into()).collect(),
            any: false,
        }
    }

    fn any(name: &str) -> Listed {
        Listed {
            any: true,
            ..listed(name, &[])
        }
    }

    fn read(list: Vec<Listed>) -> Read<Option<String>> {
        session_privileges(Named {
            path: "sp".to_owned(),
            input: Input::Privileges(list),
        })
    }

    fn refused(list: Vec<Listed>) -> String {
        read(list).unwrap_err().path
    }

    fn read_text(text: &str) -> Read<Option<String>> {
        session_privileges(Named {
            path: "sp".to_owned(),
            input: Input::Text(Some(text.to_owned())),
        })
    }

    #[test]
    fn a_list_says_values_flags_and_wildcards() {
        let list = vec![
            listed("edit", &["0_a", "0_b"]),
            any("sview"),
            listed("disableentitlement", &[]),
            listed("firstName", &["Ada L."]),
        ];
        let text = "edit:0_a/0_b,sview:*,disableentitlement,firstName:Ada L.";
        assert_eq!(read(list), Ok(Some(text.into())));
        assert_eq!(read(Vec::new()), Ok(Some(String::new())));
    }

    #[test]
    fn a_list_of_privileges_cannot_smuggle_in_another() {
        for value in [
            "",
            "0_a,disableentitlement",
            "edit:*",
            "a;b",
            "0_a/0_b",
            "*",
            "*x",
            "a\n",
            "disableentitlement",
            "xenablechangeaccount",
        ] {
            let path = refused(vec![listed("a", &[]), listed("firstName", &["Ada", value])]);
            assert_eq!(path, "sp[1].values[1]", "{value}");
        }
        for name in [
            "",
            " ",
            "a,b",
            "edit:*",
            "a;b",
            "a/b",
            "a\n",
            "xedit",
            "guestlist",
            "mywidget",
            "xdisableentitlementx",
            "ipRestrict",
            "iprestrict=1",
            "*edit",
            " edit",
        ] {
            assert_eq!(
                refused(vec![any("sview"), any(name)]),
                "sp[1].name",
                "{name}"
            );
        }
        let both = Listed {
            any: true,
            ..listed("edit", &["0_a"])
        };
        assert_eq!(refused(vec![both]), "sp[0].any");
    }

    #[test]
    fn every_name_that_is_known_can_be_listed() {
        for known in table::servers() {
            let text = format!("{}:*", known.name);
            assert_eq!(written("sp", &[any(known.name)]), Ok(text));
        }
        for name in ["role", "userContextualRole", "eventId", "editor", "Edith"] {
            assert!(read(vec![listed(name, &["1"])]).is_ok(), "{name}");
        }
    }

    #[test]
    fn the_paths_of_urirestrict_keep_their_slashes() {
        let paths = [
            "/api_v3/service/media/*",
            "/api_v3/service/baseentry/action/list",
        ];
        let text = format!("urirestrict:{}", paths.join("|"));
        assert_eq!(read(vec![listed("urirestrict", &paths)]), Ok(Some(text)));
        assert_eq!(
            read(vec![any("urirestrict")]),
            Ok(Some("urirestrict:*".into()))
        );
        for path in ["", "*", "/a|/b", "/a,edit", "/a;b", "/a:b"] {
            assert_eq!(
                refused(vec![listed("urirestrict", &[path])]),
                "sp[0].values[0]"
            );
        }
    }

    #[test]
    fn a_misspelt_restriction_is_refused_with_its_right_name() {
        for (text, right) in [
            (
                "enableentitlement,privacycontext:a,ipRestrict:10.0.0.1",
                "iprestrict",
            ),
            (
                "enableEntitlement,privacyContext:course1",
                "enableentitlement",
            ),
            ("IPRESTRICT:10.0.0.1", "iprestrict"),
            ("setRole:1", "setrole"),
            ("iprestrict=10.0.0.1", "iprestrict"),
            ("*privacycontext:MediaSpace", "privacycontext"),
            ("sview:*, edit:0_a", "edit"),
        ] {
            let error = read_text(text).unwrap_err();
            assert_eq!(error.path, "sp");
            let message = error.message();
            assert!(message.ends_with(&format!(" {right}")), "{message}");
        }
        for text in [
            "",
            "*",
            "sview:*,edit:0_a/0_b",
            "iprestrict:10.0.0.1",
            "Custom:1,mine",
            ",,x,,",
            "role:viewerRole,userContextualRole:3,eventId:7,firstName:Ada,actionslimit:-1",
        ] {
            assert_eq!(read_text(text), Ok(Some(text.into())));
        }
    }

    #[test]
    fn what_a_list_says_is_all_that_kaltura_reads() {
        let list = vec![
            listed("urirestrict", &["/a/*"]),
            listed("mine", &["1", "edit"]),
            any("list"),
        ];
        let text = read(list).unwrap().unwrap();
        let names: Vec<_> = parse(&text).into_iter().map(|it| it.name).collect();
        assert_eq!(names, ["urirestrict", "mine", "list"]);
        assert!(search::found(&text).iter().all(|it| !it.is_hidden));
    }

    #[test]
    fn work_grows_with_a_list_and_no_faster() {
        for (name, names, values) in [("values", 2, 1000), ("names", 1000, 1), ("flags", 1000, 0)] {
            work::assert_linear(name, |factor| {
                let (names, values) = match name {
                    "values" => (names, values * factor),
                    _ => (names * factor, values),
                };
                let list = vec![listed("edit", &vec!["0_a"; values]); names];
                move || {
                    let _ = read(list).unwrap();
                }
            });
        }
        work::assert_linear("long", |factor| {
            let long = "a".repeat(1000 * factor);
            let list = vec![listed(&long, &[&long])];
            move || {
                let _ = read(list).unwrap();
            }
        });
    }
}
