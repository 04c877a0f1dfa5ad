//! Tokens to a tree: what each kind of declaration holds.

use crate::syntax::parser::{Declared, Parser, Read, STATEMENTS};
use crate::syntax::token::TokenKind;
use crate::syntax::tree::*;
use source::{Diagnostic, nearest};

impl Parser {
    pub(super) fn declaration(&mut self) -> Read<Declared> {
        if self.take_word("resource") {
            return Ok(Declared::Resource(self.resource()?));
        }
        if self.take_word("module") {
            let name = self.name("a module")?;
            let path = self.path()?;
            self.expect("=")?;
            self.lines();
            let value = self.value()?;
            return Ok(Declared::Module { name, path, value });
        }
        self.other_declaration().map(Declared::Other)
    }

    fn other_declaration(&mut self) -> Read<StatementKind> {
        let TokenKind::Name(word) = self.peek().clone() else {
            let message = format!("{} begins no declaration", self.peek().describe());
            return Err(Diagnostic::error("BCP007", message, self.span()));
        };
        let span = self.span();
        self.bump();
        match word.as_str() {
            "targetScope" => {
                self.expect("=")?;
                Ok(StatementKind::TargetScope(self.expression()?))
            }
            "metadata" => {
                let name = self.name("the metadata")?;
                self.expect("=")?;
                let value = self.expression()?;
                Ok(StatementKind::Metadata { name, value })
            }
            "param" => self.param(),
            "var" => {
                let name = self.name("a variable")?;
                let r#type = match self.is("=") {
                    true => None,
                    false => Some(self.r#type()?),
                };
                self.expect("=")?;
                let value = self.value()?;
                Ok(StatementKind::Var { name, r#type, value })
            }
            "output" => {
                let name = self.name("an output")?;
                let r#type = match self.is("=") {
                    true => None,
                    false => Some(self.r#type()?),
                };
                self.expect("=")?;
                let value = self.value()?;
                Ok(StatementKind::Output { name, r#type, value })
            }
            "type" => {
                let name = self.name("a type")?;
                self.expect("=")?;
                let value = self.r#type()?;
                Ok(StatementKind::Type { name, value })
            }
            "func" => self.func(),
            "import" => self.import(),
            "extension" | "provider" => self.extension(),
            "using" => {
                let path = self.path_or_none()?;
                if self.take_word("with") {
                    self.expression()?;
                }
                Ok(StatementKind::Using { path })
            }
            "extends" => Ok(StatementKind::Extends { path: self.path()? }),
            "assert" | "test" => {
                let name = self.name("an assertion")?;
                if word == "test" {
                    self.path()?;
                }
                self.expect("=")?;
                let value = self.expression()?;
                Ok(StatementKind::Assert { name, value })
            }
            "extensionConfig" => {
                self.name("an extension")?;
                self.take_word("with");
                self.expression()?;
                Ok(StatementKind::Broken)
            }
            _ => {
                let message = format!("`{word}` begins no declaration");
                let near = nearest(&word, STATEMENTS.iter().copied());
                let mistake = Diagnostic::error("BCP007", message, span);
                Err(match near {
                    Some(near) => mistake.suggest(Some(near)),
                    None => mistake.help("a declaration begins with `param`, `var`, `resource`, `module`, `output`, `type`, `func`, `import` or `targetScope`"),
                })
            }
        }
    }

    fn param(&mut self) -> Read<StatementKind> {
        let name = self.name("a parameter")?;
        if self.take("=") {
            let value = self.value()?;
            return Ok(StatementKind::Assignment { name, value });
        }
        let r#type = match self.peek() {
            TokenKind::NewLine | TokenKind::End => None,
            _ => Some(self.r#type()?),
        };
        let default = match self.take("=") {
            true => Some(self.value()?),
            false => None,
        };
        Ok(StatementKind::Param {
            name,
            r#type,
            default,
        })
    }

    pub(crate) fn resource(&mut self) -> Read<Resource> {
        let name = self.name("a resource")?;
        let r#type = self.path()?;
        let existing = self.take_word("existing");
        self.expect("=")?;
        self.lines();
        let value = self.value()?;
        Ok(Resource {
            name,
            r#type,
            existing,
            value,
        })
    }

    /// A path or a type: a text, which must not be interpolated.
    fn path(&mut self) -> Read<Expr> {
        match self.peek() {
            TokenKind::Text(_) | TokenKind::TextStart(_) => self.expression(),
            _ => Err(self.expected("a text")),
        }
    }

    fn path_or_none(&mut self) -> Read<Expr> {
        if self.is_word("none") {
            let span = self.span();
            self.bump();
            let kind = ExprKind::Null;
            return Ok(Expr { kind, span });
        }
        self.path()
    }

    fn func(&mut self) -> Read<StatementKind> {
        let name = self.name("a function")?;
        self.expect("(")?;
        let parameters = self.parameters()?;
        let result = self.r#type()?;
        self.expect("=>")?;
        self.lines();
        let body = self.expression()?;
        Ok(StatementKind::Func {
            name,
            parameters,
            result,
            body,
        })
    }

    /// Behind the opening parenthesis: `a string, b int)`.
    pub(crate) fn parameters(&mut self) -> Read<Vec<Parameter>> {
        let mut parameters = Vec::new();
        loop {
            self.lines();
            if self.take(")") {
                return Ok(parameters);
            }
            let name = self.name("a parameter")?;
            let is_bare = self.is(",") || self.is(")") || *self.peek() == TokenKind::NewLine;
            let r#type = match is_bare {
                true => None,
                false => Some(self.r#type()?),
            };
            parameters.push(Parameter { name, r#type });
            self.lines();
            if !self.is(")") {
                self.expect(",")?;
            }
        }
    }

    fn import(&mut self) -> Read<StatementKind> {
        if matches!(self.peek(), TokenKind::Text(_)) {
            // The older form of `extension`.
            return self.extension();
        }
        let what = match self.take("*") {
            true => {
                self.expect_word("as")?;
                Imported::All(self.name("the import")?)
            }
            false => {
                self.expect("{")?;
                Imported::Names(self.imported_names()?)
            }
        };
        self.expect_word("from")?;
        let path = self.path()?;
        Ok(StatementKind::Import { what, path })
    }

    fn imported_names(&mut self) -> Read<Vec<(Name, Name)>> {
        let mut names = Vec::new();
        loop {
            self.lines();
            if self.take("}") {
                return Ok(names);
            }
            let name = match self.peek().clone() {
                TokenKind::Text(text) => {
                    let span = self.span();
                    self.bump();
                    Name { text, span }
                }
                _ => self.name("an import")?,
            };
            let alias = match self.take_word("as") {
                true => self.name("an import")?,
                false => name.clone(),
            };
            names.push((name, alias));
            if !self.is("}") && *self.peek() != TokenKind::NewLine {
                self.expect(",")?;
            }
        }
    }

    pub(crate) fn expect_word(&mut self, word: &str) -> Read<()> {
        match self.take_word(word) {
            true => Ok(()),
            false => Err(self.expected(&format!("`{word}`"))),
        }
    }

    fn extension(&mut self) -> Read<StatementKind> {
        let span = self.span();
        let name = match self.peek().clone() {
            TokenKind::Text(text) => {
                self.bump();
                let text = text.split('@').next().unwrap_or_default().to_owned();
                Name { text, span }
            }
            _ => self.name("an extension")?,
        };
        let config = match self.take_word("with") {
            true => Some(self.expression()?),
            false => None,
        };
        let alias = match self.take_word("as") {
            true => Some(self.name("an extension")?),
            false => None,
        };
        Ok(StatementKind::Extension { name, alias, config })
    }
}
