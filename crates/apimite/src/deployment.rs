//! Templates that are deployed here, instead of a folder that is read.

use bicep::{Disk, Environment, Outcome, Parameters};
use bytes::Bytes;
use clock::Clock;
use http_body_util::{BodyExt, Full};
use indexmap::IndexMap;
use model::Service;
use resources::{Facts, Made, Store};
use serde_json::{Value, json};
use source::{Diagnostic, Finding, Source, Span};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use wire::{Client, ClientOptions};

/// What is to be deployed, and how.
#[derive(Debug, Clone)]
pub(crate) struct Templates {
    /// Bicep files, ARM JSON templates or Bicep parameter files, deployed one after the other.
    pub(crate) files: Vec<String>,
    /// Parameter files and `name=value`; later ones replace earlier ones.
    pub(crate) parameters: Vec<String>,
    /// Name of the resource group.
    pub(crate) group: String,
    /// Region of the resource group.
    pub(crate) location: String,
    /// Refuses to fetch what an import names.
    pub(crate) offline: bool,
    /// Where what was deployed is kept between runs.
    pub(crate) data: Option<PathBuf>,
    /// What is there already, if it is known; else `data` holds it.
    pub(crate) base: Option<Box<Store>>,
    /// Tenant id, if it is not just any.
    pub(crate) tenant: Option<String>,
}

/// What came of it.
pub(crate) struct Deployment {
    pub(crate) store: Store,
    pub(crate) made: Option<Made>,
    /// By name of the output; of several templates the last one counts.
    pub(crate) outputs: IndexMap<String, bicep::OutputValue>,
    pub(crate) findings: Vec<Finding>,
    /// Every file that was asked for.
    pub(crate) read: BTreeSet<PathBuf>,
    /// What was there before.
    before: Store,
    /// What the templates deployed, by id.
    deployed: BTreeSet<String>,
}

/// What a deployment does to a resource, in the words of Azure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Create,
    Modify,
    NoChange,
    /// It is there, and the templates do not speak of it.
    Ignore,
}

pub(crate) const SETTINGS: &str = "apimite.toml";

impl Templates {
    /// The templates that `paths` name, if they do; a folder stands for the `main.bicep` in it.
    pub(crate) fn named(paths: &[String], parameters: &[String]) -> Option<Templates> {
        let mut files = Vec::new();
        let mut given: Vec<String> = Vec::new();
        for path in paths {
            let file = Path::new(path);
            let extension = file.extension().and_then(|it| it.to_str()).unwrap_or_default();
            if matches!(extension, "bicep" | "bicepparam" | "json" | "jsonc") && file.is_file() {
                files.push(path.clone());
                continue;
            }
            let main = file.join("main.bicep");
            if !file.is_dir() || !main.is_file() || file.join("apis").is_dir() {
                return None;
            }
            files.push(main.display().to_string());
            // The parameters that lie beside it are meant for it.
            let beside =
                ["main.bicepparam", "main.parameters.json", "params.json"].map(|name| file.join(name));
            given.extend(
                beside
                    .iter()
                    .find(|it| it.is_file())
                    .map(|it| it.display().to_string()),
            );
        }
        given.extend(parameters.iter().cloned());
        Some(Templates {
            files,
            parameters: given,
            group: "apimite".into(),
            location: "eastus".into(),
            offline: false,
            data: None,
            base: None,
            tenant: None,
        })
    }

    /// Deploys everything. `gateway` is where the gateway can be called.
    pub(crate) fn deploy(&self, gateway: &str, seed: u64) -> Deployment {
        let settings = self.settings();
        let text = settings.as_deref();
        let known = text.map(|text| apiops::read_embedded(&[(SETTINGS, text)]).0.settings);
        let environment = Environment {
            group: self.group.clone(),
            location: self.location.clone(),
            seed,
            now: Clock::real().now().seconds(),
            tenant: self
                .tenant
                .clone()
                .unwrap_or_else(|| Environment::default().tenant),
            ..Environment::default()
        };
        let facts = Facts {
            gateway: gateway.to_owned(),
            tenant: environment.tenant.clone(),
            location: self.location.clone(),
            seed,
            settings: known.unwrap_or_default(),
        };
        let mut deployment = Deployment {
            store: Store::new(facts),
            made: None,
            outputs: IndexMap::new(),
            findings: Vec::new(),
            // Also if it is not there: whoever makes it means it.
            read: self.beside(SETTINGS).into_iter().collect(),
            before: Store::default(),
            deployed: BTreeSet::new(),
        };
        if let Some(base) = &self.base {
            deployment.store = (**base).clone();
        } else if let Some(Err(error)) = self.data.as_ref().map(|folder| deployment.store.restore(folder)) {
            let source = Source::new("--data", "");
            deployment
                .findings
                .push(Diagnostic::error("state", error, Span::default()).found_in(&source));
        }
        deployment.before = deployment.store.clone();
        let mut texts = std::collections::BTreeMap::new();
        for file in &self.files {
            texts.extend(self.one(file, &environment, &mut deployment));
        }
        if !deployment.findings.iter().any(Finding::is_error) {
            let fetch = |url: &str| fetch(url, self.offline);
            let mut made = resources::service(&deployment.store, text, &texts, &fetch);
            let folder = self.beside("").unwrap_or_default();
            made.findings
                .extend(apiops::certificates(&folder, &mut made.service));
            deployment.findings.extend(made.findings.iter().cloned());
            deployment.made = Some(made);
        }
        deployment
    }

    /// A file, or the folder itself, where the first template is.
    pub(crate) fn beside(&self, name: &str) -> Option<PathBuf> {
        let folder = Path::new(self.files.first()?).parent()?;
        Some(match name {
            "" => folder.to_owned(),
            name => folder.join(name),
        })
    }

    fn settings(&self) -> Option<String> {
        std::fs::read_to_string(self.beside(SETTINGS)?).ok()
    }

    /// Text of the settings beside the templates.
    pub(crate) fn settings_text(&self) -> Option<String> {
        self.settings()
    }

    fn one(
        &self,
        file: &str,
        environment: &Environment,
        deployment: &mut Deployment,
    ) -> std::collections::BTreeMap<String, String> {
        let (mut parameters, mut found) = (Parameters::default(), Vec::new());
        let mut template = file.to_owned();
        let own = file.ends_with(".bicepparam").then(|| file.to_owned());
        for given in own.iter().chain(&self.parameters) {
            match read_parameters(given) {
                Ok(more) => parameters.extend(more),
                Err(findings) => found.extend(findings),
            }
        }
        deployment.read.extend(parameters.read.iter().map(PathBuf::from));
        if let (Some(_), Some(using)) = (&own, &parameters.using) {
            template = using.clone();
        }
        let mut loaded = bicep::load(&template, &Disk);
        deployment.read.extend(loaded.read.iter().map(PathBuf::from));
        deployment.findings.append(&mut loaded.findings);
        let is_bad = !found.is_empty();
        deployment.findings.extend(found);
        if is_bad || !loaded.is_good() {
            return loaded.texts;
        }
        if self.files.len() > 1 {
            // Each takes what it has a parameter for.
            parameters.keep(&loaded.parameters());
        }
        let name = Path::new(&template)
            .file_stem()
            .and_then(|it| it.to_str())
            .unwrap_or("main");
        let environment = Environment {
            deployment: name.to_owned(),
            ..environment.clone()
        };
        let (outcome, findings) = loaded.deploy(&parameters, &environment, &mut deployment.store);
        deployment.findings.extend(findings);
        let Outcome {
            outputs,
            extensions,
            resources,
        } = outcome;
        deployment
            .deployed
            .extend(resources.iter().map(|id| id.to_ascii_lowercase()));
        deployment.outputs.extend(outputs);
        if !extensions.is_empty() {
            let message = format!(
                "resources of these extensions are passed over: {}",
                extensions.join(", ")
            );
            let source = Source::new(template, "");
            deployment
                .findings
                .push(Diagnostic::info("stored", message, Span::default()).found_in(&source));
        }
        loaded.texts
    }
}

fn read_parameters(given: &str) -> Result<Parameters, Vec<Finding>> {
    let environment = |name: &str| std::env::var(name).ok();
    match given.split_once('=') {
        Some((name, value)) if !Path::new(given).exists() => {
            let mut parameters = Parameters::default();
            // What reads as JSON is meant as that, anything else as a text.
            let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
            parameters.set(name, value, "--parameters");
            Ok(parameters)
        }
        _ => bicep::parameter_file(given.strip_prefix('@').unwrap_or(given), &Disk, &environment),
    }
}

impl Templates {
    /// Keeps what was deployed, if that was asked for.
    pub(crate) fn keep(&self, deployment: &Deployment) -> Result<(), String> {
        let Some(folder) = &self.data else { return Ok(()) };
        let saved = deployment.store.save(folder);
        saved.map_err(|error| format!("cannot keep the state in `{}`: {error}", folder.display()))
    }
}

impl Deployment {
    /// The service, empty if something kept it from being made.
    pub(crate) fn take_service(&mut self) -> Service {
        self.made
            .as_mut()
            .map(|made| std::mem::take(&mut made.service))
            .unwrap_or_default()
    }

    /// Every resource, and what became of it.
    pub(crate) fn changes(&self) -> impl Iterator<Item = (Effect, &bicep::Deployed)> {
        self.store.sent().map(|resource| {
            let before = self
                .before
                .sent()
                .find(|it| it.id.eq_ignore_ascii_case(&resource.id));
            let change = match before {
                None => Effect::Create,
                Some(_) if !self.deployed.contains(&resource.id.to_ascii_lowercase()) => Effect::Ignore,
                Some(before) if before.body == resource.body => Effect::NoChange,
                Some(_) => Effect::Modify,
            };
            (change, resource)
        })
    }

    /// A finding of a later step, at the place where the author wrote what it is about.
    pub(crate) fn translate(&self, finding: Finding) -> Finding {
        match &self.made {
            Some(made) => made.translate(finding, &self.store),
            None => finding,
        }
    }

    /// The outputs as the management plane gives them.
    pub(crate) fn outputs(&self) -> Value {
        let outputs = self.outputs.iter();
        Value::Object(
            outputs
                .map(|(name, it)| (name.clone(), json!({ "type": it.r#type, "value": it.value })))
                .collect(),
        )
    }
}

/// How long an import may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The largest document that is imported.
const LARGEST: usize = 16 * 1024 * 1024;

/// Whether an address is on this machine.
fn is_here(url: &str) -> bool {
    let uri: Option<http::Uri> = url.parse().ok();
    let host = uri.as_ref().and_then(http::Uri::host).unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|it: IpAddr| it.is_loopback())
}

/// The text at an address that an import names.
pub(crate) fn fetch(url: &str, offline: bool) -> Result<String, String> {
    if offline && !is_here(url) {
        return Err("with `--offline` nothing is fetched from elsewhere".to_owned());
    }
    let request = http::Request::get(url)
        .header("user-agent", "apimite")
        .body(Full::new(Bytes::new()))
        .map_err(|error| format!("that is no address: {error}"))?;
    let answer = async {
        let clock = Clock::real();
        let client = Client::new(&clock, ClientOptions::default());
        let exchange = async {
            let response = client
                .send(request, false)
                .await
                .map_err(|error| error.to_string())?;
            let status = response.status();
            if !status.is_success() {
                return Err(format!("the server answered {status}"));
            }
            let body = http_body_util::Limited::new(response.into_body(), LARGEST);
            let bytes = body
                .collect()
                .await
                .map_err(|error| error.to_string())?
                .to_bytes();
            String::from_utf8(bytes.to_vec()).map_err(|_| "it is no text in UTF-8".to_owned())
        };
        match clock.timeout(PATIENCE, exchange).await {
            Some(result) => result,
            None => Err(format!("no answer within {} seconds", PATIENCE.as_secs())),
        }
    };
    // Reading a template is not a future; the runtime moves its other work to other threads meanwhile.
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(answer))
}
