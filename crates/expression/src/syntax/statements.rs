//! Statements.

use super::parser::{Parsed, Parser};
use super::token::Tok;
use super::tree::{Block, Catch, Designation, Expr, Goto, Label, Section, Statement, StatementKind};
use source::Span;

impl Parser<'_, '_> {
    /// `{ ... }`.
    pub(crate) fn block(&mut self) -> Parsed<Block> {
        self.deeper(|it| {
            let start = it.span();
            it.expect_op("{")?;
            let statements = it.statements_until(|it| it.is_op("}"))?;
            it.expect_op("}")?;
            Ok(Block {
                statements,
                span: it.since(start),
            })
        })
    }

    /// Statements up to the end, as the inside of `@{...}`.
    pub(crate) fn statements(&mut self) -> Parsed<Block> {
        let start = self.span();
        let statements = self.statements_until(|_| false)?;
        match self.peek() {
            Tok::End => Ok(Block {
                statements,
                span: Span::new(start.start, self.span().start),
            }),
            _ => Err(self.expected("a statement")),
        }
    }

    // Statements up to the end, or to where `ends` says so. What follows `using var x = ...;` is its body.
    fn statements_until(&mut self, ends: fn(&Self) -> bool) -> Parsed<Vec<Statement>> {
        let mut statements = Vec::new();
        while !matches!(self.peek(), Tok::End) && !ends(self) {
            let span = self.span();
            if !self.is_keyword("using") || matches!(self.ahead(1), Tok::Op("(")) {
                statements.push(self.statement()?);
                continue;
            }
            self.newer("`using` without parentheses", span);
            self.at += 1;
            let kind = self.local(false)?;
            let resource = Statement {
                kind,
                span: self.since(span),
            };
            let statements_of_rest = self.deeper(|it| it.statements_until(ends))?;
            let rest = Block {
                statements: statements_of_rest,
                span: self.since(span),
            };
            let body = Statement {
                span: rest.span,
                kind: StatementKind::Block(rest),
            };
            statements.push(Statement {
                span: body.span,
                kind: StatementKind::Using(Box::new(resource), Box::new(body)),
            });
        }
        Ok(statements)
    }

    pub(super) fn statement(&mut self) -> Parsed<Statement> {
        self.deeper(|it| {
            let start = it.span();
            let kind = it.statement_kind()?;
            Ok(Statement {
                kind,
                span: it.since(start),
            })
        })
    }

    fn nested(&mut self) -> Parsed<Box<Statement>> {
        let statement = self.statement()?;
        if matches!(
            statement.kind,
            StatementKind::Local { .. } | StatementKind::Function(_) | StatementKind::Labeled(..)
        ) {
            return Err(self.fail("a declaration needs braces around it here", statement.span));
        }
        Ok(Box::new(statement))
    }

    fn statement_kind(&mut self) -> Parsed<StatementKind> {
        match self.peek() {
            Tok::Op(";") => {
                self.at += 1;
                Ok(StatementKind::Empty)
            }
            Tok::Op("{") => Ok(StatementKind::Block(self.block()?)),
            Tok::Keyword(word) => match *word {
                "if" => self.if_statement(),
                "for" => self.for_statement(),
                "foreach" => self.foreach_statement(),
                "while" => {
                    self.at += 1;
                    let condition = self.condition()?;
                    Ok(StatementKind::While(condition, self.nested()?))
                }
                "do" => {
                    self.at += 1;
                    let body = self.nested()?;
                    self.expect_keyword("while")?;
                    let condition = self.condition()?;
                    self.expect_op(";")?;
                    Ok(StatementKind::DoWhile(body, condition))
                }
                "return" => Ok(StatementKind::Return(self.optional_value()?)),
                "throw" => Ok(StatementKind::Throw(self.optional_value()?)),
                "break" => self.word_statement(StatementKind::Break),
                "continue" => self.word_statement(StatementKind::Continue),
                "try" => self.try_statement(),
                "using" => self.using_statement(),
                "switch" => self.switch_statement(),
                "goto" => self.goto_statement(),
                "lock" => {
                    self.at += 1;
                    let what = self.condition()?;
                    Ok(StatementKind::Lock(what, self.nested()?))
                }
                "checked" | "unchecked" if matches!(self.ahead(1), Tok::Op("{")) => {
                    let checked = *word == "checked";
                    self.at += 1;
                    Ok(StatementKind::Checked(checked, self.block()?))
                }
                "const" => {
                    self.at += 1;
                    self.local(true)
                }
                _ => self.declaration_or_expression(),
            },
            _ => self.declaration_or_expression(),
        }
    }

    fn word_statement(&mut self, kind: StatementKind) -> Parsed<StatementKind> {
        self.at += 1;
        self.expect_op(";")?;
        Ok(kind)
    }

    fn optional_value(&mut self) -> Parsed<Option<Expr>> {
        self.at += 1;
        let value = match self.is_op(";") {
            true => None,
            false => Some(self.expression()?),
        };
        self.expect_op(";")?;
        Ok(value)
    }

    fn condition(&mut self) -> Parsed<Expr> {
        self.expect_op("(")?;
        let condition = self.expression()?;
        self.expect_op(")")?;
        Ok(condition)
    }

    fn if_statement(&mut self) -> Parsed<StatementKind> {
        self.at += 1;
        let condition = self.condition()?;
        let yes = self.nested()?;
        let no = match self.take_keyword("else") {
            true => Some(self.nested()?),
            false => None,
        };
        Ok(StatementKind::If(condition, yes, no))
    }

    fn for_statement(&mut self) -> Parsed<StatementKind> {
        self.at += 1;
        self.expect_op("(")?;
        let mut init = Vec::new();
        if !self.take_op(";") {
            let start = self.span();
            if self.at_local() {
                let kind = self.local(false)?;
                init.push(Statement {
                    kind,
                    span: self.since(start),
                });
            } else {
                for value in self.expressions(";")? {
                    init.push(Statement {
                        span: value.span,
                        kind: StatementKind::Expression(value),
                    });
                }
            }
        }
        let condition = match self.is_op(";") {
            true => None,
            false => Some(self.expression()?),
        };
        self.expect_op(";")?;
        let step = match self.take_op(")") {
            true => Vec::new(),
            false => self.expressions(")")?,
        };
        Ok(StatementKind::For {
            init,
            condition,
            step,
            body: self.nested()?,
        })
    }

    fn expressions(&mut self, close: &str) -> Parsed<Vec<Expr>> {
        let mut values = vec![self.expression()?];
        while self.take_op(",") {
            values.push(self.expression()?);
        }
        self.expect_op(close)?;
        Ok(values)
    }

    fn foreach_statement(&mut self) -> Parsed<StatementKind> {
        self.at += 1;
        self.expect_op("(")?;
        let ty = self.ty()?;
        let target = match self.is_op("(") {
            true => self.designation_list()?,
            false => {
                let name = self.expect_name("a name")?;
                match name.text.as_str() {
                    "_" => Designation::Discard,
                    _ => Designation::Name(name),
                }
            }
        };
        self.expect_keyword("in")?;
        let sequence = self.expression()?;
        self.expect_op(")")?;
        Ok(StatementKind::Foreach {
            ty,
            target,
            sequence,
            body: self.nested()?,
        })
    }

    fn try_statement(&mut self) -> Parsed<StatementKind> {
        self.at += 1;
        let body = self.block()?;
        let mut catches = Vec::new();
        while self.take_keyword("catch") {
            let (mut ty, mut name, mut filter) = (None, None, None);
            if self.take_op("(") {
                ty = Some(self.ty()?);
                if !self.is_op(")") {
                    name = Some(self.expect_name("a name")?);
                }
                self.expect_op(")")?;
            }
            if self.take_name("when") {
                filter = Some(self.condition()?);
            }
            catches.push(Catch {
                ty,
                name,
                filter,
                body: self.block()?,
            });
        }
        let finally = match self.take_keyword("finally") {
            true => Some(self.block()?),
            false => None,
        };
        if catches.is_empty() && finally.is_none() {
            return Err(self.expected("`catch` or `finally`"));
        }
        Ok(StatementKind::Try {
            body,
            catches,
            finally,
        })
    }

    fn using_statement(&mut self) -> Parsed<StatementKind> {
        self.at += 1;
        self.expect_op("(")?;
        let start = self.span();
        let kind = match self.at_local() {
            true => self.local_until(false, ")")?,
            false => {
                let value = self.expression()?;
                self.expect_op(")")?;
                StatementKind::Expression(value)
            }
        };
        let resource = Statement {
            kind,
            span: self.since(start),
        };
        Ok(StatementKind::Using(Box::new(resource), self.nested()?))
    }

    fn switch_statement(&mut self) -> Parsed<StatementKind> {
        self.at += 1;
        let value = self.condition()?;
        self.expect_op("{")?;
        let mut sections = Vec::new();
        while !self.take_op("}") {
            let start = self.span();
            let mut labels = Vec::new();
            loop {
                let span = self.span();
                if self.is_keyword("default") && matches!(self.ahead(1), Tok::Op(":")) {
                    self.at += 2;
                    labels.push(Label::Default(span));
                } else if self.take_keyword("case") {
                    let pattern = self.pattern()?;
                    let guard = match self.take_name("when") {
                        true => Some(self.boxed_expression()?),
                        false => None,
                    };
                    self.expect_op(":")?;
                    labels.push(Label::Case(pattern, guard, self.since(span)));
                } else {
                    break;
                }
            }
            if labels.is_empty() {
                return Err(self.expected("`case` or `default`"));
            }
            let mut body = Vec::new();
            while !self.is_keyword("case") && !self.at_default_label() && !self.is_op("}") {
                body.push(self.statement()?);
            }
            sections.push(Section {
                labels,
                body,
                span: self.since(start),
            });
        }
        Ok(StatementKind::Switch(value, sections))
    }

    fn at_default_label(&self) -> bool {
        self.is_keyword("default") && matches!(self.ahead(1), Tok::Op(":"))
    }

    fn goto_statement(&mut self) -> Parsed<StatementKind> {
        self.at += 1;
        let target = match () {
            () if self.take_keyword("case") => Goto::Case(self.expression()?),
            () if self.take_keyword("default") => Goto::Default,
            () => Goto::Label(self.expect_name("a label")?),
        };
        self.expect_op(";")?;
        Ok(StatementKind::Goto(target))
    }
}
