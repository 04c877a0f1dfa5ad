//! 300 calls at 100 ms against four accounts of capacity 1: how it fails, and how it comes back.

use super::{holds, same, test};
use crate::Test;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;
use testkit::{Apimite, Response};
use trace::{Outcome, Record, SkipReason};

const CHAT: &str = "/inference/openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21";

pub(super) fn tests() -> Vec<Test> {
    vec![test(
        "exhaustion > failures begin when all quotas are spent, and service returns by itself",
        run,
    )]
}

/// A failure as the policy makes it, or the third member's own refusal (gateway.md 3.8).
fn explain(record: &Record, response: &Response) -> Result<(), String> {
    let outcomes: Vec<&Outcome> = record.attempts().map(|attempt| &attempt.outcome).collect();
    let what = || format!("request {}: {outcomes:?}", record.summary.number);
    match response.status() {
        503 => {
            holds(format!("{}: not empty", what()), response.body().is_empty())?;
            holds(
                what(),
                matches!(outcomes.last(), Some(Outcome::Unavailable { .. })),
            )?;
            // The last decision names every member with the time until which it is away.
            let last = record.attempts().last().ok_or_else(what)?;
            let open = last
                .skipped
                .iter()
                .filter(|skip| matches!(skip.reason, SkipReason::Open { .. }))
                .count();
            same(&what(), 4, open)
        }
        429 => {
            holds(
                what(),
                outcomes.len() == 3 && outcomes.iter().all(|outcome| outcome.status() == Some(429)),
            )?;
            holds(
                format!("{}: no Retry-After", what()),
                response.header("retry-after").is_some(),
            )
        }
        other => Err(format!("{}: a {other}", what())),
    }
}

async fn run() -> Result<(), String> {
    let apimite = Apimite::builder().lab("exhaustion").start().await;
    let key = apimite.key("master");
    let body = json!({ "messages": [{ "role": "user", "content": "Please write about a harbour town in the morning." }] });
    let mut refused: BTreeSet<String> = BTreeSet::new();
    let (mut failures, mut came_back) = (0, false);
    for call in 1..=300 {
        let response = apimite
            .post(CHAT)
            .header("api-key", key.clone())
            .json(&body)
            .send()
            .await;
        let record = apimite.last().ok_or("no record")?;
        for attempt in record.attempts() {
            if attempt.outcome.status() == Some(429) {
                refused.extend(attempt.backend.as_deref().map(str::to_owned));
            }
        }
        if response.status() == 200 {
            came_back |= failures > 0;
        } else {
            explain(&record, &response)?;
            // Three refusals within one request may come while the fourth member still has quota.
            let is_early = refused.len() < 4 && response.status() != 429;
            holds(
                format!("call {call} failed when only {refused:?} had refused"),
                !is_early,
            )?;
            failures += 1;
        }
        apimite.advance(Duration::from_millis(100)).await;
    }
    holds("no call failed", failures > 0)?;
    holds("service did not return", came_back)
}
