//! What is sent along with each call to a backend: `credentials` of the entity (gateway.md 3.2).

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};
use issuer::Issuer;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The credentials of one backend, ready to be applied.
#[derive(Debug, Default)]
pub(crate) struct Credentials {
    headers: Vec<(HeaderName, Vec<HeaderValue>)>,
    query: Vec<(String, String)>,
    identity: Option<model::ManagedIdentity>,
}

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl Credentials {
    /// Reads the entity. What is no header is left out: loading has reported it.
    pub(crate) fn new(credentials: &model::Credentials) -> Credentials {
        let mut headers: Vec<(HeaderName, Vec<HeaderValue>)> = Vec::new();
        for (name, values) in &credentials.header {
            if let Ok(name) = HeaderName::try_from(name.as_str()) {
                headers.push((name, values.iter().filter_map(|value| secret(value)).collect()));
            }
        }
        if let Some(authorization) = &credentials.authorization {
            let value = secret(&format!("{} {}", authorization.scheme, authorization.parameter));
            headers.push((AUTHORIZATION, value.into_iter().collect()));
        }
        let encode = |text: &str| utf8_percent_encode(text, UNRESERVED).to_string();
        let pairs = |(name, values): (&String, &Vec<String>)| {
            let values = values
                .iter()
                .map(|value| format!("{}={}", encode(name), encode(value)));
            (name.clone(), values.collect::<Vec<_>>().join("&"))
        };
        let query = credentials.query.iter().map(pairs).collect();
        Credentials {
            headers,
            query,
            identity: credentials.managed_identity.clone(),
        }
    }

    /// Sets them; they win over what the caller sent under the same names (inferred). The text says why there is no token.
    pub(crate) fn apply(
        &self,
        headers: &mut HeaderMap,
        query: &mut String,
        issuer: &Issuer,
    ) -> Result<(), String> {
        for (name, values) in &self.headers {
            headers.remove(name);
            for value in values {
                headers.append(name, value.clone());
            }
        }
        if let Some(it) = &self.identity {
            let bearer = issuer.managed_bearer(&it.resource, it.client_id.as_deref())?;
            headers.insert(AUTHORIZATION, bearer);
        }
        if !self.query.is_empty() {
            *query = self.with_query(query);
        }
        Ok(())
    }

    fn with_query(&self, query: &str) -> String {
        let is_ours = |pair: &str| {
            let name = percent_decode_str(pair.split('=').next().unwrap_or(pair)).decode_utf8_lossy();
            self.query.iter().any(|(ours, _)| *ours == name)
        };
        let kept = query.strip_prefix('?').unwrap_or(query).split('&');
        let kept = kept.filter(|pair| !pair.is_empty() && !is_ours(pair));
        let added = self
            .query
            .iter()
            .map(|(_, pairs)| pairs.as_str())
            .filter(|pairs| !pairs.is_empty());
        let all: Vec<&str> = kept.chain(added).collect();
        match all.is_empty() {
            true => String::new(),
            false => format!("?{}", all.join("&")),
        }
    }
}

fn secret(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clock::{Clock, Dice, Moment};

    #[test]
    fn credentials_win_over_what_the_caller_sent() {
        let entity: model::Credentials = serde_json::from_str(
            r#"{"header":{"x-key":["a","b"]},"query":{"code":["1 2"]},"authorization":{"scheme":"Basic","parameter":"abc"}}"#,
        )
        .expect("valid");
        let credentials = Credentials::new(&entity);
        let mut headers = HeaderMap::new();
        headers.insert("x-key", HeaderValue::from_static("mine"));
        headers.insert(AUTHORIZATION, HeaderValue::from_static("mine"));
        let mut query = "?a=1&code=mine&b".to_owned();
        let settings = model::IdentitySettings::default();
        let issuer = Issuer::new("s", &settings, Clock::auto(Moment::EPOCH), Dice::new(1));
        credentials
            .apply(&mut headers, &mut query, &issuer)
            .expect("no token is asked for");
        assert_eq!(query, "?a=1&b&code=1%202");
        assert_eq!(headers.get_all("x-key").iter().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(headers[AUTHORIZATION], "Basic abc");
    }
}
