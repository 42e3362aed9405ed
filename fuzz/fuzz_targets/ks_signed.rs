//! Any content in a KS that was signed with the right secret: what only a verified KS gets
//! to. The first byte chooses the version, the rest is version 1's text or version 2's
//! query string.

#![no_main]

use aes::Aes128;
use aes::cipher::{BlockModeEncrypt, KeyIvInit};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kaltura_app_token::ks::{
    KsError, KsFields, KsInfo, KsSession, MAX_LENGTH, Random, Version, generate, inspect,
};
use kaltura_app_token::secret::Secret;
use kaltura_app_token_fuzz::bounded;
use libfuzzer_sys::fuzz_target;
use sha1::{Digest, Sha1};

const SECRET: &str = "1ff6f3c05143ef42880ef4d00c38ca7c";

fuzz_target!(|data: &[u8]| {
    let Some((version, content)) = data.split_first() else {
        return;
    };
    let ks = if version % 2 == 1 {
        signed(content)
    } else {
        sealed(content)
    };
    let secrets = [Secret::new(SECRET.to_owned())];
    bounded(ks.len(), || read(&ks, &secrets, *version, content));
});

fn read(ks: &str, secrets: &[Secret], version: u8, content: &[u8]) {
    match inspect(ks, secrets) {
        Ok(info) => {
            assert_eq!(info.verified, Some(true));
            let session = info
                .session
                .as_ref()
                .expect("a verified KS shows its session");
            judge(session);
            assert_can_be_made_again(&info, session, &secrets[0]);
        }
        Err(KsError::Malformed) => assert_eq!(version % 2, 1, "only version 1 has a form to miss"),
        Err(KsError::Unreadable) => assert!(content.contains(&b'[') || content.contains(&b'%')),
        Err(KsError::TooLong) => assert!(ks.len() > MAX_LENGTH),
        Err(KsError::WrongRandom) => panic!("nothing random was given"),
        Err(error) => panic!("one secret was given: {error}"),
    }
}

fn signed(content: &[u8]) -> String {
    let info = [b"102;102;", content].concat();
    let signature = hex::encode(Sha1::new_with_prefix(SECRET).chain_update(&info).finalize());
    BASE64_STANDARD.encode([signature.as_bytes(), b"|", &info].concat())
}

fn sealed(content: &[u8]) -> String {
    // The padding is zeros, so a body must not end in one.
    let end = content
        .iter()
        .rposition(|&byte| byte != 0)
        .map_or(0, |last| last + 1);
    let body = [&[0x41; 16], &content[..end]].concat();
    let mut plain = [Sha1::digest(&body).as_slice(), &body].concat();
    plain.resize(plain.len().next_multiple_of(16), 0);
    let key = Sha1::digest(SECRET);
    cbc::Encryptor::<Aes128>::new_from_slices(&key[..16], &[0; 16])
        .expect("both are one block")
        .encrypt_blocks(aes::Block::slice_as_chunks_mut(&mut plain).0);
    BASE64_STANDARD.encode([b"v2|102|".as_slice(), &plain].concat())
}

fn judge(session: &KsSession) {
    let _ = (
        session.is_expired(1_795_493_902),
        session.is_admin(),
        session.session_id(),
    );
    assert!(!session.is_widget() || session.is_anonymous());
}

/// What was read once can be written and reads the same. Not so version 2's privileges, whose
/// values may have held commas.
fn assert_can_be_made_again(info: &KsInfo, session: &KsSession, secret: &Secret) {
    let fields = KsFields {
        version: info.version,
        partner_id: info.partner_id,
        user_id: session.user_id.clone(),
        session_type: session.session_type.clone(),
        expiry: session.expiry.clone(),
        privileges: match info.version {
            Version::V1 => session.privileges.clone(),
            Version::V2 => String::new(),
        },
        master_partner_id: session.master_partner_id.clone(),
        additional_data: session.additional_data.clone(),
    };
    let random = match info.version {
        Version::V1 => Random::Text(session.random.clone()),
        Version::V2 => Random::Bytes([0x41; 16]),
    };
    let Ok(ks) = generate(&fields, &random, secret) else {
        return;
    };
    let again = inspect(ks.expose(), std::slice::from_ref(secret)).expect("we made it");
    assert_eq!(again.verified, Some(true));
    let again = again.session.expect("we made it");
    assert_eq!(
        again.user_id.unwrap_or_default(),
        session.user_id.clone().unwrap_or_default()
    );
    assert_eq!(
        again.expiry.text().unwrap_or_default(),
        session.expiry.text().unwrap_or_default()
    );
}
