//! What is in a service without having been made.

use super::kinds::{Given, Kind};
use super::place::{Collection, Place};
use resources::Store;
use serde_json::{Value, json};

/// One of them, as it is shown.
pub(crate) fn find(store: &Store, service: &str, place: &Place) -> Option<Value> {
    let all = all(store, service, place.kind, &place.parent, &place.path);
    all.into_iter().find(|it| {
        it["name"]
            .as_str()
            .is_some_and(|name| name.eq_ignore_ascii_case(&place.name))
    })
}

/// All of a collection.
pub(crate) fn of(store: &Store, service: &str, collection: &Collection) -> Vec<Value> {
    all(
        store,
        service,
        collection.kind,
        &collection.parent,
        &collection.path,
    )
}

fn all(store: &Store, service: &str, kind: &Kind, parent: &str, path: &str) -> Vec<Value> {
    let own = path.rsplit('/').next().unwrap_or_default();
    let whole = |name: &str, properties: Value| {
        json!({
            "id": format!("{parent}/{own}/{name}"), "type": format!("Microsoft.ApiManagement/service/{path}"),
            "name": name, "properties": properties,
        })
    };
    let is_top = parent.eq_ignore_ascii_case(service);
    match kind.given {
        Given::Operations => store.imported_operations(parent),
        _ if !is_top && kind.given != Given::Notifications => Vec::new(),
        Given::Nothing => Vec::new(),
        Given::Master => vec![whole(
            "master",
            json!({
                "ownerId": format!("{service}/users/1"), "scope": format!("{service}/"),
                "displayName": "Built-in all-access subscription", "state": "active",
                "createdDate": CREATED, "startDate": null, "expirationDate": null, "endDate": null, "notificationDate": null,
                "stateComment": null, "allowTracing": true,
            }),
        )],
        Given::Groups => GROUPS
            .iter()
            .map(|(name, display, text)| {
                whole(name, json!({ "displayName": display, "description": text, "builtIn": true, "type": "system", "externalId": null }))
            })
            .collect(),
        Given::Administrator => {
            let publisher = store.whole(service).map(|it| &it["properties"]);
            let email = publisher.and_then(|it| it["publisherEmail"].as_str()).unwrap_or("admin@apimite.local");
            vec![whole(
                "1",
                json!({
                    "firstName": "Administrator", "lastName": "", "email": email, "state": "active", "registrationDate": CREATED,
                    "note": null, "groups": [], "identities": [{ "provider": "Azure", "id": email }],
                }),
            )]
        }
        Given::Portal => vec![
            whole("signin", json!({ "enabled": false })),
            whole("signup", json!({ "enabled": true, "termsOfService": { "enabled": false, "consentRequired": false, "text": null } })),
            whole("delegation", json!({ "url": null, "subscriptions": { "enabled": false }, "userRegistration": { "enabled": false } })),
        ],
        Given::Tenant => vec![
            whole("access", json!({ "id": "integration", "enabled": false })),
            whole("gitAccess", json!({ "id": "git", "enabled": false })),
        ],
        Given::Notifications => NOTIFICATIONS
            .iter()
            .map(|(name, title)| {
                whole(name, json!({ "title": title, "description": title, "recipients": { "emails": [], "users": [] } }))
            })
            .collect(),
        Given::Templates => TEMPLATES
            .iter()
            .map(|(name, title)| {
                whole(name, json!({
                    "subject": title, "title": title, "description": title, "body": format!("<p>{title}</p>"), "isDefault": true, "parameters": [],
                }))
            })
            .collect(),
        Given::PortalConfig => vec![whole("default", json!({ "enableBasicAuth": true, "signin": { "require": false }, "signup": { "termsOfService": { "requireConsent": false } } }))],
    }
}

/// When a service came to be, as far as it can be seen.
pub(crate) const CREATED: &str = "2024-01-01T00:00:00Z";

const GROUPS: [(&str, &str, &str); 3] = [
    (
        "administrators",
        "Administrators",
        "Administrators is a built-in group. Its membership is managed by the system.",
    ),
    (
        "developers",
        "Developers",
        "Developers is a built-in group. Its membership is managed by the system.",
    ),
    (
        "guests",
        "Guests",
        "Guests is a built-in group. Its membership is managed by the system.",
    ),
];

const NOTIFICATIONS: [(&str, &str); 7] = [
    (
        "RequestPublisherNotificationMessage",
        "Subscription requests (requiring approval)",
    ),
    ("PurchasePublisherNotificationMessage", "New subscriptions"),
    (
        "NewApplicationNotificationMessage",
        "Application gallery requests",
    ),
    ("BCC", "BCC"),
    ("NewIssuePublisherNotificationMessage", "New issue or comment"),
    ("AccountClosedPublisher", "Close account message"),
    (
        "QuotaLimitApproachingPublisherNotificationMessage",
        "Approaching subscription quota limit",
    ),
];

const TEMPLATES: [(&str, &str); 14] = [
    (
        "ApplicationApprovedNotificationMessage",
        "Application gallery submission approved",
    ),
    ("AccountClosedDeveloper", "Developer farewell letter"),
    (
        "QuotaLimitApproachingDeveloperNotificationMessage",
        "Developer quota limit approaching notification",
    ),
    ("NewDeveloperNotificationMessage", "Developer welcome letter"),
    ("EmailChangeIdentityDefault", "Email change notification"),
    ("InviteUserNotificationMessage", "Invite user"),
    ("NewCommentNotificationMessage", "New comment added to an issue"),
    (
        "ConfirmSignUpIdentityDefault",
        "New developer account confirmation",
    ),
    ("NewIssueNotificationMessage", "New issue received"),
    (
        "PurchaseDeveloperNotificationMessage",
        "New subscription activated",
    ),
    ("PasswordResetIdentityDefault", "Password change confirmation"),
    (
        "PasswordResetByAdminNotificationMessage",
        "Password reset by admin notification",
    ),
    (
        "RejectDeveloperNotificationMessage",
        "Subscription request declined",
    ),
    (
        "RequestDeveloperNotificationMessage",
        "Subscription request received",
    ),
];
