//! `<authentication-certificate>`: a certificate that the backend is shown.
//!
//! ```xml
//! <authentication-certificate certificate-id="orders-client" />
//! ```

use super::validate_client_certificate::named;
use super::{Action, Flow, Now};
use crate::certificate::{StoredCertificate, hex_digits};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, optional};
use crate::template::Template;
use crate::world::World;
use source::Diagnostic;
use std::sync::Arc;

pub(super) static SHAPE: Shape = Shape {
    name: "authentication-certificate",
    attributes: &[
        optional("thumbprint"),
        optional("certificate-id"),
        optional("body"),
        optional("password"),
    ],
    content: Content::Empty,
};

pub(super) struct AuthenticationCertificate {
    place: Place,
}

enum Place {
    Known(Arc<StoredCertificate>),
    Id(Template),
    Thumbprint(Template),
    Body {
        body: Template,
        password: Option<Template>,
    },
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    Action::now(AuthenticationCertificate::parse(element))
}

impl AuthenticationCertificate {
    pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> AuthenticationCertificate {
        const PLACES: [&str; 3] = ["thumbprint", "certificate-id", "body"];
        let written = |name: &&&str| element.node.attributes.iter().any(|it| it.name == ***name);
        let given = PLACES.iter().filter(written).count();
        if given != 1 {
            let (code, message) = match given {
                0 => ("missing-attribute", "says nowhere which certificate"),
                _ => ("exclusive-attributes", "says more than once which certificate"),
            };
            let message = format!("`{}` {message}", element.shape.name);
            let diagnostic = Diagnostic::error(code, message, element.name_span());
            element.report(diagnostic.help("one of `thumbprint`, `certificate-id` and `body`"));
        }
        let known = named(element, "certificate-id");
        let place = match (
            known,
            element.optional("certificate-id"),
            element.optional("body"),
        ) {
            (Some(known), _, _) => Place::Known(known),
            (None, Some(id), _) => Place::Id(id),
            (None, None, Some(body)) => Place::Body {
                body,
                password: element.optional("password"),
            },
            (None, None, None) => Place::Thumbprint(element.required("thumbprint")),
        };
        AuthenticationCertificate { place }
    }

    /// The certificate, with its key.
    pub(super) fn get(
        &self,
        exchange: &mut Exchange,
        world: &dyn World,
    ) -> Result<Arc<StoredCertificate>, Fault> {
        let missing =
            |what: &str| Fault::internal("CertificateNotFound", format!("There is no certificate {what}."));
        let found = match &self.place {
            Place::Known(known) => known.clone(),
            Place::Id(id) => {
                let id = id.text(exchange)?;
                let found = world.certificate(id.trim());
                found.ok_or_else(|| missing(&format!("'{}'", id.trim())))?
            }
            Place::Thumbprint(thumbprint) => {
                let digits = hex_digits(&thumbprint.text(exchange)?);
                let found = world.certificate_of_thumbprint(&digits);
                found.ok_or_else(|| missing(&format!("with thumbprint '{digits}'")))?
            }
            Place::Body { body, password } => {
                let password = password.as_ref().map(|it| it.text(exchange)).transpose()?;
                let password = password.unwrap_or_default().into_owned();
                let body = body.bytes(exchange)?;
                let read = StoredCertificate::read("", &body, &password);
                Arc::new(read.map_err(|why| {
                    Fault::internal(
                        "CertificateInvalid",
                        format!("The certificate cannot be read: {why}."),
                    )
                })?)
            }
        };
        match found.key {
            Some(_) => Ok(found),
            None => Err(Fault::internal(
                "CertificateInvalid",
                format!("The certificate {} has no private key.", found.thumbprint),
            )),
        }
    }
}

impl Now for AuthenticationCertificate {
    fn run(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        let certificate = self.get(exchange, world)?;
        exchange.did(|| {
            format!(
                "Certificate {} was attached to request per configuration.",
                certificate.thumbprint
            )
        });
        exchange.request_mut().shows = Some(certificate);
        Ok(Flow::Next)
    }
}
