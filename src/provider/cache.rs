//! A map that is bounded: what was used last stays.

/// Sorted by key. Inserting moves a few words for each entry behind it, which is nothing
/// beside the mint that every new entry costs.
#[derive(Debug)]
pub struct Cache<K, V> {
    entries: Vec<Slot<K, V>>,
    most: usize,
    uses: u64,
}

#[derive(Debug)]
struct Slot<K, V> {
    key: K,
    value: Box<V>,
    used: u64,
}

impl<K: Ord + Clone, V: Default> Cache<K, V> {
    /// One that holds at most `most` entries, and at least one.
    pub fn new(most: usize) -> Self {
        Self {
            entries: Vec::new(),
            most: most.max(1),
            uses: 0,
        }
    }

    fn place(&self, key: &K) -> Result<usize, usize> {
        self.entries.binary_search_by(|slot| slot.key.cmp(key))
    }

    /// What is there, which counts as a use.
    pub fn get(&mut self, key: &K) -> Option<&mut V> {
        let place = self.place(key).ok()?;
        self.uses = self.uses.saturating_add(1);
        let slot = self.entries.get_mut(place)?;
        slot.used = self.uses;
        Some(&mut slot.value)
    }

    /// What is there, which counts as none.
    pub fn peek(&self, key: &K) -> Option<&V> {
        let place = self.place(key).ok()?;
        self.entries.get(place).map(|slot| &*slot.value)
    }

    /// Changes what is there, or what is put there for it.
    pub fn change<T>(&mut self, key: &K, change: impl FnOnce(&mut V) -> T) -> T {
        if let Some(value) = self.get(key) {
            return change(value);
        }
        let mut value = V::default();
        let changed = change(&mut value);
        if self.entries.len() >= self.most {
            self.drop_oldest();
        }
        self.uses = self.uses.saturating_add(1);
        if let Err(place) = self.place(key) {
            let slot = Slot {
                key: key.clone(),
                value: Box::new(value),
                used: self.uses,
            };
            self.entries.insert(place, slot);
        }
        changed
    }

    fn drop_oldest(&mut self) {
        let slots = self.entries.iter().enumerate();
        if let Some((place, _)) = slots.min_by_key(|(_, slot)| slot.used) {
            self.entries.remove(place);
        }
    }

    /// The key of the first value that fits.
    pub fn find(&self, fits: impl Fn(&V) -> bool) -> Option<K> {
        let found = self.entries.iter().find(|slot| fits(&slot.value))?;
        Some(found.key.clone())
    }

    /// The keys of all values.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.entries.iter().map(|slot| &slot.key)
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.entries.clear();
    }
}
