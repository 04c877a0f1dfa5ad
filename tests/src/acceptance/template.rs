//! A gateway that is deployed from Bicep and from ARM JSON.

use super::process::Running;
use super::{Binary, holds, same, test};
use crate::{Test, root};
use bicep::{Disk, Environment, Parameters};
use bytes::Bytes;
use clock::Clock;
use http::Request;
use http_body_util::{BodyExt, Full};
use resources::{Facts, Store};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

const LAB: &str = "fixtures/labs/backend-pool";

pub(super) fn tests() -> Vec<Test> {
    vec![
        Test::new(
            "template > the lab's Bicep is the service of its folder",
            one_service,
        ),
        test(
            "template > the lab's Bicep shows the lab's picture, and so does what is built of it",
            picture,
        ),
        test(
            "template > a changed template is served, a wrong one is reported and changes nothing",
            followed,
        ),
        Test::new("template > what is wrong is shown where it was written", places),
        Test::new("template > 300 resources", many),
        Test::new(
            "template > what was deployed is kept, and what-if tells what would change",
            kept,
        ),
        Test::new("template > under the name bicep the program is that tool", tool),
    ]
}

fn one_service() -> Result<(), String> {
    let folder = root().join(LAB);
    let (read, findings) = apiops::read(&folder);
    holds(format!("{findings:?}"), findings.is_empty())?;
    let loaded = bicep::load(&folder.join("main.bicep").display().to_string(), &Disk);
    let mut store = Store::new(Facts {
        seed: 42,
        location: "westeurope".into(),
        ..Facts::default()
    });
    let (_, findings) = loaded.deploy(&Parameters::default(), &Environment::default(), &mut store);
    holds(
        format!("{findings:?} {:?}", loaded.findings),
        findings.is_empty() && loaded.findings.is_empty(),
    )?;
    let settings = std::fs::read_to_string(folder.join("apimite.toml")).map_err(|error| error.to_string())?;
    let made = resources::service(&store, Some(&settings), &loaded.texts, &|_| {
        Err("nothing is fetched".to_owned())
    });
    let wrong = made.findings.iter().find(|it| it.is_error());
    holds(format!("{wrong:?}"), wrong.is_none())?;
    let deployed = &made.service;
    same(
        "backends",
        format!("{:?}", read.backends),
        format!("{:?}", deployed.backends),
    )?;
    same(
        "accounts",
        format!("{:?}", read.accounts),
        format!("{:?}", deployed.accounts),
    )?;
    same(
        "operations",
        format!("{:?}", read.apis[0].operations),
        format!("{:?}", deployed.apis[0].operations),
    )?;
    let api = |service: &model::Service| {
        let api = &service.apis[0];
        let policy = api.policy.as_ref().map(|it| it.source.text().to_owned());
        (
            api.path.clone(),
            api.key_names.clone(),
            api.subscription_required,
            api.service_url.clone(),
            policy,
        )
    };
    same("api", api(&read), api(deployed))?;
    same(
        "scope",
        format!("{:?}", read.subscriptions[0].scope),
        format!("{:?}", deployed.subscriptions[0].scope),
    )?;
    let source = deployed.apis[0]
        .policy
        .as_ref()
        .map(|it| it.source.name().to_owned())
        .unwrap_or_default();
    holds(source.clone(), source.ends_with("apis/inference-api/policy.xml"))
}

pub(super) const FREE: [&str; 5] = [
    "--gateway=127.0.0.1:0",
    "--control=127.0.0.1:0",
    "--foundry=127.0.0.1:0",
    "--format",
    "json",
];

async fn call(url: &str, key: &str) -> Result<(u16, String), String> {
    let body = json!({ "messages": [
        { "role": "system", "content": "Answer in one or two sentences." },
        { "role": "user", "content": "What is a harbour?" },
    ]});
    let request = Request::post(url)
        .header("api-key", key)
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body.to_string())))
        .map_err(|error| error.to_string())?;
    let client = wire::Client::new(&Clock::real(), wire::ClientOptions::default());
    let response = client
        .send(request, false)
        .await
        .map_err(|error| error.to_string())?;
    let region = response
        .headers()
        .get("x-ms-region")
        .and_then(|it| it.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let status = response.status().as_u16();
    response
        .into_body()
        .collect()
        .await
        .map_err(|error| error.to_string())?;
    Ok((status, region))
}

async fn regions(running: &Running) -> Result<Vec<String>, String> {
    let output = |name: &str| {
        running.ready["outputs"][name]["value"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    same(
        "the gateway's address",
        running.url("gateway"),
        output("gatewayUrl"),
    )?;
    let url = format!(
        "{}/inference/openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21",
        output("gatewayUrl")
    );
    let mut regions = Vec::new();
    for _ in 0..20 {
        let (status, region) = call(&url, &output("key")).await?;
        same("status", 200, status)?;
        regions.push(region);
    }
    Ok(regions)
}

async fn picture() -> Result<(), String> {
    let binary = Binary::build()?;
    let main = format!("{LAB}/main.bicep");
    let running = binary.start(&[&["up", &main, "--no-watch", "--clock", "auto"][..], &FREE].concat())?;
    let seen = regions(&running).await?;
    let first = seen.iter().take_while(|region| *region == "East US").count();
    holds(format!("{seen:?}"), (5..15).contains(&first))?;
    let rest = &seen[first..];
    let count = |name: &str| rest.iter().filter(|region| *region == name).count();
    let pair = [count("Sweden Central"), count("West US")];
    same("the rest", rest.len(), pair[0] + pair[1])?;
    holds(format!("{pair:?}"), pair[0].abs_diff(pair[1]) <= 1)?;
    drop(running);
    // The same from the ARM template that is built of it; texts are in it, so it may stand anywhere.
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let built = folder.path().join("main.json").display().to_string();
    let run = binary.run(&["bicep", "build", &main, "--outfile", &built])?;
    same(&run.stderr, Some(0), run.code)?;
    std::fs::copy(
        root().join(LAB).join("apimite.toml"),
        folder.path().join("apimite.toml"),
    )
    .map_err(|error| error.to_string())?;
    let running = binary.start(&[&["up", &built, "--no-watch", "--clock", "auto"][..], &FREE].concat())?;
    same("regions", seen, regions(&running).await?)
}

pub(super) const SMALL: &str = "
param version string
param location string = resourceGroup().location
resource gateway 'Microsoft.ApiManagement/service@2024-05-01' = {
  name: 'small'
  location: location
  sku: { name: 'BasicV2', capacity: 1 }
  properties: { publisherName: 'x', publisherEmail: 'x@example.com' }
}
resource api 'Microsoft.ApiManagement/service/apis@2024-05-01' = {
  parent: gateway
  name: 'echo'
  properties: { displayName: 'Echo', path: 'echo', protocols: [ 'https' ], subscriptionRequired: false }
}
resource operation 'Microsoft.ApiManagement/service/apis/operations@2024-05-01' = {
  parent: api
  name: 'get'
  properties: { displayName: 'Get', method: 'GET', urlTemplate: '/' }
}
resource policy 'Microsoft.ApiManagement/service/apis/operations/policies@2024-05-01' = {
  parent: operation
  name: 'policy'
  properties: { format: 'rawxml', value: replace(loadTextContent('policy.xml'), '{version}', version) }
}
output url string = '${gateway.properties.gatewayUrl}/echo/'
";

pub(super) const POLICY: &str = "<policies>
  <inbound>
    <return-response>
      <set-status code=\"200\" reason=\"OK\" />
      <set-header name=\"x-ms-region\" exists-action=\"override\"><value>{version}</value></set-header>
    </return-response>
  </inbound>
  <backend />
  <outbound />
  <on-error />
</policies>
";

pub(super) fn small() -> Result<tempfile::TempDir, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    write(folder.path(), "main.bicep", SMALL)?;
    write(folder.path(), "policy.xml", POLICY)?;
    write(
        folder.path(),
        "params.json",
        r#"{ "parameters": { "version": { "value": "one" } } }"#,
    )?;
    Ok(folder)
}

pub(super) fn write(folder: &Path, name: &str, text: &str) -> Result<(), String> {
    std::fs::write(folder.join(name), text).map_err(|error| format!("{name}: {error}"))
}

pub(super) async fn get(url: &str) -> Result<String, String> {
    let request = Request::get(url)
        .body(Full::new(Bytes::new()))
        .map_err(|error| error.to_string())?;
    let client = wire::Client::new(&Clock::real(), wire::ClientOptions::default());
    let response = client
        .send(request, false)
        .await
        .map_err(|error| error.to_string())?;
    same("status", 200, response.status().as_u16())?;
    let version = response
        .headers()
        .get("x-ms-region")
        .and_then(|it| it.to_str().ok())
        .unwrap_or_default();
    Ok(version.to_owned())
}

async fn followed() -> Result<(), String> {
    let (binary, folder) = (Binary::build()?, small()?);
    let path = folder.path().display().to_string();
    // A folder stands for its main.bicep, with the parameters beside it.
    let running = binary.start(&[&["up", &path][..], &FREE].concat())?;
    let url = running.ready["outputs"]["url"]["value"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    same("at first", "one", get(&url).await?.as_str())?;
    write(
        folder.path(),
        "params.json",
        r#"{ "parameters": { "version": { "value": "two" } } }"#,
    )?;
    same(
        "a changed parameter",
        Value::Bool(true),
        running.next_line()?["reloaded"].clone(),
    )?;
    same("then", "two", get(&url).await?.as_str())?;
    write(
        folder.path(),
        "policy.xml",
        &POLICY.replace("set-status", "set-statsu"),
    )?;
    let report = running.next_line()?;
    same("a wrong policy", Value::Bool(false), report["reloaded"].clone())?;
    let shown = report["documents"].to_string();
    holds(
        shown.clone(),
        shown.contains("policy.xml") && shown.contains("\"line\":4"),
    )?;
    same("still", "two", get(&url).await?.as_str())?;
    write(
        folder.path(),
        "policy.xml",
        &POLICY.replace("{version}", "{version}-three"),
    )?;
    same(
        "a changed policy",
        Value::Bool(true),
        running.next_line()?["reloaded"].clone(),
    )?;
    same("at last", "two-three", get(&url).await?.as_str())
}

fn places() -> Result<(), String> {
    let (binary, folder) = (Binary::build()?, small()?);
    let main = folder.path().join("main.bicep").display().to_string();
    let up = |extra: &[&str]| binary.run(&[&["up", &main, "--no-watch"][..], &FREE, extra].concat());
    let run = up(&[])?;
    same("a missing parameter", Some(1), run.code)?;
    holds(
        run.stderr.clone(),
        run.stderr.contains("missing-parameter") && run.stderr.contains("main.bicep:2:7"),
    )?;
    write(
        folder.path(),
        "main.bicep",
        &SMALL.replace("path: 'echo'", "path: [ 1 ]"),
    )?;
    let run = up(&["--parameters", "version=one"])?;
    same("a path that is no text", Some(1), run.code)?;
    holds(run.stderr.clone(), run.stderr.contains("main.bicep:13:38"))?;
    write(
        folder.path(),
        "main.bicep",
        &SMALL.replace("apis/operations/policies@", "apis/operations/policy@"),
    )?;
    let run = up(&["--parameters", "version=one"])?;
    holds(
        run.stderr.clone(),
        run.stderr
            .contains("did you mean `Microsoft.ApiManagement/service/apis/operations/policies`?"),
    )
}

fn many() -> Result<(), String> {
    let mut text = SMALL.replace("param version string", "param version string = 'x'");
    text.push_str(
        "resource values 'Microsoft.ApiManagement/service/namedValues@2024-05-01' = [for i in range(0, 300): {
  parent: gateway
  name: 'value-${i}'
  properties: { displayName: 'value-${i}', value: uniqueString(resourceGroup().id, string(i)) }
}]
",
    );
    let files = bicep::Memory::new([("main.bicep", text.as_str()), ("policy.xml", POLICY)]);
    let loaded = bicep::load("main.bicep", &files);
    let mut store = Store::new(Facts::default());
    let (outcome, findings) = loaded.deploy(&Parameters::default(), &Environment::default(), &mut store);
    holds(format!("{findings:?}"), findings.is_empty())?;
    same("resources", 304, outcome.resources.len())?;
    let made = resources::service(&store, None, &BTreeMap::new(), &|_| {
        Err("nothing is fetched".to_owned())
    });
    same("named values", 300, made.service.named_values.len())
}

fn kept() -> Result<(), String> {
    let (binary, folder) = (Binary::build()?, small()?);
    let (path, data) = (folder.path().display().to_string(), folder.path().join("data"));
    let data = data.display().to_string();
    let changes = |parameter: &str| -> Result<Vec<String>, String> {
        let run = binary.run(&[
            "up",
            &path,
            "--what-if",
            "--data",
            &data,
            "--parameters",
            parameter,
        ])?;
        same(&run.stderr, Some(0), run.code)?;
        Ok(run
            .stdout
            .lines()
            .filter_map(|line| line.chars().next())
            .map(String::from)
            .collect())
    };
    same(
        "before",
        vec!["+"; 4],
        changes("version=one")?.iter().map(String::as_str).collect(),
    )?;
    let running = binary.start(&[&["up", &path, "--no-watch", "--data", &data][..], &FREE].concat())?;
    drop(running);
    same(
        "the same again",
        vec!["="; 4],
        changes("version=one")?.iter().map(String::as_str).collect(),
    )?;
    same(
        "another policy",
        vec!["=", "=", "=", "~"],
        changes("version=two")?.iter().map(String::as_str).collect(),
    )?;
    let state =
        std::fs::read_to_string(Path::new(&data).join("state.json")).map_err(|error| error.to_string())?;
    holds(
        "the state is readable",
        state.contains("\"version\": 1") && state.lines().count() > 40,
    )
}

fn tool() -> Result<(), String> {
    let binary = Binary::build()?;
    let folder = small()?;
    let program = folder
        .path()
        .join(if cfg!(windows) { "bicep.exe" } else { "bicep" });
    std::fs::copy(binary.command(&[]).get_program(), &program).map_err(|error| error.to_string())?;
    let run = |arguments: &[&str]| {
        let output = std::process::Command::new(&program)
            .args(arguments)
            .current_dir(folder.path())
            .output();
        let output = output.map_err(|error| error.to_string())?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok::<_, String>((output.status.code(), text(output.stdout), text(output.stderr)))
    };
    let (code, version, _) = run(&["--version"])?;
    same("exit", Some(0), code)?;
    holds(
        version.clone(),
        version.starts_with("Bicep CLI version 0.") && version.lines().count() == 1,
    )?;
    let (code, template, said) = run(&["build", "--stdout", "main.bicep"])?;
    same(&said, (Some(0), true), (code, said.is_empty()))?;
    let template: Value = serde_json::from_str(&template).map_err(|error| error.to_string())?;
    same(
        "parameters",
        json!({ "type": "string" }),
        template["parameters"]["version"].clone(),
    )?;
    write(folder.path(), "wrong.bicep", "var first = zzzzzz\n")?;
    let (code, template, said) = run(&["build", "--stdout", "wrong.bicep"])?;
    same("a mistake", (Some(1), ""), (code, template.as_str()))?;
    same(
        "where",
        "wrong.bicep(1,13) : Error BCP057: there is no `zzzzzz` here",
        said.trim_end(),
    )?;
    write(
        folder.path(),
        "main.bicepparam",
        "using 'main.bicep'\nvar v = 'o'\nparam version = '${v}ne'\n",
    )?;
    let (code, values, said) = run(&["build-params", "main.bicepparam", "--stdout"])?;
    same(&said, Some(0), code)?;
    let values: Value = serde_json::from_str(&values).map_err(|error| error.to_string())?;
    let parameters: Value = serde_json::from_str(values["parametersJson"].as_str().unwrap_or_default())
        .map_err(|error| error.to_string())?;
    same(
        "a value",
        json!("one"),
        parameters["parameters"]["version"]["value"].clone(),
    )?;
    holds(
        "the template is there",
        values["templateJson"]
            .as_str()
            .is_some_and(|it| it.contains("$schema")),
    )
}
