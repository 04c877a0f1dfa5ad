//! The names that a context may have. One that nobody reads is a mistake, and is said so.

use serde_json::{Map, Value as Json};

/// What a member of the context holds.
enum Shape {
    /// Read as it is.
    Plain,
    /// An object with these members.
    Object(&'static [(&'static str, Shape)]),
    /// An array of such objects, or of texts.
    List(&'static [(&'static str, Shape)]),
}

use Shape::{List, Object, Plain};

const GROUP: &[(&str, Shape)] = &[("id", Plain), ("name", Plain)];

const API: &[(&str, Shape)] = &[
    ("id", Plain),
    ("name", Plain),
    ("path", Plain),
    ("protocols", Plain),
    ("serviceUrl", Plain),
    ("subscriptionKeyHeader", Plain),
    ("subscriptionKeyQuery", Plain),
    ("revision", Plain),
    ("version", Plain),
    ("isCurrentRevision", Plain),
];

/// Members of a response, by their short names and by those of C#.
const RESPONSE: &[(&str, Shape)] = &[
    ("status", Plain),
    ("statusCode", Plain),
    ("reason", Plain),
    ("statusReason", Plain),
    ("headers", Plain),
    ("body", Plain),
];

const CONTEXT: &[(&str, Shape)] = &[
    (
        "request",
        Object(&[
            ("method", Plain),
            ("url", Plain),
            ("originalUrl", Plain),
            ("headers", Plain),
            ("body", Plain),
            ("ipAddress", Plain),
            ("matchedParameters", Plain),
            ("deployment", Plain),
            ("certificate", Plain),
        ]),
    ),
    ("response", Object(RESPONSE)),
    ("variables", Plain),
    ("api", Object(API)),
    (
        "operation",
        Object(&[
            ("id", Plain),
            ("method", Plain),
            ("name", Plain),
            ("urlTemplate", Plain),
        ]),
    ),
    (
        "product",
        Object(&[
            ("id", Plain),
            ("name", Plain),
            ("approvalRequired", Plain),
            ("subscriptionRequired", Plain),
            ("subscriptionsLimit", Plain),
            ("state", Plain),
            ("apis", List(API)),
            ("groups", List(GROUP)),
        ]),
    ),
    (
        "subscription",
        Object(&[
            ("id", Plain),
            ("name", Plain),
            ("key", Plain),
            ("primaryKey", Plain),
            ("secondaryKey", Plain),
            ("createdDate", Plain),
            ("startDate", Plain),
            ("endDate", Plain),
        ]),
    ),
    (
        "user",
        Object(&[
            ("id", Plain),
            ("email", Plain),
            ("firstName", Plain),
            ("lastName", Plain),
            ("note", Plain),
            ("groups", List(GROUP)),
            ("identities", List(&[("provider", Plain), ("id", Plain)])),
            ("registrationDate", Plain),
        ]),
    ),
    (
        "deployment",
        Object(&[
            ("gatewayId", Plain),
            ("instanceId", Plain),
            ("region", Plain),
            ("serviceId", Plain),
            ("serviceName", Plain),
            ("certificates", Plain),
            ("authorities", Plain),
        ]),
    ),
    ("workspace", Object(GROUP)),
    ("graphQL", Object(&[("arguments", Plain), ("parent", Plain)])),
    (
        "backend",
        Object(&[("id", Plain), ("type", Plain), ("azureRegion", Plain)]),
    ),
    (
        "lastError",
        Object(&[
            ("source", Plain),
            ("reason", Plain),
            ("message", Plain),
            ("scope", Plain),
            ("section", Plain),
            ("path", Plain),
            ("policyId", Plain),
        ]),
    ),
    ("namedValues", Plain),
    ("requestId", Plain),
    ("timestamp", Plain),
    ("tracing", Plain),
];

/// A context with its names as they are documented: `StatusCode` is `statusCode`. An unknown name is an error.
pub(super) fn context(json: &Json) -> Result<Json, String> {
    match json {
        Json::Null => Ok(Json::Null),
        Json::Object(members) => object(members, CONTEXT, ""),
        _ => Err("the context is no JSON object".to_owned()),
    }
}

/// The same for what an `IResponse` is made of.
pub(super) fn response(json: &Json) -> Result<Json, String> {
    named(json, RESPONSE, "the response")
}

fn named(json: &Json, names: &[(&'static str, Shape)], path: &str) -> Result<Json, String> {
    match json {
        Json::Object(members) => object(members, names, path),
        Json::Null => Ok(Json::Null),
        other => Err(format!("`{path}` is an object, not `{other}`")),
    }
}

fn object(members: &Map<String, Json>, names: &[(&'static str, Shape)], path: &str) -> Result<Json, String> {
    let mut known = Map::new();
    for (key, value) in members {
        let found = names.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
        let Some((name, shape)) = found else {
            return Err(unknown(key, names, path));
        };
        let inside = if path.is_empty() {
            (*name).to_owned()
        } else {
            format!("{path}.{name}")
        };
        let value = match shape {
            Plain => value.clone(),
            Object(inner) => named(value, inner, &inside)?,
            List(inner) => list(value, inner, &inside)?,
        };
        known.insert((*name).to_owned(), value);
    }
    Ok(Json::Object(known))
}

fn list(json: &Json, names: &[(&'static str, Shape)], path: &str) -> Result<Json, String> {
    let item = |it: &Json| match it {
        Json::Object(members) => object(members, names, path),
        other => Ok(other.clone()),
    };
    match json {
        Json::Array(items) => items.iter().map(item).collect::<Result<_, _>>().map(Json::Array),
        Json::Null => Ok(Json::Null),
        other => Err(format!("`{path}` is an array, not `{other}`")),
    }
}

fn unknown(key: &str, names: &[(&'static str, Shape)], path: &str) -> String {
    let place = if path.is_empty() {
        "the context".to_owned()
    } else {
        format!("`{path}`")
    };
    let known: Vec<&str> = names.iter().map(|it| it.0).collect();
    match source::nearest(key, known.iter().copied()) {
        Some(near) => format!("{place} has no `{key}`, did you mean `{near}`?"),
        None => format!("{place} has no `{key}`, only {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_found_in_any_case_and_unknown_ones_are_refused() {
        let given = json!({ "Request": { "IpAddress": "a", "headers": { "Odd": "x" } }, "user": { "groups": ["a", { "Id": "b" }] } });
        let expected = json!({ "request": { "ipAddress": "a", "headers": { "Odd": "x" } }, "user": { "groups": ["a", { "id": "b" }] } });
        assert_eq!(context(&given), Ok(expected));
        assert_eq!(
            context(&json!({ "request": { "header": {} } })),
            Err("`request` has no `header`, did you mean `headers`?".to_owned())
        );
        assert!(
            context(&json!({ "zzzz": 1 }))
                .is_err_and(|it| it.starts_with("the context has no `zzzz`, only request,"))
        );
        assert!(context(&json!({ "request": 1 })).is_err());
        assert!(context(&json!([])).is_err());
    }
}
