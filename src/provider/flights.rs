//! The flights: sessions that are being fetched, each by one leader for all followers.

use core::num::NonZeroU64;

use super::Key;
use super::isolation::Errand;
use super::table::{Index, Place, Seed, Slab};
use crate::session::SessionRequest;

/// The id of a flight; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FlightId(NonZeroU64);

impl FlightId {
    /// The id before all others.
    pub const FIRST: Self = Self(NonZeroU64::MIN);

    /// The largest whole number that JavaScript can hold. A million flights a second reach it in
    /// 285 years.
    const LAST: u64 = (1 << 53) - 1;

    /// The id as a number.
    #[expect(clippy::cast_precision_loss, reason = "a safe integer")]
    pub fn number(self) -> f64 {
        self.0.get() as f64
    }

    /// The id of a number from [`number`](Self::number); `None` for 0 and invalid numbers.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates, and is compared with the number"
    )]
    pub fn from_number(number: f64) -> Option<Self> {
        let id = Self(NonZeroU64::new(number as u64)?);
        let is_whole = id.number().to_bits() == number.to_bits();
        (is_whole && id.0.get() <= Self::LAST).then_some(id)
    }

    /// The id after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    #[expect(clippy::cast_possible_truncation, reason = "a hash")]
    fn hash(self) -> u32 {
        // Ids are consecutive, so their last bits serve as a hash.
        self.0.get() as u32
    }
}

/// A session that is being fetched.
#[derive(Debug)]
pub struct Flight {
    /// Its key.
    pub key: Key,
    /// The request.
    pub wish: SessionRequest,
    /// Its purpose.
    pub errand: Errand,
    /// The sessions that it concerns, if not those of its key and request.
    pub scope: Option<Key>,
    id: FlightId,
    key_hash: u32,
    /// Whether it leads: it is the latest for its key.
    is_leading: bool,
}

/// All flights under way, by id, and the leading ones by key.
#[derive(Debug)]
pub struct Flights {
    under_way: Slab<Flight>,
    by_id: Index,
    leading: Index,
    next: FlightId,
}

impl Flights {
    /// None so far.
    pub fn new() -> Self {
        Self {
            under_way: Slab::default(),
            by_id: Index::default(),
            leading: Index::default(),
            next: FlightId::FIRST,
        }
    }

    /// The id of the flight that begins next.
    pub fn upcoming(&self) -> FlightId {
        self.next
    }

    /// A new id.
    pub fn issue(&mut self) -> FlightId {
        let id = self.next;
        self.next = id.next();
        id
    }

    fn place(&self, id: FlightId) -> Option<Place> {
        let is_it = |place| self.under_way.get(place).is_some_and(|it| it.id == id);
        self.by_id.find(id.hash(), is_it)
    }

    fn leading_place(&self, key: &Key, key_hash: u32) -> Option<Place> {
        let is_it = |place| self.under_way.get(place).is_some_and(|it| it.key == *key);
        self.leading.find(key_hash, is_it)
    }

    /// Returns a flight under way.
    pub fn get(&self, id: FlightId) -> Option<&Flight> {
        self.under_way.get(self.place(id)?)
    }

    /// Returns the leading flight of a key.
    pub fn leader(&self, key: &Key, seed: Seed) -> Option<FlightId> {
        let place = self.leading_place(key, seed.hash(key.as_str()))?;
        self.under_way.get(place).map(|it| it.id)
    }

    /// Begins a flight, which leads for its key.
    pub fn begin(&mut self, key: &Key, wish: &SessionRequest, seed: Seed) -> FlightId {
        let key_hash = seed.hash(key.as_str());
        if let Some(former) = self.leading_place(key, key_hash) {
            self.stop_leading(former);
        }
        let id = self.issue();
        let place = self.under_way.insert(Flight {
            key: key.clone(),
            wish: wish.clone(),
            errand: Errand::Session,
            scope: None,
            id,
            key_hash,
            is_leading: true,
        });
        self.by_id.insert(id.hash(), place);
        self.leading.insert(key_hash, place);
        id
    }

    /// Changes the purpose of a flight.
    pub fn set_errand(&mut self, id: FlightId, errand: Errand, scope: Key) {
        if let Some(flight) = self.place(id).and_then(|it| self.under_way.get_mut(it)) {
            flight.errand = errand;
            flight.scope = Some(scope);
        }
    }

    /// Ends a flight; returns its data and whether it was leading.
    pub fn end(&mut self, id: FlightId) -> Option<(Flight, bool)> {
        let place = self.place(id)?;
        let was_leading = self.stop_leading(place);
        self.by_id.remove(id.hash(), place);
        self.under_way.remove(place).map(|it| (it, was_leading))
    }

    /// Makes all flights unfollowable.
    pub fn forget_leaders(&mut self) {
        self.leading.clear();
        self.under_way.for_each(|it| it.is_leading = false);
    }

    fn stop_leading(&mut self, place: Place) -> bool {
        let Some(flight) = self.under_way.get_mut(place) else {
            return false;
        };
        let (key_hash, was_leading) = (flight.key_hash, flight.is_leading);
        flight.is_leading = false;
        if was_leading {
            self.leading.remove(key_hash, place);
        }
        was_leading
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::assert_linear;

    const SEED: Seed = Seed([7; 16]);

    #[test]
    fn zero_and_what_is_no_id_name_no_flight() {
        for number in [0.0, -1.0, 0.5, 1.5, f64::NAN, f64::INFINITY, 9.1e15] {
            assert_eq!(FlightId::from_number(number), None, "{number}");
        }
        let id = FlightId::FIRST.next();
        assert_eq!(FlightId::from_number(id.number()), Some(id));
    }

    #[test]
    fn a_flight_leads_until_another_begins_for_its_key() {
        let mut flights = Flights::new();
        let key = Key::from_text("ada".to_owned());
        let first = flights.begin(&key, &SessionRequest::default(), SEED);
        let second = flights.begin(&key, &SessionRequest::default(), SEED);
        assert_eq!(flights.leader(&key, SEED), Some(second));
        assert!(flights.end(first).is_some_and(|(_, led)| !led));
        assert_eq!(flights.leader(&key, SEED), Some(second));
        assert!(flights.end(second).is_some_and(|(_, led)| led));
        assert_eq!(flights.leader(&key, SEED), None);
        assert!(flights.end(second).is_none());
    }

    #[test]
    fn the_work_of_a_flight_does_not_grow_with_the_number_of_flights() {
        assert_linear("flights", |factor| {
            move || {
                let mut flights = Flights::new();
                let keys: Vec<_> = (0..200 * factor)
                    .map(|user| Key::from_text(format!("user {user}")))
                    .collect();
                let begin = |key| flights.begin(key, &SessionRequest::default(), SEED);
                let ids: Vec<_> = keys.iter().map(begin).collect();
                for (key, id) in keys.iter().zip(ids) {
                    assert_eq!(flights.leader(key, SEED), Some(id));
                    assert!(flights.end(id).is_some());
                }
            }
        });
    }
}
