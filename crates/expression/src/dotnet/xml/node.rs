//! The tree: nodes, handles on them and the ways from one to another.

use super::name::Name;
use crate::dotnet::Annotation;
use crate::dotnet::error::{DotnetError, Result};
use parking_lot::{Mutex, MutexGuard};
use std::sync::{Arc, Weak};

/// The greatest number of levels of a tree.
pub(super) const MAX_HEIGHT: u16 = 512;

/// What a node is.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    Document {
        declaration: Option<Declaration>,
        children: Vec<Arc<Node>>,
    },
    Element {
        name: Name,
        attributes: Vec<Arc<Node>>,
        children: Vec<Arc<Node>>,
        /// `<a></a>` and not `<a />`, though there is nothing in it.
        is_open: bool,
    },
    Attribute {
        name: Name,
        value: Arc<str>,
    },
    Text(Arc<str>),
    CData(Arc<str>),
    Comment(Arc<str>),
    Instruction {
        target: Arc<str>,
        data: Arc<str>,
    },
    DocumentType(DocumentType),
}

/// `XDeclaration`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Declaration {
    pub(crate) version: Option<Arc<str>>,
    pub(crate) encoding: Option<Arc<str>>,
    pub(crate) standalone: Option<Arc<str>>,
}

/// `XDocumentType`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DocumentType {
    pub(crate) name: Arc<str>,
    pub(crate) public_id: Option<Arc<str>>,
    pub(crate) system_id: Option<Arc<str>>,
    pub(crate) internal_subset: Option<Arc<str>>,
}

/// `XmlNodeType`, as far as nodes of a tree have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Element = 1,
    Attribute = 2,
    Text = 3,
    CData = 4,
    Instruction = 7,
    Comment = 8,
    Document = 9,
    DocumentType = 10,
}

/// One node. Its lock is never held while another node's is taken.
#[derive(Debug)]
pub(crate) struct Node(Mutex<State>);

#[derive(Debug)]
pub(super) struct State {
    pub(super) parent: Weak<Node>,
    /// Levels below this node at most; never too small.
    pub(super) height: u16,
    pub(super) body: Body,
    /// What `AddAnnotation` attached.
    pub(super) annotations: Vec<Annotation>,
}

impl Node {
    fn new(body: Body) -> Arc<Node> {
        Arc::new(Node(Mutex::new(State {
            parent: Weak::new(),
            height: 0,
            body,
            annotations: Vec::new(),
        })))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }

    pub(super) fn parent(&self) -> Option<Arc<Node>> {
        self.state().parent.upgrade()
    }

    pub(super) fn children(&self) -> Vec<Arc<Node>> {
        match &self.state().body {
            Body::Document { children, .. } | Body::Element { children, .. } => children.clone(),
            _ => Vec::new(),
        }
    }

    pub(super) fn attributes(&self) -> Vec<Arc<Node>> {
        match &self.state().body {
            Body::Element { attributes, .. } => attributes.clone(),
            _ => Vec::new(),
        }
    }
}

/// A handle on a node: what an expression holds. It keeps the top of the tree that it came from alive, as nodes know
/// their parents weakly only.
#[derive(Debug, Clone)]
pub(crate) struct XObject {
    pub(super) node: Arc<Node>,
    #[expect(dead_code, reason = "it is held so that the tree stays alive")]
    top: Option<Arc<Node>>,
}

impl XObject {
    /// A node without a parent.
    pub(crate) fn new(body: Body) -> XObject {
        XObject {
            node: Node::new(body),
            top: None,
        }
    }

    /// `new XElement(name)`.
    pub(crate) fn element(name: Name) -> XObject {
        XObject::new(Body::Element {
            name,
            attributes: Vec::new(),
            children: Vec::new(),
            is_open: false,
        })
    }

    /// `new XDocument()`.
    pub(crate) fn document() -> XObject {
        XObject::new(Body::Document {
            declaration: None,
            children: Vec::new(),
        })
    }

    /// A handle on a node of the same tree.
    pub(super) fn beside(&self, node: Arc<Node>) -> XObject {
        let top = Some(self.top());
        XObject { node, top }
    }

    pub(super) fn all_beside(&self, nodes: Vec<Arc<Node>>) -> Vec<XObject> {
        let top = self.top();
        let made = |node| XObject {
            node,
            top: Some(top.clone()),
        };
        nodes.into_iter().map(made).collect()
    }

    // The top of the tree that the node is in now: since the handle was made, it may have moved.
    fn top(&self) -> Arc<Node> {
        let mut top = self.node.clone();
        while let Some(parent) = top.parent() {
            top = parent;
        }
        top
    }

    /// Whether both are the same object.
    pub(crate) fn same(&self, other: &XObject) -> bool {
        Arc::ptr_eq(&self.node, &other.node)
    }

    /// Equal for the same object.
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.node) as usize
    }

    /// `NodeType`.
    pub(crate) fn kind(&self) -> Kind {
        match &self.node.state().body {
            Body::Document { .. } => Kind::Document,
            Body::Element { .. } => Kind::Element,
            Body::Attribute { .. } => Kind::Attribute,
            Body::Text(_) => Kind::Text,
            Body::CData(_) => Kind::CData,
            Body::Comment(_) => Kind::Comment,
            Body::Instruction { .. } => Kind::Instruction,
            Body::DocumentType(_) => Kind::DocumentType,
        }
    }

    /// Looks at the node.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&Body) -> T) -> T {
        look(&self.node.state().body)
    }

    /// Changes what the node itself holds: a value, a name. Children are changed by `edit`.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Body)) {
        change(&mut self.node.state().body);
    }

    /// Looks at what was attached to the node, and may change it.
    pub(crate) fn annotations<T>(&self, look: impl FnOnce(&mut Vec<Annotation>) -> T) -> T {
        look(&mut self.node.state().annotations)
    }

    /// The name of an element or attribute.
    pub(crate) fn name(&self) -> Option<Name> {
        self.with(|body| match body {
            Body::Element { name, .. } | Body::Attribute { name, .. } => Some(name.clone()),
            _ => None,
        })
    }

    /// The element or document that holds it.
    pub(crate) fn container(&self) -> Option<XObject> {
        let parent = self.node.parent()?;
        Some(self.beside(parent))
    }

    /// `Parent`: null below a document.
    pub(crate) fn parent(&self) -> Option<XObject> {
        self.container().filter(|it| it.kind() == Kind::Element)
    }

    /// `Document`.
    pub(crate) fn owner(&self) -> Option<XObject> {
        let mut top = self.clone();
        while let Some(next) = top.container() {
            top = next;
        }
        Some(top).filter(|it| it.kind() == Kind::Document)
    }

    /// `Nodes()`.
    pub(crate) fn nodes(&self) -> Vec<XObject> {
        self.all_beside(self.node.children())
    }

    /// `Elements()`, all or those of a name.
    pub(crate) fn elements(&self, name: Option<&Name>) -> Vec<XObject> {
        self.nodes()
            .into_iter()
            .filter(|it| it.is_element(name))
            .collect()
    }

    /// Whether it is an element, of this name if one is given.
    pub(crate) fn is_element(&self, wanted: Option<&Name>) -> bool {
        self.with(|body| match body {
            Body::Element { name, .. } => wanted.is_none_or(|it| it == name),
            _ => false,
        })
    }

    /// `Attributes()`.
    pub(crate) fn attributes(&self) -> Vec<XObject> {
        self.all_beside(self.node.attributes())
    }

    /// `Attribute(name)`.
    pub(crate) fn attribute(&self, name: &Name) -> Option<XObject> {
        self.attributes()
            .into_iter()
            .find(|it| it.name().as_ref() == Some(name))
    }

    /// `DescendantNodes()` in document order, with itself first if asked for.
    pub(crate) fn descendants(&self, with_self: bool) -> Vec<XObject> {
        let mut nodes = Vec::new();
        let mut open = if with_self {
            vec![self.node.clone()]
        } else {
            let mut children = self.node.children();
            children.reverse();
            children
        };
        while let Some(node) = open.pop() {
            open.extend(node.children().into_iter().rev());
            nodes.push(node);
        }
        self.all_beside(nodes)
    }

    /// `Ancestors()`, nearest first.
    pub(crate) fn ancestors(&self, with_self: bool) -> Vec<XObject> {
        let mut found = Vec::new();
        let mut next = if with_self {
            Some(self.clone())
        } else {
            self.parent()
        };
        while let Some(it) = next.filter(|it| it.kind() == Kind::Element) {
            next = it.parent();
            found.push(it);
        }
        found
    }

    /// The nodes before and behind it among its siblings.
    pub(crate) fn siblings(&self) -> (Vec<XObject>, Vec<XObject>) {
        let Some(parent) = self.container() else {
            return (Vec::new(), Vec::new());
        };
        let all = if self.kind() == Kind::Attribute {
            parent.attributes()
        } else {
            parent.nodes()
        };
        let at = all.iter().position(|it| it.same(self)).unwrap_or(all.len());
        let mut before = all;
        let behind = before.split_off((at + 1).min(before.len()));
        before.truncate(at);
        (before, behind)
    }

    /// `Value`: the text below an element, the content of anything else.
    pub(crate) fn value(&self) -> String {
        let own = self.with(|body| match body {
            Body::Attribute { value, .. } => Some(value.to_string()),
            Body::Text(text) | Body::CData(text) | Body::Comment(text) => Some(text.to_string()),
            Body::Instruction { data, .. } => Some(data.to_string()),
            _ => None,
        });
        own.unwrap_or_else(|| {
            let mut text = String::new();
            for node in self.descendants(false) {
                node.with(|body| {
                    if let Body::Text(it) | Body::CData(it) = body {
                        text.push_str(it);
                    }
                });
            }
            text
        })
    }

    /// `IsEmpty`.
    pub(crate) fn is_empty(&self) -> bool {
        self.with(
            |body| matches!(body, Body::Element { children, is_open: false, .. } if children.is_empty()),
        )
    }

    /// `GetNamespaceOfPrefix`; the empty prefix asks for the default namespace.
    pub(crate) fn namespace_of_prefix(&self, prefix: &str) -> Option<Arc<str>> {
        for element in self.ancestors(true) {
            for attribute in element.attributes() {
                let found = attribute.with(|body| match body {
                    Body::Attribute { name, value } if name.is_declaration() => {
                        (declared_prefix(name) == prefix).then(|| value.clone())
                    }
                    _ => None,
                });
                if found.is_some() {
                    return found;
                }
            }
        }
        match prefix {
            "xml" => Some(super::XML.into()),
            "xmlns" => Some(super::XMLNS.into()),
            _ => None,
        }
    }

    /// `GetPrefixOfNamespace`: never the empty one.
    pub(crate) fn prefix_of_namespace(&self, namespace: &str) -> Option<String> {
        for element in self.ancestors(true) {
            for attribute in element.attributes() {
                let prefix = attribute.with(|body| match body {
                    Body::Attribute { name, value }
                        if &*name.namespace == super::XMLNS && **value == *namespace =>
                    {
                        Some(name.local.to_string())
                    }
                    _ => None,
                });
                // A declaration nearer by may give the prefix another meaning.
                let visible =
                    |prefix: &String| self.namespace_of_prefix(prefix).as_deref() == Some(namespace);
                if let Some(prefix) = prefix.filter(visible) {
                    return Some(prefix);
                }
            }
        }
        match namespace {
            super::XML => Some("xml".to_owned()),
            super::XMLNS => Some("xmlns".to_owned()),
            _ => None,
        }
    }

    /// A copy of the node and what is below it, without a parent.
    pub(crate) fn deep_clone(&self) -> XObject {
        XObject {
            node: clone_of(&self.node),
            top: None,
        }
    }

    /// Nodes below it and itself.
    pub(crate) fn count(&self) -> usize {
        let nodes = self.descendants(true);
        nodes.iter().map(|it| 1 + it.node.attributes().len()).sum()
    }
}

/// The prefix that an attribute declares.
pub(super) fn declared_prefix(name: &Name) -> &str {
    if name.namespace.is_empty() {
        ""
    } else {
        &name.local
    }
}

fn clone_of(node: &Arc<Node>) -> Arc<Node> {
    let (mut body, height) = {
        let state = node.state();
        (state.body.clone(), state.height)
    };
    let mut copies = Vec::new();
    match &mut body {
        Body::Document { children, .. } => copy_all(children, &mut copies),
        Body::Element {
            attributes, children, ..
        } => {
            copy_all(attributes, &mut copies);
            copy_all(children, &mut copies);
        }
        _ => (),
    }
    let made = Node::new(body);
    made.state().height = height;
    for copy in copies {
        copy.state().parent = Arc::downgrade(&made);
    }
    made
}

// The depth is bounded by `MAX_HEIGHT`.
fn copy_all(nodes: &mut [Arc<Node>], copies: &mut Vec<Arc<Node>>) {
    for node in nodes {
        *node = clone_of(node);
        copies.push(node.clone());
    }
}

/// Levels above a node.
pub(super) fn depth(node: &Arc<Node>) -> usize {
    let mut depth = 0;
    let mut next = node.parent();
    while let Some(node) = next {
        depth += 1;
        next = node.parent();
    }
    depth
}

/// Makes a node the parent of another, whose place in the list is the caller's business.
pub(super) fn adopt(parent: &Arc<Node>, child: &Arc<Node>) {
    let mut height = {
        let mut state = child.state();
        state.parent = Arc::downgrade(parent);
        state.height + 1
    };
    let mut next = Some(parent.clone());
    while let Some(node) = next {
        let mut state = node.state();
        if state.height >= height {
            break;
        }
        state.height = height;
        height = height.saturating_add(1);
        next = state.parent.upgrade();
    }
}

/// Refuses a child that would make the tree too high.
pub(super) fn check_height(parent: &Arc<Node>, child: &Arc<Node>) -> Result<()> {
    let height = usize::from(child.state().height);
    match depth(parent) + height + 1 < usize::from(MAX_HEIGHT) {
        true => Ok(()),
        false => Err(DotnetError::invalid_operation(format!(
            "Elements are nested more than {MAX_HEIGHT} deep."
        ))),
    }
}
