use indexmap::IndexMap;
use serde_json::Value;
use std::sync::Arc;

/// What an operation declares of its messages, as an imported specification says: what the `validate-*` policies go by.
#[derive(Debug, Clone, Default)]
pub struct Contract {
    /// Parameters of the path, the query and the headers.
    pub parameters: Vec<DeclaredParameter>,
    /// Schemas of the request's body by media type; `None` for a media type without one.
    pub request: IndexMap<String, Option<Value>>,
    /// Responses by status; the key of `default` is 0.
    pub responses: IndexMap<u16, DeclaredResponse>,
    /// What `$ref` of a schema leads to: `components` or `definitions` of the specification.
    pub definitions: Arc<Value>,
}

/// A declared parameter or header.
#[derive(Debug, Clone)]
pub struct DeclaredParameter {
    /// Name.
    pub name: String,
    /// Where it stands.
    pub place: ParameterPlace,
    /// Whether it must be there.
    pub required: bool,
    /// JSON Schema of its value.
    pub schema: Value,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterPlace {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// A header.
    Header,
}

/// A declared response.
#[derive(Debug, Clone, Default)]
pub struct DeclaredResponse {
    /// Its headers.
    pub headers: Vec<DeclaredParameter>,
    /// Schemas of its body by media type.
    pub content: IndexMap<String, Option<Value>>,
}

/// `schemas/{name}`: a schema that `validate-content` names by `schema-id`.
#[derive(Debug, Clone)]
pub struct SchemaResource {
    /// Resource name.
    pub name: String,
    /// What it is written in.
    pub kind: SchemaKind,
    /// Its text.
    pub text: String,
}

/// What a schema is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaKind {
    /// JSON Schema.
    Json,
    /// XML Schema.
    Xml,
}
