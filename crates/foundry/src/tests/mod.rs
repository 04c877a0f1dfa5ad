//! The mocks as a caller sees them, without a socket: time is automatic, so nothing waits.

mod answers;
mod quotas;
mod running;
mod safety;
mod sampling;
mod shapes;

use crate::{Entry, Foundry, Level, Limiter, Reset};
use axum::body::Body;
use clock::{Clock, Dice, Moment};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use llm::{ChatChunk, ChatResponse, Usage, sse};
use model::{Account, Deployment, ModelName, Settings, Sku};
use serde_json::{Value, json};
use std::time::Duration;
use tower::ServiceExt;

const START: Moment = Moment::from_seconds(1_767_225_600);
const CLASSIC: &str = "/eastus/openai/deployments/gpt/chat/completions?api-version=2024-10-21";
const SYSTEM: &str = "You are an impatient, overworked receptionist.";
const USER: &str = "Could you please tell me what today's weather is like?";

fn deployment(name: &str, model: &str, sku: &str, capacity: u64) -> Deployment {
    let model = ModelName {
        format: "OpenAI".into(),
        name: model.into(),
        version: "2024-07-18".into(),
    };
    Deployment {
        name: name.into(),
        model,
        sku: Sku {
            name: sku.into(),
            capacity,
        },
        spillover: None,
    }
}

fn account(deployments: Vec<Deployment>) -> Account {
    Account {
        name: "eastus".into(),
        location: "eastus".into(),
        kind: "OpenAI".into(),
        deployments,
        ..Account::default()
    }
}

fn settings(account: Value) -> Settings {
    let mut settings = Settings::default();
    settings
        .accounts
        .insert("eastus".into(), serde_json::from_value(account).unwrap());
    settings
}

struct World {
    foundry: Foundry,
    clock: Clock,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    whole: bool,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |it| it.to_str().unwrap())
    }
}

impl World {
    fn new(accounts: Vec<Account>, settings: &Settings, seed: u64) -> World {
        let clock = Clock::auto(START);
        let foundry = Foundry::new(&accounts, settings, clock.clone(), Dice::new(seed)).unwrap();
        World { foundry, clock }
    }

    fn lab() -> World {
        let gpt = deployment("gpt", "gpt-4o-mini", "Standard", 1);
        World::new(vec![account(vec![gpt])], &settings(json!({"auth": "off"})), 42)
    }

    async fn send(&self, request: Request<Body>) -> Result<Answer, Reset> {
        let foundry = self.foundry.clone();
        self.clock
            .serve(async move {
                let response = foundry.answer(request).await?;
                let (parts, mut body) = response.into_parts();
                let mut bytes = Vec::new();
                let mut whole = true;
                while let Some(frame) = body.frame().await {
                    match frame {
                        Ok(frame) => bytes.extend_from_slice(&frame.into_data().unwrap_or_default()),
                        Err(_) => {
                            whole = false;
                            break;
                        }
                    }
                }
                Ok(Answer {
                    status: parts.status,
                    headers: parts.headers,
                    body: bytes,
                    whole,
                })
            })
            .await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(request(path, body)).await.unwrap()
    }

    async fn call(&self, method: &str, path: &str) -> Answer {
        let call = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost:8082");
        self.send(call.body(Body::empty()).unwrap()).await.unwrap()
    }

    fn last(&self) -> Entry {
        self.foundry.journal().pop().unwrap()
    }
}

fn request(path: &str, body: &Value) -> Request<Body> {
    Request::post(path)
        .header("host", "localhost:8082")
        .body(Body::from(body.to_string()))
        .unwrap()
}

fn prompt() -> Value {
    json!({"messages": [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": USER},
    ]})
}
