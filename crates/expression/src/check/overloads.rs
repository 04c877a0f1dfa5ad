//! Which of several methods fits best (C# 12.6.4).

use super::arguments::{Arg, Form};
use super::convert::Way;
use super::{Checker, Typed};
use crate::eval::code::Code;
use crate::library::{Mode, Param, Row, delegates};
use crate::syntax::tree::{ArgumentMode, ExprKind};
use crate::types::Type;
use source::Span;

/// A method that may be meant. The parameters of its type are put in; its own are still open.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) row: Option<&'static Row>,
    pub(super) params: Vec<Param>,
    pub(super) outer: Vec<Type>,
    pub(super) own: usize,
    pub(super) result: Type,
    // How far up the bases it was found; the nearest hides the others.
    pub(super) depth: usize,
}

/// Where the value of a parameter comes from.
#[derive(Debug, Clone)]
pub(super) enum Bind {
    Arg(usize),
    Default,
    // All of them, as one array.
    Rest(Vec<usize>),
}

/// A candidate that takes the arguments.
#[derive(Debug, Clone)]
pub(super) struct Fitted {
    pub(super) candidate: Candidate,
    pub(super) binds: Vec<(usize, Bind)>,
    pub(super) types: Vec<Type>,
    expanded: bool,
}

/// Why no candidate fits.
pub(super) enum Misfit {
    None,
    Inference,
}

impl Candidate {
    pub(super) fn of(row: &'static Row, outer: Vec<Type>, depth: usize) -> Candidate {
        let params = row
            .params
            .iter()
            .map(|it| Param {
                ty: it.ty.with(&outer),
                ..it.clone()
            })
            .collect();
        let result = row.result.with(&outer);
        Candidate {
            row: Some(row),
            params,
            own: row.own,
            outer,
            result,
            depth,
        }
    }

    /// A lambda or local function; `own` are its type parameters.
    pub(super) fn of_function(params: Vec<Param>, result: Type, own: usize) -> Candidate {
        Candidate {
            row: None,
            params,
            outer: Vec::new(),
            own,
            result,
            depth: 0,
        }
    }

    // Which argument goes to which parameter, normally or with `params` taken apart.
    fn bind(&self, args: &[Arg<'_>], expand: bool) -> Option<Vec<(usize, Bind)>> {
        let mut binds: Vec<Option<Bind>> = vec![None; self.params.len()];
        let last = self.params.len().checked_sub(1).filter(|_| expand);
        for (at, arg) in args.iter().enumerate() {
            let place = match arg.name {
                Some(name) => self.params.iter().position(|it| it.name == name)?,
                None => at,
            };
            if last.is_some_and(|last| place >= last) {
                match binds.last_mut()? {
                    Some(Bind::Rest(rest)) => rest.push(at),
                    empty => *empty = Some(Bind::Rest(vec![at])),
                }
                continue;
            }
            let bind = binds.get_mut(place)?;
            if bind.is_some() {
                return None;
            }
            *bind = Some(Bind::Arg(at));
        }
        let mut bound = Vec::new();
        for (at, bind) in binds.into_iter().enumerate() {
            let param = &self.params[at];
            bound.push((
                at,
                match bind {
                    Some(bind) => bind,
                    None if expand && param.mode == Mode::Params => Bind::Rest(Vec::new()),
                    None if param.default.is_some() => Bind::Default,
                    None => return None,
                },
            ));
        }
        Some(bound)
    }
}

impl Fitted {
    /// The type of a parameter.
    pub(super) fn param(&self, at: usize) -> Type {
        self.candidate
            .params
            .get(at)
            .map_or(Type::Error, |it| it.ty.with(&self.types))
    }

    fn defaults(&self) -> usize {
        self.binds
            .iter()
            .filter(|(_, bind)| matches!(bind, Bind::Default))
            .count()
    }

    // The type that an argument meets.
    fn meets(&self, arg: usize) -> Option<Type> {
        self.binds.iter().find_map(|(at, bind)| match bind {
            Bind::Arg(it) if *it == arg => Some(self.param(*at)),
            Bind::Rest(rest) if rest.contains(&arg) => self.param(*at).args().first().cloned(),
            _ => None,
        })
    }
}

impl Checker<'_> {
    /// The best of the candidates for these arguments.
    pub(super) fn overload(
        &mut self,
        candidates: &[Candidate],
        args: &[Arg<'_>],
        written: &[Type],
    ) -> Result<Fitted, Misfit> {
        let mut fitted: Vec<Fitted> = Vec::new();
        let mut misfit = Misfit::None;
        for candidate in candidates {
            for expand in [false, true] {
                if expand && candidate.params.last().is_none_or(|it| it.mode != Mode::Params) {
                    continue;
                }
                match self.fit(candidate, args, written, expand) {
                    Ok(Some(it)) => {
                        fitted.push(it);
                        break;
                    }
                    Ok(None) => (),
                    Err(it) => misfit = it,
                }
            }
        }
        // What a nearer type declares hides the same name further up.
        if let Some(nearest) = fitted.iter().map(|it| it.candidate.depth).min() {
            fitted.retain(|it| it.candidate.depth == nearest);
        }
        let mut best: Option<Fitted> = None;
        for next in fitted {
            best = Some(match best.take() {
                None => next,
                Some(known) => match self.better(&next, &known, args) {
                    true => next,
                    false => known,
                },
            });
        }
        best.ok_or(misfit)
    }

    fn fit(
        &mut self,
        candidate: &Candidate,
        args: &[Arg<'_>],
        written: &[Type],
        expand: bool,
    ) -> Result<Option<Fitted>, Misfit> {
        let Some(binds) = candidate.bind(args, expand) else {
            return Ok(None);
        };
        let types = match (candidate.own, written.len()) {
            (own, given) if given > 0 && own != given => return Ok(None),
            (0, _) => candidate.outer.clone(),
            (_, 0) => self.infer(candidate, &binds, args).ok_or(Misfit::Inference)?,
            _ => candidate.outer.iter().chain(written).cloned().collect(),
        };
        let fitted = Fitted {
            candidate: candidate.clone(),
            binds,
            types,
            expanded: expand,
        };
        let bounds = candidate.row.map_or(&[][..], |row| &row.bounds);
        let keeps = |(at, bound): &(usize, Type)| {
            let given = fitted.types.get(*at);
            given.is_some_and(|it| matches!(self.standard(it, None, bound), Some(Way::Same)))
        };
        if !bounds.iter().all(keeps) {
            return Ok(None);
        }
        for (at, bind) in &fitted.binds {
            let (param, mode) = (fitted.param(*at), fitted.candidate.params[*at].mode);
            let fits = match bind {
                Bind::Default => true,
                Bind::Arg(arg) => self.accepts(&args[*arg], &param, mode),
                Bind::Rest(rest) => {
                    let element = param.args().first().cloned().unwrap_or(Type::Object);
                    rest.iter()
                        .all(|arg| self.accepts(&args[*arg], &element, Mode::Value))
                }
            };
            if !fits {
                return Ok(None);
            }
        }
        Ok(Some(fitted))
    }

    // Whether a parameter takes an argument.
    fn accepts(&mut self, arg: &Arg<'_>, param: &Type, mode: Mode) -> bool {
        let by_reference = matches!(mode, Mode::Out | Mode::Ref);
        if by_reference != matches!(arg.mode, ArgumentMode::Out | ArgumentMode::Ref) {
            return false;
        }
        match &arg.form {
            Form::Typed(value) if mode == Mode::This => {
                matches!(self.standard(&value.ty, None, param), Some(Way::Same)) && !value.is_null()
            }
            Form::Typed(value) => self.implicit(&value.ty, value.constant.as_ref(), param).is_some(),
            Form::Default => true,
            Form::Declare(ty, _) => mode == Mode::Out && (ty.is_var() || self.resolve(ty) == *param),
            Form::Place(_, ty) => ty == param || ty.is_error() || ty.is_dynamic(),
            Form::Lambda(expr) => self.lambda_fits(expr, param),
            Form::Group(group) => {
                let Some((params, result)) = delegates::signature(param) else {
                    return false;
                };
                match self.group_result(&group.clone(), &params) {
                    Some(given) => result == Type::Void || self.implicit(&given, None, &result).is_some(),
                    None => false,
                }
            }
        }
    }

    fn lambda_fits(&mut self, expr: &crate::syntax::tree::Expr, delegate: &Type) -> bool {
        let (ExprKind::Lambda(lambda), Some((params, result))) = (&expr.kind, delegates::signature(delegate))
        else {
            return false;
        };
        if lambda.params.len() != params.len() {
            return false;
        }
        for (param, ty) in lambda.params.iter().zip(&params) {
            if let Some(written) = &param.ty
                && self.resolve(written) != *ty
            {
                return false;
            }
        }
        match self.probe(expr, &params) {
            Some(Type::Void) => result == Type::Void,
            // A value that nobody takes is fine where it is the value of a call.
            Some(given) => {
                result == Type::Void
                    || self.implicit(&given, None, &result).is_some()
                    || self.probe_into(expr, &params, &result)
            }
            None => false,
        }
    }

    // ---- better

    fn better(&mut self, a: &Fitted, b: &Fitted, args: &[Arg<'_>]) -> bool {
        let (mut wins, mut losses) = (0, 0);
        for (at, arg) in args.iter().enumerate() {
            if let (Some(x), Some(y)) = (a.meets(at), b.meets(at)) {
                match self.better_target(arg, &x, &y) {
                    1 => wins += 1,
                    -1 => losses += 1,
                    _ => (),
                }
            }
        }
        match (wins, losses) {
            (0, 0) => (),
            (_, 0) => return true,
            (0, _) => return false,
            _ => (),
        }
        let generic = |it: &Fitted| it.candidate.own > 0;
        if generic(a) != generic(b) {
            return !generic(a);
        }
        if a.expanded != b.expanded {
            return !a.expanded;
        }
        if a.defaults() != b.defaults() {
            return a.defaults() < b.defaults();
        }
        self.more_specific(a, b, args.len())
    }

    // 1 when `a` is the better type for an argument, -1 when `b` is.
    fn better_target(&mut self, arg: &Arg<'_>, a: &Type, b: &Type) -> i32 {
        if a == b {
            return 0;
        }
        if let (Form::Lambda(expr), Some((params, x)), Some((_, y))) =
            (&arg.form, delegates::signature(a), delegates::signature(b))
        {
            let given = self.probe(expr, &params);
            return match (x == Type::Void, y == Type::Void) {
                (true, false) => -1,
                (false, true) => 1,
                _ => self.better_type(given.as_ref(), &x, &y),
            };
        }
        let given = match &arg.form {
            Form::Typed(value) => Some(value.ty.clone()),
            _ => None,
        };
        self.better_type(given.as_ref(), a, b)
    }

    fn better_type(&self, given: Option<&Type>, a: &Type, b: &Type) -> i32 {
        if a == b {
            return 0;
        }
        match given {
            Some(given) if given == a => return 1,
            Some(given) if given == b => return -1,
            Some(Type::Dynamic) if *a == Type::Object => return 1,
            Some(Type::Dynamic) if *b == Type::Object => return -1,
            _ => (),
        }
        match (
            self.implicit(a, None, b).is_some(),
            self.implicit(b, None, a).is_some(),
        ) {
            (true, false) => return 1,
            (false, true) => return -1,
            _ => (),
        }
        let signed = |ty: &Type| matches!(ty, Type::SByte | Type::Short | Type::Int | Type::Long);
        let unsigned = |ty: &Type| matches!(ty, Type::Byte | Type::UShort | Type::UInt | Type::ULong);
        match () {
            () if signed(a) && unsigned(b) => 1,
            () if unsigned(a) && signed(b) => -1,
            () => 0,
        }
    }

    // `IEnumerable<T>` is more specific than `T`.
    fn more_specific(&self, a: &Fitted, b: &Fitted, args: usize) -> bool {
        let open = |fitted: &Fitted, arg: usize| {
            fitted.binds.iter().find_map(|(at, bind)| match bind {
                Bind::Arg(it) if *it == arg => fitted.candidate.params.get(*at).map(|it| it.ty.clone()),
                _ => None,
            })
        };
        let weight = |ty: &Type| -> u32 {
            fn depth(ty: &Type) -> u32 {
                match ty {
                    Type::Param(_) => 0,
                    other => 1 + other.args().iter().map(depth).sum::<u32>(),
                }
            }
            depth(ty)
        };
        let total = |fitted: &Fitted| {
            (0..args)
                .filter_map(|at| open(fitted, at))
                .map(|ty| weight(&ty))
                .sum::<u32>()
        };
        total(a) > total(b)
    }

    // ---- the call itself

    /// The code of each parameter, and where `out` and `ref` arguments go.
    pub(super) fn emit(
        &mut self,
        fitted: &Fitted,
        args: Vec<Arg<'_>>,
    ) -> (Vec<Code>, Vec<(usize, crate::eval::code::Place)>) {
        let mut args: Vec<Option<Arg<'_>>> = args.into_iter().map(Some).collect();
        let (mut codes, mut outs) = (Vec::new(), Vec::new());
        for (at, bind) in &fitted.binds {
            let param = fitted.param(*at);
            match bind {
                Bind::Default => {
                    let default = fitted.candidate.params[*at].default.clone().unwrap_or_default();
                    // `default` in a row is written as null or zero.
                    let value = match default.is_null() && param.is_value() {
                        true => crate::eval::cast::default_of(&param),
                        false => default,
                    };
                    codes.push(Code::Const(value));
                }
                Bind::Arg(arg) => {
                    let Some(arg) = args.get_mut(*arg).and_then(Option::take) else {
                        continue;
                    };
                    match fitted.candidate.params[*at].mode {
                        Mode::Out | Mode::Ref => {
                            let (code, place) = self.by_reference(arg, &param);
                            codes.push(code);
                            outs.push((*at, place));
                        }
                        _ => codes.push(self.pass(arg, &param).code),
                    }
                }
                Bind::Rest(rest) => {
                    let element = param.args().first().cloned().unwrap_or(Type::Object);
                    let mut items = Vec::new();
                    for arg in rest {
                        if let Some(arg) = args.get_mut(*arg).and_then(Option::take) {
                            items.push(self.pass(arg, &element).code);
                        }
                    }
                    codes.push(Code::Array(Box::new((element, items))));
                }
            }
        }
        (codes, outs)
    }

    /// An argument as the value of a parameter.
    pub(super) fn pass(&mut self, arg: Arg<'_>, param: &Type) -> Typed {
        let span: Span = arg.span;
        match arg.form {
            Form::Typed(value) => self.converted(value, param, span),
            Form::Lambda(expr) => self.expect(expr, param),
            Form::Group(group) => self.group_value(&group, param, span),
            Form::Default => self.default_value(param),
            Form::Declare(..) | Form::Place(..) => self.type_error("`out` does not belong here", span),
        }
    }
}
