//! Changes through REST under load: a policy, a backend and a pool in turn. Each takes effect on the next request, and none is lost.
//!
//! `APIMITE_SOAK=500 APIMITE_BINARY=target/release/apimite cargo test -p apimite-tests -- soak` makes 500 changes in a row under 2,000
//! requests a second; without the switch they are few, and the load is light.

use super::client::Azure;
use crate::acceptance::{holds, same};
use crate::say;
use bytes::Bytes;
use clock::Clock;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use wire::{Client, ClientOptions};

/// Connections that ask.
const CONNECTIONS: u32 = 20;
const MEMBERS: [&str; 2] = ["one", "two"];

/// Changes, and requests a second meanwhile.
fn size() -> (usize, u32) {
    let asked = std::env::var("APIMITE_SOAK").ok().and_then(|it| it.parse().ok());
    asked.map_or((45, 400), |changes| (changes, 2_000))
}

/// What is served: a policy, two backends of which the pool has one, and which one that is.
#[derive(Debug, Clone, Copy, Default)]
struct Version {
    policy: usize,
    backends: [usize; 2],
    member: usize,
}

pub(super) async fn changes() -> Result<(), String> {
    let (changes, rate) = size();
    let azure = Azure::start().await?;
    let service = azure.service("soak", "soak-apim").await?;
    let upstream = upstream().await?;
    let mut version = Version::default();
    begin(&azure, &service, version, &upstream).await?;

    let target = format!("{}/soak/now", azure.running.url("gateway"));
    let clock = Clock::real();
    let asker = Client::new(&clock, ClientOptions::default());
    let load = Load::begin(&target, rate);
    let begun = clock.now();
    let mut late = 0;
    for change in 0..changes {
        let what = change % 3;
        match what {
            0 => version.policy += 1,
            1 => version.backends[version.member] += 1,
            _ => version.member = 1 - version.member,
        }
        let (path, body) = resource(what, version, &upstream);
        azure.put(&format!("{service}/{path}"), &body).await?;
        let shown = ask(&asker, &target).await.map(|it| it.as_ref().map(said));
        late += usize::from(shown? != Some(version.said()));
    }
    let took = clock.now().since(begun).as_secs_f64();
    let (asked, failed) = load.end().await;
    let pace = asked as f64 / took;
    say(&format!(
        "soak: {asked} requests in {took:.1} s ({pace:.0} a second), {failed} failed; {changes} changes in a row through REST, \
         {late} not served by the next request"
    ));
    same("requests that failed", 0, failed)?;
    same("changes that the next request did not show", 0, late)?;
    holds("there was no load", asked > 0)
}

impl Version {
    /// What an answer says of it.
    fn said(self) -> [String; 3] {
        [
            self.policy.to_string(),
            self.backends[self.member].to_string(),
            MEMBERS[self.member].to_owned(),
        ]
    }
}

fn said(headers: &HeaderMap) -> [String; 3] {
    ["x-policy", "x-backend", "x-member"].map(|name| {
        let value = headers.get(name).and_then(|it| it.to_str().ok());
        value.unwrap_or_default().to_owned()
    })
}

/// What changes: the policy of the API, the backend that is in the pool, or which one that is.
fn resource(what: usize, version: Version, upstream: &str) -> (String, Value) {
    let member = MEMBERS[version.member];
    match what {
        0 => {
            let text = format!(
                "<policies><inbound><set-backend-service backend-id=\"pool\" /></inbound><backend><forward-request /></backend>\
                 <outbound><set-header name=\"x-policy\"><value>@(\"{}\")</value></set-header></outbound><on-error /></policies>",
                version.policy
            );
            let body = json!({ "properties": { "format": "rawxml", "value": text } });
            ("apis/soak/policies/policy".to_owned(), body)
        }
        1 => {
            let header =
                json!({ "x-backend": [version.backends[version.member].to_string()], "x-member": [member] });
            let body = json!({ "properties": { "url": upstream, "protocol": "http", "credentials": { "header": header } } });
            (format!("backends/{member}"), body)
        }
        _ => {
            let body = json!({ "properties": { "pool": { "services": [{ "id": format!("/backends/{member}") }] } } });
            ("backends/pool".to_owned(), body)
        }
    }
}

async fn begin(azure: &Azure, service: &str, version: Version, upstream: &str) -> Result<(), String> {
    let api =
        json!({ "properties": { "path": "soak", "displayName": "Soak", "subscriptionRequired": false } });
    let operation = json!({ "properties": { "displayName": "all", "method": "GET", "urlTemplate": "/*" } });
    azure.put(&format!("{service}/apis/soak"), &api).await?;
    azure
        .put(&format!("{service}/apis/soak/operations/all"), &operation)
        .await?;
    let other = Version { member: 1, ..version };
    for (what, version) in [(1, version), (1, other), (2, version), (0, version)] {
        let (path, body) = resource(what, version, upstream);
        azure.put(&format!("{service}/{path}"), &body).await?;
    }
    Ok(())
}

/// A server that gives back what backends add to a request.
async fn upstream() -> Result<String, String> {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let answer = |_, request: Request<wire::Incoming>| async move {
        let mut response = Response::new(Full::new(Bytes::new()));
        for name in ["x-backend", "x-member"] {
            if let Some(value) = request.headers().get(name) {
                response.headers_mut().insert(name, value.clone());
            }
        }
        Ok::<_, Infallible>(response)
    };
    tokio::spawn(wire::serve(
        listener,
        Clock::real(),
        answer,
        std::future::pending(),
    ));
    Ok(format!("http://{address}"))
}

/// The headers of an answer; `None` if it is not 200.
async fn ask(client: &Client<Full<Bytes>>, target: &str) -> Result<Option<HeaderMap>, String> {
    let request = Request::get(target)
        .body(Full::new(Bytes::new()))
        .map_err(|error| error.to_string())?;
    let response = client
        .send(request, false)
        .await
        .map_err(|error| error.to_string())?;
    let (parts, body) = response.into_parts();
    body.collect().await.map_err(|error| error.to_string())?;
    Ok((parts.status == 200).then_some(parts.headers))
}

/// Requests at an even pace.
struct Load {
    ends: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
    failed: Arc<AtomicUsize>,
    tasks: JoinSet<()>,
}

impl Load {
    fn begin(target: &str, rate: u32) -> Load {
        let mut load = Load {
            ends: Arc::default(),
            asked: Arc::default(),
            failed: Arc::default(),
            tasks: JoinSet::new(),
        };
        for _ in 0..CONNECTIONS {
            let (ends, asked, failed) = (load.ends.clone(), load.asked.clone(), load.failed.clone());
            let target = target.to_owned();
            load.tasks.spawn(async move {
                let clock = Clock::real();
                let client = Client::new(&clock, ClientOptions::default());
                let begun = clock.now();
                let mut due = Duration::ZERO;
                while !ends.load(Ordering::Relaxed) {
                    // Whoever was held up catches up, so that the rate is what it is said to be.
                    due += Duration::from_secs(1) * CONNECTIONS / rate;
                    if let Some(wait) = due.checked_sub(clock.now().since(begun)) {
                        clock.sleep(wait).await;
                    }
                    asked.fetch_add(1, Ordering::Relaxed);
                    let is_good = matches!(ask(&client, &target).await, Ok(Some(_)));
                    failed.fetch_add(usize::from(!is_good), Ordering::Relaxed);
                }
            });
        }
        load
    }

    /// Requests that were asked, and those of them that failed.
    async fn end(mut self) -> (usize, usize) {
        self.ends.store(true, Ordering::Relaxed);
        let mut failed = 0;
        while let Some(task) = self.tasks.join_next().await {
            failed += usize::from(task.is_err());
        }
        let (asked, more) = (
            self.asked.load(Ordering::Relaxed),
            self.failed.load(Ordering::Relaxed),
        );
        (asked, failed + more)
    }
}
