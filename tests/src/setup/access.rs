//! Who may call what: products, subscriptions, users; named values.

use model::SubscriptionState;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct ProductSetup {
    open: bool,
    apis: Vec<String>,
    display_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct SubscriptionSetup {
    key: String,
    #[serde(default)]
    secondary: Option<String>,
    #[serde(default)]
    scope: Option<String>,
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    owner: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct UserSetup {
    email: String,
    first_name: String,
    last_name: String,
    note: String,
    blocked: bool,
    groups: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum NamedValueSetup {
    Text(String),
    Secret { secret: String },
}

impl ProductSetup {
    pub(super) fn build(&self, name: &str) -> model::Product {
        model::Product {
            name: name.to_owned(),
            display_name: self.display_name.clone().unwrap_or_else(|| name.to_owned()),
            subscription_required: !self.open,
            published: true,
            apis: self.apis.clone(),
            ..model::Product::default()
        }
    }
}

impl SubscriptionSetup {
    pub(super) fn build(&self, name: &str) -> Result<model::Subscription, String> {
        let state = match self.state.as_deref() {
            None | Some("active") => SubscriptionState::Active,
            Some("suspended" | "cancelled" | "expired" | "submitted" | "rejected") => {
                SubscriptionState::Inactive
            }
            Some(other) => return Err(format!("`{other}` is no state of a subscription")),
        };
        Ok(model::Subscription {
            name: name.to_owned(),
            display_name: name.to_owned(),
            scope: model::Scope::parse(self.scope.as_deref().unwrap_or("/")),
            state,
            owner: self.owner.clone(),
            primary_key: Some(self.key.clone()),
            secondary_key: self.secondary.clone(),
            allow_tracing: false,
        })
    }
}

impl UserSetup {
    pub(super) fn build(&self, name: &str) -> model::User {
        model::User {
            name: name.to_owned(),
            email: self.email.clone(),
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            note: self.note.clone(),
            blocked: self.blocked,
            groups: self.groups.clone(),
        }
    }
}

impl NamedValueSetup {
    pub(super) fn build(&self, name: &str) -> model::NamedValue {
        let (value, secret) = match self {
            NamedValueSetup::Text(value) => (value, false),
            NamedValueSetup::Secret { secret } => (secret, true),
        };
        model::NamedValue {
            name: name.to_owned(),
            display_name: name.to_owned(),
            value: Some(value.clone()),
            secret,
            key_vault: None,
        }
    }
}
