//! Any text as a KS, which nobody signed.

#![no_main]

use kaltura_app_token::ks::{Decoded, Version, inspect, partner_of};
use kaltura_app_token::secret::Secret;
use kaltura_app_token_fuzz::bounded;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| bounded(text.len(), || inspected(text)));

fn inspected(text: &str) {
    let _ = partner_of(text);
    let bare = inspect(text, &[]);
    let checked = inspect(
        text,
        &[Secret::new("a secret that signed nothing".to_owned())],
    );
    assert_eq!(bare.is_ok(), checked.is_ok());
    let (Ok(bare), Ok(checked)) = (bare, checked) else {
        return;
    };
    assert_eq!(bare.verified, None);
    assert_eq!(checked.verified, Some(false));
    assert_eq!(bare.partner_id, checked.partner_id);
    let is_readable = bare.version == Version::V1;
    let decoded = Decoded::new(text);
    let read = decoded.as_ref().and_then(Decoded::readable);
    assert_eq!(read.is_some(), is_readable);
    if let (Some(read), Some(session)) = (read, &bare.session) {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(
            text(read.user_id),
            session.user_id.as_deref().unwrap_or_default()
        );
        assert_eq!(
            text(read.session_type),
            session.session_type.text().unwrap_or_default()
        );
        assert_eq!(text(read.expiry), session.expiry.text().unwrap_or_default());
        assert_eq!(text(read.privileges), session.privileges);
    }
    assert_eq!(bare.session.is_some(), is_readable);
    assert_eq!(checked.session.is_some(), is_readable);
}
