//! Object identifiers and the names that .NET has for them.

// Number, .NET's friendly name, and the key of the attribute in a distinguished name (empty for none).
const KNOWN: &[(&str, &str, &str)] = &[
    ("2.5.4.3", "CN", "CN"),
    ("2.5.4.4", "SN", "SN"),
    ("2.5.4.5", "SERIALNUMBER", "SERIALNUMBER"),
    ("2.5.4.6", "C", "C"),
    ("2.5.4.7", "L", "L"),
    ("2.5.4.8", "S", "S"),
    ("2.5.4.9", "STREET", "STREET"),
    ("2.5.4.10", "O", "O"),
    ("2.5.4.11", "OU", "OU"),
    ("2.5.4.12", "T", "T"),
    ("2.5.4.13", "Description", "Description"),
    ("2.5.4.17", "PostalCode", "PostalCode"),
    ("2.5.4.42", "G", "G"),
    ("2.5.4.43", "I", "I"),
    ("0.9.2342.19200300.100.1.1", "UID", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC", "DC"),
    ("1.2.840.113549.1.9.1", "E", "E"),
    ("1.2.840.113549.1.1.1", "RSA", ""),
    ("1.2.840.113549.1.1.4", "md5RSA", ""),
    ("1.2.840.113549.1.1.5", "sha1RSA", ""),
    ("1.2.840.113549.1.1.10", "RSASSA-PSS", ""),
    ("1.2.840.113549.1.1.11", "sha256RSA", ""),
    ("1.2.840.113549.1.1.12", "sha384RSA", ""),
    ("1.2.840.113549.1.1.13", "sha512RSA", ""),
    ("1.2.840.10045.2.1", "ECC", ""),
    ("1.2.840.10045.4.3.2", "sha256ECDSA", ""),
    ("1.2.840.10045.4.3.3", "sha384ECDSA", ""),
    ("1.2.840.10045.4.3.4", "sha512ECDSA", ""),
    ("1.2.840.10045.3.1.7", "nistP256", ""),
    ("1.3.132.0.34", "nistP384", ""),
    ("1.3.132.0.35", "nistP521", ""),
    ("1.2.840.113549.2.5", "md5", ""),
    ("1.3.14.3.2.26", "sha1", ""),
    ("2.16.840.1.101.3.4.2.1", "sha256", ""),
    ("2.16.840.1.101.3.4.2.2", "sha384", ""),
    ("2.16.840.1.101.3.4.2.3", "sha512", ""),
    ("1.2.840.113549.3.7", "3des", ""),
    ("1.3.14.3.2.7", "des", ""),
    ("1.2.840.113549.3.2", "rc2", ""),
    ("2.16.840.1.101.3.4.1.2", "aes128", ""),
    ("2.16.840.1.101.3.4.1.22", "aes192", ""),
    ("2.16.840.1.101.3.4.1.42", "aes256", ""),
    ("1.2.840.113549.1.7.1", "PKCS 7 Data", ""),
    ("1.2.840.113549.1.7.2", "PKCS 7 Signed", ""),
    ("2.5.29.14", "Subject Key Identifier", ""),
    ("2.5.29.15", "Key Usage", ""),
    ("2.5.29.17", "Subject Alternative Name", ""),
    ("2.5.29.19", "Basic Constraints", ""),
    ("2.5.29.31", "CRL Distribution Points", ""),
    ("2.5.29.32", "Certificate Policies", ""),
    ("2.5.29.35", "Authority Key Identifier", ""),
    ("2.5.29.37", "Enhanced Key Usage", ""),
    ("1.3.6.1.5.5.7.1.1", "Authority Information Access", ""),
    ("1.3.6.1.5.5.7.3.1", "Server Authentication", ""),
    ("1.3.6.1.5.5.7.3.2", "Client Authentication", ""),
];

/// The friendly name of an object identifier.
pub(crate) fn name_of(number: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(it, ..)| *it == number).map(|it| it.1)
}

/// The object identifier that a friendly name stands for. Case counts for nothing.
pub(crate) fn number_of(name: &str) -> Option<&'static str> {
    KNOWN
        .iter()
        .find(|it| it.1.eq_ignore_ascii_case(name))
        .map(|it| it.0)
}

/// How an attribute of a distinguished name is called.
pub(crate) fn attribute(number: &str) -> Option<&'static str> {
    KNOWN
        .iter()
        .find(|(it, ..)| *it == number)
        .map(|it| it.2)
        .filter(|it| !it.is_empty())
}
