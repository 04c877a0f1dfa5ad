use crate::check::{At, Check};
use model::ResourceKind::Settings;
use policy::StoredCertificate;
use std::sync::Arc;

/// The certificates of a service, read.
#[derive(Debug, Default)]
pub(crate) struct Certificates {
    /// Those that policies and backends name.
    pub(crate) own: Vec<Arc<StoredCertificate>>,
    /// Those of authorities that are trusted, in DER.
    pub(crate) authorities: Vec<Vec<u8>>,
    /// What callers over TLS are shown.
    pub(crate) server: Option<Arc<StoredCertificate>>,
}

impl Certificates {
    /// Reads them all, reporting those that cannot be.
    pub(crate) fn read(check: &mut Check<'_>) -> Certificates {
        let service = check.service;
        let mut all = Certificates::default();
        for certificate in &service.certificates {
            let name = &certificate.name;
            if all.find(name).is_some() {
                let message = format!("there are two certificates `{name}`");
                check.error(
                    At(Settings, "", &format!("/certificates/{name}")),
                    "duplicate-name",
                    message,
                );
                continue;
            }
            let place = format!("/certificates/{name}");
            all.own.extend(read(check, certificate, &place).map(Arc::new));
        }
        for (at, data) in service.authorities.iter().enumerate() {
            match StoredCertificate::read("", data, "") {
                Ok(read) => all.authorities.extend(read.chain),
                Err(why) => {
                    let place = format!("/tls/authorities/{at}");
                    check.error(At(Settings, "", &place), "invalid-certificate", why);
                }
            }
        }
        if let Some(server) = &service.server_certificate {
            let read = read(check, server, "/tls/certificate");
            if read.as_ref().is_some_and(|it| it.key.is_none()) {
                let message = "the certificate of the gateway comes without its private key";
                check.error(
                    At(Settings, "", "/tls/certificate"),
                    "invalid-certificate",
                    message,
                );
            }
            all.server = read.map(Arc::new);
        }
        all
    }

    /// A certificate by its resource name, compared without case as ARM does.
    pub(crate) fn find(&self, name: &str) -> Option<&Arc<StoredCertificate>> {
        self.own.iter().find(|it| it.name.eq_ignore_ascii_case(name))
    }
}

fn read(check: &mut Check<'_>, certificate: &model::Certificate, place: &str) -> Option<StoredCertificate> {
    let password = certificate.password.as_deref().unwrap_or_default();
    match StoredCertificate::read(&certificate.name, &certificate.data, password) {
        Ok(read) => Some(read),
        Err(why) => {
            let message = format!("certificate `{}`: {why}", certificate.name);
            check.error(At(Settings, "", place), "invalid-certificate", message);
            None
        }
    }
}
