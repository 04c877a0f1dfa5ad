//! `<send-service-bus-message>`: a message to a queue or a topic.
//!
//! ```xml
//! <send-service-bus-message queue-name="orders" namespace="contoso.servicebus.windows.net">
//!   <message-properties>
//!     <message-property name="kind">order</message-property>
//!   </message-properties>
//!   <payload>@(context.Request.Body.As<string>(preserveContent: true))</payload>
//! </send-service-bus-message>
//! ```
//! The message stands in the record of the request and goes to the configured sinks.

use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, maybe, one, optional, required, some};
use crate::template::Template;
use crate::world::World;
use source::Diagnostic;
use trace::Step;

pub(super) static SHAPE: Shape = Shape {
    name: "send-service-bus-message",
    attributes: &[
        optional("queue-name"),
        optional("topic-name"),
        optional("namespace"),
        optional("client-id"),
    ],
    content: Content::Children(&[maybe(&PROPERTIES), one(&PAYLOAD)]),
};
static PROPERTIES: Shape = Shape {
    name: "message-properties",
    attributes: &[],
    content: Content::Children(&[some(&PROPERTY)]),
};
static PROPERTY: Shape = Shape {
    name: "message-property",
    attributes: &[required("name").literal()],
    content: Content::Text,
};
static PAYLOAD: Shape = Shape {
    name: "payload",
    attributes: &[],
    content: Content::Text,
};

struct SendServiceBusMessage {
    kind: &'static str,
    to: Template,
    namespace: Option<Template>,
    client: Option<Template>,
    properties: Vec<(String, Template)>,
    payload: Option<Template>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let (queue, topic) = (element.optional("queue-name"), element.optional("topic-name"));
    if queue.is_some() == topic.is_some() {
        let message = "`send-service-bus-message` takes `queue-name` or `topic-name`, and only one of them";
        element.report(Diagnostic::error("wrong-value", message, element.name_span()));
    }
    let kind = if queue.is_some() { "queue" } else { "topic" };
    let properties = element.child("message-properties", |it| {
        it.children("message-property", |it| {
            (it.literal("name").unwrap_or_default(), it.text())
        })
    });
    let span = element.name_span();
    Action::now(SendServiceBusMessage {
        kind,
        to: queue.or(topic).unwrap_or_else(|| Template::unknown(span)),
        namespace: element.optional("namespace"),
        client: element.optional("client-id"),
        properties: properties.unwrap_or_default(),
        payload: element.child("payload", |it| it.text()),
    })
}

impl Now for SendServiceBusMessage {
    fn run(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        let to = format!("{} {}", self.kind, self.to.text(exchange)?.trim());
        let mut properties = Vec::new();
        if let Some(namespace) = &self.namespace {
            properties.push((
                "namespace".to_owned(),
                namespace.text(exchange)?.trim().to_owned(),
            ));
        }
        if let Some(client) = &self.client {
            // The identity must exist, as for a call that carries its token.
            let client = client.text(exchange)?.trim().to_owned();
            world
                .token("https://servicebus.azure.net/", Some(&client))
                .map_err(|error| Fault::internal("ManagedIdentityFailure", error))?;
            properties.push(("client-id".to_owned(), client));
        }
        for (name, value) in &self.properties {
            properties.push((name.clone(), value.text(exchange)?.into_owned()));
        }
        let body = match &self.payload {
            Some(payload) => payload.text(exchange)?.into_owned(),
            None => String::new(),
        };
        exchange.note(Step::Published(Box::new(trace::Published {
            channel: "servicebus".to_owned(),
            to,
            body,
            properties,
        })));
        Ok(Flow::Next)
    }
}
