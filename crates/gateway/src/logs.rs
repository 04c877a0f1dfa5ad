//! Rows of the gateway's logs, made of what was recorded about a request (gateway.md 7).

use crate::live::Live;
use crate::sinks::{Row, time};
use clock::{Dice, Moment};
use http::HeaderMap;
use model::{Diagnostic, DiagnosticKind, MessageLog};
use serde_json::{Map, Value, json};
use std::time::Duration;
use trace::{Attempt, Outcome, Record, Step};

/// What a diagnostic may want of a request beside its record.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// As received.
    pub(crate) url: String,
    /// Address of the caller.
    pub(crate) ip_address: String,
    /// As received.
    pub(crate) request_headers: HeaderMap,
    /// As sent.
    pub(crate) response_headers: HeaderMap,
    /// The body that was sent, as far as it is here.
    pub(crate) response_body: Option<bytes::Bytes>,
    /// The body that was received, as far as a policy brought it here.
    pub(crate) request_body: Option<bytes::Bytes>,
    /// Source, message, scope and section of `LastError`.
    pub(crate) error: Option<expression::LastError>,
    /// Revision of the API.
    pub(crate) revision: String,
    /// Display name of the operation.
    pub(crate) operation: String,
    /// User of the subscription.
    pub(crate) user: String,
}

/// The diagnostics that apply to an API: its own go before those of the service.
pub(crate) fn effective<'a>(live: &'a Live, api: Option<&str>) -> Vec<&'a Diagnostic> {
    let all = &live.plan.service.diagnostics;
    let of = |kind: DiagnosticKind| {
        let own = all
            .iter()
            .find(|it| it.kind == kind && it.api.is_some() && it.api.as_deref() == api);
        own.or_else(|| all.iter().find(|it| it.kind == kind && it.api.is_none()))
    };
    [DiagnosticKind::AzureMonitor, DiagnosticKind::ApplicationInsights]
        .into_iter()
        .filter_map(of)
        .collect()
}

/// Every row that a request makes: what policies published, and what diagnostics ask for.
pub(crate) fn rows(live: &Live, record: &Record, seen: Option<&Seen>) -> Vec<Row> {
    let mut rows: Vec<Row> = record.events.iter().filter_map(published).collect();
    let Some(seen) = seen else {
        return rows;
    };
    for diagnostic in effective(live, record.summary.api.as_deref()) {
        if !is_sampled(diagnostic, record, live.shared.dice) {
            continue;
        }
        match diagnostic.kind {
            DiagnosticKind::AzureMonitor => {
                rows.push(gateway_row(live, diagnostic, record, seen));
                if diagnostic.llm {
                    rows.extend(llm_rows(live, record, seen));
                }
            }
            DiagnosticKind::ApplicationInsights => insights(live, diagnostic, record, seen, &mut rows),
        }
    }
    rows
}

fn published(event: &trace::Event) -> Option<Row> {
    let Step::Published {
        channel,
        to,
        body,
        properties,
    } = &event.step
    else {
        return None;
    };
    let properties: Map<String, Value> = properties
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().into()))
        .collect();
    Some(Row {
        table: if channel == "eventhub" {
            "EventHub"
        } else {
            "ServiceBus"
        },
        at: event.at,
        columns: columns(json!({ "To": to, "Body": body, "Properties": properties })),
    })
}

fn columns(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

// Sampling drops whole requests; `alwaysLog` keeps failures (documented).
fn is_sampled(diagnostic: &Diagnostic, record: &Record, dice: Dice) -> bool {
    let failed = record.summary.status >= 400 || record.summary.error.is_some();
    if diagnostic.always_log_errors && failed {
        return true;
    }
    let share = (dice.roll("diagnostic", record.summary.number).bits() >> 11) as f64 / (1u64 << 53) as f64;
    share * 100.0 < diagnostic.sampling
}

fn millis(from: Moment, to: Moment) -> u64 {
    u64::try_from(to.since(from).as_millis()).unwrap_or(u64::MAX)
}

fn attempts(record: &Record) -> impl Iterator<Item = &Attempt> {
    record.events.iter().filter_map(|event| match &event.step {
        Step::Attempt(attempt) if !OWN_CALLS.contains(&&*event.source) => Some(&**attempt),
        _ => None,
    })
}

/// Policies whose calls are the gateway's own: none of them is the backend's.
const OWN_CALLS: [&str; 5] = [
    "send-request",
    "send-one-way-request",
    "llm-semantic-cache-lookup",
    "azure-openai-semantic-cache-lookup",
    "llm-content-safety",
];

fn is_success(record: &Record) -> bool {
    let status = record.summary.status;
    (status < 400 || matches!(status, 301 | 304)) && record.summary.error.is_none()
}

// One row per request, whatever its attempts were: the backend's columns are those of the last (documented).
fn gateway_row(live: &Live, diagnostic: &Diagnostic, record: &Record, seen: &Seen) -> Row {
    let summary = &record.summary;
    let service = &live.plan.service;
    let total = summary.ended.since(summary.started);
    let backend: Duration = attempts(record).map(|it| it.ended.since(it.started)).sum();
    let client = total.saturating_sub(backend);
    let ms = |it: Duration| u64::try_from(it.as_millis()).unwrap_or(u64::MAX);
    let mut row = columns(json!({
        "ApiId": summary.api,
        "ApiRevision": seen.revision,
        "ApimSubscriptionId": summary.subscription,
        "Cache": "none",
        "CallerIpAddress": seen.ip_address,
        "Category": "GatewayLogs",
        "ClientProtocol": "HTTP/1.1",
        "ClientTime": ms(client),
        "CorrelationId": summary.id.to_string(),
        "IsRequestSuccess": is_success(record),
        "IsTraceAllowed": false,
        "IsTraceExpired": false,
        "IsTraceRequested": false,
        "IsMasterTrace": false,
        "Method": summary.method,
        "OperationId": summary.operation,
        "OperationName": seen.operation,
        "ProductId": summary.product,
        "Region": service.location,
        "ResponseCode": summary.status,
        "TotalTime": ms(total),
        "Url": seen.url,
        "UserId": seen.user,
        "BackendTime": ms(backend),
        "RequestSize": size(&seen.request_headers, seen.request_body.as_ref()),
        "ResponseSize": size(&seen.response_headers, seen.response_body.as_ref()),
    }));
    if let Some(attempt) = attempts(record).last() {
        row.insert("BackendId".to_owned(), json!(attempt.backend));
        row.insert("BackendUrl".to_owned(), json!(attempt.url));
        row.insert("BackendMethod".to_owned(), json!(summary.method));
        row.insert("BackendProtocol".to_owned(), "HTTP/1.1".into());
        row.insert("BackendResponseCode".to_owned(), json!(attempt.outcome.status()));
    }
    if let Some(error) = &seen.error {
        row.extend(columns(json!({
            "LastErrorElapsed": ms(total),
            "LastErrorMessage": error.message,
            "LastErrorReason": error.reason,
            "LastErrorScope": error.scope,
            "LastErrorSection": error.section,
            "LastErrorSource": error.source,
            "Errors": [{ "message": error.message, "reason": error.reason, "section": error.section, "source": error.source }],
        })));
    }
    let traces = traces(diagnostic, record);
    if !traces.is_empty() {
        row.insert("TraceRecords".to_owned(), Value::Array(traces));
    }
    let front = &diagnostic.frontend;
    message(
        &mut row,
        "Request",
        &front.request,
        &seen.request_headers,
        seen.request_body.as_deref(),
    );
    message(
        &mut row,
        "Response",
        &front.response,
        &seen.response_headers,
        seen.response_body.as_deref(),
    );
    Row {
        table: "ApiManagementGatewayLogs",
        at: summary.started,
        columns: row,
    }
}

// `trace` policies whose severity reaches the diagnostic's verbosity (documented).
fn traces(diagnostic: &Diagnostic, record: &Record) -> Vec<Value> {
    record
        .events
        .iter()
        .filter_map(|event| match &event.step {
            Step::Message {
                severity,
                message,
                metadata,
            } if rank(severity) >= rank(&diagnostic.verbosity) => {
                let metadata: Map<String, Value> = metadata
                    .iter()
                    .map(|(name, value)| (name.clone(), value.as_str().into()))
                    .collect();
                Some(json!({ "source": &*event.source, "severity": severity, "message": message, "metadata": metadata }))
            }
            _ => None,
        })
        .collect()
}

fn rank(severity: &str) -> u8 {
    match severity {
        "error" => 2,
        "information" => 1,
        _ => 0,
    }
}

fn size(headers: &HeaderMap, body: Option<&bytes::Bytes>) -> usize {
    let head: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    let length = headers
        .get(http::header::CONTENT_LENGTH)
        .and_then(|it| it.to_str().ok()?.parse().ok());
    head + body.map_or(length.unwrap_or(0), |it| it.len())
}

// Only the headers that the diagnostic lists, only so many bytes of the body, masked as it says.
fn message(
    row: &mut Map<String, Value>,
    side: &str,
    wanted: &MessageLog,
    headers: &HeaderMap,
    body: Option<&[u8]>,
) {
    let listed: Map<String, Value> = wanted
        .headers
        .iter()
        .filter_map(|name| {
            let value = headers.get(name.as_str())?;
            let hide = wanted
                .masked_headers
                .iter()
                .find(|it| it.name.eq_ignore_ascii_case(name));
            let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            match hide {
                Some(mask) if mask.hides => None,
                Some(_) => Some((name.clone(), "***".into())),
                None => Some((name.clone(), text.into())),
            }
        })
        .collect();
    if !listed.is_empty() {
        row.insert(format!("{side}Headers"), Value::Object(listed));
    }
    if let (Some(body), 1..) = (body, wanted.body_bytes) {
        let end = body.len().min(wanted.body_bytes);
        row.insert(
            format!("{side}Body"),
            String::from_utf8_lossy(&body[..end]).into(),
        );
    }
}

/// Bytes of a message in one row (documented).
const CHUNK: usize = 32 * 1024;

// The header row has the tokens; messages follow, request before response (observed).
fn llm_rows(live: &Live, record: &Record, seen: &Seen) -> Vec<Row> {
    let parsed = |bytes: &Option<bytes::Bytes>| {
        bytes
            .as_ref()
            .and_then(|it| serde_json::from_slice::<Value>(it).ok())
            .filter(Value::is_object)
    };
    let (request, response) = (parsed(&seen.request_body), parsed(&seen.response_body));
    let deployment = seen
        .url
        .split_once("/deployments/")
        .and_then(|(_, rest)| rest.split('/').next())
        .map(str::to_owned)
        .or_else(|| Some(request.as_ref()?.get("model")?.as_str()?.to_owned()));
    let has_usage = response.as_ref().is_some_and(|it| it.get("usage").is_some());
    if deployment.is_none() && !has_usage {
        return Vec::new();
    }
    let usage = |names: [&str; 2]| {
        let usage = response.as_ref()?.get("usage")?;
        names.iter().find_map(|name| usage.get(name)?.as_u64())
    };
    let text = |of: &Option<Value>, name: &str| of.as_ref()?.get(name)?.as_str().map(str::to_owned);
    let version = seen
        .url
        .split(['?', '&'])
        .find_map(|it| it.strip_prefix("api-version="));
    let row = |number: usize, more: Value| {
        let mut row = columns(json!({
            "CorrelationId": record.summary.id.to_string(),
            "OperationName": seen.operation,
            "Region": live.plan.service.location,
            "SequenceNumber": number,
        }));
        row.extend(columns(more));
        Row {
            table: "ApiManagementGatewayLlmLog",
            at: record.summary.started,
            columns: row,
        }
    };
    let is_stream = request
        .as_ref()
        .and_then(|it| it.get("stream")?.as_bool())
        .unwrap_or(false);
    let mut rows = vec![row(
        0,
        json!({
            "ApiVersion": version,
            "DeploymentName": deployment,
            "ModelName": text(&response, "model"),
            "RequestId": text(&response, "id"),
            "IsStreamCompletion": is_stream,
            "PromptTokens": usage(["prompt_tokens", "input_tokens"]),
            "CompletionTokens": usage(["completion_tokens", "output_tokens"]),
            "TotalTokens": usage(["total_tokens", "total_tokens"]),
        }),
    )];
    let asked = request.as_ref().map(asked).unwrap_or_default();
    let answered = response.as_ref().map(answered).unwrap_or_default();
    for part in asked.iter().flat_map(chunks) {
        rows.push(row(rows.len(), json!({ "RequestMessages": [part] })));
    }
    for part in answered.iter().flat_map(chunks) {
        rows.push(row(rows.len(), json!({ "ResponseMessages": [part] })));
    }
    rows
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

// Application Insights: the request, a dependency for every attempt, an exception for a failure, and the traces.
fn insights(live: &Live, diagnostic: &Diagnostic, record: &Record, seen: &Seen, rows: &mut Vec<Row>) {
    let summary = &record.summary;
    let service = &live.plan.service;
    let api = summary.api.as_deref().unwrap_or_default();
    let operation_name = format!(
        "{api};rev={} - {}",
        seen.revision,
        summary.operation.as_deref().unwrap_or_default()
    );
    let id = summary.id.simple().to_string();
    let mut dimensions = columns(json!({
        "Service ID": service.name,
        "Service Name": format!("{}.azure-api.net", service.name),
        "Service Type": "API Management",
        "API Name": api,
        "API Revision": seen.revision,
        "Operation Name": summary.operation,
        "Product Name": summary.product,
        "Subscription Name": summary.subscription,
        "HTTP Method": summary.method,
        "Region": service.location,
        "Request Id": summary.id.to_string(),
        "Cache": "None",
    }));
    let mut captured = Map::new();
    message(
        &mut captured,
        "Request",
        &diagnostic.frontend.request,
        &seen.request_headers,
        seen.request_body.as_deref(),
    );
    message(
        &mut captured,
        "Response",
        &diagnostic.frontend.response,
        &seen.response_headers,
        seen.response_body.as_deref(),
    );
    for (name, value) in captured {
        match (name.strip_suffix("Headers"), name.strip_suffix("Body"), value) {
            (Some(side), _, Value::Object(headers)) => {
                dimensions.extend(
                    headers
                        .into_iter()
                        .map(|(name, value)| (format!("{side}-{name}"), value)),
                );
            }
            (_, Some(side), value) => drop(dimensions.insert(format!("{side}-Body"), value)),
            _ => (),
        }
    }
    let path = summary.path.split('?').next().unwrap_or_default();
    let ip = if diagnostic.log_client_ip {
        seen.ip_address.as_str()
    } else {
        "0.0.0.0"
    };
    let mut add = |table: &'static str, at: Moment, own: Value| {
        let mut row = columns(json!({
            "operation_Id": id,
            "operation_Name": operation_name,
            "cloud_RoleName": format!("{}.azure-api.net {}", service.name, service.location),
            "customDimensions": dimensions,
        }));
        row.extend(columns(own));
        rows.push(Row {
            table,
            at,
            columns: row,
        });
    };
    add(
        "requests",
        summary.started,
        json!({
            "id": id,
            "name": format!("{} {path}", summary.method),
            "url": seen.url,
            "resultCode": summary.status.to_string(),
            "duration": millis(summary.started, summary.ended),
            "success": is_success(record),
            "client_IP": ip,
        }),
    );
    for attempt in attempts(record).filter(|it| it.url.is_some()) {
        let url = attempt.url.as_deref().unwrap_or_default();
        let host = url
            .split("//")
            .nth(1)
            .and_then(|it| it.split('/').next())
            .unwrap_or_default();
        let success = matches!(attempt.outcome, Outcome::Answered { status } if status < 400);
        add(
            "dependencies",
            attempt.started,
            json!({
                "type": "HTTP",
                "target": host,
                "data": format!("{} - {url}", summary.method),
                "resultCode": attempt.outcome.status().map(|it| it.to_string()),
                "duration": millis(attempt.started, attempt.ended),
                "success": success,
                "operation_ParentId": id,
                "timestamp": time(attempt.started),
            }),
        );
    }
    if let Some(error) = &seen.error {
        add(
            "exceptions",
            summary.ended,
            json!({
                "type": error.reason,
                "outerMessage": format!("{}: {}", error.reason, error.message),
                "problemId": format!("{} at {}", error.reason, error.source),
            }),
        );
    }
    for trace in traces(diagnostic, record) {
        let level = rank(trace.get("severity").and_then(Value::as_str).unwrap_or_default());
        add(
            "traces",
            summary.started,
            json!({ "message": trace.get("message"), "severityLevel": level, "properties": trace.get("metadata") }),
        );
    }
}
