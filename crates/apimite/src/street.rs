//! Gateway, mocks and control, running.

use crate::cli::Kept;
use crate::control;
use axum::Router;
use clock::{Clock, Dice};
use foundry::Foundry;
use gateway::Gateway;
use http::uri::Authority;
use llm::Encoding;
use model::{Account, Service};
use policy::Detail;
use serde_json::{Value, json};
use service::Plan;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Where the model servers are.
#[derive(Debug, Clone)]
pub(crate) enum Mocks {
    /// We serve them here.
    Here(SocketAddr),
    /// They run already: account, or `*`, and where.
    There(Vec<(String, Authority)>),
    /// Nowhere.
    None,
}

/// Where everything listens.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    pub(crate) gateway: SocketAddr,
    /// The gateway with TLS.
    pub(crate) tls: Option<SocketAddr>,
    pub(crate) control: SocketAddr,
    pub(crate) mocks: Mocks,
    /// Names under which the control routes may be called.
    pub(crate) names: Vec<String>,
}

/// How everything runs.
#[derive(Debug)]
pub(crate) struct Manner {
    pub(crate) clock: Clock,
    pub(crate) dice: Dice,
    /// Refuses calls to hosts that are neither a mock nor loopback.
    pub(crate) offline: bool,
    /// How much of a walk is recorded.
    pub(crate) detail: Detail,
    /// Counters and caches.
    pub(crate) state: gateway::State,
    /// More control routes.
    pub(crate) routes: Router,
    /// Who makes certificates; without one, an authority whose key is made anew.
    pub(crate) authority: Option<Arc<wire::Authority>>,
}

/// Counters and caches: in memory, or at a place that gateways of one service share.
pub(crate) async fn state(kept: &Kept, service: &str, clock: &Clock) -> Result<gateway::State, String> {
    let Some(place) = kept.state.clone() else {
        return Ok(gateway::State::default());
    };
    let place = match &kept.state_ca {
        None => place,
        Some(file) => {
            let authorities = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
            place.trusting(&authorities).map_err(|error| error.to_string())?
        }
    };
    let shared = redis_state::connect(&place, service, clock).await;
    let shared = shared.map_err(|error| format!("the state at {place} cannot be used: {error}"))?;
    Ok(gateway::State::shared(shared.counters, shared.cache))
}

/// Sockets that are open and not yet served: whoever takes them knows every address before anything is loaded.
pub(crate) struct Doors {
    gateway: TcpListener,
    tls: Option<TcpListener>,
    control: TcpListener,
    foundry: Option<TcpListener>,
    addresses: Addresses,
}

/// What is running.
pub(crate) struct Street {
    clock: Clock,
    /// Address of the gateway.
    pub(crate) gateway_address: SocketAddr,
    /// Its address with TLS, if it has one.
    pub(crate) tls_address: Option<SocketAddr>,
    /// Address of the control routes.
    pub(crate) control_address: SocketAddr,
    /// Address of our mocks, if we serve any.
    pub(crate) foundry_address: Option<SocketAddr>,
    /// Address of the management plane, if there is one.
    pub(crate) management: Option<SocketAddr>,
    gateway: Arc<Gateway>,
    foundry: Option<Foundry>,
    warming: Option<std::thread::JoinHandle<()>>,
    stop: watch::Sender<bool>,
    servers: JoinSet<()>,
}

/// Opens a socket.
pub(crate) async fn listen(what: &str, address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| {
        let advice = match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                "; another program has that port, choose another or 0 for any free one"
            }
            _ => "",
        };
        format!("cannot listen on {address} for the {what}: {error}{advice}")
    })
}

/// The address that a socket got.
pub(crate) fn local(listener: &TcpListener) -> Result<SocketAddr, String> {
    listener
        .local_addr()
        .map_err(|error| format!("no local address: {error}"))
}

impl Doors {
    /// Opens every socket.
    pub(crate) async fn open(addresses: Addresses) -> Result<Doors, String> {
        let gateway = listen("gateway", addresses.gateway).await?;
        let tls = match addresses.tls {
            Some(address) => Some(listen("gateway with TLS", address).await?),
            None => None,
        };
        let control = listen("control routes", addresses.control).await?;
        let foundry = match addresses.mocks {
            Mocks::Here(address) => Some(listen("mock model servers", address).await?),
            Mocks::There(_) | Mocks::None => None,
        };
        Ok(Doors {
            gateway,
            tls,
            control,
            foundry,
            addresses,
        })
    }

    /// Address of the gateway.
    pub(crate) fn gateway(&self) -> Result<SocketAddr, String> {
        local(&self.gateway)
    }

    /// Address of our mocks, if we serve any.
    pub(crate) fn foundry(&self) -> Result<Option<SocketAddr>, String> {
        self.foundry.as_ref().map(local).transpose()
    }

    /// Begins to serve.
    pub(crate) fn serve(self, plan: Arc<Plan>, manner: &Manner) -> Result<Street, String> {
        let Manner {
            clock,
            dice,
            offline,
            detail,
            state,
            routes: more,
            authority,
        } = manner;
        let foundry_address = self.foundry()?;
        let (gateway_address, control_address) = (local(&self.gateway)?, local(&self.control)?);
        let tls_address = self.tls.as_ref().map(local).transpose()?;
        let elsewhere = match &self.addresses.mocks {
            Mocks::There(mocks) => mocks.clone(),
            Mocks::Here(_) | Mocks::None => Vec::new(),
        };
        let options = gateway::Options {
            foundry: foundry_address,
            mocks: elsewhere,
            in_process: foundry_address.is_some(),
            outside: match offline {
                true => gateway::Outside::Refused,
                false => gateway::Outside::Called,
            },
            detail: *detail,
            state: state.clone(),
            authority: authority.clone(),
            ..gateway::Options::new(clock.clone(), *dice)
        };
        let (stop, stopped) = watch::channel(false);
        let mut servers = JoinSet::new();
        let mut routes = control::clock_routes(clock).merge(more.clone());
        let foundry = match self.foundry {
            Some(listener) => Some(mocks(
                listener,
                &plan.service,
                clock,
                *dice,
                &mut servers,
                stopped.clone(),
            )?),
            None => None,
        };
        let warming = foundry.as_ref().map(|_| warm(&plan.service.accounts));
        let gateway = Gateway::new(plan, options);
        gateway.issuer().warm();
        routes = routes.merge(gateway.control());
        if let Some(foundry) = &foundry {
            routes = routes.nest("/mocks", foundry.control());
        }
        servers.spawn(gateway::serve(
            gateway.clone(),
            self.gateway,
            until(stopped.clone()),
        ));
        if let Some(listener) = self.tls {
            servers.spawn(gateway::serve_tls(
                gateway.clone(),
                listener,
                until(stopped.clone()),
            ));
        }
        servers.spawn(control_server(
            self.control,
            routes,
            self.addresses.names,
            stopped,
        ));
        Ok(Street {
            clock: clock.clone(),
            gateway_address,
            tls_address,
            control_address,
            foundry_address,
            management: None,
            gateway,
            foundry,
            warming,
            stop,
            servers,
        })
    }
}

fn mocks(
    listener: TcpListener,
    service: &Service,
    clock: &Clock,
    dice: Dice,
    servers: &mut JoinSet<()>,
    stopped: watch::Receiver<bool>,
) -> Result<Foundry, String> {
    let foundry = Foundry::new(&service.accounts, &service.settings, clock.clone(), dice)
        .map_err(|it| it.to_string())?;
    servers.spawn(serve_mocks(foundry.clone(), listener, clock.clone(), stopped));
    Ok(foundry)
}

/// Loads what counts tokens of the accounts' models, beside everything else: the first call that needs it waits for it.
pub(crate) fn warm(accounts: &[Account]) -> std::thread::JoinHandle<()> {
    let models = accounts
        .iter()
        .flat_map(|account| &account.deployments)
        .map(|deployment| &deployment.model.name);
    let mut encodings: Vec<Encoding> = models.map(|model| Encoding::of_model(model)).collect();
    encodings.dedup();
    llm::warm(&encodings)
}

/// Serves mock model servers until told to stop.
pub(crate) async fn serve_mocks(
    foundry: Foundry,
    listener: TcpListener,
    clock: Clock,
    stopped: watch::Receiver<bool>,
) {
    let service = move |_peer, request| {
        let foundry = foundry.clone();
        async move { foundry.answer::<wire::Incoming>(request).await }
    };
    wire::serve(listener, clock, service, until(stopped)).await;
}

/// Serves control routes until told to stop.
pub(crate) async fn control_server(
    listener: TcpListener,
    routes: Router,
    names: Vec<String>,
    stopped: watch::Receiver<bool>,
) {
    control::serve(listener, routes, &names, until(stopped)).await;
}

/// Resolves when told to stop.
pub(crate) async fn until(mut stopped: watch::Receiver<bool>) {
    // An error says that the sender is gone, which means the same.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Whatever takes up another plan.
#[derive(Clone)]
pub(crate) struct Reload {
    gateway: Arc<Gateway>,
    foundry: Option<Foundry>,
}

impl Reload {
    /// Serves `plan` from now on; the mocks say first whether they can.
    pub(crate) fn take_up(&self, plan: Arc<Plan>) -> Result<(), String> {
        if let Some(foundry) = &self.foundry {
            foundry
                .reload(&plan.service.accounts, &plan.service.settings)
                .map_err(|it| it.to_string())?;
        }
        self.gateway.reload(plan);
        Ok(())
    }

    /// The gateway.
    pub(crate) fn gateway(&self) -> &Arc<Gateway> {
        &self.gateway
    }
}

impl Street {
    /// Serves `plan` from now on.
    pub(crate) fn reload(&self, plan: Arc<Plan>) -> Result<(), String> {
        self.reloader().take_up(plan)
    }

    /// What takes up another plan, for whoever changes the service.
    pub(crate) fn reloader(&self) -> Reload {
        Reload {
            gateway: self.gateway.clone(),
            foundry: self.foundry.clone(),
        }
    }

    /// What time it is here.
    pub(crate) fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// Serves the management plane too, until this ends.
    pub(crate) fn serve_management(&mut self, door: Arc<arm::Door>, listener: TcpListener) {
        self.management = local(&listener).ok();
        let stopped = until(self.stop.subscribe());
        self.servers.spawn(arm::serve(door, listener, stopped));
    }

    /// Waits until the mocks can count tokens, so that the first call takes no longer than the others.
    pub(crate) async fn warmed(&mut self) {
        if let Some(warming) = self.warming.take() {
            // A thread that failed has said so; the first call tries again.
            let _ = tokio::task::spawn_blocking(|| warming.join()).await;
        }
    }

    /// The first line of `--format json`.
    pub(crate) fn announcement(&self) -> Value {
        let plan = self.gateway.plan();
        let subscriptions: Vec<Value> = plan
            .subscriptions
            .iter()
            .map(|it| json!({ "name": it.name, "primaryKey": it.primary_key, "secondaryKey": it.secondary_key }))
            .collect();
        json!({
            "gateway": base(self.gateway_address),
            "tls": self.tls_address.map(|it| base(it).replacen("http", "https", 1)),
            "foundry": self.foundry_address.map(base),
            "control": base(self.control_address),
            "management": self.management.map(|it| base(it).replacen("http", "https", 1)),
            "subscriptions": subscriptions,
        })
    }

    /// The running gateway's plan.
    pub(crate) fn plan(&self) -> Arc<Plan> {
        self.gateway.plan()
    }

    /// Takes no new connections, and waits until requests in flight have ended.
    pub(crate) async fn close(mut self) {
        // An error says that nobody serves any more.
        let _ = self.stop.send(true);
        while self.servers.join_next().await.is_some() {}
    }
}

/// An address as a base URL. What listens everywhere is called here.
pub(crate) fn base(address: SocketAddr) -> String {
    match address.ip().is_unspecified() {
        true => format!("http://localhost:{}", address.port()),
        false => format!("http://{address}"),
    }
}

/// Resolves when the user or the system asks this process to end.
pub(crate) async fn asked_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else {
            return interrupted().await;
        };
        tokio::select! {
            () = interrupted() => (),
            _ = terminate.recv() => (),
        }
    }
    #[cfg(not(unix))]
    interrupted().await;
}

async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Cannot be told: runs until it is killed.
        std::future::pending::<()>().await;
    }
}
