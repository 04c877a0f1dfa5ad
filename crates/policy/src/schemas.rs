//! Schema resources that `validate-content` names, and XML that is checked against them.

use crate::build::Build;
use crate::catalog::{CatalogNames, Lookup, SchemaText};
use serde_json::Value;
use source::{Diagnostic, Span, nearest};
use std::panic::{AssertUnwindSafe, catch_unwind};
use uppsala::{Document, NodeId, XsdValidator};

/// Namespaces of SOAP 1.1 and 1.2.
const ENVELOPES: [&str; 2] = [
    "http://schemas.xmlsoap.org/soap/envelope/",
    "http://www.w3.org/2003/05/soap-envelope",
];
/// Errors that are told of one body.
const MOST: usize = 20;
/// Schemas that include each other.
const DEEPEST: usize = 8;

/// A schema resource, as far as it is good.
pub(crate) enum Found {
    /// JSON Schema.
    Json(Value),
    /// XML Schema.
    Xml(XmlSchema),
    /// It cannot be looked up, or a mistake has been reported.
    Unknown,
}

/// A compiled XML Schema.
pub(crate) struct XmlSchema(Box<XsdValidator>);

impl Build<'_> {
    /// The schema resource of a name.
    pub(crate) fn schema(&mut self, id: &str, span: Span) -> Found {
        let text = match self.catalog.schema(id) {
            Lookup::Known(text) => text,
            Lookup::Missing => {
                let names = self.catalog.names(CatalogNames::Schemas);
                let near = nearest(id, names.iter().map(String::as_str));
                let message = format!("there is no schema `{id}`");
                self.report(Diagnostic::error("unknown-schema", message, span).suggest(near));
                return Found::Unknown;
            }
            Lookup::Unknowable => {
                let message = format!("schema `{id}` cannot be looked up here");
                self.report(Diagnostic::info("unresolved-schema", message, span));
                return Found::Unknown;
            }
        };
        let found = match text {
            SchemaText::Json(text) => serde_json::from_str(&text)
                .map(Found::Json)
                .map_err(|it| it.to_string()),
            SchemaText::Xml(text) => self
                .xml_schema(&text, 0)
                .and_then(|it| XmlSchema::new(&it).map(Found::Xml)),
        };
        found.unwrap_or_else(|error| {
            let message = format!("the schema `{id}` cannot be used: {error}");
            self.report(Diagnostic::error("bad-schema", message, span));
            Found::Unknown
        })
    }

    // `<xs:include schemaLocation="/schemas/ID" />` is replaced by what that schema holds (documented form).
    fn xml_schema(&self, text: &str, depth: usize) -> Result<String, String> {
        let tree = uppsala::parse(text).map_err(|error| error.to_string())?;
        let root = tree.document_element().ok_or("it has no root element")?;
        let mut whole = text.to_owned();
        let includes: Vec<NodeId> = tree
            .children_iter(root)
            .filter(|id| {
                tree.element(*id)
                    .is_some_and(|it| &*it.name.local_name == "include")
            })
            .collect();
        // From the last to the first, so that places stay good.
        for id in includes.into_iter().rev() {
            let location = tree.get_attribute(id, "schemaLocation").unwrap_or_default();
            let name = location.strip_prefix("/schemas/").unwrap_or(location);
            let Lookup::Known(SchemaText::Xml(included)) = self.catalog.schema(name) else {
                return Err(format!(
                    "it includes `{location}`, which is no schema of the service"
                ));
            };
            if depth >= DEEPEST {
                return Err("schemas include each other too deeply".to_owned());
            }
            let included = self.xml_schema(&included, depth + 1)?;
            let content = inside(&included)?;
            if let Some(range) = tree.node_range(id) {
                whole.replace_range(range, &content);
            }
        }
        Ok(whole)
    }
}

// What stands in the root of a schema.
fn inside(text: &str) -> Result<String, String> {
    let tree = uppsala::parse(text).map_err(|error| error.to_string())?;
    let root = tree.document_element().ok_or("it has no root element")?;
    let parts = tree.children_iter(root).filter_map(|id| tree.node_range(id));
    Ok(parts.filter_map(|range| text.get(range)).collect())
}

impl XmlSchema {
    fn new(text: &str) -> Result<XmlSchema, String> {
        let made = || {
            let tree = uppsala::parse(text).map_err(|error| error.to_string())?;
            XsdValidator::from_schema(&tree).map_err(|error| error.to_string())
        };
        guarded(made).map(|validator| XmlSchema(Box::new(validator)))
    }

    /// What in the text does not fit; the text of an error says what could not be judged.
    pub(crate) fn check(&self, text: &str) -> Result<Vec<String>, String> {
        guarded(|| {
            let text = text.trim_start_matches('\u{feff}');
            let tree = match uppsala::parse(text) {
                Ok(tree) => tree,
                Err(error) => return Ok(vec![format!("The body is no XML. {error}")]),
            };
            let told = self.0.validate(&tree).into_iter().take(MOST).map(|error| {
                let (line, position) = (error.line.unwrap_or(0), error.column.unwrap_or(0));
                format!("{} Line: {line}, Position: {position}", error.message)
            });
            Ok(told.collect())
        })
    }
}

// The library asserts in places where a schema or a document is to blame.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("the validator gave up".to_owned()))
}

/// The elements in the body of an envelope, each as a document of its own; the text of an error says what is no envelope.
pub(crate) fn soap_payload(text: &str) -> Result<Vec<String>, String> {
    let tree = uppsala::parse(text.trim_start_matches('\u{feff}'))
        .map_err(|error| format!("The body is no XML. {error}"))?;
    let envelope = tree.document_element();
    let is = |id: NodeId, name: &str| {
        tree.element(id).is_some_and(|it| {
            let namespace = it.name.namespace_uri.as_deref().unwrap_or_default();
            ENVELOPES.contains(&namespace) && &*it.name.local_name == name
        })
    };
    let Some(envelope) = envelope.filter(|id| is(*id, "Envelope")) else {
        return Err("The body is no SOAP envelope. Line: 1, Position: 1".to_owned());
    };
    let Some(body) = tree.children_iter(envelope).find(|id| is(*id, "Body")) else {
        return Err("The SOAP envelope has no body. Line: 1, Position: 1".to_owned());
    };
    let payloads = tree.children_iter(body).filter(|id| tree.element(*id).is_some());
    Ok(payloads.filter_map(|id| alone(&tree, id)).collect())
}

// An element with the namespaces that it had from around it.
fn alone(tree: &Document<'_>, id: NodeId) -> Option<String> {
    let element = tree.element(id)?;
    let mut text = tree.node_source(id)?.to_owned();
    let mut declared: Vec<&str> = element
        .namespace_declarations
        .iter()
        .map(|(prefix, _)| prefix.as_ref())
        .collect();
    let mut added = String::new();
    for above in tree.ancestors(id) {
        for (prefix, uri) in tree
            .element(above)
            .into_iter()
            .flat_map(|it| &it.namespace_declarations)
        {
            if declared.contains(&prefix.as_ref()) {
                continue;
            }
            declared.push(prefix);
            let name = if prefix.is_empty() {
                String::new()
            } else {
                format!(":{prefix}")
            };
            let uri = uri
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('"', "&quot;");
            added.push_str(&format!(" xmlns{name}=\"{uri}\""));
        }
    }
    let at = 1 + element.name.prefixed_name().len();
    text.insert_str(at.min(text.len()), &added);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_keeps_the_namespaces_around_it() {
        let text = r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:o="urn:o"><s:Header/><s:Body><o:A b="1"><o:C/></o:A></s:Body></s:Envelope>"#;
        assert_eq!(
            soap_payload(text).unwrap(),
            [
                r#"<o:A xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:o="urn:o" b="1"><o:C/></o:A>"#
            ]
        );
        assert!(soap_payload("<a/>").is_err());
        assert!(soap_payload("{").is_err());
    }
}
