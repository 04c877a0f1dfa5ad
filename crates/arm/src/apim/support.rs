//! Which operations of the published contract are served.

use super::actions::OF_SERVICE;
use super::kinds::{self, Manner};
use super::views;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An operation of the contract `2024-05-01`, and whether it is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Served {
    /// Group and name, such as `api` and `create_or_update`.
    pub group: &'static str,
    /// Name.
    pub name: &'static str,
    /// Method.
    pub method: &'static str,
    /// Path below `Microsoft.ApiManagement`.
    pub path: &'static str,
    /// Whether it is served.
    pub is_served: bool,
}

/// The published operations: facts that were taken once from the clients of Azure, not from the routes here.
const OPERATIONS: &str = include_str!("operations.tsv");

/// Every operation of the contract.
pub fn support() -> Vec<Served> {
    let line = |line: &'static str| {
        let mut parts = line.split('\t');
        let (group, name) = (parts.next()?, parts.next()?);
        let (method, path) = (parts.next()?, parts.next()?);
        Some(Served {
            group,
            name,
            method,
            path,
            is_served: is_served(method, path),
        })
    };
    OPERATIONS
        .lines()
        .filter(|it| !it.starts_with('#'))
        .filter_map(line)
        .collect()
}

/// What may be done in the words of roles, such as `Microsoft.ApiManagement/service/apis/read`.
pub(crate) fn published() -> Vec<Value> {
    let mut known: BTreeMap<String, (String, &str)> = BTreeMap::new();
    for operation in support() {
        let types: Vec<&str> = operation
            .path
            .split('/')
            .filter(|it| !it.is_empty() && !it.starts_with('{'))
            .collect();
        let what = match operation.method {
            "GET" | "HEAD" => "read",
            "PUT" | "PATCH" => "write",
            "DELETE" => "delete",
            _ => "action",
        };
        let resource = types.join("/");
        known.insert(
            format!("Microsoft.ApiManagement/{resource}/{what}"),
            (resource, what),
        );
    }
    let shown = |(name, (resource, what)): (String, (String, &str))| {
        json!({
            "name": name, "origin": "system", "properties": null,
            "display": {
                "provider": "Microsoft API Management", "resource": resource, "operation": format!("{what} {resource}"),
                "description": format!("{what} {resource}"),
            },
        })
    };
    known.into_iter().map(shown).collect()
}

fn is_served(method: &str, path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let segments: Vec<&str> = lower.split('/').filter(|it| !it.is_empty()).collect();
    let Some(rest) = segments.strip_prefix(&["service", "{servicename}"]) else {
        let is_list = method == "GET"
            && matches!(
                segments[..],
                ["service" | "deletedservices" | "skus" | "gateways" | "operations"]
                    | ["gateways", _, "skus" | "configconnections"]
            );
        let is_deleted = matches!(method, "GET" | "DELETE")
            && matches!(segments[..], ["locations", _, "deletedservices", _]);
        let is_question = method == "POST"
            && matches!(
                segments[..],
                ["checknameavailability" | "getdomainownershipidentifier"]
            );
        let is_connection = matches!(segments[..], ["gateways", _, "configconnections", _]);
        let is_gateway = is_connection || matches!(segments[..], ["gateways", _]);
        return is_list || is_deleted || is_question || is_gateway;
    };
    match (method, rest) {
        (_, []) => method != "POST",
        ("POST", [name]) => OF_SERVICE.iter().any(|(it, served)| it == name && *served),
        ("POST", _) => action(rest),
        ("GET", _) if views::find(rest).is_some() => true,
        _ => kind(method, rest),
    }
}

fn types(rest: &[&str]) -> String {
    rest.iter().step_by(2).copied().collect::<Vec<_>>().join("/")
}

fn action(rest: &[&str]) -> bool {
    (1..=3).any(|length| {
        let Some(cut) = rest
            .len()
            .checked_sub(length)
            .filter(|cut| cut % 2 == 0 && *cut > 0)
        else {
            return false;
        };
        let Some((kind, _)) = kinds::find(&types(&rest[..cut])) else {
            return false;
        };
        let name = rest[cut..].join("/");
        is_named(kind.names, rest[cut - 1])
            && kind.actions.iter().any(|(it, _)| it.eq_ignore_ascii_case(&name))
    })
}

fn is_named(names: &[&str], name: &str) -> bool {
    names.is_empty() || name.starts_with('{') || names.iter().any(|it| it.eq_ignore_ascii_case(name))
}

fn kind(method: &str, rest: &[&str]) -> bool {
    let Some((kind, _)) = kinds::find(&types(rest)) else {
        return false;
    };
    if rest.len() % 2 == 1 {
        return method == "GET";
    }
    if !is_named(kind.names, rest.last().copied().unwrap_or_default()) {
        return false;
    }
    match kind.manner {
        Manner::Entity | Manner::Plain => true,
        Manner::Link(_) | Manner::Policy => method != "PATCH",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_list_is_whole_and_nearly_all_of_it_is_served() {
        let all = support();
        assert_eq!(all.len(), 613);
        let served = all.iter().filter(|it| it.is_served).count();
        assert!(served >= 598, "{served}");
        assert!(kinds::KINDS.len() > 50);
    }
}
