//! Any text as what a store holds: nothing opens but what was sealed, and that comes back as it
//! was.

#![no_main]

use kaltura_app_token::grants::SessionType;
use kaltura_app_token::provider::{Key, Sealer};
use kaltura_app_token::secret::Secret;
use kaltura_app_token::session::Session;
use libfuzzer_sys::fuzz_target;

// The first byte says where what was sealed is spoilt; the rest is a user, privileges and a KS,
// a zero byte between them.
fuzz_target!(|data: &[u8]| {
    let Some((&spoilt, rest)) = data.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(rest);
    let sealer = Sealer::new(&Secret::new("599d54237bca94c1db5746efd0416795".to_owned()));
    let key = Key::from_text("102".to_owned());
    assert_eq!(sealer.open(&key, &text), None);
    assert_eq!(sealer.open(&key, &["1.", &text].concat()), None);

    let mut parts = text.split('\0');
    let mut part = || parts.next().unwrap_or_default().to_owned();
    let session = Session {
        user_id: part(),
        privileges: part(),
        ks: Secret::new(part().replace('\n', "")),
        partner_id: u32::from(spoilt),
        session_type: if spoilt % 2 == 0 {
            SessionType::User
        } else {
            SessionType::Admin
        },
        expiry_s: i64::from(spoilt) - 128,
        came_at_ms: i64::MIN + i64::from(spoilt),
        expires_at_ms: i64::MAX - i64::from(spoilt),
        differences: Vec::new(),
    };
    // Its own bytes are in the clear, and must not look like a part.
    let nonce = core::array::from_fn(|index| spoilt.wrapping_add(37_u8.wrapping_mul(index as u8)));
    let sealed = sealer
        .seal(&key, &session, nonce)
        .expect("nothing keeps it from that");
    for secret in [&session.user_id, &session.privileges, session.ks.expose()] {
        assert!(secret.len() < 8 || !sealed.contains(secret));
    }
    assert_eq!(sealer.open(&key, &sealed).as_ref(), Some(&session));
    assert_eq!(
        sealer.open(&Key::from_text("103".to_owned()), &sealed),
        None
    );
    let other = Sealer::new(&Secret::new("another".to_owned()));
    assert_eq!(other.open(&key, &sealed), None);
    let mut changed = sealed.into_bytes();
    let place = usize::from(spoilt) * 7 % changed.len();
    changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).expect("ASCII");
    assert_eq!(sealer.open(&key, &changed), None);
});
