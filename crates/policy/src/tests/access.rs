//! Who may call, and what callers are told about it.

use super::inbound;
use super::world::{Documents, Scripted, request};
use crate::{Exchange, Scope, Start, default_global, fold};
use http::{HeaderValue, Method};

#[tokio::test]
async fn access_policies_refuse_with_their_own_words() {
    let run = async |policies: &str| {
        let outcome = Documents::default()
            .with(Scope::Api, &inbound(policies))
            .send(&Scripted::new([]), request())
            .await;
        (outcome.text(), outcome.error.unwrap_or_default())
    };
    let (text, error) = run("<ip-filter action='forbid'><address>10.0.0.9</address></ip-filter>").await;
    assert_eq!(text, r#"{ "statusCode": 403, "message": "Forbidden" }"#);
    assert_eq!(error, "ip-filter CallerIpBlocked ip-filter[1]");
    let (text, error) = run("<check-header name='x-team' failed-check-httpcode='401' failed-check-error-message='who?' ignore-case='true'/>").await;
    assert_eq!(text, r#"{ "statusCode": 401, "message": "who?" }"#);
    assert_eq!(error, "check-header HeaderNotFound check-header[1]");
    let (text, _) = run("<limit-concurrency key='k' max-count='1'><limit-concurrency key='k' max-count='1'/></limit-concurrency>").await;
    assert_eq!(text, r#"{ "statusCode": 429, "message": "Too Many Requests" }"#);
}

#[tokio::test]
async fn identities_authenticate_to_the_backend() {
    let run = async |policies: &str| {
        let world = Scripted::new([]);
        let outcome = Documents::default()
            .with(Scope::Api, &inbound(policies))
            .send(&world, request())
            .await;
        (
            outcome.status(),
            world
                .seen()
                .first()
                .and_then(|it| it.headers.get("authorization").cloned()),
        )
    };
    let identity =
        "<authentication-managed-identity resource='urn:r' client-id='nobody' ignore-error='true'/>";
    assert_eq!(run(identity).await, (200, None));
    assert_eq!(run(&identity.replace("true", "false")).await, (500, None));
    let token = Some(HeaderValue::from_static("Bearer token-for-urn:r"));
    assert_eq!(
        run("<authentication-managed-identity resource='urn:r'/>").await,
        (200, token)
    );
    let basic = Some(HeaderValue::from_static("Basic YTpi"));
    assert_eq!(
        run("<authentication-basic username='a' password='b'/>").await,
        (200, basic)
    );
}

#[tokio::test]
async fn cors_headers_reach_errors_behind_the_policy() {
    let cors = "<cors><allowed-origins><origin>http://app.local</origin></allowed-origins><allowed-headers><header>*</header></allowed-headers></cors>";
    let run = async |origin: &'static str, policies: &str| {
        let mut start = Start {
            method: Method::GET,
            ..request()
        };
        start.headers.insert("origin", HeaderValue::from_static(origin));
        let world = Scripted::new([]);
        let outcome = Documents::default()
            .with(Scope::Api, &inbound(policies))
            .send(&world, start)
            .await;
        (
            outcome.status(),
            outcome.header("access-control-allow-origin").map(str::to_owned),
            world.seen().len(),
        )
    };
    let app = Some("http://app.local".to_owned());
    assert_eq!(run("http://app.local", cors).await, (200, app.clone(), 1));
    assert_eq!(run("http://evil.local", cors).await, (200, None, 0));
    let failing = format!(
        "{cors}<check-header name='x' failed-check-httpcode='400' failed-check-error-message='x' ignore-case='true'/>"
    );
    assert_eq!(run("http://app.local", &failing).await, (400, app, 0));
}

#[tokio::test]
async fn a_preflight_is_answered_by_cors_alone() {
    let text = inbound(
        "<set-variable name='never' value='@(context.Variables[\"unset\"])'/><cors allow-credentials='true'><allowed-origins><origin>*</origin></allowed-origins><allowed-methods preflight-result-max-age='60'><method>PUT</method></allowed-methods><allowed-headers><header>x-a</header></allowed-headers></cors>",
    );
    let documents = Documents::default().with(Scope::Api, &text);
    let walk = fold(&[documents.folded[0].clone(), default_global()]);
    let world = Scripted::new([]);
    let ask = |method: &'static str, headers: &'static str| {
        let mut start = Start {
            method: Method::OPTIONS,
            ..request()
        };
        start
            .headers
            .insert("origin", HeaderValue::from_static("http://app.local"));
        start
            .headers
            .insert("access-control-request-method", HeaderValue::from_static(method));
        start.headers.insert(
            "access-control-request-headers",
            HeaderValue::from_static(headers),
        );
        let mut exchange = Exchange::new(start);
        assert!(walk.preflight(&mut exchange, &world));
        let parts = exchange.take_response();
        let mut lines: Vec<_> = parts
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        lines.sort();
        (parts.status.as_u16(), lines)
    };
    let expected = [
        "access-control-allow-credentials: true",
        "access-control-allow-headers: x-a",
        "access-control-allow-methods: PUT",
        "access-control-allow-origin: http://app.local",
        "access-control-max-age: 60",
        "vary: Origin",
    ];
    assert_eq!(ask("PUT", "X-A"), (200, expected.map(str::to_owned).to_vec()));
    assert_eq!(ask("DELETE", "x-a"), (200, Vec::new()));
    assert_eq!(ask("PUT", "x-b"), (200, Vec::new()));
    assert!(walk.has_cors() && !fold(&[default_global()]).has_cors());
}
