//! Tags of a text that is read: their names, attributes and namespaces.

use super::edit::{Content, is_white};
use super::name::{Name, hex, is_name_char, is_name_start};
use super::node::{Body, XObject};
use super::read::{Builder, Open, blanks};
use crate::dotnet::error::Result;

impl Builder<'_> {
    pub(super) fn check_name(&self, name: &str, at: usize) -> Result<()> {
        let wrong = |c: Option<char>, at: usize| match c {
            Some(c) => self.error(
                &format!(
                    "Name cannot begin with the '{c}' character, hexadecimal value {}.",
                    hex(c)
                ),
                at,
            ),
            None => self.error("Unexpected end of file while parsing Name has occurred.", at),
        };
        let first = name.chars().next();
        if !first.is_some_and(|it| is_name_start(it) || it == ':') {
            return Err(wrong(first, at));
        }
        match name.char_indices().find(|it| !is_name_char(it.1) && it.1 != ':') {
            Some((offset, c)) => Err(self.error(
                &format!(
                    "The '{c}' character, hexadecimal value {}, cannot be included in a name.",
                    hex(c)
                ),
                at + offset,
            )),
            None => Ok(()),
        }
    }

    pub(super) fn start(&mut self, tag: &str, end_mark: char, start: usize) -> Result<()> {
        if self.open.len() == 1 {
            if self.has_root {
                return Err(self.error("There are multiple root elements.", start + 1));
            }
            self.has_root = true;
        }
        let end = tag.find(|c| is_white(c) || c == '/').unwrap_or(tag.len());
        let written = tag[..end].to_owned();
        if written.is_empty() {
            let first = tag.chars().next();
            let first = first.unwrap_or('>');
            let message = format!(
                "Name cannot begin with the '{first}' character, hexadecimal value {}.",
                hex(first)
            );
            return Err(self.error(&message, start + 1));
        }
        self.check_name(&written, start + 1)?;
        let attributes = self.scan_attributes(tag, end, end_mark, start + 1)?;
        let mark = self.namespaces.len();
        for (name, value, _) in &attributes {
            if let Some(prefix) = name.strip_prefix("xmlns").and_then(|it| match it {
                "" => Some(""),
                it => it.strip_prefix(':'),
            }) {
                self.namespaces.push((prefix.to_owned(), value.clone()));
            }
        }
        let element = XObject::element(self.name(&written, true, start + 1)?);
        let mut keeps_space = self.open.last().is_some_and(|it| it.keeps_space);
        for (name, value, at) in attributes {
            if name == "xml:space" {
                keeps_space = value == "preserve";
            }
            let full = self.name(&name, false, at)?;
            if element.attribute(&full).is_some() {
                return Err(self.error(&format!("'{name}' is a duplicate attribute name."), at));
            }
            let attribute = Body::Attribute {
                name: full,
                value: value.into(),
            };
            element.add(Content::Object(XObject::new(attribute)))?;
        }
        self.current().add(Content::Object(element.clone()))?;
        self.open.push(Open {
            node: element,
            tag: written,
            namespaces: mark,
            keeps_space,
            start: start + 1,
        });
        Ok(())
    }

    pub(super) fn end(&mut self, tag: &str, start: usize) -> Result<()> {
        let tag = tag.trim_end_matches(is_white);
        let Some(open) = self.open.last().filter(|_| self.open.len() > 1) else {
            return Err(self.error("Unexpected end tag.", start + 2));
        };
        if open.tag != tag {
            let before = &self.text[..open.start];
            let line = before.matches('\n').count() + 1;
            let column = before.len() - before.rfind('\n').map_or(0, |it| it + 1) + 1;
            let message = format!(
                "The '{}' start tag on line {line} position {column} does not match the end tag of '{tag}'.",
                open.tag
            );
            return Err(self.error(&message, start + 2));
        }
        // `<a></a>` stays parted.
        open.node.add(Content::Text(String::new()))?;
        self.close();
        Ok(())
    }

    pub(super) fn close(&mut self) {
        if let Some(open) = self.open.pop() {
            self.namespaces.truncate(open.namespaces);
        }
    }

    // A name as written, in the namespaces that are in scope.
    pub(super) fn name(&self, written: &str, is_element: bool, at: usize) -> Result<Name> {
        let (prefix, local) = written.split_once(':').unwrap_or(("", written));
        if local.is_empty() || local.contains(':') {
            let message = "The ':' character, hexadecimal value 0x3A, cannot be included in a name.";
            return Err(self.error(message, at + prefix.len()));
        }
        let made = |namespace: &str| Name {
            local: local.into(),
            namespace: namespace.into(),
        };
        if prefix.is_empty() && !is_element {
            return Ok(made(""));
        }
        match self.namespaces.iter().rev().find(|it| it.0 == prefix) {
            Some((_, namespace)) => Ok(made(namespace)),
            None if prefix.is_empty() => Ok(made("")),
            None => Err(self.error(&format!("'{prefix}' is an undeclared prefix."), at)),
        }
    }

    // Names, values and where the names stand, of what follows the name in a tag.
    pub(super) fn scan_attributes(
        &mut self,
        tag: &str,
        from: usize,
        end_mark: char,
        base: usize,
    ) -> Result<Vec<(String, String, usize)>> {
        let mut found: Vec<(String, String, usize)> = Vec::new();
        let mut at = from;
        loop {
            let rest = &tag[at..];
            let trimmed = rest.trim_start_matches(is_white);
            let spaces = rest.len() - trimmed.len();
            at += spaces;
            let Some(first) = trimmed.chars().next() else {
                break;
            };
            if spaces == 0 {
                return Err(self.error(
                    &format!("'{first}' is an unexpected token. Expecting whitespace."),
                    base + at,
                ));
            }
            let length = trimmed
                .find(|c: char| !is_name_char(c) && c != ':')
                .unwrap_or(trimmed.len());
            let name = &trimmed[..length];
            self.check_name(if name.is_empty() { trimmed } else { name }, base + at)?;
            let place = base + at;
            let behind = trimmed[length..].trim_start_matches(is_white);
            at = tag.len() - behind.len();
            let unexpected = |c: Option<char>, wanted: &str| {
                let c = c.unwrap_or(end_mark);
                format!("'{c}' is an unexpected token. The expected token is {wanted}.")
            };
            let Some(value) = behind.strip_prefix('=') else {
                return Err(self.error(&unexpected(behind.chars().next(), "'='"), base + at));
            };
            let value = value.trim_start_matches(is_white);
            at = tag.len() - value.len();
            let quote = value.chars().next();
            let Some(quote) = quote.filter(|it| matches!(it, '"' | '\'')) else {
                return Err(self.error(&unexpected(quote, "'\"' or '''"), base + at));
            };
            let Some((raw, after)) = value[1..].split_once(quote) else {
                return Err(self.error("There is an unclosed literal string.", base + tag.len()));
            };
            let text = self.attribute_value(raw, base + at + 1)?;
            at = tag.len() - after.len();
            if found.iter().any(|it| it.0 == name) {
                return Err(self.error(&format!("'{name}' is a duplicate attribute name."), place));
            }
            found.push((name.to_owned(), text, place));
        }
        Ok(found)
    }

    // White space becomes blanks; what references give stays as it is.
    pub(super) fn attribute_value(&mut self, raw: &str, start: usize) -> Result<String> {
        if let Some(at) = raw.find('<') {
            return Err(self.error(
                "'<', hexadecimal value 0x3C, is an invalid attribute character.",
                start + at,
            ));
        }
        self.check_chars(raw, start)?;
        let mut text = String::new();
        let mut rest = raw;
        while let Some((before, behind)) = rest.split_once('&') {
            text.push_str(&blanks(before));
            let at = start + raw.len() - behind.len();
            let Some((name, after)) = behind.split_once(';') else {
                return Err(self.error("An error occurred while parsing EntityName.", at));
            };
            text.push_str(&self.resolve(name, at)?);
            rest = after;
        }
        text.push_str(&blanks(rest));
        Ok(text)
    }
}
