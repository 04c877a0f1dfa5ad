//! Texts that nearly every request repeats: the name that callers use for this gateway, and their address. The last ones are
//! kept, so that they are not made anew.

use arc_swap::ArcSwap;
use std::net::IpAddr;
use std::sync::Arc;

/// The last texts.
#[derive(Debug)]
pub(crate) struct Callers {
    host: ArcSwap<HostName>,
    address: ArcSwap<(IpAddr, Arc<str>)>,
    schemes: [Arc<str>; 2],
}

/// A `Host`, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct HostName {
    /// As received.
    pub(crate) text: String,
    /// In lower case, without port.
    pub(crate) name: Arc<str>,
    /// Its port.
    pub(crate) port: u16,
    is_tls: bool,
}

impl Callers {
    /// Nobody has called yet.
    pub(crate) fn new() -> Callers {
        let nobody = IpAddr::from([127, 0, 0, 1]);
        Callers {
            host: ArcSwap::from_pointee(HostName::new("localhost", false)),
            address: ArcSwap::from_pointee((nobody, nobody.to_string().into())),
            schemes: ["http".into(), "https".into()],
        }
    }

    /// A `Host`, taken apart; without a port it is that of the listener's scheme.
    pub(crate) fn host(&self, text: &str, is_tls: bool) -> Arc<HostName> {
        let last = self.host.load();
        if last.text == text && last.is_tls == is_tls {
            return last.clone();
        }
        let host = Arc::new(HostName::new(text, is_tls));
        self.host.store(host.clone());
        host
    }

    /// An address as text.
    pub(crate) fn address(&self, address: IpAddr) -> Arc<str> {
        let address = address.to_canonical();
        let last = self.address.load();
        if last.0 == address {
            return last.1.clone();
        }
        let text: Arc<str> = address.to_string().into();
        self.address.store(Arc::new((address, text.clone())));
        text
    }

    /// The scheme of a listener.
    pub(crate) fn scheme(&self, is_tls: bool) -> Arc<str> {
        self.schemes[usize::from(is_tls)].clone()
    }
}

impl HostName {
    fn new(text: &str, is_tls: bool) -> HostName {
        let usual = if is_tls { 443 } else { 80 };
        let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
        let (name, port) = match text.rsplit_once(':') {
            Some((name, port)) if is_port(port) => {
                (name, port.parse().ok().filter(|port| *port > 0).unwrap_or(usual))
            }
            _ => (text, usual),
        };
        HostName {
            text: text.to_owned(),
            name: name.to_ascii_lowercase().into(),
            port,
            is_tls,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_taken_apart() {
        let callers = Callers::new();
        for (text, name, port) in [
            ("localhost:8080", "localhost", 8080),
            ("[::1]:8080", "[::1]", 8080),
            ("[::1]", "[::1]", 80),
            ("Contoso.com", "contoso.com", 80),
        ] {
            let host = callers.host(text, false);
            assert_eq!((&*host.text, &*host.name, host.port), (text, name, port));
            assert!(Arc::ptr_eq(&host, &callers.host(text, false)));
            assert_eq!(callers.host(text, true).port, if port == 80 { 443 } else { port });
        }
    }

    #[test]
    fn addresses_are_shown_in_their_own_family() {
        let callers = Callers::new();
        for (address, text) in [
            ("::ffff:10.0.0.1", "10.0.0.1"),
            ("::1", "::1"),
            ("127.0.0.1", "127.0.0.1"),
        ] {
            assert_eq!(&*callers.address(address.parse().expect("an address")), text);
        }
    }
}
