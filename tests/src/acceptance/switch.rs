//! When a quota runs out, recomputed for many quotas from foundry.md 4.1.1 to 4.1.3 with arithmetic of our own.

use crate::{Test, block_on};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use testkit::{Account, Api, Apimite, Backend, Breaker, Pool};

const CHAT: &str = "/deployments/gpt/chat/completions?api-version=2024-10-21";
const QUESTION: &str = "Please write a few sentences about a harbour town in the early morning.";

pub(super) fn tests() -> Vec<Test> {
    vec![Test::new(
        "quota > the switch comes where arithmetic says, for 200 quotas",
        switches,
    )]
}

fn switches() -> Result<(), String> {
    let config = Config {
        cases: 200,
        failure_persistence: None,
        ..Config::default()
    };
    let triples = (1u64..=2, 40u64..=200, any::<u64>());
    let mut runner = TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(Default::default()),
    );
    let outcome = runner.run(&triples, |(capacity, answer, seed)| {
        let (first, prompt) = block_on(measure(capacity, answer, seed));
        prop_assert_eq!(
            first,
            expected(capacity, prompt, answer),
            "capacity {}, answers of {}",
            capacity,
            answer
        );
        Ok(())
    });
    outcome.map_err(|error| error.to_string())
}

/// Calls that the first account serves before it refuses one: what is counted is what was really used, what is asked is a
/// quarter of the characters and 16 for the answer; and no more than 20 calls a minute at this size.
fn expected(capacity: u64, prompt: u64, answer: u64) -> u64 {
    let limit = capacity * 1000;
    let estimate = (QUESTION.len() as u64).div_ceil(4) + 16;
    let mut used = 0;
    let mut calls = 0;
    while used + estimate <= limit && calls < 20 {
        used += prompt + answer;
        calls += 1;
    }
    calls
}

/// Calls until the first one that the second account serves, and the tokens of the prompt as the answers count them.
async fn measure(capacity: u64, answer: u64, seed: u64) -> (u64, u64) {
    let apimite = Apimite::builder()
        .seed(seed)
        .account(Account::new("one", "eastus").standard("gpt", "gpt-4o-mini", capacity))
        .account(Account::new("two", "westus").standard("gpt", "gpt-4o-mini", 1000))
        .settings(|settings| {
            for account in ["one", "two"] {
                let account = settings.accounts.entry(account.into()).or_default();
                account.auth = Some("off".into());
                let deployment = account.deployments.entry("gpt".into()).or_default();
                deployment.answer_tokens = Some([answer, answer]);
                deployment.latency.first_token = Some(0.0);
                deployment.latency.per_token = Some(0.0);
            }
        })
        .backend(
            Backend::new("one", "https://one.openai.azure.com/openai")
                .breaker(Breaker::on([429]).accept_retry_after()),
        )
        .backend(Backend::new("two", "https://two.openai.azure.com/openai"))
        .pool(Pool::new("both").prioritised("one", 1).prioritised("two", 2))
        .api(
            Api::new("chat")
                .path("")
                .open()
                .operation(
                    "POST",
                    "/deployments/{d}/chat/completions?api-version={api-version}",
                )
                .inbound(r#"<set-backend-service backend-id="both" />"#)
                .backend(
                    r#"<retry count="1" interval="0" condition="@(context.Response.StatusCode == 429)">
                         <forward-request buffer-request-body="true" />
                       </retry>"#,
                ),
        )
        .start()
        .await;
    let body = json!({ "messages": [{ "role": "user", "content": QUESTION }] });
    let mut prompt = 0;
    for call in 0..100 {
        let response = apimite.post(CHAT).json(&body).send().await;
        assert_eq!(response.status(), 200, "{}", response.text());
        let usage = &response.json()["usage"];
        assert_eq!(usage["completion_tokens"], answer);
        prompt = usage["prompt_tokens"].as_u64().unwrap_or_default();
        if response.header("x-ms-region") == Some("West US") {
            return (call, prompt);
        }
    }
    (100, prompt)
}
