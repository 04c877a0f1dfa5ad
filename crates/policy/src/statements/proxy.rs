//! `<proxy>`: an HTTP proxy between the gateway and what it calls.
//!
//! ```xml
//! <proxy url="http://10.0.0.4:3128" username="{{proxy-user}}" password="{{proxy-password}}" />
//! ```
//! Directly in `inbound` it carries the calls of `forward-request`; a call of `send-request` goes through the one that stands
//! inside it, and through no other (documented).

use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, optional, required};
use crate::template::{Parsed, Setting, Template};
use crate::url;
use crate::world::{Proxy, World};
use expression::Url;
use source::Diagnostic;
use std::sync::Arc;

pub(super) static SHAPE: Shape = Shape {
    name: "proxy",
    attributes: &[required("url"), optional("username"), optional("password")],
    content: Content::Empty,
};

/// Where a proxy is: gateway and proxy talk plain HTTP only (documented).
#[derive(Debug, Clone)]
struct Address(Arc<Url>);

impl Parsed for Address {
    const WHAT: &'static str = "a URL of the form `http://host:port`";

    fn parse(text: &str) -> Option<Address> {
        let url = url::parse(text)?;
        url.scheme
            .eq_ignore_ascii_case("http")
            .then(|| Address(Arc::new(url)))
    }
}

/// The policy, and the same inside `send-request`.
pub(super) struct SetProxy {
    url: Option<Setting<Address>>,
    username: Option<Template>,
    password: Option<Template>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    Action::now(SetProxy::parse(element))
}

impl SetProxy {
    pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> SetProxy {
        let policy = SetProxy {
            url: element.setting("url"),
            username: element.optional("username"),
            password: element.optional("password"),
        };
        if policy.password.is_some() && policy.username.is_none() {
            let message = "`password` of `proxy` needs `username`";
            let span = element.attribute_span("password");
            element.report(Diagnostic::error("missing-attribute", message, span));
        }
        policy
    }

    /// The proxy of one call.
    pub(super) fn get(&self, exchange: &mut Exchange) -> Result<Option<Arc<Proxy>>, Fault> {
        let Some(url) = &self.url else { return Ok(None) };
        let Address(url) = url.get(exchange)?;
        let mut text = |template: &Option<Template>| {
            let text = template.as_ref().map(|it| it.text(exchange)).transpose()?;
            Ok::<_, Fault>(text.map(std::borrow::Cow::into_owned))
        };
        let (username, password) = (text(&self.username)?, text(&self.password)?);
        Ok(Some(Arc::new(Proxy {
            url,
            username,
            password,
        })))
    }
}

impl Now for SetProxy {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let proxy = self.get(exchange)?;
        exchange.request_mut().proxy = proxy;
        Ok(Flow::Next)
    }
}
