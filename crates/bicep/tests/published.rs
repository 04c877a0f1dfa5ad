//! Published templates: every file below the folder that `APIMITE_TEMPLATES` names is compiled, and where an ARM template that
//! another compiler made stands beside it, both are evaluated and compared. Without the variable there is nothing to do.
//!
//! ```text
//! APIMITE_TEMPLATES=FOLDER cargo test -p bicep --test published -- --nocapture
//! ```

use bicep::{Cloud, Deployed, Disk, Environment, Outcome, Parameters, Refusal, load};
use serde_json::{Map, Value, json};
use source::{Finding, Severity};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Takes everything, and answers for what it was not given.
#[derive(Default)]
struct Anything {
    resources: BTreeMap<String, Map<String, Value>>,
}

impl Cloud for Anything {
    fn put(&mut self, resource: Deployed) -> Result<(), Refusal> {
        let mut body = resource.body;
        body.insert("type".into(), resource.r#type.into());
        self.resources.insert(resource.id, body);
        Ok(())
    }

    fn get(&self, id: &str) -> Option<Value> {
        let mut body = self.resources.get(id).cloned().unwrap_or_default();
        body.insert("id".into(), id.into());
        body.entry("properties").or_insert_with(|| json!({}));
        Some(body.into())
    }

    fn act(&mut self, function: &str, id: &str, _: Option<&Value>) -> Result<Value, String> {
        Ok(json!({ "primaryKey": format!("{function} of {id}"), "keys": [{ "value": "key" }] }))
    }
}

fn collect(folder: &Path, name: &dyn Fn(&Path) -> bool, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => collect(&path, name, found),
            false if name(&path) => found.push(path),
            false => (),
        }
    }
    found.sort();
}

fn shown(finding: &Finding) -> String {
    let place = finding.source.position(finding.diagnostic.span.start);
    format!(
        "{}:{}:{} {} {}",
        finding.source.name(),
        place.line,
        place.column,
        finding.diagnostic.code,
        finding.diagnostic.message
    )
}

#[test]
fn published_files_compile() {
    let Ok(folder) = std::env::var("APIMITE_TEMPLATES") else {
        return;
    };
    let mut files = Vec::new();
    collect(
        Path::new(&folder),
        &|path| path.extension().is_some_and(|it| it == "bicep"),
        &mut files,
    );
    let mut good = 0;
    for file in &files {
        let loaded = load(&file.display().to_string(), &Disk);
        let wrong: Vec<&Finding> = loaded
            .findings
            .iter()
            .filter(|it| it.diagnostic.severity == Severity::Error)
            .collect();
        good += usize::from(wrong.is_empty());
        for finding in wrong.iter().take(4) {
            println!("{}", shown(finding));
        }
    }
    println!("{good} of {} files compile", files.len());
}

fn values(template: &Value) -> Parameters {
    let mut parameters = Parameters::default();
    let definitions = &template["definitions"];
    for (name, parameter) in template["parameters"].as_object().into_iter().flatten() {
        if parameter.get("defaultValue").is_none() && parameter["nullable"] != true {
            parameters.set(name, value(parameter, definitions, 0), "test");
        }
    }
    parameters
}

fn value(schema: &Value, definitions: &Value, depth: usize) -> Value {
    if let Some(reference) = schema["$ref"].as_str().filter(|_| depth < 20) {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return value(&definitions[name], definitions, depth + 1);
    }
    if let Some(first) = schema["allowedValues"].get(0) {
        return if schema["type"] == "array" && !first.is_array() {
            json!([first])
        } else {
            first.clone()
        };
    }
    match schema["type"]
        .as_str()
        .unwrap_or_default()
        .to_lowercase()
        .as_str()
    {
        "int" => schema
            .get("minValue")
            .or(schema.get("maxValue"))
            .cloned()
            .unwrap_or(json!(2)),
        "bool" => json!(true),
        "array" => match schema["prefixItems"].as_array() {
            Some(items) => items.iter().map(|it| value(it, definitions, depth + 1)).collect(),
            None => json!([]),
        },
        "object" | "secureobject" => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            let required = properties.filter(|(_, it)| it["nullable"] != true);
            Value::Object(
                required
                    .map(|(name, it)| (name.clone(), value(it, definitions, depth + 1)))
                    .collect(),
            )
        }
        _ => json!("x".repeat(schema["minLength"].as_u64().unwrap_or(3).max(3) as usize)),
    }
}

fn run(path: &str, parameters: &Parameters) -> (Outcome, Anything, Vec<Finding>, bool) {
    let loaded = load(path, &Disk);
    let mut cloud = Anything::default();
    let (outcome, mut findings) = loaded.deploy(parameters, &Environment::default(), &mut cloud);
    let is_good = loaded.is_good();
    findings.extend(loaded.findings);
    (outcome, cloud, findings, is_good)
}

#[test]
fn both_forms_give_the_same() {
    let Ok(folder) = std::env::var("APIMITE_TEMPLATES") else {
        return;
    };
    let mut files = Vec::new();
    collect(
        Path::new(&folder),
        &|path| path.ends_with("main.bicep") && path.with_file_name("main.json").exists(),
        &mut files,
    );
    let scratch = tempfile::tempdir().expect("a folder");
    let (mut same, mut own, mut unread) = (0, 0, 0);
    for file in &files {
        let other = file.with_file_name("main.json");
        let text = std::fs::read_to_string(&other).expect("readable");
        let template: Value = match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
            Ok(template) => template,
            Err(_) => continue,
        };
        let parameters = values(&template);
        let name = file.display().to_string();
        let (ours, our_cloud, our_findings, is_good) = run(&name, &parameters);
        let (theirs, their_cloud, their_findings, other_good) =
            run(&other.display().to_string(), &parameters);
        if !is_good || !other_good {
            unread += 1;
            let all = our_findings
                .iter()
                .chain(&their_findings)
                .filter(|it| it.is_error());
            all.take(4).for_each(|it| println!("UNREAD {}", shown(it)));
            continue;
        }
        let failed = our_findings.iter().chain(&their_findings).any(Finding::is_error);
        match difference((&ours, &our_cloud), (&theirs, &their_cloud), failed) {
            None => same += 1,
            Some(difference) => {
                println!("DIFFERENT {name}: {difference}");
                our_findings
                    .iter()
                    .filter(|it| it.is_error())
                    .take(3)
                    .for_each(|it| println!("    ours   {}", shown(it)));
                their_findings
                    .iter()
                    .filter(|it| it.is_error())
                    .take(3)
                    .for_each(|it| println!("    theirs {}", shown(it)));
            }
        }
        // What we build must come to the same as the source.
        let built = scratch.path().join("built.json");
        let json = load(&name, &Disk).build().expect("good");
        std::fs::write(&built, serde_json::to_string_pretty(&json).expect("json")).expect("written");
        let (again, again_cloud, again_findings, _) = run(&built.display().to_string(), &parameters);
        match difference((&ours, &our_cloud), (&again, &again_cloud), failed) {
            None => own += 1,
            Some(difference) => {
                println!("OWN {name}: {difference}");
                again_findings
                    .iter()
                    .filter(|it| it.is_error())
                    .take(3)
                    .for_each(|it| println!("    built  {}", shown(it)));
                our_findings
                    .iter()
                    .filter(|it| it.is_error())
                    .take(3)
                    .for_each(|it| println!("    ours   {}", shown(it)));
            }
        }
    }
    println!(
        "{} pairs: {same} alike, {own} alike in the form built here, {unread} not read",
        files.len()
    );
    // What is not read names a registry or a template spec, or is no Bicep; what is read comes to the same.
    assert_eq!((same, own), (files.len() - unread, files.len() - unread));
}

/// Names are compared without case, as Azure does. What one side could not evaluate is passed over: values that are made up leave
/// some templates unfinished in both forms, though not at the same moment.
fn difference(a: (&Outcome, &Anything), b: (&Outcome, &Anything), failed: bool) -> Option<String> {
    let lower = |value: &Value| value.to_string().to_lowercase();
    for (name, ours) in &a.0.outputs {
        if let Some(theirs) = b.0.outputs.get(name)
            && (lower(&ours.value) != lower(&theirs.value))
        {
            return Some(format!("output {name}: {ours:?} / {theirs:?}"));
        }
    }
    let by_id = |cloud: &Anything| -> BTreeMap<String, String> {
        let all = cloud.resources.iter();
        all.map(|(id, body)| (id.to_lowercase(), lower(&Value::Object(body.clone()))))
            .collect()
    };
    let (a, b) = (by_id(a.1), by_id(b.1));
    let id = a
        .keys()
        .chain(b.keys())
        .find(|id| a.contains_key(*id) && b.contains_key(*id) && a.get(*id) != b.get(*id));
    if let Some(id) = id {
        return Some(format!(
            "resource {id}:\n      {:?}\n      {:?}",
            a.get(id),
            b.get(id)
        ));
    }
    (!failed && a.len() != b.len()).then(|| format!("{} resources / {}", a.len(), b.len()))
}
