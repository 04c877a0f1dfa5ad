use crate::backends::Backends;
use crate::caller::Callers;
use crate::date::DateHeader;
use crate::debug::DebugCredentials;
use crate::live::{Live, Shared};
use crate::metrics::Metrics;
use crate::recorder::Recorder;
use crate::sinks::Sinks;
use crate::slots::Slots;
use crate::state::State;
use crate::tally::Tally;
use crate::target::{Directory, Outside};
use crate::transport::{self, Transport};
use arc_swap::ArcSwap;
use clock::{Clock, Dice};
use http::uri::Authority;
use issuer::Issuer;
use policy::Detail;
use service::Plan;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use trace::{Metric, Record};
use uuid::Uuid;
use wire::ServerTls;

/// Requests that are recorded unless the settings say otherwise.
const KEEP: usize = 1_000;

/// The running data plane. It has no socket of its own: [`crate::serve`] gives it one.
pub struct Gateway {
    pub(crate) live: ArcSwap<Live>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) recorder: Recorder,
    pub(crate) date: DateHeader,
    pub(crate) callers: Callers,
    pub(crate) detail: Detail,
    pub(crate) debug: DebugCredentials,
    pub(crate) sinks: ArcSwap<Sinks>,
    requests: AtomicU64,
    authority: OnceLock<Result<Arc<wire::Authority>, String>>,
    foundry: Option<SocketAddr>,
    mocks: BTreeMap<String, Authority>,
    outside: Outside,
}

/// How a [`Gateway`] runs; limits and what is kept stand in the service's settings.
#[derive(Debug, Clone)]
pub struct Options {
    /// The clock.
    pub clock: Clock,
    /// The dice.
    pub dice: Dice,
    /// Where the mock model servers listen: `{account}.openai.azure.com` and its like go there.
    pub foundry: Option<SocketAddr>,
    /// Mock model servers in other processes: account, or `*` for all others, and where; asked before `foundry`.
    pub mocks: Vec<(String, Authority)>,
    /// Whether the mock model servers run in this process, on our clock.
    pub in_process: bool,
    /// Other servers that do.
    pub neighbours: Vec<SocketAddr>,
    /// What becomes of calls to anybody else.
    pub outside: Outside,
    /// How much of a walk is recorded.
    pub detail: Detail,
    /// Counters and caches.
    pub state: State,
    /// Who makes certificates for callers over TLS; without one, an authority whose key is made anew.
    pub authority: Option<Arc<wire::Authority>>,
}

impl Options {
    /// No mocks, online, brief records, state in memory.
    pub fn new(clock: Clock, dice: Dice) -> Options {
        Options {
            clock,
            dice,
            foundry: None,
            mocks: Vec::new(),
            in_process: false,
            neighbours: Vec::new(),
            outside: Outside::default(),
            detail: Detail::Brief,
            state: State::default(),
            authority: None,
        }
    }
}

impl Gateway {
    /// A gateway that serves `plan`.
    pub fn new(plan: Arc<Plan>, options: Options) -> Arc<Gateway> {
        let Options {
            clock,
            dice,
            foundry,
            mocks,
            in_process,
            neighbours,
            outside,
            detail,
            state,
            authority,
        } = options;
        let transport = Transport::new(&clock);
        let ours = foundry.filter(|_| in_process);
        neighbours
            .into_iter()
            .chain(ours)
            .for_each(|address| transport.add_neighbour(address));
        let shared = Arc::new(Shared {
            clock,
            dice,
            transport,
            open_id: policy::OpenId::default(),
            slots: Slots::default(),
            state,
            metrics: Metrics::default(),
            tally: Tally::default(),
        });
        let recorder = Recorder::new(keep(&plan));
        let sinks = Sinks::open(&plan.service.settings.sinks);
        let mocks = mocks
            .into_iter()
            .map(|(account, at)| (account.to_ascii_lowercase(), at))
            .collect();
        let directory = directory(&plan, foundry, &mocks, outside);
        let live = Live::new(plan, directory, shared.clone(), &Backends::default());
        Arc::new(Gateway {
            live: ArcSwap::new(live),
            shared,
            recorder,
            date: DateHeader::new(),
            callers: Callers::new(),
            detail,
            debug: DebugCredentials::default(),
            sinks: ArcSwap::from_pointee(sinks),
            requests: AtomicU64::new(0),
            authority: authority.map(|it| Ok(it).into()).unwrap_or_default(),
            foundry,
            mocks,
            outside,
        })
    }

    /// Serves `plan` from now on. Requests in flight keep theirs; breakers and rotations of unchanged backends go on.
    pub fn reload(&self, plan: Arc<Plan>) {
        self.recorder.resize(keep(&plan));
        let settings = &plan.service.settings.sinks;
        if *settings != self.plan().service.settings.sinks {
            self.sinks.store(Arc::new(Sinks::open(settings)));
        }
        let directory = directory(&plan, self.foundry, &self.mocks, self.outside);
        let before = self.live.load_full();
        self.live
            .store(Live::new(plan, directory, self.shared.clone(), &before.backends));
    }

    /// What is served.
    pub fn plan(&self) -> Arc<Plan> {
        self.live.load().plan.clone()
    }

    /// The local stand-in for Entra ID: it signs the tokens of the managed identities, and answers for its hosts.
    pub fn issuer(&self) -> Issuer {
        self.live.load().issuer.clone()
    }

    /// The certificate of the local authority in PEM, for callers who are to trust it.
    pub fn authority(&self) -> Result<String, String> {
        Ok(self.local_authority()?.pem().to_owned())
    }

    fn local_authority(&self) -> Result<&wire::Authority, String> {
        let made = self
            .authority
            .get_or_init(|| wire::Authority::new().map(Arc::new));
        made.as_deref().map_err(String::clone)
    }

    /// How the next connection of a caller speaks TLS.
    pub(crate) fn server_tls(self: &Arc<Self>) -> ServerTls {
        let live = self.live.load();
        live.server_tls
            .get_or_init(|| {
                let plan = &live.plan;
                let asks = plan.asks_for_certificates;
                let given = plan.server_certificate.as_deref().map(transport::identity);
                if let Some(Err(why)) = &given {
                    tracing::error!(%why, "the gateway's certificate cannot be used");
                }
                match given {
                    Some(given) => {
                        let given = given.ok();
                        ServerTls::new(Arc::new(move |_| given.clone()), asks)
                    }
                    None => {
                        let gateway = Arc::downgrade(self);
                        let of_host = move |host: Option<&str>| {
                            let gateway = gateway.upgrade()?;
                            gateway.local_authority().ok()?.identity(host)
                        };
                        ServerTls::new(Arc::new(of_host), asks)
                    }
                }
            })
            .clone()
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Says that the server at `address` runs in this process, on our clock: manual time may move while it is waited for.
    pub fn add_neighbour(&self, address: SocketAddr) {
        self.shared.transport.add_neighbour(address);
    }

    /// The last `count` requests, in the order in which they were answered.
    pub fn records(&self, count: usize) -> Vec<Arc<Record>> {
        self.recorder.last(count)
    }

    /// The last values of custom metrics, in the order in which they were measured.
    pub fn metrics(&self) -> Vec<Arc<Metric>> {
        self.shared.metrics.all()
    }

    /// A request by its id.
    pub fn record(&self, id: Uuid) -> Option<Arc<Record>> {
        self.recorder.by_id(id)
    }

    /// A request by its ordinal, from 1.
    pub fn record_number(&self, number: u64) -> Option<Arc<Record>> {
        self.recorder.by_number(number)
    }

    /// Ordinal and id of a request that arrives.
    pub(crate) fn next_request(&self) -> (u64, Uuid) {
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        (number, self.shared.dice.roll("request", number).uuid())
    }
}

fn keep(plan: &Plan) -> usize {
    plan.service.settings.log.keep.unwrap_or(KEEP)
}

fn directory(
    plan: &Plan,
    foundry: Option<SocketAddr>,
    mocks: &BTreeMap<String, Authority>,
    outside: Outside,
) -> Directory {
    let accounts = plan
        .accounts()
        .iter()
        .map(|account| account.name.to_ascii_lowercase())
        .collect();
    let authority = plan.service.settings.identity.authority.as_deref();
    Directory {
        foundry,
        authority: authority.and_then(|it| it.parse().ok()),
        accounts,
        mocks: mocks.clone(),
        outside,
    }
}
