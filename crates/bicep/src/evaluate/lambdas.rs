use super::{Eval, Evaluator, Frame, Stop};
use crate::functions::{describe, text_of};
use crate::template::{Expr, Kind, Place};
use serde_json::{Map, Value};
use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

impl Evaluator<'_> {
    fn apply(&mut self, frame: &Rc<Frame>, lambda: &Expr, values: &[Arc<Value>]) -> Eval {
        let Kind::Lambda(names, body) = &lambda.kind else {
            return Err(lambda.at.stop("BCP070", "this must be a lambda"));
        };
        let before = self.locals.lambdas.len();
        // Values beyond the names, such as the index, go unused.
        self.locals
            .lambdas
            .extend(names.iter().cloned().zip(values.iter().cloned()));
        let result = self.value(frame, body);
        self.locals.lambdas.truncate(before);
        result
    }

    fn list(&mut self, frame: &Rc<Frame>, expr: &Expr) -> Result<Vec<Arc<Value>>, Stop> {
        match Arc::unwrap_or_clone(self.value(frame, expr)?) {
            Value::Array(list) => Ok(list.into_iter().map(Arc::new).collect()),
            other => Err(expr.at.stop(
                "wrong-type",
                format!("this must be an array, not {}", describe(&other)),
            )),
        }
    }

    fn applied_flag(
        &mut self,
        frame: &Rc<Frame>,
        lambda: &Expr,
        values: &[Arc<Value>],
    ) -> Result<bool, Stop> {
        match &*self.apply(frame, lambda, values)? {
            Value::Bool(flag) => Ok(*flag),
            other => Err(lambda.at.stop(
                "wrong-type",
                format!("the lambda must give a bool, not {}", describe(other)),
            )),
        }
    }

    pub(super) fn with_lambda(
        &mut self,
        frame: &Rc<Frame>,
        name: &str,
        arguments: &[Expr],
        at: &Place,
    ) -> Eval {
        let value: Value = match name {
            "map" => {
                let mut out = Vec::new();
                for (index, item) in self.list(frame, &arguments[0])?.into_iter().enumerate() {
                    let values = [item, Arc::new(index.into())];
                    out.push(Arc::unwrap_or_clone(self.apply(frame, &arguments[1], &values)?));
                }
                out.into()
            }
            "filter" => {
                let mut out = Vec::new();
                for (index, item) in self.list(frame, &arguments[0])?.into_iter().enumerate() {
                    let values = [item.clone(), Arc::new(index.into())];
                    if self.applied_flag(frame, &arguments[1], &values)? {
                        out.push(Arc::unwrap_or_clone(item));
                    }
                }
                out.into()
            }
            "reduce" => {
                let list = self.list(frame, &arguments[0])?;
                let mut sum = self.value(frame, &arguments[1])?;
                for (index, item) in list.into_iter().enumerate() {
                    sum = self.apply(frame, &arguments[2], &[sum, item, Arc::new(index.into())])?;
                }
                return Ok(sum);
            }
            "sort" => {
                let list = self.list(frame, &arguments[0])?;
                self.sorted(frame, list, &arguments[1])?
            }
            "mapValues" => {
                let Value::Object(object) = Arc::unwrap_or_clone(self.value(frame, &arguments[0])?) else {
                    return Err(arguments[0].at.stop("wrong-type", "this must be an object"));
                };
                let mut out = Map::new();
                for (key, value) in object {
                    let mapped = self.apply(frame, &arguments[1], &[Arc::new(value)])?;
                    out.insert(key, Arc::unwrap_or_clone(mapped));
                }
                out.into()
            }
            "toObject" | "groupBy" => self.keyed(frame, name, arguments)?,
            _ => return Err(at.stop("unknown-function", format!("there is no function `{name}`"))),
        };
        Ok(Arc::new(value))
    }

    fn keyed(&mut self, frame: &Rc<Frame>, name: &str, arguments: &[Expr]) -> Result<Value, Stop> {
        let mut out = Map::new();
        for item in self.list(frame, &arguments[0])? {
            let key = text_of(&*self.apply(frame, &arguments[1], std::slice::from_ref(&item))?);
            if name == "groupBy" {
                let group = out.entry(key).or_insert_with(|| Value::Array(Vec::new()));
                let item = match arguments.get(2) {
                    Some(lambda) => self.apply(frame, lambda, std::slice::from_ref(&item))?,
                    None => item,
                };
                if let Value::Array(group) = group {
                    group.push(Arc::unwrap_or_clone(item));
                }
                continue;
            }
            let value = match arguments.get(2) {
                Some(lambda) => self.apply(frame, lambda, std::slice::from_ref(&item))?,
                None => item,
            };
            out.insert(key, Arc::unwrap_or_clone(value));
        }
        Ok(out.into())
    }

    // A merge sort by hand: the lambda may fail, and may contradict itself.
    fn sorted(&mut self, frame: &Rc<Frame>, list: Vec<Arc<Value>>, less: &Expr) -> Result<Value, Stop> {
        let mut runs: Vec<Vec<Arc<Value>>> = list.into_iter().map(|item| vec![item]).collect();
        while runs.len() > 1 {
            let mut merged = Vec::with_capacity(runs.len().div_ceil(2));
            let mut rest = runs.into_iter();
            while let Some(first) = rest.next() {
                match rest.next() {
                    Some(second) => merged.push(self.merged(frame, first, second, less)?),
                    None => merged.push(first),
                }
            }
            runs = merged;
        }
        let sorted = runs.pop().unwrap_or_default();
        Ok(sorted
            .into_iter()
            .map(Arc::unwrap_or_clone)
            .collect::<Vec<_>>()
            .into())
    }

    fn merged(
        &mut self,
        frame: &Rc<Frame>,
        first: Vec<Arc<Value>>,
        second: Vec<Arc<Value>>,
        less: &Expr,
    ) -> Result<Vec<Arc<Value>>, Stop> {
        let mut out = Vec::with_capacity(first.len() + second.len());
        let (mut first, mut second) = (first.into_iter().peekable(), second.into_iter().peekable());
        while let (Some(a), Some(b)) = (first.peek(), second.peek()) {
            // What is equal keeps its order.
            let order = match self.applied_flag(frame, less, &[b.clone(), a.clone()])? {
                true => Ordering::Greater,
                false => Ordering::Less,
            };
            out.extend(if order.is_gt() {
                second.next()
            } else {
                first.next()
            });
        }
        out.extend(first.chain(second));
        Ok(out)
    }
}
