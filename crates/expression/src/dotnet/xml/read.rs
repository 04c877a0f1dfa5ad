//! Text to tree, with the complaints of `XmlReader`.

use super::edit::{Content, is_white};
use super::failure;
use super::name::{XML, XMLNS, hex, is_name_char, is_name_start};
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

pub(super) struct Open {
    pub(super) node: XObject,
    // As written, with its prefix.
    pub(super) tag: String,
    // Declarations that were in scope around it.
    pub(super) namespaces: usize,
    pub(super) keeps_space: bool,
    pub(super) start: usize,
}

pub(super) struct Builder<'a> {
    pub(super) text: &'a str,
    pub(super) preserve: bool,
    pub(super) open: Vec<Open>,
    pub(super) namespaces: Vec<(String, String)>,
    pub(super) entities: BTreeMap<String, String>,
    pub(super) expanded: usize,
    // Text that is being collected, where it began, and whether it is white space written as such.
    pub(super) run: String,
    pub(super) run_start: usize,
    pub(super) only_white: bool,
    pub(super) has_root: bool,
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

    pub(super) fn error(&self, message: &str, at: usize) -> DotnetError {
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

    pub(super) fn inside_root(&self, at: usize) -> Result<()> {
        match self.open.len() {
            1 => Err(self.error("Data at the root level is invalid.", at)),
            _ => Ok(()),
        }
    }

    pub(super) fn check_chars(&self, text: &str, start: usize) -> Result<()> {
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

    pub(super) fn raw_text(&mut self, text: &str, start: usize) -> Result<()> {
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
    pub(super) fn resolve(&mut self, name: &str, at: usize) -> Result<String> {
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

    pub(super) fn end_of_run(&mut self) -> Result<()> {
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

    pub(super) fn current(&self) -> XObject {
        self.open
            .last()
            .map_or_else(XObject::document, |it| it.node.clone())
    }

    pub(super) fn add(&mut self, body: Body) -> Result<()> {
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
}

// Every end of a line is one character.
pub(super) fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

pub(super) fn blanks(text: &str) -> String {
    lines(text).replace(['\n', '\t'], " ")
}
