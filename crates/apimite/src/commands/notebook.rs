//! `lab run`: a notebook of somebody else, against the management plane that runs here.

use super::say;
use crate::cli::{Format, Lab as Args};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::input::SEED;
use crate::management;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What most notebooks of the labs use, besides what runs them.
const PACKAGES: [&str; 10] = [
    "nbclient",
    "ipykernel",
    "requests",
    "openai",
    "pandas",
    "matplotlib",
    "azure-identity",
    "azure-mgmt-apimanagement",
    "azure-mgmt-resource",
    "python-dotenv",
];
const RUNNER: &str = include_str!("../notebook.py");

pub(super) async fn run(args: &Args) -> Result<Exit, String> {
    let Some(notebook) = &args.notebook else {
        return Err("name the notebook: `apimite lab run NOTEBOOK`".to_owned());
    };
    if !notebook.is_file() {
        return Err(format!("there is no file `{}`", notebook.display()));
    }
    let environment = Environment::find(args.control_url.as_deref(), SEED).await?;
    // Nothing else runs here meanwhile.
    tokio::task::block_in_place(|| execute(notebook, &environment, args))
}

fn execute(notebook: &Path, environment: &Environment, args: &Args) -> Result<Exit, String> {
    let variables = environment.variables()?;
    let home = management::home(Some(&environment.folder))?.join("notebooks");
    let python = python(&home)?;
    let runner = home.join("run.py");
    std::fs::write(&runner, RUNNER)
        .map_err(|error| format!("cannot write `{}`: {error}", runner.display()))?;
    let target = args.report.clone().unwrap_or_else(|| executed(notebook));
    let mut child = Command::new(&python)
        .arg(&runner)
        .arg(notebook)
        .arg(&target)
        .envs(variables)
        .env("PATH", path(&python))
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("`{}`: {error}", python.display()))?;
    let output = child.stdout.take().ok_or("no standard output")?;
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        tell(&line, args.format);
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    if args.format == Format::Text {
        say(format!("executed {}", target.display()));
    }
    Ok(if status.success() {
        Exit::Good
    } else {
        Exit::Failed
    })
}

fn executed(notebook: &Path) -> PathBuf {
    let name = notebook
        .file_stem()
        .map_or_else(Default::default, |it| it.to_string_lossy().into_owned());
    PathBuf::from(format!("{name}.executed.ipynb"))
}

/// What the runner says, for people or as it is.
fn tell(line: &str, format: Format) {
    let read: Value = serde_json::from_str(line).unwrap_or_else(|_| json!({ "said": line }));
    if format == Format::Json {
        return say(read);
    }
    let text = |name: &str| read[name].as_str().unwrap_or_default().to_owned();
    say(if read["cell"].is_u64() {
        let mark = if read["failed"].is_null() {
            "ok    "
        } else {
            "FAILED"
        };
        let why = text("failed");
        let missing = why.split("No module named ").nth(1).map(|name| {
            format!("\n        the package {name} is missing: install it into the environment of notebooks")
        });
        let why = if why.is_empty() {
            String::new()
        } else {
            format!("\n        {why}{}", missing.unwrap_or_default())
        };
        format!(
            "{mark} cell {} of {} ({} s) {}{why}",
            read["cell"],
            read["of"],
            read["seconds"],
            text("first")
        )
    } else if read["cells"].is_u64() {
        format!(
            "{} cells, {} failed, {} s",
            read["cells"], read["failed"], read["seconds"]
        )
    } else {
        line.to_owned()
    });
}

/// Programs of the environment come first.
fn path(python: &Path) -> std::ffi::OsString {
    let own = python.parent().map(Path::to_owned);
    let others = std::env::var_os("PATH").unwrap_or_default();
    let all = own.into_iter().chain(std::env::split_paths(&others));
    std::env::join_paths(all).unwrap_or(others)
}

/// A Python that has what notebooks need, in an environment of its own.
fn python(home: &Path) -> Result<PathBuf, String> {
    let inside = match cfg!(windows) {
        true => home.join("venv/Scripts/python.exe"),
        false => home.join("venv/bin/python"),
    };
    let stamp = home.join("installed.txt");
    let wanted = PACKAGES.join("\n");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) && inside.is_file() {
        return Ok(inside);
    }
    let Some(base) = newest() else {
        return Err(
            "notebooks need Python 3.12 or newer, and none was found: install one, with pyenv or otherwise"
                .to_owned(),
        );
    };
    std::fs::create_dir_all(home)
        .map_err(|error| format!("cannot write to `{}`: {error}", home.display()))?;
    say(format!(
        "preparing an environment for notebooks with {base} (once)"
    ));
    let venv = home.join("venv").display().to_string();
    finished(Command::new(&base).args(["-m", "venv", "--clear", &venv]))?;
    let mut install = Command::new(&inside);
    install
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(PACKAGES);
    // Packages come from outside, whatever hosts of Azure are answered here.
    for name in [
        "HTTPS_PROXY",
        "https_proxy",
        "SSL_CERT_FILE",
        "REQUESTS_CA_BUNDLE",
    ] {
        match std::env::var_os(format!("APIMITE_WAS_{name}")) {
            Some(was) => install.env(name, was),
            None if std::env::var_os("APIMITE_ENV").is_some() => install.env_remove(name),
            None => &mut install,
        };
    }
    finished(&mut install)?;
    std::fs::write(&stamp, wanted).map_err(|error| format!("cannot write `{}`: {error}", stamp.display()))?;
    Ok(inside)
}

fn finished(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}

/// The first Python that is new enough, those of pyenv included.
fn newest() -> Option<String> {
    let mut names: Vec<String> = ["python3.14", "python3.13", "python3.12", "python3", "python"]
        .map(str::to_owned)
        .to_vec();
    let pyenv = std::env::var_os("PYENV_ROOT").map(PathBuf::from);
    let pyenv = pyenv.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".pyenv")));
    if let Some(entries) = pyenv.and_then(|root| std::fs::read_dir(root.join("versions")).ok()) {
        let found = entries.flatten().map(|entry| entry.path().join("bin/python"));
        names.extend(
            found
                .filter(|path| path.is_file())
                .map(|path| path.display().to_string()),
        );
    }
    let check = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))";
    for name in names {
        let works = Command::new(&name).args(["-c", check]).output();
        if works.is_ok_and(|it| it.status.success()) {
            return Some(name);
        }
    }
    None
}
