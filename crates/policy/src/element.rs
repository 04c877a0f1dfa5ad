//! A cursor over one element: it hands out what the element's [`Shape`] promises, and reports the rest.

use crate::build::{Build, is_placeholder};
use crate::shape::{Child, Content, Shape};
use crate::statements::{Block, block};
use crate::template::{Parsed, Setting, Template};
use crate::xml::{self, Node, Raw};
use source::{Diagnostic, Span, nearest};

/// One element that is being read.
pub(crate) struct Element<'n, 'b, 'c> {
    pub(crate) node: &'n Node,
    pub(crate) shape: &'static Shape,
    pub(crate) build: &'b mut Build<'c>,
    /// Path inside the section, such as `choose[1]/when[2]`.
    pub(crate) path: &'n str,
}

impl<'n, 'c> Element<'n, '_, 'c> {
    /// An attribute that its shape requires. One that is missing has been reported, and is empty.
    pub(crate) fn required(&mut self, name: &'static str) -> Template {
        self.optional(name)
            .unwrap_or_else(|| Template::unknown(self.node.name_span))
    }

    /// An attribute, if it is there.
    pub(crate) fn optional(&mut self, name: &'static str) -> Option<Template> {
        let row = self.shape.attributes.iter().find(|it| it.name == name);
        debug_assert!(row.is_some(), "`{}` has no row for `{name}`", self.shape.name);
        let attribute = self.node.attributes.iter().find(|it| it.name == name)?;
        let template = self.build.template(&attribute.value, false);
        if template.is_expression() && row.is_some_and(|it| !it.expression) {
            let message = format!("`{name}` of `{}` takes no expression", self.shape.name);
            let diagnostic = Diagnostic::error("literal-expected", message, attribute.value.span);
            self.build
                .report(diagnostic.help("write a literal or a named value"));
        }
        Some(template)
    }

    /// Where an attribute stands; the whole element when it does not.
    pub(crate) fn attribute_span(&self, name: &str) -> Span {
        let attribute = self.node.attributes.iter().find(|it| it.name == name);
        attribute.map_or(self.node.name_span, |it| it.name_span)
    }

    /// A typed attribute, if it is there and good.
    pub(crate) fn setting<T: Parsed>(&mut self, name: &'static str) -> Option<Setting<T>> {
        let template = self.optional(name)?;
        self.typed(template, name)
    }

    /// A typed attribute, or its default.
    pub(crate) fn setting_or<T: Parsed>(&mut self, name: &'static str, default: T) -> Setting<T> {
        self.setting(name).unwrap_or(Setting::Literal(default))
    }

    fn typed<T: Parsed>(&mut self, template: Template, name: &str) -> Option<Setting<T>> {
        let (span, known) = (template.span, template.known().map(str::to_owned));
        let setting = template.setting();
        if let (None, Some(text)) = (&setting, known) {
            self.wrong_value(name, &text, T::WHAT, span);
        }
        setting
    }

    /// A literal attribute that is one of some words, in any case; `None` when absent or wrong.
    pub(crate) fn choice<T: Copy>(&mut self, name: &'static str, words: &[(&'static str, T)]) -> Option<T> {
        let template = self.optional(name)?;
        let text = template.known()?;
        let found = words
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(text.trim()));
        if found.is_none() {
            let quoted: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
            let text = text.to_owned();
            self.wrong_value(name, &text, &quoted.join(" or "), template.span);
        }
        found.map(|(_, value)| *value)
    }

    /// A literal attribute as text, named values put in; `None` when absent or unknown.
    pub(crate) fn literal(&mut self, name: &'static str) -> Option<String> {
        self.optional(name)?.known().map(|it| it.trim().to_owned())
    }

    /// Reports a value that its place does not take.
    pub(crate) fn wrong_value(&mut self, name: &str, text: &str, wanted: &str, span: Span) {
        if self.build.is_lone() && is_placeholder(text) {
            return self.build.placeholder(span);
        }
        let message = format!("`{name}` of `{}` takes {wanted}, not `{text}`", self.shape.name);
        self.build.report(Diagnostic::error("wrong-value", message, span));
    }

    /// The text inside, white space around it cut off.
    pub(crate) fn text(&mut self) -> Template {
        let raw = self.node.text().trimmed();
        self.build.template(&raw, true)
    }

    /// The typed text inside.
    pub(crate) fn text_setting<T: Parsed>(&mut self) -> Option<Setting<T>> {
        let template = self.text();
        self.typed(template, "content")
    }

    /// The text inside as it stands.
    pub(crate) fn raw_text(&self) -> Raw {
        self.node.text()
    }

    /// Reads every child element of a name.
    pub(crate) fn children<T>(
        &mut self,
        name: &str,
        mut read: impl FnMut(&mut Element<'_, '_, '_>) -> T,
    ) -> Vec<T> {
        let Some(shape) = child_rows(&self.shape.content)
            .iter()
            .find(|it| it.shape.name == name)
        else {
            debug_assert!(false, "`{}` has no row for child `{name}`", self.shape.name);
            return Vec::new();
        };
        let nodes = self.node.elements().filter(|it| it.name == name);
        nodes
            .map(|node| {
                read(&mut Element {
                    node,
                    shape: shape.shape,
                    build: self.build,
                    path: self.path,
                })
            })
            .collect()
    }

    /// Reads the first child element of a name.
    pub(crate) fn child<T>(
        &mut self,
        name: &str,
        read: impl FnMut(&mut Element<'_, '_, '_>) -> T,
    ) -> Option<T> {
        self.children(name, read).into_iter().next()
    }

    /// The policies inside.
    pub(crate) fn block(&mut self) -> Block {
        block(self.build, self.node, self.path, &self.shape.content)
    }

    /// Reports a mistake.
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.build.report(diagnostic);
    }

    /// The name in the start tag, for what concerns the whole element.
    pub(crate) fn name_span(&self) -> Span {
        self.node.name_span
    }

    /// Checks the element against its shape: attributes, children, text.
    pub(crate) fn check(&mut self) {
        self.check_attributes();
        match &self.shape.content {
            Content::Empty => {
                if let Some(child) = self.node.elements().next() {
                    self.unexpected(child, &[]);
                }
                self.check_no_text();
            }
            Content::Text => {
                if let Some(child) = self.node.elements().next() {
                    let message = format!(
                        "`{}` takes a text, not the element `{}`",
                        self.shape.name, child.name
                    );
                    self.report(Diagnostic::error("unknown-element", message, child.name_span));
                }
            }
            Content::Children(rows) => {
                self.check_children(rows);
                self.check_no_text();
            }
            Content::ChildrenOrText(rows) => self.check_children(rows),
            Content::Policies | Content::PoliciesOf(_) => self.check_no_text(),
            Content::Body | Content::Opaque => (),
        }
    }

    fn check_attributes(&mut self) {
        let shape = self.shape;
        for attribute in &self.node.attributes {
            let name = attribute.name.as_str();
            let is_known =
                name == "id" || name == "xmlns" || name.starts_with("xmlns:") || name.starts_with("xml:");
            if !is_known && !shape.attributes.iter().any(|it| it.name == name) {
                let message = format!("`{}` has no attribute `{name}`", shape.name);
                let near = nearest(name, shape.attributes.iter().map(|it| it.name));
                self.report(
                    Diagnostic::error("unknown-attribute", message, attribute.name_span).suggest(near),
                );
            }
        }
        for row in shape.attributes.iter().filter(|it| it.required) {
            if !self.node.attributes.iter().any(|it| it.name == row.name) {
                let message = format!("`{}` needs the attribute `{}`", shape.name, row.name);
                self.report(Diagnostic::error(
                    "missing-attribute",
                    message,
                    self.node.name_span,
                ));
            }
        }
    }

    fn check_children(&mut self, rows: &'static [Child]) {
        let mut last = 0;
        for child in self.node.elements() {
            let Some(at) = rows.iter().position(|it| it.shape.name == child.name) else {
                self.unexpected(child, rows);
                continue;
            };
            if at < last {
                let message = format!("`{}` stands behind `{}`", child.name, rows[last].shape.name);
                let help = "the order of the policy's reference is expected, though any works";
                let diagnostic = Diagnostic::warning("element-order", message, child.name_span).help(help);
                self.build.tolerated(diagnostic);
            }
            last = last.max(at);
            let mut element = Element {
                node: child,
                shape: rows[at].shape,
                build: self.build,
                path: self.path,
            };
            element.check();
        }
        for row in rows {
            let count = self
                .node
                .elements()
                .filter(|it| it.name == row.shape.name)
                .count();
            if count < row.at_least && self.awaits_template() {
                // The elements come with what a deploying template fills in; that has been said.
            } else if count < row.at_least {
                let message = format!("`{}` needs an element `{}`", self.shape.name, row.shape.name);
                self.report(Diagnostic::error("missing-element", message, self.node.name_span));
            } else if count > row.at_most && !self.awaits_template() {
                // What is more than one may be one of a template's choices.
                let message = format!(
                    "`{}` takes only one element `{}`",
                    self.shape.name, row.shape.name
                );
                let second = self
                    .node
                    .elements()
                    .filter(|it| it.name == row.shape.name)
                    .nth(row.at_most);
                let span = second.map_or(self.node.name_span, |it| it.name_span);
                self.report(Diagnostic::error("repeated-element", message, span));
            }
        }
    }

    // Whether a deploying template has yet to put something into the element, or to choose from what is in it.
    fn awaits_template(&self) -> bool {
        self.build.is_lone() && is_placeholder(self.node.text().text.text())
    }

    fn unexpected(&mut self, child: &Node, rows: &[Child]) {
        let message = format!("`{}` has no element `{}`", self.shape.name, child.name);
        let near = nearest(&child.name, rows.iter().map(|it| it.shape.name));
        self.report(Diagnostic::error("unknown-element", message, child.name_span).suggest(near));
    }

    fn check_no_text(&mut self) {
        for content in &self.node.contents {
            if let xml::Content::Text(raw) = content {
                self.build.stray_text(raw, self.shape.name);
            }
        }
    }
}

fn child_rows(content: &'static Content) -> &'static [Child] {
    match content {
        Content::Children(rows) | Content::ChildrenOrText(rows) => rows,
        _ => &[],
    }
}
