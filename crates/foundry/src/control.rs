//! Reading and setting everything while it runs, over HTTP; the routes stand on the crate's page.

use crate::mocks::{Foundry, Mistakes};
use crate::state::AccountState;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use http::StatusCode;
use model::{AccountSettings, DeploymentSettings, Fault};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub(crate) fn router(foundry: Foundry) -> Router {
    Router::new()
        .route("/accounts", get(accounts))
        .route("/accounts/{account}", get(account).patch(patch_account))
        .route(
            "/accounts/{account}/faults",
            put(put_faults).post(add_fault).delete(clear_faults),
        )
        .route("/accounts/{account}/keys", get(keys).put(put_keys))
        .route(
            "/accounts/{account}/deployments/{deployment}",
            get(deployment).patch(patch_deployment),
        )
        .route("/journal", get(journal).delete(clear_journal))
        .route("/reset", post(reset))
        .with_state(foundry)
}

async fn accounts(State(foundry): State<Foundry>) -> Response {
    Json(foundry.state()).into_response()
}

async fn account(State(foundry): State<Foundry>, Path(account): Path<String>) -> Response {
    found(&foundry, &account).map_or_else(no_account, |state| Json(state).into_response())
}

async fn deployment(
    State(foundry): State<Foundry>,
    Path((account, deployment)): Path<(String, String)>,
) -> Response {
    let Some(state) = found(&foundry, &account) else {
        return no_account();
    };
    let mut deployments = state.deployments.into_iter();
    match deployments.find(|it| it.name.eq_ignore_ascii_case(&deployment)) {
        Some(state) => Json(state).into_response(),
        None => problem(StatusCode::NOT_FOUND, &["there is no such deployment".to_owned()]),
    }
}

// A list of faults takes the place of the old one, an empty list too.
async fn patch_account(State(foundry): State<Foundry>, Path(account): Path<String>, body: Bytes) -> Response {
    let value: Value = match read(&body) {
        Ok(value) => value,
        Err(response) => return *response,
    };
    let faults = value.get("faults").is_some();
    match serde_json::from_value::<AccountSettings>(value) {
        Ok(settings) => patch(&foundry, &account, &settings, faults),
        Err(error) => problem(StatusCode::BAD_REQUEST, &[error.to_string()]),
    }
}

async fn patch_deployment(
    State(foundry): State<Foundry>,
    Path((account, deployment)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    match read::<DeploymentSettings>(&body) {
        Ok(settings) => {
            let deployments = [(deployment, settings)].into_iter().collect();
            patch(
                &foundry,
                &account,
                &AccountSettings {
                    deployments,
                    ..AccountSettings::default()
                },
                false,
            )
        }
        Err(response) => *response,
    }
}

async fn put_faults(State(foundry): State<Foundry>, Path(account): Path<String>, body: Bytes) -> Response {
    match read::<Vec<Fault>>(&body) {
        Ok(faults) => patch(
            &foundry,
            &account,
            &AccountSettings {
                faults,
                ..AccountSettings::default()
            },
            true,
        ),
        Err(response) => *response,
    }
}

async fn add_fault(State(foundry): State<Foundry>, Path(account): Path<String>, body: Bytes) -> Response {
    match read::<Fault>(&body) {
        Ok(fault) => match foundry.set_fault(&account, fault) {
            true => show(&foundry, &account),
            false => no_account(),
        },
        Err(response) => *response,
    }
}

async fn clear_faults(State(foundry): State<Foundry>, Path(account): Path<String>) -> Response {
    if foundry.clear_faults(&account) {
        show(&foundry, &account)
    } else {
        no_account()
    }
}

async fn keys(State(foundry): State<Foundry>, Path(account): Path<String>) -> Response {
    foundry
        .keys(&account)
        .map_or_else(no_account, |keys| Json(keys).into_response())
}

async fn put_keys(State(foundry): State<Foundry>, Path(account): Path<String>, body: Bytes) -> Response {
    match read::<Vec<String>>(&body) {
        Ok(keys) if keys.is_empty() => problem(
            StatusCode::BAD_REQUEST,
            &["there is no key in the list".to_owned()],
        ),
        Ok(keys) => patch(
            &foundry,
            &account,
            &AccountSettings {
                keys,
                ..AccountSettings::default()
            },
            false,
        ),
        Err(response) => *response,
    }
}

async fn journal(State(foundry): State<Foundry>) -> Response {
    Json(foundry.journal()).into_response()
}

async fn clear_journal(State(foundry): State<Foundry>) -> Response {
    foundry.clear_journal();
    StatusCode::NO_CONTENT.into_response()
}

async fn reset(State(foundry): State<Foundry>) -> Response {
    foundry.reset();
    Json(foundry.state()).into_response()
}

fn patch(foundry: &Foundry, account: &str, settings: &AccountSettings, faults: bool) -> Response {
    if found(foundry, account).is_none() {
        return no_account();
    }
    match foundry.patch(account, settings, faults) {
        Ok(()) => show(foundry, account),
        Err(Mistakes(mistakes)) => problem(StatusCode::BAD_REQUEST, &mistakes),
    }
}

fn show(foundry: &Foundry, account: &str) -> Response {
    found(foundry, account).map_or_else(no_account, |state| Json(state).into_response())
}

fn found(foundry: &Foundry, account: &str) -> Option<AccountState> {
    foundry
        .state()
        .into_iter()
        .find(|state| state.name.eq_ignore_ascii_case(account))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Box<Response<Body>>> {
    serde_json::from_slice(body)
        .map_err(|error| Box::new(problem(StatusCode::BAD_REQUEST, &[error.to_string()])))
}

fn no_account() -> Response {
    problem(StatusCode::NOT_FOUND, &["there is no such account".to_owned()])
}

fn problem(status: StatusCode, mistakes: &[String]) -> Response {
    (status, Json(json!({ "mistakes": mistakes }))).into_response()
}
