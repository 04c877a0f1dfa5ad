use super::world::Documents;
use super::{findings, inbound, short};
use crate::{Lone, Options, Role, Scope, compile, policies};
use proptest::prelude::*;
use source::Source;

#[test]
fn canonical_shapes_load() {
    let text = r#"<policies>
  <inbound>
    <base />
    <set-variable name="tier" value="gold" />
    <choose>
      <when condition="@((string)context.Variables["tier"] == "gold")">
        <set-backend-service base-url="http://pool.local" />
      </when>
      <otherwise>
        <return-response>
          <set-status code="409" reason="Conflict" />
          <set-header name="Content-Type" exists-action="override"><value>text/plain</value></set-header>
          <set-body>no tier</set-body>
        </return-response>
      </otherwise>
    </choose>
    <send-request mode="new" response-variable-name="r" timeout="5" ignore-error="true">
      <set-url>http://127.0.0.1:9/x</set-url><set-method>GET</set-method>
    </send-request>
    <wait for="any"><send-request response-variable-name="a"><set-url>http://h/1</set-url><set-method>GET</set-method></send-request></wait>
    <ip-filter action="forbid"><address>10.0.0.9</address><address-range from="10.1.0.0" to="10.1.0.255" /></ip-filter>
    <trace source="svc" severity="error"><message>@("m")</message><metadata name="k" value="v" /></trace>
    <set-body><soap:a xmlns:soap="urn:x"><b>{&amp;}</b></soap:a></set-body>
  </inbound>
  <backend>
    <retry condition="@(context.Response == null || context.Response.StatusCode == 429)" count="3" interval="1" first-fast-retry="true">
      <forward-request buffer-request-body="true" timeout="30" />
    </retry>
  </backend>
  <outbound><base /></outbound>
  <on-error><base /></on-error>
</policies>"#;
    assert_eq!(findings(text), Vec::<String>::new());
}

#[test]
fn misspellings_are_named_with_their_place() {
    assert_eq!(
        findings(&inbound("<set-heeder name='a' />")),
        ["unknown-policy 1:21"]
    );
    assert_eq!(
        findings(&inbound("<set-header name='a' exist-action='skip' />")),
        ["unknown-attribute 1:41"]
    );
    assert_eq!(
        findings(&inbound("<set-header exists-action='keep' name='a' />")),
        ["wrong-value 1:47"]
    );
    assert_eq!(
        findings(&inbound("<set-header exists-action='skip' />")),
        ["missing-attribute 1:21"]
    );
    assert_eq!(
        findings(&inbound("<set-header name='a'><valu>1</valu></set-header>")),
        ["unknown-element 1:42"]
    );
    assert_eq!(
        findings(&inbound("<set-variable name='@(1)' value='1' />")),
        ["literal-expected 1:40"]
    );
    assert_eq!(
        findings("<policies><inbond /><backend /></policies>"),
        ["unknown-section 1:12"]
    );
    assert_eq!(findings("<policy><inbound /></policy>"), ["wrong-root 1:2"]);
    assert_eq!(findings("<policies><inbound /></policies>"), ["no-backend 1:2"]);
    assert_eq!(
        findings("<policies><backend /><backend /></policies>"),
        ["repeated-section 1:23"]
    );
    assert_eq!(findings(&inbound("text")), ["stray-text 1:20"]);
}

#[test]
fn policies_stand_where_azure_allows_them() {
    let outbound = |policy: &str| {
        format!("<policies><backend><base/></backend><outbound>{policy}</outbound></policies>")
    };
    assert_eq!(
        findings(&outbound("<rewrite-uri template='/x' />")),
        ["wrong-section 1:48"]
    );
    assert_eq!(
        findings(&inbound("<choose><when condition='true'><base/></when></choose>")),
        ["misplaced-base 1:52"]
    );
    assert_eq!(
        findings("<policies><backend><base/><forward-request/></backend></policies>"),
        ["backend-one-policy 1:28"]
    );
    assert_eq!(
        findings(&inbound("<wait><set-variable name='a' value='1'/></wait>")),
        ["wrong-place 1:27"]
    );
    assert_eq!(
        findings(&inbound("<publish-to-dapr topic='t' />")),
        ["not-supported 1:21"]
    );
    assert_eq!(
        findings(&inbound(
            "<set-body template='liquid'>{{body.a | nothing}}</set-body>"
        )),
        ["unknown-filter 1:59"]
    );
    assert_eq!(
        findings(&inbound("<set-body template='none'>a</set-body>")),
        Vec::<String>::new()
    );
    let lenient = Options {
        lenient: true,
        ..Options::default()
    };
    let source = Source::new("t", outbound("<rewrite-uri template='/x' />"));
    let (document, found) = compile(&source, Role::Policy(Scope::Api), &Lone::default(), &lenient);
    assert!(document.is_some() && found.len() == 1);
    let on_error =
        "<policies><backend><base/></backend><on-error><set-body>x</set-body></on-error></policies>";
    for (options, is_good) in [
        (Options::default(), true),
        (
            Options {
                strict: true,
                ..Options::default()
            },
            false,
        ),
    ] {
        let (document, found) = compile(
            &Source::new("t", on_error),
            Role::Policy(Scope::Api),
            &Lone::default(),
            &options,
        );
        assert_eq!((document.is_some(), found.len()), (is_good, 1));
    }
}

#[test]
fn values_are_judged_when_they_are_literal() {
    assert_eq!(
        findings(&inbound("<retry condition='maybe' count='0' interval='x'/>")),
        ["wrong-value 1:21", "wrong-value 1:38", "wrong-value 1:65"]
    );
    assert_eq!(
        findings(&inbound("<set-status code='42' />")),
        ["wrong-value 1:21"]
    );
    assert_eq!(
        findings(&inbound("<ip-filter action='allow' />")),
        ["missing-element 1:21"]
    );
    assert_eq!(
        findings(&inbound("<set-backend-service base-url='contoso' />")),
        ["wrong-value 1:51"]
    );
    assert_eq!(
        findings(&inbound("<set-backend-service />")),
        ["missing-attribute 1:21"]
    );
    assert_eq!(
        findings("<policies><backend><forward-request timeout='1' timeout-ms='1' /></backend></policies>"),
        ["exclusive-attributes 1:21"]
    );
    assert_eq!(
        findings(&inbound("<retry condition='true' count='{count}' interval='1'/>")),
        ["template-placeholder 1:51"]
    );
}

#[test]
fn a_lone_document_cannot_look_up_names() {
    let text = inbound(
        "<set-variable name='a' value='{{x}}' /><set-backend-service backend-id='p' /><include-fragment fragment-id='f' />",
    );
    assert_eq!(
        findings(&text),
        [
            "unresolved-named-value 1:50",
            "unresolved-backend 1:92",
            "unresolved-fragment 1:128"
        ]
    );
    assert_eq!(
        findings(&inbound("<retry condition='true' count='{{n}}' interval='1'/>")),
        ["unresolved-named-value 1:51"]
    );
}

#[test]
fn markers_of_deploying_templates_are_left_to_them() {
    let text = inbound("${cors}%{ if x }<set-backend-service base-url='${url}/v1' />%{ endif }");
    assert_eq!(
        findings(&text),
        [
            "template-placeholder 1:20",
            "template-placeholder 1:67",
            "template-placeholder 1:80"
        ]
    );
    assert_eq!(findings(&inbound("${cors} x")), ["stray-text 1:20"]);
}

#[test]
fn deep_documents_load_and_run_on_a_small_stack() {
    let nested = |open: &str, close: &str, depth: usize| {
        inbound(&format!("{}{}", open.repeat(depth), close.repeat(depth)))
    };
    let choose = nested("<choose><when condition='true'>", "</when></choose>", 98);
    assert_eq!(findings(&choose), Vec::<String>::new());
    let deeper = nested("<choose><when condition='true'>", "</when></choose>", 5000);
    assert_eq!(
        findings(&deeper)
            .first()
            .map(|it| it.split(' ').next().unwrap_or_default().to_owned())
            .as_deref(),
        Some("too-deep")
    );
}

#[test]
fn a_service_knows_its_names() {
    let text = inbound(
        "<set-variable name='a' value='{{regoin}}' /><set-backend-service backend-id='pol' /><include-fragment fragment-id='tga' />",
    );
    let documents = Documents::default().with(Scope::Api, &text);
    let found: Vec<_> = documents
        .findings
        .iter()
        .map(|it| (short(it), it.diagnostic.help.clone().unwrap_or_default()))
        .collect();
    let expected = [
        ("unknown-named-value 1:50", "did you mean `region`?"),
        ("unknown-backend 1:97", "did you mean `pool`?"),
        ("unknown-fragment 1:135", "did you mean `tag`?"),
    ];
    assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
}

#[test]
fn a_fragments_mistakes_are_placed_in_the_fragment() {
    let documents = Documents::default().with(Scope::Api, &inbound("<include-fragment fragment-id='bad' />"));
    let finding = &documents.findings[0];
    assert_eq!(
        (finding.source.name(), short(finding)),
        ("fragments/bad.xml", "unknown-policy 2:4".to_owned())
    );
    let documents =
        Documents::default().with(Scope::Api, &inbound("<include-fragment fragment-id='nest' />"));
    assert_eq!(documents.findings[0].diagnostic.code, "nested-fragment");
    let source = Source::new(
        "f.xml",
        "<fragment><rewrite-uri template='/x'/><base/></fragment>",
    );
    let (_, found) = compile(&source, Role::Fragment, &Lone::default(), &Options::default());
    assert_eq!(
        found.iter().map(short).collect::<Vec<_>>(),
        ["misplaced-base 1:40"]
    );
}

#[test]
fn what_a_deploying_template_fills_in_is_no_mistake() {
    let directive =
        "%{ if env != \"d\" }<ip-filter action='allow'><address>1.1.1.1</address></ip-filter>%{ endif }";
    assert_eq!(
        findings(&inbound(directive)),
        ["template-placeholder 1:20", "template-placeholder 1:102"]
    );
    let origins = "<cors><allowed-origins>${origins}</allowed-origins><allowed-headers><header>*</header></allowed-headers></cors>";
    assert_eq!(findings(&inbound(origins)), ["template-placeholder 1:43"]);
    let choice = "<send-request response-variable-name='r'>%{ if a ~}<set-url>http://a</set-url>%{ else ~}<set-url>http://b</set-url>%{ endif ~}</send-request>";
    assert!(
        findings(&inbound(choice))
            .iter()
            .all(|it| it.starts_with("template-placeholder "))
    );
    let twice = choice
        .replace("%{ if a ~}", "")
        .replace("%{ else ~}", "")
        .replace("%{ endif ~}", "");
    assert_eq!(findings(&inbound(&twice)), ["repeated-element 1:89"]);
    for token in ["{count}", "#{count}#", "RETRY_COUNT", "__retry-count__"] {
        let retry = format!("<retry count='{token}' interval='1' condition='@(true)'></retry>");
        assert_eq!(
            findings(&inbound(&retry)),
            ["template-placeholder 1:34"],
            "{token}"
        );
    }
    let retry = "<retry count='many' interval='1' condition='@(true)'></retry>";
    assert_eq!(findings(&inbound(retry)), ["wrong-value 1:34"]);
}

#[test]
fn a_comment_that_begins_with_a_bracket_ends_where_it_ends() {
    let text = "<!--> note <--><set-variable name='a' value='1'/><!-- more -->";
    assert_eq!(findings(&inbound(text)), Vec::<String>::new());
}

#[test]
fn the_table_names_every_policy_once() {
    let mut names: Vec<_> = policies().map(|it| it.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(policies().filter(|it| it.supported).count() >= 25);
}

proptest! {
    #[test]
    fn a_damaged_document_never_panics(cut in 0usize..2000, length in 0usize..40, insert in "[<>/=a@(){}\"'& ]{0,6}") {
        let text = super::walk::LAB;
        let floor = |at: usize| at.min(text.len());
        let damaged = format!("{}{insert}{}", &text[..floor(cut)], &text[floor(cut + length)..]);
        let source = Source::new("t", damaged.as_str());
        let (_, found) = compile(&source, Role::Policy(Scope::Api), &Lone::default(), &Options::default());
        for finding in found {
            prop_assert!(finding.diagnostic.span.end <= damaged.len());
        }
    }
}
