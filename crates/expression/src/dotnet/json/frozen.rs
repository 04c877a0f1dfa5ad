//! What was read and not yet touched: plain data, which any number of trees share. A node takes its own copy, one level
//! at a time, when somebody looks inside.

use super::node::{Body, Node};
use super::properties::{Names, Properties};
use super::read::Root;
use super::scalar::Scalar;
use super::token::JToken;
use std::sync::{Arc, Weak};

/// A value that was read.
#[derive(Debug, Clone)]
pub(crate) enum Frozen {
    /// A value without children.
    Scalar(Scalar),
    /// A container.
    Tree(Arc<Tree>),
}

/// A container that was read.
#[derive(Debug)]
pub(crate) struct Tree {
    height: u16,
    /// Nodes that it becomes when all of it is looked at.
    size: usize,
    content: Content,
}

/// What is in a container that was read.
#[derive(Debug)]
pub(super) enum Content {
    /// Names, and a value for each.
    Object(Arc<Names>, Box<[Frozen]>),
    Array(Box<[Frozen]>),
    Constructor(Arc<str>, Box<[Frozen]>),
}

/// A child: a node, or what becomes one.
#[derive(Debug, Clone)]
pub(super) enum Slot {
    Node(Arc<Node>),
    Frozen(Frozen),
}

impl Tree {
    pub(super) fn new(content: Content) -> Tree {
        let (values, own): (&[Frozen], u16) = match &content {
            // An object's children are properties, which hold the values.
            Content::Object(_, values) => (values, 2),
            Content::Array(items) | Content::Constructor(_, items) => (items, 1),
        };
        let below = values.iter().map(Frozen::height).max();
        let height = below.map_or(0, |it| it.saturating_add(own));
        let below: usize = values.iter().map(Frozen::size).sum();
        let size = 1 + below + values.len() * usize::from(own - 1);
        Tree {
            height,
            size,
            content,
        }
    }

    pub(super) fn height(&self) -> u16 {
        self.height
    }

    pub(super) fn content(&self) -> &Content {
        &self.content
    }

    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// One level of it, for a node of its own.
    pub(super) fn thawed(&self) -> Body {
        let slots = |values: &[Frozen]| values.iter().cloned().map(Slot::Frozen).collect();
        match &self.content {
            Content::Object(names, values) => Body::Object(Properties::new(names.clone(), slots(values))),
            Content::Array(items) => Body::Array(slots(items)),
            Content::Constructor(name, items) => Body::Constructor(name.clone(), slots(items)),
        }
    }
}

impl Frozen {
    /// A tree of its own over it.
    pub(crate) fn thaw(&self) -> JToken {
        JToken::from_node(self.node(Weak::new()))
    }

    /// Whether a document may be this.
    pub(crate) fn is(&self, root: Root) -> bool {
        match (root, self) {
            (Root::Any, _) => true,
            (Root::Object, Frozen::Tree(tree)) => matches!(tree.content, Content::Object(..)),
            (Root::Array, Frozen::Tree(tree)) => matches!(tree.content, Content::Array(_)),
            (_, Frozen::Scalar(_)) => false,
        }
    }

    fn node(&self, parent: Weak<Node>) -> Arc<Node> {
        match self {
            Frozen::Scalar(scalar) => Node::under(parent, 0, Body::Value(scalar.clone())),
            Frozen::Tree(tree) => Node::under(parent, tree.height, Body::Frozen(tree.clone())),
        }
    }

    pub(super) fn scalar(&self) -> Option<&Scalar> {
        match self {
            Frozen::Scalar(scalar) => Some(scalar),
            Frozen::Tree(_) => None,
        }
    }

    pub(super) fn size(&self) -> usize {
        match self {
            Frozen::Scalar(_) => 1,
            Frozen::Tree(tree) => tree.size,
        }
    }

    fn height(&self) -> u16 {
        match self {
            Frozen::Scalar(_) => 0,
            Frozen::Tree(tree) => tree.height,
        }
    }
}

impl Slot {
    pub(super) fn height(&self) -> u16 {
        match self {
            Slot::Node(node) => node.height(),
            Slot::Frozen(frozen) => frozen.height(),
        }
    }

    /// The node of an item or of a property's value, made now if there was none.
    pub(super) fn node(&mut self, parent: &Weak<Node>) -> Arc<Node> {
        match self {
            Slot::Node(node) => node.clone(),
            Slot::Frozen(frozen) => {
                let node = frozen.node(parent.clone());
                *self = Slot::Node(node.clone());
                node
            }
        }
    }

    /// The node of an object's property.
    pub(super) fn property(&mut self, name: &Arc<str>, parent: &Weak<Node>) -> Arc<Node> {
        match self {
            Slot::Node(node) => node.clone(),
            Slot::Frozen(frozen) => {
                let height = frozen.height().saturating_add(1);
                let body = Body::Property(name.clone(), Slot::Frozen(frozen.clone()));
                let node = Node::under(parent.clone(), height, body);
                *self = Slot::Node(node.clone());
                node
            }
        }
    }

    /// Whether it is this very node.
    pub(super) fn is(&self, node: &Arc<Node>) -> bool {
        matches!(self, Slot::Node(it) if Arc::ptr_eq(it, node))
    }
}
