use std::ops::{Add, Sub};
use std::time::Duration;

/// A point in time: nanoseconds since 1970-01-01T00:00:00Z. The one timeline for dates, windows and waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Moment(i64);

impl Moment {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Moment = Moment(0);

    /// `nanos` nanoseconds since the epoch.
    pub const fn from_nanos(nanos: i64) -> Moment {
        Moment(nanos)
    }

    /// `millis` milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Moment {
        Moment(millis.saturating_mul(1_000_000))
    }

    /// `seconds` seconds since the epoch.
    pub const fn from_seconds(seconds: i64) -> Moment {
        Moment(seconds.saturating_mul(1_000_000_000))
    }

    /// Nanoseconds since the epoch.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Whole milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Whole seconds since the epoch.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000_000)
    }

    /// How long after `earlier` this is; zero when it is not after it.
    pub fn since(self, earlier: Moment) -> Duration {
        Duration::from_nanos(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl Add<Duration> for Moment {
    type Output = Moment;

    fn add(self, wait: Duration) -> Moment {
        Moment(
            self.0
                .saturating_add(i64::try_from(wait.as_nanos()).unwrap_or(i64::MAX)),
        )
    }
}

impl Sub<Duration> for Moment {
    type Output = Moment;

    fn sub(self, wait: Duration) -> Moment {
        Moment(
            self.0
                .saturating_sub(i64::try_from(wait.as_nanos()).unwrap_or(i64::MAX)),
        )
    }
}
