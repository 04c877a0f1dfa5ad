//! Which crate may know which. The list below is the architecture; `cargo metadata` says what is.

use crate::{Test, root};
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;

/// Every crate with the crates that it may use. Arrows go down only.
const ARROWS: &[(&str, &[&str])] = &[
    ("clock", &[]),
    ("source", &[]),
    ("jose", &[]),
    ("wire", &["clock"]),
    ("expression", &["clock", "source"]),
    ("trace", &["clock"]),
    ("llm", &[]),
    ("state", &["clock"]),
    ("redis-state", &["clock", "state"]),
    ("model", &["source"]),
    ("issuer", &["clock", "jose", "model"]),
    ("apiops", &["model", "source"]),
    ("bicep", &["source"]),
    (
        "policy",
        &["clock", "expression", "jose", "llm", "source", "state", "trace"],
    ),
    ("service", &["clock", "expression", "model", "policy", "source"]),
    ("resources", &["apiops", "bicep", "clock", "model", "source"]),
    (
        "gateway",
        &[
            "clock",
            "expression",
            "issuer",
            "llm",
            "model",
            "policy",
            "service",
            "source",
            "state",
            "trace",
            "wire",
        ],
    ),
    (
        "arm",
        &[
            "bicep",
            "clock",
            "issuer",
            "model",
            "policy",
            "resources",
            "source",
            "trace",
            "wire",
        ],
    ),
    ("foundry", &["clock", "llm", "model", "wire"]),
    ("lab", &["clock", "model", "trace", "wire"]),
    (
        "testkit",
        &[
            "apiops", "clock", "foundry", "gateway", "model", "policy", "service", "source", "trace", "wire",
        ],
    ),
    (
        "apimite",
        &[
            "apiops",
            "arm",
            "bicep",
            "clock",
            "expression",
            "foundry",
            "gateway",
            "lab",
            "llm",
            "model",
            "policy",
            "redis-state",
            "resources",
            "service",
            "source",
            "trace",
            "wire",
        ],
    ),
    ("bench-gateway", &[]),
];

/// The crate that holds the tests may use everything.
const TESTS: &str = "apimite-tests";

/// Crates that open no socket and know no HTTP server.
const WITHOUT_SOCKETS: &[&str] = &[
    "clock",
    "jose",
    "source",
    "expression",
    "trace",
    "llm",
    "state",
    "model",
    "issuer",
    "apiops",
    "bicep",
    "resources",
    "policy",
    "service",
];

/// What only crates with sockets may use.
const SOCKETS: &[&str] = &["hyper", "hyper-util", "hyper-rustls", "axum", "tower", "rustls"];

pub(crate) fn tests() -> Vec<Test> {
    vec![
        Test::new(
            "architecture > every crate uses only what the list allows",
            arrows,
        ),
        Test::new("architecture > arrows go down only", downwards),
        Test::new(
            "architecture > no crate tests itself with the testkit",
            nobody_dev_depends_on_testkit,
        ),
        Test::new(
            "architecture > rooms without sockets use no HTTP server",
            without_sockets,
        ),
    ]
}

struct Package {
    name: String,
    /// Name and whether it is for tests only.
    dependencies: Vec<(String, bool)>,
}

fn packages() -> Result<Vec<Package>, String> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    let metadata: Value =
        serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = metadata["packages"]
        .as_array()
        .ok_or("cargo metadata lists no packages")?;
    Ok(packages.iter().map(package).collect())
}

fn package(value: &Value) -> Package {
    let dependency = |value: &Value| {
        (
            value["name"].as_str().unwrap_or_default().to_owned(),
            value["kind"].as_str() == Some("dev"),
        )
    };
    Package {
        name: value["name"].as_str().unwrap_or_default().to_owned(),
        dependencies: value["dependencies"]
            .as_array()
            .into_iter()
            .flatten()
            .map(dependency)
            .collect(),
    }
}

fn verdict(mistakes: Vec<String>) -> Result<(), String> {
    match mistakes.is_empty() {
        true => Ok(()),
        false => Err(mistakes.join("\n")),
    }
}

fn arrows() -> Result<(), String> {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let packages = packages()?;
    let ours: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut mistakes = Vec::new();
    for package in packages.iter().filter(|package| package.name != TESTS) {
        let Some(allowed) = allowed.get(package.name.as_str()) else {
            mistakes.push(format!("`{}` is not in the list", package.name));
            continue;
        };
        for (dependency, _) in &package.dependencies {
            if ours.contains(&dependency.as_str()) && !allowed.contains(&dependency.as_str()) {
                mistakes.push(format!("`{}` must not use `{dependency}`", package.name));
            }
        }
    }
    mistakes.extend(
        allowed
            .keys()
            .filter(|name| !ours.contains(*name))
            .map(|name| format!("there is no crate `{name}`")),
    );
    verdict(mistakes)
}

fn downwards() -> Result<(), String> {
    let mut known: Vec<&str> = Vec::new();
    let mut mistakes = Vec::new();
    for (name, uses) in ARROWS {
        let later = uses.iter().filter(|used| !known.contains(used));
        mistakes
            .extend(later.map(|used| format!("`{name}` uses `{used}`, which stands below it in the list")));
        known.push(name);
    }
    verdict(mistakes)
}

fn nobody_dev_depends_on_testkit() -> Result<(), String> {
    let users = packages()?.into_iter().filter(|package| package.name != TESTS);
    let users = users.filter(|package| package.dependencies.iter().any(|(name, _)| name == "testkit"));
    verdict(
        users
            .map(|package| format!("`{}` uses the testkit", package.name))
            .collect(),
    )
}

fn without_sockets() -> Result<(), String> {
    let mut mistakes = Vec::new();
    for package in packages()?
        .iter()
        .filter(|package| WITHOUT_SOCKETS.contains(&package.name.as_str()))
    {
        let used = package
            .dependencies
            .iter()
            .filter(|(name, is_dev)| !is_dev && SOCKETS.contains(&name.as_str()));
        mistakes.extend(used.map(|(name, _)| format!("`{}` must not use `{name}`", package.name)));
    }
    verdict(mistakes)
}
