//! Version 2: base64 of `v2|partner|` and an encrypted part: the SHA-1 of a body, then the body, which is 16 random
//! bytes and the fields as a query string. The key is made from the secret.

use aes::Aes128;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::number::Number;
use super::query::{self, QueryValue};
use super::{KsError, KsFields, KsInfo, KsSession, Version, partner_id};
use crate::ks::php;
use crate::ks::privileges::ANY;
use crate::secret::{Secret, Wiped};
use crate::work;

pub(super) const PREFIX: &[u8] = b"v2|";

/// How [`ANY`] is written inside.
const EVERYTHING: &str = "all:*";

const BLOCK: usize = 16;
const RANDOM: usize = 16;
const DIGEST: usize = 20;

/// Reads the decoded bytes of a KS after its prefix.
pub(super) fn inspect(decoded: &[u8], secrets: &[Secret]) -> Result<KsInfo, KsError> {
    let mut halves = decoded.splitn(2, |&byte| byte == b'|');
    let (Some(partner), Some(cipher)) = (halves.next(), halves.next()) else {
        return Err(KsError::Malformed);
    };
    if cipher.len() < DIGEST + RANDOM || !cipher.len().is_multiple_of(BLOCK) {
        return Err(KsError::Malformed);
    }
    let partner_id = partner_id(partner)?;
    let session = secrets
        .iter()
        .find_map(|secret| open(cipher, secret))
        .transpose()?;
    Ok(KsInfo {
        version: Version::V2,
        partner_id,
        verified: (!secrets.is_empty()).then_some(session.is_some()),
        session,
    })
}

/// Decrypts `cipher`, if it was made with `secret`.
fn open(cipher: &[u8], secret: &Secret) -> Option<Result<KsSession, KsError>> {
    work::steps(cipher.len());
    let mut plain = Wiped::new(cipher.to_vec());
    let mut decryptor = cbc::Decryptor::<Aes128>::new(&key(secret), &aes::Block::default());
    // One block at a time: several at once would be four more kilobytes of code.
    for block in aes::Block::slice_as_chunks_mut(&mut plain).0 {
        decryptor.decrypt_block(block);
    }
    // The padding is zeros. A body that isn't escaped text may end in zeros too, but the server can't read that either.
    let end = plain.iter().rposition(|&byte| byte != 0)? + 1;
    let (digest, body) = plain.get(..end)?.split_first_chunk::<DIGEST>()?;
    let hash = Sha1::digest(body);
    if !bool::from(hash.as_slice().ct_eq(digest)) {
        return None;
    }
    let (random, fields) = body.split_first_chunk::<RANDOM>()?;
    Some(read(fields).map(|session| KsSession {
        random: hex::encode(random),
        hash: hex::encode(hash),
        ..session
    }))
}

/// All but the random part and the hash.
fn read(fields: &[u8]) -> Result<KsSession, KsError> {
    let mut session = KsSession::default();
    for (name, value) in query::parse(fields) {
        let QueryValue::Text(value) = value else {
            return Err(KsError::Unreadable);
        };
        match name.as_str() {
            "_e" => session.expiry = Number::from_text(value),
            "_t" => session.session_type = Number::from_text(value),
            "_u" => session.user_id = Some(value),
            "_m" => session.master_partner_id = Number::from_text(value),
            "_d" => session.additional_data = Some(value),
            _ => push_privilege(&mut session.privileges, &name, &value),
        }
    }
    // The server writes a single `*` as its other name.
    if session.privileges == EVERYTHING {
        ANY.clone_into(&mut session.privileges);
    }
    Ok(session)
}

fn push_privilege(privileges: &mut String, name: &str, value: &str) {
    work::steps(name.len() + value.len());
    if !privileges.is_empty() {
        privileges.push(',');
    }
    privileges.push_str(name);
    if !value.is_empty() {
        privileges.push(':');
        privileges.push_str(value);
    }
}

/// The bytes of a KS, before they are encoded.
pub(super) fn generate(
    fields: &KsFields,
    random: &[u8; RANDOM],
    secret: &Secret,
) -> Wiped<Vec<u8>> {
    let query = write(fields);
    work::steps(query.len());
    let hash = Sha1::new_with_prefix(random)
        .chain_update(query.as_bytes())
        .finalize();
    let length = (DIGEST + RANDOM + query.len()).next_multiple_of(BLOCK);
    let mut plain = Wiped::new(Vec::with_capacity(length));
    plain.extend_from_slice(&hash);
    plain.extend_from_slice(random);
    plain.extend_from_slice(query.as_bytes());
    plain.resize(length, 0);
    let mut encryptor = cbc::Encryptor::<Aes128>::new(&key(secret), &aes::Block::default());
    for block in aes::Block::slice_as_chunks_mut(&mut plain).0 {
        encryptor.encrypt_block(block);
    }
    Wiped::new(
        [
            PREFIX,
            fields.partner_id.to_string().as_bytes(),
            b"|",
            &plain,
        ]
        .concat(),
    )
}

/// The fields as a query string.
fn write(fields: &KsFields) -> Wiped<String> {
    let mut variables: Vec<(&str, Option<&str>)> = Vec::new();
    for item in fields.privileges.split(',').map(php::trim) {
        // PHP treats the text `0` as empty.
        if ["", "0"].contains(&item) {
            continue;
        }
        let item = if item == ANY { EVERYTHING } else { item };
        let (name, value) = item.split_once(':').unwrap_or((item, ""));
        variables.push((name, Some(value)));
    }
    variables.extend([
        ("_e", fields.expiry.text()),
        ("_t", fields.session_type.text()),
        ("_u", fields.user_id.as_deref()),
        ("_m", fields.master_partner_id.text()),
        ("_d", fields.additional_data.as_deref()),
    ]);
    let variables = php::array(
        variables,
        |(name, _)| name,
        |earlier, later| *earlier = later,
    );

    // Room for every character escaped, so that no copy is left unwiped.
    let length: usize = variables
        .iter()
        .map(|(name, value)| name.len() + value.map_or(0, str::len) + 1)
        .sum();
    let mut query = Wiped::new(String::with_capacity(3 * length));
    for (name, value) in variables {
        if let Some(value) = value {
            query::push(&mut query, name, value);
        }
    }
    query
}

fn key(secret: &Secret) -> Zeroizing<aes::Block> {
    let digest = Zeroizing::new(<[u8; DIGEST]>::from(Sha1::digest(secret.expose())));
    let mut key = Zeroizing::new(aes::Block::default());
    key.copy_from_slice(digest.first_chunk::<BLOCK>().unwrap_or(&[0; BLOCK]));
    key
}
