//! Where a call goes: URLs taken apart once, mock hosts turned to the local Foundry.

use expression::Url;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderValue, Uri};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// What may be called, and where it really is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Directory {
    /// Address of the mock model servers.
    pub(crate) foundry: Option<SocketAddr>,
    /// Mock model servers elsewhere, by account in lower case, `*` for all others; asked before `foundry`.
    pub(crate) mocks: BTreeMap<String, Authority>,
    /// Who answers for the hosts of Entra ID; the local issuer without.
    pub(crate) authority: Option<Uri>,
    /// Their accounts, in lower case.
    pub(crate) accounts: BTreeSet<String>,
    /// What becomes of calls to others.
    pub(crate) outside: Outside,
}

/// What becomes of calls to hosts that are neither a mock nor this machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Outside {
    /// They go there.
    #[default]
    Called,
    /// They are refused.
    Refused,
    /// This server answers them all, without TLS.
    Answered(SocketAddr),
}

/// A base URL, ready to be called.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// As written.
    url: Url,
    /// Its path without a slash at the end.
    prefix: String,
    /// Whether it is the local issuer, which needs no connection.
    pub(crate) is_issuer: bool,
    /// What `Host` says.
    pub(crate) host: HeaderValue,
    /// Where the connection goes.
    scheme: Scheme,
    authority: Authority,
    /// The same as an address, if it is one.
    pub(crate) socket: Option<SocketAddr>,
}

const MOCK_DOMAINS: [&str; 3] = [
    "openai.azure.com",
    "cognitiveservices.azure.com",
    "services.ai.azure.com",
];

impl Directory {
    /// The target of a base URL; the text says why there is none.
    pub(crate) fn target(&self, url: &Url) -> Result<Target, String> {
        let host_text = match is_default_port(url) {
            true => url.host.to_string(),
            false => format!("{}:{}", url.host, url.port),
        };
        let host = HeaderValue::from_str(&host_text).map_err(|_| format!("`{host_text}` is no host name"))?;
        let is_authority = issuer::is_authority(&url.host);
        let is_issuer = is_authority && self.authority.is_none();
        let other = self.authority.as_ref().filter(|_| is_authority).and_then(place);
        let mock = self.mock(&url.host).map(|authority| (Scheme::HTTP, authority));
        let outside = match is_loopback(&url.host) {
            true => Outside::Called,
            false => self.outside,
        };
        let answering = match outside {
            Outside::Answered(socket) => Some((Scheme::HTTP, socket.to_string())),
            Outside::Called | Outside::Refused => None,
        };
        let (scheme, authority) = match mock.or(other).or(answering.filter(|_| !is_issuer)) {
            Some(place) => place,
            None if is_issuer => (Scheme::HTTPS, format!("{}:{}", url.host, url.port)),
            None if outside == Outside::Refused => {
                return Err(format!(
                    "`{}` is neither a mock nor this machine, and the gateway is offline",
                    url.host
                ));
            }
            None if url.scheme.eq_ignore_ascii_case("https") => {
                (Scheme::HTTPS, format!("{}:{}", url.host, url.port))
            }
            None if url.scheme.eq_ignore_ascii_case("http") => {
                (Scheme::HTTP, format!("{}:{}", url.host, url.port))
            }
            None => return Err(format!("`{}` is neither `http` nor `https`", url.scheme)),
        };
        let socket = authority.parse().ok();
        let authority =
            Authority::try_from(authority).map_err(|_| format!("`{}` is no host name", url.host))?;
        let prefix = url.path.strip_suffix('/').unwrap_or(&url.path).to_owned();
        Ok(Target {
            url: url.clone(),
            prefix,
            is_issuer,
            host,
            scheme,
            authority,
            socket,
        })
    }

    fn mock(&self, host: &str) -> Option<String> {
        let (account, domain) = host.split_once('.')?;
        let is_mock = MOCK_DOMAINS.iter().any(|mock| domain.eq_ignore_ascii_case(mock));
        // Labs give accounts names in lower case, as host names are.
        let account = account.to_ascii_lowercase();
        if !is_mock || !self.accounts.contains(&account) {
            return None;
        }
        let elsewhere = self.mocks.get(&account).or_else(|| self.mocks.get("*"));
        elsewhere
            .map(Authority::to_string)
            .or_else(|| self.foundry.map(|address| address.to_string()))
    }
}

// Scheme, host and port of a base URL.
fn place(uri: &Uri) -> Option<(Scheme, String)> {
    Some((uri.scheme()?.clone(), uri.authority()?.to_string()))
}

impl Target {
    /// The URL that a policy sees after a call, and the one that goes onto the wire.
    pub(crate) fn join(&self, path: &str, query: &str) -> Result<(Url, Uri), String> {
        let (prefix, slash) = match path {
            "" => (&*self.url.path, if self.url.path.is_empty() { "/" } else { "" }),
            path => (self.prefix.as_str(), if path.starts_with('/') { "" } else { "/" }),
        };
        let query = if query == "?" { "" } else { query };
        let mark = if query.is_empty() || query.starts_with('?') {
            ""
        } else {
            "?"
        };
        // Of the exact size, so that it becomes shared bytes without being copied.
        let path_length = prefix.len() + slash.len() + path.len();
        let mut text = String::with_capacity(path_length + mark.len() + query.len());
        text.extend([prefix, slash, path, mark, query]);
        let (seen_path, seen_query): (Arc<str>, Arc<str>) =
            (text[..path_length].into(), text[path_length..].into());
        let path_and_query = match PathAndQuery::from_maybe_shared(bytes::Bytes::from(text)) {
            Ok(it) => it,
            Err(error) => return Err(format!("the backend URL has an invalid path or query: {error}")),
        };
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path_and_query);
        let uri = Uri::from_parts(parts).map_err(|error| format!("the backend URL is invalid: {error}"))?;
        let seen = Url {
            path: seen_path,
            query: seen_query,
            ..self.url.clone()
        };
        Ok((seen, uri))
    }

    /// Whether it is called over TLS.
    pub(crate) fn is_tls(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// Host and port, for messages.
    pub(crate) fn authority(&self) -> &str {
        self.authority.as_str()
    }
}

/// A URL as text, without the scheme's own port.
pub(crate) fn show(url: &Url) -> String {
    // Piece by piece into one allocation: this is done for every call.
    let mut text =
        String::with_capacity(url.scheme.len() + url.host.len() + url.path.len() + url.query.len() + 9);
    text.extend([&url.scheme, "://", &url.host]);
    if !is_default_port(url) {
        write!(text, ":{}", url.port).expect("a String takes everything");
    }
    text.extend([&*url.path, &*url.query]);
    text
}

fn is_default_port(url: &Url) -> bool {
    matches!((&*url.scheme, url.port), ("http", 80) | ("https", 443))
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let is_local_name = |name: &str| name.eq_ignore_ascii_case("localhost");
    is_local_name(host)
        || host.rsplit_once('.').is_some_and(|(_, last)| is_local_name(last))
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::url::parse;

    fn directory(outside: Outside) -> Directory {
        let accounts = ["foundry1".to_owned()].into();
        Directory {
            foundry: Some(([127, 0, 0, 1], 8082).into()),
            accounts,
            outside,
            ..Directory::default()
        }
    }

    fn target(text: &str, outside: Outside) -> Result<Target, String> {
        directory(outside).target(&parse(text).expect("a URL"))
    }

    #[test]
    fn a_base_and_a_rest_are_joined_with_one_slash() {
        for base in ["https://h.example/openai/", "https://h.example/openai"] {
            let (seen, uri) = target(base, Outside::Called)
                .expect("a target")
                .join("/deployments/d/chat", "?api-version=1")
                .expect("a URL");
            assert_eq!(
                show(&seen),
                "https://h.example/openai/deployments/d/chat?api-version=1"
            );
            assert_eq!(
                uri,
                "https://h.example:443/openai/deployments/d/chat?api-version=1"
            );
        }
        let (seen, _) = target("http://h.example:81", Outside::Called)
            .expect("a target")
            .join("", "")
            .expect("a URL");
        assert_eq!(show(&seen), "http://h.example:81/");
    }

    #[test]
    fn mock_hosts_go_to_the_local_foundry_and_keep_their_name() {
        let target = target(
            "https://Foundry1.cognitiveservices.azure.com/openai",
            Outside::Refused,
        )
        .expect("a target");
        let (seen, uri) = target.join("/x", "").expect("a URL");
        assert_eq!(uri, "http://127.0.0.1:8082/openai/x");
        assert_eq!(target.host, "foundry1.cognitiveservices.azure.com");
        assert_eq!(
            show(&seen),
            "https://foundry1.cognitiveservices.azure.com/openai/x"
        );
    }

    #[test]
    fn mocks_may_run_elsewhere_each_on_its_own() {
        let accounts = ["a".to_owned(), "b".to_owned()].into();
        let elsewhere =
            |name: &str, authority: &'static str| (name.to_owned(), Authority::from_static(authority));
        let mocks = [elsewhere("a", "east:1"), elsewhere("*", "rest:2")].into();
        let directory = Directory {
            accounts,
            mocks,
            ..Directory::default()
        };
        let authority = |text: &str| {
            directory
                .target(&parse(text).expect("a URL"))
                .expect("a target")
                .authority()
                .to_owned()
        };
        assert_eq!(authority("https://A.openai.azure.com/openai"), "east:1");
        assert_eq!(authority("https://b.services.ai.azure.com/"), "rest:2");
        assert_eq!(authority("https://c.openai.azure.com/"), "c.openai.azure.com:443");
    }

    #[test]
    fn the_hosts_of_entra_id_are_here_unless_somebody_else_is_named() {
        let login = "https://login.microsoftonline.com/contoso.com/discovery/keys";
        assert!(target(login, Outside::Refused).expect("a target").is_issuer);
        let directory = Directory {
            authority: Some(Uri::from_static("http://keycloak:8085")),
            ..directory(Outside::Called)
        };
        let target = directory.target(&parse(login).expect("a URL")).expect("a target");
        assert!(!target.is_issuer);
        assert_eq!(target.host, "login.microsoftonline.com");
        let (_, uri) = target.join("", "").expect("a URL");
        assert_eq!(uri, "http://keycloak:8085/contoso.com/discovery/keys");
    }

    #[test]
    fn offline_only_mocks_and_this_machine_are_called() {
        for good in [
            "http://localhost:1",
            "http://127.0.0.9",
            "http://[::1]:80",
            "http://a.localhost",
        ] {
            assert!(target(good, Outside::Refused).is_ok(), "{good}");
        }
        for bad in [
            "https://api.example",
            "https://other.openai.azure.com",
            "http://10.0.0.1",
        ] {
            assert!(target(bad, Outside::Refused).is_err(), "{bad}");
            assert!(target(bad, Outside::Called).is_ok(), "{bad}");
        }
    }

    #[test]
    fn somebody_may_answer_for_everyone_else() {
        let outside = Outside::Answered(([127, 0, 0, 1], 9).into());
        let (seen, uri) = target("https://api.example/a", outside)
            .expect("a target")
            .join("/b", "")
            .expect("a URL");
        assert_eq!(show(&seen), "https://api.example/a/b");
        assert_eq!(uri, "http://127.0.0.1:9/a/b");
        let own = target("http://localhost:1", outside).expect("a target");
        assert_eq!(own.authority(), "localhost:1");
        let mock = target("https://foundry1.openai.azure.com", outside).expect("a target");
        assert_eq!(mock.authority(), "127.0.0.1:8082");
    }
}
