//! `<validate-azure-ad-token>`: lets a request pass only with a token of Microsoft Entra ID that holds.
//!
//! ```xml
//! <validate-azure-ad-token tenant-id="contoso.onmicrosoft.com">
//!   <client-application-ids>
//!     <application-id>0ca5bc2d-7a06-4ae1-9c3b-1c9f3aa1e4a1</application-id>
//!   </client-application-ids>
//! </validate-azure-ad-token>
//! ```
//! Keys and issuer come from the tenant's metadata; tokens of both versions are taken.

use super::token::{self, AUDIENCES, Common, REQUIRED_CLAIMS};
use super::token_checks::{Failure, Terms, text_of, unreachable};
use super::validate_jwt::opening;
use super::{Action, Flow, Statement, Wait};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::open_id::Provider;
use crate::shape::{Child, Content, Shape, many, maybe, optional, required};
use crate::template::{Parsed, Template};
use crate::url;
use crate::world::World;
use expression::Url;
use futures_util::future::BoxFuture;
use http::header::AUTHORIZATION;
use jose::{PrivateKey, Token};
use source::Diagnostic;
use std::sync::Arc;
use std::time::Duration;

pub(super) static SHAPE: Shape = Shape {
    name: "validate-azure-ad-token",
    attributes: &[
        required("tenant-id"),
        optional("header-name").or("Authorization"),
        token::QUERY,
        token::VALUE,
        optional("authentication-endpoint").or(ENDPOINT),
        token::CODE,
        token::MESSAGE,
        token::OUTPUT,
    ],
    content: Content::Children(&[
        maybe(&BACKEND_IDS),
        maybe(&CLIENT_IDS),
        maybe(&AUDIENCES),
        maybe(&REQUIRED_CLAIMS),
        maybe(&DECRYPTION_KEYS),
    ]),
};
static BACKEND_IDS: Shape = ids("backend-application-ids");
static CLIENT_IDS: Shape = ids("client-application-ids");
static APPLICATION_ID: Shape = token::text("application-id");
static DECRYPTION_KEYS: Shape = Shape {
    name: "decryption-keys",
    attributes: &[],
    content: Content::Children(&[many(&DECRYPTION_KEY)]),
};
static DECRYPTION_KEY: Shape = Shape {
    name: "key",
    attributes: &[required("certificate-id").literal()],
    content: Content::Empty,
};

const fn ids(name: &'static str) -> Shape {
    Shape {
        name,
        attributes: &[],
        content: Content::Children(&APPLICATION_IDS),
    }
}

static APPLICATION_IDS: [Child; 1] = [many(&APPLICATION_ID)];

// The reference page prints `login-microsoftonline.com`, evidently by mistake.
const ENDPOINT: &str = "https://login.microsoftonline.com";

struct ValidateAzureAdToken {
    common: Common,
    tenant: Template,
    endpoint: Option<Template>,
    backends: Vec<String>,
    clients: Vec<String>,
    decryption: Vec<PrivateKey>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let decryption = element.child("decryption-keys", |it| it.children("key", opening));
    let policy = ValidateAzureAdToken {
        common: Common::parse(element, Some(AUTHORIZATION)),
        tenant: element.required("tenant-id"),
        endpoint: element.optional("authentication-endpoint"),
        backends: application_ids(element, "backend-application-ids"),
        clients: application_ids(element, "client-application-ids"),
        decryption: decryption.unwrap_or_default().into_iter().flatten().collect(),
    };
    const NAMING: [&str; 3] = ["backend-application-ids", "client-application-ids", "audiences"];
    if !element
        .node
        .elements()
        .any(|it| NAMING.contains(&it.name.as_str()) && it.elements().next().is_some())
    {
        let message = "any application of the tenant passes: neither client nor audience is named";
        let diagnostic = Diagnostic::warning("no-audience", message, element.name_span());
        let help = "name the callers in `client-application-ids`, or yourself in `audiences`";
        element.build.tolerated(diagnostic.help(help));
    }
    Action::wait(policy)
}

// Literals: the page allows no expressions.
fn application_ids(element: &mut Element<'_, '_, '_>, name: &'static str) -> Vec<String> {
    let read = |it: &mut Element<'_, '_, '_>| {
        let text = it.text();
        if text.is_expression() {
            let message = "`application-id` takes no expression";
            let diagnostic = Diagnostic::error("literal-expected", message, text.span);
            it.report(diagnostic.help("write a literal or a named value"));
        }
        text.known().map(str::to_owned)
    };
    let found = element.child(name, |it| it.children("application-id", read));
    found.unwrap_or_default().into_iter().flatten().collect()
}

impl Wait for ValidateAzureAdToken {
    fn run<'a>(
        &'a self,
        _: &'a Statement,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<Flow, Fault>> {
        Box::pin(self.ask(exchange, world))
    }
}

impl ValidateAzureAdToken {
    async fn ask(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        let text = self.common.token(exchange, Some("Bearer"))?;
        let text = text.map_err(|failure| self.common.fail(exchange, failure))?;
        let address = self.metadata(exchange)?;
        let failure = match world.open_id().provider(&address, world).await {
            Err(why) => unreachable(&url::text(&address), &why),
            Ok(provider) => {
                let failure = match self.decide(exchange, &text, &provider)? {
                    Ok(flow) => return Ok(flow),
                    Err(failure) => failure,
                };
                let newer = match failure.is_about_an_unknown_key() {
                    true => world.open_id().again(&address, world).await,
                    false => None,
                };
                match newer {
                    None => failure,
                    Some(provider) => match self.decide(exchange, &text, &provider)? {
                        Ok(flow) => return Ok(flow),
                        Err(failure) => failure,
                    },
                }
            }
        };
        Err(self.common.fail(exchange, failure))
    }

    fn metadata(&self, exchange: &mut Exchange) -> Result<Arc<Url>, Fault> {
        let tenant = self.tenant.text(exchange)?;
        let endpoint = self.endpoint.as_ref().map(|it| it.text(exchange)).transpose()?;
        let endpoint = endpoint
            .as_deref()
            .unwrap_or(ENDPOINT)
            .trim()
            .trim_end_matches('/');
        let endpoint = match endpoint.contains("://") {
            true => endpoint.to_owned(),
            false => format!("https://{endpoint}"),
        };
        let tenant = tenant_of(&tenant);
        let address = format!("{endpoint}/{tenant}/v2.0/.well-known/openid-configuration");
        Arc::<Url>::parse(&address)
            .ok_or_else(|| Fault::value(format_args!("'{address}' is no address of a tenant.")))
    }

    fn decide(
        &self,
        exchange: &mut Exchange,
        text: &str,
        provider: &Provider,
    ) -> Result<Result<Flow, Failure>, Fault> {
        let terms = Terms {
            keys: provider.keys.clone(),
            decryption: self.decryption.clone(),
            issuers: provider.issuer.iter().flat_map(|it| both_versions(it)).collect(),
            expiry_required: true,
            signature_required: true,
            skew: Duration::ZERO,
        };
        let judged = self.common.judge(exchange, text, &terms, &self.backends)?;
        let judged = judged.and_then(|token| self.client(&token).map(|()| token));
        Ok(judged.map(|token| {
            self.common.succeed(exchange, &token);
            Flow::Next
        }))
    }

    // `appid` in tokens of version 1, `azp` in those of version 2.
    fn client(&self, token: &Token) -> Result<(), Failure> {
        if self.clients.is_empty() {
            return Ok(());
        }
        let name = if token.claims.contains_key("appid") {
            "appid"
        } else {
            "azp"
        };
        match text_of(&token.claims, name) {
            "" => Err(Failure::missing_claims(&["appid".to_owned()])),
            id if self.clients.iter().any(|it| it.eq_ignore_ascii_case(id)) => Ok(()),
            id => Err(Failure::wrong_claim(name, id)),
        }
    }
}

// An id, a domain, or an address whose path begins with one.
fn tenant_of(text: &str) -> &str {
    let text = text.trim();
    let path = text
        .split_once("://")
        .map_or(text, |(_, rest)| rest.split_once('/').map_or("", |it| it.1));
    path.split('/').next().unwrap_or(path)
}

// The metadata name the issuer of version 2; tokens of version 1 of the same tenant have another.
fn both_versions(issuer: &str) -> Vec<String> {
    let mut all = vec![issuer.to_owned()];
    if let Some((_, path)) = issuer
        .split_once("://")
        .and_then(|(_, rest)| rest.split_once('/'))
    {
        let tenant = path.split('/').next().unwrap_or(path);
        let host = match issuer.contains(".cn/") {
            true => "sts.chinacloudapi.cn",
            false => "sts.windows.net",
        };
        all.push(format!("https://{host}/{tenant}/"));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_an_id_a_domain_or_an_address() {
        assert_eq!(tenant_of(" contoso.com "), "contoso.com");
        assert_eq!(tenant_of("https://login.microsoftonline.com/abc/v2.0"), "abc");
        assert_eq!(tenant_of("https://sts.windows.net/abc/"), "abc");
    }

    #[test]
    fn tokens_of_both_versions_have_issuers() {
        assert_eq!(
            both_versions("https://login.microsoftonline.com/abc/v2.0"),
            [
                "https://login.microsoftonline.com/abc/v2.0",
                "https://sts.windows.net/abc/"
            ]
        );
        assert_eq!(
            both_versions("https://login.microsoftonline.com/{tenantid}/v2.0")[1],
            "https://sts.windows.net/{tenantid}/"
        );
    }
}
