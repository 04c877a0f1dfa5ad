//! What is published: metadata and keys.

use crate::claims::Version;
use crate::issuer::Issuer;
use serde_json::{Value as Json, json};

impl Issuer {
    /// The OpenID configuration of a tenant as asked for at `base`, such as `https://login.microsoftonline.com`.
    pub(crate) fn configuration(&self, base: &str, tenant: &str, version: Version) -> Json {
        let folder = if version == Version::Two { "/v2.0" } else { "" };
        // Of all tenants the issuer is a pattern; everywhere else the id stands, also for a domain.
        let id = match tenant.to_ascii_lowercase().as_str() {
            "common" | "organizations" => "{tenantid}".to_owned(),
            _ => self.tenant(tenant),
        };
        json!({
            "issuer": version.issuer(&id),
            "authorization_endpoint": format!("{base}/{tenant}/oauth2{folder}/authorize"),
            "token_endpoint": format!("{base}/{tenant}/oauth2{folder}/token"),
            "device_authorization_endpoint": format!("{base}/{tenant}/oauth2{folder}/devicecode"),
            "jwks_uri": format!("{base}/{tenant}/discovery{folder}/keys"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "response_modes_supported": ["query"],
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver"],
            "tenant_region_scope": null,
            "cloud_instance_name": "microsoftonline.com",
        })
    }

    /// The keys that check its tokens.
    pub(crate) fn keys(&self) -> Json {
        json!({ "keys": [self.signer().jwk()] })
    }

    /// What sign-in libraries ask about an authority that they do not know.
    pub(crate) fn instance(&self, base: &str) -> Json {
        let host = base.split("://").nth(1).unwrap_or(base);
        json!({
            "tenant_discovery_endpoint": format!("{base}/{}/v2.0/.well-known/openid-configuration", self.home()),
            "api-version": "1.1",
            "metadata": [{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }],
        })
    }
}
