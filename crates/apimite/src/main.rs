//! The command line: arguments, files, printing. What is worth testing lives in the crates below.

mod ask; // questions to a running apimite
mod cli; // what may be written
mod commands; // one file per command
mod control; // the control address
mod deployment; // templates that are deployed here
mod environment; // what clients of Azure are told
mod eval; // expressions on their own
mod exit; // how a command ends
mod findings; // mistakes, for people and for programs
mod input; // the service that a path names
mod management; // the management plane of what runs here
mod python; // the Python that runs notebooks
mod reload; // a folder that changes
mod street; // gateway, mocks and control, running
mod support; // what this version supports, as pages
mod timing; // clocks and durations as they are written
mod walk; // a record, for people

use clap::Parser;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

// A gateway frees on one thread what another allocated, and often: the system's allocator pays for that on every call. Without
// huge pages (`no_thp`): a gateway of a few megabytes held a third more memory with them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse_from(arguments());
    log(cli.verbose);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return exit::Exit::Wrong(format!("no runtime: {error}")).finish(),
    };
    runtime.block_on(commands::run(cli.command)).finish()
}

/// The arguments; under the name `bicep` the program is that tool.
fn arguments() -> Vec<OsString> {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    let name = arguments.first().and_then(|it| Path::new(it).file_stem());
    if name.is_some_and(|name| name.eq_ignore_ascii_case("bicep")) {
        arguments.insert(1, "bicep".into());
    }
    arguments
}

fn log(verbose: u8) {
    let level = match verbose {
        0 => "warn",
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
