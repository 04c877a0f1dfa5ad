//! A service that has everything that a document names: backends, fragments, products, users.

use super::prelude::prelude;
use super::read::{Inputs, between, quoted_after, unique};
use testkit::Api;

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

pub(super) fn service(
    document: &str,
    plain: &str,
    values: Vec<(String, String)>,
    inputs: &Inputs,
    included: &[(String, String)],
) -> model::Service {
    let is_name = |it: &String| !it.contains(['@', '{', '$', '<']);
    let names = |open: &str| unique(quoted_after(plain, open).into_iter().filter(is_name));
    let mut service = model::Service {
        name: "apimite".to_owned(),
        sku: "Developer".to_owned(),
        location: "westeurope".to_owned(),
        policy: Some(testkit::document("global.xml", &prelude(inputs))),
        apis: vec![api(document, inputs)],
        ..model::Service::default()
    };
    for (name, value) in values {
        service.named_values.push(model::NamedValue {
            display_name: name.clone(),
            name,
            value: Some(value),
            ..model::NamedValue::default()
        });
    }
    for name in names("backend-id=\"")
        .into_iter()
        .chain(inputs.texts.iter().filter(|it| is_resource(it)).cloned())
    {
        if !service
            .backends
            .iter()
            .any(|it| it.name.eq_ignore_ascii_case(&name))
        {
            service.backends.push(model::Backend {
                name,
                url: Some("http://stub.test".to_owned()),
                protocol: Some("http".to_owned()),
                ..model::Backend::default()
            });
        }
    }
    for name in names("fragment-id=\"") {
        let file = format!("{name}.xml");
        let known = included.iter().find(|(id, _)| id.eq_ignore_ascii_case(&name));
        let text = known.map_or("<fragment />", |(_, text)| text.as_str());
        service.fragments.push(model::Fragment {
            name,
            description: String::new(),
            document: testkit::document(&file, text),
        });
    }
    service.caches.push(model::ExternalCache {
        name: "default".to_owned(),
        use_from_location: "default".to_owned(),
    });
    service.loggers = names("logger-id=\"")
        .into_iter()
        .map(|name| model::Logger {
            name,
            kind: "azureEventHub".to_owned(),
        })
        .collect();
    service.schemas = names("schema-id=\"")
        .into_iter()
        .map(|name| model::SchemaResource {
            name,
            kind: model::SchemaKind::Json,
            text: "{}".to_owned(),
        })
        .collect();
    people(&mut service, inputs);
    settings(&mut service, plain, inputs);
    service
}

// The name itself, if Azure takes it.
fn resource(name: &str, otherwise: &str, at: usize) -> String {
    match is_resource(name) && !name.starts_with('-') && !name.ends_with('-') {
        true => name.to_owned(),
        false => format!("{otherwise}-{at}"),
    }
}

fn is_resource(text: &str) -> bool {
    !text.is_empty() && text.len() < 40 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

fn settings(service: &mut model::Service, plain: &str, inputs: &Inputs) {
    let settings = &mut service.settings;
    settings.lenient = true;
    let walker = settings
        .identity
        .applications
        .entry("walker".to_owned())
        .or_default();
    walker.claims = inputs.claims.clone();
    for (provider, id) in between(plain, "<get-authorization-context", ">").filter_map(|it| {
        let part = |name: &str| it.split_once(name)?.1.split('"').next();
        Some((part("provider-id=\"")?, part("authorization-id=\"")?))
    }) {
        settings
            .authorizations
            .entry(provider.to_owned())
            .or_default()
            .entry(id.to_owned())
            .or_default();
    }
    if inputs.wants_certificate {
        settings.tls.client_certificate_header = Some("x-walk-certificate".to_owned());
    }
    let certificates = quoted_after(plain, "certificate-id=\"").into_iter();
    for name in certificates.filter(|it| is_resource(it)) {
        let own = settings.certificates.entry(name).or_default();
        own.file = Some("certificates/orders-client.pfx".to_owned());
        own.password = Some("apimite".to_owned());
    }
    let folder = crate::root().join("fixtures");
    let _ = apiops::certificates(&folder, service);
}

fn api(document: &str, inputs: &Inputs) -> model::Api {
    let mut api = Api::new("api")
        .path("")
        .service_url("http://stub.test")
        .policy(document);
    for method in METHODS {
        api = api.operation(method, "/*");
    }
    if !inputs.parameters.is_empty() {
        let template: String = inputs.parameters.iter().map(|it| format!("/{{{it}}}")).collect();
        for method in METHODS {
            api = api.operation(method, &format!("/walk{template}"));
        }
    }
    let mut api = api.into_model();
    for (at, name) in inputs.operations.iter().enumerate() {
        for method in ["GET", "POST"] {
            let mut operation =
                testkit::operation(method, &format!("/walk-{at}-{}", method.to_ascii_lowercase()));
            operation.name = resource(name, "walk-operation", at);
            operation.display_name.clone_from(name);
            // Names are unique: the second is known by its display name.
            if method == "POST" {
                operation.name.push_str("-post");
            }
            api.operations.push(operation);
        }
    }
    api
}

// A product and a subscription for each that is named, and one more; their owner is in every group.
fn people(service: &mut model::Service, inputs: &Inputs) {
    let all: Vec<String> = unique(
        ["starter".to_owned()]
            .into_iter()
            .chain(inputs.groups.iter().cloned()),
    );
    service.groups = all
        .iter()
        .enumerate()
        .map(|(at, name)| model::Group {
            name: resource(name, "walk-group", at),
            display_name: name.clone(),
        })
        .collect();
    let all = service.groups.iter().map(|it| it.name.clone()).collect();
    service.users.push(model::User {
        name: "ada".to_owned(),
        email: "ada@example.com".to_owned(),
        first_name: "Ada".to_owned(),
        last_name: "Lovelace".to_owned(),
        groups: all,
        ..model::User::default()
    });
    let names = ["walk-starter".to_owned()]
        .into_iter()
        .chain(inputs.products.iter().cloned());
    for (at, display_name) in unique(names).into_iter().enumerate() {
        let name = resource(&display_name, "walk-product", at);
        let mut product = testkit::Product::new(&name).api("api").0;
        product.display_name = display_name;
        service.products.push(product);
        let key = format!("walk-key-{at}");
        let subscription = testkit::Subscription::new(&format!("walk-subscription-{at}"), &key);
        let mut subscription = subscription.scope(&format!("/products/{name}")).0;
        subscription.owner = Some("ada".to_owned());
        service.subscriptions.push(subscription);
    }
}
