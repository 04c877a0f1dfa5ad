//! Frames in manual time, and callers that leave.

use super::{holds, same, test};
use crate::Test;
use serde_json::json;
use std::time::Duration;
use testkit::{Account, Api, Apimite, Backend, Builder, Piece, Reply, Upstream};

const SECOND: Duration = Duration::from_secs(1);
const CHAT: &str = "/chat/deployments/gpt/chat/completions?api-version=2024-10-21";

pub(super) fn tests() -> Vec<Test> {
    vec![
        test(
            "streaming > the client holds frame 1 while the clock stands before frame 2",
            frame_by_frame,
        ),
        test(
            "streaming > with the default, chunks are held back until the end or 8 KB",
            coalesced,
        ),
        test("streaming > frames of a mock model come when they are due", model),
        test(
            "streaming > a client that leaves is found in the mock's journal, with its token",
            cancelled,
        ),
        test(
            "streaming > a caller that leaves before the head stops the call",
            gone_early,
        ),
    ]
}

fn ticking() -> Reply {
    let event = |text: &str| format!("data: {text}\n\n");
    Reply::status(200)
        .header("content-type", "text/event-stream")
        .body(event("one"))
        .wait(SECOND)
        .body(event("two"))
        .wait(SECOND)
        .body(event("three"))
}

async fn ticks(forward: &str) -> Apimite {
    Apimite::builder()
        .manual_clock()
        .upstream("ticks", Upstream::always(ticking()))
        .api(
            Api::new("api")
                .path("")
                .open()
                .service_url("http://ticks.test")
                .operation("GET", "/*")
                .backend(forward),
        )
        .start()
        .await
}

fn texts(pieces: &[Piece]) -> Vec<String> {
    pieces.iter().map(Piece::text).collect()
}

async fn frame_by_frame() -> Result<(), String> {
    let apimite = ticks(r#"<forward-request buffer-response="false" />"#).await;
    let mut stream = apimite
        .get("/")
        .stream()
        .await
        .map_err(|error| error.to_string())?;
    apimite.settle().await;
    same(
        "before time moves",
        vec!["data: one\n\n".to_owned()],
        texts(&stream.arrived()),
    )?;
    apimite.advance(SECOND - Duration::from_millis(1)).await;
    same("a moment before", Vec::<String>::new(), texts(&stream.arrived()))?;
    apimite.advance(Duration::from_millis(1)).await;
    same(
        "on time",
        vec!["data: two\n\n".to_owned()],
        texts(&stream.arrived()),
    )?;
    apimite.advance(SECOND).await;
    same(
        "the last",
        vec!["data: three\n\n".to_owned()],
        texts(&stream.arrived()),
    )?;
    holds("the answer goes on", stream.frame().await.is_none())
}

async fn coalesced() -> Result<(), String> {
    let apimite = ticks("<forward-request />").await;
    let call = apimite.get("/").start();
    apimite.settle().await;
    apimite.advance(SECOND).await;
    holds("answered before the end", !call.is_finished())?;
    apimite.advance(SECOND).await;
    same(
        "whole",
        "data: one\n\ndata: two\n\ndata: three\n\n".to_owned(),
        call.answer().await.text(),
    )
}

fn chat() -> Builder {
    Apimite::builder()
        .account(Account::new("east", "eastus").standard("gpt", "gpt-4o-mini", 100))
        .settings(|settings| {
            let deployment = settings
                .accounts
                .entry("east".into())
                .or_default()
                .deployments
                .entry("gpt".into())
                .or_default();
            deployment.answer_tokens = Some([20, 20]);
            deployment.latency.first_token = Some(1000.0);
            deployment.latency.per_token = Some(100.0);
            deployment.latency.jitter = Some(0.0);
        })
        .backend(
            Backend::new("east", "https://east.openai.azure.com/openai")
                .managed_identity("https://cognitiveservices.azure.com"),
        )
        .api(
            Api::new("chat")
                .open()
                .operation(
                    "POST",
                    "/deployments/{d}/chat/completions?api-version={api-version}",
                )
                .inbound(r#"<set-backend-service backend-id="east" />"#)
                .backend(r#"<forward-request buffer-response="false" />"#),
        )
}

fn question(stream: bool) -> serde_json::Value {
    json!({ "stream": stream, "messages": [{ "role": "user", "content": "What is a harbour?" }] })
}

async fn model() -> Result<(), String> {
    let apimite = chat().start().await;
    let began = apimite.now();
    let mut stream = apimite
        .post(CHAT)
        .json(&question(true))
        .stream()
        .await
        .map_err(|error| error.to_string())?;
    same("status", 200, stream.status())?;
    same("region", Some("East US"), stream.header("x-ms-region"))?;
    let mut times = Vec::new();
    let mut text = String::new();
    while let Some(piece) = stream.frame().await {
        text.push_str(&piece.text());
        times.push(piece.at.since(began).as_millis());
    }
    let events = text
        .lines()
        .filter(|line| line.starts_with("data: {") && line.contains("\"content\":\""))
        .count();
    holds(
        format!("{events} events of an answer of 20 tokens\n{text}"),
        (20..=21).contains(&events),
    )?;
    holds("no end", text.trim_end().ends_with("data: [DONE]"))?;
    // The first token is due at 1 s, the twentieth 1.9 s later.
    holds(format!("no frame at 1000: {times:?}"), times.contains(&1000))?;
    holds(format!("no frame at 2900: {times:?}"), times.contains(&2900))?;
    holds(format!("not in order: {times:?}"), times.is_sorted())
}

async fn cancelled() -> Result<(), String> {
    let apimite = chat().manual_clock().start().await;
    let call = apimite.post(CHAT).json(&question(true)).stream();
    apimite.settle().await;
    // The first token at 1 s, then one every 100 ms: five of them by 1.4 s.
    apimite.advance(Duration::from_millis(1450)).await;
    let stream = call.await.map_err(|error| error.to_string())?;
    stream.leave().await;
    apimite.settle().await;
    let journal = apimite
        .foundry()
        .map(foundry::Foundry::journal)
        .unwrap_or_default();
    let entry = journal.last().ok_or("nothing in the journal")?;
    same("stopped at", Some(5), entry.cancelled_at)?;
    apimite.advance(Duration::from_secs(60)).await;
    let journal = apimite
        .foundry()
        .map(foundry::Foundry::journal)
        .unwrap_or_default();
    same("calls", 1, journal.len())?;
    same("still stopped at", Some(5), journal[0].cancelled_at)
}

async fn gone_early() -> Result<(), String> {
    let apimite = chat().manual_clock().start().await;
    let call = apimite.post(CHAT).json(&question(false)).start();
    apimite.settle().await;
    apimite.advance(Duration::from_millis(500)).await;
    call.abandon().await;
    apimite.settle().await;
    let journal = apimite
        .foundry()
        .map(foundry::Foundry::journal)
        .unwrap_or_default();
    same(
        "stopped at",
        Some(Some(0)),
        journal.last().map(|entry| entry.cancelled_at),
    )?;
    same(
        "caller's status",
        Some(0),
        apimite.last().map(|record| record.summary.status),
    )
}
