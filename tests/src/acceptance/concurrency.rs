//! policies-traffic.md 3.4: who comes when all places are taken is refused at once.

use super::{same, test};
use crate::Test;
use std::time::Duration;
use testkit::{Api, Apimite, Reply, Upstream};

pub(super) fn tests() -> Vec<Test> {
    vec![test(
        "limit-concurrency > a second request at the same time is refused",
        refused,
    )]
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
