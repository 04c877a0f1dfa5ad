//! A template deploys to the same resources and outputs whether it is taken as Bicep or as the ARM template that is built of it.
//!
//! `APIMITE_LABS` names a folder whose `main*.bicep` files are looked at too, each with the `params*.json` beside it.

use bicep::{Disk, Environment, Parameters, load};
use resources::{Facts, Store};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What came of a deployment.
#[derive(Debug, PartialEq)]
struct Came {
    resources: Vec<Value>,
    outputs: Vec<(String, String, Value)>,
    mistakes: Vec<String>,
}

fn deployed(path: &str, parameters: &Parameters) -> Option<Came> {
    let loaded = load(path, &Disk);
    if !loaded.is_good() {
        return None;
    }
    let facts = Facts {
        gateway: "http://127.0.0.1:8080".into(),
        location: "eastus".into(),
        seed: 42,
        ..Facts::default()
    };
    let mut store = Store::new(facts);
    let (outcome, findings) = loaded.deploy(parameters, &Environment::default(), &mut store);
    let outputs = outcome.outputs.into_iter();
    let errors = findings.iter().filter(|it| it.is_error());
    let mut mistakes: Vec<String> = errors.map(|it| it.diagnostic.message.clone()).collect();
    mistakes.sort();
    mistakes.dedup();
    Some(Came {
        resources: store.list().cloned().collect(),
        outputs: outputs.map(|(name, it)| (name, it.r#type, it.value)).collect(),
        mistakes,
    })
}

/// What differs between the two forms of a file; `None` if nothing does, an error if it cannot be read.
fn difference(file: &Path, scratch: &Path) -> Result<Option<String>, String> {
    let name = file.display().to_string();
    let mut parameters = Parameters::default();
    let beside = ["params.json", "params-1.json", "main.parameters.json"].map(|it| file.with_file_name(it));
    if let Some(given) = beside.iter().find(|it| it.is_file()) {
        parameters = bicep::parameter_file(&given.display().to_string(), &Disk, &|_| None)
            .map_err(|findings| format!("{findings:?}"))?;
    }
    let loaded = load(&name, &Disk);
    let built = loaded
        .build()
        .ok_or_else(|| format!("{:?}", loaded.findings.first()))?;
    let path = scratch.join("built.json");
    std::fs::write(&path, built.to_string()).map_err(|error| error.to_string())?;
    let (ours, theirs) = (
        deployed(&name, &parameters).ok_or("not read")?,
        deployed(&path.display().to_string(), &parameters).ok_or("the built template is not read")?,
    );
    if ours.mistakes != theirs.mistakes {
        return Ok(Some(format!("{:?}\n    {:?}", ours.mistakes, theirs.mistakes)));
    }
    if ours.outputs != theirs.outputs {
        return Ok(Some(format!("{:?}\n    {:?}", ours.outputs, theirs.outputs)));
    }
    let pairs = ours.resources.iter().zip(&theirs.resources);
    let first = pairs
        .clone()
        .find(|(a, b)| a != b)
        .map(|(a, b)| format!("{a}\n    {b}"));
    let counts = (ours.resources.len(), theirs.resources.len());
    Ok(first.or_else(|| (counts.0 != counts.1).then(|| format!("{counts:?} resources"))))
}

fn templates(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            templates(&path, found);
        } else if name.starts_with("main") && name.ends_with(".bicep") {
            found.push(path);
        }
    }
    found.sort();
}

#[test]
fn both_forms_deploy_the_same() {
    let mut files = Vec::new();
    templates(
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/labs")),
        &mut files,
    );
    assert!(!files.is_empty(), "the fixtures have templates");
    if let Ok(folder) = std::env::var("APIMITE_LABS") {
        templates(Path::new(&folder), &mut files);
    }
    let scratch = tempfile::tempdir().expect("a folder");
    let mut failures = Vec::new();
    for file in &files {
        match difference(file, scratch.path()) {
            Ok(None) => (),
            Ok(Some(difference)) => failures.push(format!("{}: {difference}", file.display())),
            Err(reason) => failures.push(format!("{} is not read: {reason}", file.display())),
        }
    }
    println!(
        "{} templates, {} deploy alike in both forms",
        files.len(),
        files.len() - failures.len()
    );
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
