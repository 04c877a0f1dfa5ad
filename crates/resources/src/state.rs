//! What was deployed, on disk: one readable file that is whole at every moment.

use crate::store::Store;
use bicep::{Cloud as _, Deployed, Places};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

/// Form of the file; a file of another form is refused, never guessed at.
const VERSION: u64 = 1;
const NAME: &str = "state.json";

impl Store {
    /// Writes everything to a folder, which is made if it is not there. Whoever reads it finds what was there before or what is there now,
    /// also if this process is killed meanwhile.
    ///
    /// # Errors
    /// Whatever keeps the file from being written.
    pub fn save(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let resources: Vec<Value> = self
            .sent()
            .map(|it| json!({ "id": it.id, "type": it.r#type, "apiVersion": it.api_version, "name": it.name, "body": it.body }))
            .collect();
        let state = json!({ "version": VERSION, "resources": resources });
        let text = serde_json::to_string_pretty(&state)?;
        let (new, file) = (folder.join(format!("{NAME}.new")), folder.join(NAME));
        let mut writing = File::create(&new)?;
        writing.write_all(text.as_bytes())?;
        writing.write_all(b"\n")?;
        writing.sync_all()?;
        std::fs::rename(&new, &file)?;
        // The name itself must be on the disk too; not every system lets a folder be opened for that.
        if let Ok(folder) = File::open(folder) {
            folder.sync_all()?;
        }
        Ok(())
    }

    /// Takes over what a folder holds; nothing if it holds nothing yet.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn restore(&mut self, folder: &Path) -> Result<(), String> {
        let file = folder.join(NAME);
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(format!("cannot read `{}`: {error}", file.display())),
        };
        let wrong = |why: String| format!("`{}` is no state of this program: {why}", file.display());
        let state: Value = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        match state["version"].as_u64() {
            Some(VERSION) => (),
            Some(other) => {
                return Err(wrong(format!(
                    "its version is {other}, and {VERSION} is understood"
                )));
            }
            None => return Err(wrong("it has no version".to_owned())),
        }
        for resource in state["resources"].as_array().into_iter().flatten() {
            let text = |name: &str| resource[name].as_str().unwrap_or_default().to_owned();
            let sent = Deployed {
                id: text("id"),
                r#type: text("type"),
                api_version: text("apiVersion"),
                name: text("name"),
                body: resource["body"].as_object().cloned().unwrap_or_default(),
                places: Places::default(),
            };
            let id = sent.id.clone();
            self.put(sent)
                .map_err(|refusal| wrong(format!("{id}: {}", refusal.message)))?;
        }
        Ok(())
    }
}
