//! A request of the gateway's own: what `send-request` and `send-one-way-request` have in common.

use super::authentication_basic::{self, AuthenticationBasic};
use super::authentication_certificate::{self, AuthenticationCertificate};
use super::authentication_managed_identity::{self, AuthenticationManagedIdentity};
use super::proxy::{self, SetProxy};
use super::set_body::{self, SetBody};
use super::set_header::{self, SetHeader};
use super::set_method::{self, SetMethod};
use crate::Body;
use crate::element::Element;
use crate::exchange::Exchange;
use crate::exchange::end_to_end;
use crate::fault::Fault;
use crate::shape::{Attribute, Child, Content, Shape, many, maybe, optional};
use crate::template::{Setting, Template};
use crate::url;
use crate::world::{Call, Destination, GivenUp, HttpVersion, World};
use expression::Url;
use http::header::HOST;
use http::{HeaderMap, Method};
use source::Diagnostic;
use std::sync::Arc;
use std::time::Duration;

pub(super) const CHILDREN: [Child; 8] = [
    maybe(&SET_URL),
    maybe(&set_method::SHAPE),
    many(&set_header::SHAPE),
    maybe(&set_body::SHAPE),
    maybe(&authentication_certificate::SHAPE),
    maybe(&authentication_managed_identity::SHAPE),
    maybe(&authentication_basic::SHAPE),
    maybe(&proxy::SHAPE),
];
pub(super) const MODE: Attribute = optional("mode").or("new").one_of(&["new", "copy"]);
pub(super) const TIMEOUT: Attribute = optional("timeout").or("60").int();

static SET_URL: Shape = Shape {
    name: "set-url",
    attributes: &[],
    content: Content::Text,
};

/// The request that is sent.
pub(super) struct Outgoing {
    mode: Mode,
    timeout: Setting<i64>,
    url: Option<Setting<Arc<Url>>>,
    method: Option<SetMethod>,
    headers: Vec<SetHeader>,
    body: Option<SetBody>,
    identity: Option<AuthenticationManagedIdentity>,
    basic: Option<AuthenticationBasic>,
    certificate: Option<AuthenticationCertificate>,
    proxy: Option<SetProxy>,
}

enum Mode {
    New,
    Copy,
    Computed(Template),
}

impl Outgoing {
    pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Outgoing {
        let mode = element
            .optional("mode")
            .map_or(Mode::New, |template| match template.known() {
                Some(text) if text.trim().eq_ignore_ascii_case("new") => Mode::New,
                Some(text) if text.trim().eq_ignore_ascii_case("copy") => Mode::Copy,
                Some(text) => {
                    let (text, span) = (text.to_owned(), template.span);
                    element.wrong_value("mode", &text, "`new` or `copy`", span);
                    Mode::New
                }
                None => Mode::Computed(template),
            });
        let url_is_there = element.node.elements().any(|it| it.name == "set-url");
        if matches!(mode, Mode::New) && !url_is_there {
            let message = format!(
                "`{}` needs an element `set-url` unless it copies the request",
                element.shape.name
            );
            element.report(Diagnostic::error("missing-element", message, element.name_span()));
        }
        if !matches!(mode, Mode::New) {
            // A copy sends the body, so it must be here.
            element.build.needs.request = true;
        }
        Outgoing {
            mode,
            timeout: element.setting_or("timeout", 60),
            url: element.child("set-url", |it| it.text_setting()).flatten(),
            method: element.child("set-method", SetMethod::parse),
            headers: element.children("set-header", SetHeader::parse),
            body: element.child("set-body", SetBody::parse),
            identity: element.child(
                "authentication-managed-identity",
                AuthenticationManagedIdentity::parse,
            ),
            basic: element.child("authentication-basic", AuthenticationBasic::parse),
            certificate: element.child("authentication-certificate", AuthenticationCertificate::parse),
            proxy: element.child("proxy", SetProxy::parse),
        }
    }

    /// Everything evaluated: the call as it goes out.
    pub(super) fn call(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Call, Fault> {
        let copy = self.copies(exchange)?;
        let timeout = Duration::from_secs(self.timeout.get(exchange)?.try_into().unwrap_or(0));
        let url = match &self.url {
            Some(url) => url.get(exchange)?,
            None => exchange.request.url.clone(),
        };
        let mut method = if copy {
            exchange.request.method.clone()
        } else {
            Method::GET
        };
        let mut headers = if copy {
            exchange.request.headers.clone()
        } else {
            HeaderMap::new()
        };
        if copy {
            headers.remove(HOST);
        }
        if let Some(SetMethod(setting)) = &self.method {
            method = setting.get(exchange)?;
        }
        for header in &self.headers {
            header.evaluate(exchange)?.apply(&mut headers);
        }
        let body = self.body(exchange, copy)?;
        if let Some(identity) = &self.identity {
            identity.put(exchange, world, &mut headers)?;
        }
        if let Some(basic) = &self.basic {
            basic.put(exchange, &mut headers)?;
        }
        end_to_end(&mut headers);
        let certificate = self
            .certificate
            .as_ref()
            .map(|it| it.get(exchange, world))
            .transpose()?;
        // One that the request itself goes through does not count here (documented).
        let proxy = self
            .proxy
            .as_ref()
            .map(|it| it.get(exchange))
            .transpose()?
            .flatten();
        exchange.did(|| format!("{method} {}", url::text(&url)));
        let (path, query) = (url.path.to_string(), url.query.to_string());
        let base = Url {
            path: "/".into(),
            query: "".into(),
            ..Url::clone(&url)
        };
        Ok(Call {
            to: Destination::Url(base),
            method,
            path,
            query,
            headers,
            body,
            certificate,
            proxy,
            forwarded_for: None,
            timeout,
            version: HttpVersion::One,
            follow_redirects: false,
            given_up: GivenUp::default(),
        })
    }

    fn copies(&self, exchange: &mut Exchange) -> Result<bool, Fault> {
        Ok(match &self.mode {
            Mode::New => false,
            Mode::Copy => true,
            Mode::Computed(template) => template.text(exchange)?.trim().eq_ignore_ascii_case("copy"),
        })
    }

    fn body(&self, exchange: &mut Exchange, copy: bool) -> Result<Body, Fault> {
        if let Some(body) = &self.body {
            return Ok(Body::Full(body.evaluate(exchange)?));
        }
        // In outbound a copy has no body (documented).
        let copied = exchange
            .request
            .body
            .bytes()
            .filter(|_| copy && exchange.is_about_request());
        Ok(copied.map_or(Body::Absent, |bytes| Body::Full(bytes.clone())))
    }
}
