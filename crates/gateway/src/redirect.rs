//! `follow-redirects`: where a 3xx answer leads, by the rules of .NET's HTTP client.

use crate::body::Outgoing;
use expression::Url;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, LOCATION};
use http::{Method, StatusCode};
use policy::url::parse;

/// How many redirects are followed; the answer after that is the caller's.
pub(crate) const MOST: usize = 50;

/// The next request.
#[derive(Debug)]
pub(crate) struct Next {
    /// Its URL, whole.
    pub(crate) url: Url,
    /// Its method.
    pub(crate) method: Method,
    /// Its body.
    pub(crate) body: Outgoing,
}

/// Where an answer leads; `None` if it is to be taken as it is.
pub(crate) fn next(
    status: StatusCode,
    answered: &HeaderMap,
    from: &Url,
    method: &Method,
    body: Option<Outgoing>,
) -> Option<Next> {
    let location = answered.get(LOCATION)?.to_str().ok()?;
    let url = resolve(from, location)?;
    // .NET does not leave TLS by a redirect.
    if &*from.scheme == "https" && &*url.scheme == "http" {
        return None;
    }
    let becomes_get = match status.as_u16() {
        303 => *method != Method::HEAD,
        300..=302 => *method == Method::POST,
        307 | 308 => false,
        _ => return None,
    };
    match becomes_get {
        true => Some(Next {
            url,
            method: Method::GET,
            body: Outgoing::Empty,
        }),
        // A body that passed by cannot be sent again.
        false => Some(Next {
            url,
            method: method.clone(),
            body: body?,
        }),
    }
}

/// Takes out of a redirected request what was meant for the first server or the first body.
pub(crate) fn clean(headers: &mut HeaderMap, from: &Url, next: &Next) {
    if from.host != next.url.host || from.port != next.url.port {
        headers.remove(AUTHORIZATION);
    }
    if next.method == Method::GET {
        headers.remove(CONTENT_TYPE);
    }
    headers.remove(http::header::HOST);
}

fn resolve(from: &Url, location: &str) -> Option<Url> {
    if location.contains("://") {
        return parse(location);
    }
    if let Some(rest) = location.strip_prefix("//") {
        return parse(&format!("{}://{rest}", from.scheme));
    }
    let (path, query) = location.split_at(location.find('?').unwrap_or(location.len()));
    let path = match path {
        "" => from.path.to_string(),
        path if path.starts_with('/') => path.to_owned(),
        path => format!(
            "{}/{path}",
            from.path.rsplit_once('/').map_or("", |(folder, _)| folder)
        ),
    };
    let query = query.split('#').next().unwrap_or_default();
    Some(Url {
        path: path.into(),
        query: query.into(),
        ..from.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::show;

    fn follow(status: u16, location: &str, method: Method) -> Option<(String, Method)> {
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, location.parse().expect("a value"));
        let from = parse("https://a.example/x/y?z=1").expect("a URL");
        let status = StatusCode::from_u16(status).expect("a status");
        let next = next(status, &headers, &from, &method, Some(Outgoing::Empty))?;
        Some((show(&next.url), next.method))
    }

    #[test]
    fn locations_are_resolved_and_methods_follow_the_status() {
        let get = |url: &str| Some((url.to_owned(), Method::GET));
        assert_eq!(
            follow(302, "https://b.example/q?r=1", Method::POST),
            get("https://b.example/q?r=1")
        );
        assert_eq!(follow(301, "/top", Method::GET), get("https://a.example/top"));
        assert_eq!(follow(303, "side", Method::PUT), get("https://a.example/x/side"));
        assert_eq!(
            follow(307, "//c.example", Method::POST),
            Some(("https://c.example/".into(), Method::POST))
        );
        assert_eq!(follow(302, "http://b.example", Method::GET), None);
        assert_eq!(follow(304, "/top", Method::GET), None);
    }
}
