//! Tokens to a tree: statements. Every mistake is noted, and reading goes on at the next line that begins a statement.

use crate::syntax::lexer::lex;
use crate::syntax::token::{Pragma, Token, TokenKind};
use crate::syntax::tree::*;
use source::{Diagnostic, Span};
use std::rc::Rc;

/// A file that was read.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    pub(crate) file: File,
    pub(crate) pragmas: Vec<Pragma>,
    pub(crate) mistakes: Vec<Diagnostic>,
}

/// Reads a Bicep file or a Bicep parameter file.
pub(crate) fn parse(text: &str) -> Parsed {
    let lexed = lex(text);
    let mut parser = Parser {
        tokens: lexed.tokens,
        at: 0,
        mistakes: lexed.mistakes,
        depth: 0,
    };
    let file = parser.file();
    let mut mistakes = parser.mistakes;
    mistakes.sort_by_key(|mistake| mistake.span.start);
    Parsed {
        file,
        pragmas: lexed.pragmas,
        mistakes,
    }
}

/// What a statement declares; decorators of resources and modules are kept with them.
pub(super) enum Declared {
    Resource(Resource),
    Module { name: Name, path: Expr, value: Expr },
    Other(StatementKind),
}

/// Where the reading stands.
pub(crate) struct Parser {
    tokens: Vec<Token>,
    at: usize,
    mistakes: Vec<Diagnostic>,
    depth: usize,
}

/// So many mistakes of a text are kept: what is no Bicep at all has one in every line.
pub(crate) const MISTAKES: usize = 500;
/// How deep expressions and types may be nested.
const DEPTH: usize = 200;

pub(crate) type Read<T> = Result<T, Diagnostic>;

pub(super) const STATEMENTS: &[&str] = &[
    "param",
    "var",
    "resource",
    "module",
    "output",
    "type",
    "func",
    "import",
    "extension",
    "provider",
    "using",
    "extends",
    "targetScope",
    "metadata",
    "assert",
    "extensionConfig",
    "rule",
    "test",
];

impl Parser {
    pub(crate) fn peek(&self) -> &TokenKind {
        self.ahead(0)
    }

    pub(crate) fn ahead(&self, count: usize) -> &TokenKind {
        let at = (self.at + count).min(self.tokens.len() - 1);
        &self.tokens[at].kind
    }

    /// The first token that is no line end, from here on.
    pub(crate) fn beyond_lines(&self) -> &TokenKind {
        match self.peek() {
            TokenKind::NewLine => self.ahead(1),
            kind => kind,
        }
    }

    pub(crate) fn span(&self) -> Span {
        self.tokens[self.at.min(self.tokens.len() - 1)].span
    }

    pub(crate) fn previous(&self) -> Span {
        self.tokens[self.at.saturating_sub(1)].span
    }

    pub(crate) fn bump(&mut self) -> TokenKind {
        let kind = self.peek().clone();
        if kind != TokenKind::End {
            self.at += 1;
        }
        kind
    }

    pub(crate) fn is(&self, mark: &str) -> bool {
        matches!(self.peek(), TokenKind::Mark(it) if *it == mark)
    }

    pub(crate) fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), TokenKind::Name(it) if it == word)
    }

    pub(crate) fn take(&mut self, mark: &str) -> bool {
        let found = self.is(mark);
        if found {
            self.at += 1;
        }
        found
    }

    pub(crate) fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.at += 1;
        }
        found
    }

    pub(crate) fn lines(&mut self) {
        while *self.peek() == TokenKind::NewLine {
            self.at += 1;
        }
    }

    pub(crate) fn expected(&self, what: &str) -> Diagnostic {
        let message = format!("expected {what}, found {}", self.peek().describe());
        Diagnostic::error("BCP018", message, self.span())
    }

    pub(crate) fn expect(&mut self, mark: &str) -> Read<Span> {
        match self.take(mark) {
            true => Ok(self.previous()),
            false => Err(self.expected(&format!("`{mark}`"))),
        }
    }

    pub(crate) fn name(&mut self, of: &str) -> Read<Name> {
        let span = self.span();
        match self.peek() {
            TokenKind::Name(text) => {
                let text = text.clone();
                self.at += 1;
                Ok(Name { text, span })
            }
            _ => Err(self.expected(&format!("the name of {of}"))),
        }
    }

    pub(crate) fn note(&mut self, mistake: Diagnostic) {
        // A text that is not closed has been reported by the lexer; what follows from it helps nobody.
        let is_known = |it: &Diagnostic| it.span.start == mistake.span.start;
        if self.mistakes.len() < MISTAKES && !self.mistakes.iter().any(is_known) {
            self.mistakes.push(mistake);
        }
    }

    /// Goes one level deeper, as far as that is allowed.
    pub(crate) fn deeper<T>(&mut self, read: impl FnOnce(&mut Parser) -> Read<T>) -> Read<T> {
        if self.depth >= DEPTH {
            let message = format!("the nesting is deeper than {DEPTH} levels");
            return Err(Diagnostic::error("too-deep", message, self.span()));
        }
        self.depth += 1;
        let result = stacker::maybe_grow(64 * 1024, 1024 * 1024, || read(self));
        self.depth -= 1;
        result
    }

    fn file(&mut self) -> File {
        let mut file = File::default();
        loop {
            self.lines();
            if *self.peek() == TokenKind::End {
                return file;
            }
            let start = self.span();
            let before = self.at;
            match self.statement() {
                Ok(statement) => file.statements.push(statement),
                Err(mistake) => {
                    self.note(mistake);
                    self.skip(before);
                    let span = start.to(self.previous());
                    let kind = StatementKind::Broken;
                    file.statements.push(Statement {
                        decorators: Vec::new(),
                        kind,
                        span,
                    });
                }
            }
        }
    }

    /// To the next line that begins a statement.
    fn skip(&mut self, from: usize) {
        self.depth = 0;
        if self.at == from {
            self.at += 1;
        }
        loop {
            match self.bump() {
                TokenKind::End => return,
                TokenKind::NewLine => match self.peek() {
                    TokenKind::Mark("@") => return,
                    // A property of that name stands inside what could not be read.
                    TokenKind::Name(word)
                        if STATEMENTS.contains(&word.as_str()) && *self.ahead(1) != TokenKind::Mark(":") =>
                    {
                        return;
                    }
                    _ => (),
                },
                _ => (),
            }
        }
    }

    fn statement(&mut self) -> Read<Statement> {
        let start = self.span();
        let mut decorators = self.decorators()?;
        let kind = match self.declaration()? {
            // Those of a resource or a module belong to it, wherever it stands.
            Declared::Resource(resource) => StatementKind::Resource(Rc::new(Nested {
                decorators: std::mem::take(&mut decorators),
                resource,
            })),
            Declared::Module { name, path, value } => StatementKind::Module(Rc::new(Module {
                decorators: std::mem::take(&mut decorators),
                name,
                path,
                value,
            })),
            Declared::Other(kind) => kind,
        };
        if !matches!(self.peek(), TokenKind::NewLine | TokenKind::End) {
            let message = format!("expected the end of the line, found {}", self.peek().describe());
            return Err(Diagnostic::error("BCP019", message, self.span()));
        }
        Ok(Statement {
            decorators,
            kind,
            span: start.to(self.previous()),
        })
    }

    pub(crate) fn decorators(&mut self) -> Read<Vec<Decorator>> {
        let mut decorators = Vec::new();
        while self.is("@") {
            let start = self.span();
            self.at += 1;
            let mut name = self.name("a decorator")?;
            while self.take(".") {
                // `sys.` and `az.` say where the decorator comes from; there is only one of each name.
                name = self.name("a decorator")?;
            }
            let arguments = self.arguments()?;
            decorators.push(Decorator {
                name,
                arguments,
                span: start.to(self.previous()),
            });
            self.lines();
        }
        Ok(decorators)
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn brackets_that_do_not_belong_together_end_the_reading() {
        for text in [
            "var a = { ]",
            "var a = [ }",
            "var a = { b: [ ) }",
            "var a = f({ ) ]",
            "var a = '${ { ) }'",
            "param a { b: ] }",
        ] {
            assert!(!parse(text).mistakes.is_empty(), "{text}");
        }
    }
}
