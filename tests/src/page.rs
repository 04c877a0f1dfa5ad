//! Pages: Markdown files whose second-level headings are cases. See `tests/README.md` for the format.

use crate::token;
use std::path::{Path, PathBuf};

/// A Markdown file with cases.
#[derive(Debug)]
pub(crate) struct Page {
    /// Path below `tests/cases`, without `.md`.
    pub(crate) name: String,
    /// What stands above the first case and holds for each of them.
    pub(crate) setup: Vec<Block>,
    /// The cases.
    pub(crate) cases: Vec<Case>,
}

/// One case.
#[derive(Debug, Default)]
pub(crate) struct Case {
    /// Its heading.
    pub(crate) name: String,
    /// Its blocks and tables in order.
    pub(crate) blocks: Vec<Block>,
}

/// A fenced block or a table.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// Line of its first line of content, from 1.
    pub(crate) line: usize,
    /// What it is.
    pub(crate) role: Role,
    /// Its content without the fences.
    pub(crate) text: String,
}

/// What a block is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Role {
    /// `xml`: a policy document or one section of it.
    Document {
        /// Where it belongs.
        scope: Scope,
        /// The section that the block holds; the whole document without one.
        section: Option<String>,
    },
    /// `xml fragment NAME`.
    Fragment(String),
    /// `yaml service`.
    Service,
    /// `http request`.
    Request,
    /// `http NAME answers [N times]`.
    Answers {
        /// Upstream.
        upstream: String,
        /// For so many calls.
        times: usize,
    },
    /// `http NAME receives`.
    Receives(String),
    /// `http response`.
    Response,
    /// `text attempts`.
    Attempts,
    /// `text trace`.
    Trace,
    /// `text metrics`.
    Metrics,
    /// `text published`.
    Published,
    /// `text diagnostics`.
    Diagnostics,
    /// `text eval`.
    Eval,
    /// `text advance`.
    Advance,
    /// `bicep NAME`, or `LANGUAGE file NAME`: a file of a deployment. The first one is deployed.
    File(String),
    /// `json parameters`.
    Parameters,
    /// `text outputs`.
    Outputs,
    /// `text resources`.
    Resources,
    /// A table with a column `caller`.
    Calls,
    /// Any other table, read by the Rust test of the page.
    Table,
}

/// Scope of a policy document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Global,
    Product,
    Api,
    Operation,
}

/// Every page below `root`, in the order of their paths; the text names what cannot be read.
pub(crate) fn read_all(root: &Path) -> Result<Vec<Page>, String> {
    let mut files = Vec::new();
    collect(root, &mut files)?;
    files.sort();
    files.iter().map(|file| read(root, file)).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries {
        let path = entry
            .map_err(|error| format!("{}: {error}", folder.display()))?
            .path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            files.push(path);
        }
    }
    Ok(())
}

fn read(root: &Path, file: &Path) -> Result<Page, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let name = file.strip_prefix(root).unwrap_or(file).with_extension("");
    parse(&name.to_string_lossy().replace('\\', "/"), &text)
}

/// Reads one page.
pub(crate) fn parse(name: &str, text: &str) -> Result<Page, String> {
    let mut page = Page {
        name: name.to_owned(),
        setup: Vec::new(),
        cases: Vec::new(),
    };
    let mut lines = text.lines().enumerate().peekable();
    while let Some((at, line)) = lines.next() {
        let block = if let Some(heading) = line.strip_prefix("## ") {
            page.cases.push(Case {
                name: heading.trim().to_owned(),
                blocks: Vec::new(),
            });
            continue;
        } else if let Some(info) = line.strip_prefix("```") {
            let role = role(info.trim()).map_err(|error| format!("{name}.md:{}: {error}", at + 1))?;
            let mut text = String::new();
            loop {
                match lines.next() {
                    Some((_, line)) if line.trim_end() == "```" => break,
                    Some((_, line)) => text.push_str(&format!("{line}\n")),
                    None => return Err(format!("{name}.md:{}: the block has no end", at + 1)),
                }
            }
            if let Some(file) = info.trim().strip_prefix("xml policies ") {
                let path = crate::root().join("policies").join(file);
                text =
                    std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            }
            Block {
                line: at + 2,
                role,
                text,
            }
        } else if line.starts_with('|') {
            let mut text = format!("{line}\n");
            while let Some((_, line)) = lines.next_if(|(_, line)| line.starts_with('|')) {
                text.push_str(&format!("{line}\n"));
            }
            let is_calls = columns(line).iter().any(|column| column == "caller");
            Block {
                line: at + 1,
                role: if is_calls { Role::Calls } else { Role::Table },
                text,
            }
        } else {
            continue;
        };
        let text = token::fill(&block.text).map_err(|error| format!("{name}.md:{}: {error}", block.line))?;
        let block = Block { text, ..block };
        match page.cases.last_mut() {
            Some(case) => case.blocks.push(block),
            None => page.setup.push(block),
        }
    }
    Ok(page)
}

fn role(info: &str) -> Result<Role, String> {
    let words: Vec<&str> = info.split_whitespace().collect();
    match words[..] {
        ["bicep", name] | [_, "file", name] => Ok(Role::File(name.to_owned())),
        ["xml", "fragment", name] => Ok(Role::Fragment(name.to_owned())),
        ["xml", "policy"] | ["xml", "policies", _] => Ok(Role::Document {
            scope: Scope::Api,
            section: None,
        }),
        ["xml", word] => match scope(word) {
            Some(scope) => Ok(Role::Document { scope, section: None }),
            None => section(word).map(|section| Role::Document {
                scope: Scope::Api,
                section: Some(section),
            }),
        },
        ["xml", word, part] => {
            let scope = scope(word).ok_or_else(|| format!("`{word}` is no scope"))?;
            Ok(Role::Document {
                scope,
                section: Some(section(part)?),
            })
        }
        ["yaml", "service"] => Ok(Role::Service),
        ["http", "request"] => Ok(Role::Request),
        ["http", "response"] => Ok(Role::Response),
        ["http", name, "answers"] => Ok(Role::Answers {
            upstream: name.to_owned(),
            times: 1,
        }),
        ["http", name, "answers", times, "times"] => {
            let times = times.parse().map_err(|_| format!("`{times}` is no number"))?;
            Ok(Role::Answers {
                upstream: name.to_owned(),
                times,
            })
        }
        ["http", name, "receives"] => Ok(Role::Receives(name.to_owned())),
        ["json", "parameters"] => Ok(Role::Parameters),
        ["text", "outputs"] => Ok(Role::Outputs),
        ["text", "resources"] => Ok(Role::Resources),
        ["text", "attempts"] => Ok(Role::Attempts),
        ["text", "trace"] => Ok(Role::Trace),
        ["text", "metrics"] => Ok(Role::Metrics),
        ["text", "published"] => Ok(Role::Published),
        ["text", "diagnostics"] => Ok(Role::Diagnostics),
        ["text", "eval"] => Ok(Role::Eval),
        ["text", "advance"] => Ok(Role::Advance),
        _ => Err(format!(
            "`{info}` is no kind of block; tests/README.md lists them"
        )),
    }
}

fn scope(word: &str) -> Option<Scope> {
    match word {
        "global" => Some(Scope::Global),
        "product" => Some(Scope::Product),
        "api" => Some(Scope::Api),
        "operation" => Some(Scope::Operation),
        _ => None,
    }
}

fn section(word: &str) -> Result<String, String> {
    match word {
        "inbound" | "backend" | "outbound" | "on-error" => Ok(word.to_owned()),
        _ => Err(format!("`{word}` is neither a scope nor a section")),
    }
}

/// The cells of a line of a table.
pub(crate) fn columns(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
    inner.split('|').map(|cell| cell.trim().to_owned()).collect()
}

/// The rows of a table: each the names of the columns with its cells.
pub(crate) fn rows(block: &Block) -> Result<Vec<Vec<(String, String)>>, String> {
    let mut lines = block.text.lines();
    let names = lines.next().map(columns).unwrap_or_default();
    lines
        .enumerate()
        .filter(|(_, line)| !line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ')))
        .map(|(at, line)| {
            let cells = columns(line);
            match cells.len() == names.len() {
                true => Ok(names.iter().cloned().zip(cells).collect()),
                false => Err(format!(
                    "line {}: {} cells, not {}",
                    block.line + at + 1,
                    cells.len(),
                    names.len()
                )),
            }
        })
        .collect()
}
