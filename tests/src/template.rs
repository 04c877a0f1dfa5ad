//! Cases that deploy a template, Bicep or ARM JSON.

use crate::page::{Block, Role};
use crate::{pattern, run};
use bicep::{Cloud, Deployed, Environment, Loaded, Memory, Outcome, Parameters, Refusal};
use serde_json::{Map, Value, json};
use source::Finding;
use std::collections::BTreeMap;

/// Keeps what is deployed as it was written, and adds the least that templates ask for.
#[derive(Default)]
struct Kept {
    resources: Vec<(Deployed, Value)>,
}

impl Cloud for Kept {
    fn put(&mut self, resource: Deployed) -> Result<(), Refusal> {
        if resource.body.get("refuse").is_some() {
            return Err(Refusal {
                code: "refused",
                message: "the resource is refused".to_owned(),
                pointer: "/refuse".to_owned(),
                help: None,
            });
        }
        let mut whole = resource.body.clone();
        whole.insert("id".into(), resource.id.clone().into());
        whole.insert("name".into(), resource.name.clone().into());
        whole.insert("type".into(), resource.r#type.clone().into());
        whole.entry("properties").or_insert_with(|| json!({}));
        if let Some(identity) = whole.get_mut("identity") {
            identity["principalId"] = format!("principal of {}", resource.name).into();
        }
        self.resources.push((resource, whole.into()));
        Ok(())
    }

    fn get(&self, id: &str) -> Option<Value> {
        let found = self
            .resources
            .iter()
            .rev()
            .find(|(it, _)| it.id.eq_ignore_ascii_case(id));
        found.map(|(_, whole)| whole.clone())
    }

    fn act(&mut self, function: &str, id: &str, _: Option<&Value>) -> Result<Value, String> {
        match (self.get(id), function) {
            (Some(it), "listKeys") => {
                Ok(json!({ "key1": format!("key of {}", it["name"].as_str().unwrap_or_default()) }))
            }
            (Some(_), _) => Err(format!("there is no `{function}`")),
            (None, _) => Err(format!("there is no resource `{id}`")),
        }
    }
}

/// Deploys the first file of the case and compares what came of it.
pub(crate) fn run(blocks: &[Block]) -> Result<(), String> {
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut first = None;
    for block in blocks {
        if let Role::File(name) = &block.role {
            first.get_or_insert(name);
            files.insert(
                name.clone(),
                block.text.trim_end_matches('\n').as_bytes().to_vec(),
            );
        }
    }
    let first = first.ok_or("there is no file")?;
    let parameters = parameters(blocks)?;
    let mut files = Memory(files);
    let loaded = bicep::load(first, &files);
    let (outcome, cloud, findings) = deploy(&loaded, &parameters);
    let mut failures = Vec::new();
    if let Some(block) = last(blocks, &Role::Diagnostics) {
        failures.extend(diagnostics(block, &findings));
    } else if let Some(finding) = findings.iter().find(|it| it.is_error()) {
        failures.push(format!("it does not deploy: {}", line(finding)));
    }
    if let Some(block) = last(blocks, &Role::Outputs) {
        failures.extend(outputs(block, &outcome)?);
    }
    if let Some(block) = last(blocks, &Role::Resources) {
        failures.extend(resources(block, &cloud)?);
    }
    if let Some(template) = loaded.build().filter(|_| first.ends_with(".bicep")) {
        files
            .0
            .insert("built.json".to_owned(), template.to_string().into_bytes());
        let built = bicep::load("built.json", &files);
        let (again, other, found) = deploy(&built, &parameters);
        let shown =
            |cloud: &Kept| -> Vec<Value> { cloud.resources.iter().map(|(_, whole)| whole.clone()).collect() };
        if again.outputs != outcome.outputs || shown(&other) != shown(&cloud) {
            let found = found.first().map(line).unwrap_or_default();
            failures.push(format!(
                "the built template comes to something else: {found}\n{:?}\n{template:#}",
                again.outputs
            ));
        }
    }
    match failures.is_empty() {
        true => Ok(()),
        false => Err(failures.join("\n")),
    }
}

fn last<'a>(blocks: &'a [Block], role: &Role) -> Option<&'a Block> {
    blocks.iter().rev().find(|block| block.role == *role)
}

fn deploy(loaded: &Loaded, parameters: &Parameters) -> (Outcome, Kept, Vec<Finding>) {
    let mut cloud = Kept::default();
    let (outcome, found) = loaded.deploy(parameters, &Environment::default(), &mut cloud);
    let findings = loaded.findings.iter().cloned().chain(found).collect();
    (outcome, cloud, findings)
}

fn parameters(blocks: &[Block]) -> Result<Parameters, String> {
    let mut parameters = Parameters::default();
    if let Some(block) = last(blocks, &Role::Parameters) {
        let values: Map<String, Value> =
            serde_json::from_str(&block.text).map_err(|error| format!("line {}: {error}", block.line))?;
        for (name, value) in values {
            parameters.set(&name, value, "parameters");
        }
    }
    Ok(parameters)
}

fn lines(block: &Block) -> Vec<&str> {
    let lines = block.text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.filter(|line| *line != "(none)").collect()
}

fn outputs(block: &Block, outcome: &Outcome) -> Result<Vec<String>, String> {
    let mut wanted: Map<String, Value> = Map::new();
    for line in lines(block) {
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| format!("line {}: `{line}` is no output", block.line))?;
        let value =
            serde_json::from_str(value).map_err(|error| format!("line {}: `{line}`: {error}", block.line))?;
        wanted.insert(name.trim().to_owned(), value);
    }
    let given: Map<String, Value> = outcome
        .outputs
        .iter()
        .map(|(name, output)| (name.clone(), output.value.clone()))
        .collect();
    Ok(differences(&wanted, &given))
}

fn differences(wanted: &Map<String, Value>, given: &Map<String, Value>) -> Vec<String> {
    let names = wanted
        .keys()
        .chain(given.keys().filter(|name| !wanted.contains_key(*name)));
    let shown = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
    names
        .filter(|name| wanted.get(*name) != given.get(*name))
        .map(|name| {
            format!(
                "`{name}` is {}, not {}",
                shown(given.get(name)),
                shown(wanted.get(name))
            )
        })
        .collect()
}

fn resources(block: &Block, cloud: &Kept) -> Result<Vec<String>, String> {
    let wanted = lines(block);
    let given: Vec<String> = cloud
        .resources
        .iter()
        .map(|(it, _)| format!("{} {}", it.r#type, full_name(&it.id)))
        .collect();
    let heads: Vec<String> = wanted
        .iter()
        .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
        .collect();
    if heads != given {
        return Ok(vec![format!(
            "deployed is\n  {}\nnot\n  {}",
            given.join("\n  "),
            heads.join("\n  ")
        )]);
    }
    let mut failures = Vec::new();
    for (line, (resource, _)) in wanted.iter().zip(&cloud.resources) {
        let Some(body) = line.splitn(3, ' ').nth(2) else {
            continue;
        };
        let body: Value =
            serde_json::from_str(body).map_err(|error| format!("line {}: `{line}`: {error}", block.line))?;
        let given = Value::Object(resource.body.clone());
        if body != given {
            failures.push(format!("{} is {given}, not {body}", resource.name));
        }
    }
    Ok(failures)
}

// `a/b` of `.../providers/Namespace/type/a/child/b`.
fn full_name(id: &str) -> String {
    let path = id.rsplit_once("/providers/").map_or(id, |(_, path)| path);
    path.split('/').skip(2).step_by(2).collect::<Vec<_>>().join("/")
}

fn line(finding: &Finding) -> String {
    let diagnostic = &finding.diagnostic;
    let place = finding.source.position(diagnostic.span.start);
    let help = diagnostic
        .help
        .as_ref()
        .map(|help| format!(", {help}"))
        .unwrap_or_default();
    format!(
        "{}[{}]: {} ({} {}:{}){help}",
        diagnostic.severity.name(),
        diagnostic.code,
        diagnostic.message,
        finding.source.name(),
        place.line,
        place.column
    )
}

fn diagnostics(block: &Block, findings: &[Finding]) -> Vec<String> {
    let wanted = lines(block);
    let given: Vec<String> = findings.iter().map(line).collect();
    let matches =
        |wanted: &str, given: &str| run::diagnostic(wanted, given) || pattern::matches(wanted, given);
    let is_same = wanted.len() == given.len()
        && wanted
            .iter()
            .zip(&given)
            .all(|(wanted, given)| matches(wanted, given));
    match is_same {
        true => Vec::new(),
        false => vec![format!(
            "expected\n  {}\ngot\n  {}",
            wanted.join("\n  "),
            given.join("\n  ")
        )],
    }
}
