//! Variables as a shell sets them.

use clap::ValueEnum;

/// A shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    /// bash, zsh and every other that knows `export`.
    Bash,
    /// fish.
    Fish,
    /// PowerShell.
    Powershell,
}

/// Before a variable that was set already, its former value is kept under this name.
const WAS: &str = "APIMITE_WAS_";

impl Shell {
    /// The shell that this process seems to have been started from.
    pub(crate) fn guess() -> Shell {
        let name = std::env::var("SHELL").unwrap_or_default();
        match () {
            () if name.ends_with("fish") => Shell::Fish,
            () if name.is_empty() && cfg!(windows) => Shell::Powershell,
            () => Shell::Bash,
        }
    }

    fn set(self, name: &str, value: &str) -> String {
        match self {
            Shell::Bash => format!("export {name}='{}'", value.replace('\'', r"'\''")),
            Shell::Fish => format!(
                "set -gx {name} '{}'",
                value.replace('\\', r"\\").replace('\'', r"\'")
            ),
            Shell::Powershell => format!("$env:{name} = '{}'", value.replace('\'', "''")),
        }
    }

    fn unset(self, name: &str) -> String {
        match self {
            Shell::Bash => format!("unset {name}"),
            Shell::Fish => format!("set -e {name}"),
            Shell::Powershell => format!("Remove-Item Env:{name} -ErrorAction SilentlyContinue"),
        }
    }
}

/// Lines that set variables, and keep what they were.
pub(super) fn set(shell: Shell, variables: &[(&str, String)]) -> String {
    // Whoever has set them already keeps what was there before.
    let is_again = std::env::var_os("APIMITE_ENV").is_some();
    lines(shell, variables, &|name| {
        std::env::var(name).ok().filter(|_| !is_again)
    })
}

fn lines(shell: Shell, variables: &[(&str, String)], before: &dyn Fn(&str) -> Option<String>) -> String {
    let mut lines = Vec::new();
    for (name, value) in variables {
        let was = before(name);
        if let Some(was) = &was {
            lines.push(shell.set(&format!("{WAS}{name}"), was));
        }
        // Hosts that were called directly still are.
        let value = match was.filter(|it| name.eq_ignore_ascii_case("no_proxy") && !it.is_empty()) {
            Some(was) => format!("{was},{value}"),
            None => value.clone(),
        };
        lines.push(shell.set(name, &value));
    }
    lines.join("\n")
}

/// Lines that take variables back.
pub(super) fn undo(shell: Shell, names: &[&str]) -> String {
    let line = |name: &&str| {
        let kept = format!("{WAS}{name}");
        match std::env::var(&kept) {
            Ok(was) => format!("{}\n{}", shell.set(name, &was), shell.unset(&kept)),
            Err(_) => shell.unset(name),
        }
    };
    names.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_as_each_shell_reads_them() {
        let of = |shell: Shell| shell.set("A", r"it's C:\x");
        assert_eq!(of(Shell::Bash), r"export A='it'\''s C:\x'");
        assert_eq!(of(Shell::Fish), r"set -gx A 'it\'s C:\\x'");
        assert_eq!(of(Shell::Powershell), r"$env:A = 'it''s C:\x'");
    }

    #[test]
    fn what_was_set_is_kept() {
        let variables = [("NO_PROXY", "localhost".to_owned()), ("A", "1".to_owned())];
        let before = |name: &str| (name == "NO_PROXY").then(|| "corp".to_owned());
        assert_eq!(
            lines(Shell::Bash, &variables, &before),
            "export APIMITE_WAS_NO_PROXY='corp'\nexport NO_PROXY='corp,localhost'\nexport A='1'"
        );
    }
}
