//! The script of what goes wrong at an account.

use clock::Moment;
use model::{Fault, FaultAction};
use std::time::Duration;

/// The faults of an account, in order, and how far each has come.
#[derive(Debug, Default)]
pub(crate) struct Script {
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    fault: Fault,
    passed: u64,
    hit: u64,
    since: Option<Moment>,
}

/// What happens to one call.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Trouble {
    /// How long it is held first.
    pub(crate) delay: Duration,
    /// What happens then, if not the usual.
    pub(crate) action: Option<FaultAction>,
}

impl Script {
    pub(crate) fn new(faults: &[Fault], now: Moment) -> Script {
        let mut script = Script::default();
        for fault in faults {
            script.add(fault.clone(), now);
        }
        script
    }

    pub(crate) fn add(&mut self, fault: Fault, now: Moment) {
        // Time runs from here, or from the first call that is hit when some pass before.
        let since = (fault.after.unwrap_or(0) == 0).then_some(now);
        self.lines.push(Line {
            fault,
            passed: 0,
            hit: 0,
            since,
        });
    }

    pub(crate) fn clear(&mut self) {
        self.lines.clear();
    }

    /// Forgets how far it has come.
    pub(crate) fn restart(&mut self, now: Moment) {
        *self = Script::new(&self.faults(), now);
    }

    pub(crate) fn faults(&self) -> Vec<Fault> {
        self.lines.iter().map(|line| line.fault.clone()).collect()
    }

    /// What happens to the next call of a deployment: the first line that is for it, is due and is not spent. A delay adds
    /// to whatever a later line does.
    pub(crate) fn next(&mut self, deployment: &str, now: Moment) -> Trouble {
        let mut trouble = Trouble::default();
        for line in &mut self.lines {
            if line.applies(deployment, now) {
                match &line.fault.action {
                    FaultAction::Delay { millis } => {
                        trouble.delay = trouble.delay.saturating_add(Duration::from_millis(*millis));
                    }
                    action => {
                        trouble.action = Some(action.clone());
                        break;
                    }
                }
            }
        }
        trouble
    }
}

impl Line {
    fn applies(&mut self, deployment: &str, now: Moment) -> bool {
        if self
            .fault
            .deployment
            .as_deref()
            .is_some_and(|it| !it.eq_ignore_ascii_case(deployment))
        {
            return false;
        }
        if self.passed < self.fault.after.unwrap_or(0) {
            self.passed += 1;
            return false;
        }
        let since = *self.since.get_or_insert(now);
        let spent = self.fault.calls.is_some_and(|calls| self.hit >= calls);
        let over = self
            .fault
            .seconds
            .is_some_and(|seconds| now.since(since).as_secs_f64() >= seconds);
        if spent || over {
            return false;
        }
        self.hit += 1;
        true
    }
}

/// A fault in a word or two, for the journal.
pub(crate) fn describe(action: &FaultAction) -> String {
    match action {
        FaultAction::Status { status, .. } => format!("status {status}"),
        FaultAction::Delay { millis } => format!("delay {millis} ms"),
        FaultAction::Reset => "reset".into(),
        FaultAction::Cut { tokens } => format!("cut after {tokens} tokens"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn script(faults: serde_json::Value) -> Script {
        let faults: Vec<Fault> = serde_json::from_value(faults).unwrap();
        Script::new(&faults, Moment::from_seconds(100))
    }

    fn statuses(script: &mut Script, calls: u64) -> Vec<u16> {
        let status = |trouble: Trouble| match trouble.action {
            Some(FaultAction::Status { status, .. }) => status,
            _ => 200,
        };
        (0..calls)
            .map(|_| status(script.next("d", Moment::from_seconds(100))))
            .collect()
    }

    #[test]
    fn lines_follow_one_another() {
        let mut script = script(json!([
            {"do": "status", "status": 503, "calls": 2},
            {"do": "status", "status": 429, "after": 1, "calls": 1, "retry-after": 5},
        ]));
        assert_eq!(statuses(&mut script, 5), [503, 503, 200, 429, 200]);
        script.restart(Moment::from_seconds(100));
        assert_eq!(statuses(&mut script, 2), [503, 503]);
    }

    #[test]
    fn a_fault_may_end_by_the_clock_or_hit_one_deployment() {
        let mut script = script(json!([
            {"do": "delay", "millis": 250},
            {"do": "reset", "seconds": 20, "deployment": "d"},
        ]));
        let at = |seconds: i64| Moment::from_seconds(100 + seconds);
        let delay = Duration::from_millis(250);
        assert_eq!(
            script.next("d", at(19)),
            Trouble {
                delay,
                action: Some(FaultAction::Reset)
            }
        );
        assert_eq!(script.next("e", at(19)), Trouble { delay, action: None });
        assert_eq!(script.next("d", at(20)), Trouble { delay, action: None });
    }
}
