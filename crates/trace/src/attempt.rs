use clock::Moment;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One try at a backend, or at a pool that had nobody to send to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Pool that was asked, if it was one.
    pub pool: Option<Arc<str>>,
    /// Backend that was picked; absent for a plain URL and for an exhausted pool.
    pub backend: Option<Arc<str>>,
    /// Address that the call went to, with path and query; absent when no call was made.
    pub url: Option<String>,
    /// Members that were passed over, and why.
    pub skipped: Vec<Skip>,
    /// What came of it.
    pub outcome: Outcome,
    /// The breaker that this attempt opened, if it did.
    pub tripped: Option<Trip>,
    /// `Retry-After` of the answer as received, if it had one.
    pub retry_after: Option<String>,
    /// Nanoseconds since 1970 at which it began.
    #[serde(with = "crate::moment")]
    pub started: Moment,
    /// Nanoseconds since 1970 at which its headers arrived or it failed.
    #[serde(with = "crate::moment")]
    pub ended: Moment,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Outcome {
    /// The backend answered.
    Answered {
        /// Its status.
        status: u16,
    },
    /// No call was made: the breaker is open, or every member's is. The gateway made the answer.
    Unavailable {
        /// Status of the made answer, 503 unless configured.
        status: u16,
        /// Seconds of its `Retry-After`.
        retry_after: u64,
    },
    /// The call failed below HTTP.
    Failed {
        /// `LastError.Reason`: `BackendConnectionFailure`, `Timeout`, `ClientConnectionFailure`.
        reason: String,
        /// Transport text.
        message: String,
    },
}

impl Outcome {
    /// The status, if there is one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Outcome::Answered { status } | Outcome::Unavailable { status, .. } => Some(*status),
            Outcome::Failed { .. } => None,
        }
    }
}

/// A member that was passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skip {
    /// Backend.
    pub backend: Arc<str>,
    /// Why.
    pub reason: SkipReason,
}

/// Why a member was passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum SkipReason {
    /// Its breaker is open.
    Open {
        /// Until when.
        #[serde(with = "crate::moment")]
        until: Moment,
        /// What decided that.
        source: TripSource,
    },
    /// A more preferred group has a member that is available.
    LowerPriority {
        /// Its group.
        priority: u64,
    },
    /// It was another member's turn inside the group.
    NotItsTurn,
    /// The caller's cookie binds it to another member.
    Affinity,
    /// Its weight is 0 and a member with weight is available.
    NoWeight,
}

/// A breaker that opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trip {
    /// Backend.
    pub backend: Arc<str>,
    /// Rule.
    pub rule: Arc<str>,
    /// Until when.
    #[serde(with = "crate::moment")]
    pub until: Moment,
    /// What decided that.
    pub source: TripSource,
}

/// What decided how long a breaker stays open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "from")]
pub enum TripSource {
    /// `tripDuration`.
    TripDuration,
    /// The backend's `Retry-After`, of so many seconds.
    RetryAfter {
        /// Seconds.
        seconds: u64,
    },
}

impl Attempt {
    /// One line for a person: what was picked, what was passed over and why, what came of it.
    pub fn explain(&self) -> String {
        let target = match (&self.backend, &self.pool, &self.url) {
            (Some(backend), _, _) => backend.to_string(),
            (None, Some(pool), _) => format!("{pool}: no member available"),
            (None, None, Some(url)) => url.clone(),
            (None, None, None) => "no backend".to_owned(),
        };
        let outcome = match &self.outcome {
            Outcome::Answered { status } => status.to_string(),
            Outcome::Unavailable { status, retry_after } => {
                format!("{status} made by the gateway, Retry-After {retry_after}")
            }
            Outcome::Failed { reason, message } => format!("{reason}: {message}"),
        };
        let mut line = format!("{target} -> {outcome}");
        if let Some(trip) = &self.tripped {
            line.push_str(&format!("; opens {} {}", trip.backend, trip.source.explain()));
        }
        for skip in &self.skipped {
            line.push_str(&format!(
                "; {} {}",
                skip.backend,
                skip.reason.explain(self.started)
            ));
        }
        line
    }
}

impl SkipReason {
    /// Why, as seen at `now`.
    pub fn explain(&self, now: Moment) -> String {
        match self {
            SkipReason::Open { until, source } => {
                format!(
                    "open for another {:.1} s ({})",
                    until.since(now).as_secs_f64(),
                    source.explain()
                )
            }
            SkipReason::LowerPriority { priority } => format!("waits in group {priority}"),
            SkipReason::NotItsTurn => "not its turn".to_owned(),
            SkipReason::Affinity => "the session is bound elsewhere".to_owned(),
            SkipReason::NoWeight => "has weight 0".to_owned(),
        }
    }
}

impl TripSource {
    /// Where the time came from.
    pub fn explain(self) -> String {
        match self {
            TripSource::TripDuration => "from tripDuration".to_owned(),
            TripSource::RetryAfter { seconds } => format!("from Retry-After {seconds}"),
        }
    }
}
