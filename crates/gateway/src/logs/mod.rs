//! Rows of the gateway's logs, made of what was recorded about a request (gateway.md 7).

mod completion; // `ApiManagementGatewayLlmLog`
mod heard; // what passes by of a body
mod insights; // Application Insights
mod streamed; // a completion in pieces
mod table; // `ApiManagementGatewayLogs`

pub(crate) use completion::Completion;
pub(crate) use heard::{Heard, listen};
pub(crate) use streamed::told;

use crate::live::Live;
use crate::sinks::Row;
use clock::Dice;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use model::{Diagnostic, DiagnosticKind, MessageLog};
use serde_json::{Map, Value, json};
use trace::{Attempt, Record, Step};

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
    /// The body that was received, as far as it is here.
    pub(crate) request_body: Option<bytes::Bytes>,
    /// What passed by of the body that was received.
    pub(crate) heard: Option<Heard>,
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

/// Whether a diagnostic that applies to an API wants bodies of requests.
pub(crate) fn wants_request(live: &Live, api: Option<&str>) -> bool {
    let wants = |it: &&Diagnostic| it.llm || it.frontend.request.body_bytes > 0;
    effective(live, api).iter().any(wants)
}

/// Every row that a request makes: what policies published, and what diagnostics ask for. Those of a completion that streams follow
/// when it has ended.
pub(crate) fn rows(live: &Live, record: &Record, seen: Option<&Seen>) -> (Vec<Row>, Option<Completion>) {
    let mut rows: Vec<Row> = record.events.iter().filter_map(published).collect();
    let mut later = None;
    let Some(seen) = seen else {
        return (rows, later);
    };
    for diagnostic in effective(live, record.summary.api.as_deref()) {
        if !is_sampled(diagnostic, record, live.shared.dice) {
            continue;
        }
        match diagnostic.kind {
            DiagnosticKind::AzureMonitor => {
                rows.push(table::row(live, diagnostic, record, seen));
                if diagnostic.llm {
                    let completion = Completion::new(live, record, seen);
                    match (is_events(&seen.response_headers), &seen.response_body) {
                        (true, None) => later = Some(completion),
                        (true, Some(body)) => rows.extend(completion.rows(Some(streamed::whole(body)))),
                        (false, body) => rows.extend(completion.rows(completion::parsed(body.as_ref()))),
                    }
                }
            }
            DiagnosticKind::ApplicationInsights => insights::add(live, diagnostic, record, seen, &mut rows),
        }
    }
    (rows, later)
}

/// Whether a message is a stream of events.
pub(crate) fn is_events(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .is_some_and(|it| it.as_bytes().starts_with(b"text/event-stream"))
}

fn published(event: &trace::Event) -> Option<Row> {
    let Step::Published(message) = &event.step else {
        return None;
    };
    let properties: Map<String, Value> = message
        .properties
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().into()))
        .collect();
    Some(Row {
        table: if message.channel == "eventhub" {
            "EventHub"
        } else {
            "ServiceBus"
        },
        at: event.at,
        columns: columns(json!({ "To": message.to, "Body": message.body, "Properties": properties })),
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

// `trace` policies whose severity reaches the diagnostic's verbosity (documented).
fn traces(diagnostic: &Diagnostic, record: &Record) -> Vec<Value> {
    record
        .events
        .iter()
        .filter_map(|event| match &event.step {
            Step::Message(said) if rank(&said.severity) >= rank(&diagnostic.verbosity) => {
                let metadata: Map<String, Value> = said
                    .metadata
                    .iter()
                    .map(|(name, value)| (name.clone(), value.as_str().into()))
                    .collect();
                Some(json!({ "source": &*event.source, "severity": said.severity, "message": said.message, "metadata": metadata }))
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
