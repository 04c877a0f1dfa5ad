//! X.500 names as text, the way `X509Certificate2.Subject` prints them.

use super::oid;
use x509_parser::x509::X509Name;

/// `CN=Ann, O="Acme, Inc."`: the last part of the encoding comes first.
pub(crate) fn text(name: &X509Name<'_>) -> String {
    let mut parts: Vec<_> = name.iter_rdn().collect();
    parts.reverse();
    written(&parts, ", ", true)
}

/// Parts in their own order, `GetName()` and the reversed flags of `Decode` ask for it.
pub(crate) fn text_forward(name: &X509Name<'_>) -> String {
    written(&name.iter_rdn().collect::<Vec<_>>(), ", ", true)
}

fn written(
    parts: &[&x509_parser::x509::RelativeDistinguishedName<'_>],
    separator: &str,
    quotes: bool,
) -> String {
    let part = |part: &&x509_parser::x509::RelativeDistinguishedName<'_>| {
        let attributes: Vec<String> = part
            .iter()
            .map(|it| {
                let number = it.attr_type().to_id_string();
                let key = oid::attribute(&number).map_or_else(|| format!("OID.{number}"), str::to_owned);
                let value = it.as_str().map_or_else(
                    |_| String::from_utf8_lossy(it.attr_value().data).into_owned(),
                    str::to_owned,
                );
                format!("{key}={}", if quotes { quoted(&value) } else { value })
            })
            .collect();
        attributes.join(" + ")
    };
    parts.iter().map(part).collect::<Vec<_>>().join(separator)
}

// Quotes go around what would read as something else; those inside are doubled.
fn quoted(value: &str) -> String {
    let special = value.contains([',', '+', '"', '=', '<', '>', ';', '#', '\n']);
    let spaces = value.starts_with(' ') || value.ends_with(' ');
    match special || spaces || value.is_empty() {
        true => format!("\"{}\"", value.replace('"', "\"\"")),
        false => value.to_owned(),
    }
}
