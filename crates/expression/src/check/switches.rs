//! `switch`.

use super::Checker;
use crate::Value;
use crate::eval::code::{Pattern as Lowered, Place, Stmt, Switch};
use crate::library::compare;
use crate::syntax::tree::{Expr, Goto, Label, Section};
use crate::types::Type;
use source::Span;

/// The labels of a `switch`, for `goto`.
#[derive(Debug, Clone)]
pub(super) struct Labels {
    ty: Type,
    constants: Vec<(Value, usize)>,
    default: Option<usize>,
}

impl Checker<'_> {
    /// Gives the statement and whether what follows it can be reached.
    pub(super) fn switch(&mut self, value: &Expr, sections: &[Section]) -> (Stmt, bool) {
        let value = self.value(value);
        let ty = value.ty.clone();
        self.enter();
        let mut labels = Vec::new();
        let mut known = Labels {
            ty: ty.clone(),
            constants: Vec::new(),
            default: None,
        };
        for (at, section) in sections.iter().enumerate() {
            for label in &section.labels {
                match label {
                    Label::Default(span) => {
                        if known.default.replace(at).is_some() {
                            self.error("expression-duplicate", "there is a second `default`", *span);
                        }
                    }
                    Label::Case(pattern, guard, span) => {
                        let lowered = self.pattern(pattern, &ty);
                        let guard = guard.as_ref().map(|it| self.condition(it));
                        self.duplicate(&lowered, guard.is_none(), at, &mut known, *span);
                        labels.push((lowered, guard, at));
                    }
                }
            }
        }
        let exhaustive = known.default.is_some();
        let default = known.default;
        let breaks = std::mem::take(&mut self.frame().breaks);
        self.frame().switches.push(known);
        let mut functions = Vec::new();
        let mut bodies = Vec::new();
        for section in sections {
            let (body, mut local, falls_through) = self.statement_list(&section.body);
            functions.append(&mut local);
            if falls_through {
                let message = "this section runs into the next one";
                let end = section.labels.first().map_or(section.span, |label| match label {
                    Label::Default(span) | Label::Case(_, _, span) => *span,
                });
                self.report(
                    source::Diagnostic::error("expression-type", message, end)
                        .help("end it with `break;` or `return`"),
                );
            }
            bodies.push(body);
        }
        self.frame().switches.pop();
        let breaks = std::mem::replace(&mut self.frame().breaks, breaks);
        let fresh = self.leave();
        let switch = Switch {
            value: value.code,
            labels,
            fresh,
            functions,
            default,
            sections: bodies,
        };
        (
            Stmt::Switch(Box::new(switch)),
            breaks > 0 || !exhaustive || sections.is_empty(),
        )
    }

    fn duplicate(&mut self, pattern: &Lowered, plain: bool, at: usize, known: &mut Labels, span: Span) {
        let constant = match pattern {
            Lowered::Constant(constant) => constant.clone(),
            Lowered::Null => Value::Null,
            Lowered::Any
            | Lowered::Type(_, Place::Discard | Place::Local(_) | Place::Cell(_) | Place::Through(..))
            | Lowered::Var(_) => {
                return;
            }
        };
        if plain {
            if known
                .constants
                .iter()
                .any(|(it, _)| compare::equals(it, &constant))
            {
                self.error(
                    "expression-duplicate",
                    "there is a second `case` of this value",
                    span,
                );
            }
            known.constants.push((constant, at));
        }
    }

    /// `goto case x;`, `goto default;`.
    pub(super) fn goto(&mut self, target: &Goto, span: Span) -> Stmt {
        let Some(labels) = self.frame().switches.last().cloned() else {
            self.type_error("there is no `switch` around this", span);
            return Stmt::Nothing;
        };
        let section = match target {
            Goto::Default => labels.default,
            Goto::Case(expr) => {
                let value = self.expect(expr, &labels.ty);
                let constant = value.constant;
                constant.and_then(|it| {
                    labels
                        .constants
                        .iter()
                        .find(|(known, _)| compare::equals(known, &it))
                        .map(|it| it.1)
                })
            }
        };
        match section {
            Some(section) => Stmt::Goto(section),
            None => {
                self.type_error("there is no such label", span);
                Stmt::Nothing
            }
        }
    }
}
