use proptest::prelude::*;

use super::*;
use crate::privileges::{Privilege, parse};
use crate::work;

fn granted(privileges: &str) -> Grant<'_> {
    Grant {
        user_id: "ada",
        session_type: SessionType::User,
        lifetime: exactly(3600),
        privileges,
    }
}

fn exactly(lifetime_s: i64) -> Lifetime {
    Lifetime {
        shortest_s: lifetime_s,
        longest_s: lifetime_s,
        may_be_over: lifetime_s <= 0,
    }
}

fn effects(wish: &Wish, grant: &Grant<'_>) -> Vec<(&'static str, &'static str)> {
    differences(wish, grant)
        .iter()
        .map(|it| (it.field.option(), it.effect.name()))
        .collect()
}

fn asked(privileges: &str) -> Wish {
    Wish {
        privileges: Some(privileges.to_owned()),
        ..Wish::default()
    }
}

#[test]
fn a_difference_names_its_privilege_or_says_how_many_there_are_more() {
    let field = Field::Privilege("edit".into());
    assert_eq!((field.privilege(), field.more()), (Some("edit"), None));
    let field = Field::MorePrivileges(7);
    assert_eq!((field.privilege(), field.more()), (None, Some(7)));
    for field in [Field::UserId, Field::SessionType, Field::Expiry] {
        assert_eq!((field.privilege(), field.more()), (None, None));
    }
}

#[test]
fn a_difference_shows_each_value_apart_from_the_next() {
    let found = differences(&asked("edit:0_a/0_b"), &granted("edit:0_c/0_d/0_e"));
    let shown: Vec<_> = found
        .iter()
        .map(|it| (it.asked.as_deref(), it.granted.as_deref()))
        .collect();
    assert_eq!(shown, [(Some("0_a/0_b"), Some("0_c/0_d/0_e"))]);
}

#[test]
fn what_was_not_asked_for_is_no_difference() {
    assert_eq!(
        effects(
            &Wish::default(),
            &granted("sessionid:0_a,apptoken:0_a,edit:*")
        ),
        []
    );
}

#[test]
fn a_dropped_restriction_makes_the_session_broader() {
    for name in [
        "iprestrict",
        "urirestrict",
        "actionslimit",
        "limitentry",
        "restrictingrole",
        "setrole",
        "privacycontext",
        "enableentitlement",
    ] {
        assert_eq!(
            effects(&asked(&format!("{name}:1")), &granted("sessionid:0_a")),
            [("sessionPrivileges", "broader")],
            "{name}"
        );
    }
}

#[test]
fn a_dropped_permission_makes_it_narrower() {
    assert_eq!(
        effects(&asked("edit:0_a"), &granted("")),
        [("sessionPrivileges", "narrower")]
    );
}

#[test]
fn permissions_are_compared_by_what_they_allow() {
    assert_eq!(
        effects(&asked("edit:0_a/0_b"), &granted("edit:0_b/0_a")),
        []
    );
    assert_eq!(
        effects(&asked("edit:0_a/0_b"), &granted("edit:0_a")),
        [("sessionPrivileges", "narrower")]
    );
    assert_eq!(
        effects(&asked("edit:0_a"), &granted("edit:0_a/0_b")),
        [("sessionPrivileges", "broader")]
    );
    assert_eq!(
        effects(&asked("edit:0_a"), &granted("edit:*")),
        [("sessionPrivileges", "broader")]
    );
    assert_eq!(
        effects(&asked("edit:*"), &granted("edit:0_a")),
        [("sessionPrivileges", "narrower")]
    );
}

#[test]
fn a_permission_without_values_allows_nothing_but_for_flags() {
    let effect = |wish, grant| effects(&asked(wish), &granted(grant));
    let narrower = [("sessionPrivileges", "narrower")];
    let broader = [("sessionPrivileges", "broader")];
    assert_eq!(effect("edit", "edit:0_a"), broader);
    assert_eq!(effect("edit", "edit:*"), broader);
    assert_eq!(effect("edit:0_a", "edit"), narrower);
    assert_eq!(
        effect("enablechangeaccount", "enablechangeaccount:5"),
        narrower
    );
    assert_eq!(
        effect("enablechangeaccount:5", "enablechangeaccount"),
        broader
    );
}

#[test]
fn a_name_of_the_servers_is_one_with_spaces_too() {
    let effect = |wish, grant| effects(&asked(wish), &granted(grant));
    assert_eq!(
        effect("a:1, edit:0_a", "a:1"),
        [("sessionPrivileges", "narrower")]
    );
    assert_eq!(
        effect(" edit:0_a", "edit:0_b"),
        [("sessionPrivileges", "broader")]
    );
    assert_eq!(
        effect(" iprestrict:1", ""),
        [("sessionPrivileges", "broader")]
    );
    assert_eq!(effect(" sessionid:x", ""), []);
    assert_eq!(effect(" a:1", " a:1"), []);
}

#[test]
fn a_restriction_with_another_value_counts_as_broader() {
    assert_eq!(
        effects(
            &asked("iprestrict:10.0.0.1"),
            &granted("iprestrict:10.0.0.2")
        ),
        [("sessionPrivileges", "broader")]
    );
}

#[test]
fn another_user_or_an_admin_s_rights_are_broader() {
    let wish = Wish {
        user_id: Some("bob".into()),
        session_type: Some(SessionType::User),
        ..Wish::default()
    };
    let grant = Grant {
        session_type: SessionType::Admin,
        ..granted("")
    };
    assert_eq!(
        effects(&wish, &grant),
        [("userId", "broader"), ("sessionType", "broader")]
    );
    let wish = Wish {
        session_type: Some(SessionType::Admin),
        ..Wish::default()
    };
    assert_eq!(effects(&wish, &granted("")), [("sessionType", "narrower")]);
}

#[test]
fn a_life_is_compared_with_some_slack() {
    let wish = |expiry_s| Wish {
        expiry_s: Some(expiry_s),
        ..Wish::default()
    };
    assert_eq!(effects(&wish(3600), &granted("")), []);
    assert_eq!(effects(&wish(3598), &granted("")), []);
    assert_eq!(effects(&wish(60), &granted("")), [("expiry", "broader")]);
    assert_eq!(
        effects(&wish(86_400), &granted("")),
        [("expiry", "narrower")]
    );
    let over = Grant {
        lifetime: exactly(0),
        ..granted("")
    };
    assert_eq!(effects(&Wish::default(), &over), [("expiry", "expired")]);
}

#[test]
fn a_life_is_as_asked_if_it_may_be() {
    let lasting = |shortest_s, longest_s| {
        let lifetime = Lifetime {
            shortest_s,
            longest_s,
            may_be_over: false,
        };
        let wish = Wish {
            expiry_s: Some(3600),
            ..Wish::default()
        };
        let grant = Grant {
            lifetime,
            ..granted("")
        };
        effects(&wish, &grant)
    };
    assert_eq!(lasting(3580, 3620), []);
    assert_eq!(lasting(3603, 3620), []);
    assert_eq!(lasting(3580, 3597), []);
    assert_eq!(lasting(3604, 3620), [("expiry", "broader")]);
    assert_eq!(lasting(3580, 3596), [("expiry", "narrower")]);
}

#[test]
fn the_policy_decides_what_is_handed_out() {
    let broader = differences(&asked("iprestrict:1"), &granted(""));
    let narrower = differences(&asked("edit:0_a"), &granted(""));
    let refused = |policy: GrantPolicy| {
        (
            policy.refuses(&broader),
            policy.refuses(&narrower),
            policy.refuses(&[]),
        )
    };
    assert_eq!(refused(GrantPolicy::Guard), (true, false, false));
    assert_eq!(refused(GrantPolicy::Exact), (true, true, false));
    assert_eq!(refused(GrantPolicy::Report), (false, false, false));
}

#[test]
fn rights_that_nobody_asked_for_are_broader_where_others_are_not_wanted() {
    let told = |privileges: &str, grant: &str| -> Vec<_> {
        let wish = Wish {
            no_other_privileges: true,
            ..asked(privileges)
        };
        let found = differences(&wish, &granted(grant)).into_iter();
        found.map(|it| (it.message(), it.effect)).collect()
    };
    let other = |name: &str| {
        (
            format!("privilege {name} was not asked for"),
            Effect::Broader,
        )
    };
    let own = "sessionid:0_t,apptoken:0_t";
    assert_eq!(told("sview:0_a", &format!("{own},sview:0_a")), []);
    assert_eq!(
        told(
            "sview:0_a",
            &format!("{own},sview:0_a,edit:*,disableentitlement")
        ),
        [other("edit"), other("disableentitlement")]
    );
    assert_eq!(told("", "sview:0_a"), [other("sview")]);
    assert_eq!(told("edit:0_a", "edit:0_a, edit:0_b"), [], "named alike");
    assert_eq!(told("sview:0_a", "sview:0_a, list :*"), [other("list")]);
    // What restricts takes nothing away from the caller's meaning, nor does what allows nothing.
    assert_eq!(told("sview:0_a", "sview:0_a,iprestrict:10.0.0.1,edit"), []);
    let none_wished = differences(
        &Wish {
            no_other_privileges: true,
            ..Wish::default()
        },
        &granted("edit:*"),
    );
    assert_eq!(none_wished.len(), 1);
    assert_eq!(
        found("sview:0_a", "sview:0_a,edit:*"),
        [],
        "unless that is said"
    );
}

#[test]
fn the_text_of_a_difference_names_no_user() {
    let wish = Wish {
        user_id: Some("bob".into()),
        ..Wish::default()
    };
    let text = differences(&wish, &granted(""))
        .iter()
        .map(Difference::message)
        .collect::<String>();
    assert!(!text.contains("bob") && !text.contains("ada"), "{text}");
}

/// The effects of the privileges that differ, by the plain rule.
fn plain(asked: &str, granted: &str) -> Vec<Effect> {
    const WIDENING: [&str; 2] = ["edit", "enablechangeaccount"];
    const OWN: [&str; 2] = ["sessionid", "apptoken"];
    let among = |some: &Privilege, others: &Privilege| {
        some.values
            .iter()
            .all(|value| others.values.contains(value))
    };
    let granted = parse(granted);
    let mut effects = Vec::new();
    for asked in parse(asked) {
        let name = asked.name.trim();
        if asked.name.is_empty() || OWN.contains(&name) {
            continue;
        }
        let called = |name: &str| granted.iter().find(|it| it.name == name);
        let found = called(&asked.name).or_else(|| called(name));
        let any = |it: &Privilege| {
            (name == "enablechangeaccount" && it.values.is_empty())
                || it.values.iter().any(|value| value == "*")
        };
        let less = |found: &Privilege| any(&asked) || (!any(found) && among(found, &asked));
        effects.push(match found {
            Some(found) if among(&asked, found) && among(found, &asked) => continue,
            Some(found) if WIDENING.contains(&name) && less(found) => Effect::Narrower,
            None if WIDENING.contains(&name) => Effect::Narrower,
            _ => Effect::Broader,
        });
    }
    effects
}

fn found(asked_for: &str, grant: &str) -> Vec<Difference> {
    differences(&asked(asked_for), &granted(grant))
}

#[test]
fn what_is_reported_is_bounded_and_says_how_much_more_there_is() {
    let names: Vec<_> = (0..1000)
        .map(|n| format!("edit{n}:{}", "x".repeat(9)))
        .collect();
    let found_all = found(&names.join(","), "");
    assert_eq!(found_all.len(), 51);
    let last = found_all.last().unwrap();
    assert_eq!(last.field, Field::MorePrivileges(950));
    assert_eq!(last.effect, Effect::Broader);
    assert_eq!(last.message(), "950 more privileges differ");

    let long = "é".repeat(50_000);
    for (asked_for, grant) in [
        (
            format!("a:{}", "1/".repeat(50_000)),
            format!("a:{}", "2/".repeat(50_000)),
        ),
        (long.clone(), format!("{long}:x")),
        (format!("a:{long}"), format!("a:{long}x")),
    ] {
        for difference in found(&asked_for, &grant) {
            assert!(difference.message().len() < 200);
            let length = |text: Option<String>| text.map_or(0, |it| it.len());
            let Field::Privilege(name) = difference.field else {
                panic!();
            };
            let texts = [Some(name), difference.asked, difference.granted];
            assert!(texts.into_iter().all(|text| length(text) < 2010));
        }
    }
}

#[test]
fn a_broader_privilege_counts_though_it_is_not_listed() {
    let names: Vec<_> = (0..1000).map(|n| format!("edit:{n}")).collect();
    let narrower = "edit:1,sview:1,list:1,download:1,editplaylist:1,edituser:1";
    // Names with spaces before them are names of their own, and mean the same.
    let spaced = |count: usize, name: &str| " ".repeat(count) + name;
    let many: Vec<_> = (0..100).map(|count| spaced(count, "edit:1")).collect();
    assert!(!GrantPolicy::Guard.refuses(&found(&many.join(","), "")));
    assert!(!GrantPolicy::Guard.refuses(&found(narrower, "")));
    let last = [&*many.join(","), "iprestrict:1"].join(",");
    assert!(GrantPolicy::Guard.refuses(&found(&last, "")));
    assert!(GrantPolicy::Exact.refuses(&found(&names.join(","), "")));
}

/// Makes an input of a size.
type Shape<'a> = &'a dyn Fn(usize) -> [String; 2];

#[test]
fn work_grows_with_the_privileges_and_no_faster() {
    let list = |name: &str, count: usize| {
        let values: Vec<_> = (0..count).map(|n| format!("0_{n:05}")).collect();
        format!("{name}:{}", values.join("/"))
    };
    let names = |count: usize| {
        let names: Vec<_> = (0..count).map(|n| format!("n{n:05}:1")).collect();
        names.join(",")
    };
    // Each is a name of its own, and all are the server's `edit`.
    let spaced = |count: usize| {
        let spaces = |n: usize| {
            (0..14)
                .map(|bit| if n >> bit & 1 == 1 { '\u{2003}' } else { ' ' })
                .collect::<String>()
        };
        let names: Vec<_> = (0..count).map(|n| spaces(n) + "edit:1").collect();
        names.join(",")
    };
    let shapes: [(&str, Shape<'_>); 9] = [
        ("the same ids", &|n| [list("edit", n), list("edit", n)]),
        ("one id less", &|n| [list("edit", n), list("edit", n - 1)]),
        ("one id more", &|n| [list("edit", n), list("edit", n + 1)]),
        ("names", &|n| [names(n), names(n)]),
        ("names dropped", &|n| [names(n), String::new()]),
        ("one name for many", &|n| [spaced(n), list("edit", n)]),
        ("equal names", &|n| {
            ["edit:1,".repeat(n), "edit:2,".repeat(n)]
        }),
        ("separators", &|n| [",/:".repeat(n), "/,:".repeat(n)]),
        ("long", &|n| ["a".repeat(9 * n), "a".repeat(9 * n) + "b"]),
    ];
    for (name, shape) in shapes {
        work::assert_linear(name, |factor| {
            let [asked_for, grant] = shape(1000 * factor);
            move || {
                let _ = found(&asked_for, &grant);
            }
        });
    }
}

proptest! {
    #[test]
    fn privileges_are_compared_as_the_plain_rule_says(
        asked_for in "((edit|enablechangeaccount| edit|a|sessionid)?:?([abc*]/){0,4}[abc*]?,?){0,6}",
        grant in "((edit|enablechangeaccount|a)?:?([abc*]/){0,4}[abc*]?,?){0,6}",
    ) {
        let effects: Vec<_> = found(&asked_for, &grant).iter().map(|it| it.effect).collect();
        prop_assert_eq!(effects, plain(&asked_for, &grant));
    }
}
