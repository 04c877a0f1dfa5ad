//! How many expressions .NET itself has answered: the pages below `cases/oracle`.

use crate::page::{Page, Role};

/// Rows, counted page by page.
#[derive(Default)]
pub(crate) struct Golden {
    chosen: usize,
    made: usize,
    // Rows that keep a value of their own, each with its reason above it.
    kept: usize,
}

impl Golden {
    /// Adds the rows of a page, if it is one of these.
    pub(crate) fn add(&mut self, page: &Page) {
        let Some(name) = page.name.strip_prefix("oracle/") else {
            return;
        };
        let blocks = page.cases.iter().flat_map(|case| &case.blocks);
        for block in blocks.filter(|block| block.role == Role::Eval) {
            let starts = |begin: &str| block.text.lines().filter(|line| line.starts_with(begin)).count();
            let rows = block
                .text
                .lines()
                .filter(|line| !line.starts_with("# ") && line.contains(" => "));
            match name.starts_with("made-") {
                true => self.made += rows.count(),
                false => self.chosen += rows.count(),
            }
            self.kept += starts("# specification") + starts("# .NET Core");
        }
    }

    /// The line that closes a run.
    pub(crate) fn closing(&self) -> String {
        format!(
            "{} expressions were answered by .NET: {} chosen by hand, {} by a seed; {} of them keep another value for a reason",
            self.chosen + self.made,
            self.chosen,
            self.made,
            self.kept
        )
    }
}
