use super::backend::{BREAKER, OK, Running, Scripted, Then, auto, plan};
use clock::Clock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use trace::Outcome;

const FORWARD: &str = "<forward-request/>";
const CUT: &str = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nthe first part";

async fn ask(running: &Running) -> TcpStream {
    let mut stream = TcpStream::connect(running.address).await.expect("connected");
    stream
        .write_all(b"GET /api/a HTTP/1.1\r\nhost: h\r\n\r\n")
        .await
        .expect("written");
    stream
}

/// Lets other tasks run until `done`.
async fn until(done: impl Fn() -> bool) {
    while !done() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_backend_that_breaks_off_breaks_the_answer_off_behind_its_head() {
    let backend = Scripted::start(&[Then::Close(CUT)]).await;
    for policy in [FORWARD, r#"<forward-request buffer-response="false"/>"#] {
        let running = Running::start(plan(backend.address, BREAKER, policy), Clock::real()).await;
        let mut text = String::new();
        let mut stream = ask(&running).await;
        // A close in mid body may come as a reset.
        drop(stream.read_to_string(&mut text).await);
        assert!(
            text.starts_with("HTTP/1.1 200 OK\r\n") && text.ends_with("the first part"),
            "{text}"
        );
        assert_eq!(running.gateway.records(1)[0].attempts().count(), 1);
    }
}

#[tokio::test]
async fn a_caller_that_leaves_takes_the_call_along_and_nothing_is_counted() {
    let backend = Scripted::start(&[Then::Hold, Then::Keep(OK)]).await;
    let running = Running::start(plan(backend.address, BREAKER, FORWARD), Clock::real()).await;
    let stream = ask(&running).await;
    until(|| backend.seen.lock().len() == 1).await;
    drop(stream);
    until(|| running.gateway.records(1).len() == 1).await;

    let record = running.gateway.records(1)[0].clone();
    assert_eq!(
        (record.summary.status, record.summary.error.as_deref()),
        (0, Some("ClientConnectionFailure"))
    );
    let outcomes: Vec<&Outcome> = record.attempts().map(|attempt| &attempt.outcome).collect();
    assert!(matches!(outcomes[..], [Outcome::Failed { reason, .. }] if reason == "ClientConnectionFailure"));
    assert_eq!(running.gateway.breakers()[0].rules[0].calls, 0);
    assert_eq!(running.get("/api/a").await.head.status, 200);
    assert_eq!(
        backend.connections(),
        [0, 1],
        "the first connection went with the call"
    );
}

#[tokio::test]
async fn a_head_that_does_not_come_in_time_is_a_timeout_that_a_breaker_may_count() {
    let backend = Scripted::start(&[Then::Hold]).await;
    let policy = r#"<forward-request timeout-ms="20"/>"#;
    let running = Running::start(plan(backend.address, BREAKER, policy), Clock::scaled(100.0, None)).await;
    assert_eq!(running.get("/api/a").await.head.status, 500);
    let record = running.gateway.records(1)[0].clone();
    let attempt = record.attempts().next().expect("an attempt").clone();
    assert!(matches!(&attempt.outcome, Outcome::Failed { reason, .. } if reason == "Timeout"));
    assert!(attempt.tripped.is_some());
    assert_eq!(running.get("/api/a").await.head.status, 503);
    assert!(running.gateway.reset_breaker("B"));
    assert!(running.gateway.breakers()[0].open.is_none());
}

#[tokio::test]
async fn a_reload_keeps_requests_in_flight_and_the_breakers_of_what_stayed() {
    const FAILED: &str = "HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n";
    let backend = Scripted::start(&[Then::Hold, Then::Keep(FAILED), Then::Keep(OK)]).await;
    let clock = auto();
    let running = Running::start(plan(backend.address, BREAKER, FORWARD), clock).await;
    let stream = ask(&running).await;
    until(|| backend.seen.lock().len() == 1).await;
    assert_eq!(running.get("/api/a").await.head.status, 500);
    running.gateway.reload(plan(backend.address, BREAKER, FORWARD));
    assert_eq!(
        running.get("/api/a").await.head.status,
        503,
        "its breaker is still open"
    );
    running.gateway.reload(plan(backend.address, "", FORWARD));
    assert_eq!(
        running.get("/api/a").await.head.status,
        200,
        "a changed backend starts fresh"
    );
    assert_eq!(
        running.gateway.records(9).len(),
        3,
        "the first is still on its way"
    );
    drop(stream);
    until(|| running.gateway.records(9).len() == 4).await;
}
