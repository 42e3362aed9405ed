//! The server's search in the text of a session's privileges.
//!
//! The server looks for `name:value` anywhere in the text, and for a flag only for its name. So `theme:edit:*` and
//! `xedit:*` allow everything to be changed, and `edit:0_ab` also allows `0_a`.

use super::ANY;
use super::table::{self, Known, Purpose, Shape};
use crate::work;

/// A granting privilege that the search finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// The privilege.
    pub known: &'static Known,
    /// The text after it, up to the next value; the search accepts each prefix of it as a value. For a hidden privilege,
    /// the text that it is hidden in.
    pub text: &'a str,
    /// Whether it is hidden in a value, or in an unknown name.
    pub is_hidden: bool,
}

/// Returns all granting privileges that the search finds in `text`.
pub fn found(text: &str) -> Vec<Found<'_>> {
    let mut all = Vec::new();
    for item in text.split(',') {
        work::steps(item.len() + 1);
        let (name, values) = item.split_once(':').unwrap_or((item, ""));
        let own = table::find(name.trim());
        let mut parts = item;
        if let Some(own) = own {
            let first = values.split('/').next().unwrap_or_default();
            let mut shown = |known, text| {
                let is_hidden = false;
                all.push(Found {
                    known,
                    text,
                    is_hidden,
                });
            };
            if !first.is_empty() {
                let ends = |it: &&Known| name.ends_with(it.name);
                granting().filter(ends).for_each(|it| shown(it, first));
            } else if is_flag(own) {
                // A flag allows everything that it is about.
                shown(own, ANY);
            }
            parts = values;
        }
        for text in parts.split('/') {
            work::steps(text.len() + 1);
            // Most texts are ids, and there may be many.
            let has_colon = text.contains(':');
            let may_be = |it: &&Known| has_colon || (is_flag(it) && it.name.len() <= text.len());
            let hidden = granting().filter(may_be).filter(|it| is_in(it, text));
            all.extend(hidden.map(|known| Found {
                known,
                text,
                is_hidden: true,
            }));
        }
    }
    all
}

/// The privilege that the server finds in the name or a value of another.
pub fn hidden_in(text: &str, is_name: bool) -> Option<&'static Known> {
    work::steps(text.len());
    let hides =
        |it: &&Known| is_in(it, text) || (is_name && text.ends_with(it.name) && text != it.name);
    if is_name && table::find(text).is_some() {
        return None;
    }
    table::servers().iter().find(hides)
}

fn granting() -> impl Iterator<Item = &'static Known> {
    let servers = table::servers().iter();
    servers.filter(|it| it.purpose == Purpose::Grants)
}

/// Whether the server finds `known` in `text`: a flag alone, others before a colon.
fn is_in(known: &Known, text: &str) -> bool {
    if is_flag(known) {
        // `str`'s search for a text of any length is much code.
        let name = known.name.as_bytes();
        let mut parts = text.as_bytes().windows(name.len());
        return parts.any(|it| it.first() == name.first() && it == name);
    }
    let mut parts = text.split(':');
    parts.next_back();
    parts.any(|it| it.ends_with(known.name))
}

fn is_flag(known: &Known) -> bool {
    known.purpose == Purpose::Grants && known.shape == Shape::Flag
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(&'static str, &str, bool)> {
        let found = found(text).into_iter();
        found
            .map(|it| (it.known.name, it.text, it.is_hidden))
            .collect()
    }

    #[test]
    fn what_stands_in_its_place_is_not_hidden() {
        assert_eq!(
            shown("sessionid:0_t,edit:0_a/0_b, sview:*,disableentitlement"),
            [
                ("edit", "0_a", false),
                ("sview", "*", false),
                ("disableentitlement", "*", false),
            ]
        );
        assert_eq!(shown("edit,mine:1,iprestrict:1,,"), []);
        // To the server, who may play every playlist may list too.
        assert_eq!(
            shown("sviewplaylist:*"),
            [("list", "*", false), ("sviewplaylist", "*", false)]
        );
    }

    #[test]
    fn what_hides_in_another_name_or_in_a_value_is_found() {
        for (text, name, within) in [
            ("xedit:0_a", "edit", "xedit:0_a"),
            ("theme:edit:*", "edit", "theme:edit:*"),
            ("privacycontext:a/edit:*", "edit", "edit:*"),
            ("firstName:Ada:edit:*/x", "edit", "Ada:edit:*"),
            (
                "note:disableentitlement",
                "disableentitlement",
                "note:disableentitlement",
            ),
            (
                "xenablechangeaccountx",
                "enablechangeaccount",
                "xenablechangeaccountx",
            ),
            ("mywidget:1", "widget", "mywidget:1"),
        ] {
            assert_eq!(shown(text), [(name, within, true)], "{text}");
        }
        assert_eq!(shown("credits:Edith/edit,editor:1"), []);
        assert_eq!(shown("disableentitlementforentry:0_a").len(), 1);
    }

    #[test]
    fn work_grows_with_the_text_and_no_faster() {
        for part in [
            ",",
            ":",
            "/",
            "edit:",
            "edit",
            "edit:*,",
            "xedit:/",
            "sviewplaylist:*,",
            " ",
        ] {
            work::assert_linear(part, |factor| {
                let text = part.repeat(1000 * factor);
                move || {
                    let _ = (found(&text), hidden_in(&text, true));
                }
            });
        }
    }
}
