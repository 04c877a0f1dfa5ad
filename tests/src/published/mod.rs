//! Expressions of published policy documents are evaluated: with `APIMITE_CORPUS=DIR` every distinct one below that folder, by
//! `apimite eval --batch`, in a context that holds what the expression reads.
//!
//! The names, types and shapes of a context come from the expression itself: what it asks of headers, variables, claims and
//! bodies, and what it casts and parses that to. Counts are printed; nearly everything must end in a value.

mod context; // what was read, as the context of `eval`
mod expressions; // the expressions of a document
mod reads; // what an expression reads, and as what
mod tokens; // C#, as far as its words matter here

use crate::acceptance::Binary;
use crate::{Test, root};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;

pub(crate) fn tests() -> Vec<Test> {
    let mut tests = vec![Test::new(
        "published > expressions of our own documents end in a value",
        || {
            judge(&[
                root().join("policies").as_path(),
                root().join("fixtures").as_path(),
            ])
        },
    )];
    if let Some(folder) = std::env::var_os("APIMITE_CORPUS") {
        tests.push(Test::new(
            "published > expressions of APIMITE_CORPUS end in a value",
            move || judge(&[Path::new(&folder)]),
        ));
    }
    tests
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    /// By the kind that `eval` tells.
    kinds: BTreeMap<String, usize>,
    /// Expressions that ended in anything but a value, and how.
    other: Vec<(String, String)>,
}

fn judge(folders: &[&Path]) -> Result<(), String> {
    let mut found = BTreeSet::new();
    for folder in folders {
        expressions::below(folder, &mut found)?;
    }
    let counts = evaluate(&found)?;
    show(&counts);
    let count = |kind: &str| counts.kinds.get(kind).copied().unwrap_or_default();
    let (values, ended) = (count("value"), count("value") + count("exception"));
    // What is no C# is told by `apimite check`.
    let all = counts.all - count("syntax");
    let is_fine =
        values * 100 >= all * 90 && ended * 100 >= all * 99 && count("unsupported") * 200 < all.max(200);
    match is_fine {
        true => Ok(()),
        false => Err(format!(
            "of {all} expressions {values} end in a value and {ended} in any way that .NET knows"
        )),
    }
}

fn evaluate(expressions: &BTreeSet<String>) -> Result<Counts, String> {
    let lines = expressions.iter().enumerate();
    let lines: Vec<String> = lines
        .map(|(id, text)| json!({ "id": id, "text": text, "context": context::of(text) }).to_string())
        .collect();
    let mut file = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
    file.write_all((lines.join("\n") + "\n").as_bytes())
        .map_err(|error| error.to_string())?;
    let run = Binary::build()?.run(&["eval", "--batch", &file.path().to_string_lossy()])?;
    let answers = run.json_lines();
    if answers.len() != expressions.len() {
        return Err(format!(
            "{} answers to {} expressions\n{}",
            answers.len(),
            expressions.len(),
            run.stderr
        ));
    }
    let mut counts = Counts {
        all: expressions.len(),
        ..Counts::default()
    };
    for (text, answer) in expressions.iter().zip(&answers) {
        let kind = answer["kind"].as_str().unwrap_or_default().to_owned();
        if kind != "value" {
            let how = answer["message"].as_str().unwrap_or_default();
            let of = answer["type"]
                .as_str()
                .or(answer["code"].as_str())
                .unwrap_or_default();
            counts.other.push((text.clone(), format!("{kind} {of}: {how}")));
        }
        *counts.kinds.entry(kind).or_default() += 1;
    }
    Ok(counts)
}

#[expect(clippy::print_stdout, reason = "the counts are what the run is for")]
fn show(counts: &Counts) {
    println!("{} distinct expressions: {:?}", counts.all, counts.kinds);
    for (text, how) in &counts.other {
        let start: String = text
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .take(160)
            .collect();
        println!("  {how}\n      {start}");
    }
}
