//! Counts work in tests and fuzzers, so that growth is measured in steps, not in time.
//!
//! Loops over foreign input call [`steps`] with the bytes read, comparisons made and bytes written. Other builds count nothing
//! and pay nothing.

#[cfg(any(test, fuzzing))]
mod counted {
    use core::cell::Cell;

    std::thread_local! {
        static STEPS: Cell<u64> = const { Cell::new(0) };
    }

    /// Counts `count` steps.
    pub fn steps(count: usize) {
        STEPS.with(|it| it.set(it.get().saturating_add(count as u64)));
    }

    /// Returns the steps that `work` takes on this thread.
    pub fn count(work: impl FnOnce()) -> u64 {
        let before = STEPS.with(Cell::get);
        work();
        STEPS.with(Cell::get).saturating_sub(before)
    }
}

#[cfg(any(test, fuzzing))]
pub use counted::{count, steps};

/// Counts nothing in other builds.
#[cfg(not(any(test, fuzzing)))]
#[inline(always)]
pub fn steps(_count: usize) {}

/// Compares two texts, and counts the steps that it takes.
pub fn compare(one: &str, other: &str) -> core::cmp::Ordering {
    steps(one.len().min(other.len()) + 1);
    one.cmp(other)
}

/// Fails unless the steps of `work` grow at most as n log n does, from inputs of a size to inputs of
/// 4 and 16 times that size. `work` is given the factor, makes its input, and returns what to measure.
///
/// # Panics
///
/// If they grow faster, or none are counted.
#[cfg(test)]
pub fn assert_linear<W: FnOnce()>(name: &str, work: impl Fn(usize) -> W) {
    let [one, four, sixteen] = [1, 4, 16].map(|factor| count(work(factor)));
    assert!(one > 0, "{name} counts no steps");
    // 4 log(4n) / log(n) is at most 5 from n = 256 on.
    for (steps, bound) in [(four, 5 * one), (sixteen, 24 * one)] {
        assert!(
            steps <= bound.saturating_add(1000),
            "{name}: {one}, {four}, {sixteen} steps for inputs of 1, 4 and 16 times a size"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "quadratic: ")]
    fn quadratic_work_is_found() {
        assert_linear("quadratic", |factor| move || steps((100 * factor).pow(2)));
    }

    #[test]
    fn linear_work_passes() {
        assert_linear("linear", |factor| move || steps(1000 * factor));
    }
}
