use std::process::ExitCode;

/// How a command ends.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well: 0.
    Good,
    /// It did its work, and what it looked at is not well: 1.
    Failed,
    /// It could not do its work: 2, and why.
    Wrong(String),
}

impl Exit {
    /// Says why, and gives the code.
    #[expect(clippy::print_stderr, reason = "the command line prints")]
    pub(crate) fn finish(self) -> ExitCode {
        match self {
            Exit::Good => ExitCode::SUCCESS,
            Exit::Failed => ExitCode::from(1),
            Exit::Wrong(message) => {
                eprintln!("error: {message}");
                ExitCode::from(2)
            }
        }
    }
}
