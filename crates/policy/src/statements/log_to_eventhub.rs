//! `<log-to-eventhub>`: a text to an Event Hub.
//!
//! ```xml
//! <log-to-eventhub logger-id="hub" partition-key="@(context.Subscription.Id)">@(context.RequestId.ToString())</log-to-eventhub>
//! ```
//! The text stands in the record of the request and goes to the configured sinks; nothing about the request waits for it, and
//! sampling has no say (documented).

use super::{Action, Flow, Now};
use crate::catalog::{CatalogNames, Lookup};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, optional, required};
use crate::template::Template;
use crate::world::World;
use source::{Diagnostic, nearest};
use trace::Step;

/// Bytes of a text; what is longer is cut off (documented).
const LONGEST: usize = 200 * 1024;

pub(super) static SHAPE: Shape = Shape {
    name: "log-to-eventhub",
    attributes: &[
        required("logger-id").literal(),
        optional("partition-id").literal(),
        optional("partition-key"),
    ],
    content: Content::Text,
};

struct LogToEventhub {
    logger: Template,
    partition: Option<(&'static str, Template)>,
    text: Template,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let logger = logger(element);
    let (id, key) = (
        element.optional("partition-id"),
        element.optional("partition-key"),
    );
    if id.is_some() && key.is_some() {
        let message = "`log-to-eventhub` takes `partition-id` or `partition-key`, not both";
        element.report(Diagnostic::error(
            "exclusive-attributes",
            message,
            element.name_span(),
        ));
    }
    let partition = id
        .map(|it| ("partition-id", it))
        .or(key.map(|it| ("partition-key", it)));
    Action::now(LogToEventhub {
        logger,
        partition,
        text: element.text(),
    })
}

// Azure refuses to save a name that no logger has: `Logger not found` (observed).
fn logger(element: &mut Element<'_, '_, '_>) -> Template {
    let logger = element.required("logger-id");
    let Some(id) = logger.known().map(str::trim) else {
        return logger;
    };
    match element.build.catalog.logger(id) {
        Lookup::Known(()) => (),
        Lookup::Missing => {
            let names = element.build.catalog.names(CatalogNames::Loggers);
            let near = nearest(id, names.iter().map(String::as_str));
            let message = format!("there is no logger `{id}`");
            let diagnostic = Diagnostic::error("unknown-logger", message, logger.span);
            element.report(diagnostic.suggest(near));
        }
        Lookup::Unknowable => {
            let message = format!("logger `{id}` cannot be looked up here");
            element.report(Diagnostic::info("unresolved-logger", message, logger.span));
        }
    }
    logger
}

impl Now for LogToEventhub {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let to = self.logger.text(exchange)?.trim().to_owned();
        let mut properties = Vec::new();
        if let Some((name, value)) = &self.partition {
            properties.push(((*name).to_owned(), value.text(exchange)?.into_owned()));
        }
        let mut body = self.text.text(exchange)?.into_owned();
        if body.len() > LONGEST {
            let end = (0..=LONGEST)
                .rev()
                .find(|at| body.is_char_boundary(*at))
                .unwrap_or(0);
            body.truncate(end);
        }
        exchange.note(Step::Published(Box::new(trace::Published {
            channel: "eventhub".to_owned(),
            to,
            body,
            properties,
        })));
        Ok(Flow::Next)
    }
}
