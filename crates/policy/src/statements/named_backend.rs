//! A backend entity that a policy names, literally or by an expression.

use crate::catalog::{CatalogNames, Lookup};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::template::Template;
use crate::world::{BackendHandle, World};
use source::{Diagnostic, nearest};

pub(super) enum NamedBackend {
    Known(BackendHandle),
    // The name is computed, or nobody could look it up.
    Named(Template),
}

impl NamedBackend {
    /// Looks a name up; one that the service does not have is reported.
    pub(super) fn find(element: &mut Element<'_, '_, '_>, id: Template) -> NamedBackend {
        let Some(name) = id.known() else {
            return NamedBackend::Named(id);
        };
        let name = name.trim();
        match element.build.catalog.backend(name) {
            Lookup::Known(backend) => return NamedBackend::Known(backend),
            Lookup::Missing => {
                let names = element.build.catalog.names(CatalogNames::Backends);
                let near = nearest(name, names.iter().map(String::as_str));
                let message = format!("there is no backend `{name}`");
                element.report(Diagnostic::error("unknown-backend", message, id.span).suggest(near));
            }
            Lookup::Unknowable => {
                let message = format!("backend `{name}` cannot be looked up here");
                element.report(Diagnostic::info("unresolved-backend", message, id.span));
            }
        }
        NamedBackend::Named(id)
    }

    /// The backend.
    pub(super) fn get(&self, exchange: &mut Exchange, world: &dyn World) -> Result<BackendHandle, Fault> {
        match self {
            NamedBackend::Known(backend) => Ok(backend.clone()),
            NamedBackend::Named(template) => {
                let name = template.text(exchange)?;
                world.backend(name.trim()).ok_or_else(|| {
                    let message = format!("Backend '{}' does not exist.", name.trim());
                    Fault::internal("BackendNotFound", message)
                })
            }
        }
    }
}
