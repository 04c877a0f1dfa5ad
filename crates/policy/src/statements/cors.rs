//! `<cors>`: lets browsers call from other origins.
//!
//! ```xml
//! <cors allow-credentials="true">
//!   <allowed-origins><origin>https://app.contoso.com</origin></allowed-origins>
//!   <allowed-methods preflight-result-max-age="300"><method>GET</method></allowed-methods>
//!   <allowed-headers><header>*</header></allowed-headers>
//! </cors>
//! ```
//! Headers are put on whatever is answered in the end, so errors behind the policy carry them too.

use super::{Action, Flow};
use crate::document::Walk;
use crate::element::Element;
use crate::exchange::{Exchange, ResponseParts};
use crate::fault::Fault;
use crate::run::raise;
use crate::shape::{Content, Shape, maybe, one, optional, some};
use crate::template::{Setting, Template};
use crate::url;
use crate::world::World;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use source::Diagnostic;

pub(super) static SHAPE: Shape = Shape {
    name: "cors",
    // The page gives both `false` and `true` as the default of `terminate-unmatched-request`; reports show `true` (uncertain).
    attributes: &[
        optional("allow-credentials").or("false").bool(),
        optional("terminate-unmatched-request").or("true").bool(),
    ],
    content: Content::Children(&[one(&ORIGINS), maybe(&METHODS), maybe(&HEADERS), maybe(&EXPOSED)]),
};
static ORIGINS: Shape = Shape {
    name: "allowed-origins",
    attributes: &[],
    content: Content::Children(&[some(&ORIGIN_SHAPE)]),
};
static ORIGIN_SHAPE: Shape = Shape {
    name: "origin",
    attributes: &[],
    content: Content::Text,
};
static METHODS: Shape = Shape {
    name: "allowed-methods",
    attributes: &[optional("preflight-result-max-age").or("0").int()],
    content: Content::Children(&[some(&METHOD)]),
};
static METHOD: Shape = Shape {
    name: "method",
    attributes: &[],
    content: Content::Text,
};
static HEADERS: Shape = Shape {
    name: "allowed-headers",
    attributes: &[],
    content: Content::Children(&[some(&HEADER)]),
};
static EXPOSED: Shape = Shape {
    name: "expose-headers",
    attributes: &[],
    content: Content::Children(&[some(&HEADER)]),
};
static HEADER: Shape = Shape {
    name: "header",
    attributes: &[],
    content: Content::Text,
};

pub(crate) struct Cors {
    allow_credentials: Setting<bool>,
    terminate: Setting<bool>,
    origins: Vec<Template>,
    // Absent: GET and POST.
    methods: Option<Vec<Template>>,
    max_age: Setting<i64>,
    headers: Vec<Template>,
    exposed: Vec<Template>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let mut max_age = Setting::Literal(0);
    let methods = element.child("allowed-methods", |it| {
        max_age = it.setting_or("preflight-result-max-age", 0);
        it.children("method", |it| it.text())
    });
    // The reference calls the element required; published policies that run on Azure leave it out (obs).
    if !element.node.elements().any(|it| it.name == "allowed-headers") {
        let message = "`cors` has no `allowed-headers`, so a preflight that asks for a header is refused";
        element.report(Diagnostic::warning(
            "missing-element",
            message,
            element.name_span(),
        ));
    }
    Action::Cors(Box::new(Cors {
        allow_credentials: element.setting_or("allow-credentials", false),
        terminate: element.setting_or("terminate-unmatched-request", true),
        origins: texts(element, "allowed-origins", "origin"),
        methods,
        max_age,
        headers: texts(element, "allowed-headers", "header"),
        exposed: texts(element, "expose-headers", "header"),
    }))
}

fn texts(element: &mut Element<'_, '_, '_>, list: &'static str, item: &'static str) -> Vec<Template> {
    element
        .child(list, |it| it.children(item, |it| it.text()))
        .unwrap_or_default()
}

/// What a policy allows, evaluated.
struct Allowed {
    any_origin: bool,
    origin: bool,
    credentials: bool,
}

impl Cors {
    /// An actual request: continues, or ends with an empty 200 when the origin is not allowed.
    pub(crate) fn run(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        let Some(origin) = text_of(&exchange.request.headers, &ORIGIN) else {
            return Ok(Flow::Next);
        };
        // Only the first effective policy applies.
        if !exchange.late_headers.is_empty() {
            return Ok(Flow::Next);
        }
        let allowed = self.allowed(exchange, &origin)?;
        if allowed.origin {
            exchange.late_headers = self.actual_headers(exchange, &allowed, &origin)?;
            return Ok(Flow::Next);
        }
        if !self.terminate.get(exchange)? {
            return Ok(Flow::Next);
        }
        exchange.did(|| format!("origin {origin} is not allowed"));
        exchange.set_response(Some(ResponseParts::default()));
        Ok(Flow::Return)
    }

    fn allowed(&self, exchange: &mut Exchange, origin: &str) -> Result<Allowed, Fault> {
        let credentials = self.allow_credentials.get(exchange)?;
        let mut allowed = Allowed {
            any_origin: false,
            origin: false,
            credentials,
        };
        for template in &self.origins {
            let text = template.text(exchange)?;
            allowed.any_origin |= text.trim() == "*";
            allowed.origin |= text.trim() == "*" || same_origin(&text, origin);
        }
        Ok(allowed)
    }

    fn actual_headers(
        &self,
        exchange: &mut Exchange,
        allowed: &Allowed,
        origin: &str,
    ) -> Result<Vec<(HeaderName, HeaderValue)>, Fault> {
        let mut headers = Vec::new();
        origin_headers(&mut headers, allowed, origin);
        let exposed = joined(&self.exposed, exchange)?;
        if !exposed.is_empty() {
            put(&mut headers, ACCESS_CONTROL_EXPOSE_HEADERS, &exposed);
        }
        Ok(headers)
    }

    /// The answer to a preflight request; `None` when origin, method or headers are not allowed.
    fn preflight(&self, exchange: &mut Exchange) -> Result<Option<ResponseParts>, Fault> {
        let request = exchange.request.headers.clone();
        let origin = text_of(&request, &ORIGIN).unwrap_or_default();
        let method = text_of(&request, &ACCESS_CONTROL_REQUEST_METHOD).unwrap_or_default();
        let wanted = text_of(&request, &ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or_default();
        let allowed = self.allowed(exchange, &origin)?;
        let methods = match &self.methods {
            Some(methods) => joined(methods, exchange)?,
            None => "GET,POST".to_owned(),
        };
        let headers = joined(&self.headers, exchange)?;
        let holds = |list: &str, item: &str| {
            list.split(',')
                .any(|it| it == "*" || it.eq_ignore_ascii_case(item))
        };
        let all_headers = wanted
            .split(',')
            .map(str::trim)
            .filter(|it| !it.is_empty())
            .all(|it| holds(&headers, it));
        if !allowed.origin || !holds(&methods, &method) || !all_headers {
            return Ok(None);
        }
        let mut list = Vec::new();
        origin_headers(&mut list, &allowed, &origin);
        let any = |configured: String, asked: &str| {
            if configured.split(',').any(|it| it == "*") {
                asked.to_owned()
            } else {
                configured
            }
        };
        put(&mut list, ACCESS_CONTROL_ALLOW_METHODS, &any(methods, &method));
        let headers = any(headers, &wanted);
        if !headers.is_empty() {
            put(&mut list, ACCESS_CONTROL_ALLOW_HEADERS, &headers);
        }
        let max_age = self.max_age.get(exchange)?;
        if max_age > 0 {
            put(&mut list, ACCESS_CONTROL_MAX_AGE, &max_age.to_string());
        }
        let mut parts = ResponseParts::default();
        parts.headers.extend(list);
        Ok(Some(parts))
    }
}

impl Walk {
    /// Answers a preflight request with the `cors` policies directly in `inbound`; nothing else runs. `false` when there is
    /// none: the request is then an ordinary one. The exchange is that of the operation that the preflight asks for.
    pub fn preflight(&self, exchange: &mut Exchange, world: &dyn World) -> bool {
        exchange.enter(world, &self.secrets);
        let mut is_answered = false;
        for (statement, cors) in self.cors() {
            is_answered = true;
            exchange.stand(&statement.place);
            let outcome = cors
                .preflight(exchange)
                .and_then(|parts| Ok((parts, cors.terminate.get(exchange)?)));
            match outcome {
                Ok((None, false)) => continue,
                Ok((parts, _)) => exchange.set_response(Some(parts.unwrap_or_default())),
                Err(fault) => raise(exchange, statement.locate(fault)),
            }
            return true;
        }
        if is_answered {
            exchange.set_response(Some(ResponseParts::default()));
        }
        is_answered
    }
}

fn origin_headers(headers: &mut Vec<(HeaderName, HeaderValue)>, allowed: &Allowed, origin: &str) {
    // Browsers refuse `*` together with credentials: the origin is echoed then (inferred).
    if allowed.any_origin && !allowed.credentials {
        put(headers, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    } else {
        put(headers, ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        put(headers, VARY, "Origin");
    }
    if allowed.credentials {
        put(headers, ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
}

fn put(headers: &mut Vec<(HeaderName, HeaderValue)>, name: HeaderName, value: &str) {
    headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
}

fn joined(templates: &[Template], exchange: &mut Exchange) -> Result<String, Fault> {
    let mut out = String::new();
    for template in templates {
        let text = template.text(exchange)?;
        if !text.trim().is_empty() {
            out.push_str(if out.is_empty() { "" } else { "," });
            out.push_str(text.trim());
        }
    }
    Ok(out)
}

fn text_of(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers
        .get(name)
        .map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned())
}

// Scheme, host and port, in any case; a path, such as a trailing slash, does not matter.
fn same_origin(configured: &str, origin: &str) -> bool {
    match (url::parse(configured), url::parse(origin)) {
        (Some(a), Some(b)) => (a.scheme, a.host, a.port) == (b.scheme, b.host, b.port),
        _ => configured.trim().eq_ignore_ascii_case(origin.trim()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_compare_by_scheme_host_and_port() {
        assert!(same_origin("https://App.contoso.com/", "https://app.contoso.com"));
        assert!(same_origin("http://localhost:80", "http://localhost"));
        assert!(!same_origin("http://app.contoso.com", "https://app.contoso.com"));
        assert!(same_origin("null", "null"));
    }
}
