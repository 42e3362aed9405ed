//! The administrator's session that the service is called with, made from the admin secret.

use crate::clock::ServerClock;
use crate::error::InvalidOption;
use crate::ks::{self, KsError, KsFields, Random, Version};
use crate::options::{self, Named, Read};
use crate::secret::Secret;

/// The life of a session that is made.
const LIFE_S: i64 = 300;
/// A session with less life left than this is replaced: it has to last for the call.
const SPARE_MS: i64 = 60_000;

/// A session from the admin secret, kept while it lives.
#[derive(Debug)]
pub struct AdminKs {
    partner_id: u32,
    user_id: String,
    clock: ServerClock,
    kept: Option<CachedKs>,
}

#[derive(Debug)]
struct CachedKs {
    ks: Secret,
    /// By the server's clock.
    expires_at_ms: i64,
}

/// The admin secret that sessions are made from.
pub fn admin_secret(named: Named) -> Read<Secret> {
    let path = named.path.clone();
    let secret = options::ks::secret(named)?;
    if secret.expose().starts_with("djJ8") {
        const EXPECTED: &str =
            "the admin secret, but the given value looks like a KS (see the option ks)";
        return Err(InvalidOption::new(path, EXPECTED));
    }
    Ok(secret)
}

/// Why a KS that is given is no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// It is no text that could be one.
    NoKs,
    /// It is for another partner.
    OtherPartner,
}

impl AdminKs {
    /// For this partner; its sessions are those of `user_id`.
    pub fn new(partner_id: u32, user_id: String) -> Self {
        Self {
            partner_id,
            user_id,
            clock: ServerClock::UNKNOWN,
            kept: None,
        }
    }

    /// The server's time in unix seconds, as far as it is known.
    pub fn server_s(&self, local_ms: i64) -> i64 {
        self.clock.server_ms(local_ms).div_euclid(1000)
    }

    /// The server's clock was seen.
    pub fn set_clock(&mut self, clock: ServerClock) {
        self.clock = clock;
    }

    /// The session that is kept, if it lives long enough.
    pub fn kept(&self, local_ms: i64) -> Option<&Secret> {
        let kept = self.kept.as_ref()?;
        let left_ms = kept
            .expires_at_ms
            .saturating_sub(self.clock.server_ms(local_ms));
        // One that was made by a clock that was wrong may live much longer than it should. One
        // that is only a little fast is no reason to ask for the secret again.
        let as_made = SPARE_MS..=LIFE_S.saturating_mul(1000).saturating_add(SPARE_MS);
        as_made.contains(&left_ms).then_some(&kept.ks)
    }

    /// Makes one, and keeps it.
    ///
    /// It names its user even where that is nobody: to Kaltura a session that leaves the user
    /// out lets application tokens of the partner go without one from then on.
    pub fn make(
        &mut self,
        secret: &Secret,
        random: [u8; 16],
        local_ms: i64,
    ) -> Result<Secret, KsError> {
        let expiry_s = self.server_s(local_ms).saturating_add(LIFE_S);
        let fields = KsFields {
            version: Version::V2,
            partner_id: self.partner_id.into(),
            user_id: Some(self.user_id.clone()),
            session_type: 2.into(),
            expiry: expiry_s.into(),
            ..KsFields::default()
        };
        let ks = ks::generate(&fields, &Random::Bytes(random), secret)?;
        self.kept = Some(CachedKs {
            ks: ks.clone(),
            expires_at_ms: expiry_s.saturating_mul(1000),
        });
        Ok(ks)
    }

    /// `ks` was refused. What another call has made meanwhile is kept.
    pub fn forget(&mut self, ks: &Secret) {
        self.kept.take_if(|kept| kept.ks == *ks);
    }

    /// Whether a KS that is given can be one of this partner's. One that can't be decoded may
    /// be of a version that isn't known here.
    pub fn check(&self, ks: &str) -> Result<(), Unusable> {
        let is_word = !ks.is_empty()
            && ks.len() <= ks::MAX_LENGTH
            && ks.bytes().all(|b| b.is_ascii_graphic());
        // The admin secret in its place would be sent as it is.
        let is_other = ks.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_word || is_other {
            return Err(Unusable::NoKs);
        }
        match ks::inspect(ks, &[]) {
            Ok(info) if info.partner_id != i64::from(self.partner_id) => {
                Err(Unusable::OtherPartner)
            }
            _ => Ok(()),
        }
    }
}
