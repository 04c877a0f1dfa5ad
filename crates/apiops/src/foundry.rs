use crate::fields::{Fields, Origin, parse_json};
use crate::read::{Reader, last_segment};
use crate::tree::{Tree, plain};
use model::{Account, Blocklist, BlocklistItem, Deployment, ModelName, ResourceKind, Sku};
use serde_json::Value;
use source::{Diagnostic, Finding, Source};

const ACCOUNTS: &str = "microsoft.cognitiveservices/accounts";
const DEPLOYMENTS: &str = "microsoft.cognitiveservices/accounts/deployments";
const BLOCKLISTS: &str = "microsoft.cognitiveservices/accounts/raiblocklists";
const BLOCKLIST_ITEMS: &str = "microsoft.cognitiveservices/accounts/raiblocklists/raiblocklistitems";

/// `foundry/*.json`: accounts as ARM resources, one per file, in a list, or as an ARM template's `resources`.
pub(crate) fn read(reader: &mut Reader<'_>, tree: &Tree) {
    let folders = tree.folders().filter(|(name, _)| plain(name) == "foundry");
    for (_, folder) in folders {
        let names: Vec<&str> = folder
            .file_names()
            .filter(|name| name.to_ascii_lowercase().ends_with(".json"))
            .collect();
        for source in names.into_iter().filter_map(|name| folder.file(name)) {
            match parse_json(source) {
                Ok(value) => File {
                    source,
                    accounts: Vec::new(),
                }
                .read(&value, reader),
                Err(finding) => reader.findings.push(finding),
            }
        }
    }
}

struct File<'a> {
    source: &'a Source,
    // With the place of each.
    accounts: Vec<(Account, String)>,
}

impl File<'_> {
    fn read(mut self, value: &Value, reader: &mut Reader<'_>) {
        let origin = Origin {
            source: self.source,
            over: None,
        };
        let resources: Vec<Fields<'_>> = listed(value)
            .into_iter()
            .map(|(value, place)| Fields::new(value, &origin, place))
            .collect();
        let findings = &mut reader.findings;
        for resource in &resources {
            match kind(resource).as_deref() {
                Some(ACCOUNTS) => self.account(resource, findings),
                Some(DEPLOYMENTS | BLOCKLISTS | BLOCKLIST_ITEMS) => (),
                Some(other) => {
                    let message = format!("`{other}` is no resource of a mock model server");
                    let finding = error(resource, "type", "unknown-resource", message);
                    findings.push(help(
                        finding,
                        "`foundry` holds `Microsoft.CognitiveServices/accounts`",
                    ));
                }
                None => findings.push(error(resource, "type", "missing-value", "`type` is missing")),
            }
        }
        // What is inside stands behind what it is inside of.
        for inner in [DEPLOYMENTS, BLOCKLISTS, BLOCKLIST_ITEMS] {
            for resource in resources.iter().filter(|it| kind(it).as_deref() == Some(inner)) {
                self.loose(resource, inner, findings);
            }
        }
        for (account, place) in self.accounts {
            reader
                .service
                .origins
                .note(ResourceKind::Account, &account.name, self.source, &place);
            reader.service.accounts.push(account);
        }
    }

    fn account(&mut self, resource: &Fields<'_>, findings: &mut Vec<Finding>) {
        let Some(name) = name(resource, findings) else {
            return;
        };
        let properties = resource.object("properties", findings);
        let mut account = Account {
            name,
            location: resource.required("location", findings).unwrap_or_default(),
            kind: resource
                .word("kind", findings)
                .unwrap_or_else(|| "AIServices".into()),
            disable_local_auth: properties
                .and_then(|it| it.flag("disableLocalAuth", findings))
                .unwrap_or(false),
            ..Account::default()
        };
        for list in ["resources", "deployments"] {
            let nested = resource.get(list).and_then(Value::as_array).into_iter().flatten();
            for (at, value) in nested.enumerate() {
                let place = format!("{}/{at}", resource.pointer(list));
                let nested = Fields::new(value, resource.origin(), place);
                match kind(&nested).as_deref() {
                    Some("deployments" | DEPLOYMENTS) => {
                        account.deployments.extend(deployment(&nested, findings));
                    }
                    // A list of deployments needs no type to say so.
                    None if list == "deployments" => {
                        account.deployments.extend(deployment(&nested, findings));
                    }
                    Some("raiblocklists" | BLOCKLISTS) => {
                        account.blocklists.extend(blocklist(&nested, findings));
                    }
                    // Projects, connections and the like have no part in answering calls.
                    Some(_) => (),
                    None => findings.push(error(&nested, "type", "missing-value", "`type` is missing")),
                }
            }
        }
        self.accounts.push((account, resource.pointer("")));
    }

    // `accounts/deployments` beside its account, with a name such as `eastus/gpt-4o`; blocklists likewise.
    fn loose(&mut self, resource: &Fields<'_>, inner: &str, findings: &mut Vec<Finding>) {
        let full = resource.text("name", findings).unwrap_or_default();
        let mut names = full.split('/');
        let owner = names.next().unwrap_or_default();
        let account = self
            .accounts
            .iter_mut()
            .map(|(account, _)| account)
            .find(|it| it.name.eq_ignore_ascii_case(owner));
        let Some(account) = account else {
            let message = format!("the file has no account `{owner}` for this resource");
            findings.push(error(resource, "name", "unknown-account", message));
            return;
        };
        match inner {
            DEPLOYMENTS => account.deployments.extend(deployment(resource, findings)),
            BLOCKLISTS => account.blocklists.extend(blocklist(resource, findings)),
            _ => {
                let name = names.next().unwrap_or_default();
                match account.blocklists.iter_mut().find(|it| it.name == name) {
                    Some(list) => list.items.extend(blocklist_item(resource, findings)),
                    None => {
                        let message = format!("account `{owner}` has no blocklist `{name}` for this item");
                        findings.push(error(resource, "name", "unknown-blocklist", message));
                    }
                }
            }
        }
    }
}

// The resources of a file, each with its place: a list, an ARM template, or the file itself.
fn listed(value: &Value) -> Vec<(&Value, String)> {
    let (list, root) = match (value, value.get("type"), value.get("resources")) {
        (Value::Array(list), _, _) => (list, ""),
        // A resource has a type, a template has none.
        (_, None, Some(Value::Array(list))) => (list, "/resources"),
        _ => return vec![(value, String::new())],
    };
    list.iter()
        .enumerate()
        .map(|(at, value)| (value, format!("{root}/{at}")))
        .collect()
}

fn deployment(resource: &Fields<'_>, findings: &mut Vec<Finding>) -> Option<Deployment> {
    let name = name(resource, findings)?;
    let sku = resource.object("sku", findings);
    if sku.is_none() {
        findings.push(error(
            resource,
            "sku",
            "missing-value",
            format!("deployment `{name}` has no `sku`"),
        ));
    }
    let sku = sku.map_or_else(Sku::default, |sku| Sku {
        name: sku.required("name", findings).unwrap_or_default(),
        // Without a capacity ARM makes one unit.
        capacity: sku.number("capacity", findings).unwrap_or(1),
    });
    let properties = resource.object("properties", findings);
    let model = properties.as_ref().and_then(|it| it.object("model", findings));
    if model.is_none() {
        findings.push(error(
            resource,
            "properties",
            "missing-value",
            format!("deployment `{name}` has no `model`"),
        ));
    }
    let model = model.map_or_else(ModelName::default, |model| ModelName {
        format: model.text("format", findings).unwrap_or_else(|| "OpenAI".into()),
        name: model.required("name", findings).unwrap_or_default(),
        version: model.text("version", findings).unwrap_or_default(),
    });
    let spillover = properties
        .as_ref()
        .and_then(|it| it.word("spilloverDeploymentName", findings));
    Some(Deployment {
        name,
        model,
        sku,
        spillover,
    })
}

fn blocklist(resource: &Fields<'_>, findings: &mut Vec<Finding>) -> Option<Blocklist> {
    let name = name(resource, findings)?;
    let properties = resource.object("properties", findings);
    let description = properties.and_then(|it| it.text("description", findings));
    let mut list = Blocklist {
        name,
        description: description.unwrap_or_default(),
        items: Vec::new(),
    };
    for member in ["resources", "items"] {
        let nested = resource
            .get(member)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        for (at, value) in nested.enumerate() {
            let place = format!("{}/{at}", resource.pointer(member));
            let nested = Fields::new(value, resource.origin(), place);
            list.items.extend(blocklist_item(&nested, findings));
        }
    }
    Some(list)
}

fn blocklist_item(resource: &Fields<'_>, findings: &mut Vec<Finding>) -> Option<BlocklistItem> {
    let name = name(resource, findings)?;
    let properties = resource.object("properties", findings);
    let Some(pattern) = properties.as_ref().and_then(|it| it.text("pattern", findings)) else {
        let message = format!("item `{name}` of a blocklist has no `pattern`");
        findings.push(error(resource, "properties", "missing-value", message));
        return None;
    };
    let is_regex = properties
        .and_then(|it| it.flag("isRegex", findings))
        .unwrap_or(false);
    Some(BlocklistItem {
        name,
        pattern,
        is_regex,
    })
}

fn kind(resource: &Fields<'_>) -> Option<String> {
    resource.get("type")?.as_str().map(str::to_ascii_lowercase)
}

fn name(resource: &Fields<'_>, findings: &mut Vec<Finding>) -> Option<String> {
    let name = resource.required("name", findings)?;
    if name.starts_with('[') {
        let finding = error(
            resource,
            "name",
            "not-supported",
            "expressions of ARM templates are not evaluated here",
        );
        findings.push(help(finding, "write the value itself"));
        return None;
    }
    let name = last_segment(&name).to_owned();
    if name.is_empty() {
        findings.push(error(
            resource,
            "name",
            "invalid-value",
            "`name` must not be empty",
        ));
        return None;
    }
    Some(name)
}

fn error(resource: &Fields<'_>, member: &str, code: &'static str, message: impl Into<String>) -> Finding {
    resource.origin().error(&resource.pointer(member), code, message)
}

fn help(mut finding: Finding, text: &str) -> Finding {
    let diagnostic: Diagnostic = finding.diagnostic.help(text);
    finding.diagnostic = diagnostic;
    finding
}
