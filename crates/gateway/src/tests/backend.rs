use crate::{Gateway, Options};
use bytes::Bytes;
use clock::{Clock, Dice, Moment};
use http_body_util::{BodyExt, Full};
use model::{Api, Backend, Operation, PolicyDocument, Service};
use parking_lot::Mutex;
use service::{LoadOptions, Plan, load};
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wire::{Client, ClientOptions};

/// A server that answers each request with the next text, as it stands, and closes the connection after a text that ends early.
pub(super) struct Scripted {
    pub(super) address: SocketAddr,
    /// Requests as received, and on which connection.
    pub(super) seen: Arc<Mutex<Vec<(usize, String)>>>,
}

/// What a connection of [`Scripted`] does with a request.
#[derive(Clone, Copy)]
pub(super) enum Then {
    /// Writes the text and goes on.
    Keep(&'static str),
    /// Writes the text and closes.
    Close(&'static str),
    /// Says nothing.
    Hold,
}

impl Scripted {
    pub(super) async fn start(script: &[Then]) -> Scripted {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (script, log) = (Arc::new(Mutex::new(script.to_vec())), seen.clone());
        tokio::spawn(async move {
            for connection in 0.. {
                let Ok((stream, _)) = listener.accept().await else {
                    return;
                };
                tokio::spawn(converse(stream, connection, script.clone(), log.clone()));
            }
        });
        Scripted { address, seen }
    }

    pub(super) fn connections(&self) -> Vec<usize> {
        self.seen
            .lock()
            .iter()
            .map(|(connection, _)| *connection)
            .collect()
    }
}

async fn converse(
    mut stream: TcpStream,
    connection: usize,
    script: Arc<Mutex<Vec<Then>>>,
    log: Arc<Mutex<Vec<(usize, String)>>>,
) {
    let mut text = Vec::new();
    let mut piece = [0; 4096];
    loop {
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return,
            Ok(size) => text.extend_from_slice(&piece[..size]),
        }
        // Requests of these tests have no body, or one that comes with the head.
        if !text.windows(4).any(|window| window == b"\r\n\r\n") {
            continue;
        }
        log.lock()
            .push((connection, String::from_utf8_lossy(&text).into_owned()));
        text.clear();
        let then = {
            let mut script = script.lock();
            if script.len() > 1 {
                script.remove(0)
            } else {
                script[0]
            }
        };
        match then {
            Then::Keep(answer) => stream.write_all(answer.as_bytes()).await.expect("written"),
            Then::Close(answer) => {
                stream.write_all(answer.as_bytes()).await.expect("written");
                return;
            }
            Then::Hold => (),
        }
    }
}

pub(super) const OK: &str = "HTTP/1.1 200 Fine\r\nx-region: here\r\ncontent-length: 5\r\n\r\nhello";

/// A service with the backend `b` and an open API at `/api` that sends everything there.
pub(super) fn plan(backend: SocketAddr, breaker: &str, policy: &str) -> Arc<Plan> {
    let mut b: Backend = serde_json::from_str(&format!(
        r#"{{"url":"http://{backend}/base/","protocol":"http"{breaker}}}"#
    ))
    .expect("a backend");
    b.name = "b".to_owned();
    let operation = |method: &str| Operation {
        name: format!("all-{}", method.to_lowercase()),
        display_name: method.to_owned(),
        method: method.to_owned(),
        url_template: "/*".to_owned(),
        ..Operation::default()
    };
    let policy = format!(
        r#"<policies><inbound><base/><set-backend-service backend-id="b"/></inbound><backend>{policy}</backend>
           <outbound><base/></outbound><on-error><base/></on-error></policies>"#
    );
    let api = Api {
        name: "api".to_owned(),
        display_name: "API".to_owned(),
        path: "api".to_owned(),
        revision: "1".to_owned(),
        is_current: true,
        is_online: true,
        operations: ["GET", "HEAD", "POST"].into_iter().map(operation).collect(),
        policy: Some(PolicyDocument::raw(source::Source::new("api.xml", policy))),
        ..Api::default()
    };
    let service = Service {
        name: "test".to_owned(),
        apis: vec![api],
        backends: vec![b],
        ..Service::default()
    };
    let loaded = load(service, &LoadOptions::default());
    loaded.plan.unwrap_or_else(|| panic!("{:?}", loaded.findings))
}

/// A breaker that one 500 opens for a minute.
pub(super) const BREAKER: &str = r#","circuitBreaker":{"rules":[{"name":"r","failureCondition":{"count":1,"interval":"PT1M",
    "statusCodeRanges":[{"min":500,"max":599}],"errorReasons":["Timeout"]},"tripDuration":"PT1M"}]}"#;

pub(super) struct Running {
    pub(super) gateway: Arc<Gateway>,
    pub(super) address: SocketAddr,
    pub(super) clock: Clock,
    client: Client<Full<Bytes>>,
}

/// An answer, read to its end.
pub(super) struct Answer {
    pub(super) head: http::response::Parts,
    pub(super) body: Result<String, wire::SendError>,
}

impl Running {
    pub(super) async fn start(plan: Arc<Plan>, clock: Clock) -> Running {
        let gateway = Gateway::new(plan, Options::new(clock.clone(), Dice::new(1)));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        tokio::spawn(crate::serve(gateway.clone(), listener, pending()));
        let client = Client::new(&clock, ClientOptions::default());
        Running {
            gateway,
            address,
            clock,
            client,
        }
    }

    pub(super) async fn send(&self, method: &str, path: &str, body: &'static str) -> Answer {
        let request = http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address));
        let request = request
            .header("te", "trailers")
            .body(Full::from(body))
            .expect("a request");
        let in_process = self.clock.is_virtual();
        let response = self
            .clock
            .serve(self.client.send(request, in_process))
            .await
            .expect("an answer");
        let (head, body) = response.into_parts();
        let body = match body.collect().await {
            Ok(body) => Ok(String::from_utf8_lossy(&body.to_bytes()).into_owned()),
            Err(error) => Err(wire::SendError {
                failure: wire::Failure::Broken,
                message: error.to_string(),
            }),
        };
        Answer { head, body }
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "").await
    }
}

/// Manual time that moves by itself, from a fixed moment.
pub(super) fn auto() -> Clock {
    Clock::auto(Moment::from_seconds(1_767_225_600))
}
