use crate::Api;
use source::{Source, Span};
use std::collections::BTreeMap;

/// Where each resource of a service was written, so that a mistake found later can still be shown in its file.
#[derive(Debug, Clone, Default)]
pub struct Origins(BTreeMap<(ResourceKind, String), Origin>);

#[derive(Debug, Clone)]
struct Origin {
    source: Source,
    // JSON pointer of the resource in the text; empty for the whole of it.
    root: String,
}

/// What kind of resource a name belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResourceKind {
    /// `apis`, by name and revision: see [`Api::key`].
    Api,
    /// `apis/operations`, by [`Api::key`], a slash and the operation's name.
    Operation,
    /// `apiVersionSets`.
    VersionSet,
    /// `products`.
    Product,
    /// `subscriptions`.
    Subscription,
    /// `backends`.
    Backend,
    /// `namedValues`.
    NamedValue,
    /// `policyFragments`.
    Fragment,
    /// `schemas`.
    Schema,
    /// `diagnostics`, of an API by its name, a slash and their own.
    Diagnostic,
    /// `loggers`.
    Logger,
    /// `caches`.
    Cache,
    /// `users`.
    User,
    /// `groups`.
    Group,
    /// `Microsoft.CognitiveServices/accounts`.
    Account,
    /// `apimite.toml`, under the empty name.
    Settings,
}

impl ResourceKind {
    /// The collection's name, as in `backends/{name}`.
    pub fn collection(self) -> &'static str {
        match self {
            ResourceKind::Api => "apis",
            ResourceKind::Operation => "operations",
            ResourceKind::VersionSet => "apiVersionSets",
            ResourceKind::Product => "products",
            ResourceKind::Subscription => "subscriptions",
            ResourceKind::Backend => "backends",
            ResourceKind::NamedValue => "namedValues",
            ResourceKind::Fragment => "policyFragments",
            ResourceKind::Schema => "schemas",
            ResourceKind::Diagnostic => "diagnostics",
            ResourceKind::Logger => "loggers",
            ResourceKind::Cache => "caches",
            ResourceKind::User => "users",
            ResourceKind::Group => "groups",
            ResourceKind::Account => "accounts",
            ResourceKind::Settings => "apimite.toml",
        }
    }
}

impl Api {
    /// Name and revision, which together are unique in a service.
    pub fn key(&self) -> String {
        format!("{};rev={}", self.name, self.revision)
    }
}

impl Origins {
    /// Notes that a resource stands in `source` at the JSON pointer `root`.
    pub fn note(&mut self, kind: ResourceKind, name: &str, source: &Source, root: &str) {
        self.0.insert(
            (kind, name.to_owned()),
            Origin {
                source: source.clone(),
                root: root.to_owned(),
            },
        );
    }

    /// The text that a resource stands in, and the place in it that the JSON pointer `path` leads to from the resource, or
    /// the nearest place above it. A resource that was not read from a text has an empty one of its own name.
    pub fn place(&self, kind: ResourceKind, name: &str, path: &str) -> (Source, Span) {
        match self.0.get(&(kind, name.to_owned())) {
            Some(origin) => {
                let span = locate(origin.source.text(), &format!("{}{path}", origin.root));
                (origin.source.clone(), span)
            }
            None if name.is_empty() => (Source::new(kind.collection(), ""), Span::default()),
            None => (
                Source::new(format!("{}/{name}", kind.collection()), ""),
                Span::default(),
            ),
        }
    }
}

/// The place of a JSON pointer in a text: the value if it is a scalar, otherwise its key; where the text has no such value,
/// the nearest place above it. In YAML and TOML, where keys are only looked for one behind the other, it is the last key found.
pub fn locate(text: &str, pointer: &str) -> Span {
    let steps: Vec<String> = pointer
        .split('/')
        .skip(1)
        .map(|step| step.replace("~1", "/").replace("~0", "~"))
        .collect();
    let start = text.trim_start();
    // A table of TOML begins with a bracket too, but resources in a JSON list are objects.
    let list = start
        .strip_prefix('[')
        .is_some_and(|rest| rest.trim_start().starts_with('{'));
    match list || start.starts_with('{') {
        true => Scanner { text, at: 0 }.find(&steps),
        false => find_keys(text, &steps),
    }
}

fn find_keys(text: &str, steps: &[String]) -> Span {
    let mut found = Span::default();
    for step in steps.iter().filter(|step| step.parse::<usize>().is_err()) {
        match find_word(text, found.end, step) {
            Some(at) => found = Span::new(at, at + step.len()),
            None => break,
        }
    }
    found
}

// The next place where `word` stands alone and is followed by what may follow a key.
fn find_word(text: &str, from: usize, word: &str) -> Option<usize> {
    let mut from = from;
    loop {
        let at = from + text.get(from..)?.find(word)?;
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let free = |c: Option<char>| {
            c.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '-' | '_' | '/' | '{' | '}'))
        };
        if free(before) && free(after) {
            return Some(at);
        }
        from = at + word.chars().next().map_or(1, char::len_utf8);
    }
}

// Walks over JSON that is known to be well-formed; anything else ends the walk, never with a panic.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl Scanner<'_> {
    fn find(mut self, steps: &[String]) -> Span {
        self.space();
        let mut key = None;
        for step in steps {
            let entered = match self.peek() {
                Some(b'{') => self.member(step),
                Some(b'[') => self.element(step).then_some(None),
                _ => None,
            };
            match entered {
                Some(span) => key = span.or(key),
                None => return key.unwrap_or(Span::new(self.at, self.at)),
            }
        }
        match self.peek() {
            Some(b'{' | b'[') => match steps.last().is_some_and(|last| last.parse::<usize>().is_err()) {
                true => key.unwrap_or(Span::new(self.at, self.at + 1)),
                false => Span::new(self.at, self.at + 1),
            },
            _ => {
                let start = self.at;
                self.value();
                Span::new(start, self.at)
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    // Moves to the value of a member; stays in front of the object if there is none.
    fn member(&mut self, name: &str) -> Option<Option<Span>> {
        let start = self.at;
        self.at += 1;
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                self.at = start;
                return None;
            }
            let key = self.at;
            self.value();
            let span = Span::new(key, self.at);
            self.space();
            self.at += 1; // The colon.
            self.space();
            if self
                .text
                .get(key + 1..span.end.saturating_sub(1))
                .is_some_and(|key| key.eq_ignore_ascii_case(name))
            {
                return Some(Some(span));
            }
            self.value();
            self.comma();
        }
    }

    fn element(&mut self, index: &str) -> bool {
        let start = self.at;
        let Ok(index) = index.parse::<usize>() else {
            return false;
        };
        self.at += 1;
        for _ in 0..index {
            self.space();
            self.value();
            self.comma();
        }
        self.space();
        if matches!(self.peek(), None | Some(b']')) {
            self.at = start;
            return false;
        }
        true
    }

    fn comma(&mut self) {
        self.space();
        if self.peek() == Some(b',') {
            self.at += 1;
        }
    }

    // Passes over one value of any kind.
    fn value(&mut self) {
        let mut depth = 0usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => self.string(),
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    self.at += 1;
                }
                _ if depth > 0 => self.at += 1,
                b',' | b':' => return,
                _ => {
                    while self.peek().is_some_and(|byte| !b",:]} \t\r\n".contains(&byte)) {
                        self.at += 1;
                    }
                    return;
                }
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                return;
            }
        }
        self.at = self.at.min(self.text.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at<'a>(text: &'a str, pointer: &str) -> &'a str {
        let span = locate(text, pointer);
        &text[span.start..span.end]
    }

    #[test]
    fn a_pointer_leads_to_a_value_a_key_or_the_nearest_place_above() {
        let text = r#"{ "a,}": "x", "p": {"services": [ {"id": "one"}, {"id": "t\"wo", "weight": 300 } ], "url": null } }"#;
        assert_eq!(at(text, "/p/services/1/id"), r#""t\"wo""#);
        assert_eq!(at(text, "/p/services/1/weight"), "300");
        assert_eq!(at(text, "/p/services"), r#""services""#);
        assert_eq!(at(text, "/p/services/1"), "{");
        assert_eq!(at(text, "/p/missing"), r#""p""#);
        assert_eq!(at(text, "/p/services/7/id"), r#""services""#);
        assert_eq!(at(text, "/p/url"), "null");
    }

    #[test]
    fn keys_of_yaml_and_toml_are_found_one_behind_the_other() {
        assert_eq!(
            at(
                "paths:\n  /items/all:\n    get:\n  /items:\n    get: {}\n",
                "/paths/~1items"
            ),
            "/items"
        );
        let toml = "[accounts.a]\nkeys = []\n[subscriptions.team-a]\nprimary-key = 'x'\n";
        assert_eq!(locate(toml, "/subscriptions/team-a"), Span::new(38, 44));
    }

    #[test]
    fn broken_text_ends_the_walk() {
        for text in ["{", "{\"a\"", "{\"a\":", "[", "{\"a\\", "[1,", "{\"a\":[{]"] {
            locate(text, "/a/0/b");
            locate(text, "/0/1");
        }
    }
}
