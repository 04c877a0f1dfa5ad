//! Requests and answers, without a socket.

use crate::plane::{Options, Plane, issuer};
use crate::runtime::{Runtime, Stopped};
use bytes::Bytes;
use clock::{Clock, Moment};
use http::{HeaderMap, Method, Request};
use resources::{Facts, Store};
use serde_json::{Value, json};
use source::{Diagnostic, Source, Span};
use std::sync::Arc;
use trace::Record;

/// A service that takes everything but one word.
struct Anything;

impl Runtime for Anything {
    fn apply(&self, store: &Store) -> Result<(), Stopped> {
        let is_bad = |value: &Value| {
            value["properties"]["value"]
                .as_str()
                .is_some_and(|it| it.contains("<wrong"))
        };
        if store.list().any(is_bad) {
            let source = Source::new("policy.xml", "<policies>\n  <wrong />\n</policies>");
            let mistake =
                Diagnostic::error("unknown-policy", "there is no policy `wrong`", Span::new(13, 22));
            return Err(Stopped {
                findings: vec![mistake.found_in(&source)],
            });
        }
        Ok(())
    }

    fn allow_traces(&self, api: &str, _: Moment) -> String {
        format!("aid={api}")
    }

    fn forbid_traces(&self) {}

    fn traced(&self, _: &str) -> Option<Arc<Record>> {
        None
    }
}

struct Client {
    plane: Plane,
    token: String,
}

const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000000";
const SERVICE: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/RG/providers/Microsoft.ApiManagement/service/apim1";

impl Client {
    fn new() -> Client {
        let clock = Clock::manual(Moment::from_seconds(1_800_000_000));
        let issuer = issuer(clock.clone(), 1);
        let form = "client_id=me&grant_type=client_credentials&client_secret=x&scope=https://management.azure.com/.default";
        let request = Request::post("/common/oauth2/v2.0/token")
            .header("host", "login.microsoftonline.com")
            .body(Bytes::from(form))
            .expect("a request");
        let answer = issuer.respond("https", &request);
        let answer: Value = serde_json::from_slice(answer.body()).expect("json");
        let facts = Facts {
            gateway: "http://127.0.0.1:8080".into(),
            location: "eastus".into(),
            ..Facts::default()
        };
        let plane = Plane::new(Options {
            store: Store::new(facts),
            data: None,
            subscription: SUBSCRIPTION.into(),
            clock,
            issuer,
            seed: 1,
            runtime: Arc::new(Anything),
        });
        Client {
            plane,
            token: answer["access_token"].as_str().expect("a token").to_owned(),
        }
    }

    /// One with a group and a service.
    fn with_service() -> Client {
        let client = Client::new();
        client.put(
            "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/RG",
            json!({ "location": "East US" }),
        );
        let body = json!({
            "location": "eastus", "sku": { "name": "Basicv2", "capacity": 1 }, "identity": { "type": "SystemAssigned" },
            "properties": { "publisherEmail": "a@b.c", "publisherName": "me" },
        });
        assert_eq!(client.put(SERVICE, body).0, 201);
        client
    }

    fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (u16, Value, HeaderMap) {
        let uri = match path.contains("api-version") {
            true => path.to_owned(),
            false if path.contains('?') => format!("{path}&api-version=2024-05-01"),
            false => format!("{path}?api-version=2024-05-01"),
        };
        let mut request = Request::builder()
            .method(method)
            .uri(uri)
            .header("host", "management.azure.com");
        if !headers.iter().any(|(name, _)| *name == "authorization") {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self
            .plane
            .respond(request.body(Bytes::from(body.to_owned())).expect("a request"));
        let (parts, body) = response.into_parts();
        let value = serde_json::from_slice(&body).unwrap_or_default();
        (parts.status.as_u16(), value, parts.headers)
    }

    fn get(&self, path: &str) -> (u16, Value) {
        let (status, body, _) = self.send(Method::GET, path, &[], "");
        (status, body)
    }

    fn put(&self, path: &str, body: Value) -> (u16, Value) {
        let (status, body, _) = self.send(Method::PUT, path, &[], &body.to_string());
        (status, body)
    }

    fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let (status, body, _) = self.send(Method::POST, path, &[], &body.to_string());
        (status, body)
    }

    fn delete(&self, path: &str) -> u16 {
        self.send(Method::DELETE, path, &[("if-match", "*")], "").0
    }
}

fn below(path: &str) -> String {
    format!("{SERVICE}/{path}")
}

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
fn a_group_is_made_once_and_takes_its_resources_along() {
    let client = Client::with_service();
    let group = "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/rg";
    assert_eq!(client.put(group, json!({ "location": "eastus" })).0, 200);
    let moved = client.put(group, json!({ "location": "westus" }));
    assert_eq!(
        (moved.0, &moved.1["error"]["code"]),
        (409, &json!("InvalidResourceGroupLocation"))
    );
    assert_eq!(
        client
            .put(
                "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/other",
                json!({})
            )
            .0,
        400
    );
    let (_, listed) = client.get(
        "/subscriptions/00000000-0000-0000-0000-000000000000/resources?$filter=resourceGroup%20eq%20%27rg%27",
    );
    assert_eq!(listed["value"][0]["name"], "apim1");
    assert_eq!(listed["value"][0]["identity"]["type"], "SystemAssigned");
    assert_eq!(client.delete(group), 200);
    assert_eq!(client.get(SERVICE).0, 404);
    let deleted = "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.ApiManagement/deletedservices";
    assert_eq!(client.get(deleted).1["value"][0]["name"], "apim1");
    let purge = "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.ApiManagement/locations/eastus/deletedservices/apim1";
    assert_eq!(client.delete(purge), 200);
    assert_eq!(client.get(deleted).1["value"], json!([]));
}

#[test]
fn a_deleted_service_keeps_its_name_and_comes_back_whole() {
    let client = Client::with_service();
    client.put(&below("tags/t"), json!({ "properties": { "displayName": "t" } }));
    assert_eq!(client.delete(SERVICE), 200);
    let mut body = json!({ "location": "eastus", "sku": { "name": "Basicv2" }, "properties": { "publisherEmail": "a@b.c", "publisherName": "me" } });
    let refused = client.put(SERVICE, body.clone());
    assert_eq!(
        (refused.0, &refused.1["error"]["code"]),
        (409, &json!("ServiceAlreadyExistsInSoftDeletedState"))
    );
    body["properties"]["restore"] = true.into();
    assert!(client.put(SERVICE, body).0 < 300);
    assert_eq!(client.get(&below("tags/t")).0, 200);
}

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

#[test]
fn a_deployment_is_checked_done_and_told() {
    let client = Client::with_service();
    let deployment = "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/RG/providers/Microsoft.Resources/deployments/main";
    let template = "{ // as it was written\n \"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\", \"contentVersion\": \"1.0.0.0\",\n \"parameters\": { \"name\": { \"type\": \"string\" } },\n \"resources\": [{ \"type\": \"Microsoft.ApiManagement/service/tags\", \"apiVersion\": \"2024-05-01\", \"name\": \"[concat('apim1/', parameters('name'))]\", \"properties\": { \"displayName\": \"T\" } }],\n \"outputs\": { \"list\": { \"type\": \"array\", \"value\": [ { \"key\": \"a\" } ] } } }";
    let body = |parameters: &str| {
        format!(
            "{{\"properties\": {{\"parameters\": {parameters}, \"mode\": \"Incremental\", template:{template}}}}}"
        )
    };
    let good = body("{\"name\": {\"value\": \"t1\"}}");
    let (status, checked, _) = client.send(Method::POST, &format!("{deployment}/validate"), &[], &good);
    assert_eq!(
        (status, &checked["properties"]["provisioningState"]),
        (200, &json!("Succeeded")),
        "{checked}"
    );
    assert_eq!(client.get(&below("tags/t1")).0, 404);
    let (status, told, _) = client.send(Method::POST, &format!("{deployment}/whatIf"), &[], &good);
    assert_eq!(
        (status, &told["properties"]["changes"][0]["changeType"]),
        (200, &json!("Create"))
    );
    let (status, done, headers) = client.send(Method::PUT, deployment, &[], &good);
    assert_eq!(
        (status, &done["properties"]["provisioningState"]),
        (201, &json!("Succeeded")),
        "{done}"
    );
    assert!(!headers.contains_key("azure-asyncoperation"));
    assert_eq!(
        done["properties"]["outputs"]["list"],
        json!({ "type": "Array", "value": [{ "key": "a" }] })
    );
    assert_eq!(
        done["properties"]["parameters"]["name"],
        json!({ "type": "String", "value": "t1" })
    );
    assert_eq!(client.get(&below("tags/t1")).0, 200);
    let (_, operations) = client.get(
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/RG/deployments/main/operations",
    );
    assert_eq!(
        operations["value"][0]["properties"]["targetResource"]["resourceName"],
        "t1"
    );
    let (status, refused, _) = client.send(Method::POST, &format!("{deployment}/validate"), &[], &body("{}"));
    assert_eq!(
        (status, &refused["error"]["code"]),
        (400, &json!("InvalidTemplate"))
    );
    assert!(
        refused["error"]["details"][0]["message"]
            .as_str()
            .is_some_and(|it| it.contains("line 3")),
        "{refused}"
    );
    let (status, refused, _) = client.send(Method::PUT, deployment, &[], "{\"properties\": {template:{]}}");
    assert_eq!(
        (status, &refused["error"]["code"]),
        (400, &json!("InvalidRequestContent"))
    );
    assert_eq!(client.send(Method::DELETE, deployment, &[], "").0, 204);
    let none = deployment.replace("RG", "none");
    let (status, refused, _) = client.send(Method::PUT, &none, &[], &good);
    assert_eq!(
        (status, &refused["error"]["code"]),
        (404, &json!("ResourceGroupNotFound"))
    );
}

#[test]
fn a_deployment_that_fails_is_told_by_its_operation() {
    let client = Client::with_service();
    let deployment = "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/RG/providers/Microsoft.Resources/deployments/bad";
    let template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
        "resources": [{ "type": "Microsoft.ApiManagement/service/policies", "apiVersion": "2024-05-01", "name": "apim1/policy", "properties": { "format": "rawxml", "value": "<wrong />" } }],
    });
    let body = json!({ "properties": { "mode": "Incremental", "template": template } });
    let (status, begun, headers) = client.send(Method::PUT, deployment, &[], &body.to_string());
    assert_eq!(
        (
            status,
            &begun["properties"]["provisioningState"],
            &headers["retry-after"]
        ),
        (201, &json!("Accepted"), &"1".parse().expect("a header"))
    );
    let place = headers["azure-asyncoperation"].to_str().expect("text");
    let (_, state) = client.get(
        place
            .strip_prefix("https://management.azure.com")
            .expect("the same host"),
    );
    assert_eq!(
        (&state["status"], &state["error"]["code"]),
        (&json!("Failed"), &json!("DeploymentFailed"))
    );
    assert!(
        state["error"]["details"][0]["message"]
            .as_str()
            .is_some_and(|it| it.contains("wrong"))
    );
    assert_eq!(client.get(&below("policies/policy")).0, 404);
    assert_eq!(
        client.get(deployment).1["properties"]["provisioningState"],
        "Failed"
    );
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

#[test]
fn accounts_have_keys_deployments_and_a_second_life() {
    let client = Client::with_service();
    let account = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/RG/providers/Microsoft.CognitiveServices/accounts/Foundry1";
    let body = json!({ "location": "swedencentral", "kind": "AIServices", "sku": { "name": "S0" }, "properties": { "customSubDomainName": "foundry1" } });
    assert_eq!(client.put(account, json!({ "location": "eastus" })).0, 400);
    assert_eq!(client.put(account, body.clone()).0, 201);
    let keys = client.post(&format!("{account}/listKeys"), json!({})).1;
    assert!(keys["key1"].is_string() && keys["key2"].is_string());
    let deployment = json!({ "sku": { "name": "GlobalStandard", "capacity": 1 }, "properties": { "model": { "format": "OpenAI", "name": "gpt-4o-mini", "version": "2024-07-18" } } });
    assert_eq!(
        client
            .put(&format!("{account}/deployments/gpt-4o-mini"), deployment)
            .0,
        201
    );
    assert_eq!(
        client.put(&format!("{account}/deployments/none"), json!({})).0,
        400
    );
    assert_eq!(
        client.get(&format!("{account}/deployments")).1["value"][0]["sku"]["capacity"],
        1
    );
    assert_eq!(
        client
            .put(
                &format!("{account}/projects/p"),
                json!({ "location": "swedencentral", "identity": { "type": "SystemAssigned" } })
            )
            .0,
        201
    );
    assert_eq!(client.delete(account), 200);
    assert_eq!(
        client.put(account, body).1["error"]["code"],
        "FlagMustBeSetForRestore"
    );
    let purge = "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.CognitiveServices/locations/swedencentral/resourceGroups/RG/deletedAccounts/Foundry1";
    assert_eq!(client.delete(purge), 200);
    assert_eq!(client.delete(purge), 204);
}
