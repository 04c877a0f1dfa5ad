//! `ApiManagementGatewayLlmLog`: what a completion used, and what was said.

use super::{Seen, columns};
use crate::live::Live;
use crate::sinks::Row;
use bytes::Bytes;
use clock::Moment;
use serde_json::{Value, json};
use trace::Record;

/// Bytes of a message in one row (documented).
const CHUNK: usize = 32 * 1024;

/// A request to a model, as far as its rows need it.
#[derive(Debug)]
pub(crate) struct Completion {
    correlation: String,
    started: Moment,
    operation: String,
    region: String,
    url: String,
    request: Option<Bytes>,
}

impl Completion {
    pub(super) fn new(live: &Live, record: &Record, seen: &Seen) -> Completion {
        Completion {
            correlation: record.summary.id.to_string(),
            started: record.summary.started,
            operation: seen.operation.clone(),
            region: live.plan.service.location.clone(),
            url: seen.url.clone(),
            request: seen.request_body.clone(),
        }
    }

    /// The header row has the tokens; messages follow, request before response (observed).
    pub(crate) fn rows(&self, response: Option<Value>) -> Vec<Row> {
        let request = parsed(self.request.as_ref());
        let deployment = self.deployment(request.as_ref());
        let has_usage = response.as_ref().is_some_and(|it| it.get("usage").is_some());
        if deployment.is_none() && !has_usage {
            return Vec::new();
        }
        let mut rows = vec![self.row(0, self.head(deployment, request.as_ref(), response.as_ref()))];
        let asked = request.as_ref().map(asked).unwrap_or_default();
        let answered = response.as_ref().map(answered).unwrap_or_default();
        for part in asked.iter().flat_map(chunks) {
            rows.push(self.row(rows.len(), json!({ "RequestMessages": [part] })));
        }
        for part in answered.iter().flat_map(chunks) {
            rows.push(self.row(rows.len(), json!({ "ResponseMessages": [part] })));
        }
        rows
    }

    // As the caller asked for it.
    fn deployment(&self, request: Option<&Value>) -> Option<String> {
        let of_path = self.url.split_once("/deployments/");
        let of_path = of_path.and_then(|(_, rest)| rest.split(['/', '?']).next());
        let of_body = || request?.get("model")?.as_str();
        of_path.or_else(of_body).map(str::to_owned)
    }

    fn head(&self, deployment: Option<String>, request: Option<&Value>, response: Option<&Value>) -> Value {
        let usage = |names: [&str; 2]| {
            let usage = response?.get("usage")?;
            names.iter().find_map(|name| usage.get(name)?.as_u64())
        };
        let (prompt, completion) = (
            usage(["prompt_tokens", "input_tokens"]),
            usage(["completion_tokens", "output_tokens"]),
        );
        let sum = || Some(prompt? + completion?);
        let text = |name: &str| response?.get(name)?.as_str();
        let mut parts = self.url.split(['?', '&']);
        json!({
            "ApiVersion": parts.find_map(|it| it.strip_prefix("api-version=")),
            "DeploymentName": deployment,
            "ModelName": text("model"),
            "RequestId": text("id"),
            "IsStreamCompletion": request.and_then(|it| it.get("stream")?.as_bool()).unwrap_or(false),
            "PromptTokens": prompt,
            "CompletionTokens": completion,
            "TotalTokens": usage(["total_tokens", "total_tokens"]).or_else(sum),
        })
    }

    fn row(&self, number: usize, more: Value) -> Row {
        let mut row = columns(json!({
            "CorrelationId": self.correlation,
            "OperationName": self.operation,
            "Region": self.region,
            "SequenceNumber": number,
        }));
        row.extend(columns(more));
        Row {
            table: "ApiManagementGatewayLlmLog",
            at: self.started,
            columns: row,
        }
    }
}

/// An object, if a body is one.
pub(super) fn parsed(body: Option<&Bytes>) -> Option<Value> {
    let value = serde_json::from_slice::<Value>(body?).ok();
    value.filter(Value::is_object)
}

// The messages of a request: of a chat, of responses, or the texts that become vectors.
fn asked(request: &Value) -> Vec<Value> {
    let said = |content: &Value| json!({ "role": "user", "content": content });
    if let Some(messages) = request.get("messages").and_then(Value::as_array) {
        return messages.clone();
    }
    let instructions = request.get("instructions").filter(|it| it.is_string());
    let mut found: Vec<Value> = instructions
        .map(|it| json!({ "role": "system", "content": it }))
        .into_iter()
        .collect();
    match request.get("input") {
        Some(Value::Array(items)) => found.extend(items.iter().map(|item| match item.get("role") {
            Some(_) => item.clone(),
            None => said(item),
        })),
        Some(Value::String(text)) => found.push(json!({ "role": "user", "content": text })),
        _ => (),
    }
    found
}

// The messages of an answer. Vectors are none.
fn answered(response: &Value) -> Vec<Value> {
    let list = |name: &str| response.get(name).and_then(Value::as_array).into_iter().flatten();
    let choices = list("choices").filter_map(|it| it.get("message"));
    let items = list("output").filter_map(|it| {
        let parts = it.get("content")?.as_array()?.iter();
        let texts: Vec<&str> = parts.filter_map(|part| part.get("text")?.as_str()).collect();
        Some(json!({ "role": it.get("role"), "content": texts.join("\n") }))
    });
    choices.cloned().chain(items).collect()
}

fn chunks(message: &Value) -> Vec<Value> {
    let role = message.get("role").cloned().unwrap_or_default();
    let content = match message.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let mut parts = Vec::new();
    let mut rest = content.as_str();
    loop {
        let end = match rest.len() > CHUNK {
            true => (0..=CHUNK)
                .rev()
                .find(|at| rest.is_char_boundary(*at))
                .unwrap_or(rest.len()),
            false => rest.len(),
        };
        parts.push(json!({ "role": role, "content": &rest[..end] }));
        rest = &rest[end..];
        if rest.is_empty() {
            return parts;
        }
    }
}
