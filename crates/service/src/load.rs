use crate::catalog::ServiceCatalog;
use crate::certificates::Certificates;
use crate::check::{Check, sorted};
use crate::facts::parse_url;
use crate::plan::{ApiPlan, OperationPlan, Plan, ProductPlan};
use crate::values::Values;
use crate::walks::{Compiler, Folder};
use crate::{accounts, apis, backends, facts, keys, products, settings, templates};
use clock::Moment;
use expression::Symbols;
use model::{Api, ApiKind, Operation, PolicyDocument, Product, Service};
use policy::{BackendHandle, MockResponse, OperationTemplate, Options};
use source::Finding;
use std::sync::Arc;
use std::time::Duration;

/// How a service is loaded.
#[derive(Debug, Clone)]
pub struct LoadOptions {
    /// Seed of generated subscription keys.
    pub seed: u64,
    /// When subscriptions and users came to be, as far as policies can see.
    pub loaded: Moment,
    /// What Azure refuses only at some dates is an error, also without the setting.
    pub strict: bool,
    /// What Azure refuses although it could run is a warning, also without the setting.
    pub lenient: bool,
}

impl Default for LoadOptions {
    fn default() -> LoadOptions {
        // 2024-01-01: a fixed moment, so that a run repeats.
        LoadOptions {
            seed: 1,
            loaded: Moment::from_seconds(1_704_067_200),
            strict: false,
            lenient: false,
        }
    }
}

/// What came of loading.
#[derive(Debug)]
pub struct Loaded {
    /// The plan; none if any finding is an error.
    pub plan: Option<Arc<Plan>>,
    /// Everything that is worth saying, by file and place.
    pub findings: Vec<Finding>,
}

/// Makes a plan of a service, reporting every mistake.
pub fn load(service: Service, options: &LoadOptions) -> Loaded {
    let service = Arc::new(service);
    let strict = options.strict || service.settings.strict;
    let mut check = Check {
        service: &service,
        findings: Vec::new(),
        strict,
    };
    settings::check(&mut check);
    apis::check(&mut check);
    products::check(&mut check);
    accounts::check(&mut check);
    let values = Values::read(&mut check);
    let backend_names = backends::index(&mut check);
    let certificates = Certificates::read(&mut check);
    let backends = backends::plan(&mut check, &values, &backend_names, &certificates);
    let (subscriptions, keys) = keys::plan(&mut check, options);

    let symbols = Symbols::default();
    let handles: Vec<BackendHandle> = backends.iter().map(|it| it.handle.clone()).collect();
    let catalog = ServiceCatalog {
        service: &service,
        symbols: &symbols,
        values: &values,
        handles: &handles,
        backend_names: &backend_names,
        operation: None,
        certificates: &certificates,
    };
    let (documents, found) = Compiler::new(catalog, policy_options(&service, options)).compile(&service);
    check.findings.extend(found);
    values.report_missed(&mut check);
    let findings = sorted(check.findings);
    if findings.iter().any(Finding::is_error) {
        return Loaded { plan: None, findings };
    }

    let mut folder = Folder::new(&documents);
    let apis: Vec<ApiPlan> = service
        .apis
        .iter()
        .enumerate()
        .map(|(at, api)| api_plan(&service, at, api, &mut folder))
        .collect();
    let products = product_plans(&service, &apis);
    let plan = Plan {
        symbols: Arc::new(symbols),
        deployment: facts::deployment(&service, &certificates.authorities),
        products,
        apis,
        subscriptions,
        backends,
        global: folder.global(),
        secrets: values.secrets(),
        asks_for_certificates: asks_for_certificates(&service),
        certificates: certificates.own,
        authorities: certificates.authorities.into(),
        server_certificate: certificates.server,
        ignore_unneeded_keys: service.settings.ignore_unneeded_keys,
        keys,
        backend_names,
        service,
    };
    Loaded {
        plan: Some(Arc::new(plan)),
        findings,
    }
}

// Whether a policy looks at the certificate of a caller.
fn asks_for_certificates(service: &Service) -> bool {
    const LOOKS: [&str; 2] = ["validate-client-certificate", ".Certificate"];
    let looks = |document: &PolicyDocument| LOOKS.iter().any(|it| document.source.text().contains(it));
    let of_apis = service.apis.iter().flat_map(|api| {
        let of_operations = api.operations.iter().filter_map(|it| it.policy.as_ref());
        api.policy.iter().chain(of_operations)
    });
    let of_products = service.products.iter().filter_map(|it| it.policy.as_ref());
    let of_fragments = service.fragments.iter().map(|it| &it.document);
    service.settings.tls.negotiate_client_certificate
        || service
            .policy
            .iter()
            .chain(of_apis)
            .chain(of_products)
            .chain(of_fragments)
            .any(looks)
}

fn product_plans(service: &Service, apis: &[ApiPlan]) -> Vec<ProductPlan> {
    let plan = |(at, product): (usize, &Product)| {
        let inside = apis
            .iter()
            .filter(|api| api.is_current && api.products.contains(&at));
        ProductPlan {
            name: product.name.as_str().into(),
            subscription_required: product.subscription_required,
            facts: facts::product(product, inside.map(|api| api.facts.clone()).collect(), service),
        }
    };
    service.products.iter().enumerate().map(plan).collect()
}

fn policy_options(service: &Service, options: &LoadOptions) -> Options {
    let settings = &service.settings;
    let mut limits = expression::Limits::default();
    let own = &settings.limits;
    if let Some(steps) = own.expression_steps {
        limits.steps = steps;
    }
    if let Some(depth) = own.expression_depth {
        limits.depth = depth;
    }
    if let Some(bytes) = own.expression_bytes {
        limits.bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    }
    if let Some(bytes) = own.expression_item_bytes {
        limits.item_bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    }
    if let Some(elements) = own.expression_elements {
        limits.elements = usize::try_from(elements).unwrap_or(usize::MAX);
    }
    if let Some(seconds) = own.expression_seconds {
        limits.time = Duration::from_secs(seconds);
    }
    if let Some(backtracks) = own.regex_backtracks {
        limits.backtracks = usize::try_from(backtracks).unwrap_or(usize::MAX);
    }
    Options {
        strict: options.strict || settings.strict,
        lenient: options.lenient || settings.lenient,
        tier: policy::Tier::of(&service.sku),
        limits,
    }
}

fn api_plan(service: &Service, index: usize, api: &Api, folder: &mut Folder<'_>) -> ApiPlan {
    let products = products::containing(api, &service.products);
    let open_product = products
        .iter()
        .copied()
        .find(|at| !service.products[*at].subscription_required);
    let service_url = api.service_url.as_deref().and_then(parse_url);
    let operations = api
        .operations
        .iter()
        .enumerate()
        .map(|(at, operation)| OperationPlan {
            facts: facts::operation(operation),
            template: template(operation),
            walk: folder.operation(index, at, None),
            product_walks: products
                .iter()
                .filter_map(|product| Some((*product, folder.in_product(index, at, *product)?)))
                .collect(),
        });
    let operations: Vec<OperationPlan> = match api.kind {
        ApiKind::Http => operations.collect(),
        ApiKind::Other(_) => Vec::new(),
    };
    let set = service
        .version_sets
        .iter()
        .find(|it| Some(&it.name) == api.version_set.as_ref());
    ApiPlan {
        name: api.name.as_str().into(),
        path: api.path.trim_matches('/').to_owned(),
        version: api.version.clone(),
        scheme: set.map(|set| set.scheme.clone()),
        revision: api.revision.clone(),
        is_current: api.is_current,
        is_online: api.is_online,
        subscription_required: api.subscription_required,
        key_names: api.key_names.clone(),
        facts: facts::api(api, service_url.clone()),
        service_url,
        operations,
        workspace: api
            .workspace
            .as_deref()
            .map(|name| facts::workspace(name, service)),
        products,
        open_product,
        walk: folder.api(index, None),
    }
}

fn template(operation: &Operation) -> Arc<OperationTemplate> {
    let shape = templates::shape(&operation.url_template);
    let response = |it: &model::Response| MockResponse {
        status: it.status,
        representations: it
            .representations
            .iter()
            .map(|(kind, examples)| {
                (
                    kind.clone(),
                    examples.iter().map(|example| example.body.clone()).collect(),
                )
            })
            .collect(),
    };
    Arc::new(OperationTemplate {
        method: operation.method.clone(),
        url_template: operation.url_template.clone(),
        path_parameters: shape.path,
        query_parameters: query_names(&operation.url_template),
        responses: operation.responses.iter().map(response).collect(),
        contract: operation.contract.as_deref().map(|it| Arc::new(contract(it))),
    })
}

// What the policies know of a contract; schemas are compiled when they are first used.
fn contract(contract: &model::Contract) -> policy::Contract {
    let schema =
        |schema: &serde_json::Value| policy::Schema::new(schema.clone(), contract.definitions.clone());
    let declared = |it: &model::DeclaredParameter| policy::Declared {
        name: it.name.clone(),
        place: match it.place {
            model::ParameterPlace::Path => policy::ParameterPlace::Path,
            model::ParameterPlace::Query => policy::ParameterPlace::Query,
            model::ParameterPlace::Header => policy::ParameterPlace::Header,
        },
        required: it.required,
        schema: schema(&it.schema),
    };
    let content = |(kind, of): (&String, &Option<serde_json::Value>)| (kind.clone(), of.as_ref().map(schema));
    let response = |(status, it): (&u16, &model::DeclaredResponse)| policy::DeclaredResponse {
        status: *status,
        headers: it.headers.iter().map(declared).collect(),
        content: it.content.iter().map(content).collect(),
    };
    policy::Contract {
        parameters: contract.parameters.iter().map(declared).collect(),
        request: contract.request.iter().map(content).collect(),
        responses: contract.responses.iter().map(response).collect(),
    }
}

// In `?a={b}` the query parameter is `a`; `b` is what the template calls its value.
fn query_names(template: &str) -> Vec<String> {
    let query = template.split_once('?').map_or("", |(_, query)| query);
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split('=').next().unwrap_or(pair).to_owned())
        .collect()
}
