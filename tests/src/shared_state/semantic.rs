//! `llm-semantic-cache-lookup` and `-store` over a real server: what one gateway was told, another answers with.

use super::seconds;
use super::server::Server;
use crate::Test;
use crate::acceptance::{same, test};
use clock::{Clock, Moment};
use testkit::{Api, Apimite, Backend, Reply, Upstream};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test(
            "redis > a prompt that is like another gets its answer from another gateway",
            prompts,
        ),
        test(
            "redis > without the server every prompt goes to the backend",
            without_server,
        ),
    ]
}

const START: Moment = Moment::from_seconds(1_714_564_800);

/// Questions about coffee lie near each other, all others at a right angle to them.
fn vectors() -> Upstream {
    Upstream::new(|_, seen| {
        let text = String::from_utf8_lossy(&seen.body);
        let vector = match text.contains("coffee") {
            true => format!("[1,0.0{}]", text.len() % 10),
            false => "[0,1]".to_owned(),
        };
        let body = format!(r#"{{"data":[{{"embedding":{vector}}}]}}"#);
        Reply::status(200)
            .header("content-type", "application/json")
            .body(body)
    })
}

async fn gateway(server: &Server, clock: &Clock) -> Result<Apimite, String> {
    let inbound = r#"<llm-semantic-cache-lookup score-threshold="0.05" embeddings-backend-id="vectors" embeddings-backend-auth="system-assigned">
  <vary-by>@(context.Request.Headers.GetValueOrDefault("x-team", ""))</vary-by>
</llm-semantic-cache-lookup>"#;
    let api = Api::new("chat")
        .path("")
        .open()
        .service_url("http://model.test")
        .operation("POST", "/*")
        .inbound(inbound)
        .outbound(r#"<llm-semantic-cache-store duration="60" />"#);
    let model = Upstream::new(|call, _| {
        let answer = format!(r#"{{"choices":[{{"message":{{"content":"answer {call}"}}}}]}}"#);
        Reply::status(200)
            .header("content-type", "application/json")
            .body(answer)
    });
    let builder = Apimite::builder()
        .clock(clock)
        .state(server.state("semantic", clock).await?)
        .upstream("vectors", vectors())
        .upstream("model", model)
        .backend(Backend::new("vectors", "http://vectors.test/embeddings"))
        .api(api);
    Ok(builder.start().await)
}

async fn ask(gateway: &Apimite, team: &str, prompt: &str) -> String {
    let body = format!(r#"{{"messages":[{{"role":"user","content":"{prompt}"}}]}}"#);
    let call = gateway
        .post("/openai/deployments/gpt-4o/chat/completions")
        .header("content-type", "application/json")
        .header("x-team", team)
        .body(body);
    let text = call.send().await.text();
    let answer = text.split('"').find(|it| it.starts_with("answer "));
    answer.unwrap_or(&text).to_owned()
}

async fn prompts() -> Result<(), String> {
    let (server, clock) = (Server::start()?, Clock::manual(START));
    let one = gateway(&server, &clock).await?;
    let two = gateway(&server, &clock).await?;
    same(
        "a miss",
        "answer 0",
        &*ask(&one, "a", "how to brew coffee?").await,
    )?;
    same(
        "its own hit",
        "answer 0",
        &*ask(&one, "a", "how do I brew coffee?").await,
    )?;
    same(
        "the other's hit",
        "answer 0",
        &*ask(&two, "a", "what about coffee").await,
    )?;
    same("nobody asked the other's model", 0, two.seen("model").len())?;
    same(
        "something else",
        "answer 0",
        &*ask(&two, "a", "how to bake bread?").await,
    )?;
    same("found by the first", "answer 0", &*ask(&one, "a", "bread?").await)?;
    same(
        "another team",
        "answer 1",
        &*ask(&two, "b", "how to brew coffee?").await,
    )?;
    clock.advance(seconds(59)).await;
    same("at 59", "answer 0", &*ask(&two, "a", "coffee").await)?;
    clock.advance(seconds(1)).await;
    same("at 60", "answer 2", &*ask(&two, "a", "coffee").await)?;
    same("asked the first", 1, one.seen("model").len())
}

async fn without_server() -> Result<(), String> {
    let clock = Clock::manual(START);
    let server = Server::start()?;
    let gateway = gateway(&server, &clock).await?;
    same("a miss", "answer 0", &*ask(&gateway, "a", "coffee").await)?;
    drop(server);
    // Whether the next call notices or the one after it: neither fails, and nothing is found.
    same("a miss again", "answer 1", &*ask(&gateway, "a", "coffee").await)?;
    same("and again", "answer 2", &*ask(&gateway, "a", "coffee").await)
}
