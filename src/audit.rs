//! Fingerprints of users and sessions, for events. They show whether two are the same, and reveal nothing
//! else without their key.

use crate::derive::Deriver;
use crate::secret::wipe_stack;
use crate::work;

/// The kinds of fingerprinted things; equal texts of different kinds have different fingerprints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A user's id.
    User,
    /// A KS.
    Ks,
}

/// Returns 16 hex digits, the same for the same text and key.
pub fn fingerprint(key: &[u8], subject: Subject, text: &str) -> String {
    work::steps(text.len());
    let name: &[u8] = match subject {
        Subject::User => b"user ",
        Subject::Ks => b"ks ",
    };
    let by = Deriver::new(b"kaltura-app-token audit 1", key);
    let bytes = by.bytes::<8>(&[name, text.as_bytes()]);
    wipe_stack();
    hex::encode(*bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_tells_the_same_from_another_and_shows_nothing() {
        let print = |key: &[u8], text| fingerprint(key, Subject::User, text);
        assert_eq!(print(b"key", "ada"), print(b"key", "ada"));
        assert_ne!(print(b"key", "ada"), print(b"key", "bob"));
        assert_ne!(print(b"key", "ada"), print(b"another", "ada"));
        assert_ne!(
            print(b"key", "ada"),
            fingerprint(b"key", Subject::Ks, "ada")
        );
        assert_eq!(print(b"key", "").len(), 16);
    }

    #[test]
    fn fingerprints_are_the_same_in_every_release() {
        let print = |subject| fingerprint(&[7; 32], subject, "ada");
        assert_eq!(print(Subject::User), "64201474c8c982be");
        assert_eq!(print(Subject::Ks), "66658cbc3158eb33");
    }

    #[test]
    fn work_grows_with_the_text_and_no_faster() {
        work::assert_linear("fingerprint", |factor| {
            let text = "k".repeat(1000 * factor);
            move || {
                fingerprint(b"key", Subject::Ks, &text);
            }
        });
    }
}
