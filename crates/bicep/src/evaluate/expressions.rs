use super::frame::Slot;
use super::{Eval, Evaluator, Frame, Iteration, NOT_DEPLOYED, STEPS, Stop};
use crate::functions::{Run, describe, find, get};
use crate::template::{Expr, Kind, Parameter, Place, Schema, ValueLoop};
use serde_json::{Map, Value};
use source::{Diagnostic, nearest};
use std::rc::Rc;
use std::sync::Arc;

/// How many elements a loop may have (doc).
pub(crate) const LOOP: i64 = 10_000;
/// How deep values may depend on each other.
const NESTING: usize = 1_000;

impl Evaluator<'_> {
    /// The value of an expression.
    pub(crate) fn value(&mut self, frame: &Rc<Frame>, expr: &Expr) -> Eval {
        self.steps += 1;
        if self.steps > STEPS {
            return Err(expr.at.stop("too-long", "the deployment takes too many steps"));
        }
        if self.nesting > NESTING {
            return Err(expr.at.stop("too-deep", "values depend on each other too deeply"));
        }
        self.nesting += 1;
        let result = stacker::maybe_grow(128 * 1024, 1024 * 1024, || self.value_of(frame, expr));
        self.nesting -= 1;
        result
    }

    fn value_of(&mut self, frame: &Rc<Frame>, expr: &Expr) -> Eval {
        match &expr.kind {
            Kind::Value(value) => Ok(value.clone()),
            Kind::Object(members) => self.object(frame, members),
            Kind::Array(elements) => {
                let values: Result<Vec<Value>, Stop> = elements
                    .iter()
                    .map(|it| self.value(frame, it).map(Arc::unwrap_or_clone))
                    .collect();
                Ok(Arc::new(values?.into()))
            }
            Kind::Call(name, arguments) => self.call(frame, name, arguments, &expr.at),
            Kind::Member(base, index) => self.member(frame, base, index),
            Kind::Loop(inner) => self.value_loop(frame, inner),
            Kind::Lambda(..) => Err(expr.at.stop(
                "BCP238",
                "a lambda stands only as an argument of a function that takes one",
            )),
        }
    }

    fn object(&mut self, frame: &Rc<Frame>, members: &[(Expr, Expr)]) -> Eval {
        let mut object = Map::new();
        for (key, value) in members {
            let name = match &*self.value(frame, key)? {
                Value::String(name) => name.clone(),
                other => {
                    return Err(key.at.stop(
                        "wrong-type",
                        format!("the name of a property must be a string, not {}", describe(other)),
                    ));
                }
            };
            object.insert(name, Arc::unwrap_or_clone(self.value(frame, value)?));
        }
        Ok(Arc::new(object.into()))
    }

    /// Evaluates to a text.
    pub(crate) fn text(&mut self, frame: &Rc<Frame>, expr: &Expr, what: &str) -> Result<String, Stop> {
        match &*self.value(frame, expr)? {
            Value::String(text) => Ok(text.clone()),
            other => Err(expr.at.stop(
                "wrong-type",
                format!("{what} must be a string, not {}", describe(other)),
            )),
        }
    }

    /// Evaluates to true or false.
    pub(crate) fn flag(&mut self, frame: &Rc<Frame>, expr: &Expr, what: &str) -> Result<bool, Stop> {
        match &*self.value(frame, expr)? {
            Value::Bool(flag) => Ok(*flag),
            other => Err(expr.at.stop(
                "wrong-type",
                format!("{what} must be a bool, not {}", describe(other)),
            )),
        }
    }

    /// Evaluates to how often a loop runs.
    pub(crate) fn count(&mut self, frame: &Rc<Frame>, expr: &Expr) -> Result<usize, Stop> {
        let value = self.value(frame, expr)?;
        let count = value.as_i64().filter(|count| (0..=LOOP).contains(count));
        count
            .and_then(|count| usize::try_from(count).ok())
            .ok_or_else(|| {
                let message = format!("a loop runs from 0 to {LOOP} times, not {}", describe(&value));
                expr.at.stop("invalid-copy", message)
            })
    }

    /// The value, or null if it is of a resource whose condition is false: what `.?` asks of it is not there.
    fn if_deployed(&mut self, frame: &Rc<Frame>, expr: &Expr) -> Eval {
        match self.value(frame, expr) {
            Err(Stop::Found(finding)) if finding.diagnostic.code == NOT_DEPLOYED => Ok(Arc::new(Value::Null)),
            value => value,
        }
    }

    fn value_loop(&mut self, frame: &Rc<Frame>, inner: &ValueLoop) -> Eval {
        let count = self.count(frame, &inner.count)?;
        let mut values = Vec::with_capacity(count);
        for index in 0..count {
            let is_main = inner.name.is_empty();
            self.locals.loops.push(Iteration {
                name: inner.name.clone(),
                index,
                is_main,
            });
            let value = self.value(frame, &inner.input);
            self.locals.loops.pop();
            values.push(Arc::unwrap_or_clone(value?));
        }
        Ok(Arc::new(values.into()))
    }

    fn member(&mut self, frame: &Rc<Frame>, base: &Expr, index: &Expr) -> Eval {
        let index_value = self.value(frame, index)?;
        // `reference(...)` of a module is asked for output by output: one that failed leaves the others.
        let value = self.value(frame, base)?;
        if let Some(found) = get(&value, &index_value) {
            return Ok(Arc::new(found.clone()));
        }
        let code = "missing-property";
        Err(match (&*value, &*index_value) {
            (Value::Object(object), Value::String(name)) => {
                let near = nearest(name, object.keys().map(String::as_str));
                let diagnostic =
                    Diagnostic::error(code, format!("there is no `{name}` in it"), index.at.span);
                let diagnostic = match (near, object.len()) {
                    (Some(near), _) => diagnostic.suggest(Some(near)),
                    (None, 0) => diagnostic.help("the object is empty"),
                    (None, _) => {
                        let names: Vec<&str> = object.keys().take(12).map(String::as_str).collect();
                        diagnostic.help(format!("there are {}", names.join(", ")))
                    }
                };
                Stop::from(diagnostic.found_in(&index.at.source))
            }
            (Value::Array(list), Value::Number(at)) => index.at.stop(
                code,
                format!("there is no element {at}: the array has {}", list.len()),
            ),
            (Value::Array(_), other) => index.at.stop(
                "wrong-type",
                format!("an array is asked by number, not by {}", describe(other)),
            ),
            (Value::Object(_), other) => index.at.stop(
                "wrong-type",
                format!("an object is asked by name, not by {}", describe(other)),
            ),
            (other, _) => base.at.stop(
                "wrong-type",
                format!("this is {}, which has no members", describe(other)),
            ),
        })
    }

    /// The value of a parameter.
    pub(crate) fn parameter(&mut self, frame: &Rc<Frame>, name: &str, at: &Place) -> Eval {
        if let Some(arguments) = &self.locals.arguments {
            let found = arguments.get(name).cloned();
            return found
                .ok_or_else(|| at.stop("unknown-parameter", format!("there is no parameter `{name}`")));
        }
        if let Some(outer) = frame.outer.clone() {
            return self.parameter(&outer, name, at);
        }
        let template = frame.template.clone();
        let declared = template.parameters.get_full(name).map(|(_, key, it)| (key, it));
        let declared = declared.or_else(|| {
            template
                .parameters
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
        });
        let Some((key, parameter)) = declared else {
            let near = nearest(name, template.parameters.keys().map(String::as_str));
            let diagnostic = Diagnostic::error(
                "unknown-parameter",
                format!("there is no parameter `{name}`"),
                at.span,
            );
            return Err(diagnostic.suggest(near).found_in(&at.source).into());
        };
        let known = frame.parameters.borrow().get(key).cloned();
        match known {
            Some(Slot::Known(value)) => return Ok(value),
            Some(Slot::Failed) => return Err(Stop::Reported),
            Some(Slot::Open) => {
                return Err(at.stop("BCP080", format!("the value of `{name}` depends on itself")));
            }
            None => (),
        }
        frame.parameters.borrow_mut().insert(key.clone(), Slot::Open);
        let mut from = None;
        let value = match (frame.given.get(&key.to_ascii_lowercase()), &parameter.default) {
            (Some((given, place)), _)
                if !given.is_null() || parameter.schema.nullable || parameter.default.is_none() =>
            {
                from = Some(place.clone());
                Ok(Arc::new(given.clone()))
            }
            (_, Some(default)) => self.apart(|this| this.value(frame, default)),
            (_, None) if parameter.schema.nullable => Ok(Arc::new(Value::Null)),
            // Reported when the deployment began.
            (_, None) => Err(Stop::Reported),
        };
        let slot = match &value {
            Ok(value) => Slot::Known(value.clone()),
            Err(_) => Slot::Failed,
        };
        frame.parameters.borrow_mut().insert(key.clone(), slot);
        let value = value?;
        // What was given is wrong where it was given, not where the parameter is declared.
        let fits = match &from {
            Some(place) => self.fitting_parameter(&value, key, parameter, frame, place),
            None => self.fitting(&value, &parameter.schema, frame, &parameter.at),
        };
        if fits.is_err() {
            frame.parameters.borrow_mut().insert(key.clone(), Slot::Failed);
        }
        fits.map(|()| value)
    }

    fn fitting_parameter(
        &mut self,
        value: &Value,
        name: &str,
        parameter: &Parameter,
        frame: &Frame,
        place: &Place,
    ) -> Result<(), Stop> {
        let declared = &parameter.at;
        let line = declared.source.position(declared.span.start);
        let advice = format!(
            "the parameter is declared in {}:{}:{}",
            declared.source.name(),
            line.line,
            line.column
        );
        let mut stop = None;
        for mistake in super::schema::check(value, &parameter.schema, &frame.template.definitions) {
            let message = format!("parameter `{name}`{}: {}", mistake.path, mistake.text);
            let diagnostic = Diagnostic::error("BCP033", message, place.span).help(advice.clone());
            let found = Stop::from(diagnostic.found_in(&place.source));
            if let Some(earlier) = stop.replace(found) {
                self.report(earlier);
            }
        }
        match stop {
            Some(stop) => Err(stop),
            None => Ok(()),
        }
    }

    /// Stops at a value that does not fit its schema.
    pub(crate) fn fitting(
        &mut self,
        value: &Value,
        schema: &Schema,
        frame: &Frame,
        at: &Place,
    ) -> Result<(), Stop> {
        let mut stop = None;
        for mistake in super::schema::check(value, schema, &frame.template.definitions) {
            if let Some(earlier) = stop.replace(at.stop("BCP033", mistake.shown())) {
                self.report(earlier);
            }
        }
        match stop {
            Some(stop) => Err(stop),
            None => Ok(()),
        }
    }

    /// The value of a variable.
    pub(crate) fn variable(&mut self, frame: &Rc<Frame>, name: &str, at: &Place) -> Eval {
        if let Some(outer) = frame.outer.clone() {
            return self.variable(&outer, name, at);
        }
        let template = frame.template.clone();
        let declared = template.variables.get_key_value(name);
        let declared = declared.or_else(|| {
            template
                .variables
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
        });
        let Some((key, expr)) = declared else {
            let near = nearest(name, template.variables.keys().map(String::as_str));
            let diagnostic = Diagnostic::error(
                "unknown-variable",
                format!("there is no variable `{name}`"),
                at.span,
            );
            return Err(diagnostic.suggest(near).found_in(&at.source).into());
        };
        let known = frame.variables.borrow().get(key).cloned();
        match known {
            Some(Slot::Known(value)) => return Ok(value),
            Some(Slot::Failed) => return Err(Stop::Reported),
            Some(Slot::Open) => {
                return Err(at.stop("BCP080", format!("the value of `{name}` depends on itself")));
            }
            None => (),
        }
        frame.variables.borrow_mut().insert(key.clone(), Slot::Open);
        let value = self.apart(|this| this.value(frame, expr));
        let slot = match &value {
            Ok(value) => Slot::Known(value.clone()),
            Err(_) => Slot::Failed,
        };
        frame.variables.borrow_mut().insert(key.clone(), slot);
        value
    }

    /// Evaluates as at the top of a template: no loop, no lambda, no function around it.
    pub(crate) fn apart<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let locals = std::mem::take(&mut self.locals);
        let result = run(self);
        self.locals = locals;
        result
    }

    fn call(&mut self, frame: &Rc<Frame>, name: &str, arguments: &[Expr], at: &Place) -> Eval {
        let row = find(name).filter(|row| !matches!(row.run, Run::Compiler));
        let Some(row) = row else {
            return self.other_call(frame, name, arguments, at);
        };
        if arguments.len() < row.least || arguments.len() > row.most {
            let message = format!(
                "`{}` takes {}, not {}",
                row.name,
                crate::functions::counts(row),
                arguments.len()
            );
            return Err(at.stop("wrong-arguments", message));
        }
        match row.run {
            Run::Pure(run) => {
                let mut values = Vec::with_capacity(arguments.len());
                for (at, argument) in arguments.iter().enumerate() {
                    let value = match (row.name, at) {
                        ("tryGet", 0) => self.if_deployed(frame, argument)?,
                        _ => self.value(frame, argument)?,
                    };
                    values.push(Arc::unwrap_or_clone(value));
                }
                match run(&values) {
                    Ok(value) => Ok(Arc::new(value)),
                    Err(message) => Err(at.stop("wrong-arguments", format!("`{}`: {message}", row.name))),
                }
            }
            Run::Evaluator => self.special(frame, row.name, arguments, at),
            Run::Compiler => Err(at.stop("unknown-function", format!("templates have no function `{name}`"))),
        }
    }
}
