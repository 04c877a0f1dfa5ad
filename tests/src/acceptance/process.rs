//! The binary, run as its users run it.

use crate::root;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// The built binary.
#[derive(Debug, Clone)]
pub(crate) struct Binary(PathBuf);

/// What a run that ended has printed.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();

impl Binary {
    /// Builds the binary beside this test's own, once. `APIMITE_BINARY` names one that is built already.
    pub(crate) fn build() -> Result<Binary, String> {
        if let Some(path) = std::env::var_os("APIMITE_BINARY") {
            return Ok(Binary(root().join(path)));
        }
        BUILT.get_or_init(build).clone().map(Binary)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.0);
        command.args(arguments).current_dir(root()).stdin(Stdio::null());
        command
    }

    /// Runs to the end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Run, String> {
        self.run_with(arguments, |_| ())
    }

    /// Runs to the end, with a say in the variables that it sees.
    pub(crate) fn run_with(&self, arguments: &[&str], set: impl Fn(&mut Command)) -> Result<Run, String> {
        let mut command = self.command(arguments);
        set(&mut command);
        let output = command.output().map_err(|error| error.to_string())?;
        Ok(Run {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Starts and waits for the first line, which says that it is ready.
    pub(crate) fn start(&self, arguments: &[&str]) -> Result<Running, String> {
        self.start_with(arguments, |_| ())
    }

    /// The same, with a say in the variables that it sees.
    pub(crate) fn start_with(
        &self,
        arguments: &[&str],
        set: impl Fn(&mut Command),
    ) -> Result<Running, String> {
        let mut command = self.command(arguments);
        set(&mut command);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{arguments:?}: {error}"))?;
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let stderr = child.stderr.take().ok_or("no standard error output")?;
        let mut running = Running {
            child,
            ready: Value::Null,
            lines: lines(stdout),
            errors: lines(stderr),
        };
        let first = running.lines.recv_timeout(PATIENCE).ok();
        match first.as_deref().map(serde_json::from_str) {
            Some(Ok(ready)) => {
                running.ready = ready;
                Ok(running)
            }
            other => {
                // The process has ended, or is ended here: its words end too.
                let _ = running.child.kill();
                let text: Vec<String> = running.errors.iter().collect();
                Err(format!(
                    "{arguments:?}: first line {other:?}\n{}",
                    text.join("\n")
                ))
            }
        }
    }
}

// A process that never says what it should is not waited for without end.
const PATIENCE: Duration = Duration::from_secs(120);

// Reads on, so that the process can always print.
fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            // Nobody may listen any more.
            let _ = sender.send(line);
        }
    });
    receiver
}

fn build() -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    // target/PROFILE/deps/cases-HASH
    let profile = own
        .parent()
        .and_then(|deps| deps.parent())
        .ok_or("no target folder")?;
    let target = profile.parent().ok_or("no target folder")?;
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["build", "--quiet", "-p", "apimite"])
        .current_dir(root())
        .env("CARGO_TARGET_DIR", target);
    if profile.ends_with("release") {
        command.arg("--release");
    }
    let output = command
        .output()
        .map_err(|error| format!("cargo build: {error}"))?;
    match output.status.success() {
        true => Ok(profile.join(format!("apimite{}", std::env::consts::EXE_SUFFIX))),
        false => {
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            let errors = text.find("\nerror").map_or(text.as_str(), |at| &text[at..]);
            Err(format!("cargo build: {errors}"))
        }
    }
}

impl Run {
    /// Every line that is JSON.
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// The last line.
    pub(crate) fn last_json(&self) -> Result<Value, String> {
        self.json_lines()
            .pop()
            .ok_or_else(|| format!("no JSON was printed\n{}{}", self.stdout, self.stderr))
    }
}

/// A process that serves; it ends with this.
pub(crate) struct Running {
    child: Child,
    /// Its first line.
    pub(crate) ready: Value,
    lines: Receiver<String>,
    errors: Receiver<String>,
}

impl Running {
    /// A base URL of the first line.
    pub(crate) fn url(&self, what: &str) -> String {
        self.ready[what]
            .as_str()
            .unwrap_or_default()
            .trim_end_matches('/')
            .to_owned()
    }

    /// The primary key of a subscription.
    pub(crate) fn key(&self, name: &str) -> String {
        let all = self.ready["subscriptions"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let found = all.iter().find(|it| it["name"] == name);
        found
            .and_then(|it| it["primaryKey"].as_str())
            .unwrap_or_default()
            .to_owned()
    }

    /// The next line of the standard output.
    pub(crate) fn next_line(&self) -> Result<Value, String> {
        let line = self.lines.recv_timeout(PATIENCE).map_err(|_| {
            let errors: Vec<String> = self.errors.try_iter().collect();
            format!("nothing more was printed\n{}", errors.join("\n"))
        })?;
        serde_json::from_str(&line).map_err(|error| format!("`{line}`: {error}"))
    }
}

impl Running {
    /// The next line of the standard error output.
    pub(crate) fn next_error(&self) -> Result<String, String> {
        let line = self.errors.recv_timeout(PATIENCE);
        line.map_err(|_| "nothing more was said".to_owned())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
