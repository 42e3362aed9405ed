//! Sessions as a store that others can read may hold them: sealed under a key that only the
//! application token gives, and bound to the wish that they answer.

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::Key;
use crate::base64;
use crate::clock::{ServerClock, ms_of};
use crate::decimal::{self, decimal};
use crate::grants::SessionType;
use crate::secret::{Secret, Wiped, wipe_stack};
use crate::session::Session;

const VERSION: &str = "2";
const NONCE: usize = 12;
const TAG: usize = 16;
/// Longer text is neither written nor read, in bytes.
pub const LONGEST: usize = 500_000;

/// A session out of a store. It carries the server's time alone: the clock of the process that
/// started it may have been wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Its local times are not set.
    session: Session,
    /// From the moment it was received to its end, at least.
    life_ms: i64,
    /// By how much its end was later on a clock that agreed with the server's rounded one.
    shift_ms: i64,
}

/// A clock that is off by no more agrees with the server's, which tells whole seconds.
const AGREEING_MS: i64 = 1000;

impl Stored {
    fn new(session: &Session) -> Self {
        let expiry_ms = ms_of(session.expiry_s);
        let shift_ms = session.expires_at_ms.saturating_sub(expiry_ms);
        Self {
            life_ms: session.expires_at_ms.saturating_sub(session.came_at_ms),
            shift_ms: if (-AGREEING_MS..=AGREEING_MS).contains(&shift_ms) {
                shift_ms
            } else {
                0
            },
            session: Session {
                came_at_ms: 0,
                expires_at_ms: 0,
                differences: Vec::new(),
                ..session.clone()
            },
        }
    }

    /// The session itself.
    pub fn ks(&self) -> &Secret {
        &self.session.ks
    }

    /// What was stored, without local times.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// All its privileges.
    pub fn privileges(&self) -> &str {
        &self.session.privileges
    }

    /// The server's time in milliseconds when the session was received.
    pub fn received_at_server_ms(&self) -> i64 {
        let expiry_ms = ms_of(self.session.expiry_s);
        expiry_ms.saturating_sub(self.life_ms)
    }

    /// The server's clock for a reader who takes his own to agree with it. Where that of the
    /// process that started the session did, both get the same times.
    pub fn agreeing_clock(&self) -> ServerClock {
        ServerClock {
            offset_ms: self.shift_ms.saturating_neg(),
            error_ms: 0,
        }
    }

    /// The session with its times by the local clock of a reader who has seen this server clock.
    pub fn at(self, clock: ServerClock) -> Session {
        let expires_at_ms = clock.earliest_local_ms(self.session.expiry_s);
        Session {
            came_at_ms: expires_at_ms.saturating_sub(self.life_ms),
            expires_at_ms,
            ..self.session
        }
    }
}

/// Whether another version of this package has sealed this, in a format that is not read here.
pub fn is_of_another_version(sealed: &str) -> bool {
    sealed.split_once('.').is_some_and(|(version, _)| {
        version != VERSION
            && (1..=3).contains(&version.len())
            && version.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// What an application token seals and opens sessions with.
/// On the heap, which is wiped: a value on the stack leaves a copy wherever it has been.
pub struct Sealer(Box<Hkdf<Sha256>>);

impl Sealer {
    /// The sealer of this token.
    pub fn new(app_token: &Secret) -> Self {
        let sealer = Self::extract(app_token);
        wipe_stack();
        sealer
    }

    #[inline(never)]
    fn extract(app_token: &Secret) -> Self {
        let salt = b"kaltura-app-token store 2";
        let token = app_token.expose().as_bytes();
        Self(Box::new(Hkdf::new(Some(salt), token)))
    }

    #[inline(never)]
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
        wipe_stack();
        Some(["kaltura-session:", &hex::encode(*name)].concat())
    }

    fn cipher(&self) -> Option<ChaCha20Poly1305> {
        ChaCha20Poly1305::new_from_slice(&*self.derive::<32>(b"seal", "")?).ok()
    }

    /// The session as text that only [`open`](Self::open) can read; `None` if that would be longer
    /// than [`LONGEST`]. No nonce may be used twice.
    pub fn seal(&self, key: &Key, session: &Session, nonce: [u8; NONCE]) -> Option<String> {
        let sealed = self.encrypt(key, session, nonce);
        wipe_stack();
        sealed
    }

    #[inline(never)]
    fn encrypt(&self, key: &Key, session: &Session, nonce: [u8; NONCE]) -> Option<String> {
        let mut text = Wiped::new(write(&Stored::new(session)).into_bytes());
        let plain = text.len().saturating_add(NONCE + TAG);
        let encoded = plain.saturating_mul(4).div_ceil(3);
        if encoded.saturating_add(VERSION.len() + 1) > LONGEST {
            return None;
        }
        crate::work::steps(text.len());
        let tag = self
            .cipher()?
            .encrypt_inout_detached(
                &Nonce::from(nonce),
                key.as_str().as_bytes(),
                text.as_mut_slice().into(),
            )
            .ok()?;
        let sealed = [nonce.as_slice(), tag.as_slice(), text.as_slice()].concat();
        Some([VERSION, ".", &base64::encode_url(&sealed)].concat())
    }

    /// The session that was sealed for `key`; `None` if the text is anything else.
    pub fn open(&self, key: &Key, sealed: &str) -> Option<Stored> {
        let stored = self.decrypt(key, sealed);
        wipe_stack();
        stored
    }

    #[inline(never)]
    fn decrypt(&self, key: &Key, sealed: &str) -> Option<Stored> {
        if sealed.len() > LONGEST {
            return None;
        }
        crate::work::steps(sealed.len());
        let sealed = sealed.strip_prefix(VERSION)?.strip_prefix('.')?;
        let sealed = base64::decode(sealed.as_bytes(), base64::URL)?;
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
fn write(stored: &Stored) -> String {
    let session = &stored.session;
    [
        session.ks.expose(),
        &decimal(session.partner_id),
        &decimal(session.session_type.number()),
        &decimal(session.expiry_s),
        &decimal(stored.life_ms),
        &decimal(stored.shift_ms),
        &decimal(session.privileges.len()),
        &[session.privileges.as_str(), &session.user_id].concat(),
    ]
    .join("\n")
}

fn read(text: &str) -> Option<Stored> {
    let mut parts = text.splitn(8, '\n');
    let ks = Secret::new(parts.next()?.to_owned());
    let mut number = || decimal::parse(parts.next()?);
    let partner_id = u32::try_from(number()?).ok()?;
    let session_type = SessionType::from_number(number()?)?;
    let (expiry_s, life_ms, shift_ms) = (number()?, number()?, number()?);
    let length = usize::try_from(number()?).ok()?;
    let (privileges, user_id) = parts.next()?.split_at_checked(length)?;
    Some(Stored {
        session: Session {
            ks,
            partner_id,
            user_id: user_id.to_owned(),
            session_type,
            privileges: privileges.to_owned(),
            expiry_s,
            came_at_ms: 0,
            expires_at_ms: 0,
            differences: Vec::new(),
        },
        life_ms,
        shift_ms,
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
        stored.came_at_ms = 1_795_499_000_000;
        stored.user_id = "ada\nlovelace".to_owned();
        stored.privileges = "edit:0_a".to_owned();
        let sealed = sealer("t").seal(&key("a"), &stored, [7; 12]).unwrap();
        let opened = sealer("t").open(&key("a"), &sealed).unwrap();
        assert_eq!(opened.at(ServerClock::UNKNOWN), stored);
        assert_eq!(sealer("u").open(&key("a"), &sealed), None);
        assert_eq!(sealer("t").open(&key("b"), &sealed), None);
    }

    #[test]
    fn a_reader_reckons_by_the_clock_that_it_has_seen_itself() {
        let mut minted = session("djJ8MTAy", 0);
        minted.expiry_s = 1_795_500_060;
        // The machine that started it is an hour ahead of the server.
        minted.came_at_ms = 1_795_503_600_000;
        minted.expires_at_ms = 1_795_503_660_000;
        let sealed = sealer("t").seal(&key("a"), &minted, [7; 12]).unwrap();
        let stored = sealer("t").open(&key("a"), &sealed).unwrap();
        assert_eq!(stored.received_at_server_ms(), 1_795_500_000_000);
        for (offset_ms, expires_at_ms) in [
            (0, 1_795_500_060_000),
            (-3_600_000, 1_795_503_660_000),
            (86_400_000, 1_795_413_660_000),
        ] {
            let clock = ServerClock {
                offset_ms,
                error_ms: 0,
            };
            let read = stored.clone().at(clock);
            assert_eq!(read.expires_at_ms, expires_at_ms);
            assert_eq!(read.came_at_ms, expires_at_ms - 60_000);
        }
    }

    #[test]
    fn machines_that_agree_with_the_server_get_the_same_times() {
        let mut minted = session("djJ8MTAy", 1_795_500_060_048);
        minted.came_at_ms = 1_795_500_000_000;
        let read = |minted: &Session| {
            let sealed = sealer("t").seal(&key("a"), minted, [7; 12]).unwrap();
            let stored = sealer("t").open(&key("a"), &sealed).unwrap();
            let clock = stored.agreeing_clock();
            stored.at(clock)
        };
        assert_eq!(read(&minted), minted);
        minted.expires_at_ms += 3_600_000;
        assert_eq!(read(&minted).expires_at_ms, 1_795_500_060_000);
    }

    #[test]
    fn nothing_is_written_that_is_not_read() {
        let mut stored = session("djJ8MTAy", 1_795_500_000_000);
        let mut sealed_at = |length| {
            stored.privileges = "p".repeat(length);
            sealer("t").seal(&key("a"), &stored, [7; 12])
        };
        let longest = (374_000..376_000).rev().find(|it| sealed_at(*it).is_some());
        let longest = longest.unwrap();
        let text = sealed_at(longest).unwrap();
        assert!(text.len() <= LONGEST && text.len() > LONGEST - 4);
        assert!(sealer("t").open(&key("a"), &text).is_some());
        assert_eq!(sealed_at(longest + 1), None);
        assert_eq!(sealed_at(2_000_000), None);
    }

    #[test]
    fn another_version_s_text_is_told_from_rubbish() {
        for sealed in ["1.abc", "3.abc", "12."] {
            assert!(is_of_another_version(sealed), "{sealed}");
        }
        for sealed in ["2.abc", "", ".", "a.b", "1", "-1.a", "1234.a", "+1.a"] {
            assert!(!is_of_another_version(sealed), "{sealed}");
        }
    }

    #[test]
    fn sealing_and_opening_take_time_in_proportion() {
        crate::work::assert_linear("seal and open", |factor| {
            let mut stored = session("djJ8MTAy", 1_795_500_000_000);
            stored.privileges = "p".repeat(1000 * factor);
            move || {
                let sealed = sealer("t").seal(&key("a"), &stored, [7; 12]).unwrap();
                assert!(sealer("t").open(&key("a"), &sealed).is_some());
            }
        });
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
