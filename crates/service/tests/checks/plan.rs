use crate::*;

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
