//! What stands behind `is` and `case`, and `switch` expressions.

use super::parser::{Parsed, Parser};
use super::token::Tok;
use super::tree::{Arm, Expr, ExprKind, Name, Pattern, TypeSyntax};

// How tightly the constant of a pattern binds: as a shift, so that `case 1 + 2:` is one.
const CONSTANT: u8 = 10;

impl Parser<'_, '_> {
    /// A pattern. `or`, `and`, `not` and comparisons are of C# 9.
    pub(super) fn pattern(&mut self) -> Parsed<Pattern> {
        let mut left = self.conjunction()?;
        while self.is_name("or") {
            let span = self.span();
            self.newer("`or` between patterns", span);
            self.at += 1;
            left = Pattern::Or(Box::new((left, self.conjunction()?)));
        }
        Ok(left)
    }

    fn conjunction(&mut self) -> Parsed<Pattern> {
        let mut left = self.negation()?;
        while self.is_name("and") {
            let span = self.span();
            self.newer("`and` between patterns", span);
            self.at += 1;
            left = Pattern::And(Box::new((left, self.negation()?)));
        }
        Ok(left)
    }

    fn negation(&mut self) -> Parsed<Pattern> {
        let follows = !matches!(
            self.ahead(1),
            Tok::Op("." | ")" | ":" | "=>" | ";" | "," | "?" | "&&" | "||" | "<") | Tok::End
        );
        if !(self.is_name("not") && follows) {
            return self.simple_pattern();
        }
        let span = self.span();
        self.newer("`not` in a pattern", span);
        self.at += 1;
        self.deeper(Self::negation).map(|it| Pattern::Not(Box::new(it)))
    }

    fn simple_pattern(&mut self) -> Parsed<Pattern> {
        let start = self.span();
        if let Tok::Op(op @ ("<" | ">" | "<=" | ">=")) = self.peek() {
            self.newer("a comparison as a pattern", start);
            self.at += 1;
            return Ok(Pattern::Relational(op, Box::new(self.binary(CONSTANT)?)));
        }
        if self.is_name("_") && !matches!(self.ahead(1), Tok::Op("." | "(")) {
            self.at += 1;
            return Ok(Pattern::Discard);
        }
        if self.is_name("var") && matches!(self.ahead(1), Tok::Name(_)) {
            self.at += 1;
            let name = self.expect_name("a name")?;
            return Ok(Pattern::Var(Some(name).filter(|it| it.text != "_")));
        }
        if self.at_pattern_in_parentheses() {
            self.at += 1;
            let inner = self.deeper(Self::pattern)?;
            self.expect_op(")")?;
            return Ok(inner);
        }
        // A name with an operator behind it is part of a constant.
        let goes_on = |it: &Tok| matches!(it, Tok::Op("(" | "<" | "+" | "-" | "*" | "/" | "%" | "<<"));
        match self.type_end(self.at, 16) {
            Some(end) if !goes_on(self.token_at(end)) => {
                let ty = self.operand_ty()?;
                Ok(self.designation(ty))
            }
            _ => Ok(Pattern::Constant(Box::new(self.binary(CONSTANT)?))),
        }
    }

    // `(1 or 2)`, but neither `(int)x` nor `(a + b) * c` nor a tuple type.
    fn at_pattern_in_parentheses(&self) -> bool {
        if !self.is_op("(") || self.at_cast() || self.type_end(self.at, 16).is_some() {
            return false;
        }
        let behind = self.closer(self.at).map(|end| self.token_at(end + 1));
        !matches!(behind, Some(Tok::Op("+" | "-" | "*" | "/" | "%" | "<<" | ".")))
    }

    fn designation(&mut self, ty: TypeSyntax) -> Pattern {
        match self.peek() {
            // `case int n when`, `x is int n`; but not `case 1 when` or `x is Y or`.
            Tok::Name(name) if !matches!(&**name, "when" | "and" | "or" | "select" | "where" | "orderby") => {
                let span = self.span();
                self.at += 1;
                let name = Name {
                    text: name.to_string(),
                    types: Vec::new(),
                    span,
                };
                Pattern::Declaration(ty, Some(name).filter(|it| it.text != "_"))
            }
            _ => Pattern::Type(ty),
        }
    }

    /// `switch { pattern => value, ... }` behind its operand.
    pub(super) fn switch_expression(&mut self, operand: Expr) -> Parsed<Expr> {
        let start = operand.span;
        let at = self.span();
        self.newer("a `switch` expression", at);
        self.expect_keyword("switch")?;
        self.expect_op("{")?;
        let mut arms: Vec<Arm> = Vec::new();
        while !self.take_op("}") {
            if !arms.is_empty() {
                self.expect_op(",")?;
                if self.take_op("}") {
                    break;
                }
            }
            let span = self.span();
            let pattern = self.deeper(Self::pattern)?;
            let guard = match self.take_name("when") {
                true => Some(self.boxed_expression()?),
                false => None,
            };
            self.expect_op("=>")?;
            let value = self.expression()?;
            arms.push(Arm {
                pattern,
                guard,
                value,
                span: self.since(span),
            });
        }
        let depth = arms.iter().map(|it| it.value.depth).fold(operand.depth, u16::max);
        self.node(
            ExprKind::Switch(Box::new(operand), arms),
            self.since(start),
            depth,
        )
    }
}
