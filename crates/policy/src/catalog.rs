use crate::{BackendHandle, StoredCertificate};
use expression::Symbols;
use source::Source;
use std::fmt;
use std::sync::Arc;

/// Where a policy stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// All APIs.
    Global,
    /// All APIs of a workspace.
    Workspace,
    /// A product.
    Product,
    /// An API.
    Api,
    /// An operation.
    Operation,
}

impl Scope {
    /// `global`, `workspace`, `product`, `api`, `operation`: what `LastError.Scope` says.
    pub fn name(self) -> &'static str {
        match self {
            Scope::Global => "global",
            Scope::Workspace => "workspace",
            Scope::Product => "product",
            Scope::Api => "api",
            Scope::Operation => "operation",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A kind of tiers: which policies there are depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// Developer, Basic, Standard and Premium.
    Classic,
    /// BasicV2, StandardV2 and PremiumV2.
    V2,
    /// Consumption.
    Consumption,
}

impl Tier {
    /// The tier of a SKU; none for a name that is not one of a service.
    pub fn of(sku: &str) -> Option<Tier> {
        match sku.trim().to_ascii_lowercase().as_str() {
            "developer" | "basic" | "standard" | "premium" => Some(Tier::Classic),
            "basicv2" | "standardv2" | "premiumv2" => Some(Tier::V2),
            "consumption" => Some(Tier::Consumption),
            _ => None,
        }
    }

    /// As the reference names it.
    pub fn name(self) -> &'static str {
        match self {
            Tier::Classic => "classic",
            Tier::V2 => "v2",
            Tier::Consumption => "Consumption",
        }
    }
}

/// What a document is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The policies of a scope.
    Policy(Scope),
    /// The policies of a scope that nobody knows: the document is looked at alone.
    Unplaced,
    /// A fragment, to be included elsewhere.
    Fragment,
}

/// The answer to a look-up by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup<T> {
    /// There it is.
    Known(T),
    /// The service has no such thing: an error.
    Missing,
    /// Nobody can say, since the document is looked at alone.
    Unknowable,
}

/// What a document may refer to.
pub trait Catalog {
    /// Every variable name of the service.
    fn symbols(&self) -> &Symbols;
    /// A named value by its display name.
    fn named_value(&self, display_name: &str) -> Lookup<NamedValue>;
    /// A fragment's document.
    fn fragment(&self, id: &str) -> Lookup<Source>;
    /// A backend entity.
    fn backend(&self, name: &str) -> Lookup<BackendHandle>;
    /// A certificate of the service.
    fn certificate(&self, id: &str) -> Lookup<Arc<StoredCertificate>>;
    /// A schema resource.
    fn schema(&self, id: &str) -> Lookup<SchemaText>;
    /// Whether there is a logger of a name.
    fn logger(&self, id: &str) -> Lookup<()>;
    /// All names of a kind, for suggestions.
    fn names(&self, of: CatalogNames) -> Vec<String>;
    /// Parameters of the URL template of the operation that the document belongs to. A document of a wider scope serves
    /// operations of many templates: nobody can say.
    fn template_parameters(&self) -> Lookup<Vec<String>>;
}

/// A named value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NamedValue {
    /// Its text.
    pub value: String,
    /// Whether traces mask it.
    pub secret: bool,
}

/// The text of a schema resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaText {
    /// JSON Schema.
    Json(String),
    /// XML Schema.
    Xml(String),
}

/// Kinds of names in a [`Catalog`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatalogNames {
    /// Display names of named values.
    NamedValues,
    /// Ids of fragments.
    Fragments,
    /// Names of backends.
    Backends,
    /// Names of certificates.
    Certificates,
    /// Names of schemas.
    Schemas,
    /// Names of external caches.
    Caches,
    /// Names of loggers.
    Loggers,
}

/// The catalog of a document that is looked at alone: nothing can be looked up.
#[derive(Debug, Default)]
pub struct Lone {
    symbols: Symbols,
}

impl Catalog for Lone {
    fn symbols(&self) -> &Symbols {
        &self.symbols
    }

    fn named_value(&self, _: &str) -> Lookup<NamedValue> {
        Lookup::Unknowable
    }

    fn fragment(&self, _: &str) -> Lookup<Source> {
        Lookup::Unknowable
    }

    fn backend(&self, _: &str) -> Lookup<BackendHandle> {
        Lookup::Unknowable
    }

    fn certificate(&self, _: &str) -> Lookup<Arc<StoredCertificate>> {
        Lookup::Unknowable
    }

    fn schema(&self, _: &str) -> Lookup<SchemaText> {
        Lookup::Unknowable
    }

    fn logger(&self, _: &str) -> Lookup<()> {
        Lookup::Unknowable
    }

    fn names(&self, _: CatalogNames) -> Vec<String> {
        Vec::new()
    }

    fn template_parameters(&self) -> Lookup<Vec<String>> {
        Lookup::Unknowable
    }
}
