//! Model servers.

use super::Client;
use serde_json::json;

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

#[test]
fn keys_are_made_anew_one_at_a_time() {
    let client = Client::with_service();
    let account = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/RG/providers/Microsoft.CognitiveServices/accounts/f";
    let body = json!({ "location": "swedencentral", "kind": "AIServices", "sku": { "name": "S0" }, "properties": {} });
    assert_eq!(client.put(account, body.clone()).0, 201);
    let keys = |client: &Client| client.post(&format!("{account}/listKeys"), json!({})).1;
    let before = keys(&client);
    let regenerate =
        |name: &str| client.post(&format!("{account}/regenerateKey"), json!({ "keyName": name }));
    let (status, after) = regenerate("Key2");
    assert!(status == 200 && after["key1"] == before["key1"] && after["key2"] != before["key2"]);
    assert_eq!(keys(&client), after);
    assert_eq!(regenerate("key3").0, 400);
    // Whoever writes the account again leaves them alone, and nobody is shown them.
    assert_eq!(client.put(account, body).0, 200);
    assert_eq!(keys(&client), after);
    let new = after["key2"].as_str().expect("a key");
    assert!(!client.get(account).1.to_string().contains(new));
}
