//! People and applications, as far as the command line of Azure asks for them.

use crate::answer::{Answer, Judged, Problem};
use crate::call::Call;
use crate::filter::Filter;
use crate::plane::Plane;
use clock::Dice;
use http::{Method, StatusCode};
use serde_json::{Value, json};

/// Answers a request to Microsoft Graph.
pub(crate) fn answer(plane: &Plane, call: &Call) -> Judged {
    let segments = call.segments();
    let user = || {
        let user = plane.issuer.signed_in();
        json!({
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users/$entity", "id": user.object,
            "userPrincipalName": user.name, "displayName": user.display_name, "mail": user.name,
            "givenName": "Ada", "surname": "Lovelace", "businessPhones": [],
        })
    };
    match (&call.method, &segments[..]) {
        (&Method::GET, ["v1.0" | "beta", "me"]) => Ok(Answer::ok(user())),
        (&Method::GET, ["v1.0" | "beta", "users"]) => list(call, vec![user()]),
        (&Method::GET, ["v1.0" | "beta", "users", who]) => {
            let known = plane.issuer.signed_in();
            match known.object.eq_ignore_ascii_case(who) || known.name.eq_ignore_ascii_case(who) {
                true => Ok(Answer::ok(user())),
                false => Err(missing(who)),
            }
        }
        (&Method::GET, ["v1.0" | "beta", "applications" | "serviceprincipals"]) => {
            list(call, plane.applications.lock().clone())
        }
        (&Method::POST, ["v1.0" | "beta", "applications" | "serviceprincipals"]) => register(plane, call),
        (method, ["v1.0" | "beta", "applications" | "serviceprincipals", id, ..]) => {
            application(plane, method, id, call)
        }
        (&Method::GET, ["v1.0" | "beta", "groups" | "directoryobjects" | "organization"]) => {
            list(call, Vec::new())
        }
        (&Method::GET, ["v1.0" | "beta", "me", "memberof" | "ownedobjects"]) => list(call, Vec::new()),
        _ => Err(Problem::missing(
            "Request_ResourceNotFound",
            format!("Nothing is kept here at '{}'.", call.target),
        )),
    }
}

fn missing(what: &str) -> Problem {
    Problem::missing(
        "Request_ResourceNotFound",
        format!(
            "Resource '{what}' does not exist or one of its queried reference-property objects are not present."
        ),
    )
}

fn list(call: &Call, mut items: Vec<Value>) -> Judged {
    if let Some(text) = call.query("$filter").filter(|it| !it.is_empty()) {
        let filter = Filter::read(text).map_err(|why| Problem::bad("Request_UnsupportedQuery", why))?;
        items.retain(|item| filter.fits(item));
    }
    Ok(Answer::ok(json!({ "value": items })))
}

fn register(plane: &Plane, call: &Call) -> Judged {
    let mut body = call.object()?;
    let mut all = plane.applications.lock();
    let number = all.len() as u64;
    let id = |what: &str| {
        Dice::new(plane.seed)
            .roll((what, "application"), number)
            .uuid()
            .to_string()
    };
    body.insert("id".into(), id("object").into());
    let own = id("client");
    body.entry("appId").or_insert_with(|| own.into());
    body.insert("createdDateTime".into(), plane.now().into());
    let application = Value::Object(body);
    all.push(application.clone());
    Ok(Answer::with(StatusCode::CREATED, application))
}

fn application(plane: &Plane, method: &Method, id: &str, call: &Call) -> Judged {
    let mut all = plane.applications.lock();
    let at = all.iter().position(|it| it["id"] == id || it["appId"] == id);
    let at = at.ok_or_else(|| missing(id))?;
    match *method {
        Method::GET => Ok(Answer::ok(all[at].clone())),
        Method::PATCH => {
            let patch = call.object()?;
            if let Some(known) = all[at].as_object_mut() {
                crate::generic::merge(known, patch);
            }
            Ok(Answer::bare(StatusCode::NO_CONTENT))
        }
        Method::DELETE => {
            all.remove(at);
            Ok(Answer::bare(StatusCode::NO_CONTENT))
        }
        _ => Err(Problem::no_method(method)),
    }
}
