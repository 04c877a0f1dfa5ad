use crate::deployment::{Deployment, Templates};
use clock::{Clock, Dice, Moment};
use foundry::Foundry;
use model::Service;
use source::{Diagnostic, Finding, Source, Span};
use std::path::{Path, PathBuf};

const SETTINGS: &str = "apimite.toml";

/// Where the gateway is called unless said otherwise.
const GATEWAY: &str = "http://127.0.0.1:8080";
/// Seed of a run unless the folder or the command line says otherwise.
pub(crate) const SEED: u64 = 42;

/// What an input holds.
pub(crate) struct Read {
    pub(crate) service: Service,
    pub(crate) findings: Vec<Finding>,
    /// What came of templates, if the input is made of them.
    pub(crate) deployment: Option<Deployment>,
}

/// What a path names.
#[derive(Debug, Clone)]
pub(crate) enum Input {
    /// A folder on disk.
    Folder(PathBuf),
    /// A lab that is part of this program.
    Lab(&'static lab::Lab),
    /// Templates that deploy a service.
    Templates(Templates),
}

impl Input {
    /// What several paths name: templates, or one of everything else.
    pub(crate) fn of(paths: &[String], parameters: &[String]) -> Result<Input, String> {
        match (Templates::named(paths, parameters), paths) {
            (Some(templates), _) => Ok(Input::Templates(templates)),
            (None, [path]) => Input::named(path),
            (None, _) => {
                Err("several paths are several templates: Bicep files or ARM JSON templates".to_owned())
            }
        }
    }

    /// Reads a path, or `lab:NAME`.
    pub(crate) fn named(path: &str) -> Result<Input, String> {
        if let Some(name) = path.strip_prefix("lab:") {
            return lab(name).map(Input::Lab);
        }
        if let Some(templates) = Templates::named(&[path.to_owned()], &[]) {
            return Ok(Input::Templates(templates));
        }
        let folder = Path::new(path);
        match std::fs::metadata(folder) {
            Err(error) => Err(format!("cannot read `{path}`: {error}")),
            Ok(it) if !it.is_dir() => Err(format!(
                "`{path}` is neither a folder as APIOps writes it nor a template"
            )),
            Ok(_) => std::fs::read_dir(folder)
                .map(|_| Input::Folder(folder.to_owned()))
                .map_err(|error| format!("cannot read `{path}`: {error}")),
        }
    }

    /// The service and what is wrong with how it is written, settings of the mocks included.
    pub(crate) fn read(&self) -> (Service, Vec<Finding>) {
        let read = self.read_for(GATEWAY, SEED);
        (read.service, read.findings)
    }

    /// The same, with what came of templates. `gateway` is where the gateway can be called.
    pub(crate) fn read_for(&self, gateway: &str, seed: u64) -> Read {
        let (service, mut findings, deployment) = match self {
            Input::Folder(folder) => {
                let (service, findings) = apiops::read(folder);
                (service, findings, None)
            }
            Input::Lab(lab) => {
                let (service, findings) = apiops::read_embedded(lab.files);
                (service, findings, None)
            }
            Input::Templates(templates) => {
                let mut deployment = templates.deploy(gateway, seed);
                let service = deployment.take_service();
                let findings = std::mem::take(&mut deployment.findings);
                (service, findings, Some(deployment))
            }
        };
        // The mocks alone know which of their settings make sense; they say so when they are made.
        let (clock, dice) = (Clock::manual(Moment::EPOCH), Dice::new(0));
        if let Err(mistakes) = Foundry::new(&service.accounts, &service.settings, clock, dice) {
            let settings = self.settings();
            let finding =
                |text| Diagnostic::error("mock-settings", text, Span::default()).found_in(&settings);
            findings.extend(mistakes.0.into_iter().map(finding));
        }
        Read {
            service,
            findings,
            deployment,
        }
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
            Input::Templates(templates) => {
                let file = templates
                    .files
                    .first()
                    .map_or(SETTINGS.into(), |it| Path::new(it).with_file_name(SETTINGS));
                let text = std::fs::read_to_string(&file).unwrap_or_default();
                Source::new(file.display().to_string(), text)
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
