use super::Places;
use crate::template::{Expr, Kind, Place, Resource};
use source::{Source, Span};
use std::collections::BTreeMap;

/// Where the parts of a resource were written.
pub(super) fn places(resource: &Resource) -> Places {
    let mut places = BTreeMap::new();
    places.insert(String::new(), (resource.at.source.clone(), resource.at.span));
    places.insert(
        "/name".into(),
        (resource.name.at.source.clone(), resource.name.at.span),
    );
    for (key, value) in &resource.body {
        if let Some(name) = key.as_text() {
            note(&format!("/{name}"), &key.at, value, &mut places);
        }
    }
    Places(places)
}

// A scalar is shown by its value, an object or a list by its name.
fn note(pointer: &str, key: &Place, value: &Expr, places: &mut BTreeMap<String, (Source, Span)>) {
    let shown = |at: &Place| (at.source.clone(), at.span);
    match &value.kind {
        Kind::Object(members) => {
            places.insert(pointer.to_owned(), shown(key));
            for (name, value) in members {
                if let Some(text) = name.as_text() {
                    let step = text.replace('~', "~0").replace('/', "~1");
                    note(&format!("{pointer}/{step}"), &name.at, value, places);
                }
            }
        }
        Kind::Array(elements) => {
            places.insert(pointer.to_owned(), shown(key));
            for (index, element) in elements.iter().enumerate() {
                note(&format!("{pointer}/{index}"), &element.at, element, places);
            }
        }
        _ => {
            // A long text would be underlined over many lines.
            let one_line = !value.at.source.slice(value.at.span).contains('\n');
            places.insert(pointer.to_owned(), shown(if one_line { &value.at } else { key }));
        }
    }
}
