use crate::answer::{Answer, Judged, Problem};
use crate::call::Call;
use crate::runtime::Runtime;
use crate::{apim, cognitive, deployments, directory, generic, graph, groups, unknown, vault};
use bytes::Bytes;
use clock::{Clock, Dice};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use issuer::{Issuer, NotAccepted};
use model::IdentitySettings;
use parking_lot::{Mutex, RwLock};
use resources::Store;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What tokens of the management plane are for.
const MANAGEMENT: &str = "https://management.azure.com/";

/// The issuer of tokens that the management plane takes: the same wherever it is made, so that a client can be signed in before it runs.
pub fn issuer(clock: Clock, seed: u64) -> Issuer {
    Issuer::new("management", &IdentitySettings::default(), clock, Dice::new(seed))
}

/// What a [`Plane`] needs.
pub struct Options {
    /// What is there already.
    pub store: Store,
    /// Where it is kept between runs.
    pub data: Option<PathBuf>,
    /// The one subscription.
    pub subscription: String,
    /// What time it is.
    pub clock: Clock,
    /// Whose tokens are taken.
    pub issuer: Issuer,
    /// Seed of ids and keys.
    pub seed: u64,
    /// Who runs the service.
    pub runtime: Arc<dyn Runtime>,
}

/// Answers requests to the management plane. It has no socket: see [`crate::serve`].
pub struct Plane {
    pub(crate) state: RwLock<Arc<Store>>,
    /// Held while something changes.
    writer: Mutex<()>,
    data: Option<PathBuf>,
    pub(crate) subscription: String,
    pub(crate) clock: Clock,
    pub(crate) issuer: Issuer,
    pub(crate) seed: u64,
    pub(crate) runtime: Arc<dyn Runtime>,
    /// Applications that were registered.
    pub(crate) applications: Mutex<Vec<serde_json::Value>>,
    requests: AtomicU64,
}

impl std::fmt::Debug for Plane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Plane")
    }
}

impl Plane {
    /// A plane that begins with what the store holds.
    pub fn new(options: Options) -> Plane {
        let mut store = options.store;
        groups::adopt(&mut store, &options.subscription);
        Plane {
            state: RwLock::new(Arc::new(store)),
            writer: Mutex::new(()),
            data: options.data,
            subscription: options.subscription,
            clock: options.clock,
            issuer: options.issuer,
            seed: options.seed,
            runtime: options.runtime,
            applications: Mutex::default(),
            requests: AtomicU64::new(0),
        }
    }

    /// Everything that is there.
    pub fn store(&self) -> Arc<Store> {
        self.state.read().clone()
    }

    /// Changes what is there from outside of a request, such as by a template that was deployed again; the text says why not.
    ///
    /// # Errors
    /// What the change itself says.
    pub fn replace<T, E>(&self, change: impl FnOnce(&mut Store) -> Result<T, E>) -> Result<T, E> {
        let _writer = self.writer.lock();
        let mut store = (*self.store()).clone();
        let done = change(&mut store)?;
        groups::adopt(&mut store, &self.subscription);
        self.publish(store);
        Ok(done)
    }

    /// Answers a request to `management.azure.com`. It may take as long as loading a service does: not for a thread that serves others.
    pub fn respond(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.respond_by(request, |call| self.judge(call))
    }

    /// Answers a request to `graph.microsoft.com`.
    pub fn respond_graph(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.respond_by(request, |call| {
            self.authorise(call, MANAGEMENT)?;
            graph::answer(self, call)
        })
    }

    /// Answers a request to `*.vault.azure.net`.
    pub fn respond_vault(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.respond_by(request, |call| {
            self.authorise(call, "https://vault.azure.net")?;
            vault::answer(self, call)
        })
    }

    /// Answers a request for logs.
    pub fn respond_logs(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.respond_by(request, |call| {
            self.authorise(call, "https://api.loganalytics.io")?;
            unknown::logs(call)
        })
    }

    /// Answers a request for list prices, which anybody may ask for.
    pub fn respond_prices(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.respond_by(request, unknown::prices)
    }

    fn respond_by(&self, request: Request<Bytes>, judge: impl Fn(&Call) -> Judged) -> Response<Bytes> {
        let call = Call::read(request);
        let answer = judge(&call).unwrap_or_else(Problem::into_answer);
        self.finish(&call, answer)
    }

    fn finish(&self, call: &Call, answer: Answer) -> Response<Bytes> {
        let mut response = answer.into_response();
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let id = Dice::new(self.seed)
            .roll("management-request", number)
            .uuid()
            .to_string();
        if let Ok(id) = HeaderValue::from_str(&id) {
            let headers = response.headers_mut();
            headers.insert("x-ms-request-id", id.clone());
            headers.insert("x-ms-correlation-request-id", id.clone());
            headers.insert("x-ms-routing-request-id", id);
        }
        if call.method == Method::HEAD {
            *response.body_mut() = Bytes::new();
        }
        response
    }

    fn judge(&self, call: &Call) -> Judged {
        let segments = call.segments();
        if let ["metadata", "endpoints"] = segments[..] {
            return directory::endpoints(self, call);
        }
        if apim::is_download(call) {
            return apim::download(self, call);
        }
        self.authorise(call, MANAGEMENT)?;
        call.check_version()?;
        match segments[..] {
            ["tenants"] => directory::tenants(self),
            ["providers", ref rest @ ..] => directory::providers(call, rest),
            ["subscriptions"] => directory::subscriptions(self),
            ["subscriptions", id, ref rest @ ..] => {
                if !id.eq_ignore_ascii_case(&self.subscription) {
                    return Err(Problem::missing(
                        "SubscriptionNotFound",
                        format!("The subscription '{}' could not be found.", call.path[1]),
                    ));
                }
                self.inside(call, rest)
            }
            _ => Err(Problem::unknown(&call.target)),
        }
    }

    // Below the subscription.
    fn inside(&self, call: &Call, rest: &[&str]) -> Judged {
        match rest {
            [] => directory::subscription(self),
            ["locations"] => directory::locations(self),
            ["resources"] => groups::resources(self, call, None),
            ["resourcegroups"] => groups::list(self, call),
            ["resourcegroups", _] => groups::one(self, call),
            ["resourcegroups", group, "resources"] => groups::resources(self, call, Some(group)),
            ["resourcegroups", _, "deployments", _, "operations", ..] => deployments::operations(self, call),
            [
                "resourcegroups",
                _,
                "providers",
                "microsoft.resources",
                "deployments",
                rest @ ..,
            ] => deployments::answer(self, call, rest),
            ["providers", "microsoft.resources", "deployments", rest @ ..] => {
                deployments::answer(self, call, rest)
            }
            ["providers"] | ["providers", _] => directory::providers(call, &rest[1..]),
            ["providers", _, "register" | "unregister"] => directory::providers(call, &rest[1..2]),
            _ if apim::is_meant(rest) => apim::answer(self, call),
            _ if cognitive::is_meant(rest) => cognitive::answer(self, call),
            _ if rest.contains(&"providers") => generic::answer(self, call),
            _ => Err(Problem::unknown(&call.target)),
        }
    }

    /// Refuses a call without a token of ours. The refusal says where there is one, and for what.
    fn authorise(&self, call: &Call, resource: &str) -> Result<(), Problem> {
        let tenant = self.issuer.signed_in().tenant;
        let refuse = |code: &str, error: &str, message: &str| {
            let whose = match resource {
                MANAGEMENT => format!("authorization_uri=\"https://login.microsoftonline.com/{tenant}\""),
                // Clients of other hosts take from this what they ask a token for.
                _ => format!(
                    "authorization=\"https://login.microsoftonline.com/{tenant}\", resource=\"{resource}\""
                ),
            };
            let challenge = format!("Bearer {whose}, error=\"{error}\", error_description=\"{message}\"");
            Err(Problem::new(StatusCode::UNAUTHORIZED, code, message).challenge(challenge))
        };
        let Some(header) = call.header("authorization") else {
            return refuse(
                "AuthenticationFailed",
                "invalid_token",
                "Authentication failed. The 'Authorization' header is missing.",
            );
        };
        let token = header
            .split_once(' ')
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let Some((_, token)) = token else {
            return refuse(
                "AuthenticationFailedInvalidHeader",
                "invalid_token",
                "Authentication failed. The 'Authorization' header is provided in an invalid format.",
            );
        };
        match self.issuer.accept(token.trim()) {
            Ok(_) => Ok(()),
            Err(NotAccepted::Expired) => refuse(
                "ExpiredAuthenticationToken",
                "invalid_token",
                "The access token expiry UTC time is earlier than current UTC time.",
            ),
            Err(NotAccepted::Unknown) => refuse(
                "InvalidAuthenticationToken",
                "invalid_token",
                "The access token is invalid.",
            ),
        }
    }

    /// Changes what is there. With `takes_effect` the service takes it up first, or nothing changes.
    pub(crate) fn change<T>(
        &self,
        takes_effect: bool,
        change: impl FnOnce(&mut Store) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        self.change_or(takes_effect, change, |stopped| {
            Problem::findings(
                "ValidationError",
                "One or more fields contain incorrect values:",
                &stopped.findings,
            )
        })
    }

    /// The same, with other words for what keeps the service from taking it up.
    pub(crate) fn change_or<T, E>(
        &self,
        takes_effect: bool,
        change: impl FnOnce(&mut Store) -> Result<T, E>,
        refuse: impl FnOnce(crate::Stopped) -> E,
    ) -> Result<T, E> {
        let _writer = self.writer.lock();
        let mut store = (*self.store()).clone();
        let done = change(&mut store)?;
        if takes_effect {
            self.runtime.apply(&store).map_err(refuse)?;
        }
        self.publish(store);
        Ok(done)
    }

    fn publish(&self, store: Store) {
        if let Some(folder) = &self.data
            && let Err(error) = store.save(folder)
        {
            tracing::warn!(%error, folder = %folder.display(), "what was changed is not kept");
        }
        *self.state.write() = Arc::new(store);
    }

    /// The moment as Azure writes it.
    pub(crate) fn now(&self) -> String {
        let now = self.clock.now();
        let moment = jiff::Timestamp::from_nanosecond(i128::from(now.nanos())).unwrap_or_default();
        // Seven digits of a second, as .NET counts them.
        let fraction = now.nanos().rem_euclid(1_000_000_000) / 100;
        format!("{}.{fraction:07}Z", moment.strftime("%Y-%m-%dT%H:%M:%S"))
    }
}
