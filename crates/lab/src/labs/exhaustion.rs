use crate::labs::backend_pool::quota;
use crate::labs::traffic::{HARBOUR, Traffic};
use crate::pool::{self, FOUR};
use crate::verdict::ranges;
use crate::{Account, Call, Expectation, Options, Series};
use std::collections::BTreeSet;
use std::time::Duration;
use trace::Outcome;

pub(super) const TRAFFIC: Traffic = Traffic::Sequence {
    ask: HARBOUR,
    runs: 300,
    pause: Duration::from_millis(100),
};

/// Attempts that `retry count="2"` allows.
const ATTEMPTS: usize = 3;

pub(super) fn judge(
    calls: &[Call],
    _accounts: &[Account],
    _options: &Options,
) -> (Vec<Expectation>, Vec<Series>) {
    let failed: Vec<&Call> = calls.iter().filter(|call| !call.succeeded()).collect();
    let empty = failed.iter().filter(|call| is_empty_503(call)).count();
    let third = failed.iter().filter(|call| is_third_refusal(call)).count();
    let expectations = vec![
        Expectation::none("failures while an account has quota left", &early(calls)),
        Expectation::judged(
            "failures: the empty 503 of the policy, or the third member's own 429",
            format!("{} in all", failed.len()),
            format!("{empty} and {third}"),
            empty + third == failed.len(),
        ),
        Expectation::none(
            "picks against the rules of the pool",
            &pool::wrong_picks(calls, &FOUR),
        ),
        Expectation::none(
            "answers that the quota does not explain",
            &pool::unexplained_quota(calls, quota()),
        ),
        returns(calls),
    ];
    (expectations, Vec::new())
}

fn is_empty_503(call: &Call) -> bool {
    let exhausted = call
        .attempts
        .last()
        .is_some_and(|it| matches!(it.outcome, Outcome::Unavailable { .. }));
    call.status == Some(503) && call.body_bytes == 0 && exhausted
}

fn is_third_refusal(call: &Call) -> bool {
    let refused = |status: Option<u16>| status == Some(429);
    call.attempts.len() == ATTEMPTS
        && call.attempts.iter().all(|it| refused(it.outcome.status()))
        && refused(call.status)
        && call.retry_after.is_some()
}

// Failures before each account has refused a call, unless three refused within that very call.
fn early(calls: &[Call]) -> Vec<String> {
    let mut refused = BTreeSet::new();
    let mut found = Vec::new();
    for call in calls {
        for attempt in &call.attempts {
            if attempt.outcome.status() == Some(429) {
                refused.extend(attempt.backend.as_deref());
            }
        }
        if !call.succeeded() && refused.len() < FOUR.len() && !is_third_refusal(call) {
            found.push(format!(
                "run {} failed when only {} of 4 had refused",
                call.run,
                refused.len()
            ));
        }
    }
    found
}

// Once a member is due back, the next call must reach it. That each failure falls into a time in which all are away is
// what `wrong_picks` checks.
fn returns(calls: &[Call]) -> Expectation {
    let name = "service returns by itself";
    let Some(first) = calls.iter().position(|call| !call.succeeded()) else {
        return Expectation::judged(name, "no failure, nothing to return from", "no failure", true);
    };
    let back = calls
        .iter()
        .skip(first)
        .filter(|call| call.succeeded())
        .map(|call| call.run);
    let runs = ranges(back);
    let due = calls.last().is_some_and(|last| is_due(calls, last));
    let expected = match due {
        true => "some runs after the first failure",
        false => "not before the calls end",
    };
    Expectation::judged(name, expected, format!("runs {runs}"), due == (runs != "none"))
}

// Whether any wait that was announced is over by the last call.
fn is_due(calls: &[Call], last: &Call) -> bool {
    let waits = calls
        .iter()
        .flat_map(|call| &call.attempts)
        .filter(|it| it.outcome.status() == Some(429));
    waits
        .filter_map(|it| Some(it.ended + Duration::from_secs(it.retry_after.as_deref()?.parse().ok()?)))
        .any(|until| until < last.started)
}
