use crate::call::member;
use crate::labs::traffic::{Ask, Traffic};
use crate::pool::{self, Member};
use crate::{Account, Call, Expectation, Options, Series};
use clock::Moment;
use std::time::Duration;

const ASK: Ask = Ask {
    deployment: "gpt-4o",
    system: "You are a patient guide to a small harbour town.",
    user: "Where can I watch the boats come in?",
    max_tokens: Some(100),
};

pub(super) const TRAFFIC: Traffic = Traffic::Paced {
    ask: ASK,
    runs: 300,
    pace: Duration::from_millis(250),
    rest: 1.0 / 15.0,
    slow: 4,
};

const THREE: [Member; 3] = [
    Member {
        name: RESERVED,
        priority: 1,
    },
    Member {
        name: "overflow1",
        priority: 2,
    },
    Member {
        name: "overflow2",
        priority: 2,
    },
];
const RESERVED: &str = "reserved";

/// 15 units of gpt-4o, 2,500 input tokens a minute each (foundry.md 4.2.1): normalised tokens a second.
const RATE: f64 = 15.0 * 2500.0 / 60.0;
/// What is worked off in the 20 seconds that the folder sets as burst window: 100 %.
const FULL: f64 = RATE * 20.0;
/// An answer's token weighs four.
const WEIGHT: f64 = 4.0;
/// Tolerated difference of the measured share from the expected, relative.
const WITHIN: f64 = 0.03;
/// Two sides look at the clock one after the other: so much of a level is passed over.
const SLACK: f64 = RATE * 0.1;

pub(super) fn judge(
    calls: &[Call],
    _accounts: &[Account],
    _options: &Options,
) -> (Vec<Expectation>, Vec<Series>) {
    let walk = walk(calls);
    let good = calls.iter().filter(|call| call.succeeded()).count();
    let mut expectations = vec![
        Expectation::same("calls answered with 200", calls.len(), good),
        Expectation::none(
            "refusals at or under 100 %, or admissions above",
            &walk.objections,
        ),
        Expectation::none(
            "picks against the rules of the pool",
            &pool::wrong_picks(calls, &THREE),
        ),
    ];
    expectations.push(share(calls));
    expectations.push(returns(calls));
    (expectations, series(calls, walk))
}

/// The level of the leaky bucket, worked out from the calls (foundry.md 4.2.2).
struct Walk {
    /// Run and percent before each call that reached the reserved deployment.
    levels: Vec<(u64, f64)>,
    /// Percent that the level has at the end of each call.
    curve: Vec<(u64, f64)>,
    objections: Vec<String>,
}

fn cost(call: &Call) -> f64 {
    call.prompt_tokens as f64 + WEIGHT * call.completion_tokens as f64
}

fn walk(calls: &[Call]) -> Walk {
    let mut walk = Walk {
        levels: Vec::new(),
        curve: Vec::new(),
        objections: Vec::new(),
    };
    let (mut level, mut at) = (0.0_f64, calls.first().map_or(Moment::EPOCH, |call| call.started));
    for call in calls {
        for attempt in call.attempts.iter().filter(|it| member(it) == Some(RESERVED)) {
            let now = attempt.started;
            level = (level - RATE * now.since(at).as_secs_f64()).max(0.0);
            at = now;
            walk.levels.push((call.run, 100.0 * level / FULL));
            let status = attempt.outcome.status();
            let wrong = match status {
                Some(200) => level > FULL + SLACK,
                _ => level < FULL - SLACK,
            };
            if wrong {
                let status = status.map_or("nothing".to_owned(), |status| status.to_string());
                walk.objections.push(format!(
                    "run {}: {status} at {:.1} %",
                    call.run,
                    100.0 * level / FULL
                ));
            }
            if status == Some(200) {
                level += cost(call);
            }
        }
        let now = call.started;
        let shown = (level - RATE * now.since(at).as_secs_f64()).max(0.0);
        walk.curve.push((call.run, 100.0 * shown / FULL));
    }
    walk
}

/// From the first refusal to the last the level ends where it began, so the reserved deployment must have served exactly
/// what it works off.
fn share(calls: &[Call]) -> Expectation {
    let name = "share of priority 1 while above 100 %: capacity over offered load";
    let refused: Vec<(usize, Moment)> = refusals(calls);
    let (Some((first, from)), Some((last, to))) = (refused.first(), refused.last()) else {
        return Expectation::judged(name, "some refusals", "none", false);
    };
    let span = &calls[*first..*last];
    let offered: f64 = span.iter().map(cost).sum();
    let served: f64 = span
        .iter()
        .filter(|call| call.backend.as_deref() == Some(RESERVED))
        .map(cost)
        .sum();
    let capacity = RATE * to.since(*from).as_secs_f64();
    if offered <= 0.0 || capacity <= 0.0 {
        return Expectation::judged(name, "a time above 100 %", "none", false);
    }
    let (expected, actual) = (capacity / offered, served / offered);
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let ok = (actual / expected - 1.0).abs() <= WITHIN;
    Expectation::judged(
        name,
        format!("{} within 3 %", percent(expected)),
        percent(actual),
        ok,
    )
}

// Place of each refused call, and the moment of the refusal.
fn refusals(calls: &[Call]) -> Vec<(usize, Moment)> {
    let refusal = |call: &Call| {
        let refused = |it: &&trace::Attempt| member(it) == Some(RESERVED) && it.outcome.status() == Some(429);
        call.attempts.iter().find(refused).map(|it| it.started)
    };
    calls
        .iter()
        .enumerate()
        .filter_map(|(at, call)| Some((at, refusal(call)?)))
        .collect()
}

fn returns(calls: &[Call]) -> Expectation {
    let name = "runs on priority 1 once the load is light";
    let tail = &calls[calls.len() - (calls.len() / 30).min(calls.len())..];
    let on_reserved = tail
        .iter()
        .filter(|call| call.backend.as_deref() == Some(RESERVED))
        .count();
    Expectation::same(
        name,
        format!("the last {}", tail.len()),
        format!("the last {on_reserved}"),
    )
}

fn series(calls: &[Call], walk: Walk) -> Vec<Series> {
    let mut series = vec![
        Series {
            name: "utilisation of the reserved deployment, %".to_owned(),
            points: walk.curve,
            mark: Some(100.0),
        },
        Series {
            name: "refusals so far".to_owned(),
            points: counted(calls),
            mark: None,
        },
    ];
    let told = calls
        .iter()
        .filter_map(|call| Some((call.run, call.utilization?)))
        .collect();
    series.push(Series {
        name: "utilisation as the answers of the reserved deployment tell it, %".to_owned(),
        points: told,
        mark: Some(100.0),
    });
    let mut regions: Vec<&str> = Vec::new();
    for region in calls.iter().filter_map(|call| call.region.as_deref()) {
        if !regions.contains(&region) {
            regions.push(region);
        }
    }
    series.extend(regions.into_iter().map(|region| shares(calls, region)));
    series
}

fn counted(calls: &[Call]) -> Vec<(u64, f64)> {
    let mut sum = 0.0;
    let mut points = Vec::new();
    for call in calls {
        sum += call
            .attempts
            .iter()
            .filter(|it| it.outcome.status() == Some(429))
            .count() as f64;
        points.push((call.run, sum));
    }
    points
}

/// Share of a region among the last so many calls.
const WINDOW: usize = 20;

fn shares(calls: &[Call], region: &str) -> Series {
    let share = |at: usize| {
        let window = &calls[(at + 1).saturating_sub(WINDOW)..=at];
        let here = window
            .iter()
            .filter(|call| call.region.as_deref() == Some(region))
            .count();
        100.0 * here as f64 / window.len() as f64
    };
    let points = calls
        .iter()
        .enumerate()
        .map(|(at, call)| (call.run, share(at)))
        .collect();
    Series {
        name: format!("{region}: share of the last {WINDOW} calls, %"),
        points,
        mark: None,
    }
}
