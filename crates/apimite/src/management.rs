//! The management plane in front of what runs here.

use crate::deployment::{SETTINGS, fetch};
use crate::street::{Reload, Street, base};
use arm::{Door, Hosts, Options, Plane, Stopped, Traffic};
use axum::routing::get;
use axum::{Json, Router};
use clock::{Clock, Moment};
use parking_lot::Mutex;
use resources::Store;
use serde_json::json;
use service::LoadOptions;
use source::{Diagnostic, Finding, Source, Span};
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;
use trace::Record;

/// Where the management plane listens unless said otherwise.
pub(crate) const ADDRESS: &str = "127.0.0.1:8443";

/// The folder in which the authority and the settings of clients stay between runs.
pub(crate) fn home(given: Option<&Path>) -> Result<PathBuf, String> {
    let variable = |name: &str| {
        std::env::var_os(name)
            .filter(|it| !it.is_empty())
            .map(PathBuf::from)
    };
    if let Some(given) = given {
        return std::path::absolute(given).map_err(|error| format!("`{}`: {error}", given.display()));
    }
    let found = variable("APIMITE_HOME")
        .or_else(|| variable("XDG_STATE_HOME").map(|it| it.join("apimite")))
        .or_else(|| variable("LOCALAPPDATA").map(|it| it.join("apimite")))
        .or_else(|| variable("HOME").map(|it| it.join(".local/state/apimite")));
    found.ok_or_else(|| "no folder for the local authority: set APIMITE_HOME".to_owned())
}

/// How the service behind the plane is made.
#[derive(Debug)]
pub(crate) struct Making {
    pub(crate) options: LoadOptions,
    /// Where the first template is, and certificates that the settings name.
    pub(crate) folder: PathBuf,
    /// Text of `apimite.toml`.
    pub(crate) settings: Option<String>,
    pub(crate) offline: bool,
}

/// What runs behind the plane.
struct Behind {
    making: Making,
    reload: Reload,
    /// What imports have read, by address.
    fetched: Mutex<HashMap<String, String>>,
}

impl arm::Runtime for Behind {
    fn apply(&self, store: &Store) -> Result<(), Stopped> {
        let Making {
            options,
            folder,
            settings,
            offline,
        } = &self.making;
        let fetch = |url: &str| self.once(url, *offline);
        let mut made = resources::service(store, settings.as_deref(), &BTreeMap::new(), &fetch);
        made.findings
            .extend(apiops::certificates(folder, &mut made.service));
        if made.findings.iter().any(Finding::is_error) {
            return Err(Stopped {
                findings: made.findings,
            });
        }
        let mut service = std::mem::take(&mut made.service);
        service.settings.seed = Some(service.settings.seed.unwrap_or(options.seed));
        let loaded = service::load(service, options);
        let Some(plan) = loaded.plan else {
            let findings = loaded.findings.into_iter().map(|it| made.translate(it, store));
            return Err(Stopped {
                findings: findings.collect(),
            });
        };
        self.reload.take_up(plan).map_err(|why| {
            let place = Source::new(SETTINGS, settings.as_deref().unwrap_or_default());
            let finding = Diagnostic::error("mock-settings", why, Span::default()).found_in(&place);
            Stopped {
                findings: vec![finding],
            }
        })
    }

    fn fetch(&self, url: &str) -> Result<String, String> {
        fetch(url, self.making.offline)
    }

    fn allow_traces(&self, api: &str, until: Moment) -> String {
        self.reload.gateway().allow_traces(api, until)
    }

    fn forbid_traces(&self) {
        self.reload.gateway().forbid_traces();
    }

    fn traced(&self, id: &str) -> Option<Arc<Record>> {
        self.reload.gateway().traced(id)
    }
}

impl Behind {
    /// A document that an import names is read once: the next change has nothing to do with it.
    fn once(&self, url: &str, offline: bool) -> Result<String, String> {
        if let Some(known) = self.fetched.lock().get(url) {
            return Ok(known.clone());
        }
        let text = fetch(url, offline)?;
        self.fetched.lock().insert(url.to_owned(), text.clone());
        Ok(text)
    }
}

/// What the plane begins with.
pub(crate) struct Start {
    pub(crate) store: Store,
    pub(crate) data: Option<PathBuf>,
    pub(crate) authority: Arc<wire::Authority>,
    pub(crate) traffic: Arc<Traffic>,
    pub(crate) seed: u64,
    pub(crate) making: Making,
}

/// Begins to serve the management plane of a street.
pub(crate) fn serve(start: Start, listener: TcpListener, street: &mut Street) -> Arc<Plane> {
    let clock = street.clock();
    let offline = start.making.offline;
    let issuer = arm::issuer(clock.clone(), start.seed);
    issuer.warm();
    let plane = Arc::new(Plane::new(Options {
        store: start.store,
        data: start.data,
        subscription: bicep::Environment::default().subscription,
        clock,
        issuer,
        seed: start.seed,
        runtime: Arc::new(Behind {
            making: start.making,
            reload: street.reloader(),
            fetched: Mutex::default(),
        }),
    }));
    let hosts = Hosts {
        gateway: street.gateway_address,
        foundry: street.foundry_address,
    };
    let door = Door::new(plane.clone(), start.authority, hosts, offline, start.traffic);
    street.serve_management(Arc::new(door), listener);
    plane
}

/// The id of the tenant that everybody belongs to.
pub(crate) fn tenant() -> String {
    arm::issuer(Clock::real(), 0).signed_in().tenant
}

/// Control routes: where the plane is and how much has gone through its door, and what its proxy was asked for, by host.
pub(crate) fn told(address: SocketAddr, home: &Path, traffic: &Arc<Traffic>) -> Router {
    let facts = json!({ "management": base(address).replacen("http", "https", 1), "folder": home });
    let (counted, by_host) = (traffic.clone(), traffic.clone());
    let now = move || {
        let mut facts = facts.clone();
        let (requests, busy) = counted.requests();
        facts["requests"] = requests.into();
        facts["seconds"] = busy.as_secs_f64().into();
        let asked = counted.facts();
        for fate in ["tunnelled", "refused"] {
            facts[fate] = asked[fate]["count"].clone();
        }
        facts
    };
    Router::new()
        .route("/management", get(move || async move { Json(now()) }))
        .route("/proxy", get(move || async move { Json(by_host.facts()) }))
}
