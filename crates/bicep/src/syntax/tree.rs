//! The tree of a Bicep file, as it was written.

use source::Span;
use std::rc::Rc;

/// A name with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// A file.
#[derive(Debug, Default)]
pub(crate) struct File {
    pub(crate) statements: Vec<Statement>,
}

/// A declaration with what was written in front of it.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) decorators: Vec<Decorator>,
    pub(crate) kind: StatementKind,
    pub(crate) span: Span,
}

/// `@name(arguments)`.
#[derive(Debug)]
pub(crate) struct Decorator {
    /// The call: `secure()`, `sys.description('x')`.
    pub(crate) name: Name,
    pub(crate) arguments: Vec<Expr>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum StatementKind {
    /// `targetScope = 'subscription'`.
    TargetScope(Expr),
    /// `metadata NAME = VALUE`.
    Metadata { name: Name, value: Expr },
    /// `param NAME TYPE = DEFAULT`.
    Param {
        name: Name,
        r#type: Option<Type>,
        default: Option<Expr>,
    },
    /// `var NAME TYPE = VALUE`.
    Var {
        name: Name,
        r#type: Option<Type>,
        value: Expr,
    },
    /// `resource NAME 'TYPE@VERSION' existing = BODY`.
    Resource(Rc<Nested>),
    /// `module NAME 'PATH' = BODY`.
    Module(Rc<Module>),
    /// `output NAME TYPE = VALUE`.
    Output {
        name: Name,
        r#type: Option<Type>,
        value: Expr,
    },
    /// `type NAME = TYPE`.
    Type { name: Name, value: Type },
    /// `func NAME(PARAMETERS) TYPE => BODY`.
    Func {
        name: Name,
        parameters: Vec<Parameter>,
        result: Type,
        body: Expr,
    },
    /// `import ... from 'PATH'`.
    Import { what: Imported, path: Expr },
    /// `extension NAME with CONFIG as ALIAS`; also the older `import 'x@1'` and `provider`.
    Extension {
        name: Name,
        alias: Option<Name>,
        config: Option<Expr>,
    },
    /// `using 'PATH'` of a parameter file.
    Using { path: Expr },
    /// `extends 'PATH'` of a parameter file.
    Extends { path: Expr },
    /// `param NAME = VALUE` of a parameter file.
    Assignment { name: Name, value: Expr },
    /// `assert NAME = CONDITION`; also `test NAME 'PATH' = VALUE`.
    Assert { name: Name, value: Expr },
    /// What could not be read, and has been reported.
    Broken,
}

/// A resource, at the top or inside another.
#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) name: Name,
    pub(crate) r#type: Expr,
    pub(crate) existing: bool,
    pub(crate) value: Expr,
}

/// `module NAME 'PATH' = BODY`.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) decorators: Vec<Decorator>,
    pub(crate) name: Name,
    pub(crate) path: Expr,
    pub(crate) value: Expr,
}

/// A parameter of a function.
#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    pub(crate) name: Name,
    pub(crate) r#type: Option<Type>,
}

/// What an import brings.
#[derive(Debug)]
pub(crate) enum Imported {
    /// `{ a, b as c }`, each with the name that it gets.
    Names(Vec<(Name, Name)>),
    /// `* as alias`.
    All(Name),
}

/// An expression.
#[derive(Debug, Clone)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) span: Span,
}

#[derive(Debug, Clone)]
pub(crate) enum ExprKind {
    Null,
    Bool(bool),
    /// As written, without sign.
    Number(u64),
    Text(String),
    /// Texts and what stands between them: one more text than expressions.
    Template(Vec<String>, Vec<Expr>),
    Name(String),
    Call {
        name: Name,
        arguments: Vec<Expr>,
    },
    Method {
        base: Box<Expr>,
        name: Name,
        arguments: Vec<Expr>,
    },
    Member {
        base: Box<Expr>,
        name: Name,
        safe: bool,
    },
    Index {
        base: Box<Expr>,
        index: Box<Expr>,
        safe: bool,
        /// `[^1]` counts from the end.
        from_end: bool,
    },
    /// `a::b`.
    Nested {
        base: Box<Expr>,
        name: Name,
    },
    /// `a!`.
    NonNull(Box<Expr>),
    Unary {
        operator: &'static str,
        operand: Box<Expr>,
    },
    Binary {
        operator: &'static str,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Ternary {
        condition: Box<Expr>,
        yes: Box<Expr>,
        no: Box<Expr>,
    },
    Object(Vec<Member>),
    Array(Vec<Element>),
    For(Box<Loop>),
    /// `if (condition) body` of a declaration or a loop.
    If {
        condition: Box<Expr>,
        body: Box<Expr>,
    },
    Lambda {
        parameters: Vec<Parameter>,
        body: Box<Expr>,
    },
}

/// A member of an object.
#[derive(Debug, Clone)]
pub(crate) enum Member {
    Property {
        key: Expr,
        value: Expr,
    },
    Spread(Expr),
    /// A resource inside a resource.
    Resource(Rc<Nested>),
}

/// A resource with its decorators.
#[derive(Debug)]
pub(crate) struct Nested {
    pub(crate) decorators: Vec<Decorator>,
    pub(crate) resource: Resource,
}

/// An element of an array.
#[derive(Debug, Clone)]
pub(crate) enum Element {
    Value(Expr),
    Spread(Expr),
}

/// `[for (item, index) in collection: body]`.
#[derive(Debug, Clone)]
pub(crate) struct Loop {
    pub(crate) item: Name,
    pub(crate) index: Option<Name>,
    pub(crate) collection: Expr,
    pub(crate) body: Expr,
}

/// A type as it was written.
#[derive(Debug, Clone)]
pub(crate) struct Type {
    pub(crate) kind: TypeKind,
    pub(crate) span: Span,
}

#[derive(Debug, Clone)]
pub(crate) enum TypeKind {
    Name(String),
    Null,
    Bool(bool),
    Number(i64),
    Text(String),
    Object {
        properties: Vec<TypeProperty>,
        additional: Option<Box<TypeProperty>>,
    },
    Tuple(Vec<TypeProperty>),
    Array(Box<Type>),
    Nullable(Box<Type>),
    Union(Vec<Type>),
    /// `a.b`.
    Member(Box<Type>, Name),
    /// `a[*]`.
    ItemOf(Box<Type>),
    /// `a.*`.
    AdditionalOf(Box<Type>),
    /// `a[0]`.
    IndexOf(Box<Type>, u64),
    /// `resourceInput<'type@version'>`.
    Generic(Name, Vec<Type>),
    /// `resource 'type@version'`: a parameter that holds a resource, by its id.
    Resource,
}

/// A property of an object type or an item of a tuple.
#[derive(Debug, Clone)]
pub(crate) struct TypeProperty {
    pub(crate) decorators: Rc<Vec<Decorator>>,
    pub(crate) name: Name,
    pub(crate) value: Type,
}
