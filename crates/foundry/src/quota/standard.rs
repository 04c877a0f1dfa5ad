use super::window::{Counter, Ticket, WindowKind};
use super::{Level, Limiter, Refused};
use clock::Moment;
use std::time::Duration;

/// Limits of a standard deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StandardLimits {
    pub(crate) tokens_per_minute: u64,
    pub(crate) requests_per_minute: u64,
    /// Seconds of the slice in which requests are counted.
    pub(crate) request_slice: u64,
    pub(crate) window: WindowKind,
}

impl StandardLimits {
    // More than RPM x slice / 60 within a slice is refused until the next (doc).
    fn allowance(&self) -> u64 {
        self.requests_per_minute
            .saturating_mul(self.request_slice)
            .div_ceil(60)
            .max(1)
    }

    fn requests(&self) -> Counter {
        let kind = if self.window == WindowKind::Minute {
            WindowKind::Minute
        } else {
            WindowKind::Fixed
        };
        Counter::new(
            kind,
            self.allowance(),
            Duration::from_secs(self.request_slice.max(1)),
        )
    }

    fn tokens(&self) -> Counter {
        Counter::new(self.window, self.tokens_per_minute, Duration::from_secs(60))
    }
}

/// Tokens and requests per minute of a standard deployment (foundry.md 4.1).
#[derive(Debug)]
pub(crate) struct Standard {
    limits: StandardLimits,
    requests: Counter,
    tokens: Counter,
}

impl Standard {
    pub(crate) fn new(limits: StandardLimits) -> Standard {
        Standard {
            limits,
            requests: limits.requests(),
            tokens: limits.tokens(),
        }
    }

    pub(crate) fn retune(&mut self, limits: StandardLimits) {
        if limits.window == self.limits.window {
            self.tokens.set_limit(limits.tokens_per_minute);
        } else {
            self.tokens = limits.tokens();
        }
        if limits.window == self.limits.window && limits.request_slice == self.limits.request_slice {
            self.requests.set_limit(limits.allowance());
        } else {
            self.requests = limits.requests();
        }
        self.limits = limits;
    }

    /// Requests are checked before tokens; when both are spent the longer wait is told (inferred). Every call counts as a
    /// request, a refused one too; only an admitted one counts its tokens.
    pub(crate) fn admit(&mut self, now: Moment, estimate: u64) -> Result<Ticket, Refused> {
        let requests = self.requests.wait(now, 1).map(|wait| Refused {
            limiter: Limiter::Requests,
            wait,
        });
        let tokens = self.tokens.wait(now, estimate).map(|wait| Refused {
            limiter: Limiter::Tokens,
            wait,
        });
        self.requests.add(now, 1);
        match (requests, tokens) {
            (None, None) => Ok(self.tokens.add(now, estimate)),
            (Some(requests), Some(tokens)) if tokens.wait > requests.wait => Err(tokens),
            (Some(refused), _) | (None, Some(refused)) => Err(refused),
        }
    }

    pub(crate) fn correct(&mut self, now: Moment, ticket: Ticket, estimate: u64, actual: u64) {
        self.tokens.correct(now, ticket, estimate, actual);
    }

    pub(crate) fn level(&mut self, now: Moment) -> Level {
        Level {
            used: self.tokens.used(now),
            limit: self.limits.tokens_per_minute,
        }
    }

    pub(crate) fn requests_level(&mut self, now: Moment) -> Level {
        let limit = self.limits.allowance();
        Level {
            used: self.requests.used(now).min(limit),
            limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quota::NEVER;

    fn limits(tokens_per_minute: u64, requests_per_minute: u64) -> StandardLimits {
        StandardLimits {
            tokens_per_minute,
            requests_per_minute,
            request_slice: 60,
            window: WindowKind::Fixed,
        }
    }

    // foundry.md 10.2, check 8: 10 K tokens, calls that cost 4,901.
    #[test]
    fn the_third_call_of_the_minute_is_refused_until_its_end() {
        let mut quota = Standard::new(limits(10_000, 60));
        let start = Moment::from_seconds(1_000);
        assert!(quota.admit(start, 4_901).is_ok());
        assert!(quota.admit(start + Duration::from_secs(1), 4_901).is_ok());
        let refused = quota
            .admit(start + Duration::from_millis(2_400), 4_901)
            .unwrap_err();
        assert_eq!(
            refused,
            Refused {
                limiter: Limiter::Tokens,
                wait: Duration::from_millis(57_600)
            }
        );
        assert_eq!((refused.millis(), refused.seconds()), (57_600, 58));
        assert!(quota.admit(start + Duration::from_secs(60), 4_901).is_ok());
    }

    // foundry.md 10.2, check 9: 600 requests a minute in slices of a second.
    #[test]
    fn the_eleventh_call_of_the_second_is_refused_until_the_next() {
        let mut quota = Standard::new(StandardLimits {
            request_slice: 1,
            ..limits(1_000_000, 600)
        });
        let start = Moment::from_seconds(1_000);
        for _ in 0..10 {
            assert!(quota.admit(start, 1).is_ok());
        }
        let refused = quota.admit(start + Duration::from_millis(400), 1).unwrap_err();
        assert_eq!(
            refused,
            Refused {
                limiter: Limiter::Requests,
                wait: Duration::from_millis(600)
            }
        );
        assert!(quota.admit(start + Duration::from_secs(1), 1).is_ok());
    }

    #[test]
    fn a_call_bigger_than_the_whole_quota_waits_a_day() {
        let refused = Standard::new(limits(1_000, 20))
            .admit(Moment::EPOCH, 1_001)
            .unwrap_err();
        assert_eq!(
            (refused.wait, refused.seconds(), refused.millis()),
            (NEVER, 86_400, 86_400_000)
        );
    }

    #[test]
    fn a_new_limit_keeps_what_was_counted() {
        for window in [
            WindowKind::Fixed,
            WindowKind::Minute,
            WindowKind::Sliding,
            WindowKind::Gcra,
        ] {
            let before = StandardLimits {
                window,
                ..limits(1_000, 20)
            };
            let mut quota = Standard::new(before);
            let now = Moment::from_seconds(1_000);
            assert!(quota.admit(now, 600).is_ok());
            quota.retune(StandardLimits {
                tokens_per_minute: 500,
                ..before
            });
            assert_eq!(
                quota.level(now),
                Level {
                    used: 600,
                    limit: 500
                },
                "{window:?}"
            );
            assert!(quota.admit(now, 10).is_err());
        }
    }
}
