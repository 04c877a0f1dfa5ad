//! A request for tests: fixed facts, bodies and variables.

use crate::{
    ApiFacts, BackendFacts, BodyRead, Certificate, DeploymentFacts, Facts, GroupFacts, Host, LastError,
    Limits, Message, OperationFacts, Options, ProductFacts, RequestView, ResponseView, StoredResponse,
    SubscriptionFacts, Symbol, Symbols, Url, UserFacts, Value, compile,
};
use bytes::Bytes;
use clock::Moment;
use http::{HeaderMap, HeaderName, HeaderValue};
use source::{Mapped, Severity};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// A host whose answers never change.
pub(crate) struct TestHost {
    pub(crate) symbols: Symbols,
    pub(crate) variables: BTreeMap<Symbol, Value>,
    pub(crate) request_body: Option<Option<Bytes>>,
    pub(crate) response_body: Option<Option<Bytes>>,
    pub(crate) has_response: bool,
    pub(crate) headers: HeaderMap,
    pub(crate) response_headers: HeaderMap,
    pub(crate) url: Url,
    pub(crate) original_url: Url,
    pub(crate) facts: Facts,
    pub(crate) certificate: Option<Arc<Certificate>>,
    pub(crate) last_error: Option<LastError>,
    pub(crate) traced: Vec<String>,
    parameters: Vec<(Arc<str>, Arc<str>)>,
    dice: u64,
    /// How often the time was asked for, and how much passes each time.
    pub(crate) looks: std::cell::Cell<u32>,
    pub(crate) pace: std::time::Duration,
}

fn url(scheme: &str, host: &str, port: u16, path: &str, query: &str) -> Url {
    Url {
        scheme: scheme.into(),
        host: host.into(),
        port,
        path: path.into(),
        query: query.into(),
    }
}

fn headers(lines: &[(&str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in lines {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header name");
        map.append(name, HeaderValue::from_str(value).expect("a header value"));
    }
    map
}

/// 2024-03-05T07:08:09.123Z.
pub(crate) fn noon() -> Moment {
    Moment::from_millis(1_709_622_489_123)
}

impl TestHost {
    pub(crate) fn new() -> TestHost {
        let symbols = Symbols::default();
        let stored = StoredResponse {
            status: 201,
            reason: "Created".to_owned(),
            headers: headers(&[("Content-Type", "application/json"), ("X-Stored", "s")]),
            body: parking_lot::Mutex::new(Some(Bytes::from_static(b"{\"token\":\"t\",\"items\":[1,2,3]}"))),
        };
        let entries = [
            ("text", Value::from("hello")),
            ("number", Value::from(7)),
            ("long", Value::from(7_i64)),
            ("flag", Value::from(true)),
            ("nothing", Value::null()),
            ("response", Value::response(Arc::new(stored))),
            ("json", Value::json(&serde_json::json!({"a": 1, "b": ["x", "y"]}))),
            ("list", Value::strings(vec!["p".to_owned(), "q".to_owned()])),
        ];
        let variables = entries
            .into_iter()
            .map(|(name, value)| (symbols.intern(name), value))
            .collect();
        TestHost {
            symbols,
            variables,
            request_body: Some(Some(Bytes::from_static(
                b"{\"model\":\"gpt\",\"n\":2,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
            ))),
            response_body: Some(Some(Bytes::from_static(b"{\"ok\":true}"))),
            has_response: true,
            headers: headers(&[
                ("Authorization", "Bearer abc"),
                ("X-Many", "a"),
                ("X-Many", "b"),
                ("Content-Type", "application/json; charset=utf-8"),
            ]),
            response_headers: headers(&[("Retry-After", "48"), ("Content-Type", "application/json")]),
            url: url(
                "https",
                "backend.example",
                443,
                "/base/items/7",
                "?q=1&q=2&name=a%20b",
            ),
            original_url: url("https", "api.example", 8443, "/shop/items/7", "?q=1"),
            facts: facts(),
            certificate: None,
            last_error: None,
            traced: Vec::new(),
            parameters: vec![("id".into(), "7".into())],
            dice: 1,
            looks: std::cell::Cell::new(0),
            pace: std::time::Duration::ZERO,
        }
    }
}

fn facts() -> Facts {
    let api = ApiFacts {
        id: "shop".to_owned(),
        name: "The Shop".to_owned(),
        path: "shop".to_owned(),
        protocols: vec!["https".to_owned()],
        service_url: Some(url("https", "backend.example", 443, "/base", "")),
        key_header: "api-key".to_owned(),
        key_query: "subscription-key".to_owned(),
        revision: "1".to_owned(),
        version: String::new(),
        is_current_revision: true,
    };
    let api = Arc::new(api);
    Facts {
        api: Some(api.clone()),
        operation: Some(Arc::new(OperationFacts {
            id: "get-item".to_owned(),
            method: "GET".to_owned(),
            name: "Get item".to_owned(),
            url_template: "/items/{id}".to_owned(),
        })),
        product: Some(Arc::new(ProductFacts {
            id: "starter".to_owned(),
            name: "Starter".to_owned(),
            subscriptions_limit: Some(5),
            published: true,
            apis: vec![api],
            groups: vec![GroupFacts {
                id: "developers".to_owned(),
                name: "Developers".to_owned(),
            }],
            ..ProductFacts::default()
        })),
        subscription: Some(Arc::new(SubscriptionFacts {
            id: "sub-1".to_owned(),
            name: "First".to_owned(),
            key: "k1".to_owned(),
            primary_key: "k1".to_owned(),
            secondary_key: "k2".to_owned(),
            created: Moment::EPOCH,
            starts: None,
            ends: Some(noon()),
        })),
        user: Some(Arc::new(UserFacts {
            id: "u1".to_owned(),
            email: "ada@example.com".to_owned(),
            first_name: "Ada".to_owned(),
            last_name: "L".to_owned(),
            note: String::new(),
            groups: vec![GroupFacts {
                id: "developers".to_owned(),
                name: "Developers".to_owned(),
            }],
            identities: vec![("Azure".to_owned(), "x".to_owned())],
            registered: Moment::EPOCH,
        })),
        deployment: Arc::new(DeploymentFacts {
            gateway_id: "managed".to_owned(),
            instance_id: "managed".to_owned(),
            region: "East US".to_owned(),
            service_id: "svc".to_owned(),
            service_name: "apimite".to_owned(),
            ..DeploymentFacts::default()
        }),
        workspace: None,
    }
}

impl Host for TestHost {
    fn now(&self) -> Moment {
        self.looks.set(self.looks.get() + 1);
        noon() + self.pace * (self.looks.get() - 1)
    }

    fn random(&mut self) -> u64 {
        self.dice = self
            .dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.dice
    }

    fn request(&self) -> RequestView<'_> {
        RequestView {
            method: "POST",
            url: &self.url,
            original_url: &self.original_url,
            headers: &self.headers,
            ip_address: "10.0.0.9",
            matched_parameters: &self.parameters,
            certificate: self.certificate.as_ref(),
            foundry_deployment: Some("gpt-4o"),
        }
    }

    fn response(&self) -> Option<ResponseView<'_>> {
        self.has_response.then_some(ResponseView {
            status: 429,
            reason: "Too Many Requests",
            headers: &self.response_headers,
        })
    }

    fn body(&mut self, of: Message, preserve: bool) -> BodyRead {
        let body = match of {
            Message::Request => &mut self.request_body,
            Message::Response => &mut self.response_body,
        };
        match body {
            None => BodyRead::Absent,
            Some(content) => {
                let read = if preserve { content.clone() } else { content.take() };
                read.map_or(BodyRead::Consumed, BodyRead::Content)
            }
        }
    }

    fn has_body(&self, of: Message) -> bool {
        match of {
            Message::Request => self.request_body.is_some(),
            Message::Response => self.response_body.is_some(),
        }
    }

    fn variable(&self, name: Symbol) -> Option<&Value> {
        self.variables.get(&name)
    }

    fn variables(&self) -> Vec<(Symbol, Value)> {
        self.variables
            .iter()
            .map(|(name, value)| (*name, value.clone()))
            .collect()
    }

    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn backend(&self) -> Option<BackendFacts> {
        Some(BackendFacts {
            id: "pool".into(),
            is_pool: true,
            azure_region: None,
        })
    }

    fn last_error(&self) -> Option<&LastError> {
        self.last_error.as_ref()
    }

    fn request_id(&self) -> Uuid {
        Uuid::from_u128(0x0f8f_ad5b_d9cb_469f_a165_7086_7728_950e)
    }

    fn timestamp(&self) -> Moment {
        Moment::from_millis(1_709_622_488_123)
    }

    fn tracing(&self) -> bool {
        false
    }

    fn trace(&mut self, message: &str) {
        self.traced.push(message.to_owned());
    }
}

/// What the compiler makes of a text.
pub(crate) fn compiled(text: &str) -> crate::Compiled {
    crate::compile(
        &source::Mapped::copied(text, 0),
        &crate::Symbols::default(),
        &crate::Options::default(),
    )
}

/// The text of an expression's value; `!Type: message` for an exception, `#code: message` for the first error of a text that does
/// not compile.
pub(crate) fn evaluated(text: &str) -> String {
    evaluated_by(text, &mut TestHost::new(), &Options::default())
}

/// The same within given limits.
pub(crate) fn evaluated_within(text: &str, limits: Limits) -> String {
    evaluated_by(
        text,
        &mut TestHost::new(),
        &Options {
            limits,
            ..Options::default()
        },
    )
}

/// The same for a given host.
pub(crate) fn evaluated_by(text: &str, host: &mut TestHost, options: &Options) -> String {
    let symbols = host.symbols.clone();
    let compiled = compile(&Mapped::copied(text, 0), &symbols, options);
    if let Some(error) = compiled
        .diagnostics
        .iter()
        .find(|it| it.severity == Severity::Error)
    {
        return format!("#{}: {}", error.code, error.message);
    }
    let Some(expression) = compiled.expression else {
        return "#nothing".to_owned();
    };
    match expression.eval(host) {
        Ok(value) => value.to_text(),
        Err(exception) => format!("!{}: {}", exception.type_name, exception.message),
    }
}

/// Evaluates rows `expression, text of its value` and says which are wrong.
pub(crate) fn check(rows: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (text, expected) in rows {
        let found = evaluated(text);
        if found != *expected {
            wrong.push(format!("{text}\n  expected {expected:?}\n  found    {found:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} rows\n{}",
        wrong.len(),
        rows.len(),
        wrong.join("\n")
    );
}
