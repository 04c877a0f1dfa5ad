//! The cursor over the tokens, and types.

use super::token::{Tok, Token};
use super::tree::{Boxed, Expr, ExprKind, Name, TypeSyntax, TypeSyntaxKind};
use source::{Diagnostic, Span};
use std::collections::BTreeSet;

/// Levels of nesting, of expressions or of statements, that are still read.
pub(crate) const DEEPEST: u16 = 200;

/// What stops the reading of a piece; the diagnostic is with the parser.
#[derive(Debug)]
pub(crate) struct Stop;

pub(crate) type Parsed<T> = Result<T, Stop>;

pub(crate) struct Parser<'t, 'd> {
    tokens: &'t [Token],
    // For each bracket, the token that closes it.
    closers: Vec<u32>,
    pub(super) at: usize,
    pub(super) depth: u16,
    // Inside a query, where `select`, `where` and others are words of the language.
    pub(super) queries: u16,
    // Names that occur inside lambdas and local functions: variables of these names may be shared with them.
    pub(crate) captured: BTreeSet<String>,
    // What C# 7 does not have: what it is, and where.
    pub(crate) newer: Vec<(&'static str, Span)>,
    pub(super) diagnostics: &'d mut Vec<Diagnostic>,
}

impl<'t, 'd> Parser<'t, 'd> {
    /// `tokens` ends with [`Tok::End`].
    pub(crate) fn new(
        tokens: &'t [Token],
        diagnostics: &'d mut Vec<Diagnostic>,
        depth: u16,
    ) -> Parser<'t, 'd> {
        let closers = closers(tokens);
        Parser {
            tokens,
            closers,
            at: 0,
            depth,
            queries: 0,
            captured: BTreeSet::new(),
            newer: Vec::new(),
            diagnostics,
        }
    }

    pub(super) fn peek(&self) -> &'t Tok {
        self.ahead(0)
    }

    pub(super) fn ahead(&self, by: usize) -> &'t Tok {
        self.tokens
            .get(self.at + by)
            .map_or(&Tok::End, |token| &token.tok)
    }

    pub(super) fn token_at(&self, at: usize) -> &'t Tok {
        self.tokens.get(at).map_or(&Tok::End, |token| &token.tok)
    }

    pub(super) fn span(&self) -> Span {
        let last = self.tokens.len().saturating_sub(1);
        self.tokens
            .get(self.at.min(last))
            .map_or_else(Span::default, |token| token.span)
    }

    pub(super) fn token_span(&self, at: usize) -> Option<Span> {
        self.tokens.get(at).map(|token| token.span)
    }

    /// Where the last token that was taken ends.
    pub(super) fn end(&self) -> usize {
        self.at
            .checked_sub(1)
            .and_then(|at| self.tokens.get(at))
            .map_or(self.span().start, |token| token.span.end)
    }

    pub(super) fn since(&self, start: Span) -> Span {
        Span::new(start.start, self.end().max(start.end))
    }

    pub(super) fn is_op(&self, op: &str) -> bool {
        matches!(self.peek(), Tok::Op(it) if *it == op)
    }

    pub(super) fn is_keyword(&self, word: &str) -> bool {
        matches!(self.peek(), Tok::Keyword(it) if *it == word)
    }

    pub(super) fn is_name(&self, word: &str) -> bool {
        matches!(self.peek(), Tok::Name(it) if &**it == word)
    }

    pub(super) fn take_op(&mut self, op: &str) -> bool {
        let found = self.is_op(op);
        self.at += usize::from(found);
        found
    }

    pub(super) fn take_keyword(&mut self, word: &str) -> bool {
        let found = self.is_keyword(word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn take_name(&mut self, word: &str) -> bool {
        let found = self.is_name(word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect_op(&mut self, op: &str) -> Parsed<()> {
        match self.take_op(op) {
            true => Ok(()),
            false => Err(self.expected(&format!("`{op}`"))),
        }
    }

    pub(super) fn expect_keyword(&mut self, word: &str) -> Parsed<()> {
        match self.take_keyword(word) {
            true => Ok(()),
            false => Err(self.expected(&format!("`{word}`"))),
        }
    }

    pub(super) fn expect_name(&mut self, what: &str) -> Parsed<Name> {
        let span = self.span();
        match self.peek() {
            Tok::Name(text) => {
                self.at += 1;
                Ok(Name {
                    text: text.to_string(),
                    types: Vec::new(),
                    span,
                })
            }
            _ => Err(self.expected(what)),
        }
    }

    /// Notes something that is newer than C# 7.
    pub(super) fn newer(&mut self, what: &'static str, span: Span) {
        self.newer.push((what, span));
    }

    /// A complaint that something else should stand here.
    pub(super) fn expected(&mut self, what: &str) -> Stop {
        let found = self.peek().describe();
        let span = self.span();
        self.fail(format!("expected {what}, found {found}"), span)
    }

    pub(super) fn fail(&mut self, message: impl Into<String>, span: Span) -> Stop {
        // One mistake mostly causes others behind it.
        if !self
            .diagnostics
            .iter()
            .any(|it| it.severity == source::Severity::Error && it.span.start >= span.start)
        {
            self.diagnostics
                .push(Diagnostic::error("expression-syntax", message, span));
        }
        Stop
    }

    pub(super) fn fail_with(&mut self, message: impl Into<String>, span: Span, help: &str) -> Stop {
        self.diagnostics
            .push(Diagnostic::error("expression-syntax", message, span).help(help));
        Stop
    }

    /// One level deeper, as long as there is room.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEEPEST {
            let span = self.span();
            return Err(self.fail(format!("nested more than {DEEPEST} levels deep"), span));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    /// How many tokens were taken.
    pub(crate) fn taken(&self) -> usize {
        self.at
    }

    /// Whether nothing but the end is left.
    pub(crate) fn expect_end(&mut self) -> Parsed<()> {
        match self.peek() {
            Tok::End => Ok(()),
            _ => Err(self.expected("the end of the expression")),
        }
    }

    /// The index of the token that closes the bracket at token `at`.
    pub(super) fn closer(&self, at: usize) -> Option<usize> {
        self.closers.get(at).filter(|it| **it != 0).map(|it| *it as usize)
    }

    /// Notes the names in the tokens from `start` on, but for the function's own parameters.
    pub(super) fn capture(&mut self, start: usize, own: &[&str]) {
        fn names(tokens: &[Token], own: &[&str], found: &mut BTreeSet<String>) {
            for token in tokens {
                match &token.tok {
                    Tok::Name(name) if !own.contains(&&**name) => drop(found.insert(name.to_string())),
                    Tok::Interpolated(pieces) => {
                        for piece in pieces {
                            if let super::token::Piece::Hole { tokens, .. } = piece {
                                names(tokens, own, found);
                            }
                        }
                    }
                    _ => (),
                }
            }
        }
        names(
            self.tokens.get(start..self.at).unwrap_or_default(),
            own,
            &mut self.captured,
        );
    }

    /// An expression node; refuses a tree that got too deep by chaining.
    pub(super) fn node(&mut self, kind: ExprKind, span: Span, below: u16) -> Parsed<Expr> {
        let depth = below + 1;
        if depth > DEEPEST * 2 {
            return Err(self.fail(
                "too many operations in one expression; use variables in a block `@{...}`",
                span,
            ));
        }
        Ok(Expr { kind, span, depth })
    }

    pub(super) fn boxed(&mut self, kind: ExprKind, span: Span, below: u16) -> Parsed<Boxed> {
        self.node(kind, span, below).map(Box::new)
    }

    // ---- types

    /// A type.
    pub(crate) fn ty(&mut self) -> Parsed<TypeSyntax> {
        self.ty_where(false)
    }

    /// A type behind `is` or `as`, where `?` may begin the rest of a conditional.
    pub(super) fn operand_ty(&mut self) -> Parsed<TypeSyntax> {
        self.ty_where(true)
    }

    fn ty_where(&mut self, operand: bool) -> Parsed<TypeSyntax> {
        self.deeper(|it| {
            let start = it.span();
            let mut ty = it.ty_core()?;
            loop {
                if it.is_op("?") && !(operand && it.nullable_is_conditional()) {
                    it.at += 1;
                    ty = TypeSyntax {
                        kind: TypeSyntaxKind::Nullable(Box::new(ty)),
                        span: it.since(start),
                    };
                } else if it.is_op("[") && matches!(it.ahead(1), Tok::Op("]")) {
                    it.at += 2;
                    ty = TypeSyntax {
                        kind: TypeSyntaxKind::Array(Box::new(ty)),
                        span: it.since(start),
                    };
                } else if it.is_op("?[") && matches!(it.ahead(1), Tok::Op("]")) {
                    it.at += 2;
                    ty = TypeSyntax {
                        kind: TypeSyntaxKind::Nullable(Box::new(ty)),
                        span: it.since(start),
                    };
                    ty = TypeSyntax {
                        kind: TypeSyntaxKind::Array(Box::new(ty)),
                        span: it.since(start),
                    };
                } else {
                    return Ok(ty);
                }
            }
        })
    }

    // `x is T ? a : b`: the `?` belongs to the conditional when an expression can begin behind it.
    fn nullable_is_conditional(&self) -> bool {
        match self.ahead(1) {
            Tok::Op("(" | "!" | "-" | "~" | "+") | Tok::Int { .. } | Tok::Double(_) | Tok::Decimal(_) => true,
            Tok::Text(_) | Tok::Char(_) | Tok::Interpolated(_) | Tok::Single(_) => true,
            Tok::Keyword(word) => matches!(
                *word,
                "null"
                    | "true"
                    | "false"
                    | "new"
                    | "default"
                    | "typeof"
                    | "throw"
                    | "string"
                    | "int"
                    | "bool"
                    | "long"
                    | "double"
                    | "object"
                    | "decimal"
                    | "char"
            ),
            // `int? name =` is a declaration, `x is T ? name :` is not.
            Tok::Name(_) => !matches!(
                self.ahead(2),
                Tok::Op("=" | ";" | "," | ")" | "{" | "=>" | "]" | ">") | Tok::Keyword("in") | Tok::End
            ),
            _ => false,
        }
    }

    fn ty_core(&mut self) -> Parsed<TypeSyntax> {
        let start = self.span();
        match self.peek() {
            Tok::Keyword(word) if crate::types::Type::from_keyword(word).is_some() => {
                self.at += 1;
                Ok(TypeSyntax {
                    kind: TypeSyntaxKind::Name((*word).to_owned(), Vec::new()),
                    span: start,
                })
            }
            Tok::Op("(") => {
                self.at += 1;
                let mut items = Vec::new();
                loop {
                    let ty = self.ty()?;
                    let name = match self.peek() {
                        Tok::Name(_) => Some(self.expect_name("a name")?.text),
                        _ => None,
                    };
                    items.push((ty, name));
                    if !self.take_op(",") {
                        break;
                    }
                }
                self.expect_op(")")?;
                Ok(TypeSyntax {
                    kind: TypeSyntaxKind::Tuple(items),
                    span: self.since(start),
                })
            }
            Tok::Name(_) => {
                let mut name = self.expect_name("a type")?.text;
                let mut args = self.type_arguments()?;
                while args.is_empty()
                    && (self.is_op(".") || self.is_op("::"))
                    && matches!(self.ahead(1), Tok::Name(_))
                {
                    self.at += 1;
                    let global = name == "global";
                    let part = self.expect_name("a type")?.text;
                    name = if global { part } else { format!("{name}.{part}") };
                    args = self.type_arguments()?;
                }
                Ok(TypeSyntax {
                    kind: TypeSyntaxKind::Name(name, args),
                    span: self.since(start),
                })
            }
            _ => Err(self.expected("a type")),
        }
    }

    /// `<A, B>`, if it stands here.
    pub(super) fn type_arguments(&mut self) -> Parsed<Vec<TypeSyntax>> {
        let mut args = Vec::new();
        if !self.take_op("<") {
            return Ok(args);
        }
        loop {
            let span = self.span();
            if self.is_op(",") || self.is_op(">") {
                args.push(TypeSyntax {
                    kind: TypeSyntaxKind::Omitted,
                    span,
                });
            } else {
                args.push(self.ty()?);
            }
            if !self.take_op(",") {
                break;
            }
        }
        self.expect_op(">")?;
        Ok(args)
    }

    /// The index of the token behind a type that begins at token `at`, if one can begin there. Reads no further than a type goes.
    pub(super) fn type_end(&self, at: usize, levels: u8) -> Option<usize> {
        if levels == 0 {
            return None;
        }
        let mut at = match self.token_at(at) {
            Tok::Keyword(word) => {
                crate::types::Type::from_keyword(word)?;
                at + 1
            }
            Tok::Name(_) => self.name_end(at, levels)?,
            Tok::Op("(") => {
                let mut next = at + 1;
                let mut items = 0;
                loop {
                    next = self.type_end(next, levels - 1)?;
                    next += usize::from(matches!(self.token_at(next), Tok::Name(_)));
                    items += 1;
                    match self.token_at(next) {
                        Tok::Op(",") => next += 1,
                        Tok::Op(")") if items > 1 => break,
                        _ => return None,
                    }
                }
                next + 1
            }
            _ => return None,
        };
        loop {
            match (self.token_at(at), self.token_at(at + 1)) {
                (Tok::Op("[" | "?["), Tok::Op("]")) => at += 2,
                (Tok::Op("?"), _) => at += 1,
                _ => return Some(at),
            }
        }
    }

    fn name_end(&self, mut at: usize, levels: u8) -> Option<usize> {
        loop {
            if !matches!(self.token_at(at), Tok::Name(_)) {
                return None;
            }
            at += 1;
            if matches!(self.token_at(at), Tok::Op("<")) {
                at = self.arguments_end(at, levels - 1)?;
            }
            match self.token_at(at) {
                Tok::Op("." | "::") => at += 1,
                _ => return Some(at),
            }
        }
    }

    /// The index behind a type argument list that begins with the `<` at token `at`.
    pub(super) fn arguments_end(&self, mut at: usize, levels: u8) -> Option<usize> {
        loop {
            at += 1;
            if !matches!(self.token_at(at), Tok::Op("," | ">")) {
                at = self.type_end(at, levels)?;
            }
            match self.token_at(at) {
                Tok::Op(",") => (),
                Tok::Op(">") => return Some(at + 1),
                _ => return None,
            }
        }
    }
}

fn closers(tokens: &[Token]) -> Vec<u32> {
    let mut closers = vec![0; tokens.len()];
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token.tok {
            Tok::Op("(" | "[" | "{" | "?[") => open.push(at),
            Tok::Op(")" | "]" | "}") => {
                if let Some(opener) = open.pop() {
                    closers[opener] = at as u32;
                }
            }
            _ => (),
        }
    }
    closers
}
