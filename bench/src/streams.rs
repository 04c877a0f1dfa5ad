//! What token limits, token metrics and logs cost a stream: time to its first byte, and memory while it is open.

use crate::load::Payload;
use crate::peers::{Apimite, Target};
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Calls of each gateway for the time to the first byte, in turns.
const CALLS: usize = 2_000;
/// Streams that are open at the same time.
const OPEN: usize = 1_000;
/// How long they stay open before memory is looked at; each gets several frames.
const REST: Duration = Duration::from_secs(5);

/// Measures and prints both.
pub(crate) async fn measure(binary: &str, upstream: SocketAddr) -> std::io::Result<()> {
    let off = Apimite::start(binary, upstream, "streams-off", streaming).await?;
    let on = Apimite::start(binary, upstream, "streams-on", watching).await?;
    let gateways = [("off", &off), ("on", &on)];
    let mut firsts: [Vec<Duration>; 2] = Default::default();
    for (_, gateway) in gateways {
        for _ in 0..CALLS / 10 {
            first_byte(&mut None, &gateway.target()).await?; // Warm up.
        }
    }
    let mut connections = [None, None];
    for _ in 0..CALLS {
        for (at, (_, gateway)) in gateways.iter().enumerate() {
            firsts[at].push(first_byte(&mut connections[at], &gateway.target()).await?);
        }
    }
    println!("\ntime to the first byte of a stream, one connection, {CALLS} calls of each in turns");
    for share in [0.5, 0.9, 0.99] {
        let [off, on] = firsts.each_mut().map(|all| quantile(all, share));
        println!(
            "p{:<3} off {off:7.0} us   on {on:7.0} us   grows by {:6.0} us (bound 1000)",
            share * 100.0,
            on - off
        );
    }
    println!("\nmemory of a stream while it is open, {OPEN} at the same time");
    for (name, gateway) in gateways {
        let before = gateway.resident("VmRSS")?;
        let target = gateway.target();
        let mut open = Vec::with_capacity(OPEN);
        for _ in 0..OPEN {
            open.push(open_stream(&target).await?);
        }
        tokio::time::sleep(REST).await;
        let after = gateway.resident("VmRSS")?;
        let each = (after - before) * 1024.0 / OPEN as f64;
        println!(
            "{name:<4} {before:6.1} MB before, {after:6.1} MB with all open: {each:5.1} KB each (bound 64)"
        );
    }
    Ok(())
}

const POLICY: &str = "apis/inference-api/policy.xml";

/// Without that, a gateway holds frames back until there are 8 KB of them, as in Azure.
fn streaming(folder: &Path) -> std::io::Result<()> {
    let policy = folder.join(POLICY);
    let text = std::fs::read_to_string(&policy)?;
    std::fs::write(
        &policy,
        text.replace(
            "<forward-request ",
            r#"<forward-request buffer-response="false" "#,
        ),
    )
}

/// Token limit, token metrics and logs of both kinds, which go to a file.
fn watching(folder: &Path) -> std::io::Result<()> {
    streaming(folder)?;
    let policy = folder.join(POLICY);
    let text = std::fs::read_to_string(&policy)?.replacen(
        "<base />",
        r#"<base />
        <llm-token-limit counter-key="@(context.Subscription.Id)" tokens-per-minute="1000000000" estimate-prompt-tokens="true"
                         remaining-tokens-header-name="x-left" tokens-consumed-header-name="x-used" />
        <llm-emit-token-metric namespace="bench"><dimension name="API ID" /><dimension name="Subscription ID" /></llm-emit-token-metric>"#,
        1,
    );
    std::fs::write(&policy, text)?;
    for (name, properties) in [
        (
            "azuremonitor",
            r#"{"properties":{"largeLanguageModel":{"logs":"enabled"},"sampling":{"percentage":100}}}"#,
        ),
        (
            "applicationinsights",
            r#"{"properties":{"metrics":true,"alwaysLog":"allErrors","sampling":{"percentage":100}}}"#,
        ),
    ] {
        let place = folder.join("diagnostics").join(name);
        std::fs::create_dir_all(&place)?;
        std::fs::write(place.join("diagnosticInformation.json"), properties)?;
    }
    let settings = folder.join("apimite.toml");
    let rows = folder.join("rows.jsonl");
    let text = std::fs::read_to_string(&settings)?;
    std::fs::write(
        &settings,
        format!("{text}\n[sinks]\nfile = \"{}\"\n", rows.display()),
    )
}

/// How long after it was sent a call's first frame is here; its stream is read to the end.
async fn first_byte(connection: &mut Option<TcpStream>, target: &Target) -> std::io::Result<Duration> {
    if connection.is_none() {
        *connection = Some(connect(target).await?);
    }
    let Some(stream) = connection else {
        return Err(std::io::ErrorKind::NotConnected.into());
    };
    let begun = Instant::now();
    stream.write_all(&Payload::Stream.request(target)).await?;
    let mut buffer = Vec::with_capacity(16 * 1024);
    let mut first = None;
    loop {
        if stream.read_buf(&mut buffer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if first.is_none() && contains(&buffer, b"data: ") {
            first = Some(begun.elapsed());
        }
        if buffer.ends_with(b"0\r\n\r\n") {
            return first.ok_or_else(|| std::io::Error::other(String::from_utf8_lossy(&buffer).into_owned()));
        }
    }
}

/// A stream that has begun and does not end; it is read along.
async fn open_stream(target: &Target) -> std::io::Result<tokio::task::JoinHandle<()>> {
    let mut stream = connect(target).await?;
    stream.write_all(&Payload::Held.request(target)).await?;
    let mut buffer = Vec::with_capacity(1_024);
    while !contains(&buffer, b"data: ") {
        if stream.read_buf(&mut buffer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(tokio::spawn(async move {
        let mut rest = [0; 512];
        while stream.read(&mut rest).await.is_ok_and(|read| read > 0) {}
    }))
}

async fn connect(target: &Target) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(target.address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn contains(buffer: &[u8], wanted: &[u8]) -> bool {
    buffer.windows(wanted.len()).any(|window| window == wanted)
}

/// Microseconds that a share of them stays under.
fn quantile(all: &mut [Duration], share: f64) -> f64 {
    all.sort_unstable();
    let at = ((all.len() as f64 * share) as usize).min(all.len().saturating_sub(1));
    all.get(at).copied().unwrap_or_default().as_secs_f64() * 1e6
}
