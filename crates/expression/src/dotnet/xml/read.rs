//! Text to tree, with the complaints of `XmlReader`.

use super::edit::{Content, is_white};
use super::failure;
use super::name::{Name, XML, XMLNS, hex, is_name_char, is_name_start};
use super::node::{Body, Declaration, DocumentType, XObject};
use super::write::is_char;
use crate::dotnet::error::{DotnetError, Result};
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::BTreeMap;
use std::sync::Arc;

// Characters that entities of a document may become.
const MAX_EXPANSION: usize = 10_000_000;

/// `XDocument.Parse(text)`. White space between elements is kept if `preserve` says so.
pub(crate) fn parse(text: &str, preserve: bool) -> Result<XObject> {
    let mut builder = Builder {
        text,
        preserve,
        open: vec![Open {
            node: XObject::document(),
            tag: String::new(),
            namespaces: 0,
            keeps_space: false,
            start: 0,
        }],
        namespaces: vec![
            ("xml".to_owned(), XML.to_owned()),
            ("xmlns".to_owned(), XMLNS.to_owned()),
        ],
        entities: BTreeMap::new(),
        expanded: 0,
        run: String::new(),
        run_start: 0,
        only_white: true,
        has_root: false,
    };
    builder.read()?;
    Ok(builder.open.swap_remove(0).node)
}

struct Open {
    node: XObject,
    // As written, with its prefix.
    tag: String,
    // Declarations that were in scope around it.
    namespaces: usize,
    keeps_space: bool,
    start: usize,
}

struct Builder<'a> {
    text: &'a str,
    preserve: bool,
    open: Vec<Open>,
    namespaces: Vec<(String, String)>,
    entities: BTreeMap<String, String>,
    expanded: usize,
    // Text that is being collected, where it began, and whether it is white space written as such.
    run: String,
    run_start: usize,
    only_white: bool,
    has_root: bool,
}

impl Builder<'_> {
    fn read(&mut self) -> Result<()> {
        let mut reader = Reader::from_str(self.text);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        loop {
            let start = reader.buffer_position() as usize;
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(error) => return Err(self.broken(&error, start)),
            };
            if !matches!(event, Event::Text(_) | Event::GeneralRef(_)) {
                self.end_of_run()?;
            }
            match event {
                Event::Text(text) => self.raw_text(&text, start)?,
                Event::GeneralRef(name) => self.reference(&name, start)?,
                Event::CData(text) => {
                    self.inside_root(start)?;
                    self.check_chars(&text, start + 9)?;
                    self.add(Body::CData(lines(&text).into()))?;
                }
                Event::Comment(text) => {
                    let dashes = text
                        .find("--")
                        .or_else(|| text.ends_with('-').then(|| text.len() - 1));
                    if let Some(at) = dashes {
                        let message =
                            "An XML comment cannot contain '--', and '-' cannot be the last character.";
                        return Err(self.error(message, start + 4 + at));
                    }
                    self.check_chars(&text, start + 4)?;
                    self.add(Body::Comment(lines(&text).into()))?;
                }
                Event::PI(text) => self.instruction(&text, start)?,
                Event::Decl(text) => self.declaration(&text, start)?,
                Event::DocType(text) => self.document_type(&text, start)?,
                Event::Start(tag) => self.start(&tag, '>', start)?,
                Event::Empty(tag) => {
                    self.start(&tag, '/', start)?;
                    self.close();
                }
                Event::End(tag) => self.end(&tag, start)?,
                Event::Eof => break,
            }
        }
        self.end_of_run()?;
        if self.open.len() > 1 {
            let names: Vec<&str> = self.open.iter().skip(1).rev().map(|it| it.tag.as_str()).collect();
            let message = format!(
                "Unexpected end of file has occurred. The following elements are not closed: {}.",
                names.join(", ")
            );
            return Err(self.error(&message, self.text.len()));
        }
        match self.has_root {
            true => Ok(()),
            false => Err(failure("Root element is missing.")),
        }
    }

    fn error(&self, message: &str, at: usize) -> DotnetError {
        let before = self.text.get(..at.min(self.text.len())).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |it| it + 1);
        let column = before[start..].encode_utf16().count() + 1;
        failure(format!("{message} Line {line}, position {column}."))
    }

    fn broken(&self, error: &quick_xml::Error, start: usize) -> DotnetError {
        let rest = self.text.get(start..).unwrap_or_default();
        if matches!(
            error,
            quick_xml::Error::Syntax(quick_xml::errors::SyntaxError::InvalidBangMarkup)
        ) {
            let message = "Expecting a DTD, a comment or a CDATA section.";
            return self.error(message, start + 2);
        }
        let what = if rest.starts_with("<!--") {
            "Unexpected end of file while parsing Comment has occurred."
        } else if rest.starts_with("<![CDATA[") {
            "Unexpected end of file while parsing CDATA has occurred."
        } else if rest.starts_with("<?") {
            "Unexpected end of file while parsing PI has occurred."
        } else if rest.starts_with('<') && rest.chars().skip(1).all(is_name_char) {
            "Unexpected end of file while parsing Name has occurred."
        } else {
            "Unexpected end of file has occurred."
        };
        self.error(what, self.text.len())
    }

    fn inside_root(&self, at: usize) -> Result<()> {
        match self.open.len() {
            1 => Err(self.error("Data at the root level is invalid.", at)),
            _ => Ok(()),
        }
    }

    fn check_chars(&self, text: &str, start: usize) -> Result<()> {
        match text.char_indices().find(|it| !is_char(it.1)) {
            None => Ok(()),
            Some((at, c)) => {
                let shown = if c == '\0' { '.' } else { c };
                let message = format!(
                    "'{shown}', hexadecimal value {}, is an invalid character.",
                    hex(c)
                );
                Err(self.error(&message, start + at))
            }
        }
    }

    fn raw_text(&mut self, text: &str, start: usize) -> Result<()> {
        if self.run.is_empty() {
            self.run_start = start;
        }
        if self.open.len() == 1
            && let Some(at) = text.find(|c| !is_white(c))
        {
            return Err(self.error("Data at the root level is invalid.", start + at));
        }
        if let Some(at) = text.find('&') {
            return Err(self.error("An error occurred while parsing EntityName.", start + at + 1));
        }
        if let Some(at) = text.find("]]>") {
            return Err(self.error("']]>' is not allowed in character data.", start + at));
        }
        self.check_chars(text, start)?;
        self.only_white &= text.chars().all(is_white);
        self.run.push_str(&lines(text));
        Ok(())
    }

    fn reference(&mut self, name: &str, start: usize) -> Result<()> {
        self.inside_root(start)?;
        if self.run.is_empty() {
            self.run_start = start;
        }
        let text = self.resolve(name, start + 1)?;
        self.only_white = false;
        self.run.push_str(&text);
        Ok(())
    }

    // What stands between `&` and `;`.
    fn resolve(&mut self, name: &str, at: usize) -> Result<String> {
        if let Some(number) = name.strip_prefix('#') {
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => number.parse().ok(),
            };
            return match code.and_then(char::from_u32).filter(|it| is_char(*it)) {
                Some(c) => Ok(c.to_string()),
                None => Err(self.error("Invalid syntax for a numeric character reference.", at)),
            };
        }
        Ok(match name {
            "lt" => "<".to_owned(),
            "gt" => ">".to_owned(),
            "amp" => "&".to_owned(),
            "quot" => "\"".to_owned(),
            "apos" => "'".to_owned(),
            other => match self.entities.get(other).cloned() {
                Some(text) => {
                    self.expanded += text.len();
                    if self.expanded > MAX_EXPANSION {
                        return Err(self.error(
                            "The input document has exceeded a limit set by MaxCharactersFromEntities.",
                            at,
                        ));
                    }
                    text
                }
                None if other.is_empty() || !other.starts_with(is_name_start) => {
                    return Err(self.error("An error occurred while parsing EntityName.", at));
                }
                None => return Err(self.error(&format!("Reference to undeclared entity '{other}'."), at)),
            },
        })
    }

    fn end_of_run(&mut self) -> Result<()> {
        let text = std::mem::take(&mut self.run);
        let only_white = std::mem::replace(&mut self.only_white, true);
        let Some(open) = self.open.last() else {
            return Ok(());
        };
        if text.is_empty() || self.open.len() == 1 && !self.preserve {
            return Ok(());
        }
        if only_white && !self.preserve && !open.keeps_space {
            // The tags stay parted.
            return self.current().add(Content::Text(String::new()));
        }
        self.add(Body::Text(text.into()))
    }

    fn current(&self) -> XObject {
        self.open
            .last()
            .map_or_else(XObject::document, |it| it.node.clone())
    }

    fn add(&mut self, body: Body) -> Result<()> {
        self.current().add(Content::Object(XObject::new(body)))
    }

    fn instruction(&mut self, text: &str, start: usize) -> Result<()> {
        let (target, data) = match text.split_once(is_white) {
            Some((target, data)) => (target, data.trim_start_matches(is_white)),
            None => (text, ""),
        };
        self.check_name(target, start + 2)?;
        if target.eq_ignore_ascii_case("xml") {
            return Err(self.error(
                "Unexpected XML declaration. The XML declaration must be the first node in the document, and no whitespace characters are allowed to appear before it.",
                start + 2,
            ));
        }
        self.add(Body::Instruction {
            target: target.into(),
            data: lines(data).into(),
        })
    }

    fn declaration(&mut self, text: &str, start: usize) -> Result<()> {
        if start != 0 {
            return self.instruction(text, start);
        }
        let mut made = Declaration::default();
        for (name, value, at) in self.scan_attributes(text, 3, '?', start + 2)? {
            let place = match name.as_str() {
                "version" => &mut made.version,
                "encoding" => &mut made.encoding,
                "standalone" => &mut made.standalone,
                _ => return Err(self.error("Syntax for an XML declaration is invalid.", at)),
            };
            *place = Some(value.into());
        }
        match made.version.as_deref() {
            Some("1.0" | "1.1") => (),
            Some(_) => return Err(self.error("Version number is invalid.", start + 16)),
            None => return Err(self.error("Syntax for an XML declaration is invalid.", start + 6)),
        }
        self.current().change(|body| {
            if let Body::Document { declaration, .. } = body {
                *declaration = Some(made);
            }
        });
        Ok(())
    }

    fn document_type(&mut self, text: &str, start: usize) -> Result<()> {
        if self.has_root || self.open.len() > 1 {
            return Err(self.error("Unexpected DTD declaration.", start));
        }
        let (head, subset) = match text.split_once('[') {
            Some((head, rest)) => (head, rest.rsplit_once(']').map_or(rest, |it| it.0)),
            None => (text, ""),
        };
        let head = head.trim_matches(is_white);
        let (name, rest) = head.split_once(is_white).unwrap_or((head, ""));
        self.check_name(name, start + 10)?;
        let mut quoted = rest.split(['"', '\'']).skip(1).step_by(2).map(Arc::from);
        let (public_id, system_id) = match rest.trim_start_matches(is_white) {
            it if it.starts_with("PUBLIC") => (quoted.next(), quoted.next()),
            it if it.starts_with("SYSTEM") => (None, quoted.next()),
            _ => (None, None),
        };
        self.declare_entities(subset);
        self.add(Body::DocumentType(DocumentType {
            name: name.into(),
            public_id,
            system_id,
            internal_subset: Some(subset.into()),
        }))
    }

    // Entities that hold text. What holds markup or other entities is not expanded, so that no document can explode.
    fn declare_entities(&mut self, subset: &str) {
        for part in subset.split("<!ENTITY").skip(1) {
            let part = part.trim_start_matches(is_white);
            let Some((name, rest)) = part.split_once(is_white) else {
                continue;
            };
            let rest = rest.trim_start_matches(is_white);
            let Some(quote) = rest.chars().next().filter(|it| matches!(it, '"' | '\'')) else {
                continue;
            };
            if let Some((value, _)) = rest[1..].split_once(quote)
                && !value.contains(['<', '&', '%'])
            {
                self.entities
                    .entry(name.to_owned())
                    .or_insert_with(|| value.to_owned());
            }
        }
    }

    fn check_name(&self, name: &str, at: usize) -> Result<()> {
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

    fn start(&mut self, tag: &str, end_mark: char, start: usize) -> Result<()> {
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

    fn end(&mut self, tag: &str, start: usize) -> Result<()> {
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

    fn close(&mut self) {
        if let Some(open) = self.open.pop() {
            self.namespaces.truncate(open.namespaces);
        }
    }

    // A name as written, in the namespaces that are in scope.
    fn name(&self, written: &str, is_element: bool, at: usize) -> Result<Name> {
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
    fn scan_attributes(
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
    fn attribute_value(&mut self, raw: &str, start: usize) -> Result<String> {
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

// Every end of a line is one character.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn blanks(text: &str) -> String {
    lines(text).replace(['\n', '\t'], " ")
}
