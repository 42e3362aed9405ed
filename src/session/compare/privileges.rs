//! Compares requested privileges with granted ones.
//!
//! What a session may do is decided like on the server, which searches the text. Both texts may be long lists of long
//! lists, so each is sorted once and searched by halves.

use core::{iter, slice};

use super::{Difference, Effect, Field, shown};
use crate::ks::php;
use crate::ks::privileges::search::{self, Found};
use crate::ks::privileges::table::{self, Known, Purpose, Shape};
use crate::ks::privileges::{self, ANY, Privilege};
use crate::work;

/// Privileges that the server adds to every session of an application token.
const OWN: [&str; 2] = ["sessionid", "apptoken"];

/// How many differences are listed. The rest are counted.
const MOST_PRIVILEGES: usize = 50;

/// Returns the differences between `granted` and `asked` privileges. With `only`, every granting privilege that was not
/// requested is a difference too.
pub(super) fn differences(asked: &str, granted: &str, only: bool) -> Vec<Difference> {
    let mut asked = privileges::parse(asked);
    // As the server writes it.
    let asked_text = privileges::format(&asked);
    let mut parsed = privileges::parse(granted);
    let broader = broader(
        [&granting(&asked), &granting(&parsed)],
        [&search::found(&asked_text), &search::found(granted)],
        only,
    );
    for privilege in asked.iter_mut().chain(&mut parsed) {
        split_paths(privilege);
    }
    let granted = Granted::new(&parsed);

    let mut found = Vec::new();
    let mut more = 0_u32;
    let mut effect_of_more = Effect::Narrower;
    for asked in &asked {
        let name = asked.name.trim();
        if asked.name.is_empty() || OWN.contains(&name) {
            continue;
        }
        let known = table::find(name);
        let is_broader = broader.iter().any(|it| it.known.name == name);
        let granted = granted.find(&asked.name).or_else(|| granted.find(name));
        if !is_broader && granted.is_some_and(|it| it.is(asked, known)) {
            continue;
        }
        let widens = known.is_some_and(|it| it.purpose == Purpose::Grants);
        let effect = if widens && !is_broader {
            Effect::Narrower
        } else {
            Effect::Broader
        };
        if found.len() < MOST_PRIVILEGES {
            found.push(Difference {
                field: Field::Privilege(shown(&mut iter::once(&*asked.name), "")),
                asked: Some(shown_values(asked)),
                granted: granted.map(|it| shown_values(it.privilege)),
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
    let unasked = broader.into_iter().filter(|it| it.unasked.is_some());
    found.extend(unasked.map(|it| Difference {
        field: Field::Privilege(it.known.name.to_owned()),
        asked: None,
        granted: it.unasked,
        effect: Effect::Broader,
    }));
    found
}

/// The server reads the values of `urirestrict` as one text, with bars between the paths.
fn split_paths(privilege: &mut Privilege) {
    if has_paths(&privilege.name) {
        let text = privilege.values.join("/");
        work::steps(text.len());
        privilege.values = text.split('|').map(str::to_owned).collect();
    }
}

fn has_paths(name: &str) -> bool {
    table::find(name.trim()).is_some_and(|it| it.shape == Shape::Paths)
}

fn shown_values(privilege: &Privilege) -> String {
    let separator = if has_paths(&privilege.name) { "|" } else { "/" };
    shown(&mut privilege.values.iter().map(String::as_str), separator)
}

/// A privilege with which a session may do more than requested.
struct Broader {
    known: &'static Known,
    /// The granted text, if it was not requested by name.
    unasked: Option<String>,
}

/// Returns the privileges with which a session may do more than requested, given both lists and what the server finds in
/// them. Additional privileges are the token's choice, unless they are hidden or `only` is set.
fn broader(
    [asked, granted]: [&[Granting<'_>]; 2],
    [asked_found, granted_found]: [&[Found<'_>]; 2],
    only: bool,
) -> Vec<Broader> {
    let mut all = Vec::new();
    for known in table::servers() {
        if known.purpose != Purpose::Grants {
            continue;
        }
        let is_asked = own(asked, known).next().is_some();
        let mut first = texts(asked_found, known, false);
        let granted_first = texts(granted_found, known, false);
        if !is_asked && !only {
            first.extend(&granted_first);
        }
        if first.iter().any(|it| it.starts_with(ANY)) {
            continue;
        }
        let asked_values = values(own(asked, known));
        let mut lengths = asked_values.iter().map(|it| it.len());
        let length = lengths.next();
        let allowed = Allowed {
            first: Texts::new(&first),
            values: Texts::new(&asked_values),
            is_of_one_length: lengths.all(|it| Some(it) == length),
        };
        let hidden = Texts::new(&texts(asked_found, known, true));
        let granted_hidden = texts(granted_found, known, true);
        let more_hidden = granted_hidden.iter().find(|it| !hidden.has(it));
        let granted_values = values(own(granted, known));
        let more = || {
            let mut first = granted_first.iter().filter(|it| !allowed.covers(it));
            let mut values = granted_values.iter().filter(|it| !allowed.has(it));
            first.next().or_else(|| values.next())
        };
        let more = more_hidden.or_else(|| if is_asked || only { more() } else { None });
        if let Some(more) = more {
            let mut texts: &[&str] = &granted_values;
            if more_hidden.is_some() || texts.is_empty() {
                texts = slice::from_ref(more);
            }
            let unasked = || shown(&mut texts.iter().copied(), "/");
            all.push(Broader {
                known,
                unasked: (!is_asked).then(unasked),
            });
        }
    }
    all
}

/// What was found of `known`.
fn texts<'a>(found: &[Found<'a>], known: &Known, is_hidden: bool) -> Vec<&'a str> {
    work::steps(found.len());
    let found = found.iter();
    found
        .filter(|it| it.known.name == known.name && it.is_hidden == is_hidden)
        .map(|it| it.text)
        .collect()
}

type Granting<'a> = (&'static Known, &'a Privilege);

/// The granting privileges by their own names.
fn granting(all: &[Privilege]) -> Vec<Granting<'_>> {
    let mut granting = Vec::new();
    for privilege in all {
        if let Some(known) = table::find(privilege.name.trim())
            && known.purpose == Purpose::Grants
        {
            granting.push((known, privilege));
        }
    }
    granting
}

/// The privileges that are `known` by their names.
fn own<'a>(all: &[Granting<'a>], known: &Known) -> impl Iterator<Item = &'a Privilege> {
    work::steps(all.len());
    let own = all.iter().filter(|(it, _)| it.name == known.name);
    own.map(|(_, privilege)| *privilege)
}

fn values<'a>(privileges: impl Iterator<Item = &'a Privilege>) -> Vec<&'a str> {
    privileges
        .flat_map(|it| it.values.iter().map(String::as_str))
        .collect()
}

/// What a text allows for one privilege.
struct Allowed<'a> {
    /// The text after its name.
    first: Texts<'a>,
    /// Its values.
    values: Texts<'a>,
    /// Whether all its values have the same length.
    is_of_one_length: bool,
}

impl Allowed<'_> {
    /// Whether it allows `value`.
    fn has(&self, value: &str) -> bool {
        self.values.has(value) || self.first.has_beginning(value)
    }

    /// Whether it allows `value` and each prefix of it. Prefixes of ids of the same length identify nothing.
    fn covers(&self, value: &str) -> bool {
        let mut shorter = value.chars();
        shorter.next_back();
        self.has(value) && (self.is_of_one_length || self.first.has_beginning(shorter.as_str()))
    }
}

/// The privileges of a session, searchable by name.
struct Granted<'a> {
    privileges: Vec<Values<'a>>,
    /// The names in order, each with the index of its privilege.
    names: Texts<'a>,
}

impl<'a> Granted<'a> {
    fn new(privileges: &'a [Privilege]) -> Self {
        let names: Vec<&str> = privileges.iter().map(|it| &*it.name).collect();
        Self {
            privileges: privileges.iter().map(Values::new).collect(),
            names: Texts(php::sorted(&names)),
        }
    }

    fn find(&self, name: &str) -> Option<&Values<'a>> {
        self.privileges.get(self.names.index(name)?)
    }
}

/// A privilege, and its values in order.
struct Values<'a> {
    privilege: &'a Privilege,
    sorted: Texts<'a>,
}

impl<'a> Values<'a> {
    fn new(privilege: &'a Privilege) -> Self {
        Self {
            privilege,
            sorted: Texts::new(&values(iter::once(privilege))),
        }
    }

    /// Whether `asked`, which is `known`, has the same values.
    fn is(&self, asked: &Privilege, known: Option<&Known>) -> bool {
        if known.is_some_and(|it| matches!(it.shape, Shape::Ids | Shape::Addresses | Shape::Paths))
        {
            return Texts::new(&values(iter::once(asked))) == self.sorted;
        }
        let (one, other) = (&asked.values, &self.privilege.values);
        one.len() == other.len()
            && (one.iter().zip(other)).all(|(a, b)| work::compare(a, b).is_eq())
    }
}

/// Sorted texts without duplicates, with their indices.
struct Texts<'a>(Vec<(&'a str, usize)>);

impl PartialEq for Texts<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
            && (self.0.iter().zip(&other.0)).all(|(a, b)| work::compare(a.0, b.0).is_eq())
    }
}

impl<'a> Texts<'a> {
    fn new(texts: &[&'a str]) -> Self {
        let mut texts = php::sorted(texts);
        texts.dedup_by(|one, other| work::compare(one.0, other.0).is_eq());
        Self(texts)
    }

    fn place(&self, text: &str) -> Result<usize, usize> {
        self.0
            .binary_search_by(|(known, _)| work::compare(known, text))
    }

    fn index(&self, text: &str) -> Option<usize> {
        Some(self.0.get(self.place(text).ok()?)?.1)
    }

    fn has(&self, text: &str) -> bool {
        self.place(text).is_ok()
    }

    /// Whether one of them begins with `text`.
    fn has_beginning(&self, text: &str) -> bool {
        let (Ok(place) | Err(place)) = self.place(text);
        self.0
            .get(place)
            .is_some_and(|(it, _)| it.starts_with(text))
    }
}
