//! A request that carries a template.

use crate::json::{Node, parse_loose};
use serde_json::Value;
use source::{Finding, Source};

/// A request that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The whole of it.
    pub body: Value,
    /// The text of `properties.template`, so that what is wrong in it has the line and the column of its file.
    pub template: Option<String>,
}

/// Reads the body of a request. As the command line of Azure sends it, names need no quotes, and there may be comments: it puts the
/// text of a template's file into the request as it is.
///
/// # Errors
/// Where it is no JSON.
pub fn request(text: &str) -> Result<Request, Finding> {
    let root = parse_loose(text).map_err(|mistake| mistake.found_in(&Source::new("request", text)))?;
    let template = root.get("properties").and_then(|it| it.get("template"));
    let template = template.filter(|it| it.members().is_some());
    Ok(Request {
        body: Node::value(&root),
        template: template
            .and_then(|it| text.get(it.span.start..it.span.end))
            .map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_template_keeps_its_lines() {
        let text = "{\"properties\": {\"parameters\": {}, \"mode\": \"Incremental\", template:{ // mine\n  \"a\": [1]\n}}}";
        let read = request(text).expect("a request");
        assert_eq!(read.body["properties"]["template"], json!({"a": [1]}));
        assert_eq!(read.template.as_deref(), Some("{ // mine\n  \"a\": [1]\n}"));
        assert!(request("{").is_err());
    }
}
