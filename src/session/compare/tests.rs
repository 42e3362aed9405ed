use proptest::prelude::*;

use super::*;
use crate::ks::privileges::{allows, format, parse};
use crate::session::GrantPolicy;
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

fn effects(wish: &SessionRequest, grant: &Grant<'_>) -> Vec<(&'static str, &'static str)> {
    differences(wish, grant)
        .iter()
        .map(|it| (it.field.option(), it.effect.name()))
        .collect()
}

fn asked(privileges: &str) -> SessionRequest {
    SessionRequest {
        privileges: Some(privileges.to_owned()),
        ..SessionRequest::default()
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
            &SessionRequest::default(),
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
    let wish = SessionRequest {
        user_id: Some("bob".into()),
        session_type: Some(SessionType::User),
        ..SessionRequest::default()
    };
    let grant = Grant {
        session_type: SessionType::Admin,
        ..granted("")
    };
    assert_eq!(
        effects(&wish, &grant),
        [("userId", "broader"), ("sessionType", "broader")]
    );
    let wish = SessionRequest {
        session_type: Some(SessionType::Admin),
        ..SessionRequest::default()
    };
    assert_eq!(effects(&wish, &granted("")), [("sessionType", "narrower")]);
}

#[test]
fn a_life_is_compared_with_some_slack() {
    let wish = |expiry_s| SessionRequest {
        expiry_s: Some(expiry_s),
        ..SessionRequest::default()
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
    assert_eq!(
        effects(&SessionRequest::default(), &over),
        [("expiry", "expired")]
    );
}

#[test]
fn a_life_is_as_asked_if_it_may_be() {
    let lasting = |shortest_s, longest_s| {
        let lifetime = Lifetime {
            shortest_s,
            longest_s,
            may_be_over: false,
        };
        let wish = SessionRequest {
            expiry_s: Some(3600),
            ..SessionRequest::default()
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
        let wish = SessionRequest {
            no_other_privileges: true,
            ..asked(privileges)
        };
        let found = differences(&wish, &granted(grant)).into_iter();
        found.map(|it| (it.message(), it.effect)).collect()
    };
    let other = |name: &str| {
        (
            format!("privilege {name} was not requested"),
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
    let more = "privilege edit has another value".to_owned();
    let told_of = told("edit:0_a", "edit:0_a, edit:0_b");
    assert_eq!(told_of, [(more, Effect::Broader)], "named alike");
    assert_eq!(told("", "theme:edit:*"), [other("edit")]);
    assert_eq!(told("sview:0_a", "sview:0_a, list :*"), [other("list")]);
    // What restricts takes nothing away from the caller's meaning, nor does what allows nothing.
    assert_eq!(told("sview:0_a", "sview:0_a,iprestrict:10.0.0.1,edit"), []);
    let none_wished = differences(
        &SessionRequest {
            no_other_privileges: true,
            ..SessionRequest::default()
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
    let wish = SessionRequest {
        user_id: Some("bob".into()),
        ..SessionRequest::default()
    };
    let text = differences(&wish, &granted(""))
        .iter()
        .map(Difference::message)
        .collect::<String>();
    assert!(!text.contains("bob") && !text.contains("ada"), "{text}");
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
    let hidden = |count: usize| {
        let names: Vec<_> = (0..count).map(|n| format!("x{n:05}:edit:{n:05}")).collect();
        names.join(",")
    };
    let shapes: [(&str, Shape<'_>); 12] = [
        ("hidden", &|n| [hidden(n), hidden(n)]),
        ("hidden and dropped", &|n| [hidden(n), "edit:1,".repeat(n)]),
        ("paths", &|n| {
            let paths = |part: &str| ["urirestrict:", &part.repeat(n)].concat();
            [paths("/a|"), paths("/b|")]
        }),
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

/// Whether a session with `grant` may do something with a privilege that was asked for which the
/// question didn't allow, as the server judges it.
fn allows_more(asked: &str, grant: &str) -> bool {
    let asked = parse(asked);
    let as_asked = format(&asked);
    let names = ["edit", "list", "sviewplaylist"];
    let was_asked = |name: &&str| asked.iter().any(|it| it.name.trim() == *name);
    let values = ["a", "b", "ab", "ba", "bb", "abc", "zz"];
    names.into_iter().filter(was_asked).any(|name| {
        let own = asked.iter().filter(|it| it.name.trim() == name);
        let ids: Vec<_> = own.flat_map(|it| &it.values).collect();
        // Of ids of one length, none begins another.
        let is_no_id = |value: &str| {
            let one_length = ids.iter().all(|id| id.len() == ids[0].len());
            let begins = |id: &&String| id.starts_with(value) && id.len() > value.len();
            one_length && ids.iter().any(begins)
        };
        let allowed = |text: &str, value: &str| allows(text, name, Some(value));
        let more =
            |value: &&str| allowed(grant, value) && !allowed(&as_asked, value) && !is_no_id(value);
        values.iter().any(more)
    })
}

/// What the server finds of `name` in no privilege of that name, nor of another that it knows.
fn hides(text: &str, name: &str) -> bool {
    let items = text.split([',', '/']);
    items.map(|it| it.replace("playlist", "")).any(|it| {
        let inner = it.trim_start().strip_prefix(name).unwrap_or(&it);
        inner.contains(&format!("{name}:"))
    })
}

proptest! {
    #[test]
    fn a_session_that_allows_more_is_never_handed_out_as_asked(
        asked_for in "((edit|list|sviewplaylist| edit|x|xedit)?:?([ab*]{0,3}/){0,3}[ab*]{0,3},?){0,5}",
        grant in "((edit|list|sviewplaylist| edit|x|xedit)?:?(edit:)?([ab*]{0,3}/){0,3}[ab*]{0,3},?){0,5}",
    ) {
        let guarded = GrantPolicy::Guard.refuses(&found(&asked_for, &grant));
        prop_assert!(guarded || !allows_more(&asked_for, &grant));
        let is_new = hides(&grant, "edit") && !allows(&grant, "edit", Some("*"));
        prop_assert!(guarded || !is_new || hides(&asked_for, "edit") || asked_for.contains("edit:*"));
    }

    #[test]
    fn what_was_asked_is_never_a_difference(
        text in "((edit|list| edit|a|urirestrict|disableentitlement|sessionid)?:?(edit:|[abc*|]/){0,4}[abc*]?,?){0,6}",
        beside in "(,sview:[*ab]|, mine:1|,iprestrict:1|,list|,)*",
    ) {
        let granted = format(&parse(&text));
        prop_assert_eq!(found(&text, &granted), []);
        // Nor is what its token has beside it.
        prop_assert_eq!(found(&text, &[&*granted, &beside].concat()), []);
    }
}

#[test]
fn what_the_search_allows_counts_and_not_what_is_written() {
    let refused = |asked: &str, grant: &str| GrantPolicy::Guard.refuses(&found(asked, grant));
    for (asked, grant) in [
        ("firstName:x", "firstName:edit:*"),
        // Nothing differs in what was asked.
        ("firstName:x", "firstName:x,theme:edit:*"),
        ("firstName:x", "firstName:x,xedit:0_a"),
        ("firstName:x", "firstName:x,note:disableentitlement"),
        ("mine:1", "mine:1,mywidget:1"),
        ("edit:0_a", "edit:0_a,theme:edit:*"),
        ("edit:0_a", "theme:edit:*"),
        // The first value is searched for by its beginnings, the others are not.
        ("edituser:bob/ada1", "edituser:ada1/bob"),
        ("edit:0_a", "edit:0_ab"),
        // A `*` that isn't first is a value like others.
        ("edit:0_a/*", "edit:0_b"),
        ("edit:0_a", "edit:0_a/*"),
        ("edit:0_a", "edit:*x"),
        // Who may play every playlist may list, as the search has it.
        ("list:0_a", "list:0_a,sviewplaylist:*"),
    ] {
        assert!(refused(asked, grant), "{asked} as {grant}");
    }
    for (asked, grant) in [
        (
            "mine:1",
            "mine:1,edit:*,sviewplaylist:*, sview:0_a,disableentitlement",
        ),
        ("theme:edit:*", "theme:edit:*"),
        ("edit:*", "edit:*,theme:edit:0_a"),
        ("edit:0_ab", "edit:0_a"),
        ("edit:*", "edit:0_b/*"),
        ("edit:0_ab12cd34/0_xy12cd34", "edit:0_xy12cd34"),
        ("sview:0_xy12cd34/0_ab12cd34", "sview:0_ab12cd34/0_xy12cd34"),
    ] {
        assert!(!refused(asked, grant), "{asked} as {grant}");
    }
}

#[test]
fn what_hides_in_another_privilege_is_named() {
    let found = found("mine:1", "mine:1,theme:edit:*");
    let [difference] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(difference.field.privilege(), Some("edit"));
    assert_eq!(
        (&difference.asked, difference.effect),
        (&None, Effect::Broader)
    );
    assert_eq!(difference.granted.as_deref(), Some("theme:edit:*"));
    let message = difference.message();
    assert_eq!(message, "privilege edit was not requested");
}

#[test]
fn the_paths_of_urirestrict_are_compared_as_paths() {
    let list = "urirestrict:/api_v3/service/media/list/action";
    let action = "urirestrict:/api_v3/service/media/action/list";
    assert_eq!(
        effects(&asked(list), &granted(action)),
        [("sessionPrivileges", "broader")]
    );
    assert_eq!(effects(&asked(list), &granted(list)), []);
    let paths = |text: &str| format!("urirestrict:{text}");
    let others = differences(&asked(&paths("/a/*|/b/c")), &granted(&paths("/b/c|/a/*")));
    assert_eq!(others, []);
    let others = differences(&asked(&paths("/a/*|/b/c")), &granted(&paths("/a/*")));
    let shown = |it: &Option<String>| it.clone().unwrap();
    assert_eq!(shown(&others[0].asked), "/a/*|/b/c");
    assert_eq!(shown(&others[0].granted), "/a/*");
}

#[test]
fn of_a_restriction_with_several_values_the_first_may_count() {
    let effect = |wish, grant| effects(&asked(wish), &granted(grant));
    assert_eq!(
        effect("setrole:1/2", "setrole:2/1"),
        [("sessionPrivileges", "broader")]
    );
    assert_eq!(
        effect(
            "iprestrict:10.0.0.1/10.0.0.2",
            "iprestrict:10.0.0.2/10.0.0.1"
        ),
        []
    );
}
