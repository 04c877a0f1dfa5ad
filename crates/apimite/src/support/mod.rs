//! What this version supports, from the code's own tables and records: the pages `docs/policies.md`, `docs/expressions.md`,
//! `docs/arm.md`, `docs/fidelity.md` and `docs/labs.md`.

mod arm; // operations of the management plane
mod expressions; // .NET types and their members
mod fidelity; // behaviours, with their evidence
mod labs; // notebooks that were run
mod policies; // policies, with what may stand on and in them

use clap::{Args, ValueEnum};
use serde_json::Value;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    apimite support policies\n  \
    apimite support fidelity --format json")]
pub(crate) struct Support {
    /// What to tell about.
    #[arg(value_enum)]
    pub(crate) page: Page,
    /// How it is written.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// What can be told about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Page {
    /// Policies, their attributes, and where they may stand.
    Policies,
    /// Types and members that policy expressions know.
    Expressions,
    /// Operations of the management plane.
    Arm,
    /// Behaviours, how sure they are, and the test that shows each.
    Fidelity,
    /// Notebooks of others that were run here, and what came of them.
    Labs,
}

/// How a page is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// A page, as it stands in `docs`.
    #[default]
    Markdown,
    /// For programs: one JSON value.
    Json,
}

impl Page {
    /// The page as Markdown, with a line end at its end.
    pub(crate) fn markdown(self) -> Result<String, String> {
        match self {
            Page::Policies => Ok(policies::markdown()),
            Page::Expressions => Ok(expressions::markdown()),
            Page::Arm => Ok(arm::markdown()),
            Page::Fidelity => fidelity::markdown(),
            Page::Labs => labs::markdown(),
        }
    }

    /// The same facts as JSON.
    pub(crate) fn json(self) -> Result<Value, String> {
        match self {
            Page::Policies => Ok(policies::json()),
            Page::Expressions => Ok(expressions::json()),
            Page::Arm => Ok(arm::json()),
            Page::Fidelity => fidelity::json(),
            Page::Labs => labs::json(),
        }
    }
}

// The first lines of every page.
fn head(title: &str, page: &str) -> String {
    format!("# {title}\n\n<!-- Generated: cargo run -p apimite -- support {page} > docs/{page}.md -->\n")
}

// A line of a table. A bar inside a cell would end it.
fn row<const N: usize>(cells: [&str; N]) -> String {
    let cells = cells.map(|cell| cell.replace('|', "\\|"));
    format!("| {} |\n", cells.join(" | "))
}
