//! A folder that changes while it is served.

use clock::Clock;
use notify::{EventKind, RecursiveMode, Watcher as _};
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc;

/// Editors write a file in several steps: so long after the last of them the folder is read again.
const REST: Duration = Duration::from_millis(60);

/// Watches a folder. Dropping it ends that.
pub(crate) struct Watch {
    _watcher: notify::RecommendedWatcher,
    changes: mpsc::UnboundedReceiver<()>,
}

impl Watch {
    /// Begins to watch `folder`.
    pub(crate) fn begin(folder: &Path) -> Result<Watch, String> {
        let (sender, changes) = mpsc::unbounded_channel();
        let handler = move |event: notify::Result<notify::Event>| match event {
            Ok(event) if matters(&event) => {
                // Nobody listens any more: the watch is about to end.
                let _ = sender.send(());
            }
            Ok(_) => (),
            Err(error) => tracing::warn!(%error, "watching the folder"),
        };
        let cannot = |error: notify::Error| format!("cannot watch `{}`: {error}", folder.display());
        let mut watcher = notify::recommended_watcher(handler).map_err(cannot)?;
        watcher.watch(folder, RecursiveMode::Recursive).map_err(cannot)?;
        Ok(Watch { _watcher: watcher, changes })
    }

    /// Waits until something has changed and the folder has come to rest.
    pub(crate) async fn changed(&mut self) {
        if self.changes.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
        // Files change in the time of the file system, whatever the service's own clock shows.
        let clock = Clock::real();
        while let Some(Some(())) = clock.timeout(REST, self.changes.recv()).await {}
    }
}

fn matters(event: &notify::Event) -> bool {
    match event.kind {
        EventKind::Access(_) => false,
        // A folder that is moved or removed takes its files along.
        EventKind::Remove(_) | EventKind::Modify(notify::event::ModifyKind::Name(_)) => true,
        _ => event.paths.iter().any(|path| path.is_dir() || apiops::concerns(path)),
    }
}
