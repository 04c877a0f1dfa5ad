//! The tests of apimite, one binary: every case of every page below `cases`, and what a page cannot say, in Rust.
//!
//! ```text
//! cargo test -p apimite-tests                       everything
//! cargo test -p apimite-tests -- set-header         what has this in its name
//! cargo test -p apimite-tests -- --list             the names
//! ```
//!
//! `README.md` beside this folder describes pages.

mod acceptance; // what a page cannot say: load, processes, properties
mod architecture; // which crate may know which
mod calls; // tables of calls
mod clients; // the openai SDKs for Python and Node
mod denominator; // every policy of the reference
mod docs; // the pages below `docs`
mod document; // policy documents made of blocks
mod eval; // expressions and their values
mod management; // the management SDKs of Azure
mod members; // what .NET has beside what we have
mod message; // HTTP messages of pages
mod notebooks; // a notebook, run
mod oracle; // expressions that .NET answered
mod page; // Markdown to cases
mod pattern; // placeholders in expected text
mod pending; // cases that do not hold yet
mod published; // expressions of published documents
mod run; // one case
mod script; // what upstreams answer
mod setup; // resources of a page
mod shared_state; // counters and caches outside the process
mod signature; // declarations of .NET members
mod template; // Bicep and ARM JSON
mod token; // tokens of a page
mod walkthrough; // documents are run, not only loaded

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    match trials() {
        Ok((trials, closing)) => {
            let conclusion = libtest_mimic::run(&arguments, trials);
            if !arguments.list {
                closing.iter().for_each(|line| say(line));
                members::names().into_iter().for_each(say);
            }
            conclusion.exit_code()
        }
        Err(error) => {
            say(&error);
            ExitCode::from(2)
        }
    }
}

#[expect(clippy::print_stdout, reason = "figures and closing lines of a test run")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// Every test, and the lines that close a run.
fn trials() -> Result<(Vec<Trial>, Vec<String>), String> {
    let pending = pending::read(&root().join("tests/pending.txt"))?;
    let mut tests = Vec::new();
    let mut golden = oracle::Golden::default();
    let pages: Vec<Arc<page::Page>> = page::read_all(&root().join("tests/cases"))?
        .into_iter()
        .map(Arc::new)
        .collect();
    for page in &pages {
        golden.add(page);
        for at in 0..page.cases.len() {
            let page = page.clone();
            let name = format!("{} > {}", page.name, page.cases[at].name);
            tests.push(Test::new(&name, move || {
                block_on(run::run(&page, &page.cases[at]))
            }));
        }
    }
    tests.extend(architecture::tests());
    tests.extend(acceptance::tests());
    tests.extend(walkthrough::tests());
    tests.extend(published::tests());
    tests.extend(shared_state::tests());
    tests.extend(denominator::tests());
    let (clients, mut closing) = clients::tests();
    tests.extend(clients);
    let (management, more) = management::tests();
    tests.extend(management);
    closing.extend(more);
    let (notebooks, more) = notebooks::tests();
    tests.extend(notebooks);
    closing.extend(more);
    let (members, count) = members::tests(&pages)?;
    tests.extend(members);
    closing.extend([count, golden.closing()]);
    tests.extend(docs::tests(&tests));
    pending.refuse_strangers(&tests)?;
    closing.extend(shared_state::leave_out(&mut tests));
    if !pending.is_empty() {
        closing.push(format!(
            "{} tests are pending, see tests/pending.txt",
            pending.len()
        ));
    }
    let trials = tests.into_iter().map(|test| trial(test, &pending)).collect();
    Ok((trials, closing))
}

/// A named test.
pub(crate) struct Test {
    pub(crate) name: String,
    body: Box<dyn FnOnce() -> Result<(), String> + Send>,
}

impl Test {
    pub(crate) fn new(name: &str, body: impl FnOnce() -> Result<(), String> + Send + 'static) -> Test {
        Test {
            name: name.to_owned(),
            body: Box::new(body),
        }
    }
}

fn trial(test: Test, pending: &pending::Pending) -> Trial {
    let reason = pending.reason(&test.name);
    let is_pending = reason.is_some();
    let body = test.body;
    let run = move || match (caught(body), is_pending) {
        (Ok(()), false) | (Err(_), true) => Ok(()),
        (Err(text), false) => Err(Failed::from(text)),
        (Ok(()), true) => Err(Failed::from("passes now: remove its line from tests/pending.txt")),
    };
    let trial = Trial::test(test.name, run);
    if is_pending {
        trial.with_kind("pending")
    } else {
        trial
    }
}

// A pending test may panic too.
fn caught(body: Box<dyn FnOnce() -> Result<(), String> + Send>) -> Result<(), String> {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)) {
        Ok(result) => result,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            Err(text
                .or(panic.downcast_ref::<&str>().copied())
                .unwrap_or("panicked")
                .to_owned())
        }
    }
}

/// Runs a future on a runtime of its own, which takes everything with it that was started inside.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = runtime.unwrap_or_else(|error| panic!("no runtime: {error}"));
    let output = runtime.block_on(future);
    runtime.shutdown_background();
    output
}

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_owned()
}
