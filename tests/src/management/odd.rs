//! Requests that nobody should send: whatever it is, the answer is an error of the client in the envelope of Azure, never one of the
//! server, and what was served goes on.

use super::client::{Answer, Azure, SUBSCRIPTION};
use crate::acceptance::{Binary, holds, same};
use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use serde_json::{Value, json};

/// Names that ids may hold: one that is there, one that is not, and what breaks those who do not decode or count.
const NAMES: [&str; 8] = [
    "a",
    "none",
    "a;rev=2",
    "a;rev=",
    "%00",
    "a%2Fb",
    "%C3%A9%F0%9F%98%80",
    "*",
];

/// Bodies that are broken, or hold everything in the wrong kind.
const BODIES: [&str; 14] = [
    "",
    "{",
    "[]",
    "null",
    "\"text\"",
    "\u{0}\u{1}",
    "{}",
    "{properties: {displayName: 'unquoted'}}",
    "{\"properties\": []}",
    "{\"properties\": \"text\"}",
    "{\"properties\": {\"value\": 5, \"displayName\": [], \"path\": {}, \"scope\": 7, \"url\": true, \"format\": 1, \"secret\": \"x\"}}",
    "{\"properties\": {\"displayName\": \"x\", \"path\": \"x\", \"value\": \"<policies><inbound>\", \"format\": \"openapi\", \"url\": \":\", \
     \"protocol\": \"http\", \"scope\": \"/\", \"method\": \"GET\", \"urlTemplate\": \"}{\", \"contentType\": \"x\", \"loggerId\": \"x\"}}",
    "{\"properties\": {\"displayName\": null, \"pool\": {\"services\": [1, {}, {\"id\": 5}]}, \"circuitBreaker\": {\"rules\": {}}, \
     \"keyVault\": 1, \"data\": \"no base64\", \"email\": 1, \"subscriptionKeyParameterNames\": []}}",
    "{\"location\": 5, \"sku\": [], \"tags\": {\"a\": {}}, \"identity\": \"x\", \"keyType\": 1, \"traceId\": {}, \"purposes\": \"x\"}",
];

/// Words of an answer that hides a fault of the program.
const FAULT: &str = "This request is not understood here.";

pub(super) async fn refused() -> Result<(), String> {
    let azure = Azure::start().await?;
    let service = azure.service("odd", "odd-apim").await?;
    some_of_each(&azure, &service).await?;
    let mut count = every_operation(&azure, &service).await?;
    count += odd_versions(&azure, &service).await?;
    count += odd_callers(&azure, &service).await?;
    // The contract's deletions have been at it.
    some_of_each(&azure, &service).await?;
    count += odd_marks(&azure, &service).await?;
    count += large(&azure, &service).await?;
    count += deployments(&azure).await?;
    holds(format!("only {count} requests were sent"), count > 1_400)?;
    // Nobody has broken the service.
    let policy = "<policies><inbound><return-response><set-status code=\"210\" /></return-response></inbound></policies>";
    let body = json!({ "properties": { "format": "rawxml", "value": policy } });
    azure.put(&format!("{service}/policies/policy"), &body).await?;
    let shown = azure
        .send(azure.request(Method::GET, &service, Bytes::new())?)
        .await?;
    same("the service is there", 200, shown.status)
}

async fn some_of_each(azure: &Azure, service: &str) -> Result<(), String> {
    let named = json!({ "properties": { "displayName": "a", "value": "v" } });
    let api = json!({ "properties": { "displayName": "a", "path": "a", "subscriptionRequired": false } });
    let operation = json!({ "properties": { "displayName": "a", "method": "GET", "urlTemplate": "/" } });
    let backend = json!({ "properties": { "url": "http://127.0.0.1:1", "protocol": "http" } });
    let user = json!({ "properties": { "email": "a@b.c", "firstName": "a", "lastName": "b" } });
    let subscription = json!({ "properties": { "displayName": "a", "scope": "/apis" } });
    let logger = json!({ "properties": { "loggerType": "azureMonitor" } });
    for (path, body) in [
        ("apis/a", &api),
        ("apis/a/operations/a", &operation),
        ("backends/a", &backend),
        ("users/a", &user),
        ("subscriptions/a", &subscription),
        ("loggers/a", &logger),
        ("namedValues/a", &named),
        ("products/a", &named),
        ("groups/a", &named),
        ("tags/a", &named),
        ("workspaces/a", &named),
    ] {
        azure.put(&format!("{service}/{path}"), body).await?;
    }
    Ok(())
}

/// Every operation of the published contract with names and bodies in turn.
async fn every_operation(azure: &Azure, service: &str) -> Result<usize, String> {
    let told = Binary::build()?.run(&["support", "arm", "--format", "json"])?;
    let all: Vec<Value> = serde_json::from_str(&told.stdout).map_err(|error| error.to_string())?;
    holds("the contract is whole", all.len() > 600)?;
    let above = service.rsplit_once("/service/").map_or("", |(it, _)| it);
    let mut count = 0;
    for (at, operation) in all.iter().enumerate() {
        let text = |name: &str| operation[name].as_str().unwrap_or_default();
        let method = Method::from_bytes(text("method").as_bytes()).map_err(|error| error.to_string())?;
        // The service itself must not go.
        let is_own = text("path") == "/service/{serviceName}" && method != Method::GET;
        let bodies = match method {
            Method::GET | Method::HEAD | Method::DELETE => 1,
            _ => 4,
        };
        for round in 0..bodies {
            let name = NAMES[(at + round * 3) % NAMES.len()];
            let service = if is_own { "none" } else { "odd-apim" };
            let path = filled(text("path"), service, name);
            let body = BODIES[(at * 5 + round * 7) % BODIES.len()];
            let request = azure.request(method.clone(), &format!("{above}{path}"), Bytes::from(body))?;
            let what = format!("{method} {path} with `{body}`");
            judge(&what, &azure.send(request).await?)?;
            count += 1;
        }
    }
    Ok(count)
}

/// A path with names where it has `{...}`.
fn filled(path: &str, service: &str, name: &str) -> String {
    let segments = path.split('/').map(|it| match it {
        "{serviceName}" => service,
        it if it.starts_with('{') => name,
        it => it,
    });
    segments.collect::<Vec<_>>().join("/")
}

/// Below 500, and an error has its code and its message.
fn judge(what: &str, answer: &Answer) -> Result<(), String> {
    holds(format!("{what}: {}", answer.status), answer.status < 500)?;
    let is_error = answer.status >= 400 && !answer.body.is_null();
    let error = &answer.body["error"];
    holds(
        format!("{what}: {answer:?}"),
        !is_error || error["code"].is_string() && error["message"].is_string(),
    )?;
    holds(
        format!("{what}: a fault of the program"),
        error["message"] != FAULT,
    )
}

async fn refuse(
    azure: &Azure,
    what: &str,
    request: Request<Full<Bytes>>,
    status: u16,
) -> Result<usize, String> {
    let answer = azure.send(request).await?;
    judge(what, &answer)?;
    same(what, status, answer.status)?;
    Ok(1)
}

async fn odd_versions(azure: &Azure, service: &str) -> Result<usize, String> {
    let mut count = 0;
    for version in [
        "",
        "=",
        "=latest",
        "=2024-5-1",
        "=2024-13-01",
        "=9",
        "=%00",
        "=2024-05-01x",
    ] {
        for path in ["", "/apis", "/apis/a", "/tags/a"] {
            let request = azure.request(
                Method::GET,
                &format!("{service}{path}?api-version{version}"),
                Bytes::new(),
            )?;
            count += refuse(azure, &format!("api-version{version} of {path}"), request, 400).await?;
        }
    }
    for version in ["2014-01-01", "2099-12-31-preview", "2020-06-01-privatepreview"] {
        let request = azure.request(
            Method::GET,
            &format!("{service}?api-version={version}"),
            Bytes::new(),
        )?;
        count += refuse(azure, version, request, 200).await?;
    }
    Ok(count)
}

async fn odd_callers(azure: &Azure, service: &str) -> Result<usize, String> {
    let mut count = 0;
    for token in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer a.b.c",
        "Basic YTpi",
        "Bearer eyJhbGciOiJub25lIn0.eyJleHAiOjk5OTk5OTk5OTl9.",
        "Bearer \u{1f600}",
    ] {
        for host in [
            "management.azure.com",
            "graph.microsoft.com",
            "api.loganalytics.io",
            "v.vault.azure.net",
        ] {
            let request = Request::get(format!("https://{host}{service}?api-version=2024-05-01"))
                .header("authorization", token.as_bytes())
                .body(Full::new(Bytes::new()))
                .map_err(|error| error.to_string())?;
            count += refuse(azure, &format!("{host} with `{token}`"), request, 401).await?;
        }
    }
    Ok(count)
}

async fn odd_marks(azure: &Azure, service: &str) -> Result<usize, String> {
    let mut count = 0;
    for path in [
        "tags/a",
        "apis/a",
        "backends/a",
        "products/a",
        "namedValues/a",
        "users/a",
        "subscriptions/a",
    ] {
        for mark in ["\"AAAAAAAAAAA=\"", "W/\"x\"", "x", "\"", "\"a\",\"b\""] {
            for method in [Method::PATCH, Method::DELETE, Method::PUT] {
                let body = Bytes::from("{\"properties\": {\"displayName\": \"b\"}}");
                let mut request = azure.request(method.clone(), &format!("{service}/{path}"), body)?;
                let value = mark.parse().map_err(|_| "a header".to_owned())?;
                request.headers_mut().insert("if-match", value);
                count += refuse(azure, &format!("{method} {path} if {mark}"), request, 412).await?;
            }
        }
    }
    Ok(count)
}

/// Sixteen megabytes, as JSON and as none.
async fn large(azure: &Azure, service: &str) -> Result<usize, String> {
    const SIZE: usize = 16 * 1024 * 1024;
    let whole = format!(
        "{{\"properties\": {{\"displayName\": \"{}\"}}}}",
        "x".repeat(SIZE)
    );
    let broken = "{\"a\":".repeat(SIZE / 5);
    let mut count = 0;
    for (path, status) in [("tags/large", 201), ("apis/large", 400), ("policies/policy", 400)] {
        let request = azure.request(
            Method::PUT,
            &format!("{service}/{path}"),
            Bytes::from(whole.clone()),
        )?;
        count += refuse(azure, &format!("16 MB to {path}"), request, status).await?;
        let request = azure.request(
            Method::PUT,
            &format!("{service}/{path}"),
            Bytes::from(broken.clone()),
        )?;
        count += refuse(azure, &format!("16 MB of nothing to {path}"), request, 400).await?;
    }
    let request = azure.request(Method::DELETE, &format!("{service}/tags/large"), Bytes::new())?;
    count += refuse(azure, "the large one goes", request, 200).await?;
    Ok(count)
}

async fn deployments(azure: &Azure) -> Result<usize, String> {
    let deployment = format!("{SUBSCRIPTION}/resourcegroups/odd/providers/Microsoft.Resources/deployments/d");
    let link = |uri: &str| {
        format!("{{\"properties\": {{\"mode\": \"Incremental\", \"templateLink\": {{\"uri\": \"{uri}\"}}}}}}")
    };
    let mut bodies: Vec<String> = BODIES.iter().map(|it| (*it).to_owned()).collect();
    bodies.extend([
        link("https://example.org/main.json"),
        link("http://127.0.0.1:1/main.json"),
        link("file:///etc/passwd"),
        link(""),
        "{\"properties\": {\"templateLink\": 5}}".to_owned(),
        "{\"properties\": {\"templateLink\": {\"id\": \"/x\"}}}".to_owned(),
        "{\"properties\": {template: {\"resources\": 5}}}".to_owned(),
        "{\"properties\": {template: {\"resources\": [{}]}, \"mode\": 5}}".to_owned(),
        "{\"properties\": {template: {}, \"parameters\": {\"a\": 5}}}".to_owned(),
        format!("{{\"properties\": {{template: {}", "[".repeat(100_000)),
    ]);
    let mut count = 0;
    for body in bodies {
        for path in [String::new(), "/validate".to_owned(), "/whatIf".to_owned()] {
            let method = if path.is_empty() {
                Method::PUT
            } else {
                Method::POST
            };
            let request = azure.request(method, &format!("{deployment}{path}"), Bytes::from(body.clone()))?;
            let shown: String = body.chars().take(80).collect();
            count += refuse(azure, &format!("{path} of `{shown}`"), request, 400).await?;
        }
    }
    Ok(count)
}
