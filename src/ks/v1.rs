//! Version 1: base64 of `signature|partner;pattern;expiry;type;random;user;privileges;master;additional`. The
//! signature is the hex SHA-1 of the secret and what follows the `|`.
//!
//! Nothing is escaped: a `;` in a field moves all fields after it.

use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;

use super::number::Number;
use super::{KsError, KsFields, KsInfo, KsSession, Version, partner_id};
use crate::secret::{Secret, Wiped};
use crate::work;

/// The fields of a KS that anyone can read. The server treats missing fields as empty.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Readable<'a> {
    /// The user.
    pub user_id: &'a [u8],
    /// The number of its type.
    pub session_type: &'a [u8],
    /// Unix time, in seconds, at which it ends.
    pub expiry: &'a [u8],
    /// The privileges.
    pub privileges: &'a [u8],
}

/// Reads the fields in the decoded text of a KS; `None` if it doesn't have version 1.
pub(super) fn read(decoded: &[u8]) -> Option<Readable<'_>> {
    let (_, info) = halves(decoded)?;
    work::steps(info.len());
    let mut fields = info.split(|&byte| byte == b';').skip(2);
    let mut next = || fields.next().unwrap_or_default();
    let (expiry, session_type, _random) = (next(), next(), next());
    Some(Readable {
        expiry,
        session_type,
        user_id: next(),
        privileges: next(),
    })
}

/// Splits the text into the signature and what it signs.
fn halves(decoded: &[u8]) -> Option<(&[u8], &[u8])> {
    let (signature, rest) = decoded.split_at_checked(40)?;
    let info = rest.strip_prefix(b"|")?;
    let is_hex = signature.iter().all(u8::is_ascii_hexdigit);
    is_hex.then_some((signature, info))
}

/// Reads the decoded text of a KS.
pub(super) fn inspect(decoded: &[u8], secrets: &[Secret]) -> Result<KsInfo, KsError> {
    let (signature, info) = halves(decoded).ok_or(KsError::Malformed)?;
    work::steps(info.len());
    let text = Wiped::new(String::from_utf8_lossy(info).into_owned());
    let fields: Vec<&str> = text.split(';').collect();
    // The server accepts missing later fields, but not these.
    let &[partner, _pattern, expiry, ref rest @ ..] = fields.as_slice() else {
        return Err(KsError::Malformed);
    };
    let field = |index: usize| rest.get(index).map(|&field| field.to_owned());
    let number = |index: usize| field(index).map_or(Number::ABSENT, Number::from_text);
    let session = KsSession {
        expiry: Number::from_text(expiry),
        session_type: number(0),
        random: field(1).unwrap_or_default(),
        user_id: field(2),
        privileges: field(3).unwrap_or_default(),
        master_partner_id: number(4),
        additional_data: field(5),
        hash: String::from_utf8_lossy(signature).into_owned(),
    };
    let verified = |secret: &Secret| bool::from(signature.ct_eq(sign(info, secret).as_bytes()));
    Ok(KsInfo {
        version: Version::V1,
        partner_id: partner_id(partner.as_bytes())?,
        verified: (!secrets.is_empty()).then(|| secrets.iter().any(verified)),
        session: Some(session),
    })
}

/// The text of a KS, before it is encoded.
pub(super) fn generate(fields: &KsFields, random: &str, secret: &Secret) -> Wiped<String> {
    let partner_id = fields.partner_id.to_string();
    // `join` and `concat` allocate once, so no copy is left unwiped.
    let info = [
        &partner_id,
        &partner_id,
        fields.expiry.text().unwrap_or_default(),
        fields.session_type.text().unwrap_or_default(),
        random,
        fields.user_id.as_deref().unwrap_or_default(),
        &fields.privileges,
        fields.master_partner_id.text().unwrap_or_default(),
        fields.additional_data.as_deref().unwrap_or_default(),
    ];
    let info = Wiped::new(info.join(";"));
    Wiped::new([&*sign(info.as_bytes(), secret), "|", &info].concat())
}

fn sign(info: &[u8], secret: &Secret) -> Wiped<String> {
    work::steps(info.len());
    let signed = Sha1::new_with_prefix(secret.expose()).chain_update(info);
    Wiped::new(hex::encode(signed.finalize()))
}
