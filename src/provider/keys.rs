//! The keys that seal the values in a store: the caller's, or one derived from the application token. Each value has a
//! sub-key of its own, so that nonces can't collide.

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use core::fmt;
use zeroize::Zeroizing;

use super::Key;
use crate::base64;
use crate::derive::Deriver;
use crate::secret::{Wiped, wipe_stack};

const VERSION: &str = "3";
/// The length of a nonce in bytes.
pub const NONCE: usize = 12;
const TAG: usize = 16;
/// The longest text that is written or read, in bytes.
pub const LONGEST: usize = 500_000;

/// The purpose of a value; each has its own sub-keys and names.
pub type KeyPurpose = &'static str;

/// Whether another version of this package has sealed this in an unknown format.
pub fn is_of_another_version(sealed: &str) -> bool {
    sealed.split_once('.').is_some_and(|(version, _)| {
        version != VERSION
            && (1..=3).contains(&version.len())
            && version.bytes().all(|byte| byte.is_ascii_digit())
    })
}

struct SealKey {
    id: String,
    by: Deriver,
}

/// The keys of a provider. The first one seals; every key opens.
pub struct Keys(Vec<SealKey>);

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    /// Derives a single key from a secret such as an application token.
    pub fn of_secret(secret: &[u8]) -> Self {
        Self::new([("", secret)])
    }

    /// Takes keys with their ids, the sealing one first.
    pub fn new<'a>(keys: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let read = |(id, key): (&str, &[u8])| SealKey {
            id: id.to_owned(),
            by: Deriver::new(b"kaltura-app-token store 3", key),
        };
        let keys = Self(keys.into_iter().map(read).collect());
        wipe_stack();
        keys
    }

    /// Derives secret bytes from the first key for a purpose and a `key`.
    pub fn derive<const N: usize>(
        &self,
        purpose: KeyPurpose,
        key: &Key,
    ) -> Option<Zeroizing<[u8; N]>> {
        let bytes = expand(self.0.first()?, "derive ", purpose, key);
        wipe_stack();
        Some(bytes)
    }

    /// The names under which a value may be stored, one for each key; it is stored under the first. Names reveal neither
    /// user nor token.
    pub fn names(&self, purpose: KeyPurpose, key: &Key) -> Vec<String> {
        let name = |by| {
            let bytes = expand::<20>(by, "name ", purpose, key);
            ["kaltura-session:", &hex::encode(*bytes)].concat()
        };
        let names = self.0.iter().map(name).collect();
        wipe_stack();
        names
    }

    /// Seals a value as text for [`open`](Self::open); `None` if that would be longer than [`LONGEST`]. A nonce must not be
    /// used twice for a `key`.
    pub fn seal(
        &self,
        purpose: KeyPurpose,
        key: &Key,
        value: String,
        nonce: [u8; NONCE],
    ) -> Option<String> {
        let sealed = encrypt(self.0.first()?, purpose, key, value, nonce);
        wipe_stack();
        sealed
    }

    /// Opens a value that was sealed for a purpose and `key`; `None` for any other text.
    pub fn open(&self, purpose: KeyPurpose, key: &Key, sealed: &str) -> Option<Wiped<String>> {
        if sealed.len() > LONGEST {
            return None;
        }
        let (id, _) = sealed
            .strip_prefix(VERSION)?
            .strip_prefix('.')?
            .split_once('.')?;
        let by = self.0.iter().find(|it| it.id == id)?;
        let value = decrypt(by, purpose, key, sealed);
        wipe_stack();
        value
    }
}

fn expand<const N: usize>(
    key: &SealKey,
    what: &str,
    purpose: KeyPurpose,
    place: &Key,
) -> Zeroizing<[u8; N]> {
    let info = [what, purpose, " ", place.as_str()].map(str::as_bytes);
    key.by.bytes(&info)
}

fn cipher(by: &SealKey, purpose: KeyPurpose, key: &Key) -> Option<ChaCha20Poly1305> {
    crate::work::steps(key.as_str().len());
    ChaCha20Poly1305::new_from_slice(&*expand::<32>(by, "seal ", purpose, key)).ok()
}

/// The prefix of the sealed bytes, which is authenticated with them.
fn head(by: &SealKey) -> String {
    [VERSION, ".", &by.id, "."].concat()
}

#[inline(never)]
fn encrypt(
    by: &SealKey,
    purpose: KeyPurpose,
    key: &Key,
    value: String,
    nonce: [u8; NONCE],
) -> Option<String> {
    let mut text = Wiped::new(value.into_bytes());
    let head = head(by);
    let plain = text.len().saturating_add(NONCE + TAG);
    let encoded = plain.saturating_mul(4).div_ceil(3);
    if encoded.saturating_add(head.len()) > LONGEST {
        return None;
    }
    crate::work::steps(text.len());
    let tag = cipher(by, purpose, key)?
        .encrypt_inout_detached(
            &Nonce::from(nonce),
            head.as_bytes(),
            text.as_mut_slice().into(),
        )
        .ok()?;
    let sealed = [nonce.as_slice(), tag.as_slice(), text.as_slice()].concat();
    Some([head, base64::encode_url(&sealed)].concat())
}

#[inline(never)]
fn decrypt(by: &SealKey, purpose: KeyPurpose, key: &Key, sealed: &str) -> Option<Wiped<String>> {
    crate::work::steps(sealed.len());
    let head = head(by);
    let sealed = sealed.strip_prefix(&head)?;
    let sealed = base64::decode(sealed.as_bytes(), base64::URL)?;
    let (nonce, rest) = sealed.split_first_chunk::<NONCE>()?;
    let (tag, text) = rest.split_first_chunk::<TAG>()?;
    let mut text = Wiped::new(text.to_vec());
    cipher(by, purpose, key)?
        .decrypt_inout_detached(
            &Nonce::from(*nonce),
            head.as_bytes(),
            text.as_mut_slice().into(),
            &(*tag).into(),
        )
        .ok()?;
    let text = core::str::from_utf8(&text).ok()?;
    Some(Wiped::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PURPOSE: KeyPurpose = "test";
    const OLD: (&str, &[u8]) = ("2025", b"old");
    const NEW: (&str, &[u8]) = ("2026", b"new");

    fn key(text: &str) -> Key {
        Key::from_text(text.to_owned())
    }

    fn seal(keys: &Keys) -> String {
        let value = "value".to_owned();
        keys.seal(PURPOSE, &key("a"), value, [7; NONCE]).unwrap()
    }

    fn opens(keys: &Keys, sealed: &str) -> bool {
        let opened = keys.open(PURPOSE, &key("a"), sealed);
        opened.is_some_and(|it| *it == "value")
    }

    #[test]
    fn keys_change_one_after_the_other_and_each_value_is_found_and_read_meanwhile() {
        let stages = [vec![OLD], vec![OLD, NEW], vec![NEW, OLD], vec![NEW]].map(Keys::new);
        for (one, next) in stages.iter().zip(&stages[1..]) {
            for (writer, reader) in [(one, next), (next, one)] {
                assert!(opens(reader, &seal(writer)));
                let put = &writer.names(PURPOSE, &key("a"))[0];
                assert!(reader.names(PURPOSE, &key("a")).contains(put));
            }
        }
        assert!(!opens(&stages[0], &seal(&stages[3])));
        assert!(!opens(&stages[3], &seal(&stages[0])));
    }

    #[test]
    fn the_first_key_seals_and_its_id_is_in_the_value() {
        let sealed = seal(&Keys::new([NEW, OLD]));
        assert!(sealed.starts_with("3.2026."));
        // Another key under the same id is another key.
        assert!(!opens(&Keys::new([("2026", OLD.1)]), &sealed));
        // Nor is the id anybody's to change.
        let renamed = sealed.replacen("2026", "2025", 1);
        assert!(!opens(&Keys::new([("2025", NEW.1)]), &renamed));
    }

    #[test]
    fn each_value_has_a_key_of_its_own() {
        // With one key for all, a nonce that comes twice would show how two values differ.
        let keys = Keys::of_secret(b"t");
        let sealed = |purpose, text: &str| {
            let value = "value".to_owned();
            let sealed = keys.seal(purpose, &key(text), value, [7; NONCE]).unwrap();
            let sealed = sealed.trim_start_matches("3..").as_bytes();
            let bytes = base64::decode(sealed, base64::URL).unwrap();
            bytes[NONCE + TAG..].to_vec()
        };
        assert_eq!(sealed(PURPOSE, "a"), sealed(PURPOSE, "a"));
        assert_ne!(sealed(PURPOSE, "a"), sealed(PURPOSE, "b"));
        assert_ne!(sealed(PURPOSE, "a"), sealed("other", "a"));
    }

    #[test]
    fn a_value_of_another_purpose_or_place_is_not_opened() {
        let keys = Keys::of_secret(b"t");
        let sealed = seal(&keys);
        assert!(opens(&keys, &sealed));
        assert!(keys.open("other", &key("a"), &sealed).is_none());
        assert!(keys.open(PURPOSE, &key("b"), &sealed).is_none());
        assert!(!opens(&Keys::of_secret(b"u"), &sealed));
    }

    #[test]
    fn a_name_tells_nothing_and_is_everybody_s_own() {
        let names = |secret: &[u8], text| Keys::of_secret(secret).names(PURPOSE, &key(text));
        let name = names(b"t", "5:alice");
        assert!(!name[0].contains("alice"));
        assert_ne!(names(b"u", "5:alice"), name);
        assert_ne!(names(b"t", "3:bob"), name);
    }

    #[test]
    fn what_is_derived_is_of_the_first_key_the_purpose_and_the_place() {
        let of = |keys: &Keys, purpose, text| *keys.derive::<32>(purpose, &key(text)).unwrap();
        let derived = of(&Keys::new([NEW, OLD]), PURPOSE, "a");
        assert_eq!(of(&Keys::new([NEW]), PURPOSE, "a"), derived);
        assert_ne!(of(&Keys::new([OLD, NEW]), PURPOSE, "a"), derived);
        assert_ne!(of(&Keys::new([NEW]), "other", "a"), derived);
        assert_ne!(of(&Keys::new([NEW]), PURPOSE, "b"), derived);
        assert!(Keys::new([]).derive::<32>(PURPOSE, &key("a")).is_none());
    }

    #[test]
    fn another_version_s_text_is_told_from_rubbish() {
        for sealed in ["1.abc", "2.abc", "4..abc", "12."] {
            assert!(is_of_another_version(sealed), "{sealed}");
        }
        for sealed in ["3.a.abc", "", ".", "a.b", "1", "-1.a", "1234.a", "+1.a"] {
            assert!(!is_of_another_version(sealed), "{sealed}");
        }
    }

    #[test]
    fn debug_output_shows_nothing() {
        assert_eq!(format!("{:?}", Keys::new([OLD])), "Keys(…)");
    }

    proptest! {
        #[test]
        fn rubbish_opens_nothing(text: String) {
            let keys = Keys::of_secret(b"t");
            prop_assert!(keys.open(PURPOSE, &key("a"), &text).is_none());
            prop_assert!(keys.open(PURPOSE, &key("a"), &["3..", &text].concat()).is_none());
        }
    }
}
