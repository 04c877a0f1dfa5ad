//! Lines and bars for a terminal, and the report.

mod bars; // response times as bars
mod line; // a line per call, the verdict
mod palette; // colours of regions
mod report; // the page
mod svg; // its charts

pub use bars::chart;
pub use line::{account_lines, call_line, heading, verdict_lines};
pub use palette::Ink;
pub use report::{Facts, report};
