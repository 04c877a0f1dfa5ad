//! Application Insights: the request, a dependency for every attempt, an exception for a failure, and the traces.

use super::{Seen, attempts, columns, is_success, message, rank, traces};
use crate::live::Live;
use crate::sinks::{Row, time};
use clock::Moment;
use model::Diagnostic;
use serde_json::{Map, Value, json};
use trace::{Outcome, Record};

/// Adds the rows of a request.
pub(super) fn add(live: &Live, diagnostic: &Diagnostic, record: &Record, seen: &Seen, rows: &mut Vec<Row>) {
    let summary = &record.summary;
    let service = &live.plan.service;
    let api = summary.api.as_deref().unwrap_or_default();
    let operation_name = format!(
        "{api};rev={} - {}",
        seen.revision,
        summary.operation.as_deref().unwrap_or_default()
    );
    let id = summary.id.simple().to_string();
    let dimensions = dimensions(live, diagnostic, record, seen);
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

// Custom dimensions: what is known of the request, and what the diagnostic wants of its messages.
fn dimensions(live: &Live, diagnostic: &Diagnostic, record: &Record, seen: &Seen) -> Map<String, Value> {
    let (summary, service) = (&record.summary, &live.plan.service);
    let mut dimensions = columns(json!({
        "Service ID": service.name,
        "Service Name": format!("{}.azure-api.net", service.name),
        "Service Type": "API Management",
        "API Name": summary.api.as_deref().unwrap_or_default(),
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
    dimensions
}

fn millis(from: Moment, to: Moment) -> u64 {
    u64::try_from(to.since(from).as_millis()).unwrap_or(u64::MAX)
}
