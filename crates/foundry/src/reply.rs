//! Responses and the headers that Azure puts on them (foundry.md 3).

use crate::account::{Server, Show};
use crate::errors::Failure;
use crate::quota::{Level, Limiter, Refused};
use axum::body::Body;
use clock::{Dice, Moment};
use http::header::{CONTENT_TYPE, DATE};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use std::time::{Duration, SystemTime};

/// What identifies a call: drawn from the dice by account and number of the call.
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    apim: String,
    request: String,
    client: String,
}

impl Ids {
    pub(crate) fn draw(dice: Dice, account: &str, call: u64, headers: &HeaderMap) -> Ids {
        let mut rng = dice.roll(("foundry call", account), call);
        let given = headers
            .get("x-ms-client-request-id")
            .and_then(|it| it.to_str().ok());
        Ids {
            apim: rng.uuid().to_string(),
            request: rng.uuid().to_string(),
            client: given.unwrap_or("Not-Set").to_owned(),
        }
    }
}

pub(crate) const EVENT_STREAM: &str = "text/event-stream; charset=utf-8";

/// A response with a body of text.
pub(crate) fn response(status: u16, content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

pub(crate) fn json(status: u16, body: String) -> Response<Body> {
    response(status, "application/json", Body::from(body))
}

pub(crate) fn failure(failure: &Failure) -> Response<Body> {
    json(failure.status, failure.body.clone())
}

/// Sets a header, unless its value cannot be sent.
pub(crate) fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// What stands on every answer of an account.
pub(crate) fn stamp(headers: &mut HeaderMap, server: &Server, ids: &Ids, now: Moment) {
    set(headers, "apim-request-id", &ids.apim);
    set(headers, "x-request-id", &ids.request);
    set(headers, "x-ms-client-request-id", &ids.client);
    set(headers, "x-ms-region", &server.region);
    set(
        headers,
        "strict-transport-security",
        "max-age=31536000; includeSubDomains; preload",
    );
    set(headers, "x-content-type-options", "nosniff");
    set(headers, "access-control-allow-origin", "*");
    set(headers, "cache-control", "no-cache, must-revalidate");
    date(headers, now);
}

/// The date, from our clock, so that it repeats in manual time.
pub(crate) fn date(headers: &mut HeaderMap, now: Moment) {
    let since = Duration::from_secs(u64::try_from(now.seconds()).unwrap_or(0));
    let text = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + since);
    if let Ok(value) = HeaderValue::from_str(&text) {
        headers.insert(DATE, value);
    }
}

/// How full the quota is, after this call was weighed. In streams this is all that is ever said: headers leave first.
pub(crate) fn quota(headers: &mut HeaderMap, show: Show) {
    match show {
        Show::Standard { requests, tokens } => {
            set(headers, "x-ratelimit-limit-requests", &requests.limit.to_string());
            set(headers, "x-ratelimit-limit-tokens", &tokens.limit.to_string());
            set(
                headers,
                "x-ratelimit-remaining-requests",
                &remaining(requests).to_string(),
            );
            set(
                headers,
                "x-ratelimit-remaining-tokens",
                &remaining(tokens).to_string(),
            );
        }
        Show::Provisioned { utilisation } => {
            let percent = format!("{}.{}%", utilisation / 10, utilisation % 10);
            set(headers, "azure-openai-deployment-utilization", &percent);
        }
    }
}

fn remaining(level: Level) -> u64 {
    level.limit.saturating_sub(level.used)
}

/// When to come back.
pub(crate) fn retry(headers: &mut HeaderMap, refused: Refused) {
    let seconds = refused.seconds().to_string();
    set(headers, "retry-after", &seconds);
    set(headers, "retry-after-ms", &refused.millis().to_string());
    match refused.limiter {
        Limiter::Requests => set(headers, "x-ratelimit-reset-requests", &seconds),
        Limiter::Tokens => set(headers, "x-ratelimit-reset-tokens", &seconds),
        Limiter::Utilisation => (),
    }
}

/// What a model adds to its answer.
pub(crate) fn served(headers: &mut HeaderMap, deployment: &str, session: &str, took: Duration) {
    let millis = took.as_millis().to_string();
    set(headers, "x-ms-deployment-name", deployment);
    set(headers, "azureml-model-session", session);
    set(headers, "x-ms-rai-invoked", "true");
    set(headers, "x-accel-buffering", "no");
    set(headers, "cmp-upstream-response-duration", &millis);
    set(headers, "ms-azureml-model-time", &millis);
    set(headers, "x-envoy-upstream-service-time", &millis);
}
