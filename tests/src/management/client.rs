//! `apimite up` with a management plane, and a client of it that uses its proxy, as clients of Azure do.

use crate::acceptance::{Binary, Running};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use clock::Clock;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use serde_json::{Value, json};
use std::sync::Arc;
use tempfile::TempDir;
use wire::{Client, ClientOptions, Proxy};

pub(super) const TENANT: &str = "6ca1ab1e-0000-4000-8000-a91317e00001";
pub(super) const SUBSCRIPTION: &str = "/subscriptions/00000000-0000-0000-0000-000000000000";
const VERSION: &str = "api-version=2024-05-01";

/// A running management plane and somebody who is signed in.
pub(super) struct Azure {
    pub(super) running: Running,
    /// Folder of the authority, which goes with this.
    _home: TempDir,
    client: Client<Full<Bytes>>,
    token: String,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
}

impl Azure {
    pub(super) async fn start() -> Result<Azure, String> {
        let binary = Binary::build()?;
        let home = tempfile::tempdir().map_err(|error| error.to_string())?;
        let folder = home.path().display().to_string();
        let mut arguments = vec!["up"];
        for door in ["--gateway", "--control", "--foundry"] {
            arguments.extend([door, "127.0.0.1:0"]);
        }
        arguments.extend([
            "--arm=127.0.0.1:0",
            "--offline",
            "--home",
            &folder,
            "--format",
            "json",
        ]);
        let running = binary.start(&arguments)?;
        let client = client(&home, &running)?;
        let mut azure = Azure {
            running,
            _home: home,
            client,
            token: String::new(),
        };
        azure.token = azure.sign_in().await?;
        Ok(azure)
    }

    async fn sign_in(&self) -> Result<String, String> {
        let form = "client_id=me&client_secret=any&grant_type=client_credentials&scope=https://management.azure.com/.default";
        let url = format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token");
        let request = Request::post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(form)))
            .map_err(|error| error.to_string())?;
        let answer = self.send(request).await?;
        let token = answer.body["access_token"].as_str();
        token.map(str::to_owned).ok_or_else(|| format!("{answer:?}"))
    }

    /// Sends a request as it is.
    pub(super) async fn send(&self, request: Request<Full<Bytes>>) -> Result<Answer, String> {
        let what = format!("{} {}", request.method(), request.uri().path());
        let failed = |error: String| format!("{what}: {error}");
        let response = self.client.send(request, false).await;
        let (parts, body) = response.map_err(|error| failed(error.to_string()))?.into_parts();
        let body = body.collect().await.map_err(|error| failed(error.to_string()))?;
        let body = body.to_bytes();
        Ok(Answer {
            status: parts.status.as_u16(),
            body: serde_json::from_slice(&body).unwrap_or_default(),
        })
    }

    /// A request of whoever is signed in, to a path of the management plane.
    pub(super) fn request(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Request<Full<Bytes>>, String> {
        let mark = if path.contains('?') { '&' } else { '?' };
        let version = if path.contains("api-version") {
            String::new()
        } else {
            format!("{mark}{VERSION}")
        };
        Request::builder()
            .method(method)
            .uri(format!("https://management.azure.com{path}{version}"))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .header("if-match", "*")
            .body(Full::new(body))
            .map_err(|error| format!("{path}: {error}"))
    }

    /// Changes a resource, or says why it is not changed.
    pub(super) async fn put(&self, path: &str, body: &Value) -> Result<Answer, String> {
        let request = self.request(Method::PUT, path, Bytes::from(body.to_string()))?;
        let answer = self.send(request).await?;
        match answer.status {
            200 | 201 => Ok(answer),
            _ => Err(format!("PUT {path}: {answer:?}")),
        }
    }

    /// A group with a service in it; the id of the service.
    pub(super) async fn service(&self, group: &str, name: &str) -> Result<String, String> {
        let group = format!("{SUBSCRIPTION}/resourceGroups/{group}");
        self.put(&group, &json!({ "location": "eastus" })).await?;
        let service = format!("{group}/providers/Microsoft.ApiManagement/service/{name}");
        let body = json!({
            "location": "eastus", "sku": { "name": "Developer", "capacity": 1 },
            "properties": { "publisherEmail": "a@b.c", "publisherName": "me" },
        });
        self.put(&service, &body).await?;
        Ok(service)
    }

    /// What a control route tells.
    pub(super) async fn control(&self, path: &str) -> Result<Value, String> {
        let request = Request::get(format!("{}{path}", self.running.url("control")))
            .body(Full::new(Bytes::new()))
            .map_err(|error| error.to_string())?;
        // Straight, as what is on this machine is asked.
        let client: Client<Full<Bytes>> = Client::new(&Clock::real(), ClientOptions::default());
        let response = client
            .send(request, false)
            .await
            .map_err(|error| error.to_string())?;
        let body = response
            .into_body()
            .collect()
            .await
            .map_err(|error| error.to_string())?;
        serde_json::from_slice(&body.to_bytes()).map_err(|error| error.to_string())
    }
}

fn client(home: &TempDir, running: &Running) -> Result<Client<Full<Bytes>>, String> {
    let pem = std::fs::read_to_string(home.path().join("ca.pem")).map_err(|error| error.to_string())?;
    let text: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = BASE64_STANDARD.decode(text).map_err(|error| error.to_string())?;
    let proxy = running.url("management").replacen("https", "http", 1);
    let options = ClientOptions {
        authorities: Arc::new([der]),
        proxy: Some(Proxy {
            url: proxy.parse().map_err(|_| "no proxy".to_owned())?,
            authorization: None,
        }),
        ..ClientOptions::default()
    };
    Ok(Client::new(&Clock::real(), options))
}
