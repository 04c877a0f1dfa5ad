use crate::labs::Lab;
use crate::remote::{LabError, Remote, Target};
use crate::{Account, Call, Verdict};
use clock::Clock;
use std::time::Duration;

/// What may be chosen of a lab's traffic.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Calls; the lab's own number when absent.
    pub runs: Option<u64>,
    /// The lab's own interval when absent.
    pub interval: Option<Duration>,
}

/// A lab that has run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Calls in order.
    pub calls: Vec<Call>,
    /// What the mock model servers say.
    pub accounts: Vec<Account>,
    /// Curves that the lab draws besides its calls.
    pub series: Vec<Series>,
    /// The judgement.
    pub verdict: Verdict,
}

/// A curve over the runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What it shows, with its unit.
    pub name: String,
    /// Run and value.
    pub points: Vec<(u64, f64)>,
    /// A level worth a line of its own.
    pub mark: Option<f64>,
}

/// Sends the traffic of `lab` to `target`, showing each call to `watch` as it ends, and judges what came out. Without a
/// control address the decisions are unknown and every expectation that needs them fails.
pub async fn run(
    lab: &Lab,
    target: &Target,
    clock: &Clock,
    options: &Options,
    mut watch: impl FnMut(&Call) + Send,
) -> Result<Outcome, LabError> {
    let mut remote = Remote::new(target, clock).await?;
    let mut calls = Vec::new();
    let mut seen = |call: Call| {
        watch(&call);
        calls.push(call);
    };
    lab.traffic.send(&mut remote, options, &mut seen).await?;
    let accounts = remote.accounts().await?;
    let (expectations, series) = (lab.judge)(&calls, &accounts, options);
    Ok(Outcome {
        calls,
        accounts,
        series,
        verdict: Verdict::of(expectations),
    })
}
