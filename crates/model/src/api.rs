use crate::{Contract, PolicyDocument};
use indexmap::IndexMap;
use std::sync::Arc;

/// `apis/{name}`.
#[derive(Debug, Clone, Default)]
pub struct Api {
    /// Resource name without `;rev=`.
    pub name: String,
    /// Display name.
    pub display_name: String,
    /// URL suffix; slashes at its ends do not matter.
    pub path: String,
    /// Base URL of the backend.
    pub service_url: Option<String>,
    /// `http`, `https`; both when empty.
    pub protocols: Vec<String>,
    /// Whether a subscription key is needed.
    pub subscription_required: bool,
    /// Where the key is read.
    pub key_names: KeyNames,
    /// Version inside its version set; empty for the original.
    pub version: String,
    /// Resource name of the version set.
    pub version_set: Option<String>,
    /// Revision number, `1` when the input names none.
    pub revision: String,
    /// Whether this revision answers when none is named.
    pub is_current: bool,
    /// Whether this revision can be reached at all.
    pub is_online: bool,
    /// Kind of the API.
    pub kind: ApiKind,
    /// Operations.
    pub operations: Vec<Operation>,
    /// API policy.
    pub policy: Option<PolicyDocument>,
    /// Resource name of the workspace that it is in.
    pub workspace: Option<String>,
}

/// `type` of an API.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ApiKind {
    /// HTTP operations.
    #[default]
    Http,
    /// Any other kind, by its name: `soap`, `websocket`, `graphql`, `odata`, `grpc`, `mcp`, `a2a`.
    Other(String),
}

/// `subscriptionKeyParameterNames`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyNames {
    /// Header.
    pub header: String,
    /// Query parameter.
    pub query: String,
    /// Whether `Authorization: Bearer KEY` is accepted too.
    pub bearer: bool,
}

impl Default for KeyNames {
    fn default() -> KeyNames {
        KeyNames {
            header: "Ocp-Apim-Subscription-Key".into(),
            query: "subscription-key".into(),
            bearer: false,
        }
    }
}

/// `apis/{api}/operations/{name}`.
#[derive(Debug, Clone, Default)]
pub struct Operation {
    /// Resource name.
    pub name: String,
    /// Display name.
    pub display_name: String,
    /// HTTP method, any token.
    pub method: String,
    /// URL template, such as `/items/{id}?full={full}`.
    pub url_template: String,
    /// Declared template parameters, path and query.
    pub template_parameters: Vec<Parameter>,
    /// Documented responses.
    pub responses: Vec<Response>,
    /// What its specification declares; none without one.
    pub contract: Option<Arc<Contract>>,
    /// Operation policy.
    pub policy: Option<PolicyDocument>,
}

/// A template parameter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parameter {
    /// Name.
    pub name: String,
    /// Whether it must be there.
    pub required: bool,
}

/// A documented response, which `mock-response` answers with.
#[derive(Debug, Clone, Default)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Examples by media type, in order; a media type without an example has an empty list.
    pub representations: IndexMap<String, Vec<Example>>,
}

/// An example of a response body.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// Its name, if it has one.
    pub name: String,
    /// The body as it goes onto the wire.
    pub body: String,
}

/// `apiVersionSets/{name}`.
#[derive(Debug, Clone)]
pub struct VersionSet {
    /// Resource name.
    pub name: String,
    /// Display name.
    pub display_name: String,
    /// Where the version is written.
    pub scheme: VersioningScheme,
}

/// `versioningScheme`, with the name that it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersioningScheme {
    /// First segment behind the API's path.
    Segment,
    /// A query parameter.
    Query(String),
    /// A header.
    Header(String),
}
