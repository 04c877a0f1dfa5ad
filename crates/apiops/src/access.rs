use crate::fields::{Fields, Origin, parse_json};
use crate::read::{Reader, last_segment};
use crate::tree::Tree;
use model::{Group, Product, ResourceKind, Scope, Subscription, SubscriptionState, User};
use source::nearest;

/// `groups/*`.
pub(crate) fn groups(reader: &mut Reader<'_>, tree: &Tree) {
    for (name, folder) in tree.collection("groups") {
        let Some(file) = reader.information(folder, "groupInformation.json", &["groups", name]) else {
            continue;
        };
        let findings = &mut reader.findings;
        let Some(properties) = file.properties(findings) else {
            continue;
        };
        let display_name = properties
            .word("displayName", findings)
            .unwrap_or_else(|| name.to_owned());
        reader.note(ResourceKind::Group, name, file.origin.source);
        reader.service.groups.push(Group {
            name: name.to_owned(),
            display_name,
        });
    }
}

/// `users/*`: the extractor leaves users out; the file has the properties of the ARM contract and `groups`, a list of names.
pub(crate) fn users(reader: &mut Reader<'_>, tree: &Tree) {
    for (name, folder) in tree.collection("users") {
        let Some(file) = reader.information(folder, "userInformation.json", &["users", name]) else {
            continue;
        };
        let findings = &mut reader.findings;
        let Some(properties) = file.properties(findings) else {
            continue;
        };
        let mut text = |name| properties.text(name, findings).unwrap_or_default();
        let user = User {
            name: name.to_owned(),
            email: text("email"),
            first_name: text("firstName"),
            last_name: text("lastName"),
            note: text("note"),
            blocked: text("state").eq_ignore_ascii_case("blocked"),
            groups: properties.texts("groups", findings),
        };
        reader.note(ResourceKind::User, name, file.origin.source);
        reader.service.users.push(user);
    }
}

/// `products/*`, with their links to APIs and groups.
pub(crate) fn products(reader: &mut Reader<'_>, tree: &Tree) {
    for (name, folder) in tree.collection("products") {
        let Some(file) = reader.information(folder, "productInformation.json", &["products", name]) else {
            continue;
        };
        let findings = &mut reader.findings;
        let Some(properties) = file.properties(findings) else {
            continue;
        };
        let limit = properties.number("subscriptionsLimit", findings);
        let product = Product {
            name: name.to_owned(),
            display_name: properties
                .word("displayName", findings)
                .unwrap_or_else(|| name.to_owned()),
            subscription_required: properties.flag("subscriptionRequired", findings).unwrap_or(true),
            approval_required: properties.flag("approvalRequired", findings).unwrap_or(false),
            subscriptions_limit: limit.and_then(|limit| i32::try_from(limit).ok()),
            published: properties
                .word("state", findings)
                .is_some_and(|state| state.eq_ignore_ascii_case("published")),
            apis: links(reader, folder, "apis", "productApiInformation.json", "apiId"),
            groups: links(
                reader,
                folder,
                "groups",
                "productGroupInformation.json",
                "groupId",
            ),
            policy: reader.policy(folder, &["products", name]),
        };
        reader.note(ResourceKind::Product, name, file.origin.source);
        reader.service.products.push(product);
    }
}

// A link is a folder of the other resource's name; newer extracts also write the link's own name and the other's id.
fn links(reader: &mut Reader<'_>, folder: &Tree, collection: &str, file: &str, id: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (name, link) in folder.collection(collection) {
        let target = link.file(file).and_then(|source| match parse_json(source) {
            Ok(value) => {
                let origin = Origin { source, over: None };
                let properties =
                    Fields::new(&value, &origin, "").object("properties", &mut reader.findings)?;
                properties.word(id, &mut reader.findings)
            }
            Err(finding) => {
                reader.findings.push(finding);
                None
            }
        });
        names.push(target.as_deref().map_or(name, last_segment).to_owned());
    }
    names
}

const STATES: &[&str] = &[
    "active",
    "cancelled",
    "expired",
    "rejected",
    "submitted",
    "suspended",
];

/// `subscriptions/*`.
pub(crate) fn subscriptions(reader: &mut Reader<'_>, tree: &Tree) {
    for (name, folder) in tree.collection("subscriptions") {
        let Some(file) = reader.information(folder, "subscriptionInformation.json", &["subscriptions", name])
        else {
            continue;
        };
        let findings = &mut reader.findings;
        let Some(properties) = file.properties(findings) else {
            continue;
        };
        reader.service.origins.note(
            ResourceKind::Subscription,
            name,
            file.origin.source,
            "/properties",
        );
        let Some(scope) = properties.required("scope", findings) else {
            continue;
        };
        // A subscription without a state is one that an administrator made: active (inferred, gateway.md 4).
        let state = properties
            .word("state", findings)
            .unwrap_or_else(|| "active".into());
        if !STATES.iter().any(|known| known.eq_ignore_ascii_case(&state)) {
            let message = format!("`{state}` is no state of a subscription");
            let mut finding = file.origin.error("/properties/state", "invalid-value", message);
            finding.diagnostic = finding
                .diagnostic
                .suggest(nearest(&state, STATES.iter().copied()));
            findings.push(finding);
        }
        reader.service.subscriptions.push(Subscription {
            name: name.to_owned(),
            display_name: properties
                .word("displayName", findings)
                .unwrap_or_else(|| name.to_owned()),
            scope: Scope::parse(&scope),
            state: match state.eq_ignore_ascii_case("active") {
                true => SubscriptionState::Active,
                false => SubscriptionState::Inactive,
            },
            owner: properties
                .word("ownerId", findings)
                .map(|id| last_segment(&id).to_owned()),
            primary_key: properties.word("primaryKey", findings),
            secondary_key: properties.word("secondaryKey", findings),
            allow_tracing: properties.flag("allowTracing", findings).unwrap_or(false),
        });
    }
}
