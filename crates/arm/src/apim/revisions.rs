//! APIs that come from others: revisions, clones, releases; and operations that are no longer imported.

use super::place::Place;
use crate::answer::Problem;
use crate::generic::refused;
use bicep::{Cloud as _, Deployed};
use resources::Store;
use serde_json::{Map, Value};

/// Adds to what was sent for an API whatever it takes over from another.
pub(crate) fn prepare(
    store: &mut Store,
    service: &str,
    place: &Place,
    properties: &mut Map<String, Value>,
) -> Result<(), Problem> {
    let revision = place
        .name
        .split_once(";rev=")
        .map(|(name, number)| (name.to_owned(), number.to_owned()));
    if let Some((_, number)) = &revision {
        if number.is_empty() || !number.chars().all(|c| c.is_ascii_digit()) {
            return Err(Problem::value(
                "apiId",
                format!("'{number}' is not the number of a revision."),
            ));
        }
        properties.insert("apiRevision".into(), number.as_str().into());
        properties.insert("isCurrent".into(), false.into());
    }
    let source = properties
        .get("sourceApiId")
        .and_then(Value::as_str)
        .map(str::to_owned);
    let source = source.or_else(|| {
        let (name, _) = revision.as_ref().filter(|_| store.sent_as(&place.id).is_none())?;
        Some(format!("/apis/{name}"))
    });
    let Some(source) = source else { return Ok(()) };
    let name = source.rsplit('/').next().unwrap_or_default();
    let from = format!("{}/apis/{name}", place.parent);
    let plain = from.split(";rev=").next().unwrap_or_default().to_owned();
    let known = store.sent_as(&from).or_else(|| store.sent_as(&plain)).cloned();
    let Some(known) = known else {
        return Err(Problem::value(
            "sourceApiId",
            format!("The API '{name}' does not exist in '{service}'."),
        ));
    };
    if let Some(Value::Object(before)) = known.body.get("properties") {
        for (name, value) in before {
            if !matches!(
                name.as_str(),
                "apiRevision" | "isCurrent" | "apiRevisionDescription"
            ) {
                properties.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
    }
    copy_below(store, &known, &place.id)
}

fn copy_below(store: &mut Store, from: &Deployed, to: &str) -> Result<(), Problem> {
    // The new one is not there yet, and what lies below it needs it.
    let mut top = from.clone();
    top.id = to.to_owned();
    top.name = to.rsplit('/').next().unwrap_or_default().to_owned();
    if store.sent_as(to).is_none() {
        store.put(top).map_err(refused)?;
    }
    for id in store.below(&from.id) {
        let is_copied = !id.to_ascii_lowercase().contains("/releases/");
        if let Some(mut resource) = store.sent_as(&id).cloned().filter(|_| is_copied) {
            resource.id = format!("{to}{}", &id[from.id.len()..]);
            if store.sent_as(&resource.id).is_none() {
                store.put(resource).map_err(refused)?;
            }
        }
    }
    Ok(())
}

/// What follows from a change: a release makes its revision the current one.
pub(crate) fn follow(store: &mut Store, service: &str, place: &Place) -> Result<(), Problem> {
    if place.kind.path != "apis/releases" {
        return Ok(());
    }
    let asked = store.sent_as(&place.id).and_then(|it| it.body.get("properties"));
    let asked = asked
        .and_then(|it| it["apiId"].as_str())
        .unwrap_or_default()
        .to_owned();
    let Some((_, number)) = asked.rsplit('/').next().unwrap_or_default().split_once(";rev=") else {
        return Ok(());
    };
    let current = place.parent.clone();
    let is_current = store
        .whole(&current)
        .is_some_and(|it| it["properties"]["apiRevision"] == number);
    if is_current {
        return Ok(());
    }
    let next = format!("{current};rev={number}");
    if store.sent_as(&next).is_none() {
        return Err(Problem::value(
            "apiId",
            format!("The revision '{asked}' does not exist in '{service}'."),
        ));
    }
    let before = store
        .whole(&current)
        .and_then(|it| it["properties"]["apiRevision"].as_str())
        .unwrap_or("1")
        .to_owned();
    // Releases belong to the API, whichever revision is current.
    let releases: Vec<Deployed> = store
        .below(&current)
        .into_iter()
        .filter(|id| id.to_ascii_lowercase().contains("/releases/"))
        .filter_map(|id| store.sent_as(&id).cloned())
        .collect();
    store
        .rename(&current, &format!("{current};rev={before}"))
        .map_err(refused)?;
    store.rename(&next, &current).map_err(refused)?;
    for release in releases {
        store.remove(
            &release
                .id
                .replacen(&current, &format!("{current};rev={before}"), 1),
        );
        store.put(release).map_err(refused)?;
    }
    for (id, is_current) in [
        (current.clone(), true),
        (format!("{current};rev={before}"), false),
    ] {
        if let Some(mut api) = store.sent_as(&id).cloned()
            && let Some(Value::Object(properties)) = api.body.get_mut("properties")
        {
            let number = if is_current { number } else { before.as_str() };
            properties.insert("isCurrent".into(), is_current.into());
            properties.insert("apiRevision".into(), number.into());
            store.put(api).map_err(refused)?;
        }
    }
    Ok(())
}

/// Takes a resource away; an API goes with its revisions.
pub(crate) fn remove(store: &mut Store, place: &Place) {
    store.remove(&place.id);
    if place.kind.path == "apis" && !place.name.contains(";rev=") {
        let root = format!("{};rev=", place.id.to_ascii_lowercase());
        let r#type = place.r#type();
        let revisions: Vec<String> = store
            .of_type(&r#type)
            .map(|(sent, _)| sent.id.clone())
            .filter(|id| id.to_ascii_lowercase().starts_with(&root))
            .collect();
        revisions.iter().for_each(|id| drop(store.remove(id)));
    }
}

/// Takes an operation out of the document that an API imported.
pub(crate) fn forget_operation(store: &mut Store, place: &Place) -> Result<(), Problem> {
    let Some(mut api) = store.sent_as(&place.parent).cloned() else {
        return Ok(());
    };
    let found = store.imported_operations(&place.parent).into_iter().find(|it| {
        it["name"]
            .as_str()
            .is_some_and(|name| name.eq_ignore_ascii_case(&place.name))
    });
    let operations = store.imported_operations(&place.parent);
    let Some(at) = found.and_then(|found| operations.iter().position(|it| *it == found)) else {
        return Ok(());
    };
    let Some(Value::Object(properties)) = api.body.get_mut("properties") else {
        return Ok(());
    };
    let text = properties
        .get("value")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let Ok(mut document) = serde_json::from_str::<Value>(text) else {
        return Err(Problem::bad(
            "ValidationError",
            "An operation that was imported from a document that is not JSON cannot be deleted here: import a document without it.",
        ));
    };
    const METHODS: [&str; 8] = [
        "get", "put", "post", "delete", "options", "head", "patch", "trace",
    ];
    // Operations are listed in the order of the document.
    let mut count = 0;
    for path in document["paths"]
        .as_object_mut()
        .into_iter()
        .flat_map(|it| it.values_mut())
    {
        let Some(members) = path.as_object_mut() else {
            continue;
        };
        let own: Vec<String> = members
            .keys()
            .filter(|it| METHODS.contains(&it.as_str()))
            .cloned()
            .collect();
        if let Some(method) = at.checked_sub(count).and_then(|at| own.get(at)) {
            members.shift_remove(method);
            break;
        }
        count += own.len();
    }
    properties.insert("value".into(), document.to_string().into());
    properties.insert("format".into(), "openapi+json".into());
    store.put(api).map_err(refused)
}
