//! `Microsoft.CognitiveServices`: accounts with their keys and deployments, and accounts that were deleted.

use crate::answer::{Answer, Judged, Problem};
use crate::call::Call;
use crate::deleted;
use crate::generic::{self, Named};
use crate::page::plain;
use crate::plane::Plane;
use bicep::{Cloud as _, Deployed};
use http::{Method, StatusCode};
use serde_json::{Value, json};

/// Whether a path below the subscription is meant for this.
pub(crate) fn is_meant(rest: &[&str]) -> bool {
    let at = rest.iter().rposition(|it| *it == "providers");
    at.is_some_and(|at| rest.get(at + 1) == Some(&"microsoft.cognitiveservices"))
}

pub(crate) fn answer(plane: &Plane, call: &Call) -> Judged {
    let segments = call.segments();
    let at = segments.iter().rposition(|it| *it == "providers").unwrap_or(0);
    match (&call.method, &segments[at + 2..]) {
        (&Method::GET, ["deletedaccounts"]) => {
            let store = plane.store();
            Ok(plain(
                store
                    .of_type(deleted::ACCOUNTS)
                    .map(|(_, it)| deleted::shown(it))
                    .collect(),
            ))
        }
        (
            _,
            [
                "locations",
                location,
                "resourcegroups",
                group,
                "deletedaccounts",
                _,
            ],
        ) => purge(plane, call, location, group),
        (&Method::GET, ["locations", _, "models"]) => Ok(plain(Vec::new())),
        (&Method::GET, ["skus"]) => Ok(plain(skus())),
        (&Method::POST, ["accounts", _, "listkeys"]) => keys(plane, call),
        (&Method::POST, ["accounts", _, "regeneratekey"]) => regenerate(plane, call),
        (&Method::GET, ["accounts", _, "usages" | "models" | "skus"]) => {
            account(plane, call)?;
            Ok(plain(Vec::new()))
        }
        (&Method::PUT, ["accounts", _]) => put(plane, call),
        (&Method::DELETE, ["accounts", _]) => delete(plane, call),
        (&Method::PUT, ["accounts", _, "deployments", _]) => deployment(plane, call),
        _ => generic::answer(plane, call).map(marked),
    }
}

/// Kinds of accounts that model servers here stand for.
const KINDS: [&str; 4] = ["AIServices", "CognitiveServices", "ContentSafety", "OpenAI"];

fn skus() -> Vec<Value> {
    let sku = |kind: &str, location: &str| {
        json!({
            "resourceType": "accounts", "name": "S0", "tier": "Standard", "kind": kind, "locations": [location], "restrictions": [],
        })
    };
    let of_kind = |kind: &'static str| model::regions().map(move |(location, _)| sku(kind, location));
    KINDS.into_iter().flat_map(of_kind).collect()
}

/// Whatever is one resource has a mark of its state.
fn marked(mut answer: Answer) -> Answer {
    if let Some(body) = &mut answer.body
        && body["properties"].is_object()
    {
        body["etag"] = json!(crate::apim::etag(&body["properties"]));
    }
    answer
}

/// The id of the account that a request names.
fn account(plane: &Plane, call: &Call) -> Result<String, Problem> {
    let at = call.lower.iter().rposition(|it| it == "providers").unwrap_or(0);
    let id = format!("/{}", call.path[..at + 4].join("/"));
    match plane.store().sent_as(&id) {
        Some(known) => Ok(known.id.clone()),
        None => Err(Problem::no_resource(
            deleted::ACCOUNT,
            &call.path[at + 3],
            crate::groups::of(&id).unwrap_or_default(),
        )),
    }
}

fn keys(plane: &Plane, call: &Call) -> Judged {
    let id = account(plane, call)?;
    let mut store = (*plane.store()).clone();
    store
        .act("listKeys", &id, None)
        .map(Answer::ok)
        .map_err(|why| Problem::missing("ResourceNotFound", why))
}

/// Makes a key anew: the model server takes the new one from the next request on, and the old one no more.
fn regenerate(plane: &Plane, call: &Call) -> Judged {
    let id = account(plane, call)?;
    let name = call
        .object()?
        .get("keyName")
        .and_then(Value::as_str)
        .map(str::to_ascii_lowercase);
    let is_second = match name.as_deref() {
        Some("key1") => false,
        Some("key2") => true,
        _ => {
            return Err(Problem::bad("InvalidKeyName", "'keyName' is 'Key1' or 'Key2'."));
        }
    };
    plane.change(true, |store| {
        store.regenerate_account_key(&id, is_second);
        Ok(())
    })?;
    keys(plane, call)
}

fn put(plane: &Plane, call: &Call) -> Judged {
    let body = call.object()?;
    let store = plane.store();
    let named = Named::read(&store, call)?;
    let id = named.id(&store)?;
    for name in ["location", "kind", "sku"] {
        if store.sent_as(&id).is_none() && body.get(name).is_none_or(Value::is_null) {
            return Err(Problem::bad(
                if name == "location" {
                    "LocationRequired"
                } else {
                    "InvalidRequestContent"
                },
                format!("The {name} property is required for this definition."),
            ));
        }
    }
    let resource = Deployed {
        id: id.clone(),
        r#type: deleted::ACCOUNT.into(),
        name: named.names[0].clone(),
        body,
        ..Deployed::default()
    };
    plane.change(false, |store| deleted::check(store, &resource))?;
    generic::put(plane, call, &named, &id, false).map(marked)
}

fn delete(plane: &Plane, call: &Call) -> Judged {
    let Ok(id) = account(plane, call) else {
        return Ok(Answer::bare(StatusCode::NO_CONTENT));
    };
    plane.change(true, |store| {
        deleted::remember(plane, store, &id);
        store.remove(&id);
        Ok(())
    })?;
    Ok(Answer::bare(StatusCode::OK))
}

fn purge(plane: &Plane, call: &Call, location: &str, group: &str) -> Judged {
    let name = call.path.last().map_or("", String::as_str);
    let id = deleted::place(&plane.subscription, false, location, group, name);
    let store = plane.store();
    let known = store.whole(&id).map(deleted::shown);
    match (&call.method, known) {
        (&Method::GET, Some(known)) => Ok(Answer::ok(known)),
        (&Method::GET, None) => Err(Problem::no_resource(deleted::ACCOUNTS, name, group)),
        (&Method::DELETE, None) => Ok(Answer::bare(StatusCode::NO_CONTENT)),
        (&Method::DELETE, Some(_)) => {
            plane.change(false, |store| {
                store.remove(&id);
                Ok(())
            })?;
            Ok(Answer::bare(StatusCode::OK))
        }
        _ => Err(Problem::no_method(&call.method)),
    }
}

/// A model on an account: it has a model, and a name that calls use.
fn deployment(plane: &Plane, call: &Call) -> Judged {
    let body = call.object()?;
    let model = body.get("properties").and_then(|it| it.get("model"));
    let has = |name: &str| model.and_then(|it| it.get(name)).is_some_and(Value::is_string);
    if !has("name") || !has("format") {
        return Err(Problem::bad(
            "InvalidResourceProperties",
            "The property 'properties.model' must have 'format' and 'name'.",
        ));
    }
    account(plane, call)?;
    let store = plane.store();
    let named = Named::read(&store, call)?;
    let id = named.id(&store)?;
    let mut answer = generic::put(plane, call, &named, &id, false)?;
    if let Some(body) = &mut answer.body {
        body["systemData"] = generic::system_data(plane);
    }
    Ok(marked(answer))
}
