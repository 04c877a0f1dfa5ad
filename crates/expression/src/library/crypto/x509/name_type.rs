//! `System.Security.Cryptography.X509Certificates.X509NameType`.

use crate::Value;
use crate::dotnet::crypto::certificate::NameType;
use crate::library::table::{TypeDef, enumeration};

/// `System.Security.Cryptography.X509Certificates.X509NameType`.
pub(crate) static NAME_TYPE: TypeDef = enumeration(
    "System.Security.Cryptography.X509Certificates.X509NameType",
    &[
        ("SimpleName", 0),
        ("EmailName", 1),
        ("UpnName", 2),
        ("DnsName", 3),
        ("DnsFromAlternativeName", 4),
        ("UrlName", 5),
    ],
);

/// What a value of it asks for.
pub(super) fn of(value: &Value) -> Option<NameType> {
    Some(match value.long() {
        0 => NameType::Simple,
        1 => NameType::Email,
        2 => NameType::Upn,
        3 => NameType::Dns,
        4 => NameType::DnsFromAlternativeName,
        5 => NameType::Url,
        _ => return None,
    })
}
