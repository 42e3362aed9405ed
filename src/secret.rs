//! Secret text: never printed, compared in constant time, wiped when dropped.

use core::fmt;

use subtle::ConstantTimeEq;

use crate::work;

/// Text or bytes on the heap that are wiped when they are dropped.
#[cfg(not(target_arch = "wasm32"))]
pub use zeroize::Zeroizing as Wiped;

/// Text or bytes on the heap that are wiped when they are dropped. Here the allocator wipes everything.
#[cfg(target_arch = "wasm32")]
#[derive(Clone)]
pub struct Wiped<T>(T);

#[cfg(target_arch = "wasm32")]
impl<T> Wiped<T> {
    /// Takes `value` over.
    pub fn new(value: T) -> Self {
        Self(value)
    }
}

#[cfg(target_arch = "wasm32")]
impl<T> core::ops::Deref for Wiped<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

#[cfg(target_arch = "wasm32")]
impl<T> core::ops::DerefMut for Wiped<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

/// An application token, a token hash, a KS or an admin secret.
///
/// ```
/// use kaltura_app_token::Secret;
///
/// let secret = Secret::new("squeamish ossifrage".to_owned());
/// assert_eq!(format!("{secret:?}"), "Secret(…)");
/// assert_eq!(secret.expose(), "squeamish ossifrage");
/// ```
#[derive(Clone)]
pub struct Secret(Wiped<String>);

impl Secret {
    /// Takes `text` over; its memory is wiped with the secret.
    pub fn new(text: String) -> Self {
        Self(Wiped::new(text))
    }

    /// The text, for hashing or for a request.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Whether a text looks like one of Kaltura's secrets. Application tokens, admin secrets and token hashes have at least
/// 32 hex digits, and a KS of version 2 begins with its version.
pub fn looks_secret(text: &str) -> bool {
    work::steps(text.len());
    text.starts_with("djJ8") || (text.len() >= 32 && text.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// The time depends only on the lengths.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

/// Overwrites the stack that the last calls from here used, because digests leave copies there. Functions to be wiped
/// must not be inlined.
#[inline(never)]
pub fn wipe_stack() {
    let mut used = [0_u8; 4096];
    core::hint::black_box(&mut used);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_nothing() {
        let secret = Secret::new("squeamish ossifrage".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }

    #[test]
    fn a_secret_is_known_by_its_looks() {
        for secret in [
            "599d54237bca94c1db5746efd0416795",
            "599D54237BCA94C1DB5746EFD0416795",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "djJ8MTAyfG4Qz8EII6Q0aP61ouJgx3zW",
        ] {
            assert!(looks_secret(secret), "{secret}");
        }
        for text in ["", "0_ab12cd34", "599d54237bca94c1db5746efd041679", "www"] {
            assert!(!looks_secret(text), "{text}");
        }
        let words = "words-that-happen-to-be-as-long-as-that";
        assert!(!looks_secret(words));
    }

    #[test]
    fn secrets_are_equal_when_their_texts_are() {
        assert_eq!(Secret::new("a".into()), Secret::new("a".into()));
        assert_ne!(Secret::new("a".into()), Secret::new("b".into()));
        assert_ne!(Secret::new("a".into()), Secret::new("aa".into()));
    }
}
