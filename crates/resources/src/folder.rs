//! What the APIOps extractor would write of the resources, with the way back from each line to where it was written.

use crate::file::{self, File};
use crate::kinds::{ACCOUNTS, SERVICE};
use crate::store::{Kept, Store};
use serde_json::{Map, Value, json};
use source::{Diagnostic, Finding, Source, Span};
use std::collections::BTreeMap;

/// A file of the folder.
pub(crate) struct Written {
    pub(crate) path: String,
    pub(crate) text: String,
    way_back: WayBack,
}

enum WayBack {
    /// Pointers of the lines, and whose resource the values below a pointer are.
    Json {
        pointers: Vec<String>,
        owners: Vec<(String, String)>,
    },
    /// The whole is one property of a resource.
    Text,
}

/// Asks for the text at an address.
pub(crate) type Fetch<'a> = &'a dyn Fn(&str) -> Result<String, String>;

/// Makes the folder of one service and of every account.
pub(crate) fn folder(
    store: &Store,
    service: Option<&Kept>,
    fetch: Fetch<'_>,
    findings: &mut Vec<Finding>,
) -> Vec<Written> {
    let mut writer = Writer {
        store,
        fetch,
        files: Vec::new(),
        names: BTreeMap::new(),
        findings,
    };
    if let Some(service) = service {
        let root = format!("{}/", service.sent.id.to_ascii_lowercase());
        for kept in store
            .kept()
            .filter(|kept| kept.sent.id.to_ascii_lowercase().starts_with(&root))
        {
            // What is left of the id are pairs of collection and name.
            let path: Vec<&str> = kept.sent.id[root.len()..].split('/').collect();
            writer.resource(kept, &path);
        }
    }
    for account in store.kept().filter(|kept| kept.kind() == ACCOUNTS) {
        writer.account(account);
    }
    writer.files
}

struct Writer<'a> {
    store: &'a Store,
    fetch: Fetch<'a>,
    files: Vec<Written>,
    /// Ids by type and name, as if no workspace were.
    names: BTreeMap<String, String>,
    findings: &'a mut Vec<Finding>,
}

impl Writer<'_> {
    fn resource(&mut self, kept: &Kept, path: &[&str]) {
        let kind = kept.plain_kind();
        let kind = kind
            .strip_prefix(SERVICE)
            .unwrap_or_default()
            .trim_start_matches('/');
        let workspace = kept.workspace();
        let path = match workspace {
            Some(_) => path.get(2..).unwrap_or_default(),
            None => path,
        };
        // These are about the APIs of the workspace alone, and put in afterwards or without effect.
        if workspace.is_some() && matches!(kind, "policies" | "diagnostics")
            || !self.is_first(kept, kind, path)
        {
            return;
        }
        match (kind, path) {
            ("apis", [_, api]) => self.api(kept, api),
            ("apis/policies", [_, api, ..]) => self.policy(kept, &format!("apis/{api}/policy.xml")),
            ("apis/operations/policies", [_, api, _, operation, ..]) => {
                self.policy(kept, &format!("apis/{api}/operations/{operation}/policy.xml"));
            }
            ("policies", _) => self.policy(kept, "policy.xml"),
            ("products/policies", [_, product, ..]) => {
                self.policy(kept, &format!("products/{product}/policy.xml"))
            }
            ("policyfragments", [_, name]) => {
                self.policy(kept, &format!("policy fragments/{name}/policy.xml"));
                let description = kept.property("description").cloned().unwrap_or_default();
                let value = json!({ "properties": { "description": description } });
                self.json(
                    &format!("policy fragments/{name}/policyFragmentInformation.json"),
                    &value,
                    kept,
                );
            }
            ("products", [_, name]) => {
                self.information(kept, &format!("products/{name}/productInformation.json"))
            }
            ("products/apis" | "products/apilinks", [_, product, _, name]) => {
                self.information(
                    kept,
                    &format!("products/{product}/apis/{name}/productApiInformation.json"),
                );
            }
            ("products/groups" | "products/grouplinks", [_, product, _, name]) => {
                self.information(
                    kept,
                    &format!("products/{product}/groups/{name}/productGroupInformation.json"),
                );
            }
            ("subscriptions", [_, name]) => {
                self.information(
                    kept,
                    &format!("subscriptions/{name}/subscriptionInformation.json"),
                );
            }
            ("backends", [_, name]) => {
                self.information(kept, &format!("backends/{name}/backendInformation.json"))
            }
            ("namedvalues", [_, name]) => {
                self.information(kept, &format!("named values/{name}/namedValueInformation.json"));
            }
            ("apiversionsets", [_, name]) => {
                self.information(kept, &format!("version sets/{name}/versionSetInformation.json"));
            }
            ("loggers", [_, name]) => {
                self.information(kept, &format!("loggers/{name}/loggerInformation.json"))
            }
            ("groups", [_, name]) => self.information(kept, &format!("groups/{name}/groupInformation.json")),
            ("users", [_, name]) => self.user(kept, name),
            ("diagnostics", [_, name]) => {
                self.information(kept, &format!("diagnostics/{name}/diagnosticInformation.json"));
            }
            ("apis/diagnostics", [_, api, _, name]) => {
                self.information(
                    kept,
                    &format!("apis/{api}/diagnostics/{name}/diagnosticInformation.json"),
                );
            }
            ("schemas", [_, name]) => {
                self.information(kept, &format!("schemas/{name}/schemaInformation.json"))
            }
            // Operations, caches and certificates are put in afterwards; everything else has no effect.
            _ => (),
        }
    }

    /// Names of workspaces are served beside those of the service: each may be there once.
    fn is_first(&mut self, kept: &Kept, kind: &str, path: &[&str]) -> bool {
        let key = format!("{kind} {}", path.join("/").to_ascii_lowercase());
        let Some(other) = self.names.get(&key).filter(|_| kept.is_emulated) else {
            self.names.insert(key, kept.sent.id.clone());
            return true;
        };
        let message = format!(
            "`{}` and `{other}` have one name: here it must be another in each workspace",
            kept.sent.id
        );
        let diagnostic = Diagnostic::error("not-supported", message, Span::default());
        self.findings.push(at(kept, "/name", diagnostic));
        false
    }

    fn json(&mut self, path: &str, value: &Value, kept: &Kept) {
        let owners = vec![(String::new(), kept.sent.id.clone())];
        self.push(path, file::write(value), owners);
    }

    fn push(&mut self, path: &str, file: File, owners: Vec<(String, String)>) {
        let way_back = WayBack::Json {
            pointers: file.pointers,
            owners,
        };
        self.files.push(Written {
            path: path.to_owned(),
            text: file.text,
            way_back,
        });
    }

    /// The information file of a resource: its properties as they were sent.
    fn information(&mut self, kept: &Kept, path: &str) {
        let properties = kept
            .sent
            .body
            .get("properties")
            .cloned()
            .unwrap_or_else(|| json!({}));
        self.json(path, &json!({ "properties": properties }), kept);
    }

    fn user(&mut self, kept: &Kept, name: &str) {
        let mut properties = kept
            .sent
            .body
            .get("properties")
            .cloned()
            .unwrap_or_else(|| json!({}));
        let member = format!("/users/{}", name.to_ascii_lowercase());
        let groups = self.store.kept().filter(|other| {
            other.kind() == "microsoft.apimanagement/service/groups/users"
                && other.sent.id.to_ascii_lowercase().ends_with(&member)
        });
        let groups: Vec<&str> = groups
            .filter_map(|other| other.sent.id.rsplit('/').nth(2))
            .collect();
        if !groups.is_empty() && properties.is_object() {
            properties["groups"] = groups.into();
        }
        self.json(
            &format!("users/{name}/userInformation.json"),
            &json!({ "properties": properties }),
            kept,
        );
    }

    fn api(&mut self, kept: &Kept, name: &str) {
        let mut properties = match kept.sent.body.get("properties") {
            Some(Value::Object(properties)) => properties.clone(),
            _ => Map::new(),
        };
        let value = properties
            .remove("value")
            .and_then(|value| value.as_str().map(str::to_owned));
        let format = properties.remove("format");
        let format = format
            .as_ref()
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_ascii_lowercase();
        let text = value.and_then(|value| self.text(kept, &format, value));
        self.json(
            &format!("apis/{name}/apiInformation.json"),
            &json!({ "properties": properties }),
            kept,
        );
        let (extension, text) = match text {
            Some(text) => (extension(&format, &text), text),
            // An API that imports nothing has the operations that are deployed beside it.
            None => (
                "json",
                r#"{ "openapi": "3.0.1", "info": {}, "paths": {} }"#.to_owned(),
            ),
        };
        let path = format!("apis/{name}/specification.{extension}");
        self.files.push(Written {
            path,
            text,
            way_back: WayBack::Text,
        });
    }

    /// What a property holds, or what the address in it leads to.
    fn text(&mut self, kept: &Kept, format: &str, value: String) -> Option<String> {
        if !format.contains("-link") {
            return Some(value);
        }
        match (self.fetch)(&value) {
            Ok(text) => Some(text),
            Err(error) => {
                let message = format!("cannot read `{value}`: {error}");
                self.findings.push(at(
                    kept,
                    "/properties/value",
                    Diagnostic::error("cannot-fetch", message, Span::default()),
                ));
                None
            }
        }
    }

    fn policy(&mut self, kept: &Kept, path: &str) {
        let format = kept
            .property("format")
            .and_then(Value::as_str)
            .unwrap_or("xml")
            .to_ascii_lowercase();
        let Some(value) = kept.property("value").and_then(Value::as_str) else {
            let message = "the policy has no `value`";
            return self.findings.push(at(
                kept,
                "/properties",
                Diagnostic::error("missing-value", message, Span::default()),
            ));
        };
        if let Some(text) = self.text(kept, &format, value.to_owned()) {
            let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
            self.files.push(Written {
                path: path.to_owned(),
                text,
                way_back: WayBack::Text,
            });
        }
    }

    /// An account with its deployments.
    // What stands directly in a list of a resource.
    fn children(&self, id: &str, list: &str) -> Vec<&Kept> {
        let root = format!("{id}/{list}/").to_ascii_lowercase();
        let is_child = |other: &&Kept| {
            let id = other.sent.id.to_ascii_lowercase();
            id.strip_prefix(&root).is_some_and(|rest| !rest.contains('/'))
        };
        self.store.kept().filter(is_child).collect()
    }

    fn account(&mut self, kept: &Kept) {
        // The first label of its hosts is what calls know it by.
        let label = kept.property("customSubDomainName").and_then(Value::as_str);
        let name = match label {
            Some(label) if !label.eq_ignore_ascii_case(&kept.sent.name) => label,
            _ => &kept.sent.name,
        };
        let mut account = Map::new();
        account.insert("type".into(), kept.sent.r#type.as_str().into());
        account.insert("name".into(), name.into());
        for part in ["location", "kind", "properties"] {
            if let Some(value) = kept.whole.get(part) {
                account.insert(part.into(), value.clone());
            }
        }
        let mut owners = vec![(String::new(), kept.sent.id.clone())];
        let mut inside = Vec::new();
        for list in ["deployments", "raiBlocklists"] {
            for child in self.children(&kept.sent.id, list) {
                let place = format!("/resources/{}", inside.len());
                owners.push((place.clone(), child.sent.id.clone()));
                let mut value = nested(child, list);
                let mut items = Vec::new();
                for item in self.children(&child.sent.id, "raiBlocklistItems") {
                    owners.push((format!("{place}/resources/{}", items.len()), item.sent.id.clone()));
                    items.push(Value::Object(nested(item, "raiBlocklistItems")));
                }
                if !items.is_empty() {
                    value.insert("resources".into(), items.into());
                }
                inside.push(Value::Object(value));
            }
        }
        account.insert("resources".into(), inside.into());
        self.push(
            &format!("foundry/{name}.json"),
            file::write(&Value::Object(account)),
            owners,
        );
    }
}

// As it was sent, with the names that it has inside another.
fn nested(kept: &Kept, list: &str) -> Map<String, Value> {
    let mut value = kept.sent.body.clone();
    value.insert("type".into(), list.into());
    value.insert("name".into(), kept.sent.name.as_str().into());
    value
}

fn extension(format: &str, text: &str) -> &'static str {
    match format {
        _ if format.starts_with("wsdl") => "wsdl",
        _ if format.starts_with("wadl") => "wadl",
        _ if format.starts_with("graphql") => "graphql",
        _ if text.trim_start().starts_with('{') => "json",
        _ => "yaml",
    }
}

/// A finding about a part of a resource.
pub(crate) fn at(kept: &Kept, pointer: &str, diagnostic: Diagnostic) -> Finding {
    match kept.sent.places.find(pointer) {
        Some((source, span)) => Diagnostic { span, ..diagnostic }.found_in(&source),
        // Kept from an earlier run, whose texts are not here.
        None => diagnostic.found_in(&Source::new(kept.sent.id.as_str(), "")),
    }
}

impl Written {
    /// A finding in this file as one about the resource that it was written from.
    pub(crate) fn translated(&self, finding: &Finding, store: &Store) -> Option<Finding> {
        let WayBack::Json { pointers, owners } = &self.way_back else {
            return None;
        };
        let line = finding.source.position(finding.diagnostic.span.start).line;
        let pointer = pointers.get(line.saturating_sub(1)).map_or("", String::as_str);
        let (prefix, id) = owners.iter().rev().find(|(prefix, _)| {
            pointer == prefix
                || pointer
                    .strip_prefix(prefix.as_str())
                    .is_some_and(|rest| rest.starts_with('/'))
        })?;
        let kept = store.find(id)?;
        Some(at(kept, &pointer[prefix.len()..], finding.diagnostic.clone()))
    }
}
