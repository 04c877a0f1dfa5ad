//! Resource types: which exist, and which are emulated.

use source::nearest;

/// Namespaces whose resources are kept.
const NAMESPACES: &[&str] = &[
    "Microsoft.AAD",
    "Microsoft.AlertsManagement",
    "Microsoft.ApiCenter",
    "Microsoft.ApiManagement",
    "Microsoft.App",
    "Microsoft.AppConfiguration",
    "Microsoft.Attestation",
    "Microsoft.Authorization",
    "Microsoft.Automation",
    "Microsoft.Batch",
    "Microsoft.Bing",
    "Microsoft.BotService",
    "Microsoft.Cache",
    "Microsoft.Cdn",
    "Microsoft.CertificateRegistration",
    "Microsoft.CognitiveServices",
    "Microsoft.Communication",
    "Microsoft.Compute",
    "Microsoft.Consumption",
    "Microsoft.ContainerInstance",
    "Microsoft.ContainerRegistry",
    "Microsoft.ContainerService",
    "Microsoft.CostManagement",
    "Microsoft.Dashboard",
    "Microsoft.DataFactory",
    "Microsoft.Databricks",
    "Microsoft.DBforMySQL",
    "Microsoft.DBforPostgreSQL",
    "Microsoft.DesktopVirtualization",
    "Microsoft.Devices",
    "Microsoft.DevTestLab",
    "Microsoft.DocumentDB",
    "Microsoft.DomainRegistration",
    "Microsoft.EventGrid",
    "Microsoft.EventHub",
    "Microsoft.Fabric",
    "Microsoft.HealthcareApis",
    "Microsoft.Insights",
    "Microsoft.IoTCentral",
    "Microsoft.KeyVault",
    "Microsoft.Kusto",
    "Microsoft.LoadTestService",
    "Microsoft.Logic",
    "Microsoft.MachineLearningServices",
    "Microsoft.Maintenance",
    "Microsoft.ManagedIdentity",
    "Microsoft.Management",
    "Microsoft.Maps",
    "Microsoft.Monitor",
    "Microsoft.NetApp",
    "Microsoft.Network",
    "Microsoft.NotificationHubs",
    "Microsoft.OperationalInsights",
    "Microsoft.OperationsManagement",
    "Microsoft.PolicyInsights",
    "Microsoft.Portal",
    "Microsoft.PowerBIDedicated",
    "Microsoft.Purview",
    "Microsoft.RecoveryServices",
    "Microsoft.Relay",
    "Microsoft.Resources",
    "Microsoft.Search",
    "Microsoft.Security",
    "Microsoft.SecurityInsights",
    "Microsoft.ServiceBus",
    "Microsoft.ServiceFabric",
    "Microsoft.SignalRService",
    "Microsoft.Solutions",
    "Microsoft.Sql",
    "Microsoft.Storage",
    "Microsoft.StreamAnalytics",
    "Microsoft.Subscription",
    "Microsoft.Synapse",
    "Microsoft.VirtualMachineImages",
    "Microsoft.VideoIndexer",
    "Microsoft.Web",
    "Microsoft.Workloads",
    "Dell.Storage",
    "NGINX.NGINXPLUS",
    "Oracle.Database",
];

/// Types below `Microsoft.ApiManagement/service`, and whether they have an effect on the gateway.
const API_MANAGEMENT: &[(&str, bool)] = &[
    ("", true),
    ("apis", true),
    ("apis/operations", true),
    ("apis/operations/policies", true),
    ("apis/operations/tags", false),
    ("apis/policies", true),
    ("apis/diagnostics", true),
    ("apis/issues", false),
    ("apis/issues/attachments", false),
    ("apis/issues/comments", false),
    ("apis/releases", false),
    ("apis/resolvers", false),
    ("apis/resolvers/policies", false),
    ("apis/schemas", false),
    ("apis/tagDescriptions", false),
    ("apis/tags", false),
    ("apis/tools", false),
    ("apis/wikis", false),
    ("apiVersionSets", true),
    ("authorizationProviders", false),
    ("authorizationProviders/authorizations", false),
    ("authorizationProviders/authorizations/accessPolicies", false),
    ("authorizationServers", false),
    ("backends", true),
    ("caches", true),
    ("certificates", true),
    ("contentTypes", false),
    ("contentTypes/contentItems", false),
    ("diagnostics", true),
    ("documentations", false),
    ("emailTemplates", false),
    ("gateways", false),
    ("gateways/apis", false),
    ("gateways/certificateAuthorities", false),
    ("gateways/hostnameConfigurations", false),
    ("groups", true),
    ("groups/users", true),
    ("identityProviders", false),
    ("loggers", true),
    ("namedValues", true),
    ("notifications", false),
    ("notifications/recipientEmails", false),
    ("notifications/recipientUsers", false),
    ("openidConnectProviders", false),
    ("policies", true),
    ("policyFragments", true),
    ("policyRestrictions", false),
    ("portalconfigs", false),
    ("portalRevisions", false),
    ("portalsettings", false),
    ("privateEndpointConnections", false),
    ("products", true),
    ("products/apiLinks", true),
    ("products/apis", true),
    ("products/groupLinks", true),
    ("products/groups", true),
    ("products/policies", true),
    ("products/tags", false),
    ("products/wikis", false),
    ("properties", false),
    ("schemas", true),
    ("subscriptions", true),
    ("tags", false),
    ("tags/apiLinks", false),
    ("tags/operationLinks", false),
    ("tags/productLinks", false),
    ("templates", false),
    ("tenant", false),
    ("users", true),
    ("workspaces", true),
    ("workspaces/apis", true),
    ("workspaces/apis/diagnostics", true),
    ("workspaces/apis/operations", true),
    ("workspaces/apis/operations/policies", true),
    ("workspaces/apis/policies", true),
    ("workspaces/apis/releases", false),
    ("workspaces/apis/schemas", false),
    ("workspaces/apiVersionSets", true),
    ("workspaces/backends", true),
    ("workspaces/certificates", true),
    ("workspaces/diagnostics", false),
    ("workspaces/groups", true),
    ("workspaces/groups/users", true),
    ("workspaces/loggers", true),
    ("workspaces/namedValues", true),
    ("workspaces/notifications", false),
    ("workspaces/notifications/recipientEmails", false),
    ("workspaces/notifications/recipientUsers", false),
    ("workspaces/policies", true),
    ("workspaces/policyFragments", true),
    ("workspaces/products", true),
    ("workspaces/products/apiLinks", true),
    ("workspaces/products/groupLinks", true),
    ("workspaces/products/policies", true),
    ("workspaces/schemas", true),
    ("workspaces/subscriptions", true),
    ("workspaces/tags", false),
    ("workspaces/tags/apiLinks", false),
    ("workspaces/tags/operationLinks", false),
    ("workspaces/tags/productLinks", false),
];

/// Types below `Microsoft.CognitiveServices`.
const COGNITIVE_SERVICES: &[(&str, bool)] = &[
    ("accounts", true),
    ("accounts/deployments", true),
    ("accounts/capabilityHosts", false),
    ("accounts/commitmentPlans", false),
    ("accounts/connections", false),
    ("accounts/defenderForAISettings", false),
    ("accounts/encryptionScopes", false),
    ("accounts/managedNetworks", false),
    ("accounts/privateEndpointConnections", false),
    ("accounts/projects", false),
    ("accounts/projects/agents", false),
    ("accounts/projects/applications", false),
    ("accounts/projects/capabilityHosts", false),
    ("accounts/projects/connections", false),
    ("accounts/raiBlocklists", true),
    ("accounts/raiBlocklists/raiBlocklistItems", true),
    ("accounts/raiPolicies", false),
    ("accounts/raiTopics", false),
    ("commitmentPlans", false),
    ("commitmentPlans/accountAssociations", false),
];

pub(crate) const SERVICE: &str = "microsoft.apimanagement/service";
pub(crate) const ACCOUNTS: &str = "microsoft.cognitiveservices/accounts";
pub(crate) const SECRETS: &str = "microsoft.keyvault/vaults/secrets";

/// Whether a type is emulated; an error says that it does not exist, with the nearest that does.
pub(crate) fn is_emulated(r#type: &str) -> Result<bool, (String, Option<String>)> {
    let (namespace, rest) = r#type.split_once('/').unwrap_or((r#type, ""));
    if !NAMESPACES
        .iter()
        .any(|known| known.eq_ignore_ascii_case(namespace))
    {
        let near = nearest(namespace, NAMESPACES.iter().copied()).map(|near| format!("{near}/{rest}"));
        return Err((format!("there is no namespace `{namespace}`"), near));
    }
    let lower = namespace.to_ascii_lowercase();
    let (table, prefix) = match lower.as_str() {
        "microsoft.apimanagement" => (API_MANAGEMENT, "service"),
        "microsoft.cognitiveservices" => (COGNITIVE_SERVICES, ""),
        _ => return Ok(false),
    };
    let full = |name: &str| match (prefix, name) {
        ("", name) => name.to_owned(),
        (prefix, "") => prefix.to_owned(),
        (prefix, name) => format!("{prefix}/{name}"),
    };
    let names: Vec<String> = table.iter().map(|(name, _)| full(name)).collect();
    match names.iter().position(|name| name.eq_ignore_ascii_case(rest)) {
        Some(at) => Ok(table[at].1),
        // What has been deleted with its service, and the like, stands beside it.
        None if is_beside(&lower, rest) => Ok(false),
        None => {
            let near =
                nearest(rest, names.iter().map(String::as_str)).map(|near| format!("{namespace}/{near}"));
            Err((format!("there is no type `{type}`"), near))
        }
    }
}

/// Types that stand beside the services and accounts: gateways of their own, and what was deleted and may be restored.
const BESIDE: [(&str, &str); 4] = [
    ("Microsoft.ApiManagement", "gateways"),
    ("Microsoft.ApiManagement", "gateways/configConnections"),
    ("Microsoft.ApiManagement", "deletedservices"),
    ("Microsoft.CognitiveServices", "deletedAccounts"),
];

fn is_beside(namespace: &str, rest: &str) -> bool {
    let is_it =
        |(of, name): &(&str, &str)| namespace.eq_ignore_ascii_case(of) && rest.eq_ignore_ascii_case(name);
    BESIDE.iter().any(is_it)
}

/// Whether a type, in lower case, is that of something deleted.
pub(crate) fn is_deleted(kind: &str) -> bool {
    kind.ends_with("/deletedservices") || kind.ends_with("/deletedaccounts")
}

/// Namespaces, and the types in them that are known by name.
pub(crate) fn namespaces() -> impl Iterator<Item = (&'static str, Vec<String>)> {
    NAMESPACES.iter().map(|namespace| {
        let types = match *namespace {
            "Microsoft.ApiManagement" => {
                let below = API_MANAGEMENT.iter().map(|(name, _)| match *name {
                    "" => "service".to_owned(),
                    name => format!("service/{name}"),
                });
                below.collect()
            }
            "Microsoft.CognitiveServices" => COGNITIVE_SERVICES
                .iter()
                .map(|(name, _)| (*name).to_owned())
                .collect(),
            _ => Vec::new(),
        };
        (*namespace, types)
    })
}

/// A type that exists, as it is spelt.
pub(crate) fn spelt(r#type: &str) -> String {
    let (namespace, rest) = r#type.split_once('/').unwrap_or((r#type, ""));
    let known = namespaces().find(|(known, _)| known.eq_ignore_ascii_case(namespace));
    let Some((namespace, types)) = known else {
        return r#type.to_owned();
    };
    let rest = types
        .iter()
        .find(|it| it.eq_ignore_ascii_case(rest))
        .map_or(rest, String::as_str);
    format!("{namespace}/{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_known_or_nearly() {
        assert_eq!(is_emulated("Microsoft.ApiManagement/service/apis"), Ok(true));
        assert_eq!(is_emulated("microsoft.insights/components"), Ok(false));
        let near = |name: &str| is_emulated(name).map_err(|(_, near)| near.unwrap_or_default());
        assert_eq!(
            near("Microsoft.ApiManagment/service"),
            Err("Microsoft.ApiManagement/service".into())
        );
        assert_eq!(
            near("Microsoft.ApiManagement/service/backend"),
            Err("Microsoft.ApiManagement/service/backends".into())
        );
    }
}
