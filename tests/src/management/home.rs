//! The user's own configuration stays as it is: `env`, clients that use what it sets, and `env --undo` change nothing below the home
//! folder but the folder that is apimite's.

use super::variables;
use crate::acceptance::{Binary, holds, same};
use crate::clients::{install_python, python, words};
use crate::root;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What somebody who uses Azure has there.
const FILES: [(&str, &str); 8] = [
    (
        ".azure/azureProfile.json",
        "{\"subscriptions\": [{\"id\": \"mine\"}]}",
    ),
    (".azure/config", "[core]\noutput = table\n"),
    (".azure/clouds.config", "[AzureCloud]\nsubscription = mine\n"),
    (".azure/msal_token_cache.json", "{\"RefreshToken\": {}}"),
    (".azure/bin/bicep", "#!/bin/sh\nexit 9\n"),
    (".azure/cliextensions/mine/metadata", "Name: mine\n"),
    (".ipython/profile_default/startup/00-mine.py", "mine = 1\n"),
    (".bashrc", "export MINE=1\n"),
];

/// Every file below a folder with its bytes.
fn picture(folder: &Path, root: &Path, into: &mut BTreeMap<String, Vec<u8>>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => {
                let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
                into.insert(format!("{name}/"), Vec::new());
                picture(&path, root, into)?;
            }
            false => {
                let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
                into.insert(name, fs::read(&path)?);
            }
        }
    }
    Ok(())
}

/// Of a home folder, without what is apimite's own.
fn of(home: &Path) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let mut all = BTreeMap::new();
    picture(home, home, &mut all).map_err(|error| error.to_string())?;
    all.retain(|name, _| {
        let is_on_the_way = [".local/", ".local/state/"].contains(&name.as_str());
        !is_on_the_way && !name.starts_with(".local/state/apimite")
    });
    Ok(all)
}

pub(super) fn unchanged() -> Result<(), String> {
    let home = tempfile::tempdir().map_err(|error| error.to_string())?;
    for (name, text) in FILES {
        let path = home.path().join(name);
        let folder = path.parent().ok_or("a folder")?;
        fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        fs::write(&path, text).map_err(|error| error.to_string())?;
    }
    let before = of(home.path())?;
    holds("the home folder is not empty", before.len() > FILES.len())?;
    let binary = Binary::build()?;
    let at_home = |command: &mut Command| {
        command.env("HOME", home.path());
        for name in [
            "APIMITE_HOME",
            "XDG_STATE_HOME",
            "LOCALAPPDATA",
            "AZURE_CONFIG_DIR",
        ] {
            command.env_remove(name);
        }
    };
    let mut arguments = vec!["up", "--arm=127.0.0.1:0", "--offline", "--format", "json"];
    for door in ["--gateway", "--control", "--foundry"] {
        arguments.extend([door, "127.0.0.1:0"]);
    }
    let running = binary.start_with(&arguments, at_home)?;
    let control = running.url("control");
    let told = binary.run_with(&["env", "--shell", "bash", "--control", &control], at_home)?;
    same("env", (Some(0), ""), (told.code, told.stderr.as_str()))?;
    let set = variables(&told.stdout);
    let names = |name: &str| {
        set.iter()
            .find(|(it, _)| it == name)
            .map(|(_, value)| value.clone())
    };
    let profile = names("AZURE_CONFIG_DIR").ok_or("no AZURE_CONFIG_DIR")?;
    holds(
        format!("the profile is apimite's: {profile}"),
        Path::new(&profile).starts_with(home.path().join(".local/state/apimite")),
    )?;
    if let Some(python) = python() {
        let mut command = Command::new(install_python(&python, "arm-python")?);
        command.arg(root().join("tests/clients/arm-python/deploy.py"));
        at_home(&mut command);
        command.env("PYTHONDONTWRITEBYTECODE", "1").envs(set.clone());
        let output = command.output().map_err(|error| error.to_string())?;
        holds(words(&output), output.status.success())?;
    }
    let mut undo = binary.command(&["env", "--undo", "--shell", "bash"]);
    at_home(&mut undo);
    let undo = undo.envs(set).output().map_err(|error| error.to_string())?;
    holds(words(&undo), undo.status.success())?;
    drop(running);
    let after = of(home.path())?;
    let changed: Vec<&String> = before
        .keys()
        .chain(after.keys())
        .filter(|name| before.get(*name) != after.get(*name))
        .collect();
    same("what changed in the home folder", Vec::<&String>::new(), changed)
}
