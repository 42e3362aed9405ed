//! Sealed sessions for a store that others can read, bound to their request.

use super::Key;
use super::keys::{KeyPurpose, Keys, NONCE};
use crate::clock::{ServerClock, ms_of};
use crate::decimal::{self, decimal};
use crate::secret::Secret;
use crate::session::{Session, SessionType};

const SESSION: KeyPurpose = "session";

/// A session from a store. It has only the server's time, because the clock of the process that started it may have been
/// wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Its local times are not set.
    session: Session,
    /// The minimum time from its arrival to its end.
    life_ms: i64,
    /// The epoch of the store in which it was started.
    epoch: i64,
    /// By how much its end is later on a clock that agrees with the server's rounded one.
    shift_ms: i64,
}

/// Within this difference a clock agrees with the server's, which reports whole seconds.
const AGREEING_MS: i64 = 1000;

impl Stored {
    fn new(session: &Session, epoch: i64) -> Self {
        let expiry_ms = ms_of(session.expiry_s);
        let shift_ms = session.expires_at_ms.saturating_sub(expiry_ms);
        Self {
            epoch,
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

    /// The stored session, without local times.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// All its privileges.
    pub fn privileges(&self) -> &str {
        &self.session.privileges
    }

    /// The epoch of the store in which it was started.
    pub fn epoch(&self) -> i64 {
        self.epoch
    }

    /// The server's time in milliseconds when the session arrived.
    pub fn received_at_server_ms(&self) -> i64 {
        let expiry_ms = ms_of(self.session.expiry_s);
        expiry_ms.saturating_sub(self.life_ms)
    }

    /// The server's clock for a reader that trusts its own clock. If the clock of the process that started the session agreed
    /// too, both get the same times.
    pub fn agreeing_clock(&self) -> ServerClock {
        ServerClock {
            offset_ms: self.shift_ms.saturating_neg(),
            error_ms: 0,
        }
    }

    /// Returns the session with times on the local clock of a reader that knows this server clock.
    pub fn at(self, clock: ServerClock) -> Session {
        let expires_at_ms = clock.earliest_local_ms(self.session.expiry_s);
        Session {
            came_at_ms: expires_at_ms.saturating_sub(self.life_ms),
            expires_at_ms,
            ..self.session
        }
    }
}

impl Keys {
    /// The names under which the session of `key` may be stored.
    pub fn session_names(&self, key: &Key) -> Vec<String> {
        self.names(SESSION, key)
    }

    /// Seals the session, which was started in this epoch, for its key.
    pub fn seal_session(
        &self,
        key: &Key,
        session: &Session,
        epoch: i64,
        nonce: [u8; NONCE],
    ) -> Option<String> {
        self.seal(SESSION, key, write(&Stored::new(session, epoch)), nonce)
    }

    /// Opens the session that was sealed for `key`; `None` for any other text.
    pub fn open_session(&self, key: &Key, sealed: &str) -> Option<Stored> {
        read(&self.open(SESSION, key, sealed)?)
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
        &decimal(stored.epoch),
        &decimal(session.privileges.len()),
        &[session.privileges.as_str(), &session.user_id].concat(),
    ]
    .join("\n")
}

fn read(text: &str) -> Option<Stored> {
    let mut parts = text.splitn(9, '\n');
    let ks = Secret::new(parts.next()?.to_owned());
    let mut number = || decimal::parse(parts.next()?);
    let partner_id = u32::try_from(number()?).ok()?;
    let session_type = SessionType::from_number(number()?)?;
    let (expiry_s, life_ms) = (number()?, number()?);
    let (shift_ms, epoch) = (number()?, number()?);
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
        epoch,
        shift_ms,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::keys::LONGEST;
    use crate::provider::tests::session;

    fn sealer(token: &str) -> Keys {
        Keys::of_secret(token.as_bytes())
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
        let sealed = sealer("t")
            .seal_session(&key("a"), &stored, 5, [7; 12])
            .unwrap();
        let opened = sealer("t").open_session(&key("a"), &sealed).unwrap();
        assert_eq!(opened.epoch(), 5);
        assert_eq!(opened.at(ServerClock::UNKNOWN), stored);
        assert_eq!(sealer("u").open_session(&key("a"), &sealed), None);
        assert_eq!(sealer("t").open_session(&key("b"), &sealed), None);
    }

    #[test]
    fn a_reader_reckons_by_the_clock_that_it_has_seen_itself() {
        let mut minted = session("djJ8MTAy", 0);
        minted.expiry_s = 1_795_500_060;
        // The machine that started it is an hour ahead of the server.
        minted.came_at_ms = 1_795_503_600_000;
        minted.expires_at_ms = 1_795_503_660_000;
        let sealed = sealer("t")
            .seal_session(&key("a"), &minted, 5, [7; 12])
            .unwrap();
        let stored = sealer("t").open_session(&key("a"), &sealed).unwrap();
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
            let sealed = sealer("t")
                .seal_session(&key("a"), minted, 5, [7; 12])
                .unwrap();
            let stored = sealer("t").open_session(&key("a"), &sealed).unwrap();
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
            sealer("t").seal_session(&key("a"), &stored, 5, [7; 12])
        };
        let longest = (374_000..376_000).rev().find(|it| sealed_at(*it).is_some());
        let longest = longest.unwrap();
        let text = sealed_at(longest).unwrap();
        assert!(text.len() <= LONGEST && text.len() > LONGEST - 4);
        assert!(sealer("t").open_session(&key("a"), &text).is_some());
        assert_eq!(sealed_at(longest + 1), None);
        assert_eq!(sealed_at(2_000_000), None);
    }

    #[test]
    fn sealing_and_opening_take_time_in_proportion() {
        crate::work::assert_linear("seal and open", |factor| {
            let mut stored = session("djJ8MTAy", 1_795_500_000_000);
            stored.privileges = "p".repeat(1000 * factor);
            move || {
                let sealed = sealer("t")
                    .seal_session(&key("a"), &stored, 5, [7; 12])
                    .unwrap();
                assert!(sealer("t").open_session(&key("a"), &sealed).is_some());
            }
        });
    }

    #[test]
    fn a_changed_character_is_not_accepted() {
        let stored = session("djJ8MTAy", 1_795_500_000_000);
        let sealed = sealer("t")
            .seal_session(&key("a"), &stored, 5, [7; 12])
            .unwrap();
        for place in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(
                sealer("t").open_session(&key("a"), &changed),
                None,
                "{place}"
            );
        }
    }
}
