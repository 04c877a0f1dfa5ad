//! The world of a policy: one loaded plan over the state that outlives it.

use crate::backends::Backends;
use crate::metrics::Metrics;
use crate::route::Routes;
use crate::slots::Slots;
use crate::state::State;
use crate::tally::{ApiTally, BackendTally, Tally};
use crate::target::Directory;
use crate::transport::{self, Transport, Way};
use clock::{Clock, Dice, Moment};
use futures_util::future::BoxFuture;
use http::HeaderName;
use issuer::Issuer;
use policy::{
    Answer, BackendHandle, CachingType, Call, CallError, OpenId, StoredCertificate, Tier, Windows, World,
};
use serde_json::Value;
use service::{ApiPlan, Plan};
use state::{Cache, Counters};
use std::any::Any;
use std::sync::{Arc, OnceLock, Weak};
use trace::Metric;
use wire::{ClientOptions, ServerTls};

/// What every plan of a gateway shares.
pub(crate) struct Shared {
    /// The clock.
    pub(crate) clock: Clock,
    /// The dice.
    pub(crate) dice: Dice,
    /// Connections.
    pub(crate) transport: Transport,
    /// What issuers of tokens publish.
    pub(crate) open_id: OpenId,
    /// Places inside `limit-concurrency`.
    pub(crate) slots: Slots,
    /// Counters and caches.
    pub(crate) state: State,
    /// Values of custom metrics.
    pub(crate) metrics: Metrics,
    /// What happened how often.
    pub(crate) tally: Tally,
}

/// A plan that is being served. A request in flight keeps its own.
pub(crate) struct Live {
    /// What is served.
    pub(crate) plan: Arc<Plan>,
    /// Its backends.
    pub(crate) backends: Backends,
    /// Where a request belongs.
    pub(crate) routes: Routes,
    /// Names of operations, by API.
    pub(crate) operation_names: Vec<Vec<Arc<str>>>,
    /// How callers are spoken to over TLS, made for the first of them.
    pub(crate) server_tls: OnceLock<ServerTls>,
    /// How URLs are called that are no backend.
    pub(crate) way: Arc<Way>,
    /// Who issues tokens.
    pub(crate) issuer: Issuer,
    /// What may be called.
    pub(crate) directory: Directory,
    /// Bytes of a request's headers.
    pub(crate) header_limit: usize,
    /// The header in which a proxy in front hands over a caller's certificate.
    pub(crate) certificate_header: Option<HeaderName>,
    /// What outlives it.
    pub(crate) shared: Arc<Shared>,
    /// Requests, by API; those that belong to none.
    pub(crate) api_tallies: Vec<(Arc<str>, Arc<ApiTally>)>,
    pub(crate) no_api: (Arc<str>, Arc<ApiTally>),
    /// Attempts, by backend; those at plain URLs.
    pub(crate) backend_tallies: Vec<Arc<BackendTally>>,
    pub(crate) no_backend: Arc<BackendTally>,
    body_limit: usize,
    windows: Windows,
    has_internal_cache: bool,
    has_external_cache: bool,
    itself: Weak<Live>,
}

/// Bytes of a body that a policy may read or replay, unless the settings say otherwise.
const BODY_LIMIT: u64 = 100 * 1024 * 1024;
/// Bytes of a request's headers, unless the settings say otherwise.
const HEADER_LIMIT: u64 = 64 * 1024;

impl Live {
    /// Itself, for keeps.
    pub(crate) fn itself(&self) -> Arc<Live> {
        self.itself
            .upgrade()
            .expect("whoever holds a reference keeps it alive")
    }

    /// Puts `plan` to work; unchanged backends take their state over from `before`.
    pub(crate) fn new(
        plan: Arc<Plan>,
        directory: Directory,
        shared: Arc<Shared>,
        before: &Backends,
    ) -> Arc<Live> {
        let service = &plan.service;
        let backends = backends(&plan, &directory, &shared, before);
        let issuer = Issuer::new(
            &service.name,
            &service.settings.identity,
            shared.clock.clone(),
            shared.dice,
        );
        let header = service.settings.tls.client_certificate_header.as_deref();
        let limits = &service.settings.limits;
        let windows = match service.is_v2() {
            true => Windows::Bucket,
            false => Windows::Sliding,
        };
        let tally = &shared.tally;
        let nobody: Arc<str> = "".into();
        let named = |api: &ApiPlan| (api.name.clone(), tally.api(&api.name));
        Arc::new_cyclic(|itself| Live {
            routes: Routes::new(&plan),
            operation_names: plan.apis.iter().map(operation_names).collect(),
            server_tls: OnceLock::new(),
            way: shared.transport.way(ClientOptions {
                authorities: plan.authorities.clone(),
                ..ClientOptions::default()
            }),
            issuer,
            header_limit: bytes(limits.header_bytes, HEADER_LIMIT),
            certificate_header: header.and_then(|it| it.parse().ok()),
            api_tallies: plan.apis.iter().map(named).collect(),
            no_api: (nobody.clone(), tally.api(&nobody)),
            backend_tallies: backends.breakers().map(|(name, _)| tally.backend(name)).collect(),
            no_backend: tally.backend(&nobody),
            body_limit: bytes(limits.body_bytes, BODY_LIMIT),
            windows,
            // Documented: the Consumption tier has none of its own.
            has_internal_cache: Tier::of(&service.sku) != Some(Tier::Consumption),
            has_external_cache: !service.caches.is_empty(),
            itself: itself.clone(),
            backends,
            directory,
            shared: shared.clone(),
            plan: plan.clone(),
        })
    }
}

// Unchanged ones take their state over from `before`.
fn backends(plan: &Plan, directory: &Directory, shared: &Shared, before: &Backends) -> Backends {
    let transport = &shared.transport;
    let configs = plan.backends.iter().map(|backend| &backend.config);
    let backends = Backends::new(configs, directory, before, |at, config| {
        let certificate = plan.backends.get(at).and_then(|it| it.certificate.as_deref());
        Ok(transport.way(transport::options(config, certificate, &plan.authorities)?))
    });
    backends.ways().for_each(|way| way.prepare(&shared.clock));
    backends
}

fn operation_names(api: &ApiPlan) -> Vec<Arc<str>> {
    let names = api.operations.iter().map(|it| it.facts.id.as_str());
    names.map(Arc::from).collect()
}

fn bytes(limit: Option<u64>, usual: u64) -> usize {
    usize::try_from(limit.unwrap_or(usual)).unwrap_or(usize::MAX)
}

impl World for Live {
    fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    fn dice(&self) -> Dice {
        self.shared.dice
    }

    fn body_limit(&self) -> usize {
        self.body_limit
    }

    fn send<'a>(&'a self, call: Call) -> BoxFuture<'a, Result<Answer, CallError>> {
        Box::pin(self.forward(call))
    }

    fn spawn(&self, work: BoxFuture<'static, ()>) {
        drop(tokio::spawn(self.shared.clock.serve(work)));
    }

    fn shared(&self) -> Arc<dyn World> {
        self.itself()
    }

    fn token(&self, resource: &str, client_id: Option<&str>) -> Result<Arc<str>, String> {
        self.issuer.managed_identity(resource, client_id)
    }

    fn certificate(&self, id: &str) -> Option<Arc<StoredCertificate>> {
        self.plan.find_certificate(id).cloned()
    }

    fn certificate_of_thumbprint(&self, thumbprint: &str) -> Option<Arc<StoredCertificate>> {
        let mut all = self.plan.certificates.iter();
        all.find(|it| it.thumbprint == thumbprint).cloned()
    }

    fn trusts(&self, chain: &[Vec<u8>], at: Moment) -> bool {
        let seconds = u64::try_from(at.seconds()).unwrap_or_default();
        wire::trusts(chain, &self.plan.authorities, seconds)
    }

    fn authority(&self, chain: &[Vec<u8>]) -> Option<Vec<u8>> {
        let own = chain.get(..1)?;
        let mut all = self.plan.authorities.iter();
        all.find(|it| policy::issued(it, &own[0])).cloned()
    }

    fn authorization(&self, provider: &str, id: &str) -> Result<(String, Value), String> {
        let connections = &self.plan.service.settings.authorizations;
        let known = connections.get(provider).and_then(|all| all.get(id));
        let Some(connection) = known else {
            return Err(format!("there is no connection `{id}` to `{provider}`"));
        };
        if let Some(error) = &connection.error {
            return Err(format!(
                "the connection `{id}` to `{provider}` is in error: {error}"
            ));
        }
        let token = match &connection.access_token {
            Some(token) => token.clone(),
            None => self.issuer.connection(provider, id),
        };
        Ok((token, Value::Object(connection.claims.clone())))
    }

    fn open_id(&self) -> &OpenId {
        &self.shared.open_id
    }

    fn backend(&self, name: &str) -> Option<BackendHandle> {
        self.plan.find_backend(name)
    }

    fn enter(&self, key: &str, max: u32) -> Option<Box<dyn Any + Send + Sync>> {
        Some(Box::new(self.shared.slots.enter(key, max)?))
    }

    fn counters(&self) -> &dyn Counters {
        &*self.shared.state.counters
    }

    fn windows(&self) -> Windows {
        self.windows
    }

    fn cache(&self, of: CachingType) -> Option<&dyn Cache> {
        let state = &self.shared.state;
        let external = (self.has_external_cache || state.is_shared).then_some(&*state.external);
        let internal = self.has_internal_cache.then_some(&*state.internal);
        match of {
            CachingType::Internal => internal,
            CachingType::External => external,
            CachingType::PreferExternal => external.or(internal),
        }
    }

    fn measure(&self, metric: Metric) {
        self.shared.metrics.push(metric);
    }
}
