use crate::{
    Answer, BackendHandle, Body, CachingType, Call, CallError, Catalog, CatalogNames, Destination, Detail,
    Document, Exchange, Lookup, NamedValue, OpenId, Options, ResponseParts, Role, SchemaText, Scope, Start,
    StoredCertificate, Windows, World, compile, fold, run, url,
};
use clock::{Clock, Dice, Moment};
use expression::{Facts, Symbols};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use parking_lot::Mutex;
use source::{Finding, Source};
use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use trace::{Attempt, Event, Outcome};
use uuid::Uuid;

/// What the scripted world does with the next call.
pub(super) enum Script {
    Answer(u16, &'static [(&'static str, &'static str)], &'static str),
    /// The pool has nobody.
    Unavailable(u64),
    /// The call fails below HTTP.
    Failed(&'static str),
    /// The same after a wait.
    Late(Duration, u16),
}

/// A call as the world saw it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    pub(super) line: String,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

#[derive(Clone)]
pub(super) struct Scripted {
    clock: Clock,
    script: Arc<Mutex<VecDeque<Script>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    inside: Arc<Mutex<BTreeMap<String, u32>>>,
    open_id: Arc<OpenId>,
    counters: Arc<state::MemoryCounters>,
    pub(super) metrics: Arc<Mutex<Vec<trace::Metric>>>,
    limit: usize,
}

impl Scripted {
    pub(super) fn new(script: impl IntoIterator<Item = Script>) -> Scripted {
        Scripted {
            clock: Clock::auto(Moment::from_seconds(1_700_000_000)),
            script: Arc::new(Mutex::new(script.into_iter().collect())),
            seen: Arc::default(),
            inside: Arc::default(),
            open_id: Arc::default(),
            counters: Arc::default(),
            metrics: Arc::default(),
            limit: 1024,
        }
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().clone()
    }

    async fn play(&self, call: Call) -> Result<Answer, CallError> {
        let mut body = call.body;
        let buffered = body.buffer(self.limit).await;
        let text = match &body {
            Body::Full(bytes) if buffered.is_ok() => String::from_utf8_lossy(bytes).into_owned(),
            _ => String::new(),
        };
        let target = match &call.to {
            Destination::Url(base) => url::text(&url::join(base, &call.path, &call.query)),
            Destination::Backend(backend) => format!("{}:{}{}", backend.name, call.path, call.query),
        };
        let line = format!("{} {target}", call.method);
        self.seen.lock().push(Seen {
            line,
            headers: call.headers,
            body: text,
        });
        let next = self
            .script
            .lock()
            .pop_front()
            .unwrap_or(Script::Answer(200, &[], "ok"));
        if let Script::Late(wait, _) = next
            && self
                .clock
                .timeout(call.timeout, self.clock.sleep(wait))
                .await
                .is_none()
        {
            return Err(self.failed("Timeout", "no answer in time"));
        }
        match next {
            Script::Answer(status, headers, text) => Ok(self.answer(status, headers, text)),
            Script::Late(_, status) => Ok(self.answer(status, &[], "late")),
            Script::Unavailable(retry_after) => Err(CallError::Unavailable {
                status: StatusCode::SERVICE_UNAVAILABLE,
                reason: "Service Unavailable".to_owned(),
                retry_after,
                attempt: self.attempt(Outcome::Unavailable {
                    status: 503,
                    retry_after,
                }),
            }),
            Script::Failed(reason) => Err(self.failed(reason, "refused")),
        }
    }

    fn failed(&self, reason: &'static str, message: &str) -> CallError {
        let outcome = Outcome::Failed {
            reason: reason.to_owned(),
            message: message.to_owned(),
        };
        CallError::Failed {
            reason,
            message: message.to_owned(),
            url: None,
            attempt: self.attempt(outcome),
        }
    }

    fn answer(&self, status: u16, headers: &[(&'static str, &'static str)], text: &'static str) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            reason: None,
            headers: headers
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
                .collect(),
            body: Body::Full(text.into()),
            url: url::parse("http://member.local/called").unwrap(),
            attempt: self.attempt(Outcome::Answered { status }),
        }
    }

    fn attempt(&self, outcome: Outcome) -> Attempt {
        Attempt {
            pool: None,
            backend: None,
            url: None,
            skipped: Vec::new(),
            outcome,
            tripped: None,
            retry_after: None,
            started: self.clock.now(),
            ended: self.clock.now(),
        }
    }
}

impl World for Scripted {
    fn clock(&self) -> &Clock {
        &self.clock
    }

    fn dice(&self) -> Dice {
        Dice::new(7)
    }

    fn body_limit(&self) -> usize {
        self.limit
    }

    fn send<'a>(&'a self, call: Call) -> BoxFuture<'a, Result<Answer, CallError>> {
        self.play(call).boxed()
    }

    fn spawn(&self, work: BoxFuture<'static, ()>) {
        tokio::spawn(self.clock.serve(work));
    }

    fn shared(&self) -> Arc<dyn World> {
        Arc::new(self.clone())
    }

    fn token(&self, resource: &str, client_id: Option<&str>) -> Result<Arc<str>, String> {
        match client_id {
            Some("nobody") => Err("there is no such identity".to_owned()),
            _ => Ok(format!("token-for-{resource}").into()),
        }
    }

    fn certificate(&self, _: &str) -> Option<Arc<StoredCertificate>> {
        None
    }

    fn certificate_of_thumbprint(&self, _: &str) -> Option<Arc<StoredCertificate>> {
        None
    }

    fn trusts(&self, _: &[Vec<u8>], _: Moment) -> bool {
        false
    }

    fn authority(&self, _: &[Vec<u8>]) -> Option<Vec<u8>> {
        None
    }

    fn authorization(&self, provider: &str, id: &str) -> Result<(String, serde_json::Value), String> {
        Ok((format!("{provider}-{id}"), serde_json::Value::Null))
    }

    fn open_id(&self) -> &OpenId {
        &self.open_id
    }

    fn backend(&self, name: &str) -> Option<BackendHandle> {
        (name == "pool" || name == "single").then(|| handle(name))
    }

    fn enter(&self, key: &str, max: u32) -> Option<Box<dyn Any + Send + Sync>> {
        let mut inside = self.inside.lock();
        let count = inside.entry(key.to_owned()).or_default();
        (*count < max).then(|| {
            *count += 1;
            Box::new(()) as Box<dyn Any + Send + Sync>
        })
    }

    fn counters(&self) -> &dyn state::Counters {
        &*self.counters
    }

    fn windows(&self) -> Windows {
        Windows::Sliding
    }

    fn cache(&self, _: CachingType) -> Option<&dyn state::Cache> {
        None
    }

    fn measure(&self, metric: trace::Metric) {
        self.metrics.lock().push(metric);
    }
}

fn handle(name: &str) -> BackendHandle {
    let is_pool = name == "pool";
    let url = (!is_pool).then(|| Arc::new(url::parse("http://single.local/base/").unwrap()));
    BackendHandle {
        index: 0,
        name: name.into(),
        is_pool,
        azure_region: None,
        url,
    }
}

/// A service that knows a few names.
#[derive(Default)]
pub(super) struct Service {
    symbols: Symbols,
}

impl Catalog for Service {
    fn symbols(&self) -> &Symbols {
        &self.symbols
    }

    fn named_value(&self, name: &str) -> Lookup<NamedValue> {
        let value = match name {
            "region" => "east",
            "seven" => "7",
            "whole" => "@(\"computed\")",
            "secret" => {
                return Lookup::Known(NamedValue {
                    value: "hush-hush".to_owned(),
                    secret: true,
                });
            }
            _ => return Lookup::Missing,
        };
        Lookup::Known(NamedValue {
            value: value.to_owned(),
            secret: false,
        })
    }

    fn fragment(&self, id: &str) -> Lookup<Source> {
        let text = match id {
            "tag" => {
                "<fragment>\n  <set-header name=\"x-tag\"><value>fragment</value></set-header>\n</fragment>"
            }
            "bad" => "<fragment>\n  <set-heeder name=\"x-tag\" />\n</fragment>",
            "nest" => "<fragment><include-fragment fragment-id=\"tag\" /></fragment>",
            _ => return Lookup::Missing,
        };
        Lookup::Known(Source::new(format!("fragments/{id}.xml"), text))
    }

    fn backend(&self, name: &str) -> Lookup<BackendHandle> {
        match name {
            "pool" | "single" => Lookup::Known(handle(name)),
            _ => Lookup::Missing,
        }
    }

    fn certificate(&self, _: &str) -> Lookup<Arc<StoredCertificate>> {
        Lookup::Missing
    }

    fn schema(&self, _: &str) -> Lookup<SchemaText> {
        Lookup::Missing
    }

    fn logger(&self, _: &str) -> Lookup<()> {
        Lookup::Known(())
    }

    fn names(&self, of: CatalogNames) -> Vec<String> {
        let names: &[&str] = match of {
            CatalogNames::NamedValues => &["region", "seven", "whole", "secret"],
            CatalogNames::Fragments => &["tag", "bad", "nest"],
            CatalogNames::Schemas | CatalogNames::Caches | CatalogNames::Loggers => &[],
            CatalogNames::Backends => &["pool", "single"],
            CatalogNames::Certificates => &[],
        };
        names.iter().map(|it| (*it).to_owned()).collect()
    }

    fn template_parameters(&self) -> Lookup<Vec<String>> {
        Lookup::Unknowable
    }
}

/// Documents of one service.
#[derive(Default)]
pub(super) struct Documents {
    service: Service,
    pub(super) folded: Vec<Arc<Document>>,
    pub(super) findings: Vec<Finding>,
}

impl Documents {
    /// Adds a document; the narrowest comes first.
    pub(super) fn with(mut self, scope: Scope, text: &str) -> Documents {
        let source = Source::new(format!("{scope}.xml"), text);
        let (document, findings) = compile(&source, Role::Policy(scope), &self.service, &Options::default());
        self.findings.extend(findings);
        self.folded.extend(document);
        self
    }

    /// Sends a request through.
    pub(super) async fn send(&self, world: &Scripted, request: Start) -> Received {
        assert!(
            !self.findings.iter().any(Finding::is_error),
            "{:?}",
            self.findings
        );
        let mut documents = self.folded.clone();
        documents.push(crate::default_global());
        let walk = fold(&documents);
        let mut exchange = Exchange::new(Start {
            symbols: self.service.symbols.clone(),
            ..request
        });
        world.clock.serve(run(&walk, &mut exchange, world)).await;
        let error = exchange.last_error().map(|it| {
            format!(
                "{} {} {}",
                it.source,
                it.reason,
                it.path.clone().unwrap_or_default()
            )
        });
        let events = exchange.take_events();
        let mut parts = exchange.take_response();
        parts.body.buffer(1 << 20).await.unwrap();
        Received {
            parts,
            events,
            error,
            elapsed: world.clock.now().since(Moment::from_seconds(1_700_000_000)),
        }
    }
}

/// What came of a request.
pub(super) struct Received {
    pub(super) parts: ResponseParts,
    pub(super) events: Vec<Event>,
    pub(super) error: Option<String>,
    pub(super) elapsed: Duration,
}

impl Received {
    pub(super) fn status(&self) -> u16 {
        self.parts.status.as_u16()
    }

    pub(super) fn text(&self) -> String {
        match &self.parts.body {
            Body::Full(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            other => format!("{other:?}"),
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name).and_then(|it| it.to_str().ok())
    }
}

/// `POST /orders/7?x=1` with a streamed body.
pub(super) fn request() -> Start {
    use http_body_util::BodyExt;
    let body = http_body_util::Full::new(bytes::Bytes::from("payload"))
        .map_err(|never| match never {})
        .boxed_unsync();
    Start {
        request_id: Uuid::from_u128(1),
        received: Moment::from_seconds(1_700_000_000),
        method: Method::POST,
        original_url: url::parse("https://gateway.local/shop/orders/7?x=1").unwrap(),
        headers: HeaderMap::from_iter([(http::header::HOST, HeaderValue::from_static("gateway.local"))]),
        body: Body::Stream(body),
        ip_address: "10.0.0.9".into(),
        certificate: None,
        service_url: url::parse("http://backend.local/api"),
        remainder: "/orders/7".to_owned(),
        query: "?x=1".to_owned(),
        matched: vec![("id".into(), "7".into())],
        template: None,
        facts: Facts::default(),
        symbols: Symbols::default(),
        tracing: Detail::Brief,
        dice_ordinal: 1,
    }
}
