//! Tokens to a tree: expressions.

use crate::syntax::parser::{Parser, Read};
use crate::syntax::token::TokenKind;
use crate::syntax::tree::*;
use source::{Diagnostic, Span};
use std::rc::Rc;

/// Binary operators, loosest first.
const LEVELS: &[&[&str]] = &[
    &["??"],
    &["||"],
    &["&&"],
    &["==", "!=", "=~", "!~"],
    &["<", "<=", ">", ">="],
    &["+", "-"],
    &["*", "/", "%"],
];

fn at(kind: ExprKind, span: Span) -> Expr {
    Expr { kind, span }
}

impl Parser {
    /// The value of a declaration: an expression, a condition with a body, or a loop.
    pub(crate) fn value(&mut self) -> Read<Expr> {
        match self.is_word("if") && matches!(self.ahead(1), TokenKind::Mark("(")) {
            true => self.condition(),
            false => self.expression(),
        }
    }

    fn condition(&mut self) -> Read<Expr> {
        let start = self.span();
        self.bump();
        self.expect("(")?;
        self.lines();
        let condition = Box::new(self.expression()?);
        self.lines();
        self.expect(")")?;
        self.lines();
        let body = Box::new(self.expression()?);
        let span = start.to(body.span);
        Ok(at(ExprKind::If { condition, body }, span))
    }

    /// Any expression.
    pub(crate) fn expression(&mut self) -> Read<Expr> {
        self.deeper(Parser::ternary)
    }

    fn ternary(&mut self) -> Read<Expr> {
        let condition = self.binary(0)?;
        if !matches!(self.beyond_lines(), TokenKind::Mark("?")) {
            return Ok(condition);
        }
        self.lines();
        self.bump();
        self.lines();
        let yes = self.expression()?;
        self.lines();
        self.expect(":")?;
        self.lines();
        let no = self.expression()?;
        let span = condition.span.to(no.span);
        let kind = ExprKind::Ternary {
            condition: Box::new(condition),
            yes: Box::new(yes),
            no: Box::new(no),
        };
        Ok(at(kind, span))
    }

    fn binary(&mut self, level: usize) -> Read<Expr> {
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = self.binary(level + 1)?;
        while let Some(operator) = self.operator(operators) {
            self.lines();
            let right = self.binary(level + 1)?;
            let span = left.span.to(right.span);
            let kind = ExprKind::Binary {
                operator,
                left: Box::new(left),
                right: Box::new(right),
            };
            left = at(kind, span);
        }
        Ok(left)
    }

    // On the next line only what can begin nothing else.
    fn operator(&mut self, operators: &[&'static str]) -> Option<&'static str> {
        let TokenKind::Mark(mark) = *self.beyond_lines() else {
            return None;
        };
        let operator = operators.iter().find(|it| **it == mark).copied()?;
        if *self.peek() == TokenKind::NewLine {
            if operator == "-" {
                return None;
            }
            self.lines();
        }
        self.bump();
        Some(operator)
    }

    fn unary(&mut self) -> Read<Expr> {
        let start = self.span();
        for operator in ["!", "-", "+"] {
            if self.take(operator) {
                let operand = self.deeper(Parser::unary)?;
                let span = start.to(operand.span);
                let operand = Box::new(operand);
                return Ok(at(ExprKind::Unary { operator, operand }, span));
            }
        }
        let primary = self.primary()?;
        self.access(primary)
    }

    fn access(&mut self, mut base: Expr) -> Read<Expr> {
        loop {
            let start = base.span;
            if self.take("!") {
                let span = start.to(self.previous());
                base = at(ExprKind::NonNull(Box::new(base)), span);
            } else if self.is(".") || self.is(".?") {
                let safe = self.is(".?");
                self.bump();
                let name = self.name("a member")?;
                base = match self.is("(") && !safe {
                    true => {
                        let arguments = self.arguments()?;
                        let base = Box::new(base);
                        at(
                            ExprKind::Method {
                                base,
                                name,
                                arguments,
                            },
                            start.to(self.previous()),
                        )
                    }
                    false => {
                        let span = start.to(name.span);
                        let base = Box::new(base);
                        at(ExprKind::Member { base, name, safe }, span)
                    }
                };
            } else if self.take("::") {
                let name = self.name("a nested resource")?;
                let span = start.to(name.span);
                base = at(
                    ExprKind::Nested {
                        base: Box::new(base),
                        name,
                    },
                    span,
                );
            } else if self.is("[") || self.is("[?") {
                let safe = self.is("[?");
                self.bump();
                self.lines();
                let from_end = self.take("^");
                let index = Box::new(self.expression()?);
                self.lines();
                let end = self.expect("]")?;
                base = at(
                    ExprKind::Index {
                        base: Box::new(base),
                        index,
                        safe,
                        from_end,
                    },
                    start.to(end),
                );
            } else {
                return Ok(base);
            }
        }
    }

    /// `(a, b)`.
    pub(crate) fn arguments(&mut self) -> Read<Vec<Expr>> {
        self.expect("(")?;
        let mut arguments = Vec::new();
        loop {
            self.lines();
            if self.take(")") {
                return Ok(arguments);
            }
            arguments.push(self.expression()?);
            self.lines();
            if !self.is(")") {
                self.expect(",")?;
            }
        }
    }

    fn primary(&mut self) -> Read<Expr> {
        let span = self.span();
        match self.peek().clone() {
            TokenKind::Number(number) => {
                self.bump();
                Ok(at(ExprKind::Number(number), span))
            }
            TokenKind::Text(text) => {
                self.bump();
                Ok(at(ExprKind::Text(text), span))
            }
            TokenKind::TextStart(first) => self.template(first),
            TokenKind::Mark("{") => self.deeper(Parser::object),
            TokenKind::Mark("[") => self.deeper(Parser::array_or_loop),
            TokenKind::Mark("(") => match self.is_lambda() {
                true => self.lambda(),
                false => self.parenthesized(),
            },
            TokenKind::Name(name) => self.word(name),
            _ => {
                let message = format!("expected a value, found {}", self.peek().describe());
                Err(Diagnostic::error("BCP009", message, span))
            }
        }
    }

    fn word(&mut self, text: String) -> Read<Expr> {
        let span = self.span();
        self.bump();
        match text.as_str() {
            "null" => return Ok(at(ExprKind::Null, span)),
            "true" => return Ok(at(ExprKind::Bool(true), span)),
            "false" => return Ok(at(ExprKind::Bool(false), span)),
            _ => (),
        }
        let name = Name { text, span };
        if self.is("(") {
            let arguments = self.arguments()?;
            let span = span.to(self.previous());
            return Ok(at(ExprKind::Call { name, arguments }, span));
        }
        if self.take("=>") {
            let parameter = Parameter { name, r#type: None };
            return self.lambda_body(vec![parameter], span);
        }
        Ok(at(ExprKind::Name(name.text), span))
    }

    /// Whether the parenthesis here begins the parameters of a lambda: the one that closes it is followed by `=>`.
    fn is_lambda(&self) -> bool {
        let mut depth = 0usize;
        for ahead in 0.. {
            match self.ahead(ahead) {
                TokenKind::Mark("(") => depth += 1,
                TokenKind::Mark(")") => {
                    depth -= 1;
                    if depth == 0 {
                        return matches!(self.ahead(ahead + 1), TokenKind::Mark("=>"));
                    }
                }
                TokenKind::Name(_) | TokenKind::Mark(",") | TokenKind::NewLine => (),
                _ => return false,
            }
        }
        false
    }

    fn lambda(&mut self) -> Read<Expr> {
        let start = self.expect("(")?;
        let parameters = self.parameters()?;
        self.expect("=>")?;
        self.lambda_body(parameters, start)
    }

    fn lambda_body(&mut self, parameters: Vec<Parameter>, start: Span) -> Read<Expr> {
        self.lines();
        let body = Box::new(self.expression()?);
        let span = start.to(body.span);
        Ok(at(ExprKind::Lambda { parameters, body }, span))
    }

    fn parenthesized(&mut self) -> Read<Expr> {
        let start = self.expect("(")?;
        self.lines();
        let inner = self.expression()?;
        self.lines();
        let end = self.expect(")")?;
        Ok(at(inner.kind, start.to(end)))
    }

    fn template(&mut self, first: String) -> Read<Expr> {
        let start = self.span();
        self.bump();
        let mut texts = vec![first];
        let mut values = Vec::new();
        loop {
            self.lines();
            values.push(self.expression()?);
            self.lines();
            let end = self.span();
            match self.peek().clone() {
                TokenKind::TextMiddle(text) => {
                    self.bump();
                    texts.push(text);
                }
                TokenKind::TextEnd(text) => {
                    self.bump();
                    texts.push(text);
                    return Ok(at(ExprKind::Template(texts, values), start.to(end)));
                }
                _ => return Err(self.expected("`}`")),
            }
        }
    }

    fn object(&mut self) -> Read<Expr> {
        let start = self.expect("{")?;
        let mut members = Vec::new();
        loop {
            self.separators();
            if self.take("}") {
                return Ok(at(ExprKind::Object(members), start.to(self.previous())));
            }
            if *self.peek() == TokenKind::End {
                return Err(self.unclosed("{", start));
            }
            match self.member() {
                Ok(member) => members.push(member),
                Err(mistake) => {
                    self.note(mistake);
                    self.skip_item();
                }
            }
            self.item_end("}")?;
        }
    }

    fn unclosed(&self, mark: &str, start: Span) -> Diagnostic {
        Diagnostic::error("BCP018", format!("this `{mark}` is not closed"), start)
    }

    fn separators(&mut self) {
        while *self.peek() == TokenKind::NewLine || self.is(",") {
            self.bump();
        }
    }

    /// Behind an item: a comma, a line end, or the closing bracket. A bracket that closes something else ends what is being read.
    fn item_end(&mut self, closing: &str) -> Read<()> {
        let is_end =
            self.is(closing) || self.is(",") || matches!(self.peek(), TokenKind::NewLine | TokenKind::End);
        if is_end {
            return Ok(());
        }
        let mistake = self.expected(&format!("a new line, a comma or `{closing}`"));
        self.note(mistake.clone());
        self.skip_item();
        match self.peek() {
            TokenKind::Mark("}" | "]" | ")") if !self.is(closing) => Err(mistake),
            _ => Ok(()),
        }
    }

    /// To the end of an item that could not be read: a line end or a comma outside any bracket, or the bracket around it.
    fn skip_item(&mut self) {
        let mut depth = 0usize;
        loop {
            match self.peek() {
                TokenKind::End => return,
                TokenKind::NewLine | TokenKind::Mark(",") if depth == 0 => return,
                TokenKind::Mark("{" | "[" | "(" | "[?") => depth += 1,
                TokenKind::Mark("}" | "]" | ")") => match depth {
                    0 => return,
                    _ => depth -= 1,
                },
                _ => (),
            }
            self.bump();
        }
    }

    fn member(&mut self) -> Read<Member> {
        if self.take("...") {
            return Ok(Member::Spread(self.expression()?));
        }
        let is_resource = self.is("@")
            || (self.is_word("resource")
                && matches!(self.ahead(1), TokenKind::Name(_))
                && matches!(self.ahead(2), TokenKind::Text(_)));
        if is_resource {
            let decorators = self.decorators()?;
            self.expect_word("resource")?;
            let resource = self.resource()?;
            return Ok(Member::Resource(Rc::new(Nested { decorators, resource })));
        }
        let span = self.span();
        let key = match self.peek().clone() {
            TokenKind::Name(text) | TokenKind::Text(text) => {
                self.bump();
                at(ExprKind::Text(text), span)
            }
            TokenKind::TextStart(first) => self.template(first)?,
            _ => {
                let message = format!(
                    "expected the name of a property, found {}",
                    self.peek().describe()
                );
                return Err(Diagnostic::error("BCP022", message, span));
            }
        };
        self.expect(":")?;
        self.lines();
        let value = self.value()?;
        Ok(Member::Property { key, value })
    }

    fn array_or_loop(&mut self) -> Read<Expr> {
        let start = self.expect("[")?;
        let after = match self.peek() {
            TokenKind::NewLine => self.ahead(1),
            kind => kind,
        };
        // `[for]` alone would be an array with a variable of that name.
        if matches!(after, TokenKind::Name(word) if word == "for") {
            self.lines();
            if !matches!(self.ahead(1), TokenKind::Mark("]" | ",") | TokenKind::NewLine) {
                return self.r#loop(start);
            }
        }
        let mut elements = Vec::new();
        loop {
            self.separators();
            if self.take("]") {
                return Ok(at(ExprKind::Array(elements), start.to(self.previous())));
            }
            if *self.peek() == TokenKind::End {
                return Err(self.unclosed("[", start));
            }
            let element = match self.take("...") {
                true => self.expression().map(Element::Spread),
                false => self.expression().map(Element::Value),
            };
            match element {
                Ok(element) => elements.push(element),
                Err(mistake) => {
                    self.note(mistake);
                    self.skip_item();
                }
            }
            self.item_end("]")?;
        }
    }

    fn r#loop(&mut self, start: Span) -> Read<Expr> {
        self.bump();
        let (item, index) = match self.take("(") {
            true => {
                let item = self.name("the item")?;
                self.expect(",")?;
                let index = self.name("the index")?;
                self.expect(")")?;
                (item, Some(index))
            }
            false => (self.name("the item")?, None),
        };
        self.expect_word("in")?;
        let collection = self.expression()?;
        self.expect(":")?;
        self.lines();
        let body = self.value()?;
        self.lines();
        let end = self.expect("]")?;
        let kind = ExprKind::For(Box::new(Loop {
            item,
            index,
            collection,
            body,
        }));
        Ok(at(kind, start.to(end)))
    }
}
