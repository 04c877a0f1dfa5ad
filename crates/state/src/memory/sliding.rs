use clock::Moment;
use std::collections::VecDeque;
use std::time::Duration;

/// What was added during the last period.
///
/// Whole milliseconds, so that a busy counter holds at most one entry for each: additions are dated up and questions down, so that
/// two additions that count together are never a period or more apart, and none that should count is forgotten. It never goes back:
/// who asks with a moment that is behind the newest date, because another was faster, is answered as of that date.
#[derive(Debug, Default)]
pub(super) struct Sliding {
    // In the order of their dates.
    entries: VecDeque<(i64, u64)>,
    sum: u64,
    // The newest date that there was.
    last: i64,
    // What is dated so or before has been forgotten.
    forgotten: i64,
}

impl Sliding {
    /// Forgets what is a period old. Gives what is left.
    pub(super) fn used(&mut self, period: Duration, now: Moment) -> u64 {
        self.forgotten = self.as_of(now).saturating_sub(millis(period));
        while let Some((date, amount)) = self.entries.front()
            && *date <= self.forgotten
        {
            self.sum = self.sum.saturating_sub(*amount);
            self.entries.pop_front();
        }
        self.sum
    }

    /// Adds, or takes back what was added `at` if that still counts.
    pub(super) fn add(&mut self, amount: i64, at: Moment) {
        let at = up(at);
        match u64::try_from(amount) {
            Ok(0) => (),
            Ok(amount) => {
                self.last = self.last.max(at);
                self.sum = self.sum.saturating_add(amount);
                match self.entries.back_mut() {
                    Some((date, held)) if *date == self.last => *held = held.saturating_add(amount),
                    _ => self.entries.push_back((self.last, amount)),
                }
            }
            Err(_) if at <= self.forgotten => (),
            Err(_) => {
                let place = self.entries.partition_point(|(date, _)| *date < at);
                let held = match self.entries.get(place) {
                    Some((date, _)) if *date == at => self.entries.get_mut(place),
                    // It came too late, and was dated with what was the newest date then (the newest now, mostly).
                    _ if at < self.last => self.entries.back_mut(),
                    _ => None,
                };
                if let Some((_, held)) = held {
                    let taken = amount.unsigned_abs().min(*held);
                    *held -= taken;
                    self.sum = self.sum.saturating_sub(taken);
                }
            }
        }
    }

    /// How long until `need` fits below `limit`.
    pub(super) fn wait(&self, period: Duration, limit: u64, need: u64, now: Moment) -> Option<Duration> {
        if need > limit {
            return None;
        }
        let mut sum = self.sum;
        for (at, amount) in &self.entries {
            sum = sum.saturating_sub(*amount);
            if sum.saturating_add(need) <= limit {
                let millis = at + millis(period) - self.as_of(now);
                return Some(Duration::from_millis(millis.try_into().unwrap_or(0)));
            }
        }
        Some(Duration::ZERO)
    }

    fn as_of(&self, now: Moment) -> i64 {
        now.millis().max(self.last - 1)
    }

    /// Whether it can be forgotten altogether.
    pub(super) fn is_idle(&mut self, period: Duration, now: Moment) -> bool {
        self.used(period, now);
        self.entries.is_empty()
    }
}

fn millis(duration: Duration) -> i64 {
    duration.as_millis().try_into().unwrap_or(i64::MAX)
}

fn up(at: Moment) -> i64 {
    at.nanos()
        .div_euclid(1_000_000)
        .saturating_add(i64::from(at.nanos().rem_euclid(1_000_000) > 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn at(seconds: i64) -> Moment {
        Moment::from_seconds(1_700_000_000 + seconds)
    }

    // The worked example of the token limit: 100 per minute.
    #[test]
    fn what_was_used_ages_out() {
        let mut window = Sliding::default();
        window.add(59, at(2));
        assert_eq!(window.used(MINUTE, at(17)), 59);
        window.add(55, at(19));
        assert_eq!(window.used(MINUTE, at(33)), 114);
        assert_eq!(window.wait(MINUTE, 100, 1, at(33)), Some(Duration::from_secs(29)));
        assert_eq!(window.wait(MINUTE, 100, 1, at(48)), Some(Duration::from_secs(14)));
        assert_eq!(window.used(MINUTE, at(62)), 55);
        assert_eq!(window.wait(MINUTE, 100, 101, at(62)), None);
        window.add(-55, at(19));
        assert_eq!(window.used(MINUTE, at(62)), 0);
    }

    #[test]
    fn it_does_not_go_back_for_who_comes_late() {
        let mut window = Sliding::default();
        window.add(1, at(0));
        assert_eq!(window.used(MINUTE, at(60)), 0);
        window.add(2, at(60));
        // As of 59.999 seconds, what was added at 0 has been forgotten and does not come back.
        assert_eq!(window.used(MINUTE, at(30)), 2);
        window.add(3, at(30));
        assert_eq!(
            window.wait(MINUTE, 5, 1, at(30)),
            Some(Duration::from_millis(60_001))
        );
        window.add(-3, at(30));
        assert_eq!(window.used(MINUTE, at(119)), 2);
        assert_eq!(window.used(MINUTE, at(120)), 0);
    }

    proptest! {
        // Calls of one each at any nanosecond: any period that begins with a call holds at most the limit.
        #[test]
        fn no_period_holds_more_than_the_limit(gaps in prop::collection::vec(0u64..40_000_000, 1..200), limit in 1u64..6) {
            let period = Duration::from_millis(100);
            let (mut window, mut now, mut passed) = (Sliding::default(), at(0), Vec::new());
            for gap in gaps {
                now = now + Duration::from_nanos(gap);
                if window.used(period, now) < limit {
                    window.add(1, now);
                    passed.push(now);
                }
            }
            for (first, from) in passed.iter().enumerate() {
                let within = passed[first..].iter().filter(|it| it.since(*from) < period).count();
                prop_assert!(within as u64 <= limit);
            }
        }
    }
}
