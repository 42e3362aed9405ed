use proptest::prelude::*;

use super::model::World;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn in_any_order_of_events_nobody_is_failed_for_nothing_or_waits_for_ever(
        calls in prop::collection::vec((any::<u8>(), any::<u8>()), 1..250),
    ) {
        World::play(calls.into_iter());
    }
}
