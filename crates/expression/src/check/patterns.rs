//! `is` and the labels of `switch`.

use super::members::Left;
use super::scope::Kind;
use super::{Checker, Typed};
use crate::eval::code::{Code, Pattern as Lowered, Place};
use crate::syntax::tree::{Expr, ExprKind, Name, Pattern, TypeSyntax, TypeSyntaxKind};
use crate::types::Type;
use source::Span;

impl Checker<'_> {
    /// `value is pattern`.
    pub(super) fn is_pattern(&mut self, expr: &Expr, pattern: &Pattern) -> Typed {
        let value = self.value(expr);
        if value.ty.is_error() {
            return Typed::new(value.code, Type::Bool);
        }
        let ty = value.ty.clone();
        let code = match self.pattern(pattern, &ty) {
            Lowered::Null => Code::IsNull(Box::new(value.code)),
            Lowered::Type(ty, Place::Discard) => Code::Is(Box::new((value.code, ty))),
            lowered => Code::Match(Box::new((value.code, lowered))),
        };
        Typed::new(code, Type::Bool)
    }

    /// A pattern over values of a type.
    pub(super) fn pattern(&mut self, pattern: &Pattern, ty: &Type) -> Lowered {
        match pattern {
            Pattern::Discard => Lowered::Any,
            Pattern::Var(None) => Lowered::Any,
            Pattern::Var(Some(name)) => Lowered::Var(self.declare(name, ty.clone(), Kind::Local).place()),
            Pattern::Constant(expr) => self.constant_pattern(expr, ty),
            Pattern::Declaration(syntax, name) => self.type_pattern(syntax, name.as_ref(), ty),
            Pattern::Type(syntax) => self.type_or_constant(syntax, ty),
            Pattern::Relational(op, bound) => self.relational(op, bound, ty),
            Pattern::Not(inner) => Lowered::Not(Box::new(self.pattern(inner, ty))),
            Pattern::And(both) => {
                let first = self.pattern(&both.0, ty);
                Lowered::And(Box::new((first, self.pattern(&both.1, ty))))
            }
            Pattern::Or(either) => {
                let first = self.pattern(&either.0, ty);
                Lowered::Or(Box::new((first, self.pattern(&either.1, ty))))
            }
        }
    }

    fn type_pattern(&mut self, syntax: &TypeSyntax, name: Option<&Name>, ty: &Type) -> Lowered {
        let wanted = if syntax.is_var() {
            ty.clone()
        } else {
            self.resolve(syntax)
        };
        self.possible(ty, &wanted, syntax.span);
        let place = match name {
            Some(name) => self.declare(name, wanted.clone(), Kind::Local).place(),
            None => Place::Discard,
        };
        Lowered::Type(wanted, place)
    }

    // `x is Name`: a type, unless `Name` is a constant such as `JTokenType.Null`.
    fn type_or_constant(&mut self, syntax: &TypeSyntax, ty: &Type) -> Lowered {
        let TypeSyntaxKind::Name(name, args) = &syntax.kind else {
            return self.type_pattern(syntax, None, ty);
        };
        let known = Type::from_keyword(name).is_some() || crate::library::find(name, args.len()).is_some();
        if known || !args.is_empty() {
            return self.type_pattern(syntax, None, ty);
        }
        // The name again as an expression.
        let mut parts = name.split('.').map(|text| Name {
            text: text.to_owned(),
            types: Vec::new(),
            span: syntax.span,
        });
        let Some(first) = parts.next() else {
            return Lowered::Any;
        };
        let first = Expr {
            kind: ExprKind::Name(first),
            span: syntax.span,
            depth: 1,
        };
        let expr = parts.fold(first, |object, name| {
            let depth = object.depth + 1;
            Expr {
                kind: ExprKind::Member(Box::new(object), name),
                span: syntax.span,
                depth,
            }
        });
        self.constant_pattern(&expr, ty)
    }

    fn constant_pattern(&mut self, expr: &Expr, ty: &Type) -> Lowered {
        if let ExprKind::Name(_) | ExprKind::Member(..) | ExprKind::Predefined(_) = &expr.kind
            && let Left::Type(wanted) = self.left(expr, false)
        {
            return Lowered::Type(wanted, Place::Discard);
        }
        let value = match expr.kind {
            ExprKind::Null => return self.null_pattern(ty, expr.span),
            _ => self.value(expr),
        };
        if value.ty.is_error() {
            return Lowered::Any;
        }
        // Against `object` the constant keeps its own type.
        let target = match ty.underlying() {
            Type::Object | Type::Dynamic => value.ty.clone(),
            it if it.is_interface() => value.ty.clone(),
            it => it.clone(),
        };
        let value = self.converted(value, &target, expr.span);
        match value.constant {
            Some(constant) => Lowered::Constant(constant),
            None if value.ty.is_error() => Lowered::Any,
            None => {
                self.type_error("a pattern is a constant or a type", expr.span);
                Lowered::Any
            }
        }
    }

    // `< 5`: a constant of the value's own type, or of its own against `object`.
    fn relational(&mut self, op: &str, bound: &Expr, ty: &Type) -> Lowered {
        match self.constant_pattern(bound, ty) {
            Lowered::Constant(constant) => {
                let own = constant.ty();
                // Small integers are compared as `int`.
                let works = match own {
                    Type::Char | Type::SByte | Type::Byte | Type::Short | Type::UShort => Type::Int,
                    ref other => other.clone(),
                };
                let comparable = works.is_numeric() || works.is_enum();
                match crate::eval::operation(op, &works, false).filter(|_| comparable) {
                    Some(operation) => Lowered::Test(operation, own, constant),
                    None => {
                        self.type_error(format!("`{op}` cannot be used on `{own}`"), bound.span);
                        Lowered::Any
                    }
                }
            }
            _ => Lowered::Any,
        }
    }

    fn null_pattern(&mut self, ty: &Type, span: Span) -> Lowered {
        if !ty.takes_null() {
            self.type_error(format!("`{ty}` is never null"), span);
        }
        Lowered::Null
    }

    // A type test that can only fail is a mistake.
    fn possible(&mut self, from: &Type, to: &Type, span: Span) {
        let related = from.is_error()
            || to.is_error()
            || from.is_dynamic()
            || from.underlying() == to
            || matches!(self.explicit(from, None, to), Some(way) if !matches!(way, super::convert::Way::User(..) | super::convert::Way::Number(_)));
        if !related {
            self.type_error(format!("a `{from}` is never a `{to}`"), span);
        }
    }
}

/// Whether nothing is left for a later pattern, because an earlier one takes it all.
pub(super) fn covers(earlier: &Lowered, later: &Lowered) -> bool {
    match (earlier, later) {
        (Lowered::Any | Lowered::Var(_), _) => true,
        (Lowered::Type(wide, _), Lowered::Type(narrow, _)) => crate::eval::cast::fits(narrow, wide),
        (Lowered::Type(wide, _), Lowered::Constant(constant)) => {
            crate::eval::cast::is_instance(constant, wide)
        }
        _ => false,
    }
}
