use expression::{
    ApiFacts, BackendFacts, Certificate, DeploymentFacts, Facts, GraphQlFacts, GroupFacts, LastError,
    OperationFacts, ProductFacts, SubscriptionFacts, Url, UserFacts, WorkspaceFacts,
};
use serde_json::Value as Json;
use std::sync::Arc;

/// Reads the members of a context that describe configuration.
pub(super) fn facts(context: &Json) -> Result<Facts, String> {
    Ok(Facts {
        api: part(context, "api", api)?,
        operation: part(context, "operation", |it| Ok(operation(it)))?,
        product: part(context, "product", product)?,
        subscription: part(context, "subscription", subscription)?,
        user: part(context, "user", user)?,
        deployment: part(context, "deployment", deployment)?.unwrap_or_default(),
        workspace: part(context, "workspace", |it| {
            Ok(WorkspaceFacts {
                id: text(it, "id"),
                name: text(it, "name"),
            })
        })?,
    })
}

fn part<T>(
    context: &Json,
    name: &str,
    read: impl Fn(&Json) -> Result<T, String>,
) -> Result<Option<Arc<T>>, String> {
    match context.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(it) => read(it).map(Arc::new).map(Some),
    }
}

fn text(it: &Json, name: &str) -> String {
    maybe(it, name).unwrap_or_default()
}

fn maybe(it: &Json, name: &str) -> Option<String> {
    match it.get(name)? {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn flag(it: &Json, name: &str, otherwise: bool) -> bool {
    it.get(name).and_then(Json::as_bool).unwrap_or(otherwise)
}

fn list<'a>(it: &'a Json, name: &str) -> &'a [Json] {
    it.get(name)
        .and_then(Json::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

fn date(it: &Json, name: &str) -> Result<Option<clock::Moment>, String> {
    maybe(it, name)
        .map(|text| crate::timing::moment(&text))
        .transpose()
}

fn api(it: &Json) -> Result<ApiFacts, String> {
    Ok(ApiFacts {
        id: text(it, "id"),
        name: text(it, "name"),
        path: text(it, "path"),
        protocols: list(it, "protocols")
            .iter()
            .filter_map(Json::as_str)
            .map(str::to_owned)
            .collect(),
        service_url: maybe(it, "serviceUrl").map(|text| url(&text)).transpose()?,
        key_header: maybe(it, "subscriptionKeyHeader")
            .unwrap_or_else(|| "Ocp-Apim-Subscription-Key".to_owned()),
        key_query: maybe(it, "subscriptionKeyQuery").unwrap_or_else(|| "subscription-key".to_owned()),
        revision: maybe(it, "revision").unwrap_or_else(|| "1".to_owned()),
        version: text(it, "version"),
        is_current_revision: flag(it, "isCurrentRevision", true),
    })
}

fn operation(it: &Json) -> OperationFacts {
    OperationFacts {
        id: text(it, "id"),
        method: text(it, "method"),
        name: text(it, "name"),
        url_template: text(it, "urlTemplate"),
    }
}

fn product(it: &Json) -> Result<ProductFacts, String> {
    Ok(ProductFacts {
        id: text(it, "id"),
        name: text(it, "name"),
        approval_required: flag(it, "approvalRequired", false),
        subscription_required: flag(it, "subscriptionRequired", true),
        subscriptions_limit: it
            .get("subscriptionsLimit")
            .and_then(Json::as_i64)
            .and_then(|it| i32::try_from(it).ok()),
        published: text(it, "state").eq_ignore_ascii_case("published"),
        apis: list(it, "apis")
            .iter()
            .map(|it| api(it).map(Arc::new))
            .collect::<Result<_, _>>()?,
        groups: groups(it),
    })
}

fn groups(it: &Json) -> Vec<GroupFacts> {
    let group = |it: &Json| match it {
        Json::String(name) => GroupFacts {
            id: name.clone(),
            name: name.clone(),
        },
        other => GroupFacts {
            id: text(other, "id"),
            name: text(other, "name"),
        },
    };
    list(it, "groups").iter().map(group).collect()
}

fn subscription(it: &Json) -> Result<SubscriptionFacts, String> {
    let primary_key = text(it, "primaryKey");
    Ok(SubscriptionFacts {
        id: text(it, "id"),
        name: text(it, "name"),
        key: maybe(it, "key").unwrap_or_else(|| primary_key.clone()),
        secondary_key: text(it, "secondaryKey"),
        created: date(it, "createdDate")?.unwrap_or_default(),
        starts: date(it, "startDate")?,
        ends: date(it, "endDate")?,
        primary_key,
    })
}

fn user(it: &Json) -> Result<UserFacts, String> {
    Ok(UserFacts {
        id: text(it, "id"),
        email: text(it, "email"),
        first_name: text(it, "firstName"),
        last_name: text(it, "lastName"),
        note: text(it, "note"),
        groups: groups(it),
        identities: list(it, "identities")
            .iter()
            .map(|it| (text(it, "provider"), text(it, "id")))
            .collect(),
        registered: date(it, "registrationDate")?.unwrap_or_default(),
    })
}

fn deployment(it: &Json) -> Result<DeploymentFacts, String> {
    let held = it.get("certificates").and_then(Json::as_object);
    let certificates = held.into_iter().flatten();
    Ok(DeploymentFacts {
        certificates: certificates
            .map(|(id, it)| Ok((id.clone(), certificate(it)?)))
            .collect::<Result<_, String>>()?,
        authorities: list(it, "authorities")
            .iter()
            .map(certificate)
            .collect::<Result<_, String>>()?,
        gateway_id: maybe(it, "gatewayId").unwrap_or_else(|| "managed".to_owned()),
        instance_id: text(it, "instanceId"),
        region: text(it, "region"),
        service_id: text(it, "serviceId"),
        service_name: text(it, "serviceName"),
    })
}

/// A certificate: PEM or Base64 as a text, or `{"data", "password"}` for PKCS#12.
pub(super) fn certificate(it: &Json) -> Result<Arc<Certificate>, String> {
    let (data, password) = match it {
        Json::String(data) => (data.clone(), String::new()),
        other => (text(other, "data"), text(other, "password")),
    };
    let bytes = match data.trim_start().starts_with("-----BEGIN") {
        true => data.into_bytes(),
        false => base64::Engine::decode(&base64::engine::general_purpose::STANDARD, data.trim())
            .map_err(|error| format!("a certificate is neither PEM nor Base64: {error}"))?,
    };
    let read = Certificate::read(&bytes, &password);
    read.map(Arc::new).map_err(|error| error.to_string())
}

/// `context.GraphQL`.
pub(super) fn graphql(context: &Json) -> Option<GraphQlFacts> {
    let it = context.get("graphQL").filter(|it| !it.is_null())?;
    let part = |name: &str| it.get(name).cloned().unwrap_or_default();
    Some(GraphQlFacts {
        arguments: part("arguments"),
        parent: part("parent"),
    })
}

/// `context.Backend`.
pub(super) fn backend(context: &Json) -> Option<BackendFacts> {
    let it = context.get("backend").filter(|it| !it.is_null())?;
    Some(BackendFacts {
        id: text(it, "id").into(),
        is_pool: text(it, "type").eq_ignore_ascii_case("pool"),
        azure_region: maybe(it, "azureRegion").map(Into::into),
    })
}

/// `context.LastError`.
pub(super) fn last_error(context: &Json) -> Option<LastError> {
    let it = context.get("lastError").filter(|it| !it.is_null())?;
    Some(LastError {
        source: text(it, "source"),
        reason: text(it, "reason"),
        message: text(it, "message"),
        scope: maybe(it, "scope"),
        section: maybe(it, "section"),
        path: maybe(it, "path"),
        policy_id: maybe(it, "policyId"),
    })
}

/// An absolute URL.
pub(super) fn url(text: &str) -> Result<Url, String> {
    let uri: http::Uri = text
        .parse()
        .map_err(|error| format!("`{text}` is no URL: {error}"))?;
    let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else {
        return Err(format!("`{text}` is no absolute URL"));
    };
    let port = uri.port_u16().unwrap_or(if scheme == "http" { 80 } else { 443 });
    Ok(Url {
        scheme: scheme.into(),
        host: host.to_ascii_lowercase().into(),
        port,
        path: uri.path().into(),
        query: uri
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default()
            .into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_is_null_and_what_is_there_has_defaults() {
        let context = serde_json::json!({ "api": { "id": "chat", "serviceUrl": "https://Example.org/a?b" }, "user": null });
        let facts = facts(&context).expect("readable");
        let api = facts.api.expect("an API");
        let url = api.service_url.as_ref().expect("a URL");
        assert_eq!((api.revision.as_str(), api.is_current_revision), ("1", true));
        assert_eq!(
            (&*url.host, url.port, &*url.path, &*url.query),
            ("example.org", 443, "/a", "?b")
        );
        assert!(facts.user.is_none());
    }
}
