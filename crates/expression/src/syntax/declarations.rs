//! Declarations of variables and local functions.

use super::parser::{Parsed, Parser};
use super::token::Tok;
use super::tree::{ArgumentMode, ExprKind, Function, FunctionParam, LambdaBody, Name, StatementKind};

impl Parser<'_, '_> {
    // A type, a name, and what can follow them.
    pub(super) fn at_local(&self) -> bool {
        let Some(end) = self.type_end(self.at, 16) else {
            return false;
        };
        matches!(self.token_at(end), Tok::Name(_))
            && matches!(self.token_at(end + 1), Tok::Op("=" | ";" | ",") | Tok::End)
    }

    fn at_function(&self) -> bool {
        let start = self.at;
        let Some(end) = self.type_end(start, 16) else {
            return false;
        };
        if !matches!(self.token_at(end), Tok::Name(_)) {
            return false;
        }
        let params = match self.token_at(end + 1) {
            Tok::Op("(") => Some(end + 1),
            Tok::Op("<") => self.arguments_end(end + 1, 16),
            _ => None,
        };
        params
            .filter(|at| matches!(self.token_at(*at), Tok::Op("(")))
            .and_then(|at| self.closer(at))
            .is_some_and(|close| match self.token_at(close + 1) {
                Tok::Op("{" | "=>") => true,
                Tok::Name(name) => &**name == "where",
                _ => false,
            })
    }

    pub(super) fn declaration_or_expression(&mut self) -> Parsed<StatementKind> {
        if matches!((self.peek(), self.ahead(1)), (Tok::Name(_), Tok::Op(":"))) {
            let label = self.expect_name("a label")?;
            self.at += 1;
            return Ok(StatementKind::Labeled(label, Box::new(self.statement()?)));
        }
        if self.at_local() {
            return self.local(false);
        }
        if self.is_keyword("static") {
            let span = self.span();
            self.at += 1;
            if !self.at_function() {
                return Err(self.fail("`static` stands only in front of local functions here", span));
            }
            self.newer("a `static` local function", span);
        }
        if self.at_function() {
            return self.function();
        }
        if self.is_name("var")
            && matches!(self.ahead(1), Tok::Op("("))
            && self
                .closer(self.at + 1)
                .is_some_and(|close| matches!(self.token_at(close + 1), Tok::Op("=")))
        {
            return self.deconstruction();
        }
        if self.is_name("yield") && matches!(self.ahead(1), Tok::Keyword("return" | "break")) {
            let span = self.span();
            return Err(self.fail("`yield` is not supported", span));
        }
        let value = self.expression()?;
        if !self.is_op(";") {
            return Err(self.expected("`;`"));
        }
        self.at += 1;
        Ok(StatementKind::Expression(value))
    }

    fn deconstruction(&mut self) -> Parsed<StatementKind> {
        let start = self.span();
        let ty = self.ty()?;
        let names = self.designation_list()?;
        let left = self.boxed(ExprKind::Declare(ty, names), self.since(start), 0)?;
        self.expect_op("=")?;
        let right = self.boxed_expression()?;
        self.expect_op(";")?;
        let depth = right.depth;
        let value = self.node(ExprKind::Assign(left, right), self.since(start), depth)?;
        Ok(StatementKind::Expression(value))
    }

    pub(super) fn local(&mut self, constant: bool) -> Parsed<StatementKind> {
        self.local_until(constant, ";")
    }

    pub(super) fn local_until(&mut self, constant: bool, close: &str) -> Parsed<StatementKind> {
        let ty = self.ty()?;
        let mut variables = Vec::new();
        loop {
            let name = self.expect_name("a variable name")?;
            let value = match self.take_op("=") {
                true if self.is_op("{") => {
                    let span = self.span();
                    let (items, depth) = self.array_items()?;
                    Some(self.node(ExprKind::ArrayInitializer(items), self.since(span), depth)?)
                }
                true => Some(self.expression()?),
                false => None,
            };
            variables.push((name, value));
            if !self.take_op(",") {
                break;
            }
        }
        self.expect_op(close)?;
        Ok(StatementKind::Local {
            ty,
            constant,
            variables,
        })
    }

    fn function(&mut self) -> Parsed<StatementKind> {
        let result = self.ty()?;
        let name = self.expect_name("a function name")?;
        let generics = self.type_parameters()?;
        let params = self.function_params()?;
        self.constraints()?;
        let from = self.at;
        let body = match self.take_op("=>") {
            true => {
                let value = self.boxed_expression()?;
                self.expect_op(";")?;
                LambdaBody::Value(value)
            }
            false => LambdaBody::Block(self.block()?),
        };
        let own: Vec<&str> = params.iter().map(|it| it.name.text.as_str()).collect();
        self.capture(from, &own);
        Ok(StatementKind::Function(Function {
            result,
            name,
            generics,
            params,
            body,
        }))
    }

    // `<T, U>`
    fn type_parameters(&mut self) -> Parsed<Vec<Name>> {
        let mut names = Vec::new();
        if self.take_op("<") {
            loop {
                names.push(self.expect_name("a type parameter")?);
                if !self.take_op(",") {
                    break;
                }
            }
            self.expect_op(">")?;
        }
        Ok(names)
    }

    // `where T : class, new()`: every call is checked with its own types, so these say nothing more.
    fn constraints(&mut self) -> Parsed<()> {
        while self.take_name("where") {
            self.expect_name("a type parameter")?;
            self.expect_op(":")?;
            loop {
                if self.take_keyword("new") {
                    self.expect_op("(")?;
                    self.expect_op(")")?;
                } else if !self.take_keyword("class") && !self.take_keyword("struct") {
                    self.ty()?;
                }
                if !self.take_op(",") {
                    break;
                }
            }
        }
        Ok(())
    }

    fn function_params(&mut self) -> Parsed<Vec<FunctionParam>> {
        let mut list = Vec::new();
        self.expect_op("(")?;
        while !self.take_op(")") {
            if !list.is_empty() {
                self.expect_op(",")?;
            }
            let mode = match () {
                () if self.take_keyword("out") => ArgumentMode::Out,
                () if self.take_keyword("ref") => ArgumentMode::Ref,
                () => ArgumentMode::Value,
            };
            let params = self.take_keyword("params");
            let ty = self.ty()?;
            let name = self.expect_name("a parameter name")?;
            let default = match self.take_op("=") {
                true => Some(self.expression()?),
                false => None,
            };
            list.push(FunctionParam {
                ty,
                name,
                mode,
                params,
                default,
            });
        }
        Ok(list)
    }
}
