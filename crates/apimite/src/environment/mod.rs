//! What clients of Azure need to find this machine instead: settings in a folder of their own, and the variables that name it.

mod files; // the folder
mod shell; // the variables

use crate::ask::ask;
use crate::management;
use http::Method;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use wire::Authority;

pub(crate) use shell::Shell;

/// Where everything is.
#[derive(Debug)]
pub(crate) struct Environment {
    /// The folder of the settings.
    pub(crate) folder: PathBuf,
    /// The management plane, which is also the proxy.
    pub(crate) address: SocketAddr,
    /// Seed of the tokens that sign the user in.
    pub(crate) seed: u64,
}

impl Environment {
    /// That of the apimite that runs, or the one that it would have. `control` is its control address.
    pub(crate) async fn find(control: Option<&str>, seed: u64) -> Result<Environment, String> {
        // Whoever runs already knows best where it is.
        let running = ask(Method::GET, control.unwrap_or(CONTROL), "/management", None)
            .await
            .ok();
        let told = |name: &str| {
            running
                .as_ref()
                .and_then(|it| it[name].as_str())
                .map(str::to_owned)
        };
        let address = told("management")
            .and_then(|url| url.strip_prefix("https://")?.trim_end_matches('/').parse().ok())
            .or_else(|| management::ADDRESS.parse().ok());
        Ok(Environment {
            folder: match told("folder") {
                Some(folder) => PathBuf::from(folder),
                None => management::home(None)?,
            },
            address: address.ok_or("no address")?,
            seed,
        })
    }

    /// Writes the settings, and gives the lines that set the variables.
    pub(crate) fn set(&self, shell: Shell) -> Result<String, String> {
        Ok(shell::set(shell, &self.variables()?))
    }

    /// Writes the settings, and gives the variables that name them.
    pub(crate) fn variables(&self) -> Result<Vec<(&'static str, String)>, String> {
        let home = management::home(Some(&self.folder))?;
        let authority = Authority::open(&home)?;
        files::write(&home, authority.pem(), self.seed)?;
        Ok(variables(&home, self.address))
    }

    /// The lines that take the variables back.
    pub(crate) fn undo(shell: Shell) -> String {
        shell::undo(shell, &NAMES)
    }
}

/// Where the control routes are unless said otherwise.
pub(crate) const CONTROL: &str = "http://127.0.0.1:8081";

/// Every variable that is set.
const NAMES: [&str; 14] = [
    "APIMITE_ENV",
    "AZURE_CONFIG_DIR",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "NODE_USE_ENV_PROXY",
    "IPYTHONDIR",
    "AZURE_CORE_COLLECT_TELEMETRY",
    "AZURE_TOKEN_CREDENTIALS",
];

fn variables(folder: &Path, address: SocketAddr) -> Vec<(&'static str, String)> {
    let path = |name: &str| folder.join(name).display().to_string();
    let proxy = format!("http://{address}");
    let local = "127.0.0.1,localhost,::1".to_owned();
    let value = |name: &str| match name {
        "APIMITE_ENV" => folder.display().to_string(),
        "AZURE_CONFIG_DIR" => path("azure"),
        "HTTPS_PROXY" | "https_proxy" => proxy.clone(),
        "NO_PROXY" | "no_proxy" => local.clone(),
        "NODE_EXTRA_CA_CERTS" => path("ca.pem"),
        "NODE_USE_ENV_PROXY" => "1".to_owned(),
        "IPYTHONDIR" => path("ipython"),
        "AZURE_CORE_COLLECT_TELEMETRY" => "false".to_owned(),
        // Libraries that would try one way after the other to sign in take the one that works.
        "AZURE_TOKEN_CREDENTIALS" => "AzureCliCredential".to_owned(),
        // The public roots and the local authority.
        _ => path("bundle.pem"),
    };
    NAMES.iter().map(|name| (*name, value(name))).collect()
}
