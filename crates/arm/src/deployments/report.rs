//! How a deployment is told.

use super::{Scope, Sent};
use crate::groups::DEPLOYMENT;
use crate::plane::Plane;
use bicep::Outcome;
use clock::Dice;
use resources::Store;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use source::Finding;
use std::collections::BTreeMap;

/// A deployment that has begun.
pub(super) fn begun(plane: &Plane, sent: &Sent, scope: &Scope, name: &str) -> Value {
    let digest = Sha256::digest(sent.template.as_bytes());
    let hash = digest
        .iter()
        .take(8)
        .fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    let id = format!("{}/providers/{DEPLOYMENT}/{name}", scope.id);
    let correlation = Dice::new(plane.seed)
        .roll(("deployment", id.as_str(), plane.clock.now().nanos()), 0)
        .uuid();
    let mut body = json!({
        "id": id, "name": name, "type": DEPLOYMENT,
        "properties": {
            "templateHash": hash.to_string(),
            "parameters": parameters(sent),
            "mode": if sent.mode.eq_ignore_ascii_case("complete") { "Complete" } else { "Incremental" },
            "provisioningState": "Accepted",
            "timestamp": plane.now(),
            "duration": "PT0S",
            "correlationId": correlation.to_string(),
            "providers": [], "dependencies": [],
            // For whoever asks for the template again.
            "kept": sent.read,
        },
    });
    if scope.group.is_none() {
        body["location"] = sent
            .body
            .get("location")
            .cloned()
            .unwrap_or_else(|| scope.location.as_str().into());
    }
    body
}

/// Values of the parameters; what is secure has none.
fn parameters(sent: &Sent) -> Value {
    let declared = sent.read["parameters"].as_object();
    let mut out = Map::new();
    for (name, parameter) in declared.into_iter().flatten() {
        let given = sent
            .given
            .iter()
            .find(|(it, _)| it.eq_ignore_ascii_case(name))
            .map(|(_, value)| value);
        let default = parameter.get("defaultValue").filter(|it| !is_expression(it));
        let value = given.or(default);
        let r#type = match (parameter["type"].as_str(), value) {
            (Some(name), _) => spelt(name),
            (None, Some(Value::Array(_))) => "Array".to_owned(),
            (None, Some(Value::String(_))) => "String".to_owned(),
            (None, _) => "Object".to_owned(),
        };
        let is_secure = r#type.starts_with("Secure");
        let shown = match value.filter(|_| !is_secure) {
            Some(value) => json!({ "type": r#type, "value": value }),
            None => json!({ "type": r#type }),
        };
        out.insert(name.clone(), shown);
    }
    out.into()
}

fn is_expression(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| text.starts_with('[') && !text.starts_with("[["))
}

fn spelt(name: &str) -> String {
    const TYPES: [&str; 7] = [
        "String",
        "SecureString",
        "Int",
        "Bool",
        "Object",
        "SecureObject",
        "Array",
    ];
    let known = TYPES.iter().find(|it| it.eq_ignore_ascii_case(name));
    known.map_or_else(|| name.to_owned(), |it| (*it).to_owned())
}

/// What came of it.
pub(super) fn succeeded(body: &mut Value, outcome: &Outcome, store: &Store) {
    let outputs = outcome.outputs.iter().map(|(name, output)| {
        let is_secure = output.r#type.starts_with("Secure");
        let shown = match is_secure {
            true => json!({ "type": output.r#type }),
            false => json!({ "type": output.r#type, "value": output.value }),
        };
        (name.clone(), shown)
    });
    let properties = &mut body["properties"];
    properties["outputs"] = Value::Object(outputs.collect());
    properties["outputResources"] = outcome.resources.iter().map(|id| json!({ "id": id })).collect();
    properties["provisioningState"] = "Succeeded".into();
    let mut providers: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for sent in outcome.resources.iter().filter_map(|id| store.sent_as(id)) {
        let (namespace, rest) = sent.r#type.split_once('/').unwrap_or((&sent.r#type, ""));
        let location = store
            .whole(&sent.id)
            .map(|it| it["location"].clone())
            .unwrap_or_default();
        let types = providers.entry(namespace.to_owned()).or_default();
        if !types.iter().any(|it| it["resourceType"] == rest) {
            types.push(json!({ "resourceType": rest, "locations": [location] }));
        }
    }
    properties["providers"] = providers
        .into_iter()
        .map(|(namespace, types)| json!({ "namespace": namespace, "resourceTypes": types }))
        .collect();
}

/// Why nothing came of it.
pub(super) fn failed(body: &mut Value, findings: &[Finding]) {
    let errors = findings.iter().filter(|it| it.is_error());
    let details: Vec<Value> = errors
        .map(|finding| {
            let place = finding.source.position(finding.diagnostic.span.start);
            let help = finding
                .diagnostic
                .help
                .as_ref()
                .map(|it| format!("; {it}"))
                .unwrap_or_default();
            let message = format!(
                "{}{help} (line {}, column {})",
                finding.diagnostic.message, place.line, place.column
            );
            json!({ "code": finding.diagnostic.code, "target": finding.source.name(), "message": message })
        })
        .collect();
    let properties = &mut body["properties"];
    properties["provisioningState"] = "Failed".into();
    properties["error"] = json!({
        "code": "DeploymentFailed",
        "message": "At least one resource deployment operation failed. Nothing was changed. Please list deployment operations for details.",
        "details": details,
    });
}

/// A deployment as it is shown.
pub(super) fn shown(whole: &Value) -> Value {
    let mut shown = crate::generic::shown(whole);
    if let Some(properties) = shown["properties"].as_object_mut() {
        properties.shift_remove("kept");
        properties.retain(|_, value| !value.is_null());
    }
    if let Some(object) = shown.as_object_mut()
        && whole["id"]
            .as_str()
            .is_some_and(|id| id.to_ascii_lowercase().contains("/resourcegroups/"))
    {
        object.shift_remove("location");
    }
    shown
}

/// One operation for each resource.
pub(super) fn operations(whole: &Value) -> Vec<Value> {
    let properties = &whole["properties"];
    let ids = properties["outputResources"].as_array().into_iter().flatten();
    let mut all: Vec<Value> = ids
        .filter_map(|it| it["id"].as_str())
        .map(|id| {
            let name = id.rsplit('/').next().unwrap_or_default();
            let tail = id.rsplit_once("/providers/").map_or("", |(_, tail)| tail);
            let parts: Vec<&str> = tail.split('/').collect();
            let types: Vec<&str> = parts
                .iter()
                .take(1)
                .chain(parts.iter().skip(1).step_by(2))
                .copied()
                .collect();
            operation(
                whole,
                id,
                json!({
                    "provisioningOperation": "Create", "provisioningState": "Succeeded", "statusCode": "OK",
                    "targetResource": { "id": id, "resourceType": types.join("/"), "resourceName": name },
                }),
            )
        })
        .collect();
    if !properties["error"].is_null() {
        all.push(operation(
            whole,
            "error",
            json!({
                "provisioningOperation": "Create", "provisioningState": "Failed", "statusCode": "BadRequest",
                "statusMessage": { "status": "Failed", "error": properties["error"] },
            }),
        ));
    }
    all
}

fn operation(whole: &Value, what: &str, mut properties: Value) -> Value {
    let digest = Sha256::digest(what.as_bytes());
    let id: String = digest.iter().take(8).map(|byte| format!("{byte:02X}")).collect();
    properties["timestamp"] = whole["properties"]["timestamp"].clone();
    properties["duration"] = "PT0S".into();
    properties["trackingId"] = whole["properties"]["correlationId"].clone();
    json!({
        "id": format!("{}/operations/{id}", whole["id"].as_str().unwrap_or_default()), "operationId": id, "properties": properties,
    })
}
