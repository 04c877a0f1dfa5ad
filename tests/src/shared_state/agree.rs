//! The counters in a server and those in memory are asked the same, and must say the same.

use super::server::Server;
use crate::acceptance::same;
use crate::{Test, block_on};
use clock::{Clock, Moment};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};
use state::{Add, Counters, MemoryCounters, Refusal, Rule, Take};
use std::cell::Cell;
use std::time::Duration;

pub(super) fn tests() -> Vec<Test> {
    vec![Test::new(
        "redis > counters there and in memory decide alike",
        alike,
    )]
}

/// A question about one or two of a few counters.
#[derive(Debug, Clone)]
struct Ask {
    /// Microseconds since the question before; clocks of two gateways may differ, so also backwards.
    later: i64,
    kind: Kind,
    first: usize,
    second: Option<usize>,
    amount: u16,
    need: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Take,
    Add,
    /// What the question before added.
    TakeBack,
}

const SECOND: Duration = Duration::from_secs(1);
const START: Moment = Moment::from_seconds(1_714_564_800);
/// Rule and limit of each counter.
fn counters() -> [(&'static str, Rule, u64); 5] {
    let until = Some(START + SECOND * 2);
    [
        ("window", Rule::Sliding { period: SECOND }, 5),
        ("wide", Rule::Sliding { period: SECOND * 3 }, 12),
        ("bucket", Rule::Bucket { period: SECOND }, 4),
        ("quota", Rule::Fixed { until }, 9),
        ("ever", Rule::Fixed { until: None }, 40),
    ]
}

fn asks() -> impl Strategy<Value = Vec<Ask>> {
    let kind = prop_oneof![
        5 => Just(Kind::Take),
        2 => Just(Kind::Add),
        1 => Just(Kind::TakeBack),
    ];
    let later = prop_oneof![
        4 => 0i64..300_000,
        1 => 0i64..3_000_000,
        1 => -5_000i64..0,
    ];
    let ask = (
        later,
        kind,
        0usize..5,
        prop::option::of(0usize..5),
        0u16..4,
        0u16..4,
    );
    let ask = ask.prop_map(|(later, kind, first, second, amount, need)| Ask {
        later,
        kind,
        first,
        second,
        amount,
        need,
    });
    prop::collection::vec(ask, 1..60)
}

fn alike() -> Result<(), String> {
    let server = Server::start()?;
    let config = Config {
        cases: 64,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        ..Config::default()
    };
    let number = Cell::new(0);
    let outcome = TestRunner::new(config).run(&asks(), |asks| {
        number.set(number.get() + 1);
        block_on(play(&server, number.get(), &asks)).map_err(TestCaseError::fail)
    });
    outcome.map_err(|error| match error {
        TestError::Fail(reason, asks) => format!("{reason}\n{asks:#?}"),
        TestError::Abort(reason) => reason.to_string(),
    })
}

async fn play(server: &Server, number: u32, asks: &[Ask]) -> Result<(), String> {
    let clock = Clock::manual(START);
    let there = server.connect(&format!("agree{number}"), &clock).await?.counters;
    let here = MemoryCounters::default();
    let known = counters();
    let mut now = START;
    let mut before: Option<(usize, Moment, u16)> = None;
    for ask in asks {
        now = match u64::try_from(ask.later) {
            Ok(later) => now + Duration::from_micros(later),
            Err(_) => now - Duration::from_micros(ask.later.unsigned_abs()),
        };
        let which = [Some(ask.first), ask.second];
        let asked = which.into_iter().flatten().map(|at| known[at]);
        match ask.kind {
            Kind::Take => {
                let takes: Vec<Take<'_>> = asked
                    .map(|(key, rule, limit)| Take {
                        key,
                        rule,
                        limit,
                        need: ask.need.into(),
                        amount: ask.amount.into(),
                    })
                    .collect();
                let (there, here) = (
                    there.take(&takes, now).get().await,
                    here.take(&takes, now).get().await,
                );
                same("left", &here.left, &there.left)?;
                same("refused", here.refused.map(coarse), there.refused.map(coarse))?;
                before = here.refused.is_none().then_some((ask.first, now, ask.amount));
            }
            Kind::Add | Kind::TakeBack => {
                let amount = i64::from(ask.amount);
                let (adds, at): (Vec<(usize, i64)>, Moment) = match (ask.kind, before) {
                    (Kind::TakeBack, Some((which, at, amount))) => (vec![(which, -i64::from(amount))], at),
                    (Kind::TakeBack, None) => continue,
                    _ => (which.into_iter().flatten().map(|at| (at, amount)).collect(), now),
                };
                let adds: Vec<Add<'_>> = adds
                    .into_iter()
                    .map(|(which, amount)| (known[which], amount))
                    .map(|((key, rule, limit), amount)| Add {
                        key,
                        rule,
                        limit,
                        amount,
                        at,
                    })
                    .collect();
                let (there, here) = (
                    there.add(&adds, now).get().await,
                    here.add(&adds, now).get().await,
                );
                same("left", here, there)?;
                before = None;
            }
        }
    }
    Ok(())
}

// Memory waits to the nanosecond, the server to the microsecond.
fn coarse(refusal: Refusal) -> (usize, Option<u64>) {
    let micros = |wait: Duration| u64::try_from(wait.as_nanos().div_ceil(1_000)).unwrap_or(u64::MAX);
    (refusal.which, refusal.wait.map(micros))
}
