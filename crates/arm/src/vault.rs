//! Secrets of key vaults, as `https://VAULT.vault.azure.net` has them. They are the same resources as those that templates deploy.

use crate::answer::{Answer, Judged, Problem};
use crate::call::Call;
use crate::generic::refused;
use crate::page::plain;
use crate::plane::Plane;
use bicep::{Cloud as _, Deployed, Places};
use http::{Method, StatusCode};
use resources::Store;
use serde_json::{Map, Value, json};

const VAULT: &str = "Microsoft.KeyVault/vaults";
const SECRET: &str = "Microsoft.KeyVault/vaults/secrets";

/// Answers a request to a vault. It has shown a token already.
pub(crate) fn answer(plane: &Plane, call: &Call) -> Judged {
    let store = plane.store();
    let vault = vault(&store, call)?;
    let segments = call.segments();
    let name = || call.path[1].as_str();
    match (&call.method, segments.as_slice()) {
        (&Method::GET, ["secrets"]) => Ok(plain(all(&store, &vault))),
        (&Method::GET, ["secrets", _, "versions"]) => {
            let found = find(&store, &vault, name())?;
            Ok(plain(vec![shown(&vault, found, false)]))
        }
        (&Method::GET, ["secrets", _] | ["secrets", _, _]) => {
            let found = find(&store, &vault, name())?;
            let asked = call.path.get(2).filter(|it| **it != version(found));
            match asked {
                None => Ok(Answer::ok(shown(&vault, found, true))),
                // Values that were replaced are not kept.
                Some(asked) => Err(not_found(name(), Some(asked))),
            }
        }
        (&Method::PUT, ["secrets", _]) => put(plane, call, &vault, name()),
        (&Method::DELETE, ["secrets", _]) => {
            let found = find(&store, &vault, name())?;
            let mut body = shown(&vault, found, false);
            body["recoveryId"] = format!("{}deletedsecrets/{}", address(&vault), found.name).into();
            let id = found.id.clone();
            plane.change(true, |store| {
                store.remove(&id);
                Ok(())
            })?;
            Ok(Answer::ok(body))
        }
        _ => Err(Problem::missing(
            "NotSupported",
            format!(
                "Of a vault secrets are served here, and nothing else: '{}'.",
                call.target
            ),
        )),
    }
}

/// Id of the vault that a host belongs to.
fn vault(store: &Store, call: &Call) -> Result<String, Problem> {
    let host = call.base.trim_start_matches("https://");
    let label = host.split('.').next().unwrap_or_default();
    let mut all = store.of_type(VAULT).map(|(sent, _)| sent);
    let found = all.find(|it| it.name.eq_ignore_ascii_case(label));
    found.map(|it| it.id.clone()).ok_or_else(|| {
        let message = format!("There is no key vault '{label}' here: deploy a '{VAULT}' of that name.");
        Problem::missing("VaultNotFound", message)
    })
}

fn address(vault: &str) -> String {
    let name = vault.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    format!("https://{name}.vault.azure.net/")
}

fn find<'a>(store: &'a Store, vault: &str, name: &str) -> Result<&'a Deployed, Problem> {
    let found = store.sent_as(&format!("{vault}/secrets/{name}"));
    found.ok_or_else(|| not_found(name, None))
}

fn not_found(name: &str, version: Option<&str>) -> Problem {
    let whole = version.map_or_else(|| name.to_owned(), |version| format!("{name}/{version}"));
    Problem::missing(
        "SecretNotFound",
        format!("A secret with (name/id) {whole} was not found in this key vault."),
    )
}

fn all(store: &Store, vault: &str) -> Vec<Value> {
    let root = format!("{vault}/secrets/").to_ascii_lowercase();
    let own = store.of_type(SECRET).map(|(sent, _)| sent);
    let own = own.filter(|it| it.id.to_ascii_lowercase().starts_with(&root));
    own.map(|it| {
        let mut item = shown(vault, it, false);
        item["id"] = format!("{}secrets/{}", address(vault), it.name).into();
        item
    })
    .collect()
}

/// A name for the value, the same as long as the value is.
fn version(secret: &Deployed) -> String {
    let value = secret.body.get("properties").map(|it| &it["value"]);
    let mark = crate::apim::etag(value.unwrap_or(&Value::Null));
    mark.chars().filter(char::is_ascii_hexdigit).take(32).collect()
}

fn shown(vault: &str, secret: &Deployed, with_value: bool) -> Value {
    let properties = secret.body.get("properties").cloned().unwrap_or_default();
    let mut shown = json!({
        "id": format!("{}secrets/{}/{}", address(vault), secret.name, version(secret)),
        "attributes": { "enabled": true, "recoveryLevel": "Recoverable+Purgeable", "recoverableDays": 90 },
        "tags": secret.body.get("tags").cloned().unwrap_or_else(|| json!({})),
    });
    if with_value {
        shown["value"] = properties["value"].clone();
    }
    if properties["contentType"].is_string() {
        shown["contentType"] = properties["contentType"].clone();
    }
    shown
}

fn put(plane: &Plane, call: &Call, vault: &str, name: &str) -> Judged {
    let body = call.object()?;
    if body.get("value").is_none_or(|it| !it.is_string()) {
        return Err(Problem::bad(
            "BadParameter",
            "Property 'value' is required and is a string.",
        ));
    }
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') || name.len() > 127 {
        let message = format!("The name of a secret has letters, digits and hyphens, not '{name}'.");
        return Err(Problem::bad("BadParameter", message));
    }
    let mut properties = Map::new();
    for part in ["value", "contentType", "attributes"] {
        if let Some(value) = body.get(part) {
            properties.insert(part.to_owned(), value.clone());
        }
    }
    let mut own = Map::new();
    own.insert("properties".into(), properties.into());
    if let Some(tags) = body.get("tags") {
        own.insert("tags".into(), tags.clone());
    }
    let secret = Deployed {
        id: format!("{vault}/secrets/{name}"),
        name: name.to_owned(),
        r#type: SECRET.to_owned(),
        api_version: call.query("api-version").unwrap_or_default().to_owned(),
        body: own,
        places: Places::default(),
    };
    let answer = shown(vault, &secret, true);
    plane.change(true, |store| store.put(secret).map_err(refused))?;
    Ok(Answer::with(StatusCode::OK, answer))
}
