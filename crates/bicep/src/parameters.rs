//! Parameter files, JSON and Bicep.

use crate::compile::parameter_values;
use crate::files::{Files, beside, normal};
use crate::json::{Node, parse};
use crate::template::Place;
use indexmap::IndexMap;
use serde_json::{Value, json};
use source::{Diagnostic, Finding, Source, Span};
use std::collections::BTreeSet;

/// Values of a template's parameters.
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    /// By name, with the places where they were given.
    pub(crate) values: IndexMap<String, (Value, Place)>,
    /// Names of those whose values are texts of the environment, and stand for whatever the parameter is.
    pub(crate) from_environment: BTreeSet<String>,
    /// Secrets of vaults that are values, by name.
    pub(crate) secrets: IndexMap<String, Secret>,
    /// The template that a Bicep parameter file names.
    pub using: Option<String>,
    /// Files that were asked for.
    pub read: BTreeSet<String>,
}

/// A secret of a vault that is the value of a parameter.
#[derive(Debug, Clone)]
pub(crate) struct Secret {
    /// Id of the vault.
    pub(crate) vault: String,
    pub(crate) name: String,
    pub(crate) version: Option<String>,
    pub(crate) at: Place,
}

impl Parameters {
    /// Sets a value, in place of an earlier one. `from` says where it was given, for messages.
    pub fn set(&mut self, name: &str, value: Value, from: &str) {
        let place = Place {
            source: Source::new(from, ""),
            span: Span::default(),
        };
        self.put(name, value, place);
    }

    pub(crate) fn put(&mut self, name: &str, value: Value, place: Place) {
        let known = self
            .values
            .keys()
            .find(|it| it.eq_ignore_ascii_case(name))
            .cloned();
        self.secrets.retain(|it, _| !it.eq_ignore_ascii_case(name));
        self.from_environment.retain(|it| !it.eq_ignore_ascii_case(name));
        self.values
            .insert(known.unwrap_or_else(|| name.to_owned()), (value, place));
    }

    pub(crate) fn refer(&mut self, name: &str, secret: Secret) {
        self.values.retain(|it, _| !it.eq_ignore_ascii_case(name));
        self.secrets.retain(|it, _| !it.eq_ignore_ascii_case(name));
        self.secrets.insert(name.to_owned(), secret);
    }

    /// Takes over the values of another file; where both have one, the other's holds.
    pub fn extend(&mut self, other: Parameters) {
        for (name, (value, place)) in other.values {
            self.put(&name, value, place);
        }
        self.from_environment.extend(other.from_environment);
        for (name, secret) in other.secrets {
            self.refer(&name, secret);
        }
        self.using = other.using.or(self.using.take());
        self.read.extend(other.read);
    }

    /// Forgets the values of all but these parameters.
    pub fn keep(&mut self, names: &[String]) {
        let is_kept = |name: &str| names.iter().any(|it| it.eq_ignore_ascii_case(name));
        self.values.retain(|name, _| is_kept(name));
        self.secrets.retain(|name, _| is_kept(name));
    }

    /// The values as a parameter file holds them.
    pub fn to_json(&self) -> Value {
        let values = self
            .values
            .iter()
            .map(|(name, (value, _))| (name.clone(), json!({ "value": value })));
        let secrets = self
            .secrets
            .iter()
            .map(|(name, secret)| (name.clone(), json!({ "reference": secret.to_json() })));
        json!({
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
            "contentVersion": "1.0.0.0",
            "parameters": Value::Object(values.chain(secrets).collect()),
        })
    }
}

impl Secret {
    fn to_json(&self) -> Value {
        let mut reference = json!({ "keyVault": { "id": self.vault }, "secretName": self.name });
        if let Some(version) = &self.version {
            reference["secretVersion"] = version.as_str().into();
        }
        reference
    }

    // `{ keyVault: { id }, secretName, secretVersion? }`.
    fn read(node: &Node, at: &Place) -> Option<Secret> {
        let text = |node: Option<&Node>| node?.value().as_str().map(str::to_owned);
        Some(Secret {
            vault: text(node.get("keyVault")?.get("id"))?,
            name: text(node.get("secretName"))?,
            version: text(node.get("secretVersion")),
            at: at.clone(),
        })
    }
}

/// Reads a parameter file: JSON, or Bicep if its name ends in `.bicepparam`. `environment` gives environment variables.
///
/// # Errors
/// Everything that is wrong with it.
pub fn parameter_file(
    path: &str,
    files: &dyn Files,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Parameters, Vec<Finding>> {
    let path = normal(path);
    if path.ends_with(".bicepparam") {
        return parameter_values(&path, files, environment);
    }
    let named = Source::new(path.as_str(), "");
    let bytes = files.read(&path).map_err(|error| {
        let message = format!("cannot read `{path}`: {error}");
        vec![Diagnostic::error("missing-file", message, Span::default()).found_in(&named)]
    })?;
    let source = Source::new(path.as_str(), String::from_utf8_lossy(&bytes));
    let mut parameters = Parameters::default();
    parameters.read.insert(path);
    let mut findings = Vec::new();
    match parse(source.text()) {
        Ok(root) => read_json(&root, &source, &mut parameters, &mut findings),
        Err(mistake) => findings.push(mistake.found_in(&source)),
    }
    if source.text().contains("${") && is_of_azd(source.name(), files) {
        put_in(&mut parameters, environment);
    }
    match findings.is_empty() {
        true => Ok(parameters),
        false => Err(findings),
    }
}

/// Whether the Azure Developer CLI would read a parameter file: it lies in a project of it.
fn is_of_azd(path: &str, files: &dyn Files) -> bool {
    let above = ["azure.yaml", "../azure.yaml", "../../azure.yaml"];
    above
        .iter()
        .any(|project| files.read(&beside(path, project)).is_ok())
}

/// Puts variables of the environment into texts, as the Azure Developer CLI does: `${NAME}`, `${NAME=default}`. A parameter that is
/// nothing but a variable that is not set has no value.
fn put_in(parameters: &mut Parameters, environment: &dyn Fn(&str) -> Option<String>) {
    let from_environment = &mut parameters.from_environment;
    parameters.values.retain(|name, (value, _)| {
        let is_one = value.as_str().is_some_and(|it| it.starts_with("${"));
        filled(value, environment);
        if is_one {
            from_environment.insert(name.clone());
        }
        !(is_one && value.as_str() == Some(""))
    });
}

fn filled(value: &mut Value, environment: &dyn Fn(&str) -> Option<String>) {
    match value {
        Value::String(text) => *text = filled_text(text, environment),
        Value::Array(list) => list.iter_mut().for_each(|it| filled(it, environment)),
        Value::Object(members) => members.values_mut().for_each(|it| filled(it, environment)),
        _ => (),
    }
}

fn filled_text(text: &str, environment: &dyn Fn(&str) -> Option<String>) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once("${") {
        let Some((variable, after)) = behind.split_once('}') else {
            break;
        };
        let (name, default) = variable.split_once('=').unwrap_or((variable, ""));
        let known = environment(name.trim()).filter(|it| !it.is_empty());
        out.push_str(before);
        out.push_str(known.as_deref().unwrap_or(default.trim()));
        rest = after;
    }
    out.push_str(rest);
    out
}

fn read_json(root: &Node, source: &Source, parameters: &mut Parameters, findings: &mut Vec<Finding>) {
    // Without the envelope the whole of it is the parameters, as inline JSON is given to the command line of Azure.
    let Some(members) = root.get("parameters").unwrap_or(root).members() else {
        let message = "a parameter file is an object with `parameters`";
        findings.push(Diagnostic::error("invalid-parameters", message, root.span).found_in(source));
        return;
    };
    for member in members {
        let place = Place {
            source: source.clone(),
            span: member.span,
        };
        match (member.value.get("value"), member.value.get("reference")) {
            (Some(value), _) => parameters.put(&member.name, value.value(), place),
            (None, Some(reference)) => match Secret::read(reference, &place) {
                Some(secret) => parameters.refer(&member.name, secret),
                None => {
                    let diagnostic = Diagnostic::error(
                        "invalid-parameters",
                        format!("the `reference` of parameter `{}` names no secret", member.name),
                        member.span,
                    )
                    .help("a reference has `keyVault: { id }` and `secretName`");
                    findings.push(diagnostic.found_in(source));
                }
            },
            (None, None) => {
                let message = format!("parameter `{}` has no `value`", member.name);
                findings.push(Diagnostic::error("invalid-parameters", message, member.span).found_in(source));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Memory;

    const FILE: &str = r#"{ "parameters": {
        "name": { "value": "${APP_NAME}" }, "place": { "value": "${PLACE=westeurope}" }, "gone": { "value": "${NOTHING}" },
        "list": { "value": [ "a-${APP_NAME}-b", 1 ] }, "odd": { "value": "x ${" }
    } }"#;

    fn read(files: &Memory) -> Value {
        let environment = |name: &str| (name == "APP_NAME").then(|| "shop".to_owned());
        let parameters = parameter_file("infra/main.parameters.json", files, &environment);
        parameters.expect("well formed").to_json()["parameters"].clone()
    }

    #[test]
    fn a_text_of_the_environment_is_what_the_parameter_is() {
        let template =
            "param flag bool\nparam count int\nparam text string\noutput all array = [ flag, count, text ]\n";
        let file = r#"{ "parameters": { "flag": { "value": "${A}" }, "count": { "value": "${B}" }, "text": { "value": "${B}" } } }"#;
        let files = Memory::new([
            ("main.bicep", template),
            ("main.parameters.json", file),
            ("azure.yaml", ""),
        ]);
        let environment = |name: &str| Some(if name == "A" { "true" } else { "12" }.to_owned());
        let parameters = parameter_file("main.parameters.json", &files, &environment).expect("well formed");
        let loaded = crate::load("main.bicep", &files);
        let mut cloud = crate::evaluate::Nothing;
        let (outcome, findings) = loaded.deploy(&parameters, &crate::Environment::default(), &mut cloud);
        assert_eq!(
            (outcome.outputs["all"].value.clone(), findings),
            (json!([true, 12, "12"]), vec![])
        );
    }

    #[test]
    fn variables_are_put_into_files_of_azd_projects() {
        let files = Memory::new([("infra/main.parameters.json", FILE), ("azure.yaml", "name: x")]);
        let value = |value: Value| json!({ "value": value });
        assert_eq!(
            read(&files),
            json!({
                "name": value("shop".into()), "place": value("westeurope".into()),
                "list": value(json!(["a-shop-b", 1])), "odd": value("x ${".into()),
            })
        );
        let files = Memory::new([("infra/main.parameters.json", FILE)]);
        assert_eq!(read(&files)["name"], value("${APP_NAME}".into()));
    }
}
