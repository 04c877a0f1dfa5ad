use clock::{Clock, Dice, Moment};
use foundry::Foundry;
use model::Service;
use source::{Diagnostic, Finding, Source, Span};
use std::path::{Path, PathBuf};

const SETTINGS: &str = "apimite.toml";

/// What a path names.
#[derive(Debug, Clone)]
pub(crate) enum Input {
    /// A folder on disk.
    Folder(PathBuf),
    /// A lab that is part of this program.
    Lab(&'static lab::Lab),
}

impl Input {
    /// Reads a path, or `lab:NAME`.
    pub(crate) fn named(path: &str) -> Result<Input, String> {
        if let Some(name) = path.strip_prefix("lab:") {
            return lab(name).map(Input::Lab);
        }
        let folder = Path::new(path);
        match std::fs::metadata(folder) {
            Err(error) => Err(format!("cannot read `{path}`: {error}")),
            Ok(it) if !it.is_dir() => Err(format!(
                "`{path}` is no folder; a service is a folder as APIOps writes it"
            )),
            Ok(_) => std::fs::read_dir(folder)
                .map(|_| Input::Folder(folder.to_owned()))
                .map_err(|error| format!("cannot read `{path}`: {error}")),
        }
    }

    /// The service and what is wrong with how it is written, settings of the mocks included.
    pub(crate) fn read(&self) -> (Service, Vec<Finding>) {
        let (service, mut findings) = match self {
            Input::Folder(folder) => apiops::read(folder),
            Input::Lab(lab) => apiops::read_embedded(lab.files),
        };
        // The mocks alone know which of their settings make sense; they say so when they are made.
        let (clock, dice) = (Clock::manual(Moment::EPOCH), Dice::new(0));
        if let Err(mistakes) = Foundry::new(&service.accounts, &service.settings, clock, dice) {
            let settings = self.settings();
            let finding =
                |text| Diagnostic::error("mock-settings", text, Span::default()).found_in(&settings);
            findings.extend(mistakes.0.into_iter().map(finding));
        }
        (service, findings)
    }

    fn settings(&self) -> Source {
        match self {
            Input::Folder(folder) => {
                let file = folder.join(SETTINGS);
                Source::new(
                    file.display().to_string(),
                    std::fs::read_to_string(&file).unwrap_or_default(),
                )
            }
            Input::Lab(lab) => {
                let text = lab
                    .files
                    .iter()
                    .find(|(path, _)| *path == SETTINGS)
                    .map_or("", |(_, text)| text);
                Source::new(SETTINGS, text)
            }
        }
    }
}

/// The lab of that name.
pub(crate) fn lab(name: &str) -> Result<&'static lab::Lab, String> {
    lab::find(name).ok_or_else(|| {
        let near = source::nearest(name, lab::all().iter().map(|lab| lab.name));
        let advice = near.map_or("`apimite lab list` shows them".to_owned(), |near| {
            format!("did you mean `{near}`?")
        });
        format!("there is no lab `{name}`; {advice}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_said() {
        assert!(
            Input::named("/no/such/folder")
                .is_err_and(|error| error.starts_with("cannot read `/no/such/folder`"))
        );
        assert!(
            Input::named("lab:backend-pol")
                .is_err_and(|error| error.ends_with("did you mean `backend-pool`?"))
        );
        assert!(matches!(Input::named("lab:ptu"), Ok(Input::Lab(lab)) if lab.name == "ptu"));
    }
}
