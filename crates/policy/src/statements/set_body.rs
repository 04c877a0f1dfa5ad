//! `<set-body>`: another body for the request, or for the response.
//!
//! ```xml
//! <set-body>@(context.Request.Body.As<string>(preserveContent: true).Replace("a", "b"))</set-body>
//! ```
//! Literal XML inside is kept as it stands. With `template="liquid"` the text is a Liquid template over the present body and
//! `context`.

use super::{Action, Flow, Now};
use crate::Body;
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::liquid::{Input, Liquid, Rules, Shared};
use crate::shape::{Content, Shape, optional};
use crate::template::Template;
use crate::world::World;
use crate::xml::{Node, Raw};
use bytes::Bytes;
use source::{Mapped, Span};

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
    Liquid(Shared, Input),
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    Action::now(SetBody::parse(element))
}

impl SetBody {
    pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> SetBody {
        SetBody::parse_with(element, Input::Message)
    }

    /// Inside `return-response`, where a template has no body to read (documented).
    pub(super) fn parse_in_response(element: &mut Element<'_, '_, '_>) -> SetBody {
        SetBody::parse_with(element, Input::Nothing)
    }

    fn parse_with(element: &mut Element<'_, '_, '_>, input: Input) -> SetBody {
        let liquid = element
            .choice("template", &[("liquid", true), ("none", false)])
            .unwrap_or(false);
        let nil = element.choice("xsi-nil", &[("blank", false), ("null", true)]);
        let parse_date = element.choice("parse-date", &[("true", true), ("false", false)]);
        if liquid {
            let rules = Rules {
                nil_is_null: nil.unwrap_or(false),
                parse_date: parse_date.unwrap_or(true),
            };
            return SetBody {
                content: liquid_content(element, rules, input),
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
            Written::Liquid(liquid, input) => Ok(liquid.render(exchange, *input)?.into()),
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

// Braces that name a named value are put in; any others are the template's own.
fn liquid_content(element: &mut Element<'_, '_, '_>, rules: Rules, input: Input) -> Written {
    let inner = wrapped_value(element.node).map_or(element.node.inner, |it| it.inner);
    let raw = match element.node.elements().next() {
        None => element.raw_text(),
        Some(_) => verbatim(element, inner),
    };
    let text = element.build.substitute_known(&raw);
    let mut report = Vec::new();
    let liquid = Liquid::compile(&text, raw.span, rules, &mut report);
    report.into_iter().for_each(|it| element.report(it));
    match liquid {
        Some(liquid) => {
            if liquid.reads_body && input == Input::Message {
                element.needs_body();
            }
            Written::Liquid(liquid.into(), input)
        }
        None => Written::Literal(Bytes::new()),
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
pub(super) fn literal_xml(element: &mut Element<'_, '_, '_>) -> Template {
    let inner = element.node.inner;
    let raw = verbatim(element, inner);
    let text = element.build.substitute(&raw).text;
    Template::literal(text.text(), Span::new(inner.start, inner.end), false)
}

/// A part of the document as it is written.
pub(super) fn verbatim(element: &Element<'_, '_, '_>, span: Span) -> Raw {
    Raw {
        text: Mapped::copied(element.build.source.slice(span), span.start),
        span,
        broken: false,
    }
}
