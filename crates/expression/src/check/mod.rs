//! Finds the static types of a tree and lowers it to code.

mod arguments; // the arguments of a call, before the method is known
mod assigned; // whether variables have values when they are read
mod assignment; // `=`, `+=`, `++`
mod calls; // which method is meant, and its call
mod constants; // what is known while compiling
mod convert; // which types convert to which
mod create; // `new`
mod declared_operators; // operators of types, such as `-` of two dates
mod expressions;
mod functions; // local functions
mod guarded; // `try`, `using`
mod infer; // type arguments that are not written
mod lambdas;
mod members; // properties, indexers, static members
mod operators;
mod overloads; // which of several methods fits best
mod patterns; // `is` and `case`
mod places; // what can be assigned to
mod queries; // `from x in xs`
mod scope; // variables and where they lie
mod statements;
mod switches;
mod unary;

use crate::eval::code::{Code, Function, FunctionBody};
use crate::host::Message;
use crate::library::{self, Unknown};
use crate::symbol::Symbols;
use crate::syntax::tree::{Block, Expr, TypeSyntax, TypeSyntaxKind};
use crate::text::Text;
use crate::types::Type;
use crate::{Needs, Value};
use scope::{Frame, Returns};
use source::{Diagnostic, Severity, Span};
use std::collections::{BTreeMap, BTreeSet};

/// What is checked: one expression, or statements.
pub(crate) enum Source {
    Value(Expr),
    Block(Block),
}

/// The outcome: what is run, and what it may read.
pub(crate) struct Checked {
    pub(crate) function: Function,
    pub(crate) needs: Needs,
    // Type and name of each member.
    pub(crate) uses: BTreeSet<(&'static str, &'static str)>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Checks and lowers. The function is of use only when no diagnostic is an error.
pub(crate) fn check(
    source: &Source,
    captured: BTreeSet<String>,
    symbols: &Symbols,
    outside: Severity,
) -> Checked {
    let mut checker = Checker {
        symbols,
        outside,
        diagnostics: Vec::new(),
        uses: BTreeSet::new(),
        frames: vec![Frame::new(Returns::Anything, 0)],
        captured,
        needs: Needs::default(),
        generics: Vec::new(),
        labels: 0,
        receivers: Vec::new(),
        literals: BTreeMap::new(),
        probes: BTreeMap::new(),
        probe_errors: Vec::new(),
        checked: false,
        unchecked: false,
        probing: 0,
        work: 0,
    };
    let body = match source {
        Source::Value(expr) => {
            let value = checker.value(expr);
            FunctionBody::Value(value.code)
        }
        Source::Block(block) => {
            let (code, falls_through) = checker.block(block);
            if falls_through {
                // Its `}`.
                let end = Span::new(block.span.end, block.span.end + 1);
                let message = "not every path through this block ends in `return value;`";
                checker.error("expression-no-return", message, end);
            }
            FunctionBody::Block(code)
        }
    };
    let frame = checker.frames.pop().map_or(0, |frame| frame.size());
    let function = Function {
        ty: Type::Object,
        frame,
        params: Vec::new(),
        refs: Vec::new(),
        captures: Vec::new(),
        body,
    };
    let mut diagnostics = checker.diagnostics;
    // Names that mean nothing would only cause more complaints.
    if !diagnostics.iter().any(|it| it.severity == Severity::Error) {
        diagnostics.extend(assigned::check(source));
    }
    Checked {
        function,
        needs: checker.needs,
        uses: checker.uses,
        diagnostics,
    }
}

struct Checker<'a> {
    symbols: &'a Symbols,
    // How severe it is to use what Azure does not allow.
    outside: Severity,
    diagnostics: Vec<Diagnostic>,
    // Type and name of each member.
    uses: BTreeSet<(&'static str, &'static str)>,
    // The functions around the present place, outermost first.
    frames: Vec<Frame>,
    captured: BTreeSet<String>,
    needs: Needs,
    // Type parameters of the local functions around the present place, and the types that stand for them.
    generics: Vec<(String, Type)>,
    // How many labels there were.
    labels: u32,
    // What `Receiver` stands for, innermost last.
    receivers: Vec<Typed>,
    // One object per literal text, as .NET interns them.
    literals: BTreeMap<String, Value>,
    // What a lambda gives for these parameter types, so that overloads do not check it over and over.
    probes: BTreeMap<(usize, String, u64), Option<Type>>,
    // What was wrong in the lambda that was looked at last.
    probe_errors: Vec<Diagnostic>,
    // Inside `checked`, and inside `unchecked`.
    checked: bool,
    unchecked: bool,
    probing: u32,
    work: u32,
}

// Expressions that are looked at, repeats for overloads included.
const MOST_WORK: u32 = 400_000;

/// An expression with its type.
#[derive(Debug, Clone)]
struct Typed {
    code: Code,
    ty: Type,
    // Its value, if that is known while compiling.
    constant: Option<Value>,
    origin: Origin,
}

/// What is known about where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    Other,
    // `context.Request` or `context.Response`.
    Message(Message),
    // The body of one of them.
    Body(Message),
    // `context.Variables`.
    Variables,
}

impl Typed {
    fn new(code: Code, ty: Type) -> Typed {
        Typed {
            code,
            ty,
            constant: None,
            origin: Origin::Other,
        }
    }

    fn constant(value: Value, ty: Type) -> Typed {
        Typed {
            code: Code::Const(value.clone()),
            ty,
            constant: Some(value),
            origin: Origin::Other,
        }
    }

    fn error() -> Typed {
        Typed::new(Code::Const(Value::Null), Type::Error)
    }

    fn from(mut self, origin: Origin) -> Typed {
        self.origin = origin;
        self
    }

    fn is_null(&self) -> bool {
        self.ty == Type::Null
    }
}

impl Checker<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        // The same complaint about the same place says nothing new.
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    fn error(&mut self, code: &'static str, message: impl Into<String>, span: Span) -> Typed {
        self.report(Diagnostic::error(code, message, span));
        Typed::error()
    }

    fn warn(&mut self, code: &'static str, message: impl Into<String>, span: Span) {
        self.report(Diagnostic::warning(code, message, span));
    }

    fn type_error(&mut self, message: impl Into<String>, span: Span) -> Typed {
        self.error("expression-type", message, span)
    }

    /// A member or type that Azure's list does not have.
    fn outside_azure(&mut self, what: &str, span: Span) {
        let message = format!("{what} is not among the members that Azure allows in policy expressions");
        let diagnostic = Diagnostic {
            severity: self.outside,
            ..Diagnostic::warning("expression-not-in-azure", message, span)
        };
        self.report(diagnostic.help("Azure refuses to save a policy that uses it"));
    }

    fn has_errors_since(&self, length: usize) -> bool {
        self.diagnostics
            .iter()
            .skip(length)
            .any(|it| it.severity == Severity::Error)
    }

    fn frame(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::new(Returns::Anything, 0));
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    /// A new slot that no variable uses.
    fn temporary(&mut self) -> u32 {
        self.frame().slot()
    }

    /// The type that stands for a type parameter of this name.
    fn type_parameter(&self, name: &str) -> Option<Type> {
        let found = self.generics.iter().rev().find(|(it, _)| it == name);
        found.map(|(_, ty)| ty.clone())
    }

    /// The type that is written.
    fn resolve(&mut self, syntax: &TypeSyntax) -> Type {
        match library::resolve(syntax, &|name| self.type_parameter(name)) {
            Ok(ty) => {
                if let TypeSyntaxKind::Nullable(_) = syntax.kind
                    && !matches!(ty, Type::Nullable(_) | Type::Error)
                {
                    self.outside_azure(&format!("`{ty}?`"), syntax.span);
                }
                if let Type::Class(def, _) = &ty
                    && !def.0.in_azure
                {
                    self.outside_azure(&format!("`{}`", def.0.short_name()), syntax.span);
                }
                ty
            }
            Err(Unknown { name, span }) => {
                let message = match library::find_any(&name) {
                    Some(_) => format!("`{name}` has another number of type arguments"),
                    None => format!("there is no type `{name}`"),
                };
                let near = source::nearest(&name, library::type_names());
                self.report(Diagnostic::error("expression-unknown-type", message, span).suggest(near));
                Type::Error
            }
        }
    }

    /// Text as a value; equal literals are one object.
    fn literal(&mut self, text: &Text) -> Value {
        match text.utf8() {
            Some(utf8) => match self.literals.get(utf8) {
                Some(known) => known.clone(),
                None => {
                    let value = Value::Text(text.clone());
                    self.literals.insert(utf8.to_owned(), value.clone());
                    value
                }
            },
            None => Value::Text(text.clone()),
        }
    }

    /// Checks something inside `checked` or `unchecked`.
    fn overflow<T>(&mut self, checked: bool, inside: impl FnOnce(&mut Self) -> T) -> T {
        let outer = (self.checked, self.unchecked);
        (self.checked, self.unchecked) = (checked, !checked);
        let result = inside(self);
        (self.checked, self.unchecked) = outer;
        result
    }

    /// Counts one step of work; false when there was too much of it.
    fn works(&mut self, span: Span) -> bool {
        self.work += 1;
        if self.work == MOST_WORK {
            let message = "this expression takes too long to check";
            self.report(
                Diagnostic::error("expression-too-complex", message, span)
                    .help("name parts of it as variables with types"),
            );
        }
        self.work < MOST_WORK
    }
}
