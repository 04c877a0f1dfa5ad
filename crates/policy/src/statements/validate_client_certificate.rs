//! `<validate-client-certificate>`: lets a request pass only with a certificate of its caller.
//!
//! ```xml
//! <validate-client-certificate validate-revocation="false">
//!   <identities>
//!     <identity common-name="orders.contoso.com" issuer-certificate-id="contoso-root" />
//!   </identities>
//! </validate-client-certificate>
//! ```

use super::{Action, Flow, Now};
use crate::catalog::{CatalogNames, Lookup};
use crate::certificate::{Details, Name, StoredCertificate, hex_digits};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Attribute, Child, Content, Shape, maybe, optional};
use crate::world::World;
use http::StatusCode;
use source::{Diagnostic, nearest};
use std::sync::Arc;

pub(super) static SHAPE: Shape = Shape {
    name: "validate-client-certificate",
    attributes: &[
        optional("validate-revocation").or("true").bool().literal(),
        optional("validate-trust").or("true").bool().literal(),
        optional("validate-not-before").or("true").bool().literal(),
        optional("validate-not-after").or("true").bool().literal(),
        optional("ignore-error").or("false").bool().literal(),
    ],
    content: Content::Children(&[maybe(&IDENTITIES)]),
};
static IDENTITIES: Shape = Shape {
    name: "identities",
    attributes: &[],
    content: Content::Children(&IDENTITY_ROWS),
};
static IDENTITY_ROWS: [Child; 1] = [Child {
    shape: &IDENTITY,
    at_least: 0,
    at_most: 10,
}];
static IDENTITY: Shape = Shape {
    name: "identity",
    attributes: &IDENTITY_ATTRIBUTES,
    content: Content::Empty,
};
static IDENTITY_ATTRIBUTES: [Attribute; 8] = [
    optional("thumbprint").literal(),
    optional("serial-number").literal(),
    optional("common-name").literal(),
    optional("subject").literal(),
    optional("dns-name").literal(),
    optional("issuer-subject").literal(),
    optional("issuer-thumbprint").literal(),
    optional("issuer-certificate-id").literal(),
];

struct ValidateClientCertificate {
    trust: bool,
    not_before: bool,
    not_after: bool,
    ignore_error: bool,
    identities: Vec<Identity>,
}

/// What a certificate must be, all of it.
#[derive(Default)]
struct Identity {
    thumbprint: Option<String>,
    serial: Option<String>,
    common_name: Option<String>,
    subject: Option<Name>,
    dns_name: Option<String>,
    issuer_subject: Option<Name>,
    issuer_thumbprint: Option<String>,
    issuer: Option<Arc<StoredCertificate>>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let mut flag = |name: &'static str, usual: bool| {
        let setting = element.choice(name, &[("true", true), ("false", false)]);
        setting.unwrap_or(usual)
    };
    let revocation = flag("validate-revocation", true);
    let policy = ValidateClientCertificate {
        trust: flag("validate-trust", true),
        not_before: flag("validate-not-before", true),
        not_after: flag("validate-not-after", true),
        ignore_error: flag("ignore-error", false),
        identities: element
            .child("identities", |it| it.children("identity", Identity::parse))
            .unwrap_or_default(),
    };
    if revocation {
        let message = "revocation is not asked for: no local authority publishes it";
        element.report(Diagnostic::info("no-effect", message, element.name_span()));
    }
    Action::now(policy)
}

impl Identity {
    fn parse(element: &mut Element<'_, '_, '_>) -> Identity {
        let written = |name: &str| element.node.attributes.iter().any(|it| it.name == name);
        if written("issuer-certificate-id") && (written("issuer-subject") || written("issuer-thumbprint")) {
            let message = "`issuer-certificate-id` stands alone: it says who the issuer is";
            let diagnostic = Diagnostic::error("exclusive-attributes", message, element.name_span());
            element.report(diagnostic);
        }
        if element.node.attributes.iter().all(|it| it.name == "id") {
            let message = "an `identity` that says nothing is everybody";
            let diagnostic = Diagnostic::warning("no-effect", message, element.name_span());
            element.build.tolerated(diagnostic);
        }
        let digits = |text: String| hex_digits(&text);
        Identity {
            thumbprint: element.literal("thumbprint").map(digits),
            serial: element
                .literal("serial-number")
                .map(|it| hex_digits(&it).trim_start_matches('0').to_owned()),
            common_name: element.literal("common-name").map(|it| it.to_lowercase()),
            subject: element.literal("subject").map(|it| Name::parse(&it)),
            dns_name: element.literal("dns-name"),
            issuer_subject: element.literal("issuer-subject").map(|it| Name::parse(&it)),
            issuer_thumbprint: element.literal("issuer-thumbprint").map(digits),
            issuer: named(element, "issuer-certificate-id"),
        }
    }

    fn holds(&self, own: &Details, issuer: Option<&Details>) -> bool {
        fn is<T>(wanted: &Option<T>, judge: impl FnOnce(&T) -> bool) -> bool {
            wanted.as_ref().is_none_or(judge)
        }
        let issued_by = |thumbprint: &String| issuer.is_some_and(|it| it.thumbprint == *thumbprint);
        is(&self.thumbprint, |it| own.thumbprint == *it)
            && is(&self.serial, |it| own.serial == *it)
            && is(&self.common_name, |it| own.subject.common_name() == Some(it))
            && is(&self.subject, |it| own.subject.is_same(it))
            && is(&self.dns_name, |it| {
                own.dns_names.iter().any(|name| name.eq_ignore_ascii_case(it))
            })
            && is(&self.issuer_subject, |it| own.issuer.is_same(it))
            && is(&self.issuer_thumbprint, issued_by)
            && is(&self.issuer, |it| {
                let named = it.chain.first().and_then(|der| Details::read(der));
                let is_named = named.is_some_and(|named| named.subject.is_same(&own.issuer));
                is_named && issuer.is_none_or(|issuer| issuer.thumbprint == it.thumbprint)
            })
    }
}

/// The certificate of the service that an attribute names; a name that nothing has is reported.
pub(super) fn named(
    element: &mut Element<'_, '_, '_>,
    attribute: &'static str,
) -> Option<Arc<StoredCertificate>> {
    let template = element.optional(attribute)?;
    let id = template.known()?.trim();
    match element.build.catalog.certificate(id) {
        Lookup::Known(certificate) => Some(certificate),
        Lookup::Missing => {
            let names = element.build.catalog.names(CatalogNames::Certificates);
            let near = nearest(id, names.iter().map(String::as_str));
            let message = format!("there is no certificate `{id}`");
            element.report(Diagnostic::error("unknown-certificate", message, template.span).suggest(near));
            None
        }
        Lookup::Unknowable => {
            let message = format!("certificate `{id}` cannot be looked up here");
            element.report(Diagnostic::info("unresolved-certificate", message, template.span));
            None
        }
    }
}

impl Now for ValidateClientCertificate {
    fn run(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        match (self.check(exchange, world), self.ignore_error) {
            (Ok(()), _) => exchange.did(|| "the caller's certificate holds".to_owned()),
            (Err((_, message)), true) => exchange.did(|| format!("ignored: {message}")),
            (Err((reason, message)), false) => {
                let message = message.to_owned();
                return Err(Fault::refusal(
                    StatusCode::UNAUTHORIZED,
                    reason,
                    message,
                    "Invalid client certificate",
                ));
            }
        }
        Ok(Flow::Next)
    }
}

impl ValidateClientCertificate {
    fn check(&self, exchange: &Exchange, world: &dyn World) -> Result<(), (&'static str, &'static str)> {
        const INVALID: &str = "ClientCertificateInvalid";
        let caller = exchange.request.certificate.as_ref();
        let caller = caller.ok_or((
            "ClientCertificateNotFound",
            "The caller has shown no certificate.",
        ))?;
        let details = |at: usize| caller.chain.get(at).and_then(|der| Details::read(der));
        let own = details(0).ok_or((INVALID, "The caller's certificate cannot be read."))?;
        let now = exchange.time();
        if self.not_before && now < own.not_before {
            return Err((
                "ClientCertificateNotYetValid",
                "The caller's certificate is not yet valid.",
            ));
        }
        if self.not_after && now > own.not_after {
            return Err((
                "ClientCertificateExpired",
                "The caller's certificate has expired.",
            ));
        }
        // Its time has been judged: the chain is looked at as of a moment at which it is valid.
        let then = now.max(own.not_before).min(own.not_after);
        if self.trust && !world.trusts(&caller.chain, then) {
            return Err((
                "ClientCertificateNotTrusted",
                "No trusted authority stands behind the caller's certificate.",
            ));
        }
        let issuer =
            details(1).or_else(|| world.authority(&caller.chain).and_then(|der| Details::read(&der)));
        let is_known =
            self.identities.is_empty() || self.identities.iter().any(|it| it.holds(&own, issuer.as_ref()));
        match is_known {
            true => Ok(()),
            false => Err((
                "ClientCertificateIdentityNotMatched",
                "The caller's certificate is that of nobody who is named.",
            )),
        }
    }
}
