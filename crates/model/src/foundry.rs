use serde::Deserialize;

/// `Microsoft.CognitiveServices/accounts/{name}`: a mock model server.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// Resource name, the first label of its host names.
    pub name: String,
    /// Region as `location` spells it: `eastus` or `East US`.
    pub location: String,
    /// `OpenAI`, `AIServices` or `ContentSafety`.
    pub kind: String,
    /// Whether only tokens are accepted (`disableLocalAuth`).
    pub disable_local_auth: bool,
    /// Deployments.
    pub deployments: Vec<Deployment>,
    /// Blocklists of content filters.
    pub blocklists: Vec<Blocklist>,
}

/// `accounts/{account}/raiBlocklists/{name}`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocklist {
    /// Resource name, which policies give as `id`.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it blocks.
    pub items: Vec<BlocklistItem>,
}

/// `raiBlocklists/{list}/raiBlocklistItems/{name}`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlocklistItem {
    /// Resource name.
    pub name: String,
    /// What is looked for.
    pub pattern: String,
    /// Whether that is a regular expression.
    pub is_regex: bool,
}

/// `accounts/{account}/deployments/{name}`.
#[derive(Debug, Clone, Default)]
pub struct Deployment {
    /// Resource name, which clients call the deployment id.
    pub name: String,
    /// The model that it serves.
    pub model: ModelName,
    /// Kind and size of its quota.
    pub sku: Sku,
    /// A standard deployment of the same account that takes what a provisioned one refuses.
    pub spillover: Option<String>,
}

/// `properties.model`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct ModelName {
    /// `OpenAI`, `Microsoft`, ...
    #[serde(default)]
    pub format: String,
    /// Such as `gpt-4o-mini`.
    pub name: String,
    /// Such as `2024-07-18`.
    #[serde(default)]
    pub version: String,
}

/// `sku`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Sku {
    /// `Standard`, `GlobalStandard`, `ProvisionedManaged`, ...
    pub name: String,
    /// Units: thousands of tokens per minute for most models, or PTUs.
    #[serde(default)]
    pub capacity: u64,
}

impl Sku {
    /// Whether the deployment is provisioned, so that its quota is a utilisation.
    pub fn is_provisioned(&self) -> bool {
        self.name.to_ascii_lowercase().contains("provisioned")
    }
}
