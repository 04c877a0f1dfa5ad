//! `[concat('a', parameters('b').c[0])]`: the expressions of ARM templates.

use crate::template::{Expr, Kind, Place};
use serde_json::Value;
use source::{Diagnostic, Finding, Source, Span};
use std::sync::Arc;

/// How deep calls may be nested.
const DEPTH: usize = 200;

/// The expression that a text of a template holds, or the text itself.
pub(crate) fn read(text: &str, span: Span, source: &Source) -> Result<Expr, Finding> {
    let at = Place {
        source: source.clone(),
        span,
    };
    if !text.starts_with('[') || !text.ends_with(']') || text.len() < 2 {
        return Ok(Expr::text(text, &at));
    }
    if text.starts_with("[[") {
        return Ok(Expr::text(&text[1..], &at));
    }
    // Where the text stands as it is in the file, a place in it is a place in the file.
    let raw = source.slice(Span::new(span.start + 1, span.end.saturating_sub(1)));
    let offset = (raw == text).then_some(span.start + 1);
    let mut reader = Reader {
        text,
        at: 1,
        offset,
        whole: at,
        depth: 0,
    };
    let expression = reader.expression()?;
    reader.space();
    match reader.at == text.len() - 1 {
        true => Ok(expression),
        false => Err(reader.mistake("the end of the expression")),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    offset: Option<usize>,
    whole: Place,
    depth: usize,
}

type Read<T> = Result<T, Finding>;

impl Reader<'_> {
    fn rest(&self) -> &str {
        // The bracket at the end closes the expression.
        self.text.get(self.at..self.text.len() - 1).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn place(&self, start: usize) -> Place {
        match self.offset {
            Some(offset) => Place {
                source: self.whole.source.clone(),
                span: Span::new(offset + start, offset + self.at.max(start)),
            },
            None => self.whole.clone(),
        }
    }

    fn mistake(&self, wanted: &str) -> Finding {
        let found = match self.peek() {
            Some(c) => format!("`{c}`"),
            None => "the end".to_owned(),
        };
        let place = self.place(self.at);
        let message = format!("expected {wanted}, found {found}");
        Diagnostic::error("invalid-expression", message, place.span).found_in(&place.source)
    }

    fn take(&mut self, c: char) -> bool {
        self.space();
        let found = self.peek() == Some(c);
        if found {
            self.at += c.len_utf8();
        }
        found
    }

    fn expression(&mut self) -> Read<Expr> {
        if self.depth >= DEPTH {
            return Err(self.mistake("no deeper nesting"));
        }
        self.depth += 1;
        let result = stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.access());
        self.depth -= 1;
        result
    }

    fn access(&mut self) -> Read<Expr> {
        self.space();
        let start = self.at;
        let mut base = self.primary()?;
        loop {
            if self.take('.') {
                self.space();
                let from = self.at;
                let name = self.word();
                if name.is_empty() {
                    return Err(self.mistake("the name of a member"));
                }
                let key = Expr::text(name, &self.place(from));
                let place = self.place(start);
                base = base.index(key, &place);
            } else if self.take('[') {
                let index = self.expression()?;
                if !self.take(']') {
                    return Err(self.mistake("`]`"));
                }
                let place = self.place(start);
                base = base.index(index, &place);
            } else {
                return Ok(base);
            }
        }
    }

    fn word(&mut self) -> String {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$')
            .unwrap_or(rest.len());
        let word = rest[..length].to_owned();
        self.at += length;
        word
    }

    fn primary(&mut self) -> Read<Expr> {
        let start = self.at;
        match self.peek() {
            Some('\'') => self.string(),
            Some('-' | '0'..='9') => self.number(),
            Some(c) if c.is_alphabetic() || c == '_' => {
                let mut name = self.word();
                // `namespace.function(...)`, and namespaces may have dots themselves.
                while self.peek() == Some('.') {
                    self.at += 1;
                    name.push('.');
                    name.push_str(&self.word());
                }
                if !self.take('(') {
                    return Err(self.mistake("`(`"));
                }
                let arguments = self.arguments()?;
                let place = self.place(start);
                Ok(call(name, arguments, &place))
            }
            _ => Err(self.mistake("a function, a text or a number")),
        }
    }

    fn arguments(&mut self) -> Read<Vec<Expr>> {
        let mut arguments = Vec::new();
        if self.take(')') {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression()?);
            if self.take(')') {
                return Ok(arguments);
            }
            if !self.take(',') {
                return Err(self.mistake("`,` or `)`"));
            }
        }
    }

    fn string(&mut self) -> Read<Expr> {
        let start = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let Some(end) = rest.find('\'') else {
                self.at = start;
                return Err(self.mistake("a text that is closed"));
            };
            out.push_str(&rest[..end]);
            self.at += end + 1;
            // Two quotes stand for one.
            if self.peek() != Some('\'') {
                let place = self.place(start);
                return Ok(Expr::text(out, &place));
            }
            self.at += 1;
            out.push('\'');
        }
    }

    fn number(&mut self) -> Read<Expr> {
        let start = self.at;
        let rest = self.rest();
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let number: Result<serde_json::Number, _> = serde_json::from_str(&rest[..length]);
        match number {
            Ok(number) => {
                self.at += length;
                let place = self.place(start);
                Ok(Expr::value(Value::Number(number), &place))
            }
            Err(_) => Err(self.mistake("a number")),
        }
    }
}

fn call(name: String, mut arguments: Vec<Expr>, at: &Place) -> Expr {
    if name.eq_ignore_ascii_case("lambda")
        && let Some(body) = arguments.pop()
    {
        let names: Option<Vec<Arc<str>>> = arguments.iter().map(|it| it.as_text().map(Arc::from)).collect();
        if let Some(names) = names {
            return Expr {
                kind: Kind::Lambda(names, Box::new(body)),
                at: at.clone(),
            };
        }
        arguments.push(body);
    }
    // Written in the one spelling that everything else compares with.
    let name = match crate::functions::find(&name) {
        Some(row) => row.name.to_owned(),
        None => name,
    };
    Expr::call(&name, arguments, at)
}
