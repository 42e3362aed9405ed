//! The administrator's session for the calls, made with the admin secret.

use crate::clock::ServerClock;
use crate::error::InvalidOption;
use crate::ks::{self, KsError, KsFields, Random, Version};
use crate::options::{self, Named, Read};
use crate::secret::Secret;

/// The lifetime of a session.
const LIFE_S: i64 = 300;
/// A session with less time left is replaced, because it must last for the call.
const SPARE_MS: i64 = 60_000;

/// A session made with the admin secret, cached while it lives.
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
    /// On the server's clock.
    expires_at_ms: i64,
}

/// Reads the admin secret.
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

/// Why a given KS is unusable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// It can't be a KS.
    NoKs,
    /// It is for another partner.
    OtherPartner,
}

impl AdminKs {
    /// Makes one for this partner and the user `user_id`.
    pub fn new(partner_id: u32, user_id: String) -> Self {
        Self {
            partner_id,
            user_id,
            clock: ServerClock::UNKNOWN,
            kept: None,
        }
    }

    /// The server's time in unix seconds, as far as known.
    pub fn server_s(&self, local_ms: i64) -> i64 {
        self.clock.server_ms(local_ms).div_euclid(1000)
    }

    /// Notes the server's clock.
    pub fn set_clock(&mut self, clock: ServerClock) {
        self.clock = clock;
    }

    /// The cached session, if it lives long enough.
    pub fn kept(&self, local_ms: i64) -> Option<&Secret> {
        let kept = self.kept.as_ref()?;
        let left_ms = kept
            .expires_at_ms
            .saturating_sub(self.clock.server_ms(local_ms));
        // A session that was made with a wrong clock may live much longer than intended. A slightly fast clock is no
        // reason to ask for the secret again.
        let as_made = SPARE_MS..=LIFE_S.saturating_mul(1000).saturating_add(SPARE_MS);
        as_made.contains(&left_ms).then_some(&kept.ks)
    }

    /// Makes a session and caches it.
    ///
    /// It names its user even if that is nobody: otherwise Kaltura lets the partner's application tokens omit the user
    /// from then on.
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

    /// Drops the session if it is `ks`, which was refused.
    pub fn forget(&mut self, ks: &Secret) {
        self.kept.take_if(|kept| kept.ks == *ks);
    }

    /// Whether a KS that is given can be one of this partner's. One that can't be decoded may
    /// be of a version that isn't known here.
    pub fn check(&self, ks: &str) -> Result<(), Unusable> {
        let is_word = !ks.is_empty()
            && ks.len() <= ks::MAX_LENGTH
            && ks.bytes().all(|b| b.is_ascii_graphic());
        // An admin secret in its place would be sent.
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
