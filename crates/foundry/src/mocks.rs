use crate::account::Server;
use crate::journal::{Entry, Journal};
use crate::state::{self, AccountState};
use crate::{Reset, control, serve};
use axum::body::Body;
use bytes::Bytes;
use clock::{Clock, Dice};
use http::{Request, Response};
use indexmap::IndexMap;
use llm::Encoding;
use model::{Account, AccountSettings, Fault, LatencySettings, Settings};
use parking_lot::{Mutex, RwLock};
use std::sync::Arc;

/// The mock model servers of a service. Cheap to clone; every clone is the same.
#[derive(Debug, Clone)]
pub struct Foundry {
    pub(crate) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    pub(crate) dice: Dice,
    /// By name in lower case.
    servers: RwLock<IndexMap<String, Arc<Server>>>,
    pub(crate) journal: Mutex<Journal>,
}

/// Why accounts or settings were refused; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct Mistakes(pub Vec<String>);

impl Foundry {
    /// Mock servers for `accounts`.
    pub fn new(
        accounts: &[Account],
        settings: &Settings,
        clock: Clock,
        dice: Dice,
    ) -> Result<Foundry, Mistakes> {
        let shared = Shared {
            clock,
            dice,
            servers: RwLock::default(),
            journal: Mutex::default(),
        };
        let foundry = Foundry {
            shared: Arc::new(shared),
        };
        foundry.reload(accounts, settings)?;
        Ok(foundry)
    }

    /// Follows changed accounts and settings. Counters of deployments whose model and size stayed the same go on, and so does
    /// everything that was set while running, at accounts whose settings were not edited.
    pub fn reload(&self, accounts: &[Account], settings: &Settings) -> Result<(), Mistakes> {
        let mut mistakes = Vec::new();
        // Nothing that runs is touched until everything is known to be right.
        self.build(accounts, settings, &IndexMap::new(), &mut mistakes);
        if !mistakes.is_empty() {
            return Err(Mistakes(mistakes));
        }
        let mut servers = self.shared.servers.write();
        *servers = self.build(accounts, settings, &servers, &mut mistakes);
        Ok(())
    }

    /// Loads the tokenizers of the deployed models on a thread of their own. A call that needs one earlier waits for it.
    pub fn warm(&self) {
        let mut encodings: Vec<Encoding> = Vec::new();
        for server in self.shared.servers() {
            for deployed in server.deployments() {
                let encoding = Encoding::of_model(&deployed.resource.model.name);
                if !encodings.contains(&encoding) {
                    encodings.push(encoding);
                }
            }
        }
        drop(llm::warm(&encodings));
    }

    fn build(
        &self,
        accounts: &[Account],
        settings: &Settings,
        old: &IndexMap<String, Arc<Server>>,
        mistakes: &mut Vec<String>,
    ) -> IndexMap<String, Arc<Server>> {
        let known = |name: &str| accounts.iter().any(|it| it.name.eq_ignore_ascii_case(name));
        for unknown in settings.accounts.keys().filter(|name| !known(name)) {
            mistakes.push(format!("there is no account `{unknown}`"));
        }
        let (dice, now) = (self.shared.dice, self.shared.clock.now());
        let mut servers = IndexMap::new();
        for account in accounts {
            let key = account.name.to_ascii_lowercase();
            let mut all = settings.accounts.iter();
            let settings = all
                .find(|(name, _)| name.eq_ignore_ascii_case(&key))
                .map(|(_, it)| it.clone());
            let old = old.get(&key).map(|old| &**old);
            let server = Server::new(account, &settings.unwrap_or_default(), dice, now, old, mistakes);
            if servers.insert(key, Arc::new(server)).is_some() {
                mistakes.push(format!("there are two accounts named `{}`", account.name));
            }
        }
        servers
    }

    /// Answers one request. An error means that the connection is to be closed without an answer.
    pub async fn answer<B>(&self, request: Request<B>) -> Result<Response<Body>, Reset>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: std::error::Error + Send + Sync + 'static,
    {
        serve::answer(&self.shared, request).await
    }

    /// The mock servers as a router. It cannot refuse to answer: where [`Foundry::answer`] errs, the body of its response
    /// fails before its first byte, which makes hyper close the connection before the head is out.
    pub fn router(&self) -> axum::Router {
        let foundry = self.clone();
        axum::Router::new().fallback(move |request: Request<Body>| {
            let foundry = foundry.clone();
            async move { foundry.answer(request).await.unwrap_or_else(Reset::into_response) }
        })
    }

    /// Routes to read and to set all of this while it runs; see the crate's page.
    pub fn control(&self) -> axum::Router {
        control::router(self.clone())
    }

    /// How every account stands.
    pub fn state(&self) -> Vec<AccountState> {
        let now = self.shared.clock.now();
        self.shared
            .servers()
            .iter()
            .map(|server| state::of_account(server, now))
            .collect()
    }

    /// The latest calls, oldest first.
    pub fn journal(&self) -> Vec<Entry> {
        self.shared.journal.lock().entries()
    }

    /// Forgets the calls in the journal; quotas stay as they are.
    pub fn clear_journal(&self) {
        self.shared.journal.lock().clear();
    }

    /// The keys that open an account.
    pub fn keys(&self, account: &str) -> Option<Vec<String>> {
        Some(self.shared.server(account)?.door().keys)
    }

    /// Adds a line to the end of an account's script of faults. `false` when there is no such account.
    pub fn set_fault(&self, account: &str, fault: Fault) -> bool {
        let now = self.shared.clock.now();
        self.shared.server(account).is_some_and(|server| {
            server.script(|script| script.add(fault, now));
            true
        })
    }

    /// Ends all faults of an account. `false` when there is no such account.
    pub fn clear_faults(&self, account: &str) -> bool {
        self.shared.server(account).is_some_and(|server| {
            server.script(|script| script.clear());
            true
        })
    }

    /// Sets how long answers of an account take, of one deployment or of all.
    pub fn set_latency(
        &self,
        account: &str,
        deployment: Option<&str>,
        latency: LatencySettings,
    ) -> Result<(), Mistakes> {
        let server = self.shared.server(account).ok_or_else(|| no_account(account))?;
        let mut patch = AccountSettings::default();
        for deployed in server.deployments() {
            let name = &deployed.resource.name;
            if deployment.is_none_or(|it| it.eq_ignore_ascii_case(name)) {
                let settings = patch.deployments.entry(name.clone()).or_default();
                settings.latency = latency.clone();
            }
        }
        if let (Some(name), true) = (deployment, patch.deployments.is_empty()) {
            return Err(Mistakes(vec![format!(
                "account `{account}` has no deployment `{name}`"
            )]));
        }
        self.configure(account, &patch)
    }

    /// Changes what `settings` sets and leaves the rest; a list of faults that is not empty takes the old one's place.
    pub fn configure(&self, account: &str, settings: &AccountSettings) -> Result<(), Mistakes> {
        self.patch(account, settings, !settings.faults.is_empty())
    }

    pub(crate) fn patch(
        &self,
        account: &str,
        settings: &AccountSettings,
        faults: bool,
    ) -> Result<(), Mistakes> {
        let server = self.shared.server(account).ok_or_else(|| no_account(account))?;
        server
            .patch(settings, faults, self.shared.dice, self.shared.clock.now())
            .map_err(Mistakes)
    }

    /// Empties all quotas, begins scripts of faults again and forgets the journal and kept responses.
    pub fn reset(&self) {
        let now = self.shared.clock.now();
        for server in self.shared.servers() {
            server.reset(now);
        }
        self.shared.journal.lock().clear();
    }
}

fn no_account(account: &str) -> Mistakes {
    Mistakes(vec![format!("there is no account `{account}`")])
}

impl Shared {
    pub(crate) fn server(&self, account: &str) -> Option<Arc<Server>> {
        self.servers.read().get(&account.to_ascii_lowercase()).cloned()
    }

    fn servers(&self) -> Vec<Arc<Server>> {
        self.servers.read().values().cloned().collect()
    }
}
