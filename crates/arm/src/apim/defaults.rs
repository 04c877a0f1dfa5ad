//! How a resource is shown: with what Azure adds, without what is secret.

use super::given::CREATED;
use super::place::Place;
use crate::call::Call;
use policy::StoredCertificate;
use resources::Store;
use serde_json::{Map, Value, json};

/// A resource below a service as it is shown.
pub(crate) fn view(store: &Store, place: &Place, service: &str, whole: &Value, call: &Call) -> Value {
    let mut properties = whole["properties"].as_object().cloned().unwrap_or_default();
    in_vault(store, place, &mut properties);
    if !place.kind.is_long {
        properties.shift_remove("provisioningState");
    }
    for (name, value) in defaults(store, place, &properties) {
        properties.entry(name).or_insert(value);
    }
    mask(place, service, &mut properties);
    if place.kind.path.ends_with("policies") || place.kind.path == "policyFragments" {
        policy(&mut properties, call);
    }
    json!({ "id": whole["id"], "type": place.r#type(), "name": whole["name"], "properties": properties })
}

/// What is added where nothing else was said.
fn defaults(store: &Store, place: &Place, properties: &Map<String, Value>) -> Map<String, Value> {
    let added = match place.kind.path {
        "apis" => json!({
            "displayName": place.name, "description": null, "protocols": ["https"], "subscriptionRequired": true,
            "authenticationSettings": { "oAuth2": null, "openid": null, "oAuth2AuthenticationSettings": [], "openidAuthenticationSettings": [] },
            "subscriptionKeyParameterNames": { "header": "Ocp-Apim-Subscription-Key", "query": "subscription-key" },
            "type": "http", "isCurrent": true, "isOnline": true, "apiRevision": "1", "serviceUrl": null,
        }),
        "apis/operations" => json!({ "templateParameters": [], "description": null, "responses": [] }),
        "backends" => match properties.get("pool").is_some_and(Value::is_object) {
            true => json!({ "type": "Pool" }),
            false => json!({ "type": "Single" }),
        },
        "groups" => json!({ "description": null, "builtIn": false, "type": "custom", "externalId": null }),
        "loggers" => json!({ "isBuffered": true }),
        "namedValues" => json!({ "secret": false, "tags": [] }),
        "products" => {
            json!({ "subscriptionRequired": true, "approvalRequired": null, "subscriptionsLimit": null, "state": "notPublished", "description": null, "terms": null })
        }
        "subscriptions" => json!({
            "ownerId": null, "state": "active", "createdDate": CREATED, "startDate": null, "expirationDate": null, "endDate": null,
            "notificationDate": null, "stateComment": null, "allowTracing": false,
        }),
        "users" => json!({
            "state": "active", "registrationDate": CREATED, "note": null, "groups": [],
            "identities": [{ "provider": "Basic", "id": properties.get("email").cloned().unwrap_or_default() }],
        }),
        "apis/releases" => {
            json!({ "createdDateTime": CREATED, "updatedDateTime": CREATED, "notes": null, "apiId": place.parent })
        }
        "certificates" => certificate(store, place),
        "apis/issues" => json!({ "state": "open", "createdDate": CREATED, "apiId": place.parent }),
        "portalRevisions" => json!({ "status": "completed", "isCurrent": false, "createdDateTime": CREATED }),
        "tenant" => json!({ "enabled": false }),
        "authorizationProviders/authorizations" => {
            json!({ "status": "Error", "authorizationType": "OAuth2" })
        }
        _ => json!({}),
    };
    match added {
        Value::Object(added) => added,
        _ => Map::new(),
    }
}

/// What a certificate says of itself.
fn certificate(store: &Store, place: &Place) -> Value {
    let held = store.certificate(&place.id).ok().flatten();
    let read = held.and_then(|it| {
        let password = it.password.as_deref().unwrap_or_default();
        StoredCertificate::read(&it.name, &it.data, password).ok()
    });
    let Some((read, (subject, until))) = read.and_then(|it| it.subject().map(|facts| (it, facts))) else {
        return json!({ "subject": null, "thumbprint": null, "expirationDate": null });
    };
    let until = jiff::Timestamp::from_second(until.seconds()).unwrap_or_default();
    json!({
        "subject": subject, "thumbprint": read.thumbprint,
        "expirationDate": until.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    })
}

/// What became of the look into a vault that a property names.
fn in_vault(store: &Store, place: &Place, properties: &mut Map<String, Value>) {
    if !matches!(place.kind.path, "namedValues" | "certificates") {
        return;
    }
    let Some(Value::Object(vault)) = properties.get_mut("keyVault") else {
        return;
    };
    let identifier = vault.get("secretIdentifier").and_then(Value::as_str);
    let identifier = identifier.unwrap_or_default().to_owned();
    let status = match store.secret(&identifier) {
        Some(_) => json!({ "code": "Success", "timeStampUtc": CREATED }),
        None => json!({
            "code": "SecretNotFound", "message": format!("There is no secret '{identifier}' here."), "timeStampUtc": CREATED,
        }),
    };
    vault.insert("lastStatus".into(), status);
}

/// Takes away what is secret.
fn mask(place: &Place, service: &str, properties: &mut Map<String, Value>) {
    for path in place.kind.secrets {
        remove(properties, path);
    }
    let full = |text: &str| match text.strip_prefix('/') {
        Some(_) if !text.to_ascii_lowercase().starts_with("/subscriptions/") => {
            Some(format!("{service}{text}"))
        }
        _ => None,
    };
    match place.kind.path {
        "namedValues"
            if properties.get("secret") == Some(&Value::Bool(true))
                || properties.get("keyVault").is_some_and(Value::is_object) =>
        {
            properties.shift_remove("value");
        }
        "loggers" => {
            if let Some(Value::Object(credentials)) = properties.get_mut("credentials") {
                for (name, value) in credentials.iter_mut() {
                    let is_named = value.as_str().is_some_and(|it| it.starts_with("{{"));
                    if !is_named && !matches!(name.as_str(), "name" | "endpointAddress" | "identityClientId")
                    {
                        *value = format!("{{{{Logger-Credentials--{}}}}}", place.name).into();
                    }
                }
            }
        }
        "subscriptions" => {
            for name in ["scope", "ownerId"] {
                if let Some(whole) = properties.get(name).and_then(Value::as_str).and_then(full) {
                    properties.insert(name.into(), whole.into());
                }
            }
        }
        "apis" => {
            properties.shift_remove("sourceApiId");
            if let Some(whole) = properties
                .get("apiVersionSetId")
                .and_then(Value::as_str)
                .and_then(full)
            {
                properties.insert("apiVersionSetId".into(), whole.into());
            }
        }
        _ => (),
    }
}

/// Takes away a property, or one inside it.
fn remove(properties: &mut Map<String, Value>, path: &str) {
    match path.split_once('.') {
        None => drop(properties.shift_remove(path)),
        Some((first, rest)) => {
            if let Some(Value::Object(inner)) = properties.get_mut(first) {
                remove(inner, rest);
            }
        }
    }
}

/// A document in the form that is asked for: `xml` escapes what `rawxml` leaves as it is.
fn policy(properties: &mut Map<String, Value>, call: &Call) {
    let text = |name: &str| {
        properties
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let (format, value) = (text("format").to_ascii_lowercase(), text("value"));
    let is_raw = format.starts_with("rawxml");
    let wants_raw = match call.query("format") {
        Some(asked) => asked.eq_ignore_ascii_case("rawxml"),
        // What was just written is given back as it was written.
        None => call.method == http::Method::PUT && is_raw,
    };
    properties.insert("format".into(), if wants_raw { "rawxml" } else { "xml" }.into());
    let converted = match (is_raw, wants_raw) {
        (true, false) => policy::escaped(&value),
        (false, true) => policy::unescaped(&value),
        _ => value,
    };
    properties.insert("value".into(), converted.into());
}
