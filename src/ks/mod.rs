//! The Kaltura Session (KS): reads, verifies and makes both versions.
//!
//! Version 1 is signed text that anyone can read. Version 2 is encrypted: without the partner's admin
//! secret, only its version and its partner are known.

use core::fmt;

use base64ct::{Base64, Encoding};

use crate::base64;
use crate::decimal::{self, decimal};
use crate::secret::{Secret, Wiped, wipe_stack};
use crate::work;

mod number;
pub mod php;
pub mod privileges;
mod query;
mod v1;
mod v2;

pub use number::Number;
pub use v1::Readable;

/// The longest KS that is read or made, in bytes of its text. The server has no limit; a KS with 3,000
/// privileges has about 40 KB.
pub const MAX_LENGTH: usize = 256 * 1024;

/// Each secret is tried on the whole KS, so with more than two secrets, their number times the
/// KS's length is limited to this: a thousand secrets for a KS of ordinary length.
const MOST_TRIED: usize = 2 * MAX_LENGTH;

/// The two formats of a KS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// Signed, readable by anyone.
    V1,
    /// Encrypted.
    #[default]
    V2,
}

/// What a KS reveals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KsInfo {
    /// The format of the KS.
    pub version: Version,
    /// The partner that the KS is for, who also has the secret.
    pub partner_id: i64,
    /// Whether one of the given secrets made this KS; `None` if none was given.
    pub verified: Option<bool>,
    /// The contents. Anyone can write those of version 1, so check `verified`; those of version 2 are present only
    /// with `verified: Some(true)`.
    pub session: Option<KsSession>,
}

/// The contents of a KS, as written. Nothing is checked, so an expired session looks like any other.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct KsSession {
    /// The user; `None` if the KS omits the field, as version 2 and truncated texts of version 1 can.
    pub user_id: Option<String>,
    /// 0 for a user's session, 2 for an administrator's.
    pub session_type: Number,
    /// When it expires, in unix seconds.
    pub expiry: Number,
    /// The privileges, as text; see [`crate::ks::privileges`].
    pub privileges: String,
    /// The partner on whose behalf `partner_id` is used.
    pub master_partner_id: Number,
    /// Free text.
    pub additional_data: Option<String>,
    /// Makes the KS unique: hex of 16 bytes in version 2, text in version 1.
    pub random: String,
    /// The lower-case hex with which the server identifies this KS when it revokes it.
    pub hash: String,
}

impl KsSession {
    /// Whether the server regards it as expired at `now`, in unix seconds.
    pub fn is_expired(&self, now: i64) -> bool {
        self.expiry.is_before(now)
    }

    /// Whether it is an administrator's session.
    pub fn is_admin(&self) -> bool {
        self.session_type.to_int() > 0
    }

    /// Whether it names no user.
    pub fn is_anonymous(&self) -> bool {
        matches!(self.user_id.as_deref(), None | Some("" | "0"))
    }

    /// Whether the server regards it as a widget session, which can't be revoked.
    pub fn is_widget(&self) -> bool {
        // The server searches the text instead of parsing it.
        self.is_anonymous() && !self.is_admin() && self.privileges.contains("widget:1")
    }

    /// The value of its privilege `sessionid`. Sessions with the same one end together.
    pub fn session_id(&self) -> Option<String> {
        let mut privileges = privileges::parse(&self.privileges).into_iter();
        let session_id = privileges.find(|privilege| privilege.name == "sessionid")?;
        session_id.values.into_iter().next()
    }
}

/// Shows the shape without the contents, which may be private.
impl fmt::Debug for KsSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KsSession(…)")
    }
}

/// The contents of a KS to make.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct KsFields {
    /// The format to write.
    pub version: Version,
    /// The partner that the secret belongs to.
    pub partner_id: i64,
    /// The user; `Some("")` or `Some("0")` for nobody.
    pub user_id: Option<String>,
    /// 0 for a user's session, 2 for an administrator's.
    pub session_type: Number,
    /// When it expires, in unix seconds.
    pub expiry: Number,
    /// The privileges, as text.
    pub privileges: String,
    /// The partner on whose behalf `partner_id` is used.
    pub master_partner_id: Number,
    /// Free text.
    pub additional_data: Option<String>,
}

/// Shows the shape, not the session.
impl fmt::Debug for KsFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KsFields(…)")
    }
}

/// Makes two KSs with equal fields differ. It is passed in, because nothing here draws random numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Random {
    /// For version 2.
    Bytes([u8; 16]),
    /// For version 1, where the server writes the time with microseconds. An error in version 2, as bytes are in
    /// version 1.
    Text(String),
}

/// Why a text is not a KS, or fields can't be made into one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KsError {
    /// It is longer than [`MAX_LENGTH`].
    TooLong,
    /// There are more secrets than are tried on a KS of this length.
    TooManySecrets,
    /// It is not the base64 of either version.
    Malformed,
    /// It is signed, but contains fields with which the server itself fails.
    Unreadable,
    /// The random part has the type of the other version.
    WrongRandom,
}

impl fmt::Display for KsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "the KS is longer than 262144 bytes",
            Self::TooManySecrets => "too many secrets to try with a KS of this length",
            Self::Malformed => "the text is not a KS of version 1 or 2",
            Self::Unreadable => "the KS is signed but contains fields that no server can read",
            Self::WrongRandom => "the random part is text in version 1, and 16 bytes in version 2",
        })
    }
}

impl core::error::Error for KsError {}

/// Reads `ks`. Any of `secrets` may verify it; without secrets, `verified` is `None`.
///
/// A KS that none of them made is not an error: `verified` is `Some(false)`, and version 2 has no `session`. Nor is an
/// expired KS.
///
/// Version 2 does not sign its partner. If you receive KSs of several partners, pass only the secrets of the partner
/// that the KS names.
///
/// ```
/// use kaltura_app_token::{Secret, ks};
///
/// assert_eq!(ks::inspect("no KS", &[]), Err(ks::KsError::Malformed));
/// ```
pub fn inspect(ks: &str, secrets: &[Secret]) -> Result<KsInfo, KsError> {
    if ks.len() > MAX_LENGTH {
        return Err(KsError::TooLong);
    }
    if secrets.len() > 2 && secrets.len().saturating_mul(ks.len()) > MOST_TRIED {
        return Err(KsError::TooManySecrets);
    }
    let info = read(ks, secrets);
    wipe_stack();
    info
}

#[inline(never)]
fn read(ks: &str, secrets: &[Secret]) -> Result<KsInfo, KsError> {
    let decoded = decode(ks)?;
    match decoded.strip_prefix(v2::PREFIX) {
        Some(rest) => v2::inspect(rest, secrets),
        None => v1::inspect(&decoded, secrets),
    }
}

/// A decoded KS: what can be read without a secret and a cipher.
pub struct Decoded(Wiped<Vec<u8>>);

impl Decoded {
    /// Decodes `ks`; `None` if it is not base64, or longer than [`MAX_LENGTH`].
    pub fn new(ks: &str) -> Option<Self> {
        if ks.len() > MAX_LENGTH {
            return None;
        }
        decode(ks).ok().map(Self)
    }

    /// The partner that it names.
    pub fn partner(&self) -> Option<i64> {
        let named = match self.0.strip_prefix(v2::PREFIX) {
            Some(rest) => rest.split(|&byte| byte == b'|').next()?,
            None => (self.0.splitn(2, |&byte| byte == b'|').nth(1)?)
                .split(|&byte| byte == b';')
                .next()?,
        };
        partner_id(named).ok()
    }

    /// Its fields, if it has version 1.
    pub fn readable(&self) -> Option<Readable<'_>> {
        v1::read(&self.0)
    }
}

/// The partner that `ks` names.
pub fn partner_of(ks: &str) -> Option<i64> {
    Decoded::new(ks)?.partner()
}

/// Whether `ks` has version 2, whose contents are encrypted.
pub fn is_encrypted(ks: &str) -> bool {
    // The base64 of `v2|`.
    ks.starts_with("djJ8")
}

/// Makes a KS with `fields`, signed with `secret`.
pub fn generate(fields: &KsFields, random: &Random, secret: &Secret) -> Result<Secret, KsError> {
    let ks = write(fields, random, secret)?;
    wipe_stack();
    if ks.expose().len() > MAX_LENGTH {
        return Err(KsError::TooLong);
    }
    Ok(ks)
}

#[inline(never)]
fn write(fields: &KsFields, random: &Random, secret: &Secret) -> Result<Secret, KsError> {
    let ks = match (fields.version, random) {
        (Version::V1, Random::Text(random)) => {
            Base64::encode_string(v1::generate(fields, random, secret).as_bytes())
        }
        (Version::V2, Random::Bytes(random)) => {
            // A KS of version 2 uses the alphabet for URLs.
            let ks = Base64::encode_string(&v2::generate(fields, random, secret));
            let url_safe = ks.chars().map(|c| match c {
                '+' => '-',
                '/' => '_',
                other => other,
            });
            url_safe.collect()
        }
        _ => return Err(KsError::WrongRandom),
    };
    work::steps(ks.len());
    Ok(Secret::new(ks))
}

/// PHP's strict `base64_decode`, after replacing `-_` by `+/`: skips white space, and padding is optional. Stricter than
/// PHP in one point: the surplus bits of the last character must be zero, so that two texts can't differ only there.
fn decode(ks: &str) -> Result<Wiped<Vec<u8>>, KsError> {
    work::steps(ks.len());
    let mut text = Wiped::new(Vec::with_capacity(ks.len()));
    text.extend(ks.bytes().filter_map(|byte| match byte {
        b' ' | b'\t' | b'\n' | b'\r' => None,
        b'-' => Some(b'+'),
        b'_' => Some(b'/'),
        other => Some(other),
    }));
    if text.len().is_multiple_of(4) {
        for _ in 0..2 {
            if text.ends_with(b"=") {
                text.pop();
            }
        }
    }
    let decoded = base64::decode(&text, *b"+/");
    decoded.map(Wiped::new).ok_or(KsError::Malformed)
}

/// Parses a partner's id, only in the form that the server writes.
fn partner_id(text: &[u8]) -> Result<i64, KsError> {
    let text = str::from_utf8(text).map_err(|_| KsError::Malformed)?;
    let id = decimal::parse(text).ok_or(KsError::Malformed)?;
    if decimal(id) == text {
        Ok(id)
    } else {
        Err(KsError::Malformed)
    }
}

#[cfg(test)]
mod tests {
    mod properties;
    mod vectors;
    mod work;

    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn the_partner_can_be_read_by_itself() {
        for version in [Version::V1, Version::V2] {
            let fields = KsFields {
                version,
                partner_id: 102,
                ..KsFields::default()
            };
            let random = match version {
                Version::V1 => Random::Text("1".to_owned()),
                Version::V2 => Random::Bytes([7; 16]),
            };
            let ks = generate(&fields, &random, &secret("s")).unwrap();
            assert_eq!(partner_of(ks.expose()), Some(102));
            assert_eq!(is_encrypted(ks.expose()), version == Version::V2);
        }
        for no_ks in ["", "a-ks", "djJ8", "djJ8eHw="] {
            assert_eq!(partner_of(no_ks), None, "{no_ks}");
        }
    }

    #[test]
    fn the_longest_ks_is_tried_with_two_secrets_and_not_with_three() {
        let ks = "A".repeat(MAX_LENGTH);
        let tried = |count: usize| inspect(&ks, &vec![secret("s"); count]).err();
        assert_ne!(tried(2), Some(KsError::TooManySecrets));
        assert_eq!(tried(3), Some(KsError::TooManySecrets));
        assert_ne!(
            inspect("A", &vec![secret("s"); 3]).err(),
            Some(KsError::TooManySecrets)
        );
    }

    #[test]
    fn the_partner_of_the_longest_ks_is_read_and_of_no_longer_one() {
        let text = |length: usize| {
            let content = format!("hash|102;102;{}", "x".repeat(length));
            Base64::encode_string(content.as_bytes())
        };
        assert_eq!(partner_of(&text(MAX_LENGTH / 4 * 3 - 13)), Some(102));
        assert_eq!(partner_of(&text(MAX_LENGTH / 4 * 3 - 12)), None);
    }
}
