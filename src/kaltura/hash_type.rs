//! The digests that Kaltura supports for application tokens.

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
    /// All of them, the most likely first.
    pub const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Sha512, Self::Md5];

    /// The types to try if the right one is unknown. Anybody with a hash can test guesses of the token, so the weak
    /// MD5 is used only on request.
    pub const AUTO: [Self; 3] = [Self::Sha1, Self::Sha256, Self::Sha512];

    /// Returns the type with Kaltura's `name` (`SHA1`, `MD5`, `SHA256`, `SHA512`), if any.
    ///
    /// ```
    /// use kaltura_app_token::HashType;
    ///
    /// assert_eq!(HashType::from_name("SHA256"), Some(HashType::Sha256));
    /// assert_eq!(HashType::default().name(), "SHA1");
    /// ```
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// Returns Kaltura's name, as in `KalturaAppToken.hashType`.
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
