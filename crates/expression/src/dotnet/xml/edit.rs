//! Changing a tree: adding, removing, replacing.

use super::node::{Body, Kind, Node, XObject, adopt, check_height};
use crate::dotnet::error::{DotnetError, Result};
use std::sync::Arc;

/// What is added to a container: a node or attribute, or text.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    Object(XObject),
    Text(String),
}

impl XObject {
    /// `Add(content)`.
    pub(crate) fn add(&self, content: Content) -> Result<()> {
        match content {
            Content::Object(it) if it.kind() == Kind::Attribute => self.add_attribute(&it),
            Content::Object(it) => self.insert(usize::MAX, &it),
            Content::Text(text) => self.add_text(usize::MAX, &text),
        }
    }

    /// Adds nodes at a place among the children; gives the place behind them.
    pub(crate) fn insert_all(&self, mut at: usize, content: Vec<Content>) -> Result<usize> {
        for content in content {
            let before = self.node.children().len();
            match content {
                Content::Object(it) if it.kind() == Kind::Attribute => {
                    return Err(DotnetError::argument("An attribute cannot be added to content."));
                }
                Content::Object(it) => self.insert(at, &it)?,
                Content::Text(text) => self.add_text(at, &text)?,
            }
            at += self.node.children().len() - before;
        }
        Ok(at)
    }

    fn add_attribute(&self, attribute: &XObject) -> Result<()> {
        // A document takes no notice of attributes.
        let Some(name) = attribute.name().filter(|_| self.kind() == Kind::Element) else {
            return Ok(());
        };
        if self.attribute(&name).is_some() {
            return Err(DotnetError::invalid_operation("Duplicate attribute."));
        }
        let own = self.free(attribute);
        if let Body::Element { attributes, .. } = &mut self.node.state().body {
            attributes.push(own.clone());
        }
        adopt(&self.node, &own);
        Ok(())
    }

    fn insert(&self, at: usize, child: &XObject) -> Result<()> {
        let kind = child.kind();
        self.validate(at, kind)?;
        let own = self.free(child);
        check_height(&self.node, &own)?;
        self.put(at, own);
        Ok(())
    }

    fn put(&self, at: usize, child: Arc<Node>) {
        match &mut self.node.state().body {
            Body::Element {
                children, is_open, ..
            } => {
                *is_open = false;
                children.insert(at.min(children.len()), child.clone());
            }
            Body::Document { children, .. } => children.insert(at.min(children.len()), child.clone()),
            _ => (),
        }
        adopt(&self.node, &child);
    }

    // Text joins a text node before it; no text at all only parts the tags of an empty element.
    fn add_text(&self, at: usize, text: &str) -> Result<()> {
        if self.kind() == Kind::Document && !text.chars().all(is_white) {
            return Err(DotnetError::argument(
                "Non-whitespace characters cannot be added to content.",
            ));
        }
        let children = self.node.children();
        if text.is_empty() {
            if let Body::Element { is_open, .. } = &mut self.node.state().body {
                *is_open = children.is_empty();
            }
            return Ok(());
        }
        let before = at
            .min(children.len())
            .checked_sub(1)
            .and_then(|at| children.get(at));
        if let Some(before) = before
            && let Body::Text(known) = &mut before.state().body
        {
            *known = format!("{known}{text}").into();
            return Ok(());
        }
        let node = XObject::new(Body::Text(text.into())).node;
        check_height(&self.node, &node)?;
        self.put(at, node);
        Ok(())
    }

    // What is in a tree already, or holds this one, is copied.
    fn free(&self, child: &XObject) -> Arc<Node> {
        let mut top = self.node.clone();
        while let Some(next) = top.parent() {
            top = next;
        }
        match child.node.parent().is_some() || Arc::ptr_eq(&top, &child.node) {
            true => child.deep_clone().node,
            false => child.node.clone(),
        }
    }

    fn validate(&self, at: usize, kind: Kind) -> Result<()> {
        let wrong = |what: &str| {
            Err(DotnetError::argument(format!(
                "A node of type {what} cannot be added to content."
            )))
        };
        match (self.kind(), kind) {
            (_, Kind::Document) => wrong("Document"),
            (_, Kind::Attribute) => wrong("Attribute"),
            (Kind::Element, Kind::DocumentType) => wrong("DocumentType"),
            (Kind::Document, Kind::CData) => wrong("CDATA"),
            (Kind::Document, Kind::Element) => self.well_formed(at, kind),
            (Kind::Document, Kind::DocumentType) => self.well_formed(at, kind),
            (Kind::Document | Kind::Element, _) => Ok(()),
            _ => wrong("Text"),
        }
    }

    // One root, one document type before it.
    fn well_formed(&self, at: usize, kind: Kind) -> Result<()> {
        let nodes = self.nodes();
        let at = at.min(nodes.len());
        let kinds = |nodes: &[XObject], wanted: Kind| nodes.iter().any(|it| it.kind() == wanted);
        let is_wrong = kinds(&nodes, kind)
            || kind == Kind::Element && kinds(&nodes[at..], Kind::DocumentType)
            || kind == Kind::DocumentType && kinds(&nodes[..at], Kind::Element);
        match is_wrong {
            true => Err(DotnetError::invalid_operation(
                "This operation would create an incorrectly structured document.",
            )),
            false => Ok(()),
        }
    }

    /// `Remove()`: takes the node out of its tree.
    pub(crate) fn remove(&self) -> Result<()> {
        let Some(parent) = self.node.parent() else {
            return Err(DotnetError::invalid_operation("The parent is missing."));
        };
        match &mut parent.state().body {
            Body::Document { children, .. } => children.retain(|it| !Arc::ptr_eq(it, &self.node)),
            Body::Element {
                attributes, children, ..
            } => {
                attributes.retain(|it| !Arc::ptr_eq(it, &self.node));
                children.retain(|it| !Arc::ptr_eq(it, &self.node));
            }
            _ => (),
        }
        self.node.state().parent = std::sync::Weak::new();
        Ok(())
    }

    /// `RemoveNodes()`.
    pub(crate) fn clear(&self) {
        let removed = match &mut self.node.state().body {
            Body::Element {
                children, is_open, ..
            } => {
                *is_open = false;
                std::mem::take(children)
            }
            Body::Document { children, .. } => std::mem::take(children),
            _ => Vec::new(),
        };
        for node in removed {
            node.state().parent = std::sync::Weak::new();
        }
    }

    /// `RemoveAttributes()`.
    pub(crate) fn clear_attributes(&self) {
        let removed = match &mut self.node.state().body {
            Body::Element { attributes, .. } => std::mem::take(attributes),
            _ => Vec::new(),
        };
        for node in removed {
            node.state().parent = std::sync::Weak::new();
        }
    }

    /// Its place among its siblings, and who holds them.
    pub(crate) fn place(&self) -> Result<(XObject, usize)> {
        let missing = || DotnetError::invalid_operation("The parent is missing.");
        let parent = self.container().ok_or_else(missing)?;
        let children = parent.node.children();
        let at = children.iter().position(|it| Arc::ptr_eq(it, &self.node));
        Ok((parent, at.ok_or_else(missing)?))
    }

    /// The setter of `Value`.
    pub(crate) fn set_value(&self, text: &str) -> Result<()> {
        if self.kind() == Kind::Element {
            self.clear();
            return self.add_text(0, text);
        }
        self.change(|body| match body {
            Body::Attribute { value, .. } => *value = text.into(),
            Body::Text(it) | Body::CData(it) | Body::Comment(it) => *it = text.into(),
            Body::Instruction { data, .. } => *data = text.into(),
            _ => (),
        });
        Ok(())
    }
}

/// White space of XML.
pub(super) fn is_white(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}
