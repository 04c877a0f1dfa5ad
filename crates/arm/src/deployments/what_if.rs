//! What a deployment would do.

use super::{Scope, invalid_template, read, run};
use crate::answer::{Answer, Judged};
use crate::call::Call;
use crate::generic::shown;
use crate::groups;
use crate::plane::Plane;
use serde_json::{Map, Value, json};

pub(super) fn answer(plane: &Plane, call: &Call, scope: &Scope, name: &str) -> Judged {
    let sent = read(plane, call)?;
    let before = plane.store();
    let mut after = (*before).clone();
    let outcome =
        run(plane, &mut after, &sent, scope, name).map_err(|findings| invalid_template(&findings))?;
    let format = sent.body["properties"]["whatIfSettings"]["resultFormat"].as_str();
    let ids_only = format.is_some_and(|it| it.eq_ignore_ascii_case("ResourceIdOnly"));
    let mut changes = Vec::new();
    for id in &outcome.resources {
        let kind = match (before.sent_as(id), after.sent_as(id)) {
            (None, _) => "Create",
            (Some(one), Some(other)) if one.body == other.body => "NoChange",
            _ => "Modify",
        };
        changes.push((id.clone(), kind));
    }
    let is_here = |id: &str| match &scope.group {
        Some(group) => groups::of(id).is_some_and(|own| own.eq_ignore_ascii_case(group)),
        None => false,
    };
    let is_spoken_of = |id: &str| outcome.resources.iter().any(|it| it.eq_ignore_ascii_case(id));
    for sent in before.sent() {
        let is_listed = is_here(&sent.id)
            && !sent
                .r#type
                .to_ascii_lowercase()
                .starts_with("microsoft.resources/");
        if is_listed && !is_spoken_of(&sent.id) {
            let kind = if after.sent_as(&sent.id).is_none() {
                "Delete"
            } else {
                "Ignore"
            };
            changes.push((sent.id.clone(), kind));
        }
    }
    let change = |(id, kind): (String, &str)| {
        let mut change = json!({ "resourceId": id, "changeType": kind });
        if !ids_only {
            let (one, other) = (before.whole(&id).map(shown), after.whole(&id).map(shown));
            if kind == "Modify" {
                change["delta"] = delta("", one.as_ref(), other.as_ref()).into();
            }
            change["before"] = one.unwrap_or_default();
            change["after"] = if kind == "Delete" {
                Value::Null
            } else {
                other.unwrap_or_default()
            };
        }
        change
    };
    let changes: Vec<Value> = changes.into_iter().map(change).collect();
    Ok(Answer::ok(
        json!({ "status": "Succeeded", "properties": { "correlationId": null, "changes": changes } }),
    ))
}

/// Which properties differ, by their paths.
fn delta(path: &str, before: Option<&Value>, after: Option<&Value>) -> Vec<Value> {
    match (before, after) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let names: Map<String, Value> = one
                .iter()
                .chain(other)
                .map(|(name, _)| (name.clone(), Value::Null))
                .collect();
            let inner = |name: &String| {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                delta(&path, one.get(name), other.get(name))
            };
            names.keys().flat_map(inner).collect()
        }
        (one, other) if one == other => Vec::new(),
        (one, other) => {
            let kind = match (one, other) {
                (None, _) => "Create",
                (_, None) => "Delete",
                _ => "Modify",
            };
            vec![
                json!({ "path": path, "propertyChangeType": kind, "before": one, "after": other, "children": null }),
            ]
        }
    }
}
