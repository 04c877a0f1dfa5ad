//! The text of a JSONPath, as Json.NET reads it.

use super::super::error::{DotnetError, Result};
use super::lexemes::number_value;
use super::scalar::Scalar;

/// One step of a path.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    /// `.name`; `None` is `.*`.
    Field(Option<String>),
    /// `['a','b']`.
    Fields(Vec<String>),
    /// `..name`; `None` is `..*`.
    Scan(Option<String>),
    /// `..['a','b']`.
    ScanFields(Vec<String>),
    /// `[0]`; `None` is `[*]`.
    Index(Option<i64>),
    /// `[0,2]`.
    Indexes(Vec<i64>),
    /// `[start:end:step]`.
    Slice(Option<i64>, Option<i64>, Option<i64>),
    /// `[?(...)]`.
    Filter(Filter),
    /// `..[?(...)]`.
    ScanFilter(Filter),
}

/// The condition of a filter.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Exists(Operand),
    Compare(Operand, Operator, Operand),
}

/// A side of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    /// `@...` or, from the root, `$...`.
    Path(bool, Vec<Step>),
    Value(Scalar),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equals,
    NotEquals,
    StrictEquals,
    StrictNotEquals,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Matches,
}

// Filters within filters.
const MAX_DEPTH: usize = 32;

/// Reads a path.
pub(super) fn read(text: &str) -> Result<Vec<Step>> {
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
    };
    reader.blank();
    if reader.peek() == Some('$') {
        let rest = &text[reader.at + 1..];
        // A name may begin with `$`; the root is followed by `.` or `[`.
        if rest.trim_end().is_empty() {
            return Ok(Vec::new());
        }
        if rest.starts_with(['.', '[']) {
            reader.at += 1;
        }
    }
    let steps = reader.steps(false)?;
    if reader.at < text.trim_end().len() {
        return Err(reader.unexpected());
    }
    Ok(steps)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    fn blank(&mut self) {
        self.at = self.text.len() - self.rest().trim_start_matches(' ').len();
    }

    fn unexpected(&self) -> DotnetError {
        match self.peek() {
            Some(c) => error(format!("Unexpected character while parsing path: {c}")),
            None => error("Unexpected end while parsing path."),
        }
    }

    /// Steps up to the end, or inside a filter up to what cannot belong to a path.
    fn steps(&mut self, in_filter: bool) -> Result<Vec<Step>> {
        let mut steps = Vec::new();
        let mut first = true;
        loop {
            let scan = self.take("..");
            let dot = !scan && self.take(".");
            match self.peek() {
                Some('[') => {
                    self.at += 1;
                    steps.push(self.bracket(scan)?);
                }
                Some('(') if !in_filter => return Err(self.unexpected()),
                _ if scan || dot || (first && !in_filter) => {
                    let name = self.name(in_filter);
                    if name.is_empty() {
                        return match self.peek() {
                            None if first && !scan && !dot => Ok(steps),
                            None => Err(error("Unexpected end while parsing path.")),
                            Some(_) => Err(self.unexpected()),
                        };
                    }
                    let name = (name != "*").then(|| name.to_owned());
                    steps.push(if scan { Step::Scan(name) } else { Step::Field(name) });
                }
                _ => return Ok(steps),
            }
            first = false;
        }
    }

    fn name(&mut self, in_filter: bool) -> &'a str {
        let rest = self.rest();
        let ends = |c: char| {
            matches!(c, '.' | '[' | ']' | '(' | ')' | ' ')
                || in_filter && matches!(c, '=' | '!' | '<' | '>' | '&' | '|')
        };
        let end = rest.find(ends).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// What stands in brackets; the opening one has been read.
    fn bracket(&mut self, scan: bool) -> Result<Step> {
        self.blank();
        let step = match self.peek() {
            Some('\'' | '"') => {
                let names = self.quoted_names()?;
                if scan {
                    Step::ScanFields(names)
                } else {
                    Step::Fields(names)
                }
            }
            Some('?') => {
                self.at += 1;
                if !self.take("(") {
                    return Err(self.unexpected());
                }
                let filter = self.any()?;
                self.blank();
                if !self.take(")") {
                    return Err(self.unclosed());
                }
                if scan {
                    Step::ScanFilter(filter)
                } else {
                    Step::Filter(filter)
                }
            }
            Some('*') => {
                self.at += 1;
                if scan { Step::Scan(None) } else { Step::Index(None) }
            }
            _ => self.numbers()?,
        };
        self.blank();
        if self.take("]") {
            Ok(step)
        } else {
            Err(self.unclosed())
        }
    }

    fn unclosed(&self) -> DotnetError {
        match self.peek() {
            None => error("Path ended with open indexer."),
            Some(c) => error(format!("Unexpected character while parsing path indexer: {c}")),
        }
    }

    fn quoted_names(&mut self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        loop {
            self.blank();
            let quote = self
                .peek()
                .filter(|it| matches!(it, '\'' | '"'))
                .ok_or_else(|| self.unclosed())?;
            names.push(self.quoted(quote)?);
            self.blank();
            if !self.take(",") {
                return Ok(names);
            }
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String> {
        self.at += 1;
        let mut out = String::new();
        let mut chars = self.rest().char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some((_, 'n')) => out.push('\n'),
                    Some((_, 't')) => out.push('\t'),
                    Some((_, 'r')) => out.push('\r'),
                    Some((_, other)) => out.push(other),
                    None => break,
                },
                _ if c == quote => {
                    self.at += at + 1;
                    return Ok(out);
                }
                _ => out.push(c),
            }
        }
        Err(error("Path ended with an open string."))
    }

    /// `0`, `0,2` or `1:5:2`.
    fn numbers(&mut self) -> Result<Step> {
        let mut numbers = vec![self.number()?];
        let mut mark = None;
        loop {
            self.blank();
            match self.peek() {
                Some(c @ (',' | ':')) if mark.is_none_or(|it| it == c) => {
                    mark = Some(c);
                    self.at += 1;
                    numbers.push(self.number()?);
                }
                _ => break,
            }
        }
        match (mark, numbers.as_slice()) {
            (None, [Some(index)]) => Ok(Step::Index(Some(*index))),
            (None, _) if self.peek() == Some(']') => Err(error("Array index expected.")),
            (Some(':'), [start, end]) => Ok(Step::Slice(*start, *end, None)),
            (Some(':'), [start, end, step]) => match step {
                Some(0) => Err(error("Step cannot be zero.")),
                _ => Ok(Step::Slice(*start, *end, *step)),
            },
            (Some(','), all) if all.iter().all(Option::is_some) => {
                Ok(Step::Indexes(all.iter().flatten().copied().collect()))
            }
            _ => Err(self.unclosed()),
        }
    }

    fn number(&mut self) -> Result<Option<i64>> {
        self.blank();
        let rest = self.rest();
        let end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '-')
            .unwrap_or(rest.len());
        if end == 0 {
            return Ok(None);
        }
        self.at += end;
        rest[..end]
            .parse()
            .map(Some)
            .map_err(|_| error(format!("Unexpected character while parsing path indexer: {rest}")))
    }

    /// `a && b || c`: `&&` binds tighter.
    fn any(&mut self) -> Result<Filter> {
        let mut parts = vec![self.all()?];
        while self.operator("||") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Filter::Or(parts)
        })
    }

    fn all(&mut self) -> Result<Filter> {
        let mut parts = vec![self.condition()?];
        while self.operator("&&") {
            parts.push(self.condition()?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Filter::And(parts)
        })
    }

    fn operator(&mut self, text: &str) -> bool {
        self.blank();
        self.take(text)
    }

    fn condition(&mut self) -> Result<Filter> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(error("The path query is nested too deeply."));
        }
        self.blank();
        let filter = if self.take("(") {
            let inner = self.any()?;
            self.blank();
            if !self.take(")") {
                return Err(self.unclosed());
            }
            inner
        } else {
            let left = self.operand()?;
            self.blank();
            match self.comparison() {
                None => Filter::Exists(left),
                Some(operator) => {
                    self.blank();
                    Filter::Compare(left, operator, self.operand()?)
                }
            }
        };
        self.depth -= 1;
        Ok(filter)
    }

    fn comparison(&mut self) -> Option<Operator> {
        // Longer ones first.
        const ALL: [(&str, Operator); 11] = [
            ("===", Operator::StrictEquals),
            ("!==", Operator::StrictNotEquals),
            ("==", Operator::Equals),
            ("=~", Operator::Matches),
            ("!=", Operator::NotEquals),
            ("<>", Operator::NotEquals),
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
            ("=", Operator::Equals),
        ];
        ALL.iter()
            .find(|(text, _)| self.take(text))
            .map(|(_, operator)| *operator)
    }

    fn operand(&mut self) -> Result<Operand> {
        match self.peek() {
            Some(c @ ('@' | '$')) => {
                self.at += 1;
                Ok(Operand::Path(c == '$', self.steps(true)?))
            }
            Some(quote @ ('\'' | '"')) => Ok(Operand::Value(Scalar::String(self.quoted(quote)?.into()))),
            Some('/') => self.regex(),
            _ => {
                let rest = self.rest();
                let end = rest
                    .find([' ', ')', ']', '=', '!', '<', '>', '&', '|'])
                    .unwrap_or(rest.len());
                let word = &rest[..end];
                let value = match word {
                    "true" => Scalar::Boolean(true),
                    "false" => Scalar::Boolean(false),
                    "null" => Scalar::Null,
                    _ => number_value(word).ok_or_else(|| error("Could not read query operator."))?,
                };
                self.at += end;
                Ok(Operand::Value(value))
            }
        }
    }

    /// `/pattern/options`, kept as it is written.
    fn regex(&mut self) -> Result<Operand> {
        let rest = self.rest();
        let mut escaped = false;
        let end = rest.char_indices().skip(1).find(|(_, c)| {
            let ends = *c == '/' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        });
        let Some((end, _)) = end else {
            return Err(error("Path ended with an open regex."));
        };
        let options = rest[end + 1..]
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(rest.len() - end - 1);
        self.at += end + 1 + options;
        Ok(Operand::Value(Scalar::Raw(rest[..end + 1 + options].into())))
    }
}

fn error(message: impl Into<String>) -> DotnetError {
    DotnetError::new("Newtonsoft.Json.JsonException", message)
}
