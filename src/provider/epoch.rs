//! The epoch of a fleet's store. Clearing a provider, and a revoked token, begin a new one: sessions of older epochs
//! are dead for every process that knows the new one.
//!
//! An epoch's number is the local time when it began, or one more than the last number, if that is larger. The store
//! keeps it sealed beside the sessions, and each session carries the epoch in which it was started. A store without a
//! number has epoch 0.

use super::keys::{KeyPurpose, Keys, NONCE, is_of_another_version};
use super::{Key, Moment};
use crate::decimal::{self, decimal};

const EPOCH: KeyPurpose = "epoch";
/// An eventually consistent store may return an old number for a while.
const WRITE_EVERY_MS: i64 = 10_000;

/// A provider's knowledge of the epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Epoch {
    number: i64,
    /// Whether it began here and was never stored.
    is_new: bool,
    /// When it was last stored, on the steady clock.
    written_ms: Option<i64>,
}

impl Epoch {
    /// The latest known epoch.
    pub fn number(&self) -> i64 {
        self.number
    }

    /// Whether an epoch that began here was never stored.
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// Begins a new epoch.
    pub fn begin(&mut self, now: Moment) {
        self.number = self.number.saturating_add(1).max(now.wall_ms);
        self.is_new = true;
    }

    /// Learns an epoch that another process has begun.
    pub fn see(&mut self, number: i64) {
        self.number = self.number.max(number);
    }

    /// Learns the store's epoch. Returns whether to store the known one: it began here, or the store has lost it or has an
    /// older one.
    pub fn compare(&mut self, stored: StoredEpoch, now: Moment) -> bool {
        match stored {
            // Values older than this process's new epoch may belong to the store's epoch.
            StoredEpoch::Number(number) if self.is_new => self.see(number.saturating_add(1)),
            StoredEpoch::Number(number) => self.see(number),
            StoredEpoch::Rubbish => self.begin(now),
        }
        let is_behind = stored != StoredEpoch::Number(self.number);
        let is_due = self
            .written_ms
            .is_none_or(|at| now.steady_ms.saturating_sub(at) >= WRITE_EVERY_MS);
        let write = self.is_new || (is_behind && is_due);
        if write {
            self.is_new = false;
            self.written_ms = Some(now.steady_ms);
        }
        write
    }
}

/// A store's value of the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredEpoch {
    /// Its number; 0 if there is none.
    Number(i64),
    /// A value that nobody with one of the keys has written: nothing stored before may be believed.
    Rubbish,
}

impl Keys {
    /// The names under which the epoch may be stored. `issuer` is the key of an empty request.
    pub fn epoch_names(&self, issuer: &Key) -> Vec<String> {
        self.names(EPOCH, issuer)
    }

    /// Seals the number of an epoch.
    pub fn seal_epoch(&self, issuer: &Key, number: i64, nonce: [u8; NONCE]) -> Option<String> {
        self.seal(EPOCH, issuer, decimal(number), nonce)
    }

    /// Reads the texts that are stored under the names of the epoch.
    pub fn open_epochs(
        &self,
        issuer: &Key,
        texts: impl IntoIterator<Item: AsRef<str>>,
    ) -> StoredEpoch {
        let mut latest = 0;
        for text in texts {
            let text = text.as_ref();
            // The same as a missing value, which a writer could achieve too.
            if is_of_another_version(text) {
                continue;
            }
            let number = self.open(EPOCH, issuer, text);
            match number.and_then(|it| decimal::parse(&it)) {
                Some(number) => latest = latest.max(number),
                None => return StoredEpoch::Rubbish,
            }
        }
        StoredEpoch::Number(latest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment {
        wall_ms: 1_795_500_000_000,
        steady_ms: 1_000_000,
    };

    fn later(ms: i64) -> Moment {
        NOW.plus(ms)
    }

    fn issuer() -> Key {
        Key::from_text("102".to_owned())
    }

    #[test]
    fn a_store_without_an_epoch_is_left_alone() {
        let mut epoch = Epoch::default();
        assert!(!epoch.compare(StoredEpoch::Number(0), NOW));
        assert_eq!(epoch.number(), 0);
    }

    #[test]
    fn a_new_epoch_is_written_once_and_later_than_what_is_there() {
        for stored in [0, 7, NOW.wall_ms, NOW.wall_ms + 5000, i64::MAX] {
            let mut epoch = Epoch::default();
            epoch.begin(NOW);
            assert!(epoch.compare(StoredEpoch::Number(stored), NOW));
            assert!(epoch.number() > stored || stored == i64::MAX, "{stored}");
            let written = StoredEpoch::Number(epoch.number());
            assert!(!epoch.compare(written, later(60_000)));
        }
    }

    #[test]
    fn epochs_that_begin_in_the_same_millisecond_are_not_the_same() {
        let mut epoch = Epoch::default();
        epoch.begin(NOW);
        let first = epoch.number();
        epoch.begin(NOW);
        assert!(epoch.number() > first);
        // Nor after the clock was set back.
        epoch.begin(Moment { wall_ms: 0, ..NOW });
        assert_eq!(epoch.number(), first + 2);
    }

    #[test]
    fn another_process_learns_of_it_and_forgets_it_for_no_older_one() {
        let mut epoch = Epoch::default();
        assert!(!epoch.compare(StoredEpoch::Number(9), NOW));
        assert_eq!(epoch.number(), 9);
        // Who knows better says so, and not all the time.
        assert!(epoch.compare(StoredEpoch::Number(4), NOW));
        assert_eq!(epoch.number(), 9);
        assert!(!epoch.compare(StoredEpoch::Number(4), later(WRITE_EVERY_MS - 1)));
        assert!(epoch.compare(StoredEpoch::Number(0), later(WRITE_EVERY_MS)));
        assert_eq!(epoch.number(), 9);
    }

    #[test]
    fn rubbish_in_its_place_begins_a_new_one() {
        let mut epoch = Epoch::default();
        epoch.see(9);
        assert!(epoch.compare(StoredEpoch::Rubbish, NOW));
        assert_eq!(epoch.number(), NOW.wall_ms);
    }

    #[test]
    fn only_a_key_of_ones_own_writes_it_and_the_latest_counts() {
        let keys = Keys::of_secret(b"t");
        let seal = |number| keys.seal_epoch(&issuer(), number, [7; NONCE]).unwrap();
        let open = |texts: &[&str]| keys.open_epochs(&issuer(), texts.iter().copied());
        assert_eq!(open(&[]), StoredEpoch::Number(0));
        assert_eq!(open(&[&seal(7)]), StoredEpoch::Number(7));
        assert_eq!(
            open(&[&seal(7), &seal(9), &seal(8)]),
            StoredEpoch::Number(9)
        );
        assert_eq!(open(&[&seal(7), "3..abc"]), StoredEpoch::Rubbish);
        assert_eq!(open(&["9"]), StoredEpoch::Rubbish);
        assert_eq!(open(&["4.a.abc"]), StoredEpoch::Number(0));
        let others = Keys::of_secret(b"u").seal_epoch(&issuer(), 9, [7; NONCE]);
        assert_eq!(open(&[&others.unwrap()]), StoredEpoch::Rubbish);
        let other = Key::from_text("103".to_owned());
        let others = keys.seal_epoch(&other, 9, [7; NONCE]).unwrap();
        assert_eq!(open(&[&others]), StoredEpoch::Rubbish);
        // A session is no epoch.
        let session = crate::provider::tests::session("9", 0);
        let sealed = keys.seal_session(&issuer(), &session, 9, [7; NONCE]);
        assert_eq!(open(&[&sealed.unwrap()]), StoredEpoch::Rubbish);
    }
}
