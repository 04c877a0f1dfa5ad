use super::head;
use lab::notebook::{Kept, page};
use serde_json::Value;

const RECORD: &str = include_str!("../../../../docs/labs.json");

pub(super) fn markdown() -> Result<String, String> {
    Ok(head("Labs", "labs") + &page(&kept()?))
}

fn kept() -> Result<Kept, String> {
    Kept::read(RECORD).map_err(|error| format!("docs/labs.json: {error}"))
}

pub(super) fn json() -> Result<Value, String> {
    serde_json::to_value(kept()?).map_err(|error| error.to_string())
}
