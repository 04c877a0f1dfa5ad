//! What is wrong with a chat request: its shape before admission, its sense for the model after (foundry.md 1.5).

use crate::catalog::{self, Facts};
use crate::errors::{Failure, context_length, invalid, plain};
use crate::sampling;
use llm::ChatRequest;
use serde_json::Value;

/// Reads the body of a chat request.
pub(crate) fn read(value: Value) -> Result<ChatRequest, Failure> {
    if value.get("messages").is_none_or(Value::is_null) {
        let message = "Missing required parameter: 'messages'.";
        return Err(invalid(
            message,
            Some("messages"),
            Some("missing_required_parameter"),
        ));
    }
    if let Some(body) = value.as_object() {
        sampling::check(body)?;
    }
    let request: ChatRequest = serde_json::from_value(value)
        .map_err(|error| invalid(&format!("Invalid request body: {error}."), None, None))?;
    shape(&request)?;
    Ok(request)
}

const ROLES: [&str; 6] = ["system", "developer", "user", "assistant", "tool", "function"];

fn shape(request: &ChatRequest) -> Result<(), Failure> {
    let messages = request.messages.len();
    if messages == 0 {
        let message = "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.";
        return Err(invalid(message, Some("messages"), Some("empty_array")));
    }
    if messages > 2_048 {
        let message = format!(
            "Invalid 'messages': array too long. Expected at most 2048 messages, but got {messages}."
        );
        return Err(invalid(
            &message,
            Some("messages"),
            Some("array_above_max_length"),
        ));
    }
    for (at, message) in request.messages.iter().enumerate() {
        if !ROLES.contains(&message.role.as_str()) {
            let text = format!(
                "Invalid value: '{}'. Supported values are: 'system', 'developer', 'user', 'assistant', 'tool', and 'function'.",
                message.role
            );
            return Err(invalid(
                &text,
                Some(&format!("messages[{at}].role")),
                Some("invalid_value"),
            ));
        }
    }
    if request.tools.len() > 128 {
        let message = format!(
            "Invalid 'tools': array too long. Expected at most 128 tools, but got {}.",
            request.tools.len()
        );
        return Err(invalid(&message, Some("tools"), Some("array_above_max_length")));
    }
    format(request)
}

/// Whether the shape of the answer is one that can be asked for.
pub(crate) fn format(request: &ChatRequest) -> Result<(), Failure> {
    let Some(format) = &request.response_format else {
        return Ok(());
    };
    match format.kind.as_str() {
        "json_object" => {
            let mut texts = request
                .messages
                .iter()
                .flat_map(|message| message.content.texts());
            if texts.any(|text| text.to_ascii_lowercase().contains("json")) {
                return Ok(());
            }
            let message = "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.";
            Err(invalid(message, Some("messages"), None))
        }
        "json_schema" => {
            let named = format.json_schema.clone().unwrap_or_default();
            if named.schema.as_ref().is_some_and(Value::is_object) {
                return Ok(());
            }
            let message = format!(
                "Invalid schema for response_format '{}': schema must be a JSON Schema object.",
                named.name
            );
            Err(invalid(&message, Some("response_format"), None))
        }
        "text" | "" => Ok(()),
        other => {
            let message = format!(
                "Invalid value: '{other}'. Supported values are: 'json_object', 'json_schema', and 'text'."
            );
            Err(invalid(
                &message,
                Some("response_format.type"),
                Some("invalid_value"),
            ))
        }
    }
}

/// What the model says to a request that was admitted.
pub(crate) fn for_model(
    request: &ChatRequest,
    facts: &Facts,
    model: &str,
    prompt: u64,
    provisioned: bool,
) -> Result<(), Failure> {
    if facts.reasoning {
        sampling::for_reasoning(request)?;
    }
    if prompt > facts.context {
        return Err(context_length(facts.context, prompt));
    }
    if provisioned && catalog::provisioned_refuses(model, prompt) {
        return Err(context_length(128_000, prompt));
    }
    Ok(())
}

/// A body that is bigger than anyone should send.
pub(crate) fn too_large(limit: usize) -> Failure {
    plain(
        413,
        "413",
        &format!("Maximum content size limit ({limit}) exceeded"),
    )
}
