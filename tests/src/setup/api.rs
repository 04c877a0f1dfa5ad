//! APIs and their operations.

use indexmap::IndexMap;
use model::KeyNames;
use serde::Deserialize;
use testkit::{Api, operation};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct ApiSetup {
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
pub(super) enum OperationSetup {
    /// `METHOD TEMPLATE`, or `NAME: METHOD TEMPLATE`.
    Line(String),
    Full(FullOperation),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct FullOperation {
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

impl ApiSetup {
    pub(super) fn build(&self) -> Result<model::Api, String> {
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
    pub(super) fn build(&self) -> Result<model::Operation, String> {
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
