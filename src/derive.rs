//! Derives bytes from a secret with HKDF-SHA256.

use core::fmt;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// A key to derive bytes from. It is on the heap, which is wiped, because a value on the stack leaves copies.
/// Callers wipe the stack afterwards.
pub struct Deriver(Box<Hkdf<Sha256>>);

impl fmt::Debug for Deriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Deriver(…)")
    }
}

impl Deriver {
    /// Two uses of a secret must not share a `salt`.
    #[inline(never)]
    pub fn new(salt: &[u8], secret: &[u8]) -> Self {
        Self(Box::new(Hkdf::new(Some(salt), secret)))
    }

    /// Derives the bytes for the concatenated parts of `info`. No purpose may be a prefix of another.
    pub fn bytes<const N: usize>(&self, info: &[&[u8]]) -> Zeroizing<[u8; N]> {
        // HKDF's maximum, so that nothing can fail.
        const { assert!(N <= 255 * 32) }
        let mut bytes = Zeroizing::new([0; N]);
        self.fill(info, &mut *bytes);
        bytes
    }

    #[inline(never)]
    fn fill(&self, info: &[&[u8]], bytes: &mut [u8]) {
        let _ = self.0.expand_multi_info(info, bytes);
    }
}
