//! JSON with the place of each value, as template files have it: with comments, texts over several lines, and commas behind the
//! last item.

use serde_json::{Map, Number, Value};
use source::{Diagnostic, Span};

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) kind: NodeKind,
    pub(crate) span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NodeKind {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    Array(Vec<Node>),
    Object(Vec<Member>),
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) value: Node,
}

/// How deep values may be nested.
const DEPTH: usize = 200;

/// Reads a text that holds one value.
pub(crate) fn parse(text: &str) -> Result<Node, Diagnostic> {
    read(text, false)
}

/// The same where names need no quotes.
pub(crate) fn parse_loose(text: &str) -> Result<Node, Diagnostic> {
    read(text, true)
}

fn read(text: &str, is_loose: bool) -> Result<Node, Diagnostic> {
    let at = usize::from(text.starts_with('\u{feff}')) * 3;
    let mut reader = Reader {
        text,
        at,
        depth: 0,
        is_loose,
    };
    let value = reader.value()?;
    reader.space()?;
    match reader.at < text.len() {
        true => Err(reader.mistake("there is more behind the end of the value")),
        false => Ok(value),
    }
}

impl Node {
    /// The value without places.
    pub(crate) fn value(&self) -> Value {
        match &self.kind {
            NodeKind::Null => Value::Null,
            NodeKind::Bool(flag) => Value::Bool(*flag),
            NodeKind::Number(number) => Value::Number(number.clone()),
            NodeKind::Text(text) => Value::String(text.clone()),
            NodeKind::Array(elements) => elements.iter().map(Node::value).collect(),
            NodeKind::Object(members) => {
                let members = members.iter().map(|it| (it.name.clone(), it.value.value()));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }

    /// The member of that name; templates compare names without case.
    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        let members = self.members()?;
        members
            .iter()
            .find(|it| it.name.eq_ignore_ascii_case(name))
            .map(|it| &it.value)
    }

    pub(crate) fn members(&self) -> Option<&[Member]> {
        match &self.kind {
            NodeKind::Object(members) => Some(members),
            _ => None,
        }
    }

    pub(crate) fn elements(&self) -> Option<&[Node]> {
        match &self.kind {
            NodeKind::Array(elements) => Some(elements),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Text(text) => Some(text),
            _ => None,
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    is_loose: bool,
}

type Read<T> = Result<T, Diagnostic>;

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn mistake(&self, message: impl Into<String>) -> Diagnostic {
        let end = self.text[self.at..].chars().next().map_or(0, char::len_utf8);
        Diagnostic::error("invalid-json", message, Span::new(self.at, self.at + end))
    }

    fn unexpected(&self, wanted: &str) -> Diagnostic {
        match self.text[self.at..].chars().next() {
            Some(c) => self.mistake(format!("expected {wanted}, found `{c}`")),
            None => self.mistake(format!("expected {wanted}, found the end of the file")),
        }
    }

    /// Passes over what separates.
    fn space(&mut self) -> Read<()> {
        loop {
            let rest = &self.text[self.at..];
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("//") {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if trimmed.starts_with("/*") {
                match trimmed.find("*/") {
                    Some(end) => self.at += end + 2,
                    None => return Err(self.mistake("the comment is not closed")),
                }
            } else {
                return Ok(());
            }
        }
    }

    fn value(&mut self) -> Read<Node> {
        self.space()?;
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => self.nested(Reader::object)?,
            Some(b'[') => self.nested(Reader::array)?,
            Some(b'"') => NodeKind::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't' | b'f' | b'n') => self.word()?,
            _ => return Err(self.unexpected("a value")),
        };
        Ok(Node {
            kind,
            span: Span::new(start, self.at),
        })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Read<NodeKind>) -> Read<NodeKind> {
        if self.depth >= DEPTH {
            return Err(self.mistake(format!("the nesting is deeper than {DEPTH} levels")));
        }
        self.depth += 1;
        let result = stacker::maybe_grow(64 * 1024, 1024 * 1024, || read(self));
        self.depth -= 1;
        result
    }

    fn object(&mut self) -> Read<NodeKind> {
        self.at += 1;
        let mut members = Vec::new();
        loop {
            self.space()?;
            if self.peek() == Some(b'}') {
                self.at += 1;
                return Ok(NodeKind::Object(members));
            }
            let start = self.at;
            let name = match self.peek() {
                Some(b'"') => self.string()?,
                Some(b'_' | b'$' | b'a'..=b'z' | b'A'..=b'Z') if self.is_loose => self.bare_name(),
                _ => return Err(self.unexpected("a name in double quotes or `}`")),
            };
            let span = Span::new(start, self.at);
            self.space()?;
            if self.peek() != Some(b':') {
                return Err(self.unexpected("`:`"));
            }
            self.at += 1;
            let value = self.value()?;
            members.push(Member { name, span, value });
            self.comma(b'}')?;
        }
    }

    fn bare_name(&mut self) -> String {
        let rest = &self.text[self.at..];
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '-');
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        self.at += length;
        rest[..length].to_owned()
    }

    fn array(&mut self) -> Read<NodeKind> {
        self.at += 1;
        let mut elements = Vec::new();
        loop {
            self.space()?;
            if self.peek() == Some(b']') {
                self.at += 1;
                return Ok(NodeKind::Array(elements));
            }
            elements.push(self.value()?);
            self.comma(b']')?;
        }
    }

    fn comma(&mut self, closing: u8) -> Read<()> {
        self.space()?;
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(())
            }
            Some(byte) if byte == closing => Ok(()),
            _ => Err(self.unexpected(&format!("`,` or `{}`", char::from(closing)))),
        }
    }

    fn word(&mut self) -> Read<NodeKind> {
        let words = [
            ("true", NodeKind::Bool(true)),
            ("false", NodeKind::Bool(false)),
            ("null", NodeKind::Null),
        ];
        for (word, kind) in words {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(kind);
            }
        }
        Err(self.unexpected("a value"))
    }

    fn number(&mut self) -> Read<NodeKind> {
        let rest = &self.text[self.at..];
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        match serde_json::from_str::<Number>(&rest[..length]) {
            Ok(number) => {
                self.at += length;
                Ok(NodeKind::Number(number))
            }
            Err(_) => Err(self.mistake(format!("`{}` is no number", &rest[..length]))),
        }
    }

    fn string(&mut self) -> Read<String> {
        let start = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(stop) = rest.find(['"', '\\']) else {
                self.at = start;
                return Err(self.mistake("the text is not closed"));
            };
            out.push_str(&rest[..stop]);
            self.at += stop + 1;
            if rest.as_bytes()[stop] == b'"' {
                return Ok(out);
            }
            self.escape(&mut out)?;
        }
    }

    fn escape(&mut self, out: &mut String) -> Read<()> {
        let c = self.text[self.at..].chars().next();
        let simple = match c {
            Some(c @ ('"' | '\\' | '/')) => Some(c),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            _ => None,
        };
        if let Some(c) = simple {
            self.at += 1;
            out.push(c);
            return Ok(());
        }
        if c != Some('u') {
            return Err(self.unexpected("an escape sequence"));
        }
        let mut units = Vec::new();
        while let Some(unit) = self.unit() {
            units.push(unit);
            // Only a first half has a second.
            let is_first_half = units.len() == 1 && (0xd800..0xdc00).contains(&unit);
            if !is_first_half || !self.text[self.at..].starts_with("\\u") {
                break;
            }
            self.at += 1;
        }
        if units.is_empty() {
            return Err(self.unexpected("four hexadecimal digits"));
        }
        out.push_str(&String::from_utf16_lossy(&units));
        Ok(())
    }

    // At the `u`.
    fn unit(&mut self) -> Option<u16> {
        let digits = self.text.get(self.at + 1..self.at + 5)?;
        let unit = u16::from_str_radix(digits, 16).ok()?;
        self.at += 5;
        Some(unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_template_files_hold_is_read() {
        let text = "\u{feff}// head\n{ /* a */ \"a\": [1, -2.5e3, true, null,], \"b\": \"x\\u00e4\\ud83d\\ude00\ny\", }";
        let node = parse(text).expect("a value");
        assert_eq!(
            node.value(),
            json!({"a": [1, -2500.0, true, null], "b": "xä😀\ny"})
        );
        let b = node.get("B").expect("a member");
        assert!(text[b.span.start..b.span.end].starts_with("\"x"));
    }

    #[test]
    fn names_need_no_quotes_in_requests() {
        let node = parse_loose("{ properties: {\"a\": 1, $b: 2} }").expect("a value");
        assert_eq!(node.value(), json!({"properties": {"a": 1, "$b": 2}}));
        assert!(parse_loose("{ 'a': 1 }").is_err());
    }

    #[test]
    fn mistakes_have_their_places() {
        for (text, place) in [
            ("{\"a\" 1}", 5),
            ("[1 2]", 3),
            ("{a: 1}", 1),
            ("\"x", 0),
            ("1 2", 2),
            ("", 0),
            ("\"\\x\"", 2),
        ] {
            assert_eq!(parse(text).map_err(|it| it.span.start), Err(place), "{text}");
        }
        assert!(parse(&"[".repeat(100_000)).is_err());
    }
}
