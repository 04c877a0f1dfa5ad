//! `<set-body>`: another body for the request, or for the response.
//!
//! ```xml
//! <set-body>@(context.Request.Body.As<string>(preserveContent: true).Replace("a", "b"))</set-body>
//! ```
//! Literal XML inside is kept as it stands.

use super::{Action, Flow, Now};
use crate::Body;
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, optional};
use crate::template::Template;
use crate::world::World;
use crate::xml::{Node, Raw};
use bytes::Bytes;
use source::{Diagnostic, Mapped, Span};

pub(super) static SHAPE: Shape = Shape {
    name: "set-body",
    attributes: &[
        optional("template").literal().one_of(&["liquid", "none"]),
        optional("xsi-nil")
            .or("blank")
            .literal()
            .one_of(&["blank", "null"]),
        optional("parse-date").or("true").literal().bool(),
    ],
    content: Content::Body,
};

pub(super) struct SetBody {
    content: Written,
}

enum Written {
    // Kept as bytes, so that a request copies nothing.
    Literal(Bytes),
    Computed(Template),
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    Action::now(SetBody::parse(element))
}

impl SetBody {
    pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> SetBody {
        let liquid = element
            .choice("template", &[("liquid", true), ("none", false)])
            .unwrap_or(false);
        element.choice("xsi-nil", &[("blank", ()), ("null", ())]);
        element.setting::<bool>("parse-date");
        if liquid {
            let message = "`template=\"liquid\"` of `set-body` is known but not yet supported";
            element.report(Diagnostic::error("not-supported", message, element.name_span()));
            return SetBody {
                content: Written::Literal(Bytes::new()),
            };
        }
        let template = match wrapped_value(element.node) {
            Some(value) => element.build.template(&value.text(), false),
            None if element.node.elements().next().is_some() => literal_xml(element),
            None => {
                let raw = element.raw_text();
                element.build.template(&raw, false)
            }
        };
        let literal = template
            .known()
            .map(|text| Bytes::copy_from_slice(text.as_bytes()));
        SetBody {
            content: literal.map_or(Written::Computed(template), Written::Literal),
        }
    }

    pub(super) fn evaluate(&self, exchange: &mut Exchange) -> Result<Bytes, Fault> {
        match &self.content {
            Written::Literal(bytes) => Ok(bytes.clone()),
            Written::Computed(template) => template.bytes(exchange),
        }
    }
}

impl Now for SetBody {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let bytes = self.evaluate(exchange)?;
        exchange.did(|| format!("{} bytes", bytes.len()));
        match exchange.is_about_request() {
            true => exchange.request_mut().replace_body(Body::Full(bytes)),
            false => exchange.response_mut().replace_body(Body::Full(bytes)),
        }
        Ok(Flow::Next)
    }
}

// The content may be wrapped in one `value` (the policy toolkit writes it so).
fn wrapped_value(node: &Node) -> Option<&Node> {
    let mut elements = node.elements();
    let only = elements
        .next()
        .filter(|it| it.name == "value" && it.attributes.is_empty())?;
    let alone = elements.next().is_none() && only.elements().next().is_none() && node.text().is_blank();
    alone.then_some(only)
}

// What stands between the tags, verbatim but for named values.
fn literal_xml(element: &mut Element<'_, '_, '_>) -> Template {
    let inner = element.node.inner;
    let source = element.build.source.clone();
    let raw = Raw {
        text: Mapped::copied(source.slice(inner), inner.start),
        span: inner,
        broken: false,
    };
    let text = element.build.substitute(&raw).text;
    Template::literal(text.text(), Span::new(inner.start, inner.end), false)
}
