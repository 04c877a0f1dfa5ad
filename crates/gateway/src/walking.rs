//! A request on its walk, until it is answered and recorded.

use crate::gateway::Gateway;
use crate::live::Live;
use crate::logs::{self, Seen};
use crate::tally::ApiTally;
use http::header::CONTENT_LENGTH;
use policy::{Body, Exchange, ResponseParts};
use std::sync::Arc;
use trace::{Record, RequestSummary};

/// A request on its walk. Dropped on the way, it was given up by its caller: that is recorded too.
pub(crate) struct Walking<'a> {
    pub(crate) gateway: &'a Gateway,
    pub(crate) live: &'a Live,
    /// What diagnostics want; absent where none asks.
    pub(crate) seen: Option<Box<Seen>>,
    pub(crate) exchange: Exchange,
    pub(crate) summary: Option<RequestSummary>,
    /// Where it counts: the API's name and numbers.
    pub(crate) tally: &'a (Arc<str>, Arc<ApiTally>),
}

impl Walking<'_> {
    /// The answer; what happened is recorded. By reference, because a future that owned the walk would hold it twice.
    pub(crate) async fn end(&mut self) -> ResponseParts {
        let mut parts = self.exchange.take_response();
        if let Some(seen) = &mut self.seen {
            let heard = seen.heard.as_ref().and_then(logs::Heard::take);
            seen.request_body = heard.or_else(|| self.exchange.request_body());
            seen.error = self.exchange.last_error().cloned();
            look(seen, &mut parts).await;
        }
        if let Some(mut summary) = self.summary.take() {
            summary.status = parts.status.as_u16();
            summary.error = self.exchange.last_error().map(|error| error.reason.clone());
            let later = self.record(summary);
            if let (Some(completion), Body::Stream(stream)) = (later, &mut parts.body) {
                let (live, sinks) = (self.live.itself(), self.gateway.sinks.load_full());
                let inner = std::mem::replace(stream, policy::nothing());
                *stream = logs::told(inner, move |answer| {
                    sinks.take(completion.rows(Some(answer)), &live);
                });
            }
        }
        parts
    }

    // Gives what is to be said of a completion when it has ended.
    fn record(&mut self, mut summary: RequestSummary) -> Option<logs::Completion> {
        summary.ended = self.gateway.clock().now();
        let (api, tally) = self.tally;
        tally.answered.add(summary.status);
        tally.took.add(summary.ended.since(summary.started));
        if let Some(error) = self.exchange.last_error() {
            self.live.shared.tally.failed(api, &error.source, &error.reason);
        }
        let record = Record {
            summary,
            events: self.exchange.take_events(),
        };
        let sinks = self.gateway.sinks.load();
        let mut later = None;
        if sinks.is_open() {
            let (rows, completion) = logs::rows(self.live, &record, self.seen.as_deref());
            sinks.take(rows, self.live);
            later = completion;
        }
        self.gateway.recorder.push(record);
        later
    }
}

// A body that diagnostics want is brought here, unless it is a stream of events: that must go on as it comes.
async fn look(seen: &mut Seen, parts: &mut ResponseParts) {
    const LARGEST: usize = 2 * 1024 * 1024;
    let is_stream = logs::is_events(&parts.headers);
    let length = parts
        .headers
        .get(CONTENT_LENGTH)
        .and_then(|it| it.to_str().ok()?.parse::<usize>().ok());
    if !is_stream && length.is_some_and(|it| it <= LARGEST) {
        // One that breaks off goes on to the caller as broken as it is.
        let _ = parts.body.buffer(LARGEST).await;
    }
    if let Body::Full(bytes) = &parts.body {
        seen.response_body = Some(bytes.clone());
    }
    seen.response_headers.clone_from(&parts.headers);
}

impl Drop for Walking<'_> {
    fn drop(&mut self) {
        if let Some(mut summary) = self.summary.take() {
            summary.error = Some("ClientConnectionFailure".to_owned());
            // There is no answer that could stream.
            let _ = self.record(summary);
        }
    }
}
