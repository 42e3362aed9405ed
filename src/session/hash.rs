//! The token hash, which proves an application token without sending it.

use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use crate::kaltura::HashType;
use crate::secret::{Secret, wipe_stack};

/// Whether a signer's text has the form of a hash of this type.
pub fn is_hash(hash_type: HashType, text: &str) -> bool {
    let length = match hash_type {
        HashType::Md5 => 32,
        HashType::Sha1 => 40,
        HashType::Sha256 => 64,
        HashType::Sha512 => 128,
    };
    let is_hex = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == length && text.bytes().all(is_hex)
}

/// Returns lower-case hex of H(`ks` + `app_token`), as `appToken.startSession` expects it.
///
/// `ks` is hashed as the exact text that is sent with the call. The result is as secret as a session: together with its
/// `ks` it can be replayed until the KS expires.
///
/// ```
/// use kaltura_app_token::{HashType, Secret, token_hash};
///
/// let app_token = Secret::new("599d54237bca94c1db5746efd0416795".to_owned());
/// let hash = token_hash(HashType::Sha256, "a widget session's KS", &app_token);
/// assert_eq!(hash.expose().len(), 64);
/// ```
pub fn token_hash(hash_type: HashType, ks: &str, app_token: &Secret) -> Secret {
    hash_joined(hash_type, &Secret::new([ks, app_token.expose()].concat()))
}

/// The same for a KS followed by the application token.
pub fn hash_joined(hash_type: HashType, joined: &Secret) -> Secret {
    let hash = match hash_type {
        HashType::Md5 => hex_digest::<Md5>(joined),
        HashType::Sha1 => hex_digest::<Sha1>(joined),
        HashType::Sha256 => hex_digest::<Sha256>(joined),
        HashType::Sha512 => hex_digest::<Sha512>(joined),
    };
    wipe_stack();
    hash
}

#[inline(never)]
fn hex_digest<H: Digest>(text: &Secret) -> Secret {
    Secret::new(hex::encode(H::digest(text.expose())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hash_type_gives_the_hex_that_its_digest_is_known_for() {
        let hash = |hash_type| token_hash(hash_type, "a", &Secret::new("bc".into()));
        for (hash_type, known) in [
            (HashType::Md5, "900150983cd24fb0d6963f7d28e17f72"),
            (HashType::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (
                HashType::Sha256,
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
            (
                HashType::Sha512,
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                 2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            ),
        ] {
            assert_eq!(hash(hash_type).expose(), known, "{hash_type}");
        }
    }

    #[test]
    fn a_hash_is_lower_case_hex_of_its_digest_s_length() {
        for hash_type in HashType::ALL {
            let hash = token_hash(hash_type, "a", &Secret::new("b".into()));
            let hash = hash.expose();
            assert!(is_hash(hash_type, hash));
            let shorter = hash.get(1..).unwrap();
            for wrong in [shorter, &[hash, "0"].concat(), &hash.to_uppercase(), ""] {
                assert!(!is_hash(hash_type, wrong), "{wrong}");
            }
        }
        assert!(!is_hash(HashType::Sha1, &"é".repeat(20)));
    }

    #[test]
    fn names_are_kaltura_s_to_the_letter() {
        for hash_type in HashType::ALL {
            assert_eq!(HashType::from_name(hash_type.name()), Some(hash_type));
        }
        for wrong in ["", "sha1", "SHA-256", "SHA384", " SHA1"] {
            assert_eq!(HashType::from_name(wrong), None, "{wrong}");
        }
    }
}
