//! Tokens to a tree: types.

use crate::syntax::parser::{Parser, Read};
use crate::syntax::token::TokenKind;
use crate::syntax::tree::*;
use source::{Diagnostic, Span};
use std::rc::Rc;

fn at(kind: TypeKind, span: Span) -> Type {
    Type { kind, span }
}

impl Parser {
    /// Any type, unions included.
    pub(crate) fn r#type(&mut self) -> Read<Type> {
        self.deeper(Parser::union)
    }

    fn union(&mut self) -> Read<Type> {
        let start = self.span();
        let is_led = self.is("|")
            || (*self.peek() == TokenKind::NewLine && matches!(self.ahead(1), TokenKind::Mark("|")));
        if is_led {
            self.lines();
            self.bump();
            self.lines();
        }
        let mut members = vec![self.suffixed()?];
        while matches!(self.beyond_lines(), TokenKind::Mark("|")) {
            self.lines();
            self.bump();
            self.lines();
            members.push(self.suffixed()?);
        }
        Ok(match members.len() {
            1 => members.swap_remove(0),
            _ => at(TypeKind::Union(members), start.to(self.previous())),
        })
    }

    fn suffixed(&mut self) -> Read<Type> {
        let mut base = self.simple_type()?;
        loop {
            let start = base.span;
            if self.take("?") {
                base = at(TypeKind::Nullable(Box::new(base)), start.to(self.previous()));
            } else if self.take("!") {
                // `T!` takes the null away again.
                base = match base.kind {
                    TypeKind::Nullable(inner) => *inner,
                    kind => at(kind, base.span),
                };
            } else if self.take(".") {
                if self.take("*") {
                    base = at(TypeKind::AdditionalOf(Box::new(base)), start.to(self.previous()));
                    continue;
                }
                let name = self.name("a type")?;
                let span = start.to(name.span);
                base = match self.is("<") {
                    true => self.generic(name)?,
                    false => at(TypeKind::Member(Box::new(base), name), span),
                };
            } else if self.take("[") {
                self.lines();
                let kind = match self.peek().clone() {
                    TokenKind::Mark("*") => {
                        self.bump();
                        TypeKind::ItemOf(Box::new(base))
                    }
                    TokenKind::Number(index) => {
                        self.bump();
                        TypeKind::IndexOf(Box::new(base), index)
                    }
                    _ => TypeKind::Array(Box::new(base)),
                };
                self.lines();
                let end = self.expect("]")?;
                base = at(kind, start.to(end));
            } else {
                return Ok(base);
            }
        }
    }

    fn simple_type(&mut self) -> Read<Type> {
        let span = self.span();
        match self.peek().clone() {
            TokenKind::Name(name) => self.named_type(name),
            TokenKind::Text(text) => {
                self.bump();
                Ok(at(TypeKind::Text(text), span))
            }
            TokenKind::Number(number) => {
                self.bump();
                Ok(at(
                    TypeKind::Number(i64::try_from(number).unwrap_or(i64::MAX)),
                    span,
                ))
            }
            TokenKind::Mark("-") => {
                self.bump();
                match self.bump() {
                    TokenKind::Number(number) => {
                        let number = i64::try_from(number).unwrap_or(i64::MAX);
                        Ok(at(TypeKind::Number(-number), span.to(self.previous())))
                    }
                    _ => Err(self.expected("a number")),
                }
            }
            TokenKind::Mark("!") => {
                self.bump();
                match self.bump() {
                    TokenKind::Name(word) if word == "true" || word == "false" => {
                        Ok(at(TypeKind::Bool(word == "false"), span.to(self.previous())))
                    }
                    _ => Err(self.expected("`true` or `false`")),
                }
            }
            TokenKind::Mark("{") => self.deeper(Parser::object_type),
            TokenKind::Mark("[") => self.deeper(Parser::tuple),
            TokenKind::Mark("(") => {
                self.bump();
                self.lines();
                let inner = self.r#type()?;
                self.lines();
                let end = self.expect(")")?;
                Ok(at(inner.kind, span.to(end)))
            }
            TokenKind::TextStart(_) => Err(Diagnostic::error(
                "BCP032",
                "a type must be a constant: a text in it holds no `${...}`",
                span,
            )),
            _ => {
                let message = format!("expected a type, found {}", self.peek().describe());
                Err(Diagnostic::error("BCP279", message, span)
                    .help("such as `string`, `int`, `bool`, `object`, `array`, `string[]`, `'a' | 'b'` or `{ name: string }`"))
            }
        }
    }

    fn named_type(&mut self, text: String) -> Read<Type> {
        let span = self.span();
        self.bump();
        match text.as_str() {
            "null" => return Ok(at(TypeKind::Null, span)),
            "true" | "false" => return Ok(at(TypeKind::Bool(text == "true"), span)),
            "resource" => {
                if let TokenKind::Text(_) = self.peek() {
                    self.bump();
                    return Ok(at(TypeKind::Resource, span.to(self.previous())));
                }
            }
            _ => (),
        }
        let name = Name { text, span };
        match self.is("<") {
            true => self.generic(name),
            false => Ok(at(TypeKind::Name(name.text), span)),
        }
    }

    fn generic(&mut self, name: Name) -> Read<Type> {
        self.expect("<")?;
        let mut arguments = Vec::new();
        loop {
            self.lines();
            arguments.push(self.r#type()?);
            self.lines();
            if self.take(">") {
                let span = name.span.to(self.previous());
                return Ok(at(TypeKind::Generic(name, arguments), span));
            }
            self.expect(",")?;
        }
    }

    fn object_type(&mut self) -> Read<Type> {
        let start = self.expect("{")?;
        let mut properties = Vec::new();
        let mut additional = None;
        loop {
            self.separated();
            if self.take("}") {
                let kind = TypeKind::Object {
                    properties,
                    additional,
                };
                return Ok(at(kind, start.to(self.previous())));
            }
            let decorators = Rc::new(self.decorators()?);
            let span = self.span();
            let key = self.bump();
            let name = match key {
                TokenKind::Mark("*") => None,
                TokenKind::Name(text) | TokenKind::Text(text) => Some(Name { text, span }),
                kind => {
                    let message = format!("expected the name of a property, found {}", kind.describe());
                    return Err(Diagnostic::error("BCP022", message, span));
                }
            };
            self.expect(":")?;
            self.lines();
            let value = self.r#type()?;
            match name {
                Some(name) => properties.push(TypeProperty {
                    decorators,
                    name,
                    value,
                }),
                None => {
                    let name = Name {
                        text: "*".into(),
                        span,
                    };
                    additional = Some(Box::new(TypeProperty {
                        decorators,
                        name,
                        value,
                    }));
                }
            }
            self.type_item_end("}")?;
        }
    }

    fn separated(&mut self) {
        while *self.peek() == TokenKind::NewLine || self.is(",") {
            self.bump();
        }
    }

    fn type_item_end(&mut self, closing: &str) -> Read<()> {
        match self.is(closing) || self.is(",") || *self.peek() == TokenKind::NewLine {
            true => Ok(()),
            false => Err(self.expected(&format!("a new line, a comma or `{closing}`"))),
        }
    }

    fn tuple(&mut self) -> Read<Type> {
        let start = self.expect("[")?;
        let mut items = Vec::new();
        loop {
            self.separated();
            if self.take("]") {
                return Ok(at(TypeKind::Tuple(items), start.to(self.previous())));
            }
            let decorators = Rc::new(self.decorators()?);
            let value = self.r#type()?;
            let name = Name {
                text: items.len().to_string(),
                span: Span::at(value.span.start),
            };
            items.push(TypeProperty {
                decorators,
                name,
                value,
            });
            self.type_item_end("]")?;
        }
    }
}
