//! `switch`.

use super::{Checker, Typed};
use crate::Value;
use crate::eval::code::{Code, Pattern as Lowered, Place, Stmt, Switch};
use crate::library::compare;
use crate::syntax::tree::{Arm, Expr, Goto, Label, Name, Section, Statement, StatementKind};
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
        // Variables of patterns belong to their section alone.
        let mut scopes = Vec::new();
        let mut known = Labels {
            ty: ty.clone(),
            constants: Vec::new(),
            default: None,
        };
        for (at, section) in sections.iter().enumerate() {
            self.enter();
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
                        self.covered(&labels, &lowered, *span);
                        labels.push((lowered, guard, at));
                    }
                }
            }
            scopes.push(self.suspend());
        }
        let takes_all = |(pattern, guard, _): &(Lowered, Option<Code>, usize)| {
            guard.is_none() && matches!(pattern, Lowered::Any | Lowered::Var(_))
        };
        let exhaustive = known.default.is_some() || labels.iter().any(takes_all);
        let default = known.default;
        let breaks = std::mem::take(&mut self.frame().breaks);
        self.frame().switches.push(known);
        let mut functions = Vec::new();
        let mut bodies = Vec::new();
        let mut shared = Vec::new();
        for (section, scope) in sections.iter().zip(scopes) {
            self.resume(scope);
            let (body, mut local, falls_through) = self.statement_list(&section.body);
            shared.extend(self.leave_outer());
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
        let mut fresh = self.leave();
        fresh.extend(shared);
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

    // A label that is never reached, because an earlier one takes it all.
    fn covered(&mut self, labels: &[(Lowered, Option<Code>, usize)], pattern: &Lowered, span: Span) {
        let earlier = labels.iter().filter(|it| it.1.is_none());
        if earlier
            .into_iter()
            .any(|it| super::patterns::covers(&it.0, pattern))
        {
            let message = "an earlier `case` takes everything that this one would";
            self.error("expression-duplicate", message, span);
        }
    }

    fn duplicate(&mut self, pattern: &Lowered, plain: bool, at: usize, known: &mut Labels, span: Span) {
        let constant = match pattern {
            Lowered::Constant(constant) => constant.clone(),
            Lowered::Null => Value::Null,
            Lowered::Any
            | Lowered::Type(_, Place::Discard | Place::Local(_) | Place::Cell(_) | Place::Through(..))
            | Lowered::Var(_)
            | Lowered::Test(..)
            | Lowered::Not(_)
            | Lowered::And(_)
            | Lowered::Or(_) => {
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
        if let Goto::Label(name) = target {
            return match self.label(name) {
                Some(label) => Stmt::Jump(label),
                None => {
                    self.error(
                        "expression-unknown-name",
                        format!("there is no label `{}` here", name.text),
                        name.span,
                    );
                    Stmt::Nothing
                }
            };
        }
        let Some(labels) = self.frame().switches.last().cloned() else {
            self.type_error("there is no `switch` around this", span);
            return Stmt::Nothing;
        };
        let section = match target {
            Goto::Default | Goto::Label(_) => labels.default,
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

    /// Declares the labels among statements.
    pub(super) fn declare_labels(&mut self, statements: &[Statement]) {
        for statement in statements {
            let mut statement = statement;
            while let StatementKind::Labeled(name, inner) = &statement.kind {
                if self.label(name).is_some() {
                    let message = format!("there is already a label `{}` here", name.text);
                    self.error("expression-duplicate", message, name.span);
                }
                self.labels += 1;
                let label = (name.text.clone(), self.labels);
                self.frame().labels.push(label);
                statement = inner;
            }
        }
    }

    /// The number of a label.
    pub(super) fn label(&mut self, name: &Name) -> Option<u32> {
        let labels = &self.frame().labels;
        labels.iter().rev().find(|it| it.0 == name.text).map(|it| it.1)
    }

    /// `value switch { pattern => value, ... }`, as a value of a type if one is wanted.
    pub(super) fn switch_expression(
        &mut self,
        operand: &Expr,
        arms: &[Arm],
        wanted: Option<&Type>,
        span: Span,
    ) -> Typed {
        let operand = self.value(operand);
        let ty = operand.ty.clone();
        let mut lowered: Vec<(Lowered, Option<Code>, Typed, Span)> = Vec::new();
        let mut known: Vec<(Lowered, Option<Code>, usize)> = Vec::new();
        for arm in arms {
            self.enter();
            let pattern = self.pattern(&arm.pattern, &ty);
            let guard = arm.guard.as_ref().map(|it| self.condition(it));
            self.covered(&known, &pattern, arm.span);
            known.push((pattern.clone(), guard.clone(), 0));
            let value = match wanted {
                Some(wanted) => self.expect(&arm.value, wanted),
                None => self.value(&arm.value),
            };
            self.leave();
            lowered.push((pattern, guard, value, arm.value.span));
        }
        let types: Vec<(Type, Option<Value>)> = lowered
            .iter()
            .map(|it| (it.2.ty.clone(), it.2.constant.clone()))
            .collect();
        let result = match wanted {
            Some(wanted) => Some(wanted.clone()),
            None => self.common(&types).filter(|it| *it != Type::Null),
        };
        let Some(result) = result else {
            return self.type_error("no type fits the values of all arms", span);
        };
        let arms = lowered
            .into_iter()
            .map(|(pattern, guard, value, span)| (pattern, guard, self.converted(value, &result, span).code));
        let arms = arms.collect();
        Typed::new(Code::Switch(Box::new((operand.code, arms))), result)
    }
}
