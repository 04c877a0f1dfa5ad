use crate::check::{At, Check};
use crate::facts::parse_url;
use model::ResourceKind::Settings;
use source::nearest;

const MODES: &[&str] = &["real", "manual", "auto"];

/// What `apimite.toml` says about the clock and about named values.
pub(crate) fn check(check: &mut Check<'_>) {
    let service = check.service;
    let settings = &service.settings;
    for name in settings
        .named_values
        .keys()
        .filter(|name| !service.named_values.iter().any(|it| it.display_name == **name))
    {
        let near = nearest(
            name,
            service.named_values.iter().map(|it| it.display_name.as_str()),
        );
        let message = format!("there is no named value `{name}`");
        check.unknown(
            At(Settings, "", &format!("/named-values/{name}")),
            "unknown-named-value",
            message,
            near,
        );
    }
    if let Some(mode) = settings
        .clock
        .mode
        .as_deref()
        .filter(|mode| !MODES.contains(mode))
    {
        let near = nearest(mode, MODES.iter().copied());
        check.unknown(
            At(Settings, "", "/clock/mode"),
            "invalid-value",
            format!("`{mode}` is no clock: `real`, `manual` or `auto`"),
            near,
        );
    }
    if settings
        .clock
        .scale
        .is_some_and(|scale| !scale.is_finite() || scale <= 0.0)
    {
        check.error(
            At(Settings, "", "/clock/scale"),
            "out-of-range",
            "`scale` is above 0",
        );
    }
    identity(check);
    tls(check);
}

fn identity(check: &mut Check<'_>) {
    let identity = &check.service.settings.identity;
    if let Some(tenant) = identity
        .tenant
        .as_deref()
        .filter(|it| uuid::Uuid::try_parse(it).is_err())
    {
        let message = format!("`{tenant}` is no id of a tenant: a GUID is");
        check.error(At(Settings, "", "/identity/tenant"), "invalid-value", message);
    }
    if let Some(authority) = identity.authority.as_deref().filter(|it| parse_url(it).is_none()) {
        let message = format!("`{authority}` is no absolute http or https URL");
        check.error(At(Settings, "", "/identity/authority"), "invalid-url", message);
    }
}

fn tls(check: &mut Check<'_>) {
    let header = check.service.settings.tls.client_certificate_header.as_deref();
    if let Some(header) = header.filter(|it| http::HeaderName::try_from(*it).is_err()) {
        let message = format!("`{header}` is no header name");
        check.error(
            At(Settings, "", "/tls/client-certificate-header"),
            "invalid-header",
            message,
        );
    }
}
