//! Namespaces in scope while a tree is written: those that the tree declares, and those that the writer has written.

use super::failure;
use super::name::{XML, XMLNS};
use crate::dotnet::error::Result;

/// What the tree declares, so that a name gets the prefix its author chose.
#[derive(Default)]
pub(super) struct Declared {
    // Prefix and namespace, outermost first.
    entries: Vec<(String, String)>,
    marks: Vec<usize>,
}

impl Declared {
    pub(super) fn enter(&mut self) {
        self.marks.push(self.entries.len());
    }

    pub(super) fn leave(&mut self) {
        if let Some(mark) = self.marks.pop() {
            self.entries.truncate(mark);
        }
    }

    pub(super) fn add(&mut self, prefix: &str, namespace: &str) {
        self.entries.push((prefix.to_owned(), namespace.to_owned()));
    }

    /// The prefix of a namespace: the latest declaration that nothing hides.
    pub(super) fn prefix(&self, namespace: &str, allow_default: bool) -> Option<&str> {
        if namespace.is_empty() {
            return Some("");
        }
        for (at, (prefix, declared)) in self.entries.iter().enumerate().rev() {
            let hidden = self.entries[at + 1..].iter().any(|it| it.0 == *prefix);
            if declared == namespace && !hidden && (allow_default || !prefix.is_empty()) {
                return Some(prefix);
            }
        }
        match namespace {
            XML => Some("xml"),
            XMLNS => Some("xmlns"),
            _ => None,
        }
    }
}

/// How an entry of [`Written`] came to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Declared further out with the same meaning.
    Implied,
    /// Still to be written at the end of the start tag.
    Needed,
    Done,
}

/// The stack of `XmlWriter`. Its size is part of the names that it makes up: `p1`, `p2`.
pub(super) struct Written {
    entries: Vec<(String, String, State)>,
    marks: Vec<usize>,
}

impl Written {
    pub(super) fn new() -> Written {
        let entry = |prefix: &str, namespace: &str| (prefix.to_owned(), namespace.to_owned(), State::Implied);
        Written {
            entries: vec![entry("xmlns", XMLNS), entry("xml", XML), entry("", "")],
            marks: Vec::new(),
        }
    }

    pub(super) fn enter(&mut self) {
        self.marks.push(self.entries.len());
    }

    pub(super) fn leave(&mut self) {
        if let Some(mark) = self.marks.pop() {
            self.entries.truncate(mark);
        }
    }

    fn mark(&self) -> usize {
        self.marks.last().copied().unwrap_or_default()
    }

    /// `LookupPrefix`.
    pub(super) fn prefix(&self, namespace: &str) -> Option<String> {
        let at = self.entries.iter().rposition(|it| it.1 == namespace)?;
        let prefix = &self.entries[at].0;
        let hidden = self.entries[at + 1..].iter().any(|it| it.0 == *prefix);
        (!hidden).then(|| prefix.clone())
    }

    fn find(&self, prefix: &str) -> Option<usize> {
        self.entries.iter().rposition(|it| it.0 == prefix)
    }

    /// The namespace that a prefix got in this very start tag.
    pub(super) fn local(&self, prefix: &str) -> Option<&str> {
        let at = self.find(prefix)?;
        (at >= self.mark()).then(|| self.entries[at].1.as_str())
    }

    /// A prefix is used: it may have to be declared.
    pub(super) fn need(&mut self, prefix: &str, namespace: &str) -> Result<()> {
        let state = match self.find(prefix) {
            Some(at) if at >= self.mark() => {
                return match self.entries[at].1 == namespace {
                    true => Ok(()),
                    false => Err(redefined(prefix, &self.entries[at].1, namespace)),
                };
            }
            Some(at) if self.entries[at].1 == namespace => State::Implied,
            _ => State::Needed,
        };
        self.entries
            .push((prefix.to_owned(), namespace.to_owned(), state));
        Ok(())
    }

    /// An attribute that declares a prefix is written.
    pub(super) fn declare(&mut self, prefix: &str, namespace: &str) -> Result<()> {
        match self.find(prefix) {
            Some(at) if at >= self.mark() => {
                if self.entries[at].1 != namespace {
                    return Err(redefined(prefix, &self.entries[at].1, namespace));
                }
                self.entries[at].2 = State::Done;
            }
            _ => self
                .entries
                .push((prefix.to_owned(), namespace.to_owned(), State::Done)),
        }
        Ok(())
    }

    /// What the start tag has yet to declare.
    pub(super) fn needed(&mut self) -> Vec<(String, String)> {
        let mark = self.mark();
        let mut found = Vec::new();
        for (prefix, namespace, state) in &mut self.entries[mark..] {
            if *state == State::Needed {
                *state = State::Done;
                found.push((prefix.clone(), namespace.clone()));
            }
        }
        // The writer looks from the last to the first.
        found.reverse();
        found
    }

    /// A prefix that nobody uses.
    pub(super) fn made_up(&self) -> String {
        let first = format!("p{}", self.entries.len() - 3);
        if self.find(&first).is_none() {
            return first;
        }
        let mut number = 0;
        loop {
            let prefix = format!("{first}{number}");
            if self.find(&prefix).is_none() {
                return prefix;
            }
            number += 1;
        }
    }
}

fn redefined(prefix: &str, from: &str, to: &str) -> crate::dotnet::DotnetError {
    failure(format!(
        "The prefix '{prefix}' cannot be redefined from '{from}' to '{to}' within the same start element tag."
    ))
}
