use redis::{Client, ConnectionInfo, IntoConnectionInfo, ProtocolVersion, TlsCertificates};
use std::fmt;
use std::str::FromStr;

/// Where a server is: `redis://[[USER]:PASSWORD@]HOST[:PORT][/DB]`, or `rediss://` over TLS; also `valkey://` and `valkeys://`.
#[derive(Clone)]
pub struct Place {
    pub(crate) client: Client,
    text: String,
}

/// An address that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// Another scheme.
    #[error("state is kept at `redis://HOST:PORT[/DB]` or `rediss://HOST:PORT[/DB]`, not at `{0}`")]
    Scheme(String),
    /// An authority for a server that shows no certificate.
    #[error("`{0}` is reached without TLS, so there is no certificate to check; TLS is `rediss://`")]
    NoTls(String),
    /// Something of the rest is wrong.
    #[error("`{place}`: {why}")]
    Wrong {
        /// The address, without its password.
        place: String,
        /// What is wrong.
        why: String,
    },
}

impl Place {
    /// The same server, whose certificate must be signed by one of these authorities (PEM) in place of the public ones.
    ///
    /// # Errors
    /// When it is reached without TLS, or `authorities` holds no certificate.
    pub fn trusting(self, authorities: &[u8]) -> Result<Place, PlaceError> {
        if !matches!(self.text.split_once("://"), Some(("rediss" | "valkeys", _))) {
            return Err(PlaceError::NoTls(self.text));
        }
        let wrong = |why: String| PlaceError::Wrong {
            place: self.text.clone(),
            why,
        };
        if !String::from_utf8_lossy(authorities).contains("-----BEGIN CERTIFICATE-----") {
            return Err(wrong(
                "the file of authorities holds no certificate in PEM".to_owned(),
            ));
        }
        let certificates = TlsCertificates {
            client_tls: None,
            root_cert: Some(authorities.to_vec()),
        };
        let info = self.client.get_connection_info().clone();
        let client = Client::build_with_tls(info, certificates).map_err(|it| wrong(it.to_string()))?;
        Ok(Place { client, ..self })
    }
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Place, PlaceError> {
        let shown = shown(text);
        let url = match text.split_once("://") {
            Some(("redis" | "valkey", rest)) => format!("redis://{rest}"),
            Some(("rediss" | "valkeys", rest)) => format!("rediss://{rest}"),
            _ => return Err(PlaceError::Scheme(shown)),
        };
        let wrong = |why: redis::RedisError| PlaceError::Wrong {
            place: shown.clone(),
            why: why.to_string(),
        };
        let info: ConnectionInfo = url.into_connection_info().map_err(wrong)?;
        // The newer protocol tells of a server that goes away while nobody asks it anything.
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let client = Client::open(info.set_redis_settings(settings)).map_err(wrong)?;
        Ok(Place { client, text: shown })
    }
}

// The same without what is secret in it.
fn shown(text: &str) -> String {
    match (text.split_once("://"), text.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        _ => text.to_owned(),
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({})", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_without_their_password() {
        for text in ["redis://127.0.0.1:6379", "valkey://cache/3", "redis://localhost"] {
            let place: Place = text.parse().unwrap();
            assert_eq!(place.to_string(), text);
        }
        let place: Place = "redis://me:secret@cache:6380/1".parse().unwrap();
        assert_eq!(place.to_string(), "redis://cache:6380/1");
        let place: Place = "rediss://:secret@cache:6380".parse().unwrap();
        assert_eq!(place.to_string(), "rediss://cache:6380");
        for wrong in ["", "memory", "http://cache", "redis://cache/x", "redis://:a:b:c"] {
            assert!(wrong.parse::<Place>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn authorities_are_for_servers_with_tls() {
        let place = |text: &str| text.parse::<Place>().unwrap();
        let error = place("redis://cache").trusting(b"").unwrap_err();
        assert_eq!(error, PlaceError::NoTls("redis://cache".to_owned()));
        for wrong in [
            "",
            "cache",
            "-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----\n",
        ] {
            let error = place("rediss://:p@cache").trusting(wrong.as_bytes()).unwrap_err();
            assert!(error.to_string().starts_with("`rediss://cache`: "), "{error}");
        }
    }
}
