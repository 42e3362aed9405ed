//! The rules for the fields of a KS to make.
//!
//! Numbers come as JavaScript's text, because a KS contains text.

use super::{self as options, Input, Named, Read};
use crate::error::InvalidOption;
use crate::ks::php;
use crate::ks::{KsError, KsFields, Number, Random, Version};
use crate::secret::Secret;

/// Version 1 or 2; by default 2.
pub fn version(Named { path, input }: Named) -> Read<Version> {
    match input {
        Input::Number(1.0) => Ok(Version::V1),
        Input::Missing | Input::Number(2.0) => Ok(Version::V2),
        _ => Err(InvalidOption::new(path, "1 or 2")),
    }
}

/// The partner's number. The server's own partners have numbers below 1.
pub fn partner_id(Named { path, input }: Named) -> Read<i64> {
    let id = match input {
        Input::Text(Some(text)) => text.parse().ok(),
        _ => None,
    };
    id.ok_or_else(|| InvalidOption::new(path, "the partner's number, an integer"))
}

/// USER or ADMIN, by name or by Kaltura's number; `null` omits it.
pub fn session_type(Named { path, input }: Named) -> Read<Number> {
    const EXPECTED: &str = "'user', 'admin', 0 or 2";
    match &input {
        Input::Text(Some(name)) if name == "user" => Ok(Number::from(0)),
        Input::Text(Some(name)) if name == "admin" => Ok(Number::from(2)),
        Input::Null => Ok(Number::ABSENT),
        input => number(input).ok_or_else(|| InvalidOption::new(path, EXPECTED)),
    }
}

/// When the session expires; `null` omits it.
pub fn expiry(Named { path, input }: Named) -> Read<Number> {
    const EXPECTED: &str = "a time in seconds since 1970, a number";
    match &input {
        Input::Null => Ok(Number::ABSENT),
        input => number(input).ok_or_else(|| InvalidOption::new(path, EXPECTED)),
    }
}

/// Privileges as Kaltura's text, or as a list of names and values.
pub fn privileges(Named { path, input }: Named) -> Read<String> {
    match input {
        Input::Missing | Input::Null => Ok(String::new()),
        Input::Text(Some(text)) => Ok(text),
        input => Ok(options::privileges::text(Named { path, input })?.unwrap_or_default()),
    }
}

/// The partner on whose behalf the session's partner acts, if any.
pub fn master_partner_id(Named { path, input }: Named) -> Read<Number> {
    match &input {
        Input::Missing | Input::Null => Ok(Number::ABSENT),
        input => {
            number(input).ok_or_else(|| InvalidOption::new(path, "a partner's number, an integer"))
        }
    }
}

/// Optional text: the user, or additional data.
pub fn text(Named { path, input }: Named) -> Read<Option<String>> {
    const EXPECTED: &str = "a string of up to 100000 characters";
    match input {
        Input::Missing | Input::Null => Ok(None),
        Input::Text(Some(text)) => Ok(Some(text)),
        _ => Err(InvalidOption::new(path, EXPECTED)),
    }
}

/// Makes a KS unique; for version 2 the hex of 16 bytes.
pub fn random(Named { path, input }: Named, version: Version) -> Read<Random> {
    const EXPECTED: &str = "16 bytes, or their hex, in version 2; text in version 1";
    let random = match (input, version) {
        (Input::Text(Some(text)), Version::V1) => Some(Random::Text(text)),
        (Input::Text(Some(text)), Version::V2) => {
            let mut bytes = [0; 16];
            let decoded = hex::decode_to_slice(text, &mut bytes);
            decoded.is_ok().then_some(Random::Bytes(bytes))
        }
        _ => None,
    };
    random.ok_or_else(|| InvalidOption::new(path, EXPECTED))
}

/// Refuses fields that would move others, because version 1 separates them by `;` and escapes nothing. The last field
/// moves none.
pub fn check_fields(fields: &KsFields, random: &Random) -> Read<()> {
    const EXPECTED: &str = "without ';' in version 1, where it begins the next field";
    let random = match random {
        Random::Text(random) => random,
        Random::Bytes(_) => "",
    };
    let user_id = fields.user_id.as_deref().unwrap_or_default();
    for (path, text) in [
        ("userId", user_id),
        ("privileges", &fields.privileges),
        ("random", random),
    ] {
        if fields.version == Version::V1 && text.contains(';') {
            return Err(InvalidOption::new(path, EXPECTED));
        }
    }
    Ok(())
}

/// An admin secret of the partner.
pub fn secret(Named { path, input }: Named) -> Read<Secret> {
    const EXPECTED: &str = "an admin secret, a string that is not empty";
    match input {
        Input::Text(Some(text)) if !text.is_empty() => Ok(Secret::new(text)),
        _ => Err(InvalidOption::new(path, EXPECTED)),
    }
}

/// The error for the KS at `path` that was given, or would be made.
pub fn refused(path: &str, error: KsError) -> InvalidOption {
    InvalidOption::new(
        path,
        match error {
            KsError::TooLong => "at most 262144 bytes long in the KS",
            KsError::TooManySecrets => "short enough to be tried with so many secrets",
            KsError::Malformed => "a KS of version 1 or 2",
            KsError::Unreadable => "a KS whose fields a server can read",
            KsError::WrongRandom => "a KS with a random part that fits its version",
        },
    )
}

fn number(input: &Input) -> Option<Number> {
    match input {
        Input::Text(Some(text)) => php::numeric(text).map(Number::from_text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(input: Input) -> Named {
        let path = "it".to_owned();
        Named { path, input }
    }

    fn written(text: &str) -> Named {
        given(Input::Text(Some(text.to_owned())))
    }

    #[test]
    fn a_ks_is_of_version_2_unless_it_is_to_be_of_version_1() {
        for (input, expected) in [
            (Input::Missing, Some(Version::V2)),
            (Input::Number(2.0), Some(Version::V2)),
            (Input::Number(1.0), Some(Version::V1)),
            (Input::Number(3.0), None),
            (Input::Text(Some("2".to_owned())), None),
        ] {
            assert_eq!(version(given(input)).ok(), expected);
        }
    }

    #[test]
    fn numbers_are_kept_as_they_are_written() {
        for number in ["4102444800", "4102444800.5", "-2"] {
            assert_eq!(expiry(written(number)).unwrap().text(), Some(number));
        }
        for wrong in [
            given(Input::Missing),
            given(Input::Number(f64::NAN)),
            given(Input::Bool(true)),
            given(Input::Other),
            written(""),
            written("soon"),
            written("1;2"),
        ] {
            assert!(expiry(wrong.clone()).is_err(), "{wrong:?}");
        }
        assert_eq!(expiry(given(Input::Null)), Ok(Number::ABSENT));
    }

    #[test]
    fn a_partner_is_an_integer() {
        assert_eq!(partner_id(written("-2")), Ok(-2));
        for wrong in [Input::Missing, Input::Null, Input::Bool(true)] {
            assert!(partner_id(given(wrong.clone())).is_err(), "{wrong:?}");
        }
        assert!(partner_id(written("0.5")).is_err());
        assert!(partner_id(written("a")).is_err());
    }

    #[test]
    fn a_session_type_has_a_name_too() {
        assert_eq!(session_type(written("user")), Ok(Number::from(0)));
        assert_eq!(session_type(written("admin")), Ok(Number::from(2)));
        assert_eq!(session_type(written("1")), Ok(Number::from(1)));
        assert!(session_type(written("root")).is_err());
        assert!(session_type(given(Input::Missing)).is_err());
    }

    #[test]
    fn the_random_part_is_of_the_versions_kind() {
        let bytes = random(written("000102030405060708090a0b0c0d0eff"), Version::V2);
        let expected = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255];
        assert_eq!(bytes, Ok(Random::Bytes(expected)));
        assert!(random(written("00"), Version::V2).is_err());
        assert!(random(written("zz0102030405060708090a0b0c0d0eff"), Version::V2).is_err());
        assert_eq!(
            random(written("00"), Version::V1),
            Ok(Random::Text("00".to_owned()))
        );
        assert!(random(given(Input::Number(7.0)), Version::V1).is_err());
    }

    #[test]
    fn a_semicolon_moves_no_field_of_version_1() {
        let check = |fields: &KsFields, random: &str| {
            let random = Random::Text(random.to_owned());
            check_fields(fields, &random).map_err(|it| it.path)
        };
        let version = Version::V1;
        let fields = KsFields {
            version,
            additional_data: Some("a;b".to_owned()),
            ..KsFields::default()
        };
        assert_eq!(check(&fields, "1"), Ok(()));
        assert_eq!(check(&fields, "1;2"), Err("random".to_owned()));
        let user = KsFields {
            user_id: Some("ada;edit:*".to_owned()),
            ..fields.clone()
        };
        assert_eq!(check(&user, "1"), Err("userId".to_owned()));
        let privileges = KsFields {
            privileges: "sview:0_a;1".to_owned(),
            ..fields
        };
        assert_eq!(check(&privileges, "1"), Err("privileges".to_owned()));
        let encoded = KsFields {
            version: Version::V2,
            ..user
        };
        assert_eq!(check_fields(&encoded, &Random::Bytes([0; 16])), Ok(()));
    }

    #[test]
    fn an_empty_secret_is_none() {
        assert!(secret(written("")).is_err());
        assert_eq!(secret(written("s")), Ok(Secret::new("s".to_owned())));
    }
}
