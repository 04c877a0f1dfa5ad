//! Policy documents put together from the blocks of a case, and the way back from a place in them to the block.

use crate::page::{Block, Role, Scope};
use source::Finding;

const SECTIONS: [&str; 4] = ["inbound", "backend", "outbound", "on-error"];

/// A document made of blocks.
#[derive(Debug, Default)]
pub(crate) struct Assembled {
    /// What diagnostics call it.
    pub(crate) name: String,
    pub(crate) text: String,
    /// First line of each block in the document, with the number of its lines.
    pieces: Vec<(usize, usize)>,
}

/// The document of `scope`, if any block belongs to it. Sections without a block hold `<base />`, at the global scope what
/// the default document holds.
pub(crate) fn assemble(scope: Scope, blocks: &[Block]) -> Result<Option<Assembled>, String> {
    let of_scope =
        |block: &&Block| matches!(&block.role, Role::Document { scope: other, .. } if *other == scope);
    let blocks: Vec<&Block> = blocks.iter().filter(of_scope).collect();
    let whole = blocks
        .iter()
        .rev()
        .find(|block| matches!(&block.role, Role::Document { section: None, .. }));
    let name = format!("{}.xml", name(scope));
    if let Some(block) = whole {
        let pieces = vec![(1, block.text.lines().count())];
        return Ok(Some(Assembled {
            name,
            text: block.text.clone(),
            pieces,
        }));
    }
    if blocks.is_empty() {
        return Ok(None);
    }
    let mut document = Assembled {
        name,
        text: "<policies>\n".to_owned(),
        pieces: Vec::new(),
    };
    for section in SECTIONS {
        // A case that gives a section again replaces that of its page.
        let block = blocks.iter().rev().find(
            |block| matches!(&block.role, Role::Document { section: Some(name), .. } if name == section),
        );
        document.text.push_str(&format!("<{section}>\n"));
        match block {
            Some(block) => {
                let first = document.text.lines().count() + 1;
                document.pieces.push((first, block.text.lines().count()));
                document.text.push_str(&block.text);
            }
            None => document.text.push_str(inherited(scope, section)),
        }
        document.text.push_str(&format!("</{section}>\n"));
    }
    document.text.push_str("</policies>\n");
    Ok(Some(document))
}

fn name(scope: Scope) -> &'static str {
    match scope {
        Scope::Global => "global",
        Scope::Product => "product",
        Scope::Api => "api",
        Scope::Operation => "operation",
    }
}

fn inherited(scope: Scope, section: &str) -> &'static str {
    match (scope, section) {
        (Scope::Global, "backend") => "<forward-request />\n",
        (Scope::Global, _) => "",
        _ => "<base />\n",
    }
}

/// A finding as pages write it: severity, code, message, place in its block, advice.
pub(crate) fn line(finding: &Finding, documents: &[Assembled]) -> String {
    let diagnostic = &finding.diagnostic;
    let position = finding.source.position(diagnostic.span.start);
    let document = documents
        .iter()
        .find(|document| document.name == finding.source.name());
    let line = document.map_or(position.line, |document| document.line_in_block(position.line));
    let mut text = format!(
        "{}[{}]: {} ({line}:{})",
        diagnostic.severity.name(),
        diagnostic.code,
        diagnostic.message,
        position.column
    );
    if let Some(help) = &diagnostic.help {
        text.push_str(&format!(", {help}"));
    }
    text
}

impl Assembled {
    /// A whole text that is one block.
    pub(crate) fn whole(name: String, text: String) -> Assembled {
        let pieces = vec![(1, text.lines().count())];
        Assembled { name, text, pieces }
    }

    fn line_in_block(&self, line: usize) -> usize {
        let piece = self
            .pieces
            .iter()
            .find(|(first, count)| (*first..*first + *count).contains(&line));
        piece.map_or(line, |(first, _)| line - first + 1)
    }
}
