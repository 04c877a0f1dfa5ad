//! What Azure refuses when something is published is refused when a service is loaded, in its file and at its place.

mod backends; // single backends, pools, circuit breakers
mod names; // APIs, operations, and names that nobody has
mod plan; // what comes out when all is well, and what policies refer to

use model::{
    Account, Api, Backend, Deployment, Fragment, ModelName, NamedValue, Operation, Parameter, PolicyDocument,
    Product, ResourceKind, Scope, Service, Sku, Subscription, SubscriptionState, User, VersionSet,
    VersioningScheme,
};
use service::{LoadOptions, Loaded, ScopePlan, load};
use source::Source;

fn backend(service: &mut Service, name: &str, properties: &str) {
    let text = format!("{{\"properties\": {properties}}}");
    let source = Source::new(format!("backends/{name}.json"), text);
    service
        .origins
        .note(ResourceKind::Backend, name, &source, "/properties");
    let backend: Backend = serde_json::from_str(properties).expect("a backend");
    service.backends.push(Backend {
        name: name.into(),
        ..backend
    });
}

fn api(name: &str, path: &str) -> Api {
    Api {
        name: name.into(),
        path: path.into(),
        revision: "1".into(),
        is_current: true,
        is_online: true,
        ..Api::default()
    }
}

fn operation(method: &str, template: &str, parameters: &[&str]) -> Operation {
    let parameter = |name: &&str| Parameter {
        name: (*name).into(),
        required: true,
    };
    Operation {
        name: format!("{method}-{template}"),
        method: method.into(),
        url_template: template.into(),
        template_parameters: parameters.iter().map(parameter).collect(),
        ..Operation::default()
    }
}

fn subscription(name: &str, scope: Scope) -> Subscription {
    Subscription {
        name: name.into(),
        display_name: name.into(),
        scope,
        state: SubscriptionState::Active,
        owner: None,
        primary_key: None,
        secondary_key: None,
        allow_tracing: false,
    }
}

fn policy(text: &str) -> Option<PolicyDocument> {
    Some(PolicyDocument::raw(Source::new(format!("{text:.20}.xml"), text)))
}

fn found(service: Service) -> Vec<String> {
    lines(&load(service, &LoadOptions::default()))
}

fn lines(loaded: &Loaded) -> Vec<String> {
    let line = |it: &source::Finding| {
        let at = it.source.position(it.diagnostic.span.start);
        let help = it
            .diagnostic
            .help
            .as_ref()
            .map(|help| format!(" ({help})"))
            .unwrap_or_default();
        format!(
            "{}:{}:{} {}[{}] {}{help}",
            it.source.name(),
            at.line,
            at.column,
            it.diagnostic.severity.name(),
            it.diagnostic.code,
            it.diagnostic.message
        )
    };
    loaded.findings.iter().map(line).collect()
}
