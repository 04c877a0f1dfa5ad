use super::record::{Kept, Run};
use std::collections::BTreeMap;

/// `docs/labs.md`, without its first lines.
pub fn page(kept: &Kept) -> String {
    let works = kept.notebooks.iter().filter(|it| it.works()).count();
    let mut page = format!(
        "\nNotebooks of [AI-Gateway](https://github.com/Azure-Samples/AI-Gateway), unmodified and offline, with stock `az` and stock SDKs: \
         `apimite up --offline` in one terminal, `apimite lab run NOTEBOOK --record docs/labs.json` in another. Of {} notebooks {works} \
         work to the end. A cell fails that raises an error, or prints `Error` or ❌; what gateway and models saw is judged by \
         `fixtures/notebooks.toml`. *Own* is the time in which apimite itself was busy, without the time that its models pretend to take.\n\n",
        kept.notebooks.len()
    );
    page.push_str(&row(&[
        "notebook",
        "cells",
        "result",
        "requests",
        "answers",
        "time, own",
    ]));
    page.push_str(&row(&["---"; 6]));
    for run in &kept.notebooks {
        page.push_str(&row(&[
            &name(run),
            &format!(
                "{} of {}",
                run.cells.saturating_sub(run.broken.len() as u64),
                run.cells
            ),
            &result(run),
            &counts(&run.statuses),
            &counts(&run.regions),
            &format!("{:.0} s, {:.1} s{}", run.seconds, run.own.total(), build(run)),
        ]));
    }
    page.push_str("\n## Suites of this repository\n\n");
    page.push_str(&row(&["suite", "with", "result", "day"]));
    page.push_str(&row(&["---"; 4]));
    for suite in &kept.suites {
        page.push_str(&row(&[
            &format!("`{}`", suite.path),
            &suite.with,
            &suite.result,
            &suite.date,
        ]));
    }
    if let Some(last) = kept.notebooks.iter().max_by(|a, b| a.date.cmp(&b.date)) {
        let with: Vec<String> = last
            .with
            .iter()
            .map(|(name, version)| format!("{name} {version}"))
            .collect();
        page.push_str(&format!(
            "\nLast run on {}, with {}.\n",
            last.date,
            with.join(", ")
        ));
    }
    page
}

// Figures of a build for developers are not those of its users.
fn build(run: &Run) -> &'static str {
    match run.with.get("apimite").map(String::as_str) {
        Some("debug build") => " (debug build)",
        _ => "",
    }
}

fn name(run: &Run) -> String {
    format!("`{}`", run.path.trim_end_matches(".ipynb"))
}

fn result(run: &Run) -> String {
    if run.works() {
        return "works".to_owned();
    }
    let wrong = run.expectations.iter().filter(|it| !it.ok);
    let wrong: Vec<String> = wrong
        .map(|it| format!("{}: {} instead of {}", it.name, it.actual, it.expected))
        .collect();
    let broken = run
        .broken
        .iter()
        .map(|it| format!("cell {}: {}", it.cell, it.why));
    match &run.missing {
        Some(missing) => format!("missing: {missing}"),
        None => broken.take(3).chain(wrong).collect::<Vec<_>>().join("; "),
    }
}

fn counts(counts: &BTreeMap<String, u64>) -> String {
    let all: Vec<String> = counts
        .iter()
        .map(|(name, count)| format!("{count} × {name}"))
        .collect();
    all.join(", ")
}

fn row(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    format!("| {} |\n", cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::super::{Broken, Spent};
    use super::*;

    fn run(path: &str, broken: &[Broken]) -> Run {
        Run {
            path: path.into(),
            date: "2026-01-01".into(),
            with: [("azure-cli".to_owned(), "2.91.0".to_owned())].into(),
            cells: 7,
            broken: broken.to_vec(),
            statuses: [("200".to_owned(), 40)].into(),
            regions: BTreeMap::new(),
            seconds: 31.4,
            own: Spent::default(),
            expectations: Vec::new(),
            missing: None,
        }
    }

    #[test]
    fn a_run_takes_the_place_of_the_last_one() {
        let mut kept = Kept::default();
        let why = "ModuleNotFoundError: a|b".to_owned();
        kept.keep(run("b/b.ipynb", &[Broken { cell: 2, why }]));
        kept.keep(run("a/a.ipynb", &[]));
        kept.keep(run("a/a.ipynb", &[]));
        let kept = Kept::read(&kept.text()).expect("as written");
        let page = page(&kept);
        assert!(page.contains("Of 2 notebooks 1 work to the end"));
        assert!(page.contains("| `a/a` | 7 of 7 | works | 40 × 200 |  | 31 s, 0.0 s |\n| `b/b` | 6 of 7 | cell 2: ModuleNotFoundError: a\\|b |"));
        assert!(page.ends_with("Last run on 2026-01-01, with azure-cli 2.91.0.\n"));
    }
}
