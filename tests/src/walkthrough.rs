//! Policy documents are not only loaded, they are run: requests that fit go through every document of `policies`, of the
//! fixtures and, with `APIMITE_CORPUS=DIR`, of any folder; every call to the outside is answered by one stub.
//!
//! A document gets a few plain requests first; whatever reaches a new statement is varied further, with the names and texts that
//! the document itself reads and compares with. No fault may be of something that is not supported, and nothing may panic. How
//! many statements were reached is printed.

mod ask; // requests and answers, and how they vary
mod content; // bodies
mod fill; // what templates and named values would have filled in
mod fragments; // those that stand beside documents
mod goals; // what decides where a request goes
mod json; // bodies that hold what a document looks for
mod prelude; // what stands before a document
mod prepare; // a document with everything that it names
mod read; // what a document reads
mod surround; // the service around it

use crate::{Test, block_on, root};
use ask::{Answers, Ask};
use clock::{Clock, Dice};
use fragments::Fragments;
use parking_lot::Mutex;
use prepare::Prepared;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use testkit::{Apimite, Upstream};
use trace::{Record, Step};

/// Requests that one document gets at most, and after how many that brought nothing new it is left.
const MOST: u64 = 400;
const PATIENCE: u64 = 120;
/// How long a request may take by the wall: virtual time never makes one wait.
const STILL: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(40 * 86_400);

/// What came of one document.
#[derive(Debug, Default)]
struct Outcome {
    held: BTreeSet<String>,
    reached: BTreeSet<String>,
    requests: u64,
    /// Whether some fitting request ended without a failing expression.
    ends_well: bool,
    /// Why expressions failed, by where.
    failures: BTreeMap<String, String>,
    /// What must not happen.
    wrong: BTreeSet<String>,
    /// Why it does not load, if it does not.
    refused: Option<String>,
}

pub(crate) fn tests() -> Vec<Test> {
    let mut tests = vec![Test::new(
        "walkthrough > every document of policies and fixtures runs",
        || {
            let folders = [root().join("policies"), root().join("fixtures")];
            let mut files = Vec::new();
            folders.iter().try_for_each(|it| collect(it, &mut files))?;
            let found = run_all(&files);
            let refused: Vec<String> = found
                .iter()
                .filter_map(|(name, it)| it.refused.as_ref().map(|why| format!("{name}: {why}")))
                .collect();
            match refused.is_empty() {
                true => judge(&found, 85, 90),
                false => Err(refused.join("\n")),
            }
        },
    )];
    if let Some(folder) = std::env::var_os("APIMITE_CORPUS") {
        tests.push(Test::new(
            "walkthrough > every document of APIMITE_CORPUS runs",
            move || {
                let mut files = Vec::new();
                collect(Path::new(&folder), &mut files)?;
                judge(&run_all(&files), 70, 85)
            },
        ));
    }
    tests
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|it| it.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|it| it.eq_ignore_ascii_case("xml")) {
            files.push(path);
        }
    }
    Ok(())
}

fn run_all(files: &[PathBuf]) -> Vec<(String, Outcome)> {
    let (all, none) = (Fragments::of(files), Fragments::default());
    let outcome = |file: &PathBuf| {
        let text = String::from_utf8_lossy(&fs::read(file).ok()?).into_owned();
        let mut alone = try_run(&prepare::prepare(&text, file, &none)?);
        // With what stands beside it more of it may be reached; statements of fragments count where they are written.
        if text.contains("<include-fragment") {
            alone.join(try_run(&prepare::prepare(&text, file, &all)?));
        }
        Some(alone)
    };
    let found = files
        .iter()
        .filter_map(|file| Some((file.display().to_string(), outcome(file)?)));
    found.collect()
}

impl Outcome {
    // Takes over what another run of the same document has reached.
    fn join(&mut self, other: Outcome) {
        let own = other.reached.into_iter().filter(|it| self.held.contains(it));
        self.reached.extend(own);
        self.requests += other.requests;
        self.ends_well |= other.ends_well;
        self.wrong.extend(other.wrong);
    }
}

fn try_run(prepared: &Arc<Prepared>) -> Outcome {
    let run = AssertUnwindSafe(|| block_on(run(prepared)));
    std::panic::catch_unwind(run).unwrap_or_else(|_| Outcome {
        wrong: ["it panics".to_owned()].into(),
        ..Outcome::default()
    })
}

// Percentages over everything that loads.
#[expect(clippy::print_stdout, reason = "the counts are what the run is for")]
fn judge(found: &[(String, Outcome)], least_reached: usize, least_well: usize) -> Result<(), String> {
    let loaded = || found.iter().filter(|(_, it)| it.refused.is_none());
    let held: usize = loaded().map(|(_, it)| it.held.len()).sum();
    let reached: usize = loaded().map(|(_, it)| it.reached.len()).sum();
    let requests: u64 = loaded().map(|(_, it)| it.requests).sum();
    let (documents, well) = (loaded().count(), loaded().filter(|(_, it)| it.ends_well).count());
    println!(
        "{documents} of {} documents load; {reached} of {held} statements were reached by {requests} requests; {well} documents end without a failing expression",
        found.len()
    );
    for (name, it) in found {
        show(name, it);
    }
    let mut wrong: Vec<String> = found
        .iter()
        .flat_map(|(name, it)| it.wrong.iter().map(move |text| format!("{name}: {text}")))
        .collect();
    if reached * 100 < held * least_reached {
        wrong.push(format!("only {reached} of {held} statements were reached"));
    }
    if well * 100 < documents * least_well {
        wrong.push(format!(
            "only {well} of {documents} documents end without a failing expression"
        ));
    }
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(wrong.join("\n")),
    }
}

#[expect(clippy::print_stdout, reason = "the leftovers are what the run is for")]
fn show(name: &str, outcome: &Outcome) {
    if let Some(why) = &outcome.refused {
        println!("  does not load: {name}: {why}");
        return;
    }
    if !outcome.ends_well {
        println!("  an expression fails in every request: {name}");
    }
    let left: Vec<&String> = outcome.held.difference(&outcome.reached).collect();
    if !left.is_empty() {
        println!("  {} of {} not reached: {name}", left.len(), outcome.held.len());
        for place in left.iter().take(6) {
            println!("      {place}");
        }
    }
    if !left.is_empty() || !outcome.ends_well {
        for (place, why) in outcome.failures.iter().take(4) {
            println!("      fails at {place}: {why}");
        }
    }
}

async fn run(prepared: &Arc<Prepared>) -> Outcome {
    let mut outcome = Outcome::default();
    let loaded = service::load(prepared.service.clone(), &service::LoadOptions::default());
    let Some(plan) = loaded.plan else {
        let first = loaded.findings.iter().find(|it| it.is_error());
        outcome.refused = first.map(|it| format!("{}: {}", it.diagnostic.code, it.diagnostic.message));
        return outcome;
    };
    let places = plan.apis[0].operations[0].walk.places().into_iter();
    outcome.held = places.filter(|it| it.starts_with("api ")).collect();
    let asks = Ask::first(prepared);
    let Some(first) = asks.first() else { return outcome };
    let answers = Arc::new(Mutex::new((0, first.answers.clone())));
    let (said, knows) = (answers.clone(), prepared.clone());
    let upstream = Upstream::new(move |_, seen| {
        let (call, answers) = &mut *said.lock();
        *call += 1;
        answers.reply(*call - 1, &knows.inputs, seen)
    });
    let builder = Apimite::builder()
        .auto_clock()
        // Whoever a document names, or an expression makes up, is the stub: no name is looked up.
        .everyone_else("stub")
        .merge(prepared.service.clone())
        .upstream("stub", upstream);
    let Ok(apimite) = builder.try_start().await else {
        outcome.refused = Some("it does not start".to_owned());
        return outcome;
    };
    let mut walk = Walk {
        prepared,
        apimite: &apimite,
        answers: &answers,
        outcome: &mut outcome,
        kept: Vec::new(),
    };
    walk.explore(asks).await;
    outcome
}

/// The search through one document.
struct Walk<'a> {
    prepared: &'a Prepared,
    apimite: &'a Apimite,
    answers: &'a Mutex<(usize, Answers)>,
    outcome: &'a mut Outcome,
    /// Requests that reached something new.
    kept: Vec<Ask>,
}

impl Walk<'_> {
    async fn explore(&mut self, first: Vec<Ask>) {
        for ask in first {
            self.ask(ask).await;
        }
        let dice = Dice::new(7);
        let (mut number, mut idle) = (0, 0);
        while number < MOST && idle < PATIENCE && !self.is_done() && self.outcome.wrong.is_empty() {
            number += 1;
            let mut rng = dice.roll("walk", number);
            let Some(ask) = self
                .kept
                .get(usize::try_from(rng.below(self.kept.len() as u64)).unwrap_or_default())
                .map(|it| it.varied(self.prepared, &mut rng))
            else {
                return;
            };
            idle = if self.ask(ask).await { 0 } else { idle + 1 };
        }
    }

    fn is_done(&self) -> bool {
        self.outcome.ends_well && self.outcome.reached.len() == self.outcome.held.len()
    }

    // Whether it brought anything new.
    async fn ask(&mut self, ask: Ask) -> bool {
        self.outcome.requests += 1;
        if ask.waits {
            // Windows, quotas and caches are as new.
            self.apimite.advance(DAY).await;
        }
        *self.answers.lock() = (0, ask.answers.clone());
        let (method, target) = ask.line();
        let mut call = self.apimite.call(method, &target);
        for (name, value) in ask.headers(self.prepared) {
            call = call.header(name, value);
        }
        if let Some(body) = ask.body(&self.prepared.inputs) {
            call = call.body(body);
        }
        let Some(answered) = Clock::real().timeout(STILL, call.try_send()).await else {
            self.outcome
                .wrong
                .insert(format!("{method} {target} stands still"));
            return false;
        };
        let answered = answered.is_ok();
        let Some(record) = self.apimite.last() else {
            return false;
        };
        // A stub that breaks off takes the caller with it.
        if !answered && record.summary.status < 500 {
            self.outcome
                .wrong
                .insert(format!("no answer to {method} {target}"));
        }
        let before = (self.outcome.reached.len(), self.outcome.ends_well);
        look(&record, ask.is_provoked(), self.outcome);
        let is_new = before != (self.outcome.reached.len(), self.outcome.ends_well);
        if is_new || self.kept.is_empty() {
            self.kept.push(ask);
        }
        is_new
    }
}

// A request that was made to fail before the document ran says nothing of how the document ends.
fn look(record: &Record, is_provoked: bool, outcome: &mut Outcome) {
    let mut fails = false;
    for event in &record.events {
        let place = event.place.to_string();
        if outcome.held.contains(&place) {
            outcome.reached.insert(place);
        }
        let Step::Faulted { reason, message } = &event.step else {
            continue;
        };
        // A failure that was set up to have an error is none of the document's.
        if reason == "ExpressionValueEvaluationFailure"
            && event.place.starts_with("api ")
            && !message.contains("'no'")
        {
            fails = true;
            outcome.failures.insert(event.place.to_string(), message.clone());
        }
        let lower = message.to_lowercase();
        let is_unsupported = ["unsupported", "not supported", "not yet"]
            .iter()
            .any(|it| lower.contains(it));
        if is_unsupported {
            outcome.wrong.insert(format!("{}: {message}", event.source));
        }
    }
    // An answer of the gateway before any policy ran says nothing.
    let has_run = outcome.held.is_empty() || record.events.iter().any(|it| it.place.starts_with("api "));
    outcome.ends_well |= has_run && !fails && !is_provoked;
}
