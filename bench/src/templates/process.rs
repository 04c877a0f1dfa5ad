use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// A step that takes longer is a failure.
const PATIENCE: Duration = Duration::from_secs(60);

/// `apimite up` of a template.
pub(crate) struct Apimite {
    child: Child,
    lines: Receiver<String>,
    /// What it says when it is ready.
    pub(crate) ready: Value,
    pub(crate) started: Instant,
}

impl Apimite {
    pub(crate) fn start(binary: &str, template: &Path, more: &[&str]) -> Result<Apimite, String> {
        let started = Instant::now();
        let mut child = Command::new(binary)
            .arg("up")
            .arg(template)
            .args([
                "--gateway=127.0.0.1:0",
                "--control=127.0.0.1:0",
                "--foundry=127.0.0.1:0",
            ])
            .args(["--format", "json"])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{binary}: {error}"))?;
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // Nobody may listen any more.
                let _ = sender.send(line);
            }
        });
        let mut apimite = Apimite {
            child,
            lines,
            ready: Value::Null,
            started,
        };
        apimite.ready = apimite.line()?;
        Ok(apimite)
    }

    /// The next line that it prints.
    pub(crate) fn line(&self) -> Result<Value, String> {
        let line = self
            .lines
            .recv_timeout(PATIENCE)
            .map_err(|_| "apimite says nothing")?;
        serde_json::from_str(&line).map_err(|error| format!("`{line}`: {error}"))
    }

    pub(crate) fn address(&self) -> Result<SocketAddr, String> {
        let url = self.ready["gateway"].as_str().unwrap_or_default();
        let host = url.trim_start_matches("http://").trim_end_matches('/');
        host.parse().map_err(|error| format!("`{url}`: {error}"))
    }

    pub(crate) fn output(&self, name: &str) -> String {
        let value = &self.ready["outputs"][name]["value"];
        value.as_str().unwrap_or_default().to_owned()
    }
}

impl Drop for Apimite {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
