use redis::{Client, ConnectionInfo, IntoConnectionInfo, ProtocolVersion};
use std::fmt;
use std::str::FromStr;

/// Where a server is: `redis://[[USER]:PASSWORD@]HOST[:PORT][/DB]`, also `valkey://`.
#[derive(Clone)]
pub struct Place {
    pub(crate) client: Client,
    text: String,
}

/// An address that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// Another scheme.
    #[error("state is kept at `redis://HOST:PORT[/DB]`, not at `{0}`")]
    Scheme(String),
    /// A server behind TLS.
    #[error(
        "`{0}` is reached by TLS, which is not supported; use `redis://`, through a tunnel if the server insists"
    )]
    Tls(String),
    /// Something of the rest is wrong.
    #[error("`{place}`: {why}")]
    Wrong {
        /// The address, without its password.
        place: String,
        /// What is wrong.
        why: String,
    },
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Place, PlaceError> {
        let shown = shown(text);
        let rest = match text.split_once("://") {
            Some(("redis" | "valkey", rest)) => rest,
            Some(("rediss" | "valkeys", _)) => return Err(PlaceError::Tls(shown)),
            _ => return Err(PlaceError::Scheme(shown)),
        };
        let wrong = |why: redis::RedisError| PlaceError::Wrong {
            place: shown.clone(),
            why: why.to_string(),
        };
        let info: ConnectionInfo = format!("redis://{rest}").into_connection_info().map_err(wrong)?;
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
        let error = "rediss://:secret@cache:6380".parse::<Place>().unwrap_err();
        assert_eq!(error, PlaceError::Tls("rediss://cache:6380".to_owned()));
        for wrong in ["", "memory", "http://cache", "redis://cache/x", "redis://:a:b:c"] {
            assert!(wrong.parse::<Place>().is_err(), "{wrong}");
        }
    }
}
