use super::backend::{BREAKER, OK, Running, Scripted, Then, auto, plan};
use bytes::Bytes;
use clock::Clock;
use http_body_util::{BodyExt, Full};
use trace::Outcome;
use wire::{Client, ClientOptions, Version};

const FORWARD: &str = "<forward-request/>";

#[tokio::test]
async fn a_request_reaches_its_backend_and_the_answer_its_caller() {
    let backend = Scripted::start(&[Then::Keep(OK)]).await;
    let running = Running::start(plan(backend.address, "", FORWARD), auto()).await;
    let answer = running.send("POST", "/api/x/../a%2fb?q=1", "body").await;

    assert_eq!(answer.head.status, 200);
    assert_eq!(answer.body.expect("whole"), "hello");
    assert_eq!(answer.head.headers["x-region"], "here");
    assert_eq!(answer.head.headers["date"], "Thu, 01 Jan 2026 00:00:00 GMT");
    assert_eq!(answer.head.headers["content-length"], "5");
    let reason = answer
        .head
        .extensions
        .get::<hyper::ext::ReasonPhrase>()
        .expect("its own");
    assert_eq!(reason.as_bytes(), b"Fine");

    let seen = backend.seen.lock()[0].1.to_ascii_lowercase();
    assert!(seen.starts_with("post /base/a%2fb?q=1 http/1.1\r\n"), "{seen}");
    assert!(seen.contains(&format!("host: {}\r\n", backend.address)), "{seen}");
    assert!(seen.contains("x-forwarded-for: 127.0.0.1\r\n"), "{seen}");
    assert!(
        seen.contains("content-length: 4\r\n") && seen.ends_with("\r\n\r\nbody"),
        "{seen}"
    );
    assert!(
        !seen.contains("trailers") && !seen.contains("x-apimite"),
        "{seen}"
    );
}

#[tokio::test]
async fn paths_that_match_nothing_are_not_found_and_health_is_answered_before() {
    let backend = Scripted::start(&[Then::Hold]).await;
    let running = Running::start(plan(backend.address, "", FORWARD), auto()).await;
    for path in ["/", "/other", "/apiary"] {
        let answer = running.get(path).await;
        assert_eq!(answer.head.status, 404, "{path}");
        assert_eq!(
            answer.body.expect("whole"),
            r#"{ "statusCode": 404, "message": "Resource not found" }"#
        );
    }
    assert_eq!(running.get("/status-0123456789abcdef").await.head.status, 200);
    let records = running.gateway.records(10);
    assert_eq!(records.len(), 3, "health is not recorded");
    assert_eq!(records[0].summary.error.as_deref(), Some("OperationNotFound"));
}

#[tokio::test]
async fn the_head_of_an_answer_to_head_keeps_its_length() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n";
    let backend = Scripted::start(&[Then::Keep(head)]).await;
    let running = Running::start(plan(backend.address, "", FORWARD), auto()).await;
    for _ in 0..2 {
        let answer = running.send("HEAD", "/api/a", "").await;
        assert_eq!(answer.head.headers["content-length"], "7");
        assert_eq!(answer.body.expect("whole"), "");
    }
    assert_eq!(backend.connections(), [0, 0]);
}

#[tokio::test]
async fn connections_are_kept_and_one_that_was_closed_is_replaced() {
    for clock in [auto(), Clock::real()] {
        let script = [Then::Keep(OK), Then::Close(OK), Then::Keep(OK), Then::Keep(OK)];
        let backend = Scripted::start(&script).await;
        let running = Running::start(plan(backend.address, "", FORWARD), clock).await;
        for _ in 0..4 {
            assert_eq!(running.get("/api/a").await.body.expect("whole"), "hello");
        }
        // In real time connections belong to threads, so which one is taken again is not for a test to say.
        if running.clock.is_virtual() {
            assert_eq!(backend.connections(), [0, 0, 1, 1]);
        }
    }
}

#[tokio::test]
async fn an_answer_that_ends_with_its_connection_is_whole() {
    let script = [
        Then::Close("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nuntil the end"),
        Then::Close("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"),
    ];
    let backend = Scripted::start(&script).await;
    let running = Running::start(plan(backend.address, "", FORWARD), auto()).await;
    assert_eq!(running.get("/api/a").await.body.expect("whole"), "until the end");
    assert_eq!(running.get("/api/a").await.head.status, 204);
}

#[tokio::test]
async fn failures_below_http_are_500_with_their_reason() {
    let backend = Scripted::start(&[Then::Close("")]).await;
    let running = Running::start(plan(backend.address, BREAKER, FORWARD), auto()).await;
    assert_eq!(running.get("/api/a").await.head.status, 500);

    let nobody = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a free port")
        .local_addr()
        .expect("bound");
    running.gateway.reload(plan(nobody, BREAKER, FORWARD));
    assert_eq!(running.get("/api/a").await.head.status, 500);

    let outcomes: Vec<String> = running.gateway.records(2).iter().map(|it| outcome(it)).collect();
    assert_eq!(
        outcomes[0],
        "BackendConnectionFailure: Underlying transport connection was unexpectedly closed."
    );
    assert!(
        outcomes[1].starts_with(&format!(
            "BackendConnectionFailure: Connection to {nobody} failed: "
        )),
        "{outcomes:?}"
    );
}

fn outcome(record: &trace::Record) -> String {
    match &record.attempts().next().expect("an attempt").outcome {
        Outcome::Failed { reason, message } => format!("{reason}: {message}"),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn http_2_without_tls_is_served() {
    let backend = Scripted::start(&[Then::Keep(OK)]).await;
    let running = Running::start(plan(backend.address, "", FORWARD), auto()).await;
    let options = ClientOptions {
        version: Version::Two,
        ..ClientOptions::default()
    };
    let client: Client<Full<Bytes>> = Client::new(&running.clock, options);
    let request = http::Request::get(format!("http://{}/api/a", running.address)).body(Full::default());
    let response = client
        .send(request.expect("a request"), true)
        .await
        .expect("an answer");
    assert_eq!(
        (response.status().as_u16(), response.version()),
        (200, http::Version::HTTP_2)
    );
    assert_eq!(
        response.into_body().collect().await.expect("whole").to_bytes(),
        "hello"
    );
}
