//! The openai SDKs for Python and Node, unmodified, through a gateway. Each suite sets itself up below `target/clients`.

use crate::{Test, block_on, root};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use testkit::{Account, Api, Apimite, Backend, Subscription};

/// Accounts answer at once, so that a suite takes no longer than the SDK itself.
const KEY: &str = "suite-key";

/// The tests, and lines that say which were left out.
pub(crate) fn tests() -> (Vec<Test>, Vec<String>) {
    let mut tests = Vec::new();
    let mut left_out = Vec::new();
    match python() {
        Some(python) => tests.push(Test::new("clients > openai for Python", move || {
            run_python(&python)
        })),
        None => left_out.push("left out: clients > openai for Python (no Python 3.9 or newer)".to_owned()),
    }
    match node() {
        true => tests.push(Test::new("clients > openai for Node", run_node)),
        false => {
            left_out.push("left out: clients > openai for Node (no Node 20 or newer with npm)".to_owned())
        }
    }
    (tests, left_out)
}

pub(crate) fn python() -> Option<String> {
    let check = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))";
    let works = |name: &&str| {
        Command::new(name)
            .args(["-c", check])
            .output()
            .is_ok_and(|it| it.status.success())
    };
    ["python3", "python"]
        .iter()
        .find(|name| works(name))
        .map(|name| (*name).to_owned())
}

pub(crate) fn node() -> bool {
    let check = "process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)";
    let node = Command::new("node")
        .args(["-e", check])
        .output()
        .is_ok_and(|it| it.status.success());
    node && Command::new(npm())
        .arg("--version")
        .output()
        .is_ok_and(|it| it.status.success())
}

fn npm() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

fn run_python(python: &str) -> Result<(), String> {
    let inside = install_python(python, "python")?;
    let suite = root().join("tests/clients/python/suite.py");
    with_gateway(|command| command.arg(suite), Command::new(inside))
}

/// Sets up the packages of a suite; the Python that has them.
pub(crate) fn install_python(python: &str, suite: &str) -> Result<PathBuf, String> {
    let own = root().join("tests/clients").join(suite);
    let folder = target(suite);
    let inside = folder.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    });
    set_up(&folder, &own.join("requirements.txt"), || {
        ended(
            Command::new(python)
                .args(["-m", "venv", "--clear"])
                .arg(&folder)
                .output(),
        )?;
        let install = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
        ];
        ended(
            Command::new(&inside)
                .args(install)
                .arg(own.join("requirements.txt"))
                .output(),
        )
    })?;
    Ok(inside)
}

fn run_node() -> Result<(), String> {
    let suite = install_node("node")?;
    with_gateway(|command| command.arg(suite), Command::new("node"))
}

/// Sets up the packages of a suite; the suite beside them.
pub(crate) fn install_node(suite: &str) -> Result<PathBuf, String> {
    let own = root().join("tests/clients").join(suite);
    let folder = target(suite);
    set_up(&folder, &own.join("package.json"), || {
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        std::fs::copy(own.join("package.json"), folder.join("package.json"))
            .map_err(|error| error.to_string())?;
        let install = [
            "install",
            "--no-audit",
            "--no-fund",
            "--no-package-lock",
            "--loglevel=error",
        ];
        ended(Command::new(npm()).args(install).current_dir(&folder).output())
    })?;
    // A module finds its packages beside itself.
    std::fs::copy(own.join("suite.mjs"), folder.join("suite.mjs")).map_err(|error| error.to_string())?;
    Ok(folder.join("suite.mjs"))
}

// Below the target folder that this binary was built in.
pub(crate) fn target(suite: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    let target = own
        .ancestors()
        .nth(3)
        .map_or_else(|| root().join("target"), Path::to_owned);
    target.join("clients").join(suite)
}

// Installs unless the folder holds what `pins` names already.
fn set_up(folder: &Path, pins: &Path, install: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let wanted = std::fs::read_to_string(pins).map_err(|error| format!("{}: {error}", pins.display()))?;
    let stamp = folder.join("installed.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    install()?;
    std::fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))
}

fn ended(output: std::io::Result<Output>) -> Result<(), String> {
    let output = output.map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(()),
        false => Err(words(&output)),
    }
}

pub(crate) fn words(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

// Runs the suite against a gateway in this process, on the wall clock.
fn with_gateway(
    suite: impl FnOnce(&mut Command) -> &mut Command + Send,
    mut command: Command,
) -> Result<(), String> {
    block_on(async {
        let apimite = gateway().await;
        suite(&mut command)
            .env("APIMITE_URL", apimite.url())
            .env("APIMITE_KEY", KEY)
            .env("PYTHONDONTWRITEBYTECODE", "1");
        let output = tokio::task::spawn_blocking(move || command.output()).await;
        let output = output
            .map_err(|error| error.to_string())?
            .map_err(|error| error.to_string())?;
        let failed = words(&output)
            .lines()
            .filter(|line| !line.starts_with("ok "))
            .map(str::to_owned)
            .collect::<Vec<_>>();
        match output.status.success() {
            true => Ok(()),
            false => Err(failed.join("\n")),
        }
    })
}

async fn gateway() -> Apimite {
    let mut account = Account::new("east", "eastus");
    for name in ["gpt", "flaky", "flaky-node"] {
        account = account.standard(name, "gpt-4o-mini", 1000);
    }
    let refusal = |deployment: &str, calls, retry_after| model::Fault {
        action: model::FaultAction::Status {
            status: 429,
            retry_after: Some(retry_after),
            body: None,
            headers: Default::default(),
        },
        calls,
        seconds: None,
        after: None,
        deployment: Some(deployment.to_owned()),
    };
    Apimite::builder()
        .real_clock()
        .account(
            account
                .standard("full", "gpt-4o-mini", 1)
                .standard("embed", "text-embedding-3-small", 1000),
        )
        .settings(|settings| {
            let account = settings.accounts.entry("east".into()).or_default();
            for name in ["gpt", "flaky", "flaky-node", "full"] {
                let latency = &mut account.deployments.entry(name.into()).or_default().latency;
                (latency.first_token, latency.per_token) = (Some(5.0), Some(0.1));
            }
        })
        .fault("east", refusal("flaky", Some(1), 1))
        .fault("east", refusal("flaky-node", Some(1), 1))
        .fault("east", refusal("full", None, 30))
        .backend(
            Backend::new("east", "https://east.openai.azure.com/openai")
                .managed_identity("https://cognitiveservices.azure.com"),
        )
        .api(
            Api::from(model::Api {
                key_names: model::KeyNames {
                    header: "api-key".into(),
                    query: "api-key".into(),
                    bearer: true,
                },
                ..Api::new("inference").path("inference/openai").into_model()
            })
            .operation(
                "POST",
                "/deployments/{deployment}/chat/completions?api-version={api-version}",
            )
            .operation("POST", "/v1/chat/completions")
            .operation(
                "POST",
                "/deployments/{deployment}/embeddings?api-version={api-version}",
            )
            .operation("POST", "/v1/embeddings")
            .operation("POST", "/responses?api-version={api-version}")
            .operation("POST", "/v1/responses")
            .inbound(
                r#"<set-backend-service backend-id="east" />
                   <set-header name="api-key" exists-action="delete" />"#,
            )
            .backend(r#"<forward-request buffer-response="false" />"#),
        )
        .subscription(Subscription::new("suite", KEY))
        .start()
        .await
}
