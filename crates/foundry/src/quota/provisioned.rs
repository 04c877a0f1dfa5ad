use super::{Level, Limiter, NEVER, Refused};
use clock::Moment;
use std::time::Duration;

/// Size of a provisioned deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ProvisionedLimits {
    pub(crate) ptus: u64,
    /// Normalised input tokens per minute of one PTU.
    pub(crate) tokens_per_ptu: u64,
    /// What a token of the answer weighs against one of the prompt.
    pub(crate) output_weight: u64,
    /// Seconds of full load that fill the bucket.
    pub(crate) burst_window: u64,
}

impl ProvisionedLimits {
    /// Normalised tokens per minute.
    pub(crate) fn rate(&self) -> u64 {
        self.ptus.saturating_mul(self.tokens_per_ptu)
    }

    /// What a call costs.
    pub(crate) fn cost(&self, prompt: u64, output: u64) -> u64 {
        prompt.saturating_add(output.saturating_mul(self.output_weight))
    }

    // 100 %, in units.
    fn depth(&self) -> u128 {
        u128::from(self.rate()) * u128::from(self.burst_window) * 1_000_000_000
    }
}

// A token is counted as this many units, so that a rate of one token per minute drains one unit per nanosecond and nothing
// is ever rounded.
const TOKEN: u128 = 60_000_000_000;

/// Utilisation of a provisioned deployment: a leaky bucket (foundry.md 4.2.2).
#[derive(Debug)]
pub(crate) struct Provisioned {
    limits: ProvisionedLimits,
    level: u128,
    at: Moment,
}

impl Provisioned {
    pub(crate) fn new(limits: ProvisionedLimits) -> Provisioned {
        Provisioned {
            limits,
            level: 0,
            at: Moment::EPOCH,
        }
    }

    pub(crate) fn retune(&mut self, limits: ProvisionedLimits) {
        self.limits = limits;
    }

    fn leak(&mut self, now: Moment) {
        let passed = now.since(self.at).as_nanos();
        self.level = self
            .level
            .saturating_sub(u128::from(self.limits.rate()).saturating_mul(passed));
        self.at = self.at.max(now);
    }

    /// Only the level decides, never what the call itself will cost: one huge call on an idle deployment is admitted, and
    /// those behind it wait (doc).
    pub(crate) fn admit(&mut self, now: Moment, estimate: u64) -> Result<(), Refused> {
        self.leak(now);
        let over = self.level.saturating_sub(self.limits.depth());
        if over > 0 {
            return Err(Refused {
                limiter: Limiter::Utilisation,
                wait: self.time_to_leak(over),
            });
        }
        self.level = self.level.saturating_add(u128::from(estimate) * TOKEN);
        Ok(())
    }

    fn time_to_leak(&self, units: u128) -> Duration {
        let rate = u128::from(self.limits.rate());
        if rate == 0 {
            return NEVER;
        }
        u64::try_from(units.div_ceil(rate)).map_or(NEVER, Duration::from_nanos)
    }

    pub(crate) fn correct(&mut self, now: Moment, estimate: u64, actual: u64) {
        self.leak(now);
        let raised = self.level.saturating_add(u128::from(actual) * TOKEN);
        self.level = raised.saturating_sub(u128::from(estimate) * TOKEN);
    }

    pub(crate) fn level(&mut self, now: Moment) -> Level {
        self.leak(now);
        let tokens = |units: u128| u64::try_from(units / TOKEN).unwrap_or(u64::MAX);
        Level {
            used: tokens(self.level),
            limit: tokens(self.limits.depth()),
        }
    }

    /// Tenths of a percent, rounded half up.
    pub(crate) fn utilisation(&mut self, now: Moment) -> u64 {
        self.leak(now);
        let depth = self.limits.depth().max(1);
        let tenths = self.level.saturating_mul(1_000).saturating_add(depth / 2) / depth;
        u64::try_from(tenths).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GPT_4O: ProvisionedLimits = ProvisionedLimits {
        ptus: 15,
        tokens_per_ptu: 2_500,
        output_weight: 4,
        burst_window: 60,
    };

    // The vector of foundry.md 4.2.2: 15 PTU of gpt-4o, 1,000 prompt tokens and max_tokens 500.
    #[test]
    fn the_published_vector_to_the_millisecond() {
        let mut quota = Provisioned::new(GPT_4O);
        let cost = GPT_4O.cost(1_000, 500);
        assert_eq!(cost, 3_000);
        let start = Moment::from_seconds(1_000);
        for call in 1..=13 {
            assert!(quota.admit(start, cost).is_ok(), "call {call}");
        }
        assert_eq!(quota.utilisation(start), 1_040);
        let refused = quota.admit(start, cost).unwrap_err();
        assert_eq!((refused.millis(), refused.seconds()), (2_400, 3));

        let later = start + Duration::from_millis(100);
        quota.correct(later, cost, GPT_4O.cost(1_000, 100));
        assert_eq!(
            quota.level(later),
            Level {
                used: 37_337,
                limit: 37_500
            }
        );
        assert!(quota.admit(later, cost).is_ok());
    }

    #[test]
    fn an_idle_deployment_admits_more_than_all_of_it() {
        let mut quota = Provisioned::new(GPT_4O);
        let now = Moment::from_seconds(1_000);
        assert!(quota.admit(now, 100_000).is_ok());
        let refused = quota.admit(now, 1).unwrap_err();
        assert_eq!(refused.millis(), 100_000); // (100,000 - 37,500) / 625 per second.
        let almost = now + Duration::from_millis(refused.millis()) - Duration::from_nanos(1);
        assert!(quota.admit(almost, 1).is_err());
        assert!(
            quota
                .admit(now + Duration::from_millis(refused.millis()), 1)
                .is_ok()
        );
    }

    proptest! {
        #[test]
        fn a_refusal_names_the_wait_that_admits(
            ptus in 1u64..200, per_ptu in 1u64..40_000, calls in prop::collection::vec((0u64..3_000, 1u64..200_000, 0u64..200_000), 1..60),
        ) {
            let limits = ProvisionedLimits { ptus, tokens_per_ptu: per_ptu, output_weight: 4, burst_window: 60 };
            let mut quota = Provisioned::new(limits);
            let mut now = Moment::from_seconds(1_000);
            for (pause, estimate, actual) in calls {
                now = now + Duration::from_millis(pause);
                let before = quota.level(now);
                match quota.admit(now, estimate) {
                    Ok(()) => {
                        prop_assert!(before.used <= before.limit);
                        quota.correct(now, estimate, actual);
                    }
                    Err(refused) => {
                        let wait = Duration::from_millis(refused.millis());
                        prop_assert!(quota.admit(now + refused.wait - Duration::from_nanos(1), 0).is_err());
                        now = now + wait;
                        prop_assert!(quota.admit(now, 0).is_ok());
                    }
                }
            }
        }

        // Offered more than it can carry, a deployment serves what it leaks, and one burst.
        #[test]
        fn what_is_served_in_the_long_run_is_the_rate(cost in 100u64..5_000, pause in 1u64..200) {
            let mut quota = Provisioned::new(GPT_4O);
            let start = Moment::from_seconds(1_000);
            let mut served = 0;
            for call in 0..20_000u64 {
                if quota.admit(start + Duration::from_millis(call * pause), cost).is_ok() {
                    served += cost;
                }
            }
            let most = 37_500 * pause * 20_000 / 60_000 + 37_500 + cost;
            prop_assert!(served <= most);
        }
    }
}
