//! Any text as what a store holds: nothing opens but what was sealed, and that comes back as it
//! was, in steps that grow with its length.

#![no_main]

use kaltura_app_token::clock::ServerClock;
use kaltura_app_token::provider::{Key, Keys, StoredEpoch, is_of_another_version};
use kaltura_app_token::secret::Secret;
use kaltura_app_token::session::{Session, SessionType};
use kaltura_app_token::work;
use libfuzzer_sys::fuzz_target;

/// Longer text is neither written nor read.
const LONGEST: usize = 500_000;

// The first byte says where what was sealed is spoilt; the rest is a user, privileges and a KS,
// a zero byte between them.
fuzz_target!(|data: &[u8]| {
    // Each character may become three bytes of UTF-8, and each three bytes four of base64.
    let most = 100 * (data.len() as u64 + 1000);
    let steps = work::count(|| seal_and_open(data));
    assert!(steps <= most, "{steps} steps for {} bytes", data.len());
});

fn seal_and_open(data: &[u8]) {
    let Some((&spoilt, rest)) = data.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(rest);
    let young = ("2026", b"599d54237bca94c1db5746efd0416795".as_slice());
    let old = ("2025", b"c4f0c4f3c07bdb18042dd32a1992d9b2".as_slice());
    let keys = Keys::new([young, old]);
    let key = Key::from_text("102".to_owned());
    for head in ["", "3.", "3..", "3.2025.", "3.2026."] {
        let rubbish = [head, &text].concat();
        assert_eq!(keys.open_session(&key, &rubbish), None);
        let epoch = keys.open_epochs(&key, [rubbish.as_str()]);
        assert!(epoch == StoredEpoch::Rubbish || is_of_another_version(&rubbish));
    }

    let mut parts = text.split('\0');
    let mut part = || parts.next().unwrap_or_default().to_owned();
    let expiry_s = 1_795_500_000 + i64::from(spoilt);
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
        expiry_s,
        came_at_ms: 1_795_400_000_000,
        expires_at_ms: expiry_s * 1000 + i64::from(spoilt) * 4,
        differences: Vec::new(),
    };
    // Its own bytes are in the clear, and must not look like a part.
    let nonce = core::array::from_fn(|index| spoilt.wrapping_add(37_u8.wrapping_mul(index as u8)));
    let length = session.user_id.len() + session.privileges.len() + session.ks.expose().len();
    // Whichever of the two keys comes first seals.
    let (id, _) = if spoilt % 3 == 0 { old } else { young };
    let sealer = if spoilt % 3 == 0 {
        Keys::new([old, young])
    } else {
        Keys::new([young])
    };
    let epoch = i64::from(spoilt) * 9_000_000_000;
    let sealed_epoch = sealer
        .seal_epoch(&key, epoch, nonce)
        .expect("a number is short");
    assert_eq!(
        keys.open_epochs(&key, [sealed_epoch.as_str()]),
        StoredEpoch::Number(epoch)
    );
    let Some(sealed) = sealer.seal_session(&key, &session, epoch, nonce) else {
        assert!(
            length > LONGEST / 4 * 3 - 200,
            "nothing else keeps it from that"
        );
        return;
    };
    assert!(sealed.len() <= LONGEST && !is_of_another_version(&sealed));
    assert!(sealed.starts_with(&["3.", id, "."].concat()));
    for secret in [&session.user_id, &session.privileges, session.ks.expose()] {
        assert!(secret.len() < 8 || !sealed.contains(secret));
    }
    let stored = keys.open_session(&key, &sealed).expect("what was sealed");
    assert_eq!(stored.epoch(), epoch);
    assert_eq!(
        keys.open_epochs(&key, [sealed.as_str()]),
        StoredEpoch::Rubbish
    );
    // A reader has the times of his own clock.
    let (clock, agreeing) = (
        ServerClock {
            offset_ms: i64::from(spoilt) * 1_000_000 - 128_000_000,
            error_ms: i64::from(spoilt),
        },
        stored.agreeing_clock(),
    );
    let read = stored.clone().at(clock);
    assert_eq!(read.expires_at_ms, clock.earliest_local_ms(expiry_s));
    assert_eq!(
        read.expires_at_ms - read.came_at_ms,
        session.expires_at_ms - session.came_at_ms
    );
    let read = stored.at(agreeing);
    if spoilt <= 250 {
        assert_eq!(read, session);
    } else {
        assert_eq!(read.expires_at_ms, expiry_s * 1000);
    }

    let other = Key::from_text("103".to_owned());
    assert_eq!(keys.open_session(&other, &sealed), None);
    let other = Keys::new([(id, b"another".as_slice())]);
    assert_eq!(other.open_session(&key, &sealed), None);
    let mut changed = sealed.into_bytes();
    let place = usize::from(spoilt) * 7 % changed.len();
    changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).expect("ASCII");
    assert_eq!(keys.open_session(&key, &changed), None);
}
