//! Callers' keys for sealing the values in a store.

use super::{Input, Named, Read, is_word};
use crate::base64;
use crate::error::InvalidOption;
use crate::secret::Wiped;

/// The id of a key.
pub fn seal_id(Named { path, input }: Named) -> Read<String> {
    let is_id = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    match input {
        Input::Text(Some(text)) if is_word(&text, 32) && text.bytes().all(is_id) => Ok(text),
        _ => Err(wrong_id(path)),
    }
}

/// The expectation for ids, also if two keys have the same id.
pub fn wrong_id(path: String) -> InvalidOption {
    const EXPECTED: &str = "1 to 32 letters, digits, - or _, and the id of no other key";
    InvalidOption::new(path, EXPECTED)
}

/// A key, from bytes or text. A password is refused, because a reader of the store could guess it.
pub fn seal_key(path: String, text: Option<&str>, bytes: Vec<u8>) -> Read<Wiped<Vec<u8>>> {
    const EXPECTED: &str = "32 random bytes, as a Uint8Array, in hexadecimal or in base64; 'openssl rand -hex 32' makes them";
    let bytes = match text {
        Some(text) => decoded(text.as_bytes()),
        None => Some(bytes),
    };
    let bytes = bytes.map(Wiped::new);
    let bytes = bytes.filter(|it| it.len() == 32 && is_random(it));
    bytes.ok_or_else(|| InvalidOption::new(path, EXPECTED))
}

fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() == 64 {
        return hex::decode(text).ok();
    }
    let digits = text.strip_suffix(b"=").unwrap_or(text);
    if digits.len() != 43 {
        return None;
    }
    base64::decode(digits, base64::URL).or_else(|| base64::decode(digits, *b"+/"))
}

/// Whether 32 bytes look random. One in a thousand million random keys is mistaken for a pattern, a sequence or text.
fn is_random(bytes: &[u8]) -> bool {
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    let steps = pairs.map(|(one, next)| next.wrapping_sub(*one));
    has_many_values(bytes.iter().copied())
        && has_many_values(steps)
        && !bytes.iter().all(|byte| (b' '..=b'~').contains(byte))
}

fn has_many_values(bytes: impl Iterator<Item = u8>) -> bool {
    let mut seen = [false; 256];
    for byte in bytes {
        if let Some(seen) = seen.get_mut(usize::from(byte)) {
            *seen = true;
        }
    }
    seen.iter().filter(|seen| **seen).count() >= 16
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What `openssl rand` gave once.
    const HEX: &str = "c3ab8ff13720e8ad9047dd39466b3c8974e592c2fa383d4a3960714caef0c4f2";
    const BASE64: &str = "w6uP8Tcg6K2QR905Rms8iXTlksL6OD1KOWBxTK7wxPI=";

    fn key(text: Option<&str>, bytes: &[u8]) -> Read<Wiped<Vec<u8>>> {
        seal_key("seal.keys[0].key".to_owned(), text, bytes.to_vec())
    }

    #[test]
    fn a_key_is_read_as_bytes_hexadecimal_or_base64() {
        let bytes = hex::decode(HEX).unwrap();
        let urls = BASE64.replace('+', "-").replace('/', "_");
        let unpadded = BASE64.trim_end_matches('=');
        for text in [HEX, &HEX.to_uppercase(), BASE64, unpadded, &urls] {
            assert_eq!(*key(Some(text), &[]).unwrap(), bytes, "{text}");
        }
        assert_eq!(*key(None, &bytes).unwrap(), bytes);
        let plus = BASE64.replacen("w6", "+/", 1);
        let minus = plus.replace('+', "-").replace('/', "_");
        assert_eq!(key(Some(&plus), &[]), key(Some(&minus), &[]));
        assert!(key(Some(&plus), &[]).is_ok());
    }

    #[test]
    fn what_somebody_could_guess_is_no_key_and_never_echoed() {
        let counting: Vec<u8> = (0..32).collect();
        let by_sevens: Vec<u8> = (0..32).map(|n| n * 7).collect();
        let pattern = b"\x01\xfe\x80\x33".repeat(8);
        for bytes in [
            &[0; 32][..],
            &[0xff; 32],
            &counting,
            &by_sevens,
            &pattern,
            b"correct horse battery staple 123",
            b"c3ab8ff13720e8ad9047dd39466b3c89",
            &hex::decode(HEX).unwrap()[1..],
            &hex::decode([HEX, "00"].concat()).unwrap(),
            b"",
        ] {
            let error = key(None, bytes).unwrap_err();
            assert_eq!(error.path, "seal.keys[0].key");
            assert!(!error.message().contains("horse"));
        }
        let zeros = "0".repeat(64);
        let [half, _] = HEX.split_at(32).into();
        let [most, _] = HEX.split_at(63).into();
        let [less, _] = BASE64.split_at(42).into();
        for text in ["", "s3cret", most, half, less, &zeros] {
            let error = key(Some(text), &[]).unwrap_err();
            assert!(text.is_empty() || !error.message().contains(text), "{text}");
        }
        assert!(key(Some(&HEX.replace('c', "g")), &[]).is_err());
    }

    #[test]
    fn an_id_is_a_short_word_without_a_full_stop() {
        let id = |text: &str| {
            seal_id(Named {
                path: "seal.keys[0].id".to_owned(),
                input: Input::Text(Some(text.to_owned())),
            })
        };
        for text in ["1", "2026-11", "a_B", &"a".repeat(32)] {
            assert_eq!(id(text).as_deref(), Ok(text));
        }
        for text in ["", "a.b", "a b", "ä", &"a".repeat(33)] {
            assert!(id(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn random_bytes_are_a_key(bytes: [u8; 32]) {
            prop_assert!(key(None, &bytes).is_ok());
        }
    }
}
