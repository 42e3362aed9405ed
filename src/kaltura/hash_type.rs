//! The digests that Kaltura knows for application tokens.

use core::fmt;

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

    /// Those that are tried where it isn't known which is right. A hash that gets out can be tried
    /// against guesses of the token, so none goes out that is as weak as MD5 unless it is asked for.
    pub const AUTO: [Self; 3] = [Self::Sha1, Self::Sha256, Self::Sha512];

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
