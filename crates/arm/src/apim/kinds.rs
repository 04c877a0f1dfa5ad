//! Every kind of resource below a service, one line each.

/// A kind of resource.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// Types below the service, such as `apis/operations`, as they are spelt.
    pub(crate) path: &'static str,
    /// What an error calls it.
    pub(crate) noun: &'static str,
    /// How it is named and changed.
    pub(crate) manner: Manner,
    /// The only names that it may have; any without.
    pub(crate) names: &'static [&'static str],
    /// Properties without which it is refused.
    pub(crate) required: &'static [&'static str],
    /// Properties that are taken and never given back.
    pub(crate) secrets: &'static [&'static str],
    /// What may be POSTed to one of it.
    pub(crate) actions: &'static [(&'static str, Action)],
    /// Whether it has a `provisioningState`: by contract its changes may take long.
    pub(crate) is_long: bool,
    /// Which of it are there without having been made.
    pub(crate) given: Given,
}

/// How a kind is named and changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It has properties of its own; changes of it name the state that they change (`If-Match`).
    Entity,
    /// The same, but `If-Match` is not asked for.
    Plain,
    /// It says that two others belong together; the collection is that of the other.
    Link(&'static str),
    /// One document.
    Policy,
}

/// What is POSTed to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// `primaryKey` and `secondaryKey`.
    Keys,
    /// Makes one of them anew: 0 or 1.
    Regenerate(usize),
    /// The same with the key's name in the body.
    RegenerateNamed,
    /// `value` of a named value.
    Value,
    /// Reads a secret of a vault again.
    Refresh,
    /// Properties that are secret.
    Secrets,
    /// A token of a self-hosted gateway.
    GatewayToken,
    /// Tracing.
    DebugCredentials,
    InvalidateDebugCredentials,
    Trace,
    /// Forgets the connections to a backend.
    Reconnect,
    /// Which policies name a fragment.
    References,
    /// A token of a user.
    UserToken,
    /// Where a user signs in.
    SsoUrl,
    /// Mail is sent to nobody.
    Mail,
    /// Where somebody consents to a connection.
    LoginLinks,
    /// Somebody has consented.
    Consent,
}

/// What is there without having been made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Given {
    Nothing,
    /// The subscription `master`.
    Master,
    /// `administrators`, `developers`, `guests`.
    Groups,
    /// The user `1`.
    Administrator,
    /// What was imported.
    Operations,
    /// Settings of the portal.
    Portal,
    /// Access to the management API.
    Tenant,
    /// Kinds of mail.
    Notifications,
    /// Texts of mail.
    Templates,
    /// Configuration of the portal.
    PortalConfig,
}

const fn entity(path: &'static str, noun: &'static str) -> Kind {
    Kind {
        path,
        noun,
        manner: Manner::Entity,
        names: &[],
        required: &[],
        secrets: &[],
        actions: &[],
        is_long: false,
        given: Given::Nothing,
    }
}

const fn plain(path: &'static str, noun: &'static str) -> Kind {
    Kind {
        manner: Manner::Plain,
        ..entity(path, noun)
    }
}

const fn link(path: &'static str, noun: &'static str, to: &'static str) -> Kind {
    Kind {
        manner: Manner::Link(to),
        ..entity(path, noun)
    }
}

const fn policy(path: &'static str) -> Kind {
    Kind {
        manner: Manner::Policy,
        names: &["policy"],
        required: &["value"],
        ..entity(path, "Policy")
    }
}

impl Kind {
    const fn named(self, names: &'static [&'static str]) -> Kind {
        Kind { names, ..self }
    }
    const fn required(self, required: &'static [&'static str]) -> Kind {
        Kind { required, ..self }
    }
    const fn secrets(self, secrets: &'static [&'static str]) -> Kind {
        Kind { secrets, ..self }
    }
    const fn actions(self, actions: &'static [(&'static str, Action)]) -> Kind {
        Kind { actions, ..self }
    }
    const fn long(self) -> Kind {
        Kind {
            is_long: true,
            ..self
        }
    }
    const fn given(self, given: Given) -> Kind {
        Kind { given, ..self }
    }
}

const KEYS: &[(&str, Action)] = &[
    ("listSecrets", Action::Keys),
    ("regeneratePrimaryKey", Action::Regenerate(0)),
    ("regenerateSecondaryKey", Action::Regenerate(1)),
];
const TENANT: &[(&str, Action)] = &[
    ("listSecrets", Action::Keys),
    ("regeneratePrimaryKey", Action::Regenerate(0)),
    ("regenerateSecondaryKey", Action::Regenerate(1)),
    ("git/regeneratePrimaryKey", Action::Regenerate(0)),
    ("git/regenerateSecondaryKey", Action::Regenerate(1)),
];
const SECRETS: &[(&str, Action)] = &[("listSecrets", Action::Secrets)];
const GATEWAY: &[(&str, Action)] = &[
    ("listKeys", Action::Keys),
    ("regenerateKey", Action::RegenerateNamed),
    ("generateToken", Action::GatewayToken),
    ("listDebugCredentials", Action::DebugCredentials),
    ("invalidateDebugCredentials", Action::InvalidateDebugCredentials),
    ("listTrace", Action::Trace),
];
const USER: &[(&str, Action)] = &[
    ("generateSsoUrl", Action::SsoUrl),
    ("token", Action::UserToken),
    ("confirmations/password/send", Action::Mail),
];

/// The table. What stands below `workspaces` are the same kinds again; see [`IN_WORKSPACES`].
pub(crate) const KINDS: &[Kind] = &[
    entity("apis", "Api").required(&["path"]).long(),
    entity("apis/operations", "Operation")
        .required(&["displayName", "method", "urlTemplate"])
        .given(Given::Operations),
    policy("apis/operations/policies"),
    link("apis/operations/tags", "Tag", "tags"),
    policy("apis/policies"),
    entity("apis/diagnostics", "Diagnostic").required(&["loggerId"]),
    entity("apis/issues", "Issue").required(&["title", "description", "userId"]),
    entity("apis/issues/attachments", "Attachment").required(&["title", "contentFormat", "content"]),
    entity("apis/issues/comments", "Comment").required(&["text", "userId"]),
    entity("apis/releases", "ApiRelease"),
    entity("apis/resolvers", "Resolver").required(&["displayName", "path"]),
    policy("apis/resolvers/policies"),
    entity("apis/schemas", "Schema").required(&["contentType"]).long(),
    entity("apis/tagDescriptions", "TagDescription"),
    link("apis/tags", "Tag", "tags"),
    entity("apis/tools", "Tool"),
    entity("apis/wikis", "Wiki").named(&["default"]),
    entity("apiVersionSets", "ApiVersionSet").required(&["displayName", "versioningScheme"]),
    entity("authorizationProviders", "AuthorizationProvider")
        .required(&["identityProvider"])
        .secrets(&[
            "oauth2.grantTypes.authorizationCode.clientSecret",
            "oauth2.grantTypes.clientCredentials.clientSecret",
        ]),
    entity("authorizationProviders/authorizations", "Authorization")
        .required(&["oauth2grantType"])
        .secrets(&["parameters.clientSecret"])
        .actions(&[
            ("getLoginLinks", Action::LoginLinks),
            ("confirmConsentCode", Action::Consent),
        ]),
    entity(
        "authorizationProviders/authorizations/accessPolicies",
        "AccessPolicy",
    )
    .required(&["objectId"]),
    entity("authorizationServers", "AuthorizationServer")
        .required(&["displayName", "clientId", "authorizationEndpoint", "grantTypes"])
        .secrets(&["clientSecret", "resourceOwnerPassword", "resourceOwnerUsername"])
        .actions(SECRETS),
    entity("backends", "Backend").actions(&[("reconnect", Action::Reconnect)]),
    entity("caches", "Cache")
        .required(&["connectionString", "useFromLocation"])
        .secrets(&["connectionString"]),
    entity("certificates", "Certificate")
        .secrets(&["data", "password"])
        .actions(&[("refreshSecret", Action::Refresh)]),
    entity("contentTypes", "ContentType"),
    entity("contentTypes/contentItems", "ContentItem"),
    entity("diagnostics", "Diagnostic").required(&["loggerId"]),
    entity("documentations", "Documentation"),
    entity("gateways", "Gateway").actions(GATEWAY),
    link("gateways/apis", "Api", "apis"),
    entity("gateways/certificateAuthorities", "CertificateAuthority"),
    entity("gateways/hostnameConfigurations", "HostnameConfiguration"),
    entity("groups", "Group")
        .required(&["displayName"])
        .given(Given::Groups),
    link("groups/users", "User", "users"),
    entity("identityProviders", "IdentityProvider")
        .required(&["clientId", "clientSecret"])
        .secrets(&["clientSecret"])
        .actions(SECRETS),
    entity("loggers", "Logger").required(&["loggerType"]),
    entity("namedValues", "NamedValue")
        .required(&["displayName"])
        .actions(&[("listValue", Action::Value), ("refreshSecret", Action::Refresh)])
        .long(),
    plain("notifications", "Notification").given(Given::Notifications),
    plain("notifications/recipientEmails", "RecipientEmail"),
    link("notifications/recipientUsers", "RecipientUser", "users"),
    entity("openidConnectProviders", "OpenIdConnectProvider")
        .required(&["displayName", "metadataEndpoint", "clientId"])
        .secrets(&["clientSecret"])
        .actions(SECRETS),
    policy("policies"),
    entity("policyFragments", "PolicyFragment")
        .required(&["value"])
        .actions(&[("listReferences", Action::References)])
        .long(),
    entity("policyRestrictions", "PolicyRestriction"),
    entity("portalconfigs", "PortalConfig").given(Given::PortalConfig),
    entity("portalRevisions", "PortalRevision"),
    entity("portalsettings", "PortalSettings")
        .named(&["delegation", "signin", "signup"])
        .secrets(&["validationKey"])
        .actions(SECRETS)
        .given(Given::Portal),
    plain("privateEndpointConnections", "PrivateEndpointConnection"),
    entity("products", "Product").required(&["displayName"]),
    plain("products/apiLinks", "ApiLink").required(&["apiId"]),
    link("products/apis", "Api", "apis"),
    plain("products/groupLinks", "GroupLink").required(&["groupId"]),
    link("products/groups", "Group", "groups"),
    policy("products/policies"),
    link("products/tags", "Tag", "tags"),
    entity("products/wikis", "Wiki").named(&["default"]),
    entity("schemas", "Schema").required(&["schemaType"]).long(),
    entity("subscriptions", "Subscription")
        .required(&["displayName", "scope"])
        .secrets(&["primaryKey", "secondaryKey"])
        .actions(KEYS)
        .given(Given::Master),
    entity("tags", "Tag").required(&["displayName"]),
    plain("tags/apiLinks", "ApiLink").required(&["apiId"]),
    plain("tags/operationLinks", "OperationLink").required(&["operationId"]),
    plain("tags/productLinks", "ProductLink").required(&["productId"]),
    entity("templates", "EmailTemplate").given(Given::Templates),
    entity("tenant", "TenantAccess")
        .named(&["access", "gitAccess"])
        .secrets(&["primaryKey", "secondaryKey"])
        .actions(TENANT)
        .given(Given::Tenant),
    entity("users", "User")
        .required(&["email", "firstName", "lastName"])
        .secrets(&["password"])
        .actions(USER)
        .given(Given::Administrator),
    entity("workspaces", "Workspace").required(&["displayName"]),
];

/// What a workspace has of its own.
pub(crate) const IN_WORKSPACES: &[&str] = &[
    "apis",
    "apis/diagnostics",
    "apis/operations",
    "apis/operations/policies",
    "apis/policies",
    "apis/releases",
    "apis/schemas",
    "apiVersionSets",
    "backends",
    "certificates",
    "diagnostics",
    "groups",
    "groups/users",
    "loggers",
    "namedValues",
    "notifications",
    "notifications/recipientEmails",
    "notifications/recipientUsers",
    "policies",
    "policyFragments",
    "products",
    "products/apiLinks",
    "products/groupLinks",
    "products/policies",
    "schemas",
    "subscriptions",
    "tags",
    "tags/apiLinks",
    "tags/operationLinks",
    "tags/productLinks",
];

/// The kind of a path of types, in any case, and how that path is spelt below the service.
pub(crate) fn find(path: &str) -> Option<(&'static Kind, String)> {
    let inside = path
        .get(..11)
        .filter(|it| it.eq_ignore_ascii_case("workspaces/"))
        .map(|_| &path[11..]);
    let own = inside.unwrap_or(path);
    let kind = KINDS.iter().find(|kind| kind.path.eq_ignore_ascii_case(own))?;
    match inside {
        None => Some((kind, kind.path.to_owned())),
        Some(_) => IN_WORKSPACES
            .contains(&kind.path)
            .then(|| (kind, format!("workspaces/{}", kind.path))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use resources::Store;

    #[test]
    fn every_kind_is_a_type_that_can_be_kept() {
        let inside = IN_WORKSPACES.iter().map(|path| format!("workspaces/{path}"));
        for path in KINDS.iter().map(|kind| kind.path.to_owned()).chain(inside) {
            let r#type = format!("Microsoft.ApiManagement/service/{path}");
            assert_eq!(Store::spelt(&r#type), Ok(r#type.clone()));
            let (kind, spelt) = find(&path.to_ascii_uppercase()).expect("a kind");
            assert!(spelt == path && path.ends_with(kind.path));
        }
        assert!(find("workspaces/caches").is_none() && find("nothing").is_none());
    }
}
