//! Templates that arrive: checked, deployed, and what became of them.

mod report; // how a deployment is told
mod what_if; // what one would do

use crate::answer::{Answer, Detail, Judged, Problem};
use crate::call::Call;
use crate::deleted;
use crate::groups::{self, DEPLOYMENT};
use crate::page::plain;
use crate::plane::Plane;
use bicep::{Cloud, Deployed, Environment, Memory, Outcome, Parameters, Places, Refusal};
use clock::Dice;
use http::header::{HeaderName, RETRY_AFTER};
use http::{Method, StatusCode};
use resources::Store;
use serde_json::{Map, Value, json};
use source::Finding;

const ASYNC: HeaderName = HeaderName::from_static("azure-asyncoperation");
/// Name of the template in messages.
const FILE: &str = "template.json";

/// Where a deployment goes.
#[derive(Debug, Clone)]
struct Scope {
    /// Id of the group or of the subscription.
    id: String,
    /// Name of the group, if it is one.
    group: Option<String>,
    location: String,
}

/// What arrived.
struct Sent {
    /// Text of the template.
    template: String,
    /// The same, read.
    read: Value,
    parameters: Parameters,
    given: Map<String, Value>,
    mode: String,
    body: Value,
}

pub(crate) fn answer(plane: &Plane, call: &Call, rest: &[&str]) -> Judged {
    let scope = scope(plane, call)?;
    // The name as the client spells it: whatever stands behind `deployments`.
    let at = call.lower.iter().rposition(|it| it == "deployments").unwrap_or(0);
    let name = call.path.get(at + 1).cloned().unwrap_or_default();
    let id = format!("{}/providers/{DEPLOYMENT}/{name}", scope.id);
    match (&call.method, rest) {
        (&Method::GET, []) => Ok(list(plane, &scope)),
        (&Method::GET, [_]) => match plane.store().whole(&id) {
            Some(whole) => Ok(Answer::ok(report::shown(whole))),
            None => Err(missing(&name)),
        },
        (&Method::HEAD, [_]) => {
            let is_there = plane.store().whole(&id).is_some();
            Ok(Answer::bare(if is_there {
                StatusCode::NO_CONTENT
            } else {
                StatusCode::NOT_FOUND
            }))
        }
        (&Method::PUT, [_]) => put(plane, call, &scope, &name),
        (&Method::DELETE, [_]) => {
            plane.change(false, |store| {
                store.remove(&id);
                Ok(())
            })?;
            // Anything else is an error to clients.
            Ok(Answer::bare(StatusCode::NO_CONTENT))
        }
        (&Method::POST, [_, "validate"]) => validate(plane, call, &scope, &name),
        (&Method::POST, [_, "whatif"]) => what_if::answer(plane, call, &scope, &name),
        (&Method::POST, [_, "cancel"]) => Err(Problem::new(
            StatusCode::CONFLICT,
            "DeploymentCannotBeCancelled",
            format!("The deployment '{name}' has ended and cannot be cancelled."),
        )),
        (&Method::POST, [_, "exporttemplate"]) => match plane.store().sent_as(&id) {
            Some(sent) => Ok(Answer::ok(json!({ "template": sent.body["properties"]["kept"] }))),
            None => Err(missing(&name)),
        },
        (&Method::GET, [_, "operationstatuses", _]) => status(plane, &id, &name),
        (&Method::GET, [_, "operations", ..]) => operations(plane, call),
        _ => Err(Problem::no_method(&call.method)),
    }
}

fn missing(name: &str) -> Problem {
    Problem::missing(
        "DeploymentNotFound",
        format!("Deployment '{name}' could not be found."),
    )
}

fn scope(plane: &Plane, call: &Call) -> Result<Scope, Problem> {
    let store = plane.store();
    if call.lower.get(2).map(String::as_str) != Some("resourcegroups") {
        let location = store.facts().location.clone();
        return Ok(Scope {
            id: format!("/subscriptions/{}", plane.subscription),
            group: None,
            location,
        });
    }
    let id = groups::required(&store, call)?;
    let location = store
        .whole(&id)
        .and_then(|it| it["location"].as_str())
        .unwrap_or_default();
    Ok(Scope {
        group: groups::of(&id).map(str::to_owned),
        location: location.to_owned(),
        id,
    })
}

fn list(plane: &Plane, scope: &Scope) -> Answer {
    let store = plane.store();
    let root = format!("{}/providers/microsoft.resources/", scope.id.to_ascii_lowercase());
    let inside = store
        .of_type(DEPLOYMENT)
        .filter(|(sent, _)| sent.id.to_ascii_lowercase().starts_with(&root));
    plain(inside.map(|(_, whole)| report::shown(whole)).collect())
}

fn read(plane: &Plane, call: &Call) -> Result<Sent, Problem> {
    let invalid = |message: String| Problem::bad("InvalidRequestContent", message);
    let text = std::str::from_utf8(&call.body)
        .map_err(|_| invalid("The request content was invalid: it is no text in UTF-8.".into()))?;
    let request = bicep::request(text).map_err(|finding| {
        let place = finding.source.position(finding.diagnostic.span.start);
        invalid(format!(
            "The request content was invalid and could not be deserialized: '{}. Path '', line {}, position {}.'.",
            finding.diagnostic.message, place.line, place.column
        ))
    })?;
    let mut body = request.body;
    let template = match (
        request.template,
        linked(plane, &body["properties"], "templateLink")?,
    ) {
        (Some(template), None) => template,
        (None, Some(template)) => {
            body["properties"]["template"] = bicep::request(&template).map_or(Value::Null, |it| it.body);
            template
        }
        (None, None) => {
            return Err(invalid(
                "The request content was invalid: 'properties.template' must be an object.".into(),
            ));
        }
        (Some(_), Some(_)) => {
            let message = "The request content was invalid: it has both 'template' and 'templateLink'.";
            return Err(invalid(message.into()));
        }
    };
    if let Some(text) = linked(plane, &body["properties"], "parametersLink")? {
        let read: Value = serde_json::from_str(&text)
            .map_err(|error| invalid(format!("The document of 'parametersLink' is no JSON: {error}.")))?;
        body["properties"]["parameters"] = read["parameters"].clone();
    }
    let properties = &body["properties"];
    let mode = properties["mode"].as_str().unwrap_or("Incremental").to_owned();
    if !["incremental", "complete"].contains(&mode.to_ascii_lowercase().as_str()) {
        return Err(invalid(format!(
            "The deployment mode '{mode}' is neither 'Incremental' nor 'Complete'."
        )));
    }
    let mut parameters = Parameters::default();
    let mut given = Map::new();
    for (name, parameter) in properties["parameters"].as_object().into_iter().flatten() {
        let value = match (parameter.get("value"), parameter.get("reference")) {
            (Some(value), _) => value.clone(),
            (None, Some(reference)) => secret(plane, name, reference)?,
            (None, None) => {
                let message =
                    format!("The deployment parameter '{name}' has neither 'value' nor 'reference'.");
                return Err(Problem::bad("InvalidDeploymentParameterValue", message));
            }
        };
        parameters.set(name, value.clone(), "parameters");
        given.insert(name.clone(), value);
    }
    Ok(Sent {
        read: properties["template"].clone(),
        template,
        parameters,
        given,
        mode,
        body,
    })
}

/// The document that a link names. Links lead to an address; those that lead to a template spec are refused.
fn linked(plane: &Plane, properties: &Value, name: &str) -> Result<Option<String>, Problem> {
    let link = &properties[name];
    if link.is_null() {
        return Ok(None);
    }
    let Some(uri) = link["uri"].as_str() else {
        return Err(Problem::bad(
            "NotSupported",
            format!("'{name}' must have a 'uri': template specs are not kept here."),
        ));
    };
    let query = link["queryString"]
        .as_str()
        .map(|it| format!("?{}", it.trim_start_matches('?')));
    let uri = format!("{uri}{}", query.unwrap_or_default());
    plane.runtime.fetch(&uri).map(Some).map_err(|why| {
        let code = match name {
            "templateLink" => "InvalidTemplateLink",
            _ => "InvalidParametersLink",
        };
        Problem::bad(code, format!("Unable to download '{uri}' of '{name}': {why}."))
    })
}

/// A parameter that is a secret of a vault.
fn secret(plane: &Plane, name: &str, reference: &Value) -> Result<Value, Problem> {
    let vault = reference["keyVault"]["id"].as_str().unwrap_or_default();
    let secret = reference["secretName"].as_str().unwrap_or_default();
    let store = plane.store();
    let kept = store.sent_as(&format!("{}/secrets/{secret}", vault.trim_end_matches('/')));
    let value = kept
        .and_then(|it| it.body.get("properties"))
        .map(|it| it["value"].clone());
    value.filter(|it| it.is_string()).ok_or_else(|| {
        Problem::bad(
            "KeyVaultParameterReferenceSecretRetrieveFailed",
            format!("The secret '{secret}' of key vault '{vault}', which parameter '{name}' refers to, does not exist here."),
        )
    })
}

/// The store while something is deployed to it.
struct Deploying<'a> {
    store: &'a mut Store,
}

impl Cloud for Deploying<'_> {
    fn put(&mut self, mut resource: Deployed) -> Result<(), Refusal> {
        if let Some(group) = groups::of(&resource.id) {
            let end = resource
                .id
                .to_ascii_lowercase()
                .find("/resourcegroups/")
                .unwrap_or(0)
                + 16
                + group.len();
            if end < resource.id.len() && self.store.sent_as(&resource.id[..end]).is_none() {
                return Err(Refusal {
                    code: "ResourceGroupNotFound",
                    message: format!("Resource group '{group}' could not be found."),
                    pointer: String::new(),
                    help: None,
                });
            }
        }
        deleted::check(self.store, &resource).map_err(|problem| {
            let error = problem.error();
            Refusal {
                code: "Conflict",
                message: error["message"].as_str().unwrap_or_default().to_owned(),
                pointer: String::new(),
                help: None,
            }
        })?;
        self.store.keep_keys(&mut resource);
        self.store.put(resource)
    }

    fn get(&self, id: &str) -> Option<Value> {
        self.store.get(id)
    }

    fn act(&mut self, function: &str, id: &str, body: Option<&Value>) -> Result<Value, String> {
        self.store.act(function, id, body)
    }
}

/// Deploys to a store; what came of it, or everything that is wrong.
fn run(
    plane: &Plane,
    store: &mut Store,
    sent: &Sent,
    scope: &Scope,
    name: &str,
) -> Result<Outcome, Vec<Finding>> {
    let loaded = bicep::load(FILE, &Memory::new([(FILE, sent.template.as_str())]));
    if !loaded.is_good() || loaded.findings.iter().any(Finding::is_error) {
        return Err(loaded.findings);
    }
    let user = plane.issuer.signed_in();
    let environment = Environment {
        subscription: plane.subscription.clone(),
        tenant: user.tenant,
        group: scope.group.clone().unwrap_or_default(),
        location: scope.location.clone(),
        deployment: name.to_owned(),
        deployer: user.object,
        now: plane.clock.now().seconds(),
        seed: plane.seed,
        ..Environment::default()
    };
    let (outcome, findings) = loaded.deploy(&sent.parameters, &environment, &mut Deploying { store });
    if findings.iter().any(Finding::is_error) {
        return Err(findings);
    }
    if sent.mode.eq_ignore_ascii_case("complete")
        && let Some(group) = &scope.group
    {
        complete(plane, store, group, &outcome);
    }
    Ok(outcome)
}

/// Takes away what a complete deployment does not speak of.
fn complete(plane: &Plane, store: &mut Store, group: &str, outcome: &Outcome) {
    let kept: Vec<String> = outcome
        .resources
        .iter()
        .map(|it| it.to_ascii_lowercase())
        .collect();
    let gone: Vec<String> = store
        .sent()
        .filter(|it| groups::of(&it.id).is_some_and(|own| own.eq_ignore_ascii_case(group)))
        .filter(|it| !it.r#type.to_ascii_lowercase().starts_with("microsoft.resources/"))
        .filter(|it| it.r#type.matches('/').count() == 1 && !kept.contains(&it.id.to_ascii_lowercase()))
        .map(|it| it.id.clone())
        .collect();
    for id in gone {
        let kind = store.sent_as(&id).map(|it| it.r#type.clone()).unwrap_or_default();
        if kind.eq_ignore_ascii_case(deleted::SERVICE) || kind.eq_ignore_ascii_case(deleted::ACCOUNT) {
            deleted::remember(plane, store, &id);
        }
        store.remove(&id);
    }
}

fn invalid_template(findings: &[Finding]) -> Problem {
    let errors: Vec<Detail> = findings
        .iter()
        .filter(|it| it.is_error())
        .map(Detail::of)
        .collect();
    let first = errors.first().map_or_else(String::new, |it| it.message.clone());
    Problem::bad(
        "InvalidTemplate",
        format!("Deployment template validation failed: '{first}'."),
    )
    .details(errors)
}

fn validate(plane: &Plane, call: &Call, scope: &Scope, name: &str) -> Judged {
    let sent = read(plane, call)?;
    let mut store = (*plane.store()).clone();
    let outcome =
        run(plane, &mut store, &sent, scope, name).map_err(|findings| invalid_template(&findings))?;
    let mut body = report::begun(plane, &sent, scope, name);
    report::succeeded(&mut body, &outcome, &store);
    body["properties"]["validatedResources"] = body["properties"]["outputResources"].take();
    body["properties"]["outputs"] = Value::Null;
    Ok(Answer::ok(report::shown(&body)))
}

/// Why a deployment has come to nothing.
enum Failed {
    /// The template, or what it asks for.
    Template(Vec<Finding>),
    /// The service cannot be published.
    Service(Vec<Finding>),
}

fn put(plane: &Plane, call: &Call, scope: &Scope, name: &str) -> Judged {
    let sent = read(plane, call)?;
    // Mistakes of the template itself are told at once.
    let loaded = bicep::load(FILE, &Memory::new([(FILE, sent.template.as_str())]));
    if !loaded.is_good() || loaded.findings.iter().any(Finding::is_error) {
        return Err(invalid_template(&loaded.findings));
    }
    let mut body = report::begun(plane, &sent, scope, name);
    let id = body["id"].as_str().unwrap_or_default().to_owned();
    let is_new = plane.store().sent_as(&id).is_none();
    let deployed = plane.change_or(
        true,
        |store| {
            let outcome = run(plane, store, &sent, scope, name).map_err(Failed::Template)?;
            report::succeeded(&mut body, &outcome, store);
            // A record of what was done refuses nothing.
            let _ = store.put(record(&body));
            Ok(())
        },
        |stopped| Failed::Service(stopped.findings),
    );
    let findings = match deployed {
        Ok(()) => {
            let store = plane.store();
            let whole = store.whole(&id).map(report::shown).unwrap_or_default();
            return Ok(Answer::put(is_new, whole));
        }
        Err(Failed::Template(findings) | Failed::Service(findings)) => findings,
    };
    report::failed(&mut body, &findings);
    plane.change(false, |store| {
        let _ = store.put(record(&body));
        Ok(())
    })?;
    // Clients show the whole of an error only if it comes from an operation that they follow.
    let operation = Dice::new(plane.seed)
        .roll(("deployment-operation", id.as_str()), 0)
        .uuid();
    let version = call.query("api-version").unwrap_or("2025-04-01");
    let place = format!(
        "{}{id}/operationStatuses/{operation}?api-version={version}",
        call.base
    );
    let mut begun = report::shown(&body);
    begun["properties"]["provisioningState"] = "Accepted".into();
    begun["properties"]["error"] = Value::Null;
    Ok(Answer::with(StatusCode::CREATED, begun)
        .header(ASYNC, &place)
        .header(RETRY_AFTER, "1"))
}

fn record(body: &Value) -> Deployed {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let mut own = Map::new();
    own.insert("properties".into(), body["properties"].clone());
    if let Some(location) = body.get("location") {
        own.insert("location".into(), location.clone());
    }
    Deployed {
        id: text("id"),
        r#type: DEPLOYMENT.into(),
        api_version: "2025-04-01".into(),
        name: text("name"),
        body: own,
        places: Places::default(),
    }
}

fn status(plane: &Plane, id: &str, name: &str) -> Judged {
    let store = plane.store();
    let whole = store.whole(id).ok_or_else(|| missing(name))?;
    let properties = &whole["properties"];
    Ok(Answer::ok(match properties["provisioningState"].as_str() {
        Some("Failed") => json!({ "status": "Failed", "error": properties["error"] }),
        state => json!({ "status": state.unwrap_or("Succeeded") }),
    }))
}

/// What a deployment did, resource by resource.
pub(crate) fn operations(plane: &Plane, call: &Call) -> Judged {
    let scope = scope(plane, call)?;
    let at = call.lower.iter().rposition(|it| it == "deployments").unwrap_or(0);
    let name = call.path.get(at + 1).cloned().unwrap_or_default();
    let id = format!("{}/providers/{DEPLOYMENT}/{name}", scope.id);
    let store = plane.store();
    let whole = store.whole(&id).ok_or_else(|| missing(&name))?;
    let operations = report::operations(whole);
    match call.path.get(at + 3) {
        None => Ok(plain(operations)),
        Some(wanted) => operations
            .into_iter()
            .find(|it| it["operationId"].as_str() == Some(wanted))
            .map(Answer::ok)
            .ok_or_else(|| {
                Problem::missing(
                    "DeploymentOperationNotFound",
                    format!("The operation '{wanted}' could not be found."),
                )
            }),
    }
}
