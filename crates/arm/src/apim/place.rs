//! What a path below a service names.

use super::given;
use super::kinds::{self, Kind};
use crate::answer::Problem;
use resources::Store;
use serde_json::Value;

/// One resource below a service, there or not.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) kind: &'static Kind,
    /// The types below the service as they are spelt.
    pub(crate) path: String,
    /// Full id, with the spelling of what is there.
    pub(crate) id: String,
    /// Id of what it is in.
    pub(crate) parent: String,
    pub(crate) name: String,
}

/// Several of a kind.
#[derive(Debug, Clone)]
pub(crate) struct Collection {
    pub(crate) kind: &'static Kind,
    pub(crate) path: String,
    pub(crate) parent: String,
}

impl Place {
    /// The full type.
    pub(crate) fn r#type(&self) -> String {
        format!("Microsoft.ApiManagement/service/{}", self.path)
    }

    /// The resource as it is kept, or as it is given without having been made.
    pub(crate) fn read(&self, store: &Store, service: &str) -> Option<Value> {
        match store.whole(&self.id) {
            Some(whole) => Some(whole.clone()),
            None => given::find(store, service, self),
        }
    }
}

/// The resource that pairs of type and name lead to. What it is in must be there.
pub(crate) fn place(store: &Store, service: &str, rest: &[String]) -> Result<Place, Problem> {
    let mut parent = service.to_owned();
    let mut types = String::new();
    let mut last = None;
    for pair in rest.chunks(2) {
        let [r#type, name] = pair else { break };
        if let Some(before) = last.take() {
            let before: Place = before;
            if before.read(store, service).is_none() {
                return Err(missing(before.kind));
            }
            parent = before.id;
        }
        types = join(&types, r#type);
        let (kind, path) = kinds::find(&types).ok_or_else(|| unknown(&types))?;
        types.clone_from(&path);
        let own = path.rsplit('/').next().unwrap_or_default();
        let wanted = format!("{parent}/{own}/{name}");
        let id = spelt(store, &wanted);
        let name = id.rsplit('/').next().unwrap_or_default().to_owned();
        last = Some(Place {
            kind,
            path,
            id,
            parent: parent.clone(),
            name,
        });
    }
    last.ok_or_else(|| unknown(&types))
}

/// The collection that a path ends with. What it is in must be there.
pub(crate) fn collection(store: &Store, service: &str, rest: &[String]) -> Result<Collection, Problem> {
    let Some((last, before)) = rest.split_last() else {
        return Err(unknown(""));
    };
    let (parent, types) = match before {
        [] => (service.to_owned(), String::new()),
        _ => {
            let place = place(store, service, before)?;
            if place.read(store, service).is_none() {
                return Err(missing(place.kind));
            }
            (place.id, place.path)
        }
    };
    let types = join(&types, last);
    let (kind, path) = kinds::find(&types).ok_or_else(|| unknown(&types))?;
    Ok(Collection { kind, path, parent })
}

fn join(types: &str, more: &str) -> String {
    match types {
        "" => more.to_owned(),
        types => format!("{types}/{more}"),
    }
}

// As it was first written. The current revision of an API has two names.
fn spelt(store: &Store, id: &str) -> String {
    if let Some(known) = store.sent_as(id) {
        return known.id.clone();
    }
    let Some((api, revision)) = id.split_once(";rev=") else {
        return id.to_owned();
    };
    match store.whole(api) {
        Some(whole) if whole["properties"]["apiRevision"] == revision => {
            whole["id"].as_str().unwrap_or(api).to_owned()
        }
        _ => id.to_owned(),
    }
}

/// A resource that is not there, in the words of API Management.
pub(crate) fn missing(kind: &Kind) -> Problem {
    Problem::missing("ResourceNotFound", format!("{} not found.", kind.noun))
}

fn unknown(types: &str) -> Problem {
    let names = kinds::KINDS.iter().map(|kind| kind.path);
    let near = source::nearest(types, names);
    let near = near
        .map(|near| format!(" Did you mean '{near}'?"))
        .unwrap_or_default();
    Problem::missing(
        "InvalidResourceType",
        format!("The resource type 'Microsoft.ApiManagement/service/{types}' could not be found.{near}"),
    )
}
