//! Certificates: no repository of policies holds them, so `apimite.toml` says where they are.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use model::{Certificate, CertificateSettings, ResourceKind, Service};
use source::{Diagnostic, Finding};
use std::path::Path;

// Larger than any certificate with its chain.
const BYTES: u64 = 1 << 20;

/// Brings the files that `apimite.toml` names.
pub(crate) fn read(folder: &Path, service: &mut Service, findings: &mut Vec<Finding>) {
    let settings = service.settings.clone();
    let mut reader = Reader {
        folder,
        service,
        findings,
    };
    for (name, settings) in &settings.certificates {
        if let Some(certificate) = reader.certificate(name, settings, &format!("/certificates/{name}")) {
            reader.service.certificates.push(certificate);
        }
    }
    for (at, file) in settings.tls.authorities.iter().enumerate() {
        if let Some(data) = reader.file(file, &format!("/tls/authorities/{at}")) {
            reader.service.authorities.push(data);
        }
    }
    if let Some(file) = &settings.tls.certificate {
        let own = CertificateSettings {
            file: Some(file.clone()),
            data: None,
            password: settings.tls.password.clone(),
        };
        reader.service.server_certificate = reader.certificate("server", &own, "/tls/certificate");
    }
}

struct Reader<'a> {
    folder: &'a Path,
    service: &'a mut Service,
    findings: &'a mut Vec<Finding>,
}

impl Reader<'_> {
    fn certificate(
        &mut self,
        name: &str,
        settings: &CertificateSettings,
        place: &str,
    ) -> Option<Certificate> {
        let data = match (&settings.file, &settings.data) {
            (Some(file), None) => self.file(file, place)?,
            (None, Some(text)) if text.contains("-----BEGIN") => text.clone().into_bytes(),
            (None, Some(text)) => {
                let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
                match BASE64_STANDARD.decode(text) {
                    Ok(data) => data,
                    Err(_) => {
                        self.error(
                            place,
                            "invalid-value",
                            "`data` is neither base64 nor PEM".to_owned(),
                        );
                        return None;
                    }
                }
            }
            _ => {
                self.error(
                    place,
                    "missing-value",
                    format!("certificate `{name}` has either `file` or `data`"),
                );
                return None;
            }
        };
        Some(Certificate {
            name: name.to_owned(),
            data,
            password: settings.password.clone(),
        })
    }

    fn file(&mut self, file: &str, place: &str) -> Option<Vec<u8>> {
        let path = self.folder.join(file);
        let size = std::fs::metadata(&path).map(|it| it.len());
        if size.as_ref().is_ok_and(|size| *size > BYTES) {
            self.error(
                place,
                "too-large",
                format!("`{file}` is larger than any certificate"),
            );
            return None;
        }
        match std::fs::read(&path) {
            Ok(data) => Some(data),
            Err(error) => {
                self.error(place, "missing-file", format!("`{file}` cannot be read: {error}"));
                None
            }
        }
    }

    fn error(&mut self, place: &str, code: &'static str, message: String) {
        let (source, span) = self.service.origins.place(ResourceKind::Settings, "", place);
        self.findings
            .push(Diagnostic::error(code, message, span).found_in(&source));
    }
}
