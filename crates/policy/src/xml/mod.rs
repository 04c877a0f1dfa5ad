//! A tolerant reader of policy XML.
//!
//! A policy file is often no XML: in its raw form the C# of an expression stands in it as it is written, with its own
//! quotes, `<` and `&&`. So expressions are lifted out first ([`lift`]), their places filled with harmless characters of the
//! same length, and what is left is read by quick-xml ([`read`]). Offsets stay those of the original text throughout.

mod decode; // entities
mod forms;
mod lift; // expressions, comments and slips out of the text
mod read; // tokens to a tree

pub use forms::{escaped, unescaped};
pub(crate) use read::read;

use source::{Mapped, Span};

/// Elements inside elements beyond this are not read: no policy needs them, and the walk over them uses the stack.
pub(crate) const MAX_DEPTH: usize = 200;

/// An element.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) name: String,
    /// Its name in the start tag.
    pub(crate) name_span: Span,
    /// From the start tag to the end tag.
    pub(crate) span: Span,
    /// What stands between the tags.
    pub(crate) inner: Span,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) contents: Vec<Content>,
}

/// What stands in an element; comments and processing instructions are gone.
#[derive(Debug)]
pub(crate) enum Content {
    Element(Node),
    Text(Raw),
}

/// An attribute.
#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    pub(crate) name_span: Span,
    pub(crate) value: Raw,
}

/// A text as the author wrote it, entities decoded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Raw {
    pub(crate) text: Mapped,
    pub(crate) span: Span,
    /// A mistake in it has been reported already.
    pub(crate) broken: bool,
}

impl Node {
    /// The child elements.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Node> {
        self.contents.iter().filter_map(|content| match content {
            Content::Element(node) => Some(node),
            Content::Text(_) => None,
        })
    }

    /// The text directly inside, in one piece.
    pub(crate) fn text(&self) -> Raw {
        let texts = || {
            self.contents.iter().filter_map(|content| match content {
                Content::Text(raw) => Some(raw),
                Content::Element(_) => None,
            })
        };
        let mut all = texts();
        let Some(first) = all.next() else {
            return Raw {
                text: Mapped::new(),
                span: Span::at(self.inner.start),
                broken: false,
            };
        };
        if all.next().is_none() {
            return first.clone();
        }
        let mut joined = Raw {
            span: first.span,
            ..Raw::default()
        };
        for raw in texts() {
            joined.append(raw);
        }
        joined
    }
}

impl Raw {
    fn append(&mut self, more: &Raw) {
        self.text.append(&more.text);
        self.span = self.span.to(more.span);
        self.broken |= more.broken;
    }

    /// The same without white space around it.
    pub(crate) fn trimmed(&self) -> Raw {
        let text = self.text.text();
        let start = text.len() - text.trim_start().len();
        let end = start + text.trim().len();
        if start == 0 && end == text.len() {
            return self.clone();
        }
        let range = Span::new(start, end);
        let span = if range.is_empty() {
            self.span
        } else {
            self.text.span(range)
        };
        Raw {
            text: self.text.slice(range),
            span,
            broken: self.broken,
        }
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.text.text().trim().is_empty()
    }
}
