//! `yaml service` blocks: a small language for the resources that cases need.

use crate::root;
use indexmap::IndexMap;
use model::{
    BackendKind, CircuitBreaker, IsoDuration, KeyNames, Service, Settings, SubscriptionState,
    VersioningScheme,
};
use serde::Deserialize;
use std::time::Duration;
use testkit::{Api, Backend, Breaker, Pool, operation};

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

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct ApiSetup {
    name: String,
    display_name: Option<String>,
    path: Option<String>,
    service_url: Option<String>,
    /// Whether a key is needed; not by default, unlike Azure, to keep pages short.
    key: bool,
    key_header: Option<String>,
    key_query: Option<String>,
    key_bearer: bool,
    version: String,
    version_set: Option<String>,
    revision: Option<String>,
    current: Option<bool>,
    online: Option<bool>,
    protocols: Vec<String>,
    operations: Option<Vec<OperationSetup>>,
    /// An OpenAPI document, instead of `operations`.
    openapi: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OperationSetup {
    /// `METHOD TEMPLATE`, or `NAME: METHOD TEMPLATE`.
    Line(String),
    Full(FullOperation),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct FullOperation {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    display_name: Option<String>,
    /// `METHOD TEMPLATE`.
    at: String,
    /// Status, media type, example.
    #[serde(default)]
    responses: IndexMap<u16, IndexMap<String, String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct ProductSetup {
    open: bool,
    apis: Vec<String>,
    display_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct SubscriptionSetup {
    key: String,
    #[serde(default)]
    secondary: Option<String>,
    #[serde(default)]
    scope: Option<String>,
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    owner: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct UserSetup {
    email: String,
    first_name: String,
    last_name: String,
    note: String,
    blocked: bool,
    groups: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum NamedValueSetup {
    Text(String),
    Secret { secret: String },
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct BackendSetup {
    url: Option<String>,
    breaker: Option<BreakerSetup>,
    /// `NAME [priority N] [weight N]`.
    pool: Option<Vec<String>>,
    affinity: Option<String>,
    /// Whole `properties` as ARM has them, for what this language has no word for.
    contract: Option<model::Backend>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct BreakerSetup {
    count: Option<u64>,
    percentage: Option<u64>,
    /// Statuses: `429`, `500-599`, separated by commas.
    on: String,
    reasons: Vec<String>,
    interval: Option<IsoDuration>,
    trip: Option<IsoDuration>,
    retry_after: bool,
    answer: Option<u16>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct AccountSetup {
    location: String,
    /// `OpenAI` unless it says otherwise.
    kind: Option<String>,
    /// Texts by the blocklist's name.
    blocklists: IndexMap<String, Vec<String>>,
    /// `NAME: MODEL SKU CAPACITY`.
    deployments: IndexMap<String, String>,
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
        for (name, scheme) in &self.version_sets {
            service.version_sets.push(version_set(name, scheme)?);
        }
        service.products = self
            .products
            .iter()
            .map(|(name, product)| product.build(name))
            .collect();
        for (name, subscription) in &self.subscriptions {
            service.subscriptions.push(subscription.build(name)?);
        }
        service.users = self.users.iter().map(|(name, user)| user.build(name)).collect();
        let groups = self.groups.iter();
        service.groups = groups
            .map(|(name, display)| model::Group {
                name: name.clone(),
                display_name: display.clone(),
            })
            .collect();
        service.named_values = self
            .named_values
            .iter()
            .map(|(name, value)| value.build(name))
            .collect();
        for (name, backend) in &self.backends {
            service.backends.push(backend.build(name)?);
        }
        let loggers = self.loggers.iter();
        service.loggers = loggers
            .map(|name| model::Logger {
                name: name.clone(),
                kind: "azureEventHub".to_owned(),
            })
            .collect();
        let caches = self.caches.iter();
        service.caches = caches
            .map(|name| model::ExternalCache {
                name: name.clone(),
                use_from_location: "default".to_owned(),
            })
            .collect();
        for (name, text) in &self.schemas {
            service.schemas.push(model::SchemaResource {
                name: name.clone(),
                kind: match text.trim_start().starts_with('<') {
                    true => model::SchemaKind::Xml,
                    false => model::SchemaKind::Json,
                },
                text: text.clone(),
            });
        }
        for (name, properties) in &self.diagnostics {
            let (api, name) = match name.split_once('/') {
                Some((api, name)) => (Some(api.to_owned()), name),
                None => (None, name.as_str()),
            };
            let read = model::Diagnostic::from_properties(name, api, properties)
                .map_err(|error| error.to_string())?;
            service.diagnostics.extend(read);
        }
        for (name, account) in &self.accounts {
            service.accounts.push(account.build(name)?);
        }
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

impl ApiSetup {
    fn build(&self) -> Result<model::Api, String> {
        let name = if self.name.is_empty() { "api" } else { &self.name };
        let mut api = Api::new(name).into_model();
        api.display_name = self.display_name.clone().unwrap_or_else(|| name.to_owned());
        api.path = self.path.clone().unwrap_or_default();
        api.service_url = Some(
            self.service_url
                .clone()
                .unwrap_or_else(|| "http://backend.test".to_owned()),
        );
        if api.service_url.as_deref() == Some("none") {
            api.service_url = None;
        }
        api.subscription_required = self.key;
        let standard = KeyNames::default();
        api.key_names = KeyNames {
            header: self.key_header.clone().unwrap_or(standard.header),
            query: self.key_query.clone().unwrap_or(standard.query),
            bearer: self.key_bearer,
        };
        api.version.clone_from(&self.version);
        api.version_set.clone_from(&self.version_set);
        api.revision = self.revision.clone().unwrap_or_else(|| "1".to_owned());
        api.is_current = self.current.unwrap_or(true);
        api.is_online = self.online.unwrap_or(true);
        api.protocols.clone_from(&self.protocols);
        if let Some(text) = &self.openapi {
            api.operations = imported(text)?;
            return Ok(api);
        }
        api.operations = match &self.operations {
            Some(operations) => operations
                .iter()
                .map(OperationSetup::build)
                .collect::<Result<_, _>>()?,
            None => ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
                .into_iter()
                .map(|method| operation(method, "/*"))
                .collect(),
        };
        Ok(api)
    }
}

// The operations of an OpenAPI document, as a folder with it would bring them.
fn imported(text: &str) -> Result<Vec<model::Operation>, String> {
    let files = [
        ("apis/a/apiInformation.json", r#"{"properties": {}}"#),
        ("apis/a/specification.yaml", text),
    ];
    let (service, findings) = apiops::read_embedded(&files);
    let broken = findings.iter().find(|it| it.is_error());
    match (broken, service.apis.into_iter().next()) {
        (Some(finding), _) => Err(format!("openapi: {}", finding.diagnostic.message)),
        (None, Some(api)) => Ok(api.operations),
        (None, None) => Err("openapi: nothing was read".to_owned()),
    }
}

impl OperationSetup {
    fn build(&self) -> Result<model::Operation, String> {
        match self {
            OperationSetup::Line(line) => match line.split_once(": ") {
                Some((name, at)) => at_template(at, Some(name)),
                None => at_template(line, None),
            },
            OperationSetup::Full(full) => {
                let mut built = at_template(&full.at, full.name.as_deref())?;
                if let Some(display_name) = &full.display_name {
                    built.display_name.clone_from(display_name);
                }
                built.responses = full
                    .responses
                    .iter()
                    .map(|(status, media)| response(*status, media))
                    .collect();
                Ok(built)
            }
        }
    }
}

fn at_template(text: &str, name: Option<&str>) -> Result<model::Operation, String> {
    let (method, template) = text
        .trim()
        .split_once(' ')
        .ok_or_else(|| format!("`{text}` is no `METHOD TEMPLATE`"))?;
    let mut built = operation(method, template.trim());
    if let Some(name) = name {
        name.trim().clone_into(&mut built.name);
    }
    Ok(built)
}

fn response(status: u16, media: &IndexMap<String, String>) -> model::Response {
    let representations = media.iter().map(|(media, body)| {
        let examples = match body.is_empty() {
            true => Vec::new(),
            false => vec![model::Example {
                name: "default".to_owned(),
                body: body.clone(),
            }],
        };
        (media.clone(), examples)
    });
    model::Response {
        status,
        representations: representations.collect(),
    }
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

impl ProductSetup {
    fn build(&self, name: &str) -> model::Product {
        model::Product {
            name: name.to_owned(),
            display_name: self.display_name.clone().unwrap_or_else(|| name.to_owned()),
            subscription_required: !self.open,
            published: true,
            apis: self.apis.clone(),
            ..model::Product::default()
        }
    }
}

impl SubscriptionSetup {
    fn build(&self, name: &str) -> Result<model::Subscription, String> {
        let state = match self.state.as_deref() {
            None | Some("active") => SubscriptionState::Active,
            Some("suspended" | "cancelled" | "expired" | "submitted" | "rejected") => {
                SubscriptionState::Inactive
            }
            Some(other) => return Err(format!("`{other}` is no state of a subscription")),
        };
        Ok(model::Subscription {
            name: name.to_owned(),
            display_name: name.to_owned(),
            scope: model::Scope::parse(self.scope.as_deref().unwrap_or("/")),
            state,
            owner: self.owner.clone(),
            primary_key: Some(self.key.clone()),
            secondary_key: self.secondary.clone(),
            allow_tracing: false,
        })
    }
}

impl UserSetup {
    fn build(&self, name: &str) -> model::User {
        model::User {
            name: name.to_owned(),
            email: self.email.clone(),
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            note: self.note.clone(),
            blocked: self.blocked,
            groups: self.groups.clone(),
        }
    }
}

impl NamedValueSetup {
    fn build(&self, name: &str) -> model::NamedValue {
        let (value, secret) = match self {
            NamedValueSetup::Text(value) => (value, false),
            NamedValueSetup::Secret { secret } => (secret, true),
        };
        model::NamedValue {
            name: name.to_owned(),
            display_name: name.to_owned(),
            value: Some(value.clone()),
            secret,
            key_vault: None,
        }
    }
}

impl BackendSetup {
    fn build(&self, name: &str) -> Result<model::Backend, String> {
        if let Some(contract) = &self.contract {
            return Ok(model::Backend {
                name: name.to_owned(),
                ..contract.clone()
            });
        }
        if let Some(members) = &self.pool {
            let mut pool = Pool::new(name);
            if let Some(cookie) = &self.affinity {
                pool = pool.affinity(cookie);
            }
            for member in members {
                pool = add_member(pool, member)?;
            }
            return Ok(pool.0);
        }
        let url = self.url.as_deref().unwrap_or_default();
        let mut backend = Backend::new(name, url).0;
        backend.kind = BackendKind::Single;
        if let Some(breaker) = &self.breaker {
            backend.circuit_breaker = Some(CircuitBreaker {
                rules: vec![breaker.build()?],
            });
        }
        Ok(backend)
    }
}

fn add_member(pool: Pool, text: &str) -> Result<Pool, String> {
    let number = |text: &str| text.parse::<u64>().map_err(|_| format!("`{text}` is no number"));
    match text.split_whitespace().collect::<Vec<_>>()[..] {
        [name] => Ok(pool.member(name)),
        [name, "priority", priority] => Ok(pool.prioritised(name, number(priority)?)),
        [name, "weight", weight] => Ok(pool.weighted(name, 1, number(weight)?)),
        [name, "priority", priority, "weight", weight] => {
            Ok(pool.weighted(name, number(priority)?, number(weight)?))
        }
        _ => Err(format!("`{text}` is no `NAME [priority N] [weight N]`")),
    }
}

impl BreakerSetup {
    fn build(&self) -> Result<model::BreakerRule, String> {
        let minute = IsoDuration(Duration::from_secs(60));
        let mut rule = Breaker::on([]).0;
        rule.failure_condition.count = match self.percentage {
            Some(_) => self.count,
            None => self.count.or(Some(1)),
        };
        rule.failure_condition.percentage = self.percentage;
        rule.failure_condition.interval = Some(self.interval.unwrap_or(minute));
        rule.failure_condition.error_reasons.clone_from(&self.reasons);
        for range in self
            .on
            .split(',')
            .map(str::trim)
            .filter(|range| !range.is_empty())
        {
            let (min, max) = range.split_once('-').unwrap_or((range, range));
            let status = |text: &str| {
                text.parse()
                    .map_err(|_| format!("`{range}` is no range of statuses"))
            };
            rule.failure_condition
                .status_code_ranges
                .push(model::StatusRange {
                    min: status(min)?,
                    max: status(max)?,
                });
        }
        rule.trip_duration = self.trip.unwrap_or(minute);
        rule.accept_retry_after = self.retry_after;
        rule.failure_response = self
            .answer
            .map(|status_code| model::FailureResponse { status_code });
        Ok(rule)
    }
}

impl AccountSetup {
    fn build(&self, name: &str) -> Result<model::Account, String> {
        let mut account = testkit::Account::new(name, &self.location);
        for (deployment, text) in &self.deployments {
            let words: Vec<&str> = text.split_whitespace().collect();
            let [model, sku, capacity] = words[..] else {
                return Err(format!("`{text}` is no `MODEL SKU CAPACITY`"));
            };
            let capacity = capacity
                .parse()
                .map_err(|_| format!("`{capacity}` is no number"))?;
            account = account.deployment(deployment, model, sku, capacity);
        }
        if let Some(kind) = &self.kind {
            account.0.kind.clone_from(kind);
        }
        for (list, texts) in &self.blocklists {
            let items = texts.iter().enumerate().map(|(at, text)| model::BlocklistItem {
                name: format!("item{at}"),
                pattern: text.clone(),
                is_regex: false,
            });
            account.0.blocklists.push(model::Blocklist {
                name: list.clone(),
                description: String::new(),
                items: items.collect(),
            });
        }
        Ok(account.0)
    }
}
