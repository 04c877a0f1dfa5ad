//! Dimensions of custom metrics: those that the gateway knows by name, and those of the policy's own.

use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Attribute, Content, Shape, optional, required};
use crate::template::Template;
use source::Diagnostic;
use std::sync::Arc;

pub(super) const NAMESPACE: Attribute = optional("namespace").or("API Management").literal();
pub(super) static DIMENSION: Shape = Shape {
    name: "dimension",
    attributes: &[required("name"), optional("value")],
    content: Content::Empty,
};

/// Names that need no value.
const KNOWN: [(&str, Known); 9] = [
    ("API ID", Known::Api),
    ("Operation ID", Known::Operation),
    ("Product ID", Known::Product),
    ("User ID", Known::User),
    ("Subscription ID", Known::Subscription),
    ("Location", Known::Location),
    ("Location ID", Known::Location),
    ("Gateway ID", Known::Gateway),
    ("Backend ID", Known::Backend),
];
/// Own dimensions of one policy: the present page says 5, older ones 10.
const OWN_NOW: usize = 5;
const OWN_MOST: usize = 10;

/// The dimensions of a policy.
#[derive(Debug)]
pub(super) struct Dimensions(Vec<Dimension>);

#[derive(Debug)]
struct Dimension {
    name: Template,
    value: Option<Template>,
}

#[derive(Debug, Clone, Copy)]
enum Known {
    Api,
    Operation,
    Product,
    User,
    Subscription,
    Location,
    Gateway,
    Backend,
}

/// Dimensions as far as they are known where the policy stands.
#[derive(Debug, Clone)]
pub(super) struct Given(Vec<(Arc<str>, Worth)>);

#[derive(Debug, Clone)]
enum Worth {
    Text(String),
    // Looked up when the value is emitted: the backend is known only then.
    Known(Known),
}

impl Dimensions {
    pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Dimensions {
        let mut own = 0;
        let dimensions = element.children("dimension", |child| {
            let (name, value) = (child.required("name"), child.optional("value"));
            let known = name.known().map(str::to_owned);
            let is_own = value.is_some() || known.as_deref().is_none_or(|it| find(it).is_none());
            own += usize::from(is_own);
            match known {
                Some(text) if value.is_none() && find(&text).is_none() => {
                    let message = format!("dimension `{text}` needs a value");
                    let names: Vec<String> = KNOWN.iter().map(|(name, _)| format!("`{name}`")).collect();
                    let help = format!("without one there are {}", names.join(", "));
                    let span = child.name_span();
                    child.report(Diagnostic::error("missing-attribute", message, span).help(help));
                }
                _ => (),
            }
            Dimension { name, value }
        });
        let span = element.name_span();
        if own > OWN_MOST {
            let message = format!(
                "{own} dimensions of its own are more than the {OWN_MOST} that `{}` takes",
                element.shape.name
            );
            element
                .build
                .refused(Diagnostic::error("too-many-dimensions", message, span));
        } else if own > OWN_NOW {
            let message =
                format!("{own} dimensions of its own are more than the {OWN_NOW} of Azure's present limit");
            element
                .build
                .tolerated(Diagnostic::warning("too-many-dimensions", message, span));
        }
        Dimensions(dimensions)
    }

    /// `namespace`.
    pub(super) fn namespace(element: &mut Element<'_, '_, '_>) -> Arc<str> {
        let given = element.literal("namespace").filter(|it| !it.is_empty());
        given.unwrap_or_else(|| "API Management".to_owned()).into()
    }

    /// Evaluates the policy's own.
    pub(super) fn evaluate(&self, exchange: &mut Exchange) -> Result<Given, Fault> {
        let mut given = Vec::with_capacity(self.0.len());
        for dimension in &self.0 {
            let name = dimension.name.text(exchange)?.trim().to_owned();
            let worth = match (&dimension.value, find(&name)) {
                (Some(value), _) => Worth::Text(value.text(exchange)?.into_owned()),
                (None, Some(known)) => Worth::Known(known),
                // A computed name that the gateway does not know: there is nothing to say.
                (None, None) => continue,
            };
            given.push((name.into(), worth));
        }
        Ok(Given(given))
    }
}

impl Given {
    /// With the gateway's own. One that has no value here is left out (inferred).
    pub(super) fn complete(&self, exchange: &Exchange) -> Vec<(Arc<str>, String)> {
        let value = |worth: &Worth| match worth {
            Worth::Text(text) => Some(exchange.masked(text.clone())),
            Worth::Known(known) => known.value(exchange),
        };
        self.0
            .iter()
            .filter_map(|(name, worth)| Some((name.clone(), value(worth)?)))
            .collect()
    }
}

impl Known {
    fn value(self, exchange: &Exchange) -> Option<String> {
        let facts = exchange.facts();
        let value = match self {
            Known::Api => facts.api.as_ref()?.id.clone(),
            Known::Operation => facts.operation.as_ref()?.id.clone(),
            Known::Product => facts.product.as_ref()?.id.clone(),
            Known::User => facts.user.as_ref()?.id.clone(),
            Known::Subscription => facts.subscription.as_ref()?.id.clone(),
            Known::Location => facts.deployment.region.clone(),
            Known::Gateway => facts.deployment.gateway_id.clone(),
            Known::Backend => exchange.backend.as_ref()?.name.to_string(),
        };
        Some(value).filter(|it| !it.is_empty())
    }
}

fn find(name: &str) -> Option<Known> {
    let found = KNOWN
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name.trim()));
    found.map(|(_, known)| *known)
}
