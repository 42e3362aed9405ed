//! Asked and granted: Kaltura drops silently what an application token doesn't allow, so the
//! session has to be compared with the wish.

use crate::privileges::{self, Privilege};

/// What the caller asks of a session; what is `None` is left to the application token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Wish {
    /// The session's user.
    pub user_id: Option<String>,
    /// USER or ADMIN.
    pub session_type: Option<SessionType>,
    /// How long the session shall live, in seconds.
    pub expiry_s: Option<u32>,
    /// Privileges to add, as Kaltura writes them.
    pub privileges: Option<String>,
}

/// The two types of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionType {
    /// 0: may do what its user may.
    User,
    /// 2: may do everything.
    Admin,
}

impl SessionType {
    /// Kaltura's number for it.
    pub fn number(self) -> u8 {
        match self {
            Self::User => 0,
            Self::Admin => 2,
        }
    }

    /// Its name in the JavaScript API.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
        }
    }

    /// The type that Kaltura gives this number.
    pub fn from_number(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::User),
            2 => Some(Self::Admin),
            _ => None,
        }
    }
}

/// What a session really is, by Kaltura's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant<'a> {
    /// The session's user; empty for an anonymous one.
    pub user_id: &'a str,
    /// USER or ADMIN.
    pub session_type: SessionType,
    /// How long it lives from now, in seconds by the server's clock.
    pub lifetime_s: i64,
    /// All its privileges.
    pub privileges: &'a str,
}

/// What to do about differences between wish and grant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum GrantPolicy {
    /// A session that may do more than asked, or has expired, is an error; one that may do
    /// less is reported.
    #[default]
    Guard,
    /// Every difference is an error.
    Exact,
    /// None is.
    Report,
}

impl GrantPolicy {
    /// Whether a session with these differences must not be handed out.
    pub fn refuses(self, differences: &[Difference]) -> bool {
        match self {
            Self::Guard => differences.iter().any(|it| it.effect != Effect::Narrower),
            Self::Exact => !differences.is_empty(),
            Self::Report => false,
        }
    }
}

/// One point in which a session is not what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which part of the session.
    pub field: Field,
    /// What was asked; `None` if that was no value.
    pub asked: Option<String>,
    /// What was granted; `None` if it was dropped.
    pub granted: Option<String>,
    /// What it means.
    pub effect: Effect,
}

/// A part of a session that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// The user.
    UserId,
    /// USER or ADMIN.
    SessionType,
    /// The life, in seconds.
    Expiry,
    /// The privilege of this name.
    Privilege(String),
}

/// What a difference means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The session may do more, or for longer, than was asked, or it is somebody else's.
    Broader,
    /// It may do less, or for less long.
    Narrower,
    /// It is over before it began.
    Expired,
}

impl Field {
    /// The name of the option that asks for it.
    pub fn option(&self) -> &'static str {
        match self {
            Self::UserId => "userId",
            Self::SessionType => "sessionType",
            Self::Expiry => "expiry",
            Self::Privilege(_) => "sessionPrivileges",
        }
    }

    /// The privilege's name, where it is one.
    pub fn privilege(&self) -> Option<&str> {
        match self {
            Self::Privilege(name) => Some(name),
            _ => None,
        }
    }
}

impl Effect {
    /// Its name in the JavaScript API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Broader => "broader",
            Self::Narrower => "narrower",
            Self::Expired => "expired",
        }
    }
}

impl Difference {
    /// The difference in words. A user is somebody's name, so it is told that it differs, not
    /// what it is.
    pub fn message(&self) -> String {
        if self.effect == Effect::Expired {
            return "it has already expired (is the token's sessionDuration 0?)".to_owned();
        }
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        match &self.field {
            Field::UserId => "userId is another one".to_owned(),
            Field::SessionType | Field::Expiry => [
                self.field.option(),
                " ",
                &shown(&self.granted),
                " instead of ",
                &shown(&self.asked),
            ]
            .concat(),
            Field::Privilege(name) => match self.granted {
                None => ["privilege ", name, " was dropped"].concat(),
                Some(_) => ["privilege ", name, " has another value"].concat(),
            },
        }
    }
}

/// Between the second in which the server reckoned the expiry and the one we read off its
/// clock: they may be two.
const CLOCK_SLACK_S: i64 = 3;

/// The server's privileges that let their bearer do more. Every other name of its own limits
/// what the session may do or see, so that losing it makes the session broader.
const WIDENING: [&str; 14] = [
    "edit",
    "sview",
    "list",
    "download",
    "downloadasset",
    "editplaylist",
    "sviewplaylist",
    "disableentitlement",
    "disableentitlementforentry",
    "disableentitlementforplaylist",
    "enablechangeaccount",
    "edituser",
    "editadmintags",
    "disablesessiontypecheck",
];

/// Those of them that are flags: alone, they allow all that they are about. The others, alone,
/// allow nothing: their values are what they allow.
const FLAGS: [&str; 3] = [
    "disableentitlement",
    "enablechangeaccount",
    "disablesessiontypecheck",
];

/// Set by the server on every session of an application token, whatever is asked.
const OWN: [&str; 2] = ["sessionid", "apptoken"];

/// In what `grant` is not what `wish` asked for.
pub fn differences(wish: &Wish, grant: &Grant<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    if let Some(asked) = wish
        .user_id
        .as_deref()
        .filter(|asked| *asked != grant.user_id)
    {
        found.push(Difference {
            field: Field::UserId,
            asked: Some(asked.to_owned()),
            granted: Some(grant.user_id.to_owned()),
            effect: Effect::Broader,
        });
    }
    if let Some(asked) = wish
        .session_type
        .filter(|asked| *asked != grant.session_type)
    {
        found.push(Difference {
            field: Field::SessionType,
            asked: Some(asked.name().to_owned()),
            granted: Some(grant.session_type.name().to_owned()),
            effect: match grant.session_type {
                SessionType::Admin => Effect::Broader,
                SessionType::User => Effect::Narrower,
            },
        });
    }
    found.extend(expiry_difference(
        wish.expiry_s.map(i64::from),
        grant.lifetime_s,
    ));
    if let Some(asked) = &wish.privileges {
        let granted = privileges::parse(grant.privileges);
        found.extend(
            privileges::parse(asked)
                .iter()
                .filter(|asked| !asked.name.is_empty() && !OWN.contains(&asked.name.trim()))
                .filter_map(|asked| privilege_difference(asked, &granted)),
        );
    }
    found
}

fn expiry_difference(asked_s: Option<i64>, granted_s: i64) -> Option<Difference> {
    let effect = if granted_s <= 0 {
        Effect::Expired
    } else if granted_s > asked_s?.saturating_add(CLOCK_SLACK_S) {
        Effect::Broader
    } else if granted_s < asked_s?.saturating_sub(CLOCK_SLACK_S) {
        Effect::Narrower
    } else {
        return None;
    };
    Some(Difference {
        field: Field::Expiry,
        asked: asked_s.map(|seconds| seconds.to_string()),
        granted: Some(granted_s.to_string()),
        effect,
    })
}

fn privilege_difference(asked: &Privilege, granted: &[Privilege]) -> Option<Difference> {
    // Trimmed, a name may be the server's own, which drops it like any other of those.
    let name = asked.name.trim();
    let called = |name: &str| granted.iter().find(|it| it.name == name);
    let granted = called(&asked.name).or_else(|| called(name));
    let widens = WIDENING.contains(&name);
    let effect = match granted {
        Some(granted) if same_values(asked, granted) => return None,
        Some(granted) if widens && covers(asked, granted, FLAGS.contains(&name)) => {
            Effect::Narrower
        }
        None if widens => Effect::Narrower,
        None | Some(_) => Effect::Broader,
    };
    Some(Difference {
        field: Field::Privilege(asked.name.clone()),
        asked: Some(asked.values.join("/")),
        granted: granted.map(|it| it.values.join("/")),
        effect,
    })
}

fn same_values(a: &Privilege, b: &Privilege) -> bool {
    a.values.iter().all(|value| b.values.contains(value))
        && b.values.iter().all(|value| a.values.contains(value))
}

/// Whether all that `narrow` allows, `wide` allows too.
fn covers(wide: &Privilege, narrow: &Privilege, is_flag: bool) -> bool {
    let any = |it: &Privilege| {
        (is_flag && it.values.is_empty()) || it.values.iter().any(|value| value == "*")
    };
    any(wide)
        || (!any(narrow)
            && narrow
                .values
                .iter()
                .all(|value| wide.values.contains(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granted(privileges: &str) -> Grant<'_> {
        Grant {
            user_id: "ada",
            session_type: SessionType::User,
            lifetime_s: 3600,
            privileges,
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
            lifetime_s: 0,
            ..granted("")
        };
        assert_eq!(effects(&Wish::default(), &over), [("expiry", "expired")]);
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
}
