//! Measures a gateway that is deployed from Bicep: how soon it serves, how long many resources take, and whether it loses a
//! request while its files change.
//!
//! `cargo run --release -p bench-gateway --bin templates -- target/release/apimite [changes]` (needs `cargo build --release`
//! first). Changes are 500 in a row unless another number is given; 2,000 requests a second go through meanwhile.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that prints figures"
)]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark reads the wall clock"
)]

mod process; // apimite as a child process
mod service; // the templates that are deployed
mod soak; // changes under load
mod speed; // from the start to the first served request

/// Changes in a row unless the command line says otherwise.
const CHANGES: usize = 500;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let binary = arguments
        .next()
        .unwrap_or_else(|| "target/release/apimite".to_owned());
    let changes = arguments.next().and_then(|it| it.parse().ok()).unwrap_or(CHANGES);
    speed::lab(&binary).await?;
    speed::many(&binary).await?;
    let soak = soak::run(&binary, changes).await?;
    println!("{soak}");
    match soak.is_clean() {
        true => Ok(()),
        false => Err("requests failed, or a change was not served".into()),
    }
}
