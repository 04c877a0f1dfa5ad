//! Input that no page can hold: too deep, too large, not there, taken.

use super::{Binary, holds, same, test};
use crate::Test;
use std::net::TcpListener;
use testkit::{Api, Apimite, Builder, Finding};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("bad input > elements nested 10,000 deep", deep_elements),
        test("bad input > an expression nested 10,000 deep", deep_expression),
        test("bad input > a body over the limit", large_body),
        Test::new("bad input > a port that is in use", port),
        Test::new("bad input > a folder that cannot be read", folder),
        Test::new("bad input > a duration that is none, in its file", duration),
        Test::new("bad input > a file that is no JSON, in its place", json),
        Test::new("bad input > wrong use of the command line", usage),
    ]
}

fn api(inbound: &str) -> Builder {
    Apimite::builder().api(
        Api::new("api")
            .path("")
            .open()
            .operation("GET", "/*")
            .operation("POST", "/*")
            .inbound(inbound),
    )
}

fn errors(builder: &Builder) -> Vec<Finding> {
    builder.check().into_iter().filter(Finding::is_error).collect()
}

async fn deep_elements() -> Result<(), String> {
    let depth = 10_000;
    let text = "<choose><when condition=\"true\">".repeat(depth) + &"</when></choose>".repeat(depth);
    let found = errors(&api(&text));
    holds("10,000 elements in each other were taken", !found.is_empty())?;
    let open = "<choose><when condition=\"true\">".repeat(depth);
    holds("open elements were taken", !errors(&api(&open)).is_empty())
}

async fn deep_expression() -> Result<(), String> {
    let depth = 10_000;
    for (open, inner, close) in [
        ("(", "1", ")"),
        ("!", "true", ""),
        ("new[] {", "1", "}"),
        ("-", "1", ""),
        ("{", "", "}"),
    ] {
        let body = open.repeat(depth) + inner + &close.repeat(depth);
        let expression = if open == "{" {
            format!("@{{{body} return 1; }}")
        } else {
            format!("@({body})")
        };
        let builder = api(&format!("<set-variable name=\"v\" value=\"{expression}\" />"));
        // Either it is refused, or it runs: the process lives in both cases.
        if errors(&builder).is_empty() {
            let apimite = builder.start().await;
            apimite.get("/").send().await;
        }
    }
    Ok(())
}

async fn large_body() -> Result<(), String> {
    let apimite =
        api("<set-variable name=\"v\" value=\"@(context.Request.Body.As&lt;string&gt;().Length)\" />")
            .settings(|settings| settings.limits.body_bytes = Some(1000))
            .start()
            .await;
    let response = apimite.post("/").body(vec![b'x'; 1001]).send().await;
    same("over the limit", 413, response.status())?;
    holds(
        "the process lives",
        apimite.get("/other").send().await.status() != 0,
    )
}

fn port() -> Result<(), String> {
    let taken = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let address = taken.local_addr().map_err(|error| error.to_string())?.to_string();
    let run = Binary::build()?.run(&[
        "up",
        "lab:backend-pool",
        "--gateway",
        &address,
        "--control=127.0.0.1:0",
        "--foundry=127.0.0.1:0",
    ])?;
    holds(
        format!("exit code {:?}", run.code),
        run.code.is_some_and(|code| code != 0),
    )?;
    holds(
        format!("the address is not named: {}", run.stderr),
        run.stderr.contains(&address),
    )
}

fn folder() -> Result<(), String> {
    let binary = Binary::build()?;
    for command in ["up", "check"] {
        let run = binary.run(&[command, "/nonexistent/folder"])?;
        holds(
            format!("{command}: exit code {:?}", run.code),
            run.code.is_some_and(|code| code != 0),
        )?;
        let text = format!("{}{}", run.stdout, run.stderr);
        holds(
            format!("{command} does not name it: {text}"),
            text.contains("/nonexistent/folder"),
        )?;
    }
    Ok(())
}

// A folder with one backend, checked as JSON.
fn check_backend(text: &str) -> Result<serde_json::Value, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let backend = folder.path().join("backends/one");
    std::fs::create_dir_all(&backend).map_err(|error| error.to_string())?;
    std::fs::write(backend.join("backendInformation.json"), text).map_err(|error| error.to_string())?;
    let path = folder.path().to_string_lossy().into_owned();
    let run = Binary::build()?.run(&["check", &path, "--format", "json"])?;
    same("exit code", Some(1), run.code)?;
    let lines = run.json_lines();
    let found = lines
        .iter()
        .flat_map(|line| line["diagnostics"].as_array().cloned().unwrap_or_default());
    found
        .into_iter()
        .find(|it| it["severity"] == "error")
        .ok_or_else(|| format!("no error in {}", run.stdout))
}

fn duration() -> Result<(), String> {
    let error = check_backend(
        r#"{
  "properties": {
    "url": "http://127.0.0.1:9",
    "protocol": "http",
    "circuitBreaker": {
      "rules": [
        {
          "failureCondition": { "count": 1, "interval": "one minute", "statusCodeRanges": [{ "min": 429, "max": 429 }] },
          "tripDuration": "PT1M"
        }
      ]
    }
  }
}"#,
    )?;
    holds(
        format!("{error}"),
        error["message"]
            .as_str()
            .is_some_and(|text| text.contains("one minute")),
    )
}

fn json() -> Result<(), String> {
    let error = check_backend("{\n  \"properties\": {\n    \"url\": oops\n  }\n}")?;
    same("line", Some(3), error["line"].as_u64())
}

fn usage() -> Result<(), String> {
    let binary = Binary::build()?;
    for arguments in [
        &["nonsense"][..],
        &["lab", "backend-pool", "--runs", "many"],
        &["up", "lab:backend-pool", "--arm"],
    ] {
        same(&format!("{arguments:?}"), Some(2), binary.run(arguments)?.code)?;
    }
    Ok(())
}
