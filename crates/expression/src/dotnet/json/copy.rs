//! Copies of trees, and how large they are.

use super::super::error::Result;
use super::frozen::Slot;
use super::node::{Body, Node};
use super::token::JToken;
use std::sync::{Arc, Weak};

impl JToken {
    /// Nodes that are copied when `content` is put under this one: none if it is nowhere else and does not hold this one.
    pub(crate) fn copied(&self, content: &JToken) -> usize {
        let mut above = Some(self.node.clone());
        let mut holds = content.node.parent().is_some();
        while let Some(node) = above.filter(|_| !holds) {
            holds = Arc::ptr_eq(&node, &content.node);
            above = node.parent();
        }
        if holds { content.size() } else { 0 }
    }

    /// Nodes that a copy of it is made of.
    pub(crate) fn size(&self) -> usize {
        size_of_node(&self.node)
    }

    /// `DeepClone()`.
    pub(crate) fn deep_clone(&self) -> JToken {
        JToken {
            node: clone_node(&self.node),
            top: None,
        }
    }

    /// The node itself if nobody holds it, else a copy: what Json.NET puts into a container.
    pub(super) fn unattached(&self) -> Result<Arc<Node>> {
        Ok(match self.node.parent() {
            Some(_) => clone_node(&self.node),
            None => self.node.clone(),
        })
    }
}

// Nodes below a node, and itself. What nobody looked into counts too: a copy shares it only until somebody does.
fn size_of_node(node: &Arc<Node>) -> usize {
    let size = |slot: &Slot| match slot {
        Slot::Node(node) => size_of_node(node),
        Slot::Frozen(value) => value.size(),
    };
    node.glance(|body| match body {
        Body::Object(properties) => {
            // A value that was not looked at has no property around it yet.
            let property = |slot: &Slot| usize::from(matches!(slot, Slot::Frozen(_)));
            1 + properties
                .values()
                .map(|it| property(it) + size(it))
                .sum::<usize>()
        }
        Body::Array(items) | Body::Constructor(_, items) => 1 + items.iter().map(size).sum::<usize>(),
        Body::Property(_, value) => 1 + size(value),
        Body::Value(_) => 1,
        Body::Frozen(tree) => tree.size(),
    })
}

fn clone_node(node: &Arc<Node>) -> Arc<Node> {
    // What nobody looked into is shared.
    let frozen = node.glance(|body| match body {
        Body::Frozen(tree) => Some(tree.clone()),
        _ => None,
    });
    if let Some(tree) = frozen {
        return Node::under(Weak::new(), tree.height(), Body::Frozen(tree));
    }
    // Copies of the slots first, so that no lock is held while nodes are copied.
    let mut body = {
        let state = node.state();
        match &state.body {
            Body::Object(properties) => Body::Object(properties.clone()),
            Body::Array(items) => Body::Array(items.clone()),
            Body::Constructor(name, items) => Body::Constructor(name.clone(), items.clone()),
            Body::Property(name, value) => Body::Property(name.clone(), value.clone()),
            Body::Value(scalar) => Body::Value(scalar.clone()),
            Body::Frozen(tree) => tree.thawed(),
        }
    };
    let own_copy = |slot: &mut Slot| {
        if let Slot::Node(node) = slot {
            *slot = Slot::Node(clone_node(node));
        }
    };
    match &mut body {
        Body::Object(properties) => properties.values_mut().for_each(own_copy),
        Body::Array(items) | Body::Constructor(_, items) => items.iter_mut().for_each(own_copy),
        Body::Property(_, value) => own_copy(value),
        Body::Value(_) | Body::Frozen(_) => (),
    }
    Node::new(body)
}

#[cfg(test)]
mod tests {
    use super::super::{ParseOptions, Root, parse};

    #[test]
    fn a_tree_is_as_large_before_anybody_looks_as_afterwards() {
        for text in ["{}", "[1,2]", "{'a':{'b':[1,{'c':null}],'d':'e'},'f':[[]]}"] {
            let token = parse(text, Root::Any, &ParseOptions::default()).unwrap();
            let before = token.size();
            assert_eq!(before, token.descendants(true).len(), "{text}");
            assert_eq!(before, token.size(), "{text}");
        }
    }
}
