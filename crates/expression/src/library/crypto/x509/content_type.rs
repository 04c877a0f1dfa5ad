//! `System.Security.Cryptography.X509Certificates.X509ContentType`.

use crate::library::table::{TypeDef, enumeration};

/// `System.Security.Cryptography.X509Certificates.X509ContentType`. `Pfx` and `Pkcs12` are one.
pub(crate) static CONTENT_TYPE: TypeDef = enumeration(
    "System.Security.Cryptography.X509Certificates.X509ContentType",
    &[
        ("Unknown", 0),
        ("Cert", 1),
        ("SerializedCert", 2),
        ("Pfx", 3),
        ("Pkcs12", 3),
        ("SerializedStore", 4),
        ("Pkcs7", 5),
        ("Authenticode", 6),
    ],
);
