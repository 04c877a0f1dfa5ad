//! Any resource: kept, given back, merged, taken away.

use crate::answer::{Answer, Judged, Problem};
use crate::call::Call;
use crate::groups;
use crate::page::plain;
use crate::plane::Plane;
use bicep::{Cloud as _, Deployed, Places, Refusal};
use http::{Method, StatusCode};
use resources::Store;
use serde_json::{Map, Value, json};

/// What the path of a request names.
#[derive(Debug)]
pub(crate) struct Named {
    /// Group, subscription or resource in which it is, as it is spelt.
    pub(crate) scope: String,
    /// Namespace and types.
    pub(crate) r#type: String,
    /// Names, one for each type but perhaps the last.
    pub(crate) names: Vec<String>,
    types: Vec<String>,
}

impl Named {
    /// Takes a path apart at its last provider.
    pub(crate) fn read(store: &Store, call: &Call) -> Result<Named, Problem> {
        let at = call.lower.iter().rposition(|it| it == "providers");
        let at = at.ok_or_else(|| Problem::unknown(&call.target))?;
        let Some(namespace) = call.path.get(at + 1) else {
            return Err(Problem::unknown(&call.target));
        };
        let rest = &call.path[at + 2..];
        let types: Vec<String> = rest.iter().step_by(2).cloned().collect();
        let names: Vec<String> = rest.iter().skip(1).step_by(2).cloned().collect();
        if types.is_empty() {
            return Err(Problem::unknown(&call.target));
        }
        let scope = match at {
            2 => format!("/subscriptions/{}", call.path[1]),
            4 => groups::required(store, call)?,
            _ => {
                let id = format!("/{}", call.path[..at].join("/"));
                store.sent_as(&id).map_or(id, |it| it.id.clone())
            }
        };
        Ok(Named {
            scope,
            r#type: format!("{namespace}/{}", types.join("/")),
            names,
            types,
        })
    }

    /// Whether it names one resource, and not several.
    pub(crate) fn is_one(&self) -> bool {
        self.names.len() == self.types.len()
    }

    /// The type as it is spelt.
    pub(crate) fn spelt(&self) -> Result<String, Problem> {
        Store::spelt(&self.r#type).map_err(|(message, near)| {
            let near = near
                .map(|near| format!(" Did you mean '{near}'?"))
                .unwrap_or_default();
            Problem::missing(
                "InvalidResourceType",
                format!("The resource type could not be found: {message}.{near}"),
            )
        })
    }

    /// The id of the resource, with the spelling of what is there already.
    pub(crate) fn id(&self, store: &Store) -> Result<String, Problem> {
        let r#type = self.spelt()?;
        let mut parts = r#type.split('/');
        let mut id = format!("{}/providers/{}", self.scope, parts.next().unwrap_or_default());
        for (kind, name) in parts.zip(&self.names) {
            id = format!("{id}/{kind}/{name}");
            if let Some(known) = store.sent_as(&id) {
                id.clone_from(&known.id);
            }
        }
        Ok(id)
    }
}

/// Answers for any resource that no other part knows better.
pub(crate) fn answer(plane: &Plane, call: &Call) -> Judged {
    let store = plane.store();
    let named = Named::read(&store, call)?;
    if !named.is_one() {
        return match call.method {
            Method::GET => several(&store, &named),
            Method::POST => action(plane, call, &named),
            _ => Err(Problem::no_method(&call.method)),
        };
    }
    let id = named.id(&store)?;
    match call.method {
        Method::GET => match store.get(&id) {
            Some(whole) => Ok(Answer::ok(shown(&whole))),
            None => Err(missing(&named)),
        },
        Method::HEAD => match store.get(&id) {
            Some(_) => Ok(Answer::bare(StatusCode::NO_CONTENT)),
            None => Err(missing(&named)),
        },
        Method::PUT => put(plane, call, &named, &id, false),
        Method::PATCH => match store.sent_as(&id) {
            Some(_) => put(plane, call, &named, &id, true),
            None => Err(missing(&named)),
        },
        Method::DELETE => {
            if store.sent_as(&id).is_none() {
                return Ok(Answer::bare(StatusCode::NO_CONTENT));
            }
            plane.change(Store::has_effect(&named.r#type), |store| {
                store.remove(&id);
                Ok(())
            })?;
            // Clients of gateways take no other status.
            let is_gateway = id.contains("/Microsoft.ApiManagement/gateways/");
            Ok(Answer::bare(match is_gateway {
                true => StatusCode::NO_CONTENT,
                false => StatusCode::OK,
            }))
        }
        _ => Err(Problem::no_method(&call.method)),
    }
}

/// A resource that is not there.
pub(crate) fn missing(named: &Named) -> Problem {
    let name = named.names.join("/");
    Problem::no_resource(&named.r#type, &name, groups::of(&named.scope).unwrap_or_default())
}

fn several(store: &Store, named: &Named) -> Judged {
    named.spelt()?;
    let mut root = named.scope.to_ascii_lowercase();
    if named.types.len() > 1 {
        let parent = Named {
            types: named.types[..named.types.len() - 1].to_vec(),
            r#type: named.r#type.rsplit_once('/').map_or("", |(it, _)| it).to_owned(),
            ..Named {
                scope: named.scope.clone(),
                names: named.names.clone(),
                types: Vec::new(),
                r#type: String::new(),
            }
        };
        root = parent.id(store)?.to_ascii_lowercase();
        if store.get(&root).is_none() {
            return Err(missing(&parent));
        }
    }
    root.push('/');
    let inside = store
        .of_type(&named.r#type)
        .filter(|(sent, _)| sent.id.to_ascii_lowercase().starts_with(&root));
    Ok(plain(inside.map(|(_, whole)| shown(whole)).collect()))
}

/// Puts a resource, or merges into it.
pub(crate) fn put(plane: &Plane, call: &Call, named: &Named, id: &str, merges: bool) -> Judged {
    let mut body = call.object()?;
    let r#type = named.spelt()?;
    for name in ["id", "name", "type", "apiVersion", "etag", "systemData"] {
        body.remove(name);
    }
    let is_new = plane.change(Store::has_effect(&r#type), |store| {
        let known = store.sent_as(id).cloned();
        let is_new = known.is_none();
        let mut resource = Deployed {
            id: id.to_owned(),
            name: id.rsplit('/').next().unwrap_or_default().to_owned(),
            r#type,
            api_version: call.query("api-version").unwrap_or_default().to_owned(),
            body: Map::new(),
            places: Places::default(),
        };
        match known.filter(|_| merges) {
            Some(known) => {
                resource.body = known.body;
                merge(&mut resource.body, body);
            }
            None => resource.body = body,
        }
        store.keep_keys(&mut resource);
        store.put(resource).map_err(refused)?;
        Ok(is_new)
    })?;
    let store = plane.store();
    let whole = store.whole(id).map(shown).unwrap_or_default();
    Ok(Answer::put(is_new && !merges, whole))
}

/// Why the store does not take a resource.
pub(crate) fn refused(refusal: Refusal) -> Problem {
    let help = refusal.help.map(|help| format!(" ({help})")).unwrap_or_default();
    let message = format!("{}{help}", refusal.message);
    match refusal.code {
        "ParentResourceNotFound" => Problem::missing(
            "ParentResourceNotFound",
            format!("Can not perform requested operation on nested resource: {message}."),
        ),
        _ => Problem::value(refusal.pointer.trim_start_matches('/'), message),
    }
}

fn action(plane: &Plane, call: &Call, named: &Named) -> Judged {
    let store = plane.store();
    let function = named.types.last().cloned().unwrap_or_default();
    let id = format!("/{}", call.path[..call.path.len() - 1].join("/"));
    let known = store.sent_as(&id).map(|it| it.id.clone());
    let Some(id) = known else {
        return Err(Problem::missing(
            "ResourceNotFound",
            format!("The Resource '{id}' was not found."),
        ));
    };
    if !function.to_ascii_lowercase().starts_with("list") {
        return Err(Problem::missing(
            "NotSupported",
            format!("The action '{function}' is not supported for '{}'.", named.r#type),
        ));
    }
    let mut copy = (*store).clone();
    match copy.act(&function, &id, None) {
        Ok(value) => Ok(Answer::ok(value)),
        Err(why) => Err(Problem::missing("ResourceNotFound", why)),
    }
}

/// Merges as RFC 7386 says: `null` takes away.
pub(crate) fn merge(into: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (name, value) in patch {
        match (into.get_mut(&name), value) {
            (_, Value::Null) => {
                into.shift_remove(&name);
            }
            (Some(Value::Object(inner)), Value::Object(patch)) => merge(inner, patch),
            (_, Value::Object(patch)) => {
                let mut inner = Map::new();
                merge(&mut inner, patch);
                into.insert(name, inner.into());
            }
            (_, value) => {
                into.insert(name, value);
            }
        }
    }
}

/// Properties of resources that Azure takes and does not give back.
const SECRET: [(&str, &str); 2] = [
    ("microsoft.keyvault/vaults/secrets", "value"),
    ("microsoft.cognitiveservices/accounts/connections", "credentials"),
];

/// A resource as it is shown.
pub(crate) fn shown(whole: &Value) -> Value {
    let mut shown = whole.clone();
    if let Some(object) = shown.as_object_mut() {
        object.shift_remove("apiVersion");
        let kind = object
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_ascii_lowercase();
        for (of, name) in SECRET {
            if kind == of
                && let Some(Value::Object(properties)) = object.get_mut("properties")
            {
                properties.shift_remove(name);
            }
        }
    }
    shown
}

/// Identity of who changed something, as `systemData` tells it.
pub(crate) fn system_data(plane: &Plane) -> Value {
    let user = plane.issuer.signed_in().name;
    let now = plane.now();
    json!({
        "createdBy": user, "createdByType": "User", "createdAt": now,
        "lastModifiedBy": user, "lastModifiedByType": "User", "lastModifiedAt": now,
    })
}
