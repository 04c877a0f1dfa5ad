//! What a deploying template and named values would have filled in.

use std::fmt::Write as _;

/// The base64 of the secret with which `token::token` signs.
const SECRET: &str = "YXBpbWl0ZSBjYXNlIHNlY3JldCwgMzIgYnl0ZXMhISE=";
pub(super) const GUID: &str = "00000000-0000-0000-0000-000000000001";

pub(super) fn uncommented(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!--") {
        out.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, rest)| rest);
    }
    out + rest
}

pub(super) fn decoded(text: &str) -> String {
    [
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

pub(super) fn resolved(text: &str, values: &[(String, String)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{{{name}}}}}"), value)
    })
}

// `${name}` is a deploying template's, in whatever place.
pub(super) fn markers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            out.push_str("${");
            rest = after;
            continue;
        };
        let good = !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        match good && !before.ends_with('$') {
            true => out.push_str(&value_of(name, before)),
            false => {
                out.push_str("${");
                out.push_str(name);
                out.push('}');
            }
        }
        rest = tail;
    }
    out + rest
}

// Whoever's metadata a document names, the tokens are those of the local issuer.
pub(super) fn issuers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<openid-config") {
        out.push_str(before);
        out.push_str("<openid-config");
        match after
            .split_once("url=\"")
            .and_then(|(head, url)| Some((head, url.split_once('"')?)))
        {
            Some((head, (_, tail))) if !head.contains('>') => {
                let _ = write!(
                    out,
                    "{head}url=\"https://login.microsoftonline.com/{GUID}/v2.0/.well-known/openid-configuration\""
                );
                rest = tail;
            }
            _ => rest = after,
        }
    }
    out + rest
}

/// `{name}` in a URL that is a literal.
pub(super) fn hosts(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<set-url>http") {
        out.push_str(before);
        out.push_str("<set-url>http");
        let (url, tail) = after.split_at(after.find('<').unwrap_or(after.len()));
        let parts: Vec<&str> = url.split(['{', '}']).collect();
        let filled = parts.len() % 2 == 1 && !url.contains("{{");
        match filled {
            true => out.extend(
                parts
                    .iter()
                    .enumerate()
                    .map(|(at, it)| if at % 2 == 0 { it } else { "walk" }),
            ),
            false => out.push_str(url),
        }
        rest = tail;
    }
    out + rest
}

/// `{name}` as a whole value, of an attribute or of an element, is a deploying template's.
pub(super) fn placeholders(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['"', '>']) {
        let (before, after) = rest.split_at(at + 1);
        out.push_str(before);
        rest = after;
        let close = if before.ends_with('"') { '"' } else { '<' };
        let is_value = close == '<' || before.ends_with("=\"");
        let Some(length) = rest.find(close).filter(|_| is_value) else {
            continue;
        };
        if let Some(name) = placeholder(rest[..length].trim()) {
            let value = value_of(name, &out);
            out.push_str(&value);
            rest = &rest[length..];
        }
    }
    out + rest
}

// `{name}`, `#{name}#`, `NAME_OF_IT`, `__name__`.
fn placeholder(text: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let is_token = text.contains('_') && text.len() > 3 && text.starts_with(|c: char| c.is_ascii_uppercase());
    if is_token && text.chars().all(plain) {
        return Some(text);
    }
    if let Some(name) = text.strip_prefix("__").and_then(|it| it.strip_suffix("__")) {
        return Some(name);
    }
    let text = text
        .strip_prefix('#')
        .and_then(|it| it.strip_suffix('#'))
        .unwrap_or(text);
    let name = text.strip_prefix('{')?.strip_suffix('}')?;
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    Some(name).filter(|it| !it.is_empty() && it.chars().all(good))
}

pub(super) fn named_values(text: &str) -> Vec<(String, String)> {
    let mut values: Vec<(String, String)> = Vec::new();
    for (at, _) in text.match_indices("{{") {
        let Some(name) = text[at + 2..].split("}}").next() else {
            continue;
        };
        let good = !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
        if good && !values.iter().any(|(it, _)| it.eq_ignore_ascii_case(name)) {
            values.push((name.to_owned(), value_of(name, &text[..at])));
        }
    }
    values
}

// What stands for a name, by where it stands and by what it is called.
fn value_of(name: &str, before: &str) -> String {
    let near = before.rsplit(['<', '\n']).next().unwrap_or_default();
    let ends = |words: &[&str]| {
        words
            .iter()
            .any(|it| near.trim_end_matches(['"', '\'', '(', '@', '$']).ends_with(it))
    };
    let name = name.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|it| name.contains(it));
    let value = match () {
        () if ends(&["://"]) => "stub.example",
        () if ends(&["Boolean.Parse", "bool.Parse", "Convert.ToBoolean"]) => "true",
        () if ends(&[
            "int.Parse",
            "Int32.Parse",
            "Convert.ToInt32",
            "calls=",
            "renewal-period=",
            "duration=",
        ]) =>
        {
            "5"
        }
        () if ends(&["FromBase64String"]) && has(&["iv", "vector", "nonce"]) => "YXBpbWl0ZSBjYXNlIGl2IQ==",
        () if ends(&["FromBase64String"]) => SECRET,
        () if ends(&["JObject.Parse", "JToken.Parse"]) => "{}",
        () if ends(&["JArray.Parse"]) => "[]",
        () if ends(&["tenant-id=", "client-id=", "application-id>", "Guid.Parse"]) => GUID,
        () if ends(&["key>"]) => SECRET,
        () if ends(&["choose>"]) => r#"<when condition="@(true)"></when>"#,
        () if ends(&["base-url=", "set-url>"]) => "http://stub.example",
        () if has(&["tenant", "clientid", "client-id", "appid", "app-id"]) => GUID,
        () if has(&["signing", "secret", "key"]) => SECRET,
        () if has(&["url", "uri", "endpoint", "issuer", "openid", "audience"]) => "http://stub.example",
        () if has(&["host", "domain", "fqdn"]) => "stub.example",
        () if has(&["enable", "allow", "is-", "flag", "debug"]) => "true",
        () if has(&["ip", "address"]) && has(&["allow", "range", "from", "to", "block"]) => "127.0.0.1",
        () if has(&["json", "map", "config"]) => "{}",
        () => "5",
    };
    value.to_owned()
}
