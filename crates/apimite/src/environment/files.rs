//! The folder: a profile in which somebody is signed in, certificates, the `bicep` tool, what notebooks begin with.

use clock::Clock;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// The command line of Azure, as an application.
const CLIENT: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const LOGIN: &str = "login.microsoftonline.com";
const CLOUD: &str = "AzureCloud";

const CONFIG: &str = "[cloud]
name = AzureCloud

[core]
collect_telemetry = no
encrypt_token_cache = false
survey_message = no
no_color = true
only_show_errors = false

[bicep]
check_version = false
use_binary_from_path = false

[auto-upgrade]
enable = no

[extension]
use_dynamic_install = no
";

/// Notebooks ask for the path of their own file under the name that one editor gives it.
const STARTUP: &str = "# Written by `apimite env`: notebooks find their own path.
import os as _os

if '__vsc_ipynb_file__' not in globals():
    _name = _os.environ.get('JPY_SESSION_NAME', '')
    if _os.path.isabs(_name):
        __vsc_ipynb_file__ = _name
    else:
        __vsc_ipynb_file__ = _os.path.join(_os.getcwd(), _os.path.basename(_name) or 'notebook.ipynb')
    del _name
del _os
";

/// Writes everything. What is there already is written again; nothing else in the folder is touched.
pub(super) fn write(folder: &Path, authority: &str, seed: u64) -> Result<(), String> {
    let azure = folder.join("azure");
    let startup = folder.join("ipython/profile_default/startup");
    let cannot = |error: std::io::Error| format!("cannot write to `{}`: {error}", folder.display());
    for folder in [&azure.join("bin"), &startup] {
        fs::create_dir_all(folder).map_err(cannot)?;
    }
    let files = [
        (folder.join("bundle.pem"), bundle(authority)),
        (startup.join("00-apimite.py"), STARTUP.to_owned()),
        (azure.join("config"), CONFIG.to_owned()),
        (
            azure.join("clouds.config"),
            format!("[{CLOUD}]\nsubscription = {}\n", subscription()),
        ),
        (azure.join("azureProfile.json"), profile(seed).to_string()),
        (azure.join("msal_token_cache.json"), tokens(seed).to_string()),
    ];
    for (path, text) in files {
        fs::write(path, text).map_err(cannot)?;
    }
    tool(&azure.join("bin")).map_err(cannot)
}

fn subscription() -> String {
    bicep::Environment::default().subscription
}

/// Who is signed in, and to which subscription.
fn profile(seed: u64) -> Value {
    let user = arm::issuer(Clock::real(), seed).signed_in();
    json!({
        "installationId": "a91317e0-0000-4000-8000-000000000001",
        "subscriptions": [{
            "id": subscription(), "name": "apimite", "state": "Enabled", "isDefault": true, "tenantId": user.tenant,
            "homeTenantId": user.tenant, "tenantDefaultDomain": "apimite.local", "tenantDisplayName": "apimite",
            "environmentName": CLOUD, "managedByTenants": [], "user": { "name": user.name, "type": "user" },
        }],
    })
}

/// What the sign-in library keeps of somebody who has signed in.
fn tokens(seed: u64) -> Value {
    let issuer = arm::issuer(Clock::real(), seed);
    let user = issuer.signed_in();
    let (object, tenant) = (&user.object, &user.tenant);
    let account = format!("{object}.{tenant}");
    let target = "https://management.core.windows.net//user_impersonation https://management.core.windows.net//.default";
    let mut cache = json!({ "AccessToken": {}, "IdToken": {} });
    cache["Account"][format!("{account}-{LOGIN}-{tenant}")] = json!({
        "home_account_id": account, "environment": LOGIN, "realm": tenant, "local_account_id": object, "username": user.name,
        "authority_type": "MSSTS", "account_source": "authorization_code",
    });
    cache["AppMetadata"][format!("appmetadata-{LOGIN}-{CLIENT}")] =
        json!({ "client_id": CLIENT, "environment": LOGIN, "family_id": "1" });
    cache["RefreshToken"][format!("{account}-{LOGIN}-refreshtoken-{CLIENT}--{target}")] = json!({
        "credential_type": "RefreshToken", "secret": issuer.refresh_token(CLIENT), "home_account_id": account, "environment": LOGIN,
        "client_id": CLIENT, "target": target, "last_modification_time": Clock::real().now().seconds().to_string(), "family_id": "1",
    });
    cache
}

/// Where systems keep the public roots.
const ROOTS: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/etc/openssl@3/cert.pem",
];

/// The public roots as far as they are found, and the local authority.
fn bundle(authority: &str) -> String {
    let is_again = std::env::var_os("APIMITE_ENV").is_some();
    let named = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"]
        .into_iter()
        .filter_map(|it| std::env::var(it).ok());
    let named = named.filter(|_| !is_again);
    let paths = named.chain(ROOTS.into_iter().map(str::to_owned));
    let roots = paths
        .filter_map(|path| fs::read_to_string(path).ok())
        .find(|text| text.contains("BEGIN CERTIFICATE"));
    format!("{}\n{authority}", roots.unwrap_or_default().trim_end())
}

/// This program under the name `bicep`, where the command line of Azure looks for it.
fn tool(folder: &Path) -> std::io::Result<()> {
    let own = std::env::current_exe()?;
    let path = folder.join(if cfg!(windows) { "bicep.exe" } else { "bicep" });
    match fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => (),
    }
    #[cfg(unix)]
    return std::os::unix::fs::symlink(own, path);
    #[cfg(not(unix))]
    return fs::hard_link(&own, &path).or_else(|_| fs::copy(&own, &path).map(drop));
}
