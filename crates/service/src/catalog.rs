use crate::certificates::Certificates;
use crate::templates;
use crate::values::Values;
use expression::Symbols;
use model::{Operation, Service};
use policy::{BackendHandle, Catalog, CatalogNames, Lookup, NamedValue, SchemaText, StoredCertificate};
use source::Source;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the policies of a service may refer to.
#[derive(Clone, Copy)]
pub(crate) struct ServiceCatalog<'a> {
    pub(crate) service: &'a Service,
    pub(crate) symbols: &'a Symbols,
    pub(crate) values: &'a Values,
    pub(crate) handles: &'a [BackendHandle],
    pub(crate) backend_names: &'a BTreeMap<String, usize>,
    /// Whose document is compiled, if it is an operation's.
    pub(crate) operation: Option<&'a Operation>,
    pub(crate) certificates: &'a Certificates,
}

impl Catalog for ServiceCatalog<'_> {
    fn symbols(&self) -> &Symbols {
        self.symbols
    }

    fn named_value(&self, display_name: &str) -> Lookup<NamedValue> {
        self.values.look_up(display_name)
    }

    fn fragment(&self, id: &str) -> Lookup<Source> {
        match self
            .service
            .fragments
            .iter()
            .find(|it| it.name.eq_ignore_ascii_case(id))
        {
            Some(fragment) => Lookup::Known(fragment.document.source.clone()),
            None => Lookup::Missing,
        }
    }

    fn backend(&self, name: &str) -> Lookup<BackendHandle> {
        let found = self
            .backend_names
            .get(&name.to_ascii_lowercase())
            .and_then(|at| self.handles.get(*at));
        found.map_or(Lookup::Missing, |handle| Lookup::Known(handle.clone()))
    }

    fn certificate(&self, id: &str) -> Lookup<Arc<StoredCertificate>> {
        let found = self.certificates.find(id);
        found.map_or(Lookup::Missing, |found| Lookup::Known(found.clone()))
    }

    fn schema(&self, id: &str) -> Lookup<SchemaText> {
        let found = self
            .service
            .schemas
            .iter()
            .find(|it| it.name.eq_ignore_ascii_case(id));
        found.map_or(Lookup::Missing, |it| {
            Lookup::Known(match it.kind {
                model::SchemaKind::Json => SchemaText::Json(it.text.clone()),
                model::SchemaKind::Xml => SchemaText::Xml(it.text.clone()),
            })
        })
    }

    fn logger(&self, id: &str) -> Lookup<()> {
        let mut all = self.service.loggers.iter();
        match all.any(|it| it.name.eq_ignore_ascii_case(id)) {
            true => Lookup::Known(()),
            false => Lookup::Missing,
        }
    }

    fn names(&self, of: CatalogNames) -> Vec<String> {
        let service = self.service;
        match of {
            CatalogNames::Loggers => service.loggers.iter().map(|it| it.name.clone()).collect(),
            CatalogNames::NamedValues => self.values.names().map(str::to_owned).collect(),
            CatalogNames::Fragments => service.fragments.iter().map(|it| it.name.clone()).collect(),
            CatalogNames::Caches => service.caches.iter().map(|it| it.name.clone()).collect(),
            CatalogNames::Certificates => self
                .certificates
                .own
                .iter()
                .map(|it| it.name.to_string())
                .collect(),
            CatalogNames::Schemas => service.schemas.iter().map(|it| it.name.clone()).collect(),
            CatalogNames::Backends => service.backends.iter().map(|it| it.name.clone()).collect(),
        }
    }

    fn template_parameters(&self) -> Lookup<Vec<String>> {
        self.operation.map_or(Lookup::Unknowable, |operation| {
            let shape = templates::shape(&operation.url_template);
            Lookup::Known([shape.path, shape.query].concat())
        })
    }
}
