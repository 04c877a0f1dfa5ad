//! What a document reads: names of headers, query parameters, variables and members, and the texts that it compares with.

use super::goals::{self, Goal};
use super::json;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// What a request and the answers of the stub may say to lead a document somewhere.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    pub(super) headers: Vec<String>,
    pub(super) queries: Vec<String>,
    /// Variables that somebody else sets, with their types.
    pub(super) variables: Vec<(String, String)>,
    /// Texts that may decide something.
    pub(super) texts: Vec<String>,
    /// Statuses that answers are compared with.
    pub(super) statuses: Vec<u16>,
    /// Members of JSON bodies.
    pub(super) members: Value,
    /// Parameters of URL templates.
    pub(super) parameters: Vec<String>,
    /// Ids or names of operations.
    pub(super) operations: Vec<String>,
    /// Ids or names of products.
    pub(super) products: Vec<String>,
    /// Groups of users.
    pub(super) groups: Vec<String>,
    /// Headers that hold a token.
    pub(super) tokens: Vec<String>,
    pub(super) claims: Map<String, Value>,
    pub(super) tenant: Option<String>,
    pub(super) wants_certificate: bool,
    /// Expressions, by what they look at and compare with.
    pub(super) goals: Vec<Goal>,
}

/// Reads a document without comments, whose named values are put in and whose entities are decoded.
pub(super) fn read(text: &str) -> Inputs {
    let headers = names(text, &["Headers", "RequestHeaders"]);
    let own: Vec<String> = quoted_after(text, "check-header name=\"");
    let vary = between(text, "<vary-by-header>", "<").map(str::to_owned);
    let headers = unique(
        headers
            .into_iter()
            .chain(own)
            .chain(vary)
            .filter(|it| is_header(it)),
    );
    let mut inputs = Inputs {
        headers,
        queries: unique(names(text, &["Query", "QueryParameters"]).into_iter()),
        variables: variables(text),
        texts: texts(text),
        statuses: statuses(text),
        members: json::members(text),
        parameters: parameters(text),
        operations: compared(
            text,
            &[
                "Operation.Id",
                "Operation.Name",
                "Operation?.Id",
                "Operation?.Name",
            ],
        ),
        products: compared(
            text,
            &["Product.Id", "Product.Name", "Product?.Id", "Product?.Name"],
        ),
        groups: groups(text),
        goals: goals::goals(text),
        wants_certificate: text.contains(".Certificate") || text.contains("<validate-client-certificate"),
        ..Inputs::default()
    };
    tokens(text, &mut inputs);
    inputs
}

/// What stands between two texts, wherever that is.
pub(super) fn between<'a>(text: &'a str, open: &'a str, close: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(open)
        .skip(1)
        .filter_map(move |rest| Some(&rest[..rest.find(close)?]))
}

/// The texts in quotes that follow `open`, which ends with a quote.
pub(super) fn quoted_after(text: &str, open: &str) -> Vec<String> {
    between(text, open, "\"").map(str::to_owned).collect()
}

pub(super) fn unique(all: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    all.filter(|it| !it.is_empty() && seen.insert(it.to_ascii_lowercase()))
        .collect()
}

fn is_header(name: &str) -> bool {
    http::HeaderName::from_bytes(name.as_bytes()).is_ok()
}

/// Names that a dictionary of the context is asked for.
pub(super) fn names(text: &str, of: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for dictionary in of {
        for way in [
            "[\"",
            ".GetValueOrDefault(\"",
            ".ContainsKey(\"",
            ".TryGetValue(\"",
            "?[\"",
        ] {
            found.extend(quoted_after(text, &format!("{dictionary}{way}")));
        }
        let typed = format!("{dictionary}.GetValueOrDefault<");
        found.extend(
            text.split(&typed)
                .skip(1)
                .filter_map(|rest| rest.split_once(">(\"")?.1.split('"').next())
                .map(str::to_owned),
        );
    }
    found
}

// Variables that are read and never set here.
fn variables(text: &str) -> Vec<(String, String)> {
    let mut set: BTreeSet<String> = quoted_after(text, "<set-variable name=\"").into_iter().collect();
    set.extend(quoted_after(text, "variable-name=\""));
    set.extend(
        text.split("<set-variable")
            .skip(1)
            .filter_map(|rest| rest.split_once("name=\"")?.1.split('"').next())
            .map(str::to_owned),
    );
    let returned = text.split("<return-response").skip(1).filter_map(|rest| {
        rest.split('>')
            .next()?
            .split_once("response-variable-name=\"")?
            .1
            .split('"')
            .next()
    });
    let responses = returned.map(|name| (name.to_owned(), "IResponse".to_owned()));
    let read = unique(names(text, &["Variables"]).into_iter());
    let read = read.into_iter().map(|name| {
        let kind = kind_of_variable(text, &name);
        (name, kind)
    });
    let sent = |name: &str| text.contains("<send-request") && set.contains(name);
    let good = |name: &str| !name.contains(['{', ' ', '<']);
    responses
        .filter(|(name, _)| !sent(name))
        .chain(read.filter(|(name, _)| !set.contains(name)))
        .filter(|(name, _)| good(name))
        .collect()
}

// The type that a variable is cast to.
fn kind_of_variable(text: &str, name: &str) -> String {
    let typed = format!(">(\"{name}\"");
    let generic = text
        .split(&typed)
        .next()
        .filter(|before| before.len() < text.len())
        .and_then(|before| before.rsplit('<').next());
    let indexed = format!("context.Variables[\"{name}\"]");
    let cast = text.split(&indexed).filter_map(|before| {
        let before = before.trim_end();
        let inner = before.strip_suffix(')')?;
        inner.rsplit('(').next()
    });
    let mut kinds = generic.into_iter().chain(cast).map(str::trim);
    kinds
        .find(|it| {
            !it.is_empty()
                && it
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '[' | ']' | '.' | '?'))
        })
        .unwrap_or("string")
        .trim_end_matches('?')
        .to_owned()
}

// Texts of C#, those of comparisons first, and the values that policies compare with.
fn texts(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for open in [
        "== \"",
        "==\"",
        "!= \"",
        "Equals(\"",
        "Contains(\"",
        "StartsWith(\"",
        "EndsWith(\"",
        "IndexOf(\"",
        "case \"",
    ] {
        found.extend(quoted_after(text, open));
    }
    found.extend(between(text, "<value>", "<").map(str::to_owned));
    found.extend(between(text, "<origin>", "<").map(str::to_owned));
    // Every second piece between quotes of an expression is a text.
    for expression in between(text, "@(", ")\"").chain(between(text, "@{", "}\"")) {
        found.extend(expression.split('"').skip(1).step_by(2).map(str::to_owned));
    }
    let good = |it: &String| {
        it.len() < 80 && !it.contains(['@', '\n', '{', '<']) && http::HeaderValue::from_str(it).is_ok()
    };
    let mut texts = unique(found.into_iter().filter(good));
    texts.truncate(80);
    texts
}

fn statuses(text: &str) -> Vec<u16> {
    let mut found = BTreeSet::new();
    for rest in text.split("StatusCode").skip(1) {
        let near: String = rest.chars().take(40).collect();
        for number in near.split(|c: char| !c.is_ascii_digit()) {
            if let Ok(status @ 200..=599) = number.parse::<u16>() {
                found.extend([
                    status,
                    status.saturating_add(1).min(599),
                    status.saturating_sub(1).max(200),
                ]);
            }
        }
    }
    found.extend([200, 401, 404, 429, 500, 503]);
    found.into_iter().collect()
}

fn parameters(text: &str) -> Vec<String> {
    let matched = names(text, &["MatchedParameters"]);
    let rewritten = text
        .split("<rewrite-uri")
        .skip(1)
        .filter_map(|rest| rest.split_once("template=\"")?.1.split('"').next())
        .filter(|it| !it.starts_with('@'));
    let named = rewritten.flat_map(|it| between(it, "{", "}")).map(str::to_owned);
    let good = |it: &String| {
        it.chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    unique(matched.into_iter().chain(named).filter(good))
}

// Texts that something of the context is compared with.
fn compared(text: &str, of: &[&str]) -> Vec<String> {
    let near = |it: &&str| {
        text.split(*it)
            .skip(1)
            .filter_map(|rest| {
                let near: String = rest.chars().take(60).collect();
                near.split('"').nth(1).map(str::to_owned)
            })
            .collect::<Vec<_>>()
    };
    let good = |it: &String| {
        it.chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ' '))
    };
    unique(of.iter().flat_map(near).filter(good))
}

fn groups(text: &str) -> Vec<String> {
    let near = |rest: &str| {
        let near: String = rest.chars().take(120).collect();
        near.split('"').nth(1).map(str::to_owned)
    };
    unique(text.split(".Groups").skip(1).filter_map(near))
}

// Claims that a token must have to pass.
fn tokens(text: &str, inputs: &mut Inputs) {
    inputs.tokens = unique(
        quoted_after(text, " header-name=\"")
            .into_iter()
            .filter(|it| is_header(it)),
    );
    if text.contains("AsJwt") || text.contains("<validate-") {
        inputs.tokens.push("Authorization".to_owned());
    }
    let claims = &mut inputs.claims;
    for (name, value) in [
        ("sub", "walker"),
        ("oid", "00000000-0000-0000-0000-000000000007"),
        ("name", "Ada"),
        ("email", "ada@example.com"),
        ("preferred_username", "ada@example.com"),
        ("upn", "ada@example.com"),
        ("scp", "read write"),
    ] {
        claims.insert(name.to_owned(), value.into());
    }
    claims.insert("exp".to_owned(), 4_102_444_800_u64.into());
    claims.insert("roles".to_owned(), Value::from(vec!["reader"]));
    for claim in text.split("<claim ").skip(1) {
        let claim = claim.split("</claim>").next().unwrap_or_default();
        let Some(name) = claim
            .split_once("name=\"")
            .and_then(|(_, rest)| rest.split('"').next())
        else {
            continue;
        };
        let values: Vec<&str> = between(claim, "<value>", "<").map(str::trim).collect();
        let value = match claim.split('>').next().unwrap_or_default().contains("separator") {
            true => Value::from(values.join(" ")),
            false => Value::from(values),
        };
        claims.insert(name.to_owned(), value);
    }
    let audiences: Vec<&str> = between(text, "<audience>", "<")
        .map(str::trim)
        .filter(|it| !it.starts_with('@'))
        .collect();
    if !audiences.is_empty() {
        claims.insert("aud".to_owned(), Value::from(audiences));
    }
    if let Some(issuer) = between(text, "<issuer>", "<").next() {
        claims.insert("iss".to_owned(), issuer.trim().into());
    }
    let application = between(text, "<application-id>", "<")
        .next()
        .unwrap_or("walker")
        .trim();
    claims.insert("appid".to_owned(), application.into());
    claims.insert("azp".to_owned(), application.into());
    inputs.tenant = quoted_after(text, "tenant-id=\"")
        .into_iter()
        .find(|it| !it.starts_with('@'));
}
