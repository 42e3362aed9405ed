//! Any texts as asked and granted privileges, a zero byte between them: a session that may do
//! more than was asked never passes the guard.

#![no_main]

use std::collections::{HashMap, HashSet};

use kaltura_app_token::ks::privileges::{Privilege, parse, predict};
use kaltura_app_token::session::{
    Effect, Grant, GrantPolicy, Lifetime, SessionRequest, SessionType, differences,
};
use kaltura_app_token_fuzz::bounded;
use libfuzzer_sys::fuzz_target;

/// Restrictions; without one the session may do more.
const RESTRICTIONS: [&str; 8] = [
    "iprestrict",
    "urirestrict",
    "actionslimit",
    "limitentry",
    "restrictingrole",
    "setrole",
    "privacycontext",
    "enableentitlement",
];

fuzz_target!(|data: &[u8]| {
    let (numbers, text) = data.split_at(data.len().min(9));
    let mut bytes = [0; 9];
    bytes[..numbers.len()].copy_from_slice(numbers);
    let lifetime_s = i64::from_le_bytes(bytes[..8].try_into().expect("eight"));
    let bits = bytes[8];
    let text = String::from_utf8_lossy(text);
    let (asked, granted) = text.split_once('\0').unwrap_or((&text, ""));
    let kind = |bit: u8| {
        if bits & bit == 0 {
            SessionType::User
        } else {
            SessionType::Admin
        }
    };
    let wish = SessionRequest {
        user_id: (bits & 1 == 0).then(|| "ada".to_owned()),
        session_type: (bits & 2 == 0).then(|| kind(4)),
        expiry_s: (bits & 8 == 0).then_some(3600),
        privileges: Some(asked.to_owned()),
        ..SessionRequest::default()
    };
    let grant = Grant {
        user_id: if bits & 16 == 0 { "ada" } else { "eve" },
        session_type: kind(32),
        lifetime: exactly(lifetime_s),
        privileges: granted,
    };
    let found = bounded(text.len(), || differences(&wish, &grant));
    // 50 that were asked for, how many more there are, 15 that were not, and three other fields.
    assert!(found.len() <= 69, "{}", found.len());
    for difference in &found {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        assert!(difference.message().len() < 4500);
        assert!(text(&difference.asked).max(text(&difference.granted)) < 2010);
    }
    let guarded = GrantPolicy::Guard.refuses(&found);
    assert!(!GrantPolicy::Report.refuses(&found));
    assert!(!guarded || GrantPolicy::Exact.refuses(&found));

    let more = lifetime_s <= 0
        || wish
            .expiry_s
            .is_some_and(|asked| lifetime_s > i64::from(asked) + 3)
        || wish
            .user_id
            .as_deref()
            .is_some_and(|asked| asked != grant.user_id)
        || (wish.session_type == Some(SessionType::User)
            && grant.session_type == SessionType::Admin);
    assert!(guarded || !more);
    // Each with its values once, by name.
    let values = |it: &Privilege| -> HashSet<String> {
        match &*it.name {
            "urirestrict" => it.values.join("/").split('|').map(str::to_owned).collect(),
            _ => it.values.iter().cloned().collect(),
        }
    };
    let held: HashMap<_, HashSet<_>> = parse(granted)
        .into_iter()
        .map(|it| (it.name.clone(), values(&it)))
        .collect();
    for privilege in parse(asked) {
        if RESTRICTIONS.contains(&privilege.name.as_str()) {
            let asked = values(&privilege);
            let same = held.get(&privilege.name) == Some(&asked);
            assert!(guarded || same, "{}", privilege.name);
        }
    }
    for difference in &found {
        if difference.effect == Effect::Narrower && difference.field.privilege().is_some() {
            assert!(!RESTRICTIONS.contains(&difference.field.privilege().unwrap_or_default()));
        }
    }

    // What Kaltura would grant of it, asked for again, is granted whole.
    let predicted = predict("0_token", Some(asked), None);
    let again = SessionRequest {
        privileges: Some(predicted.clone()),
        ..SessionRequest::default()
    };
    let whole = Grant {
        privileges: &predicted,
        lifetime: exactly(60),
        ..grant
    };
    let found = bounded(text.len(), || differences(&again, &whole));
    assert_eq!(found, []);
});

fn exactly(lifetime_s: i64) -> Lifetime {
    Lifetime {
        shortest_s: lifetime_s,
        longest_s: lifetime_s,
        may_be_over: lifetime_s <= 0,
    }
}
