use model::Service;
use source::Finding;
use std::path::{Path, PathBuf};

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
            Ok(it) if !it.is_dir() => Err(format!("`{path}` is no folder; a service is a folder as APIOps writes it")),
            Ok(_) => std::fs::read_dir(folder)
                .map(|_| Input::Folder(folder.to_owned()))
                .map_err(|error| format!("cannot read `{path}`: {error}")),
        }
    }

    /// The service and what is wrong with how it is written.
    pub(crate) fn read(&self) -> (Service, Vec<Finding>) {
        match self {
            Input::Folder(folder) => apiops::read(folder),
            Input::Lab(lab) => apiops::read_embedded(lab.files),
        }
    }
}

/// The lab of that name.
pub(crate) fn lab(name: &str) -> Result<&'static lab::Lab, String> {
    lab::find(name).ok_or_else(|| {
        let near = source::nearest(name, lab::all().iter().map(|lab| lab.name));
        let advice = near.map_or("`apimite lab list` shows them".to_owned(), |near| format!("did you mean `{near}`?"));
        format!("there is no lab `{name}`; {advice}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_said() {
        assert!(Input::named("/no/such/folder").is_err_and(|error| error.starts_with("cannot read `/no/such/folder`")));
        assert!(Input::named("lab:backend-pol").is_err_and(|error| error.ends_with("did you mean `backend-pool`?")));
        assert!(matches!(Input::named("lab:ptu"), Ok(Input::Lab(lab)) if lab.name == "ptu"));
    }
}
