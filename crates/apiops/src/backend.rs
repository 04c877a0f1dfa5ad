use crate::fields::lower;
use crate::read::Reader;
use crate::tree::Tree;
use model::{Backend, ResourceKind};

/// `backends/*`.
pub(crate) fn read(reader: &mut Reader<'_>, tree: &Tree) {
    for (name, folder) in tree.collection("backends") {
        let Some(file) = reader.information(folder, "backendInformation.json", &["backends", name]) else {
            continue;
        };
        let Some(properties) = file.properties(&mut reader.findings) else {
            continue;
        };
        reader.note(ResourceKind::Backend, name, file.origin.source);
        match serde_path_to_error::deserialize::<_, Backend>(properties.value()) {
            Ok(backend) => reader.service.backends.push(Backend {
                name: name.to_owned(),
                ..backend
            }),
            Err(error) => {
                let pointer = format!("/properties{}", pointer(error.path()));
                let message = lower(&error.inner().to_string());
                reader
                    .findings
                    .push(file.origin.error(&pointer, "invalid-value", message));
            }
        }
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{key}"),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}
