//! A folder that changes while it is served.

use clock::Clock;
use notify::{EventKind, RecursiveMode, Watcher as _};
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc;

/// Editors write a file in several steps: so long after the last of them the folder is read again.
const REST: Duration = Duration::from_millis(60);

/// Watches a folder. Dropping it ends that.
pub(crate) struct Watch {
    watcher: notify::RecommendedWatcher,
    changes: mpsc::UnboundedReceiver<()>,
    what: What,
    content: u64,
}

/// What is watched.
enum What {
    /// Everything in a folder that matters to a service.
    Folder(PathBuf),
    /// The files that templates are made of.
    Files(BTreeSet<PathBuf>),
}

impl Watch {
    /// Begins to watch `folder`.
    pub(crate) fn begin(folder: &Path) -> Result<Watch, String> {
        let (mut watcher, changes) = watcher(matters)?;
        let cannot = |error: notify::Error| format!("cannot watch `{}`: {error}", folder.display());
        watcher.watch(folder, RecursiveMode::Recursive).map_err(cannot)?;
        Ok(Watch {
            watcher,
            changes,
            what: What::Folder(folder.to_owned()),
            content: content(folder),
        })
    }

    /// Begins to watch files, there or not.
    pub(crate) fn files(files: &BTreeSet<PathBuf>) -> Result<Watch, String> {
        let (watcher, changes) = watcher(|event| !matches!(event.kind, EventKind::Access(_)))?;
        let mut watch = Watch {
            watcher,
            changes,
            what: What::Files(BTreeSet::new()),
            content: 0,
        };
        watch.follow(files);
        Ok(watch)
    }

    /// Watches these files from now on, if it is files that are watched.
    pub(crate) fn follow(&mut self, files: &BTreeSet<PathBuf>) {
        let What::Files(known) = &mut self.what else {
            return;
        };
        for folder in folders(files).difference(&folders(known)) {
            // A folder that is not there yet cannot be watched; the file that names it is.
            if let Err(error) = self.watcher.watch(folder, RecursiveMode::NonRecursive) {
                tracing::debug!(%error, folder = %folder.display(), "not watched");
            }
        }
        known.clone_from(files);
        self.content = content_of_files(files);
    }

    /// Waits until some text has changed and the folder has come to rest. A file that was written again as it was is no change.
    pub(crate) async fn changed(&mut self) {
        // Files change in the time of the file system, whatever the service's own clock shows.
        let clock = Clock::real();
        loop {
            if self.changes.recv().await.is_none() {
                std::future::pending::<()>().await;
            }
            while let Some(Some(())) = clock.timeout(REST, self.changes.recv()).await {}
            let content = match &self.what {
                What::Folder(folder) => content(folder),
                What::Files(files) => content_of_files(files),
            };
            if content != self.content {
                self.content = content;
                return;
            }
        }
    }
}

fn watcher(
    matters: impl Fn(&notify::Event) -> bool + Send + 'static,
) -> Result<(notify::RecommendedWatcher, mpsc::UnboundedReceiver<()>), String> {
    let (sender, changes) = mpsc::unbounded_channel();
    let handler = move |event: notify::Result<notify::Event>| match event {
        Ok(event) if matters(&event) => {
            // Nobody listens any more: the watch is about to end.
            let _ = sender.send(());
        }
        Ok(_) => (),
        Err(error) => tracing::warn!(%error, "watching the folder"),
    };
    let watcher =
        notify::recommended_watcher(handler).map_err(|error| format!("cannot watch files: {error}"))?;
    Ok((watcher, changes))
}

fn folders(files: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    let parents = files.iter().filter_map(|file| file.parent());
    parents
        .map(|folder| match folder.as_os_str().is_empty() {
            true => PathBuf::from("."),
            false => folder.to_owned(),
        })
        .collect()
}

fn content_of_files(files: &BTreeSet<PathBuf>) -> u64 {
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.hash(&mut hasher);
        std::fs::read(file).ok().hash(&mut hasher);
    }
    hasher.finish()
}

/// A number that stands for every file that matters, its name and its text. Read again after each change, never on the way
/// of a request.
fn content(folder: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                open.push(path);
            } else if apiops::concerns(&path) {
                path.hash(&mut hasher);
                std::fs::read(&path).unwrap_or_default().hash(&mut hasher);
            }
        }
    }
    hasher.finish()
}

fn matters(event: &notify::Event) -> bool {
    match event.kind {
        EventKind::Access(_) => false,
        // A folder that is moved or removed takes its files along.
        EventKind::Remove(_) | EventKind::Modify(notify::event::ModifyKind::Name(_)) => true,
        _ => event
            .paths
            .iter()
            .any(|path| path.is_dir() || apiops::concerns(path)),
    }
}

#[cfg(test)]
mod tests {
    use super::content;

    #[test]
    fn only_texts_that_matter_make_a_difference() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("policy.xml");
        std::fs::write(&file, "<policies />").expect("written");
        let before = content(folder.path());
        std::fs::write(&file, "<policies />").expect("written");
        std::fs::write(folder.path().join("policy.xml~"), "backup").expect("written");
        assert_eq!(content(folder.path()), before);
        std::fs::write(&file, "<policies></policies>").expect("written");
        assert_ne!(content(folder.path()), before);
    }
}
