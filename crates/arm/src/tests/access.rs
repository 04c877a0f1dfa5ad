//! Who may ask, and in which version.

use super::Client;
use crate::plane::issuer;
use clock::{Clock, Moment};
use http::Method;
use serde_json::json;

#[test]
fn only_tokens_that_were_issued_here_are_taken() {
    let client = Client::new();
    let status = |headers: &[(&str, &str)]| {
        let (status, body, headers) = client.send(Method::GET, "/subscriptions", headers, "");
        (
            status,
            body["error"]["code"].as_str().unwrap_or_default().to_owned(),
            headers.contains_key("www-authenticate"),
        )
    };
    assert_eq!(status(&[]).0, 200);
    assert_eq!(
        status(&[("authorization", "Bearer a.b.c")]),
        (401, "InvalidAuthenticationToken".into(), true)
    );
    assert_eq!(
        status(&[("authorization", "Basic x")]),
        (401, "AuthenticationFailedInvalidHeader".into(), true)
    );
    let other = issuer(Clock::manual(Moment::from_seconds(1_800_000_000)), 2);
    let stranger = format!("Bearer {}", other.sign(&json!({ "exp": 1_900_000_000 })));
    assert_eq!(status(&[("authorization", &stranger)]).0, 401);
    let old = format!(
        "Bearer {}",
        client.plane.issuer.sign(&json!({ "exp": 1_000_000_000 }))
    );
    assert_eq!(status(&[("authorization", &old)]).1, "ExpiredAuthenticationToken");
}

#[test]
fn the_version_must_be_there_and_well_formed() {
    let client = Client::new();
    let code = |path: &str| {
        client.get(path).1["error"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(code("/subscriptions?api-version="), "MissingApiVersionParameter");
    assert_eq!(
        code("/subscriptions?api-version=latest"),
        "InvalidApiVersionParameter"
    );
    assert_eq!(client.get("/subscriptions?api-version=2099-01-01-preview").0, 200);
}
