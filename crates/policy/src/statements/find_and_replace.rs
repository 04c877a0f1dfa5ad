//! `<find-and-replace>`: one text for another, everywhere in the body.
//!
//! ```xml
//! <find-and-replace from="internal.contoso.com" to="api.contoso.com" />
//! ```

use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, required};
use crate::template::Template;
use crate::world::World;
use source::Diagnostic;

pub(super) static SHAPE: Shape = Shape {
    name: "find-and-replace",
    attributes: &[required("from"), required("to")],
    content: Content::Empty,
};

struct FindAndReplace {
    from: Template,
    to: Template,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let from = element.required("from");
    if from.known() == Some("") && element.node.attributes.iter().any(|it| it.name == "from") {
        let message = "`from` of `find-and-replace` is empty, so there is nothing to find";
        element.report(Diagnostic::error("wrong-value", message, from.span));
    }
    element.needs_body();
    Action::now(FindAndReplace {
        from,
        to: element.required("to"),
    })
}

impl Now for FindAndReplace {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let from = self.from.text(exchange)?.into_owned();
        let to = self.to.text(exchange)?.into_owned();
        if from.is_empty() {
            return Err(Fault::value("The text to find is empty."));
        }
        let Some(body) = exchange.content() else {
            return Ok(Flow::Next);
        };
        let (body, count) = replace(&body, from.as_bytes(), to.as_bytes());
        exchange.did(|| format!("{count} replaced"));
        if count > 0 {
            exchange.put_content(body.into(), None);
        }
        Ok(Flow::Next)
    }
}

// Bytes, so that a body of any encoding keeps what does not match.
pub(super) fn replace(body: &[u8], from: &[u8], to: &[u8]) -> (Vec<u8>, usize) {
    let mut out = Vec::with_capacity(body.len());
    let (mut at, mut count) = (0, 0);
    while at < body.len() {
        if body[at] == from[0] && body[at..].starts_with(from) {
            out.extend_from_slice(to);
            at += from.len();
            count += 1;
        } else {
            out.push(body[at]);
            at += 1;
        }
    }
    (out, count)
}
