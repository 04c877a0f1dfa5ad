//! `apimite lab run`: a notebook of ours is run, judged and recorded, and nothing of it leaves this machine.

use crate::Test;
use crate::acceptance::{Binary, holds, same};
use crate::clients::target;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The tests, and lines that say which were left out.
pub(crate) fn tests() -> (Vec<Test>, Vec<String>) {
    match new_enough() {
        true => (
            vec![Test::new(
                "notebooks > one is run, judged and recorded, and nothing leaves this machine",
                run,
            )],
            Vec::new(),
        ),
        false => (
            Vec::new(),
            vec![
                "left out: notebooks (no Python 3.12 or newer, neither on the path nor with pyenv)"
                    .to_owned(),
            ],
        ),
    }
}

/// Whether there is a Python that runs notebooks; `apimite lab run` looks in the same places.
fn new_enough() -> bool {
    let check = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))";
    let named = ["python3.14", "python3.13", "python3.12", "python3", "python"].map(PathBuf::from);
    let root = std::env::var_os("PYENV_ROOT").map(PathBuf::from);
    let root = root.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".pyenv")));
    let versions = root.and_then(|it| std::fs::read_dir(it.join("versions")).ok());
    let pyenv = versions
        .into_iter()
        .flatten()
        .flatten()
        .map(|it| it.path().join("bin/python"));
    let works = |name: &PathBuf| {
        let ended = Command::new(name).args(["-c", check]).output();
        ended.is_ok_and(|it| it.status.success())
    };
    named.into_iter().chain(pyenv).any(|name| works(&name))
}

/// Three calls and one to elsewhere.
const CALLS: &str = r#"
import os, requests
url = os.environ['GATEWAY'] + '/inference/openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21'
for _ in range(3):
    answer = requests.post(url, headers={'api-key': os.environ['KEY']}, json={'messages': [{'role': 'user', 'content': 'hello'}]})
    print(answer.status_code, answer.headers['x-ms-region'])
try:
    requests.get('https://example.org')
    print('Error: that is on another machine')
except requests.exceptions.ProxyError:
    told = requests.get(os.environ['CONTROL'] + '/management').json()
    assert told['refused'] > 0 and told['tunnelled'] == 0, told
"#;

fn notebook(path: &Path, cells: &[&str]) -> Result<(), String> {
    let cell = |(at, text): (usize, &&str)| json!({ "cell_type": "code", "id": format!("c{at}"), "execution_count": null, "metadata": {}, "outputs": [], "source": text });
    let cells: Vec<Value> = cells.iter().enumerate().map(cell).collect();
    let notebook = json!({ "cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5 });
    std::fs::write(path, notebook.to_string()).map_err(|error| error.to_string())
}

fn run() -> Result<(), String> {
    let binary = Binary::build()?;
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    // Where packages of notebooks stay from run to run.
    let home = target("notebooks").display().to_string();
    let free = [
        "--gateway",
        "127.0.0.1:0",
        "--control",
        "127.0.0.1:0",
        "--foundry",
        "127.0.0.1:0",
        "--arm=127.0.0.1:0",
    ];
    let up = [
        "up",
        "fixtures/labs/backend-pool/main.bicep",
        "--offline",
        "--home",
        &home,
        "--format",
        "json",
    ];
    let running = binary.start(&[&up[..], &free].concat())?;
    let control = running.url("control");
    let record = scratch.path().join("labs.json");
    let lab = |cells: &[&str]| {
        let path = scratch.path().join("ours.ipynb");
        notebook(&path, cells)?;
        let (path, record) = (path.display().to_string(), record.display().to_string());
        let executed = scratch.path().join("executed.ipynb").display().to_string();
        let arguments = [
            "lab",
            "run",
            &path,
            "--control-url",
            &control,
            "--record",
            &record,
            "--report",
            &executed,
            "--format",
            "json",
        ];
        let mut command = binary.command(&arguments);
        command
            .env("GATEWAY", running.url("gateway"))
            .env("CONTROL", &control)
            .env("KEY", running.key("lab"));
        let output = command.output();
        let output = output.map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let kept = std::fs::read_to_string(&record).unwrap_or_default();
        let kept: Value = serde_json::from_str(&kept).map_err(|error| format!("{error}: {said}{kept}"))?;
        Ok::<_, String>((output.status.code(), said, kept["notebooks"][0].clone()))
    };

    let (code, said, kept) = lab(&["x = 1", CALLS])?;
    same(&said, Some(0), code)?;
    same("cells", json!(2), kept["cells"].clone())?;
    same("broken", json!([]), kept["broken"].clone())?;
    same("statuses", json!({ "200": 3 }), kept["statuses"].clone())?;
    same("regions", json!({ "East US": 3 }), kept["regions"].clone())?;
    let spent = kept["own"]["gateway"].as_f64().ok_or("no time of our own")?;
    holds(format!("{spent} s in the gateway"), (0.0..3.0).contains(&spent))?;

    let (code, said, kept) = lab(&["x = 1", "print('\u{274c} no')", "import not_there", "{}['a']"])?;
    same(&said, Some(1), code)?;
    let broken = json!([
        { "cell": 2, "why": "prints that something failed" },
        { "cell": 3, "why": "no Python package not_there" },
        { "cell": 4, "why": "KeyError" },
    ]);
    same("broken", broken, kept["broken"].clone())
}
