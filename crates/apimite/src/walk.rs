use crate::timing::written;
use clock::Moment;
use trace::{Event, Record, Step};

/// A record as a person reads it: the request, then each step with the milliseconds since it arrived.
pub(crate) fn text(record: &Record) -> String {
    let it = &record.summary;
    let took = it.ended.since(it.started).as_secs_f64() * 1000.0;
    let status = match it.status {
        0 => "the caller left".to_owned(),
        status => status.to_string(),
    };
    let mut lines = vec![
        format!("#{} {} {}", it.number, it.method, it.path),
        format!(
            "  {status} after {took:.1} ms, at {}, id {}",
            written(it.started),
            it.id
        ),
    ];
    let parts = [
        ("api", &it.api),
        ("operation", &it.operation),
        ("product", &it.product),
        ("subscription", &it.subscription),
    ];
    let known: Vec<String> = parts
        .iter()
        .filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?)))
        .collect();
    if !known.is_empty() {
        lines.push(format!("  {}", known.join(", ")));
    }
    if let Some(error) = &it.error {
        lines.push(format!("  error {error}"));
    }
    lines.extend(record.events.iter().map(|event| step(event, it.started)));
    lines.join("\n")
}

fn step(event: &Event, begin: Moment) -> String {
    let at = event.at.since(begin).as_secs_f64() * 1000.0;
    let words = match &event.step {
        Step::Received { headers } => format!("received {} headers", headers.len()),
        Step::Entered => "entered".to_owned(),
        Step::Evaluated { expression, value } => format!("{expression} = {value}"),
        Step::Decided { what, value } => format!("{what}: {value}"),
        Step::Attempt(attempt) => attempt.explain(),
        Step::Waited { millis, retry } => format!("waited {millis:.0} ms before retry {retry}"),
        Step::Did { message } => message.clone(),
        Step::Message(said) => {
            let metadata: Vec<String> = said
                .metadata
                .iter()
                .map(|(name, value)| format!("; {name} {value}"))
                .collect();
            format!("{}: {}{}", said.severity, said.message, metadata.concat())
        }
        Step::Published(message) => {
            format!("to {} {}: {}", message.channel, message.to, message.body)
        }
        Step::Faulted { reason, message } => format!("failed: {reason}: {message}"),
    };
    let place = match event.place.is_empty() {
        true => String::new(),
        false => format!(" ({})", event.place),
    };
    format!(
        "  {at:>9.1} ms  {:<8}  {}{place}  {words}",
        event.section.name(),
        event.source
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use trace::{RequestSummary, Section};
    use uuid::Uuid;

    #[test]
    fn a_record_is_told_step_by_step() {
        let summary = RequestSummary {
            id: Uuid::nil(),
            number: 7,
            started: Moment::EPOCH,
            ended: Moment::from_millis(12),
            method: "GET".into(),
            path: "/a".into(),
            api: Some("chat".into()),
            operation: None,
            product: None,
            subscription: None,
            status: 200,
            error: None,
        };
        let event = Event {
            at: Moment::from_millis(3),
            section: Section::Backend,
            source: "retry".into(),
            place: "api".into(),
            step: Step::Waited {
                millis: 2.0,
                retry: 1,
            },
        };
        let told = text(&Record {
            summary,
            events: vec![event],
        });
        assert!(
            told.starts_with("#7 GET /a\n  200 after 12.0 ms, at 1970-01-01T00:00:00Z"),
            "{told}"
        );
        assert!(
            told.ends_with("3.0 ms  backend   retry (api)  waited 2 ms before retry 1"),
            "{told}"
        );
    }
}
