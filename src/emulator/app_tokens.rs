//! The table of application tokens.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::app_token::{Status, TokenRecord};
use crate::work::steps;

/// The most application tokens; deleted ones make room.
pub(super) const MOST: usize = 10_000;
/// The most bytes of their texts.
const MOST_BYTES: usize = 32_000_000;

/// Application tokens in the order in which they were added, with unique ids.
#[derive(Clone, Debug, Default)]
pub struct AppTokens {
    tokens: Vec<TokenRecord>,
    /// The position of each, by its id as the database compares it.
    places: BTreeMap<String, usize>,
    bytes: usize,
}

impl AppTokens {
    /// All of them.
    pub fn iter(&self) -> core::slice::Iter<'_, TokenRecord> {
        self.tokens.iter()
    }

    /// Their number, including deleted ones.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether the list is empty.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Adds one if its id is free. Returns whether it was added.
    pub(super) fn push(&mut self, token: TokenRecord) -> bool {
        let is_free = !self.places.contains_key(&compared(&token.id));
        if is_free {
            self.append(token);
        }
        is_free
    }

    fn append(&mut self, token: TokenRecord) {
        let place = self.tokens.len();
        self.places.entry(compared(&token.id)).or_insert(place);
        self.bytes = self.bytes.saturating_add(token.bytes());
        self.tokens.push(token);
    }

    /// The first one with the id of an earlier one.
    pub(super) fn duplicate(&self) -> Option<usize> {
        if self.places.len() == self.tokens.len() {
            return None;
        }
        self.tokens
            .iter()
            .enumerate()
            .position(|(index, token)| self.places.get(&compared(&token.id)) != Some(&index))
    }

    /// Whether there is room for one more. Removes deleted ones to make room.
    pub(super) fn make_room(&mut self) -> bool {
        if self.is_full()
            && self
                .tokens
                .iter()
                .any(|token| token.status == Status::Deleted)
        {
            let tokens = core::mem::take(self).tokens;
            for token in tokens {
                if token.status != Status::Deleted {
                    self.append(token);
                }
            }
        }
        !self.is_full()
    }

    /// Whether there is no room for one more, unless deleted ones make some.
    pub(super) fn is_full(&self) -> bool {
        self.tokens.len() >= MOST || self.bytes >= MOST_BYTES
    }

    /// The token that the database finds for `id`, with any status. Its comparison ignores case and trailing spaces.
    pub(super) fn get(&self, id: &str) -> Option<&TokenRecord> {
        let place = self.places.get(&searched(id))?;
        self.tokens.get(*place)
    }

    /// Changes the one that the database finds for `id`.
    pub(super) fn change<T>(
        &mut self,
        id: &str,
        change: impl FnOnce(&mut TokenRecord) -> T,
    ) -> Option<T> {
        let place = self.places.get(&searched(id))?;
        let token = self.tokens.get_mut(*place)?;
        let before = token.bytes();
        let changed = change(token);
        let bytes = self.bytes.saturating_sub(before);
        self.bytes = bytes.saturating_add(token.bytes());
        Some(changed)
    }

    /// Deletes those of the user `user_id` of a partner.
    pub(super) fn delete_of_user(&mut self, partner_id: i64, user_id: &str, now: i64) {
        for token in &mut self.tokens {
            steps(1);
            let of_user = token.session_user_id.as_deref() == Some(user_id);
            if token.partner_id == partner_id && of_user {
                token.status = Status::Deleted;
                token.updated_at = now;
            }
        }
    }
}

impl<'a> IntoIterator for &'a AppTokens {
    type Item = &'a TokenRecord;
    type IntoIter = core::slice::Iter<'a, TokenRecord>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// An id as the database compares it, where it stands in the table.
pub(super) fn compared(id: &str) -> String {
    steps(id.len());
    id.to_ascii_lowercase()
}

/// An id as the database compares it, where it is searched for.
pub(super) fn searched(id: &str) -> String {
    compared(id.trim_end_matches(' '))
}

impl Serialize for AppTokens {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.tokens.serialize(to)
    }
}

impl<'de> Deserialize<'de> for AppTokens {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut all = Self::default();
        for token in Vec::<TokenRecord>::deserialize(from)? {
            all.append(token);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn token(id: &str) -> TokenRecord {
        TokenRecord::new(id.to_owned(), Secret::new("t".to_owned()), 102, 0)
    }

    #[test]
    fn an_id_is_found_whatever_its_case_and_the_spaces_after_it() {
        let mut all = AppTokens::default();
        assert!(all.push(token("0_Ab")));
        assert!(
            !all.push(token("0_aB")),
            "to the database it is the same id"
        );
        assert!(all.get("0_ab  ").is_some());
        assert!(all.get(" 0_ab").is_none());
        all.change("0_AB", |token| token.status = Status::Disabled);
        assert_eq!(
            all.get("0_ab").map(|token| token.status),
            Some(Status::Disabled)
        );
    }

    #[test]
    fn deleted_ones_make_room_for_new_ones() {
        let mut all = AppTokens::default();
        for index in 0..MOST {
            assert!(all.make_room());
            all.push(token(&index.to_string()));
        }
        assert!(!all.make_room());
        all.change("7", |token| token.status = Status::Deleted);
        assert!(all.make_room());
        assert!(all.get("7").is_none());
        assert_eq!(all.get("8").map(|token| &*token.id), Some("8"));
    }

    #[test]
    fn long_texts_take_more_room() {
        let mut all = AppTokens::default();
        let mut long = token("long");
        long.description = Some("x".repeat(MOST_BYTES));
        all.push(long);
        assert!(!all.make_room());
        all.change("long", |token| token.description = None);
        assert!(all.make_room());
    }
}
