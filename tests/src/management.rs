//! The management SDKs of Azure for Python and Node, unmodified and offline, against `apimite up`.

use crate::acceptance::{Binary, holds};
use crate::clients::{install_node, install_python, node, python, words};
use crate::{Test, root};
use std::process::Command;

/// The tests, and lines that say which were left out.
pub(crate) fn tests() -> (Vec<Test>, Vec<String>) {
    let (mut tests, mut left_out) = (Vec::new(), Vec::new());
    match python() {
        Some(python) => tests.push(Test::new("management > azure-mgmt for Python", move || {
            let inside = install_python(&python, "arm-python")?;
            let suite = root().join("tests/clients/arm-python/suite.py");
            with_plane(|| {
                let mut command = Command::new(&inside);
                command.arg(&suite);
                command
            })
        })),
        None => {
            left_out.push("left out: management > azure-mgmt for Python (no Python 3.9 or newer)".to_owned())
        }
    }
    match node() {
        true => tests.push(Test::new(
            "management > @azure/arm-apimanagement for Node",
            || {
                let suite = install_node("arm-node")?;
                with_plane(|| {
                    let mut command = Command::new("node");
                    command.arg(&suite);
                    command
                })
            },
        )),
        false => left_out.push(
            "left out: management > @azure/arm-apimanagement for Node (no Node 20 or newer with npm)"
                .to_owned(),
        ),
    }
    tests.push(Test::new("management > env says what undo takes back", undone));
    (tests, left_out)
}

/// Runs a suite with the variables that `apimite env` prints.
fn with_plane(suite: impl Fn() -> Command) -> Result<(), String> {
    let binary = Binary::build()?;
    let home = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = home.path().display().to_string();
    let running = binary.start(&[
        "up",
        "--gateway",
        "127.0.0.1:0",
        "--control",
        "127.0.0.1:0",
        "--foundry",
        "127.0.0.1:0",
        "--arm=127.0.0.1:0",
        "--offline",
        "--home",
        &folder,
        "--format",
        "json",
    ])?;
    let told = binary.run(&["env", "--shell", "bash", "--control", &running.url("control")])?;
    let mut command = suite();
    command
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .envs(variables(&told.stdout));
    let output = command.output().map_err(|error| error.to_string())?;
    let said = words(&output);
    let failed: Vec<&str> = said.lines().filter(|line| !line.starts_with("ok ")).collect();
    match output.status.success() {
        true => Ok(()),
        false => Err(failed.join("\n")),
    }
}

/// `export NAME='VALUE'`.
fn variables(text: &str) -> Vec<(String, String)> {
    let line = |line: &str| {
        let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
        Some((name.to_owned(), value.trim_matches('\'').to_owned()))
    };
    text.lines().filter_map(line).collect()
}

fn undone() -> Result<(), String> {
    let binary = Binary::build()?;
    let home = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = home.path().display().to_string();
    for (shell, sets) in [("bash", "export "), ("fish", "set -gx "), ("powershell", "$env:")] {
        let set = binary.run(&[
            "env",
            "--shell",
            shell,
            "--folder",
            &folder,
            "--arm",
            "127.0.0.1:1",
        ])?;
        holds(
            format!("{shell}: {}", set.stderr),
            set.code == Some(0) && set.stderr.is_empty(),
        )?;
        let names: Vec<&str> = set
            .stdout
            .lines()
            .filter_map(|line| line.strip_prefix(sets)?.split(['=', ' ']).next())
            .collect();
        let undo = binary.run(&["env", "--undo", "--shell", shell])?;
        for name in names.iter().filter(|name| !name.starts_with("APIMITE_WAS_")) {
            holds(
                format!("{shell}: {name} is taken back"),
                undo.stdout.contains(name),
            )?;
        }
        holds(format!("{shell}: {names:?}"), names.contains(&"AZURE_CONFIG_DIR"))?;
    }
    holds(
        "the profile is there",
        home.path().join("azure/azureProfile.json").is_file(),
    )
}
