use proptest::prelude::*;

use super::*;

const KS: &str =
    "djJ8MTAyfIOer4PKo_qwzIFP3E15TU4pWMgGOfGnKTPylK7tlAAkPxGo-Mfbiu0Ql_5dfBIIrLh4vu4DOp7A2ZGsZK6W";

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

fn values(values: &[(&str, &str)]) -> Vec<(String, String)> {
    values
        .iter()
        .map(|(value, shown)| ((*value).to_owned(), (*shown).to_owned()))
        .collect()
}

#[test]
fn a_ks_in_a_message_is_redacted_whoever_it_belongs_to() {
    let message = format!("Invalid KS \"{KS}\", Error \"-1,INVALID_STR\"");
    assert_eq!(
        redact(&message, &[]),
        "Invalid KS \"[redacted]\", Error \"-1,INVALID_STR\""
    );
}

#[test]
fn known_secrets_are_redacted_even_if_short() {
    let secret = secret("swordfish");
    assert_eq!(redact("bad swordfish!", &[&secret]), "bad [redacted]!");
}

#[test]
fn words_and_ids_stay() {
    for text in [
        "MISSING_MANDATORY_PARAMETER: Application token id \"0_c6eputqa\" not found",
        "The action startWidgetSessionNow is not one of createdAtGreaterThanOrEqual",
        "EXCEEDED_ENTRIES_LIMIT_FOR_PARTNER, SERVICE_ACCESS_CONTROL_RESTRICTED",
        "KalturaAppTokenListResponse disableentitlementforplaylist",
        "INVALID_OLD_PASSWORD_OR_KS appTokenSessionPrivileges",
    ] {
        assert_eq!(redact(text, &[]), text);
    }
}

#[test]
fn letters_that_make_no_words_are_redacted() {
    for text in [
        "kQzWvXbRtPlMnHgFdSjK",
        "abcdefghijklmnopqrstuvwxyz",
        "deadbeefdeadbeefdead",
        "AbAbAbAbAbAbAbAbAbAbAbAc-",
        "startWidgetSession1Now",
        "GhTtLnMrStWxYzKjHgFd",
    ] {
        assert_eq!(redact(text, &[]), REDACTED, "{text}");
    }
}

#[test]
fn long_text_is_cut() {
    for part in ["word ", "word", "_", "é", "\0", "aA", "x y"] {
        let shown = redact(&part.repeat(10_000), &[]);
        assert!(shown.len() < 600, "{part}: {}", shown.len());
    }
}

#[test]
fn values_are_replaced_in_the_text_as_it_came() {
    let values = values(&[("a", "<b>"), ("b", "<a>"), ("ab", "<both>")]);
    assert_eq!(redact_values("a b ab.", &[], &values), "<b> <a> <both>.");
}

#[test]
fn a_value_does_not_break_a_secret_into_pieces() {
    let token = secret("sw5rdf5sh");
    let values = values(&[("5", "<N>"), ("bad sw", "<V>"), ("sh!", "<W>")]);
    assert_eq!(
        redact_values("5 sw5rdf5sh", &[&token], &values),
        "<N> [redacted]"
    );
    assert_eq!(
        redact_values("bad sw5rdf5sh!", &[&token], &values),
        "<V>[redacted]<W>"
    );
    let message = format!("Invalid KS {KS}");
    assert_eq!(
        redact_values(&message, &[], &values),
        "Invalid KS [redacted]"
    );
}

#[test]
fn an_unknown_ks_that_is_a_value_goes_by_its_name() {
    let values = values(&[(KS, "<KSID>"), ("4", "<N>")]);
    let message = format!("Invalid KS \"{KS}\", Error 4");
    assert_eq!(
        redact_values(&message, &[], &values),
        "Invalid KS \"<KSID>\", Error <N>"
    );
}

#[test]
fn a_secret_at_the_edge_of_what_is_read_is_not_shown_in_part() {
    // Long enough that it is cut, and so much replaced that the edge is shown.
    let filling = values(&[(&"x ".repeat(100), "")]);
    for (secret_text, shown) in [("short one", "short"), (KS, "djJ8MTAy")] {
        let secret = secret(secret_text);
        for into in 1..secret_text.len() {
            let before = " ".repeat(LONGEST_INPUT % 200) + &"x ".repeat(LONGEST_INPUT / 2);
            let before = before.get(..LONGEST_INPUT - into).unwrap();
            let text = [before, secret_text].concat();
            let out = redact_values(&text, &[&secret], &filling);
            assert!(!out.contains(shown), "{into}: {out}");
            assert!(out.ends_with('…'), "{out}");
        }
    }
}

#[test]
fn work_grows_with_the_text_and_no_faster() {
    for part in [
        "a",
        "ab",
        "ab ",
        "%",
        "/",
        "é",
        "\0",
        "aB",
        "startWidget",
        KS,
    ] {
        for end in ["", "b"] {
            work::assert_linear(part, |factor| {
                let of = |length: usize| part.repeat(length / part.len());
                let text = of(600 * factor);
                let known = Secret::new(of(300 * factor) + end);
                let values = [of(200 * factor), of(400 * factor) + end, of(100)];
                let values = values.map(|value| (value, "<VALUE>".to_owned()));
                move || {
                    let _ = redact_values(&text, &[&known, &known], &values);
                }
            });
        }
    }
}

#[test]
fn no_more_than_a_good_part_of_a_text_is_read() {
    let known = Secret::new("a".repeat(200_000));
    let steps = |length: usize| {
        let text = "a".repeat(length);
        work::count(|| {
            let _ = redact(&text, &[&known]);
        })
    };
    assert_eq!(steps(20_000), steps(1_000_000));
}

/// Whether a text ends in a part of what it begins with, so that it may overlap itself.
fn overlaps_itself(text: &str) -> bool {
    (1..text.len()).any(|length| text.get(..length).is_some_and(|it| text.ends_with(it)))
}

proptest! {
    #[test]
    fn replacing_is_what_the_standard_library_does(
        text in "[abé]{0,20}",
        old in "[abé]{1,3}",
        new in "[ac]{0,3}",
    ) {
        prop_assume!(!overlaps_itself(&old));
        let shown = redact_values(&text, &[], &[(old.clone(), new.clone())]);
        // Where touching ones are alike, both are shown.
        prop_assert_eq!(shown, text.replace(&old, &new));
    }

    #[test]
    fn no_known_secret_survives(
        before in ".{0,40}",
        secret in "[a-z0-9]{8,40}",
        after in ".{0,40}",
        value in "[a-z0-9]{1,3}",
    ) {
        let known = Secret::new(secret.clone());
        let text = format!("{before}{secret}{after}");
        prop_assert!(!redact(&text, &[&known]).contains(&secret));
        let part = secret.chars().skip(4).collect::<String>() + &after;
        let values = [(value, "<V>".to_owned()), (part, "<P>".to_owned())];
        let shown = redact_values(&text, &[&known], &values);
        // Not even a part of it, unless that stands elsewhere too.
        for length in [secret.len(), 6] {
            for (start, _) in secret.char_indices() {
                if let Some(part) = secret.get(start..start + length) {
                    prop_assert!(
                        !shown.contains(part) || before.contains(part) || after.contains(part)
                    );
                }
            }
        }
    }

    #[test]
    fn random_base64_and_hex_are_redacted(
        base64 in "[A-Za-z0-9+/_=-]{20,200}",
        letters in "[A-Za-z]{20,200}",
        lower in "[a-z]{24,200}",
        hex in "[0-9a-f]{20,128}",
    ) {
        for text in [base64, letters, lower, hex] {
            prop_assert_eq!(redact(&format!("a {text}."), &[]), "a [redacted].", "{}", text);
        }
    }
}
