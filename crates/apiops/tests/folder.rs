//! A folder as the extractor writes it, read from memory and from disk, and every way in which one can be wrong.

use model::{ApiKind, BackendKind, Scope, Service, SubscriptionState, VersioningScheme};
use proptest::prelude::*;
use source::Finding;

const CHAT: &str = r#"{"properties": {"path": "inference/openai", "displayName": "Chat", "protocols": ["https"],
  "subscriptionKeyParameterNames": {"header": "api-key", "query": "key", "bearer": "enabled"}}}"#;

const CHAT_SPECIFICATION: &str = "
openapi: 3.0.1
info: { title: chat, version: '1' }
servers:
  - url: http://plain.example.com/
  - url: https://models.example.com/openai/
paths:
  /deployments/{deployment-id}/chat/completions:
    parameters:
      - $ref: '#/components/parameters/deployment'
    post:
      operationId: ChatCompletions_Create
      summary: Creates a completion
      parameters:
        - { name: api-version, in: query, required: true, schema: { type: string } }
        - { name: verbose, in: query, schema: { type: boolean } }
      responses:
        200:
          description: OK
          content:
            application/json:
              schema: { type: object, properties: { id: { type: string } } }
        default: { description: Error }
  /models:
    get:
      responses:
        '200':
          description: OK
          content:
            application/json: { examples: { two: { value: [1, 2] }, one: { value: 'a: b' } } }
components:
  parameters:
    deployment: { name: deployment-id, in: path, required: true, schema: { type: string } }
";

const PETS: &str = r##"{"swagger": "2.0", "host": "pets.example.com", "basePath": "/v1", "schemes": ["http", "https"],
  "produces": ["application/json"], "parameters": {"n": {"name": "n", "in": "query", "required": true, "type": "integer"}},
  "paths": {"/pets/{id}": {"get": {"operationId": "getPet", "parameters": [{"name": "id", "in": "path", "required": true},
  {"$ref": "#/parameters/n"}], "responses": {"200": {"schema": {"type": "array", "items": {"type": "integer"}}},
  "404": {"examples": {"text/plain": "none"}}}}}}}"##;

fn folder() -> Vec<(&'static str, &'static str)> {
    vec![
        ("policy.xml", "<policies />"),
        ("configuration.extractor.yaml", "apis: [chat]"),
        (
            "configuration.dev.yaml",
            "apimServiceName: contoso\napis:\n  - name: chat\n    properties: { displayName: Talk, apiRevision: '9' }\n\
             backends:\n  - name: east\n    properties:\n      credentials:\n        header: { x-key: ['{{key}}'] }\n\
             namedValues:\n  - name: key\n    properties: { value: '{#secret#}' }\n  - name: kye\n    properties: {}\n",
        ),
        (
            "apimite.toml",
            "seed = 7\n[subscriptions.team-a]\nprimary-key = 'abc'\n",
        ),
        ("apis/chat/apiInformation.json", CHAT),
        ("apis/chat/specification.yaml", CHAT_SPECIFICATION),
        (
            "apis/chat/policy.xml",
            "<policies><inbound><mock-response /></inbound></policies>",
        ),
        (
            "apis/chat/operations/ChatCompletions_Create/policy.xml",
            "<policies><inbound /></policies>",
        ),
        (
            "apis/chat/diagnostics/azuremonitor/diagnosticInformation.json",
            r#"{"properties": {"largeLanguageModel": {"logs": "enabled"}, "sampling": {"percentage": 50}}}"#,
        ),
        (
            "apis/pets/apiInformation.json",
            r#"{"properties": {"path": "pets", "apiRevision": "2", "apiVersionSetId": "/apiVersionSets/pets"}}"#,
        ),
        ("apis/pets/specification.json", PETS),
        (
            "apis/pets;rev=1/apiInformation.json",
            r#"{"properties": {"path": "pets", "translateRequiredQueryParameters": "query",
            "serviceUrl": "https://own.example.com"}}"#,
        ),
        ("apis/pets;rev=1/specification.json", PETS),
        (
            "apis/live/apiInformation.json",
            r#"{"properties": {"path": "live", "type": "websocket", "subscriptionRequired": false}}"#,
        ),
        (
            "version sets/pets/versionSetInformation.json",
            r#"{"properties": {"displayName": "Pets", "versioningScheme": "Header", "versionHeaderName": "x-v"}}"#,
        ),
        (
            "backends/east/backendInformation.json",
            r#"{"properties": {"url": "https://east.example.com", "protocol": "http",
            "credentials": {"header": {"x-a": ["1"]}}, "circuitBreaker": {"rules": [{"name": "r", "tripDuration": "PT1M", "acceptRetryAfter": true,
            "failureCondition": {"count": "1", "interval": "PT1M", "statusCodeRanges": [{"min": 429, "max": 429}]}}]}}}"#,
        ),
        (
            "backends/pool/backendInformation.json",
            r#"{"properties": {"type": "Pool", "pool": {"services": [{"id": "/backends/east", "priority": 1, "weight": 3}]}}}"#,
        ),
        (
            "named values/key/namedValueInformation.json",
            r#"{"properties": {"displayName": "the-key", "secret": true, "tags": []}}"#,
        ),
        ("policy fragments/common/policy.xml", "<fragment />"),
        (
            "policy fragments/common/policyFragmentInformation.json",
            r#"{"properties": {"description": "for all"}}"#,
        ),
        (
            "products/gold/productInformation.json",
            r#"{"properties": {"displayName": "Gold", "state": "published", "subscriptionsLimit": 5}}"#,
        ),
        ("products/gold/policy.xml", "<policies />"),
        ("products/gold/apis/chat/productApiInformation.json", "{}"),
        (
            "products/gold/apis/other-name/productApiInformation.json",
            r#"{"name": "link1", "properties": {"apiId": "/apis/pets"}}"#,
        ),
        (
            "products/gold/groups/developers/productGroupInformation.json",
            "{}",
        ),
        (
            "subscriptions/team-a/subscriptionInformation.json",
            r#"{"properties": {"displayName": "Team A", "scope": "/products/gold", "state": "active",
            "ownerId": "/users/ann"}}"#,
        ),
        (
            "subscriptions/team-b/subscriptionInformation.json",
            r#"{"properties": {"scope": "/apis", "state": "suspended"}}"#,
        ),
        (
            "users/ann/userInformation.json",
            r#"{"properties": {"email": "ann@example.com", "state": "blocked", "groups": ["developers"]}}"#,
        ),
        (
            "groups/ops/groupInformation.json",
            r#"{"properties": {"displayName": "Operators"}}"#,
        ),
        (
            "tags/t/tagInformation.json",
            r#"{"properties": {"displayName": "t"}}"#,
        ),
        (
            "foundry/accounts.json",
            r#"[{"type": "Microsoft.CognitiveServices/accounts", "name": "east", "location": "eastus", "kind": "OpenAI",
            "properties": {"disableLocalAuth": true}, "resources": [{"type": "deployments", "name": "gpt-4o",
            "sku": {"name": "Standard", "capacity": 10}, "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"}}}]},
            {"type": "Microsoft.CognitiveServices/accounts/deployments", "name": "east/ptu", "sku": {"name": "ProvisionedManaged", "capacity": 15},
            "properties": {"model": {"name": "gpt-4o"}, "spilloverDeploymentName": "gpt-4o"}}]"#,
        ),
    ]
}

fn lines(findings: &[Finding]) -> Vec<String> {
    let line = |it: &Finding| {
        let at = it.source.position(it.diagnostic.span.start);
        let severity = it.diagnostic.severity.name();
        format!(
            "{}:{}:{} {severity}[{}] {}",
            it.source.name(),
            at.line,
            at.column,
            it.diagnostic.code,
            it.diagnostic.message
        )
    };
    findings.iter().map(line).collect()
}

fn check(service: &Service) {
    assert_eq!(
        (service.name.as_str(), service.settings.seed),
        ("contoso", Some(7))
    );
    assert!(service.policy.is_some());
    let keys: Vec<String> = service.apis.iter().map(model::Api::key).collect();
    assert_eq!(keys, ["chat;rev=1", "live;rev=1", "pets;rev=2", "pets;rev=1"]);
    let [chat, live, pets, old_pets] = service.apis.as_slice() else {
        panic!("four APIs")
    };
    assert_eq!(
        (chat.display_name.as_str(), chat.path.as_str()),
        ("Talk", "inference/openai")
    );
    assert_eq!(
        (
            chat.key_names.header.as_str(),
            chat.key_names.query.as_str(),
            chat.key_names.bearer
        ),
        ("api-key", "key", true)
    );
    assert_eq!(
        chat.service_url.as_deref(),
        Some("https://models.example.com/openai")
    );
    assert!(chat.subscription_required && !live.subscription_required);
    assert_eq!(live.kind, ApiKind::Other("websocket".into()));
    let [create, models] = chat.operations.as_slice() else {
        panic!("two operations")
    };
    assert_eq!(
        (create.name.as_str(), create.method.as_str()),
        ("chatcompletions-create", "POST")
    );
    assert_eq!(
        create.url_template,
        "/deployments/{deployment-id}/chat/completions?api-version={api-version}"
    );
    assert_eq!(create.display_name, "Creates a completion");
    let names: Vec<&str> = create
        .template_parameters
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    assert_eq!(names, ["deployment-id", "api-version"]);
    assert_eq!(
        create.responses[0].representations["application/json"][0].body,
        r#"{"id":"string"}"#
    );
    assert!(create.policy.is_some());
    assert_eq!(models.name, "get-models");
    let examples = &models.responses[0].representations["application/json"];
    assert_eq!(
        (
            examples[0].name.as_str(),
            examples[0].body.as_str(),
            examples[1].body.as_str()
        ),
        ("two", "[1,2]", "\"a: b\"")
    );
    assert!(pets.is_current && !old_pets.is_current);
    assert_eq!(pets.service_url.as_deref(), Some("https://pets.example.com/v1"));
    assert_eq!(old_pets.service_url.as_deref(), Some("https://own.example.com"));
    assert_eq!(
        (
            pets.operations[0].url_template.as_str(),
            old_pets.operations[0].url_template.as_str()
        ),
        ("/pets/{id}?n={n}", "/pets/{id}")
    );
    assert_eq!(
        pets.operations[0].responses[0].representations["application/json"][0].body,
        "[0]"
    );
    assert_eq!(
        pets.operations[0].responses[1].representations["text/plain"][0].body,
        "none"
    );
    assert_eq!(
        service.version_sets[0].scheme,
        VersioningScheme::Header("x-v".into())
    );
    let [east, pool] = service.backends.as_slice() else {
        panic!("two backends")
    };
    let headers: Vec<(&str, &str)> = east
        .credentials
        .header
        .iter()
        .map(|(name, it)| (name.as_str(), it[0].as_str()))
        .collect();
    assert_eq!(headers, [("x-a", "1"), ("x-key", "{{key}}")]);
    assert_eq!(
        (pool.kind, pool.pool.as_ref().map(|it| it.services[0].weight)),
        (BackendKind::Pool, Some(Some(3)))
    );
    let value = &service.named_values[0];
    assert_eq!(
        (value.display_name.as_str(), value.secret, &value.value),
        ("the-key", true, &None)
    );
    assert_eq!(service.fragments[0].description, "for all");
    let product = &service.products[0];
    assert_eq!(
        (product.apis.as_slice(), product.groups.as_slice()),
        (&["chat".into(), "pets".into()][..], &["developers".into()][..])
    );
    assert!(product.published && product.policy.is_some() && product.subscription_required);
    let [a, b] = service.subscriptions.as_slice() else {
        panic!("two subscriptions")
    };
    assert_eq!(
        (&a.scope, a.owner.as_deref(), a.state),
        (
            &Scope::Product("gold".into()),
            Some("ann"),
            SubscriptionState::Active
        )
    );
    assert_eq!(
        (&b.scope, b.state),
        (&Scope::AllApis, SubscriptionState::Inactive)
    );
    assert!(service.users[0].blocked);
    let account = &service.accounts[0];
    assert!(account.disable_local_auth);
    let deployments: Vec<(&str, bool, u64)> = account
        .deployments
        .iter()
        .map(|it| (it.name.as_str(), it.sku.is_provisioned(), it.sku.capacity))
        .collect();
    assert_eq!(deployments, [("gpt-4o", false, 10), ("ptu", true, 15)]);
}

#[test]
fn a_whole_folder_is_read_from_memory_and_from_disk() {
    let files = folder();
    let (service, findings) = apiops::read_embedded(&files);
    assert_eq!(
        lines(&findings),
        [
            "configuration.dev.yaml:13:11 warning[unused-override] the folder has no `kye` among its `namedValues`",
            "tags/t/tagInformation.json:1:1 info[not-supported] `tags` has no effect on the gateway yet",
        ]
    );
    check(&service);

    let disk = tempfile::tempdir().expect("a folder");
    for (path, text) in &files {
        let path = disk.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    let (service, findings) = apiops::read(disk.path());
    assert_eq!(findings.len(), 2, "{:?}", lines(&findings));
    check(&service);
}

#[test]
fn all_mistakes_are_reported_at_once_with_their_places() {
    let (_, findings) = apiops::read_embedded(&[
        ("apimite.toml", "seed = 1\n[clock]\nmod = 'manual'\n"),
        (
            "apis/a/apiInformation.json",
            "{\"properties\": {\n  \"path\": [1],\n  \"subscriptionRequired\": 3 } }",
        ),
        (
            "apis/a/specification.yaml",
            "openapi: 3.0.0\npaths:\n  /x:\n    get:\n      parameters: [ { $ref: '#/nowhere' } ]\n",
        ),
        ("apis/a/operations/gte-x/policy.xml", "<policies />"),
        ("apis/b/apiInformation.json", "{\"properties\": {\n  \"path\": }}"),
        ("apis/c/apiInformation.json", "{\"properties\": {}}"),
        ("apis/c/specification.yaml", "a: [1\nb: 2"),
        ("apis/d/specification.json", "{}"),
        (
            "backends/x/backendInformation.json",
            "{\"properties\": {\n \"circuitBreaker\": {\"rules\": [{\"failureCondition\": {},\n \"tripDuration\": \"1 minute\"}]}}}",
        ),
        (
            "subscriptions/s/subscriptionInformation.json",
            "{\"properties\": {\"scope\": \"/apis\", \"state\": \"actve\"}}",
        ),
        ("named-vales/x/namedValueInformation.json", "{}"),
        (
            "version sets/v/versionSetInformation.json",
            "{\"properties\": {\"versioningScheme\": \"Path\"}}",
        ),
        (
            "foundry/a.json",
            "{\"type\": \"Microsoft.CognitiveServices/accounts\", \"name\": \"[parameters('n')]\", \"location\": \"eastus\"}",
        ),
        ("products/p/policy.xml", "<policies />"),
        ("groups/g/groupInformation.json", "{\"properties\": {}}"),
        ("groups/g/notes.json", "{}"),
    ]);
    let mut found = lines(&findings);
    found.sort();
    assert_eq!(
        found,
        [
            "apimite.toml:3:1 error[unknown-key] there is no key `mod` here",
            "apis/a/apiInformation.json:2:3 error[invalid-value] `path` must be a text",
            "apis/a/apiInformation.json:3:27 error[invalid-value] `subscriptionRequired` must be true or false",
            "apis/a/operations/gte-x/policy.xml:1:1 error[unknown-operation] the specification has no operation `gte-x`",
            "apis/a/specification.yaml:4:5 error[unknown-reference] `#/nowhere` leads nowhere in this document",
            "apis/b/apiInformation.json:2:11 error[invalid-json] expected value",
            "apis/c/specification.yaml:2:2 error[invalid-yaml] illegal placement of ':' indicator",
            "apis/d/apiInformation.json:1:1 error[missing-file] `apis/d` has no `apiInformation.json`",
            "backends/x/backendInformation.json:3:18 error[invalid-value] `1 minute` is not an ISO 8601 duration such as `PT1M`",
            "foundry/a.json:1:58 error[not-supported] expressions of ARM templates are not evaluated here",
            "groups/g/notes.json:1:1 warning[unknown-file] `notes.json` is no file of a service at this place",
            "named-vales/x/namedValueInformation.json:1:1 warning[unknown-folder] `named-vales` is no folder of a service",
            "products/p/productInformation.json:1:1 error[missing-file] `products/p` has no `productInformation.json`",
            "subscriptions/s/subscriptionInformation.json:1:44 error[invalid-value] `actve` is no state of a subscription",
            "version sets/v/versionSetInformation.json:1:37 error[invalid-value] `Path` is no versioning scheme",
        ]
    );
}

#[test]
fn an_account_lists_its_deployments_under_either_name() {
    let deployment = r#"{"name": "chat", "sku": {"name": "Standard", "capacity": 3}, "properties": {"model": {"name": "gpt-4o"}}}"#;
    for (list, kind) in [("deployments", ""), ("resources", r#""type": "deployments", "#)] {
        let deployment = deployment.replacen('{', &format!("{{{kind}"), 1);
        let account = format!(
            r#"{{"type": "Microsoft.CognitiveServices/accounts", "name": "a", "location": "eastus", "{list}": [{deployment}]}}"#
        );
        let (service, findings) = apiops::read_embedded(&[("foundry/a.json", &account)]);
        assert!(!findings.iter().any(Finding::is_error), "{:?}", lines(&findings));
        let deployments = &service.accounts[0].deployments;
        assert_eq!(
            (deployments[0].name.as_str(), deployments[0].sku.capacity),
            ("chat", 3)
        );
    }
}

#[test]
fn caches_and_blocklists_are_read() {
    let account = r#"[{"type": "Microsoft.CognitiveServices/accounts", "name": "guard", "location": "eastus", "kind": "ContentSafety",
        "resources": [{"type": "raiBlocklists", "name": "names", "properties": {"description": "people"},
        "resources": [{"type": "raiBlocklistItems", "name": "one", "properties": {"pattern": "al+ex", "isRegex": true}}]}]},
        {"type": "Microsoft.CognitiveServices/accounts/raiBlocklists", "name": "guard/towns", "properties": {}},
        {"type": "Microsoft.CognitiveServices/accounts/raiBlocklists/raiBlocklistItems", "name": "guard/towns/two",
        "properties": {"pattern": "oslo"}},
        {"type": "Microsoft.CognitiveServices/accounts/raiBlocklists/raiBlocklistItems", "name": "guard/nowhere/three",
        "properties": {"pattern": "oslo"}}]"#;
    let cache = r#"{"properties": {"connectionString": "host:6380", "useFromLocation": "westeurope"}}"#;
    let files = [
        ("foundry/a.json", account),
        ("caches/redis/cacheInformation.json", cache),
        ("caches/plain/cacheInformation.json", r#"{"properties": {}}"#),
    ];
    let (service, findings) = apiops::read_embedded(&files);
    let caches: Vec<(&str, &str)> = service
        .caches
        .iter()
        .map(|it| (it.name.as_str(), it.use_from_location.as_str()))
        .collect();
    assert_eq!(caches, [("plain", "default"), ("redis", "westeurope")]);
    let [names, towns] = service.accounts[0].blocklists.as_slice() else {
        panic!("two blocklists")
    };
    assert_eq!(
        (names.name.as_str(), names.description.as_str()),
        ("names", "people")
    );
    assert!(names.items[0].is_regex && names.items[0].pattern == "al+ex");
    assert_eq!(
        (towns.items[0].name.as_str(), towns.items[0].is_regex),
        ("two", false)
    );
    let told: Vec<&str> = findings
        .iter()
        .filter(|it| it.is_error())
        .map(|it| it.diagnostic.code)
        .collect();
    assert_eq!(told, ["unknown-blocklist"], "{:?}", lines(&findings));
}

#[test]
fn a_folder_that_is_not_there_is_a_finding() {
    let (_, findings) = apiops::read(std::path::Path::new("/nowhere/at/all"));
    assert!(
        findings
            .iter()
            .any(|it| it.is_error() && it.diagnostic.code == "unreadable-folder"),
        "{:?}",
        lines(&findings)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn a_damaged_file_is_a_finding_and_never_a_panic(which in 0usize..64, cut in 0usize..2000, put in "\\PC{0,3}", keep: bool) {
        let files = folder();
        let (path, text) = files[which % files.len()];
        let mut at = cut % (text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let damaged = format!("{}{put}{}", &text[..at], if keep { &text[at..] } else { "" });
        let damaged: Vec<(&str, &str)> = files.iter().map(|it| if it.0 == path { (path, damaged.as_str()) } else { *it }).collect();
        let (_, findings) = apiops::read_embedded(&damaged);
        for finding in &findings {
            prop_assert!(finding.diagnostic.span.end <= finding.source.text().len(), "{:?}", finding);
            finding.source.slice(finding.diagnostic.span);
        }
    }
}

#[test]
fn a_fault_script_with_a_misspelt_key_is_refused_at_its_place() {
    let (_, findings) = apiops::read_embedded(&[(
        "apimite.toml",
        "[[accounts.a.faults]]\ndo = \"status\"\nstatus = 503\nretry-aftre = 5\n",
    )]);
    assert_eq!(
        lines(&findings)[0],
        "apimite.toml:4:1 error[unknown-key] there is no key `retry-aftre` here"
    );
}
