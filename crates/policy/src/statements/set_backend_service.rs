//! `<set-backend-service>`: another backend for the request.
//!
//! ```xml
//! <set-backend-service backend-id="inference-pool" />
//! ```
//! Once a `backend-id` was set, a later `base-url` has no effect (documented).

use super::named_backend::NamedBackend;
use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, optional};
use crate::template::Setting;
use crate::url;
use crate::world::{BackendHandle, World};
use expression::Url;
use source::Diagnostic;
use std::sync::Arc;

pub(super) static SHAPE: Shape = Shape {
    name: "set-backend-service",
    attributes: &[
        optional("base-url"),
        optional("backend-id"),
        optional("sf-resolve-condition").bool(),
        optional("sf-service-instance-name"),
        optional("sf-partition-key"),
        optional("sf-listener-name"),
        optional("sf-replica-type"),
        optional("dapr-app-id"),
        optional("dapr-method"),
        optional("dapr-namespace"),
    ],
    content: Content::Empty,
};

enum SetBackendService {
    Backend(NamedBackend),
    BaseUrl(Setting<Arc<Url>>),
    Nothing,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    for row in SHAPE.attributes.iter().skip(2) {
        if let Some(template) = element.optional(row.name) {
            let message = format!(
                "`{}` of `set-backend-service` is known but not yet supported",
                row.name
            );
            element.report(Diagnostic::error("not-supported", message, template.span));
        }
    }
    let (base_url, backend_id) = (element.setting("base-url"), element.optional("backend-id"));
    let has = |name: &str| element.node.attributes.iter().any(|it| it.name == name);
    let (has_url, has_id) = (has("base-url"), has("backend-id"));
    let has_other = element
        .node
        .attributes
        .iter()
        .any(|it| it.name.starts_with("dapr-") || it.name.starts_with("sf-"));
    if has_url && has_id {
        let message = "`base-url` and `backend-id` exclude each other";
        element.report(Diagnostic::error(
            "exclusive-attributes",
            message,
            element.name_span(),
        ));
    } else if !has_url && !has_id && !has_other {
        let message = "`set-backend-service` needs `backend-id` or `base-url`";
        element.report(Diagnostic::error(
            "missing-attribute",
            message,
            element.name_span(),
        ));
    }
    Action::now(match (backend_id, base_url) {
        (Some(id), _) => SetBackendService::Backend(NamedBackend::find(element, id)),
        (None, Some(url)) => SetBackendService::BaseUrl(url),
        (None, None) => SetBackendService::Nothing,
    })
}

impl Now for SetBackendService {
    fn run(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        match self {
            SetBackendService::Backend(backend) => {
                let backend = backend.get(exchange, world)?;
                select(exchange, backend);
            }
            SetBackendService::BaseUrl(setting) => {
                let base = setting.get(exchange)?;
                let text = url::text(&base);
                match exchange.request_mut().set_base(base) {
                    true => exchange.did(|| text),
                    false => exchange.did(|| format!("{text} has no effect: a backend-id was set before")),
                }
            }
            SetBackendService::Nothing => (),
        }
        Ok(Flow::Next)
    }
}

fn select(exchange: &mut Exchange, backend: BackendHandle) {
    exchange.did(|| backend.name.to_string());
    exchange.backend = Some(backend.clone());
    exchange.request_mut().set_backend(backend);
}
