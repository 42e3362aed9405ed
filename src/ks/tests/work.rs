//! The work of reading and making KSs grows with their length.

use super::secret;
use crate::ks::*;
use crate::work;

/// Texts that a KS may carry, or be.
const PARTS: [&str; 14] = [
    "1,",
    "edit:1/2,",
    "a:*,",
    ",",
    ";",
    "&",
    "=",
    "%",
    "+",
    " ",
    "[",
    "[]&",
    "é",
    "AAAA",
];

fn fields(version: Version, text: &str) -> (KsFields, Random) {
    let fields = KsFields {
        version,
        partner_id: 102,
        user_id: Some(text.to_owned()),
        privileges: text.to_owned(),
        additional_data: Some(text.to_owned()),
        expiry: Number::from_text(text),
        ..KsFields::default()
    };
    let random = match version {
        Version::V1 => Random::Text(text.to_owned()),
        Version::V2 => Random::Bytes([7; 16]),
    };
    (fields, random)
}

#[test]
fn making_and_reading_a_ks_takes_no_more_than_it_is_long() {
    for version in [Version::V1, Version::V2] {
        for part in PARTS {
            work::assert_linear(part, |factor| {
                let text = part.repeat(400 * factor / part.len());
                let (fields, random) = fields(version, &text);
                move || {
                    let key = secret("s");
                    let ks = generate(&fields, &random, &key).unwrap();
                    let secrets = [secret("other"), key];
                    let Ok(info) = inspect(ks.expose(), &secrets) else {
                        return;
                    };
                    let _ = partner_of(ks.expose());
                    let session = info.session.unwrap();
                    let _ = (
                        session.is_widget(),
                        session.is_admin(),
                        session.session_id(),
                    );
                    let _ = session.is_expired(1_795_493_902);
                }
            });
        }
    }
}

#[test]
fn what_is_no_ks_is_refused_as_quickly() {
    for part in PARTS {
        for start in [
            "",
            "djJ8MTAyf",
            "djJ8",
            "OTcyYzljODY5MWVlZDlmYzY4Y2M3MTUzMjc0YzNhOWMyMWJkNTE5Ynwx",
        ] {
            work::assert_linear(part, |factor| {
                let text = [start, &part.repeat(4000 * factor / part.len())].concat();
                move || {
                    let _ = inspect(&text, &[secret("s")]);
                    let _ = partner_of(&text);
                }
            });
        }
    }
}

#[test]
fn so_many_secrets_are_tried_as_the_length_allows() {
    let secrets = |count| vec![secret("s"); count];
    let (fields, random) = fields(Version::V2, &"a".repeat(20_000));
    let long = generate(&fields, &random, &secret("x")).unwrap();
    assert_eq!(
        inspect(long.expose(), &secrets(2)).map(|it| it.verified),
        Ok(Some(false))
    );
    assert_eq!(
        inspect(long.expose(), &secrets(100)),
        Err(KsError::TooManySecrets)
    );

    let (fields, random) = super::work::fields(Version::V2, "a");
    let short = generate(&fields, &random, &secret("x")).unwrap();
    let read = inspect(short.expose(), &secrets(1000));
    assert_eq!(read.map(|it| it.verified), Ok(Some(false)));
}
