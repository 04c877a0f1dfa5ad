use crate::*;

#[test]
fn apis_and_operations_are_checked() {
    let set = |name: &str| VersionSet {
        name: name.into(),
        display_name: name.into(),
        scheme: VersioningScheme::Segment,
    };
    let version = |name: &str, version: &str, set: &str| Api {
        version: version.into(),
        version_set: Some(set.into()),
        ..api(name, "versioned")
    };
    let mut service = Service {
        apis: vec![
            api("a", "/Chat/"),
            api("b", "chat"),
            version("v1", "v1", "set"),
            version("v2", "v2", "set"),
            version("v3", "V1", "set"),
            Api {
                version: "v1".into(),
                ..api("d", "d")
            },
            version("e", "v9", "ste"),
            Api {
                is_current: false,
                service_url: Some("models".into()),
                ..api("f", "f")
            },
        ],
        version_sets: vec![set("set")],
        ..Service::default()
    };
    service.apis[0].operations = vec![
        operation("GET", "/items/{id}?full={full}", &["id", "more"]),
        operation("get", "/Items/{name}?full={full}/", &["name", "full"]),
        operation("GET", "/x/{", &[]),
        operation("G T", "/y", &[]),
    ];
    let found = found(service);
    let expected = [
        "operations/a;rev=1/G T-/y:1:1 error[invalid-method] `G T` is no HTTP method",
        "operations/a;rev=1/GET-/items/{id}?full={full}:1:1 error[template-parameters] `/items/{id}?full={full}` has the parameter `full`, which is not declared",
        "operations/a;rev=1/GET-/items/{id}?full={full}:1:1 error[template-parameters] the parameter `more` is declared, but not in `/items/{id}?full={full}`",
        "operations/a;rev=1/GET-/x/{:1:1 error[invalid-template] `/x/{`: the template has a brace without its counterpart",
        "operations/a;rev=1/get-/Items/{name}?full={full}/:1:1 error[duplicate-operation] `GET-/items/{id}?full={full}` and `get-/Items/{name}?full={full}/` have the same method and template: get /Items/{name}?full={full}/",
        "apis/b;rev=1:1:1 error[duplicate-path] `a` and `b` have the same path `chat`",
        "apis/v3;rev=1:1:1 error[duplicate-path] `v1` and `v3` have the same path `versioned` and version `V1`",
        "apis/d;rev=1:1:1 error[missing-version-set] `d` has the version `v1`, but no version set",
        "apis/e;rev=1:1:1 error[unknown-version-set] `e` belongs to the version set `ste`, which does not exist (did you mean `set`?)",
        "apis/e;rev=1:1:1 error[duplicate-path] `v1` and `e` have the same path `versioned` and version `v9`",
        "apis/f;rev=1:1:1 error[invalid-url] `models` is no absolute http or https URL",
        "apis/f;rev=1:1:1 warning[no-current-revision] `f` has no current revision: it is reached only with `;rev=`",
    ];
    for line in expected {
        assert!(
            found.iter().any(|it| it == line),
            "{line}\nis not among\n{found:#?}"
        );
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
}

#[test]
fn names_that_nobody_has_are_found() {
    let toml = "[subscriptions.maste]\n[named-values]\nkye = 'x'\n[accounts.eats]\n[accounts.east.deployments.gpt4]\n";
    let mut service = Service {
        apis: vec![api("chat", "chat")],
        products: vec![
            Product {
                name: "gold".into(),
                apis: vec!["chta".into(), "chat".into()],
                groups: vec!["Developers".into()],
                ..Product::default()
            },
            Product {
                name: "silver".into(),
                apis: vec!["chat".into()],
                ..Product::default()
            },
        ],
        subscriptions: vec![
            subscription("a", Scope::Product("glod".into())),
            subscription("b", Scope::Api("caht".into())),
            Subscription {
                primary_key: Some("k".into()),
                ..subscription("c", Scope::AllApis)
            },
            Subscription {
                secondary_key: Some("k".into()),
                ..subscription("d", Scope::AllApis)
            },
        ],
        named_values: vec![NamedValue {
            name: "n".into(),
            display_name: "key".into(),
            value: Some("v".into()),
            ..NamedValue::default()
        }],
        accounts: vec![Account {
            name: "east".into(),
            deployments: vec![Deployment {
                name: "gpt-4o".into(),
                model: ModelName {
                    name: "gpt-4o".into(),
                    ..ModelName::default()
                },
                sku: Sku {
                    name: "Standart".into(),
                    capacity: 0,
                },
                spillover: Some("other".into()),
            }],
            ..Account::default()
        }],
        ..Service::default()
    };
    let source = Source::new("apimite.toml", toml);
    service.origins.note(ResourceKind::Settings, "", &source, "");
    let settings = &mut service.settings;
    settings.subscriptions.insert("maste".into(), Default::default());
    settings.named_values.insert("kye".into(), "x".into());
    settings.accounts.insert("eats".into(), Default::default());
    let mut account = model::AccountSettings::default();
    account.deployments.insert("gpt4".into(), Default::default());
    settings.accounts.insert("east".into(), account);
    let found = found(service);
    let expected = [
        "apimite.toml:1:16 error[unknown-subscription] there is no subscription `maste` (did you mean `master`?)",
        "apimite.toml:3:1 error[unknown-named-value] there is no named value `kye` (did you mean `key`?)",
        "apimite.toml:4:11 error[unknown-account] there is no account `eats` (did you mean `east`?)",
        "apimite.toml:5:28 error[unknown-deployment] account `east` has no deployment `gpt4`",
        "products/gold:1:1 error[unknown-api] product `gold` contains the API `chta`, which does not exist (did you mean `chat`?)",
        "products/silver:1:1 error[several-open-products] `chat` is already in the open product `gold`, so `silver` needs a subscription",
        "subscriptions/a:1:1 error[unknown-scope] subscription `a` is for the product `glod`, which does not exist (did you mean `gold`?)",
        "subscriptions/b:1:1 error[unknown-scope] subscription `b` is for the API `caht`, which does not exist (did you mean `chat`?)",
        "subscriptions/d:1:1 error[duplicate-key] `c` and `d` have the same key",
        "accounts/east:1:1 error[missing-value] account `east` has no `location`",
        "accounts/east:1:1 error[out-of-range] the capacity of `gpt-4o` is 0, which is no quota",
        "accounts/east:1:1 error[unknown-sku] `Standart` is no SKU of a deployment (did you mean `Standard`?)",
        "accounts/east:1:1 error[unknown-deployment] account `east` has no deployment `other` to spill over to",
    ];
    for line in expected {
        assert!(
            found.iter().any(|it| it == line),
            "{line}\nis not among\n{found:#?}"
        );
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
}
