//! `System.Security.Cryptography.X509Certificates.X509Certificate2`.

use super::super::{oid, rsa};
use super::certificate::{content_type, immutable, no_file};
use super::{distinguished_name, name_type, public_key};
use crate::Value;
use crate::dotnet::calendar::{SECOND, UNIX_EPOCH};
use crate::dotnet::crypto::certificate::Certificate;
use crate::dotnet::crypto::{certificate_files, chain, failure};
use crate::dotnet::datetime::{DateTime, Kind};
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::library::table::{
    Member, TypeDef, class, constructor, extension, method, property, static_class, static_method,
};
use crate::library::{array, compare, date_time};
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;
use parking_lot::Mutex;
use std::sync::Arc;

/// `System.Security.Cryptography.X509Certificates.X509Certificate2`.
pub(crate) static CERTIFICATE2: TypeDef =
    class("System.Security.Cryptography.X509Certificates.X509Certificate2")
        .bases(&["X509Certificate"])
        .members(MEMBERS);

/// What API Management adds to certificates.
pub(crate) static EXTENSIONS: TypeDef = static_class("CertificateExtensions").members(&[extension(
    "bool VerifyNoRevocation(this X509Certificate2 input)",
    |cx, a, _| Ok(verifies(cx, &given(&a[0], "input")?).into()),
)]);

static MEMBERS: &[Member] = &[
    constructor("()", |_, _, _| Ok(unset(&CERTIFICATE2))),
    constructor("(byte[] rawData)", |_, a, _| made_of(&a[0], "")),
    constructor("(byte[] rawData, string password)", |_, a, _| {
        made_of(&a[0], &a[1].to_text())
    }),
    constructor("(X509Certificate certificate)", |_, a, _| {
        Ok(value(given(&a[0], "certificate")?))
    }),
    constructor("(string fileName)", |_, _, _| Err(no_file())),
    constructor("(string fileName, string password)", |_, _, _| Err(no_file())),
    static_method("X509ContentType GetCertContentType(byte[] rawData)", |_, a, _| {
        content_type(&a[0])
    }),
    static_method(
        "X509ContentType GetCertContentType(string fileName)",
        |_, _, _| Err(no_file()),
    ),
    property("string Thumbprint", |_, a, _| Ok(raw(&a[0])?.thumbprint().into())),
    property("X500DistinguishedName SubjectName", |_, a, _| {
        Ok(distinguished_name::value(&raw(&a[0])?.subject))
    }),
    property("X500DistinguishedName IssuerName", |_, a, _| {
        Ok(distinguished_name::value(&raw(&a[0])?.issuer))
    }),
    property("string SerialNumber", |_, a, _| {
        Ok(raw(&a[0])?.serial_number().into())
    }),
    property("DateTime NotBefore", |_, a, _| {
        Ok(date_time::value(date(raw(&a[0])?.not_before)?))
    }),
    property("DateTime NotAfter", |_, a, _| {
        Ok(date_time::value(date(raw(&a[0])?.not_after)?))
    }),
    property("string FriendlyName", |_, a, _| {
        Ok(raw(&a[0])?.friendly_name.as_str().into())
    })
    .set(|_, _, _| Err(platform())),
    property("bool Archived", |_, a, _| raw(&a[0]).map(|_| false.into())).set(|_, _, _| Err(platform())),
    property("bool HasPrivateKey", |_, a, _| {
        Ok(raw(&a[0])?.has_private_key.into())
    }),
    property("AsymmetricAlgorithm PrivateKey", |_, a, _| {
        let certificate = raw(&a[0])?;
        let private = certificate.rsa.as_ref().filter(|it| it.has_private());
        Ok(private.map_or(Value::Null, |it| rsa::value(it.clone())))
    })
    .set(|_, _, _| Err(immutable())),
    property("PublicKey PublicKey", |_, a, _| {
        Ok(public_key::value(&raw(&a[0])?))
    }),
    property("byte[] RawData", |_, a, _| {
        Ok(array::from_bytes(&raw(&a[0])?.der))
    }),
    property("Oid SignatureAlgorithm", |_, a, _| {
        Ok(oid::value(&raw(&a[0])?.signature_algorithm))
    }),
    property("int Version", |_, a, _| Ok(raw(&a[0])?.version.into())),
    method(
        "string GetNameInfo(X509NameType nameType, bool forIssuer)",
        |_, a, _| {
            let kind = name_type::of(&a[1]).ok_or_else(|| Exception::argument("Invalid name type."))?;
            Ok(raw(&a[0])?.name_info(kind, a[2].bool()).into())
        },
    ),
    method("void Import(byte[] rawData)", |_, _, _| Err(immutable())),
    method("void Import(string fileName)", |_, _, _| Err(immutable())),
    method("void Reset()", |_, a, _| {
        *a[0].of::<Held>()?.certificate.lock() = None;
        Ok(Value::Null)
    }),
    method("string ToString(bool verbose)", |_, a, _| {
        Ok(described(&a[0], a[1].bool()).into())
    }),
    method("bool Verify()", |cx, a, _| Ok(verifies(cx, &raw(&a[0])?).into())),
];

/// A certificate, or nothing yet.
#[derive(Debug)]
pub(super) struct Held {
    def: &'static TypeDef,
    pub(super) certificate: Mutex<Option<Arc<Certificate>>>,
}

/// A certificate as an `X509Certificate2`.
pub(crate) fn value(certificate: Arc<Certificate>) -> Value {
    made(&CERTIFICATE2, certificate)
}

pub(super) fn made(def: &'static TypeDef, certificate: Arc<Certificate>) -> Value {
    Value::object(Held {
        def,
        certificate: Mutex::new(Some(certificate)),
    })
}

/// What the constructor without arguments gives.
pub(super) fn unset(def: &'static TypeDef) -> Value {
    Value::object(Held {
        def,
        certificate: Mutex::new(None),
    })
}

fn made_of(bytes: &Value, password: &str) -> Eval {
    Ok(value(read(bytes, password)?))
}

pub(super) fn read(bytes: &Value, password: &str) -> Eval<Arc<Certificate>> {
    let bytes = array::to_bytes(bytes).filter(|it| !it.is_empty());
    let bytes =
        bytes.ok_or_else(|| Exception::argument("Array may not be empty or null. (Parameter 'rawData')"))?;
    Ok(Arc::new(certificate_files::read(&bytes, password)?))
}

/// The certificate of a receiver that must hold one.
pub(super) fn raw(value: &Value) -> Eval<Arc<Certificate>> {
    let held = value.of::<Held>()?.certificate.lock().clone();
    held.ok_or_else(|| failure("m_safeCertContext is an invalid handle.").into())
}

/// The certificate of an argument that must not be null.
pub(super) fn given(value: &Value, parameter: &str) -> Eval<Arc<Certificate>> {
    match value.as_object::<Held>() {
        Some(_) => raw(value),
        None => Err(Exception::argument_null(parameter).into()),
    }
}

/// Unix seconds as the local time that .NET gives.
pub(super) fn date(seconds: i64) -> Eval<DateTime> {
    Ok(DateTime::from_ticks(
        UNIX_EPOCH + seconds.saturating_mul(SECOND),
        Kind::Local,
    )?)
}

fn verifies(cx: &Cx<'_>, certificate: &Arc<Certificate>) -> bool {
    let now = DateTime::from_moment(cx.now()).ticks;
    let now = (now - UNIX_EPOCH) / SECOND;
    chain::verifies(certificate, &cx.host.facts().deployment.authorities, now)
}

fn platform() -> crate::exception::Fault {
    let message = "The property setter is not supported on this platform.";
    Exception::new("System.PlatformNotSupportedException", message).into()
}

/// `ToString(verbose)`: name, issuer, serial number, dates and thumbprint, each below its heading.
pub(super) fn described(value: &Value, verbose: bool) -> String {
    let Ok(it) = raw(value) else {
        return value.ty().clr_name();
    };
    if !verbose {
        return summary(&it);
    }
    let mut text = format!("[Version]\n  V{}\n\n{}", it.version, summary(&it));
    let key_bits = it
        .rsa
        .as_ref()
        .map_or(0, crate::dotnet::crypto::rsa::RsaKey::bits);
    let name = |number: &str| {
        crate::dotnet::crypto::oid::name_of(number)
            .unwrap_or_default()
            .to_owned()
    };
    text.push_str(&format!(
        "\n[Signature Algorithm]\n  {}({})\n\n[Public Key]\n  Algorithm: {}\n  Length: {key_bits}\n",
        name(&it.signature_algorithm),
        it.signature_algorithm,
        name(&it.key_algorithm),
    ));
    text
}

fn summary(it: &Certificate) -> String {
    let date =
        |seconds: i64| date(seconds).map_or_else(|_| String::new(), |it| date_time::value(it).to_text());
    format!(
        "[Subject]\n  {}\n\n[Issuer]\n  {}\n\n[Serial Number]\n  {}\n\n[Not Before]\n  {}\n\n[Not After]\n  {}\n\n[Thumbprint]\n  {}\n",
        it.subject.text,
        it.issuer.text,
        it.serial_number(),
        date(it.not_before),
        date(it.not_after),
        it.thumbprint(),
    )
}

impl Object for Held {
    fn ty(&self) -> Type {
        Type::class(self.def)
    }

    fn text(&self) -> Text {
        match &*self.certificate.lock() {
            Some(it) => summary(it).into(),
            None => self.def.name.into(),
        }
    }

    fn equals(&self, other: &Value) -> bool {
        match (&*self.certificate.lock(), raw(other)) {
            (Some(own), Ok(other)) => own.issuer.der == other.issuer.der && own.serial == other.serial,
            _ => false,
        }
    }

    fn hash(&self) -> Option<u64> {
        let own = self.certificate.lock();
        Some(compare::hash_text(&own.as_ref()?.thumbprint()))
    }
}
