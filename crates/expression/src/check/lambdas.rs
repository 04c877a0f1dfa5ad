//! Lambdas, and methods as values.

use super::arguments::Arg;
use super::members::{Group, Receiver};
use super::scope::{Frame, Kind, Returns};
use super::{Checker, Typed};
use crate::Value;
use crate::eval::code::{Code, Function, FunctionBody, Stmt};
use crate::library::{compare, delegates};
use crate::syntax::tree::{Expr, ExprKind, Lambda, LambdaBody, Name};
use crate::types::Type;
use source::Span;
use std::sync::Arc;

/// The parameters of a function: name, type, whether by reference.
pub(super) type Params = Vec<(Name, Type, bool)>;

impl Checker<'_> {
    /// A lambda as a value of a delegate type.
    pub(super) fn lambda(&mut self, expr: &Expr, lambda: &Lambda, delegate: &Type) -> Typed {
        let Some((params, result)) = delegates::signature(delegate) else {
            if delegate.is_error() {
                return Typed::error();
            }
            let message = match delegate {
                Type::Object | Type::Dynamic => "a lambda needs a type such as `Func<int, int>`".to_owned(),
                other => format!("a lambda is no `{other}`"),
            };
            return self.type_error(message, expr.span);
        };
        if params.len() != lambda.params.len() {
            let message = format!(
                "this lambda has {} parameters, `{delegate}` has {}",
                lambda.params.len(),
                params.len()
            );
            return self.type_error(message, expr.span);
        }
        let key = self.lambda_key(expr, &params);
        let params = self.lambda_params(lambda, &params);
        let function = self
            .function(
                key,
                params,
                &lambda.body,
                Returns::Type(result),
                delegate.clone(),
                expr.span,
            )
            .0;
        Typed::new(Code::Lambda(Arc::new(function)), delegate.clone())
    }

    fn lambda_params(&mut self, lambda: &Lambda, types: &[Type]) -> Params {
        lambda
            .params
            .iter()
            .zip(types)
            .map(|(param, ty)| {
                let ty = match &param.ty {
                    Some(written) => self.resolve(written),
                    None => ty.clone(),
                };
                (param.name.clone(), ty, false)
            })
            .collect()
    }

    fn lambda_key(&self, expr: &Expr, params: &[Type]) -> u64 {
        let text = format!("{}:{}:{params:?}", self.key(), expr.span.start);
        compare::hash_text(&text)
    }

    /// What a lambda gives when its parameters have these types; `None` if it is wrong for them.
    pub(super) fn probe(&mut self, expr: &Expr, params: &[Type]) -> Option<Type> {
        let ExprKind::Lambda(lambda) = &expr.kind else {
            return None;
        };
        if lambda.params.len() != params.len() || !self.works(expr.span) {
            return None;
        }
        let key = (expr.span.start, format!("{params:?}"), self.key());
        if let Some(known) = self.probes.get(&key) {
            return known.clone();
        }
        let given = self.probe_as(expr, lambda, params, Returns::Collected(Vec::new()));
        self.probes.insert(key, given.clone());
        given
    }

    /// Whether a lambda's results convert to a type that its own type does not convert to, as constants do.
    pub(super) fn probe_into(&mut self, expr: &Expr, params: &[Type], result: &Type) -> bool {
        let ExprKind::Lambda(lambda) = &expr.kind else {
            return false;
        };
        self.works(expr.span)
            && self
                .probe_as(expr, lambda, params, Returns::Type(result.clone()))
                .is_some()
    }

    fn probe_as(&mut self, expr: &Expr, lambda: &Lambda, params: &[Type], returns: Returns) -> Option<Type> {
        let (length, needs) = (self.diagnostics.len(), self.needs);
        let (frame, key) = (self.frame_state(), self.lambda_key(expr, params));
        let params = self.lambda_params(lambda, params);
        self.probing += 1;
        let (_, given) = self.function(key, params, &lambda.body, returns, Type::Object, expr.span);
        self.probing -= 1;
        let wrong = self.has_errors_since(length);
        let said = self.diagnostics.split_off(length);
        if wrong {
            self.probe_errors = said;
        }
        self.needs = needs;
        self.restore_frames(frame);
        if wrong { None } else { given }
    }

    // A probe may have made the functions around it capture variables; that does no harm, so only their number counts.
    fn frame_state(&self) -> usize {
        self.frames.len()
    }

    fn restore_frames(&mut self, length: usize) {
        self.frames.truncate(length);
    }

    /// Checks a function's body; gives the function and the type of what it returns.
    pub(super) fn function(
        &mut self,
        key: u64,
        params: Params,
        body: &LambdaBody,
        returns: Returns,
        delegate: Type,
        span: Span,
    ) -> (Function, Option<Type>) {
        if self.frames.len() > 12 {
            self.error("expression-too-complex", "lambdas are nested too deeply", span);
            let body = FunctionBody::Value(Code::Const(Value::Null));
            let function = Function {
                ty: delegate,
                frame: 0,
                params: Vec::new(),
                refs: Vec::new(),
                captures: Vec::new(),
                body,
            };
            return (function, None);
        }
        self.frames.push(Frame::new(returns, key));
        let receivers = std::mem::take(&mut self.receivers);
        let mut slots = Vec::new();
        let mut refs = Vec::new();
        for (at, (name, ty, by_reference)) in params.into_iter().enumerate() {
            let variable = self.declare(&name, ty, Kind::Local);
            slots.push((variable.slot, variable.shared));
            if by_reference {
                refs.push(at);
            }
        }
        let body = match body {
            LambdaBody::Value(value) => FunctionBody::Value(self.lambda_value(value)),
            LambdaBody::Block(block) => {
                let (code, falls_through) = self.block(block);
                self.falls_through(falls_through, block.span);
                FunctionBody::Block(code)
            }
        };
        self.receivers = receivers;
        let Some(frame) = self.frames.pop() else {
            let body = FunctionBody::Block(Stmt::Nothing);
            return (
                Function {
                    ty: delegate,
                    frame: 0,
                    params: Vec::new(),
                    refs,
                    captures: Vec::new(),
                    body,
                },
                None,
            );
        };
        let given = match &frame.returns {
            Returns::Collected(returned) => self.common(returned),
            Returns::Type(ty) => Some(ty.clone()),
            Returns::Anything => Some(Type::Object),
        };
        let size = frame.size();
        (
            Function {
                ty: delegate,
                frame: size,
                params: slots,
                refs,
                captures: frame.captures,
                body,
            },
            given,
        )
    }

    // The body of `x => value`.
    fn lambda_value(&mut self, value: &Expr) -> Code {
        match self.frame().returns.clone() {
            Returns::Type(Type::Void) => self.discarded(value),
            Returns::Type(ty) => self.expect(value, &ty).code,
            Returns::Anything => self.value(value).code,
            Returns::Collected(mut returned) => {
                let typed = self.expression(value);
                returned.push((typed.ty.clone(), typed.constant.clone()));
                self.frame().returns = Returns::Collected(returned);
                typed.code
            }
        }
    }

    // A block whose end can be reached.
    fn falls_through(&mut self, falls_through: bool, span: Span) {
        let end = Span::new(span.end.saturating_sub(1), span.end);
        match self.frame().returns.clone() {
            Returns::Type(Type::Void) => (),
            Returns::Collected(returned) if returned.is_empty() && !falls_through => (),
            Returns::Collected(returned) if returned.is_empty() => {
                self.frame().returns = Returns::Collected(vec![(Type::Void, None)]);
            }
            _ if falls_through => {
                self.error(
                    "expression-no-return",
                    "not every path through this function ends in `return value;`",
                    end,
                );
            }
            _ => (),
        }
    }

    /// The one type among these that all others convert to.
    pub(super) fn common(&self, types: &[(Type, Option<Value>)]) -> Option<Type> {
        let first = types
            .iter()
            .find(|(ty, _)| !matches!(ty, Type::Null | Type::Error));
        let Some(_) = first else {
            return Some(types.first().map_or(Type::Error, |(ty, _)| ty.clone()));
        };
        let fits = |to: &Type| {
            types
                .iter()
                .all(|(from, constant)| self.implicit(from, constant.as_ref(), to).is_some())
        };
        types
            .iter()
            .map(|(ty, _)| ty)
            .find(|to| !matches!(to, Type::Null | Type::Error) && fits(to))
            .cloned()
    }

    // ---- methods as values

    /// What a method gives for parameters of these types.
    pub(super) fn group_result(&mut self, group: &Group, params: &[Type]) -> Option<Type> {
        let (length, needs) = (self.diagnostics.len(), self.needs);
        let args = params
            .iter()
            .map(|ty| Arg::typed(Typed::new(Code::Const(Value::Null), ty.clone()), group.name.span));
        let result = self.call_group(group.clone(), args.collect(), group.name.span);
        let wrong = self.has_errors_since(length);
        self.diagnostics.truncate(length);
        self.needs = needs;
        if wrong { None } else { Some(result.ty) }
    }

    /// A method as a value of a delegate type.
    pub(super) fn group_value(&mut self, group: &Group, delegate: &Type, span: Span) -> Typed {
        let Some((params, result)) = delegates::signature(delegate) else {
            return self.not_called(group);
        };
        if let Receiver::Local(variable) = &group.receiver
            && !matches!(&variable.kind, Kind::Function(function) if function.generics > 0)
        {
            return Typed::new(variable.read(), delegate.clone());
        }
        let mut group = group.clone();
        let mut store = None;
        if let Receiver::Value(receiver) = &group.receiver {
            // The receiver is looked at now, not when the function is called.
            let outer = self.temporary();
            store = Some((outer, Code::SetCell(outer, Box::new(receiver.code.clone()))));
        }
        self.frames
            .push(Frame::new(Returns::Type(result.clone()), self.key()));
        let slots: Vec<(u32, bool)> = params.iter().map(|_| (self.temporary(), false)).collect();
        if let (Receiver::Value(receiver), Some((outer, _))) = (&group.receiver, &store) {
            let inner = self.temporary();
            self.frame().captures.push((*outer, inner));
            let receiver = Typed::new(Code::Cell(inner), receiver.ty.clone());
            group.receiver = Receiver::Value(receiver);
        }
        let args = slots
            .iter()
            .zip(&params)
            .map(|((slot, _), ty)| Arg::typed(Typed::new(Code::Local(*slot), ty.clone()), span));
        let called = self.call_group(group, args.collect(), span);
        let called = match result {
            Type::Void => called,
            result => self.converted(called, &result, span),
        };
        let Some(frame) = self.frames.pop() else {
            return Typed::error();
        };
        let function = Function {
            ty: delegate.clone(),
            frame: frame.size(),
            params: slots,
            refs: Vec::new(),
            captures: frame.captures,
            body: FunctionBody::Value(called.code),
        };
        let lambda = Code::Lambda(Arc::new(function));
        let code = match store {
            Some((_, store)) => Code::Sequence([store, lambda].into()),
            None => lambda,
        };
        Typed::new(code, delegate.clone())
    }
}
