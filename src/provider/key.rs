//! The keys of cached sessions.

use std::rc::Rc;

use crate::decimal::decimal;
use crate::kaltura::ServiceUrl;
use crate::ks::privileges;
use crate::session::{SessionRequest, SessionType};
use crate::work;

/// The issuer of sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// Kaltura's URL.
    pub service_url: ServiceUrl,
    /// The partner.
    pub partner_id: u32,
    /// The application token's id.
    pub app_token_id: String,
}

/// The key of all equivalent sessions: text, with the length before each part, so that different requests never share a
/// key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(Rc<str>);

impl Key {
    /// Makes the key of the request `wish` to `issuer`.
    pub fn new(issuer: &Issuer, wish: &SessionRequest) -> Self {
        let mut key = String::new();
        let partner_id = decimal(issuer.partner_id);
        let expiry_s = wish.expiry_s.map(decimal);
        let privileges = wish.privileges.as_deref().map(normalised);
        let session_type = wish.session_type.map(|it| match it {
            SessionType::User => "0",
            SessionType::Admin => "2",
        });
        for part in [
            Some(issuer.service_url.as_str()),
            Some(&partner_id),
            Some(&issuer.app_token_id),
            wish.user_id.as_deref(),
            session_type,
            expiry_s.as_deref(),
            privileges.as_deref(),
        ] {
            if let Some(part) = part {
                key.push_str(&decimal(part.len()));
                key.push(':');
                key.push_str(part);
            }
            key.push(',');
        }
        if wish.no_other_privileges {
            key.push_str("only,");
        }
        Self(key.into())
    }

    /// What [`as_str`](Self::as_str) gave.
    pub fn from_text(text: String) -> Self {
        Self(text.into())
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Normalizes the order of privileges. The server reads names unchanged, including white space. The first value of a
/// privilege stays first, because the search finds prefixes of it, as `edit:0_a` in `edit:0_ab/0_c`.
fn normalised(text: &str) -> String {
    let mut list = privileges::parse(text);
    list.sort_unstable_by(|a, b| work::compare(&a.name, &b.name));
    privileges::format(&list)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(user_id: Option<&str>, privileges: Option<&str>) -> Key {
        let issuer = Issuer {
            service_url: ServiceUrl::default(),
            partner_id: 102,
            app_token_id: "0_abc".to_owned(),
        };
        Key::new(
            &issuer,
            &SessionRequest {
                user_id: user_id.map(str::to_owned),
                privileges: privileges.map(str::to_owned),
                ..SessionRequest::default()
            },
        )
    }

    #[test]
    fn privileges_in_another_order_are_the_same() {
        assert_eq!(
            key(None, Some("sview:*,edit:0_a/0_b")),
            key(None, Some("edit:0_a/0_b,sview:*"))
        );
        assert_ne!(key(None, Some("edit:0_a")), key(None, Some("edit:0_b")));
    }

    #[test]
    fn what_the_server_tells_apart_has_keys_of_its_own() {
        for (one, other) in [
            ("edit:0_a", " edit:0_a"),
            ("edit:0_a", "edit :0_a"),
            ("edit:0_a", "edit: 0_a"),
            ("edit:0_a", "edit:0_a "),
            ("edit:0_a", "Edit:0_a"),
            ("edit:0_a", "edit:0_A"),
            ("edit:0_a", "edit:0_a,"),
            ("edit:0_ab/0_c", "edit:0_c/0_ab"),
            ("urirestrict:/api/a/b", "urirestrict:/api/b/a"),
        ] {
            assert_ne!(
                key(None, Some(one)),
                key(None, Some(other)),
                "{one} {other}"
            );
        }
        for (one, other) in [("ada", "Ada"), ("ada", "ada "), ("é", "e\u{301}")] {
            assert_ne!(key(Some(one), None), key(Some(other), None));
        }
    }

    #[test]
    fn nothing_asked_is_not_the_same_as_nothing_granted() {
        assert_ne!(key(None, None), key(Some(""), None));
        assert_ne!(key(None, None), key(None, Some("")));
    }

    #[test]
    fn work_grows_with_the_privileges_and_no_faster() {
        for part in [
            "edit:1/2,",
            "edit:1,",
            ",",
            "/",
            ":",
            " edit:0_b/0_a,",
            "x:1/2/3,",
        ] {
            for start in ["", "edit:", "sview:1/"] {
                work::assert_linear(part, |factor| {
                    let text = [start, &part.repeat(1000 * factor)].concat();
                    move || {
                        let _ = key(None, Some(&text));
                    }
                });
            }
        }
        work::assert_linear("names", |factor| {
            let names: Vec<_> = (0..1000 * factor).map(|n| format!("n{n:05}:1")).collect();
            let text = names.join(",");
            move || {
                let _ = key(None, Some(&text));
            }
        });
    }

    #[test]
    fn no_part_can_pass_for_another() {
        assert_ne!(key(Some("a,,,1:b"), None), key(Some("a"), Some("b")));
        assert_ne!(key(Some("1:a"), None), key(Some("a"), None));
    }
}
