//! The server goes away and comes back while gateways serve.

use super::server::{Server, free_port};
use crate::Test;
use crate::acceptance::{Binary, Running, holds, same, test};
use bytes::Bytes;
use clock::Clock;
use http::Request;
use http_body_util::{BodyExt, Full};
use std::path::Path;

pub(super) fn tests() -> Vec<Test> {
    vec![
        test(
            "redis > while it is away each gateway counts for itself, caches miss, and it is said once",
            away,
        ),
        test("redis > a gateway starts before its server does", before),
        test(
            "redis > a server that refuses to keep anything is said once",
            full,
        ),
        Test::new(
            "redis > an address that cannot be used is refused at the start",
            wrong,
        ),
    ]
}

/// A service whose calls tell what a cache has and how many are left.
pub(super) fn folder(folder: &Path) -> Result<String, String> {
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(folder)).map_err(|error| error.to_string())?;
        std::fs::write(path, text).map_err(|error| error.to_string())
    };
    write(
        "apimite.toml",
        "[service]\nname = \"outage\"\nsku = \"Developer\"\n",
    )?;
    write(
        "apis/echo/apiInformation.json",
        r#"{"properties":{"displayName":"echo","path":"echo","protocols":["http","https"],"subscriptionRequired":false,"serviceUrl":""}}"#,
    )?;
    write(
        "apis/echo/specification.yaml",
        "openapi: 3.0.1\ninfo: { title: echo, version: '1' }\npaths:\n  /:\n    get:\n      operationId: get\n      responses: { '200': { description: ok } }\n",
    )?;
    write(
        "apis/echo/policy.xml",
        r#"<policies><inbound>
  <rate-limit-by-key calls="3" renewal-period="300" counter-key="all" remaining-calls-variable-name="left" />
  <cache-lookup-value key="k" variable-name="held" default-value="nothing" caching-type="external" />
  <cache-store-value key="k" value="something" duration="3000" caching-type="external" />
  <return-response><set-body>@((string)context.Variables["held"] + " " + (int)context.Variables["left"])</set-body></return-response>
</inbound><backend><base /></backend><outbound><base /></outbound><on-error><base /></on-error></policies>"#,
    )?;
    Ok(folder.to_string_lossy().into_owned())
}

fn up(folder: &str, url: &str) -> Result<Running, String> {
    Binary::build()?.start(&arguments(folder, url))
}

pub(super) fn arguments<'a>(folder: &'a str, url: &'a str) -> [&'a str; 9] {
    [
        "up",
        folder,
        "--state",
        url,
        "--gateway=127.0.0.1:0",
        "--control=127.0.0.1:0",
        "--no-foundry",
        "--no-watch",
        "--format=json",
    ]
}

pub(super) async fn get(running: &Running) -> Result<(u16, String), String> {
    let url = format!("{}/echo", running.url("gateway"));
    let client = wire::Client::<Full<Bytes>>::new(&Clock::real(), wire::ClientOptions::default());
    let request = Request::get(&url)
        .body(Full::default())
        .map_err(|error| error.to_string())?;
    let response = client
        .send(request, false)
        .await
        .map_err(|error| error.to_string())?;
    let status = response.status().as_u16();
    let body = response
        .into_body()
        .collect()
        .await
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&body.to_bytes()).into_owned();
    Ok((status, if status == 200 { text } else { String::new() }))
}

pub(super) fn line(running: &Running, wanted: &str) -> Result<(), String> {
    let line = running.next_error()?;
    holds(format!("`{line}` does not say `{wanted}`"), line.contains(wanted))
}

async fn away() -> Result<(), String> {
    let place = tempfile::tempdir().map_err(|error| error.to_string())?;
    let service = folder(place.path())?;
    let server = Server::start()?;
    let port = server.port();
    let (one, two) = (up(&service, &server.url())?, up(&service, &server.url())?);
    let ok = |text: &str| (200, text.to_owned());
    let refused = (429, String::new());
    same("first", ok("nothing 2"), get(&one).await?)?;
    same("second, by the other", ok("something 1"), get(&two).await?)?;
    drop(server);
    for gateway in [&one, &two] {
        line(gateway, "cannot be reached")?;
        for left in ["nothing 2", "nothing 1", "nothing 0"] {
            same("alone", ok(left), get(gateway).await?)?;
        }
        same("its own limit holds", refused.clone(), get(gateway).await?)?;
    }
    let _server = Server::start_at(port)?;
    for gateway in [&one, &two] {
        // The next line after the first: nothing was said about any request.
        line(gateway, "is back")?;
    }
    same(
        "together again, with an empty server",
        ok("nothing 2"),
        get(&one).await?,
    )?;
    same("the other", ok("something 1"), get(&two).await?)
}

async fn before() -> Result<(), String> {
    let place = tempfile::tempdir().map_err(|error| error.to_string())?;
    let service = folder(place.path())?;
    let port = free_port()?;
    let gateway = up(&service, &format!("redis://127.0.0.1:{port}"))?;
    line(&gateway, "cannot be reached")?;
    same("alone", (200, "nothing 2".to_owned()), get(&gateway).await?)?;
    let _server = Server::start_at(port)?;
    line(&gateway, "is back")?;
    same("there", (200, "nothing 2".to_owned()), get(&gateway).await?)?;
    same(
        "kept there",
        (200, "something 1".to_owned()),
        get(&gateway).await?,
    )
}

async fn full() -> Result<(), String> {
    let place = tempfile::tempdir().map_err(|error| error.to_string())?;
    let service = folder(place.path())?;
    let server = Server::start()?;
    let gateway = up(&service, &server.url())?;
    let client = redis::Client::open(server.url()).map_err(|error| error.to_string())?;
    let mut connection = client
        .get_multiplexed_async_connection()
        .await
        .map_err(|error| error.to_string())?;
    let mut limit = async |bytes: &str| {
        let mut command = redis::cmd("CONFIG");
        let set = command
            .arg("SET")
            .arg("maxmemory")
            .arg(bytes)
            .query_async::<()>(&mut connection)
            .await;
        set.map_err(|error| error.to_string())
    };
    limit("1").await?;
    for left in ["nothing 2", "nothing 1", "nothing 0"] {
        same("alone", (200, left.to_owned()), get(&gateway).await?)?;
    }
    line(&gateway, "cannot be used")?;
    limit("0").await?;
    same("there", (200, "nothing 2".to_owned()), get(&gateway).await?)?;
    limit("1").await?;
    same("again", (429, String::new()), get(&gateway).await?)?;
    line(&gateway, "cannot be used")
}

fn wrong() -> Result<(), String> {
    let binary = Binary::build()?;
    for (url, advice) in [
        ("memory", "redis://HOST:PORT"),
        ("redis://cache/x", "redis://cache/x"),
    ] {
        let run = binary.run(&["up", "lab:backend-pool", "--state", url])?;
        same(url, Some(2), run.code)?;
        holds(run.stderr.clone(), run.stderr.contains(advice))?;
    }
    Ok(())
}
