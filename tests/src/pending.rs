//! `tests/pending.txt`: tests that do not hold yet. One that starts to pass fails the run until its line is removed.

use crate::Test;
use std::collections::BTreeMap;
use std::path::Path;

/// Names of tests with the reasons why they are pending.
#[derive(Debug, Default)]
pub(crate) struct Pending(BTreeMap<String, String>);

/// Reads the list: `NAME # reason` per line; a line that begins with `#` is a remark.
pub(crate) fn read(path: &Path) -> Result<Pending, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut pending = Pending::default();
    for line in text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        match line.split_once(" # ") {
            Some((name, reason)) => pending.0.insert(name.trim().to_owned(), reason.trim().to_owned()),
            None => return Err(format!("{}: `{line}` gives no reason", path.display())),
        };
    }
    Ok(pending)
}

impl Pending {
    pub(crate) fn reason(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A line that names no test is a mistake.
    pub(crate) fn refuse_strangers(&self, tests: &[Test]) -> Result<(), String> {
        let strangers: Vec<&str> = self
            .0
            .keys()
            .filter(|name| !tests.iter().any(|test| test.name == **name))
            .map(String::as_str)
            .collect();
        match strangers.is_empty() {
            true => Ok(()),
            false => Err(format!(
                "tests/pending.txt names tests that do not exist:\n{}",
                strangers.join("\n")
            )),
        }
    }
}
