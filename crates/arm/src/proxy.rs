//! Whose request it is: which hosts are answered here, and which are somebody else's.

use std::net::IpAddr;

/// Who answers for a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// The management plane.
    Management,
    /// Sign-in.
    Login,
    /// People and applications.
    Graph,
    /// The gateway.
    Gateway,
    /// The mock model servers.
    Foundry,
    /// Secrets of vaults.
    Vault,
    /// Queries of logs.
    Logs,
    /// List prices.
    Prices,
    /// Nobody here, but it is a host of Azure, such as one that is asked for updates.
    Nobody,
    /// Whoever it belongs to.
    Elsewhere,
}

/// Hosts that are answered here, by name or, with a dot in front, by the end of it.
const HOSTS: &[(&str, Whose)] = &[
    ("management.azure.com", Whose::Management),
    ("management.core.windows.net", Whose::Management),
    ("graph.microsoft.com", Whose::Graph),
    (".azure-api.net", Whose::Gateway),
    (".openai.azure.com", Whose::Foundry),
    (".cognitiveservices.azure.com", Whose::Foundry),
    (".services.ai.azure.com", Whose::Foundry),
    (".search.windows.net", Whose::Nobody),
    (".vault.azure.net", Whose::Vault),
    ("api.loganalytics.io", Whose::Logs),
    ("api.loganalytics.azure.com", Whose::Logs),
    ("api.applicationinsights.io", Whose::Logs),
    ("prices.azure.com", Whose::Prices),
    // Look-ups of updates and extensions: an answer at once is quicker than none.
    ("azcliprod.blob.core.windows.net", Whose::Nobody),
    ("aka.ms", Whose::Nobody),
    ("dc.services.visualstudio.com", Whose::Nobody),
    (".in.applicationinsights.azure.com", Whose::Nobody),
    ("dc.applicationinsights.azure.com", Whose::Nobody),
];

/// Who answers for `host`.
pub(crate) fn whose(host: &str) -> Whose {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if issuer::is_authority(&host) {
        return Whose::Login;
    }
    let is_it = |name: &str| match name.strip_prefix('.') {
        Some(_) => host.ends_with(name) && host.len() > name.len(),
        None => host == name,
    };
    HOSTS
        .iter()
        .find(|(name, _)| is_it(name))
        .map_or(Whose::Elsewhere, |(_, whose)| *whose)
}

/// Whether a host is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}

/// Host and port of `CONNECT host:port HTTP/1.1`.
pub(crate) fn connect(head: &str) -> Option<(String, u16)> {
    let line = head.lines().next()?;
    let mut words = line.split(' ');
    if !words.next()?.eq_ignore_ascii_case("CONNECT") {
        return None;
    }
    let (host, port) = words.next()?.rsplit_once(':')?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    (!host.is_empty()).then_some((host.to_owned(), port.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hosts_of_azure_are_answered_here() {
        for (host, expected) in [
            ("management.azure.com", Whose::Management),
            ("LOGIN.microsoftonline.com", Whose::Login),
            ("graph.microsoft.com", Whose::Graph),
            ("apim-1.azure-api.net", Whose::Gateway),
            (".azure-api.net", Whose::Elsewhere),
            ("azure-api.net", Whose::Elsewhere),
            ("evil-azure-api.net", Whose::Elsewhere),
            ("foundry1.openai.azure.com", Whose::Foundry),
            ("kv-1.vault.azure.net", Whose::Vault),
            ("api.loganalytics.io", Whose::Logs),
            ("aka.ms", Whose::Nobody),
            ("management.azure.com.evil.example", Whose::Elsewhere),
            ("pypi.org", Whose::Elsewhere),
        ] {
            assert_eq!(whose(host), expected, "{host}");
        }
    }

    #[test]
    fn what_a_proxy_is_asked_for_is_read() {
        let read = |head: &str| connect(head);
        assert_eq!(
            read("CONNECT a.example:443 HTTP/1.1\r\n\r\n"),
            Some(("a.example".into(), 443))
        );
        assert_eq!(
            read("CONNECT [::1]:8443 HTTP/1.1\r\n\r\n"),
            Some(("::1".into(), 8443))
        );
        for wrong in [
            "GET / HTTP/1.1",
            "CONNECT a.example HTTP/1.1",
            "CONNECT :443 HTTP/1.1",
            "",
            "CONNECT a:99999 HTTP/1.1",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
