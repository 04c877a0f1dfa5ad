use crate::PolicyDocument;

/// `products/{name}`.
#[derive(Debug, Clone, Default)]
pub struct Product {
    /// Resource name.
    pub name: String,
    /// Display name.
    pub display_name: String,
    /// Whether a key is needed; a product without is open.
    pub subscription_required: bool,
    /// Whether subscribing needs approval.
    pub approval_required: bool,
    /// Subscriptions a user may hold.
    pub subscriptions_limit: Option<i32>,
    /// Whether `state` is `published`; no effect on the gateway (doc).
    pub published: bool,
    /// Resource names of its APIs.
    pub apis: Vec<String>,
    /// Resource names of its groups.
    pub groups: Vec<String>,
    /// Product policy.
    pub policy: Option<PolicyDocument>,
}

/// `subscriptions/{name}`.
#[derive(Debug, Clone)]
pub struct Subscription {
    /// Resource name.
    pub name: String,
    /// Display name.
    pub display_name: String,
    /// What it opens.
    pub scope: Scope,
    /// Only an active one opens anything.
    pub state: SubscriptionState,
    /// Resource name of its owner.
    pub owner: Option<String>,
    /// Primary key; made from the seed when the input has none.
    pub primary_key: Option<String>,
    /// Secondary key; made from the seed when the input has none.
    pub secondary_key: Option<String>,
    /// Whether the legacy tracing header works with it.
    pub allow_tracing: bool,
}

/// `scope` of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// The whole service.
    Service,
    /// Every API.
    AllApis,
    /// Every API of a workspace, by resource name.
    Workspace(String),
    /// One API, by resource name.
    Api(String),
    /// One product, by resource name.
    Product(String),
}

impl Scope {
    /// Reads the spellings of ARM and of the labs: relative or full ids, the last `/apis/{x}` or `/products/{x}` pair counts, `;rev=n` is dropped
    /// (gateway.md 1.5).
    pub fn parse(text: &str) -> Scope {
        let segments: Vec<&str> = text.split('/').filter(|segment| !segment.is_empty()).collect();
        let is_inside = segments.iter().any(|it| it.eq_ignore_ascii_case("workspaces"));
        for (at, segment) in segments.iter().enumerate().rev() {
            let next = segments
                .get(at + 1)
                .map(|name| name.split(';').next().unwrap_or(name).to_owned());
            match (segment.to_ascii_lowercase().as_str(), next) {
                ("apis", Some(name)) => return Scope::Api(name),
                ("products", Some(name)) => return Scope::Product(name),
                ("workspaces", Some(name)) => return Scope::Workspace(name),
                ("apis", None) if !is_inside => return Scope::AllApis,
                _ => (),
            }
        }
        Scope::Service
    }
}

/// `state` of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SubscriptionState {
    /// Opens its scope.
    #[default]
    Active,
    /// `suspended`, `cancelled`, `rejected`, `expired` or `submitted`: opens nothing.
    Inactive,
}

/// `users/{name}`.
#[derive(Debug, Clone, Default)]
pub struct User {
    /// Resource name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Free text.
    pub note: String,
    /// Whether `state` is `blocked`: cannot call.
    pub blocked: bool,
    /// Resource names of its groups.
    pub groups: Vec<String>,
}

/// `groups/{name}`.
#[derive(Debug, Clone, Default)]
pub struct Group {
    /// Resource name.
    pub name: String,
    /// Display name.
    pub display_name: String,
}

/// `namedValues/{name}`.
#[derive(Debug, Clone, Default)]
pub struct NamedValue {
    /// Resource name.
    pub name: String,
    /// The name in `{{...}}`.
    pub display_name: String,
    /// The value; `None` for a secret whose value the input does not hold.
    pub value: Option<String>,
    /// Whether it is masked in traces and logs.
    pub secret: bool,
    /// Identifier of the Key Vault secret that it refers to.
    pub key_vault: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_of_arm_and_of_the_labs_are_read() {
        let service = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/n";
        assert_eq!(Scope::parse("/"), Scope::Service);
        assert_eq!(Scope::parse(service), Scope::Service);
        assert_eq!(Scope::parse("/apis"), Scope::AllApis);
        assert_eq!(Scope::parse(&format!("{service}/apis/")), Scope::AllApis);
        for workspace in ["/workspaces/w", "/workspaces/w/apis"] {
            assert_eq!(
                Scope::parse(&format!("{service}{workspace}")),
                Scope::Workspace("w".into())
            );
        }
        assert_eq!(Scope::parse("/workspaces/w/apis/a"), Scope::Api("a".into()));
        assert_eq!(
            Scope::parse("/products/starter"),
            Scope::Product("starter".into())
        );
        assert_eq!(
            Scope::parse(&format!("/apis/{service}/apis/openai;rev=2")),
            Scope::Api("openai".into())
        );
    }
}
