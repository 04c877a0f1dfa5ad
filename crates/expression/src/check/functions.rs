//! Local functions.

use super::Checker;
use super::scope::{Kind, LocalFunction, Returns, Variable};
use crate::Value;
use crate::eval::code::{Code, Function};
use crate::library::{Mode, Param, compare, delegates};
use crate::syntax::tree::{ArgumentMode, Function as FunctionSyntax, Name};
use crate::types::Type;
use std::rc::Rc;
use std::sync::Arc;

// Lists of types for which one generic function is made.
const MOST_INSTANCES: usize = 64;

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
        let open = self.generics.len();
        let names = function.generics.iter().enumerate();
        let open_types = names.map(|(at, name)| (name.text.clone(), Type::Param(at as u8)));
        self.generics.extend(open_types);
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
        self.generics.truncate(open);
        LocalFunction {
            params,
            result,
            generics: function.generics.len(),
            home: self.home(),
            instances: std::cell::RefCell::default(),
        }
    }

    /// The slot that holds a function: for a generic one, that for these types.
    pub(super) fn function_slot(
        &mut self,
        variable: &Variable,
        function: &LocalFunction,
        types: &[Type],
    ) -> u32 {
        if function.generics == 0 {
            return variable.slot;
        }
        let known = function
            .instances
            .borrow()
            .iter()
            .find(|it| it.0 == types)
            .map(|it| it.1);
        if let Some(own) = known {
            return self.seen_from_here(own, function.home.0);
        }
        match self.shared_slot(function.home) {
            Some((own, here)) => {
                function.instances.borrow_mut().push((types.to_vec(), own));
                here
            }
            None => variable.slot,
        }
    }

    /// The bodies of a function: one, or one for each list of types that a generic one was called with.
    pub(super) fn function_bodies(
        &mut self,
        function: &FunctionSyntax,
        variable: &Variable,
        signature: &LocalFunction,
    ) -> Vec<(u32, Arc<Function>)> {
        if signature.generics == 0 {
            return vec![(variable.slot, Arc::new(self.function_body(function, signature)))];
        }
        let mut bodies = Vec::new();
        // A body may call the function for more types.
        loop {
            let next = signature.instances.borrow().get(bodies.len()).cloned();
            let Some((types, slot)) = next else {
                return bodies;
            };
            if bodies.len() >= MOST_INSTANCES {
                let message = format!("`{}` is called with too many different types", function.name.text);
                self.error("expression-too-complex", message, function.name.span);
                return bodies;
            }
            let open = self.generics.len();
            let names = function.generics.iter().map(|it| it.text.clone());
            self.generics.extend(names.zip(types.iter().cloned()));
            let closed = LocalFunction {
                params: signature
                    .params
                    .iter()
                    .map(|it| Param {
                        ty: it.ty.with(&types),
                        ..it.clone()
                    })
                    .collect(),
                result: signature.result.with(&types),
                generics: 0,
                home: signature.home,
                instances: std::cell::RefCell::default(),
            };
            bodies.push((slot, Arc::new(self.function_body(function, &closed))));
            self.generics.truncate(open);
        }
    }

    fn function_body(&mut self, function: &FunctionSyntax, signature: &LocalFunction) -> Function {
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
        let key = format!("{}:{}:{types:?}", self.key(), function.name.span.start);
        let key = compare::hash_text(&key);
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
