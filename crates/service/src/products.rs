use crate::check::{At, Check};
use crate::facts::BUILT_IN_GROUPS;
use model::ResourceKind::Product as Place;
use model::{Api, Product};
use source::nearest;

/// Links between products, APIs and groups.
pub(crate) fn check(check: &mut Check<'_>) {
    let service = check.service;
    for product in &service.products {
        let name = &product.name;
        for api in product.apis.iter().filter(|api| {
            !service
                .apis
                .iter()
                .any(|it| it.name.eq_ignore_ascii_case(base(api)))
        }) {
            let near = nearest(api, service.apis.iter().map(|it| it.name.as_str()));
            let message = format!("product `{name}` contains the API `{api}`, which does not exist");
            check.unknown(At(Place, name, ""), "unknown-api", message, near);
        }
        let known = |group: &str| {
            service
                .groups
                .iter()
                .any(|it| it.name.eq_ignore_ascii_case(group))
                || BUILT_IN_GROUPS
                    .iter()
                    .any(|(it, _)| it.eq_ignore_ascii_case(group))
        };
        for group in product.groups.iter().filter(|group| !known(group)) {
            let message = format!("product `{name}` is shown to the group `{group}`, which does not exist");
            check.warning(At(Place, name, ""), "unknown-group", message);
        }
        if !product.subscription_required && product.approval_required {
            let message = "approval is only for products that need a subscription";
            check.warning(At(Place, name, "/approvalRequired"), "idle-value", message);
        }
    }
    open_products(check);
}

// At most one of the products that contain an API may be open (doc, gateway.md 1.5).
fn open_products(check: &mut Check<'_>) {
    let service = check.service;
    let open: Vec<&Product> = service
        .products
        .iter()
        .filter(|it| !it.subscription_required)
        .collect();
    for (at, product) in open.iter().enumerate() {
        for other in &open[..at] {
            if let Some(api) = product.apis.iter().find(|api| {
                other
                    .apis
                    .iter()
                    .any(|it| base(it).eq_ignore_ascii_case(base(api)))
            }) {
                let message = format!(
                    "`{}` is already in the open product `{}`, so `{}` needs a subscription",
                    api, other.name, product.name
                );
                check.error(
                    At(Place, &product.name, "/subscriptionRequired"),
                    "several-open-products",
                    message,
                );
            }
        }
    }
}

/// Products that contain an API, whatever its revision, as indexes of the service's list.
pub(crate) fn containing(api: &Api, products: &[Product]) -> Vec<usize> {
    let contains = |product: &Product| {
        product
            .apis
            .iter()
            .any(|it| base(it).eq_ignore_ascii_case(&api.name))
    };
    (0..products.len())
        .filter(|at| contains(&products[*at]))
        .collect()
}

// A product contains an API with all its revisions, even if the link names one.
fn base(api: &str) -> &str {
    api.split(';').next().unwrap_or(api)
}
