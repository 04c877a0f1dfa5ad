use super::gcra::Gcra;
use clock::Moment;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::time::Duration;

/// When a minute's tokens come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WindowKind {
    /// All at once, a minute after the first call that found the window empty.
    #[default]
    Fixed,
    /// All at once, with each minute of the clock.
    Minute,
    /// Each call's tokens a minute after it.
    Sliding,
    /// Bit by bit.
    Gcra,
}

/// Which admission a correction belongs to: a window's start, or the number of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Ticket(i64);

/// Counts costs within a length of time, up to a limit.
#[derive(Debug)]
pub(crate) enum Counter {
    Fixed(Fixed),
    Sliding(Sliding),
    Gcra(Gcra),
}

impl Counter {
    pub(crate) fn new(kind: WindowKind, limit: u64, length: Duration) -> Counter {
        match kind {
            WindowKind::Fixed => Counter::Fixed(Fixed {
                length,
                limit,
                aligned: false,
                start: None,
                used: 0,
            }),
            WindowKind::Minute => Counter::Fixed(Fixed {
                length,
                limit,
                aligned: true,
                start: None,
                used: 0,
            }),
            WindowKind::Sliding => Counter::Sliding(Sliding {
                length,
                limit,
                ..Sliding::default()
            }),
            WindowKind::Gcra => Counter::Gcra(Gcra::new(limit, length)),
        }
    }

    pub(crate) fn set_limit(&mut self, limit: u64) {
        match self {
            Counter::Fixed(window) => window.limit = limit,
            Counter::Sliding(window) => window.limit = limit,
            Counter::Gcra(gcra) => gcra.set_limit(limit),
        }
    }

    /// How long until `cost` would fit; nothing when it fits now, [`super::NEVER`] when it is more than the limit.
    pub(crate) fn wait(&mut self, now: Moment, cost: u64) -> Option<Duration> {
        match self {
            Counter::Fixed(window) => window.wait(now, cost),
            Counter::Sliding(window) => window.wait(now, cost),
            Counter::Gcra(gcra) => gcra.wait(now, cost),
        }
    }

    /// Counts `cost`, whether it fits or not.
    pub(crate) fn add(&mut self, now: Moment, cost: u64) -> Ticket {
        match self {
            Counter::Fixed(window) => Ticket(window.add(now, cost)),
            Counter::Sliding(window) => Ticket(window.add(now, cost)),
            Counter::Gcra(gcra) => {
                gcra.add(now, cost);
                Ticket::default()
            }
        }
    }

    /// Puts `actual` in the place of the `counted` cost, unless that has been forgotten by now.
    pub(crate) fn correct(&mut self, now: Moment, ticket: Ticket, counted: u64, actual: u64) {
        match self {
            Counter::Fixed(window) => window.correct(now, ticket.0, counted, actual),
            Counter::Sliding(window) => window.correct(now, ticket.0, actual),
            Counter::Gcra(gcra) => gcra.correct(now, counted, actual),
        }
    }

    pub(crate) fn used(&mut self, now: Moment) -> u64 {
        match self {
            Counter::Fixed(window) => {
                window.roll(now);
                window.used
            }
            Counter::Sliding(window) => {
                window.forget(now);
                window.used
            }
            Counter::Gcra(gcra) => gcra.used(now),
        }
    }
}

/// A window that is emptied at its end.
#[derive(Debug)]
pub(crate) struct Fixed {
    length: Duration,
    limit: u64,
    aligned: bool,
    start: Option<Moment>,
    used: u64,
}

impl Fixed {
    fn roll(&mut self, now: Moment) {
        if self.start.is_some_and(|start| now >= start + self.length) {
            (self.start, self.used) = (None, 0);
        }
    }

    fn wait(&mut self, now: Moment, cost: u64) -> Option<Duration> {
        self.roll(now);
        if cost > self.limit {
            return Some(super::NEVER);
        }
        let fits = self.used.saturating_add(cost) <= self.limit;
        (!fits).then(|| (self.start.unwrap_or(now) + self.length).since(now))
    }

    fn add(&mut self, now: Moment, cost: u64) -> i64 {
        self.roll(now);
        let begin = match self.aligned {
            true => now - Duration::from_nanos(now.nanos().rem_euclid(self.nanos()).unsigned_abs()),
            false => now,
        };
        self.used = self.used.saturating_add(cost);
        self.start.get_or_insert(begin).nanos()
    }

    fn nanos(&self) -> i64 {
        i64::try_from(self.length.as_nanos()).unwrap_or(i64::MAX).max(1)
    }

    fn correct(&mut self, now: Moment, start: i64, counted: u64, actual: u64) {
        self.roll(now);
        if self.start.is_some_and(|it| it.nanos() == start) {
            self.used = self.used.saturating_add(actual).saturating_sub(counted);
        }
    }
}

/// A window that moves along.
#[derive(Debug, Default)]
pub(crate) struct Sliding {
    length: Duration,
    limit: u64,
    entries: VecDeque<Entry>,
    used: u64,
    next: i64,
}

#[derive(Debug)]
struct Entry {
    number: i64,
    at: Moment,
    cost: u64,
}

impl Sliding {
    fn forget(&mut self, now: Moment) {
        while self
            .entries
            .front()
            .is_some_and(|entry| now >= entry.at + self.length)
        {
            let cost = self.entries.pop_front().map_or(0, |entry| entry.cost);
            self.used = self.used.saturating_sub(cost);
        }
    }

    fn wait(&mut self, now: Moment, cost: u64) -> Option<Duration> {
        self.forget(now);
        if cost > self.limit {
            return Some(super::NEVER);
        }
        let mut rest = self.used;
        if rest.saturating_add(cost) <= self.limit {
            return None;
        }
        for entry in &self.entries {
            rest = rest.saturating_sub(entry.cost);
            if rest.saturating_add(cost) <= self.limit {
                return Some((entry.at + self.length).since(now));
            }
        }
        None
    }

    fn add(&mut self, now: Moment, cost: u64) -> i64 {
        self.forget(now);
        let number = self.next;
        self.next += 1;
        self.entries.push_back(Entry {
            number,
            at: now,
            cost,
        });
        self.used = self.used.saturating_add(cost);
        number
    }

    fn correct(&mut self, now: Moment, number: i64, actual: u64) {
        self.forget(now);
        if let Ok(at) = self.entries.binary_search_by_key(&number, |entry| entry.number)
            && let Some(entry) = self.entries.get_mut(at)
        {
            let counted = std::mem::replace(&mut entry.cost, actual);
            self.used = self.used.saturating_add(actual).saturating_sub(counted);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quota::NEVER;
    use proptest::prelude::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const KINDS: [WindowKind; 4] = [
        WindowKind::Fixed,
        WindowKind::Minute,
        WindowKind::Sliding,
        WindowKind::Gcra,
    ];

    fn start() -> Moment {
        Moment::from_seconds(1_767_225_625) // Not on a full minute.
    }

    #[test]
    fn a_fixed_window_begins_with_its_first_call() {
        let mut counter = Counter::new(WindowKind::Fixed, 100, MINUTE);
        let t = start();
        assert_eq!(counter.wait(t, 60), None);
        counter.add(t, 60);
        assert_eq!(
            counter.wait(t + Duration::from_secs(10), 60),
            Some(Duration::from_secs(50))
        );
        assert_eq!(counter.wait(t + MINUTE, 60), None);
        assert_eq!(counter.wait(t, 101), Some(NEVER));
    }

    #[test]
    fn a_correction_after_the_window_is_no_correction() {
        let mut counter = Counter::new(WindowKind::Fixed, 100, MINUTE);
        let ticket = counter.add(start(), 60);
        counter.add(start() + MINUTE, 10);
        counter.correct(start() + MINUTE, ticket, 60, 0);
        assert_eq!(counter.used(start() + MINUTE), 10);
    }

    proptest! {
        // The law of every window: what is admitted within it never exceeds the limit, and the wait that a refusal
        // names is the shortest that helps.
        #[test]
        fn never_beyond_the_limit_and_the_wait_is_exact(
            kind in prop::sample::select(KINDS.to_vec()),
            limit in 1u64..500,
            calls in prop::collection::vec((0u64..20_000, 1u64..200), 1..60),
        ) {
            let mut counter = Counter::new(kind, limit, MINUTE);
            let mut now = start();
            let mut admitted: Vec<(Moment, u64)> = Vec::new();
            for (pause, cost) in calls {
                now = now + Duration::from_millis(pause);
                match counter.wait(now, cost) {
                    None => {
                        counter.add(now, cost);
                        admitted.push((now, cost));
                        prop_assert!(counter.used(now) <= limit);
                    }
                    Some(wait) if cost > limit => prop_assert_eq!(wait, NEVER),
                    Some(wait) => {
                        // Continuous refill rounds each token's time up to a nanosecond.
                        prop_assert!(wait > Duration::ZERO && wait <= MINUTE + Duration::from_nanos(limit));
                        prop_assert!(counter.wait(now + wait - Duration::from_nanos(1), cost).is_some());
                        // Asking about the future forgets: go there.
                        now = now + wait;
                        prop_assert_eq!(counter.wait(now, cost), None);
                    }
                }
                if kind == WindowKind::Sliding {
                    let recent = admitted.iter().filter(|(at, _)| now < *at + MINUTE).map(|(_, cost)| cost);
                    prop_assert!(recent.sum::<u64>() <= limit);
                }
            }
        }

        // A call that is corrected to what it was estimated at leaves no trace, and one corrected to nothing never was.
        #[test]
        fn corrections_are_exact(kind in prop::sample::select(KINDS.to_vec()), costs in prop::collection::vec((1u64..50, 0u64..50), 1..8)) {
            let mut counter = Counter::new(kind, 1_000, MINUTE);
            let tickets: Vec<Ticket> = costs.iter().map(|(cost, _)| counter.add(start(), *cost)).collect();
            for ((cost, actual), ticket) in costs.iter().zip(tickets) {
                counter.correct(start(), ticket, *cost, *actual);
            }
            prop_assert_eq!(counter.used(start()), costs.iter().map(|(_, actual)| actual).sum::<u64>());
        }
    }
}
