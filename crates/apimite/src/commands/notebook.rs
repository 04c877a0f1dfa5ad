//! `lab run`: a notebook of somebody else, against the management plane that runs here.

use super::say;
use crate::ask::ask;
use crate::cli::{Format, Lab as Args};
use crate::environment::{CONTROL, Environment};
use crate::exit::Exit;
use crate::input::SEED;
use crate::python::python;
use crate::{management, timing};
use clock::Clock;
use http::Method;
use lab::draw::{self, Ink};
use lab::notebook::{Broken, Expected, Kept, Mark, Run, Seen, Spent, expected};
use lab::{Expectation, Verdict};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const RUNNER: &str = include_str!("../notebook.py");

pub(super) async fn run(args: &Args) -> Result<Exit, String> {
    let Some(notebook) = &args.notebook else {
        return Err("name the notebook: `apimite lab run NOTEBOOK`".to_owned());
    };
    if !notebook.is_file() {
        return Err(format!("there is no file `{}`", notebook.display()));
    }
    let notebook =
        &std::path::absolute(notebook).map_err(|error| format!("`{}`: {error}", notebook.display()))?;
    let control = args.control_url.as_deref().unwrap_or(CONTROL);
    let expected = expected(notebook)?;
    begin_afresh(control).await?;
    let before = look(control, Mark::default()).await?.mark();
    let environment = Environment::find(Some(control), SEED).await?;
    // Nothing else runs here meanwhile.
    let mut ran = tokio::task::block_in_place(|| execute(notebook, &environment, args))?;
    if let Some(expected) = &expected {
        ran.broken = expected.unexpected(&ran.broken);
    }
    let seen = look(control, before).await?;
    let verdict = expected.as_ref().map(|it| it.judge(&seen));
    tell_end(&ran, verdict.as_ref(), seen.spent(), args);
    if let Some(file) = &args.record {
        keep(
            file,
            record(notebook, &ran, &seen, (expected.as_ref(), verdict.as_ref())),
        )?;
    }
    let good = ran.broken.is_empty() && verdict.is_none_or(|it| it.passed());
    Ok(if good { Exit::Good } else { Exit::Failed })
}

/// Quotas are full and breakers closed when a notebook begins: whoever runs one on Azure again waits two minutes for that.
async fn begin_afresh(control: &str) -> Result<(), String> {
    let backends = ask(Method::GET, control, "/backends", None).await?;
    for name in backends
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|it| it["name"].as_str())
    {
        ask(Method::POST, control, &format!("/backends/{name}/reset"), None).await?;
    }
    // Where no mocks are there is nothing to fill.
    let _ = ask(Method::POST, control, "/mocks/reset", None).await;
    Ok(())
}

/// What has happened since `mark`.
async fn look(control: &str, mark: Mark) -> Result<Seen, String> {
    let get = async |path: &str| ask(Method::GET, control, path, None).await;
    let (requests, journal) = (get("/requests?last=100000").await?, get("/mocks/journal").await);
    // Without mocks there is no journal, without management plane nothing is told of it.
    let management = get("/management").await.unwrap_or_default();
    Ok(Seen::read(
        &requests,
        &journal.unwrap_or_default(),
        &management,
        mark,
    ))
}

/// What came of the cells.
#[derive(Default)]
struct Ran {
    cells: u64,
    broken: Vec<Broken>,
    seconds: f64,
    with: BTreeMap<String, String>,
    target: PathBuf,
}

fn execute(notebook: &Path, environment: &Environment, args: &Args) -> Result<Ran, String> {
    let variables = environment.variables()?;
    let home = management::home(Some(&environment.folder))?.join("notebooks");
    let python = python(&home)?;
    let runner = home.join("run.py");
    std::fs::write(&runner, RUNNER)
        .map_err(|error| format!("cannot write `{}`: {error}", runner.display()))?;
    let target = args.report.clone().unwrap_or_else(|| executed(notebook));
    let command = |program: &Path| {
        let mut command = Command::new(program);
        command.envs(variables.clone()).env("PATH", path(&python));
        command
    };
    let mut child = command(&python)
        .arg(&runner)
        .arg(notebook)
        .arg(&target)
        .arg(args.cell_timeout.as_secs().to_string())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("`{}`: {error}", python.display()))?;
    let output = child.stdout.take().ok_or("no standard output")?;
    let mut ran = Ran {
        target,
        ..Ran::default()
    };
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        let read: Value = serde_json::from_str(&line).unwrap_or_else(|_| json!({ "said": line }));
        ran.note(&read);
        tell(&read, args.format);
    }
    let build = if cfg!(debug_assertions) {
        "debug build"
    } else {
        "release build"
    };
    ran.with.insert("apimite".to_owned(), build.to_owned());
    let status = child.wait().map_err(|error| error.to_string())?;
    if !status.success() && ran.broken.is_empty() {
        return Err(format!("the runner of notebooks ended with {status}"));
    }
    if args.record.is_some()
        && let Some(version) = version(command(Path::new("az")))
    {
        ran.with.insert("azure-cli".to_owned(), version);
    }
    Ok(ran)
}

/// The version of the command line of Azure, if there is one.
fn version(mut az: Command) -> Option<String> {
    let output = az.args(["version", "-o", "json"]).output().ok()?;
    let read: Value = serde_json::from_slice(&output.stdout).ok()?;
    read["azure-cli"].as_str().map(str::to_owned)
}

fn executed(notebook: &Path) -> PathBuf {
    let name = notebook
        .file_stem()
        .map_or_else(Default::default, |it| it.to_string_lossy().into_owned());
    PathBuf::from(format!("{name}.executed.ipynb"))
}

impl Ran {
    /// Takes up a line of the runner.
    fn note(&mut self, line: &Value) {
        if let (Some(cell), Some(kind)) = (line["cell"].as_u64(), line["kind"].as_str()) {
            self.broken.push(Broken {
                cell,
                why: kind.to_owned(),
            });
        }
        if let Some(cells) = line["of"].as_u64() {
            self.cells = cells;
        }
        if line["cells"].is_u64() {
            self.seconds = line["seconds"].as_f64().unwrap_or_default();
        }
        for (name, version) in line["with"].as_object().into_iter().flatten() {
            if let Some(version) = version.as_str() {
                self.with.insert(name.clone(), version.to_owned());
            }
        }
    }
}

/// What the runner says, for people or as it is.
fn tell(line: &Value, format: Format) {
    if format == Format::Json {
        return say(line);
    }
    let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
    if line["cell"].is_u64() {
        let mark = if line["failed"].is_null() {
            "ok    "
        } else {
            "FAILED"
        };
        let mut why = text("failed");
        if let Some(name) = text("kind").strip_prefix("no Python package ") {
            why += &format!("\n        install {name} into the environment of notebooks, or leave it");
        }
        if !why.is_empty() {
            why.insert_str(0, "\n        ");
        }
        let (cell, of, seconds) = (&line["cell"], &line["of"], &line["seconds"]);
        say(format!(
            "{mark} cell {cell} of {of} ({seconds} s) {}{why}",
            text("first")
        ));
    } else if line["cells"].is_u64() {
        let (cells, failed, seconds) = (&line["cells"], &line["failed"], &line["seconds"]);
        say(format!("{cells} cells, {failed} failed, {seconds} s"));
    } else if !line["said"].is_null() {
        say(text("said"));
    }
}

fn tell_end(ran: &Ran, verdict: Option<&Verdict>, spent: Spent, args: &Args) {
    if args.format == Format::Json {
        return say(json!({ "verdict": verdict, "spent": spent }));
    }
    if let Some(verdict) = verdict {
        say(draw::verdict_lines(verdict, Ink::Plain).trim_end());
    }
    say(format!(
        "apimite itself was busy for {:.2} s: gateway {:.2}, mock models {:.2}, management plane {:.2}",
        spent.total(),
        spent.gateway,
        spent.mocks,
        spent.management
    ));
    say(format!("executed {}", ran.target.display()));
}

fn record(
    notebook: &Path,
    ran: &Ran,
    seen: &Seen,
    (expected, verdict): (Option<&Expected>, Option<&Verdict>),
) -> Run {
    let round = |seconds: f64| (seconds * 100.0).round() / 100.0;
    let spent = seen.spent();
    let today = timing::written(Clock::real().now());
    let expectations: Option<Vec<Expectation>> = verdict.map(|it| it.expectations.clone());
    Run {
        path: end(notebook),
        date: today.chars().take(10).collect(),
        with: ran.with.clone(),
        cells: ran.cells,
        broken: ran.broken.clone(),
        statuses: seen.statuses(),
        regions: seen.regions(),
        seconds: round(ran.seconds),
        own: Spent {
            gateway: round(spent.gateway),
            mocks: round(spent.mocks),
            management: round(spent.management),
        },
        expectations: expectations.unwrap_or_default(),
        missing: expected.and_then(|it| it.missing.clone()),
    }
}

/// Folder and file.
fn end(notebook: &Path) -> String {
    let parts: Vec<String> = notebook
        .iter()
        .map(|it| it.to_string_lossy().into_owned())
        .collect();
    parts[parts.len().saturating_sub(2)..].join("/")
}

fn keep(file: &Path, run: Run) -> Result<(), String> {
    let cannot = |error: String| format!("`{}`: {error}", file.display());
    let text = match std::fs::read_to_string(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        read => read.map_err(|error| cannot(error.to_string()))?,
    };
    let mut kept = Kept::read(&text).map_err(cannot)?;
    kept.keep(run);
    std::fs::write(file, kept.text()).map_err(|error| cannot(error.to_string()))
}

/// Programs of the environment come first.
fn path(python: &Path) -> std::ffi::OsString {
    let own = python.parent().map(Path::to_owned);
    let others = std::env::var_os("PATH").unwrap_or_default();
    let all = own.into_iter().chain(std::env::split_paths(&others));
    std::env::join_paths(all).unwrap_or(others)
}
