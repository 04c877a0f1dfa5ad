//! What a service *is*: Azure's own resources as plain data.
//!
//! Whatever a user brings (an APIOps folder, later Bicep, ARM JSON or a management call) becomes these types, and the
//! runtime reads nothing else. Field names and defaults are those of the ARM contracts
//! (`Microsoft.ApiManagement` 2024-05-01 with the previews that the labs use, `Microsoft.CognitiveServices`).
//! What Azure has no word for stands in [`Settings`]. Nothing here compiles or runs anything.

mod api; // APIs, operations, version sets
mod backend; // backends: single, pool, circuit breaker
mod certificate; // certificates
mod contract; // what operations declare, and schema resources
mod diagnostic; // what is logged
mod document; // policy documents and fragments, with the file they came from
mod duration; // ISO 8601 durations
mod fault; // what goes wrong with a mock, as apimite.toml says it
mod foundry; // Cognitive Services accounts and deployments
mod origin; // where each of them was written
mod product; // products, subscriptions, users, groups, named values
mod region; // region names: `eastus` and `East US`
mod service; // the service that holds them all
mod settings; // apimite.toml

pub use api::{
    Api, ApiKind, Example, KeyNames, Operation, Parameter, Response, VersionSet, VersioningScheme,
};
pub use backend::{
    Affinity, Authorization, Backend, BackendKind, BreakerRule, CircuitBreaker, Credentials,
    FailureCondition, FailureResponse, ManagedIdentity, Pool, PoolMember, Proxy, SessionId, StatusRange, Tls,
};
pub use certificate::Certificate;
pub use contract::{
    Contract, DeclaredParameter, DeclaredResponse, ParameterPlace, SchemaKind, SchemaResource,
};
pub use diagnostic::{Diagnostic, DiagnosticKind, MaskedHeader, MessageLog, SideLog};
pub use document::{Fragment, PolicyDocument, PolicyFormat};
pub use duration::{IsoDuration, parse_duration};
pub use fault::{Fault, FaultAction};
pub use foundry::{Account, Blocklist, BlocklistItem, Deployment, ModelName, Sku};
pub use origin::{Origins, ResourceKind, locate};
pub use product::{Group, NamedValue, Product, Scope, Subscription, SubscriptionState, User};
pub use region::{region_id, region_name, regions};
pub use service::{ExternalCache, Logger, Service, Workspace};
pub use settings::{
    AccountSettings, ApplicationSettings, AuthorizationSettings, BackendSettings, CertificateSettings,
    ClockSettings, DeploymentSettings, IdentitySettings, LatencySettings, LimitSettings, LogSettings,
    SafetyCategory, SafetySettings, SafetyTerm, ServiceSettings, Settings, SinkSettings,
    SubscriptionSettings, TlsSettings,
};
