//! What Azure refuses when something is published is refused when a service is loaded, in its file and at its place.

use model::{
    Account, Api, Backend, Deployment, Fragment, ModelName, NamedValue, Operation, Parameter, PolicyDocument,
    Product, ResourceKind, Scope, Service, Sku, Subscription, SubscriptionState, User, VersionSet,
    VersioningScheme,
};
use service::{LoadOptions, Loaded, ScopePlan, load};
use source::Source;

fn backend(service: &mut Service, name: &str, properties: &str) {
    let text = format!("{{\"properties\": {properties}}}");
    let source = Source::new(format!("backends/{name}.json"), text);
    service
        .origins
        .note(ResourceKind::Backend, name, &source, "/properties");
    let backend: Backend = serde_json::from_str(properties).expect("a backend");
    service.backends.push(Backend {
        name: name.into(),
        ..backend
    });
}

fn api(name: &str, path: &str) -> Api {
    Api {
        name: name.into(),
        path: path.into(),
        revision: "1".into(),
        is_current: true,
        is_online: true,
        ..Api::default()
    }
}

fn operation(method: &str, template: &str, parameters: &[&str]) -> Operation {
    let parameter = |name: &&str| Parameter {
        name: (*name).into(),
        required: true,
    };
    Operation {
        name: format!("{method}-{template}"),
        method: method.into(),
        url_template: template.into(),
        template_parameters: parameters.iter().map(parameter).collect(),
        ..Operation::default()
    }
}

fn subscription(name: &str, scope: Scope) -> Subscription {
    Subscription {
        name: name.into(),
        display_name: name.into(),
        scope,
        state: SubscriptionState::Active,
        owner: None,
        primary_key: None,
        secondary_key: None,
        allow_tracing: false,
    }
}

fn policy(text: &str) -> Option<PolicyDocument> {
    Some(PolicyDocument::raw(Source::new(format!("{text:.20}.xml"), text)))
}

fn found(service: Service) -> Vec<String> {
    lines(&load(service, &LoadOptions::default()))
}

fn lines(loaded: &Loaded) -> Vec<String> {
    let line = |it: &source::Finding| {
        let at = it.source.position(it.diagnostic.span.start);
        let help = it
            .diagnostic
            .help
            .as_ref()
            .map(|help| format!(" ({help})"))
            .unwrap_or_default();
        format!(
            "{}:{}:{} {}[{}] {}{help}",
            it.source.name(),
            at.line,
            at.column,
            it.diagnostic.severity.name(),
            it.diagnostic.code,
            it.diagnostic.message
        )
    };
    loaded.findings.iter().map(line).collect()
}

#[test]
fn pools_and_their_members_are_checked() {
    let mut service = Service::default();
    backend(
        &mut service,
        "east",
        r#"{"url": "https://east.example.com", "protocol": "http"}"#,
    );
    backend(
        &mut service,
        "empty",
        r#"{"type": "Pool", "pool": {"services": []}}"#,
    );
    backend(
        &mut service,
        "inner",
        r#"{"type": "Pool", "url": "https://x.example.com", "protocol": "http", "pool": {"services": [{"id": "/backends/EAST"}]}}"#,
    );
    backend(
        &mut service,
        "outer",
        "{\"type\": \"Pool\", \"pool\": {\"services\": [\n{\"id\": \"/backends/inner\"},\n{\"id\": \"/backends/esat\", \"weight\": 101, \"priority\": \"200\"}]}}",
    );
    let many: Vec<String> = (0..31).map(|_| r#"{"id": "east"}"#.to_owned()).collect();
    backend(
        &mut service,
        "wide",
        &format!(
            r#"{{"type": "Pool", "pool": {{"services": [{}], "failureResponse": {{"statusCode": 99}}}}}}"#,
            many.join(",")
        ),
    );
    let mut found = found(service);
    assert_eq!(
        found.iter().filter(|it| it.contains("duplicate-member")).count(),
        30
    );
    found.retain(|it| !it.contains("duplicate-member"));
    assert_eq!(
        found,
        [
            "backends/empty.json:1:42 error[empty-pool] pool `empty` has no members",
            "backends/inner.json:1:40 warning[pool-url] `url` is not supported for a backend pool",
            "backends/inner.json:1:77 warning[pool-protocol] `protocol` is not supported for a backend pool",
            "backends/outer.json:2:8 error[pool-in-pool] `inner` is a pool itself: a pool has single backends as members",
            "backends/outer.json:3:8 error[unknown-backend] pool `outer` has a member `esat` that does not exist (did you mean `east`?)",
            "backends/outer.json:3:36 error[out-of-range] `weight` is from 0 to 100, not 101",
            "backends/outer.json:3:53 error[out-of-range] `priority` is from 0 to 100, not 200",
            "backends/wide.json:1:42 error[too-many-members] pool `wide` has 31 members, more than 30",
            "backends/wide.json:1:556 error[out-of-range] 99 is no status from 200 to 599",
        ]
    );
}

#[test]
fn strictness_raises_what_azure_refuses_at_some_dates() {
    let mut service = Service::default();
    backend(&mut service, "a", r#"{"url": "https://a.example.com"}"#);
    backend(
        &mut service,
        "p",
        r#"{"type": "Pool", "url": "x", "pool": {"services": [{"id": "a"}]}}"#,
    );
    assert!(load(service.clone(), &LoadOptions::default()).plan.is_some());
    assert!(
        load(
            service,
            &LoadOptions {
                strict: true,
                ..LoadOptions::default()
            }
        )
        .plan
        .is_none()
    );
}

#[test]
fn single_backends_and_breakers_are_checked() {
    let mut service = Service::default();
    backend(&mut service, "a", r#"{"protocol": "ftp"}"#);
    backend(
        &mut service,
        "b",
        r#"{"url": "//b", "credentials": {"header": {"bad name": ["x"], "k": ["{{secret}}", "{{scret}}"]}}}"#,
    );
    let rule = |condition: &str| {
        format!(r#"{{"name": "r", "tripDuration": "PT1M", "failureCondition": {condition}}}"#)
    };
    let rules = [
        rule(
            r#"{"count": 0, "interval": "PT0S", "statusCodeRanges": [{"min": 429, "max": 400}, {"min": 100, "max": 700}]}"#,
        ),
        rule(r#"{"percentage": 101}"#),
        rule(r#"{"interval": "PT1M", "errorReasons": ["timeout"]}"#)
            .replace("PT1M\", \"fail", "PT0S\", \"fail"),
    ];
    backend(
        &mut service,
        "c",
        &format!(
            "{{\"url\": \"https://c.example.com\", \"circuitBreaker\": {{\"rules\": [\n{}]}}}}",
            rules.join(",\n")
        ),
    );
    service.named_values.push(NamedValue {
        name: "s".into(),
        display_name: "secret".into(),
        secret: true,
        ..NamedValue::default()
    });
    service.named_values.push(NamedValue {
        name: "t".into(),
        display_name: "unused".into(),
        secret: true,
        ..NamedValue::default()
    });
    assert_eq!(
        found(service),
        [
            "backends/a.json:1:2 error[missing-url] backend `a` has no `url`".into(),
            "backends/a.json:1:29 error[invalid-value] `ftp` is no protocol: `http` or `soap`".into(),
            "backends/b.json:1:24 error[invalid-url] `//b` is no absolute http or https URL".into(),
            "backends/b.json:1:58 error[invalid-header] `bad name` is no header name".into(),
            "backends/b.json:1:97 error[unknown-named-value] there is no named value `scret` (did you mean `secret`?)".into(),
            "backends/c.json:1:68 error[several-rules] a circuit breaker has one rule, not 3 (newer services may take several: `several-rules = true` below `[backends]` in apimite.toml)".into(),
            "backends/c.json:2:69 error[out-of-range] `count` is at least 1".into(),
            "backends/c.json:2:84 error[out-of-range] `interval` is longer than nothing".into(),
            "backends/c.json:2:113 error[out-of-range] 429 to 400 is no range of statuses from 200 to 599".into(),
            "backends/c.json:2:139 error[out-of-range] 100 to 700 is no range of statuses from 200 to 599".into(),
            "backends/c.json:3:39 error[missing-value] `interval` is missing".into(),
            "backends/c.json:3:39 warning[idle-rule] the rule names no statuses and no error reasons, so it never trips".into(),
            "backends/c.json:3:74 error[out-of-range] `percentage` is from 1 to 100, not 101".into(),
            "backends/c.json:4:31 error[out-of-range] `tripDuration` is longer than nothing".into(),
            "backends/c.json:4:39 error[no-threshold] a failure condition needs `count` or `percentage`".into(),
            "namedValues/s:1:1 error[missing-secret] the value of `secret` is secret, so the folder does not hold it, and a policy or backend needs it (give it in apimite.toml, below `[named-values]`: `secret = \"VALUE\"`)".into(),
        ] as [String; 16]
    );
}

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

#[test]
fn a_good_service_becomes_a_plan() {
    let mut service = Service {
        name: "contoso".into(),
        location: "westeurope".into(),
        policy: policy("<policies><inbound /><backend><forward-request /></backend><outbound /></policies>"),
        apis: vec![Api {
            version_set: None,
            service_url: Some("https://models.example.com/openai/".into()),
            subscription_required: true,
            policy: policy("<policies><inbound><base /></inbound><backend><base /></backend></policies>"),
            operations: vec![operation("GET", "/a/{id}?v={v}", &["id", "v"])],
            ..api("chat", "/chat/")
        }],
        products: vec![Product {
            name: "gold".into(),
            apis: vec!["chat".into()],
            subscription_required: true,
            policy: policy("<policies><inbound><base /></inbound><backend><base /></backend></policies>"),
            ..Product::default()
        }],
        subscriptions: vec![Subscription {
            owner: Some("ann".into()),
            ..subscription("team", Scope::Product("gold".into()))
        }],
        users: vec![User {
            name: "ann".into(),
            blocked: true,
            ..User::default()
        }],
        named_values: vec![NamedValue {
            name: "n".into(),
            display_name: "key".into(),
            value: Some("s3cret".into()),
            secret: true,
            ..NamedValue::default()
        }],
        fragments: vec![Fragment {
            name: "f".into(),
            description: String::new(),
            document: PolicyDocument::raw(Source::new("f.xml", "<fragment />")),
        }],
        ..Service::default()
    };
    backend(
        &mut service,
        "East",
        r#"{"url": "https://east.example.com/{{key}}", "credentials": {"header": {"api-key": ["{{ key }}"]}}}"#,
    );
    let loaded = load(service.clone(), &LoadOptions::default());
    assert_eq!(lines(&loaded), [""; 0]);
    let plan = loaded.plan.expect("a plan");
    assert_eq!(
        plan.subscriptions.iter().map(|it| &*it.name).collect::<Vec<_>>(),
        ["master", "team"]
    );
    assert_eq!(
        (&plan.subscriptions[0].scope, &plan.subscriptions[1].scope),
        (&ScopePlan::Everything, &ScopePlan::Product(0))
    );
    assert!(plan.subscriptions[1].is_blocked);
    let key = &plan.subscriptions[1].secondary_key;
    assert!(
        key.len() == 32
            && key
                .chars()
                .all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase()),
        "{key}"
    );
    let holder = plan.find_key(key).expect("the holder");
    assert_eq!((&*holder.subscription.name, &holder.facts.key), ("team", key));
    assert!(plan.find_key(&key.to_uppercase()).is_none());
    let handle = plan.find_backend("eAST").expect("the backend");
    assert_eq!(&*handle.url.expect("a URL").path, "/s3cret");
    assert_eq!(plan.backends[0].config.credentials.header["api-key"], ["s3cret"]);
    assert_eq!(
        plan.secrets.iter().map(|it| &**it).collect::<Vec<_>>(),
        ["s3cret"]
    );
    let api = &plan.apis[0];
    assert_eq!(
        (api.path.as_str(), api.products.as_slice(), api.open_product),
        ("chat", &[0][..], None)
    );
    let operation = &api.operations[0];
    assert_eq!(
        (
            operation.template.path_parameters[0].as_str(),
            operation.template.query_parameters[0].as_str()
        ),
        ("id", "v")
    );
    assert!(!std::sync::Arc::ptr_eq(
        operation.walk(Some(0)),
        operation.walk(None)
    ));
    assert!(
        std::sync::Arc::ptr_eq(operation.walk(None), &api.walk),
        "an operation without a policy shares its API's walk"
    );
    assert_eq!(plan.deployment.region, "West Europe");

    let again = load(service.clone(), &LoadOptions::default())
        .plan
        .expect("a plan");
    assert_eq!(again.subscriptions[1].secondary_key, *key, "the seed decides");
    let other = load(
        service,
        &LoadOptions {
            seed: 2,
            ..LoadOptions::default()
        },
    )
    .plan
    .expect("a plan");
    assert_ne!(other.subscriptions[1].secondary_key, *key);
}

#[test]
fn references_of_policies_are_looked_up_in_the_service() {
    let text = "<policies>\n<inbound>\n<include-fragment fragment-id=\"comon\" />\n<include-fragment fragment-id=\"common\" />\n\
        <set-backend-service backend-id=\"esat\" />\n<set-header name=\"x\"><value>{{kye}}-{{secret}}</value></set-header>\n</inbound>\n\
        <backend><base /></backend>\n</policies>";
    let fragment = "<fragment>\n<set-header name=\"x\" exists-actio=\"skip\" />\n</fragment>";
    let named = |name: &str, value: Option<&str>| NamedValue {
        name: name.into(),
        display_name: name.into(),
        value: value.map(str::to_owned),
        secret: true,
        ..NamedValue::default()
    };
    let mut service = Service {
        policy: Some(PolicyDocument::raw(Source::new("policy.xml", text))),
        fragments: vec![Fragment {
            name: "common".into(),
            description: String::new(),
            document: PolicyDocument::raw(Source::new("common.xml", fragment)),
        }],
        named_values: vec![
            named("key", Some("x")),
            named("secret", None),
            named("idle", None),
        ],
        ..Service::default()
    };
    backend(&mut service, "east", r#"{"url": "https://east.example.com"}"#);
    let found = found(service.clone());
    let places: Vec<String> = found
        .iter()
        .map(|it| it.split("] ").next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        places,
        [
            "common.xml:2:22 error[unknown-attribute",
            "namedValues/secret:1:1 error[missing-secret",
            "policy.xml:3:32 error[unknown-fragment",
            "policy.xml:5:34 error[unknown-backend",
            "policy.xml:6:29 error[unknown-named-value",
            "policy.xml:6:37 info[unresolved-named-value",
        ],
        "{found:#?}"
    );
    assert!(found[3].ends_with("(did you mean `east`?)"), "{}", found[3]);

    service.settings.named_values.insert("secret".into(), "s".into());
    assert!(
        !lines(&load(service, &LoadOptions::default()))
            .iter()
            .any(|it| it.contains("secret"))
    );
}

#[test]
fn a_document_by_itself_is_a_policy_or_a_fragment() {
    let check = |text: &str| service::check_document(&Source::new("lone.xml", text));
    let codes = |text: &str| {
        check(text)
            .iter()
            .map(|it| (it.diagnostic.severity.name(), it.diagnostic.code))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        codes("<fragment><set-header name=\"x\" exists-action=\"delete\" /></fragment>"),
        []
    );
    assert_eq!(
        codes(
            "<policies><inbound><include-fragment fragment-id=\"f\" /></inbound><backend><base /></backend></policies>"
        ),
        [("info", "unresolved-fragment")]
    );
    assert_eq!(codes("<policy />"), [("error", "wrong-root")]);
}
