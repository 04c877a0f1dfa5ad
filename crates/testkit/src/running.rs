use crate::builder::{Builder, listen, stopped};
use crate::call::{Call, Client};
use crate::place::Places;
use crate::upstream::{Journal, Seen};
use bytes::Bytes;
use clock::{Clock, Dice, Moment};
use foundry::{Foundry, Mistakes};
use gateway::Gateway;
use model::Service;
use service::Plan;
use source::{Diagnostic, Finding, Source, Span};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use trace::{Attempt, Outcome, Record};

/// A running gateway with mock model servers and scripted upstreams. Everything stops when it is dropped.
pub struct Apimite {
    clock: Clock,
    gateway: Arc<Gateway>,
    address: SocketAddr,
    foundry: Option<Foundry>,
    foundry_address: Option<SocketAddr>,
    tls_address: Option<SocketAddr>,
    places: Places,
    journals: BTreeMap<String, Journal>,
    client: Arc<Client>,
    seed: u64,
    _stop: tokio::sync::watch::Sender<bool>,
}

impl Apimite {
    /// Begins to describe what is to run.
    pub fn builder() -> Builder {
        Builder::new()
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the one place where everything comes together"
    )]
    pub(crate) async fn run(
        service: Service,
        plan: Arc<Plan>,
        clock: Clock,
        dice: Dice,
        mut places: Places,
        journals: BTreeMap<String, Journal>,
        neighbours: Vec<SocketAddr>,
        outside: gateway::Outside,
        tls: bool,
        state: gateway::State,
        stop: tokio::sync::watch::Sender<bool>,
    ) -> Result<Apimite, Vec<Finding>> {
        let (foundry, foundry_address) = match service.accounts.is_empty() {
            true => (None, None),
            false => {
                let (listener, address) = listen().await;
                let mocks = Foundry::new(&service.accounts, &service.settings, clock.clone(), dice)
                    .map_err(finding)?;
                let serving = mocks.clone();
                let answer = move |_peer, request| {
                    let mocks = serving.clone();
                    async move { mocks.answer::<wire::Incoming>(request).await }
                };
                tokio::spawn(wire::serve(listener, clock.clone(), answer, stopped(&stop)));
                (Some(mocks), Some(address))
            }
        };
        let mut options = gateway::Options::new(clock.clone(), dice);
        options.foundry = foundry_address;
        options.in_process = true;
        options.neighbours = neighbours;
        options.outside = outside;
        options.detail = policy::Detail::Full;
        options.state = state;
        let gateway = Gateway::new(plan, options);
        let (listener, address) = listen().await;
        places.add_gateway(address);
        tokio::spawn(gateway::serve(gateway.clone(), listener, stopped(&stop)));
        let tls_address = match tls {
            false => None,
            true => {
                let (listener, address) = listen().await;
                tokio::spawn(gateway::serve_tls(gateway.clone(), listener, stopped(&stop)));
                Some(address)
            }
        };
        let client = Arc::new(Client::new(&clock, wire::ClientOptions::default()));
        Ok(Apimite {
            clock,
            gateway,
            address,
            foundry,
            foundry_address,
            tls_address,
            places,
            journals,
            client,
            seed: dice.seed(),
            _stop: stop,
        })
    }

    /// A request to the gateway; `path` begins with `/` and may have a query.
    pub fn call(&self, method: &str, path: &str) -> Call {
        Call {
            client: self.client.clone(),
            clock: self.clock.clone(),
            base: self.url(),
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    /// A GET request.
    pub fn get(&self, path: &str) -> Call {
        self.call("GET", path)
    }

    /// A POST request.
    pub fn post(&self, path: &str) -> Call {
        self.call("POST", path)
    }

    /// Base URL of the gateway, for clients of your own.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Base URL of the gateway with TLS, if it listens so.
    pub fn tls_url(&self) -> Option<String> {
        self.tls_address.map(|address| format!("https://{address}"))
    }

    /// Base URL of the mock model servers, if there are any; an account answers below `/NAME`.
    pub fn foundry_url(&self) -> Option<String> {
        self.foundry_address.map(|address| format!("http://{address}"))
    }

    /// The primary key of a subscription; `master` always has one.
    ///
    /// # Panics
    /// When there is no such subscription.
    pub fn key(&self, subscription: &str) -> String {
        let plan = self.gateway.plan();
        let found = plan.subscriptions.iter().find(|it| &*it.name == subscription);
        found
            .map(|it| it.primary_key.clone())
            .unwrap_or_else(|| panic!("there is no subscription `{subscription}`"))
    }

    /// The clock that everything shares.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// What time it is.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// Moves time forward by `wait`, timer after timer. Time of the wall clock is not moved.
    pub async fn advance(&self, wait: Duration) {
        self.clock.advance(wait).await;
    }

    /// Waits until nothing can run before time moves.
    pub async fn settle(&self) {
        self.clock.settle().await;
    }

    /// What the last request came to; `None` before there was one.
    pub fn last(&self) -> Option<Record> {
        self.gateway
            .records(1)
            .first()
            .map(|record| Record::clone(record))
    }

    /// What the last `count` requests came to, oldest first.
    pub fn records(&self, count: usize) -> Vec<Record> {
        self.gateway
            .records(count)
            .iter()
            .map(|record| Record::clone(record))
            .collect()
    }

    /// How many requests are on record.
    pub fn requests(&self) -> usize {
        self.gateway.records(usize::MAX).len()
    }

    /// The attempts of the last request, each as `backend=status`, `backend=Reason` for a transport failure, or
    /// `backend(status)` for an answer that the gateway made without a call.
    pub fn attempts(&self) -> Vec<String> {
        self.last()
            .iter()
            .flat_map(Record::attempts)
            .map(|attempt| self.short(attempt))
            .collect()
    }

    /// The same of a record.
    pub fn attempts_of(&self, record: &Record) -> Vec<String> {
        record.attempts().map(|attempt| self.short(attempt)).collect()
    }

    fn short(&self, attempt: &Attempt) -> String {
        let host = attempt.url.as_deref().map(|url| {
            let url = self.named(url);
            let rest = url.split("://").nth(1).unwrap_or(&url);
            rest.split(['/', '?'])
                .next()
                .unwrap_or(rest)
                .trim_end_matches(".test")
                .to_owned()
        });
        let backend = attempt.backend.as_deref().map(str::to_owned);
        let name = backend
            .or(attempt.pool.as_deref().map(str::to_owned))
            .or(host)
            .unwrap_or_else(|| "?".to_owned());
        match &attempt.outcome {
            Outcome::Answered { status } => format!("{name}={status}"),
            Outcome::Unavailable { status, .. } => format!("{name}({status})"),
            Outcome::Failed { reason, .. } => format!("{name}={reason}"),
        }
    }

    /// Backends whose breaker is open.
    pub fn open_breakers(&self) -> Vec<String> {
        let states = self.gateway.breakers();
        states
            .iter()
            .filter(|state| state.open.is_some())
            .map(|state| state.name.to_string())
            .collect()
    }

    /// Names of the upstreams that answer.
    pub fn upstreams(&self) -> impl Iterator<Item = &str> {
        self.journals.keys().map(String::as_str)
    }

    /// What an upstream has received so far.
    pub fn seen(&self, upstream: &str) -> Vec<Seen> {
        self.journals.get(upstream).map(Journal::seen).unwrap_or_default()
    }

    /// `text` with `NAME.test` where addresses of upstreams stand, and `gateway.test` for the gateway.
    pub fn named(&self, text: &str) -> String {
        self.places.name(text)
    }

    /// The gateway itself.
    pub fn gateway(&self) -> &Arc<Gateway> {
        &self.gateway
    }

    /// The mock model servers, if there are any.
    pub fn foundry(&self) -> Option<&Foundry> {
        self.foundry.as_ref()
    }

    /// Loads a changed service. A good one is served from now on; a bad one changes nothing and its mistakes come back.
    pub fn reload(&self, change: &Builder) -> Result<Vec<Finding>, Vec<Finding>> {
        let mut service = change.service.clone();
        self.places.settle(&mut service);
        let options = service::LoadOptions {
            seed: self.seed,
            ..service::LoadOptions::default()
        };
        let (accounts, settings) = (service.accounts.clone(), service.settings.clone());
        let loaded = service::load(service, &options);
        match loaded.plan {
            Some(plan) => {
                if let Some(mocks) = &self.foundry {
                    mocks.reload(&accounts, &settings).map_err(finding)?;
                }
                self.gateway.reload(plan);
                Ok(loaded.findings)
            }
            None => Err(loaded.findings),
        }
    }
}

fn finding(mistakes: Mistakes) -> Vec<Finding> {
    let source = Source::new("accounts", "");
    let findings = mistakes
        .0
        .into_iter()
        .map(|text| Diagnostic::error("account", text, Span::default()));
    findings.map(|diagnostic| diagnostic.found_in(&source)).collect()
}
