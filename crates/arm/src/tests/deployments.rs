//! Templates that arrive.

use super::{Client, below};
use http::Method;
use serde_json::json;

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
    let exported = client.post(&format!("{deployment}/exportTemplate"), json!({})).1;
    assert_eq!(exported["template"]["contentVersion"], "1.0.0.0");
    assert!(client.get(deployment).1["properties"].get("kept").is_none());
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
fn a_template_may_stand_at_an_address() {
    let client = Client::with_service();
    let deployment = "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/RG/providers/Microsoft.Resources/deployments/linked";
    let body =
        |link: serde_json::Value| json!({ "properties": { "mode": "Incremental", "templateLink": link } });
    let template = "{\"$schema\":\"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\",\"contentVersion\":\"1.0.0.0\",\"resources\":[{\"type\":\"Microsoft.ApiManagement/service/tags\",\"apiVersion\":\"2024-05-01\",\"name\":\"apim1/linked\",\"properties\":{\"displayName\":\"T\"}}]}";
    let (status, done) = client.put(
        deployment,
        body(json!({ "uri": format!("http://127.0.0.1/{template}") })),
    );
    assert_eq!(
        (status, client.get(&below("tags/linked")).0),
        (201, 200),
        "{done}"
    );
    let code = |link: serde_json::Value| client.put(deployment, body(link)).1["error"]["code"].clone();
    assert_eq!(
        code(json!({ "uri": "https://example.org/x" })),
        "InvalidTemplateLink"
    );
    assert_eq!(code(json!({ "id": "/a/spec" })), "NotSupported");
    assert_eq!(code(json!({ "uri": "http://127.0.0.1/{" })), "InvalidTemplate");
}
