//! Rows of logs go to every sink exactly once, whatever became of the request.

use super::{same, test};
use crate::Test;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use testkit::{Api, Apimite, Reply, Upstream};

pub(super) fn tests() -> Vec<Test> {
    vec![test(
        "sinks > every row goes once to the file, the endpoint and the collector",
        once,
    )]
}

/// How often a thread is let run until a file must be written.
const YIELDS: usize = 50_000_000;

const POLICY: &str = r#"<policies>
  <inbound>
    <log-to-eventhub logger-id="hub">@(context.Request.Headers.GetValueOrDefault("x-id", "none"))</log-to-eventhub>
    <choose><when condition="@(context.Request.Headers.ContainsKey("x-fail"))"><set-variable name="n" value="@(int.Parse("no"))" /></when></choose>
    <send-request mode="new" response-variable-name="side" ignore-error="true"><set-url>http://back.test/side</set-url><set-method>GET</set-method></send-request>
    <send-one-way-request mode="new"><set-url>http://back.test/away</set-url><set-method>GET</set-method></send-one-way-request>
  </inbound>
  <backend><retry condition="@(context.Response.StatusCode == 500)" count="2" interval="1"><forward-request /></retry></backend>
  <outbound><log-to-eventhub logger-id="hub">out</log-to-eventhub></outbound>
  <on-error />
</policies>"#;

async fn once() -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let file = folder.path().join("rows.jsonl");
    let path = file.display().to_string();
    let apimite = Apimite::builder()
        .auto_clock()
        .upstream("back", Upstream::new(|_, seen| match seen.target.as_str() {
            "/broken" => Reply::status(500),
            _ => Reply::status(200),
        }))
        .upstream("rows", Upstream::always(Reply::status(200)))
        .upstream("collector", Upstream::always(Reply::status(503)))
        .api(Api::new("api").path("").open().service_url("http://back.test").operation("GET", "/*").policy(POLICY))
        .service(move |service| {
            service.loggers.push(model::Logger { name: "hub".to_owned(), kind: "azureEventHub".to_owned() });
            let all = serde_json::json!({ "loggerId": "/loggers/azuremonitor", "sampling": { "samplingType": "fixed", "percentage": 100 } });
            let read = model::Diagnostic::from_properties("azuremonitor", None, &all);
            service.diagnostics.extend(read.ok().flatten());
            let sinks = &mut service.settings.sinks;
            sinks.file = Some(path);
            sinks.endpoint = Some("http://rows.test/take".to_owned());
            sinks.otlp = Some("http://collector.test".to_owned());
        })
        .start()
        .await;
    for (id, target, fails) in [
        ("a", "/", false),
        ("b", "/broken", false),
        ("c", "/", true),
        ("last", "/", false),
    ] {
        let call = apimite.get(target).header("x-id", id);
        let call = if fails { call.header("x-fail", "1") } else { call };
        let _ = call.send().await;
        apimite.advance(Duration::from_secs(60)).await;
    }
    apimite.settle().await;
    // One row of the gateway each, one message each, and a second from outbound unless the walk failed.
    let expected = BTreeMap::from([
        ("ApiManagementGatewayLogs".to_owned(), 4),
        ("EventHub a".to_owned(), 1),
        ("EventHub b".to_owned(), 1),
        ("EventHub c".to_owned(), 1),
        ("EventHub last".to_owned(), 1),
        ("EventHub out".to_owned(), 3),
    ]);
    same("the endpoint", expected.clone(), endpoint(&apimite))?;
    same(
        "the collector, which refuses and is not asked again",
        expected.clone(),
        collector(&apimite),
    )?;
    same("the file", expected, written(&file)?)
}

fn count(counts: &mut BTreeMap<String, usize>, table: &str, body: Option<&str>) {
    let name = match (table, body) {
        ("EventHub", Some(body)) => format!("EventHub {body}"),
        (table, _) => table.to_owned(),
    };
    *counts.entry(name).or_default() += 1;
}

fn lines(text: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).unwrap_or_default();
        let text = |name: &str| row.get(name).and_then(Value::as_str);
        count(&mut counts, text("Table").unwrap_or("no row"), text("Body"));
    }
    counts
}

fn endpoint(apimite: &Apimite) -> BTreeMap<String, usize> {
    let bodies = apimite.seen("rows").into_iter();
    let texts: Vec<String> = bodies
        .map(|it| String::from_utf8_lossy(&it.body).into_owned())
        .collect();
    lines(&texts.join("\n"))
}

fn collector(apimite: &Apimite) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for seen in apimite.seen("collector") {
        let sent: Value = serde_json::from_slice(&seen.body).unwrap_or_default();
        let records = sent
            .pointer("/resourceLogs/0/scopeLogs/0/logRecords")
            .and_then(Value::as_array);
        for record in records.into_iter().flatten() {
            let text = |at: &str| record.pointer(at).and_then(Value::as_str);
            let columns: Value = text("/body/stringValue")
                .and_then(|it| serde_json::from_str(it).ok())
                .unwrap_or_default();
            let table = text("/attributes/0/value/stringValue").unwrap_or("no row");
            count(&mut counts, table, columns.get("Body").and_then(Value::as_str));
        }
    }
    counts
}

// A thread of its own writes the file, in order: with the last message all that came before is there.
fn written(file: &Path) -> Result<BTreeMap<String, usize>, String> {
    for _ in 0..YIELDS {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let counts = lines(&text);
        if counts.get("ApiManagementGatewayLogs") >= Some(&4) {
            return Ok(counts);
        }
        std::thread::yield_now();
    }
    Err("the file is not written".to_owned())
}
