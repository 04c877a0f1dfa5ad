use crate::labs::traffic::{HARBOUR, Traffic};
use crate::pool::{self, Member};
use crate::verdict::ranges;
use crate::{Account, Call, Expectation, Options, Series};
use std::time::Duration;

pub(super) const TRAFFIC: Traffic = Traffic::Sequence {
    ask: HARBOUR,
    runs: 20,
    pause: Duration::from_millis(500),
};

const THREE: [Member; 3] = [
    Member {
        name: "foundry1",
        priority: 1,
    },
    Member {
        name: "foundry2",
        priority: 2,
    },
    Member {
        name: "foundry3",
        priority: 2,
    },
];

/// The call that the preferred account refuses, and for how long, as the folder's settings say.
const REFUSED: u64 = 6;
const AWAY: Duration = Duration::from_secs(5);

pub(super) fn judge(
    calls: &[Call],
    _accounts: &[Account],
    _options: &Options,
) -> (Vec<Expectation>, Vec<Series>) {
    let total = calls.len() as u64;
    let back = return_run(calls);
    let by = |name| pool::runs_on(calls, name);
    let on_pair = |call: &&Call| matches!(call.backend.as_deref(), Some("foundry2" | "foundry3"));
    let refused = calls
        .iter()
        .filter(|call| call.attempts.len() > 1)
        .map(|call| call.run);
    let away = REFUSED..back;
    let first = (1..=total).filter(|run| !away.contains(run));
    let expectations = vec![
        Expectation::same(
            "calls answered with 200",
            total,
            calls.iter().filter(|call| call.succeeded()).count(),
        ),
        Expectation::same(
            "runs refused by priority 1, answered by the next attempt",
            ranges(once(total)),
            ranges(refused),
        ),
        Expectation::same(
            "runs on priority 1, away for five seconds",
            ranges(first),
            ranges(by("foundry1")),
        ),
        Expectation::same(
            "runs on the pair of priority 2",
            ranges(away),
            ranges(calls.iter().filter(on_pair).map(|call| call.run)),
        ),
        Expectation::none(
            "turns out of order on priority 2",
            &pool::broken_turns(calls, ["foundry2", "foundry3"]),
        ),
        Expectation::none(
            "picks against the rules of the pool",
            &pool::wrong_picks(calls, &THREE),
        ),
    ];
    (expectations, Vec::new())
}

fn once(total: u64) -> Option<u64> {
    (total >= REFUSED).then_some(REFUSED)
}

/// The first run that starts five seconds or more after the refusal: run 16 when calls are half a second apart.
fn return_run(calls: &[Call]) -> u64 {
    let after = calls.len() as u64 + 1;
    let Some(refused) = calls
        .iter()
        .find(|call| call.run == REFUSED)
        .and_then(|call| call.attempts.first())
    else {
        return after;
    };
    let until = refused.ended + AWAY;
    let begins = |call: &Call| {
        call.attempts
            .first()
            .map_or(call.started, |attempt| attempt.started)
    };
    calls
        .iter()
        .find(|call| call.run > REFUSED && begins(call) >= until)
        .map_or(after, |call| call.run)
}
