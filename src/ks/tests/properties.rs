//! What holds for every KS, not only for the recorded ones.

use proptest::prelude::*;

use super::secret;
use crate::ks::*;

/// Any text, with what separates things in one of the formats more often than chance would.
fn any_text() -> impl Strategy<Value = String> {
    "(?s)([a-z0-9é✓🔑%+&=;:|,/*_.\\[\\] \0\n-]|.){0,24}"
}

fn any_number() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        (0_i64..5_000_000_000).prop_map(Number::from),
        any_text().prop_map(Number::from_text),
        Just(Number::ABSENT),
    ]
}

prop_compose! {
    /// Any fields at all.
    fn any_fields(version: Version)(
        partner_id in any::<i64>(),
        user_id in proptest::option::of(any_text()),
        session_type in any_number(),
        expiry in any::<i64>(),
        privileges in any_text(),
        master_partner_id in any_number(),
        additional_data in proptest::option::of(any_text()),
    ) -> KsFields {
        let expiry = expiry.into();
        KsFields { version, partner_id, user_id, session_type, expiry, privileges, master_partner_id, additional_data }
    }
}

/// Privileges that version 2 gives back as they were. It changes all others:
/// - a name ends at a zero byte, loses spaces in front, and has `_` for `.`, space and `[`
///   inside; an empty one is dropped with its value; with an index (`a[b]`) it makes the KS
///   unreadable; `_e`, `_t`, `_u`, `_m` and `_d` are other fields' names;
/// - of equal names the last value counts, at the place of the first;
/// - white space around an item is dropped, and so are empty items and the item `0`;
/// - a name with a `:` and nothing behind it becomes a flag;
/// - `*` is written as `all:*`, and read as `*` again where it stands alone.
fn privileges_as_version_2_keeps_them() -> impl Strategy<Value = String> {
    let name = "[a-zé✓🔑%+&=;|/*][a-z0-9é✓🔑%+&=;|/*_-]{0,8}";
    let value = "(?s)([a-z0-9é✓🔑%+&=;:|/*_.\\[\\] \0\n-]|[^,]){0,12}[a-z0-9é✓🔑%+&=;:|/*_.-]";
    let item = (name, proptest::option::of(value));
    proptest::collection::vec(item, 0..6).prop_filter_map("a name twice, or everything", |items| {
        let mut names: Vec<&str> = items.iter().map(|(name, _)| &**name).collect();
        names.sort_unstable();
        names.dedup();
        let items: Option<Vec<String>> = (names.len() == items.len()).then(|| {
            let item = |(name, value): &(String, Option<String>)| match value {
                Some(value) => format!("{name}:{value}"),
                None => name.clone(),
            };
            items.iter().map(item).collect()
        });
        let text = items?.join(",");
        let has_everything = text.split(',').any(|item| ["*", "all:*"].contains(&item));
        (!has_everything).then_some(text)
    })
}

/// The fields that `session` would be made of again.
fn fields_of(info: &KsInfo) -> KsFields {
    let session = info.session.clone().unwrap();
    KsFields {
        version: info.version,
        partner_id: info.partner_id,
        user_id: session.user_id,
        session_type: session.session_type,
        expiry: session.expiry,
        privileges: session.privileges,
        master_partner_id: session.master_partner_id,
        additional_data: session.additional_data,
    }
}

fn read_back(fields: &KsFields, random: &Random, key: &Secret) -> Result<KsInfo, KsError> {
    let ks = generate(fields, random, key).unwrap();
    inspect(ks.expose(), std::slice::from_ref(key))
}

/// Whether `changed` passes for a KS of the partner whose secret this is.
fn passes(changed: &str, partner_id: i64, key: &Secret) -> bool {
    inspect(changed, std::slice::from_ref(key))
        .is_ok_and(|info| info.partner_id == partner_id && info.verified == Some(true))
}

fn with_changed_character(ks: &str, index: usize, with: char) -> String {
    ks.chars()
        .enumerate()
        .map(|(at, old)| if at == index { with } else { old })
        .collect()
}

proptest! {
    #[test]
    fn version_2_gives_back_what_it_was_made_of(
        fields in any_fields(Version::V2),
        privileges in privileges_as_version_2_keeps_them(),
        random in any::<[u8; 16]>(),
        key in any_text().prop_map(Secret::new),
    ) {
        let fields = KsFields { privileges, ..fields };
        let info = read_back(&fields, &Random::Bytes(random), &key).unwrap();
        prop_assert_eq!(info.verified, Some(true));
        prop_assert_eq!(&info.session.as_ref().unwrap().random, &hex::encode(random));
        prop_assert!(fields_of(&info) == fields);
    }

    /// Version 1 has no way to leave a field out, and none to write a `;`.
    #[test]
    fn version_1_gives_back_what_it_was_made_of(
        fields in any_fields(Version::V1),
        random in any_text(),
        key in any_text().prop_map(Secret::new),
    ) {
        let plain = |text: String| text.replace(';', "");
        let number = |number: Number| Number::from_text(plain(number.text().unwrap_or_default().to_owned()));
        let random = plain(random);
        let fields = KsFields {
            user_id: Some(plain(fields.user_id.unwrap_or_default())),
            session_type: number(fields.session_type),
            privileges: plain(fields.privileges),
            master_partner_id: number(fields.master_partner_id),
            additional_data: Some(plain(fields.additional_data.unwrap_or_default())),
            ..fields
        };
        let info = read_back(&fields, &Random::Text(random.clone()), &key).unwrap();
        prop_assert_eq!(info.verified, Some(true));
        prop_assert_eq!(&info.session.as_ref().unwrap().random, &random);
        prop_assert!(fields_of(&info) == fields);
    }

    /// White space before a `:` with nothing behind it is lost only in the second round.
    #[test]
    fn what_version_2_makes_of_any_privileges_it_keeps_from_then_on(
        fields in any_fields(Version::V2),
        random in any::<[u8; 16]>(),
    ) {
        let (random, key) = (Random::Bytes(random), secret("key"));
        match read_back(&fields, &random, &key) {
            Ok(info) => {
                let again = |fields| fields_of(&read_back(&fields, &random, &key).unwrap());
                let settled = again(fields_of(&info));
                prop_assert!(again(settled.clone()) == settled, "{:?}", settled.privileges);
            }
            Err(error) => {
                prop_assert_eq!(error, KsError::Unreadable);
                prop_assert!(fields.privileges.contains('['));
            }
        }
    }

    #[test]
    fn whatever_version_1_is_made_of_its_reader_has_an_answer(
        fields in any_fields(Version::V1),
        random in any_text(),
    ) {
        let info = read_back(&fields, &Random::Text(random), &secret("key")).unwrap();
        prop_assert_eq!(info.partner_id, fields.partner_id);
        prop_assert_eq!(info.verified, Some(true));
    }

    #[test]
    fn no_other_secret_verifies_a_ks(
        fields in any_fields(Version::V2),
        random in any::<[u8; 16]>(),
        other in any_text().prop_filter("the same", |other| other != "key"),
    ) {
        let ks = generate(&fields, &Random::Bytes(random), &secret("key")).unwrap();
        let info = inspect(ks.expose(), &[Secret::new(other)]).unwrap();
        prop_assert_eq!(info.verified, Some(false));
        prop_assert!(info.session.is_none());
    }

    #[test]
    fn any_text_gets_an_answer(text in ".*", body in any::<Vec<u8>>(), header in "(v2\\|102\\||[0-9a-f]{40}\\|)?") {
        let made = Base64::encode_string(&[header.as_bytes(), &body].concat());
        for text in [text, made] {
            if let Ok(info) = inspect(&text, &[secret("key")]) {
                prop_assert_eq!(info.verified, Some(false));
                prop_assert!(info.session.is_none() || info.version == Version::V1);
            }
        }
    }
}

/// Equal to the server: `-` and `+`, `_` and `/`, and white space in the place of all padding.
/// And version 2 does not sign its partner: a KS with another one there is a KS of a partner
/// who has another secret.
#[test]
fn any_single_changed_character_is_rejected() {
    let key = secret("1ff6f3c05143ef42880ef4d00c38ca7c");
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= \n!é\0";
    for version in [Version::V1, Version::V2] {
        // Each of the three lengths of padding.
        for user in ["ada", "adalo", "adalovelace", "ada@example.org"] {
            let fields = KsFields {
                version,
                partner_id: 102,
                user_id: Some(user.to_owned()),
                expiry: 4_102_444_800.into(),
                privileges: "edit:0_a?>~".to_owned(),
                ..KsFields::default()
            };
            let random = match version {
                Version::V1 => Random::Text("1795493902.9597".to_owned()),
                Version::V2 => Random::Bytes([0xfb; 16]),
            };
            let ks = generate(&fields, &random, &key).unwrap();
            let ks = ks.expose();
            assert!(passes(ks, 102, &key));
            let length = ks.chars().count();
            for (index, old) in ks.chars().enumerate() {
                for new in alphabet.chars().filter(|&new| new != old) {
                    let is_the_same = matches!(
                        (old, new),
                        ('-', '+') | ('+', '-') | ('_', '/') | ('/', '_')
                    ) || (old == '='
                        && index + 1 == length
                        && !ks.ends_with("==")
                        && " \n".contains(new));
                    let changed = with_changed_character(ks, index, new);
                    assert_eq!(
                        passes(&changed, 102, &key),
                        is_the_same,
                        "{old:?} to {new:?} at {index}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_text_that_is_too_long_is_neither_read_nor_made() {
    let fields = KsFields {
        privileges: "a".repeat(MAX_LENGTH),
        ..KsFields::default()
    };
    let made = generate(&fields, &Random::Bytes([1; 16]), &secret("key"));
    assert_eq!(made, Err(KsError::TooLong));
    assert_eq!(
        inspect(&"A".repeat(MAX_LENGTH + 1), &[]),
        Err(KsError::TooLong)
    );
    assert_eq!(
        inspect(&"A".repeat(MAX_LENGTH), &[]),
        Err(KsError::Malformed)
    );
}

#[test]
fn each_version_insists_on_its_own_kind_of_random_part() {
    let fields = KsFields::default();
    let made = generate(&fields, &Random::Text("1".to_owned()), &secret("key"));
    assert_eq!(made, Err(KsError::WrongRandom));
    let fields = KsFields {
        version: Version::V1,
        ..fields
    };
    let made = generate(&fields, &Random::Bytes([1; 16]), &secret("key"));
    assert_eq!(made, Err(KsError::WrongRandom));
}

#[test]
fn version_2_changes_privileges_as_php_does() {
    for (given, read) in [
        ("*", "*"),
        ("all:*", "*"),
        ("edit:0_a,*", "edit:0_a,all:*"),
        ("my.priv:1,my priv:2,a[b:3", "my_priv:2,a_b:3"),
        (" edit:0_a , view:* ", "edit:0_a,view:*"),
        ("edit:,,0, ,edit:0_b,x", "edit:0_b,x"),
        (":x,\0y:1,z\0z:1", "y:1,z:1"),
        ("_e:1,.t:2,_u:eve,edit", "edit"),
    ] {
        let fields = KsFields {
            user_id: Some("ada".to_owned()),
            session_type: 0.into(),
            expiry: 5.into(),
            privileges: given.to_owned(),
            ..KsFields::default()
        };
        let info = read_back(&fields, &Random::Bytes([1; 16]), &secret("key")).unwrap();
        let fields = KsFields {
            privileges: read.to_owned(),
            ..fields
        };
        assert_eq!(info.session.as_ref().unwrap().privileges, read, "{given:?}");
        assert!(fields_of(&info) == fields, "{given:?}");
    }
}

#[test]
fn neither_a_session_nor_its_fields_are_shown_by_debug_output() {
    let fields = KsFields {
        user_id: Some("ada".to_owned()),
        ..KsFields::default()
    };
    let info = read_back(&fields, &Random::Bytes([1; 16]), &secret("key")).unwrap();
    assert!(info.session.is_some());
    for shown in [format!("{info:?}"), format!("{fields:?}")] {
        assert!(!shown.contains("ada"), "{shown}");
    }
}
