//! Values with an expiry, bounded in number and bytes, so that a long-running emulator doesn't grow.

use std::collections::{BTreeMap, BTreeSet};

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::work::steps;

/// A value with an expiry.
pub(super) trait Remembered {
    /// The most values; those that expire first are evicted first.
    const MOST: usize = 10_000;
    /// The most bytes of values.
    const MOST_BYTES: usize = 32_000_000;

    /// The value's bytes, without its key.
    fn bytes(&self) -> usize {
        0
    }
}

/// Values by key.
#[derive(Clone, Debug)]
pub(super) struct Expiring<V> {
    entries: BTreeMap<String, Expires<V>>,
    /// The keys in order of expiry.
    order: BTreeSet<(i64, String)>,
    bytes: usize,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Expires<V> {
    ends: i64,
    value: V,
    /// Including its key, which is stored twice.
    #[serde(skip)]
    bytes: usize,
}

impl<V> Default for Expiring<V> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            order: BTreeSet::new(),
            bytes: 0,
        }
    }
}

impl<V: Remembered> Expiring<V> {
    /// Returns the value of `key`, if it has not expired.
    pub fn get(&self, key: &str, now: i64) -> Option<&V> {
        let entry = self.entries.get(key)?;
        (entry.ends > now).then_some(&entry.value)
    }

    /// The same, mutable; its size must not change.
    pub fn get_mut(&mut self, key: &str, now: i64) -> Option<&mut V> {
        let entry = self.entries.get_mut(key)?;
        (entry.ends > now).then_some(&mut entry.value)
    }

    /// Stores `value` until `ends`, in place of an earlier one. Removes expired values.
    pub fn put(&mut self, key: String, value: V, ends: i64, now: i64) {
        while self.first_end().is_some_and(|end| end <= now) {
            self.forget_first();
        }
        self.insert(key, value, ends);
    }

    fn insert(&mut self, key: String, value: V, ends: i64) {
        steps(1);
        let bytes = value.bytes().saturating_add(2 * key.len());
        if bytes > V::MOST_BYTES {
            return;
        }
        if let Some(earlier) = self.entries.remove(&key) {
            self.bytes -= earlier.bytes;
            self.order.remove(&(earlier.ends, key.clone()));
        }
        self.bytes += bytes;
        self.order.insert((ends, key.clone()));
        self.entries.insert(key, Expires { ends, value, bytes });
        while self.entries.len() > V::MOST || self.bytes > V::MOST_BYTES {
            self.forget_first();
        }
    }

    fn first_end(&self) -> Option<i64> {
        self.order.first().map(|(ends, _)| *ends)
    }

    fn forget_first(&mut self) {
        steps(1);
        let first = self.order.pop_first();
        if let Some(entry) = first.and_then(|(_, key)| self.entries.remove(&key)) {
            self.bytes -= entry.bytes;
        }
    }
}

impl<V: Serialize> Serialize for Expiring<V> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(self.entries.len()))?;
        for (key, entry) in &self.entries {
            map.serialize_entry(key, entry)?;
        }
        map.end()
    }
}

impl<'de, V: Remembered + Deserialize<'de>> Deserialize<'de> for Expiring<V> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut all = Self::default();
        for (key, Expires { ends, value, .. }) in BTreeMap::<String, Expires<V>>::deserialize(from)?
        {
            all.insert(key, value, ends);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    struct Text(String);

    impl Remembered for Text {
        const MOST: usize = 3;
        const MOST_BYTES: usize = 16;

        fn bytes(&self) -> usize {
            self.0.len()
        }
    }

    fn text(length: usize) -> Text {
        Text("x".repeat(length))
    }

    #[test]
    fn what_ends_first_goes_first_where_there_is_too_much() {
        let mut all = Expiring::default();
        for (key, length, ends) in [("a", 1, 50), ("b", 1, 20), ("c", 1, 30), ("d", 1, 40)] {
            all.put(key.to_owned(), text(length), ends, 0);
        }
        assert!(all.get("b", 0).is_none(), "one too many");
        assert!(all.get("c", 0).is_some());
        all.put("e".to_owned(), text(9), 60, 0);
        assert!(all.get("c", 0).is_none() && all.get("d", 0).is_none());
        assert!(all.get("a", 0).is_some() && all.get("e", 0).is_some());
        all.put("f".to_owned(), text(15), 60, 0);
        assert!(all.get("f", 0).is_none(), "larger than everything may be");
        assert!(all.get("e", 0).is_some());
    }

    #[test]
    fn an_end_is_an_end_and_a_key_has_one_value() {
        let mut all = Expiring::default();
        all.put("a".to_owned(), text(1), 10, 0);
        all.put("a".to_owned(), text(2), 20, 0);
        assert_eq!(all.get("a", 19), Some(&text(2)));
        assert_eq!(all.get("a", 20), None);
        all.put("b".to_owned(), text(1), 30, 20);
        assert_eq!((all.entries.len(), all.order.len(), all.bytes), (1, 1, 3));
    }

    #[test]
    fn what_is_written_down_is_read_again_within_the_same_bounds() {
        let json = r#"{"a":{"ends":1,"value":"x"},"b":{"ends":2,"value":"x"},
                       "c":{"ends":3,"value":"x"},"d":{"ends":4,"value":"x"}}"#;
        let all: Expiring<Text> = serde_json::from_str(json).unwrap();
        assert!(all.get("a", 0).is_none() && all.get("d", 0).is_some());
        let again = serde_json::to_string(&all).unwrap();
        let read: Expiring<Text> = serde_json::from_str(&again).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), again);
    }
}
