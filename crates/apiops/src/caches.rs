use crate::read::Reader;
use crate::tree::Tree;
use model::{ExternalCache, ResourceKind};

/// `caches/*`: which external caches there are. Where they are is not followed: the gateway keeps what it stands for.
pub(crate) fn read(reader: &mut Reader<'_>, tree: &Tree) {
    for (name, folder) in tree.collection("caches") {
        let Some(file) = reader.information(folder, "cacheInformation.json", &["caches", name]) else {
            continue;
        };
        let Some(properties) = file.properties(&mut reader.findings) else {
            continue;
        };
        let location = properties.word("useFromLocation", &mut reader.findings);
        reader.note(ResourceKind::Cache, name, file.origin.source);
        reader.service.caches.push(ExternalCache {
            name: name.to_owned(),
            use_from_location: location.unwrap_or_else(|| "default".to_owned()),
        });
    }
}
