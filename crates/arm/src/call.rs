//! A request, taken apart.

use crate::answer::Problem;
use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// A request to the management plane.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Segments of the path, decoded; empty ones are left out.
    pub(crate) path: Vec<String>,
    /// The same in lower case: names of Azure compare without case.
    pub(crate) lower: Vec<String>,
    query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Scheme and host that the client called.
    pub(crate) base: String,
    /// Path and query as they were sent.
    pub(crate) target: String,
}

impl Call {
    pub(crate) fn read(request: Request<Bytes>) -> Call {
        let (parts, body) = request.into_parts();
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let path: Vec<String> = parts
            .uri
            .path()
            .split('/')
            .filter(|it| !it.is_empty())
            .map(decode)
            .collect();
        let pair = |pair: &str| {
            let pair = pair.replace('+', " ");
            let (name, value) = pair.split_once('=').unwrap_or((&pair, ""));
            (decode(name), decode(value))
        };
        let query = parts.uri.query().unwrap_or_default();
        let query = query.split('&').filter(|it| !it.is_empty()).map(pair).collect();
        let host = parts
            .headers
            .get(http::header::HOST)
            .and_then(|it| it.to_str().ok());
        let host = host
            .or(parts.uri.authority().map(|it| it.as_str()))
            .unwrap_or("management.azure.com");
        Call {
            lower: path.iter().map(|it| it.to_ascii_lowercase()).collect(),
            path,
            query,
            base: format!("https://{host}"),
            target: parts
                .uri
                .path_and_query()
                .map_or("/", |it| it.as_str())
                .to_owned(),
            method: parts.method,
            headers: parts.headers,
            body,
        }
    }

    /// A parameter of the query; names compare without case.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Segments in lower case.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.lower.iter().map(String::as_str).collect()
    }

    /// The body as an object; without a body an empty one.
    pub(crate) fn object(&self) -> Result<Map<String, Value>, Problem> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Map::new());
        }
        match serde_json::from_slice::<Value>(&self.body) {
            Ok(Value::Object(object)) => Ok(object),
            Ok(Value::Null) => Ok(Map::new()),
            Ok(_) => Err(Problem::bad(
                "InvalidRequestContent",
                "The request content was invalid and could not be deserialized: an object is expected.",
            )),
            Err(error) => Err(Problem::bad(
                "InvalidRequestContent",
                format!(
                    "The request content was invalid and could not be deserialized: '{error}. Path '', line {}, position {}.'.",
                    error.line(),
                    error.column()
                ),
            )),
        }
    }

    /// The version of the contract: any that is well formed.
    pub(crate) fn check_version(&self) -> Result<(), Problem> {
        let version = self.query("api-version").unwrap_or_default();
        if version.is_empty() {
            return Err(Problem::bad(
                "MissingApiVersionParameter",
                "The api-version query parameter (?api-version=) is required for all requests.",
            ));
        }
        match is_version(version) {
            true => Ok(()),
            false => Err(Problem::bad(
                "InvalidApiVersionParameter",
                format!(
                    "The api-version '{version}' is invalid. The api-version must be a date, such as '2024-05-01', and may end in '-preview'."
                ),
            )),
        }
    }
}

// `YYYY-MM-DD`, and perhaps `-preview` or the like.
fn is_version(text: &str) -> bool {
    let Some(date) = text.get(..10) else { return false };
    let is_date = date.parse::<jiff::civil::Date>().is_ok();
    let rest = &text[10..];
    is_date
        && (rest.is_empty()
            || (rest.starts_with('-')
                && rest.len() > 1
                && rest[1..].chars().all(|c| c.is_ascii_alphanumeric() || c == '-')))
}

#[cfg(test)]
mod tests {
    use super::is_version;

    #[test]
    fn versions_are_dates() {
        for good in [
            "2024-05-01",
            "2023-05-01-preview",
            "2016-07-07",
            "2020-06-01-privatepreview",
        ] {
            assert!(is_version(good), "{good}");
        }
        for bad in [
            "",
            "latest",
            "2024-5-1",
            "2024-13-01",
            "2024-05-01-",
            "2024-05-01preview",
            "2024-05-01é",
        ] {
            assert!(!is_version(bad), "{bad}");
        }
    }
}
