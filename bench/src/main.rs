//! Measures the gateway beside a peer: the same requests go straight to a fixed upstream, through nginx (when it is
//! installed) and through `apimite up` with the lab's policy, in interleaved rounds of one run. It prints requests per
//! second, the latency that each adds at one and at thirty-two connections, and the ratio to the peer.
//!
//! `cargo run --release -p bench-gateway -- target/release/apimite` (needs `cargo build --release` first). With `streams` behind
//! it, what token limits, metrics and logs cost a stream is measured instead; that needs some 4,000 open files (`ulimit -n`).

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that prints figures"
)]
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the wall clock")]

mod load; // connections that ask and time
mod peers; // nginx and apimite as child processes
mod report; // the table
mod streams; // what it costs to look on while a stream passes
mod upstream; // the fixed server behind all

use load::{Load, Payload};
use peers::{Apimite, Nginx, Target};
use std::time::Duration;

/// One measured round of one target.
const ROUND: Duration = Duration::from_millis(1_500);
/// Rounds per case; targets take turns inside each.
const ROUNDS: usize = 4;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let binary = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "target/release/apimite".to_owned());
    let upstream = upstream::start().await?;
    if std::env::args().nth(2).as_deref() == Some("streams") {
        return Ok(streams::measure(&binary, upstream).await?);
    }
    let nginx = match Nginx::start(upstream) {
        Ok(nginx) => Some(nginx),
        Err(reason) => {
            eprintln!("nginx is left out: {reason}");
            None
        }
    };
    let apimite = Apimite::start(&binary, upstream, "service", |_| Ok(())).await?;
    println!(
        "apimite listens {:.1} ms after its start",
        apimite.started_in.as_secs_f64() * 1e3
    );
    let mut targets = vec![Target::direct(upstream)];
    targets.extend(nginx.as_ref().map(Nginx::target));
    targets.push(apimite.target());
    for payload in [Payload::Plain, Payload::Large, Payload::Stream] {
        for connections in [1, 32] {
            let rounds = measure(&targets, payload, connections).await;
            report::print(payload, connections, &targets, &rounds);
        }
    }
    println!(
        "resident memory of apimite after the run: {:.1} MB (peak {:.1} MB)",
        apimite.resident("VmRSS")?,
        apimite.resident("VmHWM")?
    );
    Ok(())
}

async fn measure(targets: &[Target], payload: Payload, connections: usize) -> Vec<Load> {
    let mut totals: Vec<Load> = targets.iter().map(|_| Load::default()).collect();
    for target in targets {
        load::run(target, payload, connections, ROUND / 5).await; // Warm up.
    }
    for _ in 0..ROUNDS {
        for (target, total) in targets.iter().zip(&mut totals) {
            total.add(load::run(target, payload, connections, ROUND).await);
        }
    }
    totals
}
