//! Read, write and list.

use super::defaults::view;
use super::kinds::Manner;
use super::place::{Collection, Place, collection, missing, place};
use super::{check_etag, etag, given, revisions};
use crate::answer::{Answer, Detail, Judged, Problem};
use crate::call::Call;
use crate::generic::{merge, refused};
use crate::page::counted;
use crate::plane::Plane;
use bicep::{Cloud as _, Deployed, Places};
use http::{Method, StatusCode};
use resources::Store;
use serde_json::{Map, Value, json};

/// Kinds whose HEAD asks whether something is a member, and is answered with 204.
const MEMBERS: [&str; 5] = [
    "products/apis",
    "products/groups",
    "groups/users",
    "notifications/recipientEmails",
    "notifications/recipientUsers",
];
/// Kinds whose deletion is answered with 204: clients of all versions take no other status.
const GONE: [&str; 2] = ["apis", "users"];

/// `.../{type}/{name}`.
pub(crate) fn one(plane: &Plane, call: &Call, service: &str, rest: &[String]) -> Judged {
    let store = plane.store();
    let place = place(&store, service, rest)?;
    check_name(&place)?;
    match (&call.method, place.kind.manner) {
        (&Method::GET, Manner::Link(to)) => match store.sent_as(&place.id) {
            Some(_) => Ok(Answer::ok(linked(&store, service, &place.id, to, call))),
            None => Err(missing(place.kind)),
        },
        (&Method::HEAD, Manner::Link(_)) => {
            let Some(sent) = store.sent_as(&place.id) else {
                return Ok(Answer::bare(StatusCode::NOT_FOUND));
            };
            // Whether something is a member has no content; what a tag is on has a state.
            let status = match MEMBERS.contains(&place.kind.path) {
                true => StatusCode::NO_CONTENT,
                false => StatusCode::OK,
            };
            Ok(Answer::bare(status).etag(&etag(&Value::Object(sent.body.clone()))))
        }
        (&Method::GET | &Method::HEAD, _) => {
            let whole = place.read(&store, service).ok_or_else(|| missing(place.kind))?;
            let mark = mark(&store, &place, &whole);
            if call.method == Method::HEAD && MEMBERS.contains(&place.kind.path) {
                return Ok(Answer::bare(StatusCode::NO_CONTENT));
            }
            Ok(Answer::ok(view(&store, &place, service, &whole, call)).etag(&mark))
        }
        (&Method::PUT, Manner::Link(to)) => put_link(plane, call, service, &place, to),
        (&Method::PUT, _) => put(plane, call, service, &place),
        (&Method::PATCH, Manner::Entity | Manner::Plain) => patch(plane, call, service, &place),
        (&Method::DELETE, _) => delete(plane, call, &store, service, &place),
        _ => Err(Problem::no_method(&call.method)),
    }
}

/// `.../{type}`.
pub(crate) fn several(plane: &Plane, call: &Call, service: &str, rest: &[String]) -> Judged {
    let store = plane.store();
    let collection = collection(&store, service, rest)?;
    counted(call, all(&store, service, &collection, call))
}

/// Everything of a collection, as it is shown.
pub(crate) fn all(store: &Store, service: &str, collection: &Collection, call: &Call) -> Vec<Value> {
    let own = collection.path.rsplit('/').next().unwrap_or_default();
    let root = format!("{}/{own}/", collection.parent).to_ascii_lowercase();
    let r#type = format!("Microsoft.ApiManagement/service/{}", collection.path);
    let kept: Vec<&Value> = store
        .of_type(&r#type)
        .filter(|(sent, _)| sent.id.to_ascii_lowercase().starts_with(&root))
        .map(|(_, whole)| whole)
        .collect();
    if let Manner::Link(to) = collection.kind.manner {
        let ids = kept.iter().filter_map(|it| it["id"].as_str());
        return ids.map(|id| linked(store, service, id, to, call)).collect();
    }
    let given = given::of(store, service, collection);
    // What is there from the beginning stands in front, also if it was changed since.
    let first = given.iter().map(|it| {
        kept.iter()
            .find(|kept| same(&kept["name"], &it["name"]))
            .copied()
            .unwrap_or(it)
    });
    let is_given = |name: &Value| given.iter().any(|it| same(&it["name"], name));
    let rest = kept.iter().copied().filter(|it| !is_given(&it["name"]));
    first
        .chain(rest)
        .filter(|whole| collection.kind.path != "apis" || is_shown(whole, call))
        .map(|whole| view(store, &of(collection, whole), service, whole, call))
        .collect()
}

// Revisions that are not current are listed on their own.
fn is_shown(whole: &Value, _: &Call) -> bool {
    !whole["name"].as_str().unwrap_or_default().contains(";rev=")
}

fn same(one: &Value, other: &Value) -> bool {
    let text = |it: &Value| it.as_str().unwrap_or_default().to_ascii_lowercase();
    text(one) == text(other)
}

fn of(collection: &Collection, whole: &Value) -> Place {
    let text = |name: &str| whole[name].as_str().unwrap_or_default().to_owned();
    Place {
        kind: collection.kind,
        path: collection.path.clone(),
        id: text("id"),
        parent: collection.parent.clone(),
        name: text("name"),
    }
}

/// What a link leads to, under the link's own id.
fn linked(store: &Store, service: &str, id: &str, to: &str, call: &Call) -> Value {
    let name = id.rsplit('/').next().unwrap_or_default();
    // Inside a workspace the other one is there too.
    let base = id
        .to_ascii_lowercase()
        .find("/workspaces/")
        .map_or(service, |at| {
            let end = id[at + 12..].find('/').map_or(id.len(), |end| at + 12 + end);
            &id[..end]
        });
    let target = format!("{base}/{to}/{name}");
    let rest = [to.to_owned(), name.to_owned()];
    let Ok(place) = place(store, service, &rest) else {
        return Value::Null;
    };
    let whole = store
        .whole(&target)
        .cloned()
        .or_else(|| place.read(store, service));
    let mut shown = whole
        .map(|whole| view(store, &place, service, &whole, call))
        .unwrap_or_else(|| json!({ "name": name }));
    shown["id"] = id.into();
    shown
}

fn mark(store: &Store, place: &Place, whole: &Value) -> String {
    match store.sent_as(&place.id) {
        Some(sent) => etag(&Value::Object(sent.body.clone())),
        None => etag(&whole["properties"]),
    }
}

fn check_name(place: &Place) -> Result<(), Problem> {
    let name = &place.name;
    let names = place.kind.names;
    if !names.is_empty() && !names.iter().any(|it| it.eq_ignore_ascii_case(name)) {
        let message = format!(
            "'{name}' is not a name of it; the only ones are: {}.",
            names.join(", ")
        );
        return Err(Problem::value("name", message));
    }
    let longest = if matches!(place.kind.path, "apis" | "namedValues") {
        256
    } else {
        80
    };
    if name.chars().count() > longest {
        let message = format!("The name is longer than {longest} characters.");
        return Err(Problem::value("name", message));
    }
    // The name of an address is one.
    let is_free = place.kind.path.starts_with("notifications/");
    match name.chars().find(|c| !is_free && "*#&+:<>?".contains(*c)) {
        Some(c) => Err(Problem::value("name", format!("The name holds '{c}'."))),
        None => Ok(()),
    }
}

fn put_link(plane: &Plane, call: &Call, service: &str, place: &Place, to: &str) -> Judged {
    let target = {
        let store = plane.store();
        let at = place.id.to_ascii_lowercase().find("/workspaces/");
        let mut rest: Vec<String> = Vec::new();
        if at.is_some() {
            let inside = place.id[service.len() + 1..].split('/').take(2);
            rest.extend(inside.map(str::to_owned));
        }
        rest.extend([to.to_owned(), place.name.clone()]);
        let target = super::place::place(&store, service, &rest)?;
        target.read(&store, service).ok_or_else(|| missing(target.kind))?;
        target
    };
    let resource = Deployed {
        id: format!(
            "{}/{}",
            place.id.rsplit_once('/').map_or("", |(it, _)| it),
            target.name
        ),
        name: target.name.clone(),
        r#type: place.r#type(),
        api_version: call.query("api-version").unwrap_or_default().to_owned(),
        body: Map::new(),
        places: Places::default(),
    };
    let id = resource.id.clone();
    let is_new = plane.change(Store::has_effect(&place.r#type()), |store| {
        let is_new = store.sent_as(&resource.id).is_none();
        store.put(resource).map_err(refused)?;
        Ok(is_new)
    })?;
    let store = plane.store();
    Ok(Answer::put(is_new, linked(&store, service, &id, to, call)))
}

fn put(plane: &Plane, call: &Call, service: &str, place: &Place) -> Judged {
    let body = call.object()?;
    let sent = match body.get("properties") {
        Some(Value::Object(properties)) => properties.clone(),
        None | Some(Value::Null) => Map::new(),
        Some(_) => return Err(Problem::value("properties", "'properties' must be an object.")),
    };
    let is_new = plane.change(takes_effect(place), |store| {
        let before = place.read(store, service);
        let present = before.as_ref().map(|whole| mark(store, place, whole));
        check_etag(call, present.as_deref(), false)?;
        let known = store.sent_as(&place.id).cloned();
        let mut properties = sent;
        if place.kind.path == "apis" {
            revisions::prepare(store, service, place, &mut properties)?;
        }
        keep(place, known.as_ref(), &mut properties);
        complete(place, &mut properties);
        check_required(place, &properties)?;
        let resource = resource(place, call, properties);
        store.put(resource).map_err(refused)?;
        revisions::follow(store, service, place)?;
        Ok(before.is_none())
    })?;
    done(plane, call, service, place, is_new)
}

fn patch(plane: &Plane, call: &Call, service: &str, place: &Place) -> Judged {
    let body = call.object()?;
    let patch = match body.get("properties") {
        Some(Value::Object(properties)) => properties.clone(),
        None | Some(Value::Null) => Map::new(),
        Some(_) => return Err(Problem::value("properties", "'properties' must be an object.")),
    };
    plane.change(takes_effect(place), |store| {
        let before = place.read(store, service).ok_or_else(|| missing(place.kind))?;
        let present = mark(store, place, &before);
        // Public notebooks patch a pool with `az rest`, which sends no mark.
        let is_strict = place.kind.manner == Manner::Entity && place.kind.path != "backends";
        check_etag(call, Some(&present), is_strict)?;
        let mut properties = match store.sent_as(&place.id) {
            Some(known) => known
                .body
                .get("properties")
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default(),
            None => before["properties"].as_object().cloned().unwrap_or_default(),
        };
        merge(&mut properties, patch);
        complete(place, &mut properties);
        check_required(place, &properties)?;
        store.put(resource(place, call, properties)).map_err(refused)?;
        revisions::follow(store, service, place)
    })?;
    // Settings of the portal are merged without an answer.
    if place.kind.path == "portalsettings" {
        return Ok(Answer::bare(StatusCode::NO_CONTENT));
    }
    done(plane, call, service, place, false)
}

fn resource(place: &Place, call: &Call, properties: Map<String, Value>) -> Deployed {
    let mut body = Map::new();
    body.insert("properties".into(), properties.into());
    Deployed {
        id: place.id.clone(),
        name: place.name.clone(),
        r#type: place.r#type(),
        api_version: call.query("api-version").unwrap_or_default().to_owned(),
        body,
        places: Places::default(),
    }
}

fn done(plane: &Plane, call: &Call, service: &str, place: &Place, is_new: bool) -> Judged {
    let store = plane.store();
    // A release makes another revision current, under another name.
    let whole = place.read(&store, service).unwrap_or_default();
    let mark = mark(&store, place, &whole);
    // Two kinds have one status whatever was there before.
    let is_new = match place.kind.path {
        "portalRevisions" => call.method == Method::PUT,
        "privateEndpointConnections" => false,
        _ => is_new,
    };
    Ok(Answer::put(is_new, view(&store, place, service, &whole, call)).etag(&mark))
}

/// Whether the gateway may answer otherwise afterwards. A release makes another revision current.
fn takes_effect(place: &Place) -> bool {
    place.kind.path == "apis/releases" || Store::has_effect(&place.r#type())
}

/// What a client cannot send again, because it is never given back, stays as it is; so do the operations that an API imported.
fn keep(place: &Place, known: Option<&Deployed>, properties: &mut Map<String, Value>) {
    let Some(Value::Object(before)) = known.and_then(|known| known.body.get("properties")) else {
        return;
    };
    let imported: &[&str] = if place.kind.path == "apis" {
        &["value", "format"]
    } else {
        &[]
    };
    let dated: &[&str] = &["createdDate", "createdDateTime"];
    for name in place.kind.secrets.iter().chain(imported).chain(dated) {
        if let (None, Some(value)) = (properties.get(*name), before.get(*name)) {
            properties.insert((*name).to_owned(), value.clone());
        }
    }
}

/// What is meant without being said: clients that know pools leave out that it is one.
fn complete(place: &Place, properties: &mut Map<String, Value>) {
    if place.kind.path == "backends" && properties.get("pool").is_some_and(Value::is_object) {
        properties.insert("type".into(), "Pool".into());
    }
    if place.kind.path == "apis"
        && properties.get("displayName").is_none_or(Value::is_null)
        && let Some(title) = title(properties)
    {
        properties.insert("displayName".into(), title.into());
    }
}

/// The title of the document that an API imports.
fn title(properties: &Map<String, Value>) -> Option<String> {
    let read: Value = serde_json::from_str(properties.get("value")?.as_str()?).ok()?;
    read["info"]["title"].as_str().map(str::to_owned)
}

fn check_required(place: &Place, properties: &Map<String, Value>) -> Result<(), Problem> {
    let is_missing = |name: &&&str| properties.get(**name).is_none_or(Value::is_null);
    let mut details: Vec<Detail> = place
        .kind
        .required
        .iter()
        .filter(is_missing)
        .map(|name| Detail {
            code: "ValidationError".into(),
            target: Some((*name).to_owned()),
            message: format!("Required property '{name}' is missing."),
        })
        .collect();
    let has = |name: &str| properties.get(name).is_some_and(|it| !it.is_null());
    if place.kind.path == "backends" && !has("pool") {
        for name in ["url", "protocol"] {
            if !has(name) {
                details.push(Detail {
                    code: "ValidationError".into(),
                    target: Some(name.to_owned()),
                    message: format!("Required property '{name}' is missing."),
                });
            }
        }
    }
    match details.is_empty() {
        true => Ok(()),
        false => Err(Problem::validation(details)),
    }
}

fn delete(plane: &Plane, call: &Call, store: &Store, service: &str, place: &Place) -> Judged {
    let is_strict = place.kind.manner == Manner::Entity || place.kind.manner == Manner::Policy;
    let Some(whole) = place.read(store, service) else {
        return Ok(Answer::bare(StatusCode::NO_CONTENT));
    };
    if !matches!(place.kind.manner, Manner::Link(_)) {
        check_etag(call, Some(&mark(store, place, &whole)), is_strict)?;
    }
    let is_imported = place.kind.path == "apis/operations" && {
        let imported = store.imported_operations(&place.parent);
        imported
            .iter()
            .any(|it| same(&it["name"], &place.name.as_str().into()))
    };
    if store.sent_as(&place.id).is_none() && !is_imported {
        let message = format!(
            "The built-in {} '{}' cannot be deleted.",
            place.kind.noun, place.name
        );
        return Err(Problem::bad("ValidationError", message));
    }
    let subscriptions = subscriptions_of(store, service, place);
    if !subscriptions.is_empty()
        && !call
            .query("deleteSubscriptions")
            .is_some_and(|it| it.eq_ignore_ascii_case("true"))
    {
        return Err(Problem::bad(
            "ValidationError",
            "Cannot delete product since it has existing subscriptions. Use 'deleteSubscriptions=true' to delete them with it.",
        ));
    }
    plane.change(takes_effect(place), |store| {
        subscriptions.iter().for_each(|id| drop(store.remove(id)));
        if is_imported {
            revisions::forget_operation(store, place)?;
        }
        revisions::remove(store, place);
        Ok(())
    })?;
    Ok(Answer::bare(match GONE.contains(&place.kind.path) {
        true => StatusCode::NO_CONTENT,
        false => StatusCode::OK,
    }))
}

fn subscriptions_of(store: &Store, service: &str, place: &Place) -> Vec<String> {
    if place.path != "products" {
        return Vec::new();
    }
    super::views::subscriptions(store, service, |properties| {
        let scope = properties["scope"]
            .as_str()
            .unwrap_or_default()
            .to_ascii_lowercase();
        scope.ends_with(&format!("/products/{}", place.name.to_ascii_lowercase()))
    })
    .into_iter()
    .map(|(id, _)| id)
    .collect()
}
