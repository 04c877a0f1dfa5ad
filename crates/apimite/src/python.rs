//! The Python that runs notebooks: one that is new enough, and an environment of its own with what they use.

use crate::commands::say;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What most notebooks of the labs use, besides what runs them.
const PACKAGES: [&str; 14] = [
    "nbclient",
    "ipykernel",
    "requests",
    "httpx",
    "openai",
    "azure-ai-inference",
    "nest-asyncio",
    "redis",
    "pandas",
    "matplotlib",
    "azure-identity",
    "azure-mgmt-apimanagement",
    "azure-mgmt-resource",
    "python-dotenv",
];

/// A Python that has what notebooks need, in an environment of its own.
pub(crate) fn python(home: &Path) -> Result<PathBuf, String> {
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
