//! `GET apis/{id}?export=true`: an API as a document. Azure puts it at an address that holds for five minutes; so is it here.

use super::entity;
use super::place::{Place, collection};
use crate::answer::{Answer, Judged, Problem};
use crate::call::Call;
use crate::plane::Plane;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use resources::Store;
use serde_json::{Map, Value, json};

/// Last segment of the address of a document.
const DOCUMENT: &str = "exportedDocument";
const MINUTES: i64 = 5;

/// The language of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    OpenApi,
    Swagger,
}

/// Formats: their name, what the answer calls them, the language, and whether the answer names an address.
const FORMATS: [(&str, &str, Language, bool); 5] = [
    ("openapi-link", "openapi-link", Language::OpenApi, true),
    ("openapi+json-link", "openapi+json-link", Language::OpenApi, true),
    ("swagger-link", "swagger-link-json", Language::Swagger, true),
    ("openapi", "openapi", Language::OpenApi, false),
    ("openapi+json", "openapi+json", Language::OpenApi, false),
];

/// The answer to a request for an export: where the document is, or the document itself.
pub(crate) fn answer(plane: &Plane, call: &Call, service: &str, place: &Place) -> Judged {
    let asked = call.query("format").unwrap_or_default();
    // A plus sign that is not escaped arrives as a space.
    let asked = asked.replace(' ', "+");
    let format = FORMATS
        .iter()
        .find(|(name, ..)| name.eq_ignore_ascii_case(&asked));
    let Some((_, name, language, is_link)) = format else {
        let names: Vec<&str> = FORMATS.iter().map(|(name, ..)| *name).collect();
        let message = format!(
            "An API is exported here as {}, not as '{asked}'.",
            names.join(", ")
        );
        return Err(Problem::value("format", message));
    };
    let value = match is_link {
        true => json!({ "link": link(plane, call, place, *language) }),
        false => document(&plane.store(), call, service, place, *language)?
            .to_string()
            .into(),
    };
    Ok(Answer::ok(json!({
        "id": place.id, "format": name, "value": value,
        // Clients of newer versions look for it here.
        "properties": { "format": name, "value": value },
    })))
}

fn link(plane: &Plane, call: &Call, place: &Place, language: Language) -> String {
    let until = plane.clock.now().seconds() + MINUTES * 60;
    let token = plane
        .issuer
        .sign(&json!({ "exp": until, "export": place.id, "swagger": language == Language::Swagger }));
    let version = call.query("api-version").unwrap_or_default();
    let id = place.id.replace(';', "%3B");
    let token = utf8_percent_encode(&token, NON_ALPHANUMERIC);
    format!("{}{id}/{DOCUMENT}?api-version={version}&sig={token}", call.base)
}

/// Whether a request asks for a document at such an address. It shows what it may ask for, and no other token.
pub(crate) fn is_meant(call: &Call) -> bool {
    call.method == http::Method::GET && call.path.last().is_some_and(|it| it == DOCUMENT)
}

/// The document at such an address.
pub(crate) fn download(plane: &Plane, call: &Call) -> Judged {
    let refused = || {
        Problem::new(
            http::StatusCode::FORBIDDEN,
            "AuthenticationFailed",
            "The address of this document no longer holds: export the API again.",
        )
    };
    let claims = plane
        .issuer
        .accept(call.query("sig").unwrap_or_default())
        .map_err(|_| refused())?;
    let id = format!("/{}", call.path[..call.path.len() - 1].join("/"));
    if claims.get("export").and_then(Value::as_str) != Some(id.as_str()) {
        return Err(refused());
    }
    let language = match claims.get("swagger") {
        Some(Value::Bool(true)) => Language::Swagger,
        _ => Language::OpenApi,
    };
    let store = plane.store();
    let service = super::service::required(plane, call)?;
    let rest = call.path.get(8..call.path.len() - 1).unwrap_or_default();
    let place = super::place::place(&store, &service, rest)?;
    document(&store, call, &service, &place, language).map(Answer::ok)
}

fn document(
    store: &Store,
    call: &Call,
    service: &str,
    place: &Place,
    language: Language,
) -> Result<Value, Problem> {
    let whole = place
        .read(store, service)
        .ok_or_else(|| super::place::missing(place.kind))?;
    let api = &whole["properties"];
    let imported = imported(store, place, language);
    let mut rest: Vec<String> = place.id[service.len() + 1..]
        .split('/')
        .map(str::to_owned)
        .collect();
    rest.push("operations".into());
    let operations = entity::all(store, service, &collection(store, service, &rest)?, call);
    let mut paths = Map::new();
    for operation in &operations {
        let own = &operation["properties"];
        let template = own["urlTemplate"].as_str().unwrap_or("/");
        let path = template.split('?').next().unwrap_or("/");
        let method = own["method"].as_str().unwrap_or("GET").to_ascii_lowercase();
        // What was imported is given back as it was, unless somebody has written over it.
        let is_own = operation["id"]
            .as_str()
            .is_some_and(|id| store.sent_as(id).is_some());
        let known = imported.as_ref().map(|it| &it["paths"][path][&method]);
        let item = match known.filter(|it| it.is_object() && !is_own) {
            Some(known) => known.clone(),
            None => described(operation, template, language),
        };
        let methods = paths.entry(path.to_owned()).or_insert_with(|| json!({}));
        methods[&method] = item;
    }
    let title = api["displayName"].as_str().unwrap_or(&place.name);
    let info = json!({
        "title": title, "description": api["description"].as_str().unwrap_or_default(),
        "version": api["apiVersion"].as_str().unwrap_or("1.0"),
    });
    Ok(envelope(store, service, api, info, paths, imported, language))
}

/// What the API imported, if it is in the same language.
fn imported(store: &Store, place: &Place, language: Language) -> Option<Value> {
    let properties = store.sent_as(&place.id)?.body.get("properties")?;
    let read: Value = serde_json::from_str(properties["value"].as_str()?).ok()?;
    let mark = match language {
        Language::OpenApi => "openapi",
        Language::Swagger => "swagger",
    };
    read[mark].is_string().then_some(read)
}

fn envelope(
    store: &Store,
    service: &str,
    api: &Value,
    info: Value,
    paths: Map<String, Value>,
    imported: Option<Value>,
    language: Language,
) -> Value {
    let gateway = store
        .whole(service)
        .and_then(|it| it["properties"]["gatewayUrl"].as_str())
        .unwrap_or_default();
    let path = api["path"].as_str().unwrap_or_default().trim_matches('/');
    let names = &api["subscriptionKeyParameterNames"];
    let key = |name: &str, otherwise: &str| names[name].as_str().unwrap_or(otherwise).to_owned();
    let schemes = json!({
        "apiKeyHeader": { "type": "apiKey", "name": key("header", "Ocp-Apim-Subscription-Key"), "in": "header" },
        "apiKeyQuery": { "type": "apiKey", "name": key("query", "subscription-key"), "in": "query" },
    });
    let mut document = imported.unwrap_or_else(|| json!({}));
    match language {
        Language::OpenApi => {
            if !document["openapi"].is_string() {
                document["openapi"] = "3.0.1".into();
            }
            document["servers"] = json!([{ "url": format!("{gateway}/{path}") }]);
            if !document["components"].is_object() {
                document["components"] = json!({});
            }
            document["components"]["securitySchemes"] = schemes;
        }
        Language::Swagger => {
            let (scheme, host) = gateway.split_once("://").unwrap_or(("https", gateway));
            document["swagger"] = "2.0".into();
            document["host"] = host.into();
            document["basePath"] = format!("/{path}").into();
            document["schemes"] = json!([scheme]);
            document["securityDefinitions"] = schemes;
        }
    }
    document["info"] = info;
    document["security"] = json!([{ "apiKeyHeader": [] }, { "apiKeyQuery": [] }]);
    document["paths"] = paths.into();
    document
}

/// An operation as its resource describes it.
fn described(operation: &Value, template: &str, language: Language) -> Value {
    let own = &operation["properties"];
    let mut parameters = Vec::new();
    let path = template.split('?').next().unwrap_or_default();
    for (list, place) in [
        (&own["templateParameters"], "path"),
        (&own["request"]["queryParameters"], "query"),
        (&own["request"]["headers"], "header"),
    ] {
        for parameter in list.as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap_or_default();
            // A parameter of the template may stand behind its question mark.
            let place = match path.contains(&format!("{{{name}")) {
                false if place == "path" => "query",
                _ => place,
            };
            parameters.push(parameter_of(parameter, name, place, language));
        }
    }
    let mut responses = Map::new();
    for response in own["responses"].as_array().into_iter().flatten() {
        let status = response["statusCode"].as_u64().unwrap_or(200).to_string();
        let description = response["description"].as_str().unwrap_or_default();
        responses.insert(status, json!({ "description": description }));
    }
    if responses.is_empty() {
        responses.insert("200".into(), json!({ "description": "" }));
    }
    json!({
        "operationId": operation["name"], "summary": own["displayName"],
        "description": own["description"].as_str().unwrap_or_default(), "parameters": parameters, "responses": responses,
    })
}

fn parameter_of(parameter: &Value, name: &str, place: &str, language: Language) -> Value {
    let is_required = place == "path" || parameter["required"].as_bool().unwrap_or(false);
    let kind = parameter["type"].as_str();
    let kind = kind.filter(|it| ["integer", "number", "boolean"].contains(it));
    let kind = kind.unwrap_or("string");
    let mut shown = json!({ "name": name, "in": place, "required": is_required });
    match language {
        Language::OpenApi => shown["schema"] = json!({ "type": kind }),
        Language::Swagger => shown["type"] = kind.into(),
    }
    shown
}
