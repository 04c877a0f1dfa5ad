//! Other hosts: vaults, logs, prices; documents of APIs.

use super::{Client, below};
use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};

const VAULT: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/RG/providers/Microsoft.KeyVault/vaults/kv";

fn ask(client: &Client, method: Method, url: &str, token: &str, body: Value) -> (u16, Value) {
    let request = Request::builder()
        .method(method)
        .uri(url)
        .header("host", url.split('/').nth(2).unwrap_or_default())
        .header("authorization", format!("Bearer {token}"))
        .body(Bytes::from(body.to_string()))
        .expect("a request");
    let response = match url {
        _ if url.contains("vault.azure.net") => client.plane.respond_vault(request),
        _ if url.contains("prices") => client.plane.respond_prices(request),
        _ => client.plane.respond_logs(request),
    };
    let status = response.status().as_u16();
    (
        status,
        serde_json::from_slice(response.body()).unwrap_or_default(),
    )
}

#[test]
fn secrets_of_a_vault_reach_named_values() {
    let client = Client::with_service();
    let token = client.token.clone();
    let vault = |method: Method, path: &str, body: Value| {
        let url = format!("https://kv.vault.azure.net/{path}?api-version=7.4");
        ask(&client, method, &url, &token, body)
    };
    assert_eq!(vault(Method::GET, "secrets/s", json!(null)).0, 404);
    client.put(VAULT, json!({ "location": "eastus", "properties": {} }));
    assert_eq!(
        vault(Method::GET, "secrets/s", json!(null)).1["error"]["code"],
        "SecretNotFound"
    );
    assert_eq!(vault(Method::PUT, "secrets/s", json!({ "value": 5 })).0, 400);
    let (status, kept) = vault(
        Method::PUT,
        "secrets/s",
        json!({ "value": "hidden", "contentType": "text" }),
    );
    let id = kept["id"].as_str().expect("an id").to_owned();
    assert!(
        status == 200 && id.starts_with("https://kv.vault.azure.net/secrets/s/"),
        "{kept}"
    );
    let version = id.rsplit('/').next().expect("a version");
    assert_eq!(
        vault(Method::GET, &format!("secrets/s/{version}"), json!(null)).1["value"],
        "hidden"
    );
    assert_eq!(vault(Method::GET, "secrets/s/none", json!(null)).0, 404);
    let (_, listed) = vault(Method::GET, "secrets", json!(null));
    assert!(
        listed["value"][0]["id"] == "https://kv.vault.azure.net/secrets/s"
            && !listed.to_string().contains("hidden")
    );

    let named = |secret: &str| {
        let identifier = format!("https://kv.vault.azure.net/secrets/{secret}");
        let body = json!({ "properties": { "displayName": "n", "secret": true, "keyVault": { "secretIdentifier": identifier } } });
        client.put(&below("namedValues/n"), body).1["properties"]["keyVault"]["lastStatus"]["code"].clone()
    };
    assert_eq!(
        (named("none"), named("s")),
        (json!("SecretNotFound"), json!("Success"))
    );
    assert_eq!(
        client.post(&below("namedValues/n/listValue"), json!({})).1["value"],
        "hidden"
    );
    assert_eq!(vault(Method::DELETE, "secrets/s", json!(null)).0, 200);
    assert_eq!(
        vault(Method::GET, "keys/k", json!(null)).1["error"]["code"],
        "NotSupported"
    );
}

#[test]
fn a_stranger_is_told_where_to_get_a_token() {
    let client = Client::with_service();
    let request = Request::get("https://kv.vault.azure.net/secrets/s")
        .body(Bytes::new())
        .expect("a request");
    let response = client.plane.respond_vault(request);
    let challenge = response.headers()["www-authenticate"]
        .to_str()
        .expect("text")
        .to_owned();
    assert_eq!(response.status(), 401);
    assert!(
        challenge.contains("authorization=\"https://login.microsoftonline.com/"),
        "{challenge}"
    );
    assert!(
        challenge.contains("resource=\"https://vault.azure.net\""),
        "{challenge}"
    );
}

#[test]
fn logs_and_prices_are_answered_in_words() {
    let client = Client::with_service();
    let logs = "https://api.loganalytics.io/v1/workspaces/w/query";
    let (status, said) = ask(
        &client,
        Method::POST,
        logs,
        &client.token,
        json!({ "query": "T" }),
    );
    assert_eq!((status, &said["error"]["code"]), (400, &json!("NotSupported")));
    let prices = "https://prices.azure.com/api/retail/prices?$filter=a";
    let (status, said) = ask(&client, Method::GET, prices, "", json!(null));
    assert_eq!((status, &said["Items"]), (200, &json!([])));
}

#[test]
fn an_api_is_exported_to_an_address_that_holds_for_it_alone() {
    let client = Client::with_service();
    client.put(
        &below("apis/a"),
        json!({ "properties": { "path": "a", "displayName": "A" } }),
    );
    let operation = json!({ "properties": {
        "displayName": "One", "method": "GET", "urlTemplate": "/items/{id}?deep={deep}",
        "templateParameters": [{ "name": "id", "type": "string", "required": true }, { "name": "deep", "type": "boolean" }],
        "responses": [{ "statusCode": 404, "description": "none" }],
    }});
    client.put(&below("apis/a/operations/one"), operation);
    let export = |format: &str| client.get(&below(&format!("apis/a?export=true&format={format}")));
    assert_eq!(export("wadl-link").0, 400);
    let (status, exported) = export("openapi%2Bjson-link");
    let link = exported["value"]["link"].as_str().expect("a link").to_owned();
    assert!(status == 200 && exported["properties"]["value"]["link"] == link.as_str());
    let read = |path: &str| client.send(Method::GET, path, &[("authorization", "none")], "");
    let path = link
        .strip_prefix("https://management.azure.com")
        .expect("the same host");
    let (status, document, _) = read(path);
    let one = &document["paths"]["/items/{id}"]["get"];
    assert_eq!(
        (status, &document["openapi"]),
        (200, &json!("3.0.1")),
        "{document}"
    );
    assert_eq!(
        one["parameters"],
        json!([
            { "name": "id", "in": "path", "required": true, "schema": { "type": "string" } },
            { "name": "deep", "in": "query", "required": false, "schema": { "type": "boolean" } },
        ])
    );
    assert_eq!(one["responses"]["404"]["description"], "none");
    // It opens nothing else.
    assert_eq!(read(&path.replace("/apis/a/", "/apis/b/")).0, 403);
    assert_eq!(read(&path.replace("sig=", "sig=x")).0, 403);
    let (_, swagger) = export("swagger-link");
    let link = swagger["value"]["link"].as_str().expect("a link").to_owned();
    let (_, document, _) = read(
        link.strip_prefix("https://management.azure.com")
            .expect("the same host"),
    );
    assert_eq!(
        (&document["swagger"], &document["basePath"]),
        (&json!("2.0"), &json!("/a"))
    );
}
