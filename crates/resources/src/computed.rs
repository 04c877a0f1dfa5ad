//! Properties that Azure adds to a resource, as far as templates read them.

use crate::actions::KEYS;
use crate::hosts::hosts;
use crate::store::Facts;
use bicep::Deployed;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Whatever must look like chance and be the same in every run comes from here.
const NAMESPACE: Uuid = Uuid::from_u128(0x7a1d_2c64_90f3_4d6e_a8b1_3f52_6c0e_9d47);

/// A GUID that belongs to a resource.
pub(crate) fn guid(id: &str, what: &str) -> String {
    Uuid::new_v5(
        &NAMESPACE,
        format!("{}#{what}", id.to_ascii_lowercase()).as_bytes(),
    )
    .to_string()
}

/// A key that belongs to a resource.
pub(crate) fn made(id: &str, which: &str, facts: &Facts) -> String {
    let half = |part: u8| {
        Uuid::new_v5(
            &NAMESPACE,
            format!("{}#{which}#{part}#{}", id.to_ascii_lowercase(), facts.seed).as_bytes(),
        )
    };
    format!("{}{}", half(0).simple(), half(1).simple())
}

/// The resource as Azure gives it.
pub(crate) fn complete(sent: &Deployed, facts: &Facts) -> Value {
    let mut whole = Map::new();
    whole.insert("id".into(), sent.id.as_str().into());
    whole.insert("name".into(), sent.name.as_str().into());
    whole.insert("type".into(), sent.r#type.as_str().into());
    for (name, value) in &sent.body {
        if !value.is_null() && name != KEYS {
            whole.insert(name.clone(), value.clone());
        }
    }
    let tail = sent.id.rsplit_once("/providers/").map_or("", |(_, tail)| tail);
    if tail.matches('/').count() == 2 {
        whole
            .entry("location")
            .or_insert_with(|| facts.location.as_str().into());
    }
    whole.insert("apiVersion".into(), sent.api_version.as_str().into());
    identity(sent, &mut whole, facts);
    let mut properties = match whole.remove("properties") {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    };
    let own = own(sent, &properties, facts);
    if let Value::Object(own) = own {
        for (name, value) in own {
            merge(&mut properties, name, value);
        }
    }
    properties
        .entry("provisioningState")
        .or_insert_with(|| "Succeeded".into());
    whole.insert("properties".into(), properties.into());
    Value::Object(whole)
}

fn merge(into: &mut Map<String, Value>, name: String, value: Value) {
    match (into.get_mut(&name), value) {
        (Some(Value::Object(inner)), Value::Object(more)) => {
            more.into_iter()
                .for_each(|(name, value)| merge(inner, name, value));
        }
        (_, value) => drop(into.insert(name, value)),
    }
}

fn identity(sent: &Deployed, whole: &mut Map<String, Value>, facts: &Facts) {
    let Some(Value::Object(identity)) = whole.get_mut("identity") else {
        return;
    };
    let kind = identity
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    if kind.to_ascii_lowercase().contains("systemassigned") {
        identity.insert("principalId".into(), guid(&sent.id, "principal").into());
        identity.insert("tenantId".into(), facts.tenant.as_str().into());
    }
    if let Some(Value::Object(assigned)) = identity.get_mut("userAssignedIdentities") {
        for (id, value) in assigned.iter_mut() {
            *value = json!({ "principalId": guid(id, "principal"), "clientId": guid(id, "client") });
        }
    }
}

/// What the type of a resource says of it.
fn own(sent: &Deployed, properties: &Map<String, Value>, facts: &Facts) -> Value {
    let (id, name) = (sent.id.as_str(), sent.name.as_str());
    let lower = name.to_ascii_lowercase();
    let text = |name: &str| properties.get(name).and_then(Value::as_str);
    let location = sent
        .body
        .get("location")
        .and_then(Value::as_str)
        .unwrap_or(&facts.location);
    match sent
        .r#type
        .to_ascii_lowercase()
        .replacen("/service/workspaces/", "/service/", 1)
        .as_str()
    {
        "microsoft.apimanagement/service" => service(&lower, location, facts),
        "microsoft.apimanagement/service/apis" => json!({
            "apiRevision": revision(name).or(text("apiRevision")).unwrap_or("1"), "isCurrent": revision(name).is_none(),
            // What was imported is not given back.
            "value": null, "format": null, "isOnline": true,
        }),
        "microsoft.apimanagement/service/subscriptions" => {
            json!({ "state": text("state").unwrap_or("active") })
        }
        "microsoft.cognitiveservices/accounts" => account(id, text("customSubDomainName").unwrap_or(&lower)),
        "microsoft.cognitiveservices/accounts/projects" => {
            let account = id.rsplit('/').nth(2).unwrap_or_default().to_ascii_lowercase();
            json!({
                "endpoints": { "AI Foundry API": format!("https://{account}.services.ai.azure.com/api/projects/{name}") },
                "internalId": guid(id, "internal").replace('-', ""), "isDefault": true,
            })
        }
        "microsoft.operationalinsights/workspaces" => json!({ "customerId": guid(id, "customer") }),
        "microsoft.insights/components" => {
            let key = guid(id, "instrumentation");
            let application = guid(id, "application");
            json!({
                "InstrumentationKey": key, "AppId": application, "ApplicationId": name,
                "ConnectionString": format!("InstrumentationKey={key};IngestionEndpoint=https://{location}-0.in.applicationinsights.azure.com/;LiveEndpoint=https://{location}.livediagnostics.monitor.azure.com/;ApplicationId={application}"),
            })
        }
        "microsoft.managedidentity/userassignedidentities" => json!({
            "principalId": guid(id, "principal"), "clientId": guid(id, "client"), "tenantId": facts.tenant,
        }),
        "microsoft.containerregistry/registries" => json!({ "loginServer": format!("{lower}.azurecr.io") }),
        "microsoft.app/managedenvironments" => {
            json!({ "defaultDomain": format!("{lower}.{location}.azurecontainerapps.io"), "staticIp": "10.0.0.4" })
        }
        "microsoft.app/containerapps" => container_app(&lower, location, properties),
        "microsoft.storage/storageaccounts" => storage(&lower),
        "microsoft.search/searchservices" => {
            json!({ "status": "running", "endpoint": format!("https://{lower}.search.windows.net/") })
        }
        "microsoft.keyvault/vaults" => json!({ "vaultUri": format!("https://{lower}.vault.azure.net/") }),
        "microsoft.keyvault/vaults/secrets" => {
            let vault = id.rsplit('/').nth(2).unwrap_or_default().to_ascii_lowercase();
            let uri = format!("https://{vault}.vault.azure.net/secrets/{name}");
            json!({ "secretUri": uri, "secretUriWithVersion": format!("{uri}/{}", guid(id, "version").replace('-', "")) })
        }
        "microsoft.cache/redis" => {
            json!({ "hostName": format!("{lower}.redis.cache.windows.net"), "port": 6379, "sslPort": 6380 })
        }
        "microsoft.cache/redisenterprise" => {
            json!({ "hostName": format!("{lower}.{location}.redis.azure.net"), "resourceState": "Running" })
        }
        "microsoft.documentdb/databaseaccounts" => {
            json!({ "documentEndpoint": format!("https://{lower}.documents.azure.com:443/") })
        }
        "microsoft.eventhub/namespaces" | "microsoft.servicebus/namespaces" => {
            json!({ "serviceBusEndpoint": format!("https://{lower}.servicebus.windows.net:443/"), "status": "Active" })
        }
        "microsoft.web/sites" | "microsoft.web/staticsites" => json!({
            "defaultHostName": format!("{lower}.azurewebsites.net"), "defaultHostname": format!("{lower}.azurewebsites.net"),
            "hostNames": [format!("{lower}.azurewebsites.net")], "state": "Running", "outboundIpAddresses": "10.0.0.5",
            "customDomainVerificationId": guid(id, "domain"),
        }),
        "microsoft.logic/workflows" => {
            json!({ "accessEndpoint": format!("https://{lower}.logic.azure.com:443/workflows/{name}"), "state": "Enabled" })
        }
        "microsoft.cdn/profiles" => json!({ "frontDoorId": guid(id, "door") }),
        "microsoft.cdn/profiles/afdendpoints" => json!({ "hostName": format!("{lower}.z01.azurefd.net") }),
        "microsoft.machinelearningservices/workspaces/onlineendpoints" => {
            json!({ "scoringUri": format!("https://{lower}.{location}.inference.ml.azure.com/score"), "swaggerUri": format!("https://{lower}.{location}.inference.ml.azure.com/swagger.json") })
        }
        "microsoft.machinelearningservices/workspaces" => {
            json!({ "workspaceId": guid(id, "workspace"), "discoveryUrl": format!("https://{location}.api.azureml.ms/discovery") })
        }
        "microsoft.apicenter/services" => {
            json!({ "dataApiHostname": format!("{lower}.data.{location}.azure-apicenter.ms") })
        }
        "microsoft.insights/datacollectionrules" => json!({
            "immutableId": format!("dcr-{}", guid(id, "rule").replace('-', "")),
            "endpoints": { "logsIngestion": format!("https://{lower}.{location}-1.ingest.monitor.azure.com") },
        }),
        "microsoft.insights/datacollectionendpoints" => json!({
            "immutableId": format!("dce-{}", guid(id, "endpoint").replace('-', "")),
            "logsIngestion": { "endpoint": format!("https://{lower}.{location}-1.ingest.monitor.azure.com") },
        }),
        "microsoft.containerinstance/containergroups" => json!({
            "ipAddress": { "ip": "203.0.113.11", "fqdn": format!("{lower}.{location}.azurecontainer.io") },
        }),
        "microsoft.search/searchservices/sharedprivatelinkresources" => json!({ "status": "Approved" }),
        "microsoft.resources/deploymentscripts" => json!({ "outputs": {}, "status": {} }),
        kind => {
            let mut own = network(kind, id, name, location, properties);
            if let (Value::Object(own), Value::Object(more)) =
                (&mut own, hosts(kind, id, name, location, properties))
            {
                more.into_iter().for_each(|(name, value)| merge(own, name, value));
            }
            own
        }
    }
}

/// The revision that a name ends with.
fn revision(name: &str) -> Option<&str> {
    name.split_once(";rev=").map(|(_, revision)| revision)
}

fn service(name: &str, location: &str, facts: &Facts) -> Value {
    let host = facts.gateway.split("//").nth(1).unwrap_or_default();
    json!({
        "gatewayUrl": facts.gateway,
        "gatewayRegionalUrl": facts.gateway,
        "portalUrl": format!("https://{name}.portal.azure-api.net"),
        "developerPortalUrl": format!("https://{name}.developer.azure-api.net"),
        "managementApiUrl": format!("https://{name}.management.azure-api.net"),
        "scmUrl": format!("https://{name}.scm.azure-api.net"),
        "hostnameConfigurations": [{ "type": "Proxy", "hostName": host, "defaultSslBinding": true, "negotiateClientCertificate": false }],
        "publicIPAddresses": ["127.0.0.1"],
        // Those of a service inside a virtual network.
        "privateIPAddresses": ["10.0.0.9"],
        "platformVersion": "stv2.1",
        "targetProvisioningState": "",
        "location": location,
    })
}

fn account(id: &str, label: &str) -> Value {
    let cognitive = format!("https://{label}.cognitiveservices.azure.com/");
    json!({
        "endpoint": cognitive,
        "endpoints": {
            "AI Foundry API": format!("https://{label}.services.ai.azure.com/"),
            "Azure AI Model Inference API": format!("https://{label}.services.ai.azure.com/"),
            "OpenAI Language Model Instance API": format!("https://{label}.openai.azure.com/"),
            "OpenAI Dall-E API": format!("https://{label}.openai.azure.com/"),
            "Content Safety": cognitive,
        },
        "internalId": guid(id, "internal").replace('-', ""),
        "isMigrated": false,
    })
}

fn container_app(name: &str, location: &str, properties: &Map<String, Value>) -> Value {
    let fqdn = format!("{name}.{location}.azurecontainerapps.io");
    let mut out = json!({
        "latestRevisionName": format!("{name}--1"), "latestRevisionFqdn": format!("{name}--1.{location}.azurecontainerapps.io"),
        "outboundIpAddresses": ["10.0.0.6"], "runningStatus": "Running",
    });
    let ingress = properties.get("configuration").and_then(|it| it.get("ingress"));
    if ingress.is_some_and(Value::is_object) {
        out["configuration"] = json!({ "ingress": { "fqdn": fqdn } });
    }
    out
}

fn storage(name: &str) -> Value {
    let endpoint = |kind: &str| format!("https://{name}.{kind}.core.windows.net/");
    json!({ "primaryEndpoints": {
        "blob": endpoint("blob"), "file": endpoint("file"), "queue": endpoint("queue"), "table": endpoint("table"),
        "dfs": endpoint("dfs"), "web": endpoint("web"),
    }})
}

fn network(kind: &str, id: &str, name: &str, location: &str, properties: &Map<String, Value>) -> Value {
    let children = |list: &str, kind: &str| -> Value {
        let list = properties
            .get(list)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let named = list.map(|child| {
            let mut child = child.clone();
            if let Value::Object(child) = &mut child {
                let own = child.get("name").and_then(Value::as_str).unwrap_or_default();
                let own = format!("{id}/{kind}/{own}");
                child.insert("id".into(), own.into());
            }
            child
        });
        named.collect()
    };
    match kind {
        "microsoft.network/virtualnetworks" => {
            json!({ "subnets": children("subnets", "subnets"), "resourceGuid": guid(id, "net") })
        }
        "microsoft.network/publicipaddresses" => json!({
            "ipAddress": "203.0.113.10",
            "dnsSettings": { "fqdn": format!("{}.{location}.cloudapp.azure.com", name.to_ascii_lowercase()) },
        }),
        "microsoft.network/privateendpoints" => {
            json!({ "networkInterfaces": [{ "id": format!("{id}.nic") }], "customDnsConfigs": [{ "fqdn": name, "ipAddresses": ["10.0.0.7"] }] })
        }
        "microsoft.network/networkinterfaces" => {
            let mut configurations = children("ipConfigurations", "ipConfigurations");
            for configuration in configurations.as_array_mut().into_iter().flatten() {
                if let Value::Object(configuration) = configuration {
                    let address = json!({ "privateIPAddress": "10.0.0.8" });
                    merge(configuration, "properties".into(), address);
                }
            }
            json!({ "ipConfigurations": configurations })
        }
        _ => json!({}),
    }
}
