//! Making foreign text fit to be shown: Kaltura's messages repeat the KS that was sent, and
//! sometimes another caller's.

use crate::secret::Secret;

/// Stands where a secret stood.
pub const REDACTED: &str = "[redacted]";

/// Runs of this many characters that could be base64 or hex are taken for secrets. A KS, a
/// token and a hash are all longer; Kaltura's ids and error codes, in words, are not.
const SUSPICIOUS: usize = 20;

/// The longest text worth showing.
const LONGEST: usize = 500;

/// `text` without the secrets that are known, and without what looks like one.
pub fn redact(text: &str, known: &[&Secret]) -> String {
    let mut text = text.to_owned();
    for secret in known {
        text = replace(&text, secret.expose(), REDACTED);
    }
    let mut out = String::with_capacity(text.len().min(LONGEST));
    let mut run = String::new();
    for c in text.chars() {
        if is_secret_char(c) {
            run.push(c);
            continue;
        }
        flush(&mut run, &mut out);
        if out.len() >= LONGEST {
            out.push('…');
            return out;
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    flush(&mut run, &mut out);
    out
}

/// `text` with `new` wherever `old` stands in it.
///
/// As `str::replace`, whose search takes two kilobytes of code more, but nothing is replaced
/// where `old` is empty.
pub fn replace(text: &str, old: &str, new: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        match rest.strip_prefix(old) {
            Some(after) if !old.is_empty() => {
                out.push_str(new);
                rest = after;
            }
            _ => {
                out.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    out
}

fn flush(run: &mut String, out: &mut String) {
    if run.len() >= SUSPICIOUS && !is_word(run) {
        out.push_str(REDACTED);
    } else {
        out.push_str(run);
    }
    run.clear();
}

/// Identifiers in words, such as `MISSING_MANDATORY_PARAMETER` or `startWidgetSession`.
fn is_word(run: &str) -> bool {
    let no_digits = !run.bytes().any(|b| b.is_ascii_digit());
    let upper = run.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    let lower = run.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    no_digits && (upper || lower)
}

fn is_secret_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '=' | '%')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KS: &str = "djJ8MTAyfIOer4PKo_qwzIFP3E15TU4pWMgGOfGnKTPylK7tlAAkPxGo-Mfbiu0Ql_5dfBIIrLh4vu4DOp7A2ZGsZK6W";

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
        let secret = Secret::new("swordfish".into());
        assert_eq!(redact("bad swordfish!", &[&secret]), "bad [redacted]!");
    }

    #[test]
    fn words_and_ids_stay() {
        let text = "MISSING_MANDATORY_PARAMETER: Application token id \"0_c6eputqa\" not found";
        assert_eq!(redact(text, &[]), text);
    }

    #[test]
    fn long_text_is_cut() {
        assert!(redact(&"word ".repeat(10_000), &[]).len() < 600);
    }

    proptest! {
        #[test]
        fn replacing_is_what_the_standard_library_does(text in "[abé]{0,20}", old in "[abé]{1,3}", new in "[ac]{0,3}") {
            prop_assert_eq!(replace(&text, &old, &new), text.replace(&old, &new));
            prop_assert_eq!(replace(&text, "", &new), text);
        }

        #[test]
        fn no_known_secret_survives(before in ".{0,40}", secret in "[a-z0-9]{8,40}", after in ".{0,40}") {
            let known = Secret::new(secret.clone());
            let shown = redact(&format!("{before}{secret}{after}"), &[&known]);
            prop_assert!(!shown.contains(&secret));
        }
    }
}
