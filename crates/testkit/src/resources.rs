//! Builders for the resources that tests need most. Each is a thin layer over `model`, which stays reachable as
//! [`model`](crate::model) for everything else.

use model::{
    BackendKind, BreakerRule, CircuitBreaker, FailureCondition, FailureResponse, IsoDuration, PolicyDocument,
    StatusRange,
};
use source::Source;
use std::time::Duration;

/// An API.
#[derive(Debug, Clone)]
pub struct Api {
    api: model::Api,
    // Content of inbound, backend, outbound, on-error; `<base />` where empty.
    sections: [String; 4],
}

impl Api {
    /// An API whose resource name, display name and path are `name`. It needs a subscription key, as in Azure.
    pub fn new(name: &str) -> Api {
        Api::from(model::Api {
            name: name.to_owned(),
            display_name: name.to_owned(),
            path: name.to_owned(),
            subscription_required: true,
            revision: "1".to_owned(),
            is_current: true,
            is_online: true,
            ..model::Api::default()
        })
    }

    /// The resource.
    pub fn into_model(self) -> model::Api {
        self.api
    }

    /// URL suffix.
    pub fn path(mut self, path: &str) -> Api {
        self.api.path = path.to_owned();
        self
    }

    /// Needs no subscription key.
    pub fn open(mut self) -> Api {
        self.api.subscription_required = false;
        self
    }

    /// Reads the key from this header and this query parameter.
    pub fn key_names(mut self, header: &str, query: &str) -> Api {
        self.api.key_names = model::KeyNames {
            header: header.to_owned(),
            query: query.to_owned(),
            bearer: false,
        };
        self
    }

    /// Base URL of the backend, such as `http://NAME.test` for an upstream.
    pub fn service_url(mut self, url: &str) -> Api {
        self.api.service_url = Some(url.to_owned());
        self
    }

    /// One more operation; its resource name is made of method and template. `{parameters}` are declared by the way.
    pub fn operation(mut self, method: &str, template: &str) -> Api {
        self.api.operations.push(operation(method, template));
        self
    }

    /// The policy document of the operation that was added last.
    ///
    /// # Panics
    /// When there is no operation yet.
    pub fn operation_policy(mut self, text: &str) -> Api {
        let operation = self
            .api
            .operations
            .last_mut()
            .unwrap_or_else(|| panic!("no operation to give a policy to"));
        operation.policy = Some(document("operation.xml", text));
        self
    }

    /// The API's policy document, whole.
    pub fn policy(mut self, text: &str) -> Api {
        self.api.policy = Some(document("api.xml", text));
        self
    }

    /// These statements in `inbound` of the API's policy document, before `<base />`.
    pub fn inbound(mut self, statements: &str) -> Api {
        self.sections[0] = format!("{statements}\n<base />");
        self.put_together()
    }

    /// This one statement in `backend` of the API's policy document, instead of `<base />`.
    pub fn backend(mut self, statement: &str) -> Api {
        self.sections[1] = statement.to_owned();
        self.put_together()
    }

    /// These statements in `outbound` of the API's policy document, after `<base />`.
    pub fn outbound(mut self, statements: &str) -> Api {
        self.sections[2] = format!("<base />\n{statements}");
        self.put_together()
    }

    /// These statements in `on-error` of the API's policy document, after `<base />`.
    pub fn on_error(mut self, statements: &str) -> Api {
        self.sections[3] = format!("<base />\n{statements}");
        self.put_together()
    }

    fn put_together(self) -> Api {
        let mut text = "<policies>\n".to_owned();
        for (name, content) in ["inbound", "backend", "outbound", "on-error"]
            .iter()
            .zip(&self.sections)
        {
            let content = if content.is_empty() { "<base />" } else { content };
            text.push_str(&format!("<{name}>\n{content}\n</{name}>\n"));
        }
        text.push_str("</policies>\n");
        self.policy(&text)
    }
}

impl From<model::Api> for Api {
    fn from(api: model::Api) -> Api {
        Api {
            api,
            sections: Default::default(),
        }
    }
}

/// An operation named after its method and template, with the parameters of the template declared.
pub fn operation(method: &str, template: &str) -> model::Operation {
    let parameters = template
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'));
    model::Operation {
        name: slug(&format!("{method}{template}")),
        display_name: format!("{method} {template}"),
        method: method.to_owned(),
        url_template: template.to_owned(),
        template_parameters: parameters
            .map(|(name, _)| model::Parameter {
                name: name.trim_start_matches('*').to_owned(),
                required: true,
            })
            .collect(),
        ..model::Operation::default()
    }
}

fn slug(text: &str) -> String {
    let words = text
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '*')
        .filter(|word| !word.is_empty());
    words
        .map(|word| word.to_ascii_lowercase().replace('*', "any"))
        .collect::<Vec<_>>()
        .join("-")
}

/// A policy document in the raw form.
pub fn document(name: &str, text: &str) -> PolicyDocument {
    PolicyDocument::raw(Source::new(name, text))
}

/// A single backend.
#[derive(Debug, Clone)]
pub struct Backend(pub model::Backend);

impl Backend {
    /// A backend at `url`, such as `http://NAME.test` for an upstream.
    pub fn new(name: &str, url: &str) -> Backend {
        Backend(model::Backend {
            name: name.to_owned(),
            url: Some(url.to_owned()),
            protocol: Some("http".to_owned()),
            ..model::Backend::default()
        })
    }

    /// With a circuit breaker of one rule.
    pub fn breaker(mut self, breaker: Breaker) -> Backend {
        let rules = vec![breaker.0];
        self.0.circuit_breaker = Some(CircuitBreaker { rules });
        self
    }

    /// Sends a token of the service's identity for `resource`.
    pub fn managed_identity(mut self, resource: &str) -> Backend {
        let identity = model::ManagedIdentity {
            resource: resource.to_owned(),
            client_id: None,
        };
        self.0.credentials.managed_identity = Some(identity);
        self
    }

    /// Sends a header with each call.
    pub fn credential_header(mut self, name: &str, value: &str) -> Backend {
        self.0
            .credentials
            .header
            .entry(name.to_owned())
            .or_default()
            .push(value.to_owned());
        self
    }
}

impl From<model::Backend> for Backend {
    fn from(backend: model::Backend) -> Backend {
        Backend(backend)
    }
}

/// A pool of backends.
#[derive(Debug, Clone)]
pub struct Pool(pub model::Backend);

impl Pool {
    /// A pool without members.
    pub fn new(name: &str) -> Pool {
        Pool(model::Backend {
            name: name.to_owned(),
            kind: BackendKind::Pool,
            pool: Some(model::Pool::default()),
            ..model::Backend::default()
        })
    }

    /// With one more member.
    pub fn member(self, backend: &str) -> Pool {
        self.push(backend, None, None)
    }

    /// With one more member in the group `priority`; the lower the number, the more preferred.
    pub fn prioritised(self, backend: &str, priority: u64) -> Pool {
        self.push(backend, Some(priority), None)
    }

    /// With one more member in the group `priority` with a share of `weight`.
    pub fn weighted(self, backend: &str, priority: u64, weight: u64) -> Pool {
        self.push(backend, Some(priority), Some(weight))
    }

    /// Binds callers to members with a cookie of this name.
    pub fn affinity(mut self, cookie: &str) -> Pool {
        let session_id = model::SessionId {
            source: "Cookie".to_owned(),
            name: cookie.to_owned(),
        };
        self.0.pool.get_or_insert_default().session_affinity = Some(model::Affinity { session_id });
        self
    }

    fn push(mut self, backend: &str, priority: Option<u64>, weight: Option<u64>) -> Pool {
        let member = model::PoolMember {
            id: format!("/backends/{backend}"),
            weight,
            priority,
        };
        self.0.pool.get_or_insert_default().services.push(member);
        self
    }
}

/// A rule of a circuit breaker: by default one failure within a minute opens it for a minute.
#[derive(Debug, Clone)]
pub struct Breaker(pub BreakerRule);

impl Breaker {
    /// Counts these statuses as failures.
    pub fn on(statuses: impl IntoIterator<Item = u16>) -> Breaker {
        let ranges = statuses
            .into_iter()
            .map(|status| StatusRange {
                min: status,
                max: status,
            })
            .collect();
        let minute = IsoDuration(Duration::from_secs(60));
        Breaker(BreakerRule {
            name: "rule".to_owned(),
            failure_condition: FailureCondition {
                count: Some(1),
                percentage: None,
                interval: Some(minute),
                status_code_ranges: ranges,
                error_reasons: Vec::new(),
            },
            trip_duration: minute,
            accept_retry_after: false,
            failure_response: None,
        })
    }

    /// Opens at so many failures.
    pub fn count(mut self, count: u64) -> Breaker {
        self.0.failure_condition.count = Some(count);
        self
    }

    /// Opens at this share of failed calls, 1 to 100, instead of a count.
    pub fn percentage(mut self, percentage: u64) -> Breaker {
        self.0.failure_condition.count = None;
        self.0.failure_condition.percentage = Some(percentage);
        self
    }

    /// Counts failures within this window.
    pub fn interval(mut self, interval: Duration) -> Breaker {
        self.0.failure_condition.interval = Some(IsoDuration(interval));
        self
    }

    /// Stays open for so long.
    pub fn trip(mut self, duration: Duration) -> Breaker {
        self.0.trip_duration = IsoDuration(duration);
        self
    }

    /// Lets the backend's `Retry-After` decide how long it stays open.
    pub fn accept_retry_after(mut self) -> Breaker {
        self.0.accept_retry_after = true;
        self
    }

    /// Counts transport failures with this reason too.
    pub fn error_reason(mut self, reason: &str) -> Breaker {
        self.0.failure_condition.error_reasons.push(reason.to_owned());
        self
    }

    /// Answers with this status while it is open, instead of 503.
    pub fn failure_response(mut self, status_code: u16) -> Breaker {
        self.0.failure_response = Some(FailureResponse { status_code });
        self
    }
}

impl From<BreakerRule> for Breaker {
    fn from(rule: BreakerRule) -> Breaker {
        Breaker(rule)
    }
}

/// A subscription with a key of your own.
#[derive(Debug, Clone)]
pub struct Subscription(pub model::Subscription);

impl Subscription {
    /// An active subscription to everything.
    pub fn new(name: &str, key: &str) -> Subscription {
        Subscription(model::Subscription {
            name: name.to_owned(),
            display_name: name.to_owned(),
            scope: model::Scope::Service,
            state: model::SubscriptionState::Active,
            owner: None,
            primary_key: Some(key.to_owned()),
            secondary_key: None,
            allow_tracing: false,
        })
    }

    /// Opens only this: `/apis/NAME`, `/products/NAME`, `/apis` or `/`.
    pub fn scope(mut self, scope: &str) -> Subscription {
        self.0.scope = model::Scope::parse(scope);
        self
    }

    /// Opens nothing.
    pub fn suspended(mut self) -> Subscription {
        self.0.state = model::SubscriptionState::Inactive;
        self
    }
}

impl From<model::Subscription> for Subscription {
    fn from(subscription: model::Subscription) -> Subscription {
        Subscription(subscription)
    }
}

/// A product.
#[derive(Debug, Clone)]
pub struct Product(pub model::Product);

impl Product {
    /// A published product that needs a key.
    pub fn new(name: &str) -> Product {
        Product(model::Product {
            name: name.to_owned(),
            display_name: name.to_owned(),
            subscription_required: true,
            published: true,
            ..model::Product::default()
        })
    }

    /// With one more API.
    pub fn api(mut self, name: &str) -> Product {
        self.0.apis.push(name.to_owned());
        self
    }

    /// Needs no key.
    pub fn open(mut self) -> Product {
        self.0.subscription_required = false;
        self
    }

    /// The product's policy document.
    pub fn policy(mut self, text: &str) -> Product {
        self.0.policy = Some(document("product.xml", text));
        self
    }
}

impl From<model::Product> for Product {
    fn from(product: model::Product) -> Product {
        Product(product)
    }
}

/// A mock Foundry account.
#[derive(Debug, Clone)]
pub struct Account(pub model::Account);

impl Account {
    /// An account in a region, such as `eastus`. Backends reach it under `https://NAME.openai.azure.com`.
    pub fn new(name: &str, location: &str) -> Account {
        Account(model::Account {
            name: name.to_owned(),
            location: location.to_owned(),
            kind: "OpenAI".to_owned(),
            ..model::Account::default()
        })
    }

    /// With a standard deployment of so many units.
    pub fn standard(self, deployment: &str, model: &str, capacity: u64) -> Account {
        self.deployment(deployment, model, "Standard", capacity)
    }

    /// With a provisioned deployment of so many PTUs.
    pub fn provisioned(self, deployment: &str, model: &str, capacity: u64) -> Account {
        self.deployment(deployment, model, "ProvisionedManaged", capacity)
    }

    /// With a deployment of any SKU.
    pub fn deployment(mut self, name: &str, model: &str, sku: &str, capacity: u64) -> Account {
        self.0.deployments.push(model::Deployment {
            name: name.to_owned(),
            model: model::ModelName {
                format: "OpenAI".to_owned(),
                name: model.to_owned(),
                version: String::new(),
            },
            sku: model::Sku {
                name: sku.to_owned(),
                capacity,
            },
            spillover: None,
        });
        self
    }
}

impl From<model::Account> for Account {
    fn from(account: model::Account) -> Account {
        Account(account)
    }
}
