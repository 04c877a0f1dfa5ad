use super::facts;
use super::typed;
use base64::Engine as _;
use bytes::Bytes;
use clock::{Moment, Rng};
use expression::{
    BackendFacts, BodyRead, Certificate, Facts, GraphQlFacts, Host, LastError, Message, RequestView,
    ResponseView, StoredResponse, Symbol, Symbols, Url, Value,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value as Json;
use std::sync::Arc;
use uuid::Uuid;

/// The request that an expression sees, written as JSON.
pub(super) struct Scene {
    now: Moment,
    random: Rng,
    request: Request,
    response: Option<Response>,
    variables: Vec<(Symbol, Value)>,
    facts: Facts,
    graphql: Option<GraphQlFacts>,
    backend: Option<BackendFacts>,
    last_error: Option<LastError>,
    request_id: Uuid,
    timestamp: Moment,
    tracing: bool,
}

struct Request {
    method: String,
    url: Url,
    original_url: Url,
    headers: HeaderMap,
    body: BodyRead,
    ip_address: String,
    matched_parameters: Vec<(Arc<str>, Arc<str>)>,
    deployment: Option<String>,
    certificate: Option<Arc<Certificate>>,
}

struct Response {
    status: u16,
    reason: String,
    headers: HeaderMap,
    body: BodyRead,
}

const URL: &str = "https://localhost/";

impl Scene {
    /// Reads a context; the text says what is wrong with it.
    pub(super) fn read(
        context: &Json,
        symbols: &Symbols,
        now: Moment,
        mut random: Rng,
    ) -> Result<Scene, String> {
        if !context.is_object() && !context.is_null() {
            return Err("the context is no JSON object".to_owned());
        }
        let timestamp = context
            .get("timestamp")
            .and_then(Json::as_str)
            .map(crate::timing::moment)
            .transpose()?;
        let id = context
            .get("requestId")
            .and_then(Json::as_str)
            .map(str::parse)
            .transpose();
        let request_id = id.map_err(|_| "`requestId` is no GUID".to_owned())?;
        let now_or = timestamp.unwrap_or(now);
        let mut scene = Scene {
            now,
            request: request(context.get("request").unwrap_or(&Json::Null))?,
            response: context
                .get("response")
                .filter(|it| !it.is_null())
                .map(response)
                .transpose()?,
            variables: Vec::new(),
            facts: facts::facts(context)?,
            graphql: facts::graphql(context),
            backend: facts::backend(context),
            last_error: facts::last_error(context),
            request_id: request_id.unwrap_or_else(|| random.uuid()),
            timestamp: now_or,
            tracing: context.get("tracing").and_then(Json::as_bool).unwrap_or(false),
            random,
        };
        for (name, value) in context
            .get("variables")
            .and_then(Json::as_object)
            .into_iter()
            .flatten()
        {
            let value =
                typed::value(value, &mut scene).map_err(|error| format!("variable `{name}`: {error}"))?;
            scene.variables.push((symbols.intern(name), value));
        }
        Ok(scene)
    }
}

fn request(it: &Json) -> Result<Request, String> {
    let text = |name: &str| it.get(name).and_then(Json::as_str);
    let url = facts::url(text("url").unwrap_or(URL))?;
    let parameters = it
        .get("matchedParameters")
        .and_then(Json::as_object)
        .into_iter()
        .flatten();
    Ok(Request {
        method: text("method").unwrap_or("GET").to_owned(),
        original_url: text("originalUrl")
            .map(facts::url)
            .transpose()?
            .unwrap_or_else(|| url.clone()),
        url,
        headers: headers(it.get("headers"))?,
        body: body(it.get("body"))?,
        ip_address: text("ipAddress").unwrap_or("127.0.0.1").to_owned(),
        matched_parameters: parameters
            .map(|(name, value)| (name.as_str().into(), plain(value).into()))
            .collect(),
        deployment: text("deployment").map(str::to_owned),
        certificate: it
            .get("certificate")
            .filter(|it| !it.is_null())
            .map(facts::certificate)
            .transpose()?,
    })
}

fn response(it: &Json) -> Result<Response, String> {
    // The names of the C# members are taken as well as the short ones.
    let either = |short: &str, long: &str| it.get(short).or_else(|| it.get(long)).cloned();
    let status = match either("status", "statusCode") {
        None => 200,
        Some(status) => {
            let number = status
                .as_u64()
                .and_then(|it| u16::try_from(it).ok())
                .filter(|it| (100..1000).contains(it));
            number.ok_or_else(|| format!("`{status}` is no HTTP status"))?
        }
    };
    let usual = http::StatusCode::from_u16(status)
        .ok()
        .and_then(|it| it.canonical_reason())
        .unwrap_or_default();
    Ok(Response {
        status,
        reason: either("reason", "statusReason")
            .as_ref()
            .and_then(Json::as_str)
            .unwrap_or(usual)
            .to_owned(),
        headers: headers(it.get("headers"))?,
        body: body(it.get("body"))?,
    })
}

/// An `IResponse` as a variable holds it.
pub(super) fn stored(it: &Json) -> Result<StoredResponse, String> {
    let response = response(it)?;
    let body = match response.body {
        BodyRead::Content(bytes) => Some(bytes),
        BodyRead::Absent | BodyRead::Consumed => Some(Bytes::new()),
    };
    Ok(StoredResponse {
        status: response.status,
        reason: response.reason,
        headers: response.headers,
        body: parking_lot::Mutex::new(body),
    })
}

fn headers(it: Option<&Json>) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in it.and_then(Json::as_object).into_iter().flatten() {
        let Ok(key) = name.parse::<HeaderName>() else {
            // An expression may ask for such a header; no message can carry it.
            tracing::warn!("`{name}` is no header name, so that no message has it");
            continue;
        };
        let values = match value {
            Json::Array(values) => values.iter().map(plain).collect(),
            other => vec![plain(other)],
        };
        for text in values {
            let value: HeaderValue = text
                .parse()
                .map_err(|_| format!("`{text}` is no value of a header"))?;
            headers.append(key.clone(), value);
        }
    }
    Ok(headers)
}

fn body(it: Option<&Json>) -> Result<BodyRead, String> {
    Ok(match it {
        None | Some(Json::Null) => BodyRead::Absent,
        Some(Json::String(text)) => BodyRead::Content(text.clone().into()),
        Some(Json::Object(object)) if object.get("$type").and_then(Json::as_str) == Some("byte[]") => {
            let text = object.get("value").and_then(Json::as_str).unwrap_or_default();
            BodyRead::Content(base64(text)?)
        }
        Some(other) => BodyRead::Content(other.to_string().into()),
    })
}

/// Bytes that are written as Base64.
pub(super) fn base64(text: &str) -> Result<Bytes, String> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(text);
    bytes
        .map(Bytes::from)
        .map_err(|error| format!("no Base64: {error}"))
}

/// A JSON value as a header or parameter carries it.
fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Host for Scene {
    fn now(&self) -> Moment {
        self.now
    }

    fn random(&mut self) -> u64 {
        self.random.bits()
    }

    fn request(&self) -> RequestView<'_> {
        RequestView {
            method: &self.request.method,
            url: &self.request.url,
            original_url: &self.request.original_url,
            headers: &self.request.headers,
            ip_address: &self.request.ip_address,
            matched_parameters: &self.request.matched_parameters,
            certificate: self.request.certificate.as_ref(),
            foundry_deployment: self.request.deployment.as_deref(),
        }
    }

    fn response(&self) -> Option<ResponseView<'_>> {
        let response = self.response.as_ref()?;
        Some(ResponseView {
            status: response.status,
            reason: &response.reason,
            headers: &response.headers,
        })
    }

    fn body(&mut self, of: Message, preserve: bool) -> BodyRead {
        let body = match of {
            Message::Request => &mut self.request.body,
            Message::Response => match &mut self.response {
                Some(response) => &mut response.body,
                None => return BodyRead::Absent,
            },
        };
        match body {
            BodyRead::Content(_) if !preserve => std::mem::replace(body, BodyRead::Consumed),
            _ => body.clone(),
        }
    }

    fn has_body(&self, of: Message) -> bool {
        let body = match of {
            Message::Request => Some(&self.request.body),
            Message::Response => self.response.as_ref().map(|response| &response.body),
        };
        body.is_some_and(|body| !matches!(body, BodyRead::Absent))
    }

    fn variable(&self, name: Symbol) -> Option<&Value> {
        self.variables
            .iter()
            .find(|(symbol, _)| *symbol == name)
            .map(|(_, value)| value)
    }

    fn variables(&self) -> Vec<(Symbol, Value)> {
        self.variables.clone()
    }

    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn graphql(&self) -> Option<GraphQlFacts> {
        self.graphql.clone()
    }

    fn backend(&self) -> Option<BackendFacts> {
        self.backend.clone()
    }

    fn last_error(&self) -> Option<&LastError> {
        self.last_error.as_ref()
    }

    fn request_id(&self) -> Uuid {
        self.request_id
    }

    fn timestamp(&self) -> Moment {
        self.timestamp
    }

    fn tracing(&self) -> bool {
        self.tracing
    }

    fn trace(&mut self, message: &str) {
        tracing::info!(target: "expression", "{message}");
    }
}
