//! What a deployed gateway has beside its APIs, changes under load, and files that are too large.

use super::process::Running;
use super::template::{FREE, POLICY, SMALL, get, small, write};
use super::{Binary, holds, same, test};
use crate::Test;
use bicep::{Disk, Environment, Parameters};
use resources::{Facts, Store};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test(
            "template > no request is lost while the files of a template change",
            changed_under_load,
        ),
        Test::new(
            "template > diagnostics, caches, schemas, certificates and secrets of vaults reach the service",
            beside,
        ),
        Test::new(
            "template > a parameter may be the secret of a vault",
            secret_parameters,
        ),
        Test::new(
            "template > files of many megabytes are refused or read, not choked on",
            large,
        ),
    ]
}

/// Callers that ask one request after the other until they are told to end; `bench` has the same with an even pace.
struct Callers {
    ends: Arc<AtomicBool>,
    threads: Vec<std::thread::JoinHandle<std::io::Result<usize>>>,
}

impl Callers {
    fn begin(address: &str) -> Callers {
        let ends = Arc::new(AtomicBool::new(false));
        let threads = (0..2).map(|_| {
            let (address, ends) = (address.to_owned(), ends.clone());
            std::thread::spawn(move || asked(&address, &ends))
        });
        Callers {
            threads: threads.collect(),
            ends,
        }
    }

    /// How many requests were answered; an error if one was not.
    fn end(self) -> Result<usize, String> {
        self.ends.store(true, Ordering::Relaxed);
        let mut answered = 0;
        for thread in self.threads {
            let result = thread.join().map_err(|_| "a caller panicked")?;
            answered += result.map_err(|error| error.to_string())?;
        }
        Ok(answered)
    }
}

fn asked(address: &str, ends: &AtomicBool) -> std::io::Result<usize> {
    let mut stream = std::net::TcpStream::connect(address)?;
    let mut answered = 0;
    let mut answer = Vec::new();
    while !ends.load(Ordering::Relaxed) {
        stream.write_all(b"GET /echo/ HTTP/1.1\r\nhost: x\r\n\r\n")?;
        answer.clear();
        // The answer has no body: its head is all of it.
        while !answer.ends_with(b"\r\n\r\n") {
            let mut part = [0; 1024];
            let count = stream.read(&mut part)?;
            answer.extend(&part[..count]);
            if count == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
        if !answer.starts_with(b"HTTP/1.1 200") {
            return Err(std::io::Error::other(
                String::from_utf8_lossy(&answer).into_owned(),
            ));
        }
        answered += 1;
    }
    Ok(answered)
}

async fn changed_under_load() -> Result<(), String> {
    let (binary, folder) = (Binary::build()?, small()?);
    let path = folder.path().display().to_string();
    let running: Running = binary.start(&[&["up", &path][..], &FREE].concat())?;
    let url = running.ready["outputs"]["url"]["value"]
        .as_str()
        .unwrap_or_default();
    let address = url
        .trim_start_matches("http://")
        .split('/')
        .next()
        .unwrap_or_default();
    let callers = Callers::begin(address);
    for change in 0..12 {
        let (version, own) = (format!("v{change}"), format!("{{version}}-{change}"));
        match change % 4 {
            0 => write(
                folder.path(),
                "params.json",
                &format!(r#"{{ "parameters": {{ "version": {{ "value": "{version}" }} }} }}"#),
            )?,
            1 => write(folder.path(), "policy.xml", &POLICY.replace("{version}", &own))?,
            2 => write(
                folder.path(),
                "main.bicep",
                &SMALL.replace("'Echo'", &format!("'Echo {change}'")),
            )?,
            _ => write(
                folder.path(),
                "main.bicep",
                &SMALL.replace("parent: api", "parent: ap"),
            )?,
        }
        let line = running.next_line()?;
        same(
            &line.to_string(),
            Value::Bool(change % 4 != 3),
            line["reloaded"].clone(),
        )?;
        let seen = get(url).await?;
        let policy = change - change % 4 + 1;
        let wanted = match change {
            0 => version,
            _ if change % 4 == 0 => format!("{version}-{}", change - 3),
            _ => format!("v{}-{policy}", change - change % 4),
        };
        same("the next request", wanted, seen)?;
        if change % 4 == 3 {
            // The mistake is mended, so that the next change is taken.
            write(folder.path(), "main.bicep", SMALL)?;
            same(
                "mended",
                Value::Bool(true),
                running.next_line()?["reloaded"].clone(),
            )?;
        }
    }
    let answered = callers.end()?;
    holds(format!("{answered} requests were answered"), answered > 12)
}

const BESIDE: &str = "
resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: 'safe'
  location: resourceGroup().location
  properties: { tenantId: tenant().tenantId, sku: { family: 'A', name: 'standard' } }
  resource secret 'secrets' = {
    name: 'word'
    properties: { value: 'open sesame' }
  }
}
resource value 'Microsoft.ApiManagement/service/namedValues@2024-05-01' = {
  parent: gateway
  name: 'word'
  properties: { displayName: 'word', secret: true, keyVault: { secretIdentifier: vault::secret.properties.secretUri } }
}
resource certificate 'Microsoft.ApiManagement/service/certificates@2024-05-01' = {
  parent: gateway
  name: 'client'
  properties: { data: base64('not really a PFX file'), password: 'p' }
}
resource cache 'Microsoft.ApiManagement/service/caches@2024-05-01' = {
  parent: gateway
  name: 'Default'
  properties: { connectionString: 'redis:6380', useFromLocation: 'default' }
}
resource shape 'Microsoft.ApiManagement/service/schemas@2024-05-01' = {
  parent: gateway
  name: 'order'
  properties: { schemaType: 'json', document: { type: 'object' } }
}
resource logger 'Microsoft.ApiManagement/service/loggers@2024-05-01' = {
  parent: gateway
  name: 'azuremonitor'
  properties: { loggerType: 'azureMonitor', isBuffered: false }
}
resource ofAll 'Microsoft.ApiManagement/service/diagnostics@2024-05-01' = {
  parent: gateway
  name: 'azuremonitor'
  properties: { loggerId: logger.id, sampling: { samplingType: 'fixed', percentage: json('12.5') } }
}
resource ofOne 'Microsoft.ApiManagement/service/apis/diagnostics@2024-05-01' = {
  parent: api
  name: 'azuremonitor'
  properties: {
    loggerId: logger.id
    logClientIp: true
    frontend: { request: { headers: [ 'x-team' ], body: { bytes: 64 } } }
    largeLanguageModel: { logs: 'enabled' }
  }
}
";

fn made(text: &str) -> Result<(resources::Made, Store), String> {
    let files = bicep::Memory::new([("main.bicep", text), ("policy.xml", POLICY)]);
    let loaded = bicep::load("main.bicep", &files);
    let mut store = Store::new(Facts::default());
    let (_, findings) = loaded.deploy(&Parameters::default(), &Environment::default(), &mut store);
    let all: Vec<_> = loaded.findings.iter().chain(&findings).collect();
    holds(format!("{all:?}"), all.is_empty())?;
    let made = resources::service(&store, None, &loaded.texts, &|_| {
        Err("nothing is fetched".to_owned())
    });
    let wrong = made.findings.iter().find(|it| it.is_error());
    holds(format!("{wrong:?}"), wrong.is_none())?;
    Ok((made, store))
}

fn beside() -> Result<(), String> {
    let text = SMALL.replace("param version string", "param version string = 'x'");
    let (made, _) = made(&format!("{text}{BESIDE}"))?;
    let service = made.service;
    same(
        "a secret of the vault",
        Some("open sesame"),
        service.named_values[0].value.as_deref(),
    )?;
    let certificate = service.certificates.first().ok_or("there is no certificate")?;
    same(
        "a certificate",
        b"not really a PFX file".to_vec(),
        certificate.data.clone(),
    )?;
    let caches: Vec<&str> = service
        .caches
        .iter()
        .map(|it| it.use_from_location.as_str())
        .collect();
    same("the caches", vec!["default"], caches)?;
    let loggers: Vec<&str> = service.loggers.iter().map(|it| it.name.as_str()).collect();
    same("the loggers", vec!["azuremonitor"], loggers)?;
    same("a schema", "order", service.schemas[0].name.as_str())?;
    let mut diagnostics = service.diagnostics.iter();
    let (all, one) = (diagnostics.next(), diagnostics.next());
    let (all, one) = (
        all.ok_or("no diagnostics")?,
        one.ok_or("no diagnostics of the API")?,
    );
    same("of all", (None, 12.5), (all.api.clone(), all.sampling))?;
    same("of one", Some("echo"), one.api.as_deref())?;
    holds(
        "what is logged",
        one.llm && one.log_client_ip && one.frontend.request.body_bytes == 64,
    )?;
    let stored = made.findings.iter().find(|it| it.diagnostic.code == "stored");
    let stored = stored.map(|it| it.diagnostic.message.as_str());
    same(
        "stored",
        Some("stored, not emulated: Microsoft.KeyVault/vaults, Microsoft.KeyVault/vaults/secrets"),
        stored,
    )
}

fn secret_parameters() -> Result<(), String> {
    let folder = small()?;
    let main = folder.path().join("main.bicep").display().to_string();
    let id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/apimite/providers/Microsoft.KeyVault/vaults/safe";
    let reference = json!({ "parameters": { "version": { "reference": { "keyVault": { "id": id }, "secretName": "word" } } } });
    write(folder.path(), "params.json", &reference.to_string())?;
    write(
        folder.path(),
        "main.bicepparam",
        "using 'main.bicep'\nparam version = az.getSecret('00000000-0000-0000-0000-000000000000', 'apimite', 'safe', 'word')\n",
    )?;
    let loaded = bicep::load(&main, &Disk);
    for file in ["params.json", "main.bicepparam"] {
        let path = folder.path().join(file).display().to_string();
        let parameters = bicep::parameter_file(&path, &Disk, &|_| None).map_err(|it| format!("{it:?}"))?;
        same(
            "as JSON",
            &reference["parameters"]["version"],
            &parameters.to_json()["parameters"]["version"],
        )?;
        let mut store = Store::new(Facts::default());
        let (_, findings) = loaded.deploy(&parameters, &Environment::default(), &mut store);
        let shown: Vec<String> = findings
            .iter()
            .map(|it| format!("{}: {}", it.diagnostic.code, it.source.name()))
            .collect();
        same(
            "a vault that is not there",
            vec![format!("missing-secret: {path}")],
            shown,
        )?;
        // What an earlier template deployed is there.
        let vault = bicep::Memory::new([(
            "vault.bicep",
            &BESIDE[..BESIDE.find("resource value").unwrap_or(0)],
        )]);
        let vault = bicep::load("vault.bicep", &vault);
        vault.deploy(&Parameters::default(), &Environment::default(), &mut store);
        let (outcome, findings) = loaded.deploy(&parameters, &Environment::default(), &mut store);
        holds(format!("{findings:?}"), findings.is_empty())?;
        let policy = outcome.resources.last().cloned().unwrap_or_default();
        let policy = bicep::Cloud::get(&store, &policy).unwrap_or_default();
        let text = policy["properties"]["value"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        holds(text.clone(), text.contains("<value>open sesame</value>"))?;
    }
    Ok(())
}

fn large() -> Result<(), String> {
    let shown = |name: &str, text: &str| {
        let loaded = bicep::load(name, &bicep::Memory::new([(name, text)]));
        let first = loaded.findings.first();
        let place = first.map(|it| it.source.position(it.diagnostic.span.start));
        (
            loaded.findings.len(),
            first.map_or("", |it| it.diagnostic.code),
            place.map_or((0, 0), |it| (it.line, it.column)),
        )
    };
    let most = 16 * 1024 * 1024;
    same(
        "too large",
        (1, "BCP184", (1, 1)),
        shown("main.bicep", &" ".repeat(most + 1)),
    )?;
    same(
        "too large",
        (1, "BCP184", (1, 1)),
        shown("main.json", &" ".repeat(most + 1)),
    )?;
    // A template of as many megabytes as Azure takes, and what is nothing at all.
    let named = "var x = 'a text that takes some room in a file of many lines'\n";
    let lines = 40_000;
    let many: String = (0..lines)
        .map(|line| named.replace('x', &format!("x{line}")))
        .collect();
    same("many variables", 0, shown("main.bicep", &many).0)?;
    let (count, code, place) = shown("main.bicep", &"? \" ".repeat(100_000));
    same("no Bicep at all", ("BCP001", (1, 3)), (code, place))?;
    holds(
        format!("{count} mistakes are shown"),
        (1..=1_000).contains(&count),
    )?;
    let (count, code, _) = shown("main.bicep", &"resorce x = [\n".repeat(100_000));
    same("one in every line", "BCP007", code)?;
    holds(
        format!("{count} mistakes are shown"),
        (1..=1_000).contains(&count),
    )?;
    same(
        "half of a list",
        "invalid-json",
        shown("main.json", &"[".repeat(1_000_000)).1,
    )
}
