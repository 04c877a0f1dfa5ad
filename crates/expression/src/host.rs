//! The request that an expression sees. `policy` implements [`Host`] for its exchange; everything that
//! `context` offers is answered through it, and nothing else is reachable.

use crate::{Certificate, ParsedBodies, Symbol, Value};
use bytes::Bytes;
use clock::Moment;
use http::HeaderMap;
use std::sync::Arc;
use uuid::Uuid;

/// What an expression may ask of the request that it is evaluated for.
pub trait Host {
    /// The time: `DateTime.UtcNow` and its like.
    fn now(&self) -> Moment;
    /// 64 random bits: `Guid.NewGuid()`, `new Random()`.
    fn random(&mut self) -> u64;

    /// `context.Request`.
    fn request(&self) -> RequestView<'_>;
    /// `context.Response`, absent before there is one.
    fn response(&self) -> Option<ResponseView<'_>>;
    /// Reads a body; without `preserve` it is gone afterwards. It has been buffered before if [`crate::Needs`] said so.
    fn body(&mut self, of: Message, preserve: bool) -> BodyRead;
    /// Where bodies that were parsed are kept for the rest of the request, if the host keeps them.
    fn parsed(&mut self) -> Option<&mut ParsedBodies> {
        None
    }
    /// Whether `context.Request.Body` or `context.Response.Body` is not null. Does not read it.
    fn has_body(&self, of: Message) -> bool;

    /// `context.Variables[...]`.
    fn variable(&self, name: Symbol) -> Option<&Value>;
    /// Every variable that is set, in the order in which they were first set.
    fn variables(&self) -> Vec<(Symbol, Value)>;

    /// `context.Api`, `.Operation`, `.Product`, `.Subscription`, `.User`, `.Deployment`.
    fn facts(&self) -> &Facts;
    /// `context.Backend`, once one is selected.
    fn backend(&self) -> Option<BackendFacts>;
    /// `context.GraphQL`: what a resolver is given; absent anywhere else.
    fn graphql(&self) -> Option<GraphQlFacts> {
        None
    }
    /// `context.LastError`.
    fn last_error(&self) -> Option<&LastError>;
    /// `context.RequestId`.
    fn request_id(&self) -> Uuid;
    /// `context.Timestamp`: when the request arrived.
    fn timestamp(&self) -> Moment;
    /// `context.Tracing`.
    fn tracing(&self) -> bool;
    /// `context.Trace(message)`.
    fn trace(&mut self, message: &str);
}

/// One of the two messages of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Message {
    /// `context.Request`.
    Request,
    /// `context.Response`.
    Response,
}

/// The outcome of reading a body.
#[derive(Debug, Clone)]
pub enum BodyRead {
    /// The message has no body: `Body` is null.
    Absent,
    /// An earlier read without `preserveContent` took it: `As<T>()` gives null.
    Consumed,
    /// The whole content, decompressed.
    Content(Bytes),
}

/// `context.Request`, borrowed.
#[derive(Clone, Copy)]
pub struct RequestView<'a> {
    /// As received, or as `set-method` left it.
    pub method: &'a str,
    /// The present backend URL.
    pub url: &'a Url,
    /// The URL as received.
    pub original_url: &'a Url,
    /// Present headers.
    pub headers: &'a HeaderMap,
    /// The caller's address.
    pub ip_address: &'a str,
    /// Values of the operation's template parameters, path and query, decoded.
    pub matched_parameters: &'a [(Arc<str>, Arc<str>)],
    /// The caller's certificate.
    pub certificate: Option<&'a Arc<Certificate>>,
    /// The model deployment that the request names, for `context.Request.Foundry.Deployment`.
    pub foundry_deployment: Option<&'a str>,
}

/// `context.Response`, borrowed.
#[derive(Clone, Copy)]
pub struct ResponseView<'a> {
    /// HTTP status.
    pub status: u16,
    /// Reason phrase.
    pub reason: &'a str,
    /// Present headers.
    pub headers: &'a HeaderMap,
}

/// An absolute URL in parts, as `IUrl` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Url {
    /// `http` or `https`.
    pub scheme: Arc<str>,
    /// Without port, lower case.
    pub host: Arc<str>,
    /// Never 0: the scheme's own port when none was written.
    pub port: u16,
    /// Begins with `/`; percent-encoding as received.
    pub path: Arc<str>,
    /// With its leading `?`, or empty.
    pub query: Arc<str>,
}

/// What `context` says about the matched configuration. Built once per request from shared parts.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// `context.Api`; null for a request that matched none.
    pub api: Option<Arc<ApiFacts>>,
    /// `context.Operation`.
    pub operation: Option<Arc<OperationFacts>>,
    /// `context.Product`.
    pub product: Option<Arc<ProductFacts>>,
    /// `context.Subscription`.
    pub subscription: Option<Arc<SubscriptionFacts>>,
    /// `context.User`.
    pub user: Option<Arc<UserFacts>>,
    /// `context.Deployment`.
    pub deployment: Arc<DeploymentFacts>,
    /// `context.Workspace`; null outside of one.
    pub workspace: Option<Arc<WorkspaceFacts>>,
}

/// `context.Workspace`.
#[derive(Debug, Clone, Default)]
pub struct WorkspaceFacts {
    /// Resource name.
    pub id: String,
    /// Display name.
    pub name: String,
}

/// `context.GraphQL`.
#[derive(Debug, Clone, Default)]
pub struct GraphQlFacts {
    /// Arguments of the field that is resolved.
    pub arguments: serde_json::Value,
    /// The object that the field belongs to; null for a field of the root.
    pub parent: serde_json::Value,
}

/// `context.Api`.
#[derive(Debug, Clone, Default)]
pub struct ApiFacts {
    /// Resource name.
    pub id: String,
    /// Display name.
    pub name: String,
    /// URL suffix without slashes at its ends.
    pub path: String,
    /// `http`, `https`.
    pub protocols: Vec<String>,
    /// Base URL of the backend, if one is set.
    pub service_url: Option<Url>,
    /// Header name of the subscription key.
    pub key_header: String,
    /// Query parameter of the subscription key.
    pub key_query: String,
    /// Revision, such as `1`.
    pub revision: String,
    /// Version; empty when the API has none.
    pub version: String,
    /// Whether the current revision was matched.
    pub is_current_revision: bool,
}

/// `context.Operation`.
#[derive(Debug, Clone, Default)]
pub struct OperationFacts {
    /// Resource name.
    pub id: String,
    /// HTTP method.
    pub method: String,
    /// Display name.
    pub name: String,
    /// URL template, such as `/items/{id}`.
    pub url_template: String,
}

/// `context.Product`.
#[derive(Debug, Clone, Default)]
pub struct ProductFacts {
    /// Resource name.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Whether subscribing needs approval.
    pub approval_required: bool,
    /// Whether a key is needed.
    pub subscription_required: bool,
    /// Subscriptions a user may hold.
    pub subscriptions_limit: Option<i32>,
    /// Whether `state` is `published`.
    pub published: bool,
    /// APIs of the product.
    pub apis: Vec<Arc<ApiFacts>>,
    /// Groups that see the product.
    pub groups: Vec<GroupFacts>,
}

/// A group of users.
#[derive(Debug, Clone, Default)]
pub struct GroupFacts {
    /// Resource name.
    pub id: String,
    /// Display name.
    pub name: String,
}

/// `context.Subscription`.
#[derive(Debug, Clone)]
pub struct SubscriptionFacts {
    /// Resource name.
    pub id: String,
    /// Display name.
    pub name: String,
    /// The key that the caller used.
    pub key: String,
    /// Primary key.
    pub primary_key: String,
    /// Secondary key.
    pub secondary_key: String,
    /// When it was made.
    pub created: Moment,
    /// When it starts, if set.
    pub starts: Option<Moment>,
    /// When it ends, if set.
    pub ends: Option<Moment>,
}

/// `context.User`.
#[derive(Debug, Clone)]
pub struct UserFacts {
    /// Resource name.
    pub id: String,
    /// E-mail address.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Free text.
    pub note: String,
    /// Groups that the user belongs to.
    pub groups: Vec<GroupFacts>,
    /// Identities: provider and id.
    pub identities: Vec<(String, String)>,
    /// When the user registered.
    pub registered: Moment,
}

/// `context.Deployment`.
#[derive(Debug, Clone, Default)]
pub struct DeploymentFacts {
    /// Gateway id: `managed`.
    pub gateway_id: String,
    /// Instance of the gateway.
    pub instance_id: String,
    /// Display form of the region, such as `East US`.
    pub region: String,
    /// Service id.
    pub service_id: String,
    /// Service name.
    pub service_name: String,
    /// `context.Deployment.Certificates`: resource name and certificate.
    pub certificates: Vec<(String, Arc<Certificate>)>,
    /// Certificates of authorities that the service trusts, for `Verify()`.
    pub authorities: Vec<Arc<Certificate>>,
}

/// `context.Backend`.
#[derive(Debug, Clone, Default)]
pub struct BackendFacts {
    /// Resource name of the backend that a policy referred to.
    pub id: Arc<str>,
    /// Whether it is a pool.
    pub is_pool: bool,
    /// `azureRegion` of the entity, if set.
    pub azure_region: Option<Arc<str>>,
}

/// `context.LastError`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastError {
    /// Policy or built-in step that failed.
    pub source: String,
    /// Machine-readable code.
    pub reason: String,
    /// Human text.
    pub message: String,
    /// `global`, `product`, `api`, `operation`.
    pub scope: Option<String>,
    /// `inbound`, `backend`, `outbound`, `on-error`.
    pub section: Option<String>,
    /// Place inside the section, such as `choose[3]/when[2]`.
    pub path: Option<String>,
    /// `id` attribute of the failing policy.
    pub policy_id: Option<String>,
}

/// A response that a variable holds, made by `send-request`.
#[derive(Debug)]
pub struct StoredResponse {
    /// HTTP status.
    pub status: u16,
    /// Reason phrase.
    pub reason: String,
    /// Headers.
    pub headers: HeaderMap,
    /// The whole body, or `None` once an expression has read it without preserving it.
    pub body: parking_lot::Mutex<Option<Bytes>>,
}
