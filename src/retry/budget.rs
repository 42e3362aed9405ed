//! A budget for retries: when most calls fail, retrying all of them makes it worse.

use super::RetryPolicy;

const FULL: u32 = 100;
const RETRY_COSTS: u32 = 10;
const SUCCESS_EARNS: u32 = 5;
/// The refill over time, so that an idle provider has retries again.
const EARNED_PER_S: i64 = 2;

/// The rest of the budget.
#[derive(Clone, Copy, Debug)]
pub struct RetryBudget {
    left: u32,
    counted_to_ms: i64,
}

impl RetryBudget {
    /// Makes a full budget, at a time of the steady clock.
    pub fn new(steady_ms: i64) -> Self {
        Self {
            left: FULL,
            counted_to_ms: steady_ms,
        }
    }

    /// The number of retries that the policy allows and the budget covers.
    pub fn allow(&mut self, policy: RetryPolicy, steady_ms: i64) -> RetryPolicy {
        let seconds = steady_ms.saturating_sub(self.counted_to_ms).max(0) / 1000;
        self.counted_to_ms = self
            .counted_to_ms
            .saturating_add(seconds.saturating_mul(1000));
        self.earn(u32::try_from(seconds.saturating_mul(EARNED_PER_S)).unwrap_or(FULL));
        RetryPolicy {
            retries: policy.retries.min(self.left / RETRY_COSTS),
        }
    }

    /// Counts the outcome of a call.
    pub fn count(&mut self, retries: u32, succeeded: bool) {
        self.left = self
            .left
            .saturating_sub(retries.saturating_mul(RETRY_COSTS));
        if succeeded {
            self.earn(SUCCESS_EARNS);
        }
    }

    fn earn(&mut self, more: u32) {
        self.left = self.left.saturating_add(more).min(FULL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy = RetryPolicy { retries: 2 };

    #[test]
    fn retries_run_out_and_come_back_with_success_and_time() {
        let mut budget = RetryBudget::new(0);
        for _ in 0..5 {
            assert_eq!(budget.allow(POLICY, 0), POLICY);
            budget.count(2, false);
        }
        assert_eq!(budget.allow(POLICY, 0).retries, 0);
        budget.count(0, true);
        budget.count(0, true);
        assert_eq!(budget.allow(POLICY, 0).retries, 1);
        assert_eq!(budget.allow(POLICY, 5_000), POLICY);
        assert_eq!(budget.allow(POLICY, i64::MAX), POLICY);
    }
}
