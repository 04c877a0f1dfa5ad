//! Local functions.

use super::Checker;
use super::scope::{Kind, LocalFunction, Returns, Variable};
use crate::Value;
use crate::eval::code::{Code, Function};
use crate::library::{Mode, Param, compare, delegates};
use crate::syntax::tree::{ArgumentMode, Function as FunctionSyntax, Name};
use crate::types::Type;
use std::rc::Rc;

impl Checker<'_> {
    pub(super) fn declare_function(
        &mut self,
        name: &Name,
        ty: Type,
        signature: Rc<LocalFunction>,
    ) -> Variable {
        if self.find(&name.text).is_some() {
            self.error(
                "expression-duplicate",
                format!("there is already a `{}` here", name.text),
                name.span,
            );
        }
        self.declare_as(&name.text, ty, Kind::Function(signature), true)
    }

    pub(super) fn signature(&mut self, function: &FunctionSyntax) -> LocalFunction {
        let result = self.resolve(&function.result);
        let mut params = Vec::new();
        for param in &function.params {
            let ty = self.resolve(&param.ty);
            let mode = match (param.mode, param.params) {
                (ArgumentMode::Out, _) => Mode::Out,
                (ArgumentMode::Ref, _) => Mode::Ref,
                (_, true) => Mode::Params,
                _ => Mode::Value,
            };
            let default = param.default.as_ref().map(|it| {
                let value = self.expect(it, &ty);
                match (value.constant, value.code) {
                    (Some(constant), _) | (None, Code::Const(constant)) => constant,
                    _ => {
                        self.type_error("a default is a constant", it.span);
                        Value::Null
                    }
                }
            });
            params.push(Param {
                name: param.name.text.clone(),
                ty,
                mode,
                default,
            });
        }
        LocalFunction { params, result }
    }

    pub(super) fn function_body(&mut self, function: &FunctionSyntax, signature: &LocalFunction) -> Function {
        let params = function.params.iter().zip(&signature.params);
        let params = params.map(|(syntax, param)| {
            (
                syntax.name.clone(),
                param.ty.clone(),
                matches!(param.mode, Mode::Out | Mode::Ref),
            )
        });
        let types: Vec<Type> = signature.params.iter().map(|it| it.ty.clone()).collect();
        let delegate = delegates::of(&types, &signature.result);
        let key = compare::hash_text(&format!("{}:{}", self.key(), function.name.span.start));
        let returns = Returns::Type(signature.result.clone());
        self.function(
            key,
            params.collect(),
            &function.body,
            returns,
            delegate,
            function.name.span,
        )
        .0
    }
}
