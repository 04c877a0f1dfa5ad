use clock::Moment;
use std::time::Duration;

/// A bucket of tokens. What is held is what is missing, in shares of a token that a nanosecond fills, so that nothing is rounded.
#[derive(Debug)]
pub(super) struct Bucket {
    missing: i128,
    // Up to when it has been filled.
    at: Moment,
}

/// How big a bucket is, and how fast it fills.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    capacity: i128,
    period: i128,
}

impl Size {
    pub(super) fn new(capacity: u64, period: Duration) -> Size {
        Size {
            capacity: i128::from(capacity),
            period: i128::try_from(period.as_nanos()).unwrap_or(i128::MAX).max(1),
        }
    }
}

impl Bucket {
    /// A full one.
    pub(super) fn new(now: Moment) -> Bucket {
        Bucket { missing: 0, at: now }
    }

    /// Fills it up to `now`.
    pub(super) fn fill(&mut self, size: Size, now: Moment) {
        let elapsed = i128::try_from(now.since(self.at).as_nanos()).unwrap_or(i128::MAX);
        self.missing = (self.missing - elapsed.saturating_mul(size.capacity)).max(0);
        self.at = self.at.max(now);
    }

    /// Tokens that are left, whole ones; below zero when it owes.
    pub(super) fn left(&self, size: Size) -> i64 {
        let left = (size.capacity * size.period - self.missing).div_euclid(size.period);
        i64::try_from(left).unwrap_or(i64::MAX)
    }

    /// Takes tokens out, or puts them back.
    pub(super) fn add(&mut self, size: Size, amount: i64) {
        self.missing = (self.missing + i128::from(amount).saturating_mul(size.period)).max(0);
    }

    /// How long until `need` tokens are there; `None` when it cannot hold so many.
    pub(super) fn wait(&self, size: Size, need: u64) -> Option<Duration> {
        let need = i128::from(need);
        if need > size.capacity || size.capacity == 0 {
            return None;
        }
        let over = (self.missing + need * size.period - size.capacity * size.period).max(0);
        let nanos = (over + size.capacity - 1) / size.capacity;
        Some(Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)))
    }

    /// Whether it is full, as a new one is.
    pub(super) fn is_full(&mut self, size: Size, now: Moment) -> bool {
        self.fill(size, now);
        self.missing == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(millis: u64) -> Moment {
        Moment::from_seconds(1_700_000_000) + Duration::from_millis(millis)
    }

    // Observed: 10 tokens per minute, 30 owed, `Try again in 180 seconds` and more.
    #[test]
    fn a_bucket_that_owes_takes_longer_than_a_period() {
        let size = Size::new(10, Duration::from_secs(60));
        let mut bucket = Bucket::new(at(0));
        bucket.add(size, 39);
        bucket.fill(size, at(0));
        assert_eq!(bucket.left(size), -29);
        assert_eq!(bucket.wait(size, 1), Some(Duration::from_secs(180)));
        assert_eq!(bucket.wait(size, 11), None);
        bucket.fill(size, at(180_000));
        assert_eq!(
            (bucket.left(size), bucket.wait(size, 1)),
            (1, Some(Duration::ZERO))
        );
    }

    proptest! {
        #[test]
        fn at_most_capacity_and_what_was_filled_since_passes(
            gaps in prop::collection::vec(0u64..30_000_000, 1..200), capacity in 1u64..6,
        ) {
            let (period, size) = (Duration::from_millis(100), Size::new(capacity, Duration::from_millis(100)));
            let (mut bucket, mut now, mut passed) = (Bucket::new(at(0)), at(0), Vec::new());
            for gap in gaps {
                now = now + Duration::from_nanos(gap);
                bucket.fill(size, now);
                if bucket.left(size) >= 1 {
                    bucket.add(size, 1);
                    passed.push(now);
                }
            }
            for (first, from) in passed.iter().enumerate() {
                for (last, to) in passed.iter().enumerate().skip(first) {
                    let filled = to.since(*from).as_secs_f64() * capacity as f64 / period.as_secs_f64();
                    prop_assert!((last - first + 1) as f64 <= capacity as f64 + filled + 1e-6);
                }
            }
        }
    }
}
