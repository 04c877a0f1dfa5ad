//! `$filter`: comparisons and functions of OData, as far as the management plane documents them.

use serde_json::Value;
use std::cmp::Ordering;

/// A filter that was read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Filter(Node);

#[derive(Debug, Clone, PartialEq)]
enum Node {
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Compare(Operand, Operator, Operand),
    /// A function of two texts.
    Function(Function, Operand, Operand),
    /// A member that is true.
    Holds(Operand),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Operator {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Function {
    Contains,
    StartsWith,
    EndsWith,
}

#[derive(Debug, Clone, PartialEq)]
enum Operand {
    /// A member; `a/b` is a member of a member.
    Field(Vec<String>),
    Value(Value),
}

/// How deep parentheses may be nested.
const DEPTH: usize = 50;

impl Filter {
    /// Reads a filter; the text says what is wrong with it.
    pub(crate) fn read(text: &str) -> Result<Filter, String> {
        let tokens = tokens(text)?;
        let mut reader = Reader {
            tokens,
            at: 0,
            depth: 0,
        };
        let node = reader.either()?;
        match reader.tokens.get(reader.at) {
            None => Ok(Filter(node)),
            Some(token) => Err(format!("Syntax error in the filter at '{}'.", token.text())),
        }
    }

    /// Whether an item passes.
    pub(crate) fn fits(&self, item: &Value) -> bool {
        self.0.fits(item)
    }
}

impl Node {
    fn fits(&self, item: &Value) -> bool {
        match self {
            Node::And(one, other) => one.fits(item) && other.fits(item),
            Node::Or(one, other) => one.fits(item) || other.fits(item),
            Node::Not(inner) => !inner.fits(item),
            Node::Holds(operand) => operand.value(item) == Value::Bool(true),
            Node::Compare(one, operator, other) => compare(&one.value(item), *operator, &other.value(item)),
            Node::Function(function, one, other) => {
                let (one, other) = (one.value(item), other.value(item));
                let (Some(one), Some(other)) = (one.as_str(), other.as_str()) else {
                    return false;
                };
                let (one, other) = (one.to_lowercase(), other.to_lowercase());
                match function {
                    Function::Contains => one.contains(&other),
                    Function::StartsWith => one.starts_with(&other),
                    Function::EndsWith => one.ends_with(&other),
                }
            }
        }
    }
}

impl Operand {
    fn value(&self, item: &Value) -> Value {
        let path = match self {
            Operand::Value(value) => return value.clone(),
            Operand::Field(path) => path,
        };
        // Most fields are properties, and are named without saying so.
        let find = |root: &Value| {
            path.iter().try_fold(root.clone(), |value, name| {
                let members = value.as_object()?;
                let found = members.iter().find(|(it, _)| it.eq_ignore_ascii_case(name))?;
                Some(found.1.clone())
            })
        };
        let inside = item.get("properties").and_then(find);
        inside.or_else(|| find(item)).unwrap_or_default()
    }
}

fn compare(one: &Value, operator: Operator, other: &Value) -> bool {
    let order = match (one, other) {
        (Value::String(one), Value::String(other)) => Some(one.to_lowercase().cmp(&other.to_lowercase())),
        (Value::Number(one), Value::Number(other)) => one
            .as_f64()
            .zip(other.as_f64())
            .and_then(|(one, other)| one.partial_cmp(&other)),
        _ => (one == other).then_some(Ordering::Equal),
    };
    match operator {
        Operator::Eq => order == Some(Ordering::Equal),
        Operator::Ne => order != Some(Ordering::Equal),
        Operator::Gt => order == Some(Ordering::Greater),
        Operator::Ge => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        Operator::Lt => order == Some(Ordering::Less),
        Operator::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Open,
    Close,
    Comma,
    Word(String),
    Text(String),
}

impl Token {
    fn text(&self) -> &str {
        match self {
            Token::Open => "(",
            Token::Close => ")",
            Token::Comma => ",",
            Token::Word(text) | Token::Text(text) => text,
        }
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(c) = rest.chars().next() {
        let (token, length) = match c {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' => (Token::Comma, 1),
            '\'' => quoted(rest)?,
            _ => {
                let is_end = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | '\'');
                let length = rest.find(is_end).unwrap_or(rest.len());
                (Token::Word(rest[..length].to_owned()), length)
            }
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

// Two quotes inside stand for one.
fn quoted(text: &str) -> Result<(Token, usize), String> {
    let mut out = String::new();
    let mut at = 1;
    while let Some(end) = text[at..].find('\'') {
        out.push_str(&text[at..at + end]);
        at += end + 1;
        if !text[at..].starts_with('\'') {
            return Ok((Token::Text(out), at));
        }
        out.push('\'');
        at += 1;
    }
    Err("A text in the filter is not closed.".to_owned())
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Reader {
    fn word(&mut self, wanted: &str) -> bool {
        let is_it =
            matches!(self.tokens.get(self.at), Some(Token::Word(word)) if word.eq_ignore_ascii_case(wanted));
        self.at += usize::from(is_it);
        is_it
    }

    fn take(&mut self, wanted: &Token) -> Result<(), String> {
        match self.tokens.get(self.at) == Some(wanted) {
            true => {
                self.at += 1;
                Ok(())
            }
            false => Err(format!("'{}' is expected in the filter.", wanted.text())),
        }
    }

    fn either(&mut self) -> Result<Node, String> {
        let mut node = self.both()?;
        while self.word("or") {
            node = Node::Or(Box::new(node), Box::new(self.both()?));
        }
        Ok(node)
    }

    fn both(&mut self) -> Result<Node, String> {
        let mut node = self.one()?;
        while self.word("and") {
            node = Node::And(Box::new(node), Box::new(self.one()?));
        }
        Ok(node)
    }

    fn one(&mut self) -> Result<Node, String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("The filter is nested too deeply.".to_owned());
        }
        let node = self.inner();
        self.depth -= 1;
        node
    }

    fn inner(&mut self) -> Result<Node, String> {
        if self.word("not") {
            return Ok(Node::Not(Box::new(self.one()?)));
        }
        if self.tokens.get(self.at) == Some(&Token::Open) {
            self.at += 1;
            let node = self.either()?;
            self.take(&Token::Close)?;
            return Ok(node);
        }
        if let Some(function) = self.function() {
            return self.call(function);
        }
        let one = self.operand()?;
        let Some(operator) = self.operator() else {
            return Ok(Node::Holds(one));
        };
        Ok(Node::Compare(one, operator, self.operand()?))
    }

    // The name of a function, and whether its arguments stand the other way round.
    fn function(&mut self) -> Option<(Function, bool)> {
        let Some(Token::Word(word)) = self.tokens.get(self.at) else {
            return None;
        };
        if self.tokens.get(self.at + 1) != Some(&Token::Open) {
            return None;
        }
        let function = match word.to_ascii_lowercase().as_str() {
            "contains" => (Function::Contains, false),
            "substringof" => (Function::Contains, true),
            "startswith" => (Function::StartsWith, false),
            "endswith" => (Function::EndsWith, false),
            _ => return None,
        };
        self.at += 2;
        Some(function)
    }

    fn call(&mut self, (function, is_turned): (Function, bool)) -> Result<Node, String> {
        let one = self.operand()?;
        self.take(&Token::Comma)?;
        let other = self.operand()?;
        self.take(&Token::Close)?;
        let (one, other) = if is_turned { (other, one) } else { (one, other) };
        // `startswith(...) eq true` says the same again.
        match self.operator() {
            None => Ok(Node::Function(function, one, other)),
            Some(operator) => {
                let wanted = self.operand()? == Operand::Value(Value::Bool(true));
                let node = Node::Function(function, one, other);
                Ok(match wanted == (operator == Operator::Eq) {
                    true => node,
                    false => Node::Not(Box::new(node)),
                })
            }
        }
    }

    fn operator(&mut self) -> Option<Operator> {
        let operators = [
            ("eq", Operator::Eq),
            ("ne", Operator::Ne),
            ("gt", Operator::Gt),
            ("ge", Operator::Ge),
            ("lt", Operator::Lt),
            ("le", Operator::Le),
        ];
        operators
            .into_iter()
            .find(|(name, _)| self.word(name))
            .map(|(_, operator)| operator)
    }

    fn operand(&mut self) -> Result<Operand, String> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        let word = match token {
            Some(Token::Text(text)) => return Ok(Operand::Value(text.into())),
            Some(Token::Word(word)) => word,
            Some(token) => return Err(format!("Syntax error in the filter at '{}'.", token.text())),
            None => return Err("The filter ends too early.".to_owned()),
        };
        let lower = word.to_ascii_lowercase();
        if ["and", "or", "not", "eq", "ne", "gt", "ge", "lt", "le"].contains(&lower.as_str()) {
            return Err(format!("Syntax error in the filter at '{word}'."));
        }
        // A moment, and the like, is written as a text behind its type.
        if matches!(lower.as_str(), "datetime" | "guid" | "binary")
            && let Some(Token::Text(text)) = self.tokens.get(self.at).cloned()
        {
            self.at += 1;
            return Ok(Operand::Value(text.into()));
        }
        Ok(match serde_json::from_str::<Value>(&lower) {
            Ok(value) if !value.is_string() => Operand::Value(value),
            _ => Operand::Field(word.split('/').map(str::to_owned).collect()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fits(filter: &str) -> bool {
        let item = json!({ "name": "orders", "properties": { "displayName": "Ada's Orders", "count": 3, "isCurrent": true, "contract": { "path": "o" } } });
        Filter::read(filter).expect(filter).fits(&item)
    }

    #[test]
    fn what_the_contract_documents_is_understood() {
        for good in [
            "name eq 'ORDERS'",
            "displayName eq 'Ada''s Orders' and count gt 2",
            "properties/displayName ne 'x'",
            "contains(displayName, 'ada') or false eq true",
            "substringof('rder', name)",
            "not (startswith(name,'x'))",
            "startswith(name,'ord') eq true",
            "endswith(name,'ers') and (count le 3)",
            "isCurrent",
            "contract/path eq 'o'",
            "stateComment eq null",
        ] {
            assert!(fits(good), "{good}");
        }
        for bad in ["name eq 'x'", "count lt 3", "isCurrent eq false", "name gt 'z'"] {
            assert!(!fits(bad), "{bad}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for wrong in [
            "",
            "name eq",
            "name eq 'x",
            "(name eq 'x'",
            "name 'x'",
            "and",
            "contains(name)",
        ] {
            assert!(Filter::read(wrong).is_err(), "{wrong}");
        }
        assert!(Filter::read(&"(".repeat(10_000)).is_err());
    }
}
