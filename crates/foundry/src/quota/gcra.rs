use clock::Moment;
use governor::clock::{Clock, Reference};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{NotKeyed, StateStore};
use governor::{Quota, RateLimiter};
use parking_lot::Mutex;
use std::num::NonZeroU32;
use std::ops::Add;
use std::sync::Arc;
use std::time::Duration;

/// Continuous refill: `governor`'s algorithm on moments that are handed in, over a state that a correction can reach.
#[derive(Debug)]
pub(crate) struct Gcra {
    length: Duration,
    limit: NonZeroU32,
    cell: u64,
    hand: Hand,
    state: Arrival,
    limiter: RateLimiter<NotKeyed, Arrival, Hand, NoOpMiddleware<Tick>>,
}

impl Gcra {
    pub(crate) fn new(limit: u64, length: Duration) -> Gcra {
        let (hand, state) = (Hand::default(), Arrival::default());
        let (limit, cell, quota) = rate(limit, length);
        let limiter = RateLimiter::new(quota, state.clone(), hand.clone());
        Gcra {
            length,
            limit,
            cell,
            hand,
            state,
            limiter,
        }
    }

    pub(crate) fn set_limit(&mut self, limit: u64) {
        if rate(limit, self.length).0 == self.limit {
            return;
        }
        let now = self.hand.read();
        let used = self.used(now);
        *self = Gcra::new(limit, self.length);
        self.add(now, used);
    }

    pub(crate) fn wait(&mut self, now: Moment, cost: u64) -> Option<Duration> {
        self.hand.set(now);
        let Ok(cost) = u32::try_from(cost) else {
            return Some(super::NEVER);
        };
        let cells = NonZeroU32::new(cost)?;
        let before = self.state.get();
        match self.limiter.check_n(cells) {
            Err(_more_than_the_limit) => Some(super::NEVER),
            Ok(Err(until)) => Some(until.wait_time_from(Tick::of(now))).filter(|wait| !wait.is_zero()),
            Ok(Ok(())) => {
                self.state.set(before); // Only a question.
                None
            }
        }
    }

    pub(crate) fn add(&mut self, now: Moment, cost: u64) {
        self.correct(now, 0, cost);
    }

    /// `governor` has no refund, so the theoretical arrival time itself is moved.
    pub(crate) fn correct(&mut self, now: Moment, counted: u64, actual: u64) {
        self.hand.set(now);
        let now = Tick::of(now).0;
        let arrival = self.state.get().map_or(now, |it| it.max(now));
        let later = arrival.saturating_add(self.cell.saturating_mul(actual));
        self.state.set(Some(
            later.saturating_sub(self.cell.saturating_mul(counted)).max(now),
        ));
    }

    pub(crate) fn used(&mut self, now: Moment) -> u64 {
        self.hand.set(now);
        let owed = self.state.get().unwrap_or(0).saturating_sub(Tick::of(now).0);
        owed.div_ceil(self.cell)
    }
}

// `governor` counts cells of at least a nanosecond in 32 bits.
fn rate(limit: u64, length: Duration) -> (NonZeroU32, u64, Quota) {
    let limit = NonZeroU32::new(u32::try_from(limit).unwrap_or(u32::MAX)).unwrap_or(NonZeroU32::MIN);
    let nanos = u64::try_from(length.as_nanos()).unwrap_or(u64::MAX);
    // Rounded up, so that a minute never lets more through than the limit.
    let cell = nanos.div_ceil(u64::from(limit.get())).max(1);
    let quota = Quota::with_period(Duration::from_nanos(cell)).unwrap_or(Quota::per_second(NonZeroU32::MIN));
    (limit, cell, quota.allow_burst(limit))
}

/// A moment as `governor` wants it; its own zero is 1970, so that the state is a moment too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Tick(u64);

impl Tick {
    fn of(moment: Moment) -> Tick {
        Tick(u64::try_from(moment.nanos()).unwrap_or(0))
    }
}

impl Add<Nanos> for Tick {
    type Output = Tick;

    fn add(self, by: Nanos) -> Tick {
        Tick(self.0.saturating_add(by.as_u64()))
    }
}

impl Reference for Tick {
    fn duration_since(&self, earlier: Tick) -> Nanos {
        Nanos::new(self.0.saturating_sub(earlier.0))
    }

    fn saturating_sub(&self, by: Nanos) -> Tick {
        Tick(self.0.checked_sub(by.as_u64()).unwrap_or(self.0))
    }
}

/// A clock that shows what it is set to, 1970 at first.
#[derive(Debug, Clone, Default)]
struct Hand(Arc<Mutex<Moment>>);

impl Hand {
    fn set(&self, now: Moment) {
        *self.0.lock() = now;
    }

    fn read(&self) -> Moment {
        *self.0.lock()
    }
}

impl Clock for Hand {
    type Instant = Tick;

    fn now(&self) -> Tick {
        Tick::of(self.read())
    }
}

/// The theoretical arrival time of the next cell.
#[derive(Debug, Clone, Default)]
struct Arrival(Arc<Mutex<Option<u64>>>);

impl Arrival {
    fn get(&self) -> Option<u64> {
        *self.0.lock()
    }

    fn set(&self, nanos: Option<u64>) {
        *self.0.lock() = nanos;
    }
}

impl StateStore for Arrival {
    type Key = NotKeyed;

    fn measure_and_replace<T, F, E>(&self, _key: &NotKeyed, f: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut state = self.0.lock();
        let (outcome, next) = f(state.map(Nanos::new))?;
        *state = Some(next.as_u64());
        Ok(outcome)
    }
}
