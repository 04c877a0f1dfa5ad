use super::say;
use crate::cli::Env;
use crate::environment::{Environment, Shell};
use crate::exit::Exit;
use crate::input::SEED;

/// Prints what a shell is to evaluate, and nothing else.
pub(super) async fn run(args: Env) -> Result<Exit, String> {
    let shell = args.shell.unwrap_or_else(Shell::guess);
    if args.undo {
        say(Environment::undo(shell));
        return Ok(Exit::Good);
    }
    let mut environment = Environment::find(Some(&args.control), args.seed.unwrap_or(SEED)).await?;
    if let Some(folder) = args.folder {
        environment.folder = folder;
    }
    if let Some(address) = args.arm {
        environment.address = address;
    }
    say(environment.set(shell)?);
    Ok(Exit::Good)
}
