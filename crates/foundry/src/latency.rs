//! When each token of an answer is due, counted from the call's admission (foundry.md 6.2).

use crate::knobs::Latency;
use clock::Rng;
use std::time::Duration;

/// The due times of one answer's tokens, in nanoseconds since its beginning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Schedule {
    due: Vec<u64>,
    first: u64,
}

impl Schedule {
    /// A schedule for `tokens` visible tokens behind `hidden` ones that are only thought.
    pub(crate) fn new(latency: Latency, hidden: u64, tokens: usize, rng: &mut Rng) -> Schedule {
        let mut spread = |nanos: u64| {
            if latency.jitter == 0.0 {
                return nanos;
            }
            (nanos as f64 * (1.0 + latency.jitter * (2.0 * rng.unit() - 1.0))).round() as u64
        };
        let first = spread(latency.first_token).saturating_add(latency.per_token.saturating_mul(hidden));
        let mut at = first;
        let mut due = Vec::with_capacity(tokens);
        for token in 0..tokens {
            if token > 0 {
                at = at.saturating_add(spread(latency.per_token));
            }
            due.push(at);
        }
        Schedule { due, first }
    }

    /// When the first token is due; also the end of an answer that has none.
    pub(crate) fn first(&self) -> Duration {
        Duration::from_nanos(self.first)
    }

    /// When a token is due.
    pub(crate) fn token(&self, at: usize) -> Duration {
        Duration::from_nanos(
            self.due
                .get(at)
                .or(self.due.last())
                .copied()
                .unwrap_or(self.first),
        )
    }

    /// When the answer is complete.
    pub(crate) fn total(&self) -> Duration {
        Duration::from_nanos(self.due.last().copied().unwrap_or(self.first))
    }

    /// How many tokens are due after `passed`.
    pub(crate) fn due_by(&self, passed: Duration) -> usize {
        let passed = u64::try_from(passed.as_nanos()).unwrap_or(u64::MAX);
        self.due.partition_point(|due| *due <= passed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clock::Dice;

    #[test]
    fn tokens_are_due_at_absolute_moments() {
        let latency = Latency {
            first_token: 500_000_000,
            per_token: 10_000_000,
            jitter: 0.0,
        };
        let schedule = Schedule::new(latency, 0, 4, &mut Dice::new(1).roll("t", 0));
        assert_eq!(schedule.first(), Duration::from_millis(500));
        assert_eq!(schedule.token(2), Duration::from_millis(520));
        assert_eq!(schedule.total(), Duration::from_millis(530));
        assert_eq!(schedule.due_by(Duration::from_millis(519)), 2);
        let spread = Schedule::new(
            Latency {
                jitter: 0.5,
                ..latency
            },
            0,
            4,
            &mut Dice::new(1).roll("t", 0),
        );
        assert!(spread.first() >= Duration::from_millis(250) && spread.first() <= Duration::from_millis(750));
    }
}
