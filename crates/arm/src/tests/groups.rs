//! Resource groups, and services that were deleted.

use super::{Client, SERVICE, below};
use serde_json::json;

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
