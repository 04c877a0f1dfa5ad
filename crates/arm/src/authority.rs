//! The certificate authority of this machine. Its key stays in a folder, so that clients that trust it go on doing so after a restart.

use clock::Moment;
use parking_lot::Mutex;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use wire::Identity;

/// Signs certificates of hosts.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    now: Moment,
    made: Mutex<BTreeMap<String, Identity>>,
}

/// Hosts whose certificates are kept.
const MOST: usize = 256;
/// What callers who name no host mean.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
const CERTIFICATE: &str = "ca.pem";
const KEY: &str = "ca.key";
const DAYS: i64 = 86_400;

impl Authority {
    /// The authority whose key is in a folder; made there if there is none. `now` is when certificates begin to hold.
    ///
    /// # Errors
    /// Why it cannot be read or made.
    pub fn open(folder: &Path, now: Moment) -> Result<Authority, String> {
        let (certificate, key) = (folder.join(CERTIFICATE), folder.join(KEY));
        let wrong = |what: &Path, why: &dyn std::fmt::Display| format!("`{}`: {why}", what.display());
        if !certificate.is_file() || !key.is_file() {
            make(folder, now)?;
        }
        let pem = fs::read_to_string(&certificate).map_err(|error| wrong(&certificate, &error))?;
        let text = fs::read_to_string(&key).map_err(|error| wrong(&key, &error))?;
        let pair = KeyPair::from_pem(&text).map_err(|error| wrong(&key, &error))?;
        let issuer = Issuer::from_ca_cert_pem(&pem, pair).map_err(|error| wrong(&certificate, &error))?;
        Ok(Authority {
            issuer,
            pem,
            now,
            made: Mutex::default(),
        })
    }

    /// Its certificate, for those who are to trust it.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The certificate of a host; `None` for a name that no host has.
    pub(crate) fn identity(&self, host: Option<&str>) -> Option<Identity> {
        let host = host.unwrap_or(LOCAL[0]).to_ascii_lowercase();
        if let Some(made) = self.made.lock().get(&host) {
            return Some(made.clone());
        }
        let made = match self.of_host(&host) {
            Ok(made) => made,
            Err(error) => {
                tracing::debug!(%error, host, "no certificate");
                return None;
            }
        };
        let mut all = self.made.lock();
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
        let words = |error: rcgen::Error| error.to_string();
        let key = KeyPair::generate().map_err(words)?;
        let mut params = CertificateParams::new(names).map_err(words)?;
        params.distinguished_name.push(DnType::CommonName, host);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        // Strict clients want the key identifier, and no certificate of a server that holds for more than 398 days.
        params.use_authority_key_identifier_extension = true;
        holds(&mut params, self.now, 397);
        let certificate = params.signed_by(&key, &self.issuer).map_err(words)?;
        Identity::new(vec![certificate.der().to_vec()], key.serialize_der())
    }
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authority")
    }
}

/// Makes an authority in a folder.
fn make(folder: &Path, now: Moment) -> Result<(), String> {
    let words = |error: rcgen::Error| format!("no local certificate authority: {error}");
    let key = KeyPair::generate().map_err(words)?;
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "apimite local authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    holds(&mut params, now, 3_650);
    let pem = params.self_signed(&key).map_err(words)?.pem();
    let cannot = |error: std::io::Error| format!("cannot write to `{}`: {error}", folder.display());
    fs::create_dir_all(folder).map_err(cannot)?;
    secret(&folder.join(KEY), &key.serialize_pem()).map_err(cannot)?;
    fs::write(folder.join(CERTIFICATE), pem).map_err(cannot)
}

// From the day before on, for clocks that are behind.
fn holds(params: &mut CertificateParams, now: Moment, days: i64) {
    let day = |offset: i64| {
        let at = jiff::Timestamp::from_second(now.seconds() + offset * DAYS).unwrap_or_default();
        let date = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        date_time_ymd(
            i32::from(date.year()),
            u8::try_from(date.month()).unwrap_or(1),
            u8::try_from(date.day()).unwrap_or(1),
        )
    };
    params.not_before = day(-1);
    params.not_after = day(days);
}

/// Writes what nobody else may read.
fn secret(path: &Path, text: &str) -> std::io::Result<()> {
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
        let now = Moment::from_seconds(1_790_000_000);
        let first = Authority::open(folder.path(), now).expect("an authority");
        let again = Authority::open(folder.path(), now).expect("an authority");
        assert_eq!(first.pem(), again.pem());
        assert!(again.identity(Some("management.azure.com")).is_some());
        assert!(again.identity(None).is_some());
    }
}
