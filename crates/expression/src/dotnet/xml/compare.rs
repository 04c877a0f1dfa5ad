//! `XNode.DeepEquals` and the order of a document.

use super::node::{Body, XObject};
use crate::dotnet::error::{DotnetError, Result};
use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hash, Hasher};

/// `XNode.DeepEquals`: names, attributes in order and content. Comments count; neighbouring texts are one.
pub(crate) fn deep_equals(one: &XObject, other: &XObject) -> bool {
    if one.same(other) {
        return true;
    }
    let (mine, theirs) = (one.with(Body::clone), other.with(Body::clone));
    // `<a />` and `<a></a>` differ.
    if !shallow(&mine, &theirs) || one.is_empty() != other.is_empty() {
        return false;
    }
    let (attributes, others) = (one.attributes(), other.attributes());
    let fits = |(one, other): (&XObject, &XObject)| shallow(&one.with(Body::clone), &other.with(Body::clone));
    if attributes.len() != others.len() || !attributes.iter().zip(&others).all(fits) {
        return false;
    }
    let (nodes, others) = (joined(one), joined(other));
    nodes.len() == others.len()
        && nodes.iter().zip(&others).all(|pair| match pair {
            (Part::Text(one), Part::Text(other)) => one == other,
            (Part::Node(one), Part::Node(other)) => deep_equals(one, other),
            _ => false,
        })
}

/// A number that equal nodes share.
pub(crate) fn deep_hash(node: &XObject) -> u64 {
    let mut hasher = DefaultHasher::new();
    for it in node.descendants(true) {
        if let Some(name) = it.name() {
            name.hash(&mut hasher);
        }
    }
    node.value().hash(&mut hasher);
    hasher.finish()
}

enum Part {
    Text(String),
    Node(XObject),
}

// Children with texts next to each other made one.
fn joined(node: &XObject) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for child in node.nodes() {
        let text = child.with(|body| match body {
            Body::Text(text) => Some(text.clone()),
            _ => None,
        });
        match (text, parts.last_mut()) {
            (Some(text), Some(Part::Text(known))) => known.push_str(&text),
            (Some(text), _) if !text.is_empty() => parts.push(Part::Text(text.to_string())),
            (Some(_), _) => (),
            (None, _) => parts.push(Part::Node(child)),
        }
    }
    parts
}

fn shallow(one: &Body, other: &Body) -> bool {
    match (one, other) {
        (Body::Document { .. }, Body::Document { .. }) => true,
        (Body::Element { name: one, .. }, Body::Element { name: other, .. }) => one == other,
        (Body::Attribute { name: a, value: b }, Body::Attribute { name: c, value: d }) => a == c && b == d,
        (Body::Text(one), Body::Text(other))
        | (Body::CData(one), Body::CData(other))
        | (Body::Comment(one), Body::Comment(other)) => one == other,
        (Body::Instruction { target: a, data: b }, Body::Instruction { target: c, data: d }) => {
            a == c && b == d
        }
        (Body::DocumentType(one), Body::DocumentType(other)) => one == other,
        _ => false,
    }
}

/// `XNode.CompareDocumentOrder`.
pub(crate) fn compare_order(one: &XObject, other: &XObject) -> Result<Ordering> {
    if one.same(other) {
        return Ok(Ordering::Equal);
    }
    let (one, other) = (path(one), path(other));
    if one.first() != other.first() {
        return Err(DotnetError::invalid_operation("A common ancestor is missing."));
    }
    Ok(one.cmp(&other))
}

// The top of the tree, and the place at each level.
fn path(node: &XObject) -> Vec<usize> {
    let mut places = Vec::new();
    let mut current = node.clone();
    while let Some(parent) = current.container() {
        places.push(current.siblings().0.len());
        current = parent;
    }
    places.push(current.address());
    places.reverse();
    places
}
