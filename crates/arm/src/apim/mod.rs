//! `Microsoft.ApiManagement`: services, and the kinds of resources below them.

mod actions; // what is POSTed
mod defaults; // what Azure adds
mod entity; // read, write, list
mod export; // an API as a document
mod given; // what is there without having been made
mod kinds; // the table
mod place; // what a path names
mod revisions; // revisions, clones, releases
mod service; // services themselves
mod support; // which published operations are served
mod tracing; // traces as documents
mod views; // lists that follow from others

use crate::answer::{Answer, Judged, Problem};
use crate::call::Call;
use crate::page::plain;
use crate::plane::Plane;
use crate::{deleted, generic};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(crate) use export::{download, is_meant as is_download};
pub(crate) use support::published;
pub use support::{Served, support};

/// Whether a path below the subscription is meant for this.
pub(crate) fn is_meant(rest: &[&str]) -> bool {
    let at = rest.iter().rposition(|it| *it == "providers");
    at.is_some_and(|at| rest.get(at + 1) == Some(&"microsoft.apimanagement"))
}

pub(crate) fn answer(plane: &Plane, call: &Call) -> Judged {
    let segments = call.segments();
    let at = segments.iter().rposition(|it| *it == "providers").unwrap_or(0);
    match (&call.method, &segments[at + 2..]) {
        (&Method::GET, ["service"]) => service::list(plane, call),
        (_, ["service", _]) => service::one(plane, call),
        (_, ["service", _, ..]) => {
            let service = service::required(plane, call)?;
            within(plane, call, &service, &call.path[at + 4..])
        }
        (&Method::GET, ["deletedservices"]) => {
            let store = plane.store();
            Ok(plain(
                store
                    .of_type(deleted::SERVICES)
                    .map(|(_, it)| deleted::shown(it))
                    .collect(),
            ))
        }
        (_, ["locations", location, "deletedservices", name]) => {
            service::deleted(plane, call, location, name)
        }
        (&Method::POST, ["checknameavailability"]) => service::check_name(plane, call),
        (&Method::POST, ["getdomainownershipidentifier"]) => Ok(Answer::ok(
            json!({ "domainOwnershipIdentifier": plane.subscription }),
        )),
        (&Method::GET, ["skus"]) => Ok(plain(Vec::new())),
        (&Method::GET, ["gateways", _, "skus"]) => gateway_skus(plane, call),
        (_, ["gateways", ..]) => generic::answer(plane, call),
        _ => Err(Problem::unknown(&call.target)),
    }
}

/// What a gateway of workspaces may be.
fn gateway_skus(plane: &Plane, call: &Call) -> Judged {
    let store = plane.store();
    let group = crate::groups::required(&store, call)?;
    let name = call.path.get(7).map_or("", String::as_str);
    let r#type = "Microsoft.ApiManagement/gateways";
    if store.whole(&format!("{group}/providers/{type}/{name}")).is_none() {
        let group = crate::groups::of(&group).unwrap_or_default();
        return Err(Problem::no_resource(r#type, name, group));
    }
    let sku = |name: &str| {
        json!({
            "resourceType": r#type, "sku": { "name": name },
            "capacity": { "minimum": 1, "maximum": 10, "default": 1, "scaleType": "Automatic" },
        })
    };
    Ok(plain(
        ["Standard", "WorkspaceGatewayStandard", "WorkspaceGatewayPremium"]
            .map(sku)
            .to_vec(),
    ))
}

/// Below a service.
fn within(plane: &Plane, call: &Call, service: &str, rest: &[String]) -> Judged {
    let lower: Vec<String> = rest.iter().map(|it| it.to_ascii_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    if call.method == Method::POST {
        return actions::answer(plane, call, service, rest, &lower);
    }
    if call.method == Method::GET
        && let Some(view) = views::find(&lower)
    {
        return views::answer(plane, call, service, rest, view);
    }
    let is_api = matches!(lower[..], ["apis", _] | ["workspaces", _, "apis", _]);
    if is_api && call.method == Method::GET && call.query("export").is_some() {
        let store = plane.store();
        let place = place::place(&store, service, rest)?;
        place
            .read(&store, service)
            .ok_or_else(|| place::missing(place.kind))?;
        return export::answer(plane, call, service, &place);
    }
    match rest.len() % 2 {
        0 => entity::one(plane, call, service, rest),
        _ if call.method == Method::GET => entity::several(plane, call, service, rest),
        _ => Err(Problem::no_method(&call.method)),
    }
}

/// The mark of a state: another one after each change of it.
pub(crate) fn etag(state: &Value) -> String {
    let digest = Sha256::digest(state.to_string().as_bytes());
    let text: String = digest.iter().take(12).map(|byte| format!("{byte:02X}")).collect();
    format!("\"{text}\"")
}

/// Compares the marks that a request names with that of what is there.
fn check_etag(call: &Call, present: Option<&str>, is_required: bool) -> Result<(), Problem> {
    let Some(asked) = call.header("if-match") else {
        let is_new_only = call.header("if-none-match").is_some_and(|it| it.trim() == "*");
        return match (is_required, is_new_only, present) {
            (true, ..) => Err(Problem::bad(
                "MissingOrInvalidRequiredHeader",
                "The required header 'If-Match' is missing. Use '*' for any state of the resource.",
            )),
            (_, true, Some(_)) => Err(stale()),
            _ => Ok(()),
        };
    };
    let plain = |text: &str| text.trim().trim_start_matches("W/").trim_matches('"').to_owned();
    let mut all = asked.split(',').map(plain);
    match present {
        _ if asked.trim() == "*" => Ok(()),
        Some(present) if all.any(|it| it == plain(present)) => Ok(()),
        None if !is_required => Err(stale()),
        None => Ok(()),
        Some(_) => Err(stale()),
    }
}

fn stale() -> Problem {
    Problem::new(
        StatusCode::PRECONDITION_FAILED,
        "PreconditionFailed",
        "Resource was modified since last retrieval.",
    )
}
