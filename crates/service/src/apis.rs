use crate::check::{At, Check};
use crate::facts::parse_url;
use crate::templates::{key, mismatches, shape};
use http::{HeaderName, Method};
use model::ResourceKind::{Api as ApiPlace, Operation as OperationPlace};
use model::{Api, ApiKind, Operation, VersioningScheme};
use source::nearest;
use std::collections::BTreeMap;

/// Everything that Azure checks about APIs and operations when they are published.
pub(crate) fn check(check: &mut Check<'_>) {
    let service = check.service;
    for api in &service.apis {
        one(api, check);
        versions(api, check);
        operations(api, check);
    }
    paths(check);
    revisions(check);
}

fn one(api: &Api, check: &mut Check<'_>) {
    let name = api.key();
    if let ApiKind::Other(kind) = &api.kind {
        let message = format!(
            "`{kind}` APIs are not yet supported: every request to `{}` gets 404",
            api.name
        );
        check.warning(At(ApiPlace, &name, "/type"), "not-supported", message);
    }
    // Other kinds have other schemes, such as `wss`.
    let url = api.service_url.as_deref().filter(|_| api.kind == ApiKind::Http);
    if let Some(url) = url.filter(|url| parse_url(url).is_none()) {
        let message = format!("`{url}` is no absolute http or https URL");
        check.error(At(ApiPlace, &name, "/serviceUrl"), "invalid-url", message);
    }
    if HeaderName::try_from(api.key_names.header.as_str()).is_err() {
        let message = format!("`{}` is no header name", api.key_names.header);
        check.error(
            At(ApiPlace, &name, "/subscriptionKeyParameterNames/header"),
            "invalid-header",
            message,
        );
    }
    if api.path.contains(['?', '#', '{', '}', '*']) {
        let message = format!("`{}` is no path: it may hold segments and nothing else", api.path);
        check.error(At(ApiPlace, &name, "/path"), "invalid-path", message);
    }
}

fn versions(api: &Api, check: &mut Check<'_>) {
    let name = api.key();
    let service = check.service;
    match &api.version_set {
        Some(set) if !service.version_sets.iter().any(|it| it.name == *set) => {
            let near = nearest(set, service.version_sets.iter().map(|it| it.name.as_str()));
            let message = format!(
                "`{}` belongs to the version set `{set}`, which does not exist",
                api.name
            );
            check.unknown(
                At(ApiPlace, &name, "/apiVersionSetId"),
                "unknown-version-set",
                message,
                near,
            );
        }
        Some(_) => (),
        None if !api.version.is_empty() => {
            let message = format!(
                "`{}` has the version `{}`, but no version set",
                api.name, api.version
            );
            check.error(At(ApiPlace, &name, "/apiVersion"), "missing-version-set", message);
        }
        None => (),
    }
    for set in service
        .version_sets
        .iter()
        .filter(|it| Some(&it.name) == api.version_set.as_ref())
    {
        if let VersioningScheme::Header(header) = &set.scheme
            && HeaderName::try_from(header.as_str()).is_err()
        {
            let place = At(model::ResourceKind::VersionSet, &set.name, "/versionHeaderName");
            check.error(place, "invalid-header", format!("`{header}` is no header name"));
        }
    }
}

// Paths are unique; only versions of one set share theirs.
fn paths(check: &mut Check<'_>) {
    let service = check.service;
    let mut owners: BTreeMap<String, Vec<&Api>> = BTreeMap::new();
    for api in &service.apis {
        let path = api.path.trim_matches('/').to_lowercase();
        let others = owners.entry(path).or_default();
        let shares = |other: &&&Api| {
            let siblings = api.version_set.is_some() && api.version_set == other.version_set;
            let same_version = !siblings || api.version.eq_ignore_ascii_case(&other.version);
            api.name != other.name && same_version
        };
        if let Some(other) = others.iter().find(shares) {
            let version = if api.version.is_empty() {
                String::new()
            } else {
                format!(" and version `{}`", api.version)
            };
            let message = format!(
                "`{}` and `{}` have the same path `{}`{version}",
                other.name, api.name, api.path
            );
            check.error(At(ApiPlace, &api.key(), "/path"), "duplicate-path", message);
        }
        others.push(api);
    }
}

fn revisions(check: &mut Check<'_>) {
    let service = check.service;
    let mut seen: Vec<&str> = Vec::new();
    for api in &service.apis {
        if seen.contains(&api.name.as_str()) {
            continue;
        }
        seen.push(&api.name);
        let own = || service.apis.iter().filter(|it| it.name == api.name);
        let place = api.key();
        match own().filter(|it| it.is_current).count() {
            0 => {
                let message = format!(
                    "`{}` has no current revision: it is reached only with `;rev=`",
                    api.name
                );
                check.warning(At(ApiPlace, &place, ""), "no-current-revision", message);
            }
            1 => (),
            _ => check.error(
                At(ApiPlace, &place, "/isCurrent"),
                "several-current-revisions",
                format!("`{}` has more than one current revision", api.name),
            ),
        }
        for revision in own().filter(|it| it.key() != place && it.revision == api.revision) {
            let message = format!("`{}` has the revision `{}` twice", api.name, api.revision);
            check.error(
                At(ApiPlace, &revision.key(), "/apiRevision"),
                "duplicate-revision",
                message,
            );
        }
    }
}

fn operations(api: &Api, check: &mut Check<'_>) {
    let mut seen: BTreeMap<(String, String), &str> = BTreeMap::new();
    for operation in &api.operations {
        let name = format!("{}/{}", api.key(), operation.name);
        let place = At(OperationPlace, &name, "");
        if Method::from_bytes(operation.method.as_bytes()).is_err() {
            check.error(
                place,
                "invalid-method",
                format!("`{}` is no HTTP method", operation.method),
            );
        }
        template(operation, place, check);
        let twin = (
            operation.method.to_ascii_uppercase(),
            key(&operation.url_template),
        );
        if let Some(other) = seen.insert(twin, &operation.name) {
            let message = format!(
                "`{other}` and `{}` have the same method and template: {} {}",
                operation.name, operation.method, operation.url_template
            );
            check.error(place, "duplicate-operation", message);
        }
    }
}

fn template(operation: &Operation, place: At<'_>, check: &mut Check<'_>) {
    let shape = shape(&operation.url_template);
    for mistake in &shape.mistakes {
        check.error(
            place,
            "invalid-template",
            format!("`{}`: {mistake}", operation.url_template),
        );
    }
    if shape.mistakes.is_empty() {
        for mismatch in mismatches(operation, &shape) {
            check.error(place, "template-parameters", mismatch);
        }
    }
}
