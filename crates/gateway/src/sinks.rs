//! Where rows go that Azure would send to a workspace, to Application Insights or to a hub: a file of JSON lines, an HTTP
//! endpoint, and an OTLP collector over HTTP.

use crate::live::Live;
use bytes::Bytes;
use clock::Moment;
use expression::Url;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method};
use model::SinkSettings;
use policy::{Body, Call, Destination, GivenUp, HttpVersion, World};
use serde_json::{Map, Value, json};
use std::fs::OpenOptions;
use std::io::Write;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

/// How long a sink may take to accept rows.
const PATIENCE: Duration = Duration::from_secs(10);

/// A row of a table.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Table, or kind of telemetry.
    pub(crate) table: &'static str,
    /// When.
    pub(crate) at: Moment,
    /// Its columns.
    pub(crate) columns: Map<String, Value>,
}

/// The configured sinks.
#[derive(Debug, Default)]
pub(crate) struct Sinks {
    file: Option<Sender<Vec<u8>>>,
    endpoint: Option<Url>,
    otlp: Option<Url>,
}

impl Sinks {
    /// Opens what the settings name. A file is appended to by a thread of its own, so that no request waits for a disk.
    pub(crate) fn open(settings: &SinkSettings) -> Sinks {
        let address = |text: &Option<String>| text.as_deref().and_then(policy::url::parse);
        Sinks {
            file: settings.file.as_deref().and_then(writer),
            endpoint: address(&settings.endpoint),
            otlp: address(&settings.otlp),
        }
    }

    /// Whether anybody wants rows.
    pub(crate) fn is_open(&self) -> bool {
        self.file.is_some() || self.endpoint.is_some() || self.otlp.is_some()
    }

    /// Hands rows over; nothing waits.
    pub(crate) fn take(&self, rows: Vec<Row>, live: &Live) {
        if rows.is_empty() {
            return;
        }
        let lines: Vec<u8> = rows
            .iter()
            .flat_map(|row| (line(row).to_string() + "\n").into_bytes())
            .collect();
        if let Some(endpoint) = &self.endpoint {
            let body = lines.strip_suffix(b"\n").unwrap_or(&lines).to_vec();
            post(live, endpoint.clone(), "", "application/x-ndjson", body.into());
        }
        if let Some(otlp) = &self.otlp {
            let body = otlp_logs(&rows, &live.plan.service.name).to_string();
            post(live, otlp.clone(), "/v1/logs", "application/json", body.into());
        }
        if let Some(file) = &self.file {
            // The thread ends with the process; a full disk has been reported by it.
            let _ = file.send(lines);
        }
    }
}

fn writer(path: &str) -> Option<Sender<Vec<u8>>> {
    let opened = OpenOptions::new().create(true).append(true).open(path);
    let mut file = opened
        .map_err(|error| tracing::error!("sink {path}: {error}"))
        .ok()?;
    let (send, receive) = channel::<Vec<u8>>();
    let path = path.to_owned();
    std::thread::spawn(move || {
        for lines in receive {
            if let Err(error) = file.write_all(&lines) {
                tracing::error!("sink {path}: {error}");
            }
        }
    });
    Some(send)
}

fn line(row: &Row) -> Value {
    let mut whole = Map::new();
    whole.insert("Table".to_owned(), row.table.into());
    whole.insert("TimeGenerated".to_owned(), time(row.at).into());
    whole.extend(row.columns.clone());
    Value::Object(whole)
}

/// A moment as the tables write it.
pub(crate) fn time(at: Moment) -> String {
    expression::format_date(&expression::date(at), "yyyy-MM-ddTHH:mm:ss.fffffffZ").unwrap_or_default()
}

// OTLP's JSON encoding: one log record a row, the columns as its body.
fn otlp_logs(rows: &[Row], service: &str) -> Value {
    let records: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "timeUnixNano": row.at.nanos().to_string(),
                "severityText": "INFO",
                "body": { "stringValue": Value::Object(row.columns.clone()).to_string() },
                "attributes": [{ "key": "table", "value": { "stringValue": row.table } }],
            })
        })
        .collect();
    json!({
        "resourceLogs": [{
            "resource": { "attributes": [{ "key": "service.name", "value": { "stringValue": service } }] },
            "scopeLogs": [{ "scope": { "name": "apimite" }, "logRecords": records }],
        }],
    })
}

fn post(live: &Live, url: Url, below: &str, content_type: &'static str, body: Bytes) {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    let path = match below.is_empty() {
        true => url.path.to_string(),
        false => format!("{}{below}", url.path.trim_end_matches('/')),
    };
    let call = Call {
        to: Destination::Url(Url {
            path: "/".into(),
            query: "".into(),
            ..url.clone()
        }),
        method: Method::POST,
        path,
        query: url.query.to_string(),
        headers,
        body: Body::Full(body),
        forwarded_for: None,
        timeout: PATIENCE,
        version: HttpVersion::One,
        follow_redirects: false,
        certificate: None,
        proxy: None,
        given_up: GivenUp::default(),
    };
    let world: Arc<dyn World> = live.shared();
    let sender = world.clone();
    world.spawn(Box::pin(async move {
        if sender.send(call).await.is_err() {
            tracing::warn!("a sink did not take rows");
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_lines_and_log_records() {
        let row = Row {
            table: "T",
            at: Moment::from_seconds(1_714_564_800),
            columns: Map::from_iter([("A".to_owned(), 1.into())]),
        };
        assert_eq!(
            line(&row).to_string(),
            r#"{"Table":"T","TimeGenerated":"2024-05-01T12:00:00.0000000Z","A":1}"#
        );
        let otlp = otlp_logs(&[row], "s");
        assert_eq!(
            otlp.pointer("/resourceLogs/0/scopeLogs/0/logRecords/0/body/stringValue"),
            Some(&json!(r#"{"A":1}"#))
        );
    }
}
