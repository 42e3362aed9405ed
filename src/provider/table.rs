//! A small hash index that finds the place of a value in a list by its hash. Every operation takes constant time on average,
//! even for chosen keys.

use crate::work;

/// The secret of a hash, so that nobody can choose keys that collide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seed(pub [u8; 16]);

impl Seed {
    /// The hash of a text under this seed.
    pub fn hash(self, text: &str) -> u32 {
        let (halves, _) = self.0.as_chunks::<8>();
        let mut halves = halves.iter().copied().map(u64::from_le_bytes);
        let mut half = || halves.next().unwrap_or(0);
        // The constants keep a zero seed, as in tests, from making every hash zero.
        let mut state = half() ^ 0x9e37_79b9_7f4a_7c15;
        let key = half() ^ 0xd1b5_4a32_d192_ed02;
        // Every eight bytes are multiplied by a number that nobody knows, from a state that nobody
        // knows, and both halves of the product go on. The length tells texts apart that begin or
        // end in zeros.
        let mut mix = |word: u64| {
            let product = u128::from(state ^ word) * u128::from(key | 1);
            #[expect(clippy::cast_possible_truncation, reason = "both halves are wanted")]
            let (low, high) = (product as u64, (product >> 64) as u64);
            state = low ^ high;
        };
        let (words, rest) = text.as_bytes().as_chunks::<8>();
        for word in words {
            mix(u64::from_le_bytes(*word));
        }
        mix(rest
            .iter()
            .fold(0, |word, byte| word << 8 | u64::from(*byte)));
        mix(text.len() as u64);
        // Half of it is enough.
        (state >> 32) as u32
    }
}

/// A place in a list.
pub type Place = u32;

/// No place: in a free cell, and at the ends of a chain.
pub const NOWHERE: Place = Place::MAX;

/// Places by hash, with open addressing. At most half of the cells are used.
#[derive(Debug, Default)]
pub struct Index {
    /// Zero or a power of two.
    cells: Vec<Cell>,
    used: usize,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    hash: u32,
    place: Place,
}

const FREE: Cell = Cell {
    hash: 0,
    place: NOWHERE,
};

impl Index {
    /// Returns the first place with this hash that matches.
    pub fn find(&self, hash: u32, fits: impl Fn(Place) -> bool) -> Option<Place> {
        let mut at = self.home(hash);
        loop {
            let cell = self.cell(at);
            if cell.place == NOWHERE {
                return None;
            }
            if cell.hash == hash && fits(cell.place) {
                return Some(cell.place);
            }
            at = self.after(at);
        }
    }

    /// Adds a place.
    pub fn insert(&mut self, hash: u32, place: Place) {
        if self.cells.len() < self.used.saturating_add(1).saturating_mul(2) {
            self.grow();
        }
        self.used = self.used.saturating_add(1);
        self.put(Cell { hash, place });
    }

    /// Removes a place that was added with this hash.
    pub fn remove(&mut self, hash: u32, place: Place) {
        let mut at = self.home(hash);
        while self.cell(at).place != place {
            if self.cell(at).place == NOWHERE {
                return;
            }
            at = self.after(at);
        }
        self.used = self.used.saturating_sub(1);
        // The next cells move up, so that searches don't end at the gap.
        let mut gap = at;
        loop {
            at = self.after(at);
            let cell = self.cell(at);
            if cell.place == NOWHERE {
                break;
            }
            let distance = |from: usize| at.wrapping_sub(from) & self.mask();
            if distance(self.home(cell.hash)) >= distance(gap) {
                self.set(gap, cell);
                gap = at;
            }
        }
        self.set(gap, FREE);
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    fn mask(&self) -> usize {
        self.cells.len().saturating_sub(1)
    }

    /// Where a search begins. Consecutive hashes, such as numbers, are spread, because a removal visits all adjacent cells.
    fn home(&self, hash: u32) -> usize {
        let spread = hash.wrapping_mul(0x9E37_79B1);
        let scaled = u64::from(spread).wrapping_mul(self.cells.len() as u64) >> 32;
        usize::try_from(scaled).unwrap_or(0)
    }

    fn after(&self, at: usize) -> usize {
        at.wrapping_add(1) & self.mask()
    }

    fn cell(&self, at: usize) -> Cell {
        work::steps(1);
        self.cells.get(at).copied().unwrap_or(FREE)
    }

    fn set(&mut self, at: usize, to: Cell) {
        if let Some(cell) = self.cells.get_mut(at) {
            *cell = to;
        }
    }

    fn put(&mut self, cell: Cell) {
        let mut at = self.home(cell.hash);
        while self.cell(at).place != NOWHERE {
            at = self.after(at);
        }
        self.set(at, cell);
    }

    fn grow(&mut self) {
        let more = self.cells.len().saturating_mul(2).max(16);
        let old = core::mem::replace(&mut self.cells, vec![FREE; more]);
        for cell in old {
            if cell.place != NOWHERE {
                self.put(cell);
            }
        }
    }
}

/// Values in reusable places.
#[derive(Debug)]
pub struct Slab<T> {
    values: Vec<Option<T>>,
    free: Vec<Place>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> Slab<T> {
    /// The value in a place.
    pub fn get(&self, place: Place) -> Option<&T> {
        self.values.get(place as usize)?.as_ref()
    }

    /// The same, mutable.
    pub fn get_mut(&mut self, place: Place) -> Option<&mut T> {
        self.values.get_mut(place as usize)?.as_mut()
    }

    /// Puts a value into a free place.
    pub fn insert(&mut self, value: T) -> Place {
        if let Some(place) = self.free.pop()
            && let Some(slot) = self.values.get_mut(place as usize)
        {
            *slot = Some(value);
            return place;
        }
        self.values.push(Some(value));
        Place::try_from(self.values.len().saturating_sub(1)).unwrap_or(NOWHERE)
    }

    /// Removes the value from a place.
    pub fn remove(&mut self, place: Place) -> Option<T> {
        let value = self.values.get_mut(place as usize)?.take()?;
        self.free.push(place);
        Some(value)
    }

    /// Changes every value.
    pub fn for_each(&mut self, change: impl FnMut(&mut T)) {
        self.values.iter_mut().flatten().for_each(change);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_inserted_is_found_until_it_is_removed(
            changes in prop::collection::vec((0_u32..40, any::<bool>()), 1..200),
            spread in prop_oneof![Just(1_u32), Just(16), Just(u32::MAX / 7)],
        ) {
            // Few hashes, so that many collide.
            let hash = |place: Place| (place % 5).wrapping_mul(spread);
            let (mut index, mut model) = (Index::default(), BTreeSet::new());
            for (place, is_there) in changes {
                if !is_there {
                    index.remove(hash(place), place);
                    model.remove(&place);
                } else if model.insert(place) {
                    index.insert(hash(place), place);
                }
                for place in 0..40 {
                    let found = index.find(hash(place), |it| it == place);
                    prop_assert_eq!(found, model.contains(&place).then_some(place));
                }
            }
        }
    }

    #[test]
    fn texts_that_differ_little_have_hashes_that_differ() {
        for seed in [Seed([0; 16]), Seed([0xff; 16]), Seed(*b"any secret there")] {
            let numbered = |ahead: &str, behind: &str| {
                let hashes = (0..20_000).map(|it| seed.hash(&format!("{ahead}{it}{behind}")));
                hashes.collect::<BTreeSet<_>>().len()
            };
            for (ahead, behind) in [
                ("", ""),
                ("the same eight, and ", ""),
                ("", " and the same"),
            ] {
                assert!(
                    numbered(ahead, behind) >= 19_990,
                    "{seed:?} {ahead}{behind}"
                );
            }
            let zeros = (0..20).map(|it| seed.hash(&"\0".repeat(it)));
            assert_eq!(zeros.collect::<BTreeSet<_>>().len(), 20);
        }
    }

    #[test]
    fn the_same_text_has_another_hash_under_another_seed() {
        let hash = |seed: u8| Seed([seed; 16]).hash("ada");
        assert_eq!(hash(1), hash(1));
        assert_ne!(hash(1), hash(2));
    }
}
