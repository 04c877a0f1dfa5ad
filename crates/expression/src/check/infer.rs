//! Type arguments that are not written.

use super::Checker;
use super::arguments::{Arg, Form};
use super::overloads::{Bind, Candidate};
use crate::eval::cast::bases;
use crate::library::delegates;
use crate::syntax::tree::{ExprKind, Lambda};
use crate::types::Type;

/// What is known of one type parameter.
#[derive(Debug, Default, Clone)]
struct Bounds {
    exact: Vec<Type>,
    lower: Vec<Type>,
    fixed: Option<Type>,
}

struct Inference {
    // How many parameters belong to the type and are known.
    outer: usize,
    bounds: Vec<Bounds>,
}

impl Checker<'_> {
    /// All type arguments of a candidate: those of its type, then those of the method.
    pub(super) fn infer(
        &mut self,
        candidate: &Candidate,
        binds: &[(usize, Bind)],
        args: &[Arg<'_>],
    ) -> Option<Vec<Type>> {
        let outer = candidate.outer.len();
        let mut inference = Inference {
            outer,
            bounds: vec![Bounds::default(); candidate.own],
        };
        let pairs = self.pairs(candidate, binds);
        for (param, at) in &pairs {
            match &args[*at].form {
                Form::Typed(value) => inference.lower(param, &value.ty),
                Form::Place(_, ty) => inference.exact(param, ty),
                Form::Lambda(expr) => {
                    if let (ExprKind::Lambda(lambda), Some((params, _))) =
                        (&expr.kind, delegates::signature(param))
                    {
                        self.explicit_params(lambda, &params, &mut inference);
                    }
                }
                _ => (),
            }
        }
        let mut waiting: Vec<&(Type, usize)> = pairs
            .iter()
            .filter(|(_, at)| matches!(args[*at].form, Form::Lambda(_) | Form::Group(_)))
            .collect();
        while !waiting.is_empty() {
            // First the functions whose parameters are known, as the types of the others may follow from them.
            let ready = waiting.iter().position(|(param, _)| {
                delegates::signature(param)
                    .is_none_or(|(params, _)| params.iter().all(|it| inference.known(it)))
            });
            let (param, at) = waiting.remove(ready.unwrap_or(0));
            let Some((params, result)) = delegates::signature(param) else {
                continue;
            };
            let mut types = Vec::new();
            for ty in &params {
                inference.fix_in(self, ty)?;
                types.push(inference.close(ty, &candidate.outer));
            }
            if types.iter().any(Type::is_open) {
                return None;
            }
            if result.is_open() {
                let given = self.result_of(&args[*at], &types)?;
                if given == Type::Void {
                    return None;
                }
                inference.lower(&result, &given);
            }
        }
        let mut types = candidate.outer.clone();
        for at in 0..candidate.own {
            types.push(inference.fix(self, at)?);
        }
        Some(types)
    }

    // Each argument with the parameter type that it meets.
    fn pairs(&self, candidate: &Candidate, binds: &[(usize, Bind)]) -> Vec<(Type, usize)> {
        let mut pairs = Vec::new();
        for (at, bind) in binds {
            let Some(param) = candidate.params.get(*at) else {
                continue;
            };
            match bind {
                Bind::Arg(arg) => pairs.push((param.ty.clone(), *arg)),
                Bind::Rest(rest) => {
                    let element = param.ty.args().first().cloned().unwrap_or(Type::Object);
                    pairs.extend(rest.iter().map(|arg| (element.clone(), *arg)));
                }
                Bind::Default => (),
            }
        }
        pairs
    }

    fn explicit_params(&mut self, lambda: &Lambda, params: &[Type], inference: &mut Inference) {
        for (param, ty) in lambda.params.iter().zip(params) {
            if let Some(written) = &param.ty {
                let written = self.resolve(written);
                inference.exact(ty, &written);
            }
        }
    }

    // What a lambda or method gives for these parameter types.
    fn result_of(&mut self, arg: &Arg<'_>, params: &[Type]) -> Option<Type> {
        match &arg.form {
            Form::Lambda(expr) => self.probe(expr, params),
            Form::Group(group) => self.group_result(&group.clone(), params),
            _ => None,
        }
    }
}

impl Inference {
    fn place(&self, ty: &Type) -> Option<usize> {
        match ty {
            Type::Param(at) => usize::from(*at).checked_sub(self.outer),
            _ => None,
        }
    }

    fn known(&self, ty: &Type) -> bool {
        match ty {
            Type::Param(_) => self
                .place(ty)
                .and_then(|at| self.bounds.get(at))
                .is_none_or(|it| it.fixed.is_some() || !it.exact.is_empty() || !it.lower.is_empty()),
            Type::Tuple(items) => items.iter().all(|(_, it)| self.known(it)),
            other => other.args().iter().all(|it| self.known(it)),
        }
    }

    fn exact(&mut self, param: &Type, arg: &Type) {
        if let Some(at) = self.place(param) {
            if let Some(bounds) = self.bounds.get_mut(at)
                && !bounds.exact.contains(arg)
            {
                bounds.exact.push(arg.clone());
            }
            return;
        }
        match (param, arg) {
            (Type::Class(a, _), Type::Class(b, _)) if a == b => {
                for (param, arg) in param.args().iter().zip(arg.args()) {
                    self.exact(param, arg);
                }
            }
            (Type::Array(param), Type::Array(arg)) | (Type::Nullable(param), Type::Nullable(arg)) => {
                self.exact(param, arg)
            }
            (Type::Tuple(params), Type::Tuple(args)) => {
                for ((_, param), (_, arg)) in params.iter().zip(args.iter()) {
                    self.exact(param, arg);
                }
            }
            _ => (),
        }
    }

    fn lower(&mut self, param: &Type, arg: &Type) {
        if matches!(arg, Type::Null | Type::Error | Type::Void) || !param.is_open() {
            return;
        }
        if let Some(at) = self.place(param) {
            if let Some(bounds) = self.bounds.get_mut(at)
                && !bounds.lower.contains(arg)
            {
                bounds.lower.push(arg.clone());
            }
            return;
        }
        match (param, arg) {
            (Type::Nullable(param), arg) => self.lower(param, arg.underlying()),
            (Type::Array(param), Type::Array(arg)) => match arg.is_value() {
                true => self.exact(param, arg),
                false => self.lower(param, arg),
            },
            (Type::Tuple(params), Type::Tuple(args)) => {
                for ((_, param), (_, arg)) in params.iter().zip(args.iter()) {
                    self.lower(param, arg);
                }
            }
            (Type::Class(def, _), arg) => {
                // The base of the argument that is the parameter's type, such as the `IEnumerable` of a list.
                let mut found: Option<Type> = None;
                bases(arg, &mut |base| {
                    if matches!(base, Type::Class(it, _) if it == def) {
                        found = Some(base.clone());
                    }
                    found.is_some()
                });
                let Some(base) = found else { return };
                let pairs: Vec<(Type, Type)> = param
                    .args()
                    .iter()
                    .cloned()
                    .zip(base.args().iter().cloned())
                    .collect();
                for (at, (param, arg)) in pairs.iter().enumerate() {
                    match def.0.is_covariant(at) && !arg.is_value() {
                        true => self.lower(param, arg),
                        false => self.exact(param, arg),
                    }
                }
            }
            _ => (),
        }
    }

    // Fixes every parameter that occurs in a type.
    fn fix_in(&mut self, checker: &Checker<'_>, ty: &Type) -> Option<()> {
        match ty {
            Type::Param(_) => match self.place(ty) {
                Some(at) => self.fix(checker, at).map(drop),
                None => Some(()),
            },
            Type::Tuple(items) => items.iter().try_for_each(|(_, it)| self.fix_in(checker, it)),
            other => other.args().iter().try_for_each(|it| self.fix_in(checker, it)),
        }
    }

    fn fix(&mut self, checker: &Checker<'_>, at: usize) -> Option<Type> {
        let bounds = self.bounds.get_mut(at)?;
        if let Some(fixed) = &bounds.fixed {
            return Some(fixed.clone());
        }
        let fits = |from: &Type, to: &Type| checker.standard(from, None, to).is_some();
        let candidates: Vec<Type> = bounds.exact.iter().chain(&bounds.lower).cloned().collect();
        let chosen = match bounds.exact.first() {
            Some(exact) => Some(exact.clone()),
            // The one type that all others convert to.
            None => candidates
                .iter()
                .find(|to| bounds.lower.iter().all(|from| fits(from, to)))
                .cloned(),
        }?;
        bounds.fixed = Some(chosen.clone());
        Some(chosen)
    }

    // The type with what is fixed put in.
    fn close(&self, ty: &Type, outer: &[Type]) -> Type {
        let mut args = outer.to_vec();
        for (at, bounds) in self.bounds.iter().enumerate() {
            args.push(
                bounds
                    .fixed
                    .clone()
                    .unwrap_or(Type::Param((self.outer + at) as u8)),
            );
        }
        ty.with(&args)
    }
}
