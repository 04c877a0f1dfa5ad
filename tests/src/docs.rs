//! `docs`: what is generated is what is committed, what is named exists, what is listed is read.

use crate::acceptance::{Binary, same};
use crate::{Test, page, root};
use model::Settings;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The tests; `others` may be named in `docs/fidelity.toml`.
pub(crate) fn tests(others: &[Test]) -> Vec<Test> {
    let mut known: BTreeSet<String> = others.iter().map(|test| test.name.clone()).collect();
    let mut tests: Vec<Test> = ["policies", "expressions", "arm", "fidelity", "labs"]
        .map(|page| {
            Test::new(&format!("docs > {page}.md is as generated"), move || {
                as_generated(page)
            })
        })
        .into();
    tests.push(Test::new(
        "docs > every policy that runs has a page of cases",
        policies,
    ));
    tests.push(Test::new(
        "docs > settings.md shows every key, and is read",
        settings,
    ));
    tests.push(Test::new(
        "docs > diagnostics.md names the codes that are in the source",
        diagnostics,
    ));
    known.extend(tests.iter().map(|test| test.name.clone()));
    tests.push(Test::new(
        "docs > every test that fidelity.toml names exists",
        move || fidelity(&known),
    ));
    tests
}

/// Crates whose codes are all in the page.
const DOCUMENTED: [&str; 7] = [
    "apiops",
    "apimite",
    "bicep",
    "expression",
    "policy",
    "resources",
    "service",
];

fn diagnostics() -> Result<(), String> {
    let page = read("docs/diagnostics.md")?;
    let listed: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let mut all = String::new();
    sources(&root().join("crates"), &mut all)?;
    let stale = listed.iter().filter(|code| !all.contains(&format!("\"{code}\"")));
    none(
        "in docs/diagnostics.md, but nowhere in the source",
        stale.map(|it| (*it).to_owned()),
    )?;
    let mut missing = BTreeSet::new();
    for folder in DOCUMENTED {
        let mut text = String::new();
        sources(&root().join("crates").join(folder), &mut text)?;
        for way in [
            "Diagnostic::error(",
            "Diagnostic::warning(",
            "Diagnostic::info(",
            ".stop(",
        ] {
            let codes = text.split(way).skip(1).filter_map(|rest| {
                let rest = rest.trim_start().strip_prefix('"')?;
                rest.split('"').next()
            });
            // Bicep's own codes are its compiler's business.
            let ours = codes.filter(|it| !it.starts_with("BCP") && !listed.contains(it));
            missing.extend(ours.map(str::to_owned));
        }
    }
    none("not in docs/diagnostics.md", missing.into_iter())
}

fn sources(folder: &Path, text: &mut String) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() && !matches!(name.as_str(), "tests" | "target" | "benches") {
            sources(&path, text)?;
        } else if name.ends_with(".rs") && !name.contains("tests") {
            let read = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            text.push_str(read.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default());
        }
    }
    Ok(())
}

fn read(path: impl AsRef<Path>) -> Result<String, String> {
    let path = root().join(path);
    fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
}

fn as_generated(page: &str) -> Result<(), String> {
    let run = Binary::build()?.run(&["support", page])?;
    if run.code != Some(0) {
        return Err(format!("`apimite support {page}` failed: {}", run.stderr));
    }
    let committed = read(format!("docs/{page}.md"))?;
    if committed == run.stdout {
        return Ok(());
    }
    let equal = committed
        .lines()
        .zip(run.stdout.lines())
        .take_while(|(a, b)| a == b)
        .count();
    let line = |text: &str| text.lines().nth(equal).unwrap_or("(the end)").to_owned();
    Err(format!(
        "docs/{page}.md differs in line {}\n  committed: {}\n  generated: {}\nto make it anew: \
         cargo run -p apimite -- support {page} > docs/{page}.md",
        equal + 1,
        line(&committed),
        line(&run.stdout)
    ))
}

fn policies() -> Result<(), String> {
    let folder = root().join("tests/cases/policies");
    let mut titles = BTreeSet::new();
    for entry in fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let text = read(entry.map_err(|error| error.to_string())?.path())?;
        // A page may be about two policies: `# set-method and set-status`.
        titles.extend(
            text.lines()
                .next()
                .unwrap_or("")
                .split_whitespace()
                .map(str::to_owned),
        );
    }
    let missing = policy::policies().filter(|it| it.supported && !titles.contains(it.name));
    none(
        "no page below tests/cases/policies has in its title",
        missing.map(|it| it.name.to_owned()),
    )
}

#[derive(Deserialize)]
struct Fidelity {
    behaviour: Vec<Behaviour>,
}

#[derive(Deserialize)]
struct Behaviour {
    area: String,
    behaviour: String,
    case: Option<String>,
}

fn fidelity(tests: &BTreeSet<String>) -> Result<(), String> {
    let rows: Fidelity = toml::from_str(&read("docs/fidelity.toml")?).map_err(|error| error.to_string())?;
    let pages = page::read_all(&root().join("tests/cases"))?;
    let exists = |case: &str| match case.split_once("::") {
        Some((name, test)) => in_crate(name, test),
        None => tests.contains(case) || pages.iter().any(|page| page.name == case),
    };
    let cases = rows.behaviour.iter().filter_map(|row| row.case.as_ref());
    none(
        "docs/fidelity.toml names tests that do not exist",
        cases.filter(|case| !exists(case)).cloned(),
    )?;

    let mut told = BTreeSet::new();
    let twice = rows.behaviour.iter().filter(|row| !told.insert(&row.behaviour));
    none(
        "docs/fidelity.toml says twice",
        twice.map(|row| row.behaviour.clone()),
    )?;
    // The page has one table per area.
    let mut areas: Vec<&str> = rows.behaviour.iter().map(|row| row.area.as_str()).collect();
    areas.dedup();
    let mut seen = BTreeSet::new();
    let torn = areas.into_iter().filter(|area| !seen.insert(*area));
    none(
        "rows of an area do not stand together in docs/fidelity.toml",
        torn.map(str::to_owned),
    )
}

// Whether a function of this name stands somewhere in a crate.
fn in_crate(name: &str, test: &str) -> bool {
    let holds =
        |path: &Path| fs::read_to_string(path).is_ok_and(|text| text.contains(&format!("fn {test}(")));
    let mut folders = vec![root().join("crates").join(name)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") && holds(&path) {
                return true;
            }
        }
    }
    false
}

// Tables of the settings as the page shows them; one may be shown in two parts.
const TABLES: [&[&str]; 17] = [
    &["certificates.orders-client"],
    &["tls"],
    &["authorizations.github.ada"],
    &[""],
    &["identity"],
    &["identity.applications.orders-client"],
    &["service"],
    &["clock"],
    &["backends"],
    &["limits"],
    &["log"],
    &["sinks"],
    &["subscriptions.master"],
    &["accounts.foundry1", "accounts.guard"],
    &["accounts.guard.safety"],
    &[
        "accounts.foundry1.deployments.gpt-4o-mini",
        "accounts.reserved.deployments.gpt-4o",
    ],
    &["accounts.foundry1.deployments.gpt-4o-mini.latency"],
];

fn settings() -> Result<(), String> {
    let page = read("docs/settings.md")?;
    let block = page
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let block = block.ok_or("docs/settings.md has no block of TOML")?;
    let settings: Settings = toml::from_str(block).map_err(|error| format!("docs/settings.md: {error}"))?;

    let all: toml::Table = toml::from_str(block).map_err(|error| error.to_string())?;
    let mut missing = Vec::new();
    for parts in TABLES {
        let shown = |key: &str| {
            parts
                .iter()
                .any(|part| table(&all, part).is_some_and(|it| it.contains_key(key)))
        };
        let keys = keys(parts[0])?;
        missing.extend(
            keys.into_iter()
                .filter(|key| !shown(key))
                .map(|key| format!("[{}] {key}", parts[0])),
        );
    }
    none("docs/settings.md does not show", missing.into_iter())?;

    let (shown, default) = (settings.limits, expression::Limits::default());
    let shown = (
        shown.expression_steps,
        shown.expression_depth,
        shown.expression_bytes,
        shown.expression_item_bytes,
        shown.expression_elements,
        shown.expression_seconds,
        shown.regex_backtracks,
    );
    let default = (
        Some(default.steps),
        Some(default.depth),
        Some(default.bytes as u64),
        Some(default.item_bytes as u64),
        Some(default.elements as u64),
        Some(default.time.as_secs()),
        Some(default.backtracks as u64),
    );
    same("docs/settings.md, [limits]: the defaults", default, shown)
}

fn table<'a>(all: &'a toml::Table, path: &str) -> Option<&'a toml::Table> {
    let mut names = path.split('.').filter(|name| !name.is_empty());
    names.try_fold(all, |table, name| table.get(name)?.as_table())
}

// A key that nobody knows is refused with all that are known.
fn keys(table: &str) -> Result<Vec<String>, String> {
    let header = if table.is_empty() {
        String::new()
    } else {
        format!("[{table}]\n")
    };
    let Err(error) = toml::from_str::<Settings>(&format!("{header}no-such-key = 1\n")) else {
        return Err(format!("[{table}] takes any key"));
    };
    let known = error
        .message()
        .split_once("expected")
        .map_or("", |(_, known)| known);
    Ok(known.split('`').skip(1).step_by(2).map(str::to_owned).collect())
}

fn none(what: &str, found: impl Iterator<Item = String>) -> Result<(), String> {
    let found: Vec<String> = found.collect();
    match found.is_empty() {
        true => Ok(()),
        false => Err(format!("{what}:\n{}", found.join("\n"))),
    }
}
