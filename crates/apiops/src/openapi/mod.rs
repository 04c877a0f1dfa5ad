//! OpenAPI 2.0, 3.0 and 3.1 to operations, by one reader over JSON values, as Azure imports them (gateway.md 1.4).

mod contract; // what operations declare of their messages
mod parameters; // path and query parameters, shared and own
mod reference; // `$ref` inside the document
mod responses; // documented responses and their examples
mod sample; // an example made from a schema

use crate::openapi::reference::Document;
use model::{Operation, Parameter};
use serde_json::Value;
use source::{Diagnostic, Finding, Source};
use std::collections::BTreeSet;

/// How to import.
pub(crate) struct Options {
    /// Required query parameters become part of the template, so that a request without them is 404; Azure's default.
    pub(crate) required_in_template: bool,
    /// Makes examples from schemas where the document has none.
    pub(crate) samples: bool,
}

/// What a document says.
#[derive(Default)]
pub(crate) struct Imported {
    /// Operations in the order of the document, each with the JSON pointer of its place.
    pub(crate) operations: Vec<(Operation, String)>,
    /// Base URL of the backend.
    pub(crate) service_url: Option<String>,
}

const METHODS: &[&str] = &[
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Reads a document.
pub(crate) fn import(
    root: &Value,
    source: &Source,
    options: &Options,
    findings: &mut Vec<Finding>,
) -> Imported {
    let mut report = |code, message: String, pointer: &str| {
        let span = model::locate(source.text(), pointer);
        findings.push(Diagnostic::error(code, message, span).found_in(source));
    };
    let is_two = root.get("swagger").is_some_and(|it| version(it).starts_with('2'));
    let is_three = root.get("openapi").is_some_and(|it| version(it).starts_with('3'));
    if !is_two && !is_three {
        report(
            "unknown-specification",
            "this is no OpenAPI document of version 2.0, 3.0 or 3.1".into(),
            "",
        );
        return Imported::default();
    }
    let document = Document { root, is_two };
    let mut imported = Imported {
        service_url: service_url(&document),
        ..Imported::default()
    };
    let Some(paths) = root.get("paths").and_then(Value::as_object) else {
        // A document of version 3.1 may have webhooks alone; then the API has no operations.
        if is_two || root.get("webhooks").is_none() {
            report("invalid-value", "`paths` is missing".into(), "/paths");
        }
        return imported;
    };
    let definitions = contract::definitions(&document);
    let mut names = BTreeSet::new();
    for (path, item) in paths.iter().filter(|(path, _)| path.starts_with('/')) {
        let place = format!("/paths/{}", path.replace('~', "~0").replace('/', "~1"));
        let Some(item) = document.resolve(item) else {
            report(
                "unknown-reference",
                format!("the reference of `{path}` leads nowhere in this document"),
                &place,
            );
            continue;
        };
        for (method, value) in methods(item) {
            let place = format!("{place}/{method}");
            let mut read = operation(&document, path, &method, item, value, options);
            read.operation.contract = Some(contract::read(&document, [item, value], &definitions).into());
            for broken in read.broken {
                report(
                    "unknown-reference",
                    format!("`{broken}` leads nowhere in this document"),
                    &place,
                );
            }
            let name = unique(&read.operation.name, &mut names);
            imported.operations.push((
                Operation {
                    name,
                    ..read.operation
                },
                place,
            ));
        }
    }
    imported
}

// Beside operations an item holds parameters, texts and extensions.
fn methods(item: &Value) -> impl Iterator<Item = (String, &Value)> {
    let members = item.as_object().into_iter().flatten();
    let lower = members.map(|(name, value)| (name.to_ascii_lowercase(), value));
    lower.filter(|(name, _)| METHODS.contains(&name.as_str()))
}

fn version(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

struct Read {
    operation: Operation,
    broken: Vec<String>,
}

fn operation(
    document: &Document<'_>,
    path: &str,
    method: &str,
    item: &Value,
    value: &Value,
    options: &Options,
) -> Read {
    let text = |name: &str| {
        value
            .get(name)
            .and_then(Value::as_str)
            .map(str::trim)
            .filter(|it| !it.is_empty())
    };
    let id = text("operationId");
    let mut name = id.map(normalise).unwrap_or_default();
    if name.is_empty() {
        name = normalise(&format!("{method}-{path}"));
    }
    let mut broken = Vec::new();
    let parameters = parameters::read(document, [item, value], &mut broken);
    let mut template = path.to_owned();
    let mut declared: Vec<Parameter> = Vec::new();
    for parameter in parameters {
        let in_template = parameter.in_path || (parameter.required && options.required_in_template);
        if !in_template || declared.iter().any(|it| it.name == parameter.name) {
            continue;
        }
        if !parameter.in_path {
            template.push(if template.contains('?') { '&' } else { '?' });
            template.push_str(&format!("{0}={{{0}}}", parameter.name));
        }
        declared.push(Parameter {
            name: parameter.name,
            required: true,
        });
    }
    let responses = responses::read(document, value, options.samples);
    let operation = Operation {
        display_name: text("summary").or(id).unwrap_or(&name).to_owned(),
        name,
        method: method.to_ascii_uppercase(),
        url_template: template,
        template_parameters: declared,
        responses,
        contract: None,
        policy: None,
    };
    Read { operation, broken }
}

/// The resource name that an import makes of an `operationId`: lower case, runs of anything but letters and digits become one `-`,
/// at most 76 characters (doc).
pub(crate) fn normalise(id: &str) -> String {
    let mut name = String::new();
    for c in id.chars() {
        match c.is_ascii_alphanumeric() {
            true => name.push(c.to_ascii_lowercase()),
            false if name.ends_with('-') || name.is_empty() => (),
            false => name.push('-'),
        }
    }
    name.truncate(76);
    name.trim_end_matches('-').to_owned()
}

fn unique(name: &str, taken: &mut BTreeSet<String>) -> String {
    let numbered = (1..).map(|number| format!("{name}-{number}"));
    let free = std::iter::once(name.to_owned())
        .chain(numbered)
        .find(|name| !taken.contains(name))
        .unwrap_or_default();
    taken.insert(free.clone());
    free
}

// The first https server; none for a relative one, and for the gateway itself, which extracts name as the server (inferred).
fn service_url(document: &Document<'_>) -> Option<String> {
    let root = document.root;
    let urls: Vec<String> = match document.is_two {
        true => {
            let host = root.get("host").and_then(Value::as_str)?;
            let base = root.get("basePath").and_then(Value::as_str).unwrap_or_default();
            let schemes = root
                .get("schemes")
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default();
            let schemes: Vec<&str> = schemes.iter().filter_map(Value::as_str).collect();
            let schemes = if schemes.is_empty() {
                vec!["https"]
            } else {
                schemes
            };
            schemes
                .iter()
                .map(|scheme| format!("{scheme}://{host}{base}"))
                .collect()
        }
        false => {
            let servers = root.get("servers").and_then(Value::as_array)?;
            servers
                .iter()
                .filter_map(|server| Some(expand(server.get("url")?.as_str()?, server)))
                .collect()
        }
    };
    let is_gateway = |url: &str| {
        let host = url
            .split("//")
            .nth(1)
            .unwrap_or_default()
            .split(['/', ':'])
            .next()
            .unwrap_or_default();
        host.to_ascii_lowercase().ends_with(".azure-api.net")
    };
    let usable: Vec<&String> = urls
        .iter()
        .filter(|url| url.contains("://") && !is_gateway(url))
        .collect();
    let https = usable
        .iter()
        .find(|url| url.to_ascii_lowercase().starts_with("https://"));
    // A server with a variable that has no default cannot be called; it never fails the import (inferred).
    https
        .or(usable.first())
        .filter(|url| !url.contains('{'))
        .map(|url| url.trim_end_matches('/').to_owned())
}

fn expand(url: &str, server: &Value) -> String {
    let mut url = url.to_owned();
    for (name, variable) in server
        .get("variables")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        if let Some(default) = variable
            .get("default")
            .and_then(Value::as_str)
            .filter(|it| !it.is_empty())
        {
            url = url.replace(&format!("{{{name}}}"), default);
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operation_ids_are_normalised_and_kept_apart() {
        assert_eq!(normalise("ChatCompletions_Create"), "chatcompletions-create");
        assert_eq!(normalise("  Get//the {thing}! "), "get-the-thing");
        assert_eq!(normalise(&"a".repeat(100)).len(), 76);
        let mut taken = BTreeSet::new();
        assert_eq!(
            ["a", "a", "a", "a-1"].map(|it| unique(it, &mut taken)),
            ["a", "a-1", "a-2", "a-1-1"]
        );
    }
}
