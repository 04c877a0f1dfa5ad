//! Resource groups, and lists of resources.

use crate::answer::{Answer, Judged, Problem};
use crate::call::Call;
use crate::deleted;
use crate::filter::Filter;
use crate::generic::shown;
use crate::page::plain;
use crate::plane::Plane;
use bicep::{Cloud as _, Deployed, Places};
use http::{Method, StatusCode};
use resources::Store;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The type of a group.
pub(crate) const GROUP: &str = "Microsoft.Resources/resourceGroups";
/// The type of a deployment.
pub(crate) const DEPLOYMENT: &str = "Microsoft.Resources/deployments";

/// Makes the groups in which there are resources already.
pub(crate) fn adopt(store: &mut Store, subscription: &str) {
    let ids = store.sent().filter(|it| !it.r#type.eq_ignore_ascii_case(GROUP));
    let names: BTreeSet<String> = ids.filter_map(|it| of(&it.id).map(str::to_owned)).collect();
    for name in names {
        let id = format!("/subscriptions/{subscription}/resourceGroups/{name}");
        if store.sent_as(&id).is_none() {
            let location = store.facts().location.clone();
            let mut body = Map::new();
            body.insert("location".into(), location.into());
            // A group refuses nothing.
            let _ = store.put(group(&id, &name, body));
        }
    }
}

/// The name of the group in the id of something inside it.
pub(crate) fn of(id: &str) -> Option<&str> {
    let mut parts = id.split('/').skip(3);
    let is_inside = parts.next()?.eq_ignore_ascii_case("resourceGroups");
    parts.next().filter(|it| is_inside && !it.is_empty())
}

fn group(id: &str, name: &str, body: Map<String, Value>) -> Deployed {
    Deployed {
        id: id.to_owned(),
        r#type: GROUP.into(),
        api_version: "2024-11-01".into(),
        name: name.to_owned(),
        body,
        places: Places::default(),
    }
}

/// The id of the group that a request names, as it is spelt.
pub(crate) fn required(store: &Store, call: &Call) -> Result<String, Problem> {
    let name = call.path.get(3).map_or("", String::as_str);
    let id = format!("/subscriptions/{}/resourceGroups/{name}", call.path[1]);
    match store.sent_as(&id) {
        Some(group) => Ok(group.id.clone()),
        None => Err(Problem::missing(
            "ResourceGroupNotFound",
            format!("Resource group '{name}' could not be found."),
        )),
    }
}

/// `GET .../resourcegroups`.
pub(crate) fn list(plane: &Plane, call: &Call) -> Judged {
    let store = plane.store();
    let mut groups: Vec<Value> = store.of_type(GROUP).map(|(_, whole)| view(whole)).collect();
    if let Some(filter) = filter(call)? {
        groups.retain(|group| {
            let tags = group["tags"].as_object().into_iter().flatten();
            let mut pairs = tags.map(|(name, value)| json!({ "tagName": name, "tagValue": value }));
            filter.fits(group) || pairs.any(|pair| filter.fits(&pair))
        });
    }
    Ok(plain(groups))
}

fn filter(call: &Call) -> Result<Option<Filter>, Problem> {
    match call.query("$filter").filter(|it| !it.trim().is_empty()) {
        None => Ok(None),
        Some(text) => Filter::read(text)
            .map(Some)
            .map_err(|why| Problem::bad("InvalidFilterInQueryString", why)),
    }
}

/// `.../resourcegroups/{name}`.
pub(crate) fn one(plane: &Plane, call: &Call) -> Judged {
    let store = plane.store();
    match call.method {
        Method::GET => {
            let id = required(&store, call)?;
            Ok(Answer::ok(view(store.whole(&id).unwrap_or(&Value::Null))))
        }
        Method::HEAD => {
            let is_there = required(&store, call).is_ok();
            Ok(Answer::bare(if is_there {
                StatusCode::NO_CONTENT
            } else {
                StatusCode::NOT_FOUND
            }))
        }
        Method::PUT => put(plane, call),
        Method::PATCH => {
            let id = required(&store, call)?;
            let patch = call.object()?;
            plane.change(false, |store| {
                let mut resource = store.sent_as(&id).cloned().unwrap_or_default();
                crate::generic::merge(&mut resource.body, patch);
                store
                    .put(resource)
                    .map_err(|refusal| Problem::bad(refusal.code, refusal.message))
            })?;
            let store = plane.store();
            Ok(Answer::ok(view(store.whole(&id).unwrap_or(&Value::Null))))
        }
        Method::DELETE => {
            let id = required(&store, call)?;
            plane.change(true, |store| {
                deleted::remember_below(plane, store, &id);
                store.remove(&id);
                Ok(())
            })?;
            Ok(Answer::bare(StatusCode::OK))
        }
        _ => Err(Problem::no_method(&call.method)),
    }
}

fn put(plane: &Plane, call: &Call) -> Judged {
    let mut body = call.object()?;
    let name = call.path[3].clone();
    if !is_name(&name) {
        let message = format!(
            "The provided resource group name '{name}' has these invalid characters or is too long: it is made of letters, digits, '-', '_', '.' and parentheses, at most 90, and does not end in '.'."
        );
        return Err(Problem::bad("InvalidResourceGroupName", message));
    }
    let id = format!("/subscriptions/{}/resourceGroups/{name}", plane.subscription);
    let (is_new, id) = plane.change(false, |store| {
        let known = store.sent_as(&id).cloned();
        let location = body.get("location").and_then(Value::as_str).map(str::to_owned);
        match (&known, location) {
            (None, None) => {
                return Err(Problem::bad(
                    "LocationRequired",
                    "The location property is required for this definition.",
                ));
            }
            (Some(known), location) => {
                let before = known.body.get("location").and_then(Value::as_str).unwrap_or_default();
                if location.is_some_and(|it| model::region_id(&it) != model::region_id(before)) {
                    let message = format!(
                        "Invalid resource group location '{}'. The Resource group already exists in location '{before}'.",
                        body["location"].as_str().unwrap_or_default()
                    );
                    return Err(Problem::new(StatusCode::CONFLICT, "InvalidResourceGroupLocation", message));
                }
                body.insert("location".into(), before.into());
            }
            (None, Some(location)) => {
                body.insert("location".into(), model::region_id(&location).into());
            }
        }
        let (id, name) = known
            .as_ref()
            .map_or((id.clone(), name.clone()), |known| (known.id.clone(), known.name.clone()));
        body.retain(|name, _| matches!(name.as_str(), "location" | "tags" | "managedBy"));
        store
            .put(group(&id, &name, body.clone()))
            .map_err(|refusal| Problem::bad(refusal.code, refusal.message))?;
        Ok((known.is_none(), id))
    })?;
    let store = plane.store();
    Ok(Answer::put(
        is_new,
        view(store.whole(&id).unwrap_or(&Value::Null)),
    ))
}

fn is_name(name: &str) -> bool {
    let is_good = |c: char| c.is_alphanumeric() || "-_.()".contains(c);
    name.chars().all(is_good) && (1..=90).contains(&name.chars().count()) && !name.ends_with('.')
}

/// A group as it is shown.
fn view(whole: &Value) -> Value {
    json!({
        "id": whole["id"], "name": whole["name"], "type": GROUP, "location": whole["location"],
        "tags": whole.get("tags").cloned().unwrap_or_else(|| json!({})),
        "properties": { "provisioningState": "Succeeded" },
    })
}

/// Every resource of the subscription or of a group that has a place of its own in lists.
pub(crate) fn resources(plane: &Plane, call: &Call, group: Option<&str>) -> Judged {
    let store = plane.store();
    if group.is_some() {
        required(&store, call)?;
    }
    let filter = filter(call)?;
    let all = store.list().filter(|whole| is_listed(whole));
    let inside = all.filter(|whole| {
        let own = whole["id"].as_str().and_then(of).unwrap_or_default();
        group.is_none_or(|group| own.eq_ignore_ascii_case(group))
    });
    let fits = |whole: &&Value| {
        let Some(filter) = &filter else { return true };
        let id = whole["id"].as_str().unwrap_or_default();
        let tags = whole["tags"].as_object().into_iter().flatten();
        let facts = |tag: Option<(&String, &Value)>| {
            json!({
                "resourceGroup": of(id), "resourceType": whole["type"], "name": whole["name"], "location": whole["location"],
                "tagName": tag.map(|it| it.0), "tagValue": tag.map(|it| it.1), "kind": whole["kind"],
            })
        };
        let mut with_tags = tags.map(|tag| facts(Some(tag)));
        filter.fits(&facts(None)) || with_tags.any(|facts| filter.fits(&facts))
    };
    let now = plane.now();
    let item = |whole: &Value| {
        let mut item = shown(whole);
        if let Some(object) = item.as_object_mut() {
            object.remove("properties");
            if call.query("$expand").is_some() {
                object.insert("createdTime".into(), now.as_str().into());
                object.insert("changedTime".into(), now.as_str().into());
                object.insert("provisioningState".into(), "Succeeded".into());
            }
        }
        item
    };
    let top = call
        .query("$top")
        .and_then(|it| it.parse::<usize>().ok())
        .unwrap_or(usize::MAX);
    Ok(plain(inside.filter(fits).take(top).map(item).collect()))
}

/// Azure lists what is tracked, and projects of accounts; parts of a resource, groups and deployments are not listed.
fn is_listed(whole: &Value) -> bool {
    let kind = whole["type"].as_str().unwrap_or_default().to_ascii_lowercase();
    let id = whole["id"].as_str().unwrap_or_default();
    let is_extension = id.to_ascii_lowercase().matches("/providers/").count() > 1;
    let is_top = kind.matches('/').count() == 1;
    let is_hidden = kind.starts_with("microsoft.resources/")
        || kind.starts_with("microsoft.authorization/")
        || kind.ends_with("/deletedservices")
        || kind.ends_with("/deletedaccounts");
    kind == "microsoft.cognitiveservices/accounts/projects" || (is_top && !is_hidden && !is_extension)
}
