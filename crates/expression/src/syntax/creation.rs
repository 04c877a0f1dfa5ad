//! `new`.

use super::parser::{Parsed, Parser};
use super::primary::{deepest, inferred_name};
use super::token::Tok;
use super::tree::{Expr, ExprKind, InitialValue, Initializer, TypeSyntax, TypeSyntaxKind};
use source::Span;

impl Parser<'_, '_> {
    /// What `new` begins.
    pub(super) fn creation(&mut self) -> Parsed<Expr> {
        let span = self.span();
        self.expect_keyword("new")?;
        if self.is_op("{") {
            return self.anonymous(span);
        }
        if self.take_op("[") {
            self.expect_op("]")?;
            let (items, depth) = self.array_items()?;
            return self.node(
                ExprKind::NewArray(None, None, Some(items)),
                self.since(span),
                depth,
            );
        }
        if self.is_op("(") {
            return self.of_target(span);
        }
        let ty = self.ty()?;
        if let TypeSyntaxKind::Array(element) = ty.kind {
            let (items, depth) = self.array_items()?;
            return self.node(
                ExprKind::NewArray(Some(*element), None, Some(items)),
                self.since(span),
                depth,
            );
        }
        if self.is_op("[") {
            return self.sized_array(ty, "[", span);
        }
        // `new int?[3]`: the lexer reads an access.
        if self.is_op("?[") {
            let ty = TypeSyntax {
                span: ty.span,
                kind: TypeSyntaxKind::Nullable(Box::new(ty)),
            };
            return self.sized_array(ty, "?[", span);
        }
        let mut args = Vec::new();
        let called = self.is_op("(");
        if called {
            args = self.arguments("(", ")")?;
        }
        let mut depth = deepest(&args);
        let initializer = match self.is_op("{") {
            true => {
                let (initializer, below) = self.initializer()?;
                depth = depth.max(below);
                Some(initializer)
            }
            false if called => None,
            false => return Err(self.expected("`(`, `[` or `{`")),
        };
        self.node(ExprKind::New(ty, args, initializer), self.since(span), depth)
    }

    // `new(...) { ... }`: the type is that of the variable it goes to.
    fn of_target(&mut self, span: Span) -> Parsed<Expr> {
        self.newer("`new` without a type", span);
        let args = self.arguments("(", ")")?;
        let mut depth = deepest(&args);
        let initializer = match self.is_op("{") {
            true => {
                let (initializer, below) = self.initializer()?;
                depth = depth.max(below);
                Some(initializer)
            }
            false => None,
        };
        let kind = ExprKind::NewOfTarget(args, initializer, span);
        self.node(kind, self.since(span), depth)
    }

    fn sized_array(&mut self, element: TypeSyntax, open: &'static str, span: Span) -> Parsed<Expr> {
        self.expect_op(open)?;
        let length = self.boxed_expression()?;
        if self.is_op(",") {
            return Err(self.fail_with(
                "arrays of more than one dimension are not supported",
                span,
                "use `T[][]`",
            ));
        }
        self.expect_op("]")?;
        let mut element = element;
        while self.is_op("[") && matches!(self.ahead(1), Tok::Op("]")) {
            self.at += 2;
            element = TypeSyntax {
                kind: TypeSyntaxKind::Array(Box::new(element)),
                span,
            };
        }
        let mut depth = length.depth;
        let items = match self.is_op("{") {
            true => {
                let (items, below) = self.array_items()?;
                depth = depth.max(below);
                Some(items)
            }
            false => None,
        };
        self.node(
            ExprKind::NewArray(Some(element), Some(length), items),
            self.since(span),
            depth,
        )
    }

    /// `{ a, b }` as the elements of an array.
    pub(super) fn array_items(&mut self) -> Parsed<(Vec<Expr>, u16)> {
        let mut items: Vec<Expr> = Vec::new();
        self.expect_op("{")?;
        while !self.take_op("}") {
            if !items.is_empty() {
                self.expect_op(",")?;
                if self.take_op("}") {
                    break;
                }
            }
            items.push(self.element()?);
        }
        let depth = items.iter().map(|it| it.depth).max().unwrap_or_default();
        Ok((items, depth))
    }

    fn element(&mut self) -> Parsed<Expr> {
        if !self.is_op("{") {
            return self.expression();
        }
        self.deeper(|it| {
            let span = it.span();
            let (items, depth) = it.array_items()?;
            it.node(ExprKind::ArrayInitializer(items), it.since(span), depth)
        })
    }

    fn anonymous(&mut self, span: Span) -> Parsed<Expr> {
        let mut members: Vec<(String, Expr)> = Vec::new();
        self.expect_op("{")?;
        while !self.take_op("}") {
            if !members.is_empty() {
                self.expect_op(",")?;
                if self.take_op("}") {
                    break;
                }
            }
            let named = matches!((self.peek(), self.ahead(1)), (Tok::Name(_), Tok::Op("=")));
            if named {
                let name = self.expect_name("a name")?;
                self.at += 1;
                members.push((name.text, self.expression()?));
                continue;
            }
            let value = self.expression()?;
            let Some(name) = inferred_name(&value) else {
                return Err(self.fail("this member needs a name: `name = value`", value.span));
            };
            members.push((name, value));
        }
        let depth = members.iter().map(|(_, it)| it.depth).max().unwrap_or_default();
        self.node(ExprKind::NewAnonymous(members), self.since(span), depth)
    }

    fn initializer(&mut self) -> Parsed<(Initializer, u16)> {
        self.deeper(|it| {
            it.expect_op("{")?;
            match (it.peek(), it.ahead(1)) {
                (Tok::Name(_), Tok::Op("=")) => it.member_initializers(),
                (Tok::Op("["), _) => it.indexed_initializers(),
                _ => it.element_initializers(),
            }
        })
    }

    fn member_initializers(&mut self) -> Parsed<(Initializer, u16)> {
        let mut members = Vec::new();
        let mut depth = 0;
        while !self.is_op("}") {
            let name = self.expect_name("a member name")?;
            self.expect_op("=")?;
            let (value, below) = self.initial_value()?;
            depth = depth.max(below);
            members.push((name, value));
            if !self.take_op(",") {
                break;
            }
        }
        self.expect_op("}")?;
        Ok((Initializer::Members(members), depth))
    }

    fn indexed_initializers(&mut self) -> Parsed<(Initializer, u16)> {
        let mut entries = Vec::new();
        let mut depth = 0;
        while !self.is_op("}") {
            let args = self.arguments("[", "]")?;
            self.expect_op("=")?;
            let (value, below) = self.initial_value()?;
            depth = depth.max(below).max(deepest(&args));
            entries.push((args, value));
            if !self.take_op(",") {
                break;
            }
        }
        self.expect_op("}")?;
        Ok((Initializer::Indexed(entries), depth))
    }

    fn initial_value(&mut self) -> Parsed<(InitialValue, u16)> {
        if self.is_op("{") {
            let (nested, depth) = self.initializer()?;
            return Ok((InitialValue::Nested(nested), depth));
        }
        let value = self.expression()?;
        let depth = value.depth;
        Ok((InitialValue::Value(value), depth))
    }

    fn element_initializers(&mut self) -> Parsed<(Initializer, u16)> {
        let mut elements = Vec::new();
        let mut depth = 0;
        while !self.is_op("}") {
            let args = match self.is_op("{") {
                true => self.array_items()?.0,
                false => vec![self.expression()?],
            };
            depth = args.iter().map(|it| it.depth).fold(depth, u16::max);
            elements.push(args);
            if !self.take_op(",") {
                break;
            }
        }
        self.expect_op("}")?;
        Ok((Initializer::Elements(elements), depth))
    }
}
