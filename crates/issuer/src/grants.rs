//! The token endpoint: every grant is granted, as long as it is asked for in the right form.

use crate::claims::{Grant, LIFETIME, Subject, USER, Version};
use crate::code::Code;
use crate::form::Form;
use crate::issuer::Issuer;
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value as Json, json};

/// Why there is no token: `error` and `error_description`.
pub(crate) type Refusal = (&'static str, String);

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// Seconds that a code may be redeemed.
pub(crate) const CODE_LIFETIME: i64 = 900;

impl Issuer {
    /// Answers a form that was sent to the token endpoint; `basic` is the user name of an `Authorization` header.
    pub(crate) fn token(
        &self,
        tenant: &str,
        version: Version,
        form: &Form,
        basic: Option<&str>,
    ) -> Result<Json, Refusal> {
        let grant_type = form.get("grant_type").ok_or_else(|| missing("grant_type"))?;
        let client = form.get("client_id").or(basic);
        let mut code = Code::default();
        let (subject, scope) = match grant_type {
            "client_credentials" => (Subject::Application, scope(form, version)?),
            "password" => {
                form.get("username").ok_or_else(|| missing("username"))?;
                (Subject::User, scope(form, version)?)
            }
            "authorization_code" | "refresh_token" | DEVICE => {
                code = self.redeemed(grant_type, form)?;
                let asked = scope(form, version).ok();
                (Subject::User, asked.unwrap_or_else(|| code.scope.clone()))
            }
            other => {
                let text = format!("AADSTS70003: The app requested an unsupported grant type '{other}'.");
                return Err(("unsupported_grant_type", text));
            }
        };
        let client = client.or(Some(code.client.as_str()).filter(|it| !it.is_empty()));
        let client = client.ok_or_else(|| missing("client_id"))?.to_owned();
        if !code.client.is_empty() && !code.client.eq_ignore_ascii_case(&client) {
            return Err(invalid(
                "AADSTS700005: The code was issued to another application.",
            ));
        }
        let (audience, scopes) = resource(&scope, &client);
        if subject == Subject::Application && version == Version::Two && !scope.ends_with("/.default") {
            let text = format!(
                "AADSTS1002012: The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
            );
            return Err(("invalid_scope", text));
        }
        let grant = Grant {
            tenant: self.tenant(tenant),
            version,
            client,
            audience,
            subject,
            scopes,
        };
        Ok(self.answer(&grant, &scope, form, code.nonce.as_deref()))
    }

    fn answer(&self, grant: &Grant, scope: &str, form: &Form, nonce: Option<&str>) -> Json {
        let token = self.sign(&self.access(grant));
        let mut answer = json!({
            "token_type": "Bearer", "expires_in": LIFETIME - 1, "ext_expires_in": LIFETIME - 1, "access_token": token,
        });
        if grant.version == Version::One {
            // Version 1 writes numbers as text.
            let expires = self.now().seconds() + LIFETIME;
            answer["expires_in"] = json!((LIFETIME - 1).to_string());
            answer["ext_expires_in"] = json!((LIFETIME - 1).to_string());
            answer["expires_on"] = json!(expires.to_string());
            answer["resource"] = json!(grant.audience);
        }
        if grant.subject == Subject::User {
            let again = Code {
                client: grant.client.clone(),
                scope: scope.to_owned(),
                nonce: None,
                challenge: None,
                until: i64::MAX,
            };
            answer["scope"] = json!(scope);
            answer["refresh_token"] = json!(again.text());
            answer["foci"] = json!("1");
            if scope.split(' ').any(|it| it == "openid") {
                answer["id_token"] = json!(self.sign(&self.identity(grant, nonce)));
            }
            if form.get("client_info").is_some() {
                let info = json!({ "uid": self.user(), "utid": grant.tenant });
                answer["client_info"] = json!(BASE64_URL_SAFE_NO_PAD.encode(info.to_string()));
            }
        }
        answer
    }

    fn redeemed(&self, grant_type: &str, form: &Form) -> Result<Code, Refusal> {
        let name = match grant_type {
            "authorization_code" => "code",
            "refresh_token" => "refresh_token",
            _ => "device_code",
        };
        let text = form.get(name).ok_or_else(|| missing(name))?;
        let code = match (Code::read(text), grant_type) {
            (Some(code), _) => code,
            // Sign-in libraries come with whatever their cache holds: anybody is signed in.
            (None, "refresh_token") => Code::default(),
            (None, _) => return Err(invalid("AADSTS9002313: Invalid request. The code is malformed.")),
        };
        if grant_type != "refresh_token" && code.until < self.now().seconds() {
            return Err(match grant_type {
                "authorization_code" => invalid("AADSTS70008: The provided authorization code has expired."),
                _ => (
                    "expired_token",
                    "AADSTS70020: The provided device code has expired.".to_owned(),
                ),
            });
        }
        match code.is_redeemed_by(form.get("code_verifier")) {
            true => Ok(code),
            false => Err(invalid(
                "AADSTS501481: The Code_Verifier does not match the code_challenge supplied in the authorization request.",
            )),
        }
    }

    /// Begins a sign-in on another device; whoever asks for the token next gets it.
    pub(crate) fn device(&self, base: &str, form: &Form) -> Result<Json, Refusal> {
        let client = form.get("client_id").ok_or_else(|| missing("client_id"))?;
        let code = Code {
            client: client.to_owned(),
            scope: scope(form, Version::Two)?,
            nonce: None,
            challenge: None,
            until: self.now().seconds() + CODE_LIFETIME,
        };
        let place = format!("{base}/common/oauth2/deviceauth");
        Ok(json!({
            "user_code": "APIMITE01", "device_code": code.text(), "verification_uri": place,
            "expires_in": CODE_LIFETIME, "interval": 5,
            "message": format!("Nothing need be done at {place}: {USER} is signed in already."),
        }))
    }
}

/// The user name of `Authorization: Basic`.
pub(crate) fn basic_user(header: &str) -> Option<String> {
    let (scheme, encoded) = header.split_once(' ')?;
    let bytes = BASE64_STANDARD.decode(encoded.trim()).ok()?;
    let pair = String::from_utf8(bytes).ok()?;
    let user = pair.split_once(':').map(|(user, _)| user.to_owned());
    user.filter(|_| scheme.eq_ignore_ascii_case("basic"))
}

pub(crate) fn missing(name: &str) -> Refusal {
    let text = format!("AADSTS900144: The request body must contain the following parameter: '{name}'.");
    ("invalid_request", text)
}

fn invalid(text: &str) -> Refusal {
    ("invalid_grant", text.to_owned())
}

// Version 1 names the resource, version 2 a scope of it.
fn scope(form: &Form, version: Version) -> Result<String, Refusal> {
    let name = if version == Version::One {
        "resource"
    } else {
        "scope"
    };
    match form.get(name) {
        Some(resource) if version == Version::One => Ok(format!("{}/.default", resource.trim())),
        Some(scope) => Ok(scope.trim().to_owned()),
        None => Err(missing(name)),
    }
}

const PROFILE: [&str; 4] = ["openid", "profile", "email", "offline_access"];

// The resource of the first scope that has one, and its permissions. Without any the application asks for itself.
fn resource(scope: &str, client: &str) -> (String, String) {
    let mut resource = None;
    let mut permissions = Vec::new();
    for scope in scope.split_whitespace().filter(|it| !PROFILE.contains(it)) {
        match scope.rsplit_once('/') {
            Some((of, permission)) => {
                resource.get_or_insert(of);
                permissions.push(permission);
            }
            None => permissions.push(scope),
        }
    }
    permissions.retain(|it| *it != ".default");
    let permissions = match permissions.is_empty() {
        true => "user_impersonation".to_owned(),
        false => permissions.join(" "),
    };
    (resource.unwrap_or(client).to_owned(), permissions)
}

#[cfg(test)]
mod tests {
    use super::resource;

    #[test]
    fn a_scope_is_a_permission_of_a_resource() {
        let of = |scope: &str| resource(scope, "me");
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            of("api://orders/.default"),
            pair("api://orders", "user_impersonation")
        );
        assert_eq!(
            of("openid api://orders/read api://orders/write"),
            pair("api://orders", "read write")
        );
        assert_eq!(
            of("https://management.azure.com//.default offline_access").0,
            "https://management.azure.com/"
        );
        assert_eq!(of("openid profile"), pair("me", "user_impersonation"));
    }
}
