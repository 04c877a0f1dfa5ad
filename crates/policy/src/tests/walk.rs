use super::inbound;
use super::world::{Documents, Script, Scripted, request};
use crate::{Body, Detail, MockResponse, OperationTemplate, Scope, Start};
use http::HeaderValue;
use std::sync::Arc;
use std::time::Duration;
use trace::Step;

pub(super) const LAB: &str = r#"<policies>
  <inbound><base /><set-backend-service backend-id="pool" /></inbound>
  <backend>
    <retry count="2" interval="0" first-fast-retry="true" condition="@(context.Response.StatusCode == 429 || context.Response.StatusCode == 503)">
      <forward-request buffer-request-body="true" />
    </retry>
  </backend>
  <outbound><base /></outbound>
  <on-error>
    <base />
    <choose>
      <when condition="@(context.Response.StatusCode == 503)">
        <return-response><set-status code="503" reason="Service Unavailable" /></return-response>
      </when>
    </choose>
  </on-error>
</policies>"#;

fn lab() -> Documents {
    Documents::default().with(Scope::Api, LAB)
}

fn busy() -> Script {
    Script::Answer(429, &[("retry-after", "10")], "busy")
}

#[tokio::test]
async fn the_lab_hides_a_429_from_the_caller() {
    let world = Scripted::new([
        busy(),
        Script::Answer(200, &[("x-ms-region", "Sweden Central")], "hello"),
    ]);
    let outcome = lab().send(&world, request()).await;
    assert_eq!((outcome.status(), outcome.text()), (200, "hello".to_owned()));
    assert_eq!(outcome.header("x-ms-region"), Some("Sweden Central"));
    let seen = world.seen();
    assert_eq!(seen.len(), 2);
    // The body was kept and is replayed; the caller's Host is not.
    assert!(
        seen.iter()
            .all(|it| it.body == "payload" && it.line == "POST pool:/orders/7?x=1")
    );
    assert!(!seen[0].headers.contains_key("host"));
}

#[tokio::test]
async fn three_refusals_spend_the_retries_and_the_last_goes_to_the_caller() {
    let world = Scripted::new([busy(), busy(), busy(), Script::Answer(200, &[], "never")]);
    let outcome = lab().send(&world, request()).await;
    assert_eq!(
        (
            outcome.status(),
            outcome.header("retry-after"),
            outcome.error.as_ref()
        ),
        (429, Some("10"), None)
    );
    assert_eq!(world.seen().len(), 3);
}

#[tokio::test]
async fn an_exhausted_pool_is_seen_by_retry_and_then_goes_to_on_error() {
    let world = Scripted::new([busy(), Script::Unavailable(7), Script::Unavailable(7)]);
    let outcome = lab().send(&world, request()).await;
    assert_eq!((outcome.status(), outcome.text()), (503, String::new()));
    assert_eq!(
        outcome.error.as_deref(),
        Some("forward-request ServiceUnavailable retry[1]/forward-request[1]")
    );
    let attempts = outcome
        .events
        .iter()
        .filter(|it| matches!(it.step, Step::Attempt(_)))
        .count();
    assert_eq!(attempts, 3);
}

#[tokio::test]
async fn without_on_error_the_made_503_is_what_the_caller_sees() {
    let text = "<policies><backend><forward-request /></backend></policies>";
    let world = Scripted::new([Script::Unavailable(7)]);
    let outcome = Documents::default()
        .with(Scope::Api, text)
        .send(&world, request())
        .await;
    assert_eq!(
        outcome.text(),
        r#"{ "statusCode": 503, "message": "Service Unavailable" }"#
    );
    assert_eq!(outcome.header("retry-after"), Some("7"));
}

#[tokio::test]
async fn a_transport_failure_is_500_with_the_request_id() {
    let world = Scripted::new([Script::Failed("BackendConnectionFailure")]);
    let outcome = Documents::default().send(&world, request()).await;
    let id = "00000000-0000-0000-0000-000000000001";
    let body =
        format!(r#"{{ "statusCode": 500, "message": "Internal server error", "activityId": "{id}" }}"#);
    assert_eq!((outcome.status(), outcome.text()), (500, body));
    assert_eq!(outcome.header("content-type"), Some("application/json"));
    assert_eq!(
        outcome.error.as_deref(),
        Some("forward-request BackendConnectionFailure forward-request[1]")
    );
}

#[tokio::test]
async fn a_timeout_is_a_fault_after_its_time() {
    let text = "<policies><backend><forward-request timeout='5' /></backend></policies>";
    let world = Scripted::new([Script::Late(Duration::from_secs(60), 200)]);
    let outcome = Documents::default()
        .with(Scope::Api, text)
        .send(&world, request())
        .await;
    assert_eq!(
        outcome.error.as_deref(),
        Some("forward-request Timeout forward-request[1]")
    );
    assert_eq!(outcome.elapsed, Duration::from_secs(5));
}

#[tokio::test]
async fn an_unbuffered_body_cannot_be_sent_twice() {
    let text = LAB.replace(" buffer-request-body=\"true\"", "");
    let world = Scripted::new([busy()]);
    let outcome = Documents::default()
        .with(Scope::Api, &text)
        .send(&world, request())
        .await;
    assert_eq!((outcome.status(), world.seen().len()), (500, 1));
    let large = "x".repeat(2000);
    let world = Scripted::new([]);
    let outcome = lab()
        .send(
            &world,
            Start {
                body: Body::Stream(stream(&large)),
                ..request()
            },
        )
        .await;
    assert_eq!(
        outcome.text(),
        r#"{ "statusCode": 413, "message": "Request body is too large" }"#
    );
}

fn stream(text: &str) -> crate::Stream {
    use http_body_util::BodyExt;
    http_body_util::Full::new(bytes::Bytes::from(text.to_owned()))
        .map_err(|never| match never {})
        .boxed_unsync()
}

#[tokio::test]
async fn error_statuses_of_a_backend_are_responses_unless_told_otherwise() {
    let on_error = "<on-error><set-header name='x-failed'><value>yes</value></set-header></on-error>";
    let text = |attribute: &str| {
        format!(
            "<policies><backend><forward-request {attribute} /></backend><outbound /> {on_error}</policies>"
        )
    };
    let plain = Documents::default().with(Scope::Api, &text(""));
    let outcome = plain
        .send(&Scripted::new([Script::Answer(404, &[], "nope")]), request())
        .await;
    assert_eq!((outcome.status(), outcome.header("x-failed")), (404, None));
    let failing = Documents::default().with(Scope::Api, &text("fail-on-error-status-code='true'"));
    let outcome = failing
        .send(&Scripted::new([Script::Answer(404, &[], "nope")]), request())
        .await;
    assert_eq!(
        (outcome.status(), outcome.header("x-failed"), outcome.text()),
        (404, Some("yes"), "nope".to_owned())
    );
}

#[tokio::test]
async fn scopes_fold_and_a_missing_base_cuts_all_broader_ones() {
    let tag = |value: &str, base: &str| {
        format!(
            "<policies><inbound>{base}<set-header name='x-tag' exists-action='append'><value>{value}</value></set-header></inbound><backend><base/></backend></policies>"
        )
    };
    let run = async |operation: &str| {
        let documents = Documents::default()
            .with(Scope::Operation, &tag("op", operation))
            .with(Scope::Api, &tag("api", "<base/>"))
            .with(
                Scope::Global,
                &tag("global", "").replace("<base/>", "<forward-request/>"),
            );
        let world = Scripted::new([]);
        documents.send(&world, request()).await;
        world.seen()[0].headers.get("x-tag").cloned()
    };
    assert_eq!(
        run("<base/>").await,
        Some(HeaderValue::from_static("global,api,op"))
    );
    assert_eq!(run("").await, Some(HeaderValue::from_static("op")));
}

#[tokio::test]
async fn return_response_ends_the_walk_clean() {
    let text = inbound(
        "<return-response><set-status code='403' reason='No'/><set-header name='a'><value>1</value><value>2</value></set-header></return-response><set-status code='0x' />",
    )
    .replace("<set-status code='0x' />", "<set-variable name='never' value='@(context.Variables[\"unset\"])'/>");
    let world = Scripted::new([]);
    let outcome = Documents::default()
        .with(Scope::Api, &text)
        .send(&world, request())
        .await;
    assert_eq!(
        (outcome.status(), outcome.parts.reason.as_deref(), outcome.text()),
        (403, Some("No"), String::new())
    );
    assert_eq!((outcome.header("a"), world.seen().len()), (Some("1,2"), 0));
}

#[tokio::test]
async fn a_walk_without_forwarding_ends_in_an_empty_200() {
    let outcome = Documents::default()
        .with(Scope::Api, "<policies><backend/></policies>")
        .send(&Scripted::new([]), request())
        .await;
    assert_eq!((outcome.status(), outcome.text()), (200, String::new()));
}

#[tokio::test]
async fn named_values_and_fragments_are_put_in_and_secrets_are_masked() {
    let text = inbound(
        "<set-header name='x-{{region}}'><value>{{secret}}</value></set-header><set-header name='x-whole'><value>{{whole}}</value></set-header><include-fragment fragment-id='tag'/>",
    );
    let world = Scripted::new([]);
    let documents = Documents::default().with(Scope::Api, &text);
    let outcome = documents
        .send(
            &world,
            Start {
                tracing: Detail::Full,
                ..request()
            },
        )
        .await;
    let headers = &world.seen()[0].headers;
    assert_eq!(headers.get("x-east").unwrap(), "hush-hush");
    assert_eq!(headers.get("x-whole").unwrap(), "computed");
    assert_eq!(headers.get("x-tag").unwrap(), "fragment");
    assert!(!format!("{:?}", outcome.events).contains("hush"));
}

#[tokio::test]
async fn urls_are_built_from_base_path_and_query() {
    let run = async |policies: &str| {
        let world = Scripted::new([]);
        Documents::default()
            .with(Scope::Api, &inbound(policies))
            .send(&world, request())
            .await;
        world.seen()[0].line.clone()
    };
    assert_eq!(run("").await, "POST http://backend.local/api/orders/7?x=1");
    let base = "<set-backend-service base-url='http://other.local/v2/' />";
    assert_eq!(run(base).await, "POST http://other.local/v2/orders/7?x=1");
    let both = format!("<set-backend-service backend-id='single' />{base}");
    assert_eq!(run(&both).await, "POST single:/orders/7?x=1");
    assert_eq!(
        run("<rewrite-uri template='/items/{id}' />").await,
        "POST http://backend.local/api/items/7?x=1"
    );
    let query =
        "<set-query-parameter name='v'><value>a b</value></set-query-parameter><set-method>PUT</set-method>";
    assert_eq!(
        run(query).await,
        "PUT http://backend.local/api/orders/7?x=1&v=a%20b"
    );
}

#[tokio::test]
async fn side_requests_wait_in_parallel_and_keep_their_answers() {
    let send = |name: &str| {
        format!(
            "<send-request response-variable-name='{name}' ignore-error='true' timeout='10'><set-url>http://side/{name}</set-url><set-method>GET</set-method></send-request>"
        )
    };
    let late = |seconds, status| Script::Late(Duration::from_secs(seconds), status);
    let text = inbound(&format!(
        "<wait for='all'>{}{}</wait><return-response response-variable-name='b'/>",
        send("a"),
        send("b")
    ));
    let world = Scripted::new([late(4, 201), late(3, 202)]);
    let outcome = Documents::default()
        .with(Scope::Api, &text)
        .send(&world, request())
        .await;
    assert_eq!(
        (outcome.status(), outcome.text(), outcome.elapsed),
        (202, "late".to_owned(), Duration::from_secs(4))
    );
    let world = Scripted::new([late(4, 201), late(3, 202)]);
    let any = text.replace("'all'", "'any'");
    let outcome = Documents::default()
        .with(Scope::Api, &any)
        .send(&world, request())
        .await;
    assert_eq!((outcome.status(), outcome.elapsed), (202, Duration::from_secs(3)));
    let world = Scripted::new([late(4, 201), late(30, 202)]);
    let outcome = Documents::default()
        .with(Scope::Api, &text)
        .send(&world, request())
        .await;
    // `b` timed out and is null, so that there is nothing to return.
    assert_eq!(
        (outcome.status(), outcome.elapsed),
        (500, Duration::from_secs(10))
    );
}

#[test]
fn deep_documents_run_on_the_stack_of_a_worker() {
    let depth = 196;
    let open = "<retry condition='false' count='1' interval='0'>".repeat(depth);
    let text = inbound(&format!("{open}{}", "</retry>".repeat(depth)));
    let run = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            Documents::default()
                .with(Scope::Api, &text)
                .send(&Scripted::new([]), request())
                .await
                .status()
        })
    };
    let worker = std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(run)
        .unwrap();
    assert_eq!(worker.join().unwrap(), 200);
}

#[tokio::test]
async fn retry_waits_on_the_clock_and_says_so() {
    let text = "<policies><backend><retry condition='@(context.Response.StatusCode == 503)' count='3' interval='2' delta='3'><forward-request buffer-request-body='true' /></retry></backend></policies>";
    let world = Scripted::new((0..3).map(|_| Script::Answer(503, &[], "down")));
    let outcome = Documents::default()
        .with(Scope::Api, text)
        .send(&world, request())
        .await;
    assert_eq!(
        (outcome.status(), outcome.elapsed),
        (200, Duration::from_secs(2 + 5 + 8))
    );
    let waits = outcome.events.iter().filter_map(|it| match it.step {
        Step::Waited { millis, retry } => Some((millis, retry)),
        _ => None,
    });
    let waits = waits.collect::<Vec<_>>();
    assert_eq!(waits, [(2000.0, 1), (5000.0, 2), (8000.0, 3)]);
}

#[tokio::test]
async fn a_backends_own_503_goes_to_outbound() {
    let text = LAB.replace(
        "<outbound><base />",
        "<outbound><set-header name='x-out'><value>yes</value></set-header>",
    );
    let world = Scripted::new((0..3).map(|_| Script::Answer(503, &[], "mine")));
    let outcome = Documents::default()
        .with(Scope::Api, &text)
        .send(&world, request())
        .await;
    assert_eq!(
        (outcome.status(), outcome.text(), outcome.header("x-out")),
        (503, "mine".to_owned(), Some("yes"))
    );
    assert_eq!(outcome.error, None);
}

#[tokio::test]
async fn a_fault_knows_where_it_arose() {
    let failing = "<set-variable id='mine' name='a' value='@(context.Variables[\"unset\"])' />";
    let text = inbound(&format!(
        "<choose><when condition='false' /><when condition='true'><set-method>GET</set-method>{failing}</when></choose>"
    ));
    let outcome = Documents::default()
        .with(Scope::Api, &text)
        .send(&Scripted::new([]), request())
        .await;
    let place = "choose[1]/when[2]/set-variable[1]";
    assert_eq!(
        outcome.error,
        Some(format!("set-variable ExpressionValueEvaluationFailure {place}"))
    );
    let text = inbound(
        "<choose><when condition='false' /><when condition='@((bool)context.Variables[\"unset\"])' /></choose>",
    );
    let outcome = Documents::default()
        .with(Scope::Api, &text)
        .send(&Scripted::new([]), request())
        .await;
    assert_eq!(
        outcome.error.as_deref(),
        Some("choose ExpressionValueEvaluationFailure choose[1]/when[2]")
    );
}

#[tokio::test]
async fn an_error_in_on_error_ends_in_the_default_500() {
    let text = "<policies><inbound><ip-filter action='forbid'><address>10.0.0.9</address></ip-filter></inbound><backend /><on-error><set-header name='x'><value>1</value></set-header><set-variable name='a' value='@(context.Variables[\"unset\"])' /><set-status code='200' /></on-error></policies>";
    let outcome = Documents::default()
        .with(Scope::Api, text)
        .send(&Scripted::new([]), request())
        .await;
    assert_eq!((outcome.status(), outcome.header("x")), (500, None));
    assert!(outcome.error.unwrap_or_default().starts_with("ip-filter"));
}

#[tokio::test]
async fn nobody_waits_for_a_one_way_request() {
    let text = inbound(
        "<send-one-way-request mode='copy'><set-url>http://audit/x</set-url><set-header name='x-a'><value>1</value></set-header></send-one-way-request>",
    );
    let world = Scripted::new([]);
    let outcome = Documents::default()
        .with(Scope::Api, &text)
        .send(&world, request())
        .await;
    tokio::task::yield_now().await;
    assert_eq!(outcome.status(), 200);
    let audit = world
        .seen()
        .into_iter()
        .find(|it| it.line == "POST http://audit/x")
        .unwrap();
    assert_eq!(
        (
            audit.body.as_str(),
            audit.headers.get("x-a").map(HeaderValue::as_bytes)
        ),
        ("payload", Some(&b"1"[..]))
    );
    assert!(!audit.headers.contains_key("host"));
}

#[tokio::test]
async fn a_mock_answers_with_the_documented_example() {
    let json = ("application/json".to_owned(), vec!["{\"id\":1}".to_owned()]);
    let responses = vec![MockResponse {
        status: 200,
        representations: vec![json],
    }];
    let template = Some(Arc::new(OperationTemplate {
        responses,
        ..OperationTemplate::default()
    }));
    let documents = Documents::default().with(Scope::Api, &inbound("<mock-response />"));
    let outcome = documents
        .send(
            &Scripted::new([]),
            Start {
                template,
                ..request()
            },
        )
        .await;
    assert_eq!(
        (outcome.text(), outcome.header("content-type")),
        ("{\"id\":1}".to_owned(), Some("application/json"))
    );
}
