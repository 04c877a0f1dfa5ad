//! `ApiManagementGatewayLogs`: one row per request.

use super::{Seen, attempts, columns, is_success, message, traces};
use crate::live::Live;
use crate::sinks::Row;
use http::HeaderMap;
use model::Diagnostic;
use serde_json::{Value, json};
use std::time::Duration;
use trace::Record;

/// The row, whatever the attempts were: the backend's columns are those of the last (documented).
pub(super) fn row(live: &Live, diagnostic: &Diagnostic, record: &Record, seen: &Seen) -> Row {
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
