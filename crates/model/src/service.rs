use crate::{
    Account, Api, Backend, Fragment, Group, NamedValue, Origins, PolicyDocument, Product, Settings,
    Subscription, User, VersionSet,
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
    /// Policy fragments.
    pub fragments: Vec<Fragment>,
    /// Users.
    pub users: Vec<User>,
    /// Groups.
    pub groups: Vec<Group>,
    /// Mock model servers.
    pub accounts: Vec<Account>,
    /// `apimite.toml`.
    pub settings: Settings,
    /// Where each resource was written.
    pub origins: Origins,
}
