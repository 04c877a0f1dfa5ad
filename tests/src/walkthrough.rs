//! Policy documents are not only loaded, they are run: requests that fit go through every document of `policies`, of the
//! fixtures and, with `APIMITE_CORPUS=DIR`, of any folder; every call to the outside is answered by one stub.
//!
//! No fault may be of something that is not supported, and nothing may panic. How many statements were reached is printed.

mod guess; // what a document asks for: names, headers, values

use crate::{Test, block_on, root};
use guess::{Ask, Prepared};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use testkit::{Api, Apimite, Reply, Upstream};
use trace::{Record, Step};

/// Requests that one document gets at most.
const MOST: usize = 48;

/// What came of one document.
#[derive(Debug, Default)]
struct Outcome {
    held: usize,
    reached: usize,
    /// Whether some fitting request ended without a failing expression.
    ends_well: bool,
    /// What must not happen.
    wrong: Vec<String>,
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
                true => judge(&found, 70, 85),
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
    files
        .iter()
        .filter_map(|file| {
            let text = String::from_utf8_lossy(&fs::read(file).ok()?).into_owned();
            let prepared = guess::prepare(&text)?;
            Some((file.display().to_string(), block_on(run(&prepared))))
        })
        .collect()
}

// Percentages over everything that loads.
#[expect(clippy::print_stdout, reason = "the counts are what the run is for")]
fn judge(found: &[(String, Outcome)], least_reached: usize, least_well: usize) -> Result<(), String> {
    let loaded = || found.iter().filter(|(_, it)| it.refused.is_none());
    let (held, reached): (usize, usize) = loaded().fold((0, 0), |(held, reached), (_, it)| {
        (held + it.held, reached + it.reached)
    });
    let (documents, well) = (loaded().count(), loaded().filter(|(_, it)| it.ends_well).count());
    println!(
        "{documents} of {} documents load; {reached} of {held} statements were reached; {well} documents end without a failing expression",
        found.len()
    );
    for (name, it) in found {
        if let Some(why) = &it.refused {
            println!("  does not load: {name}: {why}");
        } else if !it.ends_well {
            println!("  an expression fails in every request: {name}");
        }
    }
    let mut wrong: Vec<String> = loaded()
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

async fn run(prepared: &Prepared) -> Outcome {
    let mut outcome = Outcome::default();
    let service = service(prepared);
    let loaded = service::load(service.clone(), &service::LoadOptions::default());
    let Some(plan) = loaded.plan else {
        let first = loaded.findings.iter().find(|it| it.is_error());
        outcome.refused = first.map(|it| format!("{}: {}", it.diagnostic.code, it.diagnostic.message));
        return outcome;
    };
    let held: BTreeSet<String> = plan.apis[0].operations[0].walk.places().into_iter().collect();
    let held: BTreeSet<String> = held.into_iter().filter(|it| it.starts_with("api ")).collect();
    let mut reached = BTreeSet::new();
    for status in [200, 429, 500] {
        let upstream = Upstream::new(move |_, _| answer(status));
        let builder = Apimite::builder()
            .auto_clock()
            .merge(service.clone())
            .upstream("stub", upstream);
        let Ok(apimite) = builder.try_start().await else {
            outcome.refused = Some("it does not start".to_owned());
            return outcome;
        };
        // The failing backends need no more than the plain requests.
        let most = if status == 200 { MOST } else { 4 };
        for ask in prepared.asks.iter().take(most) {
            send(&apimite, ask, &mut outcome, &mut reached).await;
        }
    }
    outcome.held = held.len();
    outcome.reached = held.intersection(&reached).count();
    outcome
}

async fn send(apimite: &Apimite, ask: &Ask, outcome: &mut Outcome, reached: &mut BTreeSet<String>) {
    let mut call = apimite.call(&ask.method, &ask.path);
    for (name, value) in &ask.headers {
        call = call.header(name, value);
    }
    if let Some(body) = &ask.body {
        call = call.body(body.clone());
    }
    if call.try_send().await.is_err() {
        outcome
            .wrong
            .push(format!("no answer to {} {}", ask.method, ask.path));
        return;
    }
    if let Some(record) = apimite.last() {
        look(&record, outcome, reached);
    }
}

fn look(record: &Record, outcome: &mut Outcome, reached: &mut BTreeSet<String>) {
    let mut fails = false;
    for event in &record.events {
        reached.insert(event.place.to_string());
        if let Step::Faulted { reason, message } = &event.step {
            fails |= reason == "ExpressionValueEvaluationFailure";
            let lower = message.to_lowercase();
            if ["unsupported", "not supported", "not yet"]
                .iter()
                .any(|it| lower.contains(it))
            {
                outcome.wrong.push(format!("{}: {message}", event.source));
            }
        }
    }
    outcome.ends_well |= !fails;
}

// What almost any caller can read: a completion, a token, a list, an identity, a vector, a verdict on a text.
fn answer(status: u16) -> Reply {
    let body = serde_json::json!({
        "id": "chatcmpl-1", "object": "chat.completion", "model": "gpt-4o-mini", "created": 1_714_564_800,
        "choices": [{ "index": 0, "finish_reason": "stop", "message": { "role": "assistant", "content": "Hello" } }],
        "usage": { "prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12 },
        "access_token": "token", "token_type": "Bearer", "expires_in": 3600, "active": true,
        "value": [{ "id": "1", "name": "one" }], "data": [{ "embedding": [0.1, 0.2] }],
        "userPromptAnalysis": { "attackDetected": false }, "documentsAnalysis": [], "blocklistsMatch": [],
        "categoriesAnalysis": [
            { "category": "Hate", "severity": 0 }, { "category": "SelfHarm", "severity": 0 },
            { "category": "Sexual", "severity": 0 }, { "category": "Violence", "severity": 0 },
        ],
        "name": "one", "status": "ok", "result": "ok", "error": { "code": "429", "message": "slow down" },
    });
    let reply = Reply::status(status).json(&body);
    match status {
        429 => reply.header("retry-after", "1"),
        _ => reply,
    }
}

fn service(prepared: &Prepared) -> model::Service {
    let mut api = Api::new("api").path("").open().service_url("http://stub.test");
    api = api.policy(&prepared.text);
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        api = api.operation(method, "/*");
    }
    let mut service = model::Service {
        name: "apimite".to_owned(),
        sku: "Developer".to_owned(),
        location: "westeurope".to_owned(),
        apis: vec![api.into_model()],
        ..model::Service::default()
    };
    service.settings.lenient = true;
    service.settings.ignore_unneeded_keys = true;
    service.caches.push(model::ExternalCache {
        name: "default".to_owned(),
        use_from_location: "default".to_owned(),
    });
    for (name, value) in &prepared.named_values {
        service.named_values.push(model::NamedValue {
            name: name.clone(),
            display_name: name.clone(),
            value: Some(value.clone()),
            ..model::NamedValue::default()
        });
    }
    for name in &prepared.backends {
        service.backends.push(model::Backend {
            name: name.clone(),
            url: Some("http://stub.test".to_owned()),
            protocol: Some("http".to_owned()),
            ..model::Backend::default()
        });
    }
    for name in &prepared.fragments {
        let file = format!("{name}.xml");
        service.fragments.push(model::Fragment {
            name: name.clone(),
            description: String::new(),
            document: testkit::document(&file, "<fragment />"),
        });
    }
    service
}
