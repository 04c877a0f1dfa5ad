//! What an expression reads. Each chain that begins at `context`, or at a variable that stands for part of it, is followed step
//! by step; what is asked of a part, what it is cast to and what parses it tell its shape.

use super::tokens::{Token, tokens};
use std::collections::BTreeMap;

/// Part of what is read.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// Properties, and results of methods that stand for properties.
    pub(super) properties: BTreeMap<String, usize>,
    /// What is asked for by a key.
    pub(super) keys: BTreeMap<String, usize>,
    /// The elements of a list.
    pub(super) element: Option<usize>,
    /// What a text says when it is parsed.
    pub(super) parsed: Option<usize>,
    /// What it must be: the type of a cast or the function that reads it.
    pub(super) kind: Option<String>,
    /// A text with which it is compared.
    pub(super) like: Option<String>,
}

/// All parts; the first is `context`.
#[derive(Debug)]
pub(super) struct Reads(pub(super) Vec<Part>);

/// Follows every chain of an expression.
pub(super) fn read(text: &str) -> Reads {
    let tokens = tokens(text);
    let mut walk = Walk {
        tokens: &tokens,
        parts: vec![Part::default()],
        names: BTreeMap::from([("context".to_owned(), 0)]),
    };
    for (at, token) in tokens.iter().enumerate() {
        if let Token::Name(name) = token
            && let Some(part) = walk.names.get(name).copied()
            && !walk.is(at.wrapping_sub(1), ".")
            && !walk.is(at.wrapping_sub(1), "?.")
        {
            walk.chain(at, part);
        }
    }
    Reads(walk.parts)
}

struct Walk<'t> {
    tokens: &'t [Token],
    parts: Vec<Part>,
    // Variables that stand for a part.
    names: BTreeMap<String, usize>,
}

/// What stands in front of a chain, the innermost first.
enum Before {
    /// `(Type)`
    Cast(String),
    /// `(` that only groups.
    Group,
    /// `Name.Name(`, `new Name(`.
    Call(String),
}

// Methods that give what they are called on, or a part of its elements.
const SAME: [&str; 21] = [
    "Where",
    "OrderBy",
    "OrderByDescending",
    "ThenBy",
    "Take",
    "Skip",
    "Reverse",
    "ToList",
    "ToArray",
    "Children",
    "Distinct",
    "Concat",
    "Cast",
    "OfType",
    "AsEnumerable",
    "Values",
    "TakeWhile",
    "SkipWhile",
    "DeepClone",
    "Trim",
    "ToString",
];
const FIRST: [&str; 9] = [
    "First",
    "FirstOrDefault",
    "Last",
    "LastOrDefault",
    "Single",
    "SingleOrDefault",
    "ElementAt",
    "ElementAtOrDefault",
    "Next",
];
const KEYED: [&str; 12] = [
    "GetValueOrDefault",
    "TryGetValue",
    "ContainsKey",
    "Value",
    "SelectToken",
    "SelectTokens",
    "Property",
    "GetValue",
    "Element",
    "Elements",
    "Descendants",
    "Attribute",
];

impl Walk<'_> {
    fn is(&self, at: usize, mark: &str) -> bool {
        matches!(self.tokens.get(at), Some(Token::Mark(it)) if *it == mark)
    }

    fn name(&self, at: usize) -> Option<&str> {
        match self.tokens.get(at)? {
            Token::Name(name) => Some(name),
            _ => None,
        }
    }

    fn text(&self, at: usize) -> Option<&str> {
        match self.tokens.get(at)? {
            Token::Text(text) => Some(text),
            _ => None,
        }
    }

    fn part(&mut self) -> usize {
        self.parts.push(Part::default());
        self.parts.len() - 1
    }

    fn property(&mut self, of: usize, name: &str) -> usize {
        let new = self.parts.len();
        let found = *self.parts[of].properties.entry(name.to_owned()).or_insert(new);
        if found == new { self.part() } else { found }
    }

    fn key(&mut self, of: usize, name: &str) -> usize {
        let new = self.parts.len();
        let found = *self.parts[of].keys.entry(name.to_owned()).or_insert(new);
        if found == new { self.part() } else { found }
    }

    fn element(&mut self, of: usize) -> usize {
        match self.parts[of].element {
            Some(found) => found,
            None => {
                let new = self.part();
                self.parts[of].element = Some(new);
                new
            }
        }
    }

    fn parsed(&mut self, of: usize, kind: &str) -> usize {
        match self.parts[of].parsed {
            Some(found) => found,
            None => {
                let new = self.part();
                self.parts[of].parsed = Some(new);
                self.parts[new].kind = Some(kind.to_owned());
                new
            }
        }
    }

    // The first that is known counts; what a text is made of says more than that it is one.
    fn kind(&mut self, of: usize, kind: &str) {
        let known = &mut self.parts[of].kind;
        if matches!(known.as_deref(), None | Some("string")) && !matches!(kind, "object" | "dynamic" | "var")
        {
            *known = Some(alias(kind.trim_end_matches('?')).to_owned());
        }
    }

    // What stands before the word at `at`.
    fn before(&self, mut at: usize) -> (Vec<Before>, usize) {
        let mut found = Vec::new();
        while at > 0 {
            if self.is(at - 1, ")") {
                let Some(open) = self.opening(at - 1) else { break };
                match self.type_between(open + 1, at - 1) {
                    Some(ty) if self.name(open.wrapping_sub(1)).is_none() => found.push(Before::Cast(ty)),
                    _ => break,
                }
                at = open;
            } else if self.is(at - 1, "(") {
                match self.called(at - 1) {
                    Some((name, start)) => {
                        found.push(Before::Call(name));
                        at = start;
                    }
                    None => {
                        found.push(Before::Group);
                        at -= 1;
                    }
                }
            } else {
                break;
            }
        }
        (found, at)
    }

    // The words of a call before its bracket: `JObject.Parse`, `new Uri`, `JsonConvert.DeserializeObject`.
    fn called(&self, bracket: usize) -> Option<(String, usize)> {
        let mut at = bracket;
        if at > 0 && self.is(at - 1, ">") {
            at = self.opening_angle(at - 1)?;
        }
        let last = self.name(at.checked_sub(1)?)?;
        if matches!(
            last,
            "if" | "while" | "return" | "switch" | "foreach" | "for" | "in" | "using"
        ) {
            return None;
        }
        let mut name = last.to_owned();
        at -= 1;
        while at >= 2 && self.is(at - 1, ".") {
            let Some(owner) = self.name(at - 2) else { break };
            name = format!("{owner}.{name}");
            at -= 2;
        }
        if at >= 1 && self.name(at - 1) == Some("new") {
            name = format!("new {name}");
            at -= 1;
        }
        Some((name, at))
    }

    fn opening(&self, close: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for at in (0..=close).rev() {
            if self.is(at, ")") {
                depth += 1;
            } else if self.is(at, "(") {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
        }
        None
    }

    fn opening_angle(&self, close: usize) -> Option<usize> {
        (close.saturating_sub(8)..close)
            .rev()
            .find(|at| self.is(*at, "<"))
    }

    fn closing(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        for at in open..self.tokens.len() {
            if ["(", "[", "{", "?["].iter().any(|it| self.is(at, it)) {
                depth += 1;
            } else if [")", "]", "}"].iter().any(|it| self.is(at, it)) {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
        }
        self.tokens.len()
    }

    // A type, if the words between are one.
    fn type_between(&self, from: usize, to: usize) -> Option<String> {
        let mut ty = String::new();
        for token in &self.tokens[from..to] {
            match token {
                Token::Name(name) => ty.push_str(name),
                Token::Mark(mark @ ("." | "<" | ">" | "[" | "]" | "," | "?")) => ty.push_str(mark),
                _ => return None,
            }
        }
        let is_value = self.names.contains_key(&ty) || ty.contains('.') && ty.starts_with("context");
        (!ty.is_empty() && !is_value).then(|| ty.rsplit('.').next().unwrap_or_default().to_owned())
    }

    fn chain(&mut self, root: usize, part: usize) {
        let (before, start) = self.before(root);
        let mut before = before.into_iter().peekable();
        let mut part = part;
        let mut at = root + 1;
        loop {
            at = match self.step(at, &mut part) {
                Some(next) => next,
                None => {
                    while let Some(Before::Cast(ty)) = before.peek() {
                        self.kind(part, &ty.clone());
                        before.next();
                    }
                    // The rest of a group is of no interest here.
                    if ["??", "as", "==", "!="].iter().all(|it| !self.is(at, it))
                        && self.name(at) != Some("as")
                        && !self.is(at, ",")
                        && !self.is(at, ")")
                    {
                        break;
                    }
                    self.beside(at, part);
                    let Some(before) = before.next() else { break };
                    let Some(close) = self.enclosing(at) else { break };
                    match before {
                        Before::Call(name) => match self.passed(&name, part) {
                            Some(inner) => part = inner,
                            None => break,
                        },
                        Before::Group | Before::Cast(_) => (),
                    }
                    close + 1
                }
            };
        }
        self.beside(at, part);
        self.remember(start, part);
    }

    // Where the bracket around a place closes.
    fn enclosing(&self, from: usize) -> Option<usize> {
        let mut at = from;
        while at < self.tokens.len() {
            if ["(", "[", "{", "?["].iter().any(|it| self.is(at, it)) {
                at = self.closing(at);
            } else if self.is(at, ")") {
                return Some(at);
            } else if self.is(at, ";") {
                return None;
            }
            at += 1;
        }
        None
    }

    // What stands behind a chain: `as T`, a comparison.
    fn beside(&mut self, at: usize, part: usize) {
        if self.name(at) == Some("as")
            && let Some(ty) = self.name(at + 1).map(str::to_owned)
        {
            self.kind(part, &ty);
        }
        if self.is(at, "==")
            && let Some(text) = self.text(at + 1).map(str::to_owned)
        {
            self.parts[part].like.get_or_insert(text);
        }
    }

    // `var name = chain`, `foreach (var name in chain)`.
    fn remember(&mut self, start: usize, part: usize) {
        let Some(name) = start
            .checked_sub(2)
            .and_then(|it| self.name(it))
            .map(str::to_owned)
        else {
            return;
        };
        if self.is(start - 1, "=") && self.name(start.wrapping_sub(3)).is_some() {
            if let Some(ty) = self.name(start - 3).map(str::to_owned) {
                self.kind(part, &ty);
            }
            self.names.insert(name, part);
        } else if self.name(start - 1) == Some("in") {
            let element = self.element(part);
            self.names.insert(name, element);
        }
    }

    // The next step of a chain, if there is one.
    fn step(&mut self, at: usize, part: &mut usize) -> Option<usize> {
        if self.is(at, "[") || self.is(at, "?[") {
            return Some(self.indexed(at, part));
        }
        if !self.is(at, ".") && !self.is(at, "?.") {
            return None;
        }
        let name = self.name(at + 1)?.to_owned();
        let mut next = at + 2;
        let mut ty = None;
        if self.is(next, "<")
            && let Some(close) = (next..self.tokens.len().min(next + 9)).find(|it| self.is(*it, ">"))
            && self.is(close + 1, "(")
        {
            ty = self.type_between(next + 1, close);
            next = close + 1;
        }
        if !self.is(next, "(") {
            *part = match name.as_str() {
                "First" | "Last" | "Next" => self.element(*part),
                "Value" | "Name" | "Key" | "Root" if self.parts[*part].kind.is_some() => *part,
                name => self.property(*part, name),
            };
            return Some(next);
        }
        self.call(&name, ty, next, part)
    }

    fn indexed(&mut self, at: usize, part: &mut usize) -> usize {
        let close = self.closing(at);
        *part = match self.text(at + 1).map(str::to_owned) {
            Some(key) if close == at + 2 => self.key(*part, &key),
            _ => self.element(*part),
        };
        close + 1
    }

    fn call(&mut self, name: &str, ty: Option<String>, open: usize, part: &mut usize) -> Option<usize> {
        let close = self.closing(open);
        self.parameters(open, close, name, *part);
        let key = self.text(open + 1).map(str::to_owned);
        match (name, key) {
            (name, Some(key)) if KEYED.contains(&name) => {
                for step in key.split(['.', '[']).filter(|it| !matches!(*it, "$" | "")) {
                    *part = match step.ends_with(']') {
                        true => self.element(*part),
                        false => self.key(*part, step),
                    };
                }
                if let Some(ty) = ty {
                    self.kind(*part, &ty);
                }
                let out = (open..close).find(|it| self.name(*it) == Some("out"));
                if name == "TryGetValue"
                    && let Some(variable) = out.and_then(|it| self.name(it + 2).or_else(|| self.name(it + 1)))
                {
                    let variable = variable.to_owned();
                    self.names.insert(variable, *part);
                }
            }
            ("As", _) => {
                *part = self.property(*part, "As");
                self.kind(*part, ty.as_deref().unwrap_or("string"));
            }
            ("ToObject", _) => self.kind(*part, ty.as_deref().unwrap_or("object")),
            ("AsJwt" | "AsBasic" | "AsFormUrlEncodedContent", _) => {
                *part = self.property(*part, "As");
                self.kind(*part, name);
            }
            ("Equals" | "StartsWith" | "Contains" | "EndsWith", Some(text)) => {
                self.parts[*part].like.get_or_insert(text);
                return None;
            }
            ("Split", Some(mark)) => {
                self.kind(*part, &format!("split {mark}"));
                return None;
            }
            (name, _) if FIRST.contains(&name) => *part = self.element(*part),
            (name, _) if SAME.contains(&name) => (),
            _ => return None,
        }
        Some(close + 1)
    }

    // Names of lambdas stand for elements; in `Select(it => ...)` and its like.
    fn parameters(&mut self, open: usize, close: usize, method: &str, part: usize) {
        if method == "ContinueWith" {
            return;
        }
        for at in open..close {
            if self.is(at, "=>")
                && let Some(name) = self.name(at - 1).map(str::to_owned)
            {
                let element = self.element(part);
                self.names.insert(name, element);
                return;
            }
        }
    }

    // What a function makes of its argument, as far as it is followed.
    fn passed(&mut self, name: &str, part: usize) -> Option<usize> {
        let short = name.rsplit('.').next().unwrap_or(name);
        match (name, short) {
            ("JObject.Parse" | "JArray.Parse" | "JToken.Parse" | "JsonConvert.DeserializeObject", _) => {
                let kind = if name == "JArray.Parse" {
                    "JArray"
                } else {
                    "JObject"
                };
                Some(self.parsed(part, kind))
            }
            ("XElement.Parse" | "XDocument.Parse", _) => Some(self.parsed(part, "XElement")),
            (
                "Encoding.UTF8.GetString"
                | "System.Text.Encoding.UTF8.GetString"
                | "Encoding.ASCII.GetString",
                _,
            ) => Some(part),
            (_, "FromBase64String") => Some(self.parsed(part, "base64")),
            (
                _,
                "Parse"
                | "TryParse"
                | "ToInt32"
                | "ToInt64"
                | "ToBoolean"
                | "ToDouble"
                | "ToDateTime"
                | "FromUnixTimeSeconds",
            ) => {
                self.kind(part, name);
                None
            }
            (_, "Uri") => {
                self.kind(part, "Uri");
                Some(self.property(part, "Uri"))
            }
            _ => None,
        }
    }
}

// The word of C# for a type.
fn alias(ty: &str) -> &str {
    match ty {
        "String" => "string",
        "Int32" => "int",
        "Int64" => "long",
        "Boolean" => "bool",
        "Double" => "double",
        "Decimal" => "decimal",
        other => other,
    }
}
