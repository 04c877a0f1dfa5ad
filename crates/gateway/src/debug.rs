//! Who may have a request traced: tokens that the management plane gave out (gateway.md 5.1).

use crate::gateway::Gateway;
use clock::Moment;
use http::{HeaderMap, HeaderName, HeaderValue};
use parking_lot::RwLock;
use std::sync::atomic::{AtomicBool, Ordering};
use trace::Step;
use uuid::Uuid;

const AUTHORIZATION: HeaderName = HeaderName::from_static("apim-debug-authorization");
const TRACE_ID: HeaderName = HeaderName::from_static("apim-trace-id");
const EXPIRED: HeaderName = HeaderName::from_static("apim-debug-authorization-expired");
const WRONG_API: HeaderName = HeaderName::from_static("apim-debug-authorization-wrongapi");

/// Tokens that are kept; of more the oldest goes.
const MOST: usize = 1_000;

/// The tokens that were given out.
#[derive(Debug, Default)]
pub(crate) struct DebugCredentials {
    // Most requests show none, and most gateways have given none out.
    is_any: AtomicBool,
    given: RwLock<Vec<Credential>>,
}

#[derive(Debug)]
struct Credential {
    token: String,
    api: String,
    until: Moment,
}

/// What a request's token is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shown {
    /// The request is traced.
    Good,
    /// Its time is over.
    Expired(Moment),
    /// It is for another API.
    WrongApi(String),
}

impl DebugCredentials {
    /// What a request to an API has shown; `None` without a token, or with one that was never given out.
    pub(crate) fn shown(&self, headers: &HeaderMap, api: &str, now: Moment) -> Option<Shown> {
        if !self.is_any.load(Ordering::Relaxed) {
            return None;
        }
        let token = headers.get(AUTHORIZATION)?.to_str().ok()?;
        let given = self.given.read();
        let credential = given.iter().find(|it| it.token == token)?;
        Some(if credential.until <= now {
            Shown::Expired(credential.until)
        } else if credential.api.eq_ignore_ascii_case(api) {
            Shown::Good
        } else {
            Shown::WrongApi(credential.api.clone())
        })
    }
}

/// The headers of a request that is traced. `own` is the name under which the API reads its key.
pub(crate) fn received(headers: &HeaderMap, own: &str) -> Step {
    let is_secret = |name: &str| {
        name.eq_ignore_ascii_case(own) || name == AUTHORIZATION.as_str() || SECRET.contains(&name)
    };
    let pair = |(name, value): (&HeaderName, &HeaderValue)| {
        let shown = match is_secret(name.as_str()) {
            true => "***".into(),
            false => String::from_utf8_lossy(value.as_bytes()).into_owned(),
        };
        (name.as_str().to_owned(), shown)
    };
    Step::Received {
        headers: headers.iter().map(pair).collect(),
    }
}

/// Headers that no trace shows.
const SECRET: [&str; 5] = [
    "api-key",
    "authorization",
    "cookie",
    "ocp-apim-subscription-key",
    "proxy-authorization",
];

impl Shown {
    /// Tells the caller.
    pub(crate) fn tell(&self, id: Uuid, headers: &mut HeaderMap) {
        let (name, value) = match self {
            Shown::Good => (TRACE_ID, format!("{}-1", id.simple())),
            Shown::Expired(until) => (
                EXPIRED,
                format!("the token expired {} seconds after 1970", until.seconds()),
            ),
            Shown::WrongApi(api) => (WRONG_API, format!("the token is for the API '{api}'")),
        };
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
}

impl Gateway {
    /// A token that lets requests to an API be traced until a moment: they show it as `Apim-Debug-Authorization`.
    pub fn allow_traces(&self, api: &str, until: Moment) -> String {
        let credentials = &self.debug;
        let mut given = credentials.given.write();
        let number = given.len() as u64;
        let mut roll = self
            .shared
            .dice
            .roll(("debug-credential", api, until.nanos()), number);
        let token = format!(
            "aid={api}&p=tracing&ex={}&sn={}",
            until.seconds(),
            roll.uuid().simple()
        );
        if given.len() >= MOST {
            given.remove(0);
        }
        given.push(Credential {
            token: token.clone(),
            api: api.to_owned(),
            until,
        });
        credentials.is_any.store(true, Ordering::Relaxed);
        token
    }

    /// Takes all such tokens back.
    pub fn forbid_traces(&self) {
        self.debug.given.write().clear();
    }

    /// A request by the id that its answer carried as `Apim-Trace-Id`.
    pub fn traced(&self, id: &str) -> Option<std::sync::Arc<trace::Record>> {
        let id = id
            .split('-')
            .next()
            .filter(|first| first.len() == 32)
            .unwrap_or(id);
        self.record(id.parse().ok()?)
    }
}
