//! The lab's figure in this process and as a command, and that it repeats byte for byte.

use super::{Binary, holds, same, test};
use crate::Test;
use serde_json::{Value, json};
use std::time::Duration;
use testkit::Apimite;

const CHAT: &str = "/inference/openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21";

pub(super) fn tests() -> Vec<Test> {
    vec![
        test(
            "lab > picks follow the quota: priority 1 first, then its two successors in turn",
            picks,
        ),
        test("lab > manual time and one seed give the same bytes", repeats),
        Test::new("lab > the command gives the published figure", figure),
        Test::new(
            "lab > the command repeats byte for byte in manual time",
            same_bytes,
        ),
        Test::new("lab > every built-in lab passes in manual time", every_lab),
        Test::new("lab > another seed moves the switch, not the rules", seeds),
    ]
}

fn question() -> Value {
    json!({ "messages": [
        { "role": "system", "content": "You answer in a few plain sentences." },
        { "role": "user", "content": "What does a harbour town look like in the early morning?" },
    ] })
}

async fn calls(apimite: &Apimite, count: usize) -> Vec<testkit::Response> {
    let key = apimite.key("master");
    let mut responses = Vec::new();
    for _ in 0..count {
        responses.push(
            apimite
                .post(CHAT)
                .header("api-key", key.clone())
                .json(&question())
                .send()
                .await,
        );
        apimite.advance(Duration::from_millis(100)).await;
    }
    responses
}

async fn picks() -> Result<(), String> {
    let apimite = Apimite::builder().lab("backend-pool").start().await;
    let responses = calls(&apimite, 20).await;
    let regions: Vec<&str> = responses
        .iter()
        .map(|it| it.header("x-ms-region").unwrap_or("none"))
        .collect();
    holds(
        format!("{regions:?}"),
        responses.iter().all(|response| response.status() == 200),
    )?;
    let switch = regions
        .iter()
        .position(|region| *region != "East US")
        .ok_or("no switch")?;
    holds(
        format!("{regions:?}: the switch comes at call {}", switch + 1),
        (8..=13).contains(&switch),
    )?;
    let expected: Vec<&str> = ["Sweden Central", "West US"]
        .into_iter()
        .cycle()
        .take(20 - switch)
        .collect();
    same("after the switch", expected, regions[switch..].to_vec())
}

async fn repeats() -> Result<(), String> {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let apimite = Apimite::builder().lab("backend-pool").seed(7).start().await;
        let responses = calls(&apimite, 20).await;
        let mut text = String::new();
        for response in &responses {
            text.push_str(&format!(
                "{} {:?} {}\n",
                response.status(),
                response.headers(),
                response.text()
            ));
        }
        // Ports differ from run to run, and nothing else.
        for record in apimite.records(20) {
            text.push_str(&serde_json::to_string(&record).map_err(|error| error.to_string())?);
        }
        runs.push(text);
    }
    let differ = runs[0].lines().zip(runs[1].lines()).find(|(one, two)| one != two);
    holds(format!("{differ:?}"), runs[0] == runs[1])
}

fn figure() -> Result<(), String> {
    let run = Binary::build()?.run(&["lab", "backend-pool", "--clock", "manual", "--format", "json"])?;
    same("exit code", Some(0), run.code)?;
    let lines = run.json_lines();
    let calls: Vec<&Value> = lines.iter().filter(|line| line.get("run").is_some()).collect();
    same("calls", 20, calls.len())?;
    let regions: Vec<&str> = calls
        .iter()
        .map(|call| call["region"].as_str().unwrap_or("none"))
        .collect();
    same("priority 1", vec!["East US"; 9], regions[..9].to_vec())?;
    let pair: Vec<&str> = ["Sweden Central", "West US"]
        .into_iter()
        .cycle()
        .take(11)
        .collect();
    same("priority 2", pair, regions[9..].to_vec())?;
    holds("a call failed", calls.iter().all(|call| call["status"] == 200))?;
    holds(
        "an answer is too short or too long",
        calls.iter().all(|call| {
            call["promptTokens"] == 31
                && (72..=88).contains(&call["completionTokens"].as_u64().unwrap_or_default())
        }),
    )?;
    // The tenth call is the one that shows its refusal.
    let attempts = calls[9]["attempts"].as_array().cloned().unwrap_or_default();
    let statuses: Vec<&Value> = attempts.iter().map(|attempt| &attempt["status"]).collect();
    same("the switch", vec![&json!(429), &json!(200)], statuses)?;
    same(
        "verdict",
        Some(&json!("pass")),
        lines.last().map(|line| &line["verdict"]),
    )
}

fn same_bytes() -> Result<(), String> {
    let binary = Binary::build()?;
    let arguments = ["lab", "backend-pool", "--clock", "manual", "--format", "json"];
    let (one, two) = (binary.run(&arguments)?, binary.run(&arguments)?);
    holds("nothing was printed", !one.stdout.is_empty())?;
    holds("two runs differ", one.stdout == two.stdout)
}

fn every_lab() -> Result<(), String> {
    let binary = Binary::build()?;
    for name in ["backend-pool", "failover-matrix", "recovery", "exhaustion", "ptu"] {
        let run = binary.run(&["lab", name, "--clock", "manual", "--format", "json"])?;
        let verdict = run.last_json()?;
        holds(
            format!("{name}: {verdict}\n{}", run.stderr),
            verdict["verdict"] == "pass" && run.code == Some(0),
        )?;
    }
    Ok(())
}

fn seeds() -> Result<(), String> {
    let binary = Binary::build()?;
    for seed in ["1", "2", "3"] {
        let run = binary.run(&[
            "lab",
            "backend-pool",
            "--clock",
            "manual",
            "--seed",
            seed,
            "--format",
            "json",
        ])?;
        let verdict = run.last_json()?;
        holds(format!("seed {seed}: {verdict}"), verdict["verdict"] == "pass")?;
    }
    Ok(())
}
