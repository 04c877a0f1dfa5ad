//! Operators that types declare, such as `-` of two dates.

use super::arguments::Arg;
use super::overloads::Candidate;
use super::{Checker, Typed};
use crate::Value;
use crate::eval::cast::bases;
use crate::eval::code::Code;
use crate::library::{MemberKind, Row, compare, def_of};
use crate::types::Type;
use source::Span;

impl Checker<'_> {
    /// The operator of a type of the operands, if one takes them.
    pub(super) fn user_operator(&mut self, op: &str, operands: Vec<(Typed, Span)>) -> Option<Typed> {
        let plain: Vec<Type> = operands.iter().map(|(it, _)| it.ty.clone()).collect();
        let rows = operator_rows(op, &plain, operands.len());
        if rows.is_empty() {
            return None;
        }
        let candidates: Vec<Candidate> = rows.iter().map(|row| Candidate::of(row, Vec::new(), 0)).collect();
        let args: Vec<Arg<'_>> = operands
            .iter()
            .map(|(it, span)| Arg::typed(it.clone(), *span))
            .collect();
        if let Ok(fitted) = self.overload(&candidates, &args, &[]) {
            let (row, result) = (fitted.candidate.row?, fitted.candidate.result.clone());
            let (codes, _) = self.emit(&fitted, args);
            return Some(Typed::new(
                super::members::call(row, codes, Vec::new(), false),
                result,
            ));
        }
        if !plain.iter().any(|it| matches!(it, Type::Nullable(_))) {
            return None;
        }
        self.lifted_operator(op, operands, &candidates)
    }

    // Null on one side: null, or false for comparisons.
    fn lifted_operator(
        &mut self,
        op: &str,
        operands: Vec<(Typed, Span)>,
        candidates: &[Candidate],
    ) -> Option<Typed> {
        let mut stores = Vec::new();
        let mut args = Vec::new();
        for (operand, span) in operands {
            let slot = self.temporary();
            let inner = Typed::new(Code::Local(slot), operand.ty.underlying().clone());
            stores.push((slot, operand.code));
            args.push(Arg::typed(inner, span));
        }
        let fitted = self.overload(candidates, &args, &[]).ok()?;
        let (row, result) = (fitted.candidate.row?, fitted.candidate.result.clone());
        if matches!(op, "==" | "!=") && stores.len() == 2 {
            let mut codes = stores.into_iter().map(|it| it.1);
            let sides = Box::new((codes.next()?, codes.next()?));
            let operation: crate::eval::Operation = match op {
                "==" => |a, b| Ok(Value::Bool(compare::equals(a, b))),
                _ => |a, b| Ok(Value::Bool(!compare::equals(a, b))),
            };
            return Some(Typed::new(
                Code::LiftedEquals(operation, op == "!=", sides),
                Type::Bool,
            ));
        }
        let (codes, _) = self.emit(&fitted, args);
        let call = super::members::call(row, codes, Vec::new(), false);
        let lifted = stores.into_iter().rev().fold(call, |inner, (slot, code)| {
            Code::LiftedConvert(Box::new((code, slot, inner)))
        });
        Some(match result {
            Type::Bool => {
                let no = Code::Const(Value::Bool(false));
                Typed::new(Code::Coalesce(Box::new((lifted, no))), Type::Bool)
            }
            result => Typed::new(lifted, result.nullable()),
        })
    }
}

// The operators that the operands' types declare.
fn operator_rows(op: &str, operands: &[Type], count: usize) -> Vec<&'static Row> {
    let mut rows: Vec<&'static Row> = Vec::new();
    for ty in operands {
        bases(ty.underlying(), &mut |base| {
            if let Some(def) = def_of(base) {
                for row in def.0.rows() {
                    let fits =
                        row.kind() == MemberKind::Operator && row.name == op && row.params.len() == count;
                    if fits && !rows.iter().any(|it| std::ptr::eq(*it, row)) {
                        rows.push(row);
                    }
                }
            }
            false
        });
    }
    rows
}
