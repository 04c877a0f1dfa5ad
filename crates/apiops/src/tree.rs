use source::{Diagnostic, Finding, Source, Span};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;

/// A folder with everything in it that may matter.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// Path as the user would write it.
    pub(crate) path: String,
    folders: BTreeMap<String, Tree>,
    files: BTreeMap<String, File>,
}

#[derive(Debug)]
struct File {
    source: Source,
    read: Cell<bool>,
}

// Deeper than any extract; stops a circle of links.
const DEPTH: usize = 8;
// Larger than any specification that Azure imports (4 MB) by far.
const FILE_BYTES: u64 = 64 << 20;

impl Tree {
    /// Folders below, by name.
    pub(crate) fn folders(&self) -> impl Iterator<Item = (&str, &Tree)> {
        self.folders.iter().map(|(name, folder)| (name.as_str(), folder))
    }

    /// The folder of a collection such as `named values`, however its words are joined.
    pub(crate) fn collection(&self, name: &str) -> impl Iterator<Item = (&str, &Tree)> {
        let wanted = plain(name);
        self.folders()
            .filter(move |(it, _)| plain(it) == wanted)
            .flat_map(|(_, folder)| folder.folders())
    }

    /// The file of that name, compared without case; marks it as read.
    pub(crate) fn file(&self, name: &str) -> Option<&Source> {
        let (_, file) = self.files.iter().find(|(it, _)| it.eq_ignore_ascii_case(name))?;
        file.read.set(true);
        Some(&file.source)
    }

    /// Names of the files in this folder.
    pub(crate) fn file_names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Whether the text stands anywhere in a file of this folder or below.
    pub(crate) fn mentions(&self, text: &str) -> bool {
        self.files.values().any(|file| file.source.text().contains(text))
            || self.folders.values().any(|folder| folder.mentions(text))
    }

    /// Marks every file of this folder and below as read.
    pub(crate) fn pass_over(&self) {
        self.files.values().for_each(|file| file.read.set(true));
        self.folders.values().for_each(Tree::pass_over);
    }

    /// Files that nobody has read.
    pub(crate) fn unread<'a>(&'a self, found: &mut Vec<(&'a str, &'a Source)>) {
        found.extend(
            self.files
                .iter()
                .filter(|(_, it)| !it.read.get())
                .map(|(name, it)| (name.as_str(), &it.source)),
        );
        self.folders.values().for_each(|folder| folder.unread(found));
    }

    /// The first file of this folder or below.
    pub(crate) fn first(&self) -> Option<&Source> {
        let below = || self.folders.values().find_map(Tree::first);
        self.files.values().next().map(|file| &file.source).or_else(below)
    }

    fn insert(&mut self, path: &[&str], source: Source) {
        match path {
            [] => (),
            [name] => {
                self.files.insert(
                    (*name).to_owned(),
                    File {
                        source,
                        read: Cell::new(false),
                    },
                );
            }
            [name, rest @ ..] => {
                let path = match self.path.is_empty() {
                    true => (*name).to_owned(),
                    false => format!("{}/{name}", self.path),
                };
                let below = || Tree {
                    path,
                    ..Tree::default()
                };
                self.folders
                    .entry((*name).to_owned())
                    .or_insert_with(below)
                    .insert(rest, source);
            }
        }
    }
}

/// `named values`, `named-values` and `namedValues` are one name.
pub(crate) fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// A folder that is held in memory.
pub(crate) fn from_memory(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::default();
    for (path, text) in files {
        let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty()).collect();
        tree.insert(&steps, Source::new(*path, strip_mark(text)));
    }
    tree
}

/// A folder on disk.
pub(crate) fn from_disk(folder: &Path, findings: &mut Vec<Finding>) -> Tree {
    let mut tree = Tree {
        path: folder.display().to_string(),
        ..Tree::default()
    };
    fill(&mut tree, folder, DEPTH, findings);
    tree
}

fn fill(tree: &mut Tree, folder: &Path, depth: usize, findings: &mut Vec<Finding>) {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return findings.push(unreadable("unreadable-folder", folder, &error.to_string())),
    };
    for entry in entries {
        let path = match entry {
            Ok(entry) => entry.path(),
            Err(error) => {
                findings.push(unreadable("unreadable-folder", folder, &error.to_string()));
                continue;
            }
        };
        let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else {
            continue;
        };
        if path.is_dir() {
            if !is_foreign_folder(&name) && depth > 0 {
                let mut below = Tree {
                    path: path.display().to_string(),
                    ..Tree::default()
                };
                fill(&mut below, &path, depth - 1, findings);
                tree.folders.insert(name, below);
            }
        } else if is_readable_name(&path) {
            match text(&path) {
                Ok(text) => {
                    let source = Source::new(path.display().to_string(), strip_mark(&text));
                    tree.files.insert(
                        name,
                        File {
                            source,
                            read: Cell::new(false),
                        },
                    );
                }
                Err(reason) => findings.push(unreadable("unreadable-file", &path, &reason)),
            }
        }
    }
}

fn text(path: &Path) -> Result<String, String> {
    let size = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size > FILE_BYTES {
        return Err(format!("it has {size} bytes, more than {FILE_BYTES}"));
    }
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}

fn strip_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn unreadable(code: &'static str, path: &Path, reason: &str) -> Finding {
    let name = path.display().to_string();
    Diagnostic::error(code, format!("cannot read `{name}`: {reason}"), Span::default())
        .found_in(&Source::new(name, ""))
}

// Folders of tools that stand beside an extract in a repository.
fn is_foreign_folder(name: &str) -> bool {
    name.starts_with('.') || matches!(name, "node_modules" | "target" | "bin" | "obj")
}

/// Whether a file of this name can be part of a service.
pub(crate) fn is_readable_name(path: &Path) -> bool {
    let hidden = path
        .file_name()
        .is_none_or(|name| name.to_string_lossy().starts_with('.'));
    let known = path
        .extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| {
            ["json", "yaml", "yml", "xml", "toml", "graphql", "wadl", "wsdl"]
                .iter()
                .any(|it| extension.eq_ignore_ascii_case(it))
        });
    known && !hidden
}
