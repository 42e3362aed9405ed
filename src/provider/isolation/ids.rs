//! Session ids that are derived from a secret.

use subtle::ConstantTimeEq;

use crate::decimal::{self, decimal};
use crate::derive::Deriver;
use crate::provider::Key;
use crate::secret::wipe_stack;

/// The key from which session ids are derived.
#[derive(Debug)]
pub(super) struct IdKey(Deriver);

impl IdKey {
    pub(super) fn new(secret: &[u8]) -> Self {
        let by = Deriver::new(b"kaltura-app-token isolate 1", secret);
        wipe_stack();
        Self(by)
    }

    /// Derives 16 bytes as hex digits. No purpose may be a prefix of another.
    pub(super) fn derive(&self, purpose: &str, generation: i64, scope: &Key) -> String {
        let number = decimal(generation);
        let info = [purpose, &number, " ", scope.as_str()].map(str::as_bytes);
        let bytes = self.0.bytes::<16>(&info);
        wipe_stack();
        hex::encode(*bytes)
    }

    /// The `sessionid` of a generation. An app token's own id never looks like this.
    pub(super) fn session_id(&self, scope: &Key, generation: i64) -> String {
        ["kat-", &self.derive("id ", generation, scope)].concat()
    }

    /// The name of the generation in a store. It reveals no user.
    pub(super) fn name(&self, scope: &Key) -> String {
        [
            "kaltura-session:",
            &self.derive("name ", 0, scope),
            ":ended",
        ]
        .concat()
    }

    /// The generation as authenticated text.
    pub(super) fn write(&self, scope: &Key, generation: i64) -> String {
        let proof = self.derive("proof ", generation, scope);
        [&*decimal(generation), ".", &proof].concat()
    }

    pub(super) fn read(&self, scope: &Key, text: &str) -> Option<i64> {
        let (number, _) = text.split_once('.')?;
        let generation = decimal::parse(number)?;
        let expected = self.write(scope, generation);
        bool::from(expected.as_bytes().ct_eq(text.as_bytes())).then_some(generation)
    }
}
