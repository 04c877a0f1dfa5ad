//! Addresses and the like that Azure gives to resources whose types are stored only: one row for each property.

use crate::computed::guid;
use serde_json::{Map, Value, json};

/// Type in lower case, property with points between its steps, and what it is: `{name}` and `{location}` are put in, `{guid}` is
/// a GUID of the resource's own.
const ROWS: &[(&str, &str, &str)] = &[
    (
        "microsoft.appconfiguration/configurationstores",
        "endpoint",
        "https://{name}.azconfig.io",
    ),
    (
        "microsoft.batch/batchaccounts",
        "accountEndpoint",
        "{name}.{location}.batch.azure.com",
    ),
    (
        "microsoft.cdn/profiles/endpoints",
        "hostName",
        "{name}.azureedge.net",
    ),
    (
        "microsoft.communication/communicationservices",
        "hostName",
        "{name}.communication.azure.com",
    ),
    ("microsoft.compute/virtualmachines", "vmId", "{guid}"),
    (
        "microsoft.containerservice/managedclusters",
        "fqdn",
        "{name}.hcp.{location}.azmk8s.io",
    ),
    (
        "microsoft.containerservice/managedclusters",
        "nodeResourceGroup",
        "MC_{name}_{location}",
    ),
    (
        "microsoft.containerservice/managedclusters",
        "oidcIssuerProfile.issuerURL",
        "https://{location}.oic.prod-aks.azure.com/{guid}/",
    ),
    (
        "microsoft.dashboard/grafana",
        "endpoint",
        "https://{name}.{location}.grafana.azure.com",
    ),
    (
        "microsoft.databricks/workspaces",
        "workspaceUrl",
        "adb-{name}.azuredatabricks.net",
    ),
    (
        "microsoft.dbformysql/flexibleservers",
        "fullyQualifiedDomainName",
        "{name}.mysql.database.azure.com",
    ),
    (
        "microsoft.dbformysql/servers",
        "fullyQualifiedDomainName",
        "{name}.mysql.database.azure.com",
    ),
    (
        "microsoft.dbforpostgresql/flexibleservers",
        "fullyQualifiedDomainName",
        "{name}.postgres.database.azure.com",
    ),
    (
        "microsoft.devices/iothubs",
        "hostName",
        "{name}.azure-devices.net",
    ),
    (
        "microsoft.eventgrid/domains",
        "endpoint",
        "https://{name}.{location}-1.eventgrid.azure.net/api/events",
    ),
    (
        "microsoft.eventgrid/topics",
        "endpoint",
        "https://{name}.{location}-1.eventgrid.azure.net/api/events",
    ),
    (
        "microsoft.kusto/clusters",
        "uri",
        "https://{name}.{location}.kusto.windows.net",
    ),
    (
        "microsoft.loadtestservice/loadtests",
        "dataPlaneURI",
        "{guid}.{location}.cnt-prod.loadtesting.azure.com",
    ),
    ("microsoft.maps/accounts", "uniqueId", "{guid}"),
    (
        "microsoft.monitor/accounts",
        "metrics.prometheusQueryEndpoint",
        "https://{name}.{location}.prometheus.monitor.azure.com",
    ),
    (
        "microsoft.network/azurefirewalls",
        "ipConfigurations.0.properties.privateIPAddress",
        "10.0.1.4",
    ),
    (
        "microsoft.network/bastionhosts",
        "dnsName",
        "bst-{guid}.bastion.azure.com",
    ),
    ("microsoft.network/frontdoors", "frontdoorId", "{guid}"),
    ("microsoft.network/privatednszones", "internalId", "{guid}"),
    (
        "microsoft.network/virtualnetworkgateways",
        "bgpSettings.bgpPeeringAddress",
        "10.0.255.30",
    ),
    (
        "microsoft.network/vpngateways",
        "ipConfigurations.0.privateIpAddress",
        "10.0.255.12",
    ),
    (
        "microsoft.network/vpngateways",
        "ipConfigurations.0.publicIpAddress",
        "203.0.113.12",
    ),
    (
        "microsoft.network/trafficmanagerprofiles",
        "dnsConfig.fqdn",
        "{name}.trafficmanager.net",
    ),
    (
        "microsoft.notificationhubs/namespaces",
        "serviceBusEndpoint",
        "https://{name}.servicebus.windows.net:443/",
    ),
    (
        "microsoft.relay/namespaces",
        "serviceBusEndpoint",
        "https://{name}.servicebus.windows.net:443/",
    ),
    (
        "microsoft.signalrservice/signalr",
        "hostName",
        "{name}.service.signalr.net",
    ),
    (
        "microsoft.signalrservice/webpubsub",
        "hostName",
        "{name}.webpubsub.azure.com",
    ),
    (
        "microsoft.sql/servers",
        "fullyQualifiedDomainName",
        "{name}.database.windows.net",
    ),
    (
        "microsoft.synapse/workspaces",
        "connectivityEndpoints.dev",
        "https://{name}.dev.azuresynapse.net",
    ),
    ("microsoft.web/certificates", "thumbprint", "{guid}"),
    (
        "microsoft.web/connections",
        "connectionRuntimeUrl",
        "https://{guid}.common.logic-{location}.azure-apihub.net/apim/{name}",
    ),
    (
        "microsoft.web/hostingenvironments",
        "dnsSuffix",
        "{name}.appserviceenvironment.net",
    ),
    (
        "microsoft.web/sites/slots",
        "defaultHostName",
        "{name}.azurewebsites.net",
    ),
];

/// The properties that a resource has because of its type, put over those that were sent.
pub(crate) fn hosts(
    kind: &str,
    id: &str,
    name: &str,
    location: &str,
    properties: &Map<String, Value>,
) -> Value {
    let mut all = Value::Object(Map::new());
    for (_, property, pattern) in ROWS.iter().filter(|(of, ..)| *of == kind) {
        let mut text = pattern
            .replace("{name}", &name.to_ascii_lowercase())
            .replace("{location}", location);
        if text.contains("{guid}") {
            text = text.replace("{guid}", &guid(id, property));
        }
        let (first, rest) = property.split_once('.').unwrap_or((property, ""));
        // What was sent beside it stays.
        let known = all
            .get(first)
            .or(properties.get(first))
            .cloned()
            .unwrap_or_default();
        all[first] = put(known, rest, text.into());
    }
    all
}

// Puts a value at the end of a path; what stands in its way and is no list and no object gives way.
fn put(into: Value, path: &str, value: Value) -> Value {
    if path.is_empty() {
        return value;
    }
    let (step, rest) = path.split_once('.').unwrap_or((path, ""));
    match step.parse::<usize>() {
        Ok(at) => {
            let mut list = match into {
                Value::Array(list) => list,
                _ => Vec::new(),
            };
            while list.len() <= at {
                list.push(json!({}));
            }
            list[at] = put(list[at].take(), rest, value);
            list.into()
        }
        Err(_) => {
            let mut object = match into {
                Value::Object(object) => object,
                _ => Map::new(),
            };
            let known = object.remove(step).unwrap_or_default();
            object.insert(step.to_owned(), put(known, rest, value));
            object.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_beside_it_stays() {
        let sent =
            json!({ "ipConfigurations": [{ "name": "a", "properties": { "subnet": 1 } }], "other": 2 });
        let sent = sent.as_object().cloned().unwrap_or_default();
        let all = hosts("microsoft.network/azurefirewalls", "/x", "F", "eastus", &sent);
        let properties = json!({ "subnet": 1, "privateIPAddress": "10.0.1.4" });
        assert_eq!(
            all,
            json!({ "ipConfigurations": [{ "name": "a", "properties": properties }] })
        );
        let odd = json!({ "ipConfigurations": "odd" })
            .as_object()
            .cloned()
            .unwrap_or_default();
        let all = hosts("microsoft.network/azurefirewalls", "/x", "F", "eastus", &odd);
        assert_eq!(
            all["ipConfigurations"][0]["properties"]["privateIPAddress"],
            "10.0.1.4"
        );
        assert_eq!(hosts("microsoft.x/none", "/x", "n", "eastus", &sent), json!({}));
    }

    #[test]
    fn types_are_written_as_they_are_compared() {
        assert!(ROWS.iter().all(|(kind, ..)| *kind == kind.to_ascii_lowercase()));
    }
}
