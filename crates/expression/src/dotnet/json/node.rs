//! The nodes of a tree: what a token is, and who holds it.

use super::super::Annotation;
use super::frozen::{Slot, Tree};
use super::properties::Properties;
use super::scalar::Scalar;
use parking_lot::{Mutex, MutexGuard};
use std::sync::{Arc, Weak};

/// The greatest number of levels of a tree, an object with its property counting as two.
pub(crate) const MAX_HEIGHT: u16 = 512;

/// What a node is. An object holds its property nodes by name; a property holds the node of its value.
#[derive(Debug)]
pub(super) enum Body {
    Object(Properties),
    Array(Vec<Slot>),
    Constructor(Arc<str>, Vec<Slot>),
    Property(Arc<str>, Slot),
    Value(Scalar),
    /// A container into which nobody has looked yet.
    Frozen(Arc<Tree>),
}

impl Body {
    // Each child, and how many levels it is below its own top.
    fn each(&self, mut visit: impl FnMut(&Slot, u16)) {
        match self {
            // The node of a property is not there yet where its value is frozen.
            Body::Object(properties) => properties.values().for_each(|slot| {
                visit(slot, if matches!(slot, Slot::Node(_)) { 1 } else { 2 });
            }),
            Body::Array(items) | Body::Constructor(_, items) => items.iter().for_each(|slot| visit(slot, 1)),
            Body::Property(_, value) => visit(value, 1),
            Body::Value(_) | Body::Frozen(_) => (),
        }
    }

    /// The children, those that were not there made now.
    fn nodes(&mut self, own: &Weak<Node>) -> Vec<Arc<Node>> {
        match self {
            Body::Object(properties) => {
                let slots = properties.iter_mut();
                slots.map(|(name, slot)| slot.property(name, own)).collect()
            }
            Body::Array(items) | Body::Constructor(_, items) => {
                items.iter_mut().map(|slot| slot.node(own)).collect()
            }
            Body::Property(_, value) => vec![value.node(own)],
            Body::Value(_) | Body::Frozen(_) => Vec::new(),
        }
    }
}

/// One node. Its lock is never held while another node's is taken, but for a child's, from above.
#[derive(Debug)]
pub(super) struct Node(Mutex<State>);

#[derive(Debug)]
pub(super) struct State {
    pub(super) parent: Weak<Node>,
    pub(super) own: Weak<Node>,
    /// Levels below this node at most; never too small.
    pub(super) height: u16,
    pub(super) body: Body,
    pub(super) annotations: Vec<Annotation>,
}

impl Node {
    /// A node without a parent, over children that get it as theirs.
    pub(super) fn new(body: Body) -> Arc<Node> {
        Arc::new_cyclic(|own| {
            let mut height = 0;
            body.each(|slot, levels| {
                if let Slot::Node(child) = slot {
                    child.0.lock().parent = own.clone();
                }
                height = height.max(slot.height().saturating_add(levels));
            });
            Node(Mutex::new(State {
                parent: Weak::new(),
                own: own.clone(),
                height,
                body,
                annotations: Vec::new(),
            }))
        })
    }

    /// A node whose children, if it has any, are none yet.
    pub(super) fn under(parent: Weak<Node>, height: u16, body: Body) -> Arc<Node> {
        Arc::new_cyclic(|own| {
            Node(Mutex::new(State {
                parent,
                own: own.clone(),
                height,
                body,
                annotations: Vec::new(),
            }))
        })
    }

    /// What it is and holds, one level deep.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.0.lock();
        if let Body::Frozen(tree) = &state.body {
            state.body = tree.thawed();
        }
        state
    }

    /// The child nodes, in order.
    pub(super) fn children(&self) -> Vec<Arc<Node>> {
        let mut state = self.state();
        let own = state.own.clone();
        state.body.nodes(&own)
    }

    pub(super) fn parent(&self) -> Option<Arc<Node>> {
        self.0.lock().parent.upgrade()
    }

    pub(super) fn height(&self) -> u16 {
        self.0.lock().height
    }

    /// Whether it is a value without children that nobody holds.
    pub(super) fn is_free_leaf(&self) -> bool {
        let state = self.0.lock();
        matches!(state.body, Body::Value(_)) && state.parent.strong_count() == 0
    }

    /// Puts such a value behind the items of an array; false if this is none.
    pub(super) fn push_leaf(&self, leaf: &Arc<Node>) -> bool {
        let mut state = self.state();
        let own = state.own.clone();
        let Body::Array(items) = &mut state.body else {
            return false;
        };
        items.push(Slot::Node(leaf.clone()));
        state.height = state.height.max(1);
        leaf.0.lock().parent = own;
        true
    }

    /// Gives an object a property with such a value. The name is not there yet.
    pub(super) fn push_property(&self, name: Arc<str>, leaf: &Arc<Node>) {
        let mut state = self.state();
        let parent = state.own.clone();
        let Body::Object(properties) = &mut state.body else {
            return;
        };
        let body = Body::Property(name.clone(), Slot::Node(leaf.clone()));
        let property = Node::under(parent, 1, body);
        leaf.0.lock().parent = Arc::downgrade(&property);
        properties.insert_at(properties.len(), name, Slot::Node(property));
        state.height = state.height.max(2);
    }

    /// What it is, without looking inside.
    pub(super) fn glance<T>(&self, look: impl FnOnce(&Body) -> T) -> T {
        look(&self.0.lock().body)
    }
}
