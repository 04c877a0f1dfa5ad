//! Absolute URLs in parts, paths and queries as text. Percent-encoding is kept as it came.

use expression::Url;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::borrow::Cow;
use std::sync::Arc;

/// What `Uri.EscapeDataString` leaves alone is unreserved; everything else is encoded.
const DATA: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// What cannot stand in a path or query at all. `%` stays: the text may be encoded already.
const ILLEGAL: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'|')
    .add(b'\\')
    .add(b'^')
    .add(b'#');

/// The parts of an absolute `http` or `https` URL.
pub fn parse(text: &str) -> Option<Url> {
    let (scheme, rest) = text.trim().split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "http" | "ws" => 80,
        "https" | "wss" => 443,
        _ => return None,
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = split_port(authority, default_port)?;
    let tail = tail.split('#').next().unwrap_or_default();
    let (path, query) = tail.split_at(tail.find('?').unwrap_or(tail.len()));
    let path = if path.is_empty() { "/" } else { path };
    Some(Url {
        scheme: scheme.into(),
        host: host.to_ascii_lowercase().into(),
        port,
        path: legal(path).into(),
        query: legal(if query == "?" { "" } else { query }).into(),
    })
}

fn split_port(authority: &str, default: u16) -> Option<(&str, u16)> {
    let at = match authority.rfind(']') {
        Some(bracket) => authority[bracket..].find(':').map(|colon| bracket + colon),
        None => authority.find(':'),
    };
    let (host, port) = match at {
        Some(at) => (
            &authority[..at],
            authority[at + 1..].parse().ok().filter(|port| *port > 0)?,
        ),
        None => (authority, default),
    };
    let good = !host.is_empty()
        && host.bytes().all(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'[' | b']' | b':' | b'%')
        });
    good.then_some((host, port))
}

/// `base` with `path` and `query` behind its own path, joined by exactly one slash. Its own query is not used.
pub fn join(base: &Url, path: &str, query: &str) -> Url {
    let prefix = base.path.strip_suffix('/').unwrap_or(&base.path);
    let path: Arc<str> = match path {
        "" => base.path.clone(),
        path if path.starts_with('/') => format!("{prefix}{path}").into(),
        path => format!("{prefix}/{path}").into(),
    };
    Url {
        path,
        query: query.into(),
        ..base.clone()
    }
}

/// The URL as text; the scheme's own port is left out.
pub fn text(url: &Url) -> String {
    let own = matches!(
        (&*url.scheme, url.port),
        ("http" | "ws", 80) | ("https" | "wss", 443)
    );
    match own {
        true => format!("{}://{}{}{}", url.scheme, url.host, url.path, url.query),
        false => format!(
            "{}://{}:{}{}{}",
            url.scheme, url.host, url.port, url.path, url.query
        ),
    }
}

/// The text with everything encoded that cannot stand in a path or query.
pub(crate) fn legal(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, ILLEGAL).into()
}

/// The text as a value of a query parameter.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, DATA).to_string()
}

/// A parameter value as part of a path; slashes of a wildcard stay.
pub(crate) fn encode_path(text: &str) -> String {
    const PATH: &AsciiSet = &DATA
        .remove(b'/')
        .remove(b'@')
        .remove(b':')
        .remove(b'!')
        .remove(b'$')
        .remove(b'\'')
        .remove(b'(')
        .remove(b')')
        .remove(b'*')
        .remove(b'+')
        .remove(b',')
        .remove(b';')
        .remove(b'=');
    utf8_percent_encode(text, PATH).to_string()
}

/// The pieces of a query: name decoded, and the whole piece as it stands.
pub(crate) fn pieces(query: &str) -> impl Iterator<Item = (String, &str)> {
    let query = query.strip_prefix('?').unwrap_or(query);
    query.split('&').filter(|piece| !piece.is_empty()).map(|piece| {
        let name = piece.split('=').next().unwrap_or_default();
        (decode(name), piece)
    })
}

/// A name or value of a query, decoded; `+` is a space.
pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}

/// Pieces as a query with its leading `?`, or nothing.
pub(crate) fn query<S: AsRef<str>>(pieces: impl IntoIterator<Item = S>) -> String {
    let mut out = String::new();
    for piece in pieces {
        out.push(if out.is_empty() { '?' } else { '&' });
        out.push_str(piece.as_ref());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round(given: &str) -> Option<String> {
        parse(given).map(|url| text(&url))
    }

    #[test]
    fn urls_are_taken_apart_and_put_together() {
        assert_eq!(
            round("HTTPS://Contoso.com:443/a%2fb?x=1#f").as_deref(),
            Some("https://contoso.com/a%2fb?x=1")
        );
        assert_eq!(round("http://[::1]:8080").as_deref(), Some("http://[::1]:8080/"));
        assert_eq!(round("http://h/a b").as_deref(), Some("http://h/a%20b"));
        for bad in [
            "contoso.com/x",
            "ftp://h/",
            "http://",
            "http://h:0/",
            "http://h:x/",
            "http://a b/",
        ] {
            assert_eq!(round(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_base_is_joined_with_one_slash() {
        let base = parse("http://h/api/").unwrap();
        assert_eq!(&*join(&base, "/x", "?q=1").path, "/api/x");
        assert_eq!(&*join(&base, "x", "").path, "/api/x");
        assert_eq!(&*join(&base, "", "").path, "/api/");
        assert_eq!(&*join(&parse("http://h").unwrap(), "/x", "").path, "/x");
    }

    proptest! {
        #[test]
        fn any_text_survives_as_a_query_value(value: String) {
            let piece = format!("a={}", encode(&value));
            prop_assert_eq!(decode(&piece[2..]), value);
        }
    }
}
