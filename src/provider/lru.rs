//! An LRU cache, bounded by number and by bytes.

use super::Key;
use super::table::{Index, NOWHERE, Place, Seed, Slab};
use crate::work;

/// The limits of a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The most values; at least one is kept.
    pub entries: usize,
    /// The most bytes, including keys. A single value may take more.
    pub bytes: usize,
}

/// Identifies a value while it is in the cache. A safe integer in JavaScript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(u64);

/// The bits of a place, for a few more places than entries.
const PLACE_BITS: u32 = 21;
const SERIAL_BITS: u32 = 32;

impl Ticket {
    /// The ticket as a number.
    #[expect(clippy::cast_precision_loss, reason = "53 bits at most")]
    pub fn number(self) -> f64 {
        self.0 as f64
    }

    /// The ticket of a number from [`number`](Self::number); other numbers identify nothing.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "what is no ticket names nothing"
    )]
    pub fn from_number(number: f64) -> Self {
        Self(number as u64)
    }

    fn new(place: Place, serial: u32) -> Self {
        Self(u64::from(serial) << PLACE_BITS | u64::from(place))
    }

    fn place(self) -> Place {
        let mask = (1_u64 << PLACE_BITS) - 1;
        Place::try_from(self.0 & mask).unwrap_or(NOWHERE)
    }
}

const _: () = assert!(PLACE_BITS + SERIAL_BITS <= 53, "a safe integer");

/// Values by key, and by a second hash of the value. Each operation takes constant time.
#[derive(Debug)]
pub struct Lru<V> {
    slots: Slab<Slot<V>>,
    by_key: Index,
    by_tag: Index,
    bounds: Bounds,
    entries: usize,
    bytes: usize,
    /// The ends of the chain in order of use.
    newest: Place,
    oldest: Place,
    serial: u32,
}

#[derive(Debug)]
struct Slot<V> {
    key: Key,
    hash: u32,
    value: V,
    cost: Cost,
    serial: u32,
    newer: Place,
    older: Place,
}

/// The size of a value, and its second hash.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Its size in bytes, without the key.
    pub bytes: usize,
    /// Its second hash.
    pub tag: Option<u32>,
}

/// The approximate size of a value without its texts.
const OVERHEAD: usize = 256;

impl<V> Lru<V> {
    /// An empty cache.
    pub fn new(bounds: Bounds) -> Self {
        Self {
            slots: Slab::default(),
            by_key: Index::default(),
            by_tag: Index::default(),
            bounds,
            entries: 0,
            bytes: 0,
            newest: NOWHERE,
            oldest: NOWHERE,
            serial: 0,
        }
    }

    fn place(&self, key: &Key, seed: Seed) -> Option<Place> {
        let is_it = |place| self.slots.get(place).is_some_and(|it| it.key == *key);
        self.by_key.find(seed.hash(key.as_str()), is_it)
    }

    /// Returns the value of a key, and counts a use.
    pub fn get(&mut self, key: &Key, seed: Seed) -> Option<&mut V> {
        let place = self.place(key, seed)?;
        self.make_newest(place);
        self.slots.get_mut(place).map(|slot| &mut slot.value)
    }

    /// Returns the value of a key, without counting a use.
    pub fn peek(&self, key: &Key, seed: Seed) -> Option<&V> {
        let place = self.place(key, seed)?;
        self.slots.get(place).map(|slot| &slot.value)
    }

    /// The ticket of a key's value.
    pub fn ticket(&self, key: &Key, seed: Seed) -> Option<Ticket> {
        let place = self.place(key, seed)?;
        let slot = self.slots.get(place)?;
        Some(Ticket::new(place, slot.serial))
    }

    /// Counts a use of the value with this ticket, if it is still there.
    pub fn touch(&mut self, ticket: Ticket) {
        let place = ticket.place();
        let slot = self.slots.get(place);
        if slot.is_some_and(|it| Ticket::new(place, it.serial) == ticket) {
            self.make_newest(place);
        }
    }

    /// Stores a value in place of the key's old one, and evicts the least recently used values to make room.
    pub fn insert(&mut self, key: &Key, value: V, cost: Cost, seed: Seed) {
        self.remove(key, seed);
        let hash = seed.hash(key.as_str());
        self.serial = self.serial.wrapping_add(1);
        let bytes = cost
            .bytes
            .saturating_add(key.as_str().len())
            .saturating_add(OVERHEAD);
        let cost = Cost { bytes, ..cost };
        let place = self.slots.insert(Slot {
            key: key.clone(),
            hash,
            value,
            cost,
            serial: self.serial,
            newer: NOWHERE,
            older: NOWHERE,
        });
        self.by_key.insert(hash, place);
        if let Some(tag) = cost.tag {
            self.by_tag.insert(tag, place);
        }
        self.entries = self.entries.saturating_add(1);
        self.bytes = self.bytes.saturating_add(bytes);
        self.link(place);
        while self.entries > 1
            && (self.entries > self.bounds.entries || self.bytes > self.bounds.bytes)
        {
            self.remove_at(self.oldest);
        }
    }

    /// Removes a key's value.
    pub fn remove(&mut self, key: &Key, seed: Seed) -> Option<V> {
        let place = self.place(key, seed)?;
        self.remove_at(place).map(|slot| slot.value)
    }

    /// Returns the key of the first value with this tag that matches.
    pub fn find(&self, tag: u32, fits: impl Fn(&V) -> bool) -> Option<Key> {
        let is_it = |place| self.slots.get(place).is_some_and(|it| fits(&it.value));
        let place = self.by_tag.find(tag, is_it)?;
        self.slots.get(place).map(|slot| slot.key.clone())
    }

    /// Removes all values that match, and returns their keys.
    pub fn remove_all(&mut self, fits: impl Fn(&V) -> bool) -> Vec<Key> {
        let mut removed = Vec::new();
        let mut place = self.oldest;
        while let Some(slot) = self.slots.get(place) {
            work::steps(1);
            let (next, is_it) = (slot.newer, fits(&slot.value));
            if is_it {
                removed.extend(self.remove_at(place).map(|slot| slot.key));
            }
            place = next;
        }
        removed
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        let serial = self.serial;
        *self = Self {
            serial,
            ..Self::new(self.bounds)
        };
    }

    fn remove_at(&mut self, place: Place) -> Option<Slot<V>> {
        work::steps(1);
        self.unlink(place);
        let slot = self.slots.remove(place)?;
        self.by_key.remove(slot.hash, place);
        if let Some(tag) = slot.cost.tag {
            self.by_tag.remove(tag, place);
        }
        self.entries = self.entries.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(slot.cost.bytes);
        Some(slot)
    }

    fn make_newest(&mut self, place: Place) {
        if self.newest != place {
            self.unlink(place);
            self.link(place);
        }
    }

    /// Inserts a place at the front of the chain.
    fn link(&mut self, place: Place) {
        let older = core::mem::replace(&mut self.newest, place);
        if let Some(slot) = self.slots.get_mut(place) {
            slot.newer = NOWHERE;
            slot.older = older;
        }
        match self.slots.get_mut(older) {
            Some(slot) => slot.newer = place,
            None => self.oldest = place,
        }
    }

    /// Removes a place from the chain.
    fn unlink(&mut self, place: Place) {
        let Some((newer, older)) = self.slots.get(place).map(|it| (it.newer, it.older)) else {
            return;
        };
        match self.slots.get_mut(newer) {
            Some(slot) => slot.older = older,
            None => self.newest = older,
        }
        match self.slots.get_mut(older) {
            Some(slot) => slot.newer = newer,
            None => self.oldest = newer,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::work::assert_linear;

    const SEED: Seed = Seed([7; 16]);

    fn key(number: usize) -> Key {
        Key::from_text(format!("user {number}"))
    }

    fn cache(entries: usize, bytes: usize) -> Lru<usize> {
        Lru::new(Bounds { entries, bytes })
    }

    fn put(cache: &mut Lru<usize>, number: usize, bytes: usize) {
        let tag = u32::try_from(number % 7).ok();
        cache.insert(&key(number), number, Cost { bytes, tag }, SEED);
    }

    fn has(cache: &Lru<usize>, number: usize) -> bool {
        cache.peek(&key(number), SEED).is_some()
    }

    #[test]
    fn a_ticket_counts_as_a_use_of_its_own_value_alone() {
        let mut cache = cache(2, usize::MAX);
        put(&mut cache, 1, 0);
        let first = cache.ticket(&key(1), SEED).unwrap();
        let first = Ticket::from_number(first.number());
        put(&mut cache, 2, 0);
        cache.touch(first);
        put(&mut cache, 3, 0);
        assert_eq!([1, 2, 3].map(|it| has(&cache, it)), [true, false, true]);
        // Another value has its place by now.
        cache.remove(&key(1), SEED);
        put(&mut cache, 4, 0);
        cache.touch(first);
        put(&mut cache, 5, 0);
        put(&mut cache, 6, 0);
        assert_eq!(
            [3, 4, 5, 6].map(|it| has(&cache, it)),
            [false, false, true, true]
        );
    }

    #[test]
    fn values_may_fill_all_the_room_there_is() {
        let mut empty = cache(1000, usize::MAX);
        put(&mut empty, 1, 100);
        put(&mut empty, 2, 100);
        let room = empty.bytes;
        for (bytes, expected) in [(room, [true, true]), (room - 1, [false, true])] {
            let mut cache = cache(1000, bytes);
            put(&mut cache, 1, 100);
            put(&mut cache, 2, 100);
            assert_eq!([1, 2].map(|it| has(&cache, it)), expected);
        }
    }

    #[test]
    fn large_values_leave_room_for_few() {
        let mut cache = cache(1000, 100_000);
        for number in 0..50 {
            put(&mut cache, number, 11_000);
        }
        let left = (0..50).filter(|it| has(&cache, *it)).count();
        assert_eq!(left, 8);
        put(&mut cache, 50, 1_000_000);
        assert!(has(&cache, 50), "it was asked for last");
        assert!(!has(&cache, 49));
        put(&mut cache, 51, 0);
        assert!(has(&cache, 51) && !has(&cache, 50));
    }

    #[test]
    fn the_work_of_a_change_does_not_grow_with_the_number_of_values() {
        assert_linear("a full cache", |factor| {
            let count = 500 * factor;
            let mut cache = cache(count, usize::MAX);
            (0..count).for_each(|number| {
                let tag = u32::try_from(number).ok();
                cache.insert(&key(number), number, Cost { bytes: 0, tag }, SEED);
            });
            move || {
                for number in count..2 * count {
                    let tag = u32::try_from(number).ok();
                    cache.insert(&key(number), number, Cost { bytes: 0, tag }, SEED);
                    cache.get(&key(number - 1), SEED);
                }
                for number in count..2 * count {
                    let tag = u32::try_from(number).unwrap();
                    let found = cache.find(tag, |it| *it == number).unwrap();
                    assert!(cache.remove(&found, SEED).is_some());
                }
            }
        });
    }

    proptest! {
        #[test]
        fn it_holds_what_was_used_last(
            entries in 1_usize..8,
            calls in prop::collection::vec((0_u8..5, 0_usize..12), 1..200),
        ) {
            let mut cache = cache(entries, usize::MAX);
            // In the order of use, the oldest first.
            let mut model: Vec<usize> = Vec::new();
            for (what, number) in calls {
                let known = model.iter().position(|it| *it == number);
                prop_assert_eq!(has(&cache, number), known.is_some());
                let used = known.map(|at| model.remove(at));
                match what {
                    0 | 1 => {
                        put(&mut cache, number, 0);
                        model.push(number);
                        if model.len() > entries {
                            model.remove(0);
                        }
                    }
                    2 => {
                        prop_assert_eq!(cache.get(&key(number), SEED).copied(), used);
                        model.extend(used);
                    }
                    3 => {
                        if let Some(ticket) = cache.ticket(&key(number), SEED) {
                            cache.touch(ticket);
                        }
                        model.extend(used);
                    }
                    _ => {
                        let tag = u32::try_from(number % 7).unwrap();
                        let found = cache.find(tag, |it| *it == number);
                        prop_assert_eq!(&found, &used.map(key));
                        if let Some(found) = found {
                            prop_assert_eq!(cache.remove(&found, SEED), used);
                        }
                    }
                }
            }
            prop_assert_eq!(cache.entries, model.len());
        }
    }
}
