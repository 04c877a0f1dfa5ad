//! Headers that one hop keeps to itself, and the one that grows with each (gateway.md 2.2, 2.3).

use http::header::{
    CONNECTION, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};
use smallvec::SmallVec;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

static HOP_BY_HOP: [HeaderName; 9] = [
    CONNECTION,
    TRANSFER_ENCODING,
    UPGRADE,
    TE,
    TRAILER,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

/// Removes what is meant for one hop alone, and what `Connection` names.
pub(crate) fn drop_hop_by_hop(headers: &mut HeaderMap) {
    // Most messages have one of them or none, and a look is cheaper than nine removals.
    let is_hop_by_hop = |name: &&HeaderName| HOP_BY_HOP.contains(name);
    let mut doomed: SmallVec<[HeaderName; 4]> = headers.keys().filter(is_hop_by_hop).cloned().collect();
    let lines = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|line| line.to_str().ok());
    let named = lines.flat_map(|line| line.split(',')).map(str::trim);
    // `close` is nearly always all that stands there, or `keep-alive`, which is doomed anyway.
    let named = named.filter(|name| *name != "close" && *name != "keep-alive");
    doomed.extend(named.filter_map(|name| HeaderName::try_from(name).ok()));
    for name in doomed {
        headers.remove(name);
    }
}

/// Adds the caller's address to `X-Forwarded-For` (observed).
pub(crate) fn forward(headers: &mut HeaderMap, address: &str) {
    let known = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut list = known.fold(String::new(), |list, value| list + value + ", ");
    list.push_str(address);
    if let Ok(value) = HeaderValue::try_from(list) {
        headers.insert(FORWARDED_FOR, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_for_one_hop_ends_there_and_addresses_add_up() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, x-private"),
            ("x-private", "1"),
            ("te", "trailers"),
            ("transfer-encoding", "chunked"),
            ("api-key", "kept"),
            ("x-forwarded-for", "10.0.0.1"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        drop_hop_by_hop(&mut headers);
        forward(&mut headers, "127.0.0.1");
        assert_eq!(headers.len(), 2);
        assert_eq!(headers["api-key"], "kept");
        assert_eq!(headers["x-forwarded-for"], "10.0.0.1, 127.0.0.1");
    }
}
