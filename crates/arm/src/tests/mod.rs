//! Requests and answers, without a socket.

mod access; // who may ask, and in which version
mod accounts; // model servers
mod apis; // policies, operations and revisions
mod deployments; // templates that arrive
mod entities; // marks, secrets, pages and links of whatever is below a service
mod groups; // resource groups, and services that were deleted
mod hosts;
mod odd; // requests that nobody should send // other hosts

use crate::plane::{Options, Plane, issuer};
use crate::runtime::{Runtime, Stopped};
use bytes::Bytes;
use clock::{Clock, Moment};
use http::{HeaderMap, Method, Request};
use resources::{Facts, Store};
use serde_json::{Value, json};
use source::{Diagnostic, Source, Span};
use std::sync::Arc;
use trace::Record;

/// A service that takes everything but one word.
struct Anything;

impl Runtime for Anything {
    fn apply(&self, store: &Store) -> Result<(), Stopped> {
        let is_bad = |value: &Value| {
            value["properties"]["value"]
                .as_str()
                .is_some_and(|it| it.contains("<wrong"))
        };
        if store.list().any(is_bad) {
            let source = Source::new("policy.xml", "<policies>\n  <wrong />\n</policies>");
            let mistake =
                Diagnostic::error("unknown-policy", "there is no policy `wrong`", Span::new(13, 22));
            return Err(Stopped {
                findings: vec![mistake.found_in(&source)],
            });
        }
        Ok(())
    }

    fn fetch(&self, url: &str) -> Result<String, String> {
        match url.strip_prefix("http://127.0.0.1/") {
            Some(text) => Ok(text.replace("%20", " ")),
            None => Err("nothing leaves this machine".to_owned()),
        }
    }

    fn allow_traces(&self, api: &str, _: Moment) -> String {
        format!("aid={api}")
    }

    fn forbid_traces(&self) {}

    fn traced(&self, _: &str) -> Option<Arc<Record>> {
        None
    }
}

struct Client {
    plane: Plane,
    token: String,
}

const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000000";
const SERVICE: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/RG/providers/Microsoft.ApiManagement/service/apim1";

impl Client {
    fn new() -> Client {
        let clock = Clock::manual(Moment::from_seconds(1_800_000_000));
        let issuer = issuer(clock.clone(), 1);
        let form = "client_id=me&grant_type=client_credentials&client_secret=x&scope=https://management.azure.com/.default";
        let request = Request::post("/common/oauth2/v2.0/token")
            .header("host", "login.microsoftonline.com")
            .body(Bytes::from(form))
            .expect("a request");
        let answer = issuer.respond("https", &request);
        let answer: Value = serde_json::from_slice(answer.body()).expect("json");
        let facts = Facts {
            gateway: "http://127.0.0.1:8080".into(),
            location: "eastus".into(),
            ..Facts::default()
        };
        let plane = Plane::new(Options {
            store: Store::new(facts),
            data: None,
            subscription: SUBSCRIPTION.into(),
            clock,
            issuer,
            seed: 1,
            runtime: Arc::new(Anything),
        });
        Client {
            plane,
            token: answer["access_token"].as_str().expect("a token").to_owned(),
        }
    }

    /// One with a group and a service.
    fn with_service() -> Client {
        let client = Client::new();
        client.put(
            "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/RG",
            json!({ "location": "East US" }),
        );
        let body = json!({
            "location": "eastus", "sku": { "name": "Basicv2", "capacity": 1 }, "identity": { "type": "SystemAssigned" },
            "properties": { "publisherEmail": "a@b.c", "publisherName": "me" },
        });
        assert_eq!(client.put(SERVICE, body).0, 201);
        client
    }

    fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (u16, Value, HeaderMap) {
        let uri = match path.contains("api-version") {
            true => path.to_owned(),
            false if path.contains('?') => format!("{path}&api-version=2024-05-01"),
            false => format!("{path}?api-version=2024-05-01"),
        };
        let mut request = Request::builder()
            .method(method)
            .uri(uri)
            .header("host", "management.azure.com");
        if !headers.iter().any(|(name, _)| *name == "authorization") {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self
            .plane
            .respond(request.body(Bytes::from(body.to_owned())).expect("a request"));
        let (parts, body) = response.into_parts();
        let value = serde_json::from_slice(&body).unwrap_or_default();
        (parts.status.as_u16(), value, parts.headers)
    }

    fn get(&self, path: &str) -> (u16, Value) {
        let (status, body, _) = self.send(Method::GET, path, &[], "");
        (status, body)
    }

    fn put(&self, path: &str, body: Value) -> (u16, Value) {
        let (status, body, _) = self.send(Method::PUT, path, &[], &body.to_string());
        (status, body)
    }

    fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let (status, body, _) = self.send(Method::POST, path, &[], &body.to_string());
        (status, body)
    }

    fn delete(&self, path: &str) -> u16 {
        self.send(Method::DELETE, path, &[("if-match", "*")], "").0
    }
}

fn below(path: &str) -> String {
    format!("{SERVICE}/{path}")
}
