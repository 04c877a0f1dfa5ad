//! policies-traffic.md 3.4: who comes when all places are taken is refused at once.

use super::{same, test};
use crate::Test;
use std::time::Duration;
use testkit::{Api, Apimite, Builder, Reply, Upstream};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test(
            "limit-concurrency > a second request at the same time is refused",
            refused,
        ),
        test(
            "limit-concurrency > the place is given back while the body still passes by",
            streamed,
        ),
        test(
            "limit-concurrency > a caller that leaves gives its place back",
            left,
        ),
    ]
}

async fn refused() -> Result<(), String> {
    let apimite = Apimite::builder()
        .manual_clock()
        .upstream("slow", Upstream::always(Reply::status(200).delay(Duration::from_secs(5))))
        .api(
            Api::new("api").path("").open().service_url("http://slow.test").operation("GET", "/*").backend(
                r#"<limit-concurrency key="@(context.Request.Headers.GetValueOrDefault("x-key", "one"))" max-count="1">
                     <forward-request />
                   </limit-concurrency>"#,
            ),
        )
        .start()
        .await;
    let first = apimite.get("/").start();
    apimite.settle().await;
    let second = apimite.get("/").send().await;
    same("second", 429, second.status())?;
    same(
        "body",
        r#"{ "statusCode": 429, "message": "Too Many Requests" }"#.to_owned(),
        second.text(),
    )?;
    let other = apimite.get("/").header("x-key", "two").start();
    apimite.settle().await;
    same("another key waits for its backend", false, other.is_finished())?;
    apimite.advance(Duration::from_secs(5)).await;
    same("first", 200, first.answer().await.status())?;
    same("other", 200, other.answer().await.status())?;
    let third = apimite.get("/").start();
    apimite.advance(Duration::from_secs(5)).await;
    same("the place was given back", 200, third.answer().await.status())
}

fn limited(reply: Reply) -> Builder {
    let backend = r#"<limit-concurrency key="k" max-count="1"><forward-request buffer-response="false" /></limit-concurrency>"#;
    Apimite::builder()
        .manual_clock()
        .upstream("slow", Upstream::always(reply))
        .api(
            Api::new("api")
                .path("")
                .open()
                .service_url("http://slow.test")
                .operation("GET", "/*")
                .backend(backend),
        )
}

async fn streamed() -> Result<(), String> {
    let wait = Duration::from_secs(5);
    let reply = Reply::status(200)
        .header("content-type", "text/event-stream")
        .body("data: one\n\n")
        .wait(wait)
        .body("data: two\n\n");
    let apimite = limited(reply).start().await;
    let mut first = apimite
        .get("/")
        .stream()
        .await
        .map_err(|error| error.to_string())?;
    apimite.settle().await;
    same("the first has begun", 1, first.arrived().len())?;
    let second = apimite
        .get("/")
        .stream()
        .await
        .map_err(|error| error.to_string())?;
    same("the second comes in meanwhile", 200, second.status())?;
    apimite.advance(wait).await;
    same("the rest of the first", 1, first.arrived().len())
}

async fn left() -> Result<(), String> {
    let apimite = limited(Reply::status(200).delay(Duration::from_secs(60)))
        .start()
        .await;
    let first = apimite.get("/").start();
    apimite.settle().await;
    same("full", 429, apimite.get("/").send().await.status())?;
    first.abandon().await;
    apimite.settle().await;
    let next = apimite.get("/").start();
    apimite.advance(Duration::from_secs(60)).await;
    same("after the caller left", 200, next.answer().await.status())
}
