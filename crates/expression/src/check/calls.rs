//! Which method is meant, and its call.

use super::arguments::{Arg, Form};
use super::members::{Found, Group, Left, Receiver, static_rows};
use super::overloads::{Candidate, Misfit};
use super::scope::{Kind, Variable};
use super::{Checker, Origin, Typed};
use crate::Value;
use crate::eval::code::{Call, Code, Dynamic, Invoke, Place};
use crate::library::{self, Def, MemberKind, Mode, Param, delegates, nullable};
use crate::syntax::tree::{Argument, ArgumentMode, Expr};
use crate::types::Type;
use source::{Diagnostic, Span};

impl Checker<'_> {
    /// `callee(args)`.
    pub(super) fn call(&mut self, callee: &Expr, args: &[Argument], span: Span) -> Typed {
        match self.left(callee, true) {
            Left::Group(group) => {
                let args = self.arguments(args);
                self.call_group(group, args, span)
            }
            Left::Value(value) if value.ty.is_error() => {
                self.arguments(args);
                Typed::error()
            }
            Left::Value(value) if value.ty.is_dynamic() => {
                let args = self.arguments(args);
                let codes = self.dynamic_args(args);
                Typed::new(
                    Code::Dynamic(Box::new(Dynamic::Invoke(value.code, codes))),
                    Type::Dynamic,
                )
            }
            Left::Value(value) => match delegates::signature(&value.ty) {
                Some((params, result)) => {
                    let args = self.arguments(args);
                    let params = params.into_iter().enumerate().map(|(at, ty)| Param {
                        name: format!("arg{}", at + 1),
                        ty,
                        mode: Mode::Value,
                        default: None,
                    });
                    let candidate = Candidate::of_function(params.collect(), result, 0);
                    let (args, types) = match self.fit_function(&candidate, args, &[], callee.span) {
                        Some(fitted) => fitted,
                        None => return Typed::error(),
                    };
                    invoke(value.code, args, candidate.result.with(&types))
                }
                None => self.type_error(format!("`{}` cannot be called", value.ty), callee.span),
            },
            Left::Type(ty) => {
                let message = format!("`{ty}` is a type");
                let diagnostic = Diagnostic::error("expression-type", message, callee.span);
                self.report(diagnostic.help(format!(
                    "write `new {ty}(...)` to make one, `({ty})value` to cast"
                )));
                Typed::error()
            }
            Left::Namespace(space) => self.type_error(format!("`{space}` is a namespace"), callee.span),
        }
    }

    // The arguments of a call of a function that has no row, and its type arguments.
    #[expect(
        clippy::type_complexity,
        reason = "code, places and types belong together here only"
    )]
    fn fit_function(
        &mut self,
        candidate: &Candidate,
        args: Vec<Arg<'_>>,
        written: &[Type],
        span: Span,
    ) -> Option<((Vec<Code>, Vec<(usize, Place)>), Vec<Type>)> {
        match self.overload(std::slice::from_ref(candidate), &args, written) {
            Ok(fitted) => Some((self.emit(&fitted, args), fitted.types)),
            Err(misfit) => {
                if let Some(inside) = self.wrong_inside(&args) {
                    self.report(inside);
                    return None;
                }
                let wanted: Vec<String> = candidate.params.iter().map(|it| format!("`{}`", it.ty)).collect();
                let message = match misfit {
                    Misfit::Inference => format!(
                        "the type arguments of this function do not follow from ({})",
                        describe(&args)
                    ),
                    Misfit::None => format!(
                        "this function takes ({}), not ({})",
                        wanted.join(", "),
                        describe(&args)
                    ),
                };
                self.error("expression-arguments", message, span);
                None
            }
        }
    }

    fn call_local(&mut self, variable: &Variable, group: &Group, args: Vec<Arg<'_>>, span: Span) -> Typed {
        let Kind::Function(function) = &variable.kind else {
            return Typed::error();
        };
        let function = function.clone();
        let written: Vec<Type> = group.name.types.iter().map(|it| self.resolve(it)).collect();
        let candidate = Candidate::of_function(
            function.params.clone(),
            function.result.clone(),
            function.generics,
        );
        let Some((args, types)) = self.fit_function(&candidate, args, &written, span) else {
            return Typed::error();
        };
        let slot = self.function_slot(variable, &function, &types);
        invoke(Code::Cell(slot), args, function.result.with(&types))
    }

    /// A call of a method by name.
    pub(super) fn call_group(&mut self, group: Group, args: Vec<Arg<'_>>, span: Span) -> Typed {
        match group.receiver.clone() {
            Receiver::Local(variable) => self.call_local(&variable, &group, args, span),
            Receiver::Static(ty) => {
                let is_method = |kind| matches!(kind, MemberKind::StaticMethod | MemberKind::Extension);
                let found = static_rows(&ty, &group.name.text, is_method);
                self.call_rows(&group, found, None, args, span)
            }
            Receiver::Value(value) if value.ty.is_dynamic() => {
                let codes = self.dynamic_args(args);
                let call = Dynamic::Call(value.code, group.name.text.as_str().into(), codes);
                Typed::new(Code::Dynamic(Box::new(call)), Type::Dynamic)
            }
            Receiver::Value(value) => self.call_instance(&group, value, args, span),
        }
    }

    fn dynamic_args(&mut self, args: Vec<Arg<'_>>) -> Vec<Code> {
        args.into_iter()
            .map(|arg| self.pass(arg, &Type::Dynamic).code)
            .collect()
    }

    fn call_instance(&mut self, group: &Group, value: Typed, args: Vec<Arg<'_>>, span: Span) -> Typed {
        if let Some(special) = self.variable_access(&group.name.text, &value, group, &args) {
            return special;
        }
        let found = self.members(&value.ty, &group.name.text, |kind| kind == MemberKind::Method);
        let written: Vec<Type> = group.name.types.iter().map(|it| self.resolve(it)).collect();
        let candidates = candidates(&found);
        if let Ok(fitted) = self.overload(&candidates, &args, &written) {
            return self.finish(group, fitted, Some(value), args);
        }
        // Only when no method of the type itself fits do extension methods count.
        let extensions = library::extensions(&group.name.text);
        if !extensions.is_empty() {
            let mut with_receiver = vec![Arg::typed(value.clone(), group.name.span)];
            with_receiver.extend(args.iter().cloned());
            let candidates: Vec<Candidate> = extensions
                .iter()
                .map(|row| Candidate::of(row, Vec::new(), 0))
                .collect();
            match self.overload(&candidates, &with_receiver, &written) {
                Ok(fitted) => return self.finish(group, fitted, None, with_receiver),
                Err(misfit) if found.is_empty() => {
                    return self.no_extension(group, &value, &candidates, &with_receiver, misfit);
                }
                Err(_) => (),
            }
        }
        if found.is_empty() {
            return self.unknown_member(&value.ty, &group.name);
        }
        self.call_rows(group, found, Some(value), args, span)
    }

    fn no_extension(
        &mut self,
        group: &Group,
        value: &Typed,
        candidates: &[Candidate],
        args: &[Arg<'_>],
        misfit: Misfit,
    ) -> Typed {
        // Whether the receiver alone would do.
        let applies = candidates.iter().any(|it| {
            it.params.first().is_some_and(|param| match &param.ty {
                Type::Class(def, _) => {
                    let mut found = false;
                    crate::eval::cast::bases(&value.ty, &mut |base| {
                        found |= matches!(base, Type::Class(it, _) if it == def);
                        found
                    });
                    found
                }
                ty => *ty == value.ty,
            })
        });
        match applies {
            true => self.misfit(group, candidates, &args[1..], misfit, true),
            false => self.unknown_member(&value.ty, &group.name),
        }
    }

    fn call_rows(
        &mut self,
        group: &Group,
        found: Vec<Found>,
        receiver: Option<Typed>,
        args: Vec<Arg<'_>>,
        _: Span,
    ) -> Typed {
        let written: Vec<Type> = group.name.types.iter().map(|it| self.resolve(it)).collect();
        let candidates = candidates(&found);
        match self.overload(&candidates, &args, &written) {
            Ok(fitted) => self.finish(group, fitted, receiver, args),
            Err(misfit) => self.misfit(group, &candidates, &args, misfit, false),
        }
    }

    fn finish(
        &mut self,
        group: &Group,
        fitted: super::overloads::Fitted,
        receiver: Option<Typed>,
        args: Vec<Arg<'_>>,
    ) -> Typed {
        let Some(row) = fitted.candidate.row else {
            return Typed::error();
        };
        self.allowed(row, group.name.span);
        let (mut codes, mut outs) = self.emit(&fitted, args);
        let result = fitted.candidate.result.with(&fitted.types);
        let has_receiver = receiver.is_some();
        if let Some(receiver) = receiver {
            codes.insert(0, receiver.code);
            outs.iter_mut().for_each(|(at, _)| *at += 1);
        }
        let throws_on_null = has_receiver && row.def != Def(&nullable::NULLABLE);
        let call = Call {
            body: row.member.get,
            args: codes,
            types: fitted.types.into_boxed_slice(),
            receiver: throws_on_null,
            outs,
        };
        Typed::new(Code::Call(Box::new(call)), result)
    }

    /// The complaint that no overload takes the arguments.
    pub(super) fn misfit(
        &mut self,
        group: &Group,
        candidates: &[Candidate],
        args: &[Arg<'_>],
        misfit: Misfit,
        extension: bool,
    ) -> Typed {
        if args
            .iter()
            .any(|it| matches!(&it.form, Form::Typed(value) if value.ty.is_error()))
        {
            return Typed::error();
        }
        // What is wrong inside a lambda is said there.
        if let Some(inside) = self.wrong_inside(args) {
            self.report(inside);
            return Typed::error();
        }
        let name = &group.name.text;
        let message = match misfit {
            Misfit::Inference if group.name.types.is_empty() => format!(
                "the type arguments of `{name}` do not follow from ({})",
                describe(args)
            ),
            _ => format!("no `{name}` takes ({})", describe(args)),
        };
        let mut signatures: Vec<&str> = candidates
            .iter()
            .filter_map(|it| Some(it.row?.member.signature))
            .collect();
        signatures.dedup();
        signatures.truncate(if extension { 3 } else { 5 });
        let help: Vec<String> = signatures.iter().map(|it| format!("`{it}`")).collect();
        let diagnostic = Diagnostic::error("expression-arguments", message, group.name.span);
        self.report(diagnostic.help(format!("there is {}", help.join(", "))));
        Typed::error()
    }

    // The mistake in the body of one of the lambdas, if that is why nothing fits.
    fn wrong_inside(&self, args: &[Arg<'_>]) -> Option<Diagnostic> {
        let lambdas = args.iter().filter(|it| matches!(it.form, Form::Lambda(_)));
        let spans: Vec<Span> = lambdas.map(|it| it.span).collect();
        let inside = |it: &&Diagnostic| {
            let within = spans
                .iter()
                .any(|span| span.start <= it.span.start && it.span.end <= span.end);
            within && it.severity == source::Severity::Error
        };
        self.probe_errors.iter().find(inside).cloned()
    }

    // `GetValueOrDefault` and `ContainsKey` of `context.Variables` with a constant name need no look-up by name.
    fn variable_access(
        &mut self,
        name: &str,
        value: &Typed,
        group: &Group,
        args: &[Arg<'_>],
    ) -> Option<Typed> {
        if value.origin != Origin::Variables
            || args
                .iter()
                .any(|it| it.name.is_some() || it.mode != ArgumentMode::Value)
        {
            return None;
        }
        let Form::Typed(Typed {
            constant: Some(Value::Text(key)),
            ..
        }) = &args.first()?.form
        else {
            return None;
        };
        let symbol = self.symbols.intern(key.utf8()?);
        let written = match group.name.types.as_slice() {
            [] => None,
            [one] => Some(self.resolve(one)),
            _ => return None,
        };
        match (name, args) {
            ("ContainsKey", [_]) => Some(Typed::new(Code::HasVariable(symbol), Type::Bool)),
            ("GetValueOrDefault", [_]) => {
                let ty = written.unwrap_or(Type::Object);
                let default = self.default_value(&ty);
                Some(Typed::new(
                    Code::VariableOr(symbol, Box::new((ty.clone(), default.code))),
                    ty,
                ))
            }
            ("GetValueOrDefault", [_, default]) => {
                let ty = match (written, &default.form) {
                    (Some(ty), _) => ty,
                    (None, Form::Typed(value)) if value.is_null() => Type::Object,
                    (None, Form::Typed(value)) => value.ty.clone(),
                    (None, _) => return None,
                };
                let default = self.pass(default.clone(), &ty);
                Some(Typed::new(
                    Code::VariableOr(symbol, Box::new((ty.clone(), default.code))),
                    ty,
                ))
            }
            _ => None,
        }
    }

    /// An `out` or `ref` argument: what is passed in, and where the result goes.
    pub(super) fn by_reference(&mut self, arg: Arg<'_>, param: &Type) -> (Code, Place) {
        match arg.form {
            Form::Declare(ty, designation) => {
                let ty = match ty.is_var() {
                    true => param.clone(),
                    false => self.resolve(ty),
                };
                (Code::Const(Value::Null), self.declared_place(designation, ty))
            }
            Form::Place(expr, _) => {
                let by_value = arg.mode == ArgumentMode::Ref;
                let target = self.target(expr);
                let code = if by_value {
                    target.read()
                } else {
                    Code::Const(Value::Null)
                };
                (code, self.target_place(target))
            }
            _ => (Code::Const(Value::Null), Place::Discard),
        }
    }
}

fn invoke(function: Code, (args, outs): (Vec<Code>, Vec<(usize, Place)>), result: Type) -> Typed {
    Typed::new(Code::Invoke(Box::new(Invoke { function, args, outs })), result)
}

fn candidates(found: &[Found]) -> Vec<Candidate> {
    found
        .iter()
        .map(|it| Candidate::of(it.row, it.outer.clone(), it.depth))
        .collect()
}

fn describe(args: &[Arg<'_>]) -> String {
    args.iter().map(Arg::describe).collect::<Vec<_>>().join(", ")
}
