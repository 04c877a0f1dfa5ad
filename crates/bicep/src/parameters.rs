//! Parameter files, JSON and Bicep.

use crate::compile::parameter_values;
use crate::files::{Files, normal};
use crate::json::{Node, parse};
use crate::template::Place;
use indexmap::IndexMap;
use serde_json::Value;
use source::{Diagnostic, Finding, Source, Span};
use std::collections::BTreeSet;

/// Values of a template's parameters.
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    /// By name, with the places where they were given.
    pub(crate) values: IndexMap<String, (Value, Place)>,
    /// The template that a Bicep parameter file names.
    pub using: Option<String>,
    /// Files that were asked for.
    pub read: BTreeSet<String>,
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
        self.values
            .insert(known.unwrap_or_else(|| name.to_owned()), (value, place));
    }

    /// Takes over the values of another file; where both have one, the other's holds.
    pub fn extend(&mut self, other: Parameters) {
        for (name, (value, place)) in other.values {
            self.put(&name, value, place);
        }
        self.using = other.using.or(self.using.take());
        self.read.extend(other.read);
    }

    /// Forgets the values of all but these parameters.
    pub fn keep(&mut self, names: &[String]) {
        self.values
            .retain(|name, _| names.iter().any(|it| it.eq_ignore_ascii_case(name)));
    }

    /// The values as a parameter file holds them.
    pub fn to_json(&self) -> Value {
        let values = self
            .values
            .iter()
            .map(|(name, (value, _))| (name.clone(), serde_json::json!({ "value": value })));
        serde_json::json!({
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
            "contentVersion": "1.0.0.0",
            "parameters": Value::Object(values.collect()),
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
        Ok(root) => json(&root, &source, &mut parameters, &mut findings),
        Err(mistake) => findings.push(mistake.found_in(&source)),
    }
    match findings.is_empty() {
        true => Ok(parameters),
        false => Err(findings),
    }
}

fn json(root: &Node, source: &Source, parameters: &mut Parameters, findings: &mut Vec<Finding>) {
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
            (None, Some(_)) => {
                let diagnostic = Diagnostic::error(
                    "not-supported",
                    "secrets of vaults cannot be parameters here",
                    member.span,
                )
                .help("give the value itself, here or with `--parameters name=value`");
                findings.push(diagnostic.found_in(source));
            }
            (None, None) => {
                let message = format!("parameter `{}` has no `value`", member.name);
                findings.push(Diagnostic::error("invalid-parameters", message, member.span).found_in(source));
            }
        }
    }
}
