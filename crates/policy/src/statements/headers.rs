//! How several values of one header become lines.

use http::header::{
    CONNECTION, CONTENT_LENGTH, COOKIE, DATE, EXPIRES, IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE, LAST_MODIFIED,
    PROXY_AUTHENTICATE, RETRY_AFTER, SERVER, SET_COOKIE, TRANSFER_ENCODING, USER_AGENT, WARNING,
    WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderName, HeaderValue};

/// Headers whose values stay lines of their own: commas mean something in them, or they hold dates (documented).
const SEPARATE: [HeaderName; 12] = [
    USER_AGENT,
    WWW_AUTHENTICATE,
    PROXY_AUTHENTICATE,
    COOKIE,
    SET_COOKIE,
    WARNING,
    DATE,
    EXPIRES,
    IF_MODIFIED_SINCE,
    IF_UNMODIFIED_SINCE,
    LAST_MODIFIED,
    RETRY_AFTER,
];

/// Headers that belong to the connection: no policy changes them (documented).
const FRAMING: [HeaderName; 4] = [
    CONNECTION,
    CONTENT_LENGTH,
    TRANSFER_ENCODING,
    HeaderName::from_static("keep-alive"),
];

/// What becomes of a header that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exists {
    Override,
    Skip,
    Append,
    Delete,
}

pub(super) const EXISTS: [(&str, Exists); 4] = [
    ("override", Exists::Override),
    ("skip", Exists::Skip),
    ("append", Exists::Append),
    ("delete", Exists::Delete),
];

/// Whether a policy may change the header at all.
pub(super) fn is_free(name: &HeaderName, exists: Exists) -> bool {
    let stays = exists == Exists::Delete && *name == SERVER;
    !stays && !FRAMING.contains(name)
}

/// Sets, appends to, keeps or deletes one header; values become one comma-joined line, as the gateway sends it.
pub(super) fn fold(
    headers: &mut HeaderMap,
    name: &HeaderName,
    exists: Exists,
    values: impl Iterator<Item = HeaderValue>,
) {
    match exists {
        Exists::Skip if headers.contains_key(name) => return,
        Exists::Delete => {
            headers.remove(name);
            return;
        }
        Exists::Override | Exists::Skip => drop(headers.remove(name)),
        Exists::Append => (),
    }
    if SEPARATE.contains(name) {
        for value in values {
            headers.append(name, value);
        }
        return;
    }
    let mut values = values.peekable();
    let Some(first) = values.next() else { return };
    if values.peek().is_none() && !headers.contains_key(name) {
        headers.insert(name, first);
        return;
    }
    let mut line: Vec<u8> = Vec::new();
    let present: Vec<HeaderValue> = headers.get_all(name).iter().cloned().collect();
    for value in present.into_iter().chain([first]).chain(values) {
        if !line.is_empty() {
            line.push(b',');
        }
        line.extend_from_slice(value.as_bytes());
    }
    // Parts of valid values joined by a comma are valid.
    if let Ok(line) = HeaderValue::from_bytes(&line) {
        headers.insert(name, line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(before: &[String], exists: Exists, values: &[String], name: &HeaderName) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for value in before {
            headers.append(name, value.parse().unwrap());
        }
        fold(
            &mut headers,
            name,
            exists,
            values.iter().map(|it| it.parse().unwrap()),
        );
        headers
            .get_all(name)
            .iter()
            .map(|it| it.to_str().unwrap().to_owned())
            .collect()
    }

    fn values() -> impl Strategy<Value = Vec<String>> {
        proptest::collection::vec("[a-z0-9]{1,5}", 0..4)
    }

    proptest! {
        #[test]
        fn an_ordinary_header_is_one_line(before in values(), after in values()) {
            let name = HeaderName::from_static("x-tag");
            let all: Vec<String> = before.iter().chain(&after).cloned().collect();
            if !after.is_empty() {
                prop_assert_eq!(run(&before, Exists::Append, &after, &name), vec![all.join(",")]);
                prop_assert_eq!(run(&before, Exists::Override, &after, &name), vec![after.join(",")]);
            }
            prop_assert!(run(&before, Exists::Delete, &after, &name).is_empty());
            if !before.is_empty() {
                prop_assert_eq!(run(&before, Exists::Skip, &after, &name), before);
            }
        }

        #[test]
        fn cookies_and_dates_keep_their_lines(before in values(), after in values()) {
            for name in SEPARATE {
                let all: Vec<String> = before.iter().chain(&after).cloned().collect();
                prop_assert_eq!(run(&before, Exists::Append, &after, &name), all);
                prop_assert_eq!(run(&before, Exists::Override, &after, &name), after.clone());
            }
        }
    }
}
