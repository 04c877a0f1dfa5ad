//! `docs/labs.json`: the last run of each notebook and of each suite of real clients.

use super::seen::Spent;
use crate::Expectation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything that is kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Suites of real clients.
    #[serde(default)]
    pub suites: Vec<Suite>,
    /// Notebooks, sorted by path.
    #[serde(default)]
    pub notebooks: Vec<Run>,
}

/// A run of a suite of this repository.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// Its path.
    pub path: String,
    /// Day of the run.
    pub date: String,
    /// What it ran with.
    pub with: String,
    /// What came of it.
    pub result: String,
}

/// A run of a notebook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The end of its path.
    pub path: String,
    /// Day of the run.
    pub date: String,
    /// Versions of what it ran with.
    pub with: BTreeMap<String, String>,
    /// Cells with code.
    pub cells: u64,
    /// Cells that failed, or printed that something did.
    pub broken: Vec<Broken>,
    /// Requests to the gateway, by status.
    pub statuses: BTreeMap<String, u64>,
    /// Answers of models, by region.
    pub regions: BTreeMap<String, u64>,
    /// Seconds from the first cell to the last.
    pub seconds: f64,
    /// Seconds among them in which this program was busy.
    pub own: Spent,
    /// What was expected, and what came.
    pub expectations: Vec<Expectation>,
    /// What of it cannot run here, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
}

/// A cell that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Broken {
    /// Its number among the cells with code, from 1.
    pub cell: u64,
    /// In a few words.
    pub why: String,
}

impl Run {
    /// Whether every cell ran and everything expected came.
    pub fn works(&self) -> bool {
        self.broken.is_empty() && self.expectations.iter().all(|it| it.ok)
    }
}

impl Kept {
    /// Reads the file's text; an empty one holds nothing.
    pub fn read(text: &str) -> Result<Kept, String> {
        match text.trim() {
            "" => Ok(Kept::default()),
            text => serde_json::from_str(text).map_err(|error| error.to_string()),
        }
    }

    /// Keeps a run instead of the last one of the same notebook.
    pub fn keep(&mut self, run: Run) {
        self.notebooks.retain(|it| it.path != run.path);
        self.notebooks.push(run);
        self.notebooks.sort_by(|a, b| a.path.cmp(&b.path));
    }

    /// The file's text.
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}
