//! Policies, operations and revisions.

use super::{Client, below};
use serde_json::json;

#[test]
fn a_change_that_cannot_be_published_changes_nothing() {
    let client = Client::with_service();
    let policy = |text: &str| json!({ "properties": { "format": "rawxml", "value": text } });
    assert_eq!(
        client.put(&below("policies/policy"), policy("<policies />")).0,
        201
    );
    let (status, refused) = client.put(
        &below("policies/policy"),
        policy("<policies><wrong /></policies>"),
    );
    assert_eq!(
        (status, &refused["error"]["code"]),
        (400, &json!("ValidationError"))
    );
    let message = refused["error"]["details"][0]["message"]
        .as_str()
        .unwrap_or_default();
    assert!(
        message.contains("line 2, column 3") && message.contains("`wrong`"),
        "{message}"
    );
    assert_eq!(
        client.get(&below("policies/policy")).1["properties"]["value"],
        "<policies />"
    );
}

#[test]
fn policies_come_in_both_forms() {
    let client = Client::with_service();
    let raw =
        "<policies><inbound><set-variable name=\"a\" value=\"@(1 < 2 && true)\" /></inbound></policies>";
    client.put(
        &below("policies/policy"),
        json!({ "properties": { "format": "rawxml", "value": raw } }),
    );
    let value = |query: &str| client.get(&below(&format!("policies/policy{query}"))).1["properties"].clone();
    assert_eq!(value("?format=rawxml")["value"], raw);
    let xml = value("");
    assert_eq!(xml["format"], "xml");
    assert!(
        xml["value"]
            .as_str()
            .is_some_and(|it| it.contains("1 &lt; 2 &amp;&amp; true")),
        "{xml}"
    );
    assert_eq!(client.get(&below("policies")).1["count"], 1);
}

#[test]
fn imported_operations_are_there_and_can_go() {
    let client = Client::with_service();
    let document = json!({ "openapi": "3.0.1", "info": { "title": "t", "version": "1" }, "paths": {
        "/a": { "get": { "operationId": "GetA", "responses": { "200": { "description": "" } } }, "post": { "operationId": "PostA", "responses": { "200": { "description": "" } } } },
    }});
    let api = json!({ "properties": { "path": "a", "displayName": "A", "format": "openapi+json", "value": document.to_string() } });
    assert_eq!(client.put(&below("apis/a"), api).0, 201);
    // Without a name it has that of the document.
    let unnamed =
        json!({ "properties": { "path": "t", "format": "openapi+json", "value": document.to_string() } });
    assert_eq!(
        client.put(&below("apis/t"), unnamed).1["properties"]["displayName"],
        "t"
    );
    let named = json!({ "properties": { "path": "u", "format": "openapi+json", "value": document.to_string().replace("\"t\"", "\"Title\"") } });
    assert_eq!(
        client.put(&below("apis/u"), named).1["properties"]["displayName"],
        "Title"
    );
    let names = |client: &Client| -> Vec<String> {
        let (_, all) = client.get(&below("apis/a/operations"));
        all["value"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|it| it["name"].as_str().map(str::to_owned))
            .collect()
    };
    assert_eq!(names(&client), ["geta", "posta"]);
    assert!(client.get(&below("apis/a")).1["properties"]["value"].is_null());
    assert_eq!(client.delete(&below("apis/a/operations/geta")), 200);
    assert_eq!(names(&client), ["posta"]);
    // An update without a document leaves the operations alone.
    assert_eq!(
        client
            .put(
                &below("apis/a"),
                json!({ "properties": { "path": "b", "displayName": "B" } })
            )
            .0,
        200
    );
    assert_eq!(names(&client), ["posta"]);
    assert_eq!(client.delete(&below("apis/a")), 204);
    assert_eq!(client.delete(&below("apis/a")), 204);
}

#[test]
fn revisions_become_current_by_a_release() {
    let client = Client::with_service();
    client.put(
        &below("apis/a"),
        json!({ "properties": { "path": "a", "displayName": "A" } }),
    );
    client.put(
        &below("apis/a/operations/o"),
        json!({ "properties": { "displayName": "o", "method": "GET", "urlTemplate": "/" } }),
    );
    let second = client.put(
        &below("apis/a;rev=2"),
        json!({ "properties": { "path": "a", "sourceApiId": "/apis/a", "apiRevisionDescription": "new" } }),
    );
    assert_eq!(
        (second.0, &second.1["properties"]["isCurrent"]),
        (201, &json!(false))
    );
    assert_eq!(client.get(&below("apis/a;rev=2/operations/o")).0, 200);
    assert_eq!(client.get(&below("apis/a;rev=1")).1["name"], "a");
    assert_eq!(client.get(&below("apis")).1["count"], 1);
    let released = client.put(
        &below("apis/a/releases/r"),
        json!({ "properties": { "apiId": "/apis/a;rev=2", "notes": "go" } }),
    );
    assert_eq!(released.0, 201, "{}", released.1);
    assert_eq!(client.get(&below("apis/a")).1["properties"]["apiRevision"], "2");
    let (_, revisions) = client.get(&below("apis/a/revisions"));
    assert_eq!(
        (
            &revisions["value"][0]["apiRevision"],
            &revisions["value"][0]["isCurrent"]
        ),
        (&json!("2"), &json!(true))
    );
    assert_eq!(
        (
            &revisions["value"][1]["apiRevision"],
            &revisions["value"][1]["isCurrent"]
        ),
        (&json!("1"), &json!(false))
    );
    assert_eq!(client.get(&below("apis/a/releases")).1["count"], 1);
}
