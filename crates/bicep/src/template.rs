//! What Bicep and ARM JSON both become: a template as Azure Resource Manager understands it.
//!
//! Everything in it is written in the function language of ARM templates: an operator is a call of `add` or `equals`, a
//! variable a call of `variables`, a resource a call of `reference` with its symbolic name. Each node knows where it was written.

use indexmap::IndexMap;
use serde_json::Value;
use source::{Diagnostic, Finding, Source, Span};
use std::rc::Rc;
use std::sync::Arc;

/// A place in one of the texts that a template was read from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Place {
    pub(crate) source: Source,
    pub(crate) span: Span,
}

impl Place {
    pub(crate) fn error(&self, code: &'static str, message: impl Into<String>) -> Finding {
        Diagnostic::error(code, message, self.span).found_in(&self.source)
    }
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expr {
    pub(crate) kind: Kind,
    pub(crate) at: Place,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// A constant.
    Value(Arc<Value>),
    /// Members, whose names may be computed.
    Object(Vec<(Expr, Expr)>),
    /// Elements.
    Array(Vec<Expr>),
    /// A function with its arguments.
    Call(Arc<str>, Vec<Expr>),
    /// `a.b` and `a[b]`.
    Member(Box<Expr>, Box<Expr>),
    /// A value for each index; [`copyIndex`](Kind::Call) with the loop's name is the index.
    Loop(Box<ValueLoop>),
    /// Parameters and body of a lambda.
    Lambda(Vec<Arc<str>>, Box<Expr>),
}

/// `copy` of a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ValueLoop {
    pub(crate) name: Arc<str>,
    pub(crate) count: Expr,
    pub(crate) input: Expr,
}

impl Expr {
    pub(crate) fn value(value: Value, at: &Place) -> Expr {
        Expr {
            kind: Kind::Value(Arc::new(value)),
            at: at.clone(),
        }
    }

    /// What stands for something wrong that has been reported: a null that covers no text.
    pub(crate) fn broken(at: &Place) -> Expr {
        let at = Place {
            source: at.source.clone(),
            span: Span::at(at.span.start),
        };
        Expr::value(Value::Null, &at)
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.at.span.is_empty() && matches!(&self.kind, Kind::Value(value) if value.is_null())
    }

    pub(crate) fn text(text: impl Into<String>, at: &Place) -> Expr {
        Expr::value(Value::String(text.into()), at)
    }

    pub(crate) fn call(name: &str, arguments: Vec<Expr>, at: &Place) -> Expr {
        Expr {
            kind: Kind::Call(name.into(), arguments),
            at: at.clone(),
        }
    }

    pub(crate) fn member(self, name: impl Into<String>, at: &Place) -> Expr {
        let name = Expr::text(name, at);
        self.index(name, at)
    }

    pub(crate) fn index(self, index: Expr, at: &Place) -> Expr {
        Expr {
            kind: Kind::Member(Box::new(self), Box::new(index)),
            at: at.clone(),
        }
    }

    /// The text, if it is a constant one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Value(value) => value.as_str(),
            _ => None,
        }
    }

    /// Visits this expression and all below it.
    pub(crate) fn walk(&self, visit: &mut dyn FnMut(&Expr)) {
        visit(self);
        match &self.kind {
            Kind::Value(_) => (),
            Kind::Object(members) => members.iter().for_each(|(key, value)| {
                key.walk(visit);
                value.walk(visit);
            }),
            Kind::Array(elements) => elements.iter().for_each(|it| it.walk(visit)),
            Kind::Call(_, arguments) => arguments.iter().for_each(|it| it.walk(visit)),
            Kind::Member(base, index) => {
                base.walk(visit);
                index.walk(visit);
            }
            Kind::Loop(it) => {
                it.count.walk(visit);
                it.input.walk(visit);
            }
            Kind::Lambda(_, body) => body.walk(visit),
        }
    }

    /// The place of the first call that needs a deployed resource.
    pub(crate) fn runtime(&self) -> Option<Place> {
        let mut found = None;
        self.walk(&mut |it| {
            if let Kind::Call(name, _) = &it.kind
                && found.is_none()
                && is_runtime(name)
            {
                found = Some(it.at.clone());
            }
        });
        found
    }
}

/// Functions whose result is known only once a resource is deployed.
pub(crate) fn is_runtime(name: &str) -> bool {
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    is("reference") || is("references") || is_list(name)
}

/// Whether a function is an action of a resource, such as `listKeys`.
pub(crate) fn is_list(name: &str) -> bool {
    name.len() > 4 && name.get(..4).is_some_and(|it| it.eq_ignore_ascii_case("list"))
}

/// Where a template is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Target {
    #[default]
    Group,
    Subscription,
    ManagementGroup,
    Tenant,
}

/// A template.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    pub(crate) target: Target,
    pub(crate) parameters: IndexMap<String, Parameter>,
    pub(crate) variables: IndexMap<String, Expr>,
    /// By namespace and name: `__bicep.f`.
    pub(crate) functions: IndexMap<String, Function>,
    pub(crate) definitions: IndexMap<String, Schema>,
    /// By symbolic name; templates without symbolic names have made-up ones.
    pub(crate) resources: IndexMap<String, Resource>,
    pub(crate) outputs: IndexMap<String, Output>,
    pub(crate) metadata: Vec<(String, Expr)>,
    pub(crate) asserts: Vec<(String, Expr)>,
    /// Extensions other than Azure's own: alias and name.
    pub(crate) extensions: Vec<(String, String)>,
}

impl Template {
    pub(crate) fn new() -> Template {
        Template {
            target: Target::Group,
            parameters: IndexMap::new(),
            variables: IndexMap::new(),
            functions: IndexMap::new(),
            definitions: IndexMap::new(),
            resources: IndexMap::new(),
            outputs: IndexMap::new(),
            metadata: Vec::new(),
            asserts: Vec::new(),
            extensions: Vec::new(),
        }
    }
}

/// A parameter of a template.
#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    pub(crate) schema: Schema,
    pub(crate) default: Option<Expr>,
    pub(crate) at: Place,
}

/// A function of a template.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub(crate) parameters: Vec<(String, Schema)>,
    pub(crate) output: Schema,
    pub(crate) body: Expr,
}

/// An output of a template.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    pub(crate) schema: Schema,
    pub(crate) condition: Option<Expr>,
    pub(crate) value: Expr,
    pub(crate) at: Place,
}

/// A resource of a template; a module is a resource too.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) at: Place,
    pub(crate) existing: bool,
    pub(crate) r#type: String,
    pub(crate) api_version: String,
    /// All segments, joined with `/`.
    pub(crate) name: Expr,
    pub(crate) condition: Option<Expr>,
    pub(crate) each: Option<ResourceLoop>,
    /// The resource that it extends, or the management group that it belongs to.
    pub(crate) scope: Option<Expr>,
    pub(crate) subscription: Option<Expr>,
    pub(crate) group: Option<Expr>,
    /// Symbolic names, names or ids.
    pub(crate) depends_on: Vec<Expr>,
    /// Everything else: `location`, `properties`, `sku`, ...
    pub(crate) body: Vec<(Expr, Expr)>,
    pub(crate) module: Option<Module>,
    /// Alias of the extension that it belongs to.
    pub(crate) extension: Option<String>,
}

/// `copy` of a resource.
#[derive(Debug, Clone)]
pub(crate) struct ResourceLoop {
    pub(crate) name: Arc<str>,
    pub(crate) count: Expr,
    /// How many at a time; all when absent.
    pub(crate) batch: Option<u64>,
}

/// What a nested deployment deploys.
#[derive(Debug, Clone)]
pub(crate) struct Module {
    pub(crate) template: Rc<Template>,
    pub(crate) parameters: Vec<(String, Expr)>,
    /// Whether its expressions see its own parameters, as all modules do; those of a nested template in ARM JSON see its parent's
    /// unless it says otherwise.
    pub(crate) inner: bool,
}

/// What values a parameter, a property or an output may have.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Schema {
    pub(crate) r#type: SchemaType,
    pub(crate) secure: bool,
    pub(crate) nullable: bool,
    pub(crate) allowed: Option<Vec<Value>>,
    pub(crate) min_value: Option<i64>,
    pub(crate) max_value: Option<i64>,
    pub(crate) min_length: Option<u64>,
    pub(crate) max_length: Option<u64>,
    pub(crate) properties: IndexMap<String, Schema>,
    /// What properties that are not named may be; anything when absent.
    pub(crate) additional: Option<Additional>,
    /// What elements may be.
    pub(crate) items: Option<Additional>,
    /// The first elements.
    pub(crate) prefix: Vec<Schema>,
    /// The property that decides, and what each of its values means.
    pub(crate) discriminator: Option<(String, IndexMap<String, Schema>)>,
    /// `description`, `export` and whatever else was said about it.
    pub(crate) metadata: IndexMap<String, Value>,
}

/// Whether there may be more than what is named.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Additional {
    Forbidden,
    Of(Box<Schema>),
}

/// `type` of a schema.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum SchemaType {
    #[default]
    Any,
    String,
    Int,
    Bool,
    Object,
    Array,
    /// `#/definitions/NAME`.
    Reference(String),
}

impl Schema {
    pub(crate) fn of(r#type: SchemaType) -> Schema {
        Schema {
            r#type,
            ..Schema::default()
        }
    }
}

impl SchemaType {
    /// The name in a template; a schema that takes anything has none.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            SchemaType::Any | SchemaType::Reference(_) => "any",
            SchemaType::String => "string",
            SchemaType::Int => "int",
            SchemaType::Bool => "bool",
            SchemaType::Object => "object",
            SchemaType::Array => "array",
        }
    }
}
