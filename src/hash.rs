//! The token hash: how an application token is proved without being sent.

use core::fmt;

use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use crate::secret::Secret;

/// The digest that an application token was created with; Kaltura's default is SHA-1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum HashType {
    /// MD5.
    Md5,
    /// SHA-1.
    #[default]
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl HashType {
    /// All of them, the likeliest first.
    pub const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Sha512, Self::Md5];

    /// The one that Kaltura calls `name` (`SHA1`, `MD5`, `SHA256`, `SHA512`), if any.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// Kaltura's name for it, as in `KalturaAppToken.hashType`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }
}

impl fmt::Display for HashType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Lower-case hex of H(`ks` + `app_token`), as `appToken.startSession` expects it.
///
/// `ks` is hashed as the exact text that goes out with the call. The result is as secret as
/// a session: together with its `ks` it can be replayed until that expires.
pub fn token_hash(hash_type: HashType, ks: &str, app_token: &Secret) -> Secret {
    match hash_type {
        HashType::Md5 => hex_digest::<Md5>(ks, app_token),
        HashType::Sha1 => hex_digest::<Sha1>(ks, app_token),
        HashType::Sha256 => hex_digest::<Sha256>(ks, app_token),
        HashType::Sha512 => hex_digest::<Sha512>(ks, app_token),
    }
}

fn hex_digest<H: Digest>(ks: &str, app_token: &Secret) -> Secret {
    let mut digest = H::new();
    digest.update(ks.as_bytes());
    digest.update(app_token.expose().as_bytes());
    Secret::new(hex::encode(digest.finalize()))
}
