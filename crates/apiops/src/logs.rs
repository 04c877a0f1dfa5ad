use crate::fields::lower;
use crate::read::Reader;
use crate::tree::Tree;
use model::{Diagnostic, Logger, ResourceKind, SchemaKind, SchemaResource};

/// `diagnostics/*` of the service, or of an API.
pub(crate) fn diagnostics(reader: &mut Reader<'_>, tree: &Tree, api: Option<&str>) {
    for (name, folder) in tree.collection("diagnostics") {
        let path: Vec<&str> = match api {
            Some(api) => vec!["apis", api, "diagnostics", name],
            None => vec!["diagnostics", name],
        };
        let Some(file) = reader.information(folder, "diagnosticInformation.json", &path) else {
            continue;
        };
        let Some(properties) = file.properties(&mut reader.findings) else {
            continue;
        };
        let key = api.map_or_else(|| name.to_owned(), |api| format!("{api}/{name}"));
        reader.note(ResourceKind::Diagnostic, &key, file.origin.source);
        match Diagnostic::from_properties(name, api.map(str::to_owned), properties.value()) {
            Ok(diagnostic) => reader.service.diagnostics.extend(diagnostic),
            Err(error) => {
                let message = lower(&error.to_string());
                reader
                    .findings
                    .push(file.origin.error("/properties", "invalid-value", message));
            }
        }
    }
}

/// `loggers/*`.
pub(crate) fn loggers(reader: &mut Reader<'_>, tree: &Tree) {
    for (name, folder) in tree.collection("loggers") {
        let Some(file) = reader.information(folder, "loggerInformation.json", &["loggers", name]) else {
            continue;
        };
        let Some(properties) = file.properties(&mut reader.findings) else {
            continue;
        };
        let kind = properties
            .word("loggerType", &mut reader.findings)
            .unwrap_or_default();
        reader.note(ResourceKind::Logger, name, file.origin.source);
        reader.service.loggers.push(Logger {
            name: name.to_owned(),
            kind,
        });
    }
}

/// `schemas/*`.
pub(crate) fn schemas(reader: &mut Reader<'_>, tree: &Tree) {
    for (name, folder) in tree.collection("schemas") {
        let Some(file) = reader.information(folder, "schemaInformation.json", &["schemas", name]) else {
            continue;
        };
        let Some(properties) = file.properties(&mut reader.findings) else {
            continue;
        };
        let Some(kind) = properties.required("schemaType", &mut reader.findings) else {
            continue;
        };
        let kind = match kind.to_ascii_lowercase().as_str() {
            "xml" => SchemaKind::Xml,
            "json" => SchemaKind::Json,
            _ => {
                let place = properties.pointer("schemaType");
                let message = format!("`{kind}` is neither `json` nor `xml`");
                reader
                    .findings
                    .push(file.origin.error(&place, "invalid-value", message));
                continue;
            }
        };
        // XML stands in `value`, JSON in `document`.
        let text = match properties.get("value").or_else(|| properties.get("document")) {
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => String::new(),
        };
        reader.note(ResourceKind::Schema, name, file.origin.source);
        reader.service.schemas.push(SchemaResource {
            name: name.to_owned(),
            kind,
            text,
        });
    }
}
