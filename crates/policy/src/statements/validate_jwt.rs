//! `<validate-jwt>`: lets a request pass only with a token that holds.
//!
//! ```xml
//! <validate-jwt header-name="Authorization" require-scheme="Bearer" output-token-variable-name="jwt">
//!   <openid-config url="https://login.microsoftonline.com/contoso.com/v2.0/.well-known/openid-configuration" />
//!   <audiences>
//!     <audience>api://orders</audience>
//!   </audiences>
//!   <required-claims>
//!     <claim name="roles" match="any">
//!       <value>reader</value>
//!     </claim>
//!   </required-claims>
//! </validate-jwt>
//! ```

use super::token::{self, AUDIENCES, Common, REQUIRED_CLAIMS, Skew};
use super::token_checks::{Failure, Terms, unreachable};
use super::validate_client_certificate::named;
use super::{Action, Flow, Now, Statement, Wait};
use crate::build::is_placeholder;
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, many, maybe, optional, required};
use crate::template::{Setting, Template};
use crate::url;
use crate::world::World;
use expression::Url;
use futures_util::future::BoxFuture;
use jose::{Key, KeyError, PrivateKey, base64_bytes};
use source::Diagnostic;
use std::sync::Arc;

pub(super) static SHAPE: Shape = Shape {
    name: "validate-jwt",
    attributes: &[
        optional("header-name"),
        token::QUERY,
        token::VALUE,
        token::CODE,
        token::MESSAGE,
        optional("require-expiration-time").or("true").bool(),
        optional("require-scheme"),
        optional("require-signed-tokens").or("true").bool(),
        optional("clock-skew").or("0"),
        token::OUTPUT,
    ],
    content: Content::Children(&[
        many(&OPENID_CONFIG),
        maybe(&ISSUER_SIGNING_KEYS),
        maybe(&DECRYPTION_KEYS),
        maybe(&AUDIENCES),
        maybe(&ISSUERS),
        maybe(&REQUIRED_CLAIMS),
    ]),
};
static OPENID_CONFIG: Shape = Shape {
    name: "openid-config",
    attributes: &[
        required("url"),
        optional("validate-connectivity").or("true").bool(),
    ],
    content: Content::Empty,
};
static ISSUER_SIGNING_KEYS: Shape = Shape {
    name: "issuer-signing-keys",
    attributes: &[],
    content: Content::Children(&[many(&SIGNING_KEY)]),
};
static SIGNING_KEY: Shape = Shape {
    name: "key",
    attributes: &[
        optional("id").literal(),
        optional("certificate-id").literal(),
        optional("n"),
        optional("e"),
    ],
    content: Content::Text,
};
static DECRYPTION_KEYS: Shape = Shape {
    name: "decryption-keys",
    attributes: &[],
    content: Content::Children(&[many(&DECRYPTION_KEY)]),
};
static DECRYPTION_KEY: Shape = Shape {
    name: "key",
    attributes: &[optional("certificate-id").literal()],
    content: Content::Text,
};
static ISSUERS: Shape = Shape {
    name: "issuers",
    attributes: &[],
    content: Content::Children(&[many(&ISSUER)]),
};
static ISSUER: Shape = token::text("issuer");

struct ValidateJwt {
    common: Common,
    scheme: Option<Template>,
    expiry_required: Setting<bool>,
    signature_required: Setting<bool>,
    skew: Setting<Skew>,
    providers: Vec<Setting<Arc<Url>>>,
    keys: Vec<SigningKey>,
    decryption: Vec<DecryptionKey>,
    issuers: Vec<Template>,
}

enum SigningKey {
    Fixed(Key),
    Secret {
        text: Template,
        id: Option<String>,
    },
    Numbers {
        n: Template,
        e: Template,
        id: Option<String>,
    },
}

enum DecryptionKey {
    Fixed(PrivateKey),
    Secret(Template),
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let keys = element.child("issuer-signing-keys", |it| it.children("key", SigningKey::parse));
    let decryption = element.child("decryption-keys", |it| it.children("key", DecryptionKey::parse));
    let issuers = element.child("issuers", |it| it.children("issuer", |it| it.text()));
    let providers = element.children("openid-config", |it| {
        // Asked for only when a document is published to Azure: nothing is reached from here while loading.
        drop(it.setting::<bool>("validate-connectivity"));
        it.setting("url")
    });
    let policy = ValidateJwt {
        common: Common::parse(element, None),
        scheme: element.optional("require-scheme"),
        expiry_required: element.setting_or("require-expiration-time", true),
        signature_required: element.setting_or("require-signed-tokens", true),
        skew: element.setting_or("clock-skew", Skew(std::time::Duration::ZERO)),
        providers: providers.into_iter().flatten().collect(),
        keys: keys.unwrap_or_default().into_iter().flatten().collect(),
        decryption: decryption.unwrap_or_default().into_iter().flatten().collect(),
        issuers: issuers.unwrap_or_default(),
    };
    match policy.providers.is_empty() {
        true => Action::now(policy),
        false => Action::wait(policy),
    }
}

// Without a provider everything is at hand.
impl Now for ValidateJwt {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let text = self.text(exchange)?;
        let terms = self.terms(exchange)?;
        self.decide(exchange, &text, &terms)?
            .map_err(|failure| self.common.fail(exchange, failure))
    }
}

impl Wait for ValidateJwt {
    fn run<'a>(
        &'a self,
        _: &'a Statement,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<Flow, Fault>> {
        Box::pin(self.ask(exchange, world))
    }
}

impl ValidateJwt {
    async fn ask(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        let text = self.text(exchange)?;
        let mut addresses = Vec::new();
        for provider in &self.providers {
            addresses.push(provider.get(exchange)?);
        }
        let mut terms = self.terms(exchange)?;
        let mut silent = None;
        for address in &addresses {
            match world.open_id().provider(address, world).await {
                Ok(provider) => terms.trust(&provider),
                Err(why) => silent = Some(unreachable(&url::text(address), &why)),
            }
        }
        let mut failure = match self.decide(exchange, &text, &terms)? {
            Ok(flow) => return Ok(flow),
            Err(failure) => failure,
        };
        if failure.is_about_an_unknown_key() {
            let mut has_news = false;
            for address in &addresses {
                if let Some(provider) = world.open_id().again(address, world).await {
                    exchange.did(|| format!("asked {} for new keys", url::text(address)));
                    terms.trust(&provider);
                    has_news = true;
                }
            }
            if has_news {
                failure = match self.decide(exchange, &text, &terms)? {
                    Ok(flow) => return Ok(flow),
                    Err(failure) => failure,
                };
            }
        }
        Err(self.common.fail(exchange, silent.unwrap_or(failure)))
    }

    fn text(&self, exchange: &mut Exchange) -> Result<String, Fault> {
        let scheme = self.scheme.as_ref().map(|it| it.text(exchange)).transpose()?;
        let scheme = scheme.as_deref().map(str::trim).filter(|it| !it.is_empty());
        self.common
            .token(exchange, scheme)?
            .map_err(|failure| self.common.fail(exchange, failure))
    }

    fn terms(&self, exchange: &mut Exchange) -> Result<Terms, Fault> {
        let mut terms = Terms {
            keys: Vec::new(),
            decryption: Vec::new(),
            issuers: Vec::new(),
            expiry_required: self.expiry_required.get(exchange)?,
            signature_required: self.signature_required.get(exchange)?,
            skew: self.skew.get(exchange)?.0,
        };
        for key in &self.keys {
            terms.keys.push(key.get(exchange)?);
        }
        for key in &self.decryption {
            terms.decryption.push(key.get(exchange)?);
        }
        for issuer in &self.issuers {
            terms.issuers.push(issuer.text(exchange)?.trim().to_owned());
        }
        Ok(terms)
    }

    fn decide(
        &self,
        exchange: &mut Exchange,
        text: &str,
        terms: &Terms,
    ) -> Result<Result<Flow, Failure>, Fault> {
        let judged = self.common.judge(exchange, text, terms, &[])?;
        Ok(judged.map(|token| {
            self.common.succeed(exchange, &token);
            Flow::Next
        }))
    }
}

impl SigningKey {
    fn parse(element: &mut Element<'_, '_, '_>) -> Option<SigningKey> {
        let id = element.literal("id").filter(|it| !it.is_empty());
        if element
            .node
            .attributes
            .iter()
            .any(|it| it.name == "certificate-id")
        {
            let key = named(element, "certificate-id")?.verifying_key();
            if key.is_none() {
                let message = "the certificate has no RSA or elliptic key";
                element.report(Diagnostic::error("wrong-value", message, element.name_span()));
            }
            return key.map(|key| SigningKey::Fixed(with_id(key, id.as_deref())));
        }
        let text = element.text();
        let (n, e) = match (element.optional("n"), element.optional("e")) {
            (None, None) => return SigningKey::secret(element, text, id),
            (Some(n), Some(e)) => (n, e),
            _ => {
                let message = "an RSA `key` has both `n` and `e`";
                element.report(Diagnostic::error(
                    "missing-attribute",
                    message,
                    element.name_span(),
                ));
                return None;
            }
        };
        let Some((modulus, exponent)) = n.known().zip(e.known()) else {
            return Some(SigningKey::Numbers { n, e, id });
        };
        match Key::rsa(modulus, exponent) {
            Ok(key) => Some(SigningKey::Fixed(with_id(key, id.as_deref()))),
            Err(error) => {
                wrong_key(element, &n, &error);
                None
            }
        }
    }

    fn secret(element: &mut Element<'_, '_, '_>, text: Template, id: Option<String>) -> Option<SigningKey> {
        let Some(known) = text.known() else {
            return Some(SigningKey::Secret { text, id });
        };
        match Key::from_base64(known) {
            Ok(key) => Some(SigningKey::Fixed(with_id(key, id.as_deref()))),
            Err(error) => {
                wrong_key(element, &text, &error);
                None
            }
        }
    }

    fn get(&self, exchange: &mut Exchange) -> Result<Key, Fault> {
        let (key, id) = match self {
            SigningKey::Fixed(key) => return Ok(key.clone()),
            SigningKey::Secret { text, id } => (Key::from_base64(&text.text(exchange)?), id),
            SigningKey::Numbers { n, e, id } => {
                let modulus = n.text(exchange)?;
                (Key::rsa(&modulus, &e.text(exchange)?), id)
            }
        };
        let key = key.map_err(|error| Fault::value(format_args!("The key of a token is {error}.")))?;
        Ok(with_id(key, id.as_deref()))
    }
}

impl DecryptionKey {
    fn parse(element: &mut Element<'_, '_, '_>) -> Option<DecryptionKey> {
        if element
            .node
            .attributes
            .iter()
            .any(|it| it.name == "certificate-id")
        {
            return opening(element).map(DecryptionKey::Fixed);
        }
        let text = element.text();
        let Some(known) = text.known() else {
            return Some(DecryptionKey::Secret(text));
        };
        match base64_bytes(known).filter(|bytes| !bytes.is_empty()) {
            Some(bytes) => Some(DecryptionKey::Fixed(PrivateKey::Octets(bytes))),
            None => {
                wrong_key(element, &text, &KeyError::NotBase64);
                None
            }
        }
    }

    fn get(&self, exchange: &mut Exchange) -> Result<PrivateKey, Fault> {
        match self {
            DecryptionKey::Fixed(key) => Ok(key.clone()),
            DecryptionKey::Secret(text) => {
                let bytes = base64_bytes(&text.text(exchange)?);
                let bytes = bytes.ok_or_else(|| Fault::value("The key of a token is not base64."))?;
                Ok(PrivateKey::Octets(bytes))
            }
        }
    }
}

fn with_id(key: Key, id: Option<&str>) -> Key {
    match id {
        Some(id) => key.with_id(id),
        None => key,
    }
}

/// The private key of the certificate that a `key` names; one that cannot open tokens is reported.
pub(super) fn opening(element: &mut Element<'_, '_, '_>) -> Option<PrivateKey> {
    let key = named(element, "certificate-id")?.private_key();
    if key.is_none() {
        let message = "the certificate has no private RSA key";
        element.report(Diagnostic::error("wrong-value", message, element.name_span()));
    }
    key
}

// What was written is not shown: it may be a secret.
fn wrong_key(element: &mut Element<'_, '_, '_>, template: &Template, error: &KeyError) {
    if element.build.is_lone() && template.known().is_some_and(is_placeholder) {
        return element.build.placeholder(template.span);
    }
    let message = format!("this is no key: {error}");
    let help = "a shared secret in base64, or `n` and `e` of an RSA key in the URL form of base64";
    element.report(Diagnostic::error("wrong-value", message, template.span).help(help));
}
