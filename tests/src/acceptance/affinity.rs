//! gateway.md 3.7: the gateway sets a cookie, and requests that bear it go to the same member.

use super::{holds, same, test};
use crate::Test;
use std::time::Duration;
use testkit::{Api, Apimite, Backend, Breaker, Pool, Reply, Response, Upstream};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("affinity > a cookie binds a caller to a member", bound),
        test(
            "affinity > a bound caller moves while the breaker of its member is open",
            moves,
        ),
    ]
}

async fn pair(first: Upstream) -> Apimite {
    Apimite::builder()
        .upstream("a", first)
        .upstream("b", Upstream::default())
        .backend(Backend::new("a", "http://a.test").breaker(Breaker::on([429]).trip(Duration::from_secs(30))))
        .backend(Backend::new("b", "http://b.test"))
        .pool(Pool::new("both").member("a").member("b").affinity("SessionId"))
        .api(
            Api::new("api")
                .path("")
                .open()
                .operation("GET", "/*")
                .inbound(r#"<set-backend-service backend-id="both" />"#),
        )
        .start()
        .await
}

fn cookie(response: &Response) -> Result<String, String> {
    let line = response.header("set-cookie").ok_or("no cookie was set")?;
    let parts: Vec<&str> = line.split("; ").collect();
    holds(
        format!("`{line}` lacks attributes"),
        parts.contains(&"Path=/") && parts.contains(&"HttpOnly"),
    )?;
    holds(
        format!("`{line}` has another name"),
        parts[0].starts_with("SessionId="),
    )?;
    Ok(parts[0].to_owned())
}

async fn bound() -> Result<(), String> {
    let apimite = pair(Upstream::default()).await;
    let first = cookie(&apimite.get("/").send().await)?;
    same("first pick", vec!["a=200".to_owned()], apimite.attempts())?;
    let second = cookie(&apimite.get("/").send().await)?;
    same("second pick", vec!["b=200".to_owned()], apimite.attempts())?;
    holds("the members share a cookie", first != second)?;
    for (cookie, expected) in [
        (&first, "a=200"),
        (&first, "a=200"),
        (&second, "b=200"),
        (&first, "a=200"),
    ] {
        let response = apimite
            .get("/")
            .header("cookie", format!("other=1; {cookie}"))
            .send()
            .await;
        same("a bound pick", vec![expected.to_owned()], apimite.attempts())?;
        holds(
            "a valid cookie was set again",
            response.header("set-cookie").is_none(),
        )?;
    }
    let strange = apimite
        .get("/")
        .header("cookie", "SessionId=nonsense")
        .send()
        .await;
    cookie(&strange).map(drop)
}

async fn moves() -> Result<(), String> {
    let script = Upstream::script([Reply::status(200), Reply::status(429), Reply::status(200)]);
    let apimite = pair(script).await;
    let bound = cookie(&apimite.get("/").send().await)?;
    let call = || apimite.get("/").header("cookie", bound.clone()).send();
    same("refused", 429, call().await.status())?;
    let elsewhere = call().await;
    same("elsewhere", vec!["b=200".to_owned()], apimite.attempts())?;
    cookie(&elsewhere)?;
    apimite.advance(Duration::from_secs(30)).await;
    call().await;
    same("back again", vec!["a=200".to_owned()], apimite.attempts())
}
