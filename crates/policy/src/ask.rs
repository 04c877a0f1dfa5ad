//! A JSON question to a backend entity, of the gateway's own: embeddings of a text, whether a text is safe.

use crate::Body;
use crate::exchange::MessageBody;
use crate::world::{Answer, BackendHandle, Call, CallError, Destination, GivenUp, HttpVersion, World};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::Value as Json;
use std::time::Duration;
use trace::Attempt;

/// How long a policy waits for such an answer (inferred: as `send-request` does unless it says otherwise).
const TIMEOUT: Duration = Duration::from_secs(60);

/// What is asked, of whom.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) to: BackendHandle,
    /// Path behind the backend's own; empty for none.
    pub(crate) path: &'static str,
    /// Query with its leading `?`, or empty.
    pub(crate) query: String,
    /// Credentials; those of the backend go before them.
    pub(crate) headers: HeaderMap,
    pub(crate) body: Json,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The JSON of a 200; otherwise what went wrong.
    pub(crate) outcome: Result<Json, String>,
    /// What was decided on the way.
    pub(crate) attempt: Attempt,
}

/// Asks, and waits for the whole answer.
pub(crate) async fn ask(world: &dyn World, question: Question) -> Reply {
    let Question {
        to,
        path,
        query,
        mut headers,
        body,
    } = question;
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let call = Call {
        to: Destination::Backend(to),
        method: Method::POST,
        path: path.to_owned(),
        query,
        headers,
        body: Body::Full(body.to_string().into()),
        certificate: None,
        proxy: None,
        forwarded_for: None,
        timeout: TIMEOUT,
        version: HttpVersion::One,
        follow_redirects: false,
        given_up: GivenUp::default(),
    };
    match world.send(call).await {
        Ok(Answer {
            status,
            headers,
            body,
            attempt,
            ..
        }) => {
            let read = read(status, &headers, body, world.body_limit());
            let outcome = world.clock().timeout(TIMEOUT, read).await;
            let late = || Err("the answer did not come to its end in time".to_owned());
            Reply {
                outcome: outcome.unwrap_or_else(late),
                attempt,
            }
        }
        Err(CallError::Unavailable { reason, attempt, .. }) => Reply {
            outcome: Err(reason),
            attempt,
        },
        Err(CallError::Failed { message, attempt, .. }) => Reply {
            outcome: Err(message),
            attempt,
        },
    }
}

async fn read(status: StatusCode, headers: &HeaderMap, body: Body, limit: usize) -> Result<Json, String> {
    let mut body = MessageBody::from(body);
    body.buffer(headers, limit)
        .await
        .map_err(|error| error.to_string())?;
    if status != StatusCode::OK {
        return Err(format!("it answered {status}"));
    }
    let bytes = body.plain().cloned().unwrap_or_default();
    serde_json::from_slice(&bytes).map_err(|_| "it answered no JSON".to_owned())
}
