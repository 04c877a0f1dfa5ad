//! Rules that hold for every pool, recomputed from the calls alone. Nothing here is shared with the gateway or the mocks:
//! the times and tokens are what the caller and the attempts show, the rest is arithmetic.

use crate::Call;
use crate::call::member;
use clock::Moment;
use std::collections::BTreeMap;
use std::time::Duration;

/// A member of a pool, as the lab's folder describes it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) priority: u64,
}

/// The members of the lab's four accounts.
pub(crate) const FOUR: [Member; 4] = [
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
    Member {
        name: "foundry4",
        priority: 3,
    },
];

/// Quota of one member: a fixed minute from its first call, an estimate at the door, the true count afterwards
/// (foundry.md 4.1.2 and 4.1.3).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quota {
    pub(crate) limit: u64,
    pub(crate) estimate: u64,
}

const WINDOW: Duration = Duration::from_secs(60);

/// How far times may be apart that two sides read from one clock, one after the other.
const SLACK: Duration = Duration::from_millis(100);

/// Refusals that the arithmetic does not explain, and answers that it does not allow. Calls so close to the end of a window that a slow machine
/// decides are passed over.
pub(crate) fn unexplained_quota(calls: &[Call], quota: Quota) -> Vec<String> {
    let mut windows: BTreeMap<&str, (Moment, u64)> = BTreeMap::new();
    let mut found = Vec::new();
    for call in calls {
        for attempt in &call.attempts {
            let (Some(name), Some(status)) = (member(attempt), attempt.outcome.status()) else {
                continue;
            };
            let (start, used) = windows.entry(name).or_insert((attempt.started, 0));
            let age = attempt.started.since(*start);
            if age >= WINDOW {
                (*start, *used) = (attempt.started, 0);
            }
            let fits = *used + quota.estimate <= quota.limit;
            let near_the_end = age < WINDOW && age + SLACK > WINDOW;
            if fits != (status == 200) && !near_the_end {
                let counted = *used;
                found.push(format!(
                    "run {}: {name} answered {status} with {counted} tokens counted",
                    call.run
                ));
            }
            if status == 200 {
                *used += call.prompt_tokens + call.completion_tokens;
            }
        }
    }
    found
}

/// How long each member stays away, as the answers say.
#[derive(Debug, Default)]
pub(crate) struct Away<'a> {
    until: BTreeMap<&'a str, Moment>,
}

impl<'a> Away<'a> {
    /// Until when `name` is away, if it is at `now`.
    pub(crate) fn until(&self, name: &str, now: Moment) -> Option<Moment> {
        self.until.get(name).copied().filter(|until| *until > now)
    }

    /// Takes notice of an attempt.
    pub(crate) fn note(&mut self, attempt: &'a trace::Attempt) {
        let seconds = attempt
            .retry_after
            .as_deref()
            .and_then(|text| text.trim().parse().ok());
        if let (Some(name), Some(429), Some(seconds)) = (member(attempt), attempt.outcome.status(), seconds) {
            self.until
                .insert(name, attempt.ended + Duration::from_secs(seconds));
        }
    }
}

/// Picks that break the rules of a pool: a member that is away, or one of a group that is not yet due.
pub(crate) fn wrong_picks(calls: &[Call], members: &[Member]) -> Vec<String> {
    let mut away = Away::default();
    let mut found = Vec::new();
    for call in calls {
        for attempt in &call.attempts {
            // A member that is back within the slack may or may not have been seen as such.
            let (now, soon) = (attempt.started, attempt.started + SLACK);
            match member(attempt) {
                None => {
                    if let Some(idle) = members
                        .iter()
                        .find(|it| away.until(it.name, now - SLACK).is_none())
                    {
                        found.push(format!(
                            "run {}: nobody was asked although {} is there",
                            call.run, idle.name
                        ));
                    }
                }
                Some(name) => {
                    let Some(picked) = members.iter().find(|it| it.name == name) else {
                        continue;
                    };
                    let better = members.iter().find(|it| {
                        it.priority < picked.priority && away.until(it.name, now - SLACK).is_none()
                    });
                    if away.until(name, soon).is_some() {
                        found.push(format!("run {}: {name} was asked although it is away", call.run));
                    } else if let Some(better) = better {
                        found.push(format!(
                            "run {}: {name} was asked although {} is there",
                            call.run, better.name
                        ));
                    }
                }
            }
            away.note(attempt);
        }
    }
    found
}

/// Runs whose successful answers break the strict alternation over members of one group that are there together.
pub(crate) fn broken_turns(calls: &[Call], pair: [&str; 2]) -> Vec<String> {
    let mut last: Option<&str> = None;
    let mut found = Vec::new();
    for call in calls {
        let Some(backend) = call.backend.as_deref().filter(|name| pair.contains(name)) else {
            continue;
        };
        if last == Some(backend) {
            found.push(format!("run {}: {backend} twice in a row", call.run));
        }
        last = Some(backend);
    }
    found
}

/// The runs that `backend` answered.
pub(crate) fn runs_on(calls: &[Call], backend: &str) -> Vec<u64> {
    calls
        .iter()
        .filter(|call| call.backend.as_deref() == Some(backend))
        .map(|call| call.run)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::tests::call;
    use trace::{Attempt, Outcome};

    // Seconds, member, status, seconds of `Retry-After`.
    fn attempt(at: i64, member: Option<&str>, status: u16, wait: Option<u64>) -> Attempt {
        Attempt {
            pool: Some("pool".into()),
            backend: member.map(Into::into),
            url: None,
            skipped: Vec::new(),
            outcome: match member {
                Some(_) => Outcome::Answered { status },
                None => Outcome::Unavailable {
                    status,
                    retry_after: wait.unwrap_or(1),
                },
            },
            tripped: None,
            retry_after: wait.map(|wait| wait.to_string()),
            started: Moment::from_seconds(at),
            ended: Moment::from_seconds(at),
        }
    }

    #[test]
    fn a_pick_must_be_due() {
        let refused = attempt(0, Some("foundry1"), 429, Some(30));
        let wrong = |attempts: Vec<Attempt>| wrong_picks(&[call(1, attempts)], &FOUR);
        let next = |at, member| vec![refused.clone(), attempt(at, member, 200, None)];
        assert_eq!(wrong(next(1, Some("foundry2"))), Vec::<String>::new());
        assert_eq!(
            wrong(next(1, Some("foundry1"))),
            ["run 1: foundry1 was asked although it is away"]
        );
        assert_eq!(
            wrong(next(1, Some("foundry4"))),
            ["run 1: foundry4 was asked although foundry2 is there"]
        );
        assert_eq!(
            wrong(next(31, Some("foundry2"))),
            ["run 1: foundry2 was asked although foundry1 is there"]
        );
        assert_eq!(
            wrong(next(1, None)),
            ["run 1: nobody was asked although foundry2 is there"]
        );
    }

    #[test]
    fn a_refusal_must_come_from_the_quota() {
        let quota = Quota {
            limit: 100,
            estimate: 40,
        };
        let spend = |run, at| call(run, vec![attempt(at, Some("a"), 200, None)]);
        let refuse = |run, at| call(run, vec![attempt(at, Some("a"), 429, Some(9))]);
        // Each call costs 50: after two, 100 are counted and none fits until the minute is over.
        let good = [spend(1, 0), spend(2, 1), refuse(3, 2), spend(4, 60)];
        assert_eq!(unexplained_quota(&good, quota), Vec::<String>::new());
        let bad = [spend(1, 0), refuse(2, 1)];
        assert_eq!(
            unexplained_quota(&bad, quota),
            ["run 2: a answered 429 with 50 tokens counted"]
        );
        let bad = [spend(1, 0), spend(2, 1), spend(3, 2)];
        assert_eq!(
            unexplained_quota(&bad, quota),
            ["run 3: a answered 200 with 100 tokens counted"]
        );
    }
}
