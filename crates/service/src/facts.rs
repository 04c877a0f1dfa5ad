use clock::Moment;
use expression::{
    ApiFacts, Certificate, DeploymentFacts, GroupFacts, OperationFacts, ProductFacts, Url, UserFacts,
    WorkspaceFacts,
};
use model::{Api, Operation, Product, Service, User};
use std::sync::Arc;

/// An absolute http, https, ws or wss URL.
pub(crate) fn parse_url(text: &str) -> Option<Url> {
    policy::url::parse(text)
}

pub(crate) fn api(api: &Api, service_url: Option<Url>) -> Arc<ApiFacts> {
    Arc::new(ApiFacts {
        id: api.name.clone(),
        name: api.display_name.clone(),
        path: api.path.trim_matches('/').to_owned(),
        protocols: match api.protocols.is_empty() {
            true => vec!["https".into()],
            false => api.protocols.clone(),
        },
        service_url,
        key_header: api.key_names.header.clone(),
        key_query: api.key_names.query.clone(),
        revision: api.revision.clone(),
        version: api.version.clone(),
        is_current_revision: api.is_current,
    })
}

pub(crate) fn workspace(name: &str, service: &Service) -> Arc<WorkspaceFacts> {
    let found = service
        .workspaces
        .iter()
        .find(|it| it.name.eq_ignore_ascii_case(name));
    Arc::new(WorkspaceFacts {
        id: found.map_or(name, |it| &it.name).to_owned(),
        name: found.map_or(name, |it| &it.display_name).to_owned(),
    })
}

pub(crate) fn operation(operation: &Operation) -> Arc<OperationFacts> {
    Arc::new(OperationFacts {
        id: operation.name.clone(),
        method: operation.method.clone(),
        name: operation.display_name.clone(),
        url_template: operation.url_template.clone(),
    })
}

pub(crate) fn product(product: &Product, apis: Vec<Arc<ApiFacts>>, service: &Service) -> Arc<ProductFacts> {
    Arc::new(ProductFacts {
        id: product.name.clone(),
        name: product.display_name.clone(),
        approval_required: product.approval_required,
        subscription_required: product.subscription_required,
        subscriptions_limit: product.subscriptions_limit,
        published: product.published,
        apis,
        groups: product.groups.iter().map(|name| group(name, service)).collect(),
    })
}

/// The owner of a subscription. Extracts hold no users: then only the id is known.
pub(crate) fn user(id: &str, known: Option<&User>, service: &Service, registered: Moment) -> Arc<UserFacts> {
    let nobody = User::default();
    let user = known.unwrap_or(&nobody);
    Arc::new(UserFacts {
        id: id.to_owned(),
        email: user.email.clone(),
        first_name: user.first_name.clone(),
        last_name: user.last_name.clone(),
        note: user.note.clone(),
        groups: user.groups.iter().map(|name| group(name, service)).collect(),
        identities: match user.email.is_empty() {
            true => Vec::new(),
            false => vec![("Basic".into(), user.email.clone())],
        },
        registered,
    })
}

/// Groups that every service has (doc): name and display name.
pub(crate) const BUILT_IN_GROUPS: [(&str, &str); 3] = [
    ("administrators", "Administrators"),
    ("developers", "Developers"),
    ("guests", "Guests"),
];

fn group(name: &str, service: &Service) -> GroupFacts {
    let own = service
        .groups
        .iter()
        .find(|it| it.name.eq_ignore_ascii_case(name))
        .map(|it| it.display_name.as_str());
    let built_in = || {
        BUILT_IN_GROUPS
            .iter()
            .find(|(it, _)| it.eq_ignore_ascii_case(name))
            .map(|(_, display)| *display)
    };
    GroupFacts {
        id: name.to_owned(),
        name: own.or_else(built_in).unwrap_or(name).to_owned(),
    }
}

pub(crate) fn deployment(service: &Service, authorities: &[Vec<u8>]) -> Arc<DeploymentFacts> {
    let region = match service.location.trim() {
        "" => "Local".to_owned(),
        location => location.to_owned(),
    };
    Arc::new(DeploymentFacts {
        gateway_id: "managed".into(),
        instance_id: format!("{}-0", service.name),
        region: model::region_name(&region),
        service_id: service.name.clone(),
        service_name: service.name.clone(),
        certificates: service.certificates.iter().filter_map(certificate).collect(),
        authorities: authorities
            .iter()
            .filter_map(|it| Certificate::read(it, "").ok().map(Arc::new))
            .collect(),
    })
}

fn certificate(resource: &model::Certificate) -> Option<(String, Arc<Certificate>)> {
    let password = resource.password.as_deref().unwrap_or_default();
    let read = Certificate::read(&resource.data, password).ok()?;
    Some((resource.name.clone(), Arc::new(read)))
}
