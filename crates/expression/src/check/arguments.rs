//! The arguments of a call, before the method is known.

use super::members::{Group, Left};
use super::{Checker, Typed};
use crate::syntax::tree::{Argument, ArgumentMode, Designation, Expr, ExprKind, TypeSyntax};
use crate::types::Type;
use source::Span;

/// One argument.
#[derive(Debug, Clone)]
pub(super) struct Arg<'e> {
    pub(super) name: Option<&'e str>,
    pub(super) mode: ArgumentMode,
    pub(super) span: Span,
    pub(super) form: Form<'e>,
}

/// What is known of an argument by itself.
#[derive(Debug, Clone)]
pub(super) enum Form<'e> {
    Typed(Typed),
    // Its types come from the parameter.
    Lambda(&'e Expr),
    Group(Group),
    Default,
    Declare(&'e TypeSyntax, &'e Designation),
    // An `out` or `ref` argument: the variable that it names.
    Place(&'e Expr, Type),
}

impl<'e> Arg<'e> {
    /// An argument that was checked already.
    pub(super) fn typed(value: Typed, span: Span) -> Arg<'e> {
        Arg {
            name: None,
            mode: ArgumentMode::Value,
            span,
            form: Form::Typed(value),
        }
    }

    /// The type, for messages.
    pub(super) fn describe(&self) -> String {
        match &self.form {
            Form::Typed(value) => format!("`{}`", value.ty),
            Form::Lambda(_) => "a lambda".to_owned(),
            Form::Group(group) => format!("`{}`", group.name.text),
            Form::Default => "`default`".to_owned(),
            Form::Declare(..) => "`out var`".to_owned(),
            Form::Place(_, ty) => format!("`{ty}`"),
        }
    }
}

impl Checker<'_> {
    /// Checks what can be checked by itself.
    pub(super) fn arguments<'e>(&mut self, args: &'e [Argument]) -> Vec<Arg<'e>> {
        args.iter().map(|arg| self.argument(arg)).collect()
    }

    fn argument<'e>(&mut self, arg: &'e Argument) -> Arg<'e> {
        let form = match (&arg.value.kind, arg.mode) {
            (ExprKind::Declare(ty, designation), _) => Form::Declare(ty, designation),
            (_, ArgumentMode::Out | ArgumentMode::Ref) => {
                let ty = self.place_type(&arg.value);
                Form::Place(&arg.value, ty)
            }
            _ => self.form(&arg.value),
        };
        Arg {
            name: arg.name.as_ref().map(|it| it.text.as_str()),
            mode: arg.mode,
            span: arg.value.span,
            form,
        }
    }

    /// The form of an argument that is passed by value.
    pub(super) fn form<'e>(&mut self, expr: &'e Expr) -> Form<'e> {
        match &expr.kind {
            ExprKind::Lambda(_) => Form::Lambda(expr),
            ExprKind::Default(None) => Form::Default,
            ExprKind::Name(_) | ExprKind::Member(..) => match self.left(expr, false) {
                Left::Group(group) => Form::Group(group),
                Left::Value(value) => Form::Typed(value),
                Left::Type(ty) => Form::Typed(self.type_as_value(&ty, expr.span)),
                Left::Namespace(space) => {
                    let message = format!("`{space}` is a namespace, not a value");
                    Form::Typed(self.type_error(message, expr.span))
                }
            },
            _ => Form::Typed(self.expression(expr)),
        }
    }
}
