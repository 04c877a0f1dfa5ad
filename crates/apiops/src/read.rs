use crate::fields::{Fields, Origin, parse_json};
use crate::overrides::{Overrides, merge};
use crate::tree::{Tree, plain};
use crate::{access, api, backend, caches, foundry, logs, settings, values};
use model::{PolicyDocument, ResourceKind, Service};
use serde_json::Value;
use source::{Diagnostic, Finding, Source, Span, nearest};

/// What the readers of the collections share.
pub(crate) struct Reader<'a> {
    pub(crate) overrides: &'a Overrides,
    pub(crate) service: Service,
    pub(crate) findings: Vec<Finding>,
    /// Whether any policy answers with samples, so that making them is worth the time.
    pub(crate) wants_samples: bool,
}

/// The information file of a resource, with the publisher's override put over it.
pub(crate) struct Information<'a> {
    pub(crate) value: Value,
    pub(crate) origin: Origin<'a>,
}

impl Information<'_> {
    /// The `properties` of the resource.
    pub(crate) fn properties(&self, findings: &mut Vec<Finding>) -> Option<Fields<'_>> {
        let whole = Fields::new(&self.value, &self.origin, "");
        if whole.get("properties").is_none() {
            findings.push(
                self.origin
                    .error("/properties", "missing-value", "`properties` is missing"),
            );
        }
        whole.object("properties", findings)
    }
}

// Collections that the extractor writes and that have no effect on the gateway yet, or none at all.
const WITHOUT_EFFECT: &[&str] = &["tags", "gateways"];
const COLLECTIONS: &[&str] = &[
    "apis",
    "backends",
    "caches",
    "diagnostics",
    "foundry",
    "groups",
    "loggers",
    "named values",
    "policy fragments",
    "products",
    "schemas",
    "subscriptions",
    "users",
    "version sets",
];

/// Reads a whole folder.
pub(crate) fn service(tree: &Tree, mut findings: Vec<Finding>) -> (Service, Vec<Finding>) {
    let mut service = Service::default();
    settings::read(tree, &mut service, &mut findings);
    let overrides = Overrides::choose(tree, &service.settings, &mut findings);
    let own = &service.settings.service;
    service.name = own
        .name
        .clone()
        .or(overrides.service_name().map(str::to_owned))
        .unwrap_or_else(|| "apimite".into());
    service.sku = own.sku.clone().unwrap_or_default();
    service.location = own.location.clone().unwrap_or_default();
    let wants_samples = tree.mentions("<mock-response");
    let mut reader = Reader {
        overrides: &overrides,
        service,
        findings,
        wants_samples,
    };
    reader.service.policy = reader.policy(tree, &[]);
    values::named_values(&mut reader, tree);
    values::fragments(&mut reader, tree);
    values::version_sets(&mut reader, tree);
    logs::diagnostics(&mut reader, tree, None);
    logs::loggers(&mut reader, tree);
    logs::schemas(&mut reader, tree);
    backend::read(&mut reader, tree);
    caches::read(&mut reader, tree);
    api::read(&mut reader, tree);
    access::groups(&mut reader, tree);
    access::users(&mut reader, tree);
    access::products(&mut reader, tree);
    access::subscriptions(&mut reader, tree);
    foundry::read(&mut reader, tree);
    let Reader {
        service,
        mut findings,
        ..
    } = reader;
    overrides.unused(&mut findings);
    leftovers(tree, &mut findings);
    (service, findings)
}

impl<'a> Reader<'a> {
    /// The information file of the resource in `folder`, which `path` names by kinds and names.
    pub(crate) fn information<'b>(
        &mut self,
        folder: &'b Tree,
        file: &str,
        path: &[&str],
    ) -> Option<Information<'b>>
    where
        'a: 'b,
    {
        let Some(source) = folder.file(file) else {
            folder.pass_over(); // One finding for the folder is enough.
            let missing = Source::new(format!("{}/{file}", folder.path), "");
            let message = format!("`{}` has no `{file}`", folder.path);
            self.findings
                .push(Diagnostic::error("missing-file", message, Span::default()).found_in(&missing));
            return None;
        };
        let mut value = match parse_json(source) {
            Ok(value) => value,
            Err(finding) => {
                self.findings.push(finding);
                return None;
            }
        };
        let over = self.overrides.entry(path);
        if let Some(properties) = over.as_ref().and_then(|(_, _, over)| over.get("properties")) {
            // The folder's name and `;rev=` say which revision this is and which is current, whatever an override says.
            let mut properties = properties.clone();
            if let (Some(members), ["apis", _]) = (properties.as_object_mut(), path) {
                members.retain(|name, _| !matches!(name.as_str(), "apiRevision" | "isCurrent"));
            }
            merge(&mut value, &serde_json::json!({ "properties": properties }));
        }
        Some(Information {
            value,
            origin: Origin { source, over },
        })
    }

    /// Notes where a resource stands.
    pub(crate) fn note(&mut self, kind: ResourceKind, name: &str, source: &Source) {
        self.service.origins.note(kind, name, source, "/properties");
    }

    /// `policy.xml` of a folder, unless the override file holds its text. `path` names the resource that the policy belongs to.
    pub(crate) fn policy(&mut self, folder: &Tree, path: &[&str]) -> Option<PolicyDocument> {
        let file = folder.file("policy.xml").cloned();
        let path: Vec<&str> = path.iter().copied().chain(["policies", "policy"]).collect();
        let over = self.overrides.entry(&path).and_then(|(source, root, value)| {
            let text = value.pointer("/properties/value")?.as_str()?;
            Some(Source::new(format!("{}#{root}", source.name()), text))
        });
        over.or(file).map(PolicyDocument::raw)
    }
}

// Whatever nobody has read: a folder of a kind that has no effect, or a misspelling.
fn leftovers(tree: &Tree, findings: &mut Vec<Finding>) {
    for (name, folder) in tree.folders() {
        let Some(first) = folder.first() else { continue };
        let report =
            |diagnostic: Diagnostic, findings: &mut Vec<Finding>| findings.push(diagnostic.found_in(first));
        if WITHOUT_EFFECT.contains(&plain(name).as_str()) {
            folder.pass_over();
            let message = format!("`{name}` has no effect on the gateway yet");
            report(
                Diagnostic::info("not-supported", message, Span::default()),
                findings,
            );
        } else if plain(name) == "workspaces" {
            folder.pass_over();
            let message = "workspaces are not yet supported: nothing in them is served";
            report(
                Diagnostic::warning("not-supported", message, Span::default()),
                findings,
            );
        } else if !COLLECTIONS.iter().any(|known| plain(known) == plain(name)) {
            folder.pass_over();
            let message = format!("`{name}` is no folder of a service");
            let near = nearest(name, COLLECTIONS.iter().copied());
            report(
                Diagnostic::warning("unknown-folder", message, Span::default()).suggest(near),
                findings,
            );
        }
    }
    let mut unread = Vec::new();
    tree.unread(&mut unread);
    for (name, source) in unread {
        let message = format!("`{name}` is no file of a service at this place");
        findings.push(Diagnostic::warning("unknown-file", message, Span::default()).found_in(source));
    }
}

/// The last segment of an ARM id, or the text itself.
pub(crate) fn last_segment(id: &str) -> &str {
    id.trim_end_matches('/').rsplit('/').next().unwrap_or(id)
}
