use crate::*;

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
