use crate::peers::Target;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Bytes of a large body, both ways.
pub(crate) const LARGE: usize = 64 * 1024;

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Payload {
    /// A short chat completion.
    Plain,
    /// 64 KB there and back.
    Large,
    /// A stream of server-sent events.
    Stream,
    /// One that does not end.
    Held,
}

impl Payload {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Payload::Plain => "chat completion",
            Payload::Large => "64 KB bodies",
            Payload::Stream => "SSE, 20 frames",
            Payload::Held => "SSE without end",
        }
    }

    /// The deployment names the payload, so that every target takes the same path.
    fn deployment(self) -> &'static str {
        match self {
            Payload::Plain => "plain",
            Payload::Large => "large",
            Payload::Stream => "stream",
            Payload::Held => "held",
        }
    }

    pub(crate) fn of(path: &str) -> Payload {
        [Payload::Large, Payload::Stream, Payload::Held]
            .into_iter()
            .find(|payload| path.contains(payload.deployment()))
            .unwrap_or(Payload::Plain)
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Payload::Stream | Payload::Held => "text/event-stream",
            _ => "application/json",
        }
    }

    /// The bytes of a request.
    pub(crate) fn request(self, target: &Target) -> Vec<u8> {
        let prompt = match self {
            Payload::Large => "x".repeat(LARGE),
            _ => "Tell me something about clocks that I do not know yet.".to_owned(),
        };
        let streams = matches!(self, Payload::Stream | Payload::Held);
        let body = format!(r#"{{"messages":[{{"role":"user","content":"{prompt}"}}],"stream":{streams}}}"#);
        let path = format!(
            "{}/deployments/{}/chat/completions?api-version=2024-10-21",
            target.prefix,
            self.deployment()
        );
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\napi-key: {}\r\ncontent-length: {}\r\n\r\n",
            target.address,
            target.key,
            body.len()
        );
        [head.into_bytes(), body.into_bytes()].concat()
    }
}

/// What one target did.
#[derive(Default)]
pub(crate) struct Load {
    latencies: Vec<Duration>,
    elapsed: Duration,
    pub(crate) failures: usize,
}

impl Load {
    pub(crate) fn add(&mut self, other: Load) {
        self.latencies.extend(other.latencies);
        self.elapsed += other.elapsed;
        self.failures += other.failures;
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// The latency that a share of requests stays under.
    pub(crate) fn quantile(&self, share: f64) -> Duration {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        let at = ((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1));
        sorted.get(at).copied().unwrap_or_default()
    }
}

/// Asks over `connections` kept-alive connections, one request at a time on each, for `time`.
pub(crate) async fn run(target: &Target, payload: Payload, connections: usize, time: Duration) -> Load {
    let request = payload.request(target);
    let begun = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|_| tokio::spawn(ask(target.address, request.clone(), begun + time)))
        .collect();
    let mut load = Load::default();
    for task in tasks {
        match task.await {
            Ok((latencies, failures)) => {
                load.latencies.extend(latencies);
                load.failures += failures;
            }
            Err(_) => load.failures += 1,
        }
    }
    load.elapsed = begun.elapsed();
    load
}

async fn ask(address: std::net::SocketAddr, request: Vec<u8>, end: Instant) -> (Vec<Duration>, usize) {
    let mut latencies = Vec::with_capacity(65_536);
    let mut failures = 0;
    let mut connection = None;
    let mut buffer = Vec::with_capacity(2 * LARGE);
    while Instant::now() < end && failures < 100 {
        let begun = Instant::now();
        match exchange(&mut connection, address, &request, &mut buffer).await {
            Ok(true) => latencies.push(begun.elapsed()),
            Ok(false) => failures += 1,
            Err(_) => {
                failures += 1;
                connection = None;
            }
        }
    }
    (latencies, failures)
}

async fn exchange(
    connection: &mut Option<TcpStream>,
    address: std::net::SocketAddr,
    request: &[u8],
    buffer: &mut Vec<u8>,
) -> std::io::Result<bool> {
    if connection.is_none() {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        *connection = Some(stream);
    }
    let Some(stream) = connection else {
        return Ok(false);
    };
    stream.write_all(request).await?;
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if is_whole(buffer) {
            return Ok(buffer.starts_with(b"HTTP/1.1 200"));
        }
    }
}

// As much of HTTP as the three targets speak: a length, or chunks up to the last.
fn is_whole(buffer: &[u8]) -> bool {
    let Some(head) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else {
        return false;
    };
    let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
    let body = &buffer[head + 4..];
    match text.lines().find_map(|line| line.strip_prefix("content-length:")) {
        Some(length) => length
            .trim()
            .parse::<usize>()
            .is_ok_and(|length| body.len() >= length),
        None => body.ends_with(b"0\r\n\r\n"),
    }
}
