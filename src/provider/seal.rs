//! Sessions as a store that others can read may hold them: sealed under a key that only the
//! application token gives, and bound to the wish that they answer.

use base64ct::{Base64UrlUnpadded, Encoding};
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::Key;
use crate::grants::SessionType;
use crate::secret::{Secret, Wiped};
use crate::session::Session;

const VERSION: &str = "1";
const NONCE: usize = 12;
const TAG: usize = 16;
const LONGEST: usize = 500_000;

/// What an application token seals and opens sessions with.
pub struct Sealer(Hkdf<Sha256>);

impl Sealer {
    /// The sealer of this token.
    pub fn new(app_token: &Secret) -> Self {
        let salt = b"kaltura-app-token store 1";
        Self(Hkdf::new(Some(salt), app_token.expose().as_bytes()))
    }

    fn derive<const N: usize>(&self, purpose: &[u8], key: &str) -> Option<Zeroizing<[u8; N]>> {
        let mut bytes = Zeroizing::new([0; N]);
        self.0
            .expand_multi_info(&[purpose, key.as_bytes()], &mut *bytes)
            .ok()?;
        Some(bytes)
    }

    /// Where the session of `key` is kept. The name tells neither user nor token.
    pub fn name(&self, key: &Key) -> Option<String> {
        let name = self.derive::<20>(b"name ", key.as_str())?;
        Some(["kaltura-session:", &hex::encode(*name)].concat())
    }

    fn cipher(&self) -> Option<ChaCha20Poly1305> {
        ChaCha20Poly1305::new_from_slice(&*self.derive::<32>(b"seal", "")?).ok()
    }

    /// The session as text that only [`open`](Self::open) can read. No nonce may be used twice.
    pub fn seal(&self, key: &Key, session: &Session, nonce: [u8; NONCE]) -> Option<String> {
        let mut text = Wiped::new(write(session).into_bytes());
        let tag = self
            .cipher()?
            .encrypt_inout_detached(
                &Nonce::from(nonce),
                key.as_str().as_bytes(),
                text.as_mut_slice().into(),
            )
            .ok()?;
        let sealed = [nonce.as_slice(), tag.as_slice(), text.as_slice()].concat();
        Some([VERSION, ".", &Base64UrlUnpadded::encode_string(&sealed)].concat())
    }

    /// The session that was sealed for `key`; none if it is anything else.
    pub fn open(&self, key: &Key, sealed: &str) -> Option<Session> {
        let sealed = sealed.strip_prefix(VERSION)?.strip_prefix('.')?;
        if sealed.len() > LONGEST {
            return None;
        }
        let sealed = Base64UrlUnpadded::decode_vec(sealed).ok()?;
        let (nonce, rest) = sealed.split_first_chunk::<NONCE>()?;
        let (tag, text) = rest.split_first_chunk::<TAG>()?;
        let mut text = Wiped::new(text.to_vec());
        self.cipher()?
            .decrypt_inout_detached(
                &Nonce::from(*nonce),
                key.as_str().as_bytes(),
                text.as_mut_slice().into(),
                &(*tag).into(),
            )
            .ok()?;
        read(core::str::from_utf8(&text).ok()?)
    }
}

/// Lines; only the last part may hold line breaks.
fn write(session: &Session) -> String {
    [
        session.ks.expose(),
        &session.partner_id.to_string(),
        &session.session_type.number().to_string(),
        &session.expiry_s.to_string(),
        &session.came_at_ms.to_string(),
        &session.expires_at_ms.to_string(),
        &session.privileges.len().to_string(),
        &[session.privileges.as_str(), &session.user_id].concat(),
    ]
    .join("\n")
}

fn read(text: &str) -> Option<Session> {
    let mut parts = text.splitn(8, '\n');
    let ks = Secret::new(parts.next()?.to_owned());
    let partner_id = parts.next()?.parse().ok()?;
    let session_type = SessionType::from_number(parts.next()?.parse().ok()?)?;
    let expiry_s = parts.next()?.parse().ok()?;
    let came_at_ms = parts.next()?.parse().ok()?;
    let expires_at_ms = parts.next()?.parse().ok()?;
    let length: usize = parts.next()?.parse().ok()?;
    let (privileges, user_id) = parts.next()?.split_at_checked(length)?;
    Some(Session {
        ks,
        partner_id,
        user_id: user_id.to_owned(),
        session_type,
        privileges: privileges.to_owned(),
        expiry_s,
        came_at_ms,
        expires_at_ms,
        differences: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::provider::tests::session;

    fn sealer(token: &str) -> Sealer {
        Sealer::new(&Secret::new(token.to_owned()))
    }

    fn key(text: &str) -> Key {
        Key::from_text(text.to_owned())
    }

    #[test]
    fn what_was_sealed_is_opened_with_the_same_token_and_key_alone() {
        let mut stored = session("djJ8MTAy", 1_795_500_000_000);
        stored.user_id = "ada\nlovelace".to_owned();
        stored.privileges = "edit:0_a".to_owned();
        let sealed = sealer("t").seal(&key("a"), &stored, [7; 12]).unwrap();
        assert_eq!(sealer("t").open(&key("a"), &sealed), Some(stored));
        assert_eq!(sealer("u").open(&key("a"), &sealed), None);
        assert_eq!(sealer("t").open(&key("b"), &sealed), None);
    }

    #[test]
    fn a_changed_character_is_not_accepted() {
        let stored = session("djJ8MTAy", 1_795_500_000_000);
        let sealed = sealer("t").seal(&key("a"), &stored, [7; 12]).unwrap();
        for place in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(sealer("t").open(&key("a"), &changed), None, "{place}");
        }
    }

    #[test]
    fn a_name_tells_nothing_and_is_everybody_s_own() {
        let name = sealer("t").name(&key("5:alice")).unwrap();
        assert!(!name.contains("alice"));
        assert_ne!(sealer("u").name(&key("5:alice")).unwrap(), name);
        assert_ne!(sealer("t").name(&key("3:bob")).unwrap(), name);
    }

    proptest! {
        #[test]
        fn rubbish_opens_nothing(text: String) {
            prop_assert_eq!(sealer("t").open(&key("a"), &text), None);
        }
    }
}
