//! Paths, predicates and comparisons.

use super::functions::{is_text, text_of};
use super::syntax::{Axis, Expr, Operator, Start, Step, Test};
use super::{Scope, XValue, failure};
use crate::dotnet::xml::XMLNS;
use crate::dotnet::xml::node::{Body, Kind, XObject};
use crate::exception::Eval;
use std::collections::HashMap;

/// One evaluation.
pub(super) struct Walk<'a> {
    pub(super) scope: Scope<'a>,
    pub(super) tick: &'a mut dyn FnMut() -> Eval<()>,
}

/// The node an expression is evaluated at, and its place among others.
pub(super) struct Focus {
    pub(super) node: XObject,
    pub(super) position: usize,
    pub(super) size: usize,
}

impl Focus {
    pub(super) fn of(node: XObject) -> Focus {
        Focus {
            node,
            position: 1,
            size: 1,
        }
    }
}

impl Walk<'_> {
    pub(super) fn value(&mut self, expr: &Expr, focus: &Focus) -> Eval<XValue> {
        (self.tick)()?;
        match expr {
            Expr::Number(value) => Ok(XValue::Number(*value)),
            Expr::Text(text) => Ok(XValue::Text(text.clone())),
            Expr::Negate(inner) => Ok(XValue::Number(-self.value(inner, focus)?.number())),
            Expr::Call(function, args) => function.call(self, args, focus),
            Expr::Binary(operator, sides) => self.binary(*operator, &sides.0, &sides.1, focus),
            Expr::Path(start, steps) => self.path(start, steps, focus).map(XValue::Nodes),
        }
    }

    fn binary(&mut self, operator: Operator, left: &Expr, right: &Expr, focus: &Focus) -> Eval<XValue> {
        let left = self.value(left, focus)?;
        match operator {
            Operator::Or if left.bool() => return Ok(XValue::Bool(true)),
            Operator::And if !left.bool() => return Ok(XValue::Bool(false)),
            _ => (),
        }
        let right = self.value(right, focus)?;
        let number = |combine: fn(f64, f64) -> f64| XValue::Number(combine(left.number(), right.number()));
        Ok(match operator {
            Operator::Or | Operator::And => XValue::Bool(right.bool()),
            Operator::Add => number(|a, b| a + b),
            Operator::Subtract => number(|a, b| a - b),
            Operator::Multiply => number(|a, b| a * b),
            Operator::Divide => number(|a, b| a / b),
            Operator::Remainder => number(|a, b| a % b),
            Operator::Union => match (left, right) {
                (XValue::Nodes(mut nodes), XValue::Nodes(others)) => {
                    nodes.extend(others);
                    XValue::Nodes(self.in_order(nodes)?)
                }
                _ => return Err(failure("Expression must evaluate to a node-set.").into()),
            },
            _ => XValue::Bool(self.compare(operator, &left, &right)?),
        })
    }

    // A set of nodes compares as true if any of them does.
    fn compare(&mut self, operator: Operator, left: &XValue, right: &XValue) -> Eval<bool> {
        if let (XValue::Bool(_), XValue::Nodes(_)) | (XValue::Nodes(_), XValue::Bool(_)) = (left, right) {
            return Ok(holds(
                operator,
                &XValue::Bool(left.bool()),
                &XValue::Bool(right.bool()),
            ));
        }
        let each = |value: &XValue| match value {
            XValue::Nodes(nodes) => nodes.iter().map(|it| XValue::Text(text_of(it))).collect(),
            other => vec![other.clone()],
        };
        let others: Vec<XValue> = each(right);
        for one in each(left) {
            for other in &others {
                (self.tick)()?;
                if holds(operator, &one, other) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn path(&mut self, start: &Start, steps: &[Step], focus: &Focus) -> Eval<Vec<XObject>> {
        let mut nodes = match start {
            Start::Context => vec![focus.node.clone()],
            Start::Root => vec![root_of(&focus.node)],
            Start::Filter(inner, predicates) => {
                let XValue::Nodes(nodes) = self.value(inner, focus)? else {
                    return Err(failure("Expression must evaluate to a node-set.").into());
                };
                self.filtered(nodes, predicates)?
            }
        };
        // Whether no node can be below another: then children come in order, and each once.
        let mut flat = nodes.len() < 2;
        for step in steps {
            let is_ordered = match step.axis {
                Axis::Itself | Axis::Child | Axis::Attribute => flat,
                axis => nodes.len() < 2 && !axis.is_reverse(),
            };
            let mut found = Vec::new();
            for node in &nodes {
                found.extend(self.step(node, step)?);
            }
            nodes = if is_ordered { found } else { self.in_order(found)? };
            flat =
                nodes.len() < 2 || flat && matches!(step.axis, Axis::Itself | Axis::Child | Axis::Attribute);
        }
        Ok(nodes)
    }

    fn step(&mut self, node: &XObject, step: &Step) -> Eval<Vec<XObject>> {
        let mut found = Vec::new();
        for it in along(node, step.axis) {
            (self.tick)()?;
            if self.passes(&it, step)? {
                found.push(it);
            }
        }
        self.filtered(found, &step.predicates)
    }

    fn filtered(&mut self, mut nodes: Vec<XObject>, predicates: &[Expr]) -> Eval<Vec<XObject>> {
        for predicate in predicates {
            let size = nodes.len();
            let mut kept = Vec::new();
            for (at, node) in nodes.into_iter().enumerate() {
                let focus = Focus {
                    node,
                    position: at + 1,
                    size,
                };
                let holds = match self.value(predicate, &focus)? {
                    XValue::Number(place) => place == focus.position as f64,
                    other => other.bool(),
                };
                if holds {
                    kept.push(focus.node);
                }
            }
            nodes = kept;
        }
        Ok(nodes)
    }

    // Each node once, in document order. One walk over the tree numbers them all.
    fn in_order(&mut self, nodes: Vec<XObject>) -> Eval<Vec<XObject>> {
        let Some(first) = nodes.first().filter(|_| nodes.len() > 1) else {
            return Ok(nodes);
        };
        let root = root_of(first);
        let mut wanted: HashMap<usize, XObject> = nodes.iter().map(|it| (it.address(), it.clone())).collect();
        let mut ordered = Vec::with_capacity(wanted.len());
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            (self.tick)()?;
            ordered.extend(wanted.remove(&node.address()));
            for attribute in node.attributes() {
                ordered.extend(wanted.remove(&attribute.address()));
            }
            open.extend(node.nodes().into_iter().rev());
        }
        Ok(ordered)
    }

    fn passes(&self, node: &XObject, step: &Step) -> Eval<bool> {
        let principal = match step.axis {
            Axis::Attribute => Kind::Attribute,
            _ => Kind::Element,
        };
        Ok(match &step.test {
            Test::Node => true,
            Test::Text => is_text(node),
            Test::Comment => node.kind() == Kind::Comment,
            Test::Instruction(target) => node.with(|body| match (body, target) {
                (Body::Instruction { .. }, None) => true,
                (Body::Instruction { target, .. }, Some(wanted)) => **target == **wanted,
                _ => false,
            }),
            Test::Name(prefix, local) => {
                let namespace = match prefix.as_deref() {
                    None => None,
                    Some(prefix) => Some(self.namespace(prefix)?),
                };
                node.kind() == principal
                    && node.name().is_some_and(|name| {
                        // A name without a prefix is in no namespace; `*` is in any.
                        let space = match (&namespace, local) {
                            (Some(space), _) => *space == name.namespace,
                            (None, Some(_)) => name.namespace.is_empty(),
                            (None, None) => true,
                        };
                        space && local.as_deref().is_none_or(|it| *name.local == *it)
                    })
            }
        })
    }

    fn namespace(&self, prefix: &str) -> Eval<std::sync::Arc<str>> {
        let Some(scope) = self.scope else {
            let message = "Namespace Manager or XsltContext needed. This query has a prefix, variable, or user-defined function.";
            return Err(failure(message).into());
        };
        scope(prefix).ok_or_else(|| failure(format!("Namespace prefix '{prefix}' is not defined.")).into())
    }
}

fn holds(operator: Operator, left: &XValue, right: &XValue) -> bool {
    let equal = || match (left, right) {
        (XValue::Bool(_), _) | (_, XValue::Bool(_)) => left.bool() == right.bool(),
        (XValue::Number(_), _) | (_, XValue::Number(_)) => left.number() == right.number(),
        _ => left.text() == right.text(),
    };
    match operator {
        Operator::Equal => equal(),
        Operator::NotEqual => !equal(),
        Operator::Less => left.number() < right.number(),
        Operator::LessOrEqual => left.number() <= right.number(),
        Operator::Greater => left.number() > right.number(),
        _ => left.number() >= right.number(),
    }
}

/// The top of the tree: the document, or an element that is in none.
fn root_of(node: &XObject) -> XObject {
    let mut root = node.clone();
    while let Some(next) = root.container() {
        root = next;
    }
    root
}

// Nodes along an axis, nearest first. Texts in a row are one text, their first; declarations are no attributes.
fn along(node: &XObject, axis: Axis) -> Vec<XObject> {
    match axis {
        Axis::Itself => vec![node.clone()],
        Axis::Child => children(node),
        Axis::Attribute => attributes(node),
        Axis::Parent => node.container().into_iter().collect(),
        Axis::Ancestor => ancestors(node),
        Axis::AncestorOrSelf => std::iter::once(node.clone()).chain(ancestors(node)).collect(),
        Axis::Descendant => below(node),
        Axis::DescendantOrSelf => std::iter::once(node.clone()).chain(below(node)).collect(),
        Axis::FollowingSibling if node.kind() != Kind::Attribute => merged(node.siblings().1, is_text(node)),
        Axis::PrecedingSibling if node.kind() != Kind::Attribute => {
            let mut before = merged(node.siblings().0, false);
            before.reverse();
            before
        }
        Axis::Following => following(node),
        Axis::Preceding => preceding(node),
        Axis::FollowingSibling | Axis::PrecedingSibling | Axis::Namespace => Vec::new(),
    }
}

fn children(node: &XObject) -> Vec<XObject> {
    let nodes = node
        .nodes()
        .into_iter()
        .filter(|it| it.kind() != Kind::DocumentType);
    merged(nodes.collect(), false)
}

// Without the texts that only continue one.
fn merged(nodes: Vec<XObject>, mut after_text: bool) -> Vec<XObject> {
    let mut kept = Vec::with_capacity(nodes.len());
    for node in nodes {
        let text = is_text(&node);
        if !(text && after_text) {
            kept.push(node);
        }
        after_text = text;
    }
    kept
}

fn attributes(node: &XObject) -> Vec<XObject> {
    let is_plain = |it: &XObject| {
        it.name()
            .is_some_and(|name| &*name.namespace != XMLNS && !name.is_declaration())
    };
    node.attributes().into_iter().filter(is_plain).collect()
}

fn ancestors(node: &XObject) -> Vec<XObject> {
    std::iter::successors(node.container(), XObject::container).collect()
}

fn below(node: &XObject) -> Vec<XObject> {
    let mut found = Vec::new();
    let mut open = children(node);
    open.reverse();
    while let Some(next) = open.pop() {
        open.extend(children(&next).into_iter().rev());
        found.push(next);
    }
    found
}

fn following(node: &XObject) -> Vec<XObject> {
    let mut found = Vec::new();
    for it in std::iter::once(node.clone()).chain(ancestors(node)) {
        for sibling in along(&it, Axis::FollowingSibling) {
            found.push(sibling.clone());
            found.extend(below(&sibling));
        }
    }
    found
}

fn preceding(node: &XObject) -> Vec<XObject> {
    let mut found = Vec::new();
    for it in std::iter::once(node.clone()).chain(ancestors(node)) {
        for sibling in along(&it, Axis::PrecedingSibling) {
            let mut tree: Vec<XObject> = std::iter::once(sibling.clone()).chain(below(&sibling)).collect();
            tree.reverse();
            found.extend(tree);
        }
    }
    found
}

impl Axis {
    fn is_reverse(self) -> bool {
        matches!(
            self,
            Axis::Ancestor | Axis::AncestorOrSelf | Axis::Preceding | Axis::PrecedingSibling
        )
    }
}
