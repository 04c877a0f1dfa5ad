//! What a document asks for, guessed from its text: named values, backends, fragments, and requests that take its branches.

use std::collections::BTreeSet;

/// A document that is ready to run.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    pub(super) text: String,
    pub(super) named_values: Vec<(String, String)>,
    pub(super) backends: BTreeSet<String>,
    pub(super) fragments: BTreeSet<String>,
    pub(super) asks: Vec<Ask>,
}

/// A request.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Ask {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<String>,
}

/// The document with everything at hand that it names; `None` for what is no policy document.
pub(super) fn prepare(text: &str) -> Option<Prepared> {
    let text = text.trim_start_matches('\u{feff}');
    let is_fragment = text.contains("<fragment>") || text.contains("<fragment ");
    if !text.contains("<policies>") && !is_fragment {
        return None;
    }
    // Some authors leave a blank in front of the sign.
    let text = placeholders(&outside(text)).replace("-id =", "-id=");
    let mut prepared = Prepared {
        named_values: between(&text, "{{", "}}")
            .filter(|name| {
                name.chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
            })
            .map(|name| (name.to_owned(), value_of(name)))
            .collect(),
        backends: between(&text, "backend-id=\"", "\"")
            .filter(|it| is_name(it))
            .map(str::to_owned)
            .collect(),
        fragments: between(&text, "fragment-id=\"", "\"")
            .filter(|it| is_name(it))
            .map(str::to_owned)
            .collect(),
        ..Prepared::default()
    };
    prepared.named_values.sort();
    prepared
        .named_values
        .dedup_by(|a, b| a.0.eq_ignore_ascii_case(&b.0));
    prepared.asks = asks(&text);
    prepared.text = match is_fragment && !text.contains("<policies>") {
        true => {
            let inside = between(&text, "<fragment>", "</fragment>")
                .next()
                .unwrap_or_default();
            format!("<policies><inbound>{inside}</inbound><backend><base /></backend></policies>")
        }
        false => text,
    };
    Some(prepared)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(['@', '{', '$'])
}

// Every host outside is the stub.
fn outside(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("https://").or_else(|| rest.find("http://")) {
        let scheme = rest[at..].find("//").map_or(at, |it| at + it + 2);
        let end = rest[scheme..]
            .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | ':'))
            .unwrap_or(rest.len() - scheme);
        let host = &rest[scheme..scheme + end];
        // Names of schemas are no addresses, and an expression may put the host in itself.
        let keep = host.is_empty() || host.contains("w3.org") || host.contains("xmlsoap");
        match keep {
            true => out.push_str(&rest[..scheme + end]),
            false => {
                out.push_str(&rest[..at]);
                out.push_str("http://stub.test");
            }
        }
        rest = &rest[scheme + end..];
    }
    out + rest
}

// `"{name}"` and `"${name}"` as a whole value are a deploying template's.
fn placeholders(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("=\"") {
        let start = at + 2;
        let Some(length) = rest[start..].find('"') else {
            break;
        };
        let value = &rest[start..start + length];
        let inner = value
            .trim_start_matches('$')
            .strip_prefix('{')
            .and_then(|it| it.strip_suffix('}'));
        let is_placeholder = inner.is_some_and(|it| {
            it.chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        });
        out.push_str(&rest[..start]);
        out.push_str(match is_placeholder {
            true => "2",
            false => value,
        });
        rest = &rest[start + length..];
    }
    out + rest
}

fn value_of(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|it| name.contains(it));
    let value = match () {
        () if has(&["url", "uri", "endpoint", "issuer", "openid"]) => "http://stub.test",
        () if has(&["host", "domain"]) => "stub.test",
        () if has(&["signing"]) => "YXBpbWl0ZSBjYXNlIHNlY3JldCwgMzIgYnl0ZXMhISE=",
        () if has(&["enable", "allow", "is-", "flag"]) => "true",
        () => "5",
    };
    value.to_owned()
}

fn between<'a>(text: &'a str, open: &'a str, close: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(open)
        .skip(1)
        .filter_map(move |rest| Some(&rest[..rest.find(close)?]))
}

// Plain requests first; then one for every header and query parameter with every text that the document compares with.
fn asks(text: &str) -> Vec<Ask> {
    let body = serde_json::json!({
        "model": "gpt-4o-mini", "messages": [{ "role": "user", "content": "Hello" }], "max_tokens": 16, "stream": false,
        "id": "1", "name": "one", "type": "a", "prompt": "Hello", "input": "Hello",
    })
    .to_string();
    let json = |method: &str, headers: &[(String, String)]| Ask {
        method: method.to_owned(),
        path: "/openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21&id=1".to_owned(),
        headers: [
            vec![
                ("content-type".to_owned(), "application/json".to_owned()),
                ("accept".to_owned(), "application/json".to_owned()),
            ],
            headers.to_vec(),
        ]
        .concat(),
        body: Some(body.clone()),
    };
    let literals = literals(text);
    let names: BTreeSet<&str> = [
        "Headers.GetValueOrDefault(\"",
        "Headers[\"",
        "Headers.ContainsKey(\"",
        "check-header name=\"",
        "Headers.TryGetValue(\"",
    ]
    .iter()
    .flat_map(|open| between(text, open, "\""))
    .filter(|it| http::HeaderName::from_bytes(it.as_bytes()).is_ok())
    .collect();
    let all = |value: &str| -> Vec<(String, String)> {
        names
            .iter()
            .filter(|it| !it.eq_ignore_ascii_case("content-type") && !it.eq_ignore_ascii_case("host"))
            .map(|name| ((*name).to_owned(), value.to_owned()))
            .collect()
    };
    let mut asks = vec![
        json("POST", &all("1")),
        Ask {
            method: "GET".to_owned(),
            path: "/items/1?id=1".to_owned(),
            ..Ask::default()
        },
        json("POST", &[]),
        json("PUT", &all("true")),
    ];
    asks.extend(["DELETE", "PATCH"].map(|method| json(method, &all("a"))));
    let queries: BTreeSet<&str> = ["Query.GetValueOrDefault(\"", "Query[\"", "Query.ContainsKey(\""]
        .iter()
        .flat_map(|open| between(text, open, "\""))
        .collect();
    for literal in &literals {
        if http::HeaderValue::from_str(literal).is_ok() {
            asks.push(json("POST", &all(literal)));
        }
        for name in &queries {
            asks.push(Ask {
                method: "GET".to_owned(),
                path: format!(
                    "/items/1?{name}={}",
                    literal.replace([' ', '&', '#', '%', '"'], "")
                ),
                headers: all(literal),
                body: None,
            });
        }
        // A text with a slash may be a part of a path.
        if literal.starts_with('/')
            && literal
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.'))
        {
            asks.push(Ask {
                path: literal.clone(),
                ..json("POST", &all("1"))
            });
        }
    }
    asks.dedup();
    asks
}

// Texts that conditions compare with.
fn literals(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for open in [
        "== \"",
        "==\"",
        "Equals(\"",
        "Contains(\"",
        "StartsWith(\"",
        "EndsWith(\"",
        "<value>",
    ] {
        let close = if open == "<value>" { "<" } else { "\"" };
        for literal in between(text, open, close) {
            let good = !literal.is_empty() && literal.len() < 80 && !literal.contains(['@', '\n', '{']);
            if good && !found.iter().any(|it| it == literal) {
                found.push(literal.to_owned());
            }
        }
    }
    found.truncate(20);
    found
}
