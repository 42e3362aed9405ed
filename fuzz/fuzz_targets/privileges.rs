//! Any texts as an app token's privileges and as requested ones, a zero byte between them.

#![no_main]

use std::collections::HashSet;

use kaltura_app_token::ks::privileges::{allows, format, parse, predict, table};
use kaltura_app_token_fuzz::bounded;
use libfuzzer_sys::fuzz_target;

/// How many privileges are looked at one by one, since each look reads all.
const MOST: usize = 20;

fuzz_target!(|text: &str| {
    let (token, requested) = text.split_once('\0').unwrap_or((text, ""));

    let parsed = bounded(text.len(), || {
        let parsed = parse(token);
        assert!(!parsed.is_empty());
        assert_eq!(parse(&format(&parsed)), parsed);
        parsed
    });

    for privilege in parsed.iter().take(MOST) {
        assert!(allows(token, &privilege.name, None));
        for value in privilege.values.iter().take(MOST) {
            assert!(allows(token, &privilege.name, Some(value)));
        }
    }

    let granted = bounded(text.len(), || {
        parse(&predict("0_token", Some(token), Some(requested)))
    });
    for (privilege, name) in granted.iter().zip(["sessionid", "apptoken"]) {
        assert_eq!(privilege.name, name);
        // What the token itself leaves open, the caller closes.
        let is_open = parsed
            .iter()
            .any(|known| known.name == name && known.values.iter().any(|value| value == "*"));
        assert!(is_open || privilege.values[0] == "0_token");
    }
    let tokens: HashSet<&str> = parsed.iter().map(|known| &*known.name).collect();
    for privilege in granted.iter().skip(2) {
        let is_the_tokens = tokens.contains(&*privilege.name);
        assert!(is_the_tokens || !table::is_reserved(&privilege.name));
    }
});
