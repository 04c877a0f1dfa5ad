//! Limits of a product with further ones for its APIs and operations: what `rate-limit` and `quota` have in common.

use super::Statement;
use crate::Scope;
use crate::element::Element;
use crate::exchange::Exchange;
use smallvec::{SmallVec, smallvec};
use source::Diagnostic;

/// Which API or operation a further limit is for. `id` wins over `name`.
#[derive(Debug)]
pub(super) struct Named {
    text: String,
    is_id: bool,
}

impl Named {
    pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Named {
        // Every element may carry an `id`; here it means something.
        let id = element.node.attributes.iter().find(|it| it.name == "id");
        let id = id.map(|it| element.build.template(&it.value, true));
        let id = id.as_ref().and_then(|it| it.known()).map(str::to_owned);
        let name = element.literal("name");
        if id.is_none() && name.is_none() {
            let message = format!("`{}` needs the attribute `name` or `id`", element.shape.name);
            element.report(Diagnostic::error(
                "missing-attribute",
                message,
                element.name_span(),
            ));
        }
        Named {
            is_id: id.is_some(),
            text: id.or(name).unwrap_or_default(),
        }
    }

    // A name may be the display name or the resource's: both are seen in public policies (inferred).
    fn is(&self, id: &str, name: &str) -> bool {
        self.text.eq_ignore_ascii_case(id) || !self.is_id && self.text.eq_ignore_ascii_case(name)
    }
}

/// A further limit for an API.
#[derive(Debug)]
pub(super) struct ApiLimit<T> {
    pub(super) named: Named,
    pub(super) limit: T,
    pub(super) operations: Vec<OperationLimit<T>>,
}

/// A further limit for an operation.
#[derive(Debug)]
pub(super) struct OperationLimit<T> {
    pub(super) named: Named,
    pub(super) limit: T,
}

/// Every limit that a request is under, the widest first, with the beginning of its counter's key.
pub(super) fn matching<T: Copy>(
    own: &T,
    apis: &[ApiLimit<T>],
    exchange: &Exchange,
) -> SmallVec<[(String, T); 3]> {
    let mut limits = smallvec![(String::new(), *own)];
    let facts = exchange.facts();
    let Some(api) = &facts.api else { return limits };
    for limit in apis.iter().filter(|it| it.named.is(&api.id, &api.name)) {
        limits.push((format!("/{} ", api.id), limit.limit));
        let Some(operation) = &facts.operation else {
            continue;
        };
        let own = limit
            .operations
            .iter()
            .filter(|it| it.named.is(&operation.id, &operation.name));
        limits.extend(own.map(|it| (format!("/{}/{} ", api.id, operation.id), it.limit)));
    }
    limits
}

/// Whose counter it is: the subscription, in the scope where the policy stands. `None` without a subscription.
pub(super) fn owner(at: &Statement, exchange: &Exchange) -> Option<String> {
    let facts = exchange.facts();
    let subscription = &facts.subscription.as_ref()?.id;
    let id = |id: Option<&String>| id.cloned().unwrap_or_default();
    let api = id(facts.api.as_ref().map(|it| &it.id));
    Some(match at.scope {
        Some(Scope::Product) => format!(
            "product {} {subscription}",
            id(facts.product.as_ref().map(|it| &it.id))
        ),
        Some(Scope::Api) => format!("api {api} {subscription}"),
        Some(Scope::Operation) => format!(
            "operation {api}/{} {subscription}",
            id(facts.operation.as_ref().map(|it| &it.id))
        ),
        Some(Scope::Workspace) => format!(
            "workspace {} {subscription}",
            id(facts.workspace.as_ref().map(|it| &it.id))
        ),
        Some(Scope::Global) | None => format!("global {subscription}"),
    })
}
