//! A circuit breaker: closed and counting, or open until a moment (gateway.md 3.4).
//!
//! The state machine is pure: it is told the time and what came of a call. There is no half-open state: when the time is
//! up, traffic resumes at once (doc; absence of a half-open state inferred).

use super::retry_after;
use clock::Moment;
use model::{BreakerRule, StatusRange};
use std::sync::Arc;
use std::time::Duration;
use trace::{Trip, TripSource};

/// The breaker of one backend.
#[derive(Debug)]
pub(crate) struct Breaker {
    backend: Arc<str>,
    rules: Vec<Rule>,
    counters: Vec<Counter>,
    open: Option<Open>,
}

#[derive(Debug)]
struct Rule {
    name: Arc<str>,
    count: Option<u64>,
    percentage: Option<u64>,
    interval: Option<Duration>,
    ranges: Vec<StatusRange>,
    reasons: Vec<String>,
    trip: Duration,
    accept_retry_after: bool,
    status: Option<u16>,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counter {
    /// When the present window began.
    pub(crate) began: Option<Moment>,
    /// Calls in it.
    pub(crate) total: u64,
    /// Failed calls in it.
    pub(crate) failures: u64,
}

/// An open breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Open {
    /// When traffic resumes.
    pub(crate) until: Moment,
    /// What decided that.
    pub(crate) source: TripSource,
    /// Place of the rule that opened it.
    pub(crate) rule: usize,
}

/// What came of a call, as far as a breaker cares.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CallResult<'a> {
    /// The backend answered.
    Status {
        status: u16,
        retry_after: Option<&'a str>,
    },
    /// The call failed below HTTP, for a `LastError.Reason`.
    Failed { reason: &'a str },
}

impl Breaker {
    /// The breaker of `backend`, closed.
    pub(crate) fn new(backend: Arc<str>, rules: &[BreakerRule]) -> Breaker {
        let rules: Vec<Rule> = rules.iter().map(Rule::new).collect();
        Breaker {
            backend,
            counters: vec![Counter::default(); rules.len()],
            rules,
            open: None,
        }
    }

    /// Whether the breaker is open at `now`. One whose time is up closes with fresh counters.
    pub(crate) fn open_at(&mut self, now: Moment) -> Option<Open> {
        let open = self.open?;
        if now < open.until {
            return Some(open);
        }
        self.reset();
        None
    }

    /// Counts what came of a call; the trip if that opens the breaker.
    pub(crate) fn record(&mut self, now: Moment, result: CallResult<'_>) -> Option<Trip> {
        // A call that was in flight when the breaker opened does not keep it open longer (inferred).
        if self.open_at(now).is_some() {
            return None;
        }
        let mut tripped: Option<Open> = None;
        for (at, (rule, counter)) in self.rules.iter().zip(&mut self.counters).enumerate() {
            if !rule.count(counter, now, result) {
                continue;
            }
            let (wait, source) = rule.open_time(now, result);
            let open = Open {
                until: now + wait,
                source,
                rule: at,
            };
            if tripped.is_none_or(|other| open.until > other.until) {
                tripped = Some(open);
            }
        }
        let open = tripped?;
        self.open = Some(open);
        Some(Trip {
            backend: self.backend.clone(),
            rule: self.rules[open.rule].name.clone(),
            until: open.until,
            source: open.source,
        })
    }

    /// Closes the breaker with fresh counters.
    pub(crate) fn reset(&mut self) {
        self.open = None;
        self.counters.fill(Counter::default());
    }

    /// `failureResponse.statusCode` of the rule that opened it.
    pub(crate) fn status(&self, open: Open) -> Option<u16> {
        self.rules.get(open.rule)?.status
    }

    /// Names and counters of its rules.
    pub(crate) fn counters(&self) -> impl Iterator<Item = (&Arc<str>, Counter)> {
        self.rules
            .iter()
            .map(|rule| &rule.name)
            .zip(self.counters.iter().copied())
    }
}

impl Rule {
    fn new(rule: &BreakerRule) -> Rule {
        let condition = &rule.failure_condition;
        Rule {
            name: rule.name.as_str().into(),
            count: condition.count,
            percentage: condition.percentage,
            interval: condition.interval.map(|interval| interval.0),
            ranges: condition.status_code_ranges.clone(),
            reasons: condition.error_reasons.clone(),
            trip: rule.trip_duration.0,
            accept_retry_after: rule.accept_retry_after,
            status: rule.failure_response.map(|response| response.status_code),
        }
    }

    // Whether the call trips the rule. Windows are fixed and begin with the first call after the last one ended (inferred).
    fn count(&self, counter: &mut Counter, now: Moment, result: CallResult<'_>) -> bool {
        let over = |began: Moment| self.interval.is_some_and(|interval| now.since(began) >= interval);
        if counter.began.is_none_or(over) {
            *counter = Counter {
                began: Some(now),
                ..Counter::default()
            };
        }
        counter.total += 1;
        counter.failures += u64::from(self.is_failure(result));
        self.count.is_some_and(|count| counter.failures >= count.max(1))
            || self.percentage.is_some_and(|percentage| {
                counter.failures > 0 && counter.failures.saturating_mul(100) / counter.total >= percentage
            })
    }

    fn is_failure(&self, result: CallResult<'_>) -> bool {
        match result {
            CallResult::Status { status, .. } => self
                .ranges
                .iter()
                .any(|range| (range.min..=range.max).contains(&status)),
            CallResult::Failed { reason } => self
                .reasons
                .iter()
                .any(|it| it.trim().eq_ignore_ascii_case(reason)),
        }
    }

    fn open_time(&self, now: Moment, result: CallResult<'_>) -> (Duration, TripSource) {
        if let CallResult::Status {
            retry_after: Some(text),
            ..
        } = result
            && self.accept_retry_after
            && let Some(wait) = retry_after::read(text, now)
        {
            return (
                wait,
                TripSource::RetryAfter {
                    seconds: retry_after::whole_seconds(wait),
                },
            );
        }
        (self.trip, TripSource::TripDuration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn breaker(rules: &str) -> Breaker {
        let rules: Vec<BreakerRule> = serde_json::from_str(rules).expect("rules");
        Breaker::new("b".into(), &rules)
    }

    fn rule(condition: &str, rest: &str) -> String {
        format!(
            r#"{{"name":"r","failureCondition":{{{condition},"interval":"PT1M","statusCodeRanges":[{{"min":429,"max":429}},{{"min":500,"max":599}}],
            "errorReasons":["TIMEOUT"]}},"tripDuration":"PT1M"{rest}}}"#
        )
    }

    fn status(status: u16) -> CallResult<'static> {
        CallResult::Status {
            status,
            retry_after: None,
        }
    }

    fn at(seconds: i64) -> Moment {
        Moment::from_seconds(seconds)
    }

    #[test]
    fn three_failures_in_a_window_open_it_and_successes_do_not_help() {
        let mut breaker = breaker(&format!("[{}]", rule(r#""count":3"#, "")));
        for (second, code) in [(0, 429), (1, 200), (2, 500), (3, 404)] {
            assert_eq!(breaker.record(at(second), status(code)), None);
        }
        let trip = breaker.record(at(4), status(599)).expect("the third failure");
        assert_eq!((trip.until, trip.source), (at(64), TripSource::TripDuration));
        assert!(breaker.open_at(at(63)).is_some());
        assert!(
            breaker.open_at(at(64)).is_none(),
            "traffic resumes when the time is up"
        );
        assert_eq!(breaker.record(at(64), status(429)), None, "with fresh counters");
    }

    #[test]
    fn a_new_window_begins_with_the_first_call_after_the_last() {
        let mut breaker = breaker(&format!("[{}]", rule(r#""count":2"#, "")));
        assert_eq!(breaker.record(at(0), status(429)), None);
        assert_eq!(breaker.record(at(60), status(429)), None);
        assert!(breaker.record(at(119), status(429)).is_some());
    }

    #[test]
    fn a_share_of_failures_opens_it() {
        let mut breaker = breaker(&format!("[{}]", rule(r#""percentage":50"#, "")));
        for code in [200, 200, 429] {
            assert_eq!(breaker.record(at(0), status(code)), None);
        }
        assert!(breaker.record(at(1), status(429)).is_some());
    }

    #[test]
    fn transport_failures_count_only_under_a_named_reason() {
        let mut breaker = breaker(&format!("[{}]", rule(r#""count":1"#, "")));
        assert_eq!(
            breaker.record(
                at(0),
                CallResult::Failed {
                    reason: "BackendConnectionFailure"
                }
            ),
            None
        );
        assert!(
            breaker
                .record(at(0), CallResult::Failed { reason: "Timeout" })
                .is_some()
        );
    }

    #[test]
    fn retry_after_wins_in_both_directions_when_accepted() {
        let rules = format!("[{}]", rule(r#""count":1"#, r#","acceptRetryAfter":true"#));
        let answered = |text| CallResult::Status {
            status: 429,
            retry_after: Some(text),
        };
        for (text, until) in [("5", 5), ("86400", 86_400), ("0", 60), ("later", 60)] {
            let trip = breaker(&rules).record(at(0), answered(text)).expect("a trip");
            assert_eq!(trip.until, at(until), "{text}");
        }
    }

    #[test]
    fn calls_in_flight_do_not_keep_it_open() {
        let mut breaker = breaker(&format!("[{}]", rule(r#""count":1"#, "")));
        breaker.record(at(0), status(429));
        assert_eq!(breaker.record(at(30), status(429)), None);
        assert!(breaker.open_at(at(60)).is_none());
    }

    #[test]
    fn of_several_rules_that_trip_the_longest_counts() {
        let long = rule(r#""count":1"#, "").replace(r#""tripDuration":"PT1M""#, r#""tripDuration":"PT5M""#);
        let mut breaker = breaker(&format!("[{},{long}]", rule(r#""count":1"#, "")));
        assert_eq!(breaker.record(at(0), status(429)).expect("a trip").until, at(300));
    }

    proptest! {
        // The specification's pseudo code, written once more with other words: a list of calls instead of counters.
        #[test]
        fn it_opens_exactly_when_the_window_holds_enough_failures(
            count in 1u64..5,
            calls in prop::collection::vec((0i64..40, prop::bool::ANY), 1..60),
        ) {
            let mut breaker = breaker(&format!("[{}]", rule(&format!(r#""count":{count}"#), "")));
            let (mut now, mut open_until, mut began, mut failures) = (0, 0, None::<i64>, 0);
            for (wait, failed) in calls {
                now += wait;
                let is_open = now < open_until;
                prop_assert_eq!(breaker.open_at(at(now)).is_some(), is_open);
                if is_open {
                    continue;
                }
                if open_until > 0 {
                    (open_until, began) = (0, None);
                }
                if began.is_none_or(|began| now - began >= 60) {
                    (began, failures) = (Some(now), 0);
                }
                failures += u64::from(failed);
                let trips = failures >= count;
                if trips {
                    open_until = now + 60;
                }
                let trip = breaker.record(at(now), status(if failed { 503 } else { 200 }));
                prop_assert_eq!(trip.is_some(), trips);
            }
        }
    }
}
