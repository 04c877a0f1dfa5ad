//! The list of models: the union of the two shapes that clients know (foundry.md 2.6). It lists base models, not deployments.

use crate::account::Deployed;
use crate::errors::{Failure, plain};
use crate::serve::Call;
use crate::{catalog, reply};
use axum::body::Body;
use http::Response;
use serde_json::{Value, json};

pub(crate) fn answer(call: &Call, id: Option<&str>) -> Result<Response<Body>, Failure> {
    let mut models: Vec<Value> = Vec::new();
    for deployed in call.server.deployments() {
        let name = &deployed.resource.model.name;
        let id = full_name(name, &deployed.resource.model.version);
        if !models.iter().any(|model| model["id"] == id.as_str()) {
            models.push(model(name, &id));
        }
    }
    let body = match id {
        None => json!({"data": models, "object": "list"}),
        Some(id) => models
            .into_iter()
            .find(|model| model["id"].as_str().is_some_and(|it| it.eq_ignore_ascii_case(id)))
            .ok_or_else(|| plain(404, "ModelNotFound", &format!("The model `{id}` does not exist.")))?,
    };
    let now = call.now().nanos();
    call.note(|entry| entry.ended = Some(now));
    Ok(call.stamped(reply::json(200, body.to_string())))
}

/// `/models/info`: what is known of the model behind a deployment (foundry.md 2.8).
pub(crate) fn info(call: &Call, deployed: &Deployed) -> Response<Body> {
    let model = &deployed.resource.model;
    let kind = match catalog::of_model(&model.name).embeds() {
        true => "embeddings",
        false => "chat-completion",
    };
    let body = json!({"model_name": model.name, "model_type": kind, "model_provider_name": model.format});
    let now = call.now().nanos();
    call.note(|entry| entry.ended = Some(now));
    call.stamped(reply::json(200, body.to_string()))
}

/// The model with its version, as answers name it.
pub(crate) fn full_name(model: &str, version: &str) -> String {
    if version.is_empty() {
        model.to_owned()
    } else {
        format!("{model}-{version}")
    }
}

// Not a date of any real model; the same for all, so that the list does not depend on the day.
const CREATED: i64 = 1_722_470_400;

fn model(name: &str, id: &str) -> Value {
    let embeds = catalog::of_model(name).embeds();
    json!({
        "capabilities": {
            "chat_completion": !embeds, "completion": false, "embeddings": embeds, "fine_tune": false, "inference": true,
        },
        "created": CREATED,
        "created_at": CREATED,
        "deprecation": {},
        "id": id,
        "lifecycle_status": "generally-available",
        "object": "model",
        "owned_by": "organization-owner",
        "status": "succeeded",
        "updated_at": CREATED,
    })
}
