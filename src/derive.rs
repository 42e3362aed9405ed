//! Bytes that are derived from a secret: by HKDF-SHA256, in one place.

use core::fmt;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// What bytes are derived from. On the heap, which is wiped: a value on the stack leaves a copy
/// wherever it has been. Whoever calls this wipes the stack afterwards.
pub struct Deriver(Box<Hkdf<Sha256>>);

impl fmt::Debug for Deriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Deriver(…)")
    }
}

impl Deriver {
    /// No two uses of a secret share a `salt`.
    #[inline(never)]
    pub fn new(salt: &[u8], secret: &[u8]) -> Self {
        Self(Box::new(Hkdf::new(Some(salt), secret)))
    }

    /// The bytes for the parts of `info`, put together. No two purposes may begin alike.
    pub fn bytes<const N: usize>(&self, info: &[&[u8]]) -> Zeroizing<[u8; N]> {
        // HKDF gives no more than that, so that nothing can fail.
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
