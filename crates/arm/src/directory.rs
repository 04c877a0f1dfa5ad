//! Subscriptions and what surrounds them: tenants, locations, providers, the endpoints of the cloud.

use crate::answer::{Answer, Judged, Problem};
use crate::call::Call;
use crate::page::plain;
use crate::plane::Plane;
use resources::Store;
use serde_json::{Value, json};

/// `GET /metadata/endpoints`: one object, and a list for the version that had one.
pub(crate) fn endpoints(plane: &Plane, call: &Call) -> Judged {
    let tenant = plane.issuer.signed_in().tenant;
    let cloud = json!({
        "name": "AzureCloud",
        "portal": "https://portal.azure.com",
        "authentication": {
            "loginEndpoint": "https://login.microsoftonline.com",
            "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
            "tenant": tenant,
            "identityProvider": "AAD",
        },
        "media": "https://rest.media.azure.net",
        "graphAudience": "https://graph.windows.net/",
        "graph": "https://graph.windows.net/",
        "microsoftGraphResourceId": "https://graph.microsoft.com/",
        "resourceManager": format!("{}/", call.base),
        "batch": "https://batch.core.windows.net/",
        "logAnalyticsResourceId": "https://api.loganalytics.io",
        "appInsightsResourceId": "https://api.applicationinsights.io",
        "appInsightsTelemetryChannelResourceId": "https://dc.applicationinsights.azure.com/v2/track",
        "suffixes": {
            "acrLoginServer": "azurecr.io", "sqlServerHostname": "database.windows.net", "keyVaultDns": "vault.azure.net",
            "storage": "core.windows.net", "azureFrontDoorEndpointSuffix": "azurefd.net", "attestationEndpoint": "attest.azure.net",
        },
    });
    Ok(Answer::ok(match call.query("api-version") {
        Some(version) if version.starts_with("2019") || version.starts_with("2018") => json!([cloud]),
        _ => cloud,
    }))
}

/// `GET /tenants`.
pub(crate) fn tenants(plane: &Plane) -> Judged {
    let tenant = plane.issuer.signed_in().tenant;
    Ok(plain(vec![json!({
        "id": format!("/tenants/{tenant}"), "tenantId": tenant, "countryCode": "GB", "displayName": "apimite",
        "domains": ["apimite.local"], "defaultDomain": "apimite.local", "tenantCategory": "Home", "tenantType": "AAD",
    })]))
}

/// `GET /subscriptions`.
pub(crate) fn subscriptions(plane: &Plane) -> Judged {
    Ok(plain(vec![shown(plane)]))
}

/// `GET /subscriptions/{id}`.
pub(crate) fn subscription(plane: &Plane) -> Judged {
    Ok(Answer::ok(shown(plane)))
}

/// Name of the one subscription.
pub(crate) const NAME: &str = "apimite";

fn shown(plane: &Plane) -> Value {
    let id = &plane.subscription;
    json!({
        "id": format!("/subscriptions/{id}"), "subscriptionId": id, "tenantId": plane.issuer.signed_in().tenant,
        "displayName": NAME, "state": "Enabled", "authorizationSource": "RoleBased", "managedByTenants": [],
        "subscriptionPolicies": { "locationPlacementId": "Public_2014-09-01", "quotaId": "PayAsYouGo_2014-09-01", "spendingLimit": "Off" },
    })
}

/// `GET /subscriptions/{id}/locations`.
pub(crate) fn locations(plane: &Plane) -> Judged {
    let location = |(name, display): (&str, &str)| {
        json!({
            "id": format!("/subscriptions/{}/locations/{name}", plane.subscription), "name": name, "type": "Region",
            "displayName": display, "regionalDisplayName": display,
            "metadata": { "regionType": "Physical", "regionCategory": "Recommended", "pairedRegion": [] },
        })
    };
    Ok(plain(model::regions().map(location).collect()))
}

/// Providers: all of them, or the one that `rest` names.
pub(crate) fn providers(call: &Call, rest: &[&str]) -> Judged {
    match rest {
        [] if call.method != http::Method::GET => Err(Problem::no_method(&call.method)),
        [] => Ok(plain(
            Store::namespaces()
                .map(|(name, types)| provider(name, &types))
                .collect(),
        )),
        ["microsoft.apimanagement", "operations"] => Ok(plain(crate::apim::published())),
        [_, _, ..] => Err(Problem::unknown(&call.target)),
        [name] => {
            let found = Store::namespaces().find(|(known, _)| known.eq_ignore_ascii_case(name));
            match found {
                Some((name, types)) => Ok(Answer::ok(provider(name, &types))),
                None => Err(Problem::missing(
                    "InvalidResourceNamespace",
                    format!("The resource namespace '{name}' is invalid."),
                )),
            }
        }
    }
}

/// Versions that clients find, the newest stable first.
const VERSIONS: [&str; 6] = [
    "2025-06-01",
    "2024-10-01",
    "2024-05-01",
    "2023-05-01",
    "2024-06-01-preview",
    "2023-05-01-preview",
];

// Types of other namespaces that clients look up by name before they call them.
const COMMON: &[(&str, &[&str])] = &[
    ("Microsoft.App", &["containerApps", "managedEnvironments", "jobs"]),
    (
        "Microsoft.Authorization",
        &["roleAssignments", "roleDefinitions", "locks", "policyAssignments"],
    ),
    (
        "Microsoft.Cache",
        &["Redis", "redisEnterprise", "redisEnterprise/databases"],
    ),
    ("Microsoft.ContainerRegistry", &["registries"]),
    (
        "Microsoft.Insights",
        &[
            "components",
            "diagnosticSettings",
            "workbooks",
            "metricAlerts",
            "actionGroups",
        ],
    ),
    ("Microsoft.KeyVault", &["vaults", "vaults/secrets", "managedHSMs"]),
    ("Microsoft.Logic", &["workflows"]),
    ("Microsoft.ManagedIdentity", &["userAssignedIdentities"]),
    (
        "Microsoft.Network",
        &[
            "virtualNetworks",
            "virtualNetworks/subnets",
            "networkSecurityGroups",
            "privateEndpoints",
            "privateDnsZones",
            "publicIPAddresses",
        ],
    ),
    (
        "Microsoft.OperationalInsights",
        &["workspaces", "workspaces/savedSearches"],
    ),
    (
        "Microsoft.Resources",
        &[
            "resourceGroups",
            "deployments",
            "subscriptions",
            "tags",
            "deploymentScripts",
        ],
    ),
    ("Microsoft.Search", &["searchServices"]),
    (
        "Microsoft.Storage",
        &["storageAccounts", "storageAccounts/blobServices"],
    ),
    ("Microsoft.Web", &["sites", "serverfarms", "staticSites"]),
    (
        "Microsoft.ApiCenter",
        &["services", "services/workspaces", "services/workspaces/apis"],
    ),
];

fn provider(name: &str, types: &[String]) -> Value {
    let regions: Vec<&str> = model::regions().map(|(_, display)| display).collect();
    let common = COMMON
        .iter()
        .filter(|(of, _)| *of == name)
        .flat_map(|(_, types)| types.iter());
    let all = types.iter().map(String::as_str).chain(common.copied());
    let kind = |name: &str| {
        json!({
            "resourceType": name, "locations": regions, "apiVersions": VERSIONS, "defaultApiVersion": VERSIONS[0],
            "capabilities": "CrossResourceGroupResourceMove, SupportsTags, SupportsLocation",
        })
    };
    json!({
        "id": format!("/subscriptions/providers/{name}"), "namespace": name, "registrationPolicy": "RegistrationRequired",
        "registrationState": "Registered", "resourceTypes": all.map(kind).collect::<Vec<_>>(),
    })
}
