use bytes::Bytes;
use clock::Moment;
use expression::{
    BackendFacts, BodyRead, Facts, Host, LastError, Message, RequestView, ResponseView, Symbol, Symbols, Url, Value,
};
use http::{HeaderMap, HeaderValue};
use std::sync::Arc;
use uuid::Uuid;

const BODY: &[u8] = br#"{"model":"m","n":5,"messages":[{"role":"user","content":"hi","tags":["a","b"]}],"when":"2024-03-05T07:08:09Z"}"#;

/// The request that expressions see.
pub struct Scene {
    url: Url,
    headers: HeaderMap,
    facts: Facts,
    variables: Vec<(Symbol, Value)>,
    body: Option<Bytes>,
    random: u64,
    parameters: Vec<(Arc<str>, Arc<str>)>,
}

impl Scene {
    /// Always the same one.
    pub fn new(symbols: &Symbols) -> Scene {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", HeaderValue::from_static("48"));
        headers.insert("x-many", HeaderValue::from_static("a,b;c=d"));
        let variables = [
            ("text", Value::from("hello 42")),
            ("number", Value::from(7)),
            ("flag", Value::from(true)),
            ("nothing", Value::null()),
        ];
        Scene {
            url: Url::default(),
            headers,
            facts: Facts::default(),
            variables: variables
                .into_iter()
                .map(|(name, value)| (symbols.intern(name), value))
                .collect(),
            body: Some(Bytes::from_static(BODY)),
            random: 1,
            parameters: vec![("id".into(), "7".into())],
        }
    }
}

impl Host for Scene {
    fn now(&self) -> Moment {
        Moment::EPOCH
    }

    fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        self.random
    }

    fn request(&self) -> RequestView<'_> {
        RequestView {
            method: "POST",
            url: &self.url,
            original_url: &self.url,
            headers: &self.headers,
            ip_address: "127.0.0.1",
            matched_parameters: &self.parameters,
            foundry_deployment: None,
            certificate: None,
        }
    }

    fn response(&self) -> Option<ResponseView<'_>> {
        Some(ResponseView {
            status: 429,
            reason: "Too Many Requests",
            headers: &self.headers,
        })
    }

    fn body(&mut self, _: Message, preserve: bool) -> BodyRead {
        let content = if preserve { self.body.clone() } else { self.body.take() };
        content.map_or(BodyRead::Consumed, BodyRead::Content)
    }

    fn has_body(&self, _: Message) -> bool {
        true
    }

    fn variable(&self, name: Symbol) -> Option<&Value> {
        self.variables.iter().find(|(it, _)| *it == name).map(|(_, value)| value)
    }

    fn variables(&self) -> Vec<(Symbol, Value)> {
        self.variables.clone()
    }

    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn backend(&self) -> Option<BackendFacts> {
        None
    }

    fn last_error(&self) -> Option<&LastError> {
        None
    }

    fn request_id(&self) -> Uuid {
        Uuid::nil()
    }

    fn timestamp(&self) -> Moment {
        Moment::EPOCH
    }

    fn tracing(&self) -> bool {
        false
    }

    fn trace(&mut self, _: &str) {}
}
