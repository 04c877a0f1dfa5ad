use crate::catalog::ServiceCatalog;
use model::{Api, PolicyDocument, Service};
use policy::{Document, Options, Role, Scope, Walk};
use source::Finding;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Compiles every policy of a service.
pub(crate) struct Compiler<'a> {
    catalog: ServiceCatalog<'a>,
    options: Options,
    findings: Vec<Finding>,
    default_global: Arc<Document>,
}

/// The compiled documents of a service.
pub(crate) struct Documents {
    global: Arc<Document>,
    // By index in the service's lists; absent where there is no policy, or a broken one.
    workspaces: Vec<Option<Arc<Document>>>,
    products: Vec<Option<Arc<Document>>>,
    apis: Vec<ApiDocuments>,
}

struct ApiDocuments {
    // Where its workspace stands in the list of them.
    workspace: Option<usize>,
    own: Option<Arc<Document>>,
    operations: Vec<Option<Arc<Document>>>,
}

impl<'a> Compiler<'a> {
    pub(crate) fn new(catalog: ServiceCatalog<'a>, options: Options) -> Compiler<'a> {
        Compiler {
            catalog,
            options,
            findings: Vec::new(),
            default_global: policy::default_global(),
        }
    }

    /// Every document, and everything that is wrong with them.
    pub(crate) fn compile(mut self, service: &'a Service) -> (Documents, Vec<Finding>) {
        // Fragments are compiled where they are included; here also those that nobody includes are looked at.
        for fragment in &service.fragments {
            self.one(&fragment.document, Role::Fragment);
        }
        let global = self.optional(&service.policy, Scope::Global);
        let workspaces = service
            .workspaces
            .iter()
            .map(|it| self.optional(&it.policy, Scope::Workspace))
            .collect();
        let products = service
            .products
            .iter()
            .map(|it| self.optional(&it.policy, Scope::Product))
            .collect();
        let apis = service.apis.iter().map(|api| self.api(service, api)).collect();
        let global = global.unwrap_or_else(|| self.default_global.clone());
        (
            Documents {
                global,
                workspaces,
                products,
                apis,
            },
            self.findings,
        )
    }

    fn api(&mut self, service: &Service, api: &'a Api) -> ApiDocuments {
        let workspace = api.workspace.as_ref().and_then(|name| {
            let mut all = service.workspaces.iter();
            all.position(|it| it.name.eq_ignore_ascii_case(name))
        });
        let own = self.optional(&api.policy, Scope::Api);
        let mut operations = Vec::with_capacity(api.operations.len());
        for operation in &api.operations {
            self.catalog.operation = Some(operation);
            operations.push(self.optional(&operation.policy, Scope::Operation));
        }
        self.catalog.operation = None;
        ApiDocuments {
            workspace,
            own,
            operations,
        }
    }

    fn optional(&mut self, policy: &Option<PolicyDocument>, scope: Scope) -> Option<Arc<Document>> {
        self.one(policy.as_ref()?, Role::Policy(scope))
    }

    fn one(&mut self, policy: &PolicyDocument, role: Role) -> Option<Arc<Document>> {
        let (document, findings) = policy::compile(&policy.source, role, &self.catalog, &self.options);
        self.findings.extend(findings);
        document
    }
}

/// Folds documents; operations without a policy of their own share the walk of their API.
pub(crate) struct Folder<'a> {
    documents: &'a Documents,
    // By API, and product with a policy.
    shared: BTreeMap<(usize, Option<usize>), Arc<Walk>>,
}

impl<'a> Folder<'a> {
    pub(crate) fn new(documents: &'a Documents) -> Folder<'a> {
        Folder {
            documents,
            shared: BTreeMap::new(),
        }
    }

    /// Global policy alone.
    pub(crate) fn global(&self) -> Arc<Walk> {
        policy::fold(std::slice::from_ref(&self.documents.global))
    }

    /// API and global policy, with those of a product and of a workspace between them.
    pub(crate) fn api(&mut self, api: usize, product: Option<usize>) -> Arc<Walk> {
        let documents = self.documents;
        self.shared
            .entry((api, product))
            .or_insert_with(|| policy::fold(&documents.list(None, api, product)))
            .clone()
    }

    /// All scopes of an operation.
    pub(crate) fn operation(&mut self, api: usize, operation: usize, product: Option<usize>) -> Arc<Walk> {
        match self
            .documents
            .apis
            .get(api)
            .and_then(|it| it.operations.get(operation)?.as_ref())
        {
            Some(own) => policy::fold(&self.documents.list(Some(own), api, product)),
            None => self.api(api, product),
        }
    }

    /// All scopes of an operation in a product that has a policy: being in another one makes no difference.
    pub(crate) fn in_product(&mut self, api: usize, operation: usize, product: usize) -> Option<Arc<Walk>> {
        self.documents.products.get(product)?.as_ref()?;
        Some(self.operation(api, operation, Some(product)))
    }
}

impl Documents {
    fn list(
        &self,
        operation: Option<&Arc<Document>>,
        api: usize,
        product: Option<usize>,
    ) -> Vec<Arc<Document>> {
        let (api, workspace) = match self.apis.get(api) {
            Some(api) => (api.own.as_ref(), api.workspace),
            None => (None, None),
        };
        let workspace = workspace.and_then(|at| self.workspaces.get(at)?.as_ref());
        let product = product.and_then(|at| self.products.get(at)?.as_ref());
        operation
            .into_iter()
            .chain(api)
            .chain(product)
            .chain(workspace)
            .chain([&self.global])
            .cloned()
            .collect()
    }
}
