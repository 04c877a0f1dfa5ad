use crate::{
    Account, Api, Backend, Certificate, Diagnostic, Fragment, Group, NamedValue, Origins, PolicyDocument,
    Product, SchemaResource, Settings, Subscription, User, VersionSet,
};

/// An API Management service with everything in it, and the Foundry accounts beside it.
#[derive(Debug, Clone, Default)]
pub struct Service {
    /// Resource name; `apimite` when the input names none.
    pub name: String,
    /// SKU name, such as `BasicV2`; decides the algorithms of limits. Compared without case.
    pub sku: String,
    /// Region, as `location` spells it.
    pub location: String,
    /// Global policy (All APIs), if there is one.
    pub policy: Option<PolicyDocument>,
    /// Workspaces. What is in one stands in the same lists as what is in none.
    pub workspaces: Vec<Workspace>,
    /// APIs, every revision its own entry.
    pub apis: Vec<Api>,
    /// Version sets.
    pub version_sets: Vec<VersionSet>,
    /// Products.
    pub products: Vec<Product>,
    /// Subscriptions; `master` is added when the service is loaded.
    pub subscriptions: Vec<Subscription>,
    /// Backends.
    pub backends: Vec<Backend>,
    /// Named values.
    pub named_values: Vec<NamedValue>,
    /// Certificates.
    pub certificates: Vec<Certificate>,
    /// Certificates of trusted authorities: PEM or DER.
    pub authorities: Vec<Vec<u8>>,
    /// What callers over TLS are shown; made locally without.
    pub server_certificate: Option<Certificate>,
    /// Policy fragments.
    pub fragments: Vec<Fragment>,
    /// Schemas that `validate-content` names.
    pub schemas: Vec<SchemaResource>,
    /// What is logged.
    pub diagnostics: Vec<Diagnostic>,
    /// Where it goes in Azure, and the hubs of `log-to-eventhub`.
    pub loggers: Vec<Logger>,
    /// Users.
    pub users: Vec<User>,
    /// Groups.
    pub groups: Vec<Group>,
    /// External caches; the gateway has one if any is here.
    pub caches: Vec<ExternalCache>,
    /// Mock model servers.
    pub accounts: Vec<Account>,
    /// `apimite.toml`.
    pub settings: Settings,
    /// Where each resource was written.
    pub origins: Origins,
}

impl Service {
    /// Whether it is one of the v2 tiers.
    pub fn is_v2(&self) -> bool {
        self.sku.trim().to_ascii_lowercase().ends_with("v2")
    }
}

/// `workspaces/{name}`.
#[derive(Debug, Clone, Default)]
pub struct Workspace {
    /// Resource name.
    pub name: String,
    /// Display name.
    pub display_name: String,
    /// Policy of all its APIs, between the global one and that of a product.
    pub policy: Option<PolicyDocument>,
}

/// `loggers/{name}`: an Event Hub, Application Insights, or Azure Monitor. Its credentials are not followed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logger {
    /// Resource name.
    pub name: String,
    /// `loggerType`: `azureEventHub`, `applicationInsights`, `azureMonitor`.
    pub kind: String,
}

/// `caches/{name}`: stands for a Redis that is compatible. Its connection string is not followed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExternalCache {
    /// Resource name.
    pub name: String,
    /// Region that uses it, or `default`.
    pub use_from_location: String,
}
