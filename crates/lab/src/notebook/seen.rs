use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use trace::Record;

/// Where gateway, mocks and management plane stood at a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Mark {
    request: u64,
    call: u64,
    management: f64,
}

/// What happened between two moments.
#[derive(Debug, Default)]
pub struct Seen {
    /// Requests to the gateway, oldest first.
    pub(super) requests: Vec<Record>,
    /// Calls that the mocks received, in their order.
    pub(super) calls: Vec<Call>,
    management: Duration,
}

/// What is needed of a line in the mocks' journal.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Call {
    number: u64,
    at: i64,
    ended: Option<i64>,
    simulated: u64,
    pub(super) region: String,
    pub(super) status: Option<u16>,
}

/// How long this program was busy, without the time that models are pretended to take.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Default)]
pub struct Spent {
    /// Seconds in the gateway, without the time of the backends.
    pub gateway: f64,
    /// Seconds in the mock models.
    pub mocks: f64,
    /// Seconds in the management plane and at sign-in.
    pub management: f64,
}

impl Spent {
    /// All of it, in seconds.
    pub fn total(&self) -> f64 {
        self.gateway + self.mocks + self.management
    }
}

impl Seen {
    /// Reads what the control routes `/requests`, `/mocks/journal` and `/management` say, from `mark` on. What is missing or cannot be
    /// read did not happen.
    pub fn read(requests: &Value, journal: &Value, management: &Value, mark: Mark) -> Seen {
        let requests: Vec<Record> = items(requests);
        let calls: Vec<Call> = items(journal);
        let busy = management["seconds"].as_f64().unwrap_or_default() - mark.management;
        Seen {
            requests: requests
                .into_iter()
                .filter(|it| it.summary.number > mark.request)
                .collect(),
            calls: calls.into_iter().filter(|it| it.number > mark.call).collect(),
            management: Duration::try_from_secs_f64(busy).unwrap_or_default(),
        }
    }

    /// Where everything stands now, if this was read from the beginning.
    pub fn mark(&self) -> Mark {
        Mark {
            request: self
                .requests
                .iter()
                .map(|it| it.summary.number)
                .max()
                .unwrap_or(0),
            call: self.calls.iter().map(|it| it.number).max().unwrap_or(0),
            management: self.management.as_secs_f64(),
        }
    }

    /// How many requests the gateway answered with each status; 0 where the caller left before.
    pub fn statuses(&self) -> BTreeMap<String, u64> {
        tally(self.requests.iter().map(|it| it.summary.status.to_string()))
    }

    /// How many answers with status 200 came from models in each region.
    pub fn regions(&self) -> BTreeMap<String, u64> {
        let answered = self.calls.iter().filter(|it| it.status == Some(200));
        tally(answered.map(|it| it.region.clone()))
    }

    /// How long this program was busy with it.
    pub fn spent(&self) -> Spent {
        let of_request = |it: &Record| {
            let backends: Duration = it
                .attempts()
                .map(|attempt| attempt.ended.since(attempt.started))
                .sum();
            it.summary
                .ended
                .since(it.summary.started)
                .saturating_sub(backends)
        };
        let of_call = |it: &Call| {
            let took = it.ended.map_or(0, |ended| ended.saturating_sub(it.at));
            Duration::from_nanos(u64::try_from(took).unwrap_or(0).saturating_sub(it.simulated))
        };
        Spent {
            gateway: self
                .requests
                .iter()
                .map(of_request)
                .sum::<Duration>()
                .as_secs_f64(),
            mocks: self.calls.iter().map(of_call).sum::<Duration>().as_secs_f64(),
            management: self.management.as_secs_f64(),
        }
    }
}

/// How often each occurs.
pub(super) fn tally<T: Ord>(all: impl Iterator<Item = T>) -> BTreeMap<T, u64> {
    let mut counts = BTreeMap::new();
    for it in all {
        *counts.entry(it).or_default() += 1;
    }
    counts
}

fn items<T: serde::de::DeserializeOwned>(list: &Value) -> Vec<T> {
    let items = list.as_array().into_iter().flatten();
    items
        .filter_map(|it| serde_json::from_value(it.clone()).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_models_are_pretended_to_take_is_not_ours() {
        let second = 1_000_000_000_i64;
        let journal = json!([
            { "number": 1, "at": 0, "ended": second, "simulated": second, "region": "East US", "status": 200 },
            { "number": 2, "at": 0, "ended": second, "simulated": second / 2, "region": "East US", "status": 200 },
            // The caller left early.
            { "number": 3, "at": 0, "ended": second / 4, "simulated": second, "region": "East US", "status": null },
        ]);
        let before = Seen::read(
            &json!([]),
            &json!([journal[0]]),
            &json!({ "seconds": 1.5 }),
            Mark::default(),
        );
        let seen = Seen::read(&json!([]), &journal, &json!({ "seconds": 2.0 }), before.mark());
        assert_eq!(seen.calls.len(), 2);
        let spent = seen.spent();
        assert_eq!((spent.gateway, spent.mocks, spent.management), (0.0, 0.5, 0.5));
        assert_eq!(spent.total(), 1.0);
    }
}
