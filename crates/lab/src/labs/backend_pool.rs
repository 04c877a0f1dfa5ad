use crate::labs::exhaustion;
use crate::labs::traffic::{HARBOUR, Traffic};
use crate::pool::{self, FOUR, Quota};
use crate::verdict::ranges;
use crate::{Account, Call, Expectation, Options, Series};
use std::time::Duration;

pub(super) const TRAFFIC: Traffic = Traffic::Sequence {
    ask: HARBOUR,
    runs: 20,
    pause: Duration::from_millis(100),
};

/// Capacity 1 of the model is 1,000 tokens a minute; a call is thought to cost a quarter of its characters and 16 for the
/// answer (foundry.md 4.1.1 and 4.1.2).
pub(super) fn quota() -> Quota {
    Quota {
        limit: 1000,
        estimate: HARBOUR.characters().div_ceil(4) as u64 + 16,
    }
}

/// As long as no group but the first runs out, the figure of the lab must come out; with more traffic, the rules behind it.
pub(super) fn judge(
    calls: &[Call],
    accounts: &[Account],
    options: &Options,
) -> (Vec<Expectation>, Vec<Series>) {
    // Eight answers of at most 31 + 88 tokens leave room for a ninth, so three accounts serve 27 calls.
    let short = calls.len() <= 27 && elapsed(calls) < Duration::from_secs(55);
    if !short {
        return exhaustion::judge(calls, accounts, options);
    }
    (figure(calls, accounts), Vec::new())
}

fn elapsed(calls: &[Call]) -> Duration {
    match calls {
        [first, .., last] => last.started.since(first.started),
        _ => Duration::ZERO,
    }
}

fn figure(calls: &[Call], accounts: &[Account]) -> Vec<Expectation> {
    let total = calls.len() as u64;
    let good = calls.iter().filter(|call| call.succeeded()).count();
    let first = first_runs(calls);
    let after = total - first;
    let by = |name| pool::runs_on(calls, name);
    let pair = [by("foundry2").len(), by("foundry3").len()];
    let mut expectations = vec![
        Expectation::same("calls answered with 200", total, good),
        Expectation::same(
            "runs on priority 1, until its 1,000 tokens are spent",
            ranges(1..=first),
            ranges(by("foundry1")),
        ),
        Expectation::same(
            "runs on priority 2, shared by its two regions",
            format!("{} to {}", after.div_ceil(2), after / 2),
            format!("{} to {}", pair[0].max(pair[1]), pair[0].min(pair[1])),
        ),
        Expectation::none(
            "turns out of order on priority 2",
            &pool::broken_turns(calls, ["foundry2", "foundry3"]),
        ),
        Expectation::same("runs on priority 3", 0, by("foundry4").len()),
        Expectation::none(
            "picks against the rules of the pool",
            &pool::wrong_picks(calls, &FOUR),
        ),
        Expectation::none(
            "answers that the quota does not explain",
            &pool::unexplained_quota(calls, quota()),
        ),
    ];
    expectations.extend(accounts.iter().filter_map(|it| refusal(calls, it)));
    expectations
}

/// How many calls fit into the first account's minute: ten lines that share nothing with the mock. Tokens of calls that
/// other accounts answered stand for those that the first would have given.
fn first_runs(calls: &[Call]) -> u64 {
    let quota = quota();
    let mut used = 0;
    for (at, call) in calls.iter().enumerate() {
        if used + quota.estimate > quota.limit {
            return at as u64;
        }
        used += call.prompt_tokens + call.completion_tokens;
    }
    calls.len() as u64
}

/// What the mock says about its first refusal, against the tokens that callers saw.
fn refusal(calls: &[Call], account: &Account) -> Option<Expectation> {
    let refusal = account.refusal?;
    let seen: u64 = calls
        .iter()
        .filter(|call| call.backend.as_deref() == Some(&account.name))
        .map(|call| call.prompt_tokens + call.completion_tokens)
        .sum();
    let quota = quota();
    let words = |counted: u64, estimate: u64, limit: u64| {
        format!("{counted} counted + {estimate} estimated > {limit}")
    };
    Some(Expectation::same(
        &format!("{} refuses when its minute is spent", account.name),
        words(seen, quota.estimate, quota.limit),
        words(refusal.counted, refusal.estimate, account.limit),
    ))
}
