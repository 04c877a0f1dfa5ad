//! The command line, as scripts use it.

use super::process::Running;
use super::{Binary, holds, same, test};
use crate::Test;
use bytes::Bytes;
use clock::Clock;
use http::Request;
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use std::path::Path;

pub(super) fn tests() -> Vec<Test> {
    vec![
        Test::new("command > check prints a line per document", check),
        Test::new(
            "command > a lone document may refer to what cannot be looked up",
            lone,
        ),
        Test::new("command > eval gives values, exceptions and mistakes", eval),
        Test::new("command > eval takes a batch with contexts", batch),
        Test::new("command > lab list names the labs", list),
        test("command > up, clock and trace work together", up),
    ]
}

fn write(folder: &Path, name: &str, text: &str) -> Result<String, String> {
    let path = folder.join(name);
    std::fs::write(&path, text).map_err(|error| error.to_string())?;
    Ok(path.to_string_lossy().into_owned())
}

fn document(inbound: &str) -> String {
    format!(
        "<policies>\n  <inbound>\n    {inbound}\n  </inbound>\n  <backend><base /></backend>\n  \
         <outbound><base /></outbound>\n  <on-error><base /></on-error>\n</policies>\n"
    )
}

fn check() -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let good = write(folder.path(), "good.xml", &document("<base />"))?;
    let bad = write(folder.path(), "bad.xml", &document("<set-header nam=\"a\" />"))?;
    let fragment = write(
        folder.path(),
        "part.xml",
        "<fragment><set-method>GET</set-method></fragment>",
    )?;
    let unsupported = write(
        folder.path(),
        "later.xml",
        &document("<publish-to-dapr topic=\"t\" />"),
    )?;
    let binary = Binary::build()?;
    let fine = binary.run(&["check", &good, &fragment, "--format", "json"])?;
    same("good documents", Some(0), fine.code)?;
    let lines = fine.json_lines();
    same("lines", 2, lines.len())?;
    holds(
        format!("{lines:?}"),
        lines
            .iter()
            .all(|line| line["ok"] == true && line["diagnostics"] == json!([])),
    )?;
    let run = binary.run(&["check", &bad, &good, &unsupported, "--format", "json"])?;
    same("a bad document", Some(1), run.code)?;
    let lines = run.json_lines();
    let of = |path: &str| {
        lines
            .iter()
            .find(|line| line["path"].as_str().is_some_and(|it| it.ends_with(path)))
    };
    let bad = of("bad.xml").ok_or("no line for bad.xml")?;
    same("ok", &json!(false), &bad["ok"])?;
    let diagnostics = bad["diagnostics"].as_array().cloned().unwrap_or_default();
    let unknown = diagnostics
        .iter()
        .find(|it| it["code"] == "unknown-attribute")
        .ok_or("`nam` was not found")?;
    same(
        "place",
        (&json!(3), &json!(17)),
        (&unknown["line"], &unknown["column"]),
    )?;
    same("severity", &json!("error"), &unknown["severity"])?;
    same("good", Some(&json!(true)), of("good.xml").map(|line| &line["ok"]))?;
    let later = of("later.xml").map(|line| line["diagnostics"][0]["code"].clone());
    same("not supported yet", Some(json!("not-supported")), later)
}

fn lone() -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let text = document(
        "<set-header name=\"a\"><value>{{somewhere}}</value></set-header>\n    <include-fragment fragment-id=\"f\" />\n    \
         <set-backend-service backend-id=\"b\" />",
    );
    let path = write(folder.path(), "lone.xml", &text)?;
    let run = Binary::build()?.run(&["check", &path, "--format", "json"])?;
    same("exit code", Some(0), run.code)?;
    let line = run.last_json()?;
    same("ok", &json!(true), &line["ok"])?;
    let found = line["diagnostics"].as_array().cloned().unwrap_or_default();
    let severities: Vec<&Value> = found.iter().map(|it| &it["severity"]).collect();
    same("severities", vec![&json!("info"); 3], severities)
}

fn eval() -> Result<(), String> {
    let binary = Binary::build()?;
    let json = |text: &str| {
        binary
            .run(&["eval", text, "--format", "json"])
            .and_then(|run| run.last_json())
    };
    same(
        "a number",
        json!({ "kind": "value", "value": 2 }),
        json("@(1 + 1)")?,
    )?;
    same("a text", json!("ab"), json("\"a\" + \"b\"")?["value"].clone())?;
    same(
        "a block",
        json!(3),
        json("@{ var n = 1; return n + 2; }")?["value"].clone(),
    )?;
    same(
        "an object",
        json!({ "a": [1, null] }),
        json("@(JObject.Parse(\"{'a':[1,null]}\"))")?["value"].clone(),
    )?;
    same("true", json!(true), json("1 < 2")?["value"].clone())?;
    same(
        "null",
        json!({ "kind": "value", "value": null }),
        json("@((string)null)")?,
    )?;
    let span = json("TimeSpan.FromMinutes(90)")?;
    same(
        "a time span",
        (&json!("01:30:00"), &json!("System.TimeSpan")),
        (&span["value"], &span["type"]),
    )?;
    let thrown = json("int.Parse(\"x\")")?;
    same("an exception", &json!("exception"), &thrown["kind"])?;
    let message = thrown["message"].as_str().unwrap_or_default();
    holds(
        format!("{thrown}"),
        message.contains("Input string was not in a correct format."),
    )?;
    same("a mistake", json!("syntax"), json("1 +")?["kind"].clone())
}

fn batch() -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let lines = [
        json!({ "id": "method", "text": "@(context.Request.Method)", "context": { "request": { "method": "PUT" } } }),
        json!({ "id": "status", "text": "@(context.Response.StatusCode)", "context": { "response": { "status": 429 } } }),
        json!({ "id": "variable", "text": "@((int)context.Variables[\"n\"] + 1)", "context": { "variables": { "n": 4 } } }),
        json!({ "id": "typed", "text": "@(((JObject)context.Variables[\"o\"])[\"a\"])",
                "context": { "variables": { "o": { "$type": "JObject", "value": { "a": 7 } } } } }),
        json!({ "id": "named", "text": "@(\"{{team}}\")", "context": { "namedValues": { "team": "red" } } }),
        json!({ "id": "error", "text": "@(context.LastError.Reason)", "context": { "lastError": { "reason": "Timeout" } } }),
    ];
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    let path = write(folder.path(), "batch.jsonl", &text.join("\n"))?;
    let results = Binary::build()?.run(&["eval", "--batch", &path])?.json_lines();
    let found: Vec<(&Value, &Value)> = results.iter().map(|line| (&line["id"], &line["value"])).collect();
    let expected = [
        (&json!("method"), &json!("PUT")),
        (&json!("status"), &json!(429)),
        (&json!("variable"), &json!(5)),
        (&json!("typed"), &json!(7)),
        (&json!("named"), &json!("red")),
        (&json!("error"), &json!("Timeout")),
    ];
    same("values", expected.to_vec(), found)
}

fn list() -> Result<(), String> {
    let run = Binary::build()?.run(&["lab", "list"])?;
    same("exit code", Some(0), run.code)?;
    let labs = ["backend-pool", "failover-matrix", "recovery", "exhaustion", "ptu"];
    holds(
        run.stdout.clone(),
        labs.iter().all(|lab| run.stdout.contains(lab)),
    )
}

async fn send(running: &Running, key: &str) -> Result<(u16, String), String> {
    let path = "/inference/openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21";
    let body = json!({ "messages": [{ "role": "user", "content": "Hello" }] }).to_string();
    let request = Request::post(format!("{}{path}", running.url("gateway")))
        .header("api-key", key)
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| error.to_string())?;
    let client = wire::Client::new(&Clock::real(), wire::ClientOptions::default());
    let response = client
        .send(request, false)
        .await
        .map_err(|error| error.to_string())?;
    let status = response.status().as_u16();
    let body = response
        .into_body()
        .collect()
        .await
        .map_err(|error| error.to_string())?
        .to_bytes();
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}

async fn up() -> Result<(), String> {
    let binary = Binary::build()?;
    let free = [
        "--gateway=127.0.0.1:0",
        "--control=127.0.0.1:0",
        "--foundry=127.0.0.1:0",
    ];
    let arguments = [
        &["up", "lab:backend-pool", "--clock", "auto", "--format", "json"][..],
        &free,
    ]
    .concat();
    let running = binary.start(&arguments)?;
    let key = running.key("master");
    holds("`master` has no key", !key.is_empty())?;
    let (status, body) = send(&running, &key).await?;
    same(&body, 200, status)?;
    same("a wrong key", 401, send(&running, "nonsense").await?.0)?;
    let control = running.url("control");
    let ask = |arguments: &[&str]| {
        let arguments = [arguments, &["--control", &control, "--format", "json"]].concat();
        let run = binary.run(&arguments)?;
        same(&format!("{arguments:?}: {}", run.stderr), Some(0), run.code)?;
        run.last_json()
    };
    let record = ask(&["trace", "--last"])?;
    same(
        "the last request",
        (&json!(2), &json!(401)),
        (&record["number"], &record["status"]),
    )?;
    let record = ask(&["trace", "1"])?;
    same("the first request", &json!(200), &record["status"])?;
    let attempts = record["events"].as_array().cloned().unwrap_or_default();
    holds(
        "no attempt",
        attempts.iter().any(|event| event["step"]["kind"] == "attempt"),
    )?;
    let before = ask(&["clock"])?;
    ask(&["clock", "advance", "1m"])?;
    let after = ask(&["clock"])?;
    holds(format!("{before} and {after}"), before != after)
}
