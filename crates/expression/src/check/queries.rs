//! `from x in xs where .. select ..`: calls of LINQ methods over elements that hold all range variables.

use super::arguments::Arg;
use super::members::{Group, Receiver};
use super::scope::{Frame, Kind, Returns, Variable};
use super::{Checker, Typed};
use crate::eval::cast::element_type;
use crate::eval::code::{Code, Function, FunctionBody};
use crate::library::{compare, delegates, interfaces};
use crate::syntax::tree::{Clause, End, Expr, From, Name, Query, QueryRest};
use crate::types::Type;
use source::Span;
use std::sync::Arc;

/// A range variable: its name, its type, and where it lies in an element.
type Range = (Name, Type, Vec<usize>);

/// A sequence and what its elements hold.
struct Source {
    sequence: Typed,
    element: Type,
    ranges: Vec<Range>,
}

impl Checker<'_> {
    pub(super) fn query(&mut self, query: &Query, span: Span) -> Typed {
        let Some(source) = self.query_source(&query.first) else {
            return Typed::error();
        };
        self.query_rest(source, &query.clauses, &query.end, query.next.as_ref(), span)
    }

    // `x in xs`
    fn query_source(&mut self, from: &From) -> Option<Source> {
        let sequence = self.range_sequence(from)?;
        let element = element_type(&sequence.ty)?;
        let ranges = vec![(from.name.clone(), element.clone(), Vec::new())];
        Some(Source {
            sequence,
            element,
            ranges,
        })
    }

    fn range_sequence(&mut self, from: &From) -> Option<Typed> {
        let mut sequence = self.value(&from.source);
        if let Some(ty) = &from.ty {
            let name = Name {
                text: "Cast".to_owned(),
                types: vec![ty.clone()],
                span: from.name.span,
            };
            let group = Group {
                receiver: Receiver::Value(sequence),
                name,
            };
            sequence = self.call_group(group, Vec::new(), from.name.span);
        }
        if element_type(&sequence.ty).is_none() {
            if !sequence.ty.is_error() {
                self.type_error(
                    format!("`{}` has no elements to go through", sequence.ty),
                    from.source.span,
                );
            }
            return None;
        }
        Some(sequence)
    }

    fn query_rest(
        &mut self,
        mut source: Source,
        clauses: &[Clause],
        end: &End,
        next: Option<&(Name, Box<QueryRest>)>,
        span: Span,
    ) -> Typed {
        for clause in clauses {
            match self.clause(source, clause, span) {
                Some(it) => source = it,
                None => return Typed::error(),
            }
        }
        let result = match end {
            End::Select(value) => {
                let selector = self.range_lambda(&source, |it| it.value(value));
                self.linq(source.sequence, "Select", vec![selector], span)
            }
            End::Group(what, key) => {
                let key = self.range_lambda(&source, |it| it.value(key));
                let what = self.range_lambda(&source, |it| it.value(what));
                self.linq(source.sequence, "GroupBy", vec![key, what], span)
            }
        };
        let Some((name, rest)) = next else { return result };
        let Some(element) = element_type(&result.ty) else {
            return result;
        };
        let ranges = vec![(name.clone(), element.clone(), Vec::new())];
        let source = Source {
            sequence: result,
            element,
            ranges,
        };
        self.query_rest(source, &rest.clauses, &rest.end, rest.next.as_ref(), span)
    }

    fn clause(&mut self, source: Source, clause: &Clause, span: Span) -> Option<Source> {
        match clause {
            Clause::Where(condition) => {
                let test = self.range_lambda(&source, |it| {
                    let code = it.condition(condition);
                    Typed::new(code, Type::Bool)
                });
                let sequence = self.linq(source.sequence, "Where", vec![test], span);
                Some(Source { sequence, ..source })
            }
            Clause::OrderBy(keys) => self.order(source, keys, span),
            Clause::Let(name, value) => {
                let mut ty = Type::Error;
                let pair = self.range_lambda(&source, |it| {
                    let value = it.value(value);
                    ty = value.ty.clone();
                    it.pair(&source.element, value)
                });
                Some(self.widened(source, "Select", vec![pair], name, ty, span))
            }
            Clause::From(from) => {
                let mut element = Type::Error;
                let inner = self.range_lambda(&source, |it| {
                    let Some(sequence) = it.range_sequence(from) else {
                        return Typed::error();
                    };
                    element = element_type(&sequence.ty).unwrap_or(Type::Error);
                    let ty = Type::generic(&interfaces::IENUMERABLE, [element.clone()]);
                    it.converted(sequence, &ty, from.source.span)
                });
                let result = self.pair_lambda(&source.element, &element);
                Some(self.widened(
                    source,
                    "SelectMany",
                    vec![inner, result],
                    &from.name,
                    element,
                    span,
                ))
            }
            Clause::Join {
                from,
                left,
                right,
                into,
            } => {
                let inner = self.query_source(from)?;
                let left = self.range_lambda(&source, |it| it.value(left));
                let right = self.range_lambda(&inner, |it| it.value(right));
                let (method, name, ty) = match into {
                    Some(name) => (
                        "GroupJoin",
                        name,
                        Type::generic(&interfaces::IENUMERABLE, [inner.element.clone()]),
                    ),
                    None => ("Join", &from.name, inner.element.clone()),
                };
                let result = self.pair_lambda(&source.element, &ty);
                Some(self.widened(
                    source,
                    method,
                    vec![inner.sequence, left, right, result],
                    name,
                    ty,
                    span,
                ))
            }
        }
    }

    fn order(&mut self, mut source: Source, keys: &[(Expr, bool)], span: Span) -> Option<Source> {
        for (at, (key, descending)) in keys.iter().enumerate() {
            let key = self.range_lambda(&source, |it| it.value(key));
            let method = match (at, descending) {
                (0, false) => "OrderBy",
                (0, true) => "OrderByDescending",
                (_, false) => "ThenBy",
                (_, true) => "ThenByDescending",
            };
            source.sequence = self.linq(source.sequence, method, vec![key], span);
        }
        Some(source)
    }

    // The source after one more range variable has come into its elements.
    fn widened(
        &mut self,
        source: Source,
        method: &str,
        args: Vec<Typed>,
        name: &Name,
        ty: Type,
        span: Span,
    ) -> Source {
        let element = pair_type(&source.element, &ty);
        let sequence = self.linq(source.sequence, method, args, span);
        let deeper = |(name, ty, path): Range| {
            let path = std::iter::once(0).chain(path).collect();
            (name, ty, path)
        };
        let mut ranges: Vec<Range> = source.ranges.into_iter().map(deeper).collect();
        ranges.push((name.clone(), ty, vec![1]));
        Source {
            sequence,
            element,
            ranges,
        }
    }

    fn linq(&mut self, sequence: Typed, method: &str, args: Vec<Typed>, span: Span) -> Typed {
        if sequence.ty.is_error() || args.iter().any(|it| it.ty.is_error()) {
            return Typed::error();
        }
        let name = Name {
            text: method.to_owned(),
            types: Vec::new(),
            span,
        };
        let args = args.into_iter().map(|it| Arg::typed(it, span)).collect();
        self.call_group(
            Group {
                receiver: Receiver::Value(sequence),
                name,
            },
            args,
            span,
        )
    }

    // A lambda over one element, in which the range variables can be used.
    fn range_lambda(&mut self, source: &Source, body: impl FnOnce(&mut Self) -> Typed) -> Typed {
        let names: Vec<&str> = source.ranges.iter().map(|it| it.0.text.as_str()).collect();
        let key = compare::hash_text(&format!("{}:{names:?}:{}", self.key(), source.element));
        self.frames.push(Frame::new(Returns::Anything, key));
        let slot = self.temporary();
        for (name, ty, path) in &source.ranges {
            let range = Variable {
                name: name.text.clone(),
                ty: ty.clone(),
                slot,
                shared: true,
                kind: Kind::Path(path.clone()),
            };
            if self
                .find(&name.text)
                .is_some_and(|it| !matches!(it.kind, Kind::Path(_)))
            {
                self.error(
                    "expression-duplicate",
                    format!("there is already a variable `{}` here", name.text),
                    name.span,
                );
            }
            self.put(range);
        }
        let value = body(self);
        self.range_function(vec![(slot, true)], std::slice::from_ref(&source.element), value)
    }

    fn range_function(&mut self, params: Vec<(u32, bool)>, types: &[Type], value: Typed) -> Typed {
        let Some(frame) = self.frames.pop() else {
            return Typed::error();
        };
        if value.ty.is_error() {
            return Typed::error();
        }
        let ty = delegates::of(types, &value.ty);
        let function = Function {
            ty: ty.clone(),
            frame: frame.size(),
            params,
            refs: Vec::new(),
            captures: frame.captures,
            body: FunctionBody::Value(value.code),
        };
        Typed::new(Code::Lambda(Arc::new(function)), ty)
    }

    // The present element and one more value.
    fn pair(&mut self, element: &Type, value: Typed) -> Typed {
        if value.ty.is_error() {
            return value;
        }
        let ty = pair_type(element, &value.ty);
        Typed::new(
            Code::Record(Box::new((ty.clone(), vec![Code::Cell(0), value.code]))),
            ty,
        )
    }

    // `(a, b) => the pair of both`
    fn pair_lambda(&mut self, a: &Type, b: &Type) -> Typed {
        self.frames.push(Frame::new(Returns::Anything, self.key()));
        let slots = [self.temporary(), self.temporary()];
        let ty = pair_type(a, b);
        let codes = slots.iter().map(|slot| Code::Local(*slot)).collect();
        let value = Typed::new(Code::Record(Box::new((ty.clone(), codes))), ty);
        self.range_function(
            slots.iter().map(|slot| (*slot, false)).collect(),
            &[a.clone(), b.clone()],
            value,
        )
    }
}

fn pair_type(a: &Type, b: &Type) -> Type {
    Type::Anonymous([("<0>".into(), a.clone()), ("<1>".into(), b.clone())].into())
}
