//! Operators, by precedence.

use super::parser::{Parsed, Parser};
use super::token::Tok;
use super::tree::{Boxed, Expr, ExprKind, Lambda, LambdaBody, LambdaParam};

// Binary operators and how tightly they bind; all of these are left-associative.
const BINARY: &[(&str, u8)] = &[
    ("||", 3),
    ("&&", 4),
    ("|", 5),
    ("^", 6),
    ("&", 7),
    ("==", 8),
    ("!=", 8),
    ("<", 9),
    (">", 9),
    ("<=", 9),
    (">=", 9),
    ("<<", 10),
    (">>", 10),
    ("+", 11),
    ("-", 11),
    ("*", 12),
    ("/", 12),
    ("%", 12),
];
const RELATIONAL: u8 = 9;
const COALESCE: u8 = 2;

impl Parser<'_, '_> {
    /// An expression, assignments and lambdas included.
    pub(crate) fn expression(&mut self) -> Parsed<Expr> {
        self.deeper(|it| {
            let start = it.span();
            if it.at_lambda() {
                return it.lambda();
            }
            if it.at_query() {
                return it.query();
            }
            if it.take_keyword("throw") {
                let value = it.expression()?;
                let depth = value.depth;
                return it.node(ExprKind::Throw(Box::new(value)), it.since(start), depth);
            }
            let left = it.ternary()?;
            let Some(op) = it.assignment() else {
                return Ok(left);
            };
            let right = it.expression()?;
            let (span, depth) = (it.since(start), left.depth.max(right.depth));
            let (left, right) = (Box::new(left), Box::new(right));
            match op {
                "=" => it.node(ExprKind::Assign(left, right), span, depth),
                op => it.node(ExprKind::Compound(op, left, right), span, depth),
            }
        })
    }

    pub(super) fn boxed_expression(&mut self) -> Parsed<Boxed> {
        self.expression().map(Box::new)
    }

    // Takes an assignment operator; gives `=` or the operator in front of the `=`.
    fn assignment(&mut self) -> Option<&'static str> {
        let op = match (self.peek(), self.ahead(1)) {
            (Tok::Op("="), _) => "=",
            (Tok::Op("+="), _) => "+",
            (Tok::Op("-="), _) => "-",
            (Tok::Op("*="), _) => "*",
            (Tok::Op("/="), _) => "/",
            (Tok::Op("%="), _) => "%",
            (Tok::Op("&="), _) => "&",
            (Tok::Op("|="), _) => "|",
            (Tok::Op("^="), _) => "^",
            (Tok::Op("<<="), _) => "<<",
            (Tok::Op("??="), _) => {
                let span = self.span();
                self.newer("`??=`", span);
                "??"
            }
            (Tok::Op(">"), Tok::Op(">=")) if self.adjacent() => {
                self.at += 1;
                ">>"
            }
            _ => return None,
        };
        self.at += 1;
        Some(op)
    }

    // Whether the next two tokens touch: `>>` is two tokens.
    fn adjacent(&self) -> bool {
        self.span_at(self.at).end == self.span_at(self.at + 1).start
    }

    fn ternary(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let condition = self.binary(COALESCE)?;
        if !self.is_op("?") {
            return Ok(condition);
        }
        self.at += 1;
        let yes = self.expression()?;
        self.expect_op(":")?;
        let no = self.expression()?;
        let depth = condition.depth.max(yes.depth).max(no.depth);
        let kind = ExprKind::Ternary(Box::new(condition), Box::new(yes), Box::new(no));
        self.node(kind, self.since(start), depth)
    }

    pub(super) fn binary(&mut self, least: u8) -> Parsed<Expr> {
        let start = self.span();
        let mut left = self.unary()?;
        loop {
            if self.is_keyword("is") && RELATIONAL >= least {
                self.at += 1;
                let pattern = self.pattern()?;
                let depth = left.depth;
                left = self.node(ExprKind::Is(Box::new(left), pattern), self.since(start), depth)?;
                continue;
            }
            if self.is_keyword("as") && RELATIONAL >= least {
                self.at += 1;
                let ty = self.operand_ty()?;
                let depth = left.depth;
                left = self.node(ExprKind::As(Box::new(left), ty), self.since(start), depth)?;
                continue;
            }
            let Some((op, strength, tokens)) = self.operator().filter(|it| it.1 >= least) else {
                return Ok(left);
            };
            self.at += tokens;
            // `??` groups to the right, the others to the left.
            let right = match op {
                "??" if self.is_keyword("throw") => self.expression()?,
                "??" => self.deeper(|it| match it.at_lambda() {
                    true => it.lambda(),
                    false => it.binary(COALESCE),
                })?,
                _ => self.binary(strength + 1)?,
            };
            let depth = left.depth.max(right.depth);
            left = self.node(
                ExprKind::Binary(op, Box::new(left), Box::new(right)),
                self.since(start),
                depth,
            )?;
        }
    }

    fn operator(&self) -> Option<(&'static str, u8, usize)> {
        let Tok::Op(op) = self.peek() else { return None };
        match (*op, self.ahead(1)) {
            ("??", _) => Some(("??", COALESCE, 1)),
            (">", Tok::Op(">")) if self.adjacent() => Some((">>", 10, 2)),
            (">", Tok::Op(">=")) if self.adjacent() => None,
            (op, _) => BINARY.iter().find(|it| it.0 == op).map(|it| (it.0, it.1, 1)),
        }
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let op = match self.peek() {
            Tok::Op(op @ ("!" | "-" | "+" | "~" | "++" | "--")) => *op,
            Tok::Op("(") if self.at_cast() => {
                self.at += 1;
                let ty = self.ty()?;
                self.expect_op(")")?;
                let value = self.deeper(Self::unary)?;
                let depth = value.depth;
                return self.node(ExprKind::Cast(ty, Box::new(value)), self.since(start), depth);
            }
            Tok::Name(name) if &**name == "await" && matches!(self.ahead(1), Tok::Name(_)) => {
                return Err(self.fail("`await` cannot be used in an expression", start));
            }
            _ => return self.postfix(),
        };
        self.at += 1;
        let value = self.deeper(Self::unary)?;
        let depth = value.depth;
        let value = Box::new(value);
        let kind = match op {
            "++" => ExprKind::Step {
                target: value,
                by: 1,
                prefix: true,
            },
            "--" => ExprKind::Step {
                target: value,
                by: -1,
                prefix: true,
            },
            op => ExprKind::Unary(op, value),
        };
        self.node(kind, self.since(start), depth)
    }

    // The rule of the C# specification (12.9.7): what is in parentheses reads as a type, and what follows cannot go on
    // an expression in parentheses.
    pub(super) fn at_cast(&self) -> bool {
        let Some(end) = self.type_end(self.at + 1, 16) else {
            return false;
        };
        if !matches!(self.token_at(end), Tok::Op(")")) {
            return false;
        }
        if matches!(self.token_at(self.at + 1), Tok::Keyword(_)) {
            return !matches!(self.token_at(end + 1), Tok::Op("." | "=>"));
        }
        match self.token_at(end + 1) {
            Tok::Keyword(word) => !matches!(*word, "is" | "as" | "in"),
            Tok::Name(name) => !(self.in_query() && super::queries::is_word(name)) && &**name != "when",
            Tok::Op(op) => matches!(*op, "(" | "!" | "~"),
            Tok::End => false,
            _ => true,
        }
    }

    /// Whether `x =>`, `(x, y) =>` or `delegate` stands here.
    pub(super) fn at_lambda(&self) -> bool {
        match self.peek() {
            Tok::Name(name) => {
                matches!(self.ahead(1), Tok::Op("=>"))
                    || &**name == "async"
                        && matches!(self.ahead(1), Tok::Op("("))
                        && self
                            .closer(self.at + 1)
                            .is_some_and(|end| matches!(self.token_at(end + 1), Tok::Op("=>")))
            }
            Tok::Op("(") => self
                .closer(self.at)
                .is_some_and(|end| matches!(self.token_at(end + 1), Tok::Op("=>"))),
            Tok::Keyword("delegate") => true,
            _ => false,
        }
    }

    pub(super) fn lambda(&mut self) -> Parsed<Expr> {
        let start = self.span();
        if self.is_name("async") && !matches!(self.ahead(1), Tok::Op("=>")) {
            return Err(self.fail("`async` cannot be used in an expression", start));
        }
        let delegate = self.take_keyword("delegate");
        let params = match self.peek() {
            Tok::Name(_) => vec![LambdaParam {
                ty: None,
                name: self.expect_name("a parameter")?,
            }],
            Tok::Op("(") => self.lambda_params()?,
            _ => Vec::new(),
        };
        if !delegate {
            self.expect_op("=>")?;
        }
        let from = self.at;
        let (body, depth) = match self.is_op("{") {
            true => (LambdaBody::Block(self.block()?), 0),
            false => {
                let value = self.expression()?;
                let depth = value.depth;
                (LambdaBody::Value(Box::new(value)), depth)
            }
        };
        let own: Vec<&str> = params.iter().map(|it| it.name.text.as_str()).collect();
        self.capture(from, &own);
        self.node(
            ExprKind::Lambda(Lambda { params, body }),
            self.since(start),
            depth,
        )
    }

    fn lambda_params(&mut self) -> Parsed<Vec<LambdaParam>> {
        let mut params = Vec::new();
        self.expect_op("(")?;
        while !self.take_op(")") {
            if !params.is_empty() {
                self.expect_op(",")?;
            }
            let typed = !matches!((self.peek(), self.ahead(1)), (Tok::Name(_), Tok::Op("," | ")")));
            let ty = if typed { Some(self.ty()?) } else { None };
            params.push(LambdaParam {
                ty,
                name: self.expect_name("a parameter")?,
            });
        }
        Ok(params)
    }
}
