//! The control routes: what happened, and how the backends are.

use crate::exposition::MEDIA_TYPE;
use crate::gateway::Gateway;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method, Request, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use clock::Moment;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use trace::TripSource;

/// The state of one backend.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BackendState {
    /// Resource name.
    pub name: Arc<str>,
    /// Its open breaker; absent while it is closed.
    pub open: Option<OpenState>,
    /// Its rules and what they counted.
    pub rules: Vec<RuleState>,
    /// Its members, if it is a pool.
    pub members: Vec<MemberState>,
}

/// An open breaker.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenState {
    /// When it closes, in milliseconds since 1970.
    #[serde(serialize_with = "millis")]
    pub until: Moment,
    /// Seconds until then.
    pub seconds_left: f64,
    /// What decided that.
    pub source: TripSource,
}

/// A rule of a breaker.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleState {
    /// Name.
    pub name: Arc<str>,
    /// Calls in the present window.
    pub calls: u64,
    /// Failed ones among them.
    pub failures: u64,
}

/// A member of a pool.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberState {
    /// Backend.
    pub backend: Arc<str>,
    /// Group.
    pub priority: u64,
    /// Share inside it.
    pub weight: u64,
}

fn millis<S: serde::Serializer>(moment: &Moment, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(moment.millis())
}

impl Gateway {
    /// The state of every backend, in the order of the service.
    pub fn breakers(&self) -> Vec<BackendState> {
        let (live, now) = (self.live.load(), self.clock().now());
        let state = |(name, breaker): (&Arc<str>, Option<&parking_lot::Mutex<_>>)| {
            let mut breaker =
                breaker.map(|breaker: &parking_lot::Mutex<crate::backends::Breaker>| breaker.lock());
            let open = breaker.as_mut().and_then(|breaker| breaker.open_at(now));
            let rules = breaker.iter().flat_map(|breaker| breaker.counters());
            let rules = rules
                .map(|(name, counter)| RuleState {
                    name: name.clone(),
                    calls: counter.total,
                    failures: counter.failures,
                })
                .collect();
            let members = live.backends.members(name).iter().map(|member| MemberState {
                backend: member.name.clone(),
                priority: member.priority,
                weight: member.weight,
            });
            let open = open.map(|open| OpenState {
                until: open.until,
                seconds_left: open.until.since(now).as_secs_f64(),
                source: open.source,
            });
            BackendState {
                name: name.clone(),
                open,
                rules,
                members: members.collect(),
            }
        };
        live.backends.breakers().map(state).collect()
    }

    /// Closes the breaker of a backend, or those of a pool's members. `false` if there is no such backend.
    pub fn reset_breaker(&self, name: &str) -> bool {
        let live = self.live.load();
        let members = live.backends.members(name);
        let mut found = false;
        for (own, breaker) in live.backends.breakers() {
            let is_it = own.eq_ignore_ascii_case(name);
            found |= is_it;
            if let Some(breaker) = breaker
                && (is_it || members.iter().any(|member| member.name == *own))
            {
                breaker.lock().reset();
            }
        }
        found
    }

    /// `GET /requests?last=N`, `GET /requests/{id or number}`, `GET /backends`, `POST /backends/{name}/reset`, `GET /service`, `GET /metrics`.
    pub fn control(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/requests", get(requests))
            .route("/requests/{which}", get(request))
            .route("/backends", get(backends))
            .route("/backends/{name}/reset", post(reset))
            .route("/service", get(service))
            .route("/metrics", get(metrics))
            .route("/{tenant}/.well-known/{*rest}", any(issue))
            .route("/{tenant}/v2.0/.well-known/{*rest}", any(issue))
            .route("/{tenant}/discovery/{*rest}", any(issue))
            .route("/{tenant}/oauth2/{*rest}", any(issue))
            .route("/{tenant}/userrealm/{user}", any(issue))
            .route("/msi/token", get(issue))
            .route("/ca.pem", get(authority))
            .with_state(self.clone())
    }
}

#[derive(Deserialize)]
struct Last {
    last: Option<usize>,
}

async fn requests(State(gateway): State<Arc<Gateway>>, Query(query): Query<Last>) -> Response {
    Json(gateway.records(query.last.unwrap_or(20))).into_response()
}

async fn request(State(gateway): State<Arc<Gateway>>, Path(which): Path<String>) -> Response {
    let record = match which.parse::<u64>() {
        Ok(number) => gateway.record_number(number),
        Err(_) => which.parse().ok().and_then(|id| gateway.record(id)),
    };
    match record {
        Some(record) => Json(record).into_response(),
        None => not_found(format!("no request `{which}` is kept")),
    }
}

async fn backends(State(gateway): State<Arc<Gateway>>) -> Json<Vec<BackendState>> {
    Json(gateway.breakers())
}

async fn reset(State(gateway): State<Arc<Gateway>>, Path(name): Path<String>) -> Response {
    match gateway.reset_breaker(&name) {
        true => Json(gateway.breakers()).into_response(),
        false => not_found(format!("the service has no backend `{name}`")),
    }
}

async fn metrics(State(gateway): State<Arc<Gateway>>) -> Response {
    ([(CONTENT_TYPE, MEDIA_TYPE)], gateway.exposition()).into_response()
}

async fn authority(State(gateway): State<Arc<Gateway>>) -> Response {
    match gateway.authority() {
        Ok(pem) => ([(CONTENT_TYPE, "application/x-pem-file")], pem).into_response(),
        Err(why) => not_found(why),
    }
}

// The local stand-in for Entra ID, for clients that get their tokens here.
async fn issue(
    State(gateway): State<Arc<Gateway>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    gateway
        .issuer()
        .respond("http", &request)
        .map(Body::from)
        .into_response()
}

async fn service(State(gateway): State<Arc<Gateway>>) -> Json<Value> {
    let plan = gateway.plan();
    let api = |api: &service::ApiPlan| {
        let operations = api.operations.iter().map(|operation| {
            json!({ "name": operation.facts.id, "method": operation.facts.method, "urlTemplate": operation.facts.url_template })
        });
        json!({
            "name": api.name, "path": api.path, "version": api.version, "revision": api.revision,
            "isCurrent": api.is_current, "operations": operations.collect::<Vec<_>>(),
        })
    };
    Json(json!({
        "name": plan.service.name,
        "location": plan.service.location,
        "apis": plan.apis.iter().map(api).collect::<Vec<_>>(),
        "products": plan.products.iter().map(|product| &product.name).collect::<Vec<_>>(),
        "subscriptions": plan.subscriptions.iter().map(|subscription| &subscription.name).collect::<Vec<_>>(),
        "backends": gateway.breakers(),
        "accounts": plan.accounts().iter().map(|account| &account.name).collect::<Vec<_>>(),
    }))
}

fn not_found(message: String) -> Response {
    (
        StatusCode::NOT_FOUND,
        Json(json!({ "error": { "code": "NotFound", "message": message } })),
    )
        .into_response()
}
