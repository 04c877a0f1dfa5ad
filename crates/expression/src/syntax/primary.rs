//! Names, literals, calls.

use super::parser::{Parsed, Parser};
use super::token::{Piece, Tok};
use super::tree::{
    Argument, ArgumentMode, Designation, Expr, ExprKind, Name, Part, TypeSyntax, TypeSyntaxKind,
};
use source::Span;

impl Parser<'_, '_> {
    pub(super) fn span_at(&self, at: usize) -> Span {
        let now = Parser::span(self);
        self.token_span(at).unwrap_or(now)
    }

    /// A primary expression with everything that follows it directly.
    pub(super) fn postfix(&mut self) -> Parsed<Expr> {
        let primary = self.primary()?;
        self.suffixes(primary)
    }

    fn suffixes(&mut self, mut left: Expr) -> Parsed<Expr> {
        let start = left.span;
        loop {
            let depth = left.depth;
            if self.is_keyword("switch") && matches!(self.ahead(1), Tok::Op("{")) {
                left = self.switch_expression(left)?;
                continue;
            }
            let Tok::Op(op) = self.peek() else { return Ok(left) };
            match *op {
                "." => {
                    self.at += 1;
                    let name = self.member_name()?;
                    left = self.node(ExprKind::Member(Box::new(left), name), self.since(start), depth)?;
                }
                "(" => {
                    let args = self.arguments("(", ")")?;
                    let depth = depth.max(deepest(&args));
                    left = self.node(ExprKind::Call(Box::new(left), args), self.since(start), depth)?;
                }
                "[" => {
                    let args = self.arguments("[", "]")?;
                    let depth = depth.max(deepest(&args));
                    left = self.node(ExprKind::Index(Box::new(left), args), self.since(start), depth)?;
                }
                "?." | "?[" => {
                    let rest = self.deeper(|it| it.conditional_rest())?;
                    let depth = depth.max(rest.depth);
                    let kind = ExprKind::Conditional(Box::new(left), Box::new(rest));
                    return self.node(kind, self.since(start), depth);
                }
                "++" | "--" => {
                    let by = if *op == "++" { 1 } else { -1 };
                    self.at += 1;
                    let kind = ExprKind::Step {
                        target: Box::new(left),
                        by,
                        prefix: false,
                    };
                    left = self.node(kind, self.since(start), depth)?;
                }
                "!" if matches!(self.ahead(1), Tok::Op("." | ";" | ")" | "[" | "," | "?." | "?[")) => {
                    let span = self.span();
                    self.newer("the null-forgiving `!`", span);
                    self.at += 1;
                }
                _ => return Ok(left),
            }
        }
    }

    // What follows `?.` or `?[`; nothing of it happens when the receiver is null.
    fn conditional_rest(&mut self) -> Parsed<Expr> {
        let span = self.span();
        let receiver = self.boxed(ExprKind::Receiver, Span::at(span.start), 0)?;
        let first = match self.take_op("?.") {
            true => {
                let name = self.member_name()?;
                self.node(ExprKind::Member(receiver, name), self.since(span), 1)?
            }
            false => {
                let args = self.arguments("?[", "]")?;
                let depth = deepest(&args);
                self.node(ExprKind::Index(receiver, args), self.since(span), depth.max(1))?
            }
        };
        self.suffixes(first)
    }

    fn member_name(&mut self) -> Parsed<Name> {
        let mut name = self.expect_name("a member name")?;
        name.types = self.generic_arguments()?;
        Ok(name)
    }

    // Type arguments of a name in an expression: only where the token behind them says so (C# 7.3, 6.2.5).
    fn generic_arguments(&mut self) -> Parsed<Vec<TypeSyntax>> {
        if !self.is_op("<") {
            return Ok(Vec::new());
        }
        let follows = self.arguments_end(self.at, 16).map(|end| self.token_at(end));
        match follows {
            Some(Tok::Op(
                "(" | ")" | "]" | "}" | ":" | ";" | "," | "." | "?" | "==" | "!=" | "|" | "^" | "&&" | "||"
                | "&" | "[" | "?." | "?[" | ">",
            ))
            | Some(Tok::End) => self.type_arguments(),
            _ => Ok(Vec::new()),
        }
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let span = self.span();
        match self.peek() {
            Tok::Int { .. }
            | Tok::Double(_)
            | Tok::Single(_)
            | Tok::Decimal(_)
            | Tok::Char(_)
            | Tok::Text(_) => {
                let literal = self.peek().clone();
                self.at += 1;
                self.node(ExprKind::Literal(literal), span, 0)
            }
            Tok::Interpolated(pieces) => {
                self.at += 1;
                self.interpolated(pieces, span)
            }
            Tok::Name(name) if &**name == "nameof" && matches!(self.ahead(1), Tok::Op("(")) => self.nameof(),
            Tok::Name(_) => {
                let mut name = self.expect_name("a name")?;
                if self.is_op("::") && name.text == "global" {
                    self.at += 1;
                    name = self.expect_name("a name")?;
                }
                name.types = self.generic_arguments()?;
                self.node(ExprKind::Name(name), self.since(span), 0)
            }
            Tok::Op("(") => self.parenthesized(),
            Tok::Op("^" | "..") => Err(self.fail_with(
                "counting from the end is not part of C# 7",
                span,
                "write `items[items.Length - 1]`",
            )),
            Tok::Keyword(word) => self.keyword(word),
            _ => Err(self.expected("an expression")),
        }
    }

    fn keyword(&mut self, word: &'static str) -> Parsed<Expr> {
        let span = self.span();
        let simple = match word {
            "true" => Some(ExprKind::Bool(true)),
            "false" => Some(ExprKind::Bool(false)),
            "null" => Some(ExprKind::Null),
            _ if word != "void" && crate::types::Type::from_keyword(word).is_some() => {
                Some(ExprKind::Predefined(word))
            }
            _ => None,
        };
        if let Some(kind) = simple {
            self.at += 1;
            return self.node(kind, span, 0);
        }
        match word {
            "new" => self.creation(),
            "typeof" => {
                self.at += 1;
                self.expect_op("(")?;
                let ty = self.ty()?;
                self.expect_op(")")?;
                self.node(ExprKind::Typeof(ty), self.since(span), 0)
            }
            "sizeof" => {
                self.at += 1;
                self.expect_op("(")?;
                let ty = self.ty()?;
                self.expect_op(")")?;
                self.node(ExprKind::Sizeof(ty), self.since(span), 0)
            }
            "default" => {
                self.at += 1;
                let mut ty = None;
                if self.take_op("(") {
                    ty = Some(self.ty()?);
                    self.expect_op(")")?;
                }
                self.node(ExprKind::Default(ty), self.since(span), 0)
            }
            "checked" | "unchecked" => {
                self.at += 1;
                self.expect_op("(")?;
                let value = self.boxed_expression()?;
                self.expect_op(")")?;
                let depth = value.depth;
                self.node(
                    ExprKind::Checked(word == "checked", value),
                    self.since(span),
                    depth,
                )
            }
            "this" | "base" => Err(self.fail(format!("there is no `{word}` in a policy expression"), span)),
            _ => Err(self.expected("an expression")),
        }
    }

    fn nameof(&mut self) -> Parsed<Expr> {
        let span = self.span();
        self.at += 1;
        self.expect_op("(")?;
        let name = loop {
            let part = match self.peek() {
                Tok::Name(text) => text.to_string(),
                Tok::Keyword(word) => (*word).to_owned(),
                _ => return Err(self.expected("a name")),
            };
            self.at += 1;
            self.generic_arguments()?;
            if !self.take_op(".") {
                break part;
            }
        };
        self.expect_op(")")?;
        self.node(ExprKind::Nameof(name), self.since(span), 0)
    }

    fn parenthesized(&mut self) -> Parsed<Expr> {
        let span = self.span();
        self.expect_op("(")?;
        let mut items = vec![self.tuple_item()?];
        while self.take_op(",") {
            items.push(self.tuple_item()?);
        }
        self.expect_op(")")?;
        let depth = items.iter().map(|(_, it)| it.depth).max().unwrap_or_default();
        match items.len() {
            1 => match items.remove(0) {
                (None, mut value) => {
                    value.span = self.since(span);
                    Ok(value)
                }
                (Some(_), value) => Err(self.fail("a tuple has at least two elements", value.span)),
            },
            _ => self.node(ExprKind::Tuple(items), self.since(span), depth),
        }
    }

    fn tuple_item(&mut self) -> Parsed<(Option<String>, Expr)> {
        let name = match (self.peek(), self.ahead(1)) {
            (Tok::Name(name), Tok::Op(":")) => {
                self.at += 2;
                Some(name.to_string())
            }
            _ => None,
        };
        if let Some(declared) = self.declaration()? {
            return Ok((name, declared));
        }
        Ok((name, self.expression()?))
    }

    // `int x` or `var x` as an expression: behind `out`, and inside a deconstruction.
    fn declaration(&mut self) -> Parsed<Option<Expr>> {
        let Some(end) = self.type_end(self.at, 16) else {
            return Ok(None);
        };
        if !matches!(
            (self.token_at(end), self.token_at(end + 1)),
            (Tok::Name(_), Tok::Op("," | ")"))
        ) {
            return Ok(None);
        }
        let span = self.span();
        let ty = self.ty()?;
        let name = self.expect_name("a name")?;
        let designation = match name.text.as_str() {
            "_" => Designation::Discard,
            _ => Designation::Name(name),
        };
        self.node(ExprKind::Declare(ty, designation), self.since(span), 0)
            .map(Some)
    }

    /// `(a, b)` behind `var`.
    pub(super) fn designation_list(&mut self) -> Parsed<Designation> {
        self.deeper(|it| {
            let mut parts = Vec::new();
            it.expect_op("(")?;
            loop {
                parts.push(match it.is_op("(") {
                    true => it.designation_list()?,
                    false => {
                        let name = it.expect_name("a name")?;
                        match name.text.as_str() {
                            "_" => Designation::Discard,
                            _ => Designation::Name(name),
                        }
                    }
                });
                if !it.take_op(",") {
                    break;
                }
            }
            it.expect_op(")")?;
            Ok(Designation::Tuple(parts))
        })
    }

    /// Arguments between brackets.
    pub(super) fn arguments(&mut self, open: &str, close: &str) -> Parsed<Vec<Argument>> {
        self.expect_op(open)?;
        let mut args = Vec::new();
        while !self.take_op(close) {
            if !args.is_empty() {
                self.expect_op(",")?;
            }
            args.push(self.argument()?);
        }
        Ok(args)
    }

    fn argument(&mut self) -> Parsed<Argument> {
        let name = match (self.peek(), self.ahead(1)) {
            (Tok::Name(_), Tok::Op(":")) => {
                let name = self.expect_name("a name")?;
                self.at += 1;
                Some(name)
            }
            _ => None,
        };
        let mode = match () {
            () if self.take_keyword("out") => ArgumentMode::Out,
            () if self.take_keyword("ref") => ArgumentMode::Ref,
            () => ArgumentMode::Value,
        };
        if mode == ArgumentMode::Out {
            let span = self.span();
            if self.is_name("_") && matches!(self.ahead(1), Tok::Op("," | ")")) {
                self.at += 1;
                let ty = TypeSyntax {
                    kind: TypeSyntaxKind::Name("var".to_owned(), Vec::new()),
                    span,
                };
                let value = self.node(ExprKind::Declare(ty, Designation::Discard), span, 0)?;
                return Ok(Argument { name, mode, value });
            }
            if let Some(value) = self.declaration()? {
                return Ok(Argument { name, mode, value });
            }
        }
        Ok(Argument {
            name,
            mode,
            value: self.expression()?,
        })
    }

    fn interpolated(&mut self, pieces: &[Piece], span: Span) -> Parsed<Expr> {
        let mut parts = Vec::with_capacity(pieces.len());
        let mut depth = 0;
        for piece in pieces {
            match piece {
                Piece::Text(text) => parts.push(Part::Text(text.clone())),
                Piece::Hole { tokens, format } => {
                    if self.depth + 8 > super::parser::DEEPEST {
                        return Err(self.fail("nested too deeply", span));
                    }
                    let mut inner = Parser::new(tokens, self.diagnostics, self.depth + 4);
                    let value = inner.boxed_expression()?;
                    let alignment = match inner.take_op(",") {
                        true => Some(inner.boxed_expression()?),
                        false => None,
                    };
                    inner.expect_end()?;
                    let (captured, newer) = (inner.captured, inner.newer);
                    self.captured.extend(captured);
                    self.newer.extend(newer);
                    depth = depth.max(value.depth);
                    parts.push(Part::Hole {
                        value,
                        alignment,
                        format: format.clone(),
                    });
                }
            }
        }
        self.node(ExprKind::Interpolated(parts), span, depth)
    }
}

pub(super) fn deepest(args: &[Argument]) -> u16 {
    args.iter().map(|it| it.value.depth).max().unwrap_or_default()
}

/// The name that `new { a.b }` or `(a.b, c)` gives a member.
pub(crate) fn inferred_name(value: &Expr) -> Option<String> {
    match &value.kind {
        ExprKind::Name(name) | ExprKind::Member(_, name) => Some(name.text.clone()),
        ExprKind::Conditional(_, rest) => inferred_name(rest),
        _ => None,
    }
}
