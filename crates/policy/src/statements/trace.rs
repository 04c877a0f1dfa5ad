//! `<trace>`: a message in the record of the request.
//!
//! ```xml
//! <trace source="pricing" severity="information">
//!   <message>@("tier " + context.Variables["tier"])</message>
//!   <metadata name="tier" value="gold" />
//! </trace>
//! ```

use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, many, maybe, optional, required};
use crate::template::Template;
use crate::world::World;
use ::trace::Step;
use source::Diagnostic;

pub(super) static SHAPE: Shape = Shape {
    name: "trace",
    attributes: &[
        required("source").literal(),
        optional("severity")
            .or("verbose")
            .literal()
            .one_of(&["verbose", "information", "error"]),
    ],
    // Older documents write the message as the text of the element itself (observed).
    content: Content::ChildrenOrText(&[maybe(&MESSAGE), many(&METADATA)]),
};
static MESSAGE: Shape = Shape {
    name: "message",
    attributes: &[],
    content: Content::Text,
};
static METADATA: Shape = Shape {
    name: "metadata",
    attributes: &[required("name"), required("value")],
    content: Content::Empty,
};

struct Trace {
    source: String,
    severity: &'static str,
    message: Template,
    metadata: Vec<(Template, Template)>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let severities = [
        ("verbose", "verbose"),
        ("information", "information"),
        ("error", "error"),
    ];
    let message = element.child("message", |it| it.text());
    if message.is_none() && element.raw_text().is_blank() {
        let message = "`trace` needs an element `message`";
        element.report(Diagnostic::error("missing-element", message, element.name_span()));
    }
    Action::now(Trace {
        source: element.literal("source").unwrap_or_default(),
        severity: element.choice("severity", &severities).unwrap_or("verbose"),
        message: message.unwrap_or_else(|| element.text()),
        metadata: element.children("metadata", |it| (it.required("name"), it.required("value"))),
    })
}

impl Now for Trace {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let text = self.message.text(exchange)?.into_owned();
        let message = exchange.masked(format!("{}: {text}", self.source));
        let mut metadata = Vec::with_capacity(self.metadata.len());
        for (name, value) in &self.metadata {
            let name = name.text(exchange)?.into_owned();
            let value = value.text(exchange)?.into_owned();
            metadata.push((name, exchange.masked(value)));
        }
        exchange.note(Step::Message(Box::new(trace::Message {
            severity: self.severity.to_owned(),
            message,
            metadata,
        })));
        Ok(Flow::Next)
    }
}
