//! Trees as text, the way `XmlWriter` writes them.

use super::failure;
use super::name::Name;
use super::node::{Body, Declaration, DocumentType, Kind, XObject, declared_prefix};
use super::scope::{Declared, Written};
use crate::dotnet::error::{DotnetError, Result};

/// `SaveOptions`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct SaveOptions {
    /// Nothing is indented.
    pub(crate) plain: bool,
    /// A namespace that is declared further out with the same prefix is not declared again.
    pub(crate) omit_duplicates: bool,
}

// Bytes that one text may have.
const MAX_LENGTH: usize = 64 << 20;

/// `ToString(options)` of a node. Of a document without its declaration.
pub(crate) fn to_text(node: &XObject, options: SaveOptions) -> Result<String> {
    let mut writer = Writer {
        out: String::new(),
        options,
        declared: Declared::default(),
        written: Written::new(),
        level: 0,
        mixed: false,
        stack: Vec::new(),
        text_at: 0,
        content_at: usize::MAX,
        is_document: node.kind() != Kind::Text && node.kind() != Kind::CData,
    };
    // The prefixes that the ancestors declare stay in use.
    for element in node.ancestors(false).into_iter().rev() {
        writer.declare_all(&element);
    }
    writer.node(node)?;
    Ok(writer.out)
}

/// `ToString()` of an attribute.
pub(crate) fn attribute_text(attribute: &XObject) -> Result<String> {
    let (name, value) = attribute
        .with(|body| match body {
            Body::Attribute { name, value } => Some((name.clone(), value.clone())),
            _ => None,
        })
        .ok_or_else(|| failure("This is no attribute."))?;
    let namespace = &*name.namespace;
    let prefix = match attribute.parent() {
        _ if namespace.is_empty() => Some(String::new()),
        Some(parent) => parent.prefix_of_namespace(namespace),
        None => Declared::default().prefix(namespace, false).map(str::to_owned),
    };
    let prefix = prefix.unwrap_or_else(|| Written::new().made_up());
    let mut text = qualified(&prefix, &name.local);
    text.push_str("=\"");
    escape_attribute(&mut text, &value)?;
    text.push('"');
    Ok(text)
}

impl Declaration {
    /// `ToString()`.
    pub(crate) fn text(&self) -> String {
        let mut text = "<?xml".to_owned();
        for (name, value) in [
            ("version", &self.version),
            ("encoding", &self.encoding),
            ("standalone", &self.standalone),
        ] {
            if let Some(value) = value {
                text.push_str(&format!(" {name}=\"{value}\""));
            }
        }
        text.push_str("?>");
        text
    }
}

struct Writer {
    out: String,
    options: SaveOptions,
    declared: Declared,
    written: Written,
    level: usize,
    // Text in the element forbids white space around what follows it.
    mixed: bool,
    stack: Vec<bool>,
    // Where the last text and the content of the last start tag end: nothing is indented there.
    text_at: usize,
    content_at: usize,
    is_document: bool,
}

impl Writer {
    fn node(&mut self, node: &XObject) -> Result<()> {
        if self.out.len() > MAX_LENGTH {
            return Err(failure("The text of the document is too long."));
        }
        match node.with(Body::clone) {
            Body::Document { .. } => {
                for child in node.nodes() {
                    self.node(&child)?;
                }
                Ok(())
            }
            Body::Element { name, .. } => self.element(node, &name),
            Body::Attribute { .. } => Ok(()),
            Body::Text(text) => self.text(&text),
            Body::CData(text) => {
                self.mixed = true;
                // What ends a section is parted between two.
                let parted = text.replace("]]>", "]]]]><![CDATA[>");
                self.out.push_str(&format!("<![CDATA[{parted}]]>"));
                self.text_at = self.out.len();
                Ok(())
            }
            Body::Comment(text) => {
                self.indent();
                let text = dashes(&text);
                self.out.push_str(&format!("<!--{text}-->"));
                Ok(())
            }
            Body::Instruction { target, data } => {
                self.indent();
                let space = if data.is_empty() { "" } else { " " };
                let data = data.replace("?>", "? >");
                self.out.push_str(&format!("<?{target}{space}{data}?>"));
                Ok(())
            }
            Body::DocumentType(it) => {
                self.indent();
                self.out.push_str(&document_type(&it));
                Ok(())
            }
        }
    }

    fn element(&mut self, node: &XObject, name: &Name) -> Result<()> {
        self.indent();
        self.stack.push(self.mixed);
        self.level += 1;
        self.declare_all(node);
        self.written.enter();
        let prefix = match self.declared.prefix(&name.namespace, true) {
            Some(prefix) => prefix.to_owned(),
            None => self.written.prefix(&name.namespace).unwrap_or_default(),
        };
        self.written.need(&prefix, &name.namespace)?;
        let tag = qualified(&prefix, &name.local);
        self.out.push('<');
        self.out.push_str(&tag);
        for attribute in node.attributes() {
            self.attribute(&attribute)?;
        }
        for (prefix, namespace) in self.written.needed() {
            self.declaration(&prefix, &namespace)?;
        }
        if node.is_empty() {
            self.out.push_str(" />");
        } else {
            self.out.push('>');
            self.content_at = self.out.len();
            let outer = self.stack.last().copied().unwrap_or_default();
            self.mixed = if self.level == 1 && self.is_document {
                false
            } else {
                outer
            };
            for child in node.nodes() {
                self.node(&child)?;
            }
        }
        self.level -= 1;
        if !node.is_empty() {
            if self.content_at != self.out.len() {
                self.indent();
            }
            self.out.push_str(&format!("</{tag}>"));
        }
        self.mixed = self.stack.pop().unwrap_or_default();
        self.written.leave();
        self.declared.leave();
        Ok(())
    }

    fn declare_all(&mut self, element: &XObject) {
        self.declared.enter();
        for attribute in element.attributes() {
            attribute.with(|body| {
                if let Body::Attribute { name, value } = body
                    && name.is_declaration()
                {
                    self.declared.add(declared_prefix(name), value);
                }
            });
        }
    }

    fn attribute(&mut self, attribute: &XObject) -> Result<()> {
        let Body::Attribute { name, value } = attribute.with(Body::clone) else {
            return Ok(());
        };
        if name.is_declaration() {
            let prefix = declared_prefix(&name);
            let known = self.options.omit_duplicates
                && self.written.local(prefix).is_none()
                && self.written.prefix(&value).as_deref() == Some(prefix);
            if known {
                return Ok(());
            }
            self.written.declare(prefix, &value)?;
            return self.declaration(prefix, &value);
        }
        let namespace = &*name.namespace;
        let mut prefix = self.declared.prefix(namespace, false).map(str::to_owned);
        if !namespace.is_empty() && prefix.as_deref().is_none_or(str::is_empty) {
            let known = self.written.prefix(namespace).filter(|it| !it.is_empty());
            prefix = Some(known.unwrap_or_else(|| self.written.made_up()));
        }
        let mut prefix = prefix.unwrap_or_default();
        if !prefix.is_empty() {
            if self.written.local(&prefix).is_some_and(|it| it != namespace) {
                prefix = self.written.made_up();
            }
            self.written.need(&prefix, namespace)?;
        }
        self.out.push(' ');
        self.out.push_str(&qualified(&prefix, &name.local));
        self.out.push_str("=\"");
        escape_attribute(&mut self.out, &value)?;
        self.out.push('"');
        Ok(())
    }

    fn declaration(&mut self, prefix: &str, namespace: &str) -> Result<()> {
        self.out.push_str(match prefix {
            "" => " xmlns",
            _ => " xmlns:",
        });
        self.out.push_str(prefix);
        self.out.push_str("=\"");
        escape_attribute(&mut self.out, namespace)?;
        self.out.push('"');
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<()> {
        self.mixed = true;
        escape_text(&mut self.out, text)?;
        self.text_at = self.out.len();
        Ok(())
    }

    fn indent(&mut self) {
        if self.options.plain || self.mixed || self.text_at == self.out.len() {
            return;
        }
        self.out.push('\n');
        for _ in 0..self.level {
            self.out.push_str("  ");
        }
    }
}

fn qualified(prefix: &str, local: &str) -> String {
    match prefix {
        "" => local.to_owned(),
        prefix => format!("{prefix}:{local}"),
    }
}

// Two dashes would end a comment: a space parts them.
fn dashes(text: &str) -> String {
    let mut parted = text.replace("--", "- -").replace("--", "- -");
    if parted.ends_with('-') {
        parted.push(' ');
    }
    parted
}

fn document_type(it: &DocumentType) -> String {
    let mut text = format!("<!DOCTYPE {}", it.name);
    match (&it.public_id, &it.system_id) {
        (Some(public), system) => {
            let system = system.as_deref().unwrap_or_default();
            text.push_str(&format!(" PUBLIC \"{public}\" \"{system}\""));
        }
        (None, Some(system)) => text.push_str(&format!(" SYSTEM \"{system}\"")),
        (None, None) => text.push(' '),
    }
    if let Some(subset) = &it.internal_subset {
        text.push_str(&format!("[{subset}]"));
    }
    text.push('>');
    text
}

fn escape_text(out: &mut String, text: &str) -> Result<()> {
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Every end of a line becomes the writer's.
            '\r' => {
                letters.next_if_eq(&'\n');
                out.push('\n');
            }
            c => out.push(checked(c)?),
        }
    }
    Ok(())
}

fn escape_attribute(out: &mut String, text: &str) -> Result<()> {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#x9;"),
            '\n' => out.push_str("&#xA;"),
            '\r' => out.push_str("&#xD;"),
            c => out.push(checked(c)?),
        }
    }
    Ok(())
}

fn checked(c: char) -> Result<char> {
    match is_char(c) {
        true => Ok(c),
        false => Err(DotnetError::argument(format!(
            "'{}', hexadecimal value {}, is an invalid character.",
            if c == '\0' { '.' } else { c },
            super::name::hex(c)
        ))),
    }
}

/// Whether a character may stand in a document.
pub(super) fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
