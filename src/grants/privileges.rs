//! Privileges that were asked for, compared with those that were granted.
//!
//! Both may be long lists of long lists, so each is sorted once and looked up by halves.

use core::iter;

use super::{Difference, Effect, Field, shown};
use crate::php;
use crate::privileges::{self, Privilege};
use crate::work;

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

/// How many privileges are listed that differ. The rest are counted.
const MOST_PRIVILEGES: usize = 50;

/// In which privileges `granted` is not what was `asked`.
pub(super) fn differences(asked: &str, granted: &str) -> Vec<Difference> {
    let granted = privileges::parse(granted);
    let granted = Granted::new(&granted);
    let values = |it: &Privilege| shown(&mut it.values.iter().map(String::as_str), "/");
    let mut found = Vec::new();
    let mut more = 0_u32;
    let mut effect_of_more = Effect::Narrower;
    for asked in privileges::parse(asked) {
        if asked.name.is_empty() || OWN.contains(&asked.name.trim()) {
            continue;
        }
        let Some((effect, granted)) = granted.compare(&asked) else {
            continue;
        };
        if found.len() < MOST_PRIVILEGES {
            found.push(Difference {
                field: Field::Privilege(shown(&mut iter::once(&*asked.name), "")),
                asked: Some(values(&asked)),
                granted: granted.map(values),
                effect,
            });
        } else {
            more = more.saturating_add(1);
            if effect != Effect::Narrower {
                effect_of_more = effect;
            }
        }
    }
    if more > 0 {
        found.push(Difference {
            field: Field::MorePrivileges(more),
            asked: None,
            granted: None,
            effect: effect_of_more,
        });
    }
    found
}

/// The rights that `granted` gives by privileges of which `asked` has none of that name.
pub(super) fn unasked(asked: &str, granted: &str) -> Vec<Difference> {
    let asked = privileges::parse(asked);
    let granted = privileges::parse(granted);
    let named = |list: &[Privilege], name| list.iter().position(|it| it.name.trim() == name);
    let mut found = Vec::new();
    for name in WIDENING {
        let place = named(&granted, name).filter(|_| named(&asked, name).is_none());
        let Some(privilege) = place.and_then(|it| granted.get(it)) else {
            continue;
        };
        // Without values, only a flag allows anything.
        if FLAGS.contains(&name) || !privilege.values.is_empty() {
            found.push(Difference {
                field: Field::Privilege(name.to_owned()),
                asked: None,
                granted: Some(shown(&mut privilege.values.iter().map(String::as_str), "/")),
                effect: Effect::Broader,
            });
        }
    }
    found
}

/// The privileges of a session, to be looked up by name.
struct Granted<'a> {
    privileges: &'a [Privilege],
    /// The names in order, each with the index of its privilege.
    names: Vec<(&'a str, usize)>,
    /// The values of each privilege.
    values: Vec<Values<'a>>,
}

impl<'a> Granted<'a> {
    fn new(privileges: &'a [Privilege]) -> Self {
        let names: Vec<&str> = privileges.iter().map(|it| &*it.name).collect();
        Self {
            privileges,
            names: php::sorted(&names),
            values: privileges.iter().map(Values::new).collect(),
        }
    }

    fn find(&self, name: &str) -> Option<(&'a Privilege, &Values<'a>)> {
        let place = self
            .names
            .binary_search_by(|(known, _)| work::compare(known, name));
        let (_, index) = self.names.get(place.ok()?)?;
        Some((self.privileges.get(*index)?, self.values.get(*index)?))
    }

    /// What it means that `asked` was granted as it was, and as what; `None` if it is the same.
    fn compare(&self, asked: &Privilege) -> Option<(Effect, Option<&'a Privilege>)> {
        // Trimmed, a name may be the server's own, which drops it like any other of those.
        let name = asked.name.trim();
        let widens = WIDENING.contains(&name);
        let Some((granted, values)) = self.find(&asked.name).or_else(|| self.find(name)) else {
            let effect = if widens {
                Effect::Narrower
            } else {
                Effect::Broader
            };
            return Some((effect, None));
        };
        let asked = Values::new(asked);
        if asked == *values {
            return None;
        }
        let effect = if widens && asked.cover(values, FLAGS.contains(&name)) {
            Effect::Narrower
        } else {
            Effect::Broader
        };
        Some((effect, Some(granted)))
    }
}

/// A privilege's values, in order and each once.
struct Values<'a>(Vec<(&'a str, usize)>);

impl PartialEq for Values<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
            && (self.0.iter().zip(&other.0)).all(|(a, b)| work::compare(a.0, b.0).is_eq())
    }
}

impl<'a> Values<'a> {
    fn new(privilege: &'a Privilege) -> Self {
        let values: Vec<&str> = privilege.values.iter().map(|it| &**it).collect();
        let mut values = php::sorted(&values);
        values.dedup_by(|one, other| work::compare(one.0, other.0).is_eq());
        Self(values)
    }

    fn has(&self, value: &str) -> bool {
        self.0
            .binary_search_by(|(known, _)| work::compare(known, value))
            .is_ok()
    }

    /// Whether all that the `narrow` ones allow, these allow too.
    fn cover(&self, narrow: &Self, is_flag: bool) -> bool {
        let any = |it: &Self| (is_flag && it.0.is_empty()) || it.has(privileges::ANY);
        // As each is there once, more of them can't be among fewer.
        any(self)
            || (!any(narrow)
                && narrow.0.len() <= self.0.len()
                && narrow.0.iter().all(|(value, _)| self.has(value)))
    }
}
