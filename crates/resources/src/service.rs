use crate::actions::{KEYS, keys_of_account};
use crate::beside::beside;
use crate::folder::{Written, at, folder};
use crate::kinds::{ACCOUNTS, SERVICE};
use crate::operations::operation;
use crate::store::{Kept, Store};
use model::{PolicyDocument, ResourceKind, Service, Workspace};
use serde_json::Value;
use source::{Diagnostic, Finding, Source, Span};
use std::collections::BTreeMap;

/// A service, and what was found while it was made.
pub struct Made {
    /// The service.
    pub service: Service,
    /// What is wrong with the resources, and which of them are stored only.
    pub findings: Vec<Finding>,
    files: Vec<Written>,
}

impl std::fmt::Debug for Made {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Made")
            .field("findings", &self.findings)
            .finish_non_exhaustive()
    }
}

impl Made {
    /// A finding of a later step, at the place where the author wrote what it is about.
    pub fn translate(&self, finding: Finding, store: &Store) -> Finding {
        let file = self.files.iter().find(|file| file.path == finding.source.name());
        file.and_then(|file| file.translated(&finding, store))
            .unwrap_or(finding)
    }
}

/// Makes a service of what was deployed. `settings` is the text of `apimite.toml`, `texts` are texts that templates loaded, by
/// their paths, and `fetch` reads an address that an import names.
pub fn service(
    store: &Store,
    settings: Option<&str>,
    texts: &BTreeMap<String, String>,
    fetch: &dyn Fn(&str) -> Result<String, String>,
) -> Made {
    let mut findings = Vec::new();
    let mut services = store.kept().filter(|kept| kept.kind() == SERVICE);
    let own = services.next();
    for other in services {
        let message = format!("only one service is emulated: `{}` is stored", other.sent.name);
        findings.push(at(
            other,
            "",
            Diagnostic::warning("not-supported", message, Span::default()),
        ));
    }
    let files = folder(store, own, fetch, &mut findings);
    let mut embedded: Vec<(&str, &str)> = files
        .iter()
        .map(|file| (file.path.as_str(), file.text.as_str()))
        .collect();
    embedded.extend(settings.map(|text| ("apimite.toml", text)));
    let (mut service, found) = apiops::read_embedded(&embedded);
    let mut made = Made {
        service: Service::default(),
        findings,
        files,
    };
    for finding in found {
        // Without a service there is nothing to miss its APIs in.
        if finding.diagnostic.code != "no-apis" || own.is_some() {
            let finding = made.translate(finding, store);
            made.findings.push(finding);
        }
    }
    if let Some(own) = own {
        facts(own, &mut service);
        workspaces(store, own, &mut service);
        beside(store, own, &mut service, &mut made.findings);
    }
    operations(store, own, &mut service, &mut made.findings);
    keys(store, &mut service);
    sources(&mut service, texts);
    made.findings.extend(stored_only(store));
    made.service = service;
    made
}

fn facts(own: &Kept, service: &mut Service) {
    let text = |name: &str| {
        own.whole
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let settings = &service.settings.service;
    let sku = own
        .whole
        .get("sku")
        .and_then(|sku| sku.get("name"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    service.name = settings.name.clone().unwrap_or_else(|| own.sent.name.clone());
    service.sku = settings.sku.clone().unwrap_or_else(|| sku.to_owned());
    service.location = settings.location.clone().unwrap_or_else(|| text("location"));
}

/// Puts workspaces in, each with its policy, and says of each API in which it is.
fn workspaces(store: &Store, own: &Kept, service: &mut Service) {
    let root = format!("{}/workspaces/", own.sent.id.to_ascii_lowercase());
    let inside = |kept: &&Kept| kept.sent.id.to_ascii_lowercase().starts_with(&root);
    for kept in store.kept().filter(inside) {
        match kept.kind().strip_prefix(SERVICE) {
            Some("/workspaces") => {
                let (name, id) = (&kept.sent.name, &kept.sent.id);
                let policy = store.find(&format!("{id}/policies/policy"));
                let text = policy.and_then(|it| it.property("value")?.as_str());
                let display = kept.property("displayName").and_then(Value::as_str);
                service.workspaces.push(Workspace {
                    name: name.clone(),
                    display_name: display.unwrap_or(name).to_owned(),
                    policy: text.map(|text| {
                        let path = format!("workspaces/{name}/policy.xml");
                        PolicyDocument::raw(Source::new(path, text))
                    }),
                });
            }
            Some("/workspaces/apis") => {
                let name = kept.sent.name.split(";rev=").next().unwrap_or_default();
                let own = service
                    .apis
                    .iter_mut()
                    .filter(|it| it.name.eq_ignore_ascii_case(name));
                own.for_each(|api| api.workspace = kept.workspace().map(str::to_owned));
            }
            _ => (),
        }
    }
}

/// Puts operations that are resources of their own into their APIs, each with its policy.
fn operations(store: &Store, own: Option<&Kept>, service: &mut Service, findings: &mut Vec<Finding>) {
    let Some(own) = own else { return };
    let root = format!("{}/", own.sent.id.to_ascii_lowercase());
    let all = store
        .kept()
        .filter(|kept| kept.plain_kind() == "microsoft.apimanagement/service/apis/operations");
    for kept in all.filter(|kept| kept.sent.id.to_ascii_lowercase().starts_with(&root)) {
        // `.../apis/{api}/operations/{operation}`
        let name = kept.sent.id.rsplit('/').nth(2).unwrap_or_default();
        let (name, revision) = name
            .split_once(";rev=")
            .map_or((name, None), |(name, revision)| (name, Some(revision)));
        let api = service.apis.iter_mut().find(|api| {
            api.name.eq_ignore_ascii_case(name)
                && revision.map_or(api.is_current, |revision| api.revision == revision)
        });
        let Some(api) = api else { continue };
        let Some((mut operation, source)) = operation(kept, findings) else {
            continue;
        };
        let key = format!("{}/{}", api.key(), operation.name);
        let known = api
            .operations
            .iter()
            .position(|it| it.name.eq_ignore_ascii_case(&operation.name));
        match known {
            Some(at) => {
                operation.policy = api.operations[at].policy.take();
                api.operations[at] = operation;
            }
            None => api.operations.push(operation),
        }
        service
            .origins
            .note(ResourceKind::Operation, &key, &source, "/properties");
    }
    for api in &mut service.apis {
        let root = match &api.workspace {
            Some(workspace) => format!("{root}workspaces/{workspace}/apis/"),
            None => format!("{root}apis/"),
        };
        for operation in api
            .operations
            .iter_mut()
            .filter(|operation| operation.policy.is_none())
        {
            let id = format!("{root}{}/operations/{}/policies/policy", api.name, operation.name);
            if let Some(text) = store
                .find(&id)
                .and_then(|kept| kept.property("value"))
                .and_then(Value::as_str)
            {
                let path = format!("apis/{}/operations/{}/policy.xml", api.name, operation.name);
                operation.policy = Some(PolicyDocument::raw(Source::new(path, text)));
            }
        }
    }
    // The folder's reader knew only what was imported.
    findings.retain(|finding| {
        let Some(rest) = finding.source.name().strip_prefix("apis/") else {
            return true;
        };
        let mut parts = rest.split('/');
        let (api, operation) = (parts.next().unwrap_or_default(), parts.nth(1).unwrap_or_default());
        let exists = service
            .apis
            .iter()
            .any(|it| it.name == api && it.operations.iter().any(|it| it.name == operation));
        !(finding.diagnostic.code == "unknown-operation" && exists)
    });
}

/// Mocks have the keys that `listKeys` gave.
fn keys(store: &Store, service: &mut Service) {
    for kept in store.kept().filter(|kept| kept.kind() == ACCOUNTS) {
        let label = kept
            .property("customSubDomainName")
            .and_then(Value::as_str)
            .unwrap_or(&kept.sent.name);
        let account = service
            .accounts
            .iter()
            .find(|account| account.name.eq_ignore_ascii_case(label));
        let name = account
            .map_or(kept.sent.name.as_str(), |account| account.name.as_str())
            .to_owned();
        let settings = service.settings.accounts.entry(name).or_default();
        if settings.keys.is_empty() || kept.sent.body.contains_key(KEYS) {
            settings.keys = keys_of_account(kept, &store.facts).to_vec();
        }
    }
    for subscription in &mut service.subscriptions {
        let kept = store.kept().find(|kept| {
            kept.plain_kind() == "microsoft.apimanagement/service/subscriptions"
                && kept.sent.name == subscription.name
        });
        let Some(kept) = kept else { continue };
        let Ok(keys) = crate::actions::act(store, "listSecrets", &kept.sent.id) else {
            continue;
        };
        let key = |name: &str| keys[name].as_str().map(str::to_owned);
        subscription.primary_key = key("primaryKey");
        subscription.secondary_key = key("secondaryKey");
    }
}

/// Names each policy after the file that it was loaded from, so that what is wrong in it is shown there.
fn sources(service: &mut Service, texts: &BTreeMap<String, String>) {
    let apis = service.apis.iter_mut();
    let of_apis = apis.flat_map(|api| {
        let operations = api.operations.iter_mut().filter_map(|it| it.policy.as_mut());
        api.policy.iter_mut().chain(operations)
    });
    let products = service.products.iter_mut().filter_map(|it| it.policy.as_mut());
    let fragments = service.fragments.iter_mut().map(|it| &mut it.document);
    let workspaces = service.workspaces.iter_mut().filter_map(|it| it.policy.as_mut());
    for document in service
        .policy
        .iter_mut()
        .chain(workspaces)
        .chain(products)
        .chain(fragments)
        .chain(of_apis)
    {
        if let Some(path) = likeliest(document.source.text(), texts) {
            document.source = Source::new(path, document.source.text());
        }
    }
}

// A template mostly puts names into a text that it loads: as many lines, and most of them the same.
fn likeliest<'a>(text: &str, texts: &'a BTreeMap<String, String>) -> Option<&'a str> {
    let lines: Vec<&str> = text.lines().collect();
    let same = |other: &str| lines.iter().zip(other.lines()).filter(|(a, b)| **a == *b).count();
    let alike = texts
        .iter()
        .filter(|(_, other)| other.lines().count() == lines.len());
    let (count, path) = alike
        .map(|(path, other)| (same(other), path))
        .max_by_key(|(count, _)| *count)?;
    (count * 2 > lines.len()).then_some(path)
}

/// Says once which types have no effect.
fn stored_only(store: &Store) -> Option<Finding> {
    let mut stored = store
        .kept()
        .filter(|kept| !kept.is_emulated && !kept.is_bookkeeping());
    let first = stored.next()?;
    let mut types: Vec<&str> = std::iter::once(first)
        .chain(stored)
        .map(|kept| kept.sent.r#type.as_str())
        .collect();
    types.sort_by_key(|name| name.to_ascii_lowercase());
    types.dedup_by_key(|name| name.to_ascii_lowercase());
    let message = format!("stored, not emulated: {}", types.join(", "));
    Some(at(
        first,
        "",
        Diagnostic::info("stored", message, Span::default()),
    ))
}
