use super::{head, row};
use arm::{Served, support};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn markdown() -> String {
    let all = support();
    let served = all.iter().filter(|it| it.is_served).count();
    let mut page = head("Management plane", "arm");
    page.push_str(&format!(
        "\nOf the {} operations of `Microsoft.ApiManagement`, API `2024-05-01`, as the clients of Azure have them, {served} are served. Any \
         well-formed `api-version` is taken. What is not served answers with an error that says so, never with a fault of the server.\n\
         Besides there are resource groups, deployments with `validate`, `whatIf`, operations and outputs, lists of resources, providers, \
         locations, subscriptions and tenants, `Microsoft.CognitiveServices` with keys, deployments and projects, and every other \
         resource, which is kept as it was sent. `apimite up` without a path serves all of it; `apimite env` tells clients where.\n\n\
         Paths stand below `/subscriptions/{{id}}/resourceGroups/{{group}}/providers/Microsoft.ApiManagement`, or below the subscription.\n\n",
        all.len()
    ));
    page.push_str(&(row(["path", "served", "not served"]) + &row(["---", "---", "---"])));
    for (path, operations) in by_path(&all) {
        let methods = |wanted: bool| {
            let fits = operations
                .iter()
                .filter(|it| it.is_served == wanted)
                .map(|it| it.method);
            let mut methods: Vec<&str> = fits.collect();
            methods.sort_unstable();
            methods.dedup();
            methods.join(" ")
        };
        page.push_str(&row([&format!("`{path}`"), &methods(true), &methods(false)]));
    }
    page
}

fn by_path(all: &[Served]) -> BTreeMap<&'static str, Vec<Served>> {
    let mut paths: BTreeMap<&'static str, Vec<Served>> = BTreeMap::new();
    for operation in all {
        paths.entry(operation.path).or_default().push(*operation);
    }
    paths
}

pub(super) fn json() -> Value {
    support()
        .iter()
        .map(|it| {
            json!({ "group": it.group, "operation": it.name, "method": it.method, "path": it.path, "served": it.is_served })
        })
        .collect()
}
