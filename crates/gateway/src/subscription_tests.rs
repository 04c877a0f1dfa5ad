use super::*;
use http::HeaderName;
use model::{Api, KeyNames, Product, Scope, Service, Subscription, SubscriptionState, User};
use policy::FaultBody;
use service::LoadOptions;

fn subscription(key: &str, scope: Scope) -> Subscription {
    Subscription {
        name: key.into(),
        display_name: key.into(),
        scope,
        state: SubscriptionState::Active,
        owner: None,
        primary_key: Some(key.into()),
        secondary_key: Some(format!("{key}-2")),
        allow_tracing: false,
    }
}

fn api(name: &str, subscription_required: bool) -> Api {
    Api {
        name: name.into(),
        path: name.into(),
        revision: "1".into(),
        is_current: true,
        is_online: true,
        subscription_required,
        ..Api::default()
    }
}

fn product(name: &str, subscription_required: bool, apis: &[&str]) -> Product {
    let apis = apis.iter().map(|it| (*it).to_owned()).collect();
    Product {
        name: name.into(),
        subscription_required,
        apis,
        ..Product::default()
    }
}

// APIs: 0 locked, 1 free, 2 in an open product, 3 with names of its own.
fn plan(change: impl FnOnce(&mut Service)) -> std::sync::Arc<Plan> {
    let mut named = api("named", true);
    named.key_names = KeyNames {
        header: "api-key".into(),
        query: "key".into(),
        bearer: true,
    };
    let suspended = Subscription {
        state: SubscriptionState::Inactive,
        ..subscription("suspended", Scope::AllApis)
    };
    let blocked = Subscription {
        owner: Some("eve".into()),
        ..subscription("blocked", Scope::AllApis)
    };
    let owned = Subscription {
        owner: Some("ann".into()),
        ..subscription("gold", Scope::Product("gold".into()))
    };
    let mut service = Service {
        apis: vec![
            api("locked", true),
            api("free", false),
            api("opened", true),
            named,
        ],
        products: vec![
            product("gold", true, &["locked"]),
            product("open", false, &["opened"]),
        ],
        subscriptions: vec![
            owned,
            suspended,
            blocked,
            subscription("one", Scope::Api("locked".into())),
            subscription("all", Scope::AllApis),
            subscription("root", Scope::Service),
        ],
        users: vec![User {
            name: "eve".into(),
            blocked: true,
            ..User::default()
        }],
        ..Service::default()
    };
    change(&mut service);
    let loaded = service::load(service, &LoadOptions::default());
    loaded.plan.unwrap_or_else(|| panic!("{:?}", loaded.findings))
}

// In whose name: product, subscription, user; or the reason of the refusal.
fn who(plan: &Plan, api: usize, headers: &[(&str, &str)], query: &str) -> String {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(
            HeaderName::try_from(*name).expect("a name"),
            HeaderValue::from_str(value).expect("a value"),
        );
    }
    match authorise(plan, api, &map, query, "localhost:8080") {
        Ok(it) => {
            let product = it.product.map_or("-", |at| &plan.products[at].name);
            let subscription = it.subscription.as_ref().map_or("-", |it| &it.id);
            let user = it.user.as_ref().map_or("-", |it| &it.id);
            format!("{product} {subscription} {user}")
        }
        Err(fault) => fault.reason.clone(),
    }
}

const HEADER: &str = "Ocp-Apim-Subscription-Key";

#[test]
fn keys_open_their_scope_and_nothing_else() {
    let plan = plan(|_| ());
    for (key, locked, free) in [
        ("gold", "gold gold ann", "SubscriptionKeyInvalid"),
        ("gold-2", "gold gold ann", "SubscriptionKeyInvalid"),
        ("one", "- one -", "SubscriptionKeyInvalid"),
        ("all", "- all -", "- all -"),
        ("root-2", "- root -", "- root -"),
        ("suspended", "SubscriptionKeyInvalid", "SubscriptionKeyInvalid"),
        ("blocked", "SubscriptionKeyInvalid", "SubscriptionKeyInvalid"),
        ("GOLD", "SubscriptionKeyInvalid", "SubscriptionKeyInvalid"),
        ("unknown", "SubscriptionKeyInvalid", "SubscriptionKeyInvalid"),
    ] {
        assert_eq!(who(&plan, 0, &[(HEADER, key)], ""), locked, "{key}");
        assert_eq!(who(&plan, 1, &[(HEADER, key)], ""), free, "{key}");
    }
    let master = plan.subscriptions[0].primary_key.clone();
    assert_eq!(who(&plan, 0, &[(HEADER, &master)], ""), "- master -");
}

#[test]
fn without_a_key_only_what_is_open_is_reached() {
    let plan = plan(|_| ());
    assert_eq!(who(&plan, 0, &[], ""), "SubscriptionKeyNotFound");
    assert_eq!(who(&plan, 0, &[(HEADER, "")], ""), "SubscriptionKeyNotFound");
    assert_eq!(who(&plan, 1, &[], ""), "- - -");
    assert_eq!(who(&plan, 2, &[], ""), "open - -");
    assert_eq!(
        who(&plan, 2, &[(HEADER, "unknown")], ""),
        "SubscriptionKeyInvalid"
    );
}

#[test]
fn a_key_that_nobody_needs_is_denied_unless_switched_off() {
    let plan = plan(|service| service.settings.ignore_unneeded_keys = true);
    assert_eq!(who(&plan, 1, &[(HEADER, "unknown")], ""), "- - -");
    assert_eq!(who(&plan, 2, &[(HEADER, "unknown")], ""), "open - -");
    assert_eq!(who(&plan, 1, &[(HEADER, "all")], ""), "- all -");
    assert_eq!(
        who(&plan, 0, &[(HEADER, "unknown")], ""),
        "SubscriptionKeyInvalid"
    );
}

#[test]
fn the_header_goes_before_the_query_and_that_before_bearer() {
    let plan = plan(|_| ());
    assert_eq!(who(&plan, 0, &[], "?x=1&subscription-key=one"), "- one -");
    assert_eq!(
        who(&plan, 0, &[(HEADER, "unknown")], "subscription-key=one"),
        "SubscriptionKeyInvalid"
    );
    assert_eq!(
        who(&plan, 3, &[(HEADER, "all")], ""),
        "SubscriptionKeyNotFound",
        "own names replace the usual ones"
    );
    assert_eq!(who(&plan, 3, &[("api-key", "all")], "key=unknown"), "- all -");
    assert_eq!(who(&plan, 3, &[], "?key=all"), "- all -");
    assert_eq!(who(&plan, 3, &[("Authorization", "Bearer all")], ""), "- all -");
    assert_eq!(
        who(&plan, 3, &[("Authorization", "bearer all")], "?key=unknown"),
        "SubscriptionKeyInvalid"
    );
    assert_eq!(
        who(&plan, 3, &[("Authorization", "Basic all")], ""),
        "SubscriptionKeyNotFound"
    );
    assert_eq!(
        who(&plan, 0, &[("Authorization", "Bearer all")], ""),
        "SubscriptionKeyNotFound"
    );
}

#[test]
fn a_refusal_says_where_the_key_belongs() {
    let plan = plan(|_| ());
    let fault = authorise(&plan, 3, &HeaderMap::new(), "", "localhost:8080").expect_err("no key");
    assert_eq!(
        (fault.source.as_str(), fault.section, fault.status),
        ("authorization", Some(Section::Inbound), StatusCode::UNAUTHORIZED)
    );
    assert_eq!(fault.message, MISSING);
    assert!(matches!(&fault.body, FaultBody::Default(text) if text == MISSING_WIRE));
    let (name, value) = &fault.headers[0];
    assert_eq!(name, WWW_AUTHENTICATE);
    assert_eq!(
        value,
        r#"AzureApiManagementKey realm="https://localhost:8080/named",name="api-key",type="header""#
    );
}
