//! Azure AI Content Safety: how harmful a text is, whether a prompt is an attack, and blocklists. Words decide, so that the same text
//! always gets the same verdict.
//!
//! | request | answer |
//! |---|---|
//! | `POST /contentsafety/text:analyze` | a severity for each category, and what blocklists match |
//! | `POST /contentsafety/text:shieldPrompt` | whether prompt and documents are attacks |
//! | `GET /contentsafety/text/blocklists`, `GET`, `PATCH`, `DELETE .../{list}` | blocklists |
//! | `POST .../{list}:addOrUpdateBlocklistItems`, `POST .../{list}:removeBlocklistItems` | what they hold |
//! | `GET .../{list}/blocklistItems`, `GET .../{list}/blocklistItems/{item}` | the same to read |

mod lists; // blocklists
mod words; // what a text says

use crate::errors::{Failure, not_found, plain};
use crate::reply;
use crate::serve::Call;
use axum::body::Body;
use http::{Method, Response};
use lists::Lists;
use model::{Account, SafetyCategory, SafetySettings};
use serde_json::{Value, json};
use words::Words;

/// Characters of one text, or of all texts of a prompt together (doc).
const LONGEST_TEXT: usize = 10_000;
/// Documents of one prompt (doc).
const MOST_DOCUMENTS: usize = 5;
const CATEGORIES: [(&str, SafetyCategory); 4] = [
    ("Hate", SafetyCategory::Hate),
    ("SelfHarm", SafetyCategory::SelfHarm),
    ("Sexual", SafetyCategory::Sexual),
    ("Violence", SafetyCategory::Violence),
];

/// What an account's Content Safety knows.
#[derive(Debug, Default)]
pub(crate) struct Safety {
    words: Words,
    lists: Lists,
}

/// What is asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    Analyze,
    Shield,
    Lists,
    List(Verb, String),
    Add(String),
    Remove(String),
    Items(String),
    Item(String, String),
}

/// What is done to a blocklist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Put,
    Delete,
}

impl Route {
    /// Reads method and path behind `/contentsafety`.
    pub(crate) fn read(method: &Method, rest: &[&str]) -> Option<Route> {
        let is = |wanted: Method| *method == wanted;
        match rest {
            ["text:analyze"] if is(Method::POST) => Some(Route::Analyze),
            ["text:shieldPrompt"] if is(Method::POST) => Some(Route::Shield),
            ["text", "blocklists"] if is(Method::GET) => Some(Route::Lists),
            ["text", "blocklists", name] => match (name.split_once(':'), method) {
                (Some((name, "addOrUpdateBlocklistItems")), &Method::POST) => {
                    Some(Route::Add(name.to_owned()))
                }
                (Some((name, "removeBlocklistItems")), &Method::POST) => Some(Route::Remove(name.to_owned())),
                (None, &Method::GET) => Some(Route::List(Verb::Get, (*name).to_owned())),
                (None, &Method::PATCH) => Some(Route::List(Verb::Put, (*name).to_owned())),
                (None, &Method::DELETE) => Some(Route::List(Verb::Delete, (*name).to_owned())),
                _ => None,
            },
            ["text", "blocklists", name, "blocklistItems"] if is(Method::GET) => {
                Some(Route::Items((*name).to_owned()))
            }
            ["text", "blocklists", name, "blocklistItems", id] if is(Method::GET) => {
                Some(Route::Item((*name).to_owned(), (*id).to_owned()))
            }
            _ => None,
        }
    }
}

impl Safety {
    /// What an account knows by its resources and settings.
    pub(crate) fn new(account: &Account, settings: &SafetySettings, mistakes: &mut Vec<String>) -> Safety {
        let mut complain =
            |mistake: String| mistakes.push(format!("account `{}`: safety: {mistake}", account.name));
        Safety {
            words: Words::new(settings, &mut complain),
            lists: Lists::new(&account.blocklists, &settings.blocklists, &mut complain),
        }
    }
}

/// Whether accounts of a kind have Content Safety.
fn offers(kind: &str) -> bool {
    ["ContentSafety", "AIServices", "CognitiveServices"]
        .iter()
        .any(|it| it.eq_ignore_ascii_case(kind))
}

/// Answers one request.
pub(crate) fn answer(call: &Call, route: &Route, body: &[u8]) -> Result<Response<Body>, Failure> {
    if !offers(&call.server.resource.kind) {
        return Err(not_found());
    }
    let (status, body) = call.server.safety(|safety| match route {
        Route::Analyze => safety.analyze(&object(body)?).map(|it| (200, it)),
        Route::Shield => safety.shield(&object(body)?).map(|it| (200, it)),
        Route::Lists => Ok((200, safety.lists.all())),
        Route::List(Verb::Get, name) => safety.lists.get(name).map(|it| (200, it)),
        Route::List(Verb::Put, name) => Ok(safety.lists.put(name, &object(body)?)),
        Route::List(Verb::Delete, name) => safety.lists.delete(name).map(|()| (204, Value::Null)),
        Route::Add(name) => safety.lists.add(name, &object(body)?).map(|it| (200, it)),
        Route::Remove(name) => safety
            .lists
            .remove(name, &object(body)?)
            .map(|()| (204, Value::Null)),
        Route::Items(name) => safety.lists.items(name).map(|it| (200, it)),
        Route::Item(name, id) => safety.lists.item(name, id).map(|it| (200, it)),
    })?;
    let now = call.now().nanos();
    call.note(|entry| entry.ended = Some(now));
    Ok(call.stamped(match body {
        Value::Null => reply::response(status, "application/json", Body::empty()),
        body => reply::json(status, body.to_string()),
    }))
}

fn object(body: &[u8]) -> Result<Value, Failure> {
    match serde_json::from_slice::<Value>(body) {
        Ok(value) if value.is_object() => Ok(value),
        _ => Err(bad("The request body is no JSON object.")),
    }
}

// The words behind `Reason` are inferred.
pub(super) fn bad(reason: &str) -> Failure {
    let message = format!("The request body is invalid | Reason: {reason} | Please check our documents.");
    plain(400, "InvalidRequestBody", &message)
}

impl Safety {
    fn analyze(&self, body: &Value) -> Result<Value, Failure> {
        let Some(text) = body
            .get("text")
            .and_then(Value::as_str)
            .filter(|it| !it.is_empty())
        else {
            return Err(bad("The 'text' field is required."));
        };
        fits(text.chars().count(), "text")?;
        let categories = categories(body.get("categories"))?;
        let is_fine = match body.get("outputType").and_then(Value::as_str) {
            None | Some("FourSeverityLevels") => false,
            Some("EightSeverityLevels") => true,
            Some(other) => return Err(bad(&format!("'{other}' is no output type."))),
        };
        let names = strings(body.get("blocklistNames"), "blocklistNames")?;
        let matches = self.lists.matches(&names, text)?;
        let halts = body.get("haltOnBlocklistHit") == Some(&Value::Bool(true)) && !matches.is_empty();
        let severities = categories.iter().filter(|_| !halts).map(|(name, category)| {
            let severity = self.words.severity(*category, text);
            // Four levels are every other one of eight.
            json!({"category": name, "severity": if is_fine { severity } else { severity & !1 }})
        });
        Ok(json!({"blocklistsMatch": matches, "categoriesAnalysis": severities.collect::<Vec<_>>()}))
    }

    fn shield(&self, body: &Value) -> Result<Value, Failure> {
        let prompt = body.get("userPrompt").and_then(Value::as_str);
        let documents = strings(body.get("documents"), "documents")?;
        if prompt.is_none() && documents.is_empty() {
            return Err(bad("One of 'userPrompt' and 'documents' is required."));
        }
        if documents.len() > MOST_DOCUMENTS {
            return Err(bad(&format!(
                "'documents' holds more than {MOST_DOCUMENTS} documents."
            )));
        }
        fits(prompt.unwrap_or_default().chars().count(), "userPrompt")?;
        fits(documents.iter().map(|it| it.chars().count()).sum(), "documents")?;
        let verdict = |text: &str| json!({"attackDetected": self.words.is_attack(text)});
        Ok(json!({
            "userPromptAnalysis": prompt.map(verdict),
            "documentsAnalysis": documents.iter().map(|it| verdict(it)).collect::<Vec<_>>(),
        }))
    }
}

fn fits(characters: usize, field: &str) -> Result<(), Failure> {
    match characters > LONGEST_TEXT {
        true => Err(bad(&format!(
            "'{field}' is longer than {LONGEST_TEXT} characters."
        ))),
        false => Ok(()),
    }
}

fn categories(value: Option<&Value>) -> Result<Vec<(&'static str, SafetyCategory)>, Failure> {
    let names = strings(value, "categories")?;
    if names.is_empty() {
        return Ok(CATEGORIES.to_vec());
    }
    let find = |name: &String| {
        let found = CATEGORIES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found
            .copied()
            .ok_or_else(|| bad(&format!("'{name}' is no category.")))
    };
    names.iter().map(find).collect()
}

pub(super) fn strings(value: Option<&Value>, field: &str) -> Result<Vec<String>, Failure> {
    let wrong = || bad(&format!("'{field}' is no list of texts."));
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => {
            let texts = items.iter().map(|it| it.as_str().map(str::to_owned));
            texts.collect::<Option<_>>().ok_or_else(wrong)
        }
        Some(_) => Err(wrong()),
    }
}
