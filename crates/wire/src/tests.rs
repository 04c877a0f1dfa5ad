use crate::{BoxError, Client, ClientOptions, Incoming, serve};
use bytes::Bytes;
use clock::{Clock, Moment};
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full};
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpListener;

/// Ten frames, one per second of the clock; counts those that were produced.
struct Ticks {
    clock: Clock,
    sleep: clock::Sleep,
    left: usize,
    produced: Arc<AtomicUsize>,
}

impl Body for Ticks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        std::task::ready!(Pin::new(&mut self.sleep).poll(context));
        self.left -= 1;
        self.produced.fetch_add(1, Ordering::SeqCst);
        let next = self.sleep.deadline() + Duration::from_secs(1);
        self.sleep = self.clock.sleep_until(next);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"tick\n")))))
    }
}

async fn ticking(clock: &Clock) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let produced = Arc::new(AtomicUsize::new(0));
    let (inner, counted) = (clock.clone(), produced.clone());
    let service = move |_peer, request: Request<Incoming>| {
        let (clock, produced) = (inner.clone(), counted.clone());
        async move {
            assert!(!request.headers().contains_key(crate::HOP));
            clock.sleep(Duration::from_secs(5)).await;
            let sleep = clock.sleep(Duration::from_secs(1));
            Ok::<_, BoxError>(Response::new(Ticks {
                clock,
                sleep,
                left: 10,
                produced,
            }))
        }
    };
    tokio::spawn(serve(listener, clock.clone(), service, std::future::pending()));
    (address, produced)
}

fn get(address: SocketAddr) -> Request<Full<Bytes>> {
    Request::get(format!("http://{address}/"))
        .body(Full::default())
        .expect("valid")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn manual_time_follows_a_streamed_call_over_a_socket() {
    let clock = Clock::auto(Moment::EPOCH);
    let (address, _) = ticking(&clock).await;
    let client = Client::new(&clock, ClientOptions::default());
    let inner = clock.clone();
    let seen = clock
        .serve(async move {
            let mut seen = Vec::new();
            for _ in 0..20 {
                let head = inner
                    .timeout(Duration::from_secs(30), client.send(get(address), true))
                    .await;
                let mut response = head.expect("in time").expect("answered");
                seen.push(inner.now().seconds());
                while let Some(frame) = response.frame().await {
                    frame.expect("whole");
                    seen.push(inner.now().seconds());
                }
            }
            seen
        })
        .await;
    let expected: Vec<i64> = (0..20)
        .flat_map(|n| (5..=15).map(move |second| n * 15 + second))
        .collect();
    assert_eq!(seen, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_leaves_stops_the_answer_before_time_moves() {
    let clock = Clock::auto(Moment::EPOCH);
    let (address, produced) = ticking(&clock).await;
    let client = Client::new(&clock, ClientOptions::default());
    let inner = clock.clone();
    clock
        .serve(async move {
            let mut response = client.send(get(address), true).await.expect("answered");
            for _ in 0..3 {
                response.frame().await.expect("a frame").expect("whole");
            }
            drop(response);
            inner.sleep(Duration::from_secs(100)).await;
        })
        .await;
    assert_eq!(produced.load(Ordering::SeqCst), 3);
    assert_eq!(clock.now(), Moment::from_seconds(108));
}
