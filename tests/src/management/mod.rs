//! The management plane of `apimite up`: the SDKs of Azure for Python and Node, unmodified and offline, changes under load, requests that
//! nobody should send, and what stays as it is.

mod client; // somebody who is signed in
mod home; // the user's own configuration
mod odd; // requests that nobody should send
mod proxy; // what leaves this machine
mod soak; // changes under load

use crate::acceptance::{Binary, holds, same, test};
use crate::clients::{install_node, install_python, node, python, words};
use crate::{Test, root};
use std::process::Command;

/// The tests, and lines that say which were left out.
pub(crate) fn tests() -> (Vec<Test>, Vec<String>) {
    let (mut tests, mut left_out) = (Vec::new(), Vec::new());
    match python() {
        Some(python) => tests.push(Test::new("management > azure-mgmt for Python", move || {
            let inside = install_python(&python, "arm-python")?;
            ["suite.py", "kinds.py", "runtime.py"]
                .iter()
                .try_for_each(|suite| {
                    let suite = root().join("tests/clients/arm-python").join(suite);
                    with_plane(|| {
                        let mut command = Command::new(&inside);
                        command.arg(&suite);
                        command
                    })
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
    tests.extend([
        Test::new("management > env says what undo takes back", undone),
        Test::new("management > nothing of the user's own changes", home::unchanged),
        Test::new(
            "management > the authority behind TLS stays after a restart",
            authority,
        ),
        test(
            "management > offline nothing is let through, and it is counted",
            proxy::counted,
        ),
        test("management > odd requests are the client's mistake", odd::refused),
        test(
            "management > soak: changes take effect on the next request",
            soak::changes,
        ),
    ]);
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

/// Whoever trusts the authority of this machine goes on doing so.
fn authority() -> Result<(), String> {
    let binary = Binary::build()?;
    let home = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = home.path().display().to_string();
    let mut arguments = vec![
        "up",
        "fixtures/labs/backend-pool/main.bicep",
        "--tls",
        "127.0.0.1:0",
        "--home",
        &folder,
    ];
    for door in ["--gateway", "--control", "--foundry"] {
        arguments.extend([door, "127.0.0.1:0"]);
    }
    arguments.extend(["--no-watch", "--format", "json"]);
    let told = || {
        let running = binary.start(&arguments)?;
        let output = Command::new("curl")
            .args(["-sS", &format!("{}/ca.pem", running.url("control"))])
            .output();
        output.map(|it| words(&it)).map_err(|error| error.to_string())
    };
    let (first, again) = (told()?, told()?);
    let kept = std::fs::read_to_string(home.path().join("ca.pem")).map_err(|error| error.to_string())?;
    holds(
        format!("a certificate: {first}"),
        first.contains("BEGIN CERTIFICATE"),
    )?;
    same("after a restart", first.trim(), again.trim())?;
    same("in the folder", first.trim(), kept.trim())
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
