use crate::claims::{LIFETIME, USER, USER_NAME};
use crate::code::Code;
use clock::{Clock, Dice, Moment};
use http::HeaderValue;
use jose::Signer;
use model::IdentitySettings;
use parking_lot::{Mutex, RwLock};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// Hosts of Entra ID that the local issuer stands for, of every cloud.
const AUTHORITIES: [&str; 5] = [
    "login.microsoftonline.com",
    "sts.windows.net",
    "login.windows.net",
    "login.microsoftonline.us",
    "login.partner.microsoftonline.cn",
];

/// Whether `host` is one of Entra ID.
pub fn is_authority(host: &str) -> bool {
    AUTHORITIES.iter().any(|it| it.eq_ignore_ascii_case(host))
}

/// The tenant that everybody belongs to unless a request or the settings name another.
const TENANT: &str = "6ca1ab1e-0000-4000-8000-a91317e00001";
const DAY: i64 = 86_400;
/// Tokens of managed identities that are kept.
const MOST: usize = 256;

/// Issues tokens. Cheap to clone; every clone is the same.
#[derive(Debug, Clone)]
pub struct Issuer {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    clock: Clock,
    dice: Dice,
    service: String,
    settings: IdentitySettings,
    signer: OnceLock<Arc<Signer>>,
    // Tokens of managed identities: the same text all day.
    tokens: RwLock<Vec<Known>>,
}

/// Why a token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAccepted {
    /// It was not issued here.
    Unknown,
    /// Its time is over.
    Expired,
}

/// The user that is always signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Tenant id.
    pub tenant: String,
    /// Object id.
    pub object: String,
    /// User principal name.
    pub name: &'static str,
    /// Name for people.
    pub display_name: &'static str,
}

#[derive(Debug, Clone)]
struct Known {
    resource: String,
    client: Option<String>,
    day: i64,
    text: Arc<str>,
    bearer: HeaderValue,
}

impl Issuer {
    /// The issuer beside the service of this name.
    pub fn new(service: &str, settings: &IdentitySettings, clock: Clock, dice: Dice) -> Issuer {
        let inner = Inner {
            clock,
            dice,
            service: service.to_owned(),
            settings: settings.clone(),
            signer: OnceLock::new(),
            tokens: RwLock::default(),
        };
        Issuer {
            inner: Arc::new(inner),
        }
    }

    /// Makes the key now, on a thread of its own: whoever needs it earlier waits for it.
    pub fn warm(&self) {
        let issuer = self.clone();
        drop(std::thread::spawn(move || {
            issuer.signer();
        }));
    }

    /// A token of the service's managed identity for `resource`, the same text all day; the text says why there is none.
    pub fn managed_identity(&self, resource: &str, client: Option<&str>) -> Result<Arc<str>, String> {
        self.managed(resource, client, |known| known.text.clone())
    }

    /// The same as the value of an `Authorization` header.
    pub fn managed_bearer(&self, resource: &str, client: Option<&str>) -> Result<HeaderValue, String> {
        self.managed(resource, client, |known| known.bearer.clone())
    }

    fn managed<T>(
        &self,
        resource: &str,
        client: Option<&str>,
        show: impl Fn(&Known) -> T,
    ) -> Result<T, String> {
        let settings = &self.inner.settings;
        if settings.unavailable {
            return Err("the managed identity is unavailable: `unavailable` of `[identity]`".to_owned());
        }
        if let Some(client) = client
            && let Some(known) = &settings.user_assigned
            && !known.iter().any(|it| it.eq_ignore_ascii_case(client))
        {
            return Err(format!("the service has no user-assigned identity `{client}`"));
        }
        let day = self.now().seconds().div_euclid(DAY);
        let is_it = |it: &&Known| it.resource == resource && it.client.as_deref() == client && it.day == day;
        if let Some(known) = self.inner.tokens.read().iter().find(is_it) {
            return Ok(show(known));
        }
        let text: Arc<str> = self.sign(&self.managed_claims(resource, client, day)).into();
        let mut bearer =
            HeaderValue::try_from(format!("Bearer {text}")).map_err(|error| error.to_string())?;
        bearer.set_sensitive(true);
        let known = Known {
            resource: resource.to_owned(),
            client: client.map(str::to_owned),
            day,
            text,
            bearer,
        };
        let shown = show(&known);
        let mut tokens = self.inner.tokens.write();
        tokens.retain(|known| known.day == day);
        // Resources may be computed: of more than a service has, the oldest goes.
        if tokens.len() >= MOST {
            tokens.remove(0);
        }
        tokens.push(known);
        Ok(shown)
    }

    /// A token as a provider of a connection might have given it.
    pub fn connection(&self, provider: &str, id: &str) -> String {
        let now = self.now().seconds();
        self.sign(&json!({ "iss": provider, "sub": id, "iat": now, "nbf": now, "exp": now + LIFETIME }))
    }

    /// A signed token with these claims, an object.
    pub fn sign(&self, claims: &Json) -> String {
        self.signer().sign(claims)
    }

    /// The claims of a token of its own that still holds.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn accept(&self, token: &str) -> Result<Map<String, Json>, NotAccepted> {
        let Ok(jose::Compact::Signed(token)) = jose::read(token) else {
            return Err(NotAccepted::Unknown);
        };
        if token.verify(&self.signer().key()).is_err() {
            return Err(NotAccepted::Unknown);
        }
        match token.claims.get("exp").and_then(Json::as_i64) {
            Some(end) if end > self.now().seconds() => Ok(token.claims),
            Some(_) => Err(NotAccepted::Expired),
            None => Err(NotAccepted::Unknown),
        }
    }

    /// What a client that is signed in already redeems for its tokens.
    pub fn refresh_token(&self, client: &str) -> String {
        Code {
            client: client.to_owned(),
            scope: "openid profile offline_access".to_owned(),
            nonce: None,
            challenge: None,
            until: i64::MAX,
        }
        .text()
    }

    /// Who is always signed in.
    pub fn signed_in(&self) -> SignedIn {
        SignedIn {
            tenant: self.home().to_owned(),
            object: self.user(),
            name: USER,
            display_name: USER_NAME,
        }
    }

    pub(crate) fn now(&self) -> Moment {
        self.inner.clock.now()
    }

    pub(crate) fn settings(&self) -> &IdentitySettings {
        &self.inner.settings
    }

    pub(crate) fn signer(&self) -> &Signer {
        self.inner.signer.get_or_init(|| signer(self.inner.dice.seed()))
    }

    /// The id that stands for something of the service, such as one of its identities.
    pub(crate) fn id(&self, what: &str, of: Option<&str>) -> String {
        let mut roll = Dice::new(0).roll((self.inner.service.as_str(), what, of), 0);
        roll.uuid().to_string()
    }

    pub(crate) fn home(&self) -> &str {
        self.inner.settings.tenant.as_deref().unwrap_or(TENANT)
    }

    /// The id of the tenant that a path names: an id is itself, a domain always has the same.
    pub(crate) fn tenant(&self, name: &str) -> String {
        match name.to_ascii_lowercase().as_str() {
            "common" | "organizations" | "consumers" => self.home().to_owned(),
            name if uuid::Uuid::try_parse(name).is_ok() => name.to_owned(),
            name => Dice::new(0).roll(("tenant", name), 0).uuid().to_string(),
        }
    }
}

// A key takes a moment to make, and depends on the seed alone.
fn signer(seed: u64) -> Arc<Signer> {
    static MADE: Mutex<BTreeMap<u64, Arc<OnceLock<Arc<Signer>>>>> = Mutex::new(BTreeMap::new());
    let place = MADE.lock().entry(seed).or_default().clone();
    place.get_or_init(|| Arc::new(Signer::from_seed(seed))).clone()
}
