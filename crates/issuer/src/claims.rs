//! What tokens say.

use crate::issuer::Issuer;
use serde_json::{Map, Value as Json, json};

/// Seconds that a token of the token endpoint holds.
pub(crate) const LIFETIME: i64 = 3_600;
const DAY: i64 = 86_400;

/// Which shape of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    One,
    Two,
}

/// Who a token is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// An application by itself.
    Application,
    /// The one user that is always signed in.
    User,
}

/// What a token is for.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) tenant: String,
    pub(crate) version: Version,
    pub(crate) client: String,
    pub(crate) audience: String,
    pub(crate) subject: Subject,
    /// Delegated permissions, without the resource.
    pub(crate) scopes: String,
}

impl Version {
    /// `iss` of a tenant's tokens.
    pub(crate) fn issuer(self, tenant: &str) -> String {
        match self {
            Version::One => format!("https://sts.windows.net/{tenant}/"),
            Version::Two => format!("https://login.microsoftonline.com/{tenant}/v2.0"),
        }
    }
}

impl Issuer {
    /// Claims of an access token. What the settings say of the application goes before everything else.
    pub(crate) fn access(&self, grant: &Grant) -> Json {
        let now = self.now().seconds();
        let mut claims = Map::new();
        let mut say = |name: &str, value: Json| drop(claims.insert(name.to_owned(), value));
        say("aud", json!(grant.audience));
        say("iss", json!(grant.version.issuer(&grant.tenant)));
        say("iat", json!(now));
        say("nbf", json!(now));
        say("exp", json!(now + LIFETIME));
        match grant.version {
            Version::One => {
                say("appid", json!(grant.client));
                say("ver", json!("1.0"));
            }
            Version::Two => {
                say("azp", json!(grant.client));
                say("ver", json!("2.0"));
            }
        }
        say("tid", json!(grant.tenant));
        match grant.subject {
            Subject::Application => {
                let object = self.id("object", Some(&grant.client));
                say("idtyp", json!("app"));
                say("oid", json!(object));
                say("sub", json!(object));
            }
            Subject::User => {
                say("oid", json!(self.user()));
                say("sub", json!(self.id("subject", Some(&grant.client))));
                say("name", json!(USER_NAME));
                say("scp", json!(grant.scopes));
                match grant.version {
                    Version::One => {
                        say("upn", json!(USER));
                        say("unique_name", json!(USER));
                    }
                    Version::Two => say("preferred_username", json!(USER)),
                }
            }
        }
        let applications = &self.settings().applications;
        let own = applications
            .iter()
            .find(|(id, _)| id.eq_ignore_ascii_case(&grant.client));
        if let Some((_, application)) = own {
            claims.extend(application.claims.clone());
        }
        Json::Object(claims)
    }

    /// Claims of an id token, for the application itself.
    pub(crate) fn identity(&self, grant: &Grant, nonce: Option<&str>) -> Json {
        let now = self.now().seconds();
        let mut claims = json!({
            "aud": grant.client, "iss": grant.version.issuer(&grant.tenant), "iat": now, "nbf": now, "exp": now + LIFETIME,
            "name": USER_NAME, "oid": self.user(), "preferred_username": USER,
            "sub": self.id("subject", Some(&grant.client)), "tid": grant.tenant,
            "ver": if grant.version == Version::One { "1.0" } else { "2.0" },
        });
        if let Some(nonce) = nonce {
            claims["nonce"] = json!(nonce);
        }
        claims
    }

    /// Claims of the managed identity's token on a day. 24 hours are left at any moment at which it is given out.
    pub(crate) fn managed_claims(&self, resource: &str, client: Option<&str>, day: i64) -> Json {
        let application = client.map_or_else(|| self.id("application", None), str::to_owned);
        let object = self.id("object", client);
        let tenant = self.home();
        json!({
            "aud": resource, "iss": Version::One.issuer(tenant), "iat": day * DAY, "nbf": day * DAY, "exp": (day + 2) * DAY,
            "appid": application, "azp": application, "idtyp": "app", "oid": object, "sub": object, "tid": tenant, "ver": "1.0",
        })
    }

    pub(crate) fn user(&self) -> String {
        self.id("user", None)
    }
}

/// The user that is always signed in.
pub(crate) const USER: &str = "ada@apimite.local";
pub(crate) const USER_NAME: &str = "Ada Lovelace";
