//! Tokens to a tree.

use super::failure;
use super::functions::Function;
use super::lexer::{self, Token};
use crate::dotnet::error::Result;

#[derive(Debug)]
pub(super) enum Expr {
    Binary(Operator, Box<(Expr, Expr)>),
    Negate(Box<Expr>),
    Number(f64),
    Text(String),
    Call(Function, Vec<Expr>),
    Path(Start, Vec<Step>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Union,
}

/// Where a path begins.
#[derive(Debug)]
pub(super) enum Start {
    Root,
    Context,
    // An expression with predicates.
    Filter(Box<Expr>, Vec<Expr>),
}

#[derive(Debug)]
pub(super) struct Step {
    pub(super) axis: Axis,
    pub(super) test: Test,
    pub(super) predicates: Vec<Expr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    Ancestor,
    AncestorOrSelf,
    Attribute,
    Child,
    Descendant,
    DescendantOrSelf,
    Following,
    FollowingSibling,
    Namespace,
    Parent,
    Preceding,
    PrecedingSibling,
    Itself,
}

#[derive(Debug)]
pub(super) enum Test {
    Node,
    Text,
    Comment,
    Instruction(Option<String>),
    // Prefix and local part; `None` for any.
    Name(Option<String>, Option<String>),
}

const AXES: [(&str, Axis); 13] = [
    ("ancestor", Axis::Ancestor),
    ("ancestor-or-self", Axis::AncestorOrSelf),
    ("attribute", Axis::Attribute),
    ("child", Axis::Child),
    ("descendant", Axis::Descendant),
    ("descendant-or-self", Axis::DescendantOrSelf),
    ("following", Axis::Following),
    ("following-sibling", Axis::FollowingSibling),
    ("namespace", Axis::Namespace),
    ("parent", Axis::Parent),
    ("preceding", Axis::Preceding),
    ("preceding-sibling", Axis::PrecedingSibling),
    ("self", Axis::Itself),
];

// Operators from the loosest to the tightest.
const LEVELS: [&[(&str, Operator)]; 7] = [
    &[("or", Operator::Or)],
    &[("and", Operator::And)],
    &[("=", Operator::Equal), ("!=", Operator::NotEqual)],
    &[
        ("<", Operator::Less),
        ("<=", Operator::LessOrEqual),
        (">", Operator::Greater),
        (">=", Operator::GreaterOrEqual),
    ],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[
        ("*", Operator::Multiply),
        ("div", Operator::Divide),
        ("mod", Operator::Remainder),
    ],
    &[("|", Operator::Union)],
];

// Nested expressions at most, and operators: the reader calls itself, and so does what evaluates.
const DEPTH: usize = 100;
const OPERATORS: usize = 250;

/// Reads a whole expression.
pub(super) fn parse(text: &str) -> Result<Expr> {
    let tokens = lexer::tokens(text)?;
    let mut reader = Reader {
        text,
        tokens,
        at: 0,
        depth: 0,
        operators: 0,
    };
    let expr = reader.expr()?;
    match reader.peek(0) {
        None => Ok(expr),
        Some(_) => Err(lexer::invalid(text)),
    }
}

struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    operators: usize,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn expr(&mut self) -> Result<Expr> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(too_complex());
        }
        let expr = self.level(0);
        self.depth -= 1;
        expr
    }

    fn level(&mut self, level: usize) -> Result<Expr> {
        let Some(operators) = LEVELS.get(level) else {
            return self.path();
        };
        // A minus binds tighter than `*` and looser than `|`.
        if level == LEVELS.len() - 1 && self.take("-") {
            self.depth += 1;
            if self.depth > DEPTH {
                return Err(too_complex());
            }
            let inner = self.level(level);
            self.depth -= 1;
            return Ok(Expr::Negate(Box::new(inner?)));
        }
        let mut left = self.level(level + 1)?;
        while let Some(operator) = self.operator(operators) {
            self.operators += 1;
            if self.operators > OPERATORS {
                return Err(too_complex());
            }
            let right = self.level(level + 1)?;
            left = Expr::Binary(operator, Box::new((left, right)));
        }
        Ok(left)
    }

    fn operator(&mut self, operators: &[(&str, Operator)]) -> Option<Operator> {
        let Some(Token::Sign(sign)) = self.peek(0) else {
            return None;
        };
        let (_, operator) = operators.iter().find(|(it, _)| it == sign)?;
        self.at += 1;
        Some(*operator)
    }

    fn take(&mut self, sign: &str) -> bool {
        let is_there = matches!(self.peek(0), Some(Token::Sign(it)) if *it == sign);
        self.at += usize::from(is_there);
        is_there
    }

    fn need(&mut self, sign: &str) -> Result<()> {
        match self.take(sign) {
            true => Ok(()),
            false => Err(lexer::invalid(self.text)),
        }
    }

    fn path(&mut self) -> Result<Expr> {
        if self.take("//") {
            let mut steps = vec![Step::anywhere()];
            self.steps(&mut steps)?;
            return Ok(Expr::Path(Start::Root, steps));
        }
        if self.take("/") {
            let mut steps = Vec::new();
            if self.begins_step() {
                self.steps(&mut steps)?;
            }
            return Ok(Expr::Path(Start::Root, steps));
        }
        if self.begins_step() && !self.begins_call() {
            let mut steps = Vec::new();
            self.steps(&mut steps)?;
            return Ok(Expr::Path(Start::Context, steps));
        }
        let primary = self.primary()?;
        let predicates = self.predicates()?;
        let mut steps = Vec::new();
        if self.take("//") {
            steps.push(Step::anywhere());
            self.steps(&mut steps)?;
        } else if self.take("/") {
            self.steps(&mut steps)?;
        }
        if predicates.is_empty() && steps.is_empty() {
            return Ok(primary);
        }
        Ok(Expr::Path(Start::Filter(Box::new(primary), predicates), steps))
    }

    fn begins_step(&self) -> bool {
        match self.peek(0) {
            Some(Token::Name(..)) => true,
            Some(Token::Sign(sign)) => matches!(*sign, "." | ".." | "@"),
            _ => false,
        }
    }

    // A name and a bracket: a function, unless it is the test of a kind of node.
    fn begins_call(&self) -> bool {
        let is_kind = match self.peek(0) {
            Some(Token::Name(None, name)) => {
                matches!(
                    name.as_str(),
                    "node" | "text" | "comment" | "processing-instruction"
                )
            }
            _ => false,
        };
        !is_kind && self.peek(1) == Some(&Token::Sign("("))
    }

    fn steps(&mut self, steps: &mut Vec<Step>) -> Result<()> {
        loop {
            steps.push(self.step()?);
            if self.take("//") {
                steps.push(Step::anywhere());
            } else if !self.take("/") {
                return Ok(());
            }
        }
    }

    fn step(&mut self) -> Result<Step> {
        if self.take(".") {
            return Ok(Step::plain(Axis::Itself, Test::Node));
        }
        if self.take("..") {
            return Ok(Step::plain(Axis::Parent, Test::Node));
        }
        let axis = match self.take("@") {
            true => Axis::Attribute,
            false => self.axis()?,
        };
        let test = self.test()?;
        let predicates = self.predicates()?;
        Ok(Step {
            axis,
            test,
            predicates,
        })
    }

    fn axis(&mut self) -> Result<Axis> {
        let (Some(Token::Name(None, name)), Some(Token::Sign("::"))) = (self.peek(0), self.peek(1)) else {
            return Ok(Axis::Child);
        };
        let (_, axis) = AXES
            .iter()
            .find(|(it, _)| *it == name)
            .ok_or_else(|| lexer::invalid(self.text))?;
        self.at += 2;
        Ok(*axis)
    }

    fn test(&mut self) -> Result<Test> {
        let Some(Token::Name(prefix, local)) = self.next() else {
            return Err(no_step());
        };
        let any = (local != "*").then_some(local);
        let kind = match (&prefix, any.as_deref()) {
            (None, Some("node" | "text" | "comment" | "processing-instruction")) => self.take("("),
            _ => false,
        };
        if !kind {
            return Ok(Test::Name(prefix, any));
        }
        let test = match any.as_deref() {
            Some("node") => Test::Node,
            Some("text") => Test::Text,
            Some("comment") => Test::Comment,
            _ => match self.peek(0).cloned() {
                Some(Token::Text(target)) => {
                    self.at += 1;
                    Test::Instruction(Some(target))
                }
                _ => Test::Instruction(None),
            },
        };
        self.need(")")?;
        Ok(test)
    }

    fn predicates(&mut self) -> Result<Vec<Expr>> {
        let mut predicates = Vec::new();
        while self.take("[") {
            predicates.push(self.expr()?);
            self.need("]")?;
        }
        Ok(predicates)
    }

    fn primary(&mut self) -> Result<Expr> {
        match self.next() {
            Some(Token::Number(value)) => Ok(Expr::Number(value)),
            Some(Token::Text(text)) => Ok(Expr::Text(text)),
            Some(Token::Sign("(")) => {
                let inner = self.expr()?;
                self.need(")")?;
                Ok(inner)
            }
            Some(Token::Name(prefix, name)) => self.call(prefix, &name),
            Some(Token::Variable) => Err(needs_context()),
            _ => Err(no_step()),
        }
    }

    fn call(&mut self, prefix: Option<String>, name: &str) -> Result<Expr> {
        self.need("(")?;
        let mut args = Vec::new();
        while !self.take(")") {
            if !args.is_empty() {
                self.need(",")?;
            }
            args.push(self.expr()?);
        }
        let function = match prefix {
            Some(_) => return Err(needs_context()),
            None => Function::named(name).ok_or_else(needs_context)?,
        };
        function.check(args.len(), self.text)?;
        Ok(Expr::Call(function, args))
    }
}

// What .NET says where a path should begin or go on.
fn no_step() -> crate::dotnet::DotnetError {
    failure("Expression must evaluate to a node-set.")
}

fn too_complex() -> crate::dotnet::DotnetError {
    failure("The xpath query is too complex.")
}

fn needs_context() -> crate::dotnet::DotnetError {
    failure(
        "Namespace Manager or XsltContext needed. This query has a prefix, variable, or user-defined function.",
    )
}

impl Step {
    // What `//` stands for.
    fn anywhere() -> Step {
        Step::plain(Axis::DescendantOrSelf, Test::Node)
    }

    fn plain(axis: Axis, test: Test) -> Step {
        Step {
            axis,
            test,
            predicates: Vec::new(),
        }
    }
}
