//! Quotas: whether a call is admitted, and when it would be. No clock here: every question names its moment.

mod gcra; // continuous refill, on `governor`
mod provisioned; // PTUs: a utilisation that leaks away
mod standard; // tokens and requests per minute
mod window; // counters that are set back or slide

pub(crate) use provisioned::{Provisioned, ProvisionedLimits};
pub(crate) use standard::{Standard, StandardLimits};
pub(crate) use window::Ticket;
pub use window::WindowKind;

use clock::Moment;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How full a quota is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Level {
    /// Tokens that count against it now; normalised tokens for a provisioned deployment.
    pub used: u64,
    /// Where it is full.
    pub limit: u64,
}

/// Which quota refused a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limiter {
    /// Requests per minute.
    Requests,
    /// Tokens per minute.
    Tokens,
    /// Utilisation of a provisioned deployment.
    Utilisation,
}

/// A call that was not admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused {
    /// By which quota.
    pub(crate) limiter: Limiter,
    /// How long until the same call would be admitted.
    pub(crate) wait: Duration,
}

/// What a call too big for its whole quota is told (obs).
pub(crate) const NEVER: Duration = Duration::from_secs(86_400);

impl Refused {
    /// `retry-after-ms`: never 0, rounded up so that waiting it out is enough.
    pub(crate) fn millis(&self) -> u64 {
        u64::try_from(self.wait.as_nanos().div_ceil(1_000_000))
            .unwrap_or(u64::MAX)
            .max(1)
    }

    /// `retry-after`: whole seconds, at least 1.
    pub(crate) fn seconds(&self) -> u64 {
        self.millis().div_ceil(1_000)
    }
}

/// The limits of either kind of deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limits {
    Standard(StandardLimits),
    Provisioned(ProvisionedLimits),
}

/// The state of either kind.
#[derive(Debug)]
pub(crate) enum Quota {
    Standard(Standard),
    Provisioned(Provisioned),
}

impl Quota {
    pub(crate) fn new(limits: Limits) -> Quota {
        match limits {
            Limits::Standard(limits) => Quota::Standard(Standard::new(limits)),
            Limits::Provisioned(limits) => Quota::Provisioned(Provisioned::new(limits)),
        }
    }

    /// Follows new limits, keeping what was counted wherever the algorithm is still the same.
    pub(crate) fn retune(&mut self, limits: Limits) {
        match (&mut *self, limits) {
            (Quota::Standard(quota), Limits::Standard(limits)) => quota.retune(limits),
            (Quota::Provisioned(quota), Limits::Provisioned(limits)) => quota.retune(limits),
            _ => *self = Quota::new(limits),
        }
    }

    pub(crate) fn admit(&mut self, now: Moment, estimate: u64) -> Result<Ticket, Refused> {
        match self {
            Quota::Standard(quota) => quota.admit(now, estimate),
            Quota::Provisioned(quota) => quota.admit(now, estimate).map(|()| Ticket::default()),
        }
    }

    /// Puts `actual` in the place of the `estimate` that was admitted under `ticket`.
    pub(crate) fn correct(&mut self, now: Moment, ticket: Ticket, estimate: u64, actual: u64) {
        match self {
            Quota::Standard(quota) => quota.correct(now, ticket, estimate, actual),
            Quota::Provisioned(quota) => quota.correct(now, estimate, actual),
        }
    }

    pub(crate) fn level(&mut self, now: Moment) -> Level {
        match self {
            Quota::Standard(quota) => quota.level(now),
            Quota::Provisioned(quota) => quota.level(now),
        }
    }
}
