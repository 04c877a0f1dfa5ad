//! What is POSTed to a service and to resources below it.

use super::kinds::{Action, Given, KINDS};
use super::place::{Place, missing, place};
use super::{etag, tracing};
use crate::answer::{Answer, Judged, Problem};
use crate::call::Call;
use crate::generic::refused;
use crate::plane::Plane;
use bicep::Cloud as _;
use clock::{Dice, Moment};
use http::StatusCode;
use serde_json::{Map, Value, json};

/// Actions of a service itself, and whether they are served.
pub(crate) const OF_SERVICE: &[(&str, bool)] = &[
    ("applynetworkconfigurationupdates", true),
    ("getssotoken", true),
    ("backup", false),
    ("restore", false),
    ("migratetostv2", false),
    ("connectivitycheck", false),
    ("validatepolicies", false),
];

pub(crate) fn answer(plane: &Plane, call: &Call, service: &str, rest: &[String], lower: &[&str]) -> Judged {
    if let [name] = lower {
        return of_service(plane, call, service, name);
    }
    // The longest name of an action has three segments.
    for length in 1..=3 {
        let Some(cut) = rest
            .len()
            .checked_sub(length)
            .filter(|cut| cut % 2 == 0 && *cut > 0)
        else {
            continue;
        };
        let store = plane.store();
        let name = lower[cut..].join("/");
        let is_known = KINDS
            .iter()
            .any(|kind| kind.actions.iter().any(|(it, _)| it.eq_ignore_ascii_case(&name)));
        if !is_known {
            continue;
        }
        let place = place(&store, service, &rest[..cut])?;
        let action = place
            .kind
            .actions
            .iter()
            .find(|(it, _)| it.eq_ignore_ascii_case(&name));
        if let Some((_, action)) = action {
            return act(plane, call, service, &place, *action);
        }
    }
    Err(Problem::missing(
        "NotSupported",
        format!(
            "There is no action '{}' here. `apimite support arm` lists what is served.",
            rest.join("/")
        ),
    ))
}

fn of_service(plane: &Plane, call: &Call, service: &str, name: &str) -> Judged {
    match OF_SERVICE.iter().find(|(it, _)| *it == name) {
        Some(("getssotoken", _)) => Ok(Answer::ok(json!({
            "redirectUri": format!("https://{}.portal.azure-api.net/signin-sso?token=none", service.rsplit('/').next().unwrap_or_default()),
        }))),
        Some((_, true)) => Ok(Answer::ok(
            plane
                .store()
                .whole(service)
                .map(crate::generic::shown)
                .unwrap_or_default(),
        )),
        Some((name, false)) => Err(Problem::bad(
            "NotSupported",
            format!("'{name}' has no effect on a service that runs here, and is not served."),
        )),
        None => Err(Problem::unknown(&call.target)),
    }
}

fn act(plane: &Plane, call: &Call, service: &str, place: &Place, action: Action) -> Judged {
    let store = plane.store();
    // A gateway that Azure runs has no resource, and is traced all the same.
    let is_managed = place.path == "gateways" && place.name.eq_ignore_ascii_case("managed");
    let whole = match place.read(&store, service) {
        Some(whole) => whole,
        None if is_managed => json!({ "properties": {} }),
        None => return Err(missing(place.kind)),
    };
    let sent = |name: &str| {
        let properties = store.sent_as(&place.id)?.body.get("properties")?;
        properties.get(name).cloned()
    };
    match action {
        Action::Keys => Ok(Answer::ok(keys(plane, place)?).etag(&etag(&whole["properties"]))),
        Action::Regenerate(which) => regenerate(plane, service, place, which),
        Action::RegenerateNamed => match call.object()?.get("keyType").and_then(Value::as_str) {
            Some(kind) if kind.eq_ignore_ascii_case("primary") => regenerate(plane, service, place, 0),
            Some(kind) if kind.eq_ignore_ascii_case("secondary") => regenerate(plane, service, place, 1),
            _ => Err(Problem::value(
                "keyType",
                "'keyType' is 'primary' or 'secondary'.",
            )),
        },
        Action::Value => {
            let in_vault = || store.secret(sent("keyVault")?["secretIdentifier"].as_str()?);
            let value = sent("value").or_else(|| in_vault().map(Value::from));
            Ok(Answer::ok(json!({ "value": value.unwrap_or_default() })).etag(&etag(&whole["properties"])))
        }
        Action::Refresh => {
            // Whoever names a secret of a vault takes it up again.
            plane.change(true, |_| Ok(()))?;
            Ok(Answer::ok(super::defaults::view(
                &store, place, service, &whole, call,
            )))
        }
        Action::Secrets => {
            let secrets = place.kind.secrets.iter();
            let pairs = secrets.filter_map(|name| Some(((*name).to_owned(), sent(name)?)));
            Ok(Answer::ok(Value::Object(pairs.collect::<Map<_, _>>())))
        }
        Action::GatewayToken | Action::UserToken => token(plane, call, place),
        Action::DebugCredentials => tracing::credentials(plane, call),
        Action::InvalidateDebugCredentials => {
            plane.runtime.forbid_traces();
            Ok(Answer::bare(StatusCode::NO_CONTENT))
        }
        Action::Trace => tracing::trace(plane, call, service),
        Action::Reconnect => Ok(Answer::bare(StatusCode::ACCEPTED)),
        Action::References => Ok(references(plane, service, place)),
        Action::SsoUrl => Ok(Answer::ok(json!({
            "value": format!("https://{}.portal.azure-api.net/signin-sso?token={}", service.rsplit('/').next().unwrap_or_default(), place.name),
        }))),
        Action::Mail => Ok(Answer::bare(StatusCode::NO_CONTENT)),
        Action::LoginLinks => Ok(Answer::ok(json!({
            "loginLink": format!("https://login.microsoftonline.com/common/oauth2/v2.0/authorize?state={}", place.name),
        }))),
        Action::Consent => Ok(Answer::bare(StatusCode::OK)),
    }
}

/// `primaryKey` and `secondaryKey`.
fn keys(plane: &Plane, place: &Place) -> Result<Value, Problem> {
    let mut store = (*plane.store()).clone();
    if place.kind.path == "subscriptions" {
        return store
            .act("listSecrets", &place.id, None)
            .map_err(|why| Problem::missing("ResourceNotFound", why));
    }
    let kept = store
        .sent_as(&place.id)
        .and_then(|it| it.body.get("properties"))
        .cloned()
        .unwrap_or_default();
    let key = |name: &str, ordinal: u64| match kept[name].as_str() {
        Some(key) => key.to_owned(),
        None => new_key(plane.seed, &place.id, ordinal),
    };
    let mut keys = json!({ "primaryKey": key("primaryKey", 0), "secondaryKey": key("secondaryKey", 1) });
    // Names of these keys differ from kind to kind.
    if place.kind.given == Given::Tenant {
        keys["id"] = place.name.as_str().into();
        keys["enabled"] = kept["enabled"].as_bool().unwrap_or(false).into();
    }
    if place.kind.path == "gateways" {
        keys = json!({ "primary": keys["primaryKey"], "secondary": keys["secondaryKey"] });
    }
    Ok(keys)
}

fn new_key(seed: u64, id: &str, ordinal: u64) -> String {
    let mut rng = Dice::new(seed).roll(("management-key", id.to_ascii_lowercase()), ordinal);
    format!("{:016x}{:016x}", rng.bits(), rng.bits())
}

fn regenerate(plane: &Plane, service: &str, place: &Place, which: usize) -> Judged {
    let name = ["primaryKey", "secondaryKey"][which];
    let before = keys(plane, place)?;
    let text = |name: &str, short: &str| {
        before[name]
            .as_str()
            .or(before[short].as_str())
            .unwrap_or_default()
            .to_owned()
    };
    let (primary, secondary) = (text("primaryKey", "primary"), text("secondaryKey", "secondary"));
    let old = if which == 0 { &primary } else { &secondary };
    let new = new_key(plane.seed, &format!("{}#{old}", place.id), 2);
    plane.change(place.kind.path == "subscriptions", |store| {
        let whole = place.read(store, service).ok_or_else(|| missing(place.kind))?;
        let mut resource = match store.sent_as(&place.id) {
            Some(known) => known.clone(),
            None => bicep::Deployed {
                id: place.id.clone(),
                name: place.name.clone(),
                r#type: place.r#type(),
                body: Map::from_iter([("properties".to_owned(), whole["properties"].clone())]),
                ..bicep::Deployed::default()
            },
        };
        let properties = resource.body.entry("properties").or_insert_with(|| json!({}));
        if let Some(properties) = properties.as_object_mut() {
            properties.insert("primaryKey".into(), primary.as_str().into());
            properties.insert("secondaryKey".into(), secondary.as_str().into());
            properties.insert(name.into(), new.into());
        }
        store.put(resource).map_err(refused)
    })?;
    Ok(Answer::bare(StatusCode::NO_CONTENT))
}

/// A token in the form that gateways and portals show: who, until when, and a signature.
fn token(plane: &Plane, call: &Call, place: &Place) -> Judged {
    let body = call.object()?;
    let asked = body
        .get("properties")
        .map_or(body.get("expiry"), |it| it.get("expiry"));
    let Some(expiry) = asked.and_then(Value::as_str) else {
        return Err(Problem::value("expiry", "Required property 'expiry' is missing."));
    };
    let Ok(until) = expiry.parse::<jiff::Timestamp>() else {
        return Err(Problem::value(
            "expiry",
            format!("'{expiry}' is not a moment such as 2030-01-01T00:00:00Z."),
        ));
    };
    let moment = until.strftime("%Y%m%d%H%M").to_string();
    let signature = new_key(plane.seed, &format!("{}#{moment}", place.id), 3);
    Ok(Answer::ok(
        json!({ "value": format!("{}&{moment}&{signature}", place.name) }),
    ))
}

/// Which policies include a fragment.
fn references(plane: &Plane, service: &str, place: &Place) -> Answer {
    let store = plane.store();
    let root = format!("{}/", service.to_ascii_lowercase());
    let named = format!("fragment-id=\"{}\"", place.name.to_ascii_lowercase());
    let policies = store.sent().filter(|it| {
        let kind = it.r#type.to_ascii_lowercase();
        it.id.to_ascii_lowercase().starts_with(&root)
            && (kind.ends_with("/policies") || kind.ends_with("/policyfragments"))
    });
    let naming = policies.filter(|it| {
        let text = it.body.get("properties").and_then(|it| it["value"].as_str());
        text.is_some_and(|text| text.to_ascii_lowercase().contains(&named))
    });
    let items: Vec<Value> = naming
        .map(|it| json!({ "id": it.id, "type": it.r#type, "name": it.name }))
        .collect();
    Answer::ok(json!({ "count": items.len(), "value": items }))
}

/// How long credentials hold that name no time.
pub(crate) fn in_an_hour(plane: &Plane) -> Moment {
    Moment::from_seconds(plane.clock.now().seconds() + 3_600)
}
