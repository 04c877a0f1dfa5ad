//! Traces: who may ask for one, and the document that comes of it.

use super::actions::in_an_hour;
use crate::answer::{Answer, Judged, Problem};
use crate::call::Call;
use crate::plane::Plane;
use clock::Moment;
use serde_json::{Map, Value, json};
use trace::{Event, Record, Section, Step};

/// `listDebugCredentials`: a token that a request shows.
pub(crate) fn credentials(plane: &Plane, call: &Call) -> Judged {
    let body = call.object()?;
    let api = body.get("apiId").and_then(Value::as_str).unwrap_or_default();
    // Clients put ids together twice over: the last name counts.
    let name = api.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let name = name.split(";rev=").next().unwrap_or_default();
    if name.is_empty() {
        return Err(Problem::value("apiId", "Required property 'apiId' is missing."));
    }
    let purposes = body.get("purposes").and_then(Value::as_array);
    if !purposes.is_some_and(|all| {
        all.iter()
            .any(|it| it.as_str().is_some_and(|it| it.eq_ignore_ascii_case("tracing")))
    }) {
        return Err(Problem::value("purposes", "'purposes' must hold 'tracing'."));
    }
    let until = match body.get("credentialsExpireAfter").and_then(Value::as_str) {
        None => in_an_hour(plane),
        Some(text) => {
            let span: Result<jiff::Span, _> = text.parse();
            let seconds = span.ok().and_then(|it| it.total(jiff::Unit::Second).ok());
            match seconds {
                Some(seconds) if (1.0..=3_600.0).contains(&seconds) => {
                    Moment::from_nanos(plane.clock.now().nanos() + (seconds * 1e9) as i64)
                }
                _ => {
                    let message = format!("'{text}' is not a duration of at most one hour, such as PT1H.");
                    return Err(Problem::value("credentialsExpireAfter", message));
                }
            }
        }
    };
    Ok(Answer::ok(
        json!({ "token": plane.runtime.allow_traces(name, until) }),
    ))
}

/// `listTrace`: what happened to a request.
pub(crate) fn trace(plane: &Plane, call: &Call, service: &str) -> Judged {
    let body = call.object()?;
    let Some(id) = body.get("traceId").and_then(Value::as_str) else {
        return Err(Problem::value(
            "traceId",
            "Required property 'traceId' is missing.",
        ));
    };
    match plane.runtime.traced(id) {
        Some(record) => Ok(Answer::ok(document(
            &record,
            service.rsplit('/').next().unwrap_or_default(),
        ))),
        None => Err(Problem::missing(
            "ResourceNotFound",
            format!("Trace '{id}' not found."),
        )),
    }
}

/// A record in the form of Azure (gateway.md 5.3).
fn document(record: &Record, service: &str) -> Value {
    let mut entries: Map<String, Value> = Map::new();
    let start = record.summary.started;
    let mut add = |section: Section, entry: Value| {
        let list = entries.entry(section.name()).or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.push(entry);
        }
    };
    let summary = &record.summary;
    add(
        Section::Inbound,
        entry(
            "api-inspector",
            start,
            start,
            json!({ "request": { "method": summary.method, "url": summary.path, "headers": headers(record) } }),
        ),
    );
    add(
        Section::Inbound,
        entry(
            "api-inspector",
            start,
            start,
            json!({ "configuration": {
                "api": { "from": summary.path, "name": summary.api },
                "operation": { "name": summary.operation },
                "user": "-",
                "product": summary.product.as_ref().map_or_else(|| json!("-"), |it| json!({ "id": it })),
                "subscription": summary.subscription,
            }}),
        ),
    );
    let mut last = Section::Inbound;
    let told = record.events.iter();
    for event in told.filter(|it| !matches!(it.step, Step::Received { .. })) {
        last = event.section;
        add(event.section, entry(&event.source, event.at, start, data(event)));
    }
    let end = if last == Section::OnError {
        Section::OnError
    } else {
        Section::Outbound
    };
    add(
        end,
        entry(
            "transfer-response",
            summary.ended,
            start,
            json!({
                "message": "Response has been sent to the caller in full", "response": { "status": { "code": summary.status } },
            }),
        ),
    );
    json!({ "serviceName": service, "traceId": summary.id.to_string(), "traceEntries": entries })
}

/// The headers of the request as it arrived.
fn headers(record: &Record) -> Value {
    let found = record.events.iter().find_map(|it| match &it.step {
        Step::Received { headers } => Some(named(headers)),
        _ => None,
    });
    found.unwrap_or_else(|| json!([]))
}

fn named(pairs: &[(String, String)]) -> Value {
    let pair = |(name, value): &(String, String)| json!({ "name": name, "value": value });
    pairs.iter().map(pair).collect()
}

fn entry(source: &str, at: Moment, start: Moment, data: Value) -> Value {
    json!({ "source": source, "timestamp": written(at), "elapsed": elapsed(at, start), "data": data })
}

fn data(event: &Event) -> Value {
    let mut data = match &event.step {
        Step::Received { headers } => json!({ "headers": named(headers) }),
        Step::Entered => json!({ "message": format!("{} begins", event.source) }),
        Step::Evaluated { expression, value } => json!({ "expression": expression, "value": value }),
        Step::Decided { what, value } => json!({ "message": format!("{what} is {value}"), "value": value }),
        Step::Attempt(attempt) => json!({ "message": attempt.explain(), "attempt": attempt }),
        Step::Waited { millis, retry } => {
            json!({ "message": format!("waited {millis} ms before retry {retry}") })
        }
        Step::Did { message } => json!({ "message": message }),
        Step::Message(said) => json!({
            "message": said.message, "severity": said.severity,
            "metadata": said.metadata.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect::<Map<String, Value>>(),
        }),
        Step::Published(message) => {
            json!({ "message": format!("handed to {} `{}`", message.channel, message.to) })
        }
        Step::Faulted { reason, message } => json!({
            "messages": [message],
            "error": { "source": event.source, "reason": reason, "message": message, "section": event.section.name() },
        }),
    };
    if !event.place.is_empty() {
        data["place"] = (*event.place).into();
    }
    data
}

/// UTC with seven digits of a second.
fn written(at: Moment) -> String {
    let moment = jiff::Timestamp::from_nanosecond(i128::from(at.nanos())).unwrap_or_default();
    let fraction = at.nanos().rem_euclid(1_000_000_000) / 100;
    format!("{}.{fraction:07}Z", moment.strftime("%Y-%m-%dT%H:%M:%S"))
}

/// As .NET writes a `TimeSpan`.
fn elapsed(at: Moment, start: Moment) -> String {
    let ticks = at.since(start).as_nanos() / 100;
    let seconds = ticks / 10_000_000;
    format!(
        "{:02}:{:02}:{:02}.{:07}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60,
        ticks % 10_000_000
    )
}
