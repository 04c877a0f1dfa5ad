//! One file per command.

mod bicep;
mod check;
mod clock;
mod env;
mod eval;
mod foundry;
mod lab;
mod notebook;
mod support;
mod trace;
mod up;

use crate::cli::Command;
use crate::exit::Exit;

/// Runs a command to its end.
pub(crate) async fn run(command: Command) -> Exit {
    let ended = match command {
        Command::Lab(args) => lab::run(*args).await,
        Command::Up(args) => up::run(*args).await,
        Command::Foundry(args) => foundry::run(args).await,
        Command::Check(args) => check::run(&args),
        Command::Env(args) => env::run(args).await,
        Command::Eval(args) => eval::run(&args),
        Command::Bicep(args) => bicep::run(&args),
        Command::Clock(args) => clock::run(&args).await,
        Command::Trace(args) => trace::run(&args).await,
        Command::Support(args) => support::run(&args),
    };
    ended.unwrap_or_else(Exit::Wrong)
}

/// Prints a line, as long as somebody reads.
pub(crate) fn say(line: impl std::fmt::Display) {
    use std::io::Write as _;
    // Who closes the pipe has seen enough.
    let _ = writeln!(std::io::stdout(), "{line}");
}
