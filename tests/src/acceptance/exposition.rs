//! `/metrics`, as Prometheus reads it.

use super::{Binary, holds, same, test};
use crate::{Test, root};
use bytes::Bytes;
use clock::Clock;
use http::Request;
use http_body_util::{BodyExt, Full};
use serde_json::json;
use std::collections::BTreeSet;
use testkit::{Account, Api, Apimite, Backend, Breaker, Reply, Upstream};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test(
            "metrics > what happened is counted by API, backend, policy and cache",
            counted,
        ),
        test("metrics > tokens and custom metrics are added up", tokens),
        test("metrics > docs/metrics.md describes every name", described),
        test("metrics > the control address serves them", served),
    ]
}

fn lines<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let begins = |line: &&str| {
        line.strip_prefix(name)
            .is_some_and(|it| it.starts_with(['{', ' ']))
    };
    text.lines().filter(begins).collect()
}

async fn counted() -> Result<(), String> {
    let inbound = r#"
      <rate-limit-by-key calls="3" renewal-period="60" counter-key="all" />
      <cache-lookup-value key="k" variable-name="v" />
      <cache-store-value key="k" value="x" duration="60" />
      <set-backend-service backend-id="east" />"#;
    let api = Api::new("orders").open().operation("GET", "/*").inbound(inbound);
    let apimite = Apimite::builder()
        .manual_clock()
        .service(|service| service.sku = "Developer".to_owned())
        .upstream("east", Upstream::script([Reply::status(200), Reply::status(503)]))
        .backend(Backend::new("east", "http://east.test").breaker(Breaker::on([503])))
        .api(api)
        .start()
        .await;
    for wanted in [200, 503, 503, 429] {
        same("status", wanted, apimite.get("/orders/1").send().await.status())?;
    }
    same(
        "no such API",
        404,
        apimite.get("/elsewhere").send().await.status(),
    )?;
    let text = apimite.gateway().exposition();
    let all = |name: &str, wanted: &[&str]| same(name, wanted.to_vec(), lines(&text, name));
    all(
        "apimite_requests_total",
        &[
            r#"apimite_requests_total{api="",status="404"} 1"#,
            r#"apimite_requests_total{api="orders",status="200"} 1"#,
            r#"apimite_requests_total{api="orders",status="429"} 1"#,
            r#"apimite_requests_total{api="orders",status="503"} 2"#,
        ],
    )?;
    all(
        "apimite_limit_refusals_total",
        &[
            r#"apimite_limit_refusals_total{api="orders",policy="rate-limit-by-key",reason="RateLimitExceeded"} 1"#,
        ],
    )?;
    all(
        "apimite_backend_attempts_total",
        &[
            r#"apimite_backend_attempts_total{backend="east",outcome="200"} 1"#,
            r#"apimite_backend_attempts_total{backend="east",outcome="503"} 1"#,
            r#"apimite_backend_attempts_total{backend="east",outcome="Unavailable"} 1"#,
        ],
    )?;
    all(
        "apimite_backend_breaker_open",
        &[r#"apimite_backend_breaker_open{backend="east"} 1"#],
    )?;
    all(
        "apimite_cache_lookups_total",
        &[
            r#"apimite_cache_lookups_total{cache="internal",result="hit"} 2"#,
            r#"apimite_cache_lookups_total{cache="internal",result="miss"} 1"#,
            r#"apimite_cache_lookups_total{cache="external",result="hit"} 0"#,
            r#"apimite_cache_lookups_total{cache="external",result="miss"} 0"#,
        ],
    )?;
    all(
        "apimite_request_duration_seconds_count",
        &[
            r#"apimite_request_duration_seconds_count{api=""} 1"#,
            r#"apimite_request_duration_seconds_count{api="orders"} 4"#,
        ],
    )?;
    holds(
        format!("the error of the 404 is missing\n{text}"),
        text.contains(r#"apimite_errors_total{api="",source="configuration",reason="OperationNotFound"} 1"#),
    )
}

async fn tokens() -> Result<(), String> {
    let inbound = r#"
      <set-backend-service base-url="https://east.openai.azure.com/openai" />
      <llm-emit-token-metric namespace="models"><dimension name="API ID" /><dimension name="team" value="a&quot;b" /></llm-emit-token-metric>
      <emit-metric name="calls" value="2.5"><dimension name="API ID" /></emit-metric>"#;
    let api = Api::new("chat").open().operation("POST", "/*").inbound(inbound);
    let apimite = Apimite::builder()
        .account(Account::new("east", "eastus").standard("gpt", "gpt-4o-mini", 10))
        .settings(|settings| {
            settings.accounts.entry("east".into()).or_default().auth = Some("off".into());
        })
        .api(api)
        .start()
        .await;
    let path = "/chat/deployments/gpt/chat/completions?api-version=2024-10-21";
    let mut totals = [0, 0];
    for streams in [false, true] {
        let body = json!({ "messages": [{ "role": "user", "content": "Hello" }], "stream": streams });
        let response = apimite.post(path).json(&body).send().await;
        same(&response.text(), 200, response.status())?;
        if !streams {
            let usage = &response.json()["usage"];
            totals = ["prompt_tokens", "completion_tokens"].map(|it| usage[it].as_u64().unwrap_or_default());
        }
    }
    let text = apimite.gateway().exposition();
    let value = |line: &str| {
        line.rsplit(' ')
            .next()
            .and_then(|it| it.parse::<f64>().ok())
            .unwrap_or_default()
    };
    for (kind, first) in ["completion", "prompt"].iter().zip([totals[1], totals[0]]) {
        let name = format!(r#"apimite_tokens_total{{api="chat",kind="{kind}"}}"#);
        let line = text
            .lines()
            .find(|it| it.starts_with(&name))
            .ok_or(format!("no {name}\n{text}"))?;
        holds(
            format!("{line}: {first} are of the first call"),
            value(line) > first as f64 && first > 0,
        )?;
    }
    for (line, wanted) in [
        (
            r#"apimite_custom_metric_sum{namespace="API Management",name="calls",api_id="chat"}"#,
            5.0,
        ),
        (
            r#"apimite_custom_metric_count{namespace="API Management",name="calls",api_id="chat"}"#,
            2.0,
        ),
        (
            r#"apimite_custom_metric_count{namespace="models",name="Total Tokens",api_id="chat",team="a\"b"}"#,
            2.0,
        ),
    ] {
        let found = text
            .lines()
            .find(|it| it.starts_with(line))
            .ok_or(format!("no {line}\n{text}"))?;
        same(line, wanted, value(found))?;
    }
    Ok(())
}

async fn served() -> Result<(), String> {
    let running = Binary::build()?.start(&[
        "up",
        "lab:backend-pool",
        "--gateway=127.0.0.1:0",
        "--control=127.0.0.1:0",
        "--foundry=127.0.0.1:0",
        "--format=json",
    ])?;
    let client = wire::Client::<Full<Bytes>>::new(&Clock::real(), wire::ClientOptions::default());
    let get = async |url: String| {
        let request = Request::get(&url)
            .body(Full::default())
            .map_err(|error| error.to_string())?;
        client
            .send(request, false)
            .await
            .map_err(|error| error.to_string())
    };
    // It takes only POST.
    let chat = "/inference/openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21";
    let refused = get(format!("{}{chat}", running.url("gateway"))).await?;
    same("a GET", 404, refused.status().as_u16())?;
    let response = get(format!("{}/metrics", running.url("control"))).await?;
    same("status", 200, response.status().as_u16())?;
    let kind = response
        .headers()
        .get("content-type")
        .and_then(|it| it.to_str().ok());
    same("kind", Some("text/plain; version=0.0.4; charset=utf-8"), kind)?;
    let body = response
        .into_body()
        .collect()
        .await
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&body.to_bytes()).into_owned();
    holds(
        text.clone(),
        text.contains("\napimite_backend_breaker_open{backend=\"foundry1\"} 0\n"),
    )?;
    holds(
        text.clone(),
        text.contains("\napimite_requests_total{api=\"inference-api\",status=\"404\"} 1\n"),
    )
}

async fn described() -> Result<(), String> {
    let page = std::fs::read_to_string(root().join("docs/metrics.md")).map_err(|error| error.to_string())?;
    let described: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let apimite = Apimite::builder().start().await;
    let text = apimite.gateway().exposition();
    let written: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .collect();
    same("names", described, written)
}
