//! `yaml service` blocks: a small language for the resources that cases need.

mod access; // who may call what
mod api; // APIs and their operations
mod backend; // backends and model servers

use crate::root;
use access::{NamedValueSetup, ProductSetup, SubscriptionSetup, UserSetup};
use api::ApiSetup;
use backend::{AccountSetup, BackendSetup};
use indexmap::IndexMap;
use model::{Service, Settings, VersioningScheme};
use serde::Deserialize;
use std::time::Duration;

/// What a `yaml service` block may say. Everything is optional.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Setup {
    /// `auto` (default), `manual` or `real`.
    pub(crate) clock: Option<String>,
    /// A fixture under `fixtures/labs`.
    pub(crate) lab: Option<String>,
    /// Refuses hosts that are neither a mock nor loopback.
    pub(crate) offline: bool,
    /// The client leaves after so long.
    pub(crate) patience: Option<String>,
    seed: Option<u64>,
    sku: Option<String>,
    location: Option<String>,
    apis: Vec<ApiSetup>,
    version_sets: IndexMap<String, String>,
    products: IndexMap<String, ProductSetup>,
    subscriptions: IndexMap<String, SubscriptionSetup>,
    users: IndexMap<String, UserSetup>,
    groups: IndexMap<String, String>,
    named_values: IndexMap<String, NamedValueSetup>,
    backends: IndexMap<String, BackendSetup>,
    accounts: IndexMap<String, AccountSetup>,
    /// Names of Event Hub loggers.
    loggers: Vec<String>,
    /// Names of external caches.
    caches: Vec<String>,
    /// Schemas by name: XML Schema if the text begins with `<`.
    schemas: IndexMap<String, String>,
    /// `properties` of diagnostics, by name or `API/NAME`.
    diagnostics: IndexMap<String, serde_json::Value>,
    settings: Option<Settings>,
}

/// Statements that a case or its page adds to a setup.
impl Setup {
    pub(crate) fn parse(text: &str) -> Result<Setup, String> {
        serde_saphyr::from_str(text).map_err(|error| format!("yaml service: {error}"))
    }

    /// The resources. Without any API there is one named `api` at the empty path that takes every method and path and
    /// forwards to `http://backend.test`.
    pub(crate) fn service(&self) -> Result<Service, String> {
        let mut service = Service {
            name: "apimite".to_owned(),
            sku: self.sku.clone().unwrap_or_else(|| "BasicV2".to_owned()),
            location: self.location.clone().unwrap_or_else(|| "westeurope".to_owned()),
            settings: self.settings.clone().unwrap_or_default(),
            ..Service::default()
        };
        service.settings.seed = self.seed.or(service.settings.seed);
        // Files of certificates lie among the fixtures.
        if let Some(finding) = apiops::certificates(&root().join("fixtures"), &mut service).first() {
            return Err(finding.diagnostic.message.clone());
        }
        service.apis = match self.apis.is_empty() {
            true => vec![ApiSetup::default().build()?],
            false => self.apis.iter().map(ApiSetup::build).collect::<Result<_, _>>()?,
        };
        service.version_sets = built(&self.version_sets, |name, scheme| version_set(name, scheme))?;
        service.products = built(&self.products, |name, it| Ok(it.build(name)))?;
        service.subscriptions = built(&self.subscriptions, |name, it| it.build(name))?;
        service.users = built(&self.users, |name, it| Ok(it.build(name)))?;
        service.groups = built(&self.groups, |name, display| Ok(group(name, display)))?;
        service.named_values = built(&self.named_values, |name, it| Ok(it.build(name)))?;
        service.backends = built(&self.backends, |name, it| it.build(name))?;
        service.loggers = self.loggers.iter().map(|name| logger(name)).collect();
        service.caches = self.caches.iter().map(|name| external_cache(name)).collect();
        service.schemas = built(&self.schemas, |name, text| Ok(schema(name, text)))?;
        service.diagnostics = built(&self.diagnostics, diagnostics)?
            .into_iter()
            .flatten()
            .collect();
        service.accounts = built(&self.accounts, |name, it| it.build(name))?;
        Ok(service)
    }

    /// How long the client waits for an answer, if it is not patient.
    pub(crate) fn patience(&self) -> Result<Option<Duration>, String> {
        self.patience.as_deref().map(duration).transpose()
    }
}

/// Reads `30s`, `500ms`, `2m` or `1h`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let number: f64 = text[..end]
        .parse()
        .map_err(|_| format!("`{text}` is no duration"))?;
    let seconds = match text[end..].trim() {
        "ms" => number / 1000.0,
        "s" => number,
        "m" => number * 60.0,
        "h" => number * 3600.0,
        _ => return Err(format!("`{text}` is no duration: 500ms, 30s, 2m, 1h")),
    };
    Ok(Duration::from_secs_f64(seconds))
}

fn built<S, R>(
    all: &IndexMap<String, S>,
    build: impl Fn(&str, &S) -> Result<R, String>,
) -> Result<Vec<R>, String> {
    all.iter().map(|(name, setup)| build(name, setup)).collect()
}

fn version_set(name: &str, scheme: &str) -> Result<model::VersionSet, String> {
    let scheme = match scheme.split_whitespace().collect::<Vec<_>>()[..] {
        ["segment"] => VersioningScheme::Segment,
        ["query", name] => VersioningScheme::Query(name.to_owned()),
        ["header", name] => VersioningScheme::Header(name.to_owned()),
        _ => {
            return Err(format!(
                "`{scheme}` is none of `segment`, `query NAME`, `header NAME`"
            ));
        }
    };
    Ok(model::VersionSet {
        name: name.to_owned(),
        display_name: name.to_owned(),
        scheme,
    })
}

fn group(name: &str, display_name: &str) -> model::Group {
    model::Group {
        name: name.to_owned(),
        display_name: display_name.to_owned(),
    }
}

fn logger(name: &str) -> model::Logger {
    model::Logger {
        name: name.to_owned(),
        kind: "azureEventHub".to_owned(),
    }
}

fn external_cache(name: &str) -> model::ExternalCache {
    model::ExternalCache {
        name: name.to_owned(),
        use_from_location: "default".to_owned(),
    }
}

fn schema(name: &str, text: &str) -> model::SchemaResource {
    model::SchemaResource {
        name: name.to_owned(),
        kind: match text.trim_start().starts_with('<') {
            true => model::SchemaKind::Xml,
            false => model::SchemaKind::Json,
        },
        text: text.to_owned(),
    }
}

// One resource may stand for several.
fn diagnostics(name: &str, properties: &serde_json::Value) -> Result<Vec<model::Diagnostic>, String> {
    let (api, name) = match name.split_once('/') {
        Some((api, name)) => (Some(api.to_owned()), name),
        None => (None, name),
    };
    let read =
        model::Diagnostic::from_properties(name, api, properties).map_err(|error| error.to_string())?;
    Ok(read.into_iter().collect())
}
