//! Marks, secrets, pages and links of whatever is below a service.

use super::{Client, below};
use http::Method;
use serde_json::json;

#[test]
fn entities_have_marks_and_stale_ones_are_refused() {
    let client = Client::with_service();
    let tag = below("tags/one");
    let (status, _, headers) = client.send(Method::PUT, &tag, &[], r#"{"properties":{"displayName":"One"}}"#);
    assert_eq!(status, 201);
    let first = headers["etag"].to_str().expect("a mark").to_owned();
    let backend = below("backends/one");
    client.send(
        Method::PUT,
        &backend,
        &[],
        r#"{"properties":{"url":"https://one.example","protocol":"http"}}"#,
    );
    assert_eq!(
        client
            .send(Method::PATCH, &backend, &[], r#"{"properties":{"title":"One"}}"#)
            .0,
        200
    );
    let send = |method: Method, mark: Option<&str>, body: &str| {
        let headers: Vec<(&str, &str)> = mark.iter().map(|mark| ("if-match", *mark)).collect();
        client.send(method, &tag, &headers, body).0
    };
    assert_eq!(
        send(Method::PATCH, None, r#"{"properties":{"displayName":"Two"}}"#),
        400
    );
    assert_eq!(
        send(
            Method::PATCH,
            Some(&first),
            r#"{"properties":{"displayName":"Two"}}"#
        ),
        200
    );
    assert_eq!(
        send(
            Method::PATCH,
            Some(&first),
            r#"{"properties":{"displayName":"Three"}}"#
        ),
        412
    );
    assert_eq!(
        send(
            Method::PUT,
            Some(&first),
            r#"{"properties":{"displayName":"Three"}}"#
        ),
        412
    );
    assert_eq!(
        send(
            Method::PUT,
            Some("*"),
            r#"{"properties":{"displayName":"Three"}}"#
        ),
        200
    );
    assert_eq!(send(Method::DELETE, None, ""), 400);
    assert_eq!(send(Method::DELETE, Some(&first), ""), 412);
    let (status, body, headers) = client.send(Method::HEAD, &tag, &[], "");
    assert!(status == 200 && body.is_null() && headers.contains_key("etag"));
    assert_eq!(send(Method::DELETE, Some("*"), ""), 200);
    assert_eq!(send(Method::DELETE, Some("*"), ""), 204);
    assert_eq!(send(Method::HEAD, None, ""), 404);
}

#[test]
fn secrets_are_given_only_when_they_are_asked_for() {
    let client = Client::with_service();
    client.put(
        &below("namedValues/n"),
        json!({ "properties": { "displayName": "n", "value": "hidden", "secret": true } }),
    );
    assert!(
        !client
            .get(&below("namedValues/n"))
            .1
            .to_string()
            .contains("hidden")
    );
    assert_eq!(
        client.post(&below("namedValues/n/listValue"), json!({})).1["value"],
        "hidden"
    );
    let subscription = json!({ "properties": { "displayName": "s", "scope": "/apis", "state": "active", "primaryKey": "first-key", "secondaryKey": "second-key" } });
    assert_eq!(client.put(&below("subscriptions/s"), subscription).0, 201);
    assert!(
        !client
            .get(&below("subscriptions/s"))
            .1
            .to_string()
            .contains("first-key")
    );
    let keys = |client: &Client| client.post(&below("subscriptions/s/listSecrets"), json!({})).1;
    assert_eq!(
        keys(&client),
        json!({ "primaryKey": "first-key", "secondaryKey": "second-key" })
    );
    assert_eq!(
        client
            .post(&below("subscriptions/s/regeneratePrimaryKey"), json!({}))
            .0,
        204
    );
    let after = keys(&client);
    assert!(after["primaryKey"] != "first-key" && after["secondaryKey"] == "second-key");
    // What cannot be read cannot be sent again: an update leaves it as it is.
    let again = json!({ "properties": { "displayName": "renamed", "scope": "/apis", "state": "active" } });
    assert_eq!(client.put(&below("subscriptions/s"), again).0, 200);
    assert_eq!(keys(&client), after);
    assert!(
        client
            .post(&below("subscriptions/master/listSecrets"), json!({}))
            .1["primaryKey"]
            .is_string()
    );
    let (_, all) = client.get(&below("subscriptions"));
    assert_eq!(
        (&all["value"][0]["name"], &all["value"][1]["name"], &all["count"]),
        (&json!("master"), &json!("s"), &json!(2))
    );
}

#[test]
fn lists_are_filtered_and_cut_into_pages() {
    let client = Client::with_service();
    for name in ["alpha", "beta", "gamma"] {
        client.put(
            &below(&format!("tags/{name}")),
            json!({ "properties": { "displayName": name } }),
        );
    }
    let (_, first) = client.get(&below("tags?$top=2"));
    assert_eq!(
        (first["value"].as_array().map(Vec::len), &first["count"]),
        (Some(2), &json!(3))
    );
    let next = first["nextLink"].as_str().expect("more");
    let (_, second) = client.get(
        next.strip_prefix("https://management.azure.com")
            .expect("the same host"),
    );
    assert_eq!(
        (&second["value"][0]["name"], second.get("nextLink")),
        (&json!("gamma"), None)
    );
    let (_, found) = client.get(&below("tags?$filter=startswith(displayName,%27be%27)"));
    assert_eq!(
        (
            found["value"].as_array().map(Vec::len),
            &found["value"][0]["name"]
        ),
        (Some(1), &json!("beta"))
    );
    assert_eq!(client.get(&below("tags?$filter=name%20eq")).0, 400);
    assert_eq!(client.get(&below("tags?$top=x")).0, 400);
}

#[test]
fn links_lead_to_what_they_link() {
    let client = Client::with_service();
    client.put(
        &below("apis/a"),
        json!({ "properties": { "path": "a", "displayName": "A" } }),
    );
    client.put(
        &below("products/p"),
        json!({ "properties": { "displayName": "P" } }),
    );
    assert_eq!(client.put(&below("products/p/apis/none"), json!({})).0, 404);
    assert_eq!(client.put(&below("products/p/apis/A"), json!({})).0, 201);
    assert_eq!(client.put(&below("products/p/apis/a"), json!({})).0, 200);
    let (_, all) = client.get(&below("products/p/apis"));
    assert_eq!(
        (&all["value"][0]["properties"]["path"], &all["count"]),
        (&json!("a"), &json!(1))
    );
    assert_eq!(
        client.send(Method::HEAD, &below("products/p/apis/a"), &[], "").0,
        204
    );
    assert_eq!(client.get(&below("apis/a/products")).1["value"][0]["name"], "p");
    assert_eq!(
        client
            .send(Method::DELETE, &below("products/p/apis/a"), &[], "")
            .0,
        200
    );
    assert_eq!(
        client.send(Method::HEAD, &below("products/p/apis/a"), &[], "").0,
        404
    );
    client.put(
        &below("subscriptions/s"),
        json!({ "properties": { "displayName": "s", "scope": "/products/p" } }),
    );
    assert_eq!(client.get(&below("products/p/subscriptions")).1["count"], 1);
    assert_eq!(client.delete(&below("products/p")), 400);
    assert_eq!(
        client
            .send(
                Method::DELETE,
                &below("products/p?deleteSubscriptions=true"),
                &[("if-match", "*")],
                ""
            )
            .0,
        200
    );
    assert_eq!(client.get(&below("subscriptions/s")).0, 404);
}
