//! Services and model servers that were deleted and are not yet purged: they can be restored, and their names are taken.

use crate::answer::Problem;
use crate::generic::refused;
use crate::groups;
use crate::plane::Plane;
use bicep::{Cloud as _, Deployed, Places};
use resources::Store;
use serde_json::{Map, Value, json};

/// The type of a deleted service.
pub(crate) const SERVICES: &str = "Microsoft.ApiManagement/deletedservices";
/// The type of a deleted account.
pub(crate) const ACCOUNTS: &str = "Microsoft.CognitiveServices/deletedAccounts";
/// The type of a service.
pub(crate) const SERVICE: &str = "Microsoft.ApiManagement/service";
/// The type of an account.
pub(crate) const ACCOUNT: &str = "Microsoft.CognitiveServices/accounts";

/// Remembers whatever in a group can be restored.
pub(crate) fn remember_below(plane: &Plane, store: &mut Store, group: &str) {
    let root = format!("{}/", group.to_ascii_lowercase());
    let inside = |r#type: &str, store: &Store| -> Vec<String> {
        let all = store.of_type(r#type).map(|(sent, _)| sent.id.clone());
        all.filter(|id| id.to_ascii_lowercase().starts_with(&root))
            .collect()
    };
    for id in inside(SERVICE, store).into_iter().chain(inside(ACCOUNT, store)) {
        remember(plane, store, &id);
    }
}

/// Remembers a service or an account, with everything in it. It is not taken away by this.
pub(crate) fn remember(plane: &Plane, store: &mut Store, id: &str) {
    let Some(own) = store.sent_as(id).cloned() else {
        return;
    };
    let location = store
        .whole(id)
        .and_then(|it| it["location"].as_str())
        .unwrap_or_default();
    let location = model::region_id(location);
    let below: Vec<Value> = std::iter::once(id.to_owned())
        .chain(store.below(id))
        .filter_map(|id| store.sent_as(&id))
        .map(|it| json!({ "id": it.id, "type": it.r#type, "apiVersion": it.api_version, "name": it.name, "body": it.body }))
        .collect();
    let is_service = own.r#type.eq_ignore_ascii_case(SERVICE);
    let now = plane.now();
    let properties = match is_service {
        true => {
            json!({ "serviceId": own.id, "deletionDate": now, "scheduledPurgeDate": in_two_days(plane), "kept": below })
        }
        false => json!({ "deletionDate": now, "scheduledPurgeDate": in_two_days(plane), "kept": below }),
    };
    let mut body = Map::new();
    body.insert("location".into(), location.as_str().into());
    body.insert("properties".into(), properties);
    let group = groups::of(&own.id).unwrap_or_default();
    let resource = Deployed {
        id: place(&plane.subscription, is_service, &location, group, &own.name),
        r#type: if is_service { SERVICES } else { ACCOUNTS }.to_owned(),
        api_version: own.api_version,
        name: own.name,
        body,
        places: Places::default(),
    };
    // What was kept once is kept again.
    let _ = store.put(resource);
}

fn in_two_days(plane: &Plane) -> String {
    let end = jiff::Timestamp::from_second(plane.clock.now().seconds() + 2 * 86_400).unwrap_or_default();
    end.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The id of something deleted.
pub(crate) fn place(subscription: &str, is_service: bool, location: &str, group: &str, name: &str) -> String {
    let location = model::region_id(location);
    match is_service {
        true => format!(
            "/subscriptions/{subscription}/providers/Microsoft.ApiManagement/locations/{location}/deletedservices/{name}"
        ),
        false => format!(
            "/subscriptions/{subscription}/providers/Microsoft.CognitiveServices/locations/{location}/resourceGroups/{group}/deletedAccounts/{name}"
        ),
    }
}

/// Something deleted as it is shown.
pub(crate) fn shown(whole: &Value) -> Value {
    let mut shown = crate::generic::shown(whole);
    if let Some(properties) = shown["properties"].as_object_mut() {
        properties.shift_remove("kept");
        properties.shift_remove("provisioningState");
    }
    shown
}

/// What was deleted under this name, if it has not been purged.
pub(crate) fn find<'a>(store: &'a Store, resource: &Deployed) -> Option<&'a Deployed> {
    let is_service = resource.r#type.eq_ignore_ascii_case(SERVICE);
    let deleted = if is_service { SERVICES } else { ACCOUNTS };
    let group = groups::of(&resource.id).unwrap_or_default();
    let mut all = store.of_type(deleted).map(|(sent, _)| sent);
    all.find(|it| {
        let is_here = is_service
            || it
                .id
                .to_ascii_lowercase()
                .contains(&format!("/resourcegroups/{}/", group.to_ascii_lowercase()));
        it.name.eq_ignore_ascii_case(&resource.name) && is_here
    })
}

/// Refuses a name that something deleted still has, and restores what is asked for.
pub(crate) fn check(store: &mut Store, resource: &Deployed) -> Result<(), Problem> {
    let is_service = resource.r#type.eq_ignore_ascii_case(SERVICE);
    if !is_service && !resource.r#type.eq_ignore_ascii_case(ACCOUNT) || store.sent_as(&resource.id).is_some()
    {
        return Ok(());
    }
    let Some(deleted) = find(store, resource).cloned() else {
        return Ok(());
    };
    let restores = resource
        .body
        .get("properties")
        .is_some_and(|it| it["restore"] == true);
    if restores {
        return restore(store, &deleted);
    }
    Err(match is_service {
        true => Problem::new(
            http::StatusCode::CONFLICT,
            "ServiceAlreadyExistsInSoftDeletedState",
            format!(
                "Api service {} was soft-deleted. In order to create the new service with the same name, you have to either undelete the service or purge it. See https://aka.ms/apimsoftdelete.",
                resource.name
            ),
        ),
        false => Problem::new(
            http::StatusCode::CONFLICT,
            "FlagMustBeSetForRestore",
            format!(
                "An existing resource with ID '{}' has been soft-deleted. To restore the resource, you must specify 'restore' to be 'true' in the property. If you don't want to restore existing resource, please purge it first.",
                resource.id
            ),
        ),
    })
}

fn restore(store: &mut Store, deleted: &Deployed) -> Result<(), Problem> {
    let kept = deleted
        .body
        .get("properties")
        .and_then(|it| it["kept"].as_array())
        .cloned();
    store.remove(&deleted.id);
    for resource in kept.unwrap_or_default() {
        let text = |name: &str| resource[name].as_str().unwrap_or_default().to_owned();
        let resource = Deployed {
            id: text("id"),
            r#type: text("type"),
            api_version: text("apiVersion"),
            name: text("name"),
            body: resource["body"].as_object().cloned().unwrap_or_default(),
            places: Places::default(),
        };
        store.put(resource).map_err(refused)?;
    }
    Ok(())
}
