//! Resources of a service that stand in no folder of policies: caches, certificates, and what named values take from a vault.

use crate::folder::at;
use crate::kinds::SECRETS;
use crate::store::{Kept, Store};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use model::{Certificate, ExternalCache, Service};
use serde_json::Value;
use source::{Diagnostic, Finding, Span};

/// Puts them into the service.
pub(crate) fn beside(store: &Store, own: &Kept, service: &mut Service, findings: &mut Vec<Finding>) {
    let root = format!("{}/", own.sent.id.to_ascii_lowercase());
    let of_service = |kept: &&Kept| kept.sent.id.to_ascii_lowercase().starts_with(&root);
    for kept in store.kept().filter(of_service) {
        match kept.plain_kind().as_str() {
            "microsoft.apimanagement/service/caches" => service.caches.push(cache(kept)),
            // What `apimite.toml` says of one comes before what was deployed.
            "microsoft.apimanagement/service/certificates"
                if !service.settings.certificates.contains_key(&kept.sent.name) =>
            {
                service.certificates.extend(certificate(store, kept, findings));
            }
            _ => (),
        }
    }
    for value in service.named_values.iter_mut().filter(|it| it.value.is_none()) {
        let identifier = value.key_vault.as_deref();
        value.value = identifier.and_then(|identifier| secret(store, identifier));
    }
}

fn cache(kept: &Kept) -> ExternalCache {
    let region = kept.property("useFromLocation").and_then(Value::as_str);
    ExternalCache {
        name: kept.sent.name.clone(),
        use_from_location: region.unwrap_or("default").to_owned(),
    }
}

impl Store {
    /// What a certificate of a service holds, as it was sent or as the vault that it names has it.
    ///
    /// # Errors
    /// What is sent is no base64.
    pub fn certificate(&self, id: &str) -> Result<Option<Certificate>, String> {
        self.find(id).map_or(Ok(None), |kept| held(self, kept))
    }

    /// The value of a secret of a vault, by its identifier: `https://VAULT.vault.azure.net/secrets/NAME/VERSION`.
    pub fn secret(&self, identifier: &str) -> Option<String> {
        secret(self, identifier)
    }
}

fn held(store: &Store, kept: &Kept) -> Result<Option<Certificate>, String> {
    let vault = kept
        .property("keyVault")
        .and_then(|it| it.get("secretIdentifier")?.as_str());
    let text = |property: &str| kept.property(property).and_then(Value::as_str).map(str::to_owned);
    let Some(data) = text("data").or_else(|| secret(store, vault?)) else {
        return Ok(None);
    };
    let compact: String = data.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes = match data.contains("-----BEGIN") {
        true => Ok(data.into_bytes()),
        false => BASE64_STANDARD.decode(compact),
    };
    let data = bytes.map_err(|error| format!("`data` is no base64: {error}"))?;
    Ok(Some(Certificate {
        name: kept.sent.name.clone(),
        data,
        password: text("password"),
    }))
}

/// The certificate of a resource; none where it cannot be had.
fn certificate(store: &Store, kept: &Kept, findings: &mut Vec<Finding>) -> Option<Certificate> {
    let name = kept.sent.name.as_str();
    match held(store, kept) {
        Ok(Some(certificate)) => return Some(certificate),
        Ok(None) => {
            let message =
                format!("what certificate `{name}` holds is not known: it is served as if it were not there");
            let advice = format!("put it into `apimite.toml`: [certificates.{name}] file = ...");
            let diagnostic = Diagnostic::warning("no-certificate", message, Span::default()).help(advice);
            findings.push(at(kept, "/properties", diagnostic));
        }
        Err(message) => {
            let diagnostic = Diagnostic::error("invalid-value", message, Span::default());
            findings.push(at(kept, "/properties/data", diagnostic));
        }
    }
    None
}

/// The value of a secret that was deployed, by its identifier: `https://VAULT.vault.azure.net/secrets/NAME/VERSION`.
fn secret(store: &Store, identifier: &str) -> Option<String> {
    let (_, rest) = identifier.split_once("://")?;
    let (host, path) = rest.split_once('/')?;
    let vault = host.split('.').next()?.to_ascii_lowercase();
    let name = path.split('/').nth(1)?.to_ascii_lowercase();
    let tail = format!("/vaults/{vault}/secrets/{name}");
    let found = store
        .kept()
        .find(|kept| kept.kind() == SECRETS && kept.sent.id.to_ascii_lowercase().ends_with(&tail))?;
    found.property("value")?.as_str().map(str::to_owned)
}
