//! Fragments that stand beside documents: one that a document includes is the real one, if it is there.

use std::fs;
use std::path::{Path, PathBuf};

/// Every fragment among some files.
#[derive(Debug, Default)]
pub(super) struct Fragments(Vec<Fragment>);

#[derive(Debug)]
struct Fragment {
    path: PathBuf,
    name: String,
    text: String,
}

impl Fragments {
    /// Those of these files.
    pub(super) fn of(files: &[PathBuf]) -> Fragments {
        let fragment = |path: &PathBuf| {
            let text = String::from_utf8_lossy(&fs::read(path).ok()?).into_owned();
            let is_one = text.contains("<fragment") && !text.contains("<policies");
            is_one.then(|| Fragment {
                path: path.clone(),
                name: plain(&path.file_name().unwrap_or_default().to_string_lossy()),
                text,
            })
        };
        Fragments(files.iter().filter_map(fragment).collect())
    }

    /// The text of the nearest that has this name.
    pub(super) fn find(&self, id: &str, near: &Path) -> Option<&str> {
        let wanted = plain(id);
        let shared = |it: &&Fragment| {
            let pairs = it.path.components().zip(near.components());
            pairs.take_while(|(a, b)| a == b).count()
        };
        let named = self.0.iter().filter(|it| it.name == wanted);
        named.max_by_key(shared).map(|it| it.text.as_str())
    }
}

// A name without what says that it is a fragment's.
fn plain(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let name = name.split('.').next().unwrap_or_default();
    let name = ["frag-", "fragment-", "pf-"]
        .iter()
        .find_map(|it| name.strip_prefix(it))
        .unwrap_or(name);
    let name = name.strip_suffix("-fragment").unwrap_or(name);
    name.chars().filter(char::is_ascii_alphanumeric).collect()
}
