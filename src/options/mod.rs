//! The rules for callers' options.

use crate::decimal;
use crate::error::InvalidOption;
use crate::kaltura::{HashType, ServiceUrl};
use crate::retry::RetryPolicy;
use crate::secret::{Secret, looks_secret};
use crate::session::{GrantPolicy, Isolate, SessionType};
use crate::work;

pub mod ks;
pub mod privileges;
mod seal;

pub use privileges::{Listed, session_privileges};
pub use seal::{seal_id, seal_key, wrong_id};

/// A JavaScript value, as options need it.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// `undefined` or missing.
    Missing,
    /// `null`.
    Null,
    /// A string; `None` if it is not valid Unicode (a lone surrogate), or longer than [`LONGEST_TEXT`].
    Text(Option<String>),
    /// A number.
    Number(f64),
    /// A boolean.
    Bool(bool),
    /// An array of objects with `name`, and `values` or `any`.
    Privileges(Vec<Listed>),
    /// Anything else.
    Other,
}

/// An option and its path.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// Its path, such as `partnerId` or `fallback.appToken`.
    pub path: String,
    /// Its value.
    pub input: Input,
}

/// The longest option, in UTF-16 units.
pub const LONGEST_TEXT: u32 = 100_000;

/// How an option is looked up.
pub type Read<T> = Result<T, InvalidOption>;

/// The partner's number, also as text, for example from the environment.
pub fn partner_id(Named { path, input }: Named) -> Read<u32> {
    const EXPECTED: &str = "the partner's number, a positive integer";
    let number = match input {
        Input::Number(number) => integer(number),
        Input::Text(Some(text)) => decimal::unsigned(&text),
        _ => None,
    };
    let id = number.and_then(|number| u32::try_from(number).ok());
    id.filter(|id| (1..=0x7fff_ffff).contains(id))
        .ok_or_else(|| InvalidOption::new(path, EXPECTED))
}

/// The application token's id.
pub fn app_token_id(Named { path, input }: Named) -> Read<String> {
    const EXPECTED: &str = "the application token's id, such as 0_ab12cd34";
    match input {
        Input::Text(Some(text)) if looks_secret(&text) => Err(InvalidOption::new(path, NO_ID)),
        Input::Text(Some(text)) if is_word(&text, 128) => Ok(text),
        _ => Err(InvalidOption::new(path, EXPECTED)),
    }
}

/// The expectation if the id looks like a secret.
pub const NO_ID: &str = "the application token's id, such as 0_ab12cd34: the given value looks like a secret, perhaps the token itself";

/// Whether a text has the form of Kaltura's ids of application tokens.
fn looks_like_id(text: &str) -> bool {
    text.split_once('_').is_some_and(|(center, rest)| {
        (1..=2).contains(&center.len())
            && center.bytes().all(|b| b.is_ascii_digit())
            && rest.len() == 8
            && rest.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

/// The application token. Its length isn't checked, because tokens can be edited.
pub fn app_token(Named { path, input }: Named) -> Read<Secret> {
    const EXPECTED: &str = "the application token, a string without white space around it, or a function that returns it";
    const NO_TOKEN: &str = "the token itself: the given value looks like its id";
    if let Input::Text(Some(text)) = input {
        let secret = Secret::new(text);
        let text = secret.expose();
        if looks_like_id(text) {
            return Err(InvalidOption::new(path, NO_TOKEN));
        }
        let is_token = !text.is_empty() && text.len() <= 4096 && text.trim() == text;
        if is_token && !has_control(text) {
            return Ok(secret);
        }
    }
    Err(InvalidOption::new(path, EXPECTED))
}

/// One hash type.
pub fn hash_type(path: &str, name: &str) -> Read<HashType> {
    const EXPECTED: &str = "'SHA1', 'SHA256', 'SHA512' or 'MD5'";
    HashType::from_name(name).ok_or_else(|| InvalidOption::new(path, EXPECTED))
}

/// The hash types to try: by default SHA-1, for `auto` all except MD5.
pub fn hash_types(Named { path, input }: Named) -> Read<Vec<HashType>> {
    const EXPECTED: &str = "'SHA1', 'SHA256', 'SHA512', 'MD5' or 'auto'";
    match input {
        Input::Missing => Ok(vec![HashType::default()]),
        Input::Text(Some(text)) if text == "auto" => Ok(HashType::AUTO.to_vec()),
        Input::Text(Some(text)) => match HashType::from_name(&text) {
            Some(hash_type) => Ok(vec![hash_type]),
            None => Err(InvalidOption::new(path, EXPECTED)),
        },
        _ => Err(InvalidOption::new(path, EXPECTED)),
    }
}

/// Kaltura's URL; by default the hosted service in the United States.
pub fn service_url(Named { path, input }: Named, allow_http: bool) -> Read<ServiceUrl> {
    match input {
        Input::Missing => Ok(ServiceUrl::default()),
        Input::Text(Some(text)) => ServiceUrl::parse(&text, allow_http)
            .map_err(|expected| InvalidOption::new(path, expected)),
        _ => Err(InvalidOption::new(path, ServiceUrl::EXPECTED)),
    }
}

/// The session's user. Kaltura accepts any text except control characters.
pub fn user_id(Named { path, input }: Named) -> Read<Option<String>> {
    const EXPECTED: &str = "a string of up to 1024 characters without control characters";
    match input {
        Input::Missing => Ok(None),
        Input::Text(Some(text)) if text.len() <= 1024 && !has_control(&text) => Ok(Some(text)),
        _ => Err(InvalidOption::new(path, EXPECTED)),
    }
}

/// USER or ADMIN, by name or by Kaltura's number.
pub fn session_type(Named { path, input }: Named) -> Read<Option<SessionType>> {
    const EXPECTED: &str = "'user', 'admin', 0 or 2";
    let found = match input {
        Input::Missing => return Ok(None),
        Input::Text(Some(text)) if text == "user" => Some(SessionType::User),
        Input::Text(Some(text)) if text == "admin" => Some(SessionType::Admin),
        Input::Number(number) => integer(number).and_then(SessionType::from_number),
        _ => None,
    };
    found
        .map(Some)
        .ok_or_else(|| InvalidOption::new(path, EXPECTED))
}

/// The session's lifetime in seconds. Kaltura reads 0 as the maximum, and a negative number as an expired session, so
/// both are refused.
pub fn expiry_s(Named { path, input }: Named) -> Read<Option<u32>> {
    const EXPECTED: &str = "a positive whole number of seconds (not milliseconds), at most ten years; leave it out for the token's maximum";
    const TEN_YEARS_S: u32 = 315_360_000;
    optional_integer(Named { path, input }, 1, TEN_YEARS_S, EXPECTED)
}

/// Which sessions end alone: by default none.
pub fn isolate(Named { path, input }: Named) -> Read<Option<Isolate>> {
    match input {
        Input::Missing => Ok(None),
        Input::Text(Some(text)) if text == "user" => Ok(Some(Isolate::User)),
        Input::Text(Some(text)) if text == "session" => Ok(Some(Isolate::Session)),
        _ => Err(InvalidOption::new(path, "'user' or 'session'")),
    }
}

/// What to do about sessions that differ from the request.
pub fn grants(Named { path, input }: Named) -> Read<GrantPolicy> {
    match input {
        Input::Missing => Ok(GrantPolicy::default()),
        Input::Text(Some(text)) if text == "guard" => Ok(GrantPolicy::Guard),
        Input::Text(Some(text)) if text == "exact" => Ok(GrantPolicy::Exact),
        Input::Text(Some(text)) if text == "report" => Ok(GrantPolicy::Report),
        _ => Err(InvalidOption::new(path, "'guard', 'exact' or 'report'")),
    }
}

/// The number of retries after transient failures.
pub fn retry(Named { path, input }: Named) -> Read<RetryPolicy> {
    const EXPECTED: &str = "the number of retries, from 0 to 10, or false";
    if input == Input::Bool(false) {
        return Ok(RetryPolicy { retries: 0 });
    }
    let retries = optional_integer(Named { path, input }, 0, 10, EXPECTED)?;
    Ok(retries.map_or_else(RetryPolicy::default, |retries| RetryPolicy { retries }))
}

/// The caller's name in Kaltura's logs; by default this package and its version.
pub fn client_tag(Named { path, input }: Named) -> Read<String> {
    const EXPECTED: &str = "up to 256 printable ASCII characters";
    match input {
        Input::Missing => Ok(concat!("kaltura-app-token/", env!("CARGO_PKG_VERSION")).to_owned()),
        Input::Text(Some(text))
            if text.len() <= 256 && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ') =>
        {
            Ok(text)
        }
        _ => Err(InvalidOption::new(path, EXPECTED)),
    }
}

/// The longest response to read, in bytes; by default 1 MB.
pub fn max_response_bytes(Named { path, input }: Named) -> Read<u32> {
    const EXPECTED: &str = "a whole number of bytes, from 1024 to 67108864";
    let bytes = optional_integer(Named { path, input }, 1024, 64 * 1024 * 1024, EXPECTED)?;
    Ok(bytes.unwrap_or(1_000_000))
}

/// A switch; by default off.
pub fn switch(Named { path, input }: Named) -> Read<bool> {
    match input {
        Input::Missing => Ok(false),
        Input::Bool(on) => Ok(on),
        _ => Err(InvalidOption::new(path, "true or false")),
    }
}

/// A whole number between two bounds.
pub fn optional_integer(
    Named { path, input }: Named,
    least: u32,
    most: u32,
    expected: &'static str,
) -> Read<Option<u32>> {
    let number = match input {
        Input::Missing => return Ok(None),
        Input::Number(number) => integer(number),
        _ => None,
    };
    let number = number.and_then(|number| u32::try_from(number).ok());
    match number.filter(|number| (least..=most).contains(number)) {
        Some(number) => Ok(Some(number)),
        None => Err(InvalidOption::new(path, expected)),
    }
}

fn integer(number: f64) -> Option<i64> {
    const LARGEST: f64 = 9_007_199_254_740_991.0;
    if number.fract() != 0.0 || number.abs() > LARGEST {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a safe integer, as was just seen"
    )]
    Some(number as i64)
}

fn is_word(text: &str, longest: usize) -> bool {
    work::steps(text.len().min(longest));
    (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

fn has_control(text: &str) -> bool {
    work::steps(text.len());
    text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str, input: Input) -> Named {
        Named {
            path: path.to_owned(),
            input,
        }
    }

    fn text(text: &str) -> Input {
        Input::Text(Some(text.to_owned()))
    }

    #[test]
    fn a_partner_is_a_positive_integer_or_its_digits() {
        assert_eq!(partner_id(at("p", Input::Number(102.0))), Ok(102));
        assert_eq!(partner_id(at("p", text("102"))), Ok(102));
        for wrong in [
            Input::Missing,
            Input::Other,
            Input::Bool(true),
            text(""),
            text("-1"),
            text("1e3"),
            text(" 1"),
            text("99999999999"),
        ] {
            assert!(partner_id(at("p", wrong.clone())).is_err(), "{wrong:?}");
        }
        for wrong in [
            0.0,
            -1.0,
            1.5,
            f64::NAN,
            f64::INFINITY,
            2_147_483_648.0,
            1e300,
        ] {
            assert!(
                partner_id(at("p", Input::Number(wrong))).is_err(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn an_error_tells_the_path_and_never_the_value() {
        let error = app_token(at("fallback.appToken", text(" s3cret\n"))).unwrap_err();
        assert_eq!(error.path, "fallback.appToken");
        assert!(!format!("{error:?}").contains("s3cret"));
    }

    #[test]
    fn an_id_and_a_token_are_not_taken_for_each_other() {
        let (id, token) = ("0_ab12cd34", "599d54237bca94c1db5746efd0416795");
        assert!(app_token_id(at("i", text(id))).is_ok());
        assert!(app_token(at("t", text(token))).is_ok());
        let swapped = app_token_id(at("i", text(token))).unwrap_err();
        assert_eq!(swapped, InvalidOption::new("i", NO_ID));
        let swapped = app_token(at("t", text(id))).unwrap_err();
        assert!(swapped.expected.contains("its id"));
        // Tokens can be edited, and ids may once look otherwise.
        for odd in ["0_a", "a-token-of-mine", "0_ab12cd345"] {
            assert!(app_token_id(at("i", text(odd))).is_ok(), "{odd}");
            assert!(app_token(at("t", text(odd))).is_ok(), "{odd}");
        }
    }

    #[test]
    fn a_name_that_could_be_a_secret_is_not_repeated() {
        for (prefix, path) in [("", "options"), ("fallback.", "fallback")] {
            for secret in [
                "c4f0c4f3c07bdb18042dd32a1992d9b2",
                "djJ8MTAyfG4Qz8EII6Q0aP61ouJgx3zW",
                "swordfish-and-chips",
                "c4f0c4f3c07bdb18",
            ] {
                let error = InvalidOption::unknown(prefix, secret);
                assert_eq!(error.path, path);
                assert!(!error.message().contains(secret));
            }
        }
        let error = InvalidOption::unknown("request.", "sessionPrivilege");
        assert_eq!(error.path, "request.sessionPrivilege");
        assert_eq!(InvalidOption::unknown("", "userId2").path, "userId2");
    }

    #[test]
    fn an_expiry_that_kaltura_would_misread_is_refused() {
        assert_eq!(expiry_s(at("e", Input::Number(3600.0))), Ok(Some(3600)));
        assert_eq!(expiry_s(at("e", Input::Missing)), Ok(None));
        for wrong in [0.0, -5.0, 0.5, 1_795_493_657_000.0] {
            assert!(expiry_s(at("e", Input::Number(wrong))).is_err(), "{wrong}");
        }
    }

    #[test]
    fn text_that_is_no_unicode_is_refused_wherever_it_stands() {
        let broken = || Input::Text(None);
        assert!(user_id(at("u", broken())).is_err());
        assert!(app_token(at("t", broken())).is_err());
        assert!(session_privileges(at("s", broken())).is_err());
        assert!(service_url(at("s", broken()), false).is_err());
    }

    #[test]
    fn md5_is_tried_only_where_it_is_asked_for() {
        let hash_types = |name| hash_types(at("hashType", text(name))).unwrap();
        assert_eq!(hash_types("MD5"), [HashType::Md5]);
        assert!(!hash_types("auto").contains(&HashType::Md5));
    }

    #[test]
    fn retries_can_be_turned_off() {
        assert_eq!(retry(at("r", Input::Bool(false))).unwrap().retries, 0);
        assert_eq!(
            retry(at("r", Input::Missing)).unwrap(),
            RetryPolicy::default()
        );
        assert!(retry(at("r", Input::Bool(true))).is_err());
        assert!(retry(at("r", Input::Number(11.0))).is_err());
    }

    #[test]
    fn work_grows_with_an_option_and_no_faster() {
        for part in [
            "a", "1", ",", "/", ":", "*", "%", ".", "../", "é", "https://", "[::1]:", "127.",
        ] {
            for start in ["", "https://", "https://a/", "http://", "https://["] {
                work::assert_linear(part, |factor| {
                    let text = [start, &part.repeat(2000 * factor / part.len())].concat();
                    move || {
                        let option = || at("o", Input::Text(Some(text.clone())));
                        let _ = (
                            partner_id(option()),
                            app_token_id(option()),
                            app_token(option()),
                        );
                        let _ = (
                            hash_types(option()),
                            user_id(option()),
                            client_tag(option()),
                        );
                        let _ = (session_type(option()), session_privileges(option()));
                        let _ = (service_url(option(), false), service_url(option(), true));
                        let list = vec![Listed {
                            name: text.clone(),
                            values: vec![text.clone(), "a".to_owned()],
                            any: false,
                        }];
                        let _ = session_privileges(at("o", Input::Privileges(list)));
                    }
                });
            }
        }
    }
}
