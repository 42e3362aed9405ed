use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::work;

fn vectors(section: &str) -> Vec<Value> {
    let all: Value =
        serde_json::from_str(include_str!("../../../js-tests/vectors/privileges.json")).unwrap();
    all[section].as_array().unwrap().clone()
}

/// PHP's text of a value.
fn text(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(false) => String::new(),
        Value::Bool(true) => "1".to_owned(),
        Value::String(text) => text.clone(),
        number => number.to_string(),
    }
}

fn listed(privileges: &Value) -> Vec<Privilege> {
    let privilege = |listed: &Value| Privilege {
        name: text(&listed["name"]),
        values: listed["values"]
            .as_array()
            .unwrap()
            .iter()
            .map(text)
            .collect(),
    };
    privileges
        .as_array()
        .unwrap()
        .iter()
        .map(privilege)
        .collect()
}

#[test]
fn recorded_texts_are_parsed_and_written_back_as_the_server_did() {
    for vector in vectors("parsePrivileges") {
        let parsed = parse(vector["input"].as_str().unwrap_or_default());
        assert_eq!(parsed, listed(&vector["result"]), "{}", vector["id"]);
        assert_eq!(format(&parsed), vector["rebuilt"], "{}", vector["id"]);
    }
}

#[test]
fn recorded_lists_are_written_as_the_server_did() {
    for vector in vectors("buildPrivileges") {
        assert_eq!(
            format(&listed(&vector["input"])),
            vector["result"],
            "{}",
            vector["id"]
        );
    }
}

#[test]
fn recorded_sessions_of_app_tokens_are_predicted() {
    for vector in vectors("retrieveAllowedAppSessionPrivileges_flow") {
        let predicted = predict(
            vector["tokenId"].as_str().unwrap(),
            vector["tokenPrivileges"].as_str(),
            vector["requested"].as_str(),
        );
        assert_eq!(predicted, vector["privileges"], "{}", vector["id"]);
    }
}

#[test]
fn recorded_checks_are_judged_as_the_server_did() {
    for vector in vectors("verifyPrivileges") {
        let allowed = allows(
            vector["privileges"].as_str().unwrap(),
            vector["name"].as_str().unwrap(),
            vector["value"].as_str(),
        );
        assert_eq!(allowed, vector["result"], "{}", vector["id"]);
    }
}

#[test]
fn the_recorded_names_are_the_servers() {
    let names = table::reserved().iter().map(|it| it.name);
    assert!(vectors("serverPrivileges").iter().eq(names));
}

/// Makes an input of a size.
type Shape<'a> = &'a dyn Fn(usize) -> String;

#[test]
fn work_grows_with_the_privileges_and_no_faster() {
    let numbered = |n: usize| {
        (0..n)
            .map(|n| format!("n{n:05}:{n:05}"))
            .collect::<Vec<_>>()
    };
    let shapes: [(&str, Shape<'_>); 11] = [
        ("commas", &|n| ",".repeat(n)),
        ("slashes", &|n| format!("edit:{}", "/".repeat(n))),
        ("colons", &|n| ":".repeat(n)),
        ("equal names", &|n| "edit:1,".repeat(n)),
        ("wildcards", &|n| "edit:*,".repeat(n)),
        ("values", &|n| format!("edit:{}", "*/1/".repeat(n))),
        ("names", &|n| numbered(n).join(",")),
        ("numbers", &|n| {
            (100_000..100_000 + n)
                .map(|n| n.to_string())
                .collect::<Vec<_>>()
                .join(",")
        }),
        ("one long name", &|n| "a".repeat(9 * n)),
        ("one long number", &|n| "1".repeat(9 * n)),
        ("spaces", &|n| " ".repeat(9 * n)),
    ];
    for (name, shape) in shapes {
        work::assert_linear(name, |factor| {
            let text = shape(1000 * factor);
            move || {
                let parsed = parse(&text);
                let _ = format(&parsed);
                let _ = predict("0_id", Some(&text), Some(&text));
                let _ = allows(&text, "edit", Some("2"));
            }
        });
    }
}

proptest! {
    #[test]
    fn any_text_is_parsed_and_what_was_written_reads_the_same(text in "(?s)[ab0-7:/,* é]*|.*") {
        let parsed = parse(&text);
        let written = format(&parsed);
        prop_assert_eq!(parse(&written), parsed);
    }

    #[test]
    fn a_session_always_carries_its_token_and_never_a_restriction_of_the_callers(
        token in proptest::option::of("[ae:/,*7 ]*"),
        requested in proptest::option::of("(edit|iprestrict|a|7|sessionid|apptoken)?[:/,*x]*.*"),
    ) {
        let granted = parse(&predict("0_id", token.as_deref(), requested.as_deref()));
        prop_assert_eq!(&granted[0].name, "sessionid");
        prop_assert_eq!(&granted[0].values[0], "0_id");
        prop_assert_eq!(&granted[1].name, "apptoken");
        prop_assert_eq!(&granted[1].values[0], "0_id");
        let token = parse(token.as_deref().unwrap_or_default());
        for privilege in &granted[2..] {
            let is_the_tokens = token.iter().any(|known| known.name == privilege.name);
            prop_assert!(is_the_tokens || !table::is_reserved(&privilege.name));
        }
    }
}
