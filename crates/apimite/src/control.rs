//! The control address: the routes of the gateway and of the mocks, and the clock.

use crate::timing;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use clock::{Clock, Mode};
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tower::ServiceExt as _;

/// `GET /clock`, `POST /clock/advance`, `POST /clock/scale`.
pub(crate) fn clock_routes(clock: &Clock) -> Router {
    Router::new()
        .route("/clock", get(show))
        .route("/clock/advance", post(advance))
        .route("/clock/scale", post(scale))
        .with_state(clock.clone())
}

/// Serves `routes` to callers that name this machine, or one of `names`, as the host. A page of another origin that made its
/// own name point here is refused.
pub(crate) async fn serve(
    listener: TcpListener,
    routes: Router,
    names: &[String],
    shutdown: impl Future<Output = ()>,
) {
    let names: Arc<[String]> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
    let routes = routes
        .fallback(unknown)
        .layer(middleware::from_fn_with_state(names, check_host));
    let service = move |_peer, request: http::Request<wire::Incoming>| {
        let routes = routes.clone();
        async move {
            let Ok(response) = routes.oneshot(request.map(axum::body::Body::new)).await;
            Ok::<_, Infallible>(response)
        }
    };
    // On the wall clock: a request that moves manual time must not hold it still.
    wire::serve(listener, Clock::real(), service, shutdown).await;
}

async fn check_host(State(names): State<Arc<[String]>>, request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|value| value.to_str().ok());
    let host = host.or_else(|| request.uri().host());
    match host.is_some_and(|host| is_ours(host, &names)) {
        true => next.run(request).await,
        false => {
            let message = "this host name is not served here; call localhost, or start with --allow-host";
            refuse(StatusCode::FORBIDDEN, "HostNotAllowed", message)
        }
    }
}

// An address is not a name, so nobody else can make it point here.
fn is_ours(host: &str, names: &[String]) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    let name = name.to_ascii_lowercase();
    name == "localhost" || name.parse::<IpAddr>().is_ok() || names.contains(&name)
}

async fn unknown() -> Response {
    refuse(
        StatusCode::NOT_FOUND,
        "NotFound",
        "there is no such control route",
    )
}

fn refuse(status: StatusCode, code: &str, message: &str) -> Response {
    (
        status,
        Json(json!({ "error": { "code": code, "message": message } })),
    )
        .into_response()
}

fn state(clock: &Clock) -> Json<Value> {
    let now = timing::written(clock.now());
    Json(match clock.mode() {
        Mode::Real => json!({ "now": now, "mode": "real" }),
        Mode::Scaled(factor) => json!({ "now": now, "mode": "scaled", "factor": factor }),
        Mode::Manual => json!({ "now": now, "mode": "manual" }),
        Mode::Auto => json!({ "now": now, "mode": "auto" }),
    })
}

async fn show(State(clock): State<Clock>) -> Json<Value> {
    state(&clock)
}

#[derive(Deserialize)]
struct Advance {
    seconds: f64,
}

async fn advance(State(clock): State<Clock>, Json(by): Json<Advance>) -> Response {
    let Ok(wait) = Duration::try_from_secs_f64(by.seconds) else {
        return refuse(
            StatusCode::BAD_REQUEST,
            "BadRequest",
            "`seconds` is a number from 0",
        );
    };
    if !clock.is_virtual() {
        let message = "this clock moves by itself; only manual time is advanced";
        return refuse(StatusCode::CONFLICT, "ClockMovesByItself", message);
    }
    clock.advance(wait).await;
    state(&clock).into_response()
}

#[derive(Deserialize)]
struct Scale {
    factor: f64,
}

async fn scale(State(clock): State<Clock>, Json(by): Json<Scale>) -> Response {
    match clock.set_scale(by.factor) {
        true => state(&clock).into_response(),
        false if clock.is_virtual() => refuse(
            StatusCode::CONFLICT,
            "ManualClock",
            "manual time has no speed; it is advanced",
        ),
        false => refuse(
            StatusCode::BAD_REQUEST,
            "BadRequest",
            "`factor` is a number above 0",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn only_names_of_this_machine_are_served() {
        let names = ["gateway".to_owned()];
        for good in [
            "localhost",
            "LocalHost:8081",
            "127.0.0.1:8081",
            "[::1]:8081",
            "192.168.1.7",
            "gateway:8081",
        ] {
            assert!(is_ours(good, &names), "{good}");
        }
        for bad in ["evil.example", "evil.example:8081", "localhost.evil.example", ""] {
            assert!(!is_ours(bad, &names), "{bad}");
        }
    }
}
