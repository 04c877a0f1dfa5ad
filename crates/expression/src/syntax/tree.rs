//! What the parser makes of the tokens.

use super::token::Tok;
use crate::text::Text;
use source::Span;

/// `string`, `List<int>`, `Newtonsoft.Json.Linq.JObject[]`, `int?`, `(int, string name)`, `var`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TypeSyntax {
    pub(crate) kind: TypeSyntaxKind,
    pub(crate) span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TypeSyntaxKind {
    // A dotted name; type arguments belong to its last part.
    Name(String, Vec<TypeSyntax>),
    Array(Box<TypeSyntax>),
    Nullable(Box<TypeSyntax>),
    Tuple(Vec<(TypeSyntax, Option<String>)>),
    // `<>` of `typeof(List<>)` and the like.
    Omitted,
}

impl TypeSyntax {
    pub(crate) fn is_var(&self) -> bool {
        matches!(&self.kind, TypeSyntaxKind::Name(name, args) if name == "var" && args.is_empty())
    }
}

#[derive(Debug)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) span: Span,
    // Levels of expressions below this one, so that no tree gets too deep to walk or to drop.
    pub(crate) depth: u16,
}

pub(crate) type Boxed = Box<Expr>;

#[derive(Debug)]
pub(crate) enum ExprKind {
    Literal(Tok),
    Bool(bool),
    Null,
    // `default` or `default(T)`.
    Default(Option<TypeSyntax>),
    Interpolated(Vec<Part>),
    Name(Name),
    // `string` in `string.Empty`.
    Predefined(&'static str),
    Member(Boxed, Name),
    Call(Boxed, Vec<Argument>),
    Index(Boxed, Vec<Argument>),
    // `a?.b.c`: the receiver, and what is done with it where `Receiver` stands.
    Conditional(Boxed, Boxed),
    Receiver,
    Unary(&'static str, Boxed),
    // `x++`, `--x`: by how much, and whether the new value is the result.
    Step { target: Boxed, by: i32, prefix: bool },
    Binary(&'static str, Boxed, Boxed),
    Assign(Boxed, Boxed),
    Compound(&'static str, Boxed, Boxed),
    Ternary(Boxed, Boxed, Boxed),
    Cast(TypeSyntax, Boxed),
    As(Boxed, TypeSyntax),
    Is(Boxed, Pattern),
    // `x switch { pattern => value, ... }`
    Switch(Boxed, Vec<Arm>),
    New(TypeSyntax, Vec<Argument>, Option<Initializer>),
    // Element type (or none for `new[]`), lengths, initial elements.
    NewArray(Option<TypeSyntax>, Option<Boxed>, Option<Vec<Expr>>),
    // `new() { ... }` whose type is that of its target.
    NewOfTarget(Vec<Argument>, Option<Initializer>, Span),
    NewAnonymous(Vec<(String, Expr)>),
    // `{ 1, 2 }` as the value of an array variable.
    ArrayInitializer(Vec<Expr>),
    Lambda(Lambda),
    Tuple(Vec<(Option<String>, Expr)>),
    // `out int x`, `var (a, b)`.
    Declare(TypeSyntax, Designation),
    Throw(Boxed),
    Typeof(TypeSyntax),
    Sizeof(TypeSyntax),
    Nameof(String),
    Checked(bool, Boxed),
    Query(Box<Query>),
}

/// A name with type arguments.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) types: Vec<TypeSyntax>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Argument {
    pub(crate) name: Option<Name>,
    pub(crate) mode: ArgumentMode,
    pub(crate) value: Expr,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArgumentMode {
    Value,
    Out,
    Ref,
}

#[derive(Debug)]
pub(crate) enum Part {
    Text(Text),
    Hole {
        value: Boxed,
        alignment: Option<Boxed>,
        format: Option<String>,
    },
}

#[derive(Debug)]
pub(crate) enum Initializer {
    // `{ A = 1, B = { 2 } }`
    Members(Vec<(Name, InitialValue)>),
    // `{ 1, { "k", 2 } }`: each the arguments of `Add`.
    Elements(Vec<Vec<Expr>>),
    // `{ ["k"] = 1 }`
    Indexed(Vec<(Vec<Argument>, InitialValue)>),
}

#[derive(Debug)]
pub(crate) enum InitialValue {
    Value(Expr),
    Nested(Initializer),
}

#[derive(Debug)]
pub(crate) struct Lambda {
    pub(crate) params: Vec<LambdaParam>,
    pub(crate) body: LambdaBody,
}

#[derive(Debug, Clone)]
pub(crate) struct LambdaParam {
    pub(crate) ty: Option<TypeSyntax>,
    pub(crate) name: Name,
}

#[derive(Debug)]
pub(crate) enum LambdaBody {
    Value(Boxed),
    Block(Block),
}

#[derive(Debug)]
pub(crate) enum Pattern {
    // A type or a constant: `x is Name` can be either.
    Type(TypeSyntax),
    Declaration(TypeSyntax, Option<Name>),
    Constant(Boxed),
    Var(Option<Name>),
    Discard,
    // `< 5`
    Relational(&'static str, Boxed),
    Not(Box<Pattern>),
    And(Box<(Pattern, Pattern)>),
    Or(Box<(Pattern, Pattern)>),
}

/// An arm of a `switch` expression.
#[derive(Debug)]
pub(crate) struct Arm {
    pub(crate) pattern: Pattern,
    pub(crate) guard: Option<Boxed>,
    pub(crate) value: Expr,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum Designation {
    Name(Name),
    Discard,
    Tuple(Vec<Designation>),
}

/// `from x in xs where .. select ..`, already a list of clauses.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) first: From,
    pub(crate) clauses: Vec<Clause>,
    pub(crate) end: End,
    // `into x` and what follows.
    pub(crate) next: Option<(Name, Box<QueryRest>)>,
}

#[derive(Debug)]
pub(crate) struct QueryRest {
    pub(crate) clauses: Vec<Clause>,
    pub(crate) end: End,
    pub(crate) next: Option<(Name, Box<QueryRest>)>,
}

#[derive(Debug)]
pub(crate) struct From {
    pub(crate) ty: Option<TypeSyntax>,
    pub(crate) name: Name,
    pub(crate) source: Expr,
}

#[derive(Debug)]
pub(crate) enum Clause {
    From(Box<From>),
    Let(Name, Expr),
    Where(Expr),
    OrderBy(Vec<(Expr, bool)>),
    Join {
        from: Box<From>,
        left: Boxed,
        right: Boxed,
        into: Option<Name>,
    },
}

#[derive(Debug)]
pub(crate) enum End {
    Select(Expr),
    Group(Expr, Expr),
}

#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) statements: Vec<Statement>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) kind: StatementKind,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum StatementKind {
    Empty,
    Block(Block),
    Local {
        ty: TypeSyntax,
        constant: bool,
        variables: Vec<(Name, Option<Expr>)>,
    },
    Function(Function),
    Expression(Expr),
    If(Expr, Box<Statement>, Option<Box<Statement>>),
    While(Expr, Box<Statement>),
    DoWhile(Box<Statement>, Expr),
    For {
        init: Vec<Statement>,
        condition: Option<Expr>,
        step: Vec<Expr>,
        body: Box<Statement>,
    },
    Foreach {
        ty: TypeSyntax,
        target: Designation,
        sequence: Expr,
        body: Box<Statement>,
    },
    Return(Option<Expr>),
    Throw(Option<Expr>),
    Break,
    Continue,
    Try {
        body: Block,
        catches: Vec<Catch>,
        finally: Option<Block>,
    },
    Using(Box<Statement>, Box<Statement>),
    Switch(Expr, Vec<Section>),
    Goto(Goto),
    // `name: statement`
    Labeled(Name, Box<Statement>),
    Lock(Expr, Box<Statement>),
    Checked(bool, Block),
}

#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) result: TypeSyntax,
    pub(crate) name: Name,
    // Type parameters.
    pub(crate) generics: Vec<Name>,
    pub(crate) params: Vec<FunctionParam>,
    pub(crate) body: LambdaBody,
}

#[derive(Debug)]
pub(crate) struct FunctionParam {
    pub(crate) ty: TypeSyntax,
    pub(crate) name: Name,
    pub(crate) mode: ArgumentMode,
    pub(crate) params: bool,
    pub(crate) default: Option<Expr>,
}

#[derive(Debug)]
pub(crate) struct Catch {
    pub(crate) ty: Option<TypeSyntax>,
    pub(crate) name: Option<Name>,
    pub(crate) filter: Option<Expr>,
    pub(crate) body: Block,
}

#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) labels: Vec<Label>,
    pub(crate) body: Vec<Statement>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum Label {
    Default(Span),
    Case(Pattern, Option<Boxed>, Span),
}

#[derive(Debug)]
pub(crate) enum Goto {
    Case(Expr),
    Default,
    Label(Name),
}
