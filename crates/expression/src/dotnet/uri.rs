//! `System.Uri`.

use super::error::{DotnetError, Result};
use super::uri_escape::{escape, unescape};
use super::web_utility::escaped;

/// A URI as it was written, and its parts when it is absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Uri {
    /// `OriginalString`.
    pub(crate) original: String,
    absolute: Option<Absolute>,
}

/// The parts of an absolute URI, escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Absolute {
    /// `Scheme`, lower case.
    pub(crate) scheme: String,
    /// Whether `//` follows the scheme.
    has_authority: bool,
    /// `UserInfo`.
    pub(crate) user_info: String,
    /// `Host`, lower case.
    pub(crate) host: String,
    /// `Port`; -1 when the scheme has none.
    pub(crate) port: i32,
    /// `AbsolutePath`.
    pub(crate) path: String,
    /// `Query`, with its `?`, or empty.
    pub(crate) query: String,
    /// `Fragment`, with its `#`, or empty.
    pub(crate) fragment: String,
}

/// `UriKind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UriKind {
    RelativeOrAbsolute,
    Absolute,
    Relative,
}

impl UriKind {
    /// By the number of the enumeration member.
    pub(crate) fn from_number(number: i64) -> UriKind {
        match number {
            0 => UriKind::RelativeOrAbsolute,
            2 => UriKind::Relative,
            _ => UriKind::Absolute,
        }
    }
}

/// `new Uri(text, kind)`.
pub(crate) fn parse(text: &str, kind: UriKind) -> Result<Uri> {
    let trimmed = text.trim_matches(|c: char| c.is_ascii_whitespace());
    let relative = || Uri {
        original: text.to_owned(),
        absolute: None,
    };
    if trimmed.is_empty() {
        return if kind == UriKind::Absolute {
            Err(invalid("The URI is empty."))
        } else {
            Ok(relative())
        };
    }
    let Some((scheme, rest)) = scheme(trimmed) else {
        return match kind {
            UriKind::Absolute => Err(undetermined()),
            _ => Ok(relative()),
        };
    };
    if kind == UriKind::Relative {
        let message =
            "A relative URI cannot be created because the 'uriString' parameter represents an absolute URI.";
        return Err(DotnetError::new("System.UriFormatException", message));
    }
    let absolute = Absolute::parse(scheme.to_ascii_lowercase(), rest)?;
    Ok(Uri {
        original: text.to_owned(),
        absolute: Some(absolute),
    })
}

/// `new Uri(base, relative)`.
pub(crate) fn combine(base: &Uri, relative: &str) -> Result<Uri> {
    let Some(from) = &base.absolute else {
        return Err(DotnetError::out_of_range(
            "This operation is not supported for a relative URI.",
            "baseUri",
        ));
    };
    let relative = relative.trim();
    if scheme(relative).is_some() {
        return parse(relative, UriKind::Absolute);
    }
    let made = from.resolve(relative)?;
    Ok(Uri {
        original: made.text(),
        absolute: Some(made),
    })
}

fn scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let mut chars = scheme.chars();
    let fine = chars.next()?.is_ascii_alphabetic()
        && scheme.len() > 1
        && chars.all(|it| it.is_ascii_alphanumeric() || matches!(it, '+' | '-' | '.'));
    fine.then_some((scheme, rest))
}

impl Uri {
    /// `IsAbsoluteUri`.
    pub(crate) fn is_absolute(&self) -> bool {
        self.absolute.is_some()
    }

    /// The parts; a relative URI has none.
    pub(crate) fn parts(&self) -> Result<&Absolute> {
        self.absolute.as_ref().ok_or_else(|| {
            DotnetError::invalid_operation("This operation is not supported for a relative URI.")
        })
    }

    /// `ToString()`: what can be unescaped without changing the meaning is.
    pub(crate) fn text(&self) -> String {
        match &self.absolute {
            Some(absolute) => unescape(&absolute.text(), |c| {
                c == ' ' || "\"<>^`{|}".contains(c) || !c.is_ascii()
            }),
            None => self.original.clone(),
        }
    }

    /// `Equals`: without user info and fragment.
    pub(crate) fn same(&self, other: &Uri) -> bool {
        match (&self.absolute, &other.absolute) {
            (Some(a), Some(b)) => a.key() == b.key(),
            (None, None) => self.original == other.original,
            _ => false,
        }
    }
}

impl Absolute {
    fn parse(scheme: String, rest: &str) -> Result<Absolute> {
        let web = default_port(&scheme) >= 0;
        // `http:\\host` is read as `http://host`.
        let slashed;
        let rest = if web && rest.starts_with(['\\', '/']) {
            let end = rest.find(['?', '#']).unwrap_or(rest.len());
            slashed = rest[..end].replace('\\', "/") + &rest[end..];
            slashed.as_str()
        } else {
            rest
        };
        let (rest, fragment) = cut(rest, '#');
        let (rest, query) = cut(rest, '?');
        let authority = rest.strip_prefix("//");
        if web && authority.is_none() {
            return Err(invalid("The Authority/Host could not be parsed."));
        }
        let (authority, path) = match authority {
            Some(after) => after.split_at(after.find('/').unwrap_or(after.len())),
            None => ("", rest),
        };
        let (user_info, host, port) = split_authority(authority, &scheme)?;
        let has_authority = rest.starts_with("//");
        let path = if web || has_authority {
            remove_dots(&escape(path))
        } else {
            escape(path)
        };
        Ok(Absolute {
            has_authority,
            user_info,
            host,
            port,
            path: if path.is_empty() && has_authority {
                "/".to_owned()
            } else {
                path
            },
            query: escape(query),
            fragment: escape(fragment),
            scheme,
        })
    }

    fn resolve(&self, relative: &str) -> Result<Absolute> {
        if relative.starts_with("//") {
            return Absolute::parse(self.scheme.clone(), relative);
        }
        let (rest, fragment) = cut(relative, '#');
        let (path, query) = cut(rest, '?');
        let mut made = self.clone();
        made.fragment = escape(fragment);
        if path.is_empty() {
            if !query.is_empty() {
                made.query = escape(query);
            }
            return Ok(made);
        }
        let path = path.replace('\\', "/");
        let joined = if path.starts_with('/') {
            path
        } else {
            let folder = self.path.rfind('/').map_or("/", |at| &self.path[..=at]);
            format!("{folder}{path}")
        };
        made.path = remove_dots(&escape(&joined));
        made.query = escape(query);
        Ok(made)
    }

    /// `AbsoluteUri`.
    pub(crate) fn text(&self) -> String {
        format!(
            "{}{}{}{}",
            self.left_part(1),
            self.path,
            self.query,
            self.fragment
        )
    }

    /// `GetLeftPart`, by the number of the `UriPartial` member: scheme, authority, path, query.
    pub(crate) fn left_part(&self, part: i64) -> String {
        let mut out = format!("{}:{}", self.scheme, if self.has_authority { "//" } else { "" });
        if part >= 1 && self.has_authority {
            if !self.user_info.is_empty() {
                out.push_str(&self.user_info);
                out.push('@');
            }
            out.push_str(&self.authority());
        }
        if part >= 2 {
            out.push_str(&self.path);
        }
        if part >= 3 {
            out.push_str(&self.query);
        }
        out
    }

    /// `Authority`: host, and the port unless it is the scheme's own.
    pub(crate) fn authority(&self) -> String {
        if self.is_default_port() {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// `IsDefaultPort`.
    pub(crate) fn is_default_port(&self) -> bool {
        self.port == default_port(&self.scheme)
    }

    /// `PathAndQuery`.
    pub(crate) fn path_and_query(&self) -> String {
        format!("{}{}", self.path, self.query)
    }

    /// `LocalPath`: the path without escapes.
    pub(crate) fn local_path(&self) -> String {
        unescape(&self.path, |_| true)
    }

    /// `Segments`: each with the slash that ends it.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.split_inclusive('/').collect()
    }

    /// `IsLoopback`.
    pub(crate) fn is_loopback(&self) -> bool {
        matches!(self.host.as_str(), "localhost" | "loopback" | "[::1]")
            || self
                .host
                .parse::<std::net::Ipv4Addr>()
                .is_ok_and(|it| it.is_loopback())
    }

    fn key(&self) -> (&str, &str, i32, &str, &str) {
        (&self.scheme, &self.host, self.port, &self.path, &self.query)
    }

    /// `IsBaseOf`.
    pub(crate) fn is_base_of(&self, other: &Absolute) -> bool {
        let folder = self.path.rfind('/').map_or("", |at| &self.path[..=at]);
        (&self.scheme, &self.host, self.port) == (&other.scheme, &other.host, other.port)
            && other.path.starts_with(folder)
    }
}

impl Absolute {
    /// `MakeRelativeUri`: how to get from here to `other`; its whole text when it is elsewhere.
    pub(crate) fn relative_to(&self, other: &Absolute) -> String {
        if (&self.scheme, &self.host, self.port) != (&other.scheme, &other.host, other.port) {
            return other.text();
        }
        let mut text = path_difference(&self.path, &other.path);
        let first = text.split('/').next().unwrap_or_default();
        if first.contains(':') {
            text.insert_str(0, "./");
        }
        text.push_str(&other.query);
        text.push_str(&other.fragment);
        text
    }
}

// Steps up for every folder that only the first path has, then what only the second has.
fn path_difference(from: &str, to: &str) -> String {
    let common = from.bytes().zip(to.bytes()).take_while(|(a, b)| a == b).count();
    if common == 0 {
        return to.to_owned();
    }
    if common == from.len() && common == to.len() {
        return String::new();
    }
    let folder = from.as_bytes()[..common]
        .iter()
        .rposition(|it| *it == b'/')
        .map_or(0, |at| at + 1);
    let up = from.as_bytes()[common..].iter().filter(|it| **it == b'/').count();
    if up == 0 && to.len() == folder {
        return "./".to_owned();
    }
    format!("{}{}", "../".repeat(up), &to[folder..])
}

fn split_authority(authority: &str, scheme: &str) -> Result<(String, String, i32)> {
    let (user_info, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (escape(user), host),
        None => (String::new(), authority),
    };
    let port_at = match host.rfind(']') {
        Some(end) => host[end..].find(':').map(|at| at + end),
        None => host.find(':'),
    };
    let (host, port) = host.split_at(port_at.unwrap_or(host.len()));
    let port = match port.strip_prefix(':') {
        None | Some("") => default_port(scheme),
        Some(digits) => digits
            .parse::<u16>()
            .map(i32::from)
            .map_err(|_| invalid("Invalid port specified."))?,
    };
    let wrong = |c: char| c.is_ascii_control() || " \"<>\\^`{|}%#?/*()!$&'+,;=~".contains(c);
    let literal = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let fine = match literal {
        Some(inner) => inner.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.contains(wrong) && !host.contains(['[', ']', ':']),
    };
    if !fine || (host.is_empty() && default_port(scheme) >= 0) {
        return Err(invalid("The hostname could not be parsed."));
    }
    Ok((user_info, host.to_lowercase(), port))
}

fn default_port(scheme: &str) -> i32 {
    match scheme {
        "http" | "ws" => 80,
        "https" | "wss" => 443,
        "ftp" => 21,
        _ => -1,
    }
}

/// Cuts before a mark, which stays with what follows. A mark alone is dropped only by its reader.
fn cut(text: &str, mark: char) -> (&str, &str) {
    text.split_at(text.find(mark).unwrap_or(text.len()))
}

fn remove_dots(path: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        let last = parts.peek().is_none();
        match part {
            "." => (),
            ".." => {
                if out.len() > 1 {
                    out.pop();
                }
            }
            _ => {
                out.push(part);
                continue;
            }
        }
        if last {
            out.push("");
        }
    }
    out.join("/")
}

/// `Uri.IsWellFormedUriString`.
pub(crate) fn is_well_formed(text: &str, kind: UriKind) -> bool {
    let Ok(uri) = parse(text, kind) else { return false };
    let bytes = text.as_bytes();
    let clean = text.char_indices().all(|(at, c)| match c {
        '%' => escaped(bytes, at).is_some(),
        '\\' | ' ' | '"' | '<' | '>' | '^' | '`' | '{' | '|' | '}' => false,
        _ => !c.is_control(),
    });
    clean && (uri.is_absolute() || kind != UriKind::Absolute)
}

fn invalid(what: &str) -> DotnetError {
    DotnetError::new("System.UriFormatException", format!("Invalid URI: {what}"))
}

fn undetermined() -> DotnetError {
    invalid("The format of the URI could not be determined.")
}

#[cfg(test)]
#[path = "uri_tests.rs"]
mod tests;
