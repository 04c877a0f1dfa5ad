//! A certificate authority of this machine: it makes a certificate for whatever host a caller names.
//!
//! Its key stays in a folder, so that clients that trust it go on doing so after a restart; or it is made anew and goes nowhere.
//! It never follows from a seed: whoever knew that could pose as any host to everybody who trusts the authority.

use crate::identity::Identity;
use clock::Clock;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Signs certificates of hosts.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    made: Mutex<BTreeMap<String, Identity>>,
}

/// Hosts whose certificates are kept.
const MOST: usize = 256;
/// What callers who name no host mean.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// The certificate alone, for those who are to trust it.
const CERTIFICATE: &str = "ca.pem";
/// The key and its certificate: one file, so that they belong together whoever wrote them.
const KEY: &str = "ca.key";
const DAY: u64 = 86_400;
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";

impl Authority {
    /// A new authority, whose key is kept nowhere.
    ///
    /// # Errors
    /// Why none can be made.
    pub fn new() -> Result<Authority, String> {
        Authority::read(&make()?)
    }

    /// The authority whose key is in a folder; made there if there is none.
    ///
    /// # Errors
    /// Why it cannot be read or made.
    pub fn open(folder: &Path) -> Result<Authority, String> {
        let key = folder.join(KEY);
        let known = |path: &Path| fs::read_to_string(path).ok().filter(|it| it.contains(BEGIN));
        if known(&key).is_none() {
            place(folder, &make()?)
                .map_err(|error| format!("cannot write to `{}`: {error}", folder.display()))?;
        }
        let wrong = |why: String| format!("`{}`: {why}", key.display());
        let text = fs::read_to_string(&key).map_err(|error| wrong(error.to_string()))?;
        let authority = Authority::read(&text).map_err(wrong)?;
        let certificate = folder.join(CERTIFICATE);
        if known(&certificate).as_deref() != Some(authority.pem()) {
            fs::write(&certificate, authority.pem())
                .map_err(|error| format!("cannot write `{}`: {error}", certificate.display()))?;
        }
        Ok(authority)
    }

    fn read(text: &str) -> Result<Authority, String> {
        let (key, pem) = text.split_at(text.find(BEGIN).unwrap_or(text.len()));
        let key = KeyPair::from_pem(key).map_err(words)?;
        Ok(Authority {
            issuer: Issuer::from_ca_cert_pem(pem, key).map_err(words)?,
            pem: pem.to_owned(),
            made: Mutex::default(),
        })
    }

    /// Its certificate in PEM, for those who are to trust it.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The certificate of a host, without one of this machine itself; `None` for a name that no host has.
    pub fn identity(&self, host: Option<&str>) -> Option<Identity> {
        let host = host.unwrap_or(LOCAL[0]).to_ascii_lowercase();
        let all = || self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = all().get(&host) {
            return Some(made.clone());
        }
        let made = match self.of_host(&host) {
            Ok(made) => made,
            Err(error) => {
                tracing::debug!(%error, host, "no certificate");
                return None;
            }
        };
        let mut all = all();
        if all.len() >= MOST {
            all.pop_first();
        }
        all.insert(host, made.clone());
        Some(made)
    }

    fn of_host(&self, host: &str) -> Result<Identity, String> {
        let names: Vec<String> = match LOCAL.contains(&host) {
            true => LOCAL.map(str::to_owned).to_vec(),
            false => vec![host.to_owned()],
        };
        let key = KeyPair::generate().map_err(words)?;
        let mut params = CertificateParams::new(names).map_err(words)?;
        params.distinguished_name.push(DnType::CommonName, host);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        // Strict clients want the key identifier, and no certificate of a server that holds for more than 398 days.
        params.use_authority_key_identifier_extension = true;
        holds(&mut params, 397);
        let certificate = params.signed_by(&key, &self.issuer).map_err(words)?;
        Identity::new(vec![certificate.der().to_vec()], key.serialize_der())
    }
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authority")
    }
}

fn words(error: rcgen::Error) -> String {
    format!("no local certificate authority: {error}")
}

/// A key and its certificate.
fn make() -> Result<String, String> {
    let key = KeyPair::generate().map_err(words)?;
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "apimite local authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    holds(&mut params, 3_650);
    let pem = params.self_signed(&key).map_err(words)?.pem();
    Ok(format!("{}{pem}", key.serialize_pem()))
}

/// From the day before on, for clocks that are behind. Clients go by the wall clock, whatever the service's own shows.
fn holds(params: &mut CertificateParams, days: u64) {
    let now = u64::try_from(Clock::real().now().seconds()).unwrap_or_default();
    let at = |seconds: u64| date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds);
    params.not_before = at(now.saturating_sub(DAY));
    params.not_after = at(now + days * DAY);
}

/// Puts a key where there is none. Two programs that begin at once agree on the one that came first.
fn place(folder: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mark = format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let (key, own) = (folder.join(KEY), folder.join(format!("{KEY}.{mark}")));
    secret(&own, text)?;
    let done = match fs::hard_link(&own, &key) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let is_whole = fs::read_to_string(&key).is_ok_and(|it| it.contains(BEGIN));
            if is_whole { Ok(()) } else { fs::rename(&own, &key) }
        }
        // Not every file system has links.
        Err(_) => fs::rename(&own, &key),
        Ok(()) => Ok(()),
    };
    match fs::remove_file(&own) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => done,
    }
}

/// Writes what nobody else may read.
fn secret(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_same_after_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Authority::open(folder.path()).expect("an authority");
        let again = Authority::open(folder.path()).expect("an authority");
        assert_eq!(first.pem(), again.pem());
        assert!(again.identity(Some("management.azure.com")).is_some());
        assert!(again.identity(None).is_some() && again.identity(Some("é")).is_none());
        let kept = fs::read_to_string(folder.path().join(CERTIFICATE)).expect("a certificate");
        assert_eq!(kept, first.pem());
        assert!(Authority::new().expect("another").pem() != first.pem());
    }

    #[test]
    fn programs_that_begin_at_once_agree() {
        let folder = tempfile::tempdir().expect("a folder");
        let opened: Vec<String> = std::thread::scope(|scope| {
            let open = || Authority::open(folder.path()).map(|it| it.pem().to_owned());
            let all: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
            let joined = all.into_iter().map(|it| it.join().expect("no panic"));
            joined.map(|it| it.expect("an authority")).collect()
        });
        assert!(opened.iter().all(|it| *it == opened[0]));
    }

    #[test]
    fn what_is_half_there_is_made_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(KEY), "nothing of use").expect("written");
        assert!(Authority::open(folder.path()).is_ok());
    }
}
