use expression::{
    ApiFacts, DeploymentFacts, OperationFacts, ProductFacts, SubscriptionFacts, Symbols, Url, UserFacts,
    WorkspaceFacts,
};
use model::{Account, Backend, KeyNames, Service, VersioningScheme};
use policy::{BackendHandle, OperationTemplate, StoredCertificate, Walk};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A service that can serve: every name resolved, every policy compiled and folded. Immutable; a reload makes a new one.
#[derive(Debug)]
pub struct Plan {
    /// What it was made from.
    pub service: Arc<Service>,
    /// Names of context variables.
    pub symbols: Arc<Symbols>,
    /// `context.Deployment`.
    pub deployment: Arc<DeploymentFacts>,
    /// APIs, every revision its own entry; in the order of the service.
    pub apis: Vec<ApiPlan>,
    /// Products, in the order of the service.
    pub products: Vec<ProductPlan>,
    /// Subscriptions; `master` is always the first.
    pub subscriptions: Vec<SubscriptionPlan>,
    /// Backends, in the order of the service; a [`BackendHandle`] is an index here.
    pub backends: Vec<BackendPlan>,
    /// Certificates that policies and backends name.
    pub certificates: Vec<Arc<StoredCertificate>>,
    /// Certificates of trusted authorities besides the public ones, in DER.
    pub authorities: Arc<[Vec<u8>]>,
    /// What callers over TLS are shown, if it is given.
    pub server_certificate: Option<Arc<StoredCertificate>>,
    /// Whether callers over TLS are asked for a certificate.
    pub asks_for_certificates: bool,
    /// Global policy alone: for a request that matched no API.
    pub global: Arc<Walk>,
    /// Texts of secret named values, for masking; the longest first.
    pub secrets: Vec<Arc<str>>,
    /// A key that a keyless API does not need, and does not know, is ignored instead of denied.
    pub ignore_unneeded_keys: bool,
    pub(crate) keys: BTreeMap<String, Key>,
    pub(crate) backend_names: BTreeMap<String, usize>,
}

/// A subscription key and whose it is.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) subscription: usize,
    pub(crate) facts: Arc<SubscriptionFacts>,
}

/// One revision of an API.
#[derive(Debug)]
pub struct ApiPlan {
    /// Resource name, without the revision.
    pub name: Arc<str>,
    /// URL suffix without slashes at its ends; may be empty.
    pub path: String,
    /// Version inside its set; empty for the original, and for an API without versions.
    pub version: String,
    /// Where its set writes the version.
    pub scheme: Option<VersioningScheme>,
    /// Revision.
    pub revision: String,
    /// Whether it answers when no revision is named.
    pub is_current: bool,
    /// Whether it can be reached at all.
    pub is_online: bool,
    /// Whether a key is needed.
    pub subscription_required: bool,
    /// Where the key is read.
    pub key_names: KeyNames,
    /// Base URL of its backend.
    pub service_url: Option<Url>,
    /// `context.Api`.
    pub facts: Arc<ApiFacts>,
    /// Operations, in the order of the service.
    pub operations: Vec<OperationPlan>,
    /// `context.Workspace`, for what is in one.
    pub workspace: Option<Arc<WorkspaceFacts>>,
    /// Products that contain it, as indexes of [`Plan::products`].
    pub products: Vec<usize>,
    /// The product among them that needs no key.
    pub open_product: Option<usize>,
    /// API and global policy: for a request that matched none of its operations.
    pub walk: Arc<Walk>,
}

/// An operation.
#[derive(Debug)]
pub struct OperationPlan {
    /// `context.Operation`.
    pub facts: Arc<OperationFacts>,
    /// Its template, for `rewrite-uri` and `mock-response`.
    pub template: Arc<OperationTemplate>,
    /// Operation, API and global policy: for a request outside any product, and for one whose key was refused.
    pub walk: Arc<Walk>,
    // The same with the policy of a product; only for products that have one.
    pub(crate) product_walks: Vec<(usize, Arc<Walk>)>,
}

impl OperationPlan {
    /// The policies of a request in the context of a product, or of none.
    pub fn walk(&self, product: Option<usize>) -> &Arc<Walk> {
        let own = |product| self.product_walks.iter().find(|(it, _)| *it == product);
        product.and_then(own).map_or(&self.walk, |(_, walk)| walk)
    }

    /// Every walk of the operation.
    pub fn walks(&self) -> impl Iterator<Item = &Arc<Walk>> {
        std::iter::once(&self.walk).chain(self.product_walks.iter().map(|(_, walk)| walk))
    }
}

/// A product.
#[derive(Debug)]
pub struct ProductPlan {
    /// Resource name.
    pub name: Arc<str>,
    /// Whether a key is needed.
    pub subscription_required: bool,
    /// `context.Product`.
    pub facts: Arc<ProductFacts>,
}

/// A subscription.
#[derive(Debug)]
pub struct SubscriptionPlan {
    /// Resource name.
    pub name: Arc<str>,
    /// What it opens.
    pub scope: ScopePlan,
    /// Whether its state is `active`.
    pub is_active: bool,
    /// Whether its owner is blocked.
    pub is_blocked: bool,
    /// Primary key.
    pub primary_key: String,
    /// Secondary key.
    pub secondary_key: String,
    /// `context.User`: its owner.
    pub user: Option<Arc<UserFacts>>,
    /// Whether the legacy tracing header works with it.
    pub allow_tracing: bool,
}

/// A backend that can be called, or a pool of such.
#[derive(Debug)]
pub struct BackendPlan {
    /// How policies hold it.
    pub handle: BackendHandle,
    /// Its settings, with named values put in.
    pub config: Backend,
    /// What it is shown when it asks.
    pub certificate: Option<Arc<StoredCertificate>>,
}

/// What a subscription opens, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopePlan {
    /// The whole service, or every API.
    Everything,
    /// Every revision and version that goes by this API's resource name.
    Api(Arc<str>),
    /// The APIs of the workspace of this name, in lower case.
    Workspace(Arc<str>),
    /// The APIs of a product, by index.
    Product(usize),
}

/// What a key stands for.
#[derive(Debug, Clone, Copy)]
pub struct KeyHolder<'a> {
    /// The subscription.
    pub subscription: &'a SubscriptionPlan,
    /// `context.Subscription`, with the key that was used.
    pub facts: &'a Arc<SubscriptionFacts>,
}

impl Plan {
    /// Whose key this is. Keys are compared as they stand, case and all (inferred).
    pub fn find_key(&self, key: &str) -> Option<KeyHolder<'_>> {
        let key = self.keys.get(key)?;
        let subscription = self.subscriptions.get(key.subscription)?;
        Some(KeyHolder {
            subscription,
            facts: &key.facts,
        })
    }

    /// The backend entity of a name, compared without case as ARM does.
    pub fn find_backend(&self, name: &str) -> Option<BackendHandle> {
        let index = match self.backend_names.get(name) {
            Some(index) => *index,
            None => *self.backend_names.get(&name.to_ascii_lowercase())?,
        };
        self.backends.get(index).map(|backend| backend.handle.clone())
    }

    /// A certificate by its resource name, compared without case as ARM does.
    pub fn find_certificate(&self, name: &str) -> Option<&Arc<StoredCertificate>> {
        self.certificates
            .iter()
            .find(|it| it.name.eq_ignore_ascii_case(name))
    }

    /// The mock model servers that stand beside the service.
    pub fn accounts(&self) -> &[Account] {
        &self.service.accounts
    }
}
