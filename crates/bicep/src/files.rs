//! Where texts come from.

use std::collections::BTreeMap;
use std::io;

/// A place that texts are read from. Paths use `/`, and are relative to where the caller is or absolute.
pub trait Files {
    /// The bytes of a file.
    ///
    /// # Errors
    /// Whatever keeps the file from being read.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;

    /// The names of the files in a folder, sorted; none where there is no such folder.
    fn list(&self, folder: &str) -> Vec<String>;
}

/// The file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let folder = if folder.is_empty() { "." } else { folder };
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter(|entry| entry.path().is_file())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        names
    }
}

/// Files that are held in memory, by their paths.
#[derive(Debug, Clone, Default)]
pub struct Memory(pub BTreeMap<String, Vec<u8>>);

impl Memory {
    /// Texts by their paths.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Memory {
        let files = files.into_iter();
        Memory(
            files
                .map(|(path, text)| (normal(path), text.as_bytes().to_vec()))
                .collect(),
        )
    }
}

impl Files for Memory {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.0
            .get(path)
            .cloned()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let inside = self.0.keys().filter_map(|path| match folder {
            "" => Some(path.as_str()),
            _ => path.strip_prefix(folder)?.strip_prefix('/'),
        });
        inside
            .filter(|name| !name.contains('/'))
            .map(str::to_owned)
            .collect()
    }
}

/// `path` as it is seen from the folder of the file `from`.
pub(crate) fn beside(from: &str, path: &str) -> String {
    match from.rsplit_once('/') {
        _ if path.starts_with('/') => normal(path),
        Some((folder, _)) => normal(&format!("{folder}/{path}")),
        None => normal(path),
    }
}

/// The path without `.`, and without `..` where what is left of it is known.
pub(crate) fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." | "" => (),
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let root = if path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_file_that_names_them() {
        assert_eq!(
            beside("labs/a/main.bicep", "../../modules/x.bicep"),
            "modules/x.bicep"
        );
        assert_eq!(beside("main.bicep", "./policy.xml"), "policy.xml");
        assert_eq!(beside("../main.bicep", "../x"), "../../x");
        assert_eq!(beside("/a/main.bicep", "../../x"), "/../x");
    }
}
