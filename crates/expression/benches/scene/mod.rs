//! The request that benches and fuzz targets let expressions see: always the same. Two workspaces of their own use this file by
//! its path.

use bytes::Bytes;
use clock::Moment;
use expression::{
    BackendFacts, BodyRead, Facts, Host, LastError, Message, RequestView, ResponseView, Symbol, Symbols, Url,
    Value,
};
use http::{HeaderMap, HeaderValue};
use std::sync::Arc;
use uuid::Uuid;

/// Its `Retry-After` is 48, its status 503; it is read at the epoch.
pub(crate) struct Scene {
    url: Url,
    headers: HeaderMap,
    facts: Facts,
    variables: Vec<(Symbol, Value)>,
    body: Option<Bytes>,
    random: u64,
    parameters: Vec<(Arc<str>, Arc<str>)>,
}

impl Scene {
    /// With these variables and this body.
    pub(crate) fn new(symbols: &Symbols, variables: &[(&str, Value)], body: impl Into<Bytes>) -> Scene {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", HeaderValue::from_static("48"));
        headers.insert("x-many", HeaderValue::from_static("a,b;c=d"));
        Scene {
            url: Url::default(),
            headers,
            facts: Facts::default(),
            variables: variables
                .iter()
                .map(|(name, value)| (symbols.intern(name), value.clone()))
                .collect(),
            body: Some(body.into()),
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
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
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
            status: 503,
            reason: "Service Unavailable",
            headers: &self.headers,
        })
    }

    fn body(&mut self, _: Message, preserve: bool) -> BodyRead {
        let content = if preserve {
            self.body.clone()
        } else {
            self.body.take()
        };
        content.map_or(BodyRead::Consumed, BodyRead::Content)
    }

    fn has_body(&self, _: Message) -> bool {
        true
    }

    fn variable(&self, name: Symbol) -> Option<&Value> {
        self.variables
            .iter()
            .find(|(it, _)| *it == name)
            .map(|(_, value)| value)
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
