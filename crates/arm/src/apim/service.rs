//! Services: made, changed, deleted, purged.

use crate::answer::{Answer, Detail, Judged, Problem};
use crate::call::Call;
use crate::deleted::{self, SERVICE};
use crate::generic::{merge, refused, system_data};
use crate::groups;
use crate::page::plain;
use crate::plane::Plane;
use bicep::{Cloud as _, Deployed, Places};
use http::{Method, StatusCode};
use resources::Store;
use serde_json::{Map, Value, json};

/// `GET .../service` of a group or of the subscription.
pub(crate) fn list(plane: &Plane, call: &Call) -> Judged {
    let store = plane.store();
    let group = match call.lower.get(2).map(String::as_str) {
        Some("resourcegroups") => Some(groups::required(&store, call)?.to_ascii_lowercase()),
        _ => None,
    };
    let inside = store.of_type(SERVICE).filter(|(sent, _)| {
        let id = sent.id.to_ascii_lowercase();
        group
            .as_ref()
            .is_none_or(|group| id.starts_with(&format!("{group}/")))
    });
    Ok(plain(inside.map(|(_, whole)| view(plane, whole)).collect()))
}

/// The id of the service that a request names.
pub(crate) fn required(plane: &Plane, call: &Call) -> Result<String, Problem> {
    let store = plane.store();
    let group = groups::required(&store, call)?;
    let name = call.path.get(7).map_or("", String::as_str);
    let id = format!("{group}/providers/{SERVICE}/{name}");
    match store.sent_as(&id) {
        Some(known) => Ok(known.id.clone()),
        None => Err(Problem::no_resource(
            SERVICE,
            name,
            groups::of(&id).unwrap_or_default(),
        )),
    }
}

/// `.../service/{name}`.
pub(crate) fn one(plane: &Plane, call: &Call) -> Judged {
    let store = plane.store();
    match call.method {
        Method::GET | Method::HEAD => {
            let id = required(plane, call)?;
            let whole = view(plane, store.whole(&id).unwrap_or(&Value::Null));
            let mark = super::etag(&whole["properties"]);
            Ok(Answer::ok(whole).etag(&mark))
        }
        Method::PUT => put(plane, call),
        Method::PATCH => {
            let id = required(plane, call)?;
            let patch = call.object()?;
            plane.change(true, |store| {
                let mut resource = store.sent_as(&id).cloned().unwrap_or_default();
                merge(&mut resource.body, patch);
                store.put(resource).map_err(refused)
            })?;
            Ok(Answer::ok(view(
                plane,
                plane.store().whole(&id).unwrap_or(&Value::Null),
            )))
        }
        Method::DELETE => match required(plane, call) {
            Ok(id) => {
                plane.change(true, |store| {
                    deleted::remember(plane, store, &id);
                    store.remove(&id);
                    Ok(())
                })?;
                Ok(Answer::bare(StatusCode::OK))
            }
            Err(_) => Ok(Answer::bare(StatusCode::NO_CONTENT)),
        },
        _ => Err(Problem::no_method(&call.method)),
    }
}

fn put(plane: &Plane, call: &Call) -> Judged {
    let mut body = call.object()?;
    let store = plane.store();
    let group = groups::required(&store, call)?;
    let name = call.path[7].clone();
    check(&name, &body)?;
    for name in ["id", "name", "type", "etag", "systemData"] {
        body.remove(name);
    }
    let location = body.get("location").and_then(Value::as_str).unwrap_or_default();
    body.insert("location".into(), model::region_id(location).into());
    let wanted = format!("{group}/providers/{SERVICE}/{name}");
    let id = store.sent_as(&wanted).map_or(wanted, |it| it.id.clone());
    let resource = Deployed {
        id: id.clone(),
        name: id.rsplit('/').next().unwrap_or_default().to_owned(),
        r#type: SERVICE.into(),
        api_version: call.query("api-version").unwrap_or_default().to_owned(),
        body,
        places: Places::default(),
    };
    let is_new = plane.change(true, |store| {
        deleted::check(store, &resource)?;
        let is_new = store.sent_as(&resource.id).is_none();
        store.put(resource).map_err(refused)?;
        Ok(is_new)
    })?;
    let whole = view(plane, plane.store().whole(&id).unwrap_or(&Value::Null));
    Ok(Answer::put(is_new, whole))
}

fn check(name: &str, body: &Map<String, Value>) -> Result<(), Problem> {
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && !name.ends_with('-')
        && name.len() <= 50
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if !is_name {
        return Err(Problem::value(
            "name",
            "The name of a service has at most 50 letters, digits and hyphens, begins with a letter and does not end in a hyphen.",
        ));
    }
    if body.get("location").is_none_or(|it| !it.is_string()) {
        return Err(Problem::bad(
            "LocationRequired",
            "The location property is required for this definition.",
        ));
    }
    let properties = body.get("properties");
    let has = |name: &str| properties.is_some_and(|it| it[name].as_str().is_some_and(|it| !it.is_empty()));
    let mut missing: Vec<&str> = ["publisherEmail", "publisherName"]
        .into_iter()
        .filter(|it| !has(it))
        .collect();
    if properties.is_some_and(|it| it["restore"] == true) {
        missing.clear();
    }
    if body.get("sku").is_none_or(|it| !it["name"].is_string()) {
        missing.push("sku");
    }
    match missing.is_empty() {
        true => Ok(()),
        false => Err(Problem::validation(
            missing
                .into_iter()
                .map(|name| Detail {
                    code: "ValidationError".into(),
                    target: Some(name.to_owned()),
                    message: format!("Required property '{name}' is missing."),
                })
                .collect(),
        )),
    }
}

/// A service as it is shown.
fn view(plane: &Plane, whole: &Value) -> Value {
    let mut shown = crate::generic::shown(whole);
    let mark = super::etag(&shown["properties"]);
    shown["etag"] = mark.trim_matches('"').into();
    shown["systemData"] = system_data(plane);
    if shown["sku"]["capacity"].is_null() && shown["sku"].is_object() {
        shown["sku"]["capacity"] = 1.into();
    }
    if shown.get("tags").is_none() {
        shown["tags"] = json!({});
    }
    shown["properties"]["createdAtUtc"] = super::given::CREATED.into();
    shown["properties"].as_object_mut().map(|it| {
        it.entry("notificationSenderEmail")
            .or_insert_with(|| "apimgmt-noreply@mail.windowsazure.com".into())
    });
    shown
}

/// `.../locations/{location}/deletedservices/{name}`.
pub(crate) fn deleted(plane: &Plane, call: &Call, location: &str, name: &str) -> Judged {
    let store = plane.store();
    let id = deleted::place(&plane.subscription, true, location, "", name);
    match (&call.method, store.whole(&id)) {
        (&Method::GET, Some(whole)) => Ok(Answer::ok(deleted::shown(whole))),
        (&Method::GET, None) => Err(Problem::missing(
            "ServiceNotFound",
            format!("Api service '{name}' was not found among the deleted ones."),
        )),
        (&Method::DELETE, None) => Ok(Answer::bare(StatusCode::NO_CONTENT)),
        (&Method::DELETE, Some(_)) => {
            plane.change(false, |store: &mut Store| {
                store.remove(&id);
                Ok(())
            })?;
            Ok(Answer::bare(StatusCode::OK))
        }
        _ => Err(Problem::no_method(&call.method)),
    }
}

/// `POST .../checkNameAvailability`.
pub(crate) fn check_name(plane: &Plane, call: &Call) -> Judged {
    let body = call.object()?;
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default();
    let store = plane.store();
    let taken = store
        .of_type(SERVICE)
        .chain(store.of_type(deleted::SERVICES))
        .any(|(sent, _)| sent.name.eq_ignore_ascii_case(name));
    Ok(Answer::ok(match taken {
        true => {
            json!({ "nameAvailable": false, "reason": "AlreadyExists", "message": format!("{name} is already in use. Please select a different name.") })
        }
        false => json!({ "nameAvailable": true, "reason": "Valid", "message": "" }),
    }))
}
