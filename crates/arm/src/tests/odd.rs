//! Requests that nobody should send.

use super::{Client, SERVICE, below};
use http::Method;
use serde_json::json;

#[test]
fn whatever_is_unknown_is_refused_in_words() {
    let client = Client::with_service();
    for path in [
        "/",
        "/nothing",
        "/subscriptions/x/resourceGroups",
        "/subscriptions/00000000-0000-0000-0000-000000000000/nothing/at/all",
        "/providers/Microsoft.Nothing",
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/none",
        &below("nothings"),
        &below("nothings/x"),
        &below("apis/none"),
        &below("apis/none/operations"),
        &below("workspaces/w/caches"),
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/RG/providers/Microsoft.Nothing/x/y",
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/RG/providers",
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/RG/providers/Microsoft.ApiManagement",
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/RG/providers/Microsoft.CognitiveServices/accounts/none",
    ] {
        for method in [
            Method::GET,
            Method::PUT,
            Method::POST,
            Method::PATCH,
            Method::DELETE,
            Method::HEAD,
            Method::OPTIONS,
        ] {
            for body in ["", "{}", "[]", "{", "null", "\u{0}"] {
                let (status, _, _) = client.send(method.clone(), path, &[("if-match", "*")], body);
                assert!(status < 500, "{method} {path} {body}: {status}");
            }
        }
        let (status, body) = client.get(path);
        assert!((400..500).contains(&status), "{path}: {status}");
        assert!(
            body["error"]["code"].is_string() && body["error"]["message"].is_string(),
            "{path}: {body}"
        );
    }
}

#[test]
fn sixteen_megabytes_are_taken() {
    let client = Client::with_service();
    let long = "x".repeat(16 * 1024 * 1024);
    let (status, _) = client.put(
        &below("tags/long"),
        json!({ "properties": { "displayName": long } }),
    );
    assert_eq!(status, 201);
}

#[test]
fn paths_compare_without_case_and_empty_segments_do_not_count() {
    let client = Client::with_service();
    let odd = "/SUBSCRIPTIONS/00000000-0000-0000-0000-000000000000/resourcegroups/rg/providers/MICROSOFT.APIMANAGEMENT//SERVICE/APIM1/";
    let (status, body) = client.get(odd);
    assert_eq!(
        (status, &body["id"], &body["name"]),
        (200, &json!(SERVICE), &json!("apim1"))
    );
}
