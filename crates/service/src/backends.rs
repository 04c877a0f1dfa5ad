use crate::certificates::Certificates;
use crate::check::{At, Check};
use crate::facts::parse_url;
use crate::plan::BackendPlan;
use crate::values::Values;
use http::{HeaderName, HeaderValue};
use model::ResourceKind::Backend as Kind;
use model::{
    Backend, BackendKind, BreakerRule, FailureCondition, FailureResponse, Pool, PoolMember, StatusRange,
};
use policy::{BackendHandle, StoredCertificate};
use source::nearest;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

// Azure's bounds (doc, gateway.md 3.3 and 3.5).
const MEMBERS: usize = 30;
const SHARE: u64 = 100;
const RANGES: usize = 10;

/// Places of backends by lower-case name; names are compared without case.
pub(crate) fn index(check: &mut Check<'_>) -> BTreeMap<String, usize> {
    let mut names = BTreeMap::new();
    for (at, backend) in check.service.backends.iter().enumerate() {
        if names.insert(backend.name.to_ascii_lowercase(), at).is_some() {
            let message = format!("there are two backends `{}`", backend.name);
            check.error(At(Kind, &backend.name, ""), "duplicate-name", message);
        }
    }
    names
}

/// Every backend, checked, with named values put in.
pub(crate) fn plan(
    check: &mut Check<'_>,
    values: &Values,
    names: &BTreeMap<String, usize>,
    certificates: &Certificates,
) -> Vec<BackendPlan> {
    let service = check.service;
    let mut plans = Vec::new();
    for (index, backend) in service.backends.iter().enumerate() {
        let config = resolved(backend, values, check);
        match config.kind {
            BackendKind::Single => single(&config, check),
            BackendKind::Pool => pool(&config, names, check),
        }
        breaker(&config, check);
        let url = config
            .url
            .as_deref()
            .filter(|_| config.kind == BackendKind::Single)
            .and_then(parse_url);
        let handle = BackendHandle {
            index,
            name: config.name.as_str().into(),
            is_pool: config.kind == BackendKind::Pool,
            azure_region: config.azure_region.as_deref().map(Arc::from),
            url: url.map(Arc::new),
        };
        let certificate = certificate(&config, certificates, check);
        plans.push(BackendPlan {
            handle,
            config,
            certificate,
        });
    }
    plans
}

fn resolved(backend: &Backend, values: &Values, check: &mut Check<'_>) -> Backend {
    let mut config = backend.clone();
    let name = &backend.name;
    let mut fill = |text: &mut String, path: &str| {
        if text.contains("{{") {
            *text = values.fill(text, At(Kind, name, path), check);
        }
    };
    if let Some(url) = &mut config.url {
        fill(url, "/url");
    }
    for (group, map) in [
        ("header", &mut config.credentials.header),
        ("query", &mut config.credentials.query),
    ] {
        for (key, list) in map.iter_mut() {
            for (at, text) in list.iter_mut().enumerate() {
                fill(text, &format!("/credentials/{group}/{key}/{at}"));
            }
        }
    }
    if let Some(proxy) = &mut config.proxy {
        fill(&mut proxy.url, "/proxy/url");
        for (text, path) in [
            (&mut proxy.username, "/proxy/username"),
            (&mut proxy.password, "/proxy/password"),
        ] {
            if let Some(text) = text {
                fill(text, path);
            }
        }
    }
    if let Some(authorization) = &mut config.credentials.authorization {
        fill(&mut authorization.scheme, "/credentials/authorization/scheme");
        fill(
            &mut authorization.parameter,
            "/credentials/authorization/parameter",
        );
    }
    config
}

fn single(backend: &Backend, check: &mut Check<'_>) {
    let name = &backend.name;
    match backend
        .url
        .as_deref()
        .map(str::trim)
        .filter(|url| !url.is_empty())
    {
        None => check.error(
            At(Kind, name, "/url"),
            "missing-url",
            format!("backend `{name}` has no `url`"),
        ),
        Some(url) if parse_url(url).is_none() => {
            let message = format!("`{url}` is no absolute http or https URL");
            check.error(At(Kind, name, "/url"), "invalid-url", message);
        }
        Some(_) => (),
    }
    if let Some(protocol) = backend
        .protocol
        .as_deref()
        .filter(|it| !matches!(it.to_ascii_lowercase().as_str(), "http" | "soap"))
    {
        check.error(
            At(Kind, name, "/protocol"),
            "invalid-value",
            format!("`{protocol}` is no protocol: `http` or `soap`"),
        );
    }
    if backend
        .pool
        .as_ref()
        .is_some_and(|pool| !pool.services.is_empty())
    {
        check.unknown(
            At(Kind, name, "/pool"),
            "pool-without-type",
            "only a backend of type `Pool` has members",
            None,
        );
    }
    credentials(backend, check);
}

fn credentials(backend: &Backend, check: &mut Check<'_>) {
    let name = &backend.name;
    for (header, list) in &backend.credentials.header {
        let place = format!("/credentials/header/{header}");
        if HeaderName::try_from(header.as_str()).is_err() {
            check.error(
                At(Kind, name, &place),
                "invalid-header",
                format!("`{header}` is no header name"),
            );
        }
        if list.iter().any(|value| HeaderValue::from_str(value).is_err()) {
            check.error(
                At(Kind, name, &place),
                "invalid-header",
                format!("the value of `{header}` cannot stand in a header"),
            );
        }
    }
    if let Some(proxy) = &backend.proxy
        && parse_url(&proxy.url).is_none_or(|url| &*url.scheme != "http")
    {
        let message = format!("`{}` is no absolute http URL of a proxy", proxy.url);
        check.error(At(Kind, name, "/proxy/url"), "invalid-url", message);
    }
}

// A server asks for one certificate: the first is shown.
fn certificate(
    backend: &Backend,
    certificates: &Certificates,
    check: &mut Check<'_>,
) -> Option<Arc<StoredCertificate>> {
    let name = &backend.name;
    let mut found = None;
    for (at, id) in backend.credentials.certificate_ids.iter().enumerate() {
        let place = format!("/credentials/certificateIds/{at}");
        let wanted = id.trim_end_matches('/').rsplit('/').next().unwrap_or(id);
        match certificates.find(wanted) {
            Some(certificate) if certificate.key.is_none() => {
                let message =
                    format!("certificate `{wanted}` has no private key, so no server can be shown it");
                check.error(At(Kind, name, &place), "invalid-certificate", message);
            }
            Some(certificate) => {
                found.get_or_insert_with(|| certificate.clone());
            }
            None => {
                let near = nearest(wanted, certificates.own.iter().map(|it| &*it.name));
                let message = format!("there is no certificate `{wanted}`");
                check.unknown(At(Kind, name, &place), "unknown-certificate", message, near);
            }
        }
    }
    found
}

fn pool(backend: &Backend, names: &BTreeMap<String, usize>, check: &mut Check<'_>) {
    let name = &backend.name;
    // Refused by Azure only at some dates, and required by its schema at others.
    if backend.url.is_some() {
        check.dated(
            At(Kind, name, "/url"),
            "pool-url",
            "`url` is not supported for a backend pool",
        );
    }
    if backend.protocol.is_some() {
        check.dated(
            At(Kind, name, "/protocol"),
            "pool-protocol",
            "`protocol` is not supported for a backend pool",
        );
    }
    let nothing = Pool::default();
    let pool = backend.pool.as_ref().unwrap_or(&nothing);
    if pool.services.is_empty() {
        check.error(
            At(Kind, name, "/pool/services"),
            "empty-pool",
            format!("pool `{name}` has no members"),
        );
    }
    if pool.services.len() > MEMBERS {
        let message = format!(
            "pool `{name}` has {} members, more than {MEMBERS}",
            pool.services.len()
        );
        check.error(At(Kind, name, "/pool/services"), "too-many-members", message);
    }
    members(name, pool, names, check);
    failure_response(
        backend,
        pool.failure_response,
        "/pool/failureResponse/statusCode",
        check,
    );
    affinity(name, pool, check);
}

fn members(name: &str, pool: &Pool, names: &BTreeMap<String, usize>, check: &mut Check<'_>) {
    let mut seen = BTreeSet::new();
    for (at, member) in pool.services.iter().enumerate() {
        let place = format!("/pool/services/{at}");
        member_exists(name, member, &place, names, check);
        if !seen.insert(member.backend().to_ascii_lowercase()) {
            let message = format!("`{}` is a member of `{name}` more than once", member.backend());
            check.warning(
                At(Kind, name, &format!("{place}/id")),
                "duplicate-member",
                message,
            );
        }
        for (key, value) in [("weight", member.weight), ("priority", member.priority)] {
            if let Some(value) = value.filter(|value| *value > SHARE) {
                let message = format!("`{key}` is from 0 to {SHARE}, not {value}");
                check.error(At(Kind, name, &format!("{place}/{key}")), "out-of-range", message);
            }
        }
    }
}

fn affinity(name: &str, pool: &Pool, check: &mut Check<'_>) {
    let Some(affinity) = &pool.session_affinity else {
        return;
    };
    let place = "/pool/sessionAffinity/sessionId";
    let id = &affinity.session_id;
    if !id.source.eq_ignore_ascii_case("cookie") {
        let message = format!("`{}` cannot hold a session id, only `Cookie`", id.source);
        check.error(
            At(Kind, name, &format!("{place}/source")),
            "invalid-value",
            message,
        );
    }
    if HeaderName::try_from(id.name.as_str()).is_err() {
        check.error(
            At(Kind, name, &format!("{place}/name")),
            "invalid-value",
            format!("`{}` is no cookie name", id.name),
        );
    }
}

fn member_exists(
    pool: &str,
    member: &PoolMember,
    place: &str,
    names: &BTreeMap<String, usize>,
    check: &mut Check<'_>,
) {
    let wanted = member.backend();
    let place = format!("{place}/id");
    let at = At(Kind, pool, &place);
    let service = check.service;
    match names
        .get(&wanted.to_ascii_lowercase())
        .and_then(|index| service.backends.get(*index))
    {
        None => {
            let near = nearest(
                wanted,
                service
                    .backends
                    .iter()
                    .filter(|it| it.name != pool)
                    .map(|it| it.name.as_str()),
            );
            check.unknown(
                at,
                "unknown-backend",
                format!("pool `{pool}` has a member `{wanted}` that does not exist"),
                near,
            );
        }
        Some(backend) if backend.kind == BackendKind::Pool => {
            check.error(
                at,
                "pool-in-pool",
                format!("`{wanted}` is a pool itself: a pool has single backends as members"),
            );
        }
        Some(_) => (),
    }
}

fn breaker(backend: &Backend, check: &mut Check<'_>) {
    let name = &backend.name;
    let Some(breaker) = &backend.circuit_breaker else {
        return;
    };
    if breaker.rules.len() > 1 && !check.service.settings.backends.several_rules {
        let message = format!("a circuit breaker has one rule, not {}", breaker.rules.len());
        check.report(At(Kind, name, "/circuitBreaker/rules"), |span| {
            let help =
                "newer services may take several: `several-rules = true` below `[backends]` in apimite.toml";
            source::Diagnostic::error("several-rules", message, span).help(help)
        });
    }
    if backend.kind == BackendKind::Pool && !breaker.rules.is_empty() {
        let message = "a pool has no breaker of its own: that of each member counts";
        check.warning(At(Kind, name, "/circuitBreaker"), "breaker-on-pool", message);
    }
    for (at, it) in breaker.rules.iter().enumerate() {
        rule(backend, it, &format!("/circuitBreaker/rules/{at}"), check);
    }
}

fn rule(backend: &Backend, rule: &BreakerRule, place: &str, check: &mut Check<'_>) {
    let name = &backend.name;
    let condition = &rule.failure_condition;
    let condition_place = format!("{place}/failureCondition");
    let mut error = |path: &str, code, message: String| check.error(At(Kind, name, path), code, message);
    if condition.count.is_none() && condition.percentage.is_none() {
        error(
            &condition_place,
            "no-threshold",
            "a failure condition needs `count` or `percentage`".into(),
        );
    }
    if condition.count == Some(0) {
        error(
            &format!("{condition_place}/count"),
            "out-of-range",
            "`count` is at least 1".into(),
        );
    }
    if let Some(share) = condition.percentage.filter(|share| !(1..=SHARE).contains(share)) {
        error(
            &format!("{condition_place}/percentage"),
            "out-of-range",
            format!("`percentage` is from 1 to {SHARE}, not {share}"),
        );
    }
    match condition.interval {
        None => error(&condition_place, "missing-value", "`interval` is missing".into()),
        Some(interval) if interval.0.is_zero() => {
            error(
                &format!("{condition_place}/interval"),
                "out-of-range",
                "`interval` is longer than nothing".into(),
            );
        }
        Some(_) => (),
    }
    if rule.trip_duration.0.is_zero() {
        error(
            &format!("{place}/tripDuration"),
            "out-of-range",
            "`tripDuration` is longer than nothing".into(),
        );
    }
    failure_response(
        backend,
        rule.failure_response,
        &format!("{place}/failureResponse/statusCode"),
        check,
    );
    what_counts(name, condition, &condition_place, check);
}

fn what_counts(name: &str, condition: &FailureCondition, place: &str, check: &mut Check<'_>) {
    let mut error = |path: &str, code, message: String| check.error(At(Kind, name, path), code, message);
    let ranges = format!("{place}/statusCodeRanges");
    for (at, StatusRange { min, max }) in condition.status_code_ranges.iter().enumerate() {
        let known = 200..=599;
        if !known.contains(min) || !known.contains(max) || min > max {
            error(
                &format!("{ranges}/{at}"),
                "out-of-range",
                format!("{min} to {max} is no range of statuses from 200 to 599"),
            );
        }
    }
    for (key, length) in [
        ("statusCodeRanges", condition.status_code_ranges.len()),
        ("errorReasons", condition.error_reasons.len()),
    ] {
        if length > RANGES {
            error(
                &format!("{place}/{key}"),
                "too-many",
                format!("`{key}` has {length} entries, more than {RANGES}"),
            );
        }
    }
    if condition.status_code_ranges.is_empty() && condition.error_reasons.is_empty() {
        let message = "the rule names no statuses and no error reasons, so it never trips";
        check.warning(At(Kind, name, place), "idle-rule", message);
    }
}

fn failure_response(
    backend: &Backend,
    response: Option<FailureResponse>,
    place: &str,
    check: &mut Check<'_>,
) {
    if let Some(status) = response
        .map(|it| it.status_code)
        .filter(|status| !(200..=599).contains(status))
    {
        check.error(
            At(Kind, &backend.name, place),
            "out-of-range",
            format!("{status} is no status from 200 to 599"),
        );
    }
}
