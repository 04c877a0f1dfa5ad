use crate::place::Places;
use crate::running::Apimite;
use crate::upstream::{self, Kind};
use crate::{Account, Api, Backend, Pool, Product, Subscription, Upstream, document};
use clock::{Clock, Dice, Mode, Moment};
use gateway::Outside;
use model::Service;
use source::{Finding, render};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;

/// 2024-05-01T12:00:00Z, a Wednesday: where time that is moved by hand begins.
const START: Moment = Moment::from_seconds(1_714_564_800);

/// What is to run. Made by [`Apimite::builder`].
#[derive(Debug, Clone)]
pub struct Builder {
    pub(crate) service: Service,
    pub(crate) upstreams: BTreeMap<String, Upstream>,
    findings: Vec<Finding>,
    mode: Mode,
    seed: u64,
    outside: Others,
    tls: bool,
    clock: Option<Clock>,
    state: gateway::State,
}

impl Builder {
    pub(crate) fn new() -> Builder {
        let service = Service {
            name: "apimite".to_owned(),
            location: "westeurope".to_owned(),
            ..Service::default()
        };
        Builder {
            service,
            upstreams: BTreeMap::new(),
            findings: Vec::new(),
            mode: Mode::Auto,
            seed: 1,
            outside: Others::Called,
            tls: false,
            clock: None,
            state: gateway::State::default(),
        }
    }

    /// Adds everything of an APIOps folder, with its `apimite.toml`.
    pub fn folder(self, path: impl AsRef<Path>) -> Builder {
        let (service, findings) = apiops::read(path.as_ref());
        let mut builder = self.merge(service);
        builder.findings.extend(findings);
        builder
    }

    /// Adds everything of a built-in lab, such as `backend-pool`.
    pub fn lab(self, name: &str) -> Builder {
        self.folder(PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/labs")).join(name))
    }

    /// Adds everything of a service. Its name, policy and settings count if it has any.
    pub fn merge(mut self, other: Service) -> Builder {
        let own = &mut self.service;
        if !other.name.is_empty() {
            own.name = other.name;
            own.sku = other.sku;
            own.location = other.location;
        }
        own.policy = other.policy.or(own.policy.take());
        own.apis.extend(other.apis);
        own.version_sets.extend(other.version_sets);
        own.products.extend(other.products);
        own.subscriptions.extend(other.subscriptions);
        own.backends.extend(other.backends);
        own.named_values.extend(other.named_values);
        own.fragments.extend(other.fragments);
        own.users.extend(other.users);
        own.groups.extend(other.groups);
        own.caches.extend(other.caches);
        own.loggers.extend(other.loggers);
        own.accounts.extend(other.accounts);
        own.certificates.extend(other.certificates);
        own.authorities.extend(other.authorities);
        own.server_certificate = other.server_certificate.or(own.server_certificate.take());
        own.schemas.extend(other.schemas);
        own.diagnostics.extend(other.diagnostics);
        self.seed = other.settings.seed.unwrap_or(self.seed);
        own.settings = other.settings;
        own.origins = other.origins;
        self
    }

    /// Adds an API.
    pub fn api(mut self, api: impl Into<Api>) -> Builder {
        self.service.apis.push(api.into().into_model());
        self
    }

    /// Adds a single backend.
    pub fn backend(mut self, backend: impl Into<Backend>) -> Builder {
        self.service.backends.push(backend.into().0);
        self
    }

    /// Adds a pool.
    pub fn pool(mut self, pool: Pool) -> Builder {
        self.service.backends.push(pool.0);
        self
    }

    /// Adds a product.
    pub fn product(mut self, product: impl Into<Product>) -> Builder {
        self.service.products.push(product.into().0);
        self
    }

    /// Adds a subscription.
    pub fn subscription(mut self, subscription: impl Into<Subscription>) -> Builder {
        self.service.subscriptions.push(subscription.into().0);
        self
    }

    /// Adds a named value.
    pub fn named_value(mut self, name: &str, value: &str) -> Builder {
        self.service.named_values.push(model::NamedValue {
            name: name.to_owned(),
            display_name: name.to_owned(),
            value: Some(value.to_owned()),
            ..model::NamedValue::default()
        });
        self
    }

    /// Adds a fragment; `text` has the root `<fragment>`.
    pub fn fragment(mut self, name: &str, text: &str) -> Builder {
        self.service.fragments.push(model::Fragment {
            name: name.to_owned(),
            description: String::new(),
            document: document(&format!("{name}.xml"), text),
        });
        self
    }

    /// Adds a mock Foundry account.
    pub fn account(mut self, account: impl Into<Account>) -> Builder {
        self.service.accounts.push(account.into().0);
        self
    }

    /// Adds a fault to the script of a mock account.
    pub fn fault(mut self, account: &str, fault: model::Fault) -> Builder {
        self.service
            .settings
            .accounts
            .entry(account.to_owned())
            .or_default()
            .faults
            .push(fault);
        self
    }

    /// The policy document of the whole service.
    pub fn global_policy(mut self, text: &str) -> Builder {
        self.service.policy = Some(document("global.xml", text));
        self
    }

    /// What stands in `apimite.toml`.
    pub fn settings(mut self, change: impl FnOnce(&mut model::Settings)) -> Builder {
        change(&mut self.service.settings);
        self
    }

    /// Changes anything of the service.
    pub fn service(mut self, change: impl FnOnce(&mut Service)) -> Builder {
        change(&mut self.service);
        self
    }

    /// A server that answers as scripted, reached under `http://NAME.test`.
    pub fn upstream(mut self, name: &str, upstream: Upstream) -> Builder {
        self.upstreams.insert(name.to_owned(), upstream);
        self
    }

    /// Time stands until [`Apimite::advance`] moves it.
    pub fn manual_clock(mut self) -> Builder {
        self.mode = Mode::Manual;
        self
    }

    /// Time jumps by itself whenever everything in flight waits on it. The default.
    pub fn auto_clock(mut self) -> Builder {
        self.mode = Mode::Auto;
        self
    }

    /// The wall clock, for clients outside this process.
    pub fn real_clock(mut self) -> Builder {
        self.mode = Mode::Real;
        self
    }

    /// A clock that is there already, for gateways that share one.
    pub fn clock(mut self, clock: &Clock) -> Builder {
        self.clock = Some(clock.clone());
        self
    }

    /// Counters and caches, for gateways that share them.
    pub fn state(mut self, state: gateway::State) -> Builder {
        self.state = state;
        self
    }

    /// The seed of everything that looks like chance.
    pub fn seed(mut self, seed: u64) -> Builder {
        self.seed = seed;
        self
    }

    /// Refuses hosts that are neither a mock nor this machine.
    pub fn offline(mut self) -> Builder {
        self.outside = Others::Refused;
        self
    }

    /// The upstream of this name answers whatever is neither a mock nor this machine, over TLS or not.
    pub fn everyone_else(mut self, upstream: &str) -> Builder {
        self.outside = Others::Answered(upstream.to_owned());
        self
    }

    /// The gateway listens with TLS too.
    pub fn tls(mut self) -> Builder {
        self.tls = true;
        self
    }

    /// Everything that is wrong with the service, without starting it.
    pub fn check(&self) -> Vec<Finding> {
        let mut findings = self.findings.clone();
        findings.extend(service::load(self.service.clone(), &self.load_options()).findings);
        findings
    }

    fn load_options(&self) -> service::LoadOptions {
        service::LoadOptions {
            seed: self.seed,
            ..service::LoadOptions::default()
        }
    }

    /// Starts everything on free ports.
    ///
    /// # Panics
    /// When the service does not load; the message shows every mistake. See [`Builder::try_start`].
    pub async fn start(self) -> Apimite {
        match self.try_start().await {
            Ok(apimite) => apimite,
            Err(findings) => {
                let text: Vec<String> = findings.iter().map(|finding| render(finding, false)).collect();
                panic!("the service does not load:\n{}", text.join("\n"))
            }
        }
    }

    /// Starts everything on free ports, or says what is wrong with the service.
    pub async fn try_start(mut self) -> Result<Apimite, Vec<Finding>> {
        let clock = match (self.clock.take(), self.mode) {
            (Some(clock), _) => clock,
            (None, Mode::Manual) => Clock::manual(START),
            (None, Mode::Auto) => Clock::auto(START),
            (None, Mode::Real | Mode::Scaled(_)) => Clock::real(),
        };
        // What the settings name lies among the fixtures, unless a folder has brought it.
        let settings = &self.service.settings;
        let names_files = !settings.certificates.is_empty()
            || !settings.tls.authorities.is_empty()
            || settings.tls.certificate.is_some();
        let service = &self.service;
        let has_them = !service.certificates.is_empty()
            || !service.authorities.is_empty()
            || service.server_certificate.is_some();
        if names_files && !has_them {
            let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures"));
            self.findings
                .extend(apiops::certificates(folder, &mut self.service));
        }
        let (stop, _) = tokio::sync::watch::channel(false);
        let mut places = Places::default();
        let mut journals = BTreeMap::new();
        let mut neighbours = Vec::new();
        let mut listeners = Vec::new();
        for (name, upstream) in &self.upstreams {
            let (listener, address) = listen().await;
            places.add(name, &upstream.0, address);
            listeners.push((name, upstream, listener, address));
        }
        for (name, upstream, listener, address) in listeners {
            let answer = match &upstream.0 {
                Kind::Serving(answer) => places.settled(answer.clone()),
                Kind::NoTls => Arc::new(|_, _: &crate::Seen| crate::Reply::default()),
                // The port was free a moment ago: nobody listens there.
                Kind::Refused | Kind::Unresolved => continue,
            };
            neighbours.push(address);
            let journal = upstream::serve(answer, listener, clock.clone(), stopped(&stop));
            journals.insert(name.clone(), journal);
        }
        let outside = match &self.outside {
            Others::Called => Outside::Called,
            Others::Refused => Outside::Refused,
            Others::Answered(name) => places.of(name).map_or(Outside::Refused, Outside::Answered),
        };
        places.settle(&mut self.service);
        let loaded = service::load(self.service.clone(), &self.load_options());
        self.findings.extend(loaded.findings);
        let Some(plan) = loaded
            .plan
            .filter(|_| !self.findings.iter().any(Finding::is_error))
        else {
            return Err(self.findings);
        };
        let dice = Dice::new(self.seed);
        Apimite::run(
            self.service,
            plan,
            clock,
            dice,
            places,
            journals,
            neighbours,
            outside,
            self.tls,
            self.state,
            stop,
        )
        .await
    }
}

/// Who answers for hosts that nobody has described.
#[derive(Debug, Clone)]
enum Others {
    Called,
    Refused,
    Answered(String),
}

pub(crate) async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap_or_else(|error| panic!("no free port: {error}"));
    let address = listener
        .local_addr()
        .unwrap_or_else(|error| panic!("no address: {error}"));
    (listener, address)
}

/// Resolves when the sender says so or goes.
pub(crate) fn stopped(stop: &tokio::sync::watch::Sender<bool>) -> impl Future<Output = ()> + Send + use<> {
    let mut receiver = stop.subscribe();
    async move {
        // An error means that the sender has gone, which stops as well.
        let _ = receiver.wait_for(|stop| *stop).await;
    }
}
