//! Any values as options. A service URL that is taken leads where a URL parser says it does, and
//! in the clear to the loopback alone.

#![no_main]

use std::collections::HashSet;

use kaltura_app_token::kaltura::ServiceUrl;
use kaltura_app_token::ks::privileges::{parse, search};
use kaltura_app_token::options::{self, Input, Listed, Named};
use kaltura_app_token_fuzz::bounded;
use libfuzzer_sys::fuzz_target;
use url::{Host, Url};

fuzz_target!(|data: &[u8]| {
    let (kind, rest) = data.split_first().unwrap_or((&0, &[]));
    let text = String::from_utf8_lossy(rest);
    let input = match kind % 8 {
        0 => Input::Number(number(rest)),
        1 => Input::Privileges(list(&text)),
        2 => Input::Text(None),
        3 => Input::Bool(rest.is_empty()),
        4 => Input::Null,
        _ => Input::Text(Some(text.clone().into_owned())),
    };
    bounded(data.len(), || every(&input));
    if let Input::Privileges(asked) = &input
        && let Ok(Some(written)) = options::session_privileges(named(&input))
    {
        let names: HashSet<_> = asked.iter().map(|it| &it.name).collect();
        // Equal names become one.
        if !asked.is_empty() && names.len() == asked.len() {
            let found = parse(&written).into_iter();
            let found: Vec<_> = found.map(|it| (it.name, it.values.join("/"))).collect();
            let values = |it: &Listed| match (it.any, &*it.name) {
                (true, _) => "*".to_owned(),
                (_, "urirestrict") => it.values.join("|"),
                _ => it.values.join("/"),
            };
            let said: Vec<_> = asked
                .iter()
                .map(|it| (it.name.clone(), values(it)))
                .collect();
            assert_eq!(found, said, "{written}");
        }
        let found = search::found(&written);
        assert!(found.iter().all(|it| !it.is_hidden), "{written}");
    }
    for allow_http in [false, true] {
        if let Ok(url) = bounded(text.len(), || ServiceUrl::parse(&text, allow_http)) {
            judge(&url, allow_http);
        }
    }
});

fn number(bytes: &[u8]) -> f64 {
    let mut eight = [0; 8];
    for (to, from) in eight.iter_mut().zip(bytes) {
        *to = *from;
    }
    f64::from_le_bytes(eight)
}

fn list(text: &str) -> Vec<Listed> {
    let privilege = |line: &str| {
        let mut parts = line.split('\t').map(str::to_owned);
        let name = parts.next().unwrap_or_default();
        let values: Vec<_> = parts.collect();
        let any = values == [""];
        let values = if any { Vec::new() } else { values };
        Listed { name, values, any }
    };
    text.lines().map(privilege).collect()
}

fn named(input: &Input) -> Named {
    Named {
        path: "option".to_owned(),
        input: input.clone(),
    }
}

fn every(input: &Input) {
    let option = || named(input);
    assert!(
        options::partner_id(option()).is_ok_and(|id| id > 0)
            || options::partner_id(option()).is_err()
    );
    if let Ok(id) = options::app_token_id(option()) {
        assert!(id.bytes().all(|byte| byte.is_ascii_graphic()));
    }
    if let Ok(token) = options::app_token(option()) {
        assert!(!token.expose().is_empty());
    }
    let clean = |text: &str| !text.chars().any(char::is_control);
    assert!(
        options::user_id(option()).is_ok_and(|it| it.is_none_or(|it| clean(&it)))
            || options::user_id(option()).is_err()
    );
    if let Ok(Some(privileges)) = options::session_privileges(option()) {
        assert!(clean(&privileges));
    }
    if let Ok(tag) = options::client_tag(option()) {
        assert!(tag.len() <= 256 && clean(&tag));
    }
    let _ = (options::hash_types(option()), options::grants(option()));
    let _ = (options::session_type(option()), options::switch(option()));
    let _ = (
        options::retry(option()),
        options::max_response_bytes(option()),
    );
    if let Ok(Some(seconds)) = options::expiry_s(option()) {
        assert!((1..=315_360_000).contains(&seconds));
    }
}

fn judge(url: &ServiceUrl, allow_http: bool) {
    let text = url.as_str();
    assert!(!text.ends_with('/'), "{text}");
    let again = ServiceUrl::parse(text, allow_http);
    // `/api_v3` may stand in it more than once, and only the last is taken off.
    assert!(again.is_ok(), "{text}");
    // A host that no URL parser takes never gets a request.
    let called = format!("{text}/api_v3/service/session/action/get");
    let Ok(parsed) = Url::parse(&called) else {
        return;
    };
    assert!(
        parsed.username().is_empty() && parsed.password().is_none(),
        "{text}"
    );
    assert!(
        parsed.query().is_none() && parsed.fragment().is_none(),
        "{text}"
    );
    assert!(
        parsed
            .path()
            .ends_with("/api_v3/service/session/action/get"),
        "{text}"
    );
    match parsed.scheme() {
        "https" => {}
        "http" if allow_http => {}
        "http" => {
            let is_loopback = match parsed.host() {
                Some(Host::Domain(name)) => name == "localhost",
                Some(Host::Ipv4(address)) => address.is_loopback(),
                Some(Host::Ipv6(address)) => address.is_loopback(),
                None => false,
            };
            assert!(is_loopback, "{text} leads to {parsed}");
        }
        other => panic!("{other}: {text}"),
    }
}
